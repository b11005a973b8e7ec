//! A policy document: reading it, and whether one statement speaks of a request.

use serde_json::Value;

use super::condition::{self, Condition, Holds};
use super::wildcard::{matches, matches_ignoring_case};
use super::{Ask, Principal};

/// A well-formed policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

/// Why a text is no policy, in AWS's words where they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    principals: Named<Vec<Pattern>>,
    actions: Named<Vec<String>>,
    resources: Named<Vec<String>>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// `Action` or `NotAction`, and so on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named<T> {
    These(T),
    AllBut(T),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Everyone,
    Service(String),
    Aws(String),
    Federated(String),
    /// Canonical users, whom nobody here can be.
    Nobody,
}

/// What a policy hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Resource,
    Role,
}

impl Policy {
    /// Reads a policy document.
    ///
    /// # Errors
    /// [`Malformed`] where it is not JSON, or a statement lacks what every statement of a resource policy needs.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::read(text, Of::Resource)
    }

    /// Reads the trust policy of a role, whose statements name no resource: the role is meant.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn parse_trust(text: &str) -> Result<Self, Malformed> {
        Self::read(text, Of::Role)
    }

    fn read(text: &str, of: Of) -> Result<Self, Malformed> {
        let json = "Policies must be valid JSON and the first byte must be '{'";
        if !text.starts_with('{') {
            return Err(Malformed::new(json));
        }
        let document: Value = serde_json::from_str(text).map_err(|_| Malformed::new(json))?;
        if let Some(version) = document.get("Version") {
            let known = version
                .as_str()
                .is_some_and(|v| v == "2012-10-17" || v == "2008-10-17");
            if !known {
                return Err(Malformed::new(
                    "The policy must contain a valid version string",
                ));
            }
        }
        let statements = match document.get("Statement") {
            Some(Value::Array(all)) if !all.is_empty() => {
                all.iter().map(|one| Statement::parse(one, of)).collect()
            }
            Some(one @ Value::Object(_)) => Statement::parse(one, of).map(|one| vec![one]),
            Some(Value::Array(_)) => Err(Malformed::new(
                "Could not parse the policy: Statement is empty!",
            )),
            _ => Err(Malformed::new("Missing required field Statement")),
        }?;
        Ok(Self { statements })
    }

    /// Every pattern that a `Resource` or `NotResource` of the policy holds.
    pub(crate) fn resource_patterns(&self) -> impl Iterator<Item = &str> {
        self.statements
            .iter()
            .flat_map(|statement| match &statement.resources {
                Named::These(all) | Named::AllBut(all) => all.iter().map(String::as_str),
            })
    }
}

impl Malformed {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Statement {
    fn parse(value: &Value, of: Of) -> Result<Self, Malformed> {
        let effect = match value.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(other) => return Err(Malformed(format!("Invalid effect: {other}"))),
            None => return Err(Malformed::new("Missing required field Effect")),
        };
        let conditions = match value.get("Condition") {
            None => Vec::new(),
            Some(block) => condition::parse(block)
                .ok_or_else(|| Malformed::new("Policy has invalid condition"))?,
        };
        Ok(Self {
            effect,
            principals: named(value, "Principal", principals)?,
            actions: named(value, "Action", strings)?,
            resources: match of {
                Of::Resource => named(value, "Resource", strings)?,
                Of::Role => Named::AllBut(Vec::new()),
            },
            conditions,
        })
    }

    pub(super) fn applies(&self, ask: &Ask<'_>) -> bool {
        self.principals
            .hit(|all| all.iter().any(|pattern| pattern.names(ask.principal)))
            && self.actions.hit(|all| {
                all.iter()
                    .any(|action| matches_ignoring_case(action, ask.action))
            })
            && self
                .resources
                .hit(|all| all.iter().any(|resource| matches(resource, ask.resource)))
            && self
                .conditions
                .iter()
                .all(|condition| match condition.holds(ask.facts) {
                    Holds::Yes => true,
                    Holds::No => false,
                    // What cannot be judged may close a door and must not open one.
                    Holds::Unknown => self.effect == Effect::Deny,
                })
    }
}

impl<T> Named<T> {
    fn hit(&self, matches: impl FnOnce(&T) -> bool) -> bool {
        match self {
            Self::These(all) => matches(all),
            Self::AllBut(all) => !matches(all),
        }
    }
}

