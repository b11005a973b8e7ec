//! Strings, numbers and words, character by character, and what is wrong with them in Jackson's words.
//!
//! The words that no recorded answer of AWS's shows are those of Jackson's own messages (I).
//!
//! Not here: the order of tokens.

use super::{Lexer, Token};
use crate::event_pattern::refusal::InvalidPattern;

/// What Jackson wants where a value begins.
const VALUE_WANTED: &str = "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

impl Lexer<'_> {
    /// The character that is read next.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        self.source.0.get(self.read..).unwrap_or("")
    }

    /// Reads on and hands out the character.
    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.read += character.len_utf8();
        Some(character)
    }

    /// Steps over JSON's white space.
    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.read += 1;
        }
    }

    /// A string from its opening quote on; `place` is what an end of the text within it is called.
    pub(super) fn string(&mut self, place: &str) -> Result<String, InvalidPattern> {
        self.read += 1;
        let mut text = String::new();
        loop {
            let Some(character) = self.take() else {
                return Err(self.refuse_at(&format!("Unexpected end-of-input {place}"), self.read));
            };
            match character {
                '"' => {
                    self.told = self.read;
                    return Ok(text);
                }
                '\\' => text.push(self.escape()?),
                '\u{0}'..='\u{1f}' => {
                    let reason = format!(
                        "Illegal unquoted character ({}): has to be escaped using backslash to be included in string \
                         value",
                        described(character)
                    );
                    return Err(self.refuse_at(&reason, self.read));
                }
                _ => text.push(character),
            }
        }
    }

    /// What stands after a backslash.
    fn escape(&mut self) -> Result<char, InvalidPattern> {
        let Some(character) = self.take() else {
            return Err(self.refuse_at(
                "Unexpected end-of-input in character escape sequence",
                self.read,
            ));
        };
        match character {
            '"' | '\\' | '/' => Ok(character),
            'b' => Ok('\u{8}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'u' => self.unicode(),
            _ => {
                let reason = format!("Unrecognized character escape {}", described(character));
                Err(self.refuse_at(&reason, self.read))
            }
        }
    }

    /// Four hexadecimal digits, or eight in two escapes for a pair. Half a pair becomes the replacement character,
    /// since no event can hold it either.
    fn unicode(&mut self) -> Result<char, InvalidPattern> {
        let first = self.hexadecimal()?;
        if !(0xd800..0xdc00).contains(&first) || !self.rest().starts_with("\\u") {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let single = self.read;
        self.read += 2;
        let second = self.hexadecimal()?;
        if !(0xdc00..0xe000).contains(&second) {
            self.read = single;
            return Ok(char::REPLACEMENT_CHARACTER);
        }
        let scalar = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hexadecimal(&mut self) -> Result<u32, InvalidPattern> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(character) = self.take() else {
                return Err(self.refuse_at(
                    "Unexpected end-of-input in character escape sequence",
                    self.read,
                ));
            };
            let Some(digit) = character.to_digit(16) else {
                let reason = format!(
                    "Unexpected character ({}): expected a hex-digit for character escape sequence",
                    described(character)
                );
                return Err(self.refuse_at(&reason, self.read));
            };
            value = value * 16 + digit;
        }
        Ok(value)
    }

    /// A number in JSON's grammar.
    pub(super) fn number(&mut self) -> Result<Token, InvalidPattern> {
        let begin = self.read;
        if self.peek() == Some('-') {
            self.read += 1;
        }
        if self.peek() == Some('0') {
            self.read += 1;
            if matches!(self.peek(), Some('0'..='9')) {
                return Err(self.refuse_at(
                    "Invalid numeric value: Leading zeroes not allowed",
                    self.read,
                ));
            }
        } else {
            self.digits("expected digit (0-9) to follow minus sign, for valid numeric value")?;
        }
        if self.peek() == Some('.') {
            self.read += 1;
            self.digits("Decimal point not followed by a digit")?;
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.read += 1;
            if matches!(self.peek(), Some('+' | '-')) {
                self.read += 1;
            }
            self.digits("Exponent indicator not followed by a digit")?;
        }
        self.told = self.read;
        Ok(Token::Number(
            self.source.0.get(begin..self.read).unwrap_or("").to_owned(),
        ))
    }

    /// One digit or more.
    fn digits(&mut self, wanted: &str) -> Result<(), InvalidPattern> {
        match self.peek() {
            Some('0'..='9') => {}
            Some(character) => {
                let reason = format!(
                    "Unexpected character ({}) in numeric value: {wanted}",
                    described(character)
                );
                return Err(self.refuse_at(&reason, self.read));
            }
            None => return Err(self.ended()),
        }
        while matches!(self.peek(), Some('0'..='9')) {
            self.read += 1;
        }
        Ok(())
    }

    /// `true`, `false`, `null`, or no token at all.
    pub(super) fn word(&mut self, first: char) -> Result<Token, InvalidPattern> {
        if !(first.is_alphanumeric() || first == '_' || first == '$') {
            return Err(self.unexpected(first, VALUE_WANTED));
        }
        let begin = self.read;
        while self.peek().is_some_and(|character| {
            character.is_alphanumeric() || character == '_' || character == '$'
        }) {
            self.take();
        }
        self.told = self.read;
        match self.source.0.get(begin..self.read).unwrap_or("") {
            "true" => Ok(Token::True),
            "false" => Ok(Token::False),
            "null" => Ok(Token::Null),
            word => Err(self.refuse(&format!(
                "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', \
                 'true' or 'false')"
            ))),
        }
    }

    /// A character that cannot stand where it does; its place is its own (O).
    pub(super) fn unexpected(&self, character: char, wanted: &str) -> InvalidPattern {
        self.refuse_at(
            &format!("Unexpected character ({}): {wanted}", described(character)),
            self.read,
        )
    }

    /// The text ends within brackets.
    pub(super) fn ended(&self) -> InvalidPattern {
        let reason = match self.open.last() {
            Some(opening) => format!(
                "Unexpected end-of-input: expected close marker for {} (start marker at {})",
                opening.kind.name(),
                self.source.location(opening.at)
            ),
            None => "Unexpected end-of-input".to_owned(),
        };
        self.refuse_at(&reason, self.read)
    }
}

/// A character as Jackson names it.
fn described(character: char) -> String {
    let code = u32::from(character);
    if character.is_control() {
        format!("(CTRL-CHAR, code {code})")
    } else if code > 255 {
        format!("'{character}' (code {code} / 0x{code:x})")
    } else {
        format!("'{character}' (code {code})")
    }
}
