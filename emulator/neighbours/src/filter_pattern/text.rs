//! Patterns of plain terms, for any message: `ERROR -ARGUMENTS`, `?ERROR ?WARN`, `"exact phrase"`, `%regex%`.

use regex::Regex;

use super::InvalidPattern;
use super::cursor::{Cursor, Quoted, is_word};

/// The terms of a pattern. None at all match every message.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    included: Vec<Term>,
    excluded: Vec<Term>,
    optional: Vec<Term>,
}

#[derive(Debug, Clone)]
enum Term {
    /// Found anywhere in a message, inside of words too (D: `AUTHORIZED` in `UNAUTHORIZED`), in the same case (D).
    Phrase(String),
    Regex(Regex),
}

impl Terms {
    pub(super) fn parse(source: &str) -> Result<Self, InvalidPattern> {
        let mut cursor = Cursor::new(source);
        let mut terms = Self::default();
        loop {
            cursor.skip_space();
            if cursor.peek().is_none() {
                return Ok(terms);
            }
            let list = if cursor.eat("?") {
                &mut terms.optional
            } else if cursor.eat("-") {
                &mut terms.excluded
            } else {
                &mut terms.included
            };
            // D, an older guide's example: a space may stand behind the minus sign.
            cursor.skip_space();
            list.push(Term::parse(&mut cursor)?);
            // Where a term ends and the next character is no space, AWS may see two terms; D wants quotes then.
            match cursor.peek() {
                Some(next) if !next.is_whitespace() => return Err(refuse(&cursor)),
                Some(_) | None => {}
            }
        }
    }

    /// All included terms and no excluded one; optional ones count only where there is nothing else (D).
    pub(super) fn matches(&self, message: &str) -> bool {
        if self.included.is_empty() && self.excluded.is_empty() && !self.optional.is_empty() {
            return self.optional.iter().any(|term| term.is_in(message));
        }
        self.included.iter().all(|term| term.is_in(message))
            && !self.excluded.iter().any(|term| term.is_in(message))
    }
}

impl Term {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        match cursor.peek() {
            Some('"') => {
                let phrase = cursor.quoted()?.into_iter().flat_map(phrase_of);
                Ok(Self::Phrase(phrase.collect()))
            }
            Some('%') => cursor.regex().map(Self::Regex),
            Some(_) | None => match cursor.take_while(is_word) {
                "" => Err(refuse(cursor)),
                word => Ok(Self::Phrase(word.to_owned())),
            },
        }
    }

    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Phrase(phrase) => message.contains(phrase.as_str()),
            Self::Regex(regex) => regex.is_match(message),
        }
    }
}

/// There are no wildcards in a phrase, so that `\*` keeps its backslash (I).
fn phrase_of(character: Quoted) -> impl Iterator<Item = char> {
    let (backslash, c) = match character {
        Quoted::Escaped('*') => (Some('\\'), '*'),
        Quoted::Plain(c) | Quoted::Escaped(c) => (None, c),
    };
    backslash.into_iter().chain([c])
}

/// Terms know fewer characters than the other two languages, so that AWS names every one (O for `:`, `,`, `[`, `(`, the
/// backtick and the backslash).
fn refuse(cursor: &Cursor<'_>) -> InvalidPattern {
    match cursor.peek() {
        Some('"' | '%') | None => InvalidPattern::Pattern,
        Some(next) => InvalidPattern::Characters(next.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn matches(source: &str, message: &str) -> bool {
        Terms::parse(source).unwrap().matches(message)
    }

    #[test]
    fn terms() {
        assert!(matches("", "anything"));
        assert!(matches("\"\"", ""));
        assert!(matches("-ERROR", "fine"));
        assert!(!matches("-ERROR", "ERRORS"));
        assert!(matches("\"ERROR\" - \"Exiting\"", "[ERROR] x"));
        assert!(!matches(
            "\"ERROR\" - \"Exiting\"",
            "Exiting with ERRORCODE: -1"
        ));
        assert!(!matches("error", "ERROR"));
        assert!(matches(
            r#""level\\\":\\\"error""#,
            r#"{"m":"{\"level\":\"error\"}"}"#
        ));
        assert!(matches("?a -b", "c"));
        assert!(!matches("?a -b", "ab"));
        assert!(matches("?%[Ee]rr% ?fail", "err"));
        assert!(!matches("-%[Ee]rr%", "err"));
    }

    #[test]
    fn refusals() {
        for (source, term) in [
            ("?Status: timeout", ":"),
            ("a,b", ","),
            ("\"retrievedReferences\":[]", ":"),
            ("(foo)", "("),
            ("`foo", "`"),
            (r#"level\":\"error"#, "\\"),
            ("foo-bar", "-"),
            ("50*", "*"),
            ("größe", "ö"),
            ("--a", "-"),
        ] {
            let refused = Terms::parse(source).err();
            assert_eq!(
                refused,
                Some(InvalidPattern::Characters(term.to_owned())),
                "{source}"
            );
        }
        for source in ["\"open", "?", "a -", "%open", "%a% %b% %c%", "\"a\"\"b\""] {
            assert_eq!(
                Terms::parse(source).err(),
                Some(InvalidPattern::Pattern),
                "{source}"
            );
        }
    }
}
