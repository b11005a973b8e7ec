//! Reads the text of a suite into cases.
//!
//! Lines, headings, rows and variables are its business; what a single step
//! means is read in `steps.rs`. Every complaint names file and line. A suite
//! that is read without complaint holds only readable patterns and variables
//! that were set before they are used.

use thiserror::Error;

use super::steps::{self, Line};
use super::{Action, Case, Content, Expectation, Form, Mark, Need, Step};
use crate::pattern;
use crate::vars::{Place, Variables};

/// What is wrong with a suite.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {reason}")]
pub struct ScriptError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

/// The variables that every case has.
const GIVEN: [&str; 15] = [
    "account",
    "account2",
    "account3",
    "account4",
    "account5",
    "account6",
    "home",
    "region",
    "request_id",
    "t1",
    "t2",
    "t3",
    "t4",
    "t5",
    "t6",
];

/// Stands for every variable while a suite is checked; it reads as a string,
/// a number and an expression alike.
const SPECIMEN: &str = "0";

/// Reads a suite; `file` is its name, such as `create-trail.txt`.
pub fn parse(file: &str, text: &str) -> Result<Vec<Case>, ScriptError> {
    let suite = file.trim_end_matches(".txt");
    let mut cases = Vec::new();
    for block in blocks(file, text)? {
        for row in block.rows() {
            cases.push(block.case(file, suite, row.as_ref())?);
        }
    }
    for (at, case) in cases.iter().enumerate() {
        if cases[..at].iter().any(|earlier| earlier.id == case.id) {
            return Err(error(file, case.line, format!("a second case {}", case.id)));
        }
    }
    Ok(cases)
}

/// Reads steps that stand in no suite, such as those that a law takes. What
/// they say is looked at, but not whether variables are set.
pub fn steps(text: &str, mark: Mark) -> Result<Vec<Step>, String> {
    let mut found = Vec::new();
    for line in logical_lines(text) {
        steps::read(&line, mark, &mut found)
            .map_err(|reason| format!("line {}: {reason}", line.number))?;
    }
    Ok(found)
}

/// A case as written: heading, needs, rows and steps.
struct Block {
    line: usize,
    name: String,
    mark: Mark,
    source: String,
    about: Option<String>,
    needs: Vec<Need>,
    form: Form,
    alone: bool,
    rows: Vec<Row>,
    steps: Vec<Line>,
}

/// A row of a table: the same case with other values.
#[derive(Clone)]
struct Row {
    mark: Option<Mark>,
    columns: Vec<String>,
}

impl Block {
    /// The rows, or the one absent row of a case without a table.
    fn rows(&self) -> Vec<Option<Row>> {
        if self.rows.is_empty() {
            return vec![None];
        }
        self.rows.iter().cloned().map(Some).collect()
    }

    fn case(&self, file: &str, suite: &str, row: Option<&Row>) -> Result<Case, ScriptError> {
        let mark = row.and_then(|row| row.mark).unwrap_or(self.mark);
        let columns = row.map_or(&[][..], |row| &row.columns);
        let mut id = format!("{suite}/{}", self.name);
        if let Some(first) = columns.first() {
            id = format!("{id}/{first}");
        }
        let mut found: Vec<Step> = Vec::new();
        for line in &self.steps {
            let text = with_columns(&line.text, columns)
                .map_err(|reason| error(file, line.number, reason))?;
            let filled = Line {
                number: line.number,
                text,
            };
            steps::read(&filled, mark, &mut found)
                .map_err(|reason| error(file, line.number, reason))?;
        }
        check_variables(&found).map_err(|(line, reason)| error(file, line, reason))?;
        if !found
            .iter()
            .any(|step| matches!(step.action, Action::Exchange(..)))
        {
            return Err(error(file, self.line, "this case asks nothing".into()));
        }
        Ok(Case {
            id,
            mark,
            source: self.source.clone(),
            file: file.to_owned(),
            line: self.line,
            about: self
                .about(columns)
                .map_err(|reason| error(file, self.line, reason))?,
            needs: needs_of(&self.needs, &found),
            form: self.form,
            alone: self.alone,
            steps: found,
        })
    }

    /// The operation that `about` names, for a row with these columns.
    fn about(&self, columns: &[String]) -> Result<Option<String>, String> {
        let Some(about) = &self.about else {
            return Ok(None);
        };
        let name = with_columns(about, columns)?;
        match localtrail_model::cloudtrail().operation(&name) {
            Some(_) => Ok(Some(name)),
            None => Err(format!("CloudTrail has no operation {name:?}")),
        }
    }
}

