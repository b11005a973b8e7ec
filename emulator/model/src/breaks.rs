//! Values that break exactly one rule of a shape: what a server must refuse.
//! Not every such value: for each place in a full sample, one or a few per rule.
//!
//! A rule that cannot be broken alone has no break: a pattern that every text
//! matches, or a least length of one beside a pattern that wants a character.

use serde_json::{Value, json};

use crate::path::{Path, Step};
use crate::rule::Rule;
use crate::sample;
use crate::scalar::JsonKind;
use crate::service::{Kind, Service, Shape, ShapeId};

/// A value with one fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Break {
    /// The rule that is broken.
    pub rule: Rule,
    /// Where it is broken.
    pub path: Path,
    /// The whole value, otherwise that of [`sample::full`].
    pub value: Value,
}

/// All breaks of a shape. [`crate::check`] refuses each one with exactly its
/// rule at its path.
pub fn of(service: &Service, shape: ShapeId) -> impl Iterator<Item = Break> {
    let sample = sample::full(service, shape);
    let mut spots = Vec::new();
    gather(
        service,
        shape,
        &sample,
        &Path::default(),
        Presence::Free,
        &mut spots,
    );
    spots.into_iter().flat_map(move |spot| {
        let current = at(&mut sample.clone(), spot.path.steps()).clone();
        let sample = sample.clone();
        faults(service, &spot, current)
            .into_iter()
            .map(move |fault| {
                let mut value = sample.clone();
                fault.change.apply(&mut value, spot.path.steps());
                let path = fault
                    .key
                    .map_or(spot.path.clone(), |key| spot.path.then(Step::Key(key)));
                Break {
                    rule: fault.rule,
                    path,
                    value,
                }
            })
    })
}

/// Whether a place may be left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// A member that may be absent, or the whole value.
    Free,
    /// A required member.
    Required,
    /// An item of a list or a value of a map, which may not be null.
    Entry,
}

/// A place in the sample.
struct Spot {
    path: Path,
    shape: ShapeId,
    presence: Presence,
}

/// Lists the places of a sample; of a list or map, the first entry stands for all.
fn gather(
    service: &Service,
    shape: ShapeId,
    value: &Value,
    path: &Path,
    presence: Presence,
    spots: &mut Vec<Spot>,
) {
    spots.push(Spot {
        path: path.clone(),
        shape,
        presence,
    });
    match (service.shape(shape), value) {
        (Shape::Structure(structure), Value::Object(object)) => {
            for member in &structure.members {
                let Some(value) = object.get(&member.name) else {
                    continue;
                };
                let path = path.then(Step::Member(member.name.clone()));
                let presence = if member.required {
                    Presence::Required
                } else {
                    Presence::Free
                };
                gather(service, member.shape, value, &path, presence, spots);
            }
        }
        (Shape::List { member, .. }, Value::Array(items)) => {
            if let Some(item) = items.first() {
                let path = path.then(Step::Index(0));
                gather(service, *member, item, &path, Presence::Entry, spots);
            }
        }
        (Shape::Map { value: member, .. }, Value::Object(entries)) => {
            if let Some((key, value)) = entries.iter().next() {
                let path = path.then(Step::Value(key.clone()));
                gather(service, *member, value, &path, Presence::Entry, spots);
            }
        }
        _ => {}
    }
}

/// One way to break one rule at a place.
struct Fault {
    rule: Rule,
    change: Change,
    /// The key at fault, if it is a map's key and not the place itself.
    key: Option<String>,
}

enum Change {
    Replace(Value),
    Remove,
}

impl Fault {
    fn new(rule: Rule, value: Value) -> Self {
        Self {
            rule,
            change: Change::Replace(value),
            key: None,
        }
    }
}

impl Change {
    fn apply(self, root: &mut Value, steps: &[Step]) {
        match (self, steps.split_last()) {
            (Self::Replace(value), _) => *at(root, steps) = value,
            (Self::Remove, Some((Step::Member(name), above))) => {
                if let Value::Object(object) = at(root, above) {
                    object.shift_remove(name);
                }
            }
            (Self::Remove, _) => unreachable!("only members are removed"),
        }
    }
}

fn at<'v>(root: &'v mut Value, steps: &[Step]) -> &'v mut Value {
    steps.iter().fold(root, |value, step| match step {
        Step::Member(name) | Step::Value(name) => &mut value[name],
        Step::Index(index) => &mut value[*index],
        Step::Key(_) => unreachable!("a key is no place for a value"),
    })
}

