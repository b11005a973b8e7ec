//! One entry of a field's list: what it asks of the field's values.
//!
//! Not here: how it is written, and which values a field has.

use serde_json::Value;

use super::address::Block;
use super::amount::{Figure, Span};
use super::text::TextTest;

/// A value that is itself and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Constant {
    /// `true`.
    True,
    /// `false`.
    False,
    /// `null`.
    Null,
}

/// An entry of a field's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Criterion {
    /// This very constant.
    Constant(Constant),
    /// A number equal to this one.
    Figure(Figure),
    /// A number within the span.
    Span(Span),
    /// A string that passes.
    Text(TextTest),
    /// A string that is an address in the block.
    Block(Block),
    /// Anything but a string that passes one of these. No string at all is fine (O, for null and numbers).
    NoText(Vec<TextTest>),
    /// Anything but one of these numbers.
    NoFigure(Vec<Figure>),
    /// Any value.
    Present,
    /// No value, which no value is (see [`Criterion::allows_absence`]).
    Absent,
}

impl Criterion {
    /// Whether one value of the field, which is neither object nor array, is what the entry asks for.
    pub(super) fn picks(&self, value: &Value) -> bool {
        match self {
            Self::Constant(Constant::True) => *value == Value::Bool(true),
            Self::Constant(Constant::False) => *value == Value::Bool(false),
            Self::Constant(Constant::Null) => value.is_null(),
            Self::Figure(figure) => matches!(value, Value::Number(number) if figure.equals(number)),
            Self::Span(span) => matches!(value, Value::Number(number) if span.holds(number)),
            Self::Text(asked) => matches!(value, Value::String(text) if asked.holds(text)),
            Self::Block(block) => matches!(value, Value::String(text) if block.holds(text)),
            Self::NoText(tests) => match value {
                Value::String(text) => !tests.iter().any(|test| test.holds(text)),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => true,
            },
            Self::NoFigure(figures) => match value {
                Value::Number(number) => !figures.iter().any(|figure| figure.equals(number)),
                Value::Null
                | Value::Bool(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => true,
            },
            Self::Present => true,
            Self::Absent => false,
        }
    }

    /// Whether the entry is content with a field that has no value.
    pub(super) fn allows_absence(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_pick_values_of_their_kind() {
        let values = [
            json!("a"),
            json!("10.0.0.1"),
            json!(1),
            json!(null),
            json!(true),
            json!(false),
        ];
        let cases = [
            (
                Criterion::Constant(Constant::Null),
                [false, false, false, true, false, false],
            ),
            (
                Criterion::Constant(Constant::True),
                [false, false, false, false, true, false],
            ),
            (
                Criterion::Constant(Constant::False),
                [false, false, false, false, false, true],
            ),
            (
                Criterion::Figure(Figure::parse("1.0")),
                [false, false, true, false, false, false],
            ),
            (
                Criterion::Text(TextTest::Is("a".to_owned())),
                [true, false, false, false, false, false],
            ),
            (
                Criterion::Block(Block::V4(0, u32::MAX)),
                [false, true, false, false, false, false],
            ),
            (
                Criterion::NoText(vec![TextTest::Is("a".to_owned())]),
                [false, true, true, true, true, true],
            ),
            (
                Criterion::NoFigure(vec![Figure::parse("1")]),
                [true, true, false, true, true, true],
            ),
            (Criterion::Present, [true; 6]),
            (Criterion::Absent, [false; 6]),
        ];
        for (criterion, expected) in cases {
            let picked = values.clone().map(|value| criterion.picks(&value));
            assert_eq!(picked, expected, "{criterion:?}");
        }
    }
}
