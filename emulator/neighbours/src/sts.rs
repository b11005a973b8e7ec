//! STS: who am I, and sessions of roles, users and federated principals.
//!
//! A role that was made here is assumed as its trust policy says; any other role can be assumed, so that tests need not
//! make it first (I). Web identity tokens and SAML assertions are read and believed: nobody's signature is checked, as no
//! provider is known here.

mod assertion;
mod assume;
mod federated;
pub(crate) mod identities;
mod issue;
mod message;
mod saml;
mod session;
mod token;
mod trust;
mod web;

use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};
use localtrail_core::{AccountId, Identity, Organization, Region};
use serde_json::{Map, Value, json};

use crate::asked::{AnswerBody, Asked};
use crate::directory::Directory;
use crate::ids::{StsEndpoint, sts_extended_id};
use crate::query::{self, Fault, Input, Rule, Said};

pub use federated::federated_caller;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

type Operation = fn(&mut Ask<'_>) -> Said;

/// The operations that are answered.
const TABLE: [(&str, Operation); 8] = [
    ("AssumeRole", assume::role),
    ("AssumeRoleWithSAML", saml::role),
    ("AssumeRoleWithWebIdentity", web::role),
    ("DecodeAuthorizationMessage", message::decode),
    ("GetAccessKeyInfo", access_key_info),
    ("GetCallerIdentity", caller_identity),
    ("GetFederationToken", session::federation),
    ("GetSessionToken", session::session),
];

/// One call.
pub(crate) struct Ask<'a> {
    directory: &'a Directory,
    input: Input<'a>,
    asked: &'a Asked,
    /// The caller's.
    organization: Option<&'a Organization>,
}

/// The names of the operations that are answered.
pub(crate) fn operations() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, _)| *name)
}

/// Answers a call; `None` for an operation that is not answered here.
pub(crate) fn answer(
    directory: &Directory,
    operation: &str,
    input: Option<&Map<String, Value>>,
    asked: &Asked,
    organization: Option<&Organization>,
) -> Option<Response<AnswerBody>> {
    let (name, run) = TABLE.iter().find(|(name, _)| *name == operation)?;
    let mut ask = Ask {
        directory,
        input: Input::new(input),
        asked,
        organization,
    };
    let said = run(&mut ask);
    let mut response = query::respond(NAMESPACE, name, &said, &asked.request_id);
    // Errors have none (O, native.md).
    if said.is_ok()
        && let Ok(id) = HeaderValue::from_str(&extended_id(asked))
    {
        let headers = response.headers_mut();
        headers.insert("x-amz-sts-extended-request-id", id);
    }
    Some(response)
}

/// The global endpoint is known by its host, which only TLS makes it sure to be seen here.
fn extended_id(asked: &Asked) -> String {
    let host = asked.origin.tls.as_ref();
    let is_global = host
        .and_then(|tls| tls.client_provided_host_header.split(':').next())
        .is_some_and(|host| host == "sts.amazonaws.com");
    let (endpoint, region) = match is_global {
        true => (StsEndpoint::Global, Region::us_east_1()),
        false => (StsEndpoint::Regional, asked.region.clone()),
    };
    sts_extended_id(
        &asked.request_id,
        region.as_str(),
        asked.now.millis(),
        endpoint,
    )
}

fn caller_identity(ask: &mut Ask<'_>) -> Said {
    let identity = ask.caller();
    let (Some(arn), Some(id)) = (ask.arn_of(identity), identity.principal_id()) else {
        return Err(unauthenticated());
    };
    Ok(json!({"Arn": arn, "UserId": id, "Account": identity.account()}))
}

fn access_key_info(ask: &mut Ask<'_>) -> Said {
    let rule = Rule::length(16, 128).of(|c| c.is_ascii_alphanumeric() || c == '_', "[\\w]*");
    let key = ask.input.required("AccessKeyId", rule);
    ask.input.done()?;
    let now = ask.asked.now;
    let account = ask
        .directory
        .issued(key, now)
        .map(|issued| issued.identity.account())
        .or_else(|| account_of_key(key))
        .ok_or_else(|| Fault::validation(format!("Invalid Access Key ID: {key}")))?;
    Ok(json!({"Account": account}))
}

fn unauthenticated() -> Fault {
    Fault::new(
        StatusCode::FORBIDDEN,
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
    )
}

impl Ask<'_> {
    fn caller(&self) -> &Identity {
        &self.asked.caller.identity
    }

    /// Who called, as sentences tell.
    fn caller_arn(&self) -> String {
        self.arn_of(self.caller()).unwrap_or_default()
    }

    /// An ARN as it is where the call is made.
    fn arn_of(&self, identity: &Identity) -> Option<String> {
        identity.arn_in(&self.asked.region)
    }
}

/// The account that an access key's id encodes. Since 2019 the characters after the four-letter prefix are base32; bits 1
/// to 40 of the first six bytes, counted from the top, are the account (O; widely published, AWS documents only
/// GetAccessKeyInfo).
#[must_use]
pub fn account_of_key(access_key: &str) -> Option<AccountId> {
    const ENCODED: usize = 16;
    let rest = access_key
        .strip_prefix("AKIA")
        .or_else(|| access_key.strip_prefix("ASIA"))?;
    let bytes = data_encoding::BASE32
        .decode(rest.as_bytes().get(..ENCODED)?)
        .ok()?;
    let first_six = bytes
        .iter()
        .take(6)
        .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let account = (first_six & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then(|| AccountId::from_number(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_nothing_twice() {
        assert!(TABLE.is_sorted_by(|one, next| one.0 < next.0));
    }
}
