//! Whether an event is as one branch of a pattern asks.
//!
//! A field is met by any of its values (D, "Arrays in event patterns"). Fields below one array must be met within
//! one element of it (D, Ruler's README, "JSON Array Matching").
//!
//! A field that must be absent is looked for in the elements that fields before it, in the order of the names, have
//! already settled on; as long as none has, in all (I, Ruler's sources).
//!
//! Not here: what single values are asked.

use super::branch::Branch;
use super::criterion::Criterion;
use super::event::Place;

/// A field and its list.
type Field<'p> = (&'p [Box<str>], &'p [Criterion]);

/// What became of several fields.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    outcome: Outcome,
    /// How many, from the first on, have no value and need none.
    absent: usize,
}

/// Whether all are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Met,
    Unmet,
}

/// Whether an event is as a branch asks.
pub(super) fn holds(branch: &Branch, root: &Place<'_>) -> bool {
    let fields: Vec<Field<'_>> = branch.fields().collect();
    weigh(&fields, 0, Some(root)).outcome == Outcome::Met
}

/// Weighs fields whose first `depth` steps led to this place, or to nothing.
fn weigh(fields: &[Field<'_>], depth: usize, place: Option<&Place<'_>>) -> Verdict {
    let mut verdict = Verdict {
        outcome: Outcome::Met,
        absent: 0,
    };
    let mut seen = 0;
    for group in fields.chunk_by(|(one, _), (other, _)| one.get(depth) == other.get(depth)) {
        let Some(step) = group.first().and_then(|(path, _)| path.get(depth)) else {
            continue;
        };
        let next = place.and_then(|place| place.fields.get(&**step));
        verdict = followed(verdict, seen, weigh_below(group, depth + 1, next));
        seen += group.len();
        if verdict.outcome == Outcome::Unmet {
            break;
        }
    }
    verdict
}

/// Weighs fields that share all steps to this place: the field that ends here, if there is one, and those beyond.
fn weigh_below(fields: &[Field<'_>], depth: usize, place: Option<&Place<'_>>) -> Verdict {
    match fields.split_first() {
        Some(((path, criteria), beyond)) if path.len() == depth => {
            let here = weigh_values(criteria, place);
            if beyond.is_empty() {
                here
            } else {
                followed(here, 1, weigh_beyond(beyond, depth, place))
            }
        }
        Some(_) | None => weigh_beyond(fields, depth, place),
    }
}

/// Weighs fields beyond this place, which must be met within one object: what stands here, or one element of an
/// array here. There is more than one such thing beside an array only if an event spells its names in several ways,
/// and what is told apart then is ours (I).
///
/// Every object is looked at once for every path, so the work grows with the event and not with its combinations.
fn weigh_beyond(fields: &[Field<'_>], depth: usize, place: Option<&Place<'_>>) -> Verdict {
    let Some(place) = place.filter(|place| !place.arrays.is_empty()) else {
        return weigh(fields, depth, place);
    };
    let beside = if place.fields.is_empty() {
        None
    } else {
        Some(place)
    };
    let mut least_of_met = None;
    let mut absent = fields.len();
    for object in place.arrays.iter().flatten().chain(beside) {
        let verdict = weigh(fields, depth, Some(object));
        absent = absent.min(verdict.absent);
        if verdict.outcome == Outcome::Met {
            least_of_met =
                Some(least_of_met.map_or(verdict.absent, |least: usize| least.min(verdict.absent)));
        }
    }
    // An object in which the first fields are absent is no help while another one has such a field.
    let outcome = if least_of_met.is_some_and(|least| least <= absent) {
        Outcome::Met
    } else {
        Outcome::Unmet
    };
    Verdict { outcome, absent }
}

/// Weighs the values that stand here.
fn weigh_values(criteria: &[Criterion], place: Option<&Place<'_>>) -> Verdict {
    let values = place.map_or(&[][..], |place| &place.values);
    if values.is_empty() {
        return if criteria.iter().any(Criterion::allows_absence) {
            Verdict {
                outcome: Outcome::Met,
                absent: 1,
            }
        } else {
            Verdict {
                outcome: Outcome::Unmet,
                absent: 0,
            }
        };
    }
    let met = values
        .iter()
        .any(|value| criteria.iter().any(|criterion| criterion.picks(value)));
    Verdict {
        outcome: if met { Outcome::Met } else { Outcome::Unmet },
        absent: 0,
    }
}

/// The verdict on `count` fields and those after them.
fn followed(first: Verdict, count: usize, second: Verdict) -> Verdict {
    let outcome = match (first.outcome, second.outcome) {
        (Outcome::Met, Outcome::Met) => Outcome::Met,
        (Outcome::Met | Outcome::Unmet, Outcome::Met | Outcome::Unmet) => Outcome::Unmet,
    };
    let absent = if first.absent == count {
        count + second.absent
    } else {
        first.absent
    };
    Verdict { outcome, absent }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::event_pattern::EventPattern;

    #[test]
    fn absence_is_weighed_in_the_order_of_names() {
        let events = [
            json!({"a": [{"b": 1}, {"c": 2}]}),
            json!({"a": [{"c": 2}, {"c": 3}]}),
            json!({"a": [{"b": 1, "c": 2}]}),
            json!({"a": []}),
        ];
        let cases = [
            (
                r#"{"a": {"b": [{"exists": false}]}}"#,
                [false, true, false, true],
            ),
            (
                r#"{"a": {"b": [{"exists": false}], "c": [2]}}"#,
                [false, true, false, false],
            ),
            (
                r#"{"a": {"d": [{"exists": false}], "c": [2]}}"#,
                [true, true, true, false],
            ),
            (
                r#"{"a": {"b": [1], "c": [{"exists": false}]}}"#,
                [true, false, false, false],
            ),
            (
                r#"{"a": {"b": [{"exists": false}], "d": [{"exists": false}]}}"#,
                [false, true, false, true],
            ),
        ];
        for (pattern, expected) in cases {
            let read = EventPattern::parse(pattern).expect(pattern);
            assert_eq!(
                events.clone().map(|event| read.matches(&event)),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn arrays_beside_each_other_are_asked_one_by_one() {
        let pattern =
            EventPattern::parse(r#"{"a": {"b": {"c": [1], "d": [2]}}}"#).expect("a pattern");
        assert!(pattern.matches(&json!({"a.b": [{"c": 1}], "a": {"b": [{"c": 1, "d": 2}]}})));
        assert!(!pattern.matches(&json!({"a.b": [{"c": 1}], "a": {"b": [{"d": 2}]}})));
        assert!(!pattern.matches(&json!({"a.b": [{"c": 1}], "a": {"b": {"d": 2}}})));
        assert!(pattern.matches(&json!({"a.b": [{"c": 1}], "a": {"b": {"c": 1, "d": 2}}})));
    }
}
