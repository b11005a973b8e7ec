//! GetSessionToken and GetFederationToken: temporary credentials of a user or of root.

use localtrail_core::{Identity, Mfa};
use serde_json::json;

use super::assume::{POLICY, check_tags, mfa};
use super::identities;
use super::issue::{Grant, Narrowing, issue};
use super::{Ask, unauthenticated};
use crate::query::{Fault, Rule, Said};

const NAME: Rule = Rule::length(2, 32).of(crate::iam::is_name_letter, "[\\w+=,.@-]*");
/// Seconds: twelve hours where nothing is asked for (D).
const USUAL: u64 = 43_200;
/// Seconds: root's credentials last no longer, whatever is asked for (D).
const OF_ROOT: u64 = 3600;

pub(super) fn session(ask: &mut Ask<'_>) -> Said {
    let duration = ask.input.number("DurationSeconds", 900..=129_600);
    let mfa = mfa(ask);
    ask.input.done()?;
    permanent(ask, "GetSessionToken")?;
    let session = identities::session(ask.asked.now, mfa.unwrap_or(Mfa::Absent));
    let identity = identities::with_session(ask.caller(), session).ok_or_else(unauthenticated)?;
    let ask = &*ask;
    ask.directory.change(|_| {
        let grant = Grant {
            identity,
            duration: duration_of(ask, duration),
            tags: Vec::new(),
            transitive: Vec::new(),
        };
        let (change, credentials) = issue(ask, grant);
        Ok((json!({"Credentials": credentials}), vec![change]))
    })
}

pub(super) fn federation(ask: &mut Ask<'_>) -> Said {
    let name = ask.input.required("Name", NAME);
    ask.input.text("Policy", POLICY);
    let duration = ask.input.number("DurationSeconds", 900..=129_600);
    let tags = ask.input.tags();
    ask.input.done()?;
    permanent(ask, "GetFederationToken")?;
    check_tags(&tags, &[])?;
    let narrowing = Narrowing::read(ask, &tags)?;
    let session = identities::session(ask.asked.now, Mfa::Absent);
    let identity =
        identities::federated(ask.caller(), name, session).ok_or_else(unauthenticated)?;
    let user = json!({"FederatedUserId": identity.principal_id(), "Arn": ask.arn_of(&identity)});
    let ask = &*ask;
    ask.directory.change(|_| {
        let grant = Grant {
            identity,
            duration: duration_of(ask, duration),
            tags,
            transitive: Vec::new(),
        };
        let (change, credentials) = issue(ask, grant);
        let told = json!({
            "Credentials": credentials,
            "FederatedUser": user,
            "PackedPolicySize": narrowing.told(),
        });
        Ok((told, vec![change]))
    })
}

/// Only permanent keys may ask; the sentence is AWS's (O).
fn permanent(ask: &Ask<'_>, operation: &str) -> Result<(), Fault> {
    match ask.caller() {
        Identity::Root { session: None, .. } | Identity::IamUser { session: None, .. } => Ok(()),
        Identity::Anonymous { .. } => Err(unauthenticated()),
        _ => Err(Fault::denied(format!(
            "Cannot call {operation} with session credentials"
        ))),
    }
}

fn duration_of(ask: &Ask<'_>, asked: Option<u64>) -> u64 {
    let asked = asked.unwrap_or(USUAL);
    match ask.caller() {
        Identity::Root { .. } => asked.min(OF_ROOT),
        _ => asked,
    }
}
