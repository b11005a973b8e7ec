//! Changes a member of a record and leaves every other byte as it was.

use localtrail::Timestamp;

/// The record with its event at another time: `eventTime`, or both ends of an aggregated event's window, at their distance.
pub(super) fn at_time(record: &str, time: Timestamp) -> Option<String> {
    let iso = time.iso();
    if let Some(moved) = replace(record, &["eventTime"], &iso) {
        return Some(moved);
    }
    let end = told(record, &["timeWindow", "windowEnd"])?;
    let moved = replace(record, &["timeWindow", "windowEnd"], &iso)?;
    let Some(start) = told(record, &["timeWindow", "windowStart"]) else {
        return Some(moved);
    };
    let start = time.minus(end.since(start)).iso();
    replace(&moved, &["timeWindow", "windowStart"], &start)
}

/// The record with another id of its event.
pub(super) fn with_id(record: &str, id: &str) -> Option<String> {
    // Aggregated events spell it otherwise.
    replace(record, &["eventID"], id).or_else(|| replace(record, &["eventId"], id))
}

fn told(record: &str, path: &[&str]) -> Option<Timestamp> {
    let value = find(record.as_bytes(), path)?;
    Timestamp::parse_iso(record[value].trim_matches('"'))
}

/// The record with this text as the value at a path, which must be text already; `None` when there is none.
fn replace(record: &str, path: &[&str], text: &str) -> Option<String> {
    let value = find(record.as_bytes(), path)?;
    if !record[value.clone()].starts_with('"') {
        return None;
    }
    let (before, after) = (&record[..value.start], &record[value.end..]);
    Some(format!("{before}\"{text}\"{after}"))
}

/// Where the value at a path stands: text with its quotes, or an object.
fn find(json: &[u8], path: &[&str]) -> Option<std::ops::Range<usize>> {
    let (member, rest) = path.split_first()?;
    let value = member_at(json, member)?;
    if rest.is_empty() {
        return Some(value);
    }
    let inner = find(&json[value.clone()], rest)?;
    Some(value.start + inner.start..value.start + inner.end)
}

/// Where the value of a member at the top stands, if it is text or an object.
fn member_at(json: &[u8], member: &str) -> Option<std::ops::Range<usize>> {
    let mut depth = 0_u32;
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b'"' => {
                let end = string_end(json, at)?;
                let name = &json[at + 1..end - 1];
                let colon = skip_blanks(json, end);
                if depth == 1 && json.get(colon) == Some(&b':') && name == member.as_bytes() {
                    let value = skip_blanks(json, colon + 1);
                    return match json.get(value)? {
                        b'"' => Some(value..string_end(json, value)?),
                        b'{' => Some(value..object_end(json, value)?),
                        _ => None,
                    };
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Just behind the string that begins here.
fn string_end(json: &[u8], begin: usize) -> Option<usize> {
    let mut at = begin + 1;
    loop {
        match json.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Just behind the object that begins here.
fn object_end(json: &[u8], begin: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_u32, begin);
    loop {
        match json.get(at)? {
            b'"' => {
                at = string_end(json, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

fn skip_blanks(json: &[u8], from: usize) -> usize {
    let rest = json.get(from..).unwrap_or_default();
    from + rest
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_member_at_the_top_changes() {
        let record = r#"{"a":{"eventTime":"inner"},"b":"\"eventTime\":\"x\"","c":["eventTime"],"d":"eventTime", "eventTime" : "old\"er" ,"z":1.0}"#;
        assert_eq!(
            replace(record, &["eventTime"], "new").unwrap(),
            record.replace(r#""old\"er""#, r#""new""#)
        );
        for none in [
            r#"{"a":{"eventTime":"x"}}"#,
            r#"{"eventTime":1}"#,
            r#"{"eventTime":{"a":"}"#,
            r#"{"eventTime":{}}"#,
            r#"{"eventTime":"x"#,
            "]",
            "",
        ] {
            assert_eq!(replace(none, &["eventTime"], "new"), None, "{none}");
        }
    }

    #[test]
    fn windows_of_aggregated_events_keep_their_length() {
        let record = r#"{"eventId":"a","timeWindow": {"x":["}"],"windowStart":"2025-11-17T19:20:00Z","windowEnd":"2025-11-17T19:25:00Z"},"z":1.0}"#;
        let time = Timestamp::parse_iso("2026-01-01T00:01:00Z").unwrap();
        let expected = record
            .replace("2025-11-17T19:20:00Z", "2025-12-31T23:56:00Z")
            .replace("2025-11-17T19:25:00Z", "2026-01-01T00:01:00Z");
        assert_eq!(at_time(record, time).unwrap(), expected);
        assert_eq!(
            with_id(record, "b").unwrap(),
            record.replace(r#":"a""#, r#":"b""#)
        );
        assert_eq!(at_time("{}", time), None);
    }
}
