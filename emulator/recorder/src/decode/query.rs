//! Parameters of awsQuery and ec2Query: `Name.member.1.Key=Value` in a form or a query string.
//!
//! The names are first split at their dots into a tree, which is then read by the model. Both spellings of lists are
//! understood everywhere, since clients and emulators are not strict about it.

use std::borrow::Cow;

use localtrail_model::catalogue::{Kind, Member};
use serde_json::{Map, Value};

use super::scalar;
use super::schema::Schema;

/// The most parts that a name is split into; what follows stays one part.
const MAX_PARTS: usize = 48;

/// Parameters that are the protocol's or the signature's; the operation may have its own of the same name, but for the
/// first two.
const ENVELOPE: [&str; 9] = [
    "Action",
    "Version",
    "AWSAccessKeyId",
    "Expires",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
];

/// How parameters are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// As awsQuery does it.
    Query,
    /// As ec2Query does it: its own names, and no list has an element around it.
    Ec2,
}

/// The members that the parameters of a form or query string say.
pub(super) fn members<'p>(
    parameters: impl Iterator<Item = (Cow<'p, str>, Cow<'p, str>)>,
    schema: Schema<'_>,
    naming: Naming,
) -> Map<String, Value> {
    let mut tree = Map::new();
    for (name, value) in parameters {
        if !is_envelope(&name, schema) {
            plant(&mut tree, &name, value.into_owned());
        }
    }
    Reading { naming }.structure(tree, schema)
}

fn is_envelope(name: &str, schema: Schema<'_>) -> bool {
    match ENVELOPE.iter().position(|known| *known == name) {
        Some(0 | 1) => true,
        Some(_) => schema.on_wire(name).is_none(),
        None => name.len() > 6 && name.as_bytes()[..6].eq_ignore_ascii_case(b"X-Amz-"),
    }
}

/// Puts a text into the tree. Where a name is both a value and a prefix of others, the value has the empty name inside.
fn plant(tree: &mut Map<String, Value>, name: &str, text: String) {
    let mut here = tree;
    let mut parts = name.splitn(MAX_PARTS, '.').peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        if is_last {
            match here.get_mut(part) {
                Some(Value::Object(inner)) => inner.insert(String::new(), text.into()),
                Some(_) | None => here.insert(part.to_owned(), text.into()),
            };
            return;
        }
        let slot = here
            .entry(part)
            .or_insert_with(|| Value::Object(Map::new()));
        if slot.is_string() {
            let mut inner = Map::new();
            inner.insert(String::new(), slot.take());
            *slot = Value::Object(inner);
        }
        let Value::Object(inner) = slot else {
            return;
        };
        here = inner;
    }
}

/// Reads a tree of texts by the model.
#[derive(Clone, Copy)]
struct Reading {
    naming: Naming,
}

impl Reading {
    fn value(self, node: Value, schema: Schema<'_>, member: Option<&Member>) -> Value {
        match (schema.kind(), node) {
            (Some(Kind::Structure(_)), Value::Object(inner)) => {
                Value::Object(self.structure(inner, schema))
            }
            // An empty text stands for an empty list, map or structure.
            (Some(Kind::Structure(_) | Kind::Map { .. }), Value::String(text))
                if text.is_empty() =>
            {
                Value::Object(Map::new())
            }
            (Some(Kind::List { .. }), Value::String(text)) if text.is_empty() => {
                Value::Array(Vec::new())
            }
            (Some(Kind::List { .. }), Value::Object(inner)) => self.list(inner, schema, member),
            (Some(Kind::Map { .. }), Value::Object(inner)) => self.map(inner, schema, member),
            (kind, Value::String(text)) => scalar::typed(text, kind),
            (_, node) => untyped(node),
        }
    }

    fn structure(self, tree: Map<String, Value>, schema: Schema<'_>) -> Map<String, Value> {
        let mut members = Map::with_capacity(tree.len());
        for (name, node) in tree {
            let Some(member) = self.member(schema, &name) else {
                members.insert(name, untyped(node));
                continue;
            };
            let value = self.value(node, schema.member(Some(member)), Some(member));
            if !value.is_null() {
                members.insert(member.name.to_owned(), value);
            }
        }
        members
    }

