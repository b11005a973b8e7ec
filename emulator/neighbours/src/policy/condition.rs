//! The `Condition` block: operators, and the facts of a request that they look at.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::document::strings;
use super::operator::{Comparison, Operator};

/// The condition keys of one request, each with its values. Keys are found without regard to case (D, IAM).
#[derive(Debug, Clone, Default)]
pub struct Facts(HashMap<String, Vec<String>>);

impl Facts {
    /// Adds a value to a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.0
            .entry(key.to_ascii_lowercase())
            .or_default()
            .push(value.to_owned());
        self
    }

    /// A policy's value with its variables replaced, such as `${aws:username}`; `None` where one has no value, or several,
    /// and no default (D, IAM "Policy variables").
    fn expand<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if !text.contains("${") {
            return Some(Cow::Borrowed(text));
        }
        let mut whole = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (variable, after) = after.split_once('}')?;
            let (key, default) = match variable.split_once(',') {
                Some((key, default)) => (key, Some(default.trim().trim_matches('\''))),
                None => (variable, None),
            };
            whole.push_str(before);
            whole.push_str(match (key.trim(), self.get(key.trim())) {
                // What would otherwise be a wildcard or a variable.
                (literal @ ("*" | "?" | "$"), _) => literal,
                (_, [only]) => only,
                _ => default?,
            });
            rest = after;
        }
        whole.push_str(rest);
        Some(Cow::Owned(whole))
    }

    fn get(&self, key: &str) -> &[String] {
        self.0
            .get(&key.to_ascii_lowercase())
            .map_or(&[], Vec::as_slice)
    }
}

/// One operator with its key and the values that it compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Option<Operator>,
    quantifier: Quantifier,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    Any,
    All,
}

/// Whether a condition holds; the third answer is for operators that are not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Yes,
    No,
    Unknown,
}

/// Reads a `Condition` block; `None` where its form is wrong. Unknown operators are kept as such.
pub(super) fn parse(block: &Value) -> Option<Vec<Condition>> {
    let mut conditions = Vec::new();
    for (operator, keys) in block.as_object()? {
        let (quantifier, rest) = if let Some(rest) = operator.strip_prefix("ForAnyValue:") {
            (Quantifier::Any, rest)
        } else if let Some(rest) = operator.strip_prefix("ForAllValues:") {
            (Quantifier::All, rest)
        } else {
            (Quantifier::Any, operator.as_str())
        };
        let (name, if_exists) = match rest.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        for (key, values) in keys.as_object()? {
            conditions.push(Condition {
                operator: Operator::parse(name),
                quantifier,
                if_exists,
                key: key.clone(),
                values: strings(values)?,
            });
        }
    }
    Some(conditions)
}

