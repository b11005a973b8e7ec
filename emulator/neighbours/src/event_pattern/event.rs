//! An event as patterns see it: places with values, fields and arrays.
//!
//! Not here: what a pattern asks for.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use super::branch::Branch;

/// All steps that a pattern's paths have, and how many the longest has. The rest of an event is not even read, which
/// also bounds how deep the reading goes.
#[derive(Debug, Clone)]
pub(super) struct Known {
    steps: HashSet<Box<str>>,
    longest: usize,
}

impl Known {
    /// Of these branches.
    pub(super) fn of(branches: &[Branch]) -> Self {
        let mut known = Self {
            steps: HashSet::new(),
            longest: 0,
        };
        for (path, _) in branches.iter().flat_map(Branch::fields) {
            known.longest = known.longest.max(path.len());
            for step in path {
                if !known.steps.contains(step) {
                    known.steps.insert(step.clone());
                }
            }
        }
        known
    }
}

/// What stands at one path of an event.
#[derive(Debug, Default)]
pub(super) struct Place<'e> {
    /// Values that are neither object nor array, those of an array among them.
    pub(super) values: Vec<&'e Value>,
    /// What is one step further.
    pub(super) fields: BTreeMap<&'e str, Place<'e>>,
    /// The objects of each array here; fields below them belong together only within one object.
    pub(super) arrays: Vec<Vec<Place<'e>>>,
}

impl<'e> Place<'e> {
    /// Reads an event.
    pub(super) fn read(event: &'e Value, known: &Known) -> Self {
        let mut root = Self::default();
        root.add(event, known, known.longest);
        root
    }

    /// Adds a value that stands here; `left` is the number of steps that any path may still have.
    fn add(&mut self, value: &'e Value, known: &Known, left: usize) {
        match value {
            Value::Object(object) => self.add_fields(object, known, left),
            Value::Array(array) => self.add_elements(array, known, left),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.values.push(value);
            }
        }
    }

    fn add_fields(&mut self, object: &'e Map<String, Value>, known: &Known, left: usize) {
        for (name, value) in object {
            let mut steps = name.split('.');
            let below = steps.clone().take(left + 1).count();
            if below > left || !steps.clone().all(|step| known.steps.contains(step)) {
                continue;
            }
            let place = steps.try_fold(&mut *self, |place, step| {
                Some(place.fields.entry(step).or_default())
            });
            if let Some(place) = place {
                place.add(value, known, left - below);
            }
        }
    }

    /// Arrays within the array are one with it: an element is in one of them alone, so whatever holds for its
    /// objects holds for theirs. They are taken from a list and not by recursion, since nothing bounds their depth.
    fn add_elements(&mut self, array: &'e [Value], known: &Known, left: usize) {
        let mut objects = Vec::new();
        let mut waiting: Vec<std::slice::Iter<'e, Value>> = vec![array.iter()];
        while let Some(elements) = waiting.last_mut() {
            match elements.next() {
                None => {
                    waiting.pop();
                }
                Some(Value::Array(inner)) => waiting.push(inner.iter()),
                Some(Value::Object(object)) => {
                    let mut place = Place::default();
                    place.add_fields(object, known, left);
                    objects.push(place);
                }
                Some(value) => self.values.push(value),
            }
        }
        if !objects.is_empty() {
            self.arrays.push(objects);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::event_pattern::criterion::Criterion;

    fn known(paths: &[&str]) -> Known {
        let mut branch = Branch::default();
        for path in paths {
            branch.set(
                &path.split('.').map(Box::from).collect(),
                &Arc::from([Criterion::Present]),
            );
        }
        Known::of(&[branch])
    }

    #[test]
    fn names_with_dots_and_objects_are_one() {
        let event = json!({"a.b": 1, "a": {"b": 2, "z": 3}, "a.b.b": 4, "z": 5});
        let root = Place::read(&event, &known(&["a.b"]));
        assert_eq!(root.fields.len(), 1);
        assert_eq!(root.fields["a"].fields["b"].values, [&json!(1), &json!(2)]);
        assert!(
            root.fields["a"].fields["b"].fields.is_empty(),
            "deeper than any path"
        );
    }

    #[test]
    fn arrays_give_values_and_objects() {
        let event = json!({"a": [1, [2, {"b": 3}, [[{"b": 4}]]], {}, null]});
        let root = Place::read(&event, &known(&["a.b"]));
        let place = &root.fields["a"];
        assert_eq!(place.values, [&json!(1), &json!(2), &json!(null)]);
        assert_eq!(place.arrays.len(), 1);
        assert_eq!(place.arrays[0].len(), 3);
        assert_eq!(place.arrays[0][1].fields["b"].values, [&json!(4)]);
    }
}
