//! Changes a member of a record and leaves every other byte as it was.

/// The record with this text as the value of a member at its top, which must be text already; `None` when it has none.
pub(super) fn replace(record: &str, member: &str, text: &str) -> Option<String> {
    let value = find(record.as_bytes(), member)?;
    let (before, after) = (&record[..value.start], &record[value.end..]);
    Some(format!("{before}\"{text}\"{after}"))
}

/// Where the value of the member stands, with its quotes.
fn find(json: &[u8], member: &str) -> Option<std::ops::Range<usize>> {
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
                    let is_text = json.get(value) == Some(&b'"');
                    return is_text.then_some(value..string_end(json, value)?);
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
            replace(record, "eventTime", "new").unwrap(),
            record.replace(r#""old\"er""#, r#""new""#)
        );
        for none in [
            r#"{"a":{"eventTime":"x"}}"#,
            r#"{"eventTime":1}"#,
            r#"{"eventTime":"x"#,
            "]",
            "",
        ] {
            assert_eq!(replace(none, "eventTime", "new"), None, "{none}");
        }
    }
}