fn named<T>(
    statement: &Value,
    field: &str,
    read: fn(&Value) -> Option<T>,
) -> Result<Named<T>, Malformed> {
    let invalid = || Malformed(format!("Policy has invalid {}", field.to_ascii_lowercase()));
    match (statement.get(field), statement.get(format!("Not{field}"))) {
        (Some(value), None) => read(value).map(Named::These).ok_or_else(invalid),
        (None, Some(value)) => read(value).map(Named::AllBut).ok_or_else(invalid),
        (None, None) => Err(Malformed(format!("Missing required field {field}"))),
        (Some(_), Some(_)) => Err(invalid()),
    }
}

/// A string, number or boolean, or an array of them; `None` for anything else and for an empty array.
pub(super) fn strings(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    match value {
        Value::Array(all) if !all.is_empty() => all.iter().map(one).collect(),
        Value::Array(_) => None,
        single => one(single).map(|text| vec![text]),
    }
}

fn principals(value: &Value) -> Option<Vec<Pattern>> {
    if value.as_str() == Some("*") {
        return Some(vec![Pattern::Everyone]);
    }
    let mut patterns = Vec::new();
    for (kind, names) in value.as_object()? {
        for name in strings(names)? {
            patterns.push(match kind.as_str() {
                "AWS" if name == "*" => Pattern::Everyone,
                "AWS" => Pattern::Aws(name),
                "Service" => Pattern::Service(name),
                "Federated" => Pattern::Federated(name),
                "CanonicalUser" => Pattern::Nobody,
                _ => return None,
            });
        }
    }
    (!patterns.is_empty()).then_some(patterns)
}

impl Pattern {
    fn names(&self, principal: Principal<'_>) -> bool {
        match (self, principal) {
            // Service principals are covered by "*" too (D, IAM "All principals").
            (Self::Everyone, _) => true,
            (Self::Service(name), Principal::Service(service)) => name == service,
            (Self::Federated(name), Principal::Federated(provider)) => name == provider,
            (Self::Aws(name), Principal::Aws { arn, account }) => {
                name == arn || name == account || is_root_of(name, account) || is_role_of(name, arn)
            }
            _ => false,
        }
    }
}

/// `arn:aws:iam::ACCOUNT:root` names the whole account.
fn is_root_of(name: &str, account: &str) -> bool {
    name.strip_prefix("arn:aws")
        .is_some_and(|rest| rest.ends_with(&format!(":iam::{account}:root")))
}

/// A role's ARN names all sessions of the role; the session's ARN has lost the role's path.
fn is_role_of(name: &str, session: &str) -> bool {
    let Some((head, rest)) = session.split_once(":assumed-role/") else {
        return false;
    };
    let Some((role, _)) = rest.split_once('/') else {
        return false;
    };
    let Some((owner, path)) = name.split_once(":role/") else {
        return false;
    };
    owner == head.replace(":sts:", ":iam:") && path.rsplit('/').next() == Some(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_says_why() {
        for (text, why) in [
            (
                "",
                "Policies must be valid JSON and the first byte must be '{'",
            ),
            (
                "[]",
                "Policies must be valid JSON and the first byte must be '{'",
            ),
            (
                "{",
                "Policies must be valid JSON and the first byte must be '{'",
            ),
            ("{}", "Missing required field Statement"),
            (
                r#"{"Version":"2020-01-01","Statement":[]}"#,
                "The policy must contain a valid version string",
            ),
            (
                r#"{"Statement":[]}"#,
                "Could not parse the policy: Statement is empty!",
            ),
            (r#"{"Statement":[{}]}"#, "Missing required field Effect"),
            (
                r#"{"Statement":[{"Effect":"Maybe"}]}"#,
                "Invalid effect: Maybe",
            ),
            (
                r#"{"Statement":[{"Effect":"Allow"}]}"#,
                "Missing required field Principal",
            ),
            (
                r#"{"Statement":{"Effect":"Allow","Principal":"*"}}"#,
                "Missing required field Action",
            ),
            (
                r#"{"Statement":{"Effect":"Allow","Principal":"me","Action":"s3:*","Resource":"*"}}"#,
                "Policy has invalid principal",
            ),
            (
                r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":[],"Resource":"*"}}"#,
                "Policy has invalid action",
            ),
            (
                r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*"}}"#,
                "Missing required field Resource",
            ),
        ] {
            assert_eq!(
                Policy::parse(text),
                Err(Malformed(why.to_owned())),
                "{text}"
            );
        }
    }
}