fn faults(service: &Service, spot: &Spot, current: Value) -> Vec<Fault> {
    let shape = service.shape(spot.shape);
    let mut faults = wrong_types(shape.kind());
    match spot.presence {
        Presence::Free => {}
        Presence::Required => {
            faults.push(Fault {
                rule: Rule::Required,
                change: Change::Remove,
                key: None,
            });
            faults.push(Fault::new(Rule::Required, Value::Null));
        }
        Presence::Entry => faults.push(Fault::new(Rule::Required, Value::Null)),
    }
    match shape {
        Shape::String { .. } => faults.extend(
            wrong_texts(shape)
                .into_iter()
                .map(|(rule, text)| Fault::new(rule, json!(text))),
        ),
        Shape::Integer { min, max } | Shape::Long { min, max } => {
            faults.extend(min.map(|min| Fault::new(Rule::MinValue { min }, json!(min - 1))));
            faults.extend(max.map(|max| Fault::new(Rule::MaxValue { max }, json!(max + 1))));
        }
        Shape::Blob { min, max } => {
            let blob = |bytes| json!(sample::blob(bytes));
            let min = min.filter(|min| *min > 0);
            faults.extend(min.map(|min| Fault::new(Rule::MinLength { min }, blob(min - 1))));
            faults.extend(max.map(|max| Fault::new(Rule::MaxLength { max }, blob(max + 1))));
        }
        Shape::List { min, max, .. } => faults.extend(wrong_counts(*min, *max, &current)),
        Shape::Map {
            key,
            value,
            min,
            max,
        } => {
            let key = service.shape(*key);
            let entry = sample::full(service, *value);
            faults.extend(wrong_sizes(key, &entry, *min, *max));
            faults.extend(wrong_keys(key, &entry));
        }
        Shape::Structure(_) | Shape::Float | Shape::Double | Shape::Boolean | Shape::Timestamp => {}
    }
    faults
}

/// JSON values of other types, one of each that the kind refuses.
fn wrong_types(kind: Kind) -> Vec<Fault> {
    let values = [
        json!("yesterday?"),
        json!(7),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
    ];
    let refused = values
        .into_iter()
        .filter(|value| !crate::scalar::fits(kind, value));
    let faults = refused.map(|value| {
        let rule = Rule::Type {
            expected: kind,
            found: JsonKind::of(&value),
        };
        Fault::new(rule, value)
    });
    faults.collect()
}

/// Texts that break one rule of a string and keep its others.
fn wrong_texts(shape: &Shape) -> Vec<(Rule, String)> {
    let Shape::String {
        min,
        max,
        pattern,
        values,
        ..
    } = shape
    else {
        return Vec::new();
    };
    let length = sample::text_near(shape, 12).map_or(12, |text| text.chars().count());
    let mut texts = Vec::new();
    if values.is_empty() {
        let of_length = |length| sample::text_of_length(shape, length);
        if let Some(min) = min.filter(|min| *min > 0) {
            texts.extend(of_length(min - 1).map(|text| (Rule::MinLength { min }, text)));
        }
        if let Some(max) = *max {
            texts.extend(of_length(max + 1).map(|text| (Rule::MaxLength { max }, text)));
        }
    } else {
        let values = values.clone();
        texts.push((Rule::Enum { values }, "x".repeat(length)));
    }
    if let Some(pattern) = pattern {
        let strange = ["!", "\u{1}", "\n"].map(|filler| filler.repeat(length));
        let text = strange.into_iter().find(|text| !pattern.matches(text));
        let rule = Rule::Pattern {
            pattern: pattern.as_str().to_owned(),
        };
        texts.extend(text.map(|text| (rule, text)));
    }
    texts
}

fn wrong_counts(min: Option<u64>, max: Option<u64>, current: &Value) -> Vec<Fault> {
    let Some(item) = current.get(0) else {
        return Vec::new();
    };
    let items = |count: u64| (0..count).map(|_| item.clone()).collect::<Value>();
    let min = min.filter(|min| *min > 0);
    let few = min.map(|min| Fault::new(Rule::MinItems { min }, items(min - 1)));
    let many = max.map(|max| Fault::new(Rule::MaxItems { max }, items(max + 1)));
    few.into_iter().chain(many).collect()
}

fn wrong_sizes(key: &Shape, entry: &Value, min: Option<u64>, max: Option<u64>) -> Vec<Fault> {
    let of_size = |size: u64, rule: Rule| {
        let entries = sample::keys(key, size).map(|key| (key, entry.clone()));
        let entries: serde_json::Map<String, Value> = entries.collect();
        (entries.len() as u64 == size).then(|| Fault::new(rule, Value::Object(entries)))
    };
    let min = min.filter(|min| *min > 0);
    let few = min.and_then(|min| of_size(min - 1, Rule::MinItems { min }));
    let many = max.and_then(|max| of_size(max + 1, Rule::MaxItems { max }));
    few.into_iter().chain(many).collect()
}

fn wrong_keys(key: &Shape, entry: &Value) -> Vec<Fault> {
    let faults = wrong_texts(key).into_iter().map(|(rule, key)| {
        let map = Value::Object([(key.clone(), entry.clone())].into_iter().collect());
        Fault {
            rule,
            change: Change::Replace(map),
            key: Some(key),
        }
    });
    faults.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail;

    #[test]
    fn one_input_s_breaks_are_these() {
        let service = cloudtrail();
        let operation = service
            .operation("GetTrailStatus")
            .expect("an operation of CloudTrail");
        let breaks: Vec<String> = of(service, operation.input)
            .filter(|one| one.rule == Rule::Required)
            .map(|one| format!("{} {}", one.path, one.value))
            .collect();
        assert_eq!(breaks, ["Name {}", r#"Name {"Name":null}"#]);
    }
}
