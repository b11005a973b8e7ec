//! Writes a pattern for a value: variables are put back, and what is new in
//! every run becomes a wildcard.

use serde_json::Value;

use crate::pattern::{self, Kind, Pattern};
use crate::vars::{Variables, name_length};

/// A shorter value is found in texts that have nothing to do with it.
const MIN_VALUE: usize = 6;

/// A longer text of nothing but letters, digits and signs is a token or a key.
const MAX_WORD: usize = 64;

/// A longer list is not written out: nobody would read it.
const MAX_ELEMENTS: usize = 20;

/// A longer text is not written out.
const MAX_TEXT: usize = 300;

/// What stands for the values of a case, the longest ones first.
#[derive(Debug)]
pub(super) struct Names {
    names: Vec<(String, String)>,
}

impl Names {
    /// The variables of a case and the columns of its row.
    pub(super) fn new(variables: &Variables, columns: &[(String, String)]) -> Self {
        let mut names: Vec<(String, String)> = variables
            .all()
            // `$region` says the same, and `$request_id` is right only once.
            .filter(|(name, _)| !["home", "request_id"].contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .chain(columns.iter().cloned())
            .filter(|(_, value)| value.len() >= MIN_VALUE)
            .collect();
        names.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
        Self { names }
    }

    /// A text cut into what is said as it is and what a name stands for.
    fn pieces<'a>(&'a self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let (mut at, mut plain) = (0, 0);
        while let Some(c) = text[at..].chars().next() {
            let found = self
                .names
                .iter()
                .find(|(_, value)| text[at..].starts_with(value.as_str()));
            let Some((name, value)) = found else {
                at += c.len_utf8();
                continue;
            };
            if plain < at {
                pieces.push(Piece::Plain(&text[plain..at]));
            }
            pieces.push(Piece::Name(name));
            at += value.len();
            plain = at;
        }
        if plain < text.len() {
            pieces.push(Piece::Plain(&text[plain..]));
        }
        pieces
    }
}

