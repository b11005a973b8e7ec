//! The pattern of an answer: JSON with gaps and wildcards.
//!
//! A pattern is exact unless it says otherwise: a member that it does not name
//! is a difference, and so is one that is missing. `read.rs` reads the text,
//! `compare.rs` holds a value against it. Neither knows what the answer is
//! about.

mod compare;
mod read;

use std::fmt;

use regex_lite::Regex;
use serde_json::Value;

pub use compare::{Comparison, compare, is_uuid};
pub use read::{PatternError, read};

/// What a JSON value is held against.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// This string, number, boolean or null.
    Exactly(Value),
    /// These members.
    Object {
        /// The named members.
        members: Vec<(String, Pattern)>,
        /// Whether there may be others.
        open: bool,
    },
    /// These elements, in this order.
    Array(Vec<Item>),
    /// These elements, in any order.
    Set(Vec<Pattern>),
    /// Any value of a kind.
    Kind(Kind),
    /// An array of any length whose elements all match.
    Each(Box<Pattern>),
    /// A value that matches all of these.
    AllOf(Vec<Pattern>),
    /// A string in which the expression finds something.
    Matching(Regex),
    /// A string that is itself JSON.
    Json(Box<Pattern>),
    /// A string that is the base64 of so many bytes.
    Base64(usize),
    /// The lower-case hex MD5 of the bytes whose base64 is given.
    Md5(String),
    /// A number that is not smaller.
    AtLeast(f64),
    /// Anything that does not match.
    Not(Box<Pattern>),
    /// Nothing, or a value that matches.
    Optional(Box<Pattern>),
    /// The first of these that matches.
    OneOf(Vec<Pattern>),
    /// The member must not be there.
    Absent,
    /// What matches is kept as a variable.
    Captured(Box<Pattern>, String),
}

/// One place in an array.
#[derive(Clone, Debug)]
pub enum Item {
    /// One element.
    One(Pattern),
    /// Any number of elements, none included.
    Gap,
}

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything, `null` included.
    Any,
    /// A string.
    Text,
    /// A string that is not empty.
    FilledText,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// A number of seconds since 1970, after 2001, fraction allowed.
    Time,
    /// A number of whole seconds since 1970, after 2001.
    WholeTime,
    /// A string such as `2015-09-01T20:35:57Z`.
    IsoTime,
    /// A string that is a UUID in lower case.
    Uuid,
    /// Any object.
    Object,
    /// Any array.
    Array,
}

impl Kind {
    /// Every kind with the word by which a suite calls it.
    pub const WORDS: [(Self, &'static str); 11] = [
        (Self::Any, "any"),
        (Self::Text, "string"),
        (Self::FilledText, "text"),
        (Self::Number, "number"),
        (Self::Boolean, "boolean"),
        (Self::Time, "time"),
        (Self::WholeTime, "seconds"),
        (Self::IsoTime, "iso"),
        (Self::Uuid, "uuid"),
        (Self::Object, "object"),
        (Self::Array, "array"),
    ];

    fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("?", |(_, word)| word)
    }
}

impl Pattern {
    /// The names of the variables that a match may set.
    pub fn captures(&self) -> Vec<String> {
        match self {
            Self::Object { members, .. } => members
                .iter()
                .flat_map(|(_, inner)| inner.captures())
                .collect(),
            Self::Array(items) => items
                .iter()
                .flat_map(|item| match item {
                    Item::One(inner) => inner.captures(),
                    Item::Gap => Vec::new(),
                })
                .collect(),
            Self::Set(inner) | Self::OneOf(inner) | Self::AllOf(inner) => {
                inner.iter().flat_map(Self::captures).collect()
            }
            Self::Json(inner) | Self::Optional(inner) => inner.captures(),
            Self::Captured(inner, name) => {
                let mut names = inner.captures();
                names.push(name.clone());
                names
            }
            // What is kept inside of a `not` is never set, inside of an `each` not once.
            Self::Not(_)
            | Self::Each(_)
            | Self::Exactly(_)
            | Self::Kind(_)
            | Self::Matching(_)
            | Self::Base64(_)
            | Self::Md5(_)
            | Self::AtLeast(_)
            | Self::Absent => Vec::new(),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(value) => write!(f, "{value}"),
            Self::Object { members, open } => write_object(f, members, *open),
            Self::Array(items) => {
                f.write_str("[")?;
                write_joined(f, items)?;
                f.write_str("]")
            }
            Self::Set(patterns) => write_list(f, "set", patterns),
            Self::Each(inner) => write!(f, "<each {inner}>"),
            Self::AllOf(patterns) => write_list(f, "all-of", patterns),
            Self::Kind(kind) => write!(f, "<{}>", kind.word()),
            Self::Matching(regex) => write!(f, "</{}/>", regex.as_str()),
            Self::Json(inner) => write!(f, "<json {inner}>"),
            Self::Base64(length) => write!(f, "<base64 {length}>"),
            Self::Md5(text) => write!(f, "<md5 {text:?}>"),
            Self::AtLeast(least) => write!(f, "<at-least {least}>"),
            Self::Not(inner) => write!(f, "<not {inner}>"),
            Self::Optional(inner) => write!(f, "<optional {inner}>"),
            Self::OneOf(patterns) => write_list(f, "one-of", patterns),
            Self::Absent => f.write_str("<absent>"),
            Self::Captured(inner, _) => write!(f, "{inner}"),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(pattern) => write!(f, "{pattern}"),
            Self::Gap => f.write_str("..."),
        }
    }
}

fn write_object(
    f: &mut fmt::Formatter<'_>,
    members: &[(String, Pattern)],
    open: bool,
) -> fmt::Result {
    f.write_str("{")?;
    for (at, (name, pattern)) in members.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(f, "{comma}{name:?}:{pattern}")?;
    }
    f.write_str(match (open, members.is_empty()) {
        (true, true) => "...}",
        (true, false) => ",...}",
        (false, _) => "}",
    })
}

fn write_list(f: &mut fmt::Formatter<'_>, word: &str, patterns: &[Pattern]) -> fmt::Result {
    write!(f, "<{word} ")?;
    write_joined(f, patterns)?;
    f.write_str(">")
}

fn write_joined<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(f, "{comma}{item}")?;
    }
    Ok(())
}
