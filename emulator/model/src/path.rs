//! Where in a value something is. Not a query language: a path names one place.

use std::fmt;

/// A place in a value. Displays like `LookupAttributes[0].AttributeKey`; the
/// empty path, the value itself, displays as nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Path(Vec<Step>);

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// To the member of a structure.
    Member(String),
    /// To the item of a list, counted from 0.
    Index(usize),
    /// To the value under a map's key.
    Value(String),
    /// To a map's key itself.
    Key(String),
}

impl Path {
    /// The steps from the whole value to the place.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The path of this one's child.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The path as AWS writes it in sentences: first letters lowered, items
    /// counted from 1, as in `lookupAttributes.1.member.attributeKey` (the form
    /// of AWS's query protocol, observed in many services' messages).
    pub fn aws(&self) -> String {
        let mut text = String::new();
        for step in &self.0 {
            if !text.is_empty() {
                text.push('.');
            }
            match step {
                Step::Member(name) => {
                    let mut letters = name.chars();
                    text.extend(letters.next().map(|first| first.to_ascii_lowercase()));
                    text.push_str(letters.as_str());
                }
                Step::Index(index) => text.push_str(&format!("{}.member", index + 1)),
                Step::Value(key) => text.push_str(&format!("{key}.member")),
                Step::Key(key) => text.push_str(key),
            }
        }
        text
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if position == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Value(key) => write!(f, "[{key:?}]")?,
                Step::Key(key) => write!(f, ".key({key:?})")?,
            }
        }
        Ok(())
    }
}

/// A path while it is walked: a chain on the stack, so that a value without
/// faults costs no allocation. Becomes a [`Path`] when a fault is found.
#[derive(Clone, Copy)]
pub(crate) struct Trace<'a> {
    parent: Option<&'a Trace<'a>>,
    step: TraceStep<'a>,
}

#[derive(Clone, Copy)]
enum TraceStep<'a> {
    Root,
    Member(&'a str),
    Index(usize),
    Value(&'a str),
    Key(&'a str),
}

impl<'a> Trace<'a> {
    pub(crate) const ROOT: Self = Self {
        parent: None,
        step: TraceStep::Root,
    };

    pub(crate) fn member(&'a self, name: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: TraceStep::Member(name),
        }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: TraceStep::Index(index),
        }
    }

    pub(crate) fn value(&'a self, key: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: TraceStep::Value(key),
        }
    }

    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: TraceStep::Key(key),
        }
    }

    pub(crate) fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut place = Some(self);
        while let Some(Trace { parent, step }) = place {
            match *step {
                TraceStep::Root => {}
                TraceStep::Member(name) => steps.push(Step::Member(name.to_owned())),
                TraceStep::Index(index) => steps.push(Step::Index(index)),
                TraceStep::Value(key) => steps.push(Step::Value(key.to_owned())),
                TraceStep::Key(key) => steps.push(Step::Key(key.to_owned())),
            }
            place = *parent;
        }
        steps.reverse();
        Path(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_in_our_way_and_in_aws_s() {
        let list = Trace::ROOT.member("LookupAttributes");
        let root = Trace::ROOT;
        let list = Trace {
            parent: Some(&root),
            ..list
        };
        let item = list.index(0);
        let path = item.member("AttributeKey").path();
        assert_eq!(path.to_string(), "LookupAttributes[0].AttributeKey");
        assert_eq!(path.aws(), "lookupAttributes.1.member.attributeKey");
        assert_eq!(Trace::ROOT.path(), Path::default());
    }

    #[test]
    fn a_map_s_key_and_the_value_under_it_are_two_places() {
        let map = Path::default().then(Step::Member("Dimensions".to_owned()));
        assert_eq!(
            map.then(Step::Value("a".to_owned())).to_string(),
            "Dimensions[\"a\"]"
        );
        assert_eq!(
            map.then(Step::Key("a".to_owned())).to_string(),
            "Dimensions.key(\"a\")"
        );
    }
}
