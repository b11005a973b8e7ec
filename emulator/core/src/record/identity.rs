//! `userIdentity`: how a caller is written into a record (formats.md 2.4; key order of native.md).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::caller::{
    Caller, Delegate, Details, Identity, InScopeOf, Issuer, Mfa, OnBehalfOf, Session, localized,
};
use crate::place::{AccountId, Region};

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
    /// How this caller of a service in this region is recorded.
    pub(crate) fn of(caller: &'a Caller, region: &Region) -> Self {
        let identity = &caller.identity;
        let plain = Self {
            kind: kind(identity),
            principal_id: identity.principal_id(),
            arn: identity.arn_in(region),
            access_key_id: caller.told_key(),
            ..Self::default()
        };
        match identity {
            Identity::Root { .. }
            | Identity::IamUser { .. }
            | Identity::AssumedRole { .. }
            | Identity::Role { .. }
            | Identity::FederatedUser { .. } => with_session(identity, region, plain),
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
fn with_session<'a>(
    identity: &'a Identity,
    region: &Region,
    plain: UserIdentity<'a>,
) -> UserIdentity<'a> {
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
                arn: localized(
                    format!("arn:aws:iam::{account_id}:role{path}{role_name}"),
                    region,
                ),
                account_id: account_id.as_str(),
                user_name: Some(role_name),
            };
            (account_id, None, Some(issuer), source_identity.as_deref())
        }
        Identity::FederatedUser {
            account_id, issuer, ..
        } => {
            let issuer = asker(issuer, account_id, region);
            (account_id, None, Some(issuer), None)
        }
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

fn asker<'a>(issuer: &'a Issuer, account: &'a AccountId, region: &Region) -> SessionIssuer<'a> {
    let (kind, user_name) = match issuer {
        Issuer::Root => ("Root", None),
        Issuer::IamUser { user_name, .. } => ("IAMUser", Some(user_name.as_str())),
    };
    SessionIssuer {
        kind,
        principal_id: issuer.principal_id(*account),
        arn: localized(issuer.arn(*account), region),
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
mod tests;
