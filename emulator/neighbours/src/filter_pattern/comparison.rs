//! A relation and what a value is held against: `= 4*`, `!= "x"`, `> 1e3`, `= %re%`.
//!
//! Which value is meant, and what happens where there is none, is the business of the two structured languages.

use std::cmp::Ordering;

use regex::Regex;

use super::InvalidPattern;
use super::cursor::{Cursor, Quoted};

/// A value of a message, as far as comparisons tell values apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    /// A JSON string: never greater or less than a number, even if it spells one (I).
    Text(&'a str),
    /// A JSON number or a space-delimited word: a number wherever its text is one.
    Numeral(&'a str),
}

/// The right side of a condition.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    relation: Relation,
    operand: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Debug, Clone)]
enum Operand {
    /// An unquoted number (D: signs, decimals and scientific notation).
    Number(String),
    /// Quoted or unquoted text.
    Text(Glob),
    Regex(Regex),
}

/// Text with a wildcard at its beginning, its end, or both.
///
/// An asterisk in the middle stands for itself (D, an older text of the guide: `Ev*ent` only matches the actual string
/// `Ev*ent`; later texts are silent). So no match needs to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Glob {
    text: String,
    ends: Ends,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Closed,
    OpenStart,
    OpenEnd,
    OpenBoth,
}

impl Comparison {
    /// Reads a relation and its operand; `None`, with nothing read, where no relation comes next.
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Self>, InvalidPattern> {
        let Some(relation) = Relation::parse(cursor) else {
            return Ok(None);
        };
        cursor.skip_space();
        let operand = Operand::parse(cursor)?;
        let fits = match relation {
            Relation::Equal | Relation::Unequal => true,
            // Only numbers are greater or less (D: string conditions have `=` and `!=`).
            Relation::Less | Relation::AtMost | Relation::More | Relation::AtLeast => {
                matches!(operand, Operand::Number(_))
            }
        };
        if fits {
            Ok(Some(Self { relation, operand }))
        } else {
            Err(InvalidPattern::Pattern)
        }
    }

    /// Whether a value that exists is in this relation to the operand.
    pub(super) fn holds(&self, subject: Subject<'_>) -> bool {
        let order = || self.operand.order(subject);
        match self.relation {
            Relation::Equal => self.operand.equals(subject),
            Relation::Unequal => !self.operand.equals(subject),
            Relation::Less => order() == Some(Ordering::Less),
            Relation::AtMost => order().is_some_and(Ordering::is_le),
            Relation::More => order() == Some(Ordering::Greater),
            Relation::AtLeast => order().is_some_and(Ordering::is_ge),
        }
    }
}

impl Relation {
    fn parse(cursor: &mut Cursor<'_>) -> Option<Self> {
        // Longer signs first, as `<` begins `<=`.
        let signs = [
            ("!=", Self::Unequal),
            ("<=", Self::AtMost),
            (">=", Self::AtLeast),
            ("=", Self::Equal),
            ("<", Self::Less),
            (">", Self::More),
        ];
        signs
            .into_iter()
            .find_map(|(sign, relation)| cursor.eat(sign).then_some(relation))
    }
}

impl Operand {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, InvalidPattern> {
        match cursor.peek() {
            Some('"') => Ok(Self::Text(Glob::new(&cursor.quoted()?))),
            Some('%') => cursor.regex().map(Self::Regex),
            Some(_) | None => {
                let bare = cursor.take_while(is_bare);
                if bare.is_empty() {
                    Err(cursor.unexpected())
                } else if is_number(bare) {
                    Ok(Self::Number(bare.to_owned()))
                } else {
                    Ok(Self::Text(Glob::new(
                        &bare.chars().map(Quoted::Plain).collect::<Vec<_>>(),
                    )))
                }
            }
        }
    }

    /// Numbers are compared as numbers, all else as text. A string equals an unquoted number if it is written alike, as
    /// account ids are (I).
    fn equals(&self, subject: Subject<'_>) -> bool {
        let text = subject.text();
        match self {
            Self::Number(number) => text == number || self.order(subject) == Some(Ordering::Equal),
            Self::Text(glob) => glob.matches(text),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    /// How the value stands to the operand, where both are numbers.
    fn order(&self, subject: Subject<'_>) -> Option<Ordering> {
        match (self, subject) {
            (Self::Number(number), Subject::Numeral(text)) if is_number(text) => {
                order(text, number)
            }
            (
                Self::Number(_) | Self::Text(_) | Self::Regex(_),
                Subject::Text(_) | Subject::Numeral(_),
            ) => None,
        }
    }
}

impl<'a> Subject<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Numeral(text) => text,
        }
    }
}

