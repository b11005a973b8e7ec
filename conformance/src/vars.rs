//! The variables of a case and how they are put into a line of a suite.
//!
//! `$name` or `${name}` is replaced by the variable's value, `$(129 of a)` by 129 times the
//! text, and `$(251 items "arn:…/#")` by 251 texts joined with commas in which
//! `#` is the number of the item, from 1. Any other `$` stands for itself, so
//! that `$LATEST` and a regular expression's end need no escape. It knows
//! nothing about JSON but how a value is written inside a JSON string.

use std::collections::BTreeMap;

use thiserror::Error;

/// How a value is written where it is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Into JSON text: quotes, backslashes and control characters are escaped.
    Json,
    /// Into anything else: as it is.
    Plain,
}

/// Why a text could not be filled.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FillError {
    /// A variable that nobody set.
    #[error("unknown variable ${0}")]
    Unknown(String),
    /// A `$(` that is not closed, or that is neither `of` nor `items`.
    #[error("cannot read {0:?}: write $(N of TEXT) or $(N items TEXT)")]
    Repetition(String),
}

/// The most often a text may be repeated; a suite that wants more is mistaken.
const MAX_REPETITIONS: usize = 1_000_000;

/// The variables of one case.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
}

impl Variables {
    /// Sets a variable, or replaces its value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// The value of a variable, if it is set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Every variable's name and value, in the order of the names.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Replaces every variable and repetition in `text`.
    pub fn fill(&self, text: &str, place: Place) -> Result<String, FillError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(inner) = rest.strip_prefix('(') {
                let end = closing(inner).ok_or_else(|| FillError::Repetition(excerpt(rest)))?;
                filled.push_str(&self.repeat(&inner[..end], place)?);
                rest = &inner[end + 1..];
                continue;
            }
            let Some((name, after)) = name_at(rest) else {
                filled.push('$');
                continue;
            };
            let value = self
                .get(name)
                .ok_or_else(|| FillError::Unknown(name.to_owned()))?;
            match place {
                Place::Json => filled.push_str(&escaped(value)),
                Place::Plain => filled.push_str(value),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// Carries out what stands between `$(` and `)`.
    fn repeat(&self, inner: &str, place: Place) -> Result<String, FillError> {
        let unreadable = || FillError::Repetition(excerpt(inner));
        let mut words = inner.splitn(3, ' ');
        let count: usize = words
            .next()
            .and_then(|count| count.parse().ok())
            .filter(|count| *count <= MAX_REPETITIONS)
            .ok_or_else(unreadable)?;
        let how = words.next().ok_or_else(unreadable)?;
        let text = self.fill(words.next().ok_or_else(unreadable)?, place)?;
        match how {
            "of" => Ok(text.repeat(count)),
            "items" => Ok((1..=count)
                .map(|number| text.replace('#', &number.to_string()))
                .collect::<Vec<_>>()
                .join(",")),
            _ => Err(unreadable()),
        }
    }
}

/// The name after a `$`, bare or in braces, and what follows it.
fn name_at(text: &str) -> Option<(&str, &str)> {
    if let Some((name, after)) = text
        .strip_prefix('{')
        .and_then(|inner| inner.split_once('}'))
    {
        let whole = !name.is_empty() && name_length(name) == name.len();
        return whole.then_some((name, after));
    }
    match name_length(text) {
        0 => None,
        length => Some(text.split_at(length)),
    }
}

/// How many bytes of `text` are the name of a variable: a lower-case letter,
/// then lower-case letters, digits and underscores.
pub fn name_length(text: &str) -> usize {
    if !text.starts_with(|first: char| first.is_ascii_lowercase()) {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
        .unwrap_or(text.len())
}

/// Where the parenthesis that was opened before `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `value` as it stands inside a JSON string, without the quotes.
fn escaped(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The beginning of a text, for a message.
fn excerpt(text: &str) -> String {
    text.chars().take(30).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.set("account", "111122223333");
        variables.set("said", "a \"b\"\n");
        variables
    }

    #[test]
    fn a_variable_is_replaced_and_other_dollars_stay() {
        let filled = variables().fill("$account:$LATEST $5 ^a$ ${account}_C ${ACC}", Place::Plain);
        assert_eq!(
            filled.unwrap(),
            "111122223333:$LATEST $5 ^a$ 111122223333_C ${ACC}"
        );
    }

    #[test]
    fn a_value_is_escaped_only_inside_json() {
        assert_eq!(
            variables().fill("\"$said\"", Place::Json).unwrap(),
            r#""a \"b\"\n""#
        );
        assert_eq!(
            variables().fill("$said", Place::Plain).unwrap(),
            "a \"b\"\n"
        );
    }

    #[test]
    fn texts_are_repeated_and_numbered() {
        let variables = variables();
        assert_eq!(
            variables.fill("[$(3 of ab)]", Place::Plain).unwrap(),
            "[ababab]"
        );
        let items = variables.fill(r#"[$(2 items "f(#)-$account")]"#, Place::Json);
        assert_eq!(
            items.unwrap(),
            r#"["f(1)-111122223333","f(2)-111122223333"]"#
        );
    }

    #[test]
    fn what_cannot_be_filled_is_named() {
        assert_eq!(
            variables().fill("$nobody", Place::Plain),
            Err(FillError::Unknown("nobody".into()))
        );
        for text in ["$(3 of", "$(many of a)", "$(3 times a)", "$(3)"] {
            assert!(
                matches!(
                    variables().fill(text, Place::Plain),
                    Err(FillError::Repetition(_))
                ),
                "{text}"
            );
        }
    }
}
