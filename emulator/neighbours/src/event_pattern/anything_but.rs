//! `anything-but`: a value or a list of values, or an operator with a string or a list of strings.
//!
//! What is wrong within a list is told with its place twice over, since AWS wraps its own refusal once more (O).
//!
//! Not here: that a field must have a value to be anything but another, which is how values are picked at all.

use super::amount::{Amount, Figure, OUT_OF_RANGE};
use super::criterion::Criterion;
use super::lexer::{Lexer, Token};
use super::operator::{close, wildcard};
use super::refusal::InvalidPattern;
use super::text::TextTest;

const WRONG_VALUE: &str = "Value of anything-but must be an array or single string/number value.";
const WRONG_ELEMENT: &str = "Inside anything but list, start|null|boolean is not supported.";
const MIXED: &str =
    "Inside anything but list, either all values are number or string, mixed type is not supported";
const TOO_MANY: &str = "Too many elements in numeric expression";

/// The operators that `anything-but` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    EqualsIgnoreCase,
    Prefix,
    Suffix,
    Wildcard,
}

impl Operator {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "equals-ignore-case" => Some(Self::EqualsIgnoreCase),
            "prefix" => Some(Self::Prefix),
            "suffix" => Some(Self::Suffix),
            "wildcard" => Some(Self::Wildcard),
            _ => None,
        }
    }

    /// What is said of an operand that is no string.
    fn wants_string(self) -> &'static str {
        match self {
            Self::EqualsIgnoreCase => {
                "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
            }
            Self::Prefix | Self::Suffix => "prefix/suffix match pattern must be a string",
            Self::Wildcard => "wildcard match pattern must be a string",
        }
    }

    /// A string that the operator takes, or why it does not.
    fn operand(self, token: Token) -> Result<String, &'static str> {
        match (self, token) {
            (Self::Prefix | Self::Suffix, Token::Text(text)) if text.is_empty() => {
                Err("Null prefix/suffix not allowed")
            }
            (_, Token::Text(text)) => Ok(text),
            (_, _) => Err(self.wants_string()),
        }
    }

    fn test(self, lexer: &Lexer<'_>, text: String) -> Result<TextTest, InvalidPattern> {
        Ok(match self {
            Self::EqualsIgnoreCase => TextTest::IsIgnoringCase(text),
            Self::Prefix => TextTest::Prefix(text),
            Self::Suffix => TextTest::Suffix(text),
            Self::Wildcard => TextTest::Wildcard(wildcard(lexer, &text)?),
        })
    }
}

/// What stands behind the name `anything-but`, and the end of its object.
pub(super) fn read(lexer: &mut Lexer<'_>) -> Result<Criterion, InvalidPattern> {
    let criterion = match lexer.next()? {
        Token::ObjectStart => operator(lexer)?,
        Token::ArrayStart => list(lexer)?,
        Token::Text(text) => Criterion::NoText(vec![TextTest::Is(text)]),
        // A single number out of range is refused without a place (I, Ruler's sources).
        Token::Number(text) => {
            Amount::parse(&text).ok_or_else(|| InvalidPattern::new(OUT_OF_RANGE))?;
            Criterion::NoFigure(vec![Figure::parse(&text)])
        }
        _ => return Err(lexer.refuse(WRONG_VALUE)),
    };
    close(lexer, TOO_MANY)?;
    Ok(criterion)
}

/// A list of strings or of numbers.
fn list(lexer: &mut Lexer<'_>) -> Result<Criterion, InvalidPattern> {
    let mut texts = Vec::new();
    let mut figures = Vec::new();
    loop {
        match lexer.next()? {
            Token::ArrayEnd => break,
            Token::Text(text) => texts.push(TextTest::Is(text)),
            Token::Number(text) => {
                Amount::parse(&text).ok_or_else(|| lexer.refuse(OUT_OF_RANGE))?;
                figures.push(Figure::parse(&text));
            }
            _ => return Err(lexer.refuse_twice(WRONG_ELEMENT)),
        }
    }
    match (texts.is_empty(), figures.is_empty()) {
        (false, true) => Ok(Criterion::NoText(texts)),
        (true, false) => Ok(Criterion::NoFigure(figures)),
        (true, true) | (false, false) => Err(lexer.refuse(MIXED)),
    }
}

