//! What is known of temporary credentials: when they were issued, how, and to whom.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::place::AccountId;
use crate::time::Timestamp;

/// The attributes of temporary credentials. Read from one object; a name in it that is none of theirs is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// When the credentials were issued. Read from milliseconds or from text such as `2026-11-23T16:05:00Z`.
    pub creation_date: Timestamp,
    /// Whether MFA was used.
    pub mfa_authenticated: Mfa,
    /// What few sessions have.
    #[serde(flatten)]
    pub details: SessionDetails,
}

impl Session {
    /// A session that began then, of which nothing else is to be told.
    #[must_use]
    pub fn since(creation_date: Timestamp) -> Self {
        Self {
            creation_date,
            mfa_authenticated: Mfa::Absent,
            details: SessionDetails::default(),
        }
    }
}

impl<'de> Deserialize<'de> for Session {
    /// By hand, as serde refuses no unknown name where one struct's fields stand beside another's.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let creation_date = match members.remove("creationDate") {
            None => return Err(D::Error::missing_field("creationDate")),
            Some(Value::String(text)) => Timestamp::parse_iso(&text),
            Some(value) => value.as_i64().map(Timestamp::from_millis),
        };
        let mfa = members.remove("mfaAuthenticated");
        let mfa = mfa.map(|value| Mfa::deserialize(value).map_err(D::Error::custom));
        Ok(Self {
            creation_date: creation_date
                .ok_or_else(|| D::Error::custom("a date is like 2026-11-23T16:05:00Z"))?,
            mfa_authenticated: mfa.transpose()?.unwrap_or_default(),
            details: Details::deserialize(Value::Object(members))
                .map_err(D::Error::custom)?
                .into(),
        })
    }
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

/// What few sessions have, under the names that records give it (formats.md 2.4). Most have none of it, so it is boxed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Details", into = "Details")]
pub struct SessionDetails(Option<Box<Details>>);

impl SessionDetails {
    /// The details, if there are any.
    #[must_use]
    pub fn get(&self) -> Option<&Details> {
        self.0.as_deref()
    }
}

impl From<Details> for SessionDetails {
    fn from(details: Details) -> Self {
        Self((details != Details::default()).then(|| Box::new(details)))
    }
}

impl From<SessionDetails> for Details {
    fn from(details: SessionDetails) -> Self {
        details.0.map(|details| *details).unwrap_or_default()
    }
}

/// What a session may have beyond its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Details {
    /// How the user was known to an identity provider of the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_id_federation_data: Option<WebIdFederationData>,
    /// `1.0` or `2.0`: by which instance metadata service the credentials came (D).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ec2_role_delivery: Option<String>,
    /// The session is one of AssumeRoot's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assumed_root: bool,
    /// The sign-in session that the credentials come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_session_arn: Option<String>,
    /// The service that acts for the principal, such as `athena.amazonaws.com`: its name is also told as the address and
    /// the user agent of the call (O, native.md).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by: Option<String>,
    /// The product provider that acts by delegation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoked_by_delegate: Option<Delegate>,
    /// The resource that the credentials were issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_scope_of: Option<InScopeOf>,
    /// The Identity Center user that the principal acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The bearer token that the call was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<String>,
    /// The credentials are a console session's: records say so at their end, beside the identity.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub session_credential_from_console: bool,
}

/// `webIdFederationData` (D, formats.md 2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WebIdFederationData {
    /// Such as `arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com`.
    pub federated_provider: String,
    /// Of the token, such as `aud`.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// `invokedByDelegate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Delegate {
    /// The provider's account.
    pub account_id: AccountId,
}

/// `inScopeOf`: such as the Lambda function whose role it is (O, records of 2026).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct InScopeOf {
    /// The resource for which a service calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<String>,
    /// Its account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_account: Option<AccountId>,
    /// Such as `AWS::Lambda::Function`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_type: Option<String>,
    /// The ARN of the resource that has the credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_issued_to: Option<String>,
    /// The same with its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_issued_to_version: Option<String>,
}

/// `onBehalfOf`: a user of IAM Identity Center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OnBehalfOf {
    /// The user's id.
    pub user_id: String,
    /// Such as `arn:aws:identitystore::111122223333:identitystore/d-9067642ac7`.
    pub identity_store_arn: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_written_beside_the_date_and_read_back() {
        let json = r#"{"creationDate":1000,"mfaAuthenticated":true,"ec2RoleDelivery":"2.0","invokedBy":"athena.amazonaws.com"}"#;
        let session: Session = serde_json::from_str(json).unwrap();
        assert_eq!(session.mfa_authenticated, Mfa::Used);
        let details = session.details.get().unwrap();
        assert_eq!(details.ec2_role_delivery.as_deref(), Some("2.0"));
        assert_eq!(serde_json::to_string(&session).unwrap(), json);
        let plain = Session::since(Timestamp::from_seconds(1));
        let text = r#"{"creationDate":"1970-01-01T00:00:01Z"}"#;
        assert_eq!(serde_json::from_str::<Session>(text).unwrap(), plain);
        let why = |json: &str| {
            serde_json::from_str::<Session>(json)
                .unwrap_err()
                .to_string()
        };
        assert!(why(r#"{"creationDate":"today"}"#).starts_with("a date is like"));
        assert!(why("{}").starts_with("missing field `creationDate`"));
        let mistyped = why(r#"{"creationDate":1,"invokedby":"x"}"#);
        assert!(
            mistyped.starts_with("unknown field `invokedby`"),
            "{mistyped}"
        );
        assert_eq!(plain.details.get(), None);
        let again: Session = serde_json::from_str(&serde_json::to_string(&plain).unwrap()).unwrap();
        assert_eq!(again, plain);
    }
}
