//! The pattern of `wildcard`: `*` stands for any characters or none, `\*` and `\\` for themselves (D).
//!
//! Not here: the wildcards of policies, which know `?` and no escapes.

/// Stars in one value at most. Six were refused as too complex (O); that five are not is ours (I). AWS weighs how many
/// beginnings of its patterns one value may meet at once, and every star that is passed is one of them, but neither
/// the measure nor its limit is documented.
const MAX_STARS: usize = 5;

/// What is wrong with a wildcard pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WildcardFault {
    /// Its writing; the reason is AWS's.
    Written(String),
    /// It has too many stars.
    Complex,
}

/// A pattern cut at its stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wildcard {
    /// What the value begins with; all of it if there is no star.
    head: String,
    /// What stands between stars, in order, and last what the value ends with.
    tail: Vec<String>,
}

impl Wildcard {
    /// Reads a pattern. Positions in reasons are bytes, counted with the opening quote (O).
    pub(super) fn parse(text: &str) -> Result<Self, WildcardFault> {
        let mut pieces = vec![String::new()];
        let mut characters = text.char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let position = offset + 1;
            let literal = match character {
                '*' if characters.peek().is_some_and(|(_, next)| *next == '*') => {
                    return Err(WildcardFault::Written(format!(
                        "Consecutive wildcard characters at pos {position}"
                    )));
                }
                '*' => {
                    pieces.push(String::new());
                    continue;
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('*' | '\\'))) => escaped,
                    Some(_) | None => {
                        return Err(WildcardFault::Written(format!(
                            "Invalid escape character at pos {position}"
                        )));
                    }
                },
                other => other,
            };
            if let Some(piece) = pieces.last_mut() {
                piece.push(literal);
            }
        }
        let head = pieces.remove(0);
        if pieces.len() > MAX_STARS {
            Err(WildcardFault::Complex)
        } else {
            Ok(Self { head, tail: pieces })
        }
    }

    /// Whether a value is of the pattern. The leftmost place for every piece is as good as any, so nothing is ever
    /// tried twice.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((end, between)) = self.tail.split_last() else {
            return text == self.head;
        };
        let Some(mut rest) = text.strip_prefix(self.head.as_str()) else {
            return false;
        };
        for piece in between {
            let Some((_, behind)) = rest.split_once(piece.as_str()) else {
                return false;
            };
            rest = behind;
        }
        rest.ends_with(end.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("a", "a", true),
            ("*", "", true),
            ("*", "anything", true),
            ("Simple*Service", "SimpleQueueService", true),
            ("Simple*Service", "SimpleService", true),
            ("Simple*Service", "SimpleServic", false),
            ("ab*ba", "aba", false),
            ("ab*ba", "abba", true),
            ("*ab*ab", "ab", false),
            ("*ab*ab", "abab", true),
            ("dir/*.png", "dir/sub/x.png", true),
            ("dir/*.png", "dir/x.jpg", false),
            ("*/bin/*.jar", "/usr/bin/x.jar", true),
            ("*a*b*c*", "xxaxxbxxcxx", true),
            ("*a*b*c*", "xxaxxcxxbxx", false),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("a\\\\*", "a\\b", true),
            ("*\u{e9}*", "caf\u{e9}!", true),
        ];
        for (pattern, text, matched) in cases {
            assert_eq!(
                Wildcard::parse(pattern).expect(pattern).matches(text),
                matched,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn damaged_patterns_are_refused() {
        let cases = [
            ("**", "Consecutive wildcard characters at pos 1"),
            ("\u{e9}**", "Consecutive wildcard characters at pos 3"),
            (
                "arn:aws:events:us-east-1:**:event-bus/*",
                "Consecutive wildcard characters at pos 26",
            ),
            ("a\\b", "Invalid escape character at pos 2"),
            ("a\\", "Invalid escape character at pos 2"),
        ];
        for (pattern, reason) in cases {
            assert_eq!(
                Wildcard::parse(pattern),
                Err(WildcardFault::Written(reason.to_owned())),
                "{pattern}"
            );
        }
        assert_eq!(
            Wildcard::parse("*:*:*:*:*:event-bus/*"),
            Err(WildcardFault::Complex)
        );
    }

    #[test]
    fn a_long_value_takes_no_long_time() {
        let pattern = Wildcard::parse("*a*a*a*a*b").expect("five stars");
        assert!(!pattern.matches(&"a".repeat(1_000_000)));
    }
}