/// Needs as written, and those that the steps imply.
fn needs_of(written: &[Need], found: &[Step]) -> Vec<Need> {
    let mut needs = written.to_vec();
    for step in found {
        let implied = match step.action {
            Action::Flush | Action::Advance(_) | Action::Record(_) => &[Need::Control][..],
            Action::Organization(..) => &[Need::Control, Need::Accounts],
            Action::Account(_) => &[Need::Accounts],
            _ => &[],
        };
        for need in implied {
            if !needs.contains(need) {
                needs.push(*need);
            }
        }
    }
    needs
}

/// Replaces `$1`, `$2`… by the columns of a row.
pub(crate) fn with_columns(text: &str, columns: &[String]) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let digits = rest[at + 1..]
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len() - at - 1);
        let Ok(number) = rest[at + 1..at + 1 + digits].parse::<usize>() else {
            filled.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        };
        let column = number.checked_sub(1).and_then(|index| columns.get(index));
        filled.push_str(&rest[..at]);
        filled.push_str(column.ok_or_else(|| format!("there is no column ${number}"))?);
        rest = &rest[at + 1 + digits..];
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Cuts a suite into cases.
fn blocks(file: &str, text: &str) -> Result<Vec<Block>, ScriptError> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut about = None;
    for line in logical_lines(text) {
        let fail = |reason: &str| Err(error(file, line.number, reason.to_owned()));
        let (word, rest) = steps::cut(&line.text);
        if word == "case" {
            match heading(line.number, rest) {
                Some(mut block) => {
                    block.about.clone_from(&about);
                    blocks.push(block);
                }
                None => return fail("write: case NAME [D|O|I] SOURCE"),
            }
            continue;
        }
        let Some(block) = blocks.last_mut() else {
            if word == "about" {
                about = Some(rest.to_owned());
                continue;
            }
            return fail("a step outside of a case");
        };
        match word {
            "needs" => {
                for word in rest.split_whitespace() {
                    match Need::WORDS.iter().find(|(_, known)| *known == word) {
                        Some((need, _)) => block.needs.push(*need),
                        None => return fail("there is no such need"),
                    }
                }
            }
            "envelope" => block.form = Form::Envelope,
            "shape" => block.form = block.form.max(Form::Shape),
            "alone" => block.alone = true,
            "about" => block.about = Some(rest.to_owned()),
            "row" if !block.steps.is_empty() => return fail("rows stand before the steps"),
            "row" => block.rows.push(row(rest)),
            _ => block.steps.push(line),
        }
    }
    Ok(blocks)
}

fn heading(line: usize, rest: &str) -> Option<Block> {
    let mut words = rest.split_whitespace();
    let name = words.next()?.to_owned();
    let mark = Mark::read(words.next()?)?;
    let source = words.collect::<Vec<_>>().join(" ");
    (!source.is_empty()).then(|| Block {
        line,
        name,
        mark,
        source,
        about: None,
        needs: Vec::new(),
        form: Form::Free,
        alone: false,
        rows: Vec::new(),
        steps: Vec::new(),
    })
}

/// `[mark] column | column…`
fn row(rest: &str) -> Row {
    let (word, after) = steps::cut(rest);
    let mark = Mark::read(word);
    let columns = if mark.is_some() { after } else { rest };
    Row {
        mark,
        columns: columns
            .split(" |")
            .map(|text| text.trim().to_owned())
            .collect(),
    }
}

/// Lines without comments and blanks; an indented line continues the one above.
fn logical_lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, text) in text.lines().enumerate() {
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some(last) if text.starts_with([' ', '\t']) => {
                last.text.push('\n');
                last.text.push_str(text.trim());
            }
            _ => lines.push(Line {
                number: index + 1,
                text: text.trim_end().to_owned(),
            }),
        }
    }
    lines
}

