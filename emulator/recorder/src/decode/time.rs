//! Times of every format that AWS puts on the wire, as seconds since 1970. The format is told by the text itself: what
//! the model and the protocol prescribe is not always what clients and emulators send.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::{Number, Value};

/// Reads a time: seconds since 1970, ISO 8601 in its extended and basic forms with any offset, RFC 822.
pub(super) fn parse(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds.into());
    }
    if text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
        && let Ok(seconds) = text.parse::<f64>()
    {
        return seconds_value(seconds);
    }
    iso8601(text).or_else(|| rfc822(text))
}

/// Seconds since 1970: a whole number where there is no fraction. `None` for what is not finite.
pub(super) fn seconds_value(seconds: f64) -> Option<Value> {
    /// Beyond this a double cannot tell neighbouring seconds apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if seconds.fract() == 0.0 && seconds.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and within what both types hold"
        )]
        return Some((seconds as i64).into());
    }
    Number::from_f64(seconds).map(Value::Number)
}

fn iso8601(text: &str) -> Option<Value> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return moment_value(moment.naive_utc());
    }
    let (clock, offset) = split_offset(text);
    let moment = ["%Y-%m-%dT%H:%M:%S%.f", "%Y%m%dT%H%M%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(clock, format).ok())
        .or_else(|| {
            let day = NaiveDate::parse_from_str(clock, "%Y-%m-%d").ok()?;
            day.and_hms_opt(0, 0, 0)
        })?;
    moment_value(moment.checked_sub_signed(chrono::TimeDelta::seconds(offset))?)
}

/// Cuts off `Z`, `+hh:mm` or `+hhmm` behind the time of day; the offset is in seconds.
fn split_offset(text: &str) -> (&str, i64) {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return (clock, 0);
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return (text, 0);
    };
    let in_time_of_day = text.find('T').is_some_and(|clock| clock < at);
    let digits = text[at + 1..].replace(':', "");
    match digits.parse::<i64>() {
        Ok(digits_value) if in_time_of_day && digits.len() == 4 => {
            let seconds = (digits_value / 100 * 60 + digits_value % 100) * 60;
            let east = text.as_bytes()[at] == b'+';
            (&text[..at], if east { seconds } else { -seconds })
        }
        _ => (text, 0),
    }
}

fn rfc822(text: &str) -> Option<Value> {
    if let Ok(moment) = DateTime::parse_from_rfc2822(text) {
        return moment_value(moment.naive_utc());
    }
    // Smithy's http-date may have a fraction, which RFC 2822 has not.
    let moment = NaiveDateTime::parse_from_str(text, "%a, %d %b %Y %H:%M:%S%.f GMT").ok()?;
    moment_value(moment)
}

fn moment_value(moment: NaiveDateTime) -> Option<Value> {
    let moment = moment.and_utc();
    let (seconds, nanos) = (moment.timestamp(), moment.timestamp_subsec_nanos());
    if nanos == 0 {
        return Some(seconds.into());
    }
    if seconds >= 0 {
        // By way of the text: the nearest double to what was written, which a sum is not always.
        return seconds_value(format!("{seconds}.{nanos:09}").parse().ok()?);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "dates before 1970 are rare and no longer than a double's digits"
    )]
    let seconds = seconds as f64;
    seconds_value(seconds + f64::from(nanos) / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_format() {
        for (text, seconds) in [
            ("1763892000", json!(1_763_892_000)),
            ("1763892000.000", json!(1_763_892_000)),
            ("1763892000.125", json!(1_763_892_000.125)),
            ("1.763892E9", json!(1_763_892_000)),
            ("-1.5", json!(-1.5)),
            ("2025-11-23T10:00:00Z", json!(1_763_892_000)),
            ("2025-11-23T10:00:00", json!(1_763_892_000)),
            ("2025-11-23T10:00:00.123456Z", json!(1_763_892_000.123_456)),
            ("2025-11-23T11:00:00+01:00", json!(1_763_892_000)),
            ("2025-11-23T05:00:00.5-0500", json!(1_763_892_000.5)),
            ("20251123T100000Z", json!(1_763_892_000)),
            ("2025-11-23", json!(1_763_856_000)),
            ("1969-12-31T23:59:58.5Z", json!(-1.5)),
            ("Sun, 23 Nov 2025 10:00:00 GMT", json!(1_763_892_000)),
            ("Sun, 23 Nov 2025 10:00:00.25 GMT", json!(1_763_892_000.25)),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn no_time() {
        for text in [
            "",
            "soon",
            "inf",
            "-inf",
            "1e999",
            "2025-13-01T00:00:00Z",
            "T+0000",
            "é+éé",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
