//! Counts what ended: one row an operation, one row a story.

use std::fmt;

use crate::cases::subject;
use crate::run::{Outcome, Ran};
use crate::script::Case;

/// A case and how it ended.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The case.
    pub case: &'a Case,
    /// How it ended.
    pub ran: Ran,
}

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As expected.
    pub passed: usize,
    /// Otherwise.
    pub failed: usize,
    /// Not run.
    pub skipped: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Skipped(_) => self.skipped += 1,
        }
    }

    /// All that ended.
    pub fn total(self) -> usize {
        self.passed + self.failed + self.skipped
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped {
            0 => Ok(()),
            skipped => write!(f, ", {skipped} skipped"),
        }
    }
}

/// An operation, or a story that names no single one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub subject: String,
    /// Whether an operation is called so.
    pub kind: Kind,
    /// How its cases ended.
    pub counts: Counts,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One operation.
    Operation,
    /// Several, or the wire itself.
    Story,
}

/// The rows of a run: operations in the order of the alphabet, then stories in
/// the order in which they ran.
pub fn rows(told: &[Told<'_>]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for Told { case, ran } in told {
        let subject = subject(case);
        let at = match rows.iter().position(|row| row.subject == subject) {
            Some(at) => at,
            None => {
                rows.push(Row {
                    subject: subject.to_owned(),
                    kind: match localtrail_model::cloudtrail().operation(subject) {
                        Some(_) => Kind::Operation,
                        None => Kind::Story,
                    },
                    counts: Counts::default(),
                });
                rows.len() - 1
            }
        };
        rows[at].counts.add(&ran.outcome);
    }
    // The sort is stable, so stories stay as they ran.
    rows.sort_by(|a, b| {
        a.kind.cmp(&b.kind).then_with(|| match a.kind {
            Kind::Operation => a.subject.cmp(&b.subject),
            Kind::Story => std::cmp::Ordering::Equal,
        })
    });
    rows
}

/// The sum of all rows.
pub fn total(rows: &[Row]) -> Counts {
    rows.iter().fold(Counts::default(), |sum, row| Counts {
        passed: sum.passed + row.counts.passed,
        failed: sum.failed + row.counts.failed,
        skipped: sum.skipped + row.counts.skipped,
    })
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{cases, told};
    use super::*;

    #[test]
    fn operations_come_first_and_stories_as_they_ran() {
        let cases = cases();
        let rows = rows(&told(&cases));
        let subjects: Vec<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
        assert_eq!(subjects, ["GetTrail", "ListTrails", "wire", "delivery"]);
        let sum = total(&rows);
        assert_eq!(sum.total(), cases.len());
        assert_eq!(sum.to_string(), "2 passed, 2 failed, 1 skipped");
    }
}
