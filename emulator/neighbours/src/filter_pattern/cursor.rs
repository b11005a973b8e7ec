//! A place in a pattern: what is read so far, what comes next, and how reading is refused.
//!
//! It knows characters, quotes and limits, but none of the three grammars.

use regex::Regex;

use super::regular;
use super::{InvalidPattern, MAX_PATTERN_WILDCARDS, MAX_REGEXES};

/// Walks over a pattern from left to right and counts what is limited.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    source: &'a str,
    at: usize,
    regexes: usize,
    wildcards: usize,
}

/// A character inside quotes, with the knowledge whether a backslash stood before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    Plain(char),
    Escaped(char),
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            source,
            at: 0,
            regexes: 0,
            wildcards: 0,
        }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// What was read since a position.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.source.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.bump();
        }
        self.since(start)
    }

    /// Steps over `word` if it comes next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.rest_starts(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Whether `word` comes next.
    pub(super) fn rest_starts(&self, word: &str) -> bool {
        self.rest().starts_with(word)
    }

    /// Steps over a keyword in any case (I: AWS's examples write them in capitals only) where no word goes on.
    pub(super) fn eat_keyword(&mut self, keyword: &str) -> bool {
        let rest = self.rest();
        let found = rest
            .get(..keyword.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(keyword))
            && !rest[keyword.len()..].starts_with(is_word);
        if found {
            self.at += keyword.len();
        }
        found
    }

    /// Steps over `word`, or refuses.
    pub(super) fn expect(&mut self, word: &str) -> Result<(), InvalidPattern> {
        if self.eat(word) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// Refuses whatever follows the end of a pattern.
    pub(super) fn expect_end(&mut self) -> Result<(), InvalidPattern> {
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Reads from an opening double quote to the closing one.
    ///
    /// A backslash lets a quote or a backslash stand inside (O for both). Before `*` it takes the wildcard away, and
    /// before all else it stands for itself (I).
    pub(super) fn quoted(&mut self) -> Result<Vec<Quoted>, InvalidPattern> {
        self.expect("\"")?;
        let mut text = Vec::new();
        loop {
            match self.bump() {
                None => return Err(InvalidPattern::Pattern),
                Some('"') => return Ok(text),
                Some('\\') => match self.peek() {
                    Some(escaped @ ('"' | '\\' | '*')) => {
                        self.bump();
                        text.push(Quoted::Escaped(escaped));
                    }
                    Some(_) | None => text.push(Quoted::Plain('\\')),
                },
                Some(plain) => text.push(Quoted::Plain(plain)),
            }
        }
    }

    /// Reads `%regex%`. A percent sign cannot be escaped; `\x25` stands for it.
    pub(super) fn regex(&mut self) -> Result<Regex, InvalidPattern> {
        self.expect("%")?;
        let body = self.take_while(|c| c != '%');
        self.expect("%")?;
        self.regexes += 1;
        if self.regexes > MAX_REGEXES {
            return Err(InvalidPattern::Pattern);
        }
        regular::compile(body)
    }

    /// Counts a wildcard of a property selector.
    pub(super) fn count_wildcard(&mut self) -> Result<(), InvalidPattern> {
        self.wildcards += 1;
        if self.wildcards > MAX_PATTERN_WILDCARDS {
            return Err(InvalidPattern::Pattern);
        }
        Ok(())
    }

    /// The refusal of what comes next where a word is complete.
    pub(super) fn unexpected(&self) -> InvalidPattern {
        match self.peek() {
            Some(next) if !starts_word(next) => InvalidPattern::Characters(next.to_string()),
            Some(_) | None => InvalidPattern::Pattern,
        }
    }

    /// The refusal of what comes next inside a word that began at `start`: AWS then names the word's beginning too
    /// (O: `{ $."sc-status" = 5* }` is answered with `Invalid character(s) in term '$."'`).
    pub(super) fn broken(&self, start: usize) -> InvalidPattern {
        match self.peek() {
            Some(next) => InvalidPattern::Characters(format!("{}{next}", self.since(start))),
            None => InvalidPattern::Pattern,
        }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }
}

/// Whether a character can stand in a term without quotes (D: alphanumeric, or the underscore).
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether any word of the two structured languages begins with this character, so that it is in a wrong place and not
/// unknown. The comma is unknown inside braces (O) and not worth a distinction between the languages.
fn starts_word(c: char) -> bool {
    is_word(c) || c.is_whitespace() || "$.[]{}()\"%=!<>&|*+-".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_know_their_escapes() {
        let mut cursor = Cursor::new(r#""a\"\*\n" rest"#);
        let read = cursor.quoted().unwrap();
        assert_eq!(
            read,
            [
                Quoted::Plain('a'),
                Quoted::Escaped('"'),
                Quoted::Escaped('*'),
                Quoted::Plain('\\'),
                Quoted::Plain('n'),
            ]
        );
        assert_eq!(cursor.peek(), Some(' '));
        assert_eq!(Cursor::new("\"open").quoted(), Err(InvalidPattern::Pattern));
        assert_eq!(
            Cursor::new("\"open\\").quoted(),
            Err(InvalidPattern::Pattern)
        );
    }

    #[test]
    fn keywords_end_where_words_end() {
        assert!(Cursor::new("is NULL").eat_keyword("IS"));
        assert!(!Cursor::new("ISLAND").eat_keyword("IS"));
        assert!(!Cursor::new("Iß").eat_keyword("IS"));
    }

    #[test]
    fn refusals_name_what_is_unknown() {
        assert_eq!(
            Cursor::new("@x").unexpected(),
            InvalidPattern::Characters("@".to_owned())
        );
        assert_eq!(Cursor::new("&").unexpected(), InvalidPattern::Pattern);
        let mut cursor = Cursor::new("$.\"a\"");
        assert!(cursor.eat("$."));
        assert_eq!(
            cursor.broken(0),
            InvalidPattern::Characters("$.\"".to_owned())
        );
    }
}
