//! Reads the text of a pattern. It does not fill in variables: that was done
//! before.

use regex_lite::Regex;
use serde_json::Value;
use thiserror::Error;

use super::{Item, Kind, Pattern};

/// Why a text is no pattern.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("pattern unreadable at character {at}: {reason}")]
pub struct PatternError {
    /// Which character, from 1.
    pub at: usize,
    /// What was expected there.
    pub reason: String,
}

/// How deep a pattern may be nested; deeper is a mistake in the suite.
const MAX_DEPTH: usize = 40;

/// Reads a whole text as one pattern.
pub fn read(text: &str) -> Result<Pattern, PatternError> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    let pattern = reader.pattern()?;
    reader.blanks();
    if reader.at < text.len() {
        return reader.fail("nothing more was expected");
    }
    Ok(pattern)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn pattern(&mut self) -> Result<Pattern, PatternError> {
        if self.depth == MAX_DEPTH {
            return self.fail("too deeply nested");
        }
        self.depth += 1;
        self.blanks();
        let pattern = match self.rest().chars().next() {
            Some('{') => self.object(),
            Some('[') => self.array(),
            Some('<') => self.wildcard(),
            Some('"') => self
                .string()
                .map(|text| Pattern::Exactly(Value::from(text))),
            Some(_) => self.scalar(),
            None => self.fail("a value is missing"),
        };
        self.depth -= 1;
        pattern
    }

    fn object(&mut self) -> Result<Pattern, PatternError> {
        let mut members = Vec::new();
        let mut open = false;
        self.sequence("{", "}", |reader| {
            if reader.take("...") {
                open = true;
                return Ok(());
            }
            if !reader.rest().starts_with('"') {
                return reader.fail("a member's name in quotes, or ... was expected");
            }
            let name = reader.string()?;
            if members.iter().any(|(known, _)| *known == name) {
                return reader.fail("this member is named twice");
            }
            reader.expect(":")?;
            members.push((name, reader.pattern()?));
            Ok(())
        })?;
        Ok(Pattern::Object { members, open })
    }

    fn array(&mut self) -> Result<Pattern, PatternError> {
        let mut items = Vec::new();
        self.sequence("[", "]", |reader| {
            if reader.take("...") {
                items.push(Item::Gap);
            } else {
                items.push(Item::One(reader.pattern()?));
            }
            Ok(())
        })?;
        Ok(Pattern::Array(items))
    }

    /// Reads `open element, element… close`.
    fn sequence(
        &mut self,
        open: &str,
        close: &str,
        mut element: impl FnMut(&mut Self) -> Result<(), PatternError>,
    ) -> Result<(), PatternError> {
        self.expect(open)?;
        self.blanks();
        if self.take(close) {
            return Ok(());
        }
        loop {
            self.blanks();
            element(self)?;
            self.blanks();
            if self.take(close) {
                return Ok(());
            }
            if !self.take(",") {
                return self.fail(&format!("a comma or {close} was expected"));
            }
        }
    }

    fn wildcard(&mut self) -> Result<Pattern, PatternError> {
        self.expect("<")?;
        let pattern = if self.take("/") {
            self.regex()?
        } else {
            let word = self.word();
            self.named(word)?
        };
        self.blanks();
        let pattern = if self.take("as ") {
            self.blanks();
            let name = self.word();
            if super::super::vars::name_length(name) != name.len() || name.is_empty() {
                return self.fail("the name of a variable was expected after 'as'");
            }
            Pattern::Captured(Box::new(pattern), name.to_owned())
        } else {
            pattern
        };
        self.expect(">")?;
        Ok(pattern)
    }

    /// The wildcard that is called by `word`, with what follows it.
    fn named(&mut self, word: &str) -> Result<Pattern, PatternError> {
        if let Some((kind, _)) = Kind::WORDS.iter().find(|(_, known)| *known == word) {
            return Ok(Pattern::Kind(*kind));
        }
        self.blanks();
        Ok(match word {
            "absent" => Pattern::Absent,
            "json" => Pattern::Json(Box::new(self.pattern()?)),
            "not" => Pattern::Not(Box::new(self.pattern()?)),
            "optional" => Pattern::Optional(Box::new(self.pattern()?)),
            "is" => self.pattern()?,
            "each" => Pattern::Each(Box::new(self.pattern()?)),
            "all-of" => Pattern::AllOf(self.list()?),
            "set" => Pattern::Set(self.list()?),
            "one-of" => Pattern::OneOf(self.list()?),
            "md5" => Pattern::Md5(self.string()?),
            "at-least" => Pattern::AtLeast(self.number()?),
            "sum" => Pattern::Exactly(Value::from(self.number()? + self.number()?)),
            "base64" => match self.word().parse() {
                Ok(length) => Pattern::Base64(length),
                Err(_) => return self.fail("a number of bytes was expected"),
            },
            _ => return self.fail("there is no such wildcard"),
        })
    }

    /// Patterns with commas between them, up to the end of the wildcard.
    fn list(&mut self) -> Result<Vec<Pattern>, PatternError> {
        let mut patterns = vec![self.pattern()?];
        loop {
            self.blanks();
            if !self.take(",") {
                return Ok(patterns);
            }
            patterns.push(self.pattern()?);
        }
    }

    /// A regular expression up to the next `/` that has no backslash before it.
    fn regex(&mut self) -> Result<Pattern, PatternError> {
        let mut escaped = false;
        let Some(end) = self.rest().find(|c| {
            let ends = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        }) else {
            return self.fail("the expression is not closed by /");
        };
        let source = self.rest()[..end].replace("\\/", "/");
        match Regex::new(&source) {
            Ok(regex) => {
                self.at += end + 1;
                Ok(Pattern::Matching(regex))
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }

    fn string(&mut self) -> Result<String, PatternError> {
        let mut escaped = false;
        let end = self.rest().char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let text = end.and_then(|(end, _)| {
            let quoted = &self.rest()[..=end];
            serde_json::from_str::<String>(quoted)
                .ok()
                .map(|text| (text, end + 1))
        });
        match text {
            Some((text, length)) => {
                self.at += length;
                Ok(text)
            }
            None => self.fail("a string in quotes was expected"),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<Pattern, PatternError> {
        let before = self.at;
        let word = self.word();
        match serde_json::from_str(word) {
            Ok(value) => Ok(Pattern::Exactly(value)),
            Err(_) => {
                self.at = before;
                self.fail("a JSON value or a <wildcard> was expected")
            }
        }
    }

    fn number(&mut self) -> Result<f64, PatternError> {
        self.blanks();
        match self.word().parse() {
            Ok(number) => Ok(number),
            Err(_) => self.fail("a number was expected"),
        }
    }

    /// The characters up to the next one that ends a word.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.+".contains(c)))
            .unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    fn expect(&mut self, token: &str) -> Result<(), PatternError> {
        self.blanks();
        if self.take(token) {
            return Ok(());
        }
        self.fail(&format!("{token} was expected"))
    }

    fn fail<T>(&self, reason: &str) -> Result<T, PatternError> {
        Err(PatternError {
            at: self.text[..self.at].chars().count() + 1,
            reason: reason.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_shown_again() {
        for text in [
            r#"{"a":1,"b":[true,null,...],"c":{...},"d":{}}"#,
            r#"[...,{"x":<uuid>,...},...]"#,
            r#"<set "a",<number>>"#,
            r#"<one-of "a",[]>"#,
            r#"<all-of [...],<each "a">>"#,
            r#"</^a\d{2}$/>"#,
            r#"<json {"a":<optional <text>>,...}>"#,
            r#"<not "a">"#,
            "<base64 270>",
            "<at-least 12.5>",
            r#"<md5 "AAAA">"#,
            "<absent>",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn every_kind_has_a_word() {
        for (kind, word) in Kind::WORDS {
            let pattern = read(&format!("<{word}>")).unwrap();
            assert!(
                matches!(pattern, Pattern::Kind(read) if read == kind),
                "{word}"
            );
        }
    }

    #[test]
    fn a_capture_has_a_name() {
        let pattern = read("<uuid as first_id>").unwrap();
        assert!(matches!(pattern, Pattern::Captured(_, name) if name == "first_id"));
    }

    #[test]
    fn a_slash_in_an_expression_is_escaped() {
        let pattern = read(r"</^a\/b\.json$/>").unwrap();
        assert!(matches!(pattern, Pattern::Matching(regex) if regex.is_match("a/b.json")));
    }

    #[test]
    fn mistakes_are_placed() {
        for (text, at) in [
            ("", 1),
            ("{\"a\":}", 6),
            ("{a:1}", 2),
            ("{\"a\":1 \"b\":2}", 8),
            ("{\"a\":1,\"a\":2}", 11),
            ("[1", 3),
            ("<guid>", 6),
            ("<uuid as 1>", 11),
            ("</a", 3),
            ("\"a", 1),
            ("{} x", 4),
            ("nul", 1),
        ] {
            assert_eq!(read(text).unwrap_err().at, at, "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
