//! Holds a value against a pattern and says where they differ.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::{Map, Value};

use super::{Item, Kind, Pattern};

/// The outcome: differences (none means a match) and what was captured.
#[derive(Debug, Default)]
pub struct Comparison {
    /// One sentence for each place that differs.
    pub differences: Vec<String>,
    /// Variable names and values.
    pub captures: Vec<(String, String)>,
}

impl Comparison {
    fn absorb(&mut self, other: Self) {
        self.differences.extend(other.differences);
        self.captures.extend(other.captures);
    }
}

/// The longest piece of an answer that a difference shows, in characters.
const MAX_SHOWN: usize = 160;

/// Compares a whole answer.
pub fn compare(pattern: &Pattern, value: &Value) -> Comparison {
    at("", pattern, value)
}

fn at(path: &str, pattern: &Pattern, value: &Value) -> Comparison {
    inside(path, pattern, value).unwrap_or_else(|| Comparison {
        differences: vec![format!(
            "{}: expected {pattern}, got {}",
            place(path),
            short(value)
        )],
        captures: Vec::new(),
    })
}

/// Compares what lies inside a value; nothing if it does not even fit outside.
fn inside(path: &str, pattern: &Pattern, value: &Value) -> Option<Comparison> {
    match pattern {
        Pattern::Exactly(expected) => fits(equal(expected, value)),
        Pattern::Kind(kind) => fits(is_of(*kind, value)),
        Pattern::Matching(regex) => fits(regex.is_match(value.as_str()?)),
        Pattern::Base64(length) => fits(decoded(value)?.len() == *length),
        Pattern::Md5(text) => {
            let bytes = STANDARD.decode(text).ok()?;
            fits(value.as_str()? == hex::encode(Md5::digest(bytes)))
        }
        Pattern::AtLeast(least) => fits(value.as_f64()? >= *least),
        Pattern::Absent => None,
        Pattern::Object { members, open } => {
            Some(compare_members(path, members, *open, value.as_object()?))
        }
        Pattern::Array(items) => Some(compare_items(path, items, value.as_array()?)),
        Pattern::Each(inner) => {
            let values = value.as_array()?.iter().enumerate();
            Some(all(values.map(|(number, value)| {
                at(&format!("{path}[{number}]"), inner, value)
            })))
        }
        Pattern::Set(patterns) => {
            let values = value.as_array()?;
            fits(values.len() == patterns.len())?;
            assign(path, patterns, values)
        }
        Pattern::AllOf(patterns) => Some(all(patterns.iter().map(|inner| at(path, inner, value)))),
        Pattern::OneOf(patterns) => patterns
            .iter()
            .map(|inner| at(path, inner, value))
            .find(|found| found.differences.is_empty()),
        Pattern::Json(inner) => {
            let parsed = serde_json::from_str(value.as_str()?).ok()?;
            Some(at(path, inner, &parsed))
        }
        Pattern::Not(inner) => fits(!at(path, inner, value).differences.is_empty()),
        Pattern::Optional(inner) => Some(at(path, inner, value)),
        Pattern::Captured(inner, name) => {
            let mut found = at(path, inner, value);
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            found.captures.push((name.clone(), text));
            Some(found)
        }
    }
}

/// A match without captures, if it is one.
fn fits(yes: bool) -> Option<Comparison> {
    yes.then(Comparison::default)
}

/// Several comparisons as one.
fn all(found: impl Iterator<Item = Comparison>) -> Comparison {
    found.fold(Comparison::default(), |mut sum, one| {
        sum.absorb(one);
        sum
    })
}

/// A path as a difference shows it.
fn place(path: &str) -> &str {
    if path.is_empty() { "the answer" } else { path }
}

fn compare_members(
    path: &str,
    members: &[(String, Pattern)],
    open: bool,
    object: &Map<String, Value>,
) -> Comparison {
    let mut result = Comparison::default();
    for (name, pattern) in members {
        let inner = format!("{path}.{name}");
        match object.get(name) {
            Some(value) => result.absorb(at(&inner, pattern, value)),
            None if may_be_absent(pattern) => {}
            None => result
                .differences
                .push(format!("{inner}: expected {pattern}, but it is missing")),
        }
    }
    let unknown = object
        .iter()
        .filter(|(name, _)| !open && members.iter().all(|(known, _)| known != *name));
    for (name, value) in unknown {
        result.differences.push(format!(
            "{path}.{name}: not expected here, got {}",
            short(value)
        ));
    }
    result
}

