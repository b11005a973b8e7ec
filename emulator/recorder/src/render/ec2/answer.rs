//! Answers to writes, in both styles.

use localtrail_model::catalogue::{Api, Entry, Kind, Operation, ShapeId};
use serde_json::{Map, Value, json};

use crate::render::Told;
use crate::render::hidden::{self, Hiding};
use crate::render::moment::Moment;
use crate::{generic_xml, unpacked};

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
        hiding: Hiding::of("ec2", operation.name),
    };
    let mut elements = Map::new();
    elements.insert("requestId".to_owned(), told.request_id().into());
    elements.extend(writer.structure(output, operation.output));
    elements
}

/// The answer of a new operation: its XML (O).
pub(super) fn modern(
    service: &'static Entry,
    operation: Option<&Operation>,
    told: &Told<'_>,
) -> Map<String, Value> {
    let body = unpacked(told.answer.body, told.answer.headers);
    let document = std::str::from_utf8(&body).ok().and_then(generic_xml);
    let Some(Value::Object(mut document)) = document else {
        return Map::new();
    };
    let veil = Veil {
        api: service.api(),
        hiding: Hiding::of("ec2", told.operation_name),
    };
    let output = operation.and_then(|operation| operation.output);
    for element in document.values_mut() {
        veil.over(element, output);
    }
    document
}

/// Hides what must not be shown in a document that was converted without knowing it.
struct Veil<'a> {
    api: &'a Api,
    hiding: Hiding<'a>,
}

impl Veil<'_> {
    fn over(&self, value: &mut Value, shape: Option<ShapeId>) {
        let kind = shape.map(|shape| &self.api.shape(shape).kind);
        match value {
            Value::Object(members) => {
                for (element, value) in members {
                    self.member(element, value, kind);
                }
            }
            // A repeated element.
            Value::Array(items) => items.iter_mut().for_each(|item| self.over(item, shape)),
            _ => (),
        }
    }

    fn member(&self, element: &str, value: &mut Value, holder: Option<&Kind>) {
        let member = match holder {
            Some(Kind::Structure(structure)) => structure.on_wire(element),
            // The element around each item.
            Some(Kind::List { member, .. }) => return self.over(value, Some(*member)),
            _ => None,
        };
        let mut name = element.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let name = member.map_or(name.as_str(), |member| member.name);
        match self.hiding.mark(name, member, value) {
            Some(mark) => *value = mark.over(value).unwrap_or_default(),
            None => self.over(value, member.map(|member| member.shape)),
        }
    }
}

struct Writer<'a> {
    api: &'a Api,
    moment: Moment,
    operation: &'a str,
    hiding: Hiding<'a>,
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
            let shown = match (self.hiding.mark(name, member, value), member) {
                (Some(mark), _) => mark.over(value),
                (None, Some(member)) => Some(self.value(value, member.shape, element)),
                (None, None) => Some(hidden::guarded(value)),
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
            _ => hidden::guarded(value),
        }
    }
}
