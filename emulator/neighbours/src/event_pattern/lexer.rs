//! JSON in tokens, each with the place at which AWS would name an error.
//!
//! AWS compiles a pattern while Jackson reads it, so the first thing that is wrong in the order of the text is the
//! one that is told, and its place is how far Jackson had read by then: to the end of a number or a bracket, just
//! after the opening quote of a string that nobody has asked for, and past a name to the beginning of its value (O).
//!
//! Not here: what the tokens mean. Text after the closing brace is refused (I: ours; Jackson would not look at it).

mod scan;

use super::refusal::InvalidPattern;
use super::source::Source;

/// One token. Commas and colons are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `{`.
    ObjectStart,
    /// `}`.
    ObjectEnd,
    /// `[`.
    ArrayStart,
    /// `]`.
    ArrayEnd,
    /// The name of an object's field.
    Name(String),
    /// A string that is a value.
    Text(String),
    /// A number as it is written.
    Number(String),
    /// `true`.
    True,
    /// `false`.
    False,
    /// `null`.
    Null,
    /// The end of the text before anything began.
    Nothing,
}

impl Token {
    /// The token as AWS repeats it in a message.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::ObjectStart => "{",
            Self::ObjectEnd => "}",
            Self::ArrayStart => "[",
            Self::ArrayEnd => "]",
            Self::Name(text) | Self::Text(text) | Self::Number(text) => text,
            Self::True => "true",
            Self::False => "false",
            Self::Null | Self::Nothing => "null",
        }
    }
}

/// What may stand next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    /// The first value of all.
    Root,
    /// A name, or the end of an object that has none.
    FirstName,
    /// A comma and a name, or the end of the object.
    NextName,
    /// A value, or the end of an array that has none.
    FirstElement,
    /// A comma and a value, or the end of the array.
    NextElement,
}

/// A bracket that is open.
#[derive(Debug, Clone, Copy)]
struct Opening {
    kind: Kind,
    /// Where it stands.
    at: usize,
}

/// What an open bracket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Object => "Object",
            Self::Array => "Array",
        }
    }
}

/// Reads a pattern's text.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    source: Source<'t>,
    /// How far the text is read.
    read: usize,
    /// How far AWS would say that it is read.
    told: usize,
    awaited: Awaited,
    open: Vec<Opening>,
    /// The value after a name, which is read along with the name.
    value: Option<Token>,
}

impl<'t> Lexer<'t> {
    /// Begins.
    pub(super) fn new(text: &'t str) -> Self {
        let source = Source(text);
        Self {
            source,
            read: 0,
            told: 0,
            awaited: Awaited::Root,
            open: Vec::new(),
            value: None,
        }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token, InvalidPattern> {
        if let Some(value) = self.value.take() {
            return Ok(value);
        }
        self.skip_blanks();
        match self.awaited {
            Awaited::Root if self.peek().is_none() => {
                self.told = self.read;
                Ok(Token::Nothing)
            }
            Awaited::FirstName | Awaited::NextName if self.peek() == Some('}') => {
                Ok(self.close(Kind::Object))
            }
            Awaited::FirstElement | Awaited::NextElement if self.peek() == Some(']') => {
                Ok(self.close(Kind::Array))
            }
            Awaited::Root | Awaited::FirstElement => self.value(),
            Awaited::FirstName => self.name(),
            Awaited::NextName => {
                self.comma(Kind::Object)?;
                self.name()
            }
            Awaited::NextElement => {
                self.comma(Kind::Array)?;
                self.value()
            }
        }
    }

    /// Reads the string that was handed out last to its end, as Jackson does when its text is asked for.
    pub(super) fn settle(&mut self) {
        if self.value.is_none() {
            self.told = self.read;
        }
    }

    /// A refusal with the place that is reached.
    pub(super) fn refuse(&self, reason: &str) -> InvalidPattern {
        self.refuse_at(reason, self.told)
    }

    /// A refusal of something in a list of `anything-but`, whose place AWS tells twice (O).
    pub(super) fn refuse_twice(&self, reason: &str) -> InvalidPattern {
        self.refuse(self.refuse(reason).reason())
    }

    /// Refuses whatever stands after the pattern.
    pub(super) fn finish(&mut self) -> Result<(), InvalidPattern> {
        self.skip_blanks();
        match self.peek() {
            None => Ok(()),
            Some(character) => {
                Err(self.unexpected(character, "expected the end of the event pattern"))
            }
        }
    }

    fn refuse_at(&self, reason: &str, offset: usize) -> InvalidPattern {
        InvalidPattern::new(format!("{reason}\n at {}", self.source.location(offset)))
    }

    /// A name, its colon, and the beginning of its value.
    fn name(&mut self) -> Result<Token, InvalidPattern> {
        match self.peek() {
            Some('"') => {}
            Some(character) => {
                return Err(
                    self.unexpected(character, "was expecting double-quote to start field name")
                );
            }
            None => return Err(self.ended()),
        }
        let name = self.string("in field name")?;
        self.skip_blanks();
        match self.peek() {
            Some(':') => self.read += 1,
            Some(character) => {
                return Err(self.unexpected(
                    character,
                    "was expecting a colon to separate field name and value",
                ));
            }
            None => return Err(self.ended()),
        }
        self.skip_blanks();
        let value = self.value()?;
        self.value = Some(value);
        Ok(Token::Name(name))
    }

    fn value(&mut self) -> Result<Token, InvalidPattern> {
        let Some(first) = self.peek() else {
            return Err(self.ended());
        };
        match first {
            '{' => return Ok(self.open(Kind::Object)),
            '[' => return Ok(self.open(Kind::Array)),
            _ => {}
        }
        self.await_sibling();
        match first {
            '"' => {
                let quote = self.read;
                let text = self.string("in VALUE_STRING")?;
                self.told = quote + 1;
                Ok(Token::Text(text))
            }
            '-' | '0'..='9' => self.number(),
            _ => self.word(first),
        }
    }

    fn open(&mut self, kind: Kind) -> Token {
        self.open.push(Opening {
            kind,
            at: self.read,
        });
        self.read += 1;
        self.told = self.read;
        match kind {
            Kind::Object => {
                self.awaited = Awaited::FirstName;
                Token::ObjectStart
            }
            Kind::Array => {
                self.awaited = Awaited::FirstElement;
                Token::ArrayStart
            }
        }
    }

    fn close(&mut self, kind: Kind) -> Token {
        self.open.pop();
        self.read += 1;
        self.told = self.read;
        self.await_sibling();
        match kind {
            Kind::Object => Token::ObjectEnd,
            Kind::Array => Token::ArrayEnd,
        }
    }

    /// After a value, what may follow is the business of the innermost bracket.
    fn await_sibling(&mut self) {
        self.awaited = match self.open.last().map(|opening| opening.kind) {
            Some(Kind::Object) => Awaited::NextName,
            Some(Kind::Array) => Awaited::NextElement,
            None => Awaited::Root,
        };
    }

    fn comma(&mut self, kind: Kind) -> Result<(), InvalidPattern> {
        match self.peek() {
            Some(',') => {
                self.read += 1;
                self.skip_blanks();
                Ok(())
            }
            Some(character) => {
                let wanted = format!("was expecting comma to separate {} entries", kind.name());
                Err(self.unexpected(character, &wanted))
            }
            None => Err(self.ended()),
        }
    }
}

#[cfg(test)]
mod tests;
