//! What a person or a machine reads about a run.

use std::io::{self, Write};

use serde_json::json;

use crate::run::Outcome;
use crate::script::Case;

/// Counts outcomes and writes a line for each that is worth one.
#[derive(Debug)]
pub struct Report<W> {
    out: W,
    json: bool,
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl<W: Write> Report<W> {
    /// A report to `out`; with `json`, one object per case and one at the end.
    pub fn new(out: W, json: bool) -> Self {
        Self {
            out,
            json,
            passed: 0,
            failed: 0,
            skipped: 0,
        }
    }

    /// How many cases failed.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// Takes in how a case went.
    pub fn tell(&mut self, case: &Case, outcome: &Outcome) -> io::Result<()> {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Skipped(_) => self.skipped += 1,
        }
        if self.json {
            return writeln!(self.out, "{}", as_json(case, outcome));
        }
        match outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed(fault) => writeln!(
                self.out,
                "FAIL {} {} {} ({}:{}): {}",
                case.id,
                fault.mark,
                case.source,
                case.file,
                fault.line,
                fault.differences.join("; ")
            ),
            Outcome::Skipped(reason) => writeln!(self.out, "skip {}: {reason}", case.id),
        }
    }

    /// Writes the last line.
    pub fn end(&mut self) -> io::Result<()> {
        if self.json {
            let counts = json!({
                "passed": self.passed,
                "failed": self.failed,
                "skipped": self.skipped,
            });
            return writeln!(self.out, "{counts}");
        }
        let skipped = match self.skipped {
            0 => String::new(),
            count => format!(", {count} skipped"),
        };
        writeln!(
            self.out,
            "{} passed, {} failed{skipped}",
            self.passed, self.failed
        )
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
    use crate::script::{Mark, parse};
    use crate::session::Fault;

    fn told(json: bool, outcomes: &[Outcome]) -> String {
        let case = &parse("s.txt", "case a [D] guide 1\n> ListTrails {}\n").unwrap()[0];
        let mut report = Report::new(Vec::new(), json);
        for outcome in outcomes {
            report.tell(case, outcome).unwrap();
        }
        report.end().unwrap();
        String::from_utf8(report.out).unwrap()
    }

    fn failed() -> Outcome {
        Outcome::Failed(Fault {
            line: 7,
            mark: Mark::Inferred,
            differences: vec!["one".into(), "two".into()],
            silent: false,
        })
    }

    #[test]
    fn a_failure_is_one_line() {
        assert_eq!(
            told(false, &[Outcome::Passed, failed()]),
            "FAIL s/a [I] guide 1 (s.txt:7): one; two\n1 passed, 1 failed\n"
        );
    }

    #[test]
    fn what_was_skipped_is_said_and_counted() {
        assert_eq!(
            told(false, &[Outcome::Skipped("needs control".into())]),
            "skip s/a: needs control\n0 passed, 0 failed, 1 skipped\n"
        );
    }

    #[test]
    fn every_line_for_machines_is_json() {
        let text = told(
            true,
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