/// An operator whose brace is read, and the end of its object.
fn operator(lexer: &mut Lexer<'_>) -> Result<Criterion, InvalidPattern> {
    let Token::Name(name) = lexer.next()? else {
        return Err(lexer.refuse("Anything-But expression name not found"));
    };
    let Some(operator) = Operator::parse(&name) else {
        return Err(lexer.refuse(&format!("Unsupported anything-but pattern: {name}")));
    };
    let mut operands = Vec::new();
    match lexer.next()? {
        Token::ArrayStart => loop {
            match lexer.next()? {
                Token::ArrayEnd => break,
                token => operands.push(
                    operator
                        .operand(token)
                        .map_err(|reason| lexer.refuse_twice(reason))?,
                ),
            }
        },
        token @ (Token::Text(_) | Token::Number(_)) => {
            let is_text = matches!(token, Token::Text(_));
            let operand = operator.operand(token);
            if is_text {
                lexer.settle();
            }
            operands.push(operand.map_err(|reason| lexer.refuse(reason))?);
        }
        _ => return Err(lexer.refuse(WRONG_VALUE)),
    }
    let tests = operands
        .into_iter()
        .map(|text| operator.test(lexer, text))
        .collect::<Result<Vec<_>, _>>()?;
    close(lexer, TOO_MANY)?;
    Ok(Criterion::NoText(tests))
}

#[cfg(test)]
mod tests {
    use crate::event_pattern::EventPattern;

    fn reason(operand: &str) -> String {
        let text = format!("{{\"a\": [{{\"anything-but\": {operand}}}]}}");
        let refusal = EventPattern::parse(&text).expect_err(operand);
        refusal.reason().split("\n at ").next().unwrap().to_owned()
    }

    #[test]
    fn damage_is_refused() {
        let cases = [
            ("null", super::WRONG_VALUE),
            ("true", super::WRONG_VALUE),
            ("[]", super::MIXED),
            ("[\"a\", 1]", super::MIXED),
            ("[null]", super::WRONG_ELEMENT),
            ("[[]]", super::WRONG_ELEMENT),
            ("[{\"prefix\": \"a\"}]", super::WRONG_ELEMENT),
            ("5e10", super::OUT_OF_RANGE),
            ("[1, 5e10]", super::OUT_OF_RANGE),
            ("{}", "Anything-But expression name not found"),
            (
                "{\"numeric\": [\"=\", 1]}",
                "Unsupported anything-but pattern: numeric",
            ),
            ("{\"prefix\": \"\"}", "Null prefix/suffix not allowed"),
            ("{\"suffix\": [\"\"]}", "Null prefix/suffix not allowed"),
            ("{\"suffix\": {}}", super::WRONG_VALUE),
            ("{\"prefix\": \"a\", \"suffix\": \"b\"}", super::TOO_MANY),
            (
                "{\"wildcard\": \"**\"}",
                "Consecutive wildcard characters at pos 1",
            ),
            (
                "{\"wildcard\": [\"a\", \"\\\\x\"]}",
                "Invalid escape character at pos 1",
            ),
            ("\"a\", \"b\": 1", super::TOO_MANY),
        ];
        for (operand, expected) in cases {
            assert_eq!(reason(operand), expected, "{operand}");
        }
    }

    #[test]
    fn a_place_within_a_list_is_told_twice() {
        let text = r#"{"a": [{"anything-but": [null]}]}"#;
        let refusal = EventPattern::parse(text).expect_err(text);
        assert_eq!(
            refusal.reason().matches("line: 1, column: 30]").count(),
            2,
            "{refusal}"
        );
    }
}
