//! From a decision to credentials: the key of a new session, and how answers tell it.

use std::time::Duration;

use localtrail_core::{AccountId, Identity};
use serde_json::{Value, json};

use super::Ask;
use crate::directory::{Change, SessionKey, Tag, credentials};
use crate::query::{Fault, time};

/// What all session policies and tags may take together, in bytes before AWS packs them (I; D: 2048 characters).
const PACKED: usize = 2048;

/// A session to be.
pub(super) struct Grant {
    pub(super) identity: Identity,
    /// Seconds.
    pub(super) duration: u64,
    pub(super) tags: Vec<Tag>,
    pub(super) transitive: Vec<String>,
}

/// The new key as a change, and `Credentials` as answers tell them.
pub(super) fn issue(ask: &Ask<'_>, grant: Grant) -> (Change, Value) {
    let account: AccountId = grant.identity.account();
    let asked = ask.asked;
    let made = credentials(account, &asked.request_id);
    let issued = asked.now.whole_second();
    let expires = issued.plus(Duration::from_secs(grant.duration));
    let told = json!({
        "AccessKeyId": made.access_key,
        "SecretAccessKey": made.secret,
        "SessionToken": made.token,
        "Expiration": time(expires),
    });
    let key = SessionKey {
        id: made.access_key,
        secret: made.secret,
        token: Some(made.token),
        issued,
        expires: Some(expires),
        identity: grant.identity,
        tags: grant.tags,
        transitive: grant.transitive,
    };
    (Change::Session(key), told)
}

/// What a session is narrowed by: its policies and its tags.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrowing {
    size: Option<usize>,
}

impl Narrowing {
    /// Reads `Policy` and `PolicyArns`, and counts the tags in.
    ///
    /// # Errors
    /// `MalformedPolicyDocument`, `PackedPolicyTooLarge`.
    pub(super) fn read(ask: &Ask<'_>, tags: &[Tag]) -> Result<Self, Fault> {
        let mut size = 0;
        let policy = ask.input.any("Policy");
        if let Some(policy) = policy {
            let document: Value = serde_json::from_str(policy).map_err(|_| {
                Fault::bad(
                    "MalformedPolicyDocument",
                    "This policy contains invalid Json",
                )
            })?;
            size += document.to_string().len();
        }
        let arns = ask.input.raw("PolicyArns").and_then(Value::as_array);
        for one in arns.into_iter().flatten() {
            let arn = one.get("arn").and_then(Value::as_str).unwrap_or_default();
            if !arn.starts_with("arn:") {
                return Err(Fault::validation(format!("ARN {arn} is not valid.")));
            }
            size += arn.len();
        }
        let tagged: usize = tags.iter().map(|tag| tag.key.len() + tag.value.len()).sum();
        size += tagged;
        let percent = size * 100 / PACKED;
        let is_there = policy.is_some() || arns.is_some_and(|arns| !arns.is_empty());
        if percent > 100 {
            // Both sentences are AWS's (O).
            let sentence = match is_there {
                true => format!(
                    "Packed policy consumes {percent}% of allotted space, please use smaller policy."
                ),
                false => {
                    format!("Packed size of session tags consumes {percent}% of allotted space.")
                }
            };
            return Err(Fault::bad("PackedPolicyTooLarge", sentence));
        }
        Ok(Self {
            size: (is_there || !tags.is_empty()).then_some(percent.max(1)),
        })
    }

    /// `PackedPolicySize`: null where nothing narrows the session.
    pub(super) fn told(&self) -> Value {
        self.size.map_or(Value::Null, Value::from)
    }
}
