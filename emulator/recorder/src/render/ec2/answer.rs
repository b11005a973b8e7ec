//! Answers to writes, in both styles.

use localtrail_model::catalogue::{Api, Entry, Kind, Operation, ShapeId};
use serde_json::{Map, Value, json};

use crate::render::Told;
use crate::render::hidden;
use crate::render::moment::Moment;
use crate::{Body, generic_xml};

/// Sets that are told with `item` in place of `items` (O).
const ODD_SETS: [&str; 1] = ["privateIpAddressesSet"];

/// Members of answers that are told otherwise: operation, element, and the record's name (O).
const RENAMED: [(&str, &str, &str); 1] = [("CreateVolume", "availabilityZone", "zone")];

/// Numbers that are told as texts (O).
const TEXTS: [(&str, &str); 3] = [
    ("CreateSnapshot", "volumeSize"),
    ("CreateVolume", "size"),
    ("CopySnapshot", "volumeSize"),
];

/// What says in XML that it was done; models mostly leave it out.
const DONE: &[u8] = b"<return>true</return>";

/// The answer of a classic operation: elements by their names, lists as sets, `_return` and `requestId` (O).
pub(super) fn classic(
    service: &'static Entry,
    operation: &Operation,
    told: &Told<'_>,
    output: &Map<String, Value>,
) -> Map<String, Value> {
    let writer = Writer {
        api: service.api(),
        moment: Moment::of(service),
        operation: operation.name,
    };
    let mut elements = Map::new();
    elements.insert("requestId".to_owned(), told.request_id().into());
    elements.extend(writer.structure(output, operation.output));
    let is_done = || body(told).windows(DONE.len()).any(|window| window == DONE);
    if !elements.contains_key("_return") && is_done() {
        elements.insert("_return".to_owned(), true.into());
    }
    elements
}

/// The answer of a new operation: its XML (O).
pub(super) fn modern(told: &Told<'_>) -> Map<String, Value> {
    let document = std::str::from_utf8(body(told)).ok().and_then(generic_xml);
    match document {
        Some(Value::Object(mut document)) => {
            for element in document.values_mut().filter_map(Value::as_object_mut) {
                hide(element);
            }
            document
        }
        _ => Map::new(),
    }
}

/// Hides what the table of hidden members names, by the names that elements have (I: seen in classic answers alone).
fn hide(element: &mut Map<String, Value>) {
    for (name, value) in element.iter_mut() {
        let mut member = name.clone();
        if let Some(first) = member.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        match (hidden::mark("ec2", "", &member, false), value) {
            (Some(mark), value) => *value = mark.over(value).unwrap_or_default(),
            (None, Value::Object(inner)) => hide(inner),
            (None, Value::Array(items)) => {
                items
                    .iter_mut()
                    .filter_map(Value::as_object_mut)
                    .for_each(hide);
            }
            (None, _) => (),
        }
    }
}

fn body<'a>(told: &Told<'a>) -> &'a [u8] {
    match told.answer.body {
        Body::Whole(bytes) | Body::Cut(bytes) => bytes,
    }
}

struct Writer<'a> {
    api: &'a Api,
    moment: Moment,
    operation: &'a str,
}

impl Writer<'_> {
    fn structure(
        &self,
        members: &Map<String, Value>,
        shape: Option<ShapeId>,
    ) -> Map<String, Value> {
        let structure = shape.and_then(|shape| self.api.structure(shape));
        let mut told = Map::new();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let member = structure.and_then(|structure| structure.member(name));
            let element = member.map_or(name.as_str(), |member| member.wire_name());
            let sensitive = member.is_some_and(|member| member.sensitive)
                || member.is_some_and(|member| self.api.shape(member.shape).sensitive);
            let shown = match (hidden::mark("ec2", self.operation, name, sensitive), member) {
                (Some(mark), _) => mark.over(value),
                (None, Some(member)) => Some(self.value(value, member.shape, element)),
                (None, None) => Some(value.clone()),
            };
            if let Some(shown) = shown {
                told.insert(self.key(element), self.as_text(element, shown));
            }
        }
        told
    }

    fn key(&self, element: &str) -> String {
        let renamed = RENAMED
            .iter()
            .find(|(operation, from, _)| *operation == self.operation && *from == element);
        match (renamed, element) {
            (Some((.., to)), _) => (*to).to_owned(),
            (None, "return") => "_return".to_owned(),
            (None, other) => other.to_owned(),
        }
    }

    fn as_text(&self, element: &str, value: Value) -> Value {
        match value {
            Value::Number(number) if TEXTS.contains(&(self.operation, element)) => {
                number.to_string().into()
            }
            other => other,
        }
    }

    fn value(&self, value: &Value, id: ShapeId, element: &str) -> Value {
        match (&self.api.shape(id).kind, value) {
            (Kind::Structure(_), Value::Object(members)) => {
                Value::Object(self.structure(members, Some(id)))
            }
            (Kind::List { .. }, Value::Array(items)) if items.is_empty() => json!({}),
            (Kind::List { member, .. }, Value::Array(items)) => {
                let items = items.iter().map(|item| self.value(item, *member, element));
                let items: Value = items.collect();
                match ODD_SETS.contains(&element) {
                    true => json!({"item": items}),
                    false => json!({"items": items}),
                }
            }
            (Kind::Timestamp(format), time) => self.moment.write(time, *format),
            _ => value.clone(),
        }
    }
}
