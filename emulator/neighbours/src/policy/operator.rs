//! The operators of conditions: how a policy's value and a request's are compared.

use std::cmp::Ordering::{self, Equal, Greater, Less};
use std::net::IpAddr;

use localtrail_core::Timestamp;

use super::wildcard::{arn_matches, matches};

/// An operator without its quantifier and its `IfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) comparison: Comparison,
    /// It holds where the comparison does not.
    pub(super) negated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    EqualIgnoringCase,
    Like,
    Arn,
    Bool,
    Null,
    Ip,
    Numeric(Order),
    Date(Order),
}

/// The orderings of the request's value to the policy's with which a comparison holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order(&'static [Ordering]);

impl Operator {
    /// Reads a name such as `StringNotEquals`; `None` for what is no operator known here.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (comparison, negated) = match name {
            "StringEquals" => (Comparison::Equal, false),
            "StringNotEquals" => (Comparison::Equal, true),
            "StringEqualsIgnoreCase" => (Comparison::EqualIgnoringCase, false),
            "StringNotEqualsIgnoreCase" => (Comparison::EqualIgnoringCase, true),
            "StringLike" => (Comparison::Like, false),
            "StringNotLike" => (Comparison::Like, true),
            "ArnEquals" | "ArnLike" => (Comparison::Arn, false),
            "ArnNotEquals" | "ArnNotLike" => (Comparison::Arn, true),
            "Bool" => (Comparison::Bool, false),
            "Null" => (Comparison::Null, false),
            "IpAddress" => (Comparison::Ip, false),
            "NotIpAddress" => (Comparison::Ip, true),
            _ => return Self::of_order(name),
        };
        Some(Self {
            comparison,
            negated,
        })
    }

    /// `Numeric…` and `Date…`.
    fn of_order(name: &str) -> Option<Self> {
        let (kind, rest): (fn(Order) -> Comparison, &str) =
            match (name.strip_prefix("Numeric"), name.strip_prefix("Date")) {
                (Some(rest), _) => (Comparison::Numeric, rest),
                (_, Some(rest)) => (Comparison::Date, rest),
                (None, None) => return None,
            };
        let (order, negated): (&[Ordering], bool) = match rest {
            "Equals" => (&[Equal], false),
            "NotEquals" => (&[Equal], true),
            "LessThan" => (&[Less], false),
            "LessThanEquals" => (&[Less, Equal], false),
            "GreaterThan" => (&[Greater], false),
            "GreaterThanEquals" => (&[Greater, Equal], false),
            _ => return None,
        };
        Some(Self {
            comparison: kind(Order(order)),
            negated,
        })
    }
}

impl Comparison {
    /// Whether the request's value fits the policy's.
    pub(super) fn fits(self, wanted: &str, actual: &str) -> bool {
        match self {
            Self::Equal => wanted == actual,
            Self::EqualIgnoringCase | Self::Bool => wanted.eq_ignore_ascii_case(actual),
            Self::Like => matches(wanted, actual),
            Self::Arn => arn_matches(wanted, actual),
            Self::Null => false,
            Self::Ip => is_within(actual, wanted),
            Self::Numeric(order) => order.holds(actual.parse::<f64>().ok(), wanted.parse().ok()),
            Self::Date(order) => order.holds(date(actual), date(wanted)),
        }
    }
}

impl Order {
    /// Never with what could not be read.
    fn holds<T: PartialOrd>(self, actual: Option<T>, wanted: Option<T>) -> bool {
        let ordering = actual.zip(wanted).and_then(|(a, w)| a.partial_cmp(&w));
        ordering.is_some_and(|ordering| self.0.contains(&ordering))
    }
}

/// A date of ISO 8601, with or without a time, or seconds since the epoch (D, IAM date operators).
fn date(text: &str) -> Option<Timestamp> {
    let seconds = text.parse().map(Timestamp::from_seconds).ok();
    seconds
        .or_else(|| Timestamp::parse_iso(text))
        .or_else(|| Timestamp::parse_iso(&format!("{text}T00:00:00Z")))
}

/// Whether an address lies in a range such as `203.0.113.0/24`, or is that address.
fn is_within(address: &str, range: &str) -> bool {
    let (network, length) = match range.split_once('/') {
        Some((network, length)) => (network, Some(length)),
        None => (range, None),
    };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(four) => (u128::from(four.to_bits()) << 96, 32),
        IpAddr::V6(six) => (six.to_bits(), 128),
    };
    let (Ok(address), Ok(network)) = (address.parse().map(bits), network.parse().map(bits)) else {
        return false;
    };
    let length = length.map_or(Some(network.1), |length| length.parse::<u32>().ok());
    match length {
        Some(length) if address.1 == network.1 && length <= network.1 => {
            // Shifted by all its bits, nothing is left to differ.
            let kept = |bits: u128| bits.checked_shr(128 - length).unwrap_or(0);
            kept(address.0) == kept(network.0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(name: &str, wanted: &str, actual: &str) -> bool {
        let operator = Operator::parse(name).unwrap();
        operator.comparison.fits(wanted, actual) != operator.negated
    }

    #[test]
    fn addresses_and_ranges() {
        for (range, address, within) in [
            ("127.0.0.0/8", "127.1.2.3", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("0.0.0.0/0", "9.9.9.9", true),
            ("203.0.113.0/24", "203.0.114.1", false),
            ("2001:db8::/32", "2001:db8::1", true),
            ("::/0", "1.2.3.4", false),
            ("1.2.3.4/33", "1.2.3.4", false),
            ("x", "1.2.3.4", false),
            ("1.2.3.4", "athena.amazonaws.com", false),
        ] {
            assert_eq!(holds("IpAddress", range, address), within, "{range}");
            assert_ne!(holds("NotIpAddress", range, address), within, "{range}");
        }
    }

    #[test]
    fn numbers_and_dates() {
        assert!(holds("NumericEquals", "10", "10.0"));
        assert!(holds("NumericNotEquals", "10", "11"));
        assert!(holds("NumericLessThanEquals", "10", "10"));
        assert!(!holds("NumericLessThan", "x", "1"));
        assert!(holds(
            "DateGreaterThan",
            "2026-11-23",
            "2026-11-23T00:00:01Z"
        ));
        assert!(holds("DateLessThan", "2026-11-24T00:00:00Z", "1795392000"));
        assert!(holds("DateEquals", "1970-01-01T00:00:01Z", "1"));
        assert!(!holds("DateEquals", "soon", "1"));
        assert_eq!(Operator::parse("DateBefore"), None);
        assert_eq!(Operator::parse("Numeric"), None);
    }
}
