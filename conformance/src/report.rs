//! What a person or a machine reads about a run: lines while it goes on, and
//! below pages and tables of the whole.

pub mod junit;
pub mod page;
#[cfg(test)]
pub(crate) mod specimen;
pub mod tally;

use std::io::{self, Write};

use serde_json::json;

use crate::run::Outcome;
use crate::script::Case;
use tally::Counts;

/// What lines are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: what failed or was skipped, and the counts.
    Text,
    /// For machines: one JSON object per case, and one with the counts.
    Json,
}

/// Counts outcomes and writes a line for each that is worth one.
#[derive(Debug)]
pub struct Report<W> {
    out: W,
    format: Format,
    counts: Counts,
}

impl<W: Write> Report<W> {
    /// A report to `out`.
    pub fn new(out: W, format: Format) -> Self {
        Self {
            out,
            format,
            counts: Counts::default(),
        }
    }

    /// How many cases ended how so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes in how a case went.
    pub fn tell(&mut self, case: &Case, outcome: &Outcome) -> io::Result<()> {
        self.counts.add(outcome);
        if self.format == Format::Json {
            return writeln!(self.out, "{}", as_json(case, outcome));
        }
        match outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed(fault) => writeln!(
                self.out,
                "FAIL {} {} {} ({}): {}",
                case.id,
                fault.mark,
                case.source,
                fault.place(&case.file),
                fault.differences.join("; ")
            ),
            Outcome::Skipped(reason) => writeln!(self.out, "skip {}: {reason}", case.id),
        }
    }

    /// Writes the last line.
    pub fn end(&mut self) -> io::Result<()> {
        let counts = self.counts;
        match self.format {
            Format::Text => writeln!(self.out, "{counts}"),
            Format::Json => writeln!(
                self.out,
                "{}",
                json!({
                    "passed": counts.passed,
                    "failed": counts.failed,
                    "skipped": counts.skipped,
                })
            ),
        }
    }
}

fn as_json(case: &Case, outcome: &Outcome) -> serde_json::Value {
    let mut line = json!({
        "case": case.id,
        "mark": case.mark.to_string(),
        "source": case.source,
        "file": case.file,
    });
    match outcome {
        Outcome::Passed => line["outcome"] = "passed".into(),
        Outcome::Failed(fault) => {
            line["outcome"] = "failed".into();
            line["mark"] = fault.mark.to_string().into();
            line["line"] = fault.line.into();
            if let Some(file) = &fault.file {
                line["file"] = file.clone().into();
            }
            line["differences"] = fault.differences.clone().into();
        }
        Outcome::Skipped(reason) => {
            line["outcome"] = "skipped".into();
            line["reason"] = reason.clone().into();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;
    use crate::script::{Mark, parse};

    fn told(format: Format, outcomes: &[Outcome]) -> String {
        let case = &parse("s.txt", "case a [D] guide 1\n> ListTrails {}\n").unwrap()[0];
        let mut report = Report::new(Vec::new(), format);
        for outcome in outcomes {
            report.tell(case, outcome).unwrap();
        }
        report.end().unwrap();
        String::from_utf8(report.out).unwrap()
    }

    fn failed() -> Outcome {
        Outcome::Failed(Box::new(Fault {
            line: 7,
            ..Fault::unplaced(Mark::Inferred, vec!["one".into(), "two".into()])
        }))
    }

    #[test]
    fn a_failure_is_one_line() {
        assert_eq!(
            told(Format::Text, &[Outcome::Passed, failed()]),
            "FAIL s/a [I] guide 1 (s.txt:7): one; two\n1 passed, 1 failed\n"
        );
    }

    #[test]
    fn what_was_skipped_is_said_and_counted() {
        assert_eq!(
            told(Format::Text, &[Outcome::Skipped("needs control".into())]),
            "skip s/a: needs control\n0 passed, 0 failed, 1 skipped\n"
        );
    }

    #[test]
    fn every_line_for_machines_is_json() {
        let text = told(
            Format::Json,
            &[Outcome::Passed, failed(), Outcome::Skipped("x".into())],
        );
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[1]["differences"], json!(["one", "two"]));
        assert_eq!(lines[3], json!({"passed": 1, "failed": 1, "skipped": 1}));
    }
}
