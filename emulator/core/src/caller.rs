//! Who calls, and from where: what the server learns from a request before core sees it.
//!
//! How an identity is written into a record is `record::identity`'s business.

mod origin;
mod principal;
mod session;

use serde::{Deserialize, Serialize};

use crate::place::AccountId;

pub use origin::{Origin, Tls};
pub use principal::{derived_role_id, localized};
pub use session::{
    Delegate, Details, InScopeOf, Mfa, OnBehalfOf, Session, SessionDetails, WebIdFederationData,
};

/// The principal that made a call and the access key it used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// Who.
    pub identity: Identity,
    /// The access key of the request; `None` for anonymous calls and AWS services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
}

impl Caller {
    /// The account that the call is made in.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.identity.account()
    }

    /// The access key that the record tells: none of those who are known by something else than a key, and none of a
    /// service with the session of its own role (O, 6 of 6 records).
    pub(crate) fn told_key(&self) -> Option<&str> {
        let is_told = match &self.identity {
            Identity::AssumedRole { path, .. } | Identity::Role { path, .. } => {
                !path.starts_with("/aws-service-role/") || self.identity.invoked_by().is_none()
            }
            Identity::Root { .. }
            | Identity::IamUser { .. }
            | Identity::FederatedUser { .. }
            | Identity::Directory { .. }
            | Identity::Unknown { .. } => true,
            Identity::SamlUser { .. }
            | Identity::WebIdentityUser { .. }
            | Identity::AwsAccount { .. }
            | Identity::IdentityCenterUser { .. }
            | Identity::ServiceEvent { .. }
            | Identity::AwsService { .. }
            | Identity::Anonymous { .. } => false,
        };
        self.access_key_id.as_deref().filter(|_| is_told)
    }
}

/// The kinds of principal that can be recorded (formats.md 2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Identity {
    /// The account's root user.
    #[serde(rename_all = "camelCase")]
    Root {
        /// The account.
        account_id: AccountId,
        /// The account's alias, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_name: Option<String>,
        /// Present when temporary credentials were used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<Session>,
    },
    /// An IAM user.
    #[serde(rename = "IAMUser", rename_all = "camelCase")]
    IamUser {
        /// The account.
        account_id: AccountId,
        /// The user's friendly name.
        user_name: String,
        /// `/` or `/team/`.
        #[serde(default = "root_path")]
        path: String,
        /// The `AIDA…` id; derived from account and name when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        principal_id: Option<String>,
        /// Present when temporary credentials were used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<Session>,
    },
    /// A session of an IAM role.
    #[serde(rename_all = "camelCase")]
    AssumedRole {
        /// The account.
        account_id: AccountId,
        /// The role's friendly name.
        role_name: String,
        /// `/` or `/service/`; kept in the session issuer's ARN and dropped from the session's own (O, native.md).
        #[serde(default = "root_path")]
        path: String,
        /// The `AROA…` id; derived from account and name when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role_id: Option<String>,
        /// The session's name.
        session_name: String,
        /// When the session began and whether with MFA.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<Session>,
        /// The source identity, where one was set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_identity: Option<String>,
    },
    /// A role that is told as such; otherwise the same as [`Identity::AssumedRole`]. Rare (D).
    #[serde(rename_all = "camelCase")]
    Role {
        /// The account.
        account_id: AccountId,
        /// The role's friendly name.
        role_name: String,
        /// `/` or `/service/`.
        #[serde(default = "root_path")]
        path: String,
        /// The `AROA…` id; derived from account and name when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role_id: Option<String>,
        /// The session's name.
        session_name: String,
        /// When the session began and whether with MFA.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<Session>,
        /// The source identity, where one was set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_identity: Option<String>,
    },
    /// A session of GetFederationToken.
    #[serde(rename_all = "camelCase")]
    FederatedUser {
        /// The account.
        account_id: AccountId,
        /// The name that the token was asked for with.
        user_name: String,
        /// Who asked for the token.
        #[serde(default)]
        issuer: Issuer,
        /// When the session began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session: Option<Session>,
    },
    /// A user of a SAML provider, at AssumeRoleWithSAML alone.
    #[serde(rename = "SAMLUser", rename_all = "camelCase")]
    SamlUser {
        /// The role's account; it is not told.
        account_id: AccountId,
        /// The name qualifier and the subject, joined by a colon.
        principal_id: String,
        /// The subject.
        user_name: String,
        /// The provider's name qualifier.
        identity_provider: String,
    },
    /// A user of a web identity provider, at AssumeRoleWithWebIdentity alone.
    #[serde(rename_all = "camelCase")]
    WebIdentityUser {
        /// The role's account; it is not told.
        account_id: AccountId,
        /// Issuer, audience and subject, joined by colons.
        principal_id: String,
        /// The subject.
        user_name: String,
        /// Such as `accounts.google.com`, or a provider's ARN.
        identity_provider: String,
    },
    /// A principal of another account, as the owner of what was called sees it.
    #[serde(rename = "AWSAccount", rename_all = "camelCase")]
    AwsAccount {
        /// The principal's account.
        account_id: AccountId,
        /// The principal's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        principal_id: Option<String>,
    },
    /// A user of IAM Identity Center.
    #[serde(rename_all = "camelCase")]
    IdentityCenterUser {
        /// The account.
        account_id: AccountId,
        /// Which user.
        on_behalf_of: OnBehalfOf,
        /// The bearer token's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential_id: Option<String>,
    },
    /// A user of a directory. Rare (D).
    #[serde(rename_all = "camelCase")]
    Directory {
        /// The account.
        account_id: AccountId,
        /// The user's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        principal_id: Option<String>,
        /// The user's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_name: Option<String>,
    },
    /// Somebody of whom CloudTrail knows no type.
    #[serde(rename_all = "camelCase")]
    Unknown {
        /// The account.
        account_id: AccountId,
        /// An id, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        principal_id: Option<String>,
        /// A name, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_name: Option<String>,
    },
    /// Nobody: something that a service did by itself. Its records have no `type` (O, formats.md 2.4).
    #[serde(rename_all = "camelCase")]
    ServiceEvent {
        /// The account that it happened in.
        account_id: AccountId,
        /// Such as `secretsmanager.amazonaws.com`.
        invoked_by: String,
    },
    /// An AWS service that acts for itself.
    #[serde(rename = "AWSService", rename_all = "camelCase")]
    AwsService {
        /// The account that sees the call.
        account_id: AccountId,
        /// Such as `cloudtrail.amazonaws.com`.
        invoked_by: String,
    },
    /// A call without credentials, which only S3 answers (D, formats.md 3.5).
    #[serde(rename_all = "camelCase")]
    Anonymous {
        /// The account that owns what was called.
        account_id: AccountId,
    },
}

