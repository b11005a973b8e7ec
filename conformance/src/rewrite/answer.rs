//! Changes an expectation, which begins with `<`, as little as makes it fit an
//! answer; or writes one where there was none.

use std::ops::Range;

use serde_json::Value;

use super::generate;
use super::merge::{Edit, Writer};
use super::spans;
use crate::fault::Answered;
use crate::judge::Said;
use crate::script::Mark;

/// A whole line is at most so long, if it can be broken.
const WIDTH: usize = 100;

/// How a line goes on.
pub(super) const INDENT: &str = "\n      ";

/// The words of an expectation and where they stand.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) status: Range<usize>,
    /// A pattern, or the names of an exception.
    pub(super) content: Option<Range<usize>>,
    /// The message of an exception.
    pub(super) message: Option<Range<usize>>,
}

/// Finds the words in the text of an expectation.
pub(super) fn words(text: &str) -> Words {
    let mut at = 1;
    let mut next = |to_end: bool| {
        let rest = &text[at..];
        let start = at + (rest.len() - rest.trim_start().len());
        let rest = &text[start..];
        let length = match to_end {
            true => rest.len(),
            false => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        at = start + length;
        start..at
    };
    let mut status = next(false);
    if Mark::read(&text[status.clone()]).is_some() {
        status = next(false);
    }
    let content = next(true);
    if content.is_empty() {
        return Words {
            status,
            ..Words::default()
        };
    }
    let whole = &text[content.clone()];
    // A name, or a column that holds one.
    let names = whole.starts_with(|c: char| c.is_ascii_alphabetic())
        || whole
            .strip_prefix('$')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if !names {
        return Words {
            status,
            content: Some(content),
            message: None,
        };
    }
    let length = whole.find(char::is_whitespace).unwrap_or(whole.len());
    let rest = &whole[length..];
    let start = content.end - rest.trim_start().len();
    Words {
        status,
        content: Some(content.start..content.start + length),
        message: (start < content.end).then_some(start..content.end),
    }
}

/// The changes that make the expectation `text` fit what was answered.
pub(super) fn changes(text: &str, answered: &Answered, writer: &Writer<'_>) -> Vec<Edit> {
    let words = words(text);
    let said = said(answered);
    let mut edits = Vec::new();
    let status = answered.status.to_string();
    let right_status = text[words.status.clone()] == status;
    if !right_status {
        edits.push(Edit {
            range: words.status.clone(),
            text: status,
        });
    }
    let Some(content) = words.content.clone() else {
        // `< 200` says nothing of the body, but a refusal has a name.
        if let (false, Some(_)) = (right_status, said.error()) {
            edits.push(Edit {
                range: words.status.end..words.status.end,
                text: format!(" {}", written(&said, writer)),
            });
        }
        return edits;
    };
    let old = &text[content.clone()];
    let is_exception = old.starts_with(|c: char| c.is_ascii_alphabetic());
    let whole = content.start
        ..words
            .message
            .as_ref()
            .map_or(content.end, |range| range.end);
    match (is_exception, said.error(), &said.body) {
        (true, Some((code, message)), _) => {
            if !old.split('|').any(|known| known == code) {
                edits.push(Edit {
                    range: content,
                    text: code,
                });
            }
            if let Some(range) = &words.message {
                edits.extend(merged(text, range, &message, writer));
            }
        }
        (false, None, Ok(body)) => edits.extend(merged(text, &content, body, writer)),
        _ => {
            let new = written(&said, writer);
            // Nothing can be said of a body that is no JSON.
            let start = match new.is_empty() {
                true => words.status.end,
                false => whole.start,
            };
            edits.push(Edit {
                range: start..whole.end,
                text: broken(&new),
            });
        }
    }
    edits
}

/// An expectation for what was answered to a request that had none.
pub(super) fn line(answered: &Answered, writer: &Writer<'_>) -> String {
    let content = written(&said(answered), writer);
    let line = format!("< {} {content}", answered.status);
    line.trim_end().to_owned()
}

/// What was answered, as expectations look at it.
pub(super) fn said(answered: &Answered) -> Said {
    Said {
        status: answered.status,
        body: answered.body.clone(),
    }
}

fn merged(text: &str, range: &Range<usize>, value: &Value, writer: &Writer<'_>) -> Vec<Edit> {
    let part = &text[range.clone()];
    let Some(node) = spans::read(part) else {
        return vec![Edit {
            range: range.clone(),
            text: broken(&generate::pattern(value, &writer.names)),
        }];
    };
    let mut edits = writer.merge(part, &node, value);
    for edit in &mut edits {
        edit.range = edit.range.start + range.start..edit.range.end + range.start;
    }
    edits
}

/// The content of an expectation for what was said; empty for no JSON.
fn written(said: &Said, writer: &Writer<'_>) -> String {
    match (said.error(), &said.body) {
        (Some((code, Value::Null)), _) => code,
        (Some((code, message)), _) => {
            format!("{code} {}", generate::pattern(&message, &writer.names))
        }
        (None, Ok(body)) => generate::pattern(body, &writer.names),
        (None, Err(_)) => String::new(),
    }
}

/// Breaks a long pattern after commas that stand between members or elements.
fn broken(text: &str) -> String {
    let mut broken = String::new();
    let mut width = 0;
    let (mut in_string, mut in_regex, mut escaped) = (false, false, false);
    let mut before = ' ';
    for c in text.chars() {
        broken.push(c);
        width += 1;
        match c {
            _ if escaped => {}
            '"' if !in_regex => in_string = !in_string,
            '/' if in_regex => in_regex = false,
            '/' if before == '<' && !in_string => in_regex = true,
            ',' if !in_string && !in_regex && width >= WIDTH => {
                broken.push_str(INDENT);
                width = INDENT.len();
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        before = c;
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::super::generate::Names;
    use super::super::merge::apply;
    use super::super::specimen::answered;
    use super::*;
    use serde_json::json;

    fn changed(text: &str, answered: &Answered) -> String {
        let writer = Writer {
            names: Names::new(&answered.variables, &[]),
            variables: &answered.variables,
        };
        apply(text, changes(text, answered, &writer))
    }

    #[test]
    fn an_exception_keeps_what_is_right() {
        let refused = answered(400, json!({"__type": "B", "message": "no 111122223333"}));
        for (text, after) in [
            ("< [D]  400   A|C", "< [D]  400   B"),
            ("< 400 A \"x\"", "< 400 B \"no $account\""),
            ("< 404 A|B </^no/>", "< 400 A|B </^no/>"),
            ("< 200 {\"a\":1,\n\"b\":2}", "< 400 B \"no $account\""),
            ("< [O] 200", "< [O] 400 B \"no $account\""),
        ] {
            assert_eq!(changed(text, &refused), after);
        }
    }

    #[test]
    fn a_success_in_place_of_an_exception_is_written_whole() {
        let body = json!({"a": 1});
        assert_eq!(
            changed("< 400 A \"x\"", &answered(200, body)),
            "< 200 {\"a\":1}"
        );
        let long =
            json!({"a": "x, y ".repeat(30), "b": 1, "c": ["z".repeat(70), "y".repeat(50), 2]});
        let after = changed("< 400 A", &answered(200, long));
        assert!(after.lines().count() > 1, "{after}");
        assert!(after.lines().skip(1).all(|line| line.starts_with("      ")));
        let whole: Vec<&str> = after.lines().map(str::trim_start).collect();
        assert!(spans::read(&whole.concat()[6..]).is_some(), "{after}");
    }

    #[test]
    fn of_html_only_the_status_is_written() {
        let mut answered = answered(500, Value::Null);
        answered.body = Err("<html>".into());
        assert_eq!(changed("< [O] 200 {\"a\":1}", &answered), "< [O] 500");
        assert_eq!(changed("< 400 A \"x\"", &answered), "< 500");
    }
}
