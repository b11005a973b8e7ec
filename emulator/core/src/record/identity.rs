//! `userIdentity`: how a caller is written into a record (formats.md 2.4; key order of native.md).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::caller::{
    Caller, Delegate, Details, Identity, InScopeOf, Issuer, Mfa, OnBehalfOf, Session,
};
use crate::place::AccountId;

/// `userIdentity` in AWS's key order. Empty objects are left out, as writers of 1.11 do (O).
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserIdentity<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
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
    identity_provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_context: Option<SessionContext<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoked_by_delegate: Option<&'a Delegate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_scope_of: Option<&'a InScopeOf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<&'a OnBehalfOf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential_id: Option<&'a str>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<SessionIssuer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web_id_federation_data: Option<WebIdFederationData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Attributes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ec2_role_delivery: Option<&'a str>,
    /// The string `"true"`, or nothing (O).
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed_root: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in_session_arn: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionIssuer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: String,
    arn: String,
    account_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WebIdFederationData<'a> {
    federated_provider: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: &'a BTreeMap<String, String>,
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
            kind: kind(identity),
            principal_id: identity.principal_id(),
            arn: identity.arn(),
            access_key_id: caller.access_key_id.as_deref(),
            ..Self::default()
        };
        match identity {
            Identity::Root { .. }
            | Identity::IamUser { .. }
            | Identity::AssumedRole { .. }
            | Identity::Role { .. }
            | Identity::FederatedUser { .. } => with_session(identity, plain),
            Identity::SamlUser {
                user_name,
                identity_provider,
                ..
            }
            | Identity::WebIdentityUser {
                user_name,
                identity_provider,
                ..
            } => Self {
                access_key_id: None,
                user_name: Some(user_name),
                identity_provider: Some(identity_provider),
                ..plain
            },
            Identity::IdentityCenterUser {
                account_id,
                on_behalf_of,
                credential_id,
            } => Self {
                account_id: Some(account_id.as_str()),
                access_key_id: None,
                on_behalf_of: Some(on_behalf_of),
                credential_id: credential_id.as_deref(),
                ..plain
            },
            Identity::Directory {
                account_id,
                user_name,
                ..
            }
            | Identity::Unknown {
                account_id,
                user_name,
                ..
            } => Self {
                account_id: Some(account_id.as_str()),
                user_name: user_name.as_deref(),
                ..plain
            },
            Identity::AwsAccount { .. }
            | Identity::ServiceEvent { .. }
            | Identity::AwsService { .. }
            | Identity::Anonymous { .. } => Self {
                account_id: told_account(identity),
                access_key_id: None,
                invoked_by: identity.invoked_by(),
                ..plain
            },
        }
    }
}

/// What is told of the account of those who have no keys.
fn told_account(identity: &Identity) -> Option<&str> {
    match identity {
        Identity::AwsAccount { account_id, .. } | Identity::ServiceEvent { account_id, .. } => {
            Some(account_id.as_str())
        }
        Identity::Anonymous { .. } => Some("anonymous"),
        _ => None,
    }
}

fn kind(identity: &Identity) -> Option<&'static str> {
    Some(match identity {
        Identity::Root { .. } => "Root",
        Identity::IamUser { .. } => "IAMUser",
        Identity::AssumedRole { .. } => "AssumedRole",
        Identity::Role { .. } => "Role",
        Identity::FederatedUser { .. } => "FederatedUser",
        Identity::SamlUser { .. } => "SAMLUser",
        Identity::WebIdentityUser { .. } => "WebIdentityUser",
        Identity::AwsAccount { .. } | Identity::Anonymous { .. } => "AWSAccount",
        Identity::AwsService { .. } => "AWSService",
        Identity::IdentityCenterUser { .. } => "IdentityCenterUser",
        Identity::Directory { .. } => "Directory",
        Identity::Unknown { .. } => "Unknown",
        Identity::ServiceEvent { .. } => return None,
    })
}

