//! Meaningful inputs with one fault: a break of the model's sample, put into
//! an input that would otherwise succeed, so that a target which overlooks the
//! fault answers 200.

use localtrail_model::breaks::{self, Break};
use localtrail_model::{Rule, Service, ShapeId, Step};
use serde_json::Value;

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A JSON value of another type.
    Type,
    /// Everything else that the model forbids.
    Constraint,
}

/// All ways to break one rule at one place.
#[derive(Debug)]
pub(super) struct Broken {
    /// `PLACE/RULE`, the end of the case's name.
    pub(super) name: String,
    /// Its kind.
    pub(super) fault: Fault,
    /// The inputs, each with this fault alone.
    pub(super) inputs: Vec<Value>,
}

/// Every break of an input's shape, put into the first of the bases that has
/// the member in question.
pub(super) fn of(service: &Service, shape: ShapeId, bases: &[Value]) -> Vec<Broken> {
    let mut found: Vec<Broken> = Vec::new();
    for one in breaks::of(service, shape) {
        let input = in_place(base_for(bases, &one), &one);
        let name = name(&one);
        match found.iter_mut().find(|broken| broken.name == name) {
            Some(broken) => broken.inputs.push(input),
            None => found.push(Broken {
                fault: match one.rule {
                    Rule::Type { .. } => Fault::Type,
                    _ => Fault::Constraint,
                },
                name,
                inputs: vec![input],
            }),
        }
    }
    found
}

fn base_for<'v>(bases: &'v [Value], one: &Break) -> &'v Value {
    let member = match one.path.steps().first() {
        Some(Step::Member(name)) => Some(name),
        _ => None,
    };
    let has = |base: &&Value| member.is_some_and(|name| base.get(name).is_some());
    bases.iter().find(has).unwrap_or(&bases[0])
}

/// The base with the fault of `one`.
fn in_place(base: &Value, one: &Break) -> Value {
    let mut input = base.clone();
    graft(&mut input, &one.value, one.path.steps());
    input
}

/// Puts into `base` what `broken` holds at the end of `steps`; on the way there,
/// what `base` does not have comes from `broken` too.
fn graft(base: &mut Value, broken: &Value, steps: &[Step]) {
    let Some((step, rest)) = steps.split_first() else {
        *base = broken.clone();
        return;
    };
    match (step, &mut *base) {
        (Step::Member(name) | Step::Value(name), Value::Object(object)) => {
            match (object.get_mut(name), broken.get(name)) {
                (Some(inner), Some(value)) => graft(inner, value, rest),
                (None, Some(value)) => {
                    object.insert(name.clone(), value.clone());
                }
                (_, None) => {
                    object.shift_remove(name);
                }
            }
        }
        (Step::Index(index), Value::Array(items)) => {
            match (items.get_mut(*index), broken.get(*index)) {
                (Some(inner), Some(value)) => graft(inner, value, rest),
                _ => *base = broken.clone(),
            }
        }
        _ => *base = broken.clone(),
    }
}

/// `TagsList.0.Key/longest`; the body itself is `body`.
fn name(one: &Break) -> String {
    let place: Vec<String> = one
        .path
        .steps()
        .iter()
        .map(|step| match step {
            Step::Member(name) | Step::Value(name) => name.clone(),
            Step::Index(index) => index.to_string(),
            Step::Key(_) => "key".to_owned(),
        })
        .collect();
    let place = match place.is_empty() {
        true => "body".to_owned(),
        false => place.join("."),
    };
    let rule = match one.rule {
        Rule::Type { .. } => "type",
        Rule::Required => "required",
        Rule::MinLength { .. } => "min-length",
        Rule::MaxLength { .. } => "max-length",
        Rule::MinValue { .. } => "min-value",
        Rule::MaxValue { .. } => "max-value",
        Rule::Pattern { .. } => "pattern",
        Rule::Enum { .. } => "enum",
        Rule::MinItems { .. } => "min-items",
        Rule::MaxItems { .. } => "max-items",
    };
    format!("{place}/{rule}")
}

#[cfg(test)]
mod tests {
    use localtrail_model::cloudtrail;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fault_is_put_into_a_meaningful_input() {
        let service = cloudtrail();
        let operation = service.operation("AddTags").unwrap();
        let base = json!({"ResourceId": "$arn", "TagsList": [{"Key": "a"}, {"Key": "b"}]});
        let found = of(service, operation.input, std::slice::from_ref(&base));
        let named = |name: &str| &found.iter().find(|one| one.name == name).unwrap().inputs;
        assert_eq!(
            named("ResourceId/required")[0],
            json!({"TagsList": [{"Key": "a"}, {"Key": "b"}]})
        );
        assert_eq!(
            named("TagsList.0.Key/min-length")[0],
            json!({"ResourceId": "$arn", "TagsList": [{"Key": ""}, {"Key": "b"}]})
        );
        let added = &named("TagsList.0.Value/max-length")[0];
        assert_eq!(added["TagsList"][0]["Value"].as_str().unwrap().len(), 257);
        assert_eq!(added["TagsList"][1], json!({"Key": "b"}));
        assert_eq!(named("body/type").len(), 5);
    }
}
