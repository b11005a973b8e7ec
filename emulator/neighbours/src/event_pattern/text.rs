//! What a pattern may ask of a string.
//!
//! Case is ignored by Unicode's simple rules, character by character (I: Ruler's README names none).
//!
//! Not here: what values other than strings are.

use super::wildcard::Wildcard;

/// A question to a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TextTest {
    /// Is it this one?
    Is(String),
    /// Is it this one, whatever the case?
    IsIgnoringCase(String),
    /// Does it begin so?
    Prefix(String),
    /// Does it begin so, whatever the case?
    PrefixIgnoringCase(String),
    /// Does it end so?
    Suffix(String),
    /// Does it end so, whatever the case?
    SuffixIgnoringCase(String),
    /// Is it of this form?
    Wildcard(Wildcard),
}

impl TextTest {
    /// The answer.
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Is(wanted) => text == wanted,
            Self::IsIgnoringCase(wanted) => folded(text).eq(folded(wanted)),
            Self::Prefix(wanted) => text.starts_with(wanted),
            Self::PrefixIgnoringCase(wanted) => begins(folded(text), folded(wanted)),
            Self::Suffix(wanted) => text.ends_with(wanted),
            Self::SuffixIgnoringCase(wanted) => begins(folded(text).rev(), folded(wanted).rev()),
            Self::Wildcard(wildcard) => wildcard.matches(text),
        }
    }
}

fn folded(text: &str) -> impl DoubleEndedIterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn begins(mut text: impl Iterator<Item = char>, wanted: impl Iterator<Item = char>) -> bool {
    wanted
        .into_iter()
        .all(|character| text.next() == Some(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_asked() {
        let word = || "EventB".to_owned();
        let cases = [
            (TextTest::Is(word()), "EventB", true),
            (TextTest::Is(word()), "eventb", false),
            (TextTest::IsIgnoringCase(word()), "eVENTb", true),
            (TextTest::IsIgnoringCase(word()), "eventbr", false),
            (TextTest::IsIgnoringCase(word()), "event", false),
            (
                TextTest::IsIgnoringCase("\u{c9}T\u{c9}".to_owned()),
                "\u{e9}t\u{e9}",
                true,
            ),
            (TextTest::Prefix(word()), "EventBridge", true),
            (TextTest::Prefix(word()), "eventbridge", false),
            (TextTest::Prefix(String::new()), "", true),
            (TextTest::PrefixIgnoringCase(word()), "EVENTBRIDGE", true),
            (TextTest::PrefixIgnoringCase(word()), "EVENT", false),
            (TextTest::Suffix(".png".to_owned()), "x.png", true),
            (TextTest::Suffix(".png".to_owned()), "x.PNG", false),
            (
                TextTest::SuffixIgnoringCase(".png".to_owned()),
                "x.PNG",
                true,
            ),
            (
                TextTest::SuffixIgnoringCase(".png".to_owned()),
                "png",
                false,
            ),
        ];
        for (test, text, expected) in cases {
            assert_eq!(test.holds(text), expected, "{test:?} of {text}");
        }
    }
}