impl Condition {
    pub(super) fn holds(&self, facts: &Facts) -> Holds {
        let Some(operator) = self.operator else {
            return Holds::Unknown;
        };
        let actual = facts.get(&self.key);
        // Every request has an address and a time: where they are missing, nobody has told them.
        if actual.is_empty() && matches!(operator.comparison, Comparison::Ip | Comparison::Date(_))
        {
            return Holds::Unknown;
        }
        let holds = if operator.comparison == Comparison::Null {
            self.values
                .iter()
                .any(|wanted| (wanted == "true") == actual.is_empty())
        } else if actual.is_empty() {
            // A missing key satisfies negated operators, IfExists and ForAllValues, and no others (D, IAM).
            operator.negated || self.if_exists || self.quantifier == Quantifier::All
        } else {
            let one = |value: &String| {
                let found = self.values.iter().any(|wanted| {
                    let wanted = facts.expand(wanted);
                    wanted.is_some_and(|wanted| operator.comparison.fits(&wanted, value))
                });
                found != operator.negated
            };
            match self.quantifier {
                Quantifier::Any => actual.iter().any(one),
                Quantifier::All => actual.iter().all(one),
            }
        };
        if holds { Holds::Yes } else { Holds::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(block: &str, facts: &Facts) -> Vec<Holds> {
        let block: Value = serde_json::from_str(block).unwrap();
        parse(&block)
            .unwrap()
            .iter()
            .map(|c| c.holds(facts))
            .collect()
    }

    #[test]
    fn variables_stand_for_the_request() {
        let facts = Facts::default()
            .with("aws:username", "eve")
            .with("sts:RoleSessionName", "eve");
        for (value, expected) in [
            ("${aws:username}", Holds::Yes),
            ("${AWS:UserName}", Holds::Yes),
            ("x${aws:username}", Holds::No),
            ("${aws:userid}", Holds::No),
            ("${aws:userid, 'eve'}", Holds::Yes),
            ("${aws:username", Holds::No),
            ("e${*}e", Holds::No),
        ] {
            let block = format!(r#"{{"StringEquals":{{"sts:RoleSessionName":"{value}"}}}}"#);
            assert_eq!(holds(&block, &facts), [expected], "{value}");
        }
    }

    #[test]
    fn operators_on_one_value() {
        let facts = Facts::default()
            .with("aws:PrincipalType", "AssumedRole")
            .with("s3:max-keys", "10");
        for (block, expected) in [
            (
                r#"{"StringEquals":{"AWS:principaltype":["User","AssumedRole"]}}"#,
                Holds::Yes,
            ),
            (
                r#"{"StringEquals":{"aws:PrincipalType":"assumedrole"}}"#,
                Holds::No,
            ),
            (
                r#"{"StringEqualsIgnoreCase":{"aws:PrincipalType":"assumedrole"}}"#,
                Holds::Yes,
            ),
            (
                r#"{"StringNotEquals":{"aws:PrincipalType":["User","AssumedRole"]}}"#,
                Holds::No,
            ),
            (
                r#"{"StringLike":{"aws:PrincipalType":"Assumed*"}}"#,
                Holds::Yes,
            ),
            (
                r#"{"StringNotLike":{"aws:PrincipalType":"Assumed*"}}"#,
                Holds::No,
            ),
            (
                r#"{"NumericLessThanEquals":{"s3:max-keys":10}}"#,
                Holds::Yes,
            ),
            (r#"{"NumericGreaterThan":{"s3:max-keys":"10"}}"#, Holds::No),
            (r#"{"Sometimes":{"s3:max-keys":"10"}}"#, Holds::Unknown),
        ] {
            assert_eq!(holds(block, &facts), [expected], "{block}");
        }
    }

    #[test]
    fn a_missing_key() {
        let facts = Facts::default();
        for (block, expected) in [
            (r#"{"StringEquals":{"aws:x":"1"}}"#, Holds::No),
            (r#"{"StringEqualsIfExists":{"aws:x":"1"}}"#, Holds::Yes),
            (r#"{"StringNotEquals":{"aws:x":"1"}}"#, Holds::Yes),
            (r#"{"ForAnyValue:StringEquals":{"aws:x":"1"}}"#, Holds::No),
            (r#"{"ForAllValues:StringEquals":{"aws:x":"1"}}"#, Holds::Yes),
            (r#"{"Null":{"aws:x":"true"}}"#, Holds::Yes),
            (r#"{"Null":{"aws:x":false}}"#, Holds::No),
            (r#"{"Bool":{"aws:SecureTransport":"false"}}"#, Holds::No),
            (
                r#"{"NotIpAddress":{"aws:SourceIp":"1.2.3.4"}}"#,
                Holds::Unknown,
            ),
        ] {
            assert_eq!(holds(block, &facts), [expected], "{block}");
        }
    }

    #[test]
    fn several_values() {
        let facts = Facts::default().with("aws:tags", "a").with("aws:tags", "b");
        assert_eq!(
            holds(
                r#"{"ForAllValues:StringEquals":{"aws:tags":["a","b","c"]}}"#,
                &facts
            ),
            [Holds::Yes]
        );
        assert_eq!(
            holds(
                r#"{"ForAllValues:StringEquals":{"aws:tags":["a"]}}"#,
                &facts
            ),
            [Holds::No]
        );
        assert_eq!(
            holds(r#"{"ForAnyValue:StringEquals":{"aws:tags":["a"]}}"#, &facts),
            [Holds::Yes]
        );
    }

    #[test]
    fn blocks_of_the_wrong_form() {
        for block in [
            "[]",
            r#"{"StringEquals":"x"}"#,
            r#"{"StringEquals":{"k":{}}}"#,
        ] {
            assert_eq!(
                parse(&serde_json::from_str(block).unwrap()),
                None,
                "{block}"
            );
        }
    }
}