/// The principals that may call with temporary credentials.
fn with_session<'a>(identity: &'a Identity, plain: UserIdentity<'a>) -> UserIdentity<'a> {
    let (account_id, user_name, issuer, source_identity) = match identity {
        Identity::Root {
            account_id,
            user_name,
            ..
        } => (account_id, user_name.as_deref(), None, None),
        Identity::IamUser {
            account_id,
            user_name,
            ..
        } => (account_id, Some(user_name.as_str()), None, None),
        Identity::AssumedRole {
            account_id,
            role_name,
            path,
            source_identity,
            ..
        }
        | Identity::Role {
            account_id,
            role_name,
            path,
            source_identity,
            ..
        } => {
            let issuer = SessionIssuer {
                kind: "Role",
                principal_id: identity.role_id(),
                arn: format!("arn:aws:iam::{account_id}:role{path}{role_name}"),
                account_id: account_id.as_str(),
                user_name: Some(role_name),
            };
            (account_id, None, Some(issuer), source_identity.as_deref())
        }
        Identity::FederatedUser {
            account_id, issuer, ..
        } => (account_id, None, Some(asker(issuer, account_id)), None),
        _ => return plain,
    };
    let session = identity.session();
    let details = session.and_then(|session| session.details.get());
    let has_context = session.is_some() || issuer.is_some();
    UserIdentity {
        account_id: Some(account_id.as_str()),
        user_name,
        session_context: has_context.then(|| context(session, details, issuer, source_identity)),
        invoked_by: details.and_then(|details| details.invoked_by.as_deref()),
        invoked_by_delegate: details.and_then(|details| details.invoked_by_delegate.as_ref()),
        in_scope_of: details.and_then(|details| details.in_scope_of.as_ref()),
        on_behalf_of: details.and_then(|details| details.on_behalf_of.as_ref()),
        credential_id: details.and_then(|details| details.credential_id.as_deref()),
        ..plain
    }
}

fn asker<'a>(issuer: &'a Issuer, account: &'a AccountId) -> SessionIssuer<'a> {
    let (kind, user_name) = match issuer {
        Issuer::Root => ("Root", None),
        Issuer::IamUser { user_name, .. } => ("IAMUser", Some(user_name.as_str())),
    };
    SessionIssuer {
        kind,
        principal_id: issuer.principal_id(*account),
        arn: issuer.arn(*account),
        account_id: account.as_str(),
        user_name,
    }
}

