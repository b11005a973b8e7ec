//! Requests in the new style: as if the query had been XML, converted without knowing what it means.

use localtrail_model::catalogue::{Entry, Kind, Member, ShapeId};
use serde_json::{Map, Value, json};

use crate::decode::looks_like;
use crate::render::hidden::{self, Hiding};

/// `{"OPERATIONRequest": …}`; an empty text for a request without parameters (O).
pub(super) fn parameters(
    service: &'static Entry,
    operation: &str,
    input: &Map<String, Value>,
) -> Map<String, Value> {
    let shape = service.operation(operation).and_then(|op| op.input);
    let writer = Modern {
        service,
        hiding: Hiding::of("ec2", operation),
    };
    let members = writer.structure(input, shape);
    let inside = match members.is_empty() {
        true => Value::from(""),
        false => Value::Object(members),
    };
    Map::from_iter([(format!("{operation}Request"), inside)])
}

/// A member's name in an ec2Query request.
pub(super) fn query_name(member: &Member) -> String {
    if let Some(name) = member.query_name {
        return name.to_owned();
    }
    let mut name = member.wire_name().to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

struct Modern<'a> {
    service: &'static Entry,
    hiding: Hiding<'a>,
}

impl Modern<'_> {
    fn structure(
        &self,
        members: &Map<String, Value>,
        shape: Option<ShapeId>,
    ) -> Map<String, Value> {
        let structure = shape.and_then(|shape| self.service.api().structure(shape));
        let mut told = Map::new();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let Some(member) = structure.and_then(|structure| structure.member(name)) else {
                let shown = match self.hiding.mark(name, None, value) {
                    Some(mark) => mark.over(value),
                    None => Some(hidden::guarded(value)),
                };
                told.extend(shown.map(|shown| (name.clone(), shown)));
                continue;
            };
            let shown = match self.hiding.mark(name, Some(member), value) {
                Some(mark) => mark.over(value),
                None => self.value(value, member.shape),
            };
            if let Some(shown) = shown {
                told.insert(query_name(member), shown);
            }
        }
        told
    }

    /// A value; `None` for an empty list, which a query cannot say.
    fn value(&self, value: &Value, id: ShapeId) -> Option<Value> {
        match (&self.service.api().shape(id).kind, value) {
            (Kind::Structure(_), Value::Object(members)) => {
                Some(Value::Object(self.structure(members, Some(id))))
            }
            (Kind::List { member, .. }, Value::Array(items)) => self.list(items, *member),
            (Kind::Timestamp(_), Value::Number(_)) => {
                let iso = Some(localtrail_model::catalogue::TimestampFormat::Iso8601);
                Some(crate::render::moment::Moment::AsOnWire.write(value, iso))
            }
            (_, Value::String(text)) => Some(looks_like(text)),
            _ => Some(hidden::guarded(value)),
        }
    }

    /// Items carry their place as `tag`, and texts stand beside it as `content`; a single one is no array (O).
    fn list(&self, items: &[Value], shape: ShapeId) -> Option<Value> {
        let one = |(place, item): (usize, &Value)| {
            let place = place + 1;
            match self.value(item, shape) {
                Some(Value::Object(mut members)) => {
                    members.insert("tag".to_owned(), place.into());
                    Value::Object(members)
                }
                Some(text) => json!({"tag": place, "content": text}),
                None => json!({"tag": place}),
            }
        };
        let mut told: Vec<Value> = items.iter().enumerate().map(one).collect();
        match told.len() {
            0 => None,
            1 => told.pop(),
            _ => Some(Value::Array(told)),
        }
    }
}