fn may_be_absent(pattern: &Pattern) -> bool {
    matches!(pattern, Pattern::Absent | Pattern::Optional(_))
}

fn compare_items(path: &str, items: &[Item], values: &[Value]) -> Comparison {
    let exact: Vec<&Pattern> = items
        .iter()
        .filter_map(|item| match item {
            Item::One(pattern) => Some(pattern),
            Item::Gap => None,
        })
        .collect();
    let told = |expected: String| Comparison {
        differences: vec![format!(
            "{}: expected {expected}, got {}",
            place(path),
            short(&Value::from(values.to_vec()))
        )],
        captures: Vec::new(),
    };
    if exact.len() < items.len() {
        let shown: Vec<String> = items.iter().map(ToString::to_string).collect();
        return spread(path, items, values)
            .unwrap_or_else(|| told(format!("[{}]", shown.join(","))));
    }
    if exact.len() != values.len() {
        return told(format!("{} elements", exact.len()));
    }
    let pairs = exact.iter().zip(values).enumerate();
    all(pairs.map(|(number, (pattern, value))| at(&format!("{path}[{number}]"), pattern, value)))
}

/// Lays the items over the values, each gap over as few as possible.
fn spread(path: &str, items: &[Item], values: &[Value]) -> Option<Comparison> {
    let Some((first, rest)) = items.split_first() else {
        return values.is_empty().then(Comparison::default);
    };
    match first {
        Item::Gap => (0..=values.len()).find_map(|skipped| spread(path, rest, &values[skipped..])),
        Item::One(pattern) => {
            let (value, others) = values.split_first()?;
            let mut found = at(path, pattern, value);
            if !found.differences.is_empty() {
                return None;
            }
            found.absorb(spread(path, rest, others)?);
            Some(found)
        }
    }
}

/// Finds for each pattern a value of its own.
fn assign(path: &str, patterns: &[Pattern], values: &[Value]) -> Option<Comparison> {
    let Some((first, rest)) = patterns.split_first() else {
        return Some(Comparison::default());
    };
    (0..values.len()).find_map(|chosen| {
        let mut found = at(path, first, &values[chosen]);
        if !found.differences.is_empty() {
            return None;
        }
        let mut others = values.to_vec();
        others.remove(chosen);
        found.absorb(assign(path, rest, &others)?);
        Some(found)
    })
}

fn equal(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        // 1 and 1.0 are one number in JSON.
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => expected == value,
    }
}

/// 2001-09-09, the first time that is not taken for a small number.
const EARLIEST: f64 = 1_000_000_000.0;

fn is_of(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Text => value.is_string(),
        Kind::FilledText => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Time => value.as_f64().is_some_and(|seconds| seconds > EARLIEST),
        Kind::WholeTime => value
            .as_f64()
            .is_some_and(|seconds| seconds > EARLIEST && seconds.fract() == 0.0),
        Kind::IsoTime => value.as_str().is_some_and(is_iso_time),
        Kind::Uuid => value.as_str().is_some_and(is_uuid),
        Kind::Object => value.is_object(),
        Kind::Array => value.is_array(),
    }
}

/// Whether a text is a UTC time of whole seconds, such as `2015-09-01T20:35:57Z`.
fn is_iso_time(text: &str) -> bool {
    text.len() == 20 && chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").is_ok()
}

/// Whether a text is a UUID, as AWS writes them.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_digit() || ('a'..='f').contains(&c),
        })
}

fn decoded(value: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(value.as_str()?).ok()
}

