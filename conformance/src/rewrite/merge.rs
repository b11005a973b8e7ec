//! Changes a pattern's text as little as makes it fit a value.

use std::ops::Range;

use serde_json::{Map, Value};

use super::generate::{self, Names};
use super::spans::{Member, Node, Shape};
use crate::pattern::{self, Pattern};
use crate::vars::{Place, Variables};

/// A part of a text and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// What the writing of patterns needs to know.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) variables: &'a Variables,
    pub(super) names: Names,
}

impl Writer<'_> {
    /// The changes that make the part `node` of `text` fit.
    pub(super) fn merge(&self, text: &str, node: &Node, value: &Value) -> Vec<Edit> {
        let own = &text[node.range.clone()];
        if self.fits(own, value) {
            return Vec::new();
        }
        match (&node.shape, value) {
            (Shape::Object { members, gap }, Value::Object(object)) => {
                self.merge_members(text, node, members, gap.as_ref(), object)
            }
            (Shape::Array(nodes), Value::Array(values)) if nodes.len() == values.len() => nodes
                .iter()
                .zip(values)
                .flat_map(|(node, value)| self.merge(text, node, value))
                .collect(),
            _ => vec![Edit {
                range: node.range.clone(),
                text: self.instead(own, value),
            }],
        }
    }

    /// A new pattern in the place of an old one; it keeps what the old one
    /// keeps, and an order that did not matter still does not.
    fn instead(&self, old: &str, value: &Value) -> String {
        let mut new = generate::pattern(value, &self.names);
        if let (true, Value::Array(values)) = (old.starts_with("<set "), value)
            && !values.is_empty()
        {
            new = format!("<set {}>", &new[1..new.len() - 1]);
        }
        match captured(old) {
            Some(name) => match new.strip_suffix('>') {
                Some(open) => format!("{open} as {name}>"),
                None => format!("<is {new} as {name}>"),
            },
            None => new,
        }
    }

    fn merge_members(
        &self,
        text: &str,
        node: &Node,
        members: &[Member],
        gap: Option<&Range<usize>>,
        object: &Map<String, Value>,
    ) -> Vec<Edit> {
        let mut edits = Vec::new();
        // What stands between the braces, with whether it stays.
        let mut parts: Vec<(Range<usize>, bool)> = Vec::new();
        for member in members {
            let stays = match object.get(&member.name) {
                Some(value) => {
                    edits.extend(self.merge(text, &member.value, value));
                    true
                }
                None => self.may_be_absent(&text[member.value.range.clone()]),
            };
            parts.push((member.range.clone(), stays));
        }
        let added: Vec<String> = object
            .iter()
            .filter(|(name, _)| gap.is_none() && members.iter().all(|member| member.name != **name))
            .map(|(name, value)| {
                let value = generate::pattern(value, &self.names);
                format!("{}:{value}", Value::from(name.as_str()))
            })
            .collect();
        parts.extend(gap.map(|gap| (gap.clone(), true)));
        let last = parts.iter().rposition(|(_, stays)| *stays);
        // What goes and has something that stays behind it goes with its comma.
        for (at, (range, stays)) in parts.iter().enumerate() {
            if !stays && last.is_some_and(|last| at < last) {
                edits.push(Edit {
                    range: range.start..parts[at + 1].0.start,
                    text: String::new(),
                });
            }
        }
        let (start, comma) = match last {
            Some(last) => (parts[last].0.end, ","),
            None => (node.range.start + 1, ""),
        };
        let end = parts.last().map_or(start, |(range, _)| range.end);
        if end > start || !added.is_empty() {
            let text = match added.is_empty() {
                true => String::new(),
                false => format!("{comma}{}", added.join(",")),
            };
            edits.push(Edit {
                range: start..end.max(start),
                text,
            });
        }
        edits
    }

    /// Whether a pattern fits as it stands.
    fn fits(&self, text: &str, value: &Value) -> bool {
        self.read(text)
            .is_some_and(|pattern| pattern::compare(&pattern, value).differences.is_empty())
    }

    fn may_be_absent(&self, text: &str) -> bool {
        matches!(
            self.read(text),
            Some(Pattern::Absent | Pattern::Optional(_))
        )
    }

    fn read(&self, text: &str) -> Option<Pattern> {
        let filled = self.variables.fill(text, Place::Json).ok()?;
        pattern::read(&filled).ok()
    }
}

/// The variable in which a wildcard keeps its value.
fn captured(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    let (_, name) = inner.rsplit_once(" as ")?;
    let name = name.trim();
    (crate::vars::name_length(name) == name.len()).then_some(name)
}

/// The text after the changes.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.range.start);
    let mut changed = text.to_owned();
    for edit in edits.into_iter().rev() {
        changed.replace_range(edit.range, &edit.text);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::spans;
    use super::*;
    use serde_json::json;

    fn merged(text: &str, value: &Value) -> String {
        let mut variables = Variables::default();
        variables.set("account", "111122223333");
        let writer = Writer {
            names: Names::new(&variables, &[]),
            variables: &variables,
        };
        let node = spans::read(text).unwrap();
        let merged = apply(text, writer.merge(text, &node, value));
        assert!(writer.fits(&merged, value), "{merged} does not fit {value}");
        merged
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let text = "{\"a\" : <text as x>,\n \"b\":[1, \"$account\"],...}";
        let value = json!({"a": "y", "b": [1, "111122223333"], "z": 1});
        assert_eq!(merged(text, &value), text);
        assert_eq!(
            merged(text, &json!({"a": 2, "b": [7, "111122223333"]})),
            "{\"a\" : <is 2 as x>,\n \"b\":[7, \"$account\"],...}"
        );
    }

    #[test]
    fn members_come_and_go() {
        for (text, value, after) in [
            (r#"{"a":1, "b":2}"#, json!({"b": 2}), r#"{"b":2}"#),
            (r#"{"a":1, "b":2}"#, json!({"a": 1}), r#"{"a":1}"#),
            (r#"{"a":1, "b":2, "c":3}"#, json!({"a": 1}), r#"{"a":1}"#),
            (r#"{"a":1, "b":2, ...}"#, json!({"a": 1}), r#"{"a":1, ...}"#),
            (r#"{"a":1}"#, json!({}), "{}"),
            (r#"{ "a":1 }"#, json!({"b": 2}), r#"{"b":2 }"#),
            ("{}", json!({"b": "x", "c": []}), r#"{"b":"x","c":[]}"#),
            (r#"{"a":1}"#, json!({"a": 1, "b": 2}), r#"{"a":1,"b":2}"#),
            (
                r#"{"a":1,"b":2}"#,
                json!({"a": 1, "c": 3}),
                r#"{"a":1,"c":3}"#,
            ),
            (
                r#"{"x":<absent>,"y":<optional 1>,"a":1}"#,
                json!({"a": 2}),
                r#"{"x":<absent>,"y":<optional 1>,"a":2}"#,
            ),
            (r#"{"x":<absent>}"#, json!({"x": "n"}), r#"{"x":"n"}"#),
        ] {
            assert_eq!(merged(text, &value), after);
        }
    }

    #[test]
    fn lists_and_captures() {
        assert_eq!(merged("[1,2]", &json!([1])), "[1]");
        assert_eq!(merged("<set 1,2>", &json!([2, 3])), "<set 2,3>");
        assert_eq!(merged("<set 1>", &json!([])), "[]");
        let id = json!("5f00b2ac-0000-4aaa-8bbb-0123456789ab");
        assert_eq!(merged("<iso as id>", &id), "<uuid as id>");
        assert_eq!(merged("<number>", &json!("111122223333")), "\"$account\"");
    }
}
