//! Runs cases one after the other and says how each went.
//!
//! It never stops half way: a target that answers nonsense fails every case,
//! and one that fell silent is given less and less patience.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::script::{Case, Need};
use crate::session::{self, Accounts, Fault};
use crate::target::Target;

/// After so many silent cases in a row the target gets little time.
const PATIENCE: usize = 3;

/// The time for an answer from a target that fell silent.
const IMPATIENT: Duration = Duration::from_millis(250);

/// How a case went.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed(Fault),
    /// It was not run, for this reason.
    Skipped(String),
}

/// Cases that are known to fail, with the reason.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    reasons: BTreeMap<String, String>,
}

impl Gaps {
    /// Reads lines `CASE: REASON`; blank lines and `#` comments are left out.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut reasons = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((case, reason)) = line.split_once(": ") else {
                return Err(format!("line {}: write CASE: REASON", index + 1));
            };
            reasons.insert(case.trim().to_owned(), reason.trim().to_owned());
        }
        Ok(Self { reasons })
    }

    /// A known gap that fails is left out of the count; one that passes fails
    /// the run, so that the list stays true.
    fn weigh(&self, case: &Case, outcome: Outcome) -> Outcome {
        let Some(reason) = self.reasons.get(&case.id) else {
            return outcome;
        };
        match outcome {
            Outcome::Failed(_) => Outcome::Skipped(format!("known gap: {reason}")),
            Outcome::Passed => Outcome::Failed(Fault {
                line: case.line,
                mark: case.mark,
                differences: vec![format!("passes, but is listed as a gap: {reason}")],
                silent: false,
            }),
            Outcome::Skipped(reason) => Outcome::Skipped(reason),
        }
    }
}

/// Runs the cases in order; `told` hears of each when it ends. `seed` sets
/// this run's accounts and names apart from those of other runs.
pub async fn run_all<'a>(
    target: &Target,
    cases: impl IntoIterator<Item = &'a Case>,
    gaps: &Gaps,
    seed: u64,
    mut told: impl FnMut(&Case, &Outcome),
) {
    let mut silent = 0_usize;
    for (index, case) in cases.into_iter().enumerate() {
        let limit = if silent >= PATIENCE {
            IMPATIENT.min(target.limit)
        } else {
            target.limit
        };
        let outcome = match missing(target, case) {
            Some(need) => Outcome::Skipped(format!("needs {need}")),
            None => {
                let accounts = accounts(target, seed, index);
                match session::run(target, case, &accounts, limit).await {
                    Ok(()) => Outcome::Passed,
                    Err(fault) => Outcome::Failed(fault),
                }
            }
        };
        match &outcome {
            Outcome::Failed(fault) if fault.silent => silent += 1,
            Outcome::Skipped(_) => {}
            Outcome::Failed(_) | Outcome::Passed => silent = 0,
        }
        let outcome = gaps.weigh(case, outcome);
        told(case, &outcome);
    }
}

fn missing(target: &Target, case: &Case) -> Option<Need> {
    case.needs
        .iter()
        .copied()
        .find(|need| !target.profile.has(*need))
}

/// Accounts of this run: 12 digits that begin with 1 to 9, two for each case.
fn accounts(target: &Target, seed: u64, index: usize) -> Accounts {
    const FIRST: u64 = 100_000_000_000;
    const PER_RUN: u64 = 4_000;
    const RUNS: u64 = 200_000_000;
    let index = u64::try_from(index).unwrap_or(u64::MAX) % (PER_RUN / 2);
    let own = FIRST + (seed % RUNS) * PER_RUN + index * 2;
    let (own, other) = (own.to_string(), (own + 1).to_string());
    let unique = own.clone();
    if target.profile.has(Need::Accounts) {
        return Accounts { own, other, unique };
    }
    Accounts {
        own: target.account.clone(),
        other,
        unique,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_lines_of_case_and_reason() {
        let gaps = Gaps::read("# none\n\na/b: not built yet\n").unwrap();
        assert_eq!(gaps.reasons["a/b"], "not built yet");
        assert!(Gaps::read("a/b").unwrap_err().contains("line 1"));
    }

    #[test]
    fn a_gap_that_passes_fails() {
        let gaps = Gaps::read("s/a: soon").unwrap();
        let cases = crate::script::parse("s.txt", "case a [D] x\n> ListTrails {}\n").unwrap();
        assert!(matches!(
            gaps.weigh(&cases[0], Outcome::Passed),
            Outcome::Failed(_)
        ));
        let Outcome::Failed(fault) = gaps.weigh(&cases[0], Outcome::Passed) else {
            panic!("a failure was expected");
        };
        let weighed = gaps.weigh(&cases[0], Outcome::Failed(fault));
        assert!(matches!(weighed, Outcome::Skipped(reason) if reason == "known gap: soon"));
    }
}
