//! How a case failed.

use std::panic::Location;

use serde_json::Value;

use crate::script::Mark;
use crate::vars::Variables;

/// How a case failed.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The file, if it is not the one that the case is written in.
    pub file: Option<String>,
    /// The line of the step or the expectation; 0 if there is none to show.
    pub line: usize,
    /// How sure the expectation is.
    pub mark: Mark,
    /// How it differed, at least one sentence.
    pub differences: Vec<String>,
    /// Whether the target gave no answer at all.
    pub silent: bool,
    /// What was answered instead, where an answer was judged.
    pub answered: Option<Box<Answered>>,
}

/// An answer that an expectation did not fit.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// The body as JSON, or as the text that is no JSON.
    pub body: Result<Value, String>,
    /// The variables of the case at that moment.
    pub variables: Variables,
}

impl Fault {
    /// A fault of a law: the sentence says what was expected and what came.
    /// Its place is where this is called.
    #[track_caller]
    pub fn of(mark: Mark, sentence: impl Into<String>) -> Self {
        let place = Location::caller();
        Self {
            file: Some(place.file().to_owned()),
            line: usize::try_from(place.line()).unwrap_or_default(),
            ..Self::unplaced(mark, vec![sentence.into()])
        }
    }

    /// A fault that has no line of its own.
    pub fn unplaced(mark: Mark, differences: Vec<String>) -> Self {
        Self {
            file: None,
            line: 0,
            mark,
            differences,
            silent: false,
            answered: None,
        }
    }

    /// `file:line` as far as they are known; `file` is that of the case.
    pub fn place(&self, file: &str) -> String {
        let file = self.file.as_deref().unwrap_or(file);
        match self.line {
            0 => file.to_owned(),
            line => format!("{file}:{line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_a_law_stands_where_it_is_said() {
        let (fault, line) = (Fault::of(Mark::Inferred, "no"), line!());
        let place = fault.place("laws.rs");
        assert!(
            place.ends_with(&format!("fault.rs:{line}")),
            "{place} should end in {line}"
        );
        assert_eq!(
            Fault::unplaced(Mark::Inferred, vec![]).place("a.rs"),
            "a.rs"
        );
    }
}