/// Takes the steps with specimens for values: every text must be readable and
/// every variable set before.
fn check_variables(found: &[Step]) -> Result<(), (usize, String)> {
    let mut variables = Variables::default();
    for name in GIVEN {
        variables.set(name, SPECIMEN);
    }
    for step in found {
        let placed = |reason: String| (step.line, reason);
        for (text, place) in steps::texts(&step.action) {
            let filled = variables
                .fill(text, place)
                .map_err(|error| placed(error.to_string()))?;
            if place == Place::Json
                && let Err(error) = serde_json::from_str::<serde_json::Value>(&filled)
            {
                return Err(placed(format!(
                    "this is not JSON ({error}); write 'text' before a body that is not meant to be"
                )));
            }
        }
        match &step.action {
            Action::Bucket(name, _) | Action::Organization(name, _) => {
                variables.set(name, SPECIMEN);
            }
            Action::Exchange(_, expectation) => {
                check_expectation(expectation, &mut variables)
                    .map_err(|reason| (expectation.line, reason))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_expectation(expectation: &Expectation, variables: &mut Variables) -> Result<(), String> {
    let text = match &expectation.content {
        Content::Anything => return Ok(()),
        Content::Pattern(text) => text,
        Content::Error {
            message: Some(message),
            ..
        } => message,
        Content::Error { message: None, .. } => return Ok(()),
    };
    let filled = variables
        .fill(text, Place::Json)
        .map_err(|error| error.to_string())?;
    let read = pattern::read(&filled).map_err(|error| error.to_string())?;
    for name in read.captures() {
        variables.set(name, SPECIMEN);
    }
    Ok(())
}

fn error(file: &str, line: usize, reason: String) -> ScriptError {
    ScriptError {
        file: file.to_owned(),
        line,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        parse("s.txt", text).unwrap_err().to_string()
    }

    #[test]
    fn a_case_is_read() {
        let text = "# a comment\ncase first [O] trails.md 3.3\nbucket $b\n\
                    > CreateTrail {\"S3BucketName\":\"$b\",\n    \"Name\":\"a\"}\n\
                    < 200 {\"Name\":<any as name>,...}\n> GetTrail {\"Name\":\"$name\"}\n\
                    < [I] 400 A|B \"no $name\"\n";
        let cases = parse("s.txt", text).unwrap();
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].id, "s/first");
        assert_eq!(cases[0].source, "trails.md 3.3");
        assert_eq!(cases[0].steps.len(), 3);
        let Action::Exchange(_, expectation) = &cases[0].steps[2].action else {
            panic!("an exchange was expected");
        };
        assert_eq!(expectation.mark, Mark::Inferred);
        assert_eq!(expectation.line, 8);
        assert!(
            matches!(&expectation.content, Content::Error { codes, .. } if codes == &["A", "B"])
        );
    }

    #[test]
    fn rows_make_cases() {
        let text = "case n [O] x 1\nrow a | $(2 of x) | too short\nrow [I] b | y | $LATEST\n\
                    > GetTrail {\"Name\":\"$2\"}\n< 400 E \"$3\"\n";
        let cases = parse("s.txt", text).unwrap();
        let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids, ["s/n/a", "s/n/b"]);
        assert_eq!(cases[1].mark, Mark::Inferred);
    }

    #[test]
    fn needs_are_written_or_implied() {
        let text = "case a [D] x\nneeds history\nflush\nas $account2\n> ListTrails {}\n";
        let cases = parse("s.txt", text).unwrap();
        assert_eq!(
            cases[0].needs,
            [Need::History, Need::Control, Need::Accounts]
        );
    }

    #[test]
    fn complaints_name_file_and_line() {
        let case = "case a [D] x\n";
        for (text, told) in [
            ("> A {}\n", "s.txt:1: a step outside of a case"),
            ("case a\n", "s.txt:1: write: case NAME [D|O|I] SOURCE"),
            (case, "s.txt:1: this case asks nothing"),
            (
                &format!("{case}> A {{\"n\":\"$x\"}}\n"),
                "s.txt:2: unknown variable $x",
            ),
            (
                &format!("{case}> A {{}}\n< 200 {{\"a\":<guid>}}\n"),
                "s.txt:3: pattern unreadable at character 11: there is no such wildcard",
            ),
            (
                &format!("{case}< 200\n"),
                "s.txt:2: an answer without a request",
            ),
            (
                &format!("{case}dance\n> A {{}}\n"),
                "s.txt:2: there is no step \"dance\"",
            ),
            (&format!("{case}> A $1\n"), "s.txt:2: there is no column $1"),
            (
                &format!("{case}needs luck\n> A {{}}\n"),
                "s.txt:2: there is no such need",
            ),
            (
                &format!("{case}> A {{}}\n{case}> A {{}}\n"),
                "s.txt:3: a second case s/a",
            ),
        ] {
            assert_eq!(complaint(text), told);
        }
        assert!(complaint(&format!("{case}> A {{\n")).starts_with("s.txt:2: this is not JSON"));
    }
}
