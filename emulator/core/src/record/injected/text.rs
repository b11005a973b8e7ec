//! The text of a record, looked at byte by byte: white space between tokens, nesting, and what some readers of JSON stumble
//! over. What the members mean is not seen here.

/// What one pass over a record's bytes tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Survey {
    /// How deep it nests.
    pub(super) depth: usize,
    /// Whether no white space stands between tokens.
    pub(super) is_compact: bool,
    /// Whether it has what can be JSON and yet unreadable: halves of surrogate pairs, numbers too large for any type. They
    /// show only when every value is read, which costs more than all else here.
    pub(super) is_doubtful: bool,
}

/// Digits of a number that every reader takes; `u64` has up to twenty.
const PLAIN_DIGITS: usize = 20;

/// Looks at the whole text.
pub(super) fn survey(json: &str) -> Survey {
    let mut survey = Survey {
        depth: 0,
        is_compact: true,
        is_doubtful: false,
    };
    let (mut depth, mut digits) = (0_usize, 0_usize);
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = behind_string(bytes, at, &mut survey),
            b'{' | b'[' => {
                depth += 1;
                survey.depth = survey.depth.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'e' | b'E' => survey.is_doubtful |= digits > 0,
            b' ' | b'\n' | b'\r' | b'\t' => survey.is_compact = false,
            _ => {}
        }
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        survey.is_doubtful |= digits > PLAIN_DIGITS;
    }
    survey
}

/// Where a string ends whose inside begins here. Most of a record is inside of strings, so this goes by leaps.
fn behind_string(bytes: &[u8], mut at: usize, survey: &mut Survey) -> usize {
    while let Some(leap) = memchr::memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += leap + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        survey.is_doubtful |= bytes.get(at) == Some(&b'u');
        at += 1;
    }
    bytes.len()
}

/// The text without white space between tokens, so that it stays on one line in a log file.
pub(super) fn compact(json: &str) -> String {
    let mut place = Place::Between;
    json.chars().filter(|&c| place.step(c)).collect()
}

/// Where in JSON text a character stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    InString,
    Escaped,
}

impl Place {
    /// Steps over a character, and says whether it matters: all do but white space between tokens.
    fn step(&mut self, c: char) -> bool {
        let before = *self;
        *self = match (before, c) {
            (Self::Between, '"') | (Self::Escaped, _) => Self::InString,
            (Self::InString, '\\') => Self::Escaped,
            (Self::InString, '"') => Self::Between,
            (unchanged, _) => unchanged,
        };
        before != Self::Between || !matches!(c, ' ' | '\n' | '\r' | '\t')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_tells_depth_white_space_and_doubt() {
        let plain = survey(r#"{"a":[{"b":" } ] \" "}],"c":true,"d":1376.0}"#);
        let expected = Survey {
            depth: 3,
            is_compact: true,
            is_doubtful: false,
        };
        assert_eq!(plain, expected);
        assert!(!survey("{ }").is_compact && !survey("{\n}").is_compact);
        for doubtful in [
            r#"{"a":"\ud800"}"#,
            r#"{"a":1e999}"#,
            r#"{"a":1E5}"#,
            r#"{"a":123456789012345678901}"#,
        ] {
            assert!(survey(doubtful).is_doubtful, "{doubtful}");
        }
        for plain in [
            r#"{"a":"1e999 123456789012345678901 \\"}"#,
            r#"{"a":18446744073709551615}"#,
            "{\"a\":false,\"b\":null}",
        ] {
            assert!(!survey(plain).is_doubtful, "{plain}");
        }
    }

    #[test]
    fn white_space_inside_text_stays() {
        assert_eq!(
            compact("{ \"a b\" :\r\n\t\" \\\" c \" }"),
            "{\"a b\":\" \\\" c \"}"
        );
    }
}
