//! Numbers as event patterns compare them.
//!
//! Not here: numbers that are merely equal in their writing, such as account ids, which [`Figure`] keeps beside.

use serde_json::Number;

/// The greatest number that is compared by value; the least is its negative (D, Ruler's README).
const MAX_MAGNITUDE: f64 = 5e9;

/// Parts of one that are told apart: six digits after the decimal point (D, "Numeric matching").
const PARTS_PER_UNIT: f64 = 1e6;

/// What AWS says of a number out of range (I, Ruler's sources).
pub(super) const OUT_OF_RANGE: &str = "Value must be between -5.0E9 and 5.0E9, inclusive";

/// A number within the range, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Amount(i64);

impl Amount {
    /// Of a number in JSON's writing. None if it is out of range.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().and_then(Self::of)
    }

    /// Of a number in an event. None if it is out of range.
    pub(super) fn of_number(number: &Number) -> Option<Self> {
        number.as_f64().and_then(Self::of)
    }

    fn of(number: f64) -> Option<Self> {
        if !(-MAX_MAGNITUDE..=MAX_MAGNITUDE).contains(&number) {
            return None;
        }
        let parts = (number * PARTS_PER_UNIT).round();
        // The range is checked above, and 5e15 is within both i64 and what f64 counts in ones.
        #[allow(clippy::cast_possible_truncation)]
        Some(Self(parts as i64))
    }
}

/// A number that an event's is to be equal to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figure {
    written: String,
    amount: Option<Amount>,
}

impl Figure {
    /// A number as a pattern writes it.
    pub(super) fn parse(text: &str) -> Self {
        Self {
            written: text.to_owned(),
            amount: Amount::parse(text),
        }
    }

    /// Equal by value within the range (O: 5 is 5.0), by writing beyond it (I, Ruler's sources, which name account
    /// ids as the reason).
    pub(super) fn equals(&self, number: &Number) -> bool {
        match (self.amount, Amount::of_number(number)) {
            (Some(mine), Some(other)) => mine == other,
            (None, None) => self.written == number.to_string(),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

/// One end of a span of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// No end.
    Open,
    /// The number belongs to the span.
    With(Amount),
    /// The number does not.
    Without(Amount),
}

/// What `numeric` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The lower end.
    pub(super) bottom: Bound,
    /// The upper end.
    pub(super) top: Bound,
}

impl Span {
    /// Whether an event's number lies within. One that is out of range never does (I).
    pub(super) fn holds(self, number: &Number) -> bool {
        let Some(amount) = Amount::of_number(number) else {
            return false;
        };
        let above = match self.bottom {
            Bound::Open => true,
            Bound::With(bottom) => amount >= bottom,
            Bound::Without(bottom) => amount > bottom,
        };
        let below = match self.top {
            Bound::Open => true,
            Bound::With(top) => amount <= top,
            Bound::Without(top) => amount < top,
        };
        above && below
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn number(text: &str) -> Number {
        match serde_json::from_str(text) {
            Ok(Value::Number(number)) => number,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn equal_numbers_are_equal_however_written() {
        let cases = [
            ("5", "5.0", true),
            ("3.018e2", "301.8", true),
            ("0", "-0.0", true),
            ("0.1", "0.2", false),
            ("300.000001", "300.000002", false),
            ("5000000000", "5e9", true),
            ("123456789012", "123456789012", true),
            ("123456789012", "123456789013", false),
            ("5", "123456789012", false),
            ("123456789012", "5", false),
        ];
        for (pattern, event, equal) in cases {
            assert_eq!(
                Figure::parse(pattern).equals(&number(event)),
                equal,
                "{pattern} and {event}"
            );
        }
    }

    #[test]
    fn the_range_ends_at_five_billion() {
        for text in ["5000000000", "-5e9", "0", "1e-300"] {
            assert!(Amount::parse(text).is_some(), "{text}");
        }
        for text in ["5000000000.1", "-5e10", "1e400", "123456789012"] {
            assert!(Amount::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn spans_know_their_ends() {
        let zero = Amount(0);
        let five = Amount(5_000_000);
        let cases = [
            (
                Bound::Without(zero),
                Bound::With(five),
                ["0", "5", "5.000001", "2"],
                [false, true, false, true],
            ),
            (
                Bound::With(zero),
                Bound::Without(five),
                ["0", "5", "-0.000001", "2"],
                [true, false, false, true],
            ),
            (
                Bound::Open,
                Bound::With(five),
                ["-5e9", "-6e9", "5", "6"],
                [true, false, true, false],
            ),
            (
                Bound::With(five),
                Bound::Open,
                ["5e9", "6e9", "5", "4"],
                [true, false, true, false],
            ),
        ];
        for (bottom, top, texts, expected) in cases {
            let span = Span { bottom, top };
            assert_eq!(
                texts.map(|text| span.holds(&number(text))),
                expected,
                "{span:?}"
            );
        }
    }
}
