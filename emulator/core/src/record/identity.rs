//! `userIdentity`: how a caller is written into a record (formats.md 2.4; key order of native.md).

use serde::Serialize;

use crate::caller::{Caller, Identity, Mfa, Session};
use crate::ids;
use crate::place::AccountId;

/// `userIdentity` in AWS's key order. Empty objects are left out, as writers of 1.11 do (O).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserIdentity<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_by: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<SessionIssuer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Attributes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: String,
    arn: String,
    account_id: &'a str,
    user_name: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    creation_date: String,
    /// The string `"true"` or `"false"` (O).
    mfa_authenticated: &'static str,
}

impl From<&Session> for Attributes {
    fn from(session: &Session) -> Self {
        Self {
            creation_date: session.creation_date.iso(),
            mfa_authenticated: match session.mfa_authenticated {
                Mfa::Used => "true",
                Mfa::Absent => "false",
            },
        }
    }
}

impl<'a> UserIdentity<'a> {
    /// How this caller is recorded.
    pub(crate) fn of(caller: &'a Caller) -> Self {
        let identity = &caller.identity;
        let plain = Self {
            kind: "Root",
            principal_id: identity.principal_id(),
            arn: identity.arn(),
            account_id: None,
            access_key_id: caller.access_key_id.as_deref(),
            user_name: None,
            session_context: None,
            invoked_by: None,
        };
        match identity {
            Identity::Root {
                account_id,
                session,
            } => Self {
                account_id: Some(account_id.as_str()),
                session_context: session.as_ref().map(attributes_only),
                ..plain
            },
            Identity::IamUser {
                account_id,
                user_name,
                session,
                ..
            } => Self {
                kind: "IAMUser",
                account_id: Some(account_id.as_str()),
                user_name: Some(user_name),
                session_context: session.as_ref().map(attributes_only),
                ..plain
            },
            Identity::AssumedRole {
                account_id,
                role_name,
                path,
                session,
                source_identity,
                ..
            } => Self {
                kind: "AssumedRole",
                account_id: Some(account_id.as_str()),
                session_context: Some(SessionContext {
                    session_issuer: Some(SessionIssuer {
                        kind: "Role",
                        principal_id: identity.role_id(),
                        arn: format!("arn:aws:iam::{account_id}:role{path}{role_name}"),
                        account_id: account_id.as_str(),
                        user_name: role_name,
                    }),
                    attributes: session.as_ref().map(Attributes::from),
                    source_identity: source_identity.as_deref(),
                }),
                ..plain
            },
            Identity::AwsService { invoked_by, .. } => Self {
                kind: "AWSService",
                access_key_id: None,
                invoked_by: Some(invoked_by),
                ..plain
            },
            Identity::Anonymous { .. } => Self {
                kind: "AWSAccount",
                account_id: Some("anonymous"),
                access_key_id: None,
                ..plain
            },
        }
    }
}

fn attributes_only(session: &Session) -> SessionContext<'static> {
    SessionContext {
        session_issuer: None,
        attributes: Some(Attributes::from(session)),
        source_identity: None,
    }
}

impl Identity {
    /// The principal's ARN; `None` for AWS services and anonymous callers.
    #[must_use]
    pub fn arn(&self) -> Option<String> {
        match self {
            Self::Root { account_id, .. } => Some(format!("arn:aws:iam::{account_id}:root")),
            Self::IamUser {
                account_id,
                user_name,
                path,
                ..
            } => Some(format!("arn:aws:iam::{account_id}:user{path}{user_name}")),
            Self::AssumedRole {
                account_id,
                role_name,
                session_name,
                ..
            } => Some(format!(
                "arn:aws:sts::{account_id}:assumed-role/{role_name}/{session_name}"
            )),
            Self::AwsService { .. } | Self::Anonymous { .. } => None,
        }
    }

    /// The principal's id: `AIDA…`, `AROA…:session`, the account for root, empty for anonymous callers.
    #[must_use]
    pub fn principal_id(&self) -> Option<String> {
        match self {
            Self::Root { account_id, .. } => Some(account_id.to_string()),
            Self::IamUser {
                account_id,
                user_name,
                principal_id,
                ..
            } => Some(
                principal_id
                    .clone()
                    .unwrap_or_else(|| derived("AIDA", *account_id, user_name)),
            ),
            Self::AssumedRole { session_name, .. } => {
                Some(format!("{}:{session_name}", self.role_id()))
            }
            Self::AwsService { .. } => None,
            Self::Anonymous { .. } => Some(String::new()),
        }
    }

    /// What LookupEvents shows as `Username`: the user's name, the session's name, `root` (O, formats.md 7).
    #[must_use]
    pub fn user_name(&self) -> Option<String> {
        match self {
            Self::Root { .. } => Some("root".to_owned()),
            Self::IamUser { user_name, .. } => Some(user_name.clone()),
            Self::AssumedRole { session_name, .. } => Some(session_name.clone()),
            Self::AwsService { .. } | Self::Anonymous { .. } => None,
        }
    }

    fn role_id(&self) -> String {
        match self {
            Self::AssumedRole {
                account_id,
                role_name,
                role_id,
                ..
            } => role_id
                .clone()
                .unwrap_or_else(|| derived("AROA", *account_id, role_name)),
            Self::Root { .. }
            | Self::IamUser { .. }
            | Self::AwsService { .. }
            | Self::Anonymous { .. } => String::new(),
        }
    }
}

fn derived(prefix: &str, account: AccountId, name: &str) -> String {
    ids::principal(prefix, &[account.as_str(), name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn written(identity: Identity) -> String {
        let caller = Caller {
            identity,
            access_key_id: Some("AKIAEXAMPLE".to_owned()),
        };
        serde_json::to_string(&UserIdentity::of(&caller)).unwrap()
    }

    fn account() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    #[test]
    fn an_iam_user_has_aws_key_order() {
        let json = written(Identity::IamUser {
            account_id: account(),
            user_name: "bob".to_owned(),
            path: "/team/".to_owned(),
            principal_id: Some("AIDAX".to_owned()),
            session: None,
        });
        assert_eq!(
            json,
            r#"{"type":"IAMUser","principalId":"AIDAX","arn":"arn:aws:iam::111122223333:user/team/bob","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"bob"}"#
        );
    }

    #[test]
    fn an_assumed_role_keeps_the_path_in_its_issuer_only() {
        let json = written(Identity::AssumedRole {
            account_id: account(),
            role_name: "deploy".to_owned(),
            path: "/ci/".to_owned(),
            role_id: Some("AROAX".to_owned()),
            session_name: "run".to_owned(),
            session: Some(Session {
                creation_date: Timestamp::from_seconds(0),
                mfa_authenticated: Mfa::Absent,
            }),
            source_identity: None,
        });
        assert_eq!(
            json,
            r#"{"type":"AssumedRole","principalId":"AROAX:run","arn":"arn:aws:sts::111122223333:assumed-role/deploy/run","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::111122223333:role/ci/deploy","accountId":"111122223333","userName":"deploy"},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"false"}}}"#
        );
    }

    #[test]
    fn root_services_and_anonymous_callers() {
        assert_eq!(
            written(Identity::Root {
                account_id: account(),
                session: None
            }),
            r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE"}"#
        );
        assert_eq!(
            written(Identity::AwsService {
                account_id: account(),
                invoked_by: "cloudtrail.amazonaws.com".to_owned()
            }),
            r#"{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}"#
        );
        assert_eq!(
            written(Identity::Anonymous {
                account_id: account()
            }),
            r#"{"type":"AWSAccount","principalId":"","accountId":"anonymous"}"#
        );
    }
}
