//! AssumeRole, and what all ways of assuming a role have in common.

use localtrail_core::{Identity, Mfa, Session};
use serde_json::{Value, json};

use super::identities::{self, Target};
use super::issue::{Grant, Narrowing, issue};
use super::trust::{self, Asker};
use super::{Ask, unauthenticated};
use crate::directory::{Change, Role, State, Tag};
use crate::policy::Facts;
use crate::query::{Fault, Rule, Said, has_twins};

pub(super) const ROLE_ARN: Rule = Rule::length(20, 2048);
const NAME: Rule = Rule::length(2, 64).of(crate::iam::is_name_letter, "[\\w+=,.@-]*");
const EXTERNAL_ID: Rule = Rule::length(2, 1224).of(
    |c| crate::iam::is_name_letter(c) || c == ':' || c == '/',
    "[\\w+=,.@:\\/-]*",
);
pub(super) const POLICY: Rule =
    Rule::length(1, 2048).of(crate::iam::is_document_letter, crate::iam::DOCUMENT_LETTERS);
/// AssumeRole alone has no limit but that of the packed size.
const LONG_POLICY: Rule =
    Rule::length(1, usize::MAX).of(crate::iam::is_document_letter, crate::iam::DOCUMENT_LETTERS);
const SERIAL: Rule = Rule::length(9, 256).of(
    |c| crate::iam::is_name_letter(c) || c == ':' || c == '/',
    "[\\w+=/:,.@-]*",
);
const CODE: Rule = Rule::length(6, 6).of(|c| c.is_ascii_digit(), "[\\d]*");

/// Seconds: an hour where nothing is asked for, and the most for a session of a session (D, "role chaining").
const HOUR: u64 = 3600;
/// Seconds: no role allows more (D).
const LONGEST: u64 = 43_200;

pub(super) fn role(ask: &mut Ask<'_>) -> Said {
    let arn = ask.input.required("RoleArn", ROLE_ARN);
    let session_name = ask.input.required("RoleSessionName", NAME);
    let duration = ask.input.number("DurationSeconds", 900..=LONGEST);
    ask.input.text("Policy", LONG_POLICY);
    let external_id = ask.input.text("ExternalId", EXTERNAL_ID);
    let source = ask.input.text("SourceIdentity", NAME);
    let mfa = mfa(ask);
    let new_tags = ask.input.tags();
    let new_transitive = ask.input.tag_keys("TransitiveTagKeys");
    ask.input.done()?;
    if matches!(ask.caller(), Identity::Anonymous { .. }) {
        return Err(unauthenticated());
    }
    if matches!(ask.caller(), Identity::Root { .. }) {
        return Err(Fault::denied("Roles may not be assumed by root accounts."));
    }
    let target = target(arn)?;
    check_tags(&new_tags, &new_transitive)?;
    let narrowing = Narrowing::read(ask, &new_tags)?;
    let ask = &*ask;
    ask.directory.change(|state| {
        let (tags, transitive) = inherited(ask, state, new_tags.clone(), new_transitive.clone())?;
        let old_source = trust::source_identity(ask.caller());
        if source.is_some() && old_source.is_some() && source != old_source {
            return Err(not_authorized(ask, "sts:SetSourceIdentity", arn));
        }
        let found = target.find(state);
        if let Some(role) = found {
            let mut facts = trust::facts(ask, state).with("sts:RoleSessionName", session_name);
            if let Some(id) = external_id {
                facts = facts.with("sts:ExternalId", id);
            }
            if let Some(source) = source {
                facts = facts.with("sts:SourceIdentity", source);
            }
            facts = trust::with_tags(facts, &new_tags, &new_transitive);
            let mut actions = vec!["sts:AssumeRole"];
            actions.extend((!new_tags.is_empty()).then_some("sts:TagSession"));
            actions.extend(source.map(|_| "sts:SetSourceIdentity"));
            let asker = Asker::of(ask);
            if let Some(action) = refused(&target, role, &asker, &actions, &facts) {
                return Err(not_authorized(ask, action, arn));
            }
        }
        let duration = allowed_duration(ask, duration, found)?;
        let source = source.or(old_source).map(str::to_owned);
        let session = identities::session(ask.asked.now, mfa.unwrap_or(callers_mfa(ask)));
        let assumed = Assumed {
            session_name,
            session,
            source: source.clone(),
            duration,
            tags,
            transitive,
        };
        let (change, mut told) = assume(ask, target.clone(), found, assumed);
        told["PackedPolicySize"] = narrowing.told();
        told["SourceIdentity"] = source.map_or(Value::Null, Value::String);
        Ok((told, vec![change]))
    })
}

/// A session of a role that may be.
pub(super) struct Assumed<'a> {
    pub(super) session_name: &'a str,
    pub(super) session: Session,
    pub(super) source: Option<String>,
    /// Seconds.
    pub(super) duration: u64,
    pub(super) tags: Vec<Tag>,
    pub(super) transitive: Vec<String>,
}

