//! What an answer changes in a case that is run once for each row of a table:
//! the one expectation, if it comes out the same for all rows, or the columns
//! that it takes from them.

use std::ops::Range;

use serde_json::Value;

use super::generate::{self, Names};
use super::lines::Logical;
use super::merge::{Edit, Writer};
use super::{Left, Miss, answer, spans};
use crate::script::{Mark, with_columns};
use crate::vars::Place;

/// The changes to the file.
pub(super) fn edits(
    line: &Logical,
    rows: &[&Logical],
    misses: &[Miss<'_>],
) -> Result<Vec<Edit>, Left> {
    let mut all = Vec::new();
    let takes_columns = has_column(&line.text) && line.text.starts_with('<');
    for miss in misses {
        let row = rows
            .iter()
            .find(|row| {
                let columns = columns(&row.text);
                columns.first().is_some_and(|first| {
                    miss.case
                        .id
                        .ends_with(&format!("/{}", &row.text[first.clone()]))
                })
            })
            .ok_or("its row is not there any more")?;
        if takes_columns {
            all.extend(edits_of_columns(line, row, miss)?);
            continue;
        }
        // A column's value in an answer is written as the column; the first
        // one is but the row's name.
        let names: Vec<(String, String)> = columns(&row.text)
            .iter()
            .enumerate()
            .skip(1)
            .filter_map(|(index, range)| {
                let text = &row.text[range.clone()];
                let filled = miss.answered.variables.fill(text, Place::Plain).ok()?;
                Some(((index + 1).to_string(), filled))
            })
            .collect();
        let own = super::edits(line, miss.answered, &names);
        match all.is_empty() {
            true => all = own,
            false if all == own => {}
            false => return Err(different()),
        }
    }
    if !takes_columns && misses.len() < rows.len() {
        return Err(different());
    }
    Ok(all)
}

fn different() -> Left {
    "the rows of its table are answered differently; give the answer a column, or the row a case of its own"
        .to_owned()
}

/// The changes to a row whose columns hold what is expected.
fn edits_of_columns(line: &Logical, row: &Logical, miss: &Miss<'_>) -> Result<Vec<Edit>, Left> {
    let text = &line.text;
    let ranges = columns(&row.text);
    let values: Vec<String> = ranges
        .iter()
        .map(|range| row.text[range.clone()].to_owned())
        .collect();
    let writer = Writer {
        variables: &miss.answered.variables,
        names: Names::new(&miss.answered.variables, &[]),
    };
    let words = answer::words(text);
    if let (Some(column), None) = (column_of(&text[words.status.clone()]), &words.content) {
        return edits_of_whole_column(row, ranges.get(column - 1), &writer, miss);
    }
    // With columns put in, what changes must be a column as a whole.
    let filled = with_columns(text, &values)?;
    let said = answer::said(miss.answered);
    let filled_words = answer::words(&filled);
    let mut edits = Vec::new();
    let mut put = |raw: &str, new: String| -> Result<(), Left> {
        let column = column_of(raw).ok_or_else(by_hand)?;
        let range = ranges.get(column - 1).ok_or_else(by_hand)?;
        edits.push(in_row(row, range, new)?);
        Ok(())
    };
    if filled[filled_words.status.clone()] != miss.answered.status.to_string() {
        put(&text[words.status], miss.answered.status.to_string())?;
    }
    let (Some(content), Some(filled_content)) = (words.content, filled_words.content) else {
        return Ok(edits);
    };
    let (raw, old) = (&text[content], &filled[filled_content]);
    let (code, message) = match (said.error(), &said.body) {
        (Some(error), _) if old.starts_with(|c: char| c.is_ascii_alphabetic()) => error,
        (None, Ok(body)) if !old.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            let changed = changed(old, body, &writer);
            if changed != old {
                put(raw, changed)?;
            }
            return Ok(edits);
        }
        _ => return Err(by_hand()),
    };
    if !old.split('|').any(|known| known == code) {
        put(raw, code)?;
    }
    if let (Some(raw), Some(old)) = (words.message, filled_words.message) {
        let (raw, old) = (&text[raw], &filled[old]);
        let new = changed(old, &message, &writer);
        if new != old {
            put(raw, within_quotes(raw, new)?)?;
        }
    }
    Ok(edits)
}

/// The change to a column that holds a whole expectation, as in `< $3`.
fn edits_of_whole_column(
    row: &Logical,
    range: Option<&Range<usize>>,
    writer: &Writer<'_>,
    miss: &Miss<'_>,
) -> Result<Vec<Edit>, Left> {
    let range = range.ok_or_else(by_hand)?;
    let old = format!("< {}", &row.text[range.clone()]);
    let new = super::merge::apply(&old, answer::changes(&old, miss.answered, writer));
    if new == old {
        return Ok(Vec::new());
    }
    // A row is one line.
    let new = new[2..].replace(answer::INDENT, "");
    Ok(vec![in_row(row, range, new)?])
}

/// The change to a column.
fn in_row(row: &Logical, range: &Range<usize>, new: String) -> Result<Edit, Left> {
    if new.contains(" |") {
        return Err("the answer holds a | and cannot stand in a row".to_owned());
    }
    Ok(Edit {
        range: row.in_file(range.clone()),
        text: new,
    })
}