impl Glob {
    fn new(characters: &[Quoted]) -> Self {
        let (start, rest) = match characters {
            [Quoted::Plain('*'), rest @ ..] => (true, rest),
            all => (false, all),
        };
        let (end, rest) = match rest {
            [rest @ .., Quoted::Plain('*')] => (true, rest),
            all => (false, all),
        };
        let text = rest.iter().map(|character| match character {
            Quoted::Plain(c) | Quoted::Escaped(c) => *c,
        });
        Self {
            text: text.collect(),
            ends: match (start, end) {
                (false, false) => Ends::Closed,
                (true, false) => Ends::OpenStart,
                (false, true) => Ends::OpenEnd,
                (true, true) => Ends::OpenBoth,
            },
        }
    }

    /// Letters are told apart by case (D).
    fn matches(&self, text: &str) -> bool {
        match self.ends {
            Ends::Closed => text == self.text,
            Ends::OpenStart => text.ends_with(&self.text),
            Ends::OpenEnd => text.starts_with(&self.text),
            Ends::OpenBoth => text.contains(&self.text),
        }
    }
}

/// What can stand in an operand without quotes: D names letters, digits and the underscore, and shows `123.123.*` and
/// `+1000`; the hyphen beyond numbers is I.
fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.*+-".contains(c)
}

/// Whether a text is an integer, a decimal or scientific notation (D), and nothing else that Rust reads as a number.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let good_exponent = exponent
        .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    // `.5` has no digit before its point and is taken for a number all the same (I).
    let good_whole = digits(whole) || (whole.is_empty() && fraction.is_some());
    good_whole && fraction.is_none_or(digits) && good_exponent
}

/// Integers are compared exactly, all else as floating point numbers.
fn order(left: &str, right: &str) -> Option<Ordering> {
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return Some(left.cmp(&right));
    }
    left.parse::<f64>()
        .ok()?
        .partial_cmp(&right.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(source: &str, subject: Subject<'_>) -> bool {
        let mut cursor = Cursor::new(source);
        let comparison = Comparison::parse(&mut cursor).unwrap().unwrap();
        cursor.expect_end().unwrap();
        comparison.holds(subject)
    }

    #[test]
    fn numbers() {
        for (source, number) in [
            ("> 75", "75.5"),
            ("< 50", "-3"),
            (">= 60", "60"),
            ("<= 5", "5.0"),
            ("= 400", "400.0"),
            ("!= 500", "400"),
            ("= 1e+3", "1000"),
            ("!= 1e-3", "0.002"),
            ("> +1000", "1000.5"),
            ("= 12345678901234567890", "12345678901234567890"),
            ("!= 12345678901234567890", "12345678901234567891"),
            ("= 4*", "404"),
            ("= *", "7"),
            ("= .5", "0.5"),
        ] {
            assert!(holds(source, Subject::Numeral(number)), "{number} {source}");
        }
        assert!(!holds("> 5", Subject::Text("50")));
        assert!(!holds("> 5", Subject::Numeral("inf")));
        assert!(!holds("< 5", Subject::Numeral("word")));
        assert!(holds("= 123456789012", Subject::Text("123456789012")));
        assert!(!holds("= 400", Subject::Text("400.0")));
    }

    #[test]
    fn wildcards_stand_at_the_ends() {
        for (source, text) in [
            ("= *Event", "PutEvent"),
            ("= Event*", "EventName"),
            ("= *vent*", "PutEvents"),
            ("= Ev*ent", "Ev*ent"),
            (
                "= \"*Unauthorized Operation\"",
                "Client.Unauthorized Operation",
            ),
            ("= \"*\"", ""),
            ("= **", "x"),
            ("= \"\\*x\"", "*x"),
            ("!= 123.123.*", "111.111.111.111"),
            ("!= \"\"", "x"),
        ] {
            assert!(holds(source, Subject::Text(text)), "{text} {source}");
        }
        assert!(!holds("= Ev*ent", Subject::Text("Evolvement")));
        assert!(!holds("= event*", Subject::Text("EventName")));
        assert!(!holds("= \"\\*x\"", Subject::Text("yx")));
        assert!(!holds("!= *", Subject::Text("x")));
    }

    #[test]
    fn refusals() {
        for source in [
            "=", "= ", "> x", "> \"5\"", "< 4*", ">= %4%", "== x", "= <", "= \"x", "= %x",
        ] {
            let refused = Comparison::parse(&mut Cursor::new(source)).err();
            assert_eq!(refused, Some(InvalidPattern::Pattern), "{source}");
        }
        let unknown = Comparison::parse(&mut Cursor::new("= @x")).err();
        assert_eq!(unknown, Some(InvalidPattern::Characters("@".to_owned())));
        assert!(Comparison::parse(&mut Cursor::new("x")).unwrap().is_none());
    }

    #[test]
    fn number_grammar() {
        for good in ["0", "-1", "+1", "1.5", "10e3", "10E-3", "1e+3", ".5"] {
            assert!(is_number(good), "{good}");
        }
        for bad in [
            "", "-", ".", "1.", "1e", "e3", "inf", "NaN", "0x1", "1_0", "1.2.3", "--1",
        ] {
            assert!(!is_number(bad), "{bad}");
        }
    }
}