    fn member<'a>(self, schema: Schema<'a>, name: &str) -> Option<&'a Member> {
        match self.naming {
            Naming::Query => schema.by_element(name),
            Naming::Ec2 => {
                let members = &schema.structure()?.members;
                members.iter().find(|member| is_ec2_name(member, name))
            }
        }
    }

    fn list(self, tree: Map<String, Value>, schema: Schema<'_>, member: Option<&Member>) -> Value {
        let has_wrapper = self.naming == Naming::Query && !schema.is_flattened(member);
        let tree = match has_wrapper {
            true => unwrap(tree, schema.item_name().unwrap_or("member")),
            false => tree,
        };
        let items = in_order(tree).map(|node| self.value(node, schema.items(), None));
        Value::Array(items.collect())
    }

    fn map(self, tree: Map<String, Value>, schema: Schema<'_>, member: Option<&Member>) -> Value {
        let tree = match schema.is_flattened(member) {
            true => tree,
            false => unwrap(tree, "entry"),
        };
        let (key_name, value_name) = schema.entry_names();
        let mut entries = Map::new();
        for node in in_order(tree) {
            let Value::Object(mut entry) = node else {
                continue;
            };
            if let Some(Value::String(key)) = entry.remove(key_name) {
                let node = entry.remove(value_name).unwrap_or_default();
                entries.insert(key, self.value(node, schema.items(), None));
            }
        }
        Value::Object(entries)
    }
}

/// ec2Query's own name, else the wire name with a capital first letter.
fn is_ec2_name(member: &Member, name: &str) -> bool {
    if let Some(query_name) = member.query_name {
        return query_name == name;
    }
    let wire_name = member.wire_name();
    match (wire_name.as_bytes().first(), name.as_bytes().first()) {
        (Some(ours), Some(theirs)) if ours.to_ascii_uppercase() == *theirs => {
            wire_name.as_bytes()[1..] == name.as_bytes()[1..]
        }
        _ => false,
    }
}

/// The items below the one name that stands around them, where it does.
fn unwrap(mut tree: Map<String, Value>, wrapper: &str) -> Map<String, Value> {
    let name = match tree.keys().next() {
        _ if tree.contains_key(wrapper) => wrapper.to_owned(),
        Some(only) if tree.len() == 1 && !is_index(only) => only.clone(),
        _ => return tree,
    };
    match tree.remove(&name) {
        Some(Value::Object(inner)) => inner,
        Some(other) => Map::from_iter([(name, other)]),
        None => tree,
    }
}

fn is_index(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|digit| digit.is_ascii_digit())
}

/// The items of a list by their numbers, whatever the order on the wire; what has none comes last.
fn in_order(tree: Map<String, Value>) -> impl Iterator<Item = Value> {
    let mut items: Vec<_> = tree
        .into_iter()
        .map(|(name, node)| (name.parse::<u64>().unwrap_or(u64::MAX), node))
        .collect();
    items.sort_by_key(|(number, _)| *number);
    items.into_iter().map(|(_, node)| node)
}

/// A part of the tree that the model does not have, with its lists as lists.
fn untyped(node: Value) -> Value {
    let Value::Object(mut tree) = node else {
        return node;
    };
    if let (1, Some(Value::Object(inner))) = (tree.len(), tree.get_mut("member"))
        && inner.keys().all(|name| is_index(name))
    {
        tree = std::mem::take(inner);
    }
    if tree.keys().all(|name| is_index(name)) {
        return Value::Array(in_order(tree).map(untyped).collect());
    }
    let members = tree.into_iter().map(|(name, node)| (name, untyped(node)));
    Value::Object(members.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(form: &str) -> Value {
        let pairs = form_urlencoded::parse(form.as_bytes());
        Value::Object(members(pairs, Schema::Unknown, Naming::Query))
    }

    #[test]
    fn without_a_model_it_is_told_as_it_came() {
        assert_eq!(
            read(
                "Action=X&Version=1&A=1&L.member.2=b&L.member.1=a+b&F.10=z&F.9=y&S.N.V=%26&X-Amz-Date=now"
            ),
            json!({"A": "1", "L": ["a b", "b"], "F": ["y", "z"], "S": {"N": {"V": "&"}}})
        );
    }

    #[test]
    fn contradictions_and_damage() {
        assert_eq!(
            read("A=1&A.B=2&C.D=1&C=2&A=3"),
            json!({"A": {"": "3", "B": "2"}, "C": {"D": "1", "": "2"}})
        );
        assert_eq!(
            read("=&.=1&..=2&%ff=%fe"),
            json!({"": {"": {"": "2"}}, "\u{fffd}": "\u{fffd}"})
        );
        let deep = format!("{}=1", "a.".repeat(100_000));
        assert!(read(&deep).is_object());
        let wide: String = (0..50_000).map(|n| format!("a.{n}.b=1&")).collect();
        assert_eq!(read(&wide)["a"].as_array().map(Vec::len), Some(50_000));
    }
}
