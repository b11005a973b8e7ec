//! `conformance --rewrite`: runs the texts of a folder and writes into them
//! what the target answers, until nothing more changes. A case ends where it
//! first differs, so it takes a round for each of its expectations.

use std::collections::BTreeMap;
use std::path::Path;

use conformance::cases;
use conformance::gaps::Gaps;
use conformance::progress::Progress;
use conformance::report::tally::Told;
use conformance::rewrite::{Miss, rewrite};
use conformance::run::{Outcome, Plan, run_all};
use conformance::script::Case;
use conformance::target::Target;

use crate::cli::Common;
use crate::prepare;

/// No case has more expectations than this that change one after the other.
const MAX_ROUNDS: usize = 50;

/// Rewrites the texts in `folder`; says on stderr what it changed and what it
/// could not.
pub(crate) async fn run(
    common: &Common,
    target: &Target,
    concurrent: usize,
    folder: &Path,
) -> Result<(), String> {
    let no_gaps = Gaps::default();
    let mut cases = prepare::chosen(common, cases::of_folder(folder)?)?;
    for _ in 0..MAX_ROUNDS {
        let progress = Progress::new(prepare::style(common), "rewriting: ", cases.len());
        let plan = Plan {
            target,
            cases: &cases,
            gaps: &no_gaps,
            seed: prepare::seed(),
            concurrent,
        };
        let mut told = Vec::new();
        run_all(plan, &progress, |case, ran| told.push(Told { case, ran })).await;
        let again = rewrite_all(folder, &told)?;
        if again.is_empty() {
            return Ok(());
        }
        cases = cases::of_folder(folder)?;
        cases.retain(|case| again.contains(&case.id));
    }
    Err(format!(
        "after {MAX_ROUNDS} rounds the target still answers otherwise than before"
    ))
}

/// Rewrites every file in which something failed; the cases to run again.
fn rewrite_all(folder: &Path, told: &[Told<'_>]) -> Result<Vec<String>, String> {
    let mut misses: BTreeMap<&str, Vec<Miss<'_>>> = BTreeMap::new();
    for Told { case, ran } in told {
        let Outcome::Failed(fault) = &ran.outcome else {
            continue;
        };
        match &fault.answered {
            Some(answered) => misses.entry(&case.file).or_default().push(Miss {
                case,
                line: fault.line,
                answered,
            }),
            None => not_rewritten(case, &fault.differences.join("; ")),
        }
    }
    let mut again = Vec::new();
    for (file, misses) in misses {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let rewritten = rewrite(file, &text, &misses);
        for miss in &misses {
            if rewritten.changed.contains(&miss.line) {
                eprintln!("rewritten {} ({file}:{})", miss.case.id, miss.line);
                again.push(miss.case.id.clone());
            }
        }
        for (id, reason) in &rewritten.left {
            if let Some(miss) = misses.iter().find(|miss| miss.case.id == *id) {
                not_rewritten(miss.case, reason);
            }
        }
        if rewritten.text != text {
            std::fs::write(&path, rewritten.text)
                .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        }
    }
    Ok(again)
}

fn not_rewritten(case: &Case, reason: &str) {
    eprintln!("not rewritten {}: {reason}", case.id);
}
