//! Holds a value against a shape: JSON types of the whole value first, then
//! constraints in the model's order. Not the third layer, meaning: what a
//! combination of valid values may not be is the operation's to say.

use serde_json::{Map, Value};

use crate::path::Trace;
use crate::pattern::Pattern;
use crate::rule::Rule;
use crate::scalar::{self, JsonKind};
use crate::service::{Kind, Service, Shape, ShapeId, Structure};
use crate::violation::{Violation, echo};

/// Finds the first rule of the shape that the value breaks.
///
/// A member that is `null` counts as absent; a member that the model does not
/// know is passed over, as AWS does. Members that travel outside the body
/// ([`crate::Location`]) are expected in the value under their own names. A
/// value without faults is checked without allocating.
pub fn check(service: &Service, shape: ShapeId, value: &Value) -> Result<(), Violation> {
    let checker = Checker { service };
    checker.types(shape, value, &Trace::ROOT)?;
    checker.constraints(shape, value, &Trace::ROOT)
}

struct Checker<'s> {
    service: &'s Service,
}

impl Checker<'_> {
    fn types(&self, shape: ShapeId, value: &Value, at: &Trace<'_>) -> Result<(), Violation> {
        let shape = self.service.shape(shape);
        if !scalar::fits(shape.kind(), value) {
            let rule = Rule::Type {
                expected: shape.kind(),
                found: JsonKind::of(value),
            };
            return Err(Violation::new(at.path(), rule, None));
        }
        match (shape, value) {
            (Shape::Structure(structure), Value::Object(object)) => {
                for member in &structure.members {
                    if let Some(value) = given(object, &member.name) {
                        self.types(member.shape, value, &at.member(&member.name))?;
                    }
                }
            }
            (Shape::List { member, .. }, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
                    self.types(*member, item, &at.index(index))?;
                }
            }
            (Shape::Map { value: member, .. }, Value::Object(entries)) => {
                for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
                    self.types(*member, value, &at.value(key))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Relies on [`Self::types`] having passed.
    fn constraints(&self, id: ShapeId, value: &Value, at: &Trace<'_>) -> Result<(), Violation> {
        match (self.service.shape(id), value) {
            (Shape::Structure(structure), Value::Object(object)) => {
                self.members(structure, object, at)
            }
            (Shape::List { member, min, max }, Value::Array(items)) => {
                within_items(items.len(), *min, *max).map_err(|rule| violation(rule, value, at))?;
                self.items(*member, items, value, at)
            }
            (
                Shape::Map {
                    key,
                    value: member,
                    min,
                    max,
                },
                Value::Object(entries),
            ) => {
                let count = within_items(entries.len(), *min, *max);
                count.map_err(|rule| violation(rule, value, at))?;
                self.entries(*key, *member, entries, at)
            }
            (shape, value) => scalar_rule(shape, value).map_err(|rule| {
                let sensitive = matches!(
                    shape,
                    Shape::String {
                        sensitive: true,
                        ..
                    }
                );
                let echo = if sensitive { None } else { echo(value) };
                Violation::new(at.path(), rule, echo)
            }),
        }
    }

    fn members(
        &self,
        structure: &Structure,
        object: &Map<String, Value>,
        at: &Trace<'_>,
    ) -> Result<(), Violation> {
        for member in &structure.members {
            let here = at.member(&member.name);
            match given(object, &member.name) {
                Some(value) => self.constraints(member.shape, value, &here)?,
                None if member.required => {
                    return Err(violation(Rule::Required, &Value::Null, &here));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// A null among the items is refused in the words that AWS has for it
    /// (`[…, Member must not be null]`); some services drop it instead.
    fn items(
        &self,
        member: ShapeId,
        items: &[Value],
        list: &Value,
        at: &Trace<'_>,
    ) -> Result<(), Violation> {
        let is_scalar = self.is_scalar(member);
        for (index, item) in items.iter().enumerate() {
            let here = at.index(index);
            let fault = match item {
                Value::Null => Err(violation(Rule::Required, item, &here)),
                item => self.constraints(member, item, &here),
            };
            fault.map_err(|violation| match is_scalar {
                true => violation.within(
                    at.path(),
                    self.list_echo(member, list),
                    self.all(member, "Member"),
                ),
                false => violation,
            })?;
        }
        Ok(())
    }

    fn entries(
        &self,
        key: ShapeId,
        member: ShapeId,
        entries: &Map<String, Value>,
        at: &Trace<'_>,
    ) -> Result<(), Violation> {
        for (name, value) in entries {
            string_rule(self.service.shape(key), name).map_err(|rule| {
                let violation = Violation::new(at.key(name).path(), rule, None);
                violation.within(at.path(), None, self.all(key, "Map keys"))
            })?;
            let here = at.value(name);
            let fault = match value {
                Value::Null => Err(violation(Rule::Required, value, &here)),
                value => self.constraints(member, value, &here),
            };
            fault.map_err(|violation| match self.is_scalar(member) {
                true => violation.within(at.path(), None, self.all(member, "Map value")),
                false => violation,
            })?;
        }
        Ok(())
    }

    fn is_scalar(&self, shape: ShapeId) -> bool {
        !matches!(
            self.service.shape(shape).kind(),
            Kind::Structure | Kind::List | Kind::Map
        )
    }

    fn list_echo(&self, member: ShapeId, list: &Value) -> Option<String> {
        match self.service.shape(member) {
            Shape::String {
                sensitive: true, ..
            } => None,
            _ => echo(list),
        }
    }

    /// AWS's words for a container whose parts must satisfy a shape: all the
    /// shape's rules, whichever was broken, in this order.
    fn all(&self, shape: ShapeId, subject: &str) -> String {
        let mut words: Vec<String> = rules(self.service.shape(shape))
            .iter()
            .map(Rule::words)
            .collect();
        words.push(Rule::Required.words());
        format!("{subject} must satisfy constraint: [{}]", words.join(", "))
    }
}

/// The member's value, if it is there and not null.
fn given<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn violation(rule: Rule, value: &Value, at: &Trace<'_>) -> Violation {
    Violation::new(at.path(), rule, echo(value))
}

fn within_items(count: usize, min: Option<u64>, max: Option<u64>) -> Result<(), Rule> {
    let count = count as u64;
    match (min, max) {
        (Some(min), _) if count < min => Err(Rule::MinItems { min }),
        (_, Some(max)) if count > max => Err(Rule::MaxItems { max }),
        _ => Ok(()),
    }
}

fn within_length(length: impl Fn() -> u64, min: Option<u64>, max: Option<u64>) -> Result<(), Rule> {
    if min.is_none() && max.is_none() {
        return Ok(());
    }
    let length = length();
    match (min, max) {
        (Some(min), _) if length < min => Err(Rule::MinLength { min }),
        (_, Some(max)) if length > max => Err(Rule::MaxLength { max }),
        _ => Ok(()),
    }
}

fn within_values(number: i64, min: Option<i64>, max: Option<i64>) -> Result<(), Rule> {
    match (min, max) {
        (Some(min), _) if number < min => Err(Rule::MinValue { min }),
        (_, Some(max)) if number > max => Err(Rule::MaxValue { max }),
        _ => Ok(()),
    }
}

/// The first rule of a scalar shape that a value of its type breaks.
fn scalar_rule(shape: &Shape, value: &Value) -> Result<(), Rule> {
    match (shape, value) {
        (Shape::String { .. }, Value::String(text)) => string_rule(shape, text),
        (Shape::Blob { min, max }, Value::String(text)) => {
            within_length(|| scalar::blob_length(text).unwrap_or(0), *min, *max)
        }
        (Shape::Integer { min, max } | Shape::Long { min, max }, Value::Number(number)) => number
            .as_i64()
            .map_or(Ok(()), |number| within_values(number, *min, *max)),
        _ => Ok(()),
    }
}

/// Lengths count characters (Unicode scalar values), as Smithy defines them.
fn string_rule(shape: &Shape, text: &str) -> Result<(), Rule> {
    let Shape::String {
        min,
        max,
        pattern,
        values,
        ..
    } = shape
    else {
        return Ok(());
    };
    within_length(|| text.chars().count() as u64, *min, *max)?;
    if let Some(pattern) = pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
        return Err(pattern_rule(pattern));
    }
    if !values.is_empty() && !values.iter().any(|value| value == text) {
        return Err(Rule::Enum {
            values: values.clone(),
        });
    }
    Ok(())
}

fn pattern_rule(pattern: &Pattern) -> Rule {
    Rule::Pattern {
        pattern: pattern.as_str().to_owned(),
    }
}

/// The rules of a scalar shape in the order in which AWS lists them.
fn rules(shape: &Shape) -> Vec<Rule> {
    let mut rules = Vec::new();
    match shape {
        Shape::String {
            min,
            max,
            pattern,
            values,
            ..
        } => {
            rules.extend(max.map(|max| Rule::MaxLength { max }));
            rules.extend(min.map(|min| Rule::MinLength { min }));
            rules.extend(pattern.as_ref().map(pattern_rule));
            if !values.is_empty() {
                rules.push(Rule::Enum {
                    values: values.clone(),
                });
            }
        }
        Shape::Blob { min, max } => {
            rules.extend(max.map(|max| Rule::MaxLength { max }));
            rules.extend(min.map(|min| Rule::MinLength { min }));
        }
        Shape::Integer { min, max } | Shape::Long { min, max } => {
            rules.extend(max.map(|max| Rule::MaxValue { max }));
            rules.extend(min.map(|min| Rule::MinValue { min }));
        }
        _ => {}
    }
    rules
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudtrail;

    fn first(operation: &str, input: &Value) -> Violation {
        let service = cloudtrail();
        let operation = service
            .operation(operation)
            .expect("an operation of CloudTrail");
        check(service, operation.input, input).expect_err("the input breaks a rule")
    }

    fn passes(operation: &str, input: &Value) {
        let service = cloudtrail();
        let operation = service
            .operation(operation)
            .expect("an operation of CloudTrail");
        assert_eq!(check(service, operation.input, input), Ok(()), "{input}");
    }

    #[test]
    fn null_is_absent_and_strangers_are_passed_over() {
        passes(
            "GetTrailStatus",
            &json!({"Name": "x", "Stranger": {"a": [1]}}),
        );
        passes(
            "DescribeTrails",
            &json!({"trailNameList": null, "includeShadowTrails": null}),
        );
        assert_eq!(
            first("GetTrailStatus", &json!({"Name": null})).rule,
            Rule::Required
        );
    }

    #[test]
    fn types_anywhere_come_before_constraints_anywhere() {
        let violation = first(
            "LookupEvents",
            &json!({
                "LookupAttributes": [{"AttributeKey": "Nonsense"}],
                "MaxResults": "fifty",
            }),
        );
        assert!(violation.is_type());
        assert_eq!(violation.path.to_string(), "MaxResults");
        assert_eq!(
            violation.sentence(),
            "STRING_VALUE can not be converted to an Integer"
        );
    }

    #[test]
    fn the_body_itself_has_a_type() {
        for body in [json!([]), json!("x"), json!(1), Value::Null] {
            let violation = first("ListTrails", &body);
            assert!(violation.is_type(), "{body}");
            assert_eq!(violation.path.to_string(), "");
        }
    }

    #[test]
    fn constraints_are_met_in_the_model_s_order() {
        let violation = first(
            "LookupEvents",
            &json!({
                "MaxResults": 51,
                "LookupAttributes": [{"AttributeValue": "x", "AttributeKey": "Nonsense"}],
            }),
        );
        assert_eq!(
            violation.path.to_string(),
            "LookupAttributes[0].AttributeKey"
        );
        assert!(violation.sentence().starts_with(
            "1 validation error detected: Value 'Nonsense' at \
             'lookupAttributes.1.member.attributeKey' failed to satisfy constraint: \
             Member must satisfy enum value set: [EventId, EventName, "
        ));
        assert_eq!(
            first("LookupEvents", &json!({"MaxResults": 51})).sentence(),
            "1 validation error detected: Value '51' at 'maxResults' failed to satisfy constraint: \
             Member must have value less than or equal to 50"
        );
    }

    #[test]
    fn a_scalar_in_a_list_is_blamed_on_the_list() {
        let violation = first(
            "ListInsightsMetricData",
            &json!({
                "EventSource": "s3.amazonaws.com", "EventName": "PutObject",
                "InsightType": "ApiCallRateInsight", "MaxResults": 0,
            }),
        );
        assert_eq!(violation.rule, Rule::MinValue { min: 1 });
        let violation = first("StartQuery", &json!({"QueryParameters": ["ok", ""]}));
        assert_eq!(violation.path.to_string(), "QueryParameters[1]");
        assert_eq!(
            violation.sentence(),
            "1 validation error detected: Value '[ok, ]' at 'queryParameters' failed to satisfy \
             constraint: Member must satisfy constraint: [Member must have length less than or \
             equal to 1024, Member must have length greater than or equal to 1, Member must \
             satisfy regular expression pattern: .*, Member must not be null]"
        );
    }

    #[test]
    fn a_null_in_a_list_is_no_item() {
        let violation = first("DescribeTrails", &json!({"trailNameList": ["a", null]}));
        assert_eq!(violation.rule, Rule::Required);
        assert_eq!(violation.path.to_string(), "trailNameList[1]");
    }
}
