//! The text of a pattern and the way AWS names a place in it.
//!
//! AWS reads patterns with Jackson, and the message of a refusal ends with Jackson's location (O).
//!
//! Not here: what stands at the place.

/// Characters of the text that a location repeats (I, Jackson's default for a source's content).
const MAX_SHOWN_UNITS: usize = 500;

/// A pattern's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'t>(pub(super) &'t str);

impl Source<'_> {
    /// The location `[Source: …]` of a byte offset, with rows and columns counted from one and columns in UTF-16
    /// units.
    pub(super) fn location(self, offset: usize) -> String {
        let before = self.0.get(..offset).unwrap_or(self.0);
        let row = 1 + before.matches(['\n', '\r']).count() - before.matches("\r\n").count();
        let column = before
            .rsplit(['\n', '\r'])
            .next()
            .unwrap_or("")
            .encode_utf16()
            .count()
            + 1;
        format!(
            "[Source: (String)\"{}; line: {row}, column: {column}]",
            self.shown()
        )
    }

    /// The text as a location repeats it: its beginning, with control characters but line ends escaped.
    fn shown(self) -> String {
        let mut shown = String::new();
        let mut units = 0;
        for character in self.0.chars() {
            units += character.len_utf16();
            if units > MAX_SHOWN_UNITS {
                break;
            }
            if character.is_control() && character != '\n' && character != '\r' {
                shown.extend(format!("\\u{:04X}", u32::from(character)).chars());
            } else {
                shown.push(character);
            }
        }
        shown.push('"');
        let left_out = self
            .0
            .encode_utf16()
            .count()
            .saturating_sub(MAX_SHOWN_UNITS);
        if left_out > 0 {
            shown.extend(format!("[truncated {left_out} chars]").chars());
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_rows_and_columns_from_one() {
        let cases = [
            ("{}", 0, "line: 1, column: 1]"),
            ("{}", 2, "line: 1, column: 3]"),
            ("{\n \"a\"", 2, "line: 2, column: 1]"),
            ("{\r\n \"a\"", 5, "line: 2, column: 3]"),
            ("\n\n\n", 3, "line: 4, column: 1]"),
            ("\"\u{1F600}x", 5, "line: 1, column: 4]"),
            ("ab", 99, "line: 1, column: 3]"),
        ];
        for (text, offset, end) in cases {
            let location = Source(text).location(offset);
            assert!(location.ends_with(end), "{text:?} at {offset}: {location}");
        }
    }

    #[test]
    fn a_long_text_is_shown_by_its_beginning() {
        let text = "x".repeat(MAX_SHOWN_UNITS + 7);
        let location = Source(&text).location(0);
        assert!(
            location.ends_with("x\"[truncated 7 chars]; line: 1, column: 1]"),
            "{location}"
        );
        assert!(Source("a\tb").location(0).contains("a\\u0009b"));
    }
}