/// A pattern after it was made to fit.
fn changed(old: &str, value: &Value, writer: &Writer<'_>) -> String {
    match spans::read(old) {
        Some(node) => super::merge::apply(old, writer.merge(old, &node, value)),
        None => generate::pattern(value, &writer.names),
    }
}

/// What goes into a column that stands between quotes in the expectation.
fn within_quotes(raw: &str, new: String) -> Result<String, Left> {
    if !raw.starts_with('"') {
        return Ok(new);
    }
    new.strip_prefix('"')
        .and_then(|new| new.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(by_hand)
}

fn by_hand() -> Left {
    "what is expected is only in part a column of its table; change it by hand".to_owned()
}

/// The number of the column that a text is, with or without quotes.
fn column_of(raw: &str) -> Option<usize> {
    raw.trim_matches('"')
        .strip_prefix('$')?
        .parse()
        .ok()
        .filter(|number| *number > 0)
}

fn has_column(text: &str) -> bool {
    text.split('$')
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Where the columns of a row stand in its text.
fn columns(row: &str) -> Vec<Range<usize>> {
    let mut start = "row ".len();
    let first = row[start..].trim_start().split(char::is_whitespace).next();
    if let Some(mark) = first.filter(|word| Mark::read(word).is_some()) {
        start = row.find(mark).unwrap_or(start) + mark.len();
    }
    let mut columns = Vec::new();
    for column in row[start..].split(" |") {
        let inner = column.trim();
        let at = start + (column.len() - column.trim_start().len());
        columns.push(at..at + inner.len());
        start += column.len() + " |".len();
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::super::specimen::answered;
    use super::super::{Miss, Rewritten, rewrite};
    use crate::fault::Answered;
    use crate::script::parse;
    use serde_json::json;

    fn error(code: &str, message: &str) -> Answered {
        answered(400, json!({"__type": code, "message": message}))
    }

    fn done(text: &str, line: usize, answers: &[(&str, Answered)]) -> Rewritten {
        let cases = parse("s.txt", text).unwrap();
        let misses: Vec<Miss<'_>> = answers
            .iter()
            .map(|(row, answered)| Miss {
                case: cases
                    .iter()
                    .find(|case| case.id == format!("s/c/{row}"))
                    .unwrap(),
                line,
                answered,
            })
            .collect();
        rewrite("s.txt", text, &misses)
    }

    #[test]
    fn columns_take_what_they_hold() {
        let text = "case c [O] x\nrow a | first-name |  old  | One\nrow [D] b | second-name | <text> | Two\n\
                    > GetTrail {\"Name\":\"$2\"}\n< 400 $4 \"$3\"\n";
        let text = text.replace("<text>", "kept 111122223333");
        let rewritten = done(
            &text,
            5,
            &[
                ("a", error("One", "new of 111122223333")),
                ("b", error("Three", "kept 111122223333")),
            ],
        );
        let expected = text
            .replace("|  old  |", "|  new of $account  |")
            .replace("| Two", "| Three");
        assert_eq!(rewritten.text, expected);
        assert!(rewritten.left.is_empty(), "{:?}", rewritten.left);
    }

    #[test]
    fn rows_that_are_answered_alike_share_the_expectation() {
        let text = "case c [O] x\nrow a | first-name\nrow b | second-name\n\
                    > GetTrail {\"Name\":\"$2\"}\n< [I] 400 Old\n";
        let same = [
            ("a", answered(200, json!({"Trail": {"Name": "first-name"}}))),
            (
                "b",
                answered(200, json!({"Trail": {"Name": "second-name"}})),
            ),
        ];
        let rewritten = done(text, 5, &same);
        let expected = text.replace("400 Old", "200 {\"Trail\":{\"Name\":\"$2\"}}");
        assert_eq!(rewritten.text, expected);
        for answers in [&same[..1], &[same[0].clone(), ("b", error("New", "m"))]] {
            let rewritten = done(text, 5, answers);
            assert_eq!(rewritten.text, text);
            assert!(rewritten.left[0].1.contains("answered differently"));
        }
    }

    #[test]
    fn a_column_may_be_all_that_is_expected() {
        let text = "case c [O] x\nrow a | name | 400 Old \"m\"\nrow b | name | 200 {}\n\
                    > GetTrail {\"Name\":\"$2\"}\n< $3\n";
        let answers = [
            ("a", answered(200, json!({"Trail": 1}))),
            ("b", error("New", "of 111122223333")),
        ];
        let expected = text
            .replace("| 400 Old \"m\"", "| 200 {\"Trail\":1}")
            .replace("| 200 {}", "| 400 New \"of $account\"");
        assert_eq!(done(text, 5, &answers).text, expected);
    }

    #[test]
    fn what_is_partly_a_column_is_left() {
        let text = "case c [O] x\nrow a | first-name\n> GetTrail {\"Name\":\"$2\"}\n< 400 E \"no $2 here\"\n";
        let rewritten = done(text, 4, &[("a", error("E", "gone"))]);
        assert_eq!(rewritten.text, text);
        assert!(rewritten.left[0].1.contains("by hand"));
    }
}
