//! Writes into the text of a suite what a target answered where the text
//! expects something else.
//!
//! Only what does not fit is changed, in place: comments, layout, marks, names
//! and every pattern that fits stay. It reads and writes no file, and it does
//! not ask whether the target is right.

mod answer;
mod generate;
mod lines;
mod merge;
mod spans;
#[cfg(test)]
mod specimen;
mod table;

use crate::fault::Answered;
use crate::script::{Case, parse};
use generate::Names;
use lines::Logical;
use merge::{Edit, Writer};

/// A case whose expectation an answer did not fit.
#[derive(Clone, Copy, Debug)]
pub struct Miss<'a> {
    /// The case.
    pub case: &'a Case,
    /// The line of the expectation, or of the request that has none.
    pub line: usize,
    /// What was answered instead.
    pub answered: &'a Answered,
}

/// A suite after it was rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// Its text.
    pub text: String,
    /// The lines that changed, from the last to the first.
    pub changed: Vec<usize>,
    /// Cases that could not be helped, and why.
    pub left: Vec<(String, String)>,
}

/// Why an expectation is left as it is.
type Left = String;

/// Rewrites the suite `text`, which is called `file`.
pub fn rewrite(file: &str, text: &str, misses: &[Miss<'_>]) -> Rewritten {
    let mut result = Rewritten {
        text: text.to_owned(),
        changed: Vec::new(),
        left: Vec::new(),
    };
    let mut numbers: Vec<usize> = misses.iter().map(|miss| miss.line).collect();
    numbers.sort_unstable();
    numbers.dedup();
    // From the end, so that what is still to do keeps its place.
    for number in numbers.into_iter().rev() {
        let here: Vec<Miss<'_>> = misses
            .iter()
            .filter(|miss| miss.line == number)
            .copied()
            .collect();
        match rewritten_at(file, &result.text, number, &here) {
            Ok(text) => {
                result.text = text;
                result.changed.push(number);
            }
            Err(reason) => result.left.extend(
                here.iter()
                    .map(|miss| (miss.case.id.clone(), reason.clone())),
            ),
        }
    }
    result
}

/// The whole text after what stands in one line was rewritten.
fn rewritten_at(
    file: &str,
    text: &str,
    number: usize,
    misses: &[Miss<'_>],
) -> Result<String, Left> {
    let lines = lines::logical_lines(text);
    let at = lines
        .iter()
        .position(|line| line.number == number)
        .ok_or("its line is not there any more")?;
    let line = &lines[at];
    let heading = lines[..at]
        .iter()
        .rposition(|line| line.text.starts_with("case "))
        .ok_or("it stands outside of a case")?;
    let rows: Vec<&Logical> = lines[heading..at]
        .iter()
        .filter(|line| line.text.starts_with("row "))
        .collect();
    let edits = match (rows.as_slice(), misses) {
        ([], [miss, ..]) => edits(line, miss.answered, &[]),
        (rows, misses) => table::edits(line, rows, misses)?,
    };
    if edits.is_empty() {
        return Err(
            "what differs is not in the text, but in the envelope or the output's shape".to_owned(),
        );
    }
    let changed = merge::apply(text, edits);
    // A text that nobody can read any more is worse than one that is wrong.
    match parse(file, &changed) {
        Ok(_) => Ok(changed),
        Err(error) => Err(format!("the answer cannot be written: {error}")),
    }
}

/// The changes to the file that make a line fit an answer.
fn edits(line: &Logical, answered: &Answered, columns: &[(String, String)]) -> Vec<Edit> {
    let writer = Writer {
        variables: &answered.variables,
        names: Names::new(&answered.variables, columns),
    };
    if !line.text.starts_with('<') {
        let end = line.end();
        return vec![Edit {
            range: end..end,
            text: format!("\n{}", answer::line(answered, &writer)),
        }];
    }
    answer::changes(&line.text, answered, &writer)
        .into_iter()
        .map(|edit| Edit {
            range: line.in_file(edit.range),
            text: edit.text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vars::Variables;
    use serde_json::{Value, json};

    fn answered(status: u16, body: Value) -> Answered {
        let mut variables = Variables::default();
        variables.set("account", "111122223333");
        variables.set("t1", "t-111122223333-1");
        variables.set("b", "ct-111122223333-1");
        Answered {
            status,
            body: Ok(body),
            variables,
        }
    }

    /// Rewrites with one answer for each `(case, line)`.
    fn done(text: &str, answers: &[(&str, usize, Answered)]) -> Rewritten {
        let cases = parse("s.txt", text).unwrap();
        let misses: Vec<Miss<'_>> = answers
            .iter()
            .map(|(id, line, answered)| Miss {
                case: cases.iter().find(|case| case.id == *id).unwrap(),
                line: *line,
                answered,
            })
            .collect();
        rewrite("s.txt", text, &misses)
    }

    const SUITE: &str = "# A suite.\n\n\
        case a [O] guide 1\nbucket $b\n> CreateTrail {\"Name\":\"$t1\",\n      \"S3BucketName\":\"$b\"}\n\
        # What comes back.\n< [D] 200 {\"Name\":\"$t1\",   \"Old\":1,\n      \"S3BucketName\":\"$b\",...}\n\
        > GetTrail {\"Name\":\"$t1\"}\n\n\
        case b [D] guide 2\n> ListTrails {}\n< 200 {\"Trails\":[]}\n";

    #[test]
    fn only_what_differs_is_changed() {
        let created =
            json!({"Name": "t-111122223333-1", "S3BucketName": "x-111122223333", "New": 1});
        let missing = json!({"__type": "TrailNotFoundException", "message": "Unknown trail: t-111122223333-1"});
        let answers = [
            ("s/a", 8, answered(200, created)),
            ("s/a", 10, answered(400, missing)),
        ];
        let rewritten = done(SUITE, &answers);
        let expected = SUITE
            .replace("   \"Old\":1,\n      \"S3BucketName\":\"$b\"", "   \"S3BucketName\":\"x-$account\"")
            .replace(
                "> GetTrail {\"Name\":\"$t1\"}\n",
                "> GetTrail {\"Name\":\"$t1\"}\n< 400 TrailNotFoundException \"Unknown trail: $t1\"\n",
            );
        assert_eq!(rewritten.text, expected);
        assert_eq!(rewritten.changed, [10, 8]);
        assert!(rewritten.left.is_empty());
    }

    #[test]
    fn what_fits_already_is_left_and_said() {
        let answers = [("s/b", 14, answered(200, json!({"Trails": []})))];
        let rewritten = done(SUITE, &answers);
        assert_eq!(rewritten.text, SUITE);
        assert!(rewritten.left[0].1.contains("envelope"));
    }

    #[test]
    fn an_answer_that_cannot_be_written_leaves_the_text_readable() {
        // `$name` of a variable that is not set yet when the suite is read.
        let mut answered = answered(200, json!({"Trails": ["value-of-later"]}));
        answered.variables.set("later", "value-of-later");
        let rewritten = done(SUITE, &[("s/b", 14, answered)]);
        assert_eq!(rewritten.text, SUITE);
        assert!(rewritten.left[0].1.contains("unknown variable $later"));
    }
}
