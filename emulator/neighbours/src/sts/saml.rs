//! AssumeRoleWithSAML.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use localtrail_core::{AccountId, Mfa};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::Ask;
use super::assertion::Assertion;
use super::assume::{
    Assumed, POLICY, ROLE_ARN, assume, check_source, check_tags, duration_of, is_session_name,
    refused, target,
};
use super::identities;
use super::issue::Narrowing;
use super::trust::{self, Asker};
use crate::directory::Tag;
use crate::policy::Facts;
use crate::query::{Fault, Rule, Said};

const ASSERTION: Rule = Rule::length(4, 100_000).secret();
/// The attributes that AWS reads (D, "Configure SAML assertions").
const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";

pub(super) fn role(ask: &mut Ask<'_>) -> Said {
    let arn = ask.input.required("RoleArn", ROLE_ARN);
    let provider = ask.input.required("PrincipalArn", ROLE_ARN);
    let encoded = ask.input.required("SAMLAssertion", ASSERTION);
    ask.input.text("Policy", POLICY);
    let duration = ask.input.number("DurationSeconds", 900..=43_200);
    ask.input.done()?;
    let target = target(arn)?;
    let provider_name = provider_name(provider, target.account)?;
    let assertion = read(encoded)?;
    if assertion.ends.is_some_and(|end| end <= ask.asked.now) {
        return Err(Fault::bad(
            "ExpiredTokenException",
            "Token must be redeemed within 5 minutes of issuance",
        ));
    }
    let asked = Asked::of(&assertion)?;
    if !names_pair(&assertion, arn, provider) {
        return Err(not_authorized());
    }
    ask.input.hold_tags(&asked.tags);
    ask.input.done()?;
    check_tags(&asked.tags, &asked.transitive)?;
    let narrowing = Narrowing::read(ask, &asked.tags)?;
    let qualifier = name_qualifier(&assertion.issuer, target.account, provider_name);
    let ask = &*ask;
    ask.directory.change(|state| {
        let found = target.find(state);
        if let Some(role) = found {
            let facts = facts(ask, &assertion, &qualifier, &asked);
            let mut actions = vec!["sts:AssumeRoleWithSAML"];
            actions.extend((!asked.tags.is_empty()).then_some("sts:TagSession"));
            actions.extend(asked.source.as_ref().map(|_| "sts:SetSourceIdentity"));
            let asker = Asker::federated(provider);
            if refused(&target, role, &asker, &actions, &facts).is_some() {
                return Err(not_authorized());
            }
        }
        let assumed = Assumed {
            session_name: &asked.session_name,
            session: identities::session(ask.asked.now, Mfa::Absent),
            source: asked.source.clone(),
            duration: duration_of(duration.or(asked.duration), found)?,
            tags: asked.tags.clone(),
            transitive: asked.transitive.clone(),
        };
        let (change, mut told) = assume(ask, target.clone(), found, assumed);
        told["PackedPolicySize"] = narrowing.told();
        told["Subject"] = json!(assertion.subject);
        told["SubjectType"] = json!(assertion.subject_type());
        told["Issuer"] = json!(assertion.issuer);
        told["Audience"] = json!(assertion.recipient);
        told["NameQualifier"] = json!(qualifier);
        told["SourceIdentity"] = asked.source.clone().map_or(Value::Null, Value::String);
        Ok((told, vec![change]))
    })
}

fn invalid(sentence: &str) -> Fault {
    Fault::bad("InvalidIdentityToken", sentence)
}

/// The sentence is AWS's (O).
fn not_authorized() -> Fault {
    Fault::denied("Not authorized to perform sts:AssumeRoleWithSAML")
}

/// The provider's name, out of `arn:aws:iam::ACCOUNT:saml-provider/NAME`; it is of the role's account (D).
pub(super) fn provider_name(arn: &str, account: AccountId) -> Result<&str, Fault> {
    let head = format!(":iam::{account}:saml-provider/");
    match arn.split_once(&head) {
        Some((_, name)) if !name.is_empty() => Ok(name),
        _ => Err(invalid(
            "PrincipalArn must be a SAML provider in the role's account",
        )),
    }
}

pub(super) fn read(encoded: &str) -> Result<Assertion, Fault> {
    let compact: String = encoded.split_ascii_whitespace().collect();
    let document = STANDARD
        .decode(compact)
        .map_err(|_| invalid("Invalid base64 SAMLResponse"))?;
    Assertion::read(&document).ok_or_else(|| invalid("SAML Assertion is not valid."))
}

/// One `Role` attribute holds both ARNs, in either order (D).
fn names_pair(assertion: &Assertion, role: &str, provider: &str) -> bool {
    let pairs = assertion.values(&format!("{ATTRIBUTES}Role"));
    pairs.iter().any(|pair| {
        let mut arns = pair.split(',').map(str::trim);
        let (one, other) = (arns.next(), arns.next());
        (one, other) == (Some(role), Some(provider)) || (one, other) == (Some(provider), Some(role))
    })
}

/// Base64 of the SHA-1 of issuer, account and provider (D, API reference).
pub(super) fn name_qualifier(issuer: &str, account: AccountId, provider: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{issuer}{account}/{provider}")))
}

/// What the assertion asks of the session.
struct Asked {
    session_name: String,
    duration: Option<u64>,
    tags: Vec<Tag>,
    transitive: Vec<String>,
    source: Option<String>,
}

impl Asked {
    fn of(assertion: &Assertion) -> Result<Self, Fault> {
        let first = |name: &str| {
            let values = assertion.values(&format!("{ATTRIBUTES}{name}"));
            values.first().cloned()
        };
        let session_name = first("RoleSessionName")
            .ok_or_else(|| invalid("RoleSessionName is required in AuthnResponse"))?;
        if !is_session_name(&session_name) {
            return Err(invalid(
                "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
            ));
        }
        let duration = match first("SessionDuration") {
            None => None,
            Some(text) => {
                let seconds = text.parse().ok();
                let fitting = seconds.filter(|seconds| (900..=43_200).contains(seconds));
                Some(fitting.ok_or_else(|| {
                    invalid("SessionDuration in AuthnResponse must be between 900 and 43200")
                })?)
            }
        };
        let source = first("SourceIdentity");
        check_source(source.as_deref())?;
        let prefix = format!("{ATTRIBUTES}PrincipalTag:");
        let tags = assertion.attributes.iter().filter_map(|(name, values)| {
            Some(Tag {
                key: name.strip_prefix(&prefix)?.to_owned(),
                value: values.first()?.clone(),
            })
        });
        Ok(Self {
            session_name,
            duration,
            tags: tags.collect(),
            transitive: assertion
                .values(&format!("{ATTRIBUTES}TransitiveTagKeys"))
                .to_vec(),
            source,
        })
    }
}

fn facts(ask: &Ask<'_>, assertion: &Assertion, qualifier: &str, asked: &Asked) -> Facts {
    let mut facts = trust::of_any(ask)
        .with("saml:aud", &assertion.recipient)
        .with("saml:iss", &assertion.issuer)
        .with("saml:sub", &assertion.subject)
        .with("saml:sub_type", assertion.subject_type())
        .with("saml:namequalifier", qualifier)
        .with("sts:RoleSessionName", &asked.session_name);
    if let Some(source) = &asked.source {
        facts = facts.with("sts:SourceIdentity", source);
    }
    trust::with_tags(facts, &asked.tags, &asked.transitive)
}
