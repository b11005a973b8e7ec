//! Single values of the protocols that write everything as text: XML, forms, headers, paths.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use localtrail_model::catalogue::Kind;
use serde_json::{Number, Value};

use super::time;

/// A text as its kind says; the text itself where it does not fit, so that a wrong parameter is told as it was sent.
/// `Null` for an empty text of a kind that has no empty value.
pub(super) fn typed(text: String, kind: Option<&Kind>) -> Value {
    let trimmed = text.trim();
    let value = match kind {
        Some(Kind::Integer) => integer(trimmed),
        Some(Kind::Double) => double(trimmed),
        Some(Kind::Boolean) => boolean(trimmed),
        Some(Kind::Timestamp(_)) => time::parse(trimmed),
        Some(Kind::Blob) => return Value::String(trimmed.to_owned()),
        Some(
            Kind::String
            | Kind::Document
            | Kind::Structure(_)
            | Kind::List { .. }
            | Kind::Map { .. },
        )
        | None => return Value::String(text),
    };
    match value {
        Some(value) => value,
        None if trimmed.is_empty() => Value::Null,
        None => Value::String(text),
    }
}

/// A number of a kind that has fractions. Written with one even where it is whole, as the Java behind AWS's records
/// prints doubles (I); text where JSON has no such number.
pub(super) fn double_value(number: f64) -> Value {
    match Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => Value::String("NaN".to_owned()),
        None if number > 0.0 => Value::String("Infinity".to_owned()),
        None => Value::String("-Infinity".to_owned()),
    }
}

/// Bytes as they stand in the tree.
pub(super) fn bytes_value(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}

fn integer(text: &str) -> Option<Value> {
    match text.parse::<i64>() {
        Ok(number) => Some(number.into()),
        Err(_) => text.parse::<u64>().ok().map(Value::from),
    }
}

fn double(text: &str) -> Option<Value> {
    // Rust reads "inf" and "nan" in many spellings; AWS has three, which stay text.
    if !text.ends_with(|last: char| last.is_ascii_digit() || last == '.') {
        return None;
    }
    let number = text.parse::<f64>().ok()?;
    Number::from_f64(number).map(Value::Number)
}

fn boolean(text: &str) -> Option<Value> {
    if text.eq_ignore_ascii_case("true") {
        Some(true.into())
    } else if text.eq_ignore_ascii_case("false") {
        Some(false.into())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn by_kind() {
        for (text, kind, value) in [
            ("12", Kind::Integer, json!(12)),
            (
                "18446744073709551615",
                Kind::Integer,
                json!(18_446_744_073_709_551_615_u64),
            ),
            ("twelve", Kind::Integer, json!("twelve")),
            (" 1.50 ", Kind::Double, json!(1.5)),
            ("5", Kind::Double, json!(5.0)),
            ("Infinity", Kind::Double, json!("Infinity")),
            ("inf", Kind::Double, json!("inf")),
            ("True", Kind::Boolean, json!(true)),
            ("yes", Kind::Boolean, json!("yes")),
            ("", Kind::Boolean, Value::Null),
            (" kept ", Kind::String, json!(" kept ")),
            ("aGk=\n", Kind::Blob, json!("aGk=")),
            ("1970-01-01T00:00:01Z", Kind::Timestamp(None), json!(1)),
            ("soon", Kind::Timestamp(None), json!("soon")),
        ] {
            assert_eq!(typed(text.to_owned(), Some(&kind)), value, "{text}");
        }
    }
}
