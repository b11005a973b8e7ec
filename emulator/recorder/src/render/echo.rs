//! Error messages that repeat what must not be shown: services quote parameters that they refuse (I: AWS's own messages do
//! not quote what its models mark, but other answerers do).

use std::cmp::Reverse;
use std::collections::BTreeSet;

use localtrail_model::catalogue::{Api, Kind, ShapeId};
use serde_json::{Map, Value};

use super::Told;
use super::hidden::{Hiding, WORDS};

/// Shorter texts are found in messages by chance.
const SHORTEST: usize = 4;

/// So many different texts are taken out at most.
const MOST: usize = 1000;

/// The message without the hidden parameters of the call.
pub(super) fn without_secrets(told: &Told<'_>, message: &str) -> String {
    let (Some(service), Some(input)) = (told.service, told.input) else {
        return message.to_owned();
    };
    let mut search = Search {
        api: service.api(),
        hiding: Hiding::of(service.id, told.operation_name),
        message,
        found: BTreeSet::new(),
    };
    let shape = told.operation.and_then(|operation| operation.input);
    search.structure(input, shape);
    // The longest first: one may contain another.
    let mut found: Vec<&str> = search.found.into_iter().collect();
    found.sort_by_key(|text| Reverse(text.len()));
    let mut message = message.to_owned();
    for text in found {
        message = message.replace(text, WORDS);
    }
    message
}

/// Looks for hidden texts that the message has.
struct Search<'a> {
    api: &'a Api,
    hiding: Hiding<'a>,
    message: &'a str,
    found: BTreeSet<&'a str>,
}

impl<'a> Search<'a> {
    fn structure(&mut self, members: &'a Map<String, Value>, shape: Option<ShapeId>) {
        let api = self.api;
        let structure = shape.and_then(|shape| api.structure(shape));
        for (name, value) in members {
            let member = structure.and_then(|structure| structure.member(name));
            match self.hiding.mark(name, member, value) {
                Some(_) => self.all(value),
                None => self.shaped(value, member.map(|member| member.shape)),
            }
        }
    }

    fn shaped(&mut self, value: &'a Value, shape: Option<ShapeId>) {
        let api = self.api;
        let known = shape.map(|shape| api.shape(shape));
        if known.is_some_and(|shape| shape.sensitive) {
            return self.all(value);
        }
        match (known.map(|shape| &shape.kind), value) {
            (Some(Kind::Map { value: shape, .. }), Value::Object(entries)) => {
                for value in entries.values() {
                    self.shaped(value, Some(*shape));
                }
            }
            (Some(Kind::List { member, .. }), Value::Array(items)) => {
                for item in items {
                    self.shaped(item, Some(*member));
                }
            }
            (_, Value::Object(members)) => self.structure(members, shape),
            (_, Value::Array(items)) => {
                for item in items {
                    self.shaped(item, None);
                }
            }
            (Some(Kind::Blob), text) => self.all(text),
            _ => (),
        }
    }

    /// Every text in a value, as far as the message has it.
    fn all(&mut self, value: &'a Value) {
        match value {
            Value::String(text) => {
                let is_told = text.len() >= SHORTEST && self.message.contains(text.as_str());
                if is_told && self.found.len() < MOST {
                    self.found.insert(text);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.all(item)),
            Value::Object(members) => members.values().for_each(|value| self.all(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => (),
        }
    }
}
