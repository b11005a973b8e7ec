//! Several targets side by side in one Markdown table.

use crate::report::page;
use crate::report::tally::{Counts, Kind, Row, Told, rows, total};

/// A target and how the cases ended there.
#[derive(Debug)]
pub struct Judged<'a> {
    /// What the target is called.
    pub name: &'a str,
    /// Every case.
    pub told: Vec<Told<'a>>,
}

/// What a comparison shows below its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// Nothing.
    Nothing,
    /// Every difference of every target.
    Differences,
}

/// One row an operation and a story; for each target how many cases passed,
/// failed and were skipped.
pub fn table(targets: &[Judged<'_>], below: Below) -> String {
    let columns: Vec<Vec<Row>> = targets.iter().map(|target| rows(&target.told)).collect();
    let mut text = String::from("| passed / failed / skipped |");
    for target in targets {
        text.push_str(&format!(" {} |", target.name));
    }
    text.push_str("\n|---|");
    text.push_str(&"---:|".repeat(targets.len()));
    text.push('\n');
    // Every target is given the same cases, so the first one has all rows.
    for row in columns.first().into_iter().flatten() {
        let name = match row.kind {
            Kind::Operation => row.subject.clone(),
            Kind::Story => format!("*{}*", row.subject),
        };
        let counts = columns.iter().map(|column| {
            let own = column.iter().find(|own| own.subject == row.subject);
            own.map_or(Counts::default(), |own| own.counts)
        });
        text.push_str(&line(&name, counts));
    }
    let sums = columns.iter().map(|column| total(column));
    text.push_str(&line("**all**", sums));
    if below == Below::Differences {
        for target in targets {
            let differences = page::differences("####", &target.told);
            if !differences.is_empty() {
                text.push_str(&format!("\n### {}\n{differences}", target.name));
            }
        }
    }
    text
}

fn line(name: &str, counts: impl Iterator<Item = Counts>) -> String {
    let cells: String = counts
        .map(|counts| {
            format!(
                " {} / {} / {} |",
                counts.passed, counts.failed, counts.skipped
            )
        })
        .collect();
    format!("| {name} |{cells}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::specimen::{cases, told};
    use crate::run::Outcome;

    #[test]
    fn targets_stand_side_by_side() {
        let cases = cases();
        let one = Judged {
            name: "one",
            told: told(&cases),
        };
        let mut better = told(&cases);
        for told in &mut better {
            told.ran.outcome = Outcome::Passed;
        }
        let two = Judged {
            name: "two",
            told: better,
        };
        let targets = [one, two];
        let text = table(&targets, Below::Nothing);
        assert_eq!(
            text,
            "| passed / failed / skipped | one | two |\n|---|---:|---:|\n\
             | GetTrail | 0 / 0 / 1 | 1 / 0 / 0 |\n\
             | ListTrails | 1 / 1 / 0 | 2 / 0 / 0 |\n\
             | *wire* | 1 / 0 / 0 | 1 / 0 / 0 |\n\
             | *delivery* | 0 / 1 / 0 | 1 / 0 / 0 |\n\
             | **all** | 2 / 2 / 1 | 5 / 0 / 0 |\n"
        );
        let longer = table(&targets, Below::Differences);
        let below = longer.strip_prefix(&text).unwrap();
        assert!(below.starts_with("\n### one\n\n#### ListTrails\n\n- `list-trails/none`"));
        assert!(!below.contains("### two"));
    }
}