fn root_path() -> String {
    "/".to_owned()
}

/// Who asked for a federation token: a principal of the same account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Issuer {
    /// The account's root user.
    #[default]
    Root,
    /// An IAM user.
    #[serde(rename = "IAMUser", rename_all = "camelCase")]
    IamUser {
        /// The user's friendly name.
        user_name: String,
        /// `/` or `/team/`.
        #[serde(default = "root_path")]
        path: String,
        /// The `AIDA…` id; derived from account and name when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        principal_id: Option<String>,
    },
}

impl Identity {
    /// The account that the call is made in.
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Self::Root { account_id, .. }
            | Self::IamUser { account_id, .. }
            | Self::AssumedRole { account_id, .. }
            | Self::Role { account_id, .. }
            | Self::FederatedUser { account_id, .. }
            | Self::SamlUser { account_id, .. }
            | Self::WebIdentityUser { account_id, .. }
            | Self::AwsAccount { account_id, .. }
            | Self::IdentityCenterUser { account_id, .. }
            | Self::Directory { account_id, .. }
            | Self::Unknown { account_id, .. }
            | Self::ServiceEvent { account_id, .. }
            | Self::AwsService { account_id, .. }
            | Self::Anonymous { account_id } => *account_id,
        }
    }

    /// What is known of the temporary credentials, if it calls with such.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match self {
            Self::Root { session, .. }
            | Self::IamUser { session, .. }
            | Self::AssumedRole { session, .. }
            | Self::Role { session, .. }
            | Self::FederatedUser { session, .. } => session.as_ref(),
            Self::SamlUser { .. }
            | Self::WebIdentityUser { .. }
            | Self::AwsAccount { .. }
            | Self::IdentityCenterUser { .. }
            | Self::Directory { .. }
            | Self::Unknown { .. }
            | Self::ServiceEvent { .. }
            | Self::AwsService { .. }
            | Self::Anonymous { .. } => None,
        }
    }

    /// The service that calls, for itself or for a principal.
    #[must_use]
    pub fn invoked_by(&self) -> Option<&str> {
        match self {
            Self::AwsService { invoked_by, .. } | Self::ServiceEvent { invoked_by, .. } => {
                Some(invoked_by)
            }
            _ => self.session()?.details.get()?.invoked_by.as_deref(),
        }
    }
}
