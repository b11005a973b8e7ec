//! Whether one JSON value is of a shape's type, nothing below it considered.
//! Not a parser: it accepts or refuses text, and converts nothing.

use serde_json::{Number, Value};

use crate::service::Kind;

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// A number written without fraction and exponent.
    Integer,
    /// Any other number.
    Fraction,
    /// A string.
    String,
    /// An array.
    List,
    /// An object.
    Object,
}

impl JsonKind {
    /// The kind of this value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(true) => Self::True,
            Value::Bool(false) => Self::False,
            Value::Number(number) if number.is_f64() => Self::Fraction,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }
}

/// Whether the value's own type fits; null fits nothing here.
pub(crate) fn fits(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Structure | Kind::Map, Value::Object(_))
        | (Kind::List, Value::Array(_))
        | (Kind::String, Value::String(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Float | Kind::Double | Kind::Timestamp, Value::Number(_)) => true,
        (Kind::Integer, Value::Number(number)) => fits_integer(number),
        (Kind::Long, Value::Number(number)) => number.as_i64().is_some(),
        // JSON has no number for these three, so AWS's protocols spell them.
        (Kind::Float | Kind::Double, Value::String(text)) => {
            matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity")
        }
        (Kind::Timestamp, Value::String(text)) => is_iso_8601(text),
        (Kind::Blob, Value::String(text)) => blob_length(text).is_some(),
        _ => false,
    }
}

fn fits_integer(number: &Number) -> bool {
    number
        .as_i64()
        .is_some_and(|number| i32::try_from(number).is_ok())
}

/// The count of bytes behind padded standard base64; `None` if it is none.
pub(crate) fn blob_length(text: &str) -> Option<u64> {
    let digits = text
        .strip_suffix("==")
        .or(text.strip_suffix('='))
        .unwrap_or(text);
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    let is_base64 = text.len().is_multiple_of(4) && digits.bytes().all(is_digit);
    is_base64.then_some(digits.len() as u64 * 3 / 4)
}

/// Whether the text is a date and time such as `2026-01-02T03:04:05.678Z` or
/// `2026-01-02T03:04:05+01:00`. CloudTrail's protocol wants numbers; the text is
/// taken too because people write requests by hand.
fn is_iso_8601(text: &str) -> bool {
    let Some((seconds, rest)) = text.as_bytes().split_at_checked(19) else {
        return false;
    };
    let form = b"dddd-dd-ddTdd:dd:dd";
    let formed = seconds.iter().zip(form).all(|(byte, form)| match form {
        b'd' => byte.is_ascii_digit(),
        mark => byte == mark,
    });
    let two = |at: usize| (seconds[at] - b'0') * 10 + (seconds[at + 1] - b'0');
    let in_range = || {
        (1..=12).contains(&two(5))
            && (1..=31).contains(&two(8))
            && two(11) < 24
            && two(14) < 60
            && two(17) <= 60
    };
    formed && in_range() && is_fraction_and_zone(rest)
}

fn is_fraction_and_zone(rest: &[u8]) -> bool {
    let zone = match rest.strip_prefix(b".") {
        None => rest,
        Some(fraction) => {
            let digits = fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 {
                return false;
            }
            &fraction[digits..]
        }
    };
    match zone {
        b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_are_whole_and_in_range() {
        assert!(fits(Kind::Integer, &json!(-2_147_483_648_i64)));
        assert!(!fits(Kind::Integer, &json!(2_147_483_648_i64)));
        assert!(fits(Kind::Long, &json!(2_147_483_648_i64)));
        assert!(!fits(Kind::Long, &json!(u64::MAX)));
        for value in [json!(1.5), json!(1.0), json!("1"), json!(true), json!(null)] {
            assert!(!fits(Kind::Integer, &value), "{value}");
        }
    }

    #[test]
    fn a_time_is_a_number_or_a_full_date_and_time() {
        for good in [
            json!(1_700_000_000),
            json!(1.5),
            json!(-1),
            json!("2026-01-02T03:04:05Z"),
        ] {
            assert!(fits(Kind::Timestamp, &good), "{good}");
        }
        assert!(is_iso_8601("2026-01-02T03:04:05.678+01:00"));
        let bad = [
            "",
            "yesterday",
            "2026-01-02",
            "2026-01-02T03:04:05",
            "2026-13-02T03:04:05Z",
        ];
        for bad in bad
            .into_iter()
            .chain(["2026-01-02T03:04:05.Z", "2026-01-02T03:04:0éZ"])
        {
            assert!(!is_iso_8601(bad), "{bad}");
        }
    }

    #[test]
    fn a_blob_is_padded_base64() {
        assert_eq!(blob_length(""), Some(0));
        assert_eq!(blob_length("AQ=="), Some(1));
        assert_eq!(blob_length("AQI="), Some(2));
        assert_eq!(blob_length("AQID"), Some(3));
        for bad in ["A", "AQ", "A===", "====", "A Q=", "é==="] {
            assert_eq!(blob_length(bad), None, "{bad}");
        }
    }
}