enum Piece<'a> {
    Plain(&'a str),
    Name(&'a str),
}

/// The pattern of a value, on one line.
pub(super) fn pattern(value: &Value, names: &Names) -> String {
    match value {
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::Number(_) => match is_of(Kind::Time, value) {
            true => wildcard(Kind::Time),
            false => value.to_string(),
        },
        Value::String(text) => string(text, names),
        Value::Array(values) if values.len() > MAX_ELEMENTS => wildcard(Kind::Array),
        Value::Array(values) => {
            let elements: Vec<String> = values.iter().map(|value| pattern(value, names)).collect();
            format!("[{}]", elements.join(","))
        }
        Value::Object(object) => {
            let members: Vec<String> = object
                .iter()
                .map(|(name, value)| {
                    format!("{}:{}", Value::from(name.as_str()), pattern(value, names))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn string(text: &str, names: &Names) -> String {
    let value = Value::from(text);
    for kind in [Kind::Uuid, Kind::IsoTime] {
        if is_of(kind, &value) {
            return wildcard(kind);
        }
    }
    if text.starts_with('{')
        && let Ok(inner @ Value::Object(_)) = serde_json::from_str(text)
    {
        return format!("<json {}>", pattern(&inner, names));
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=-_".contains(c);
    if text.len() > MAX_WORD
        && text.chars().all(is_word)
        && text.chars().any(|c| c.is_ascii_digit())
    {
        return wildcard(Kind::FilledText);
    }
    if text.chars().count() > MAX_TEXT {
        return wildcard(Kind::FilledText);
    }
    match volatile(text) {
        Some(_) => expression(text, names),
        None => format!("\"{}\"", quoted(text, names)),
    }
}

/// A text as it stands between quotes.
fn quoted(text: &str, names: &Names) -> String {
    let mut quoted = String::new();
    let pieces = names.pieces(text);
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Plain(plain) => {
                let json = Value::from(*plain).to_string();
                quoted.push_str(&without_names(&json[1..json.len() - 1]));
            }
            Piece::Name(name) => {
                let next = match pieces.get(at + 1) {
                    Some(Piece::Plain(next)) => *next,
                    Some(Piece::Name(_)) | None => "",
                };
                quoted.push_str(&reference(name, next));
            }
        }
    }
    quoted
}

/// `$name`, or `${name}` where what follows would be read as part of it.
fn reference(name: &str, next: &str) -> String {
    let goes_on = next.starts_with(|c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '}'
    });
    // A column has no braces; what follows it was part of another value.
    match goes_on && name_length(name) == name.len() {
        true => format!("${{{name}}}"),
        false => format!("${name}"),
    }
}

/// A `$` that would be read as a variable is written as JSON can write it too.
fn without_names(text: &str) -> String {
    let mut written = String::new();
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        match (c, next) {
            ('$', Some(next)) if next == '(' || next == '{' || next.is_ascii_alphanumeric() => {
                written.push_str("\\u0024");
            }
            _ => written.push(c),
        }
    }
    written
}

/// The first part of a text that is new in every run, and what finds it.
fn volatile(text: &str) -> Option<(std::ops::Range<usize>, &'static str)> {
    const KINDS: [(Kind, usize, &str); 2] = [
        (
            Kind::Uuid,
            36,
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ),
        (Kind::IsoTime, 20, "[0-9-]{10}T[0-9:]{8}Z"),
    ];
    text.char_indices().find_map(|(at, _)| {
        KINDS.iter().find_map(|(kind, length, expression)| {
            let part = text.get(at..at + length)?;
            is_of(*kind, &part.into()).then_some((at..at + length, *expression))
        })
    })
}

/// An expression that finds the text with other volatile parts in it.
fn expression(text: &str, names: &Names) -> String {
    let mut written = String::from("</^");
    let mut rest = text;
    while let Some((range, finds)) = volatile(rest) {
        written.push_str(&literal(&rest[..range.start], names));
        written.push_str(finds);
        rest = &rest[range.end..];
    }
    written.push_str(&literal(rest, names));
    written.push_str("$/>");
    written
}

/// A text as an expression finds it.
fn literal(text: &str, names: &Names) -> String {
    let mut written = String::new();
    for piece in names.pieces(text) {
        match piece {
            Piece::Name(name) => written.push_str(&format!("${{{name}}}")),
            Piece::Plain(plain) => {
                for c in plain.chars() {
                    match c {
                        // Neither `$name` nor the end of the expression.
                        '$' => written.push_str("[$]"),
                        '\n' => written.push_str("\\n"),
                        c if "\\.+*?()|[]{}^/".contains(c) => {
                            written.push('\\');
                            written.push(c);
                        }
                        c => written.push(c),
                    }
                }
            }
        }
    }
    written
}

fn wildcard(kind: Kind) -> String {
    Pattern::Kind(kind).to_string()
}

fn is_of(kind: Kind, value: &Value) -> bool {
    pattern::compare(&Pattern::Kind(kind), value)
        .differences
        .is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vars::Place;
    use serde_json::json;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        for (name, value) in [
            ("account", "111122223333"),
            ("region", "us-east-1"),
            ("home", "us-east-1"),
            ("t1", "t-111122223333-1"),
            ("short", "a"),
        ] {
            variables.set(name, value);
        }
        variables
    }

    /// The pattern of a value, which must also fit it.
    fn written(value: &Value) -> String {
        let variables = variables();
        let text = pattern(value, &Names::new(&variables, &[]));
        let filled = variables.fill(&text, Place::Json).unwrap();
        let read = pattern::read(&filled).unwrap_or_else(|error| panic!("{text}: {error}"));
        let found = pattern::compare(&read, value).differences;
        assert!(found.is_empty(), "{text}: {found:?}");
        text
    }

    #[test]
    fn variables_are_put_back() {
        assert_eq!(
            written(
                &json!({"Name": "t-111122223333-1", "A": "arn:aws:cloudtrail:us-east-1:111122223333:trail/t-111122223333-1"})
            ),
            r#"{"Name":"$t1","A":"arn:aws:cloudtrail:$region:$account:trail/$t1"}"#
        );
        assert_eq!(
            written(&json!("111122223333_CloudTrail")),
            r#""${account}_CloudTrail""#
        );
        assert_eq!(
            written(&json!([1, true, null, "a \"b\" \\ $LATEST"])),
            r#"[1,true,null,"a \"b\" \\ \u0024LATEST"]"#
        );
        assert_eq!(written(&json!("$region 5$")), r#""\u0024region 5$""#);
    }

    #[test]
    fn what_is_new_in_every_run_is_a_wildcard() {
        let id = "5f00b2ac-0000-4aaa-8bbb-0123456789ab";
        for (value, text) in [
            (json!(id), "<uuid>".to_owned()),
            (json!("2015-09-01T20:35:57Z"), "<iso>".to_owned()),
            (json!(1_441_139_757.5), "<time>".to_owned()),
            (json!(12), "12".to_owned()),
            (json!("Ab3/".repeat(30)), "<text>".to_owned()),
            (json!("no word, but long. ".repeat(30)), "<text>".to_owned()),
            (Value::from(vec![0; 21]), "<array>".to_owned()),
            (
                json!(format!("{{\"eventID\":\"{id}\"}}")),
                "<json {\"eventID\":<uuid>}>".to_owned(),
            ),
            (
                json!(format!("Event/ $x (no. {id}) at 2015-09-01T20:35:57Z of us-east-1")),
                "</^Event\\/ [$]x \\(no\\. [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\) \
                 at [0-9-]{10}T[0-9:]{8}Z of ${region}$/>"
                    .to_owned(),
            ),
        ] {
            assert_eq!(written(&value), text);
        }
    }
}
