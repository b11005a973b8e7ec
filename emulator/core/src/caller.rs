//! Who calls, and from where: what the server learns from a request before core sees it.
//!
//! How an identity is written into a record is `record::identity`'s business.

use serde::{Deserialize, Serialize};

use crate::place::AccountId;
use crate::time::Timestamp;

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
}

/// The kinds of principal that can be recorded (formats.md 2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Identity {
    /// The account's root user.
    #[serde(rename_all = "camelCase")]
    Root {
        /// The account.
        account_id: AccountId,
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

/// The attributes of temporary credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// When the credentials were issued.
    pub creation_date: Timestamp,
    /// Whether MFA was used.
    #[serde(default)]
    pub mfa_authenticated: Mfa,
}

/// Whether multi-factor authentication was used for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum Mfa {
    /// It was.
    Used,
    /// It was not.
    #[default]
    Absent,
}

impl From<bool> for Mfa {
    fn from(used: bool) -> Self {
        if used { Self::Used } else { Self::Absent }
    }
}

impl From<Mfa> for bool {
    fn from(mfa: Mfa) -> Self {
        mfa == Mfa::Used
    }
}

impl Identity {
    /// The account that the call is made in.
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Self::Root { account_id, .. }
            | Self::IamUser { account_id, .. }
            | Self::AssumedRole { account_id, .. }
            | Self::AwsService { account_id, .. }
            | Self::Anonymous { account_id } => *account_id,
        }
    }
}

/// Where a call came from, as records tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// An IPv4 or IPv6 address, or a service's DNS name.
    pub source_ip_address: String,
    /// The User-Agent header as sent; `None` when there was none.
    pub user_agent: Option<String>,
    /// Present only when TLS was spoken.
    pub tls: Option<Tls>,
}

/// What a record says of TLS (D, formats.md 2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// `TLSv1.3` or `TLSv1.2`.
    pub tls_version: String,
    /// Such as `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
    /// The Host header.
    pub client_provided_host_header: String,
    /// Such as `x25519`; only KMS and STS write it (O, native.md).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_exchange: Option<String>,
}
