//! Who a session's keys belong to: of sessions issued here, and of those that an upstream issued.

use localtrail_core::{
    AccountId, Caller, Details, Identity, Issuer, Mfa, Session, SessionDetails, Timestamp,
    WebIdFederationData, derived_role_id,
};
use serde_json::{Map, Value};

use crate::directory::{Learnt, Role, State};

/// A role, as the ARN in a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) account: AccountId,
    /// `/` or `/service/`.
    pub(super) path: String,
    pub(super) name: String,
}

impl Target {
    /// Reads `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    pub(super) fn parse(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let head = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if head.0 != "arn" || !head.1.starts_with("aws") || head.2 != "iam" || !head.3.is_empty() {
            return None;
        }
        let account = AccountId::parse(parts.next()?)?;
        let rest = parts.next()?.strip_prefix("role/")?;
        let (path, name) = match rest.rsplit_once('/') {
            Some((path, name)) => (format!("/{path}/"), name),
            None => ("/".to_owned(), rest),
        };
        let fits = (1..=64).contains(&name.len()) && name.chars().all(crate::iam::is_name_letter);
        fits.then(|| Self {
            account,
            path,
            name: name.to_owned(),
        })
    }

    /// The role, if it was made here.
    pub(super) fn find<'a>(&self, state: &'a State) -> Option<&'a Role> {
        state.role(self.account, &self.name)
    }

    /// Whether that is the role that is meant, to the letter.
    pub(super) fn is(&self, role: &Role) -> bool {
        role.entity.name == self.name && role.entity.path == self.path
    }

    /// The id of the role: its own, or derived where nobody made it.
    pub(super) fn id(&self, role: Option<&Role>) -> String {
        role.map_or_else(
            || derived_role_id(self.account, &self.name),
            |role| role.entity.id.clone(),
        )
    }

    /// A session of the role.
    pub(super) fn session(
        self,
        role_id: String,
        session_name: &str,
        session: Session,
        source_identity: Option<String>,
    ) -> Identity {
        Identity::AssumedRole {
            account_id: self.account,
            role_name: self.name,
            path: self.path,
            role_id: Some(role_id),
            session_name: session_name.to_owned(),
            session: Some(session),
            source_identity,
        }
    }
}

/// A session that begins now.
pub(super) fn session(now: Timestamp, mfa: Mfa) -> Session {
    Session {
        mfa_authenticated: mfa,
        ..Session::since(now.whole_second())
    }
}

/// A session of somebody whom an identity provider of the web knows. Its records name the provider; attributes only those
/// providers have that AWS knows by itself (D; O for providers with an ARN, whose attributes are empty).
pub(super) fn web_session(
    now: Timestamp,
    provider: &str,
    audience: &str,
    subject: &str,
) -> Session {
    let attributes = match provider {
        "accounts.google.com" => Some(("aud", "sub")),
        "www.amazon.com" | "graph.facebook.com" => Some(("app_id", "user_id")),
        "cognito-identity.amazonaws.com" => Some(("aud", "sub")),
        _ => None,
    };
    let attributes = attributes.into_iter().flat_map(|(app, user)| {
        [
            (format!("{provider}:{app}"), audience.to_owned()),
            (format!("{provider}:{user}"), subject.to_owned()),
        ]
    });
    let data = WebIdFederationData {
        federated_provider: provider.to_owned(),
        attributes: attributes.collect(),
    };
    Session {
        details: SessionDetails::from(Details {
            web_id_federation_data: Some(data),
            ..Details::default()
        }),
        ..session(now, Mfa::Absent)
    }
}

/// The same principal with temporary credentials.
pub(super) fn with_session(identity: &Identity, new: Session) -> Option<Identity> {
    let mut identity = identity.clone();
    match &mut identity {
        Identity::Root { session, .. } | Identity::IamUser { session, .. } => *session = Some(new),
        _ => return None,
    }
    Some(identity)
}

/// A federated user, whose token the caller asked for.
pub(super) fn federated(caller: &Identity, name: &str, session: Session) -> Option<Identity> {
    let issuer = match caller {
        Identity::Root { .. } => Issuer::Root,
        Identity::IamUser {
            user_name, path, ..
        } => Issuer::IamUser {
            user_name: user_name.clone(),
            path: path.clone(),
            principal_id: caller.principal_id(),
        },
        _ => return None,
    };
    Some(Identity::FederatedUser {
        account_id: caller.account(),
        user_name: name.to_owned(),
        issuer,
        session: Some(session),
    })
}

/// What an answer of another STS or IAM says of a key that it issued: whose it is. `None` where it issued none.
///
/// Input and output are under the names of the services' models, times in seconds since the epoch.
#[must_use]
pub fn learnt(
    service: &str,
    operation: &str,
    input: &Map<String, Value>,
    output: &Map<String, Value>,
    caller: &Caller,
    now: Timestamp,
) -> Option<Learnt> {
    match (service, operation) {
        ("iam", "CreateAccessKey") => permanent(output, caller, now),
        ("sts", _) => temporary(operation, input, output, &caller.identity, now),
        _ => None,
    }
}

fn permanent(output: &Map<String, Value>, caller: &Caller, now: Timestamp) -> Option<Learnt> {
    let key = output.get("AccessKey")?.as_object()?;
    let name = text(key, "UserName")?;
    let identity = match &caller.identity {
        // The caller is known better than by its name.
        Identity::IamUser { user_name, .. } if user_name == name => {
            let mut own = caller.identity.clone();
            if let Identity::IamUser { session, .. } = &mut own {
                *session = None;
            }
            own
        }
        _ => Identity::IamUser {
            account_id: caller.account(),
            user_name: name.to_owned(),
            path: "/".to_owned(),
            principal_id: None,
            session: None,
        },
    };
    Some(Learnt {
        access_key: text(key, "AccessKeyId")?.to_owned(),
        secret: text(key, "SecretAccessKey")?.to_owned(),
        token: None,
        identity,
        issued: now,
        expires: None,
    })
}

