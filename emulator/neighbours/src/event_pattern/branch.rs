//! One way through a pattern's `$or`: fields that must all be as they are asked to be.
//!
//! A path is a list of steps, and a name with dots is several: AWS joins the names on the way to a field with dots
//! and cannot tell `{"a.b": …}` from `{"a": {"b": …}}` (D, "Considerations when creating event patterns").
//!
//! Not here: how branches come about.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::criterion::Criterion;

/// The steps to a field.
pub(super) type Path = Arc<[Box<str>]>;

/// The list of a field: one entry must pick one value.
pub(super) type Criteria = Arc<[Criterion]>;

/// Fields and their lists. All share them with the branches that forked from the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Branch {
    /// In the order of the steps, so that fields of one object are neighbours.
    fields: BTreeMap<Path, Criteria>,
}

impl Branch {
    /// Sets a field's list. A list that the field already has is replaced (O).
    pub(super) fn set(&mut self, path: &Path, criteria: &Criteria) {
        self.fields.insert(Arc::clone(path), Arc::clone(criteria));
    }

    /// All fields, sorted by their paths.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&[Box<str>], &[Criterion])> {
        self.fields
            .iter()
            .map(|(path, criteria)| (&**path, &**criteria))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_and_replaced() {
        let mut branch = Branch::default();
        let path = |text: &str| -> Path { text.split('.').map(Box::from).collect() };
        branch.set(&path("b"), &Arc::from([Criterion::Present]));
        branch.set(&path("a.c"), &Arc::from([Criterion::Present]));
        branch.set(&path("a"), &Arc::from([Criterion::Present]));
        branch.set(&path("b"), &Arc::from([Criterion::Absent]));
        let fields: Vec<_> = branch
            .fields()
            .map(|(path, criteria)| (path.join("."), criteria.to_vec()))
            .collect();
        let expected = [
            ("a".to_owned(), vec![Criterion::Present]),
            ("a.c".to_owned(), vec![Criterion::Present]),
            ("b".to_owned(), vec![Criterion::Absent]),
        ];
        assert_eq!(fields, expected);
    }
}