/// Issues the session: the change, and the part of the answer that all ways have in common.
pub(super) fn assume(
    ask: &Ask<'_>,
    target: Target,
    role: Option<&Role>,
    assumed: Assumed<'_>,
) -> (Change, Value) {
    let role_id = target.id(role);
    let identity = target.session(
        role_id,
        assumed.session_name,
        assumed.session,
        assumed.source,
    );
    let user = json!({"AssumedRoleId": identity.principal_id(), "Arn": ask.arn_of(&identity)});
    let (change, credentials) = issue(
        ask,
        Grant {
            identity,
            duration: assumed.duration,
            tags: assumed.tags,
            transitive: assumed.transitive,
        },
    );
    (
        change,
        json!({"Credentials": credentials, "AssumedRoleUser": user}),
    )
}

/// The role that an ARN names.
///
/// # Errors
/// `ValidationError` where it names none; the sentence is AWS's (O).
pub(super) fn target(arn: &str) -> Result<Target, Fault> {
    Target::parse(arn).ok_or_else(|| Fault::validation(format!("{arn} is invalid")))
}

/// The first of the actions that the role's trust policy does not allow; all of them where another role is meant.
pub(super) fn refused<'a>(
    target: &Target,
    role: &Role,
    asker: &Asker,
    actions: &[&'a str],
    facts: &Facts,
) -> Option<&'a str> {
    let mut actions = actions.iter().copied();
    actions.find(|action| !target.is(role) || !trust::allows(role, asker, action, facts))
}

/// How long the session lasts.
pub(super) fn duration_of(asked: Option<u64>, role: Option<&Role>) -> Result<u64, Fault> {
    let longest = role.map_or(LONGEST, |role| role.max_session);
    match asked {
        Some(asked) if asked > longest => Err(Fault::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )),
        Some(asked) => Ok(asked),
        None => Ok(HOUR),
    }
}

fn allowed_duration(ask: &Ask<'_>, asked: Option<u64>, role: Option<&Role>) -> Result<u64, Fault> {
    let chained = matches!(
        ask.caller(),
        Identity::AssumedRole { .. } | Identity::Role { .. }
    );
    if chained && asked.is_some_and(|asked| asked > HOUR) {
        return Err(Fault::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    duration_of(asked, role)
}

/// Whether MFA is given with the call; every code is taken for the right one, as no device is known here (I).
pub(super) fn mfa(ask: &mut Ask<'_>) -> Option<Mfa> {
    let serial = ask.input.text("SerialNumber", SERIAL);
    let code = ask.input.text("TokenCode", CODE);
    serial.and(code).map(|_| Mfa::Used)
}

/// That of a user's session. A session of a session has none of its own (I; D, AWS tells of no MFA in role chains).
fn callers_mfa(ask: &Ask<'_>) -> Mfa {
    match ask.caller() {
        Identity::IamUser { session, .. } => session
            .as_ref()
            .map_or(Mfa::Absent, |session| session.mfa_authenticated),
        _ => Mfa::Absent,
    }
}

/// The tags of the new session: those of the call, and the transitive ones of the calling session.
fn inherited(
    ask: &Ask<'_>,
    state: &State,
    mut tags: Vec<Tag>,
    mut transitive: Vec<String>,
) -> Result<(Vec<Tag>, Vec<String>), Fault> {
    let key = ask.asked.caller.access_key_id.as_deref();
    let Some(caller) = key.and_then(|key| state.session(key)) else {
        return Ok((tags, transitive));
    };
    for key in &caller.transitive {
        if tags.iter().any(|tag| tag.key.eq_ignore_ascii_case(key)) {
            return Err(Fault::bad(
                "InvalidParameterValue",
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
            ));
        }
        let inherited = caller.tags.iter().find(|tag| tag.key == *key);
        tags.extend(inherited.cloned());
        transitive.push(key.clone());
    }
    Ok((tags, transitive))
}

/// What no rule of the model says of session tags.
pub(super) fn check_tags(tags: &[Tag], transitive: &[String]) -> Result<(), Fault> {
    if has_twins(tags) {
        return Err(Fault::bad(
            "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ));
    }
    let known = |key: &String| tags.iter().any(|tag| tag.key.eq_ignore_ascii_case(key));
    if transitive.iter().all(known) {
        return Ok(());
    }
    Err(Fault::bad(
        "InvalidParameterValue",
        "The specified transitive tag key must be included in the requested tags.",
    ))
}

/// Whether a token may give this as the session's name or its source identity.
pub(super) fn is_session_name(text: &str) -> bool {
    (2..=64).contains(&text.len()) && text.chars().all(crate::iam::is_name_letter)
}

/// The source identity that a token gives (D, "Troubleshoot SAML federation").
pub(super) fn check_source(source: Option<&str>) -> Result<(), Fault> {
    match source {
        Some(source) if !is_session_name(source) => Err(Fault::bad(
            "InvalidIdentityToken",
            "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"",
        )),
        _ => Ok(()),
    }
}

/// The sentence is AWS's (O).
fn not_authorized(ask: &Ask<'_>, action: &str, resource: &str) -> Fault {
    Fault::denied(format!(
        "User: {} is not authorized to perform: {action} on resource: {resource}",
        ask.caller_arn(),
    ))
}
