//! Who a session's keys belong to.

use localtrail_core::{
    AccountId, Details, Identity, Issuer, Mfa, Session, SessionDetails, Timestamp,
    WebIdFederationData, derived_role_id,
};

use crate::directory::{Role, State};

const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// A role, as the ARN in a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub(crate) partition: String,
    pub(crate) account: AccountId,
    /// `/` or `/service/`.
    pub(crate) path: String,
    pub(crate) name: String,
}

impl Target {
    /// Reads `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    pub(crate) fn parse(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let head = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if head.0 != "arn" || !PARTITIONS.contains(&head.1) || head.2 != "iam" || !head.3.is_empty()
        {
            return None;
        }
        let account = AccountId::parse(parts.next()?)?;
        let rest = parts.next()?.strip_prefix("role/")?;
        let (path, name) = match rest.rsplit_once('/') {
            Some((path, name)) => (format!("/{path}/"), name),
            None => ("/".to_owned(), rest),
        };
        let fits = (1..=64).contains(&name.len()) && name.chars().all(crate::iam::is_name_letter);
        (fits && crate::iam::is_path(&path)).then(|| Self {
            partition: head.1.to_owned(),
            account,
            path,
            name: name.to_owned(),
        })
    }

    /// The role, if it was made here.
    pub(crate) fn find<'a>(&self, state: &'a State) -> Option<&'a Role> {
        state.role(self.account, &self.name)
    }

    /// Whether that is the role that is meant, to the letter.
    pub(crate) fn is(&self, role: &Role) -> bool {
        role.entity.name == self.name && role.entity.path == self.path
    }

    /// The id of the role: its own, or derived where nobody made it.
    pub(crate) fn id(&self, role: Option<&Role>) -> String {
        role.map_or_else(
            || derived_role_id(self.account, &self.name),
            |role| role.entity.id.clone(),
        )
    }

    /// A session of the role.
    pub(crate) fn session(
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
pub(crate) fn session(now: Timestamp, mfa: Mfa) -> Session {
    Session {
        mfa_authenticated: mfa,
        ..Session::since(now.whole_second())
    }
}

/// A session of somebody whom an identity provider of the web knows. Its records name the provider; attributes only those
/// providers have that AWS knows by itself (D; O for providers with an ARN, whose attributes are empty).
pub(crate) fn web_session(
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
pub(crate) fn with_session(identity: &Identity, new: Session) -> Option<Identity> {
    let mut identity = identity.clone();
    match &mut identity {
        Identity::Root { session, .. } | Identity::IamUser { session, .. } => *session = Some(new),
        _ => return None,
    }
    Some(identity)
}

/// A federated user, whose token the caller asked for.
pub(crate) fn federated(caller: &Identity, name: &str, session: Session) -> Option<Identity> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns() {
        let target = Target::parse("arn:aws:iam::111122223333:role/a/b/c").unwrap();
        assert_eq!((target.path.as_str(), target.name.as_str()), ("/a/b/", "c"));
        for wrong in [
            "arn:aws:iam::111122223333:user/bob",
            "arn:aws:iam::1:role/x",
            "arn:aws:s3::111122223333:role/x",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role//x",
            "role/x",
            "",
        ] {
            assert_eq!(Target::parse(wrong), None, "{wrong}");
        }
    }
}
