//! AssumeRoleWithWebIdentity.

use localtrail_core::Timestamp;
use serde_json::{Value, json};

use super::Ask;
use super::assume::{
    Assumed, POLICY, ROLE_ARN, assume, check_source, check_tags, duration_of, refused, target,
};
use super::identities::{self, Target};
use super::issue::Narrowing;
use super::token::{Claims, bare};
use super::trust::{self, Asker};
use crate::directory::Tag;
use crate::policy::Facts;
use crate::query::{Fault, Rule, Said};

const NAME: Rule = Rule::length(2, 64).of(crate::iam::is_name_letter, "[\\w+=,.@-]*");
const TOKEN: Rule = Rule::length(4, 20_000).secret();

/// The providers that AWS knows by itself; all others are made in an account and have an ARN there (D).
const KNOWN: [&str; 2] = ["accounts.google.com", "cognito-identity.amazonaws.com"];

pub(super) fn role(ask: &mut Ask<'_>) -> Said {
    let arn = ask.input.required("RoleArn", ROLE_ARN);
    let session_name = ask.input.required("RoleSessionName", NAME);
    let token = ask.input.required("WebIdentityToken", TOKEN);
    ask.input.text("ProviderId", Rule::length(4, 2048));
    ask.input.text("Policy", POLICY);
    let duration = ask.input.number("DurationSeconds", 900..=43_200);
    ask.input.done()?;
    let target = target(arn)?;
    let claims = Claims::read(token).ok_or_else(|| {
        // The sentence is AWS's (O).
        Fault::bad(
            "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        )
    })?;
    in_time(&claims, ask.asked.now)?;
    let (tags, transitive) = claims.session_tags();
    let tags: Vec<Tag> = tags
        .into_iter()
        .map(|(key, value)| Tag { key, value })
        .collect();
    ask.input.hold_tags(&tags);
    ask.input.done()?;
    check_tags(&tags, &transitive)?;
    check_source(claims.source_identity())?;
    let narrowing = Narrowing::read(ask, &tags)?;
    let provider = provider(&target, &claims.issuer);
    let source = claims.source_identity().map(str::to_owned);
    let ask = &*ask;
    ask.directory.change(|state| {
        let found = target.find(state);
        if let Some(role) = found {
            let facts = facts(ask, &claims, session_name, source.as_deref());
            let facts = trust::with_tags(facts, &tags, &transitive);
            let mut actions = vec!["sts:AssumeRoleWithWebIdentity"];
            actions.extend((!tags.is_empty()).then_some("sts:TagSession"));
            actions.extend(source.as_ref().map(|_| "sts:SetSourceIdentity"));
            let asker = Asker::federated(&provider);
            if refused(&target, role, &asker, &actions, &facts).is_some() {
                return Err(Fault::denied(
                    "Not authorized to perform sts:AssumeRoleWithWebIdentity",
                ));
            }
        }
        let session =
            identities::web_session(ask.asked.now, &provider, &claims.audience, &claims.subject);
        let assumed = Assumed {
            session_name,
            session,
            source: source.clone(),
            duration: duration_of(duration, found)?,
            tags: tags.clone(),
            transitive: transitive.clone(),
        };
        let (change, mut told) = assume(ask, target.clone(), found, assumed);
        told["SubjectFromWebIdentityToken"] = json!(claims.subject);
        told["PackedPolicySize"] = narrowing.told();
        told["Provider"] = json!(provider);
        told["Audience"] = json!(claims.audience);
        told["SourceIdentity"] = source.clone().map_or(Value::Null, Value::String);
        Ok((told, vec![change]))
    })
}

/// The sentence is AWS's (O).
fn in_time(claims: &Claims, now: Timestamp) -> Result<(), Fault> {
    match claims.expires {
        Some(end) if end <= now => Err(Fault::bad(
            "ExpiredTokenException",
            format!(
                "Token expired: current date/time {} must be before the expiration date/time{}",
                now.seconds(),
                end.seconds(),
            ),
        )),
        _ => Ok(()),
    }
}

/// The provider's name or ARN, as answers and records tell it.
pub(super) fn provider(target: &Target, issuer: &str) -> String {
    let name = bare(issuer);
    match KNOWN.contains(&name) {
        true => name.to_owned(),
        false => format!(
            "arn:{}:iam::{}:oidc-provider/{name}",
            target.partition, target.account
        ),
    }
}

fn facts(ask: &Ask<'_>, claims: &Claims, session_name: &str, source: Option<&str>) -> Facts {
    let issuer = bare(&claims.issuer);
    let mut facts = trust::of_any(ask)
        .with("aws:FederatedProvider", issuer)
        .with("sts:RoleSessionName", session_name);
    if let Some(source) = source {
        facts = facts.with("sts:SourceIdentity", source);
    }
    for (name, value) in claims.texts() {
        facts = facts.with(&format!("{issuer}:{name}"), value);
    }
    facts
}