fn context<'a>(
    session: Option<&'a Session>,
    details: Option<&'a Details>,
    session_issuer: Option<SessionIssuer<'a>>,
    source_identity: Option<&'a str>,
) -> SessionContext<'a> {
    SessionContext {
        session_issuer,
        web_id_federation_data: details
            .and_then(|details| details.web_id_federation_data.as_ref())
            .map(|data| WebIdFederationData {
                federated_provider: &data.federated_provider,
                attributes: &data.attributes,
            }),
        attributes: session.map(Attributes::from),
        source_identity,
        ec2_role_delivery: details.and_then(|details| details.ec2_role_delivery.as_deref()),
        assumed_root: details
            .is_some_and(|details| details.assumed_root)
            .then_some("true"),
        sign_in_session_arn: details.and_then(|details| details.sign_in_session_arn.as_deref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written of an identity that is declared so, with `AKIAEXAMPLE` as its key.
    fn written(declared: &str) -> String {
        let identity: Identity = serde_json::from_str(declared).unwrap();
        let again: Identity =
            serde_json::from_str(&serde_json::to_string(&identity).unwrap()).unwrap();
        assert_eq!(again, identity, "a declaration is read back as it is told");
        let caller = Caller {
            identity,
            access_key_id: Some("AKIAEXAMPLE".to_owned()),
        };
        serde_json::to_string(&UserIdentity::of(&caller)).unwrap()
    }

    #[test]
    fn an_iam_user_has_aws_key_order() {
        assert_eq!(
            written(
                r#"{"type":"IAMUser","accountId":"111122223333","userName":"bob","path":"/team/","principalId":"AIDAX"}"#
            ),
            r#"{"type":"IAMUser","principalId":"AIDAX","arn":"arn:aws:iam::111122223333:user/team/bob","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"bob"}"#
        );
    }

    #[test]
    fn an_assumed_role_keeps_the_path_in_its_issuer_only() {
        assert_eq!(
            written(
                r#"{"type":"AssumedRole","accountId":"111122223333","roleName":"deploy","path":"/ci/","roleId":"AROAX","sessionName":"run","session":{"creationDate":"1970-01-01T00:00:00Z"}}"#
            ),
            r#"{"type":"AssumedRole","principalId":"AROAX:run","arn":"arn:aws:sts::111122223333:assumed-role/deploy/run","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::111122223333:role/ci/deploy","accountId":"111122223333","userName":"deploy"},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"false"}}}"#
        );
    }

    #[test]
    fn a_session_tells_everything_that_is_known_of_it() {
        let declared = r#"{"type":"AssumedRole","accountId":"111122223333","roleName":"r","roleId":"AROAX","sessionName":"s","sourceIdentity":"alice","session":{
            "creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":true,
            "webIdFederationData":{"federatedProvider":"accounts.google.com","attributes":{"aud":"a"}},
            "ec2RoleDelivery":"2.0","assumedRoot":true,"signInSessionArn":"arn:s","invokedBy":"athena.amazonaws.com",
            "invokedByDelegate":{"accountId":"444455556666"},
            "inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:f"},
            "onBehalfOf":{"userId":"u","identityStoreArn":"arn:i"},"credentialId":"c"}}"#;
        let text = written(declared);
        let tail = text.split_once(r#""sessionContext":"#).unwrap().1;
        assert_eq!(
            tail,
            r#"{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::111122223333:role/r","accountId":"111122223333","userName":"r"},"webIdFederationData":{"federatedProvider":"accounts.google.com","attributes":{"aud":"a"}},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"true"},"sourceIdentity":"alice","ec2RoleDelivery":"2.0","assumedRoot":"true","signInSessionArn":"arn:s"},"invokedBy":"athena.amazonaws.com","invokedByDelegate":{"accountId":"444455556666"},"inScopeOf":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:f"},"onBehalfOf":{"userId":"u","identityStoreArn":"arn:i"},"credentialId":"c"}"#
        );
        let role = written(&declared.replacen("AssumedRole", "Role", 1));
        assert!(
            role.starts_with(
                r#"{"type":"Role","principalId":"AROAX:s","arn":"arn:aws:sts::111122223333:assumed-role/r/s""#
            ),
            "{role}"
        );
    }

    #[test]
    fn a_federated_user_names_who_asked_for_the_token() {
        assert_eq!(
            written(
                r#"{"type":"FederatedUser","accountId":"111122223333","userName":"guest","issuer":{"type":"IAMUser","userName":"bob","principalId":"AIDAX"},"session":{"creationDate":"1970-01-01T00:00:00Z"}}"#
            ),
            r#"{"type":"FederatedUser","principalId":"111122223333:guest","arn":"arn:aws:sts::111122223333:federated-user/guest","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":"AIDAX","arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333","userName":"bob"},"attributes":{"creationDate":"1970-01-01T00:00:00Z","mfaAuthenticated":"false"}}}"#
        );
        assert!(
            written(r#"{"type":"FederatedUser","accountId":"111122223333","userName":"guest"}"#)
                .contains(r#""sessionIssuer":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}"#)
        );
    }

    #[test]
    fn the_types_without_a_session() {
        const ACCOUNT: &str = r#""accountId":"111122223333""#;
        for (declared, record) in [
            (
                r#"{"type":"Root",A,"userName":"corp"}"#,
                r#"{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root",A,"accessKeyId":"AKIAEXAMPLE","userName":"corp"}"#,
            ),
            (
                r#"{"type":"SAMLUser",A,"principalId":"q:s","userName":"s","identityProvider":"q"}"#,
                r#"{"type":"SAMLUser","principalId":"q:s","userName":"s","identityProvider":"q"}"#,
            ),
            (
                r#"{"type":"WebIdentityUser",A,"principalId":"i:a:s","userName":"s","identityProvider":"i"}"#,
                r#"{"type":"WebIdentityUser","principalId":"i:a:s","userName":"s","identityProvider":"i"}"#,
            ),
            (
                r#"{"type":"AWSAccount",A,"principalId":"AIDAX"}"#,
                r#"{"type":"AWSAccount","principalId":"AIDAX",A}"#,
            ),
            (
                r#"{"type":"AWSService",A,"invokedBy":"x.amazonaws.com"}"#,
                r#"{"type":"AWSService","invokedBy":"x.amazonaws.com"}"#,
            ),
            (
                r#"{"type":"IdentityCenterUser",A,"onBehalfOf":{"userId":"u","identityStoreArn":"i"},"credentialId":"c"}"#,
                r#"{"type":"IdentityCenterUser",A,"onBehalfOf":{"userId":"u","identityStoreArn":"i"},"credentialId":"c"}"#,
            ),
            (
                r#"{"type":"Directory",A,"principalId":"d","userName":"n"}"#,
                r#"{"type":"Directory","principalId":"d",A,"accessKeyId":"AKIAEXAMPLE","userName":"n"}"#,
            ),
            (
                r#"{"type":"Unknown",A}"#,
                r#"{"type":"Unknown",A,"accessKeyId":"AKIAEXAMPLE"}"#,
            ),
            (
                r#"{"type":"ServiceEvent",A,"invokedBy":"x.amazonaws.com"}"#,
                r#"{A,"invokedBy":"x.amazonaws.com"}"#,
            ),
            (
                r#"{"type":"Anonymous",A}"#,
                r#"{"type":"AWSAccount","principalId":"","accountId":"anonymous"}"#,
            ),
        ] {
            let whole = |text: &str| {
                text.replace("{A,", &format!("{{{ACCOUNT},"))
                    .replace(",A", &format!(",{ACCOUNT}"))
            };
            assert_eq!(written(&whole(declared)), whole(record), "{declared}");
        }
    }
}
