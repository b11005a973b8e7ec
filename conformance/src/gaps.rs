//! Known gaps: cases that a target fails for a known reason, as data.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::run::Outcome;
use crate::script::Case;

/// Cases that are known to fail, with the reason.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    reasons: BTreeMap<String, String>,
}

impl Gaps {
    /// Reads lines `CASE: REASON`; blank lines and `#` comments are left out.
    ///
    /// # Errors
    ///
    /// Says which line is none of these, or names a case a second time.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut reasons = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (case, reason) = line
                .split_once(": ")
                .map(|(case, reason)| (case.trim(), reason.trim()))
                .filter(|(case, reason)| !case.is_empty() && !reason.is_empty())
                .ok_or_else(|| format!("line {}: write CASE: REASON", index + 1))?;
            if reasons.insert(case.to_owned(), reason.to_owned()).is_some() {
                return Err(format!("line {}: {case} is listed twice", index + 1));
            }
        }
        Ok(Self { reasons })
    }

    /// Whether every gap is that of a case that there is, so that a case which
    /// was renamed or removed does not leave its gap behind.
    ///
    /// # Errors
    ///
    /// Names the first gap that no case has.
    pub fn check(&self, cases: &[Case]) -> Result<(), String> {
        let stray = self
            .reasons
            .keys()
            .find(|gap| cases.iter().all(|case| case.id != **gap));
        match stray {
            Some(gap) => Err(format!("there is no case {gap}")),
            None => Ok(()),
        }
    }

    /// A known gap that fails is left out of the count; one that passes fails
    /// the run, so that the list stays true.
    pub fn weigh(&self, case: &Case, outcome: Outcome) -> Outcome {
        let Some(reason) = self.reasons.get(&case.id) else {
            return outcome;
        };
        match outcome {
            Outcome::Failed(_) => Outcome::Skipped(format!("known gap: {reason}")),
            Outcome::Passed => {
                let told = format!("passes, but is listed as a gap: {reason}");
                Outcome::Failed(Box::new(Fault {
                    line: case.line,
                    ..Fault::unplaced(case.mark, vec![told])
                }))
            }
            Outcome::Skipped(reason) => Outcome::Skipped(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Case {
        let text = "case a [D] x\n> ListTrails {}\n";
        crate::script::parse("s.txt", text).unwrap().remove(0)
    }

    #[test]
    fn gaps_are_lines_of_case_and_reason() {
        let gaps = Gaps::read("# none\n\na/b: not built yet\n").unwrap();
        assert_eq!(gaps.reasons["a/b"], "not built yet");
        assert!(Gaps::read("a/b").unwrap_err().contains("line 1"));
        assert!(Gaps::read("a/b: ").unwrap_err().contains("line 1"));
        let twice = Gaps::read("a: one\na: two").unwrap_err();
        assert_eq!(twice, "line 2: a is listed twice");
    }

    #[test]
    fn a_gap_names_a_case() {
        let check = |text: &str| Gaps::read(text).unwrap().check(&[case()]);
        assert_eq!(check("s/a: soon"), Ok(()));
        assert_eq!(check("s/b: soon"), Err("there is no case s/b".to_owned()));
    }

    #[test]
    fn a_gap_that_passes_fails() {
        let gaps = Gaps::read("s/a: soon").unwrap();
        let Outcome::Failed(fault) = gaps.weigh(&case(), Outcome::Passed) else {
            panic!("a failure was expected");
        };
        let weighed = gaps.weigh(&case(), Outcome::Failed(fault));
        assert!(matches!(weighed, Outcome::Skipped(reason) if reason == "known gap: soon"));
    }
}