/// A value as a difference shows it.
fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= MAX_SHOWN {
        return text;
    }
    format!("{}…", text.chars().take(MAX_SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use serde_json::json;

    fn differences(pattern: &str, value: Value) -> Vec<String> {
        compare(&read(pattern).unwrap(), &value).differences
    }

    fn matches(pattern: &str, value: Value) -> bool {
        differences(pattern, value).is_empty()
    }

    #[test]
    fn exact_until_told_otherwise() {
        assert!(matches(r#"{"a":1}"#, json!({"a":1.0})));
        assert_eq!(
            differences(r#"{"a":1}"#, json!({"a":2,"b":3})),
            [".a: expected 1, got 2", ".b: not expected here, got 3"]
        );
        assert_eq!(
            differences(r#"{"a":{"b":"x"},...}"#, json!({"a":{},"z":0})),
            [".a.b: expected \"x\", but it is missing"]
        );
        assert!(!matches(r#"{"a":true}"#, json!({"a":"true"})));
        assert!(!matches("[1,2]", json!([2, 1])));
        assert!(!matches("[1]", json!([1, 1])));
        assert!(!matches("{}", json!([])));
    }

    #[test]
    fn null_is_not_absent() {
        assert!(matches(r#"{"a":<absent>,...}"#, json!({})));
        assert!(!matches(r#"{"a":<absent>,...}"#, json!({"a":null})));
        assert!(matches(r#"{"a":<optional 1>}"#, json!({})));
        assert!(!matches(r#"{"a":<optional 1>}"#, json!({"a":null})));
        assert!(!matches(r#"{"a":null}"#, json!({})));
    }

    #[test]
    fn gaps_and_sets() {
        assert!(matches("[...,2,...]", json!([1, 2, 3])));
        assert!(matches("[...,1,...,3]", json!([1, 2, 3])));
        assert!(!matches("[...,3,...,1,...]", json!([1, 2, 3])));
        assert!(matches("[...]", json!([])));
        assert!(matches("<set 3,1>", json!([1, 3])));
        assert!(matches("<set <number>,1>", json!([1, 3])));
        assert!(!matches("<set 1,1>", json!([1, 3])));
        assert!(!matches("<set 1>", json!([1, 3])));
    }

    #[test]
    fn kinds() {
        assert!(matches(
            "<uuid>",
            json!("5f00b2ac-0000-4aaa-8bbb-0123456789ab")
        ));
        assert!(!matches(
            "<uuid>",
            json!("5F00B2AC-0000-4AAA-8BBB-0123456789AB")
        ));
        assert!(matches("<iso>", json!("2015-09-01T20:35:57Z")));
        assert!(!matches("<iso>", json!("2015-09-01T20:35:57.5Z")));
        assert!(!matches("<iso>", json!("")));
        assert!(matches("<time>", json!(1_441_139_757.497)));
        assert!(!matches("<seconds>", json!(1_441_139_757.497)));
        assert!(!matches("<time>", json!("1441139757")));
        assert!(matches("<text>", json!("a")) && !matches("<text>", json!("")));
        assert!(matches("<any>", json!(null)));
    }

    #[test]
    fn the_other_wildcards() {
        assert!(matches(r#"<json {"a":<number>}>"#, json!("{\"a\":1}")));
        assert!(!matches("<json {...}>", json!("{")));
        assert!(matches("<base64 3>", json!("AAAA")) && !matches("<base64 2>", json!("AAAA")));
        assert!(matches(
            r#"<md5 "AAAA">"#,
            json!("693e9af84d3dfcc71e640e005bdc5e2e")
        ));
        assert!(!matches(r#"<md5 "AAAA">"#, json!("693E")));
        assert!(matches("<at-least 2>", json!(2)) && !matches("<at-least 2>", json!(1.9)));
        assert!(matches("<not 1>", json!(2)) && !matches("<not 1>", json!(1)));
        assert!(matches("<one-of 1,2>", json!(2)) && !matches("<one-of 1,2>", json!(3)));
        assert!(matches("<sum 1 2.5>", json!(3.5)) && !matches("<sum 1 2>", json!(4)));
        assert!(matches("<each <number>>", json!([1, 2])) && matches("<each 1>", json!([])));
        assert!(!matches("<each 1>", json!([1, 2])) && !matches("<each 1>", json!({})));
        assert!(matches(
            "<all-of [...,1,...],<not [...,3,...]>>",
            json!([1, 2])
        ));
        assert!(!matches(
            "<all-of [...,1,...],<not [...,3,...]>>",
            json!([1, 3])
        ));
        assert!(matches("</^a/>", json!("ab")) && !matches("</^a/>", json!("b")));
    }

    #[test]
    fn captures_come_only_from_what_matched() {
        let pattern = read(r#"[...,{"n":"b","id":<any as id>},...]"#).unwrap();
        let found = compare(&pattern, &json!([{"n":"a","id":1},{"n":"b","id":2.5}]));
        assert!(found.differences.is_empty());
        assert_eq!(found.captures, [("id".to_owned(), "2.5".to_owned())]);
    }

    #[test]
    fn a_long_answer_is_shown_in_part() {
        let told = differences("1", json!("x".repeat(5000)));
        assert!(told[0].len() < 300 && told[0].ends_with('…'));
    }
}