fn temporary(
    operation: &str,
    input: &Map<String, Value>,
    output: &Map<String, Value>,
    caller: &Identity,
    now: Timestamp,
) -> Option<Learnt> {
    let mfa = Mfa::from(text(input, "TokenCode").is_some());
    let identity = match operation {
        "AssumeRole" | "AssumeRoleWithSAML" => assumed(input, output, session(now, mfa))?,
        "AssumeRoleWithWebIdentity" => {
            let said = |name| text(output, name).unwrap_or_default();
            let session = web_session(
                now,
                said("Provider"),
                said("Audience"),
                said("SubjectFromWebIdentityToken"),
            );
            assumed(input, output, session)?
        }
        "GetSessionToken" => with_session(caller, session(now, mfa))?,
        "GetFederationToken" => federated(caller, text(input, "Name")?, session(now, Mfa::Absent))?,
        _ => return None,
    };
    let key = output.get("Credentials")?.as_object()?;
    let expires = key.get("Expiration").and_then(Value::as_f64);
    Some(Learnt {
        access_key: text(key, "AccessKeyId")?.to_owned(),
        secret: text(key, "SecretAccessKey")?.to_owned(),
        token: text(key, "SessionToken").map(str::to_owned),
        identity,
        issued: now,
        expires: expires.map(|seconds| {
            #[expect(clippy::cast_possible_truncation, reason = "times are whole seconds")]
            let seconds = seconds as i64;
            Timestamp::from_seconds(seconds)
        }),
    })
}

/// The session that `AssumedRoleUser` names.
fn assumed(
    input: &Map<String, Value>,
    output: &Map<String, Value>,
    session: Session,
) -> Option<Identity> {
    let user = output.get("AssumedRoleUser")?.as_object()?;
    let (role_id, session_name) = text(user, "AssumedRoleId")?.split_once(':')?;
    let target = Target::parse(text(input, "RoleArn")?)?;
    let source = text(output, "SourceIdentity").map(str::to_owned);
    Some(target.session(role_id.to_owned(), session_name, session, source))
}

fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn learn(operation: &str, input: &Value, output: &Value) -> Option<Learnt> {
        let caller = Caller {
            identity: Identity::IamUser {
                account_id: AccountId::parse("111122223333").unwrap(),
                user_name: "bob".to_owned(),
                path: "/".to_owned(),
                principal_id: None,
                session: None,
            },
            access_key_id: Some("AKIA".to_owned()),
        };
        let service = if operation == "CreateAccessKey" {
            "iam"
        } else {
            "sts"
        };
        learnt(
            service,
            operation,
            input.as_object().unwrap(),
            output.as_object().unwrap(),
            &caller,
            Timestamp::from_seconds(1000),
        )
    }

    #[test]
    fn keys_that_another_issued_are_known() {
        let credentials = json!({"AccessKeyId": "ASIA1", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": 4600});
        let role = learn(
            "AssumeRole",
            &json!({"RoleArn": "arn:aws:iam::444455556666:role/ci/deploy", "RoleSessionName": "run"}),
            &json!({"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": "AROAX:run", "Arn": "arn:aws:sts::444455556666:assumed-role/deploy/run"}}),
        )
        .unwrap();
        assert_eq!(
            role.identity.arn().unwrap(),
            "arn:aws:sts::444455556666:assumed-role/deploy/run"
        );
        assert_eq!(role.identity.principal_id().unwrap(), "AROAX:run");
        assert_eq!(role.expires, Some(Timestamp::from_seconds(4600)));
        assert_eq!(role.token.as_deref(), Some("t"));
        let token = learn(
            "GetSessionToken",
            &json!({"TokenCode": "123456"}),
            &json!({"Credentials": credentials}),
        );
        let session = token.unwrap().identity.session().cloned().unwrap();
        assert_eq!(session.mfa_authenticated, Mfa::Used);
        let guest = learn(
            "GetFederationToken",
            &json!({"Name": "guest"}),
            &json!({"Credentials": credentials}),
        );
        assert_eq!(
            guest.unwrap().identity.principal_id().unwrap(),
            "111122223333:guest"
        );
        let key = json!({"AccessKey": {"UserName": "eve", "AccessKeyId": "AKIA1", "SecretAccessKey": "s"}});
        let user = learn("CreateAccessKey", &json!({"UserName": "eve"}), &key).unwrap();
        assert_eq!(user.identity.user_name().as_deref(), Some("eve"));
        assert_eq!(user.expires, None);
        assert_eq!(learn("GetCallerIdentity", &json!({}), &json!({})), None);
        assert_eq!(learn("AssumeRole", &json!({}), &json!({})), None);
    }

    #[test]
    fn role_arns() {
        let target = Target::parse("arn:aws:iam::111122223333:role/a/b/c").unwrap();
        assert_eq!((target.path.as_str(), target.name.as_str()), ("/a/b/", "c"));
        for wrong in [
            "arn:aws:iam::111122223333:user/bob",
            "arn:aws:iam::1:role/x",
            "arn:aws:s3::111122223333:role/x",
            "arn:aws:iam::111122223333:role/",
            "role/x",
            "",
        ] {
            assert_eq!(Target::parse(wrong), None, "{wrong}");
        }
    }
}
