//! A small run that the tests of all reports are about.

use std::time::Duration;

use super::tally::Told;
use crate::fault::Fault;
use crate::run::{Outcome, Ran};
use crate::script::{Case, Mark, parse};

/// Five cases: of two stories and two operations.
pub(crate) fn cases() -> Vec<Case> {
    let case = |name: &str| format!("case {name} [D] guide <1>\n> ListTrails {{}}\n");
    let mut cases = parse("wire.txt", &case("first")).unwrap();
    cases.extend(parse("list-trails.txt", &(case("none") + &case("some"))).unwrap());
    cases.extend(parse("get-trail.txt", &case("a")).unwrap());
    cases.extend(parse("delivery.txt", &case("z")).unwrap());
    cases
}

/// Their ends: passed, failed, passed, skipped, failed.
pub(crate) fn told(cases: &[Case]) -> Vec<Told<'_>> {
    let failed = |differences: &[&str]| {
        Outcome::Failed(Box::new(Fault {
            line: 7,
            ..Fault::unplaced(
                Mark::Inferred,
                differences.iter().map(|text| (*text).to_owned()).collect(),
            )
        }))
    };
    let outcomes = [
        Outcome::Passed,
        failed(&["expected <b> & \"c\"", "and `two`"]),
        Outcome::Passed,
        Outcome::Skipped("needs control".to_owned()),
        failed(&["bad \u{1}byte"]),
    ];
    cases
        .iter()
        .zip(outcomes)
        .map(|(case, outcome)| Told {
            case,
            ran: Ran {
                outcome,
                took: Duration::from_millis(1500),
            },
        })
        .collect()
}
