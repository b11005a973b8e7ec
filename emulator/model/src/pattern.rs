//! A string's pattern: what AWS wrote, and the engine behind it, compiled at
//! first use. Not a regular-expression engine.

use std::sync::OnceLock;

use regex_lite::Regex;

/// A Java regular expression that a whole text must match.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    engine: OnceLock<Engine>,
}

impl Pattern {
    pub(crate) fn new(source: String) -> Self {
        Self {
            source,
            engine: OnceLock::new(),
        }
    }

    /// The pattern as AWS publishes it.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches. Smithy calls a pattern a search, but the
    /// services behind it use Java's `matches`, which wants the whole text;
    /// that CloudTrail does too is inferred. A pattern that ends without `$`,
    /// such as `TimeOfDay`'s, shows the difference.
    pub fn matches(&self, text: &str) -> bool {
        let engine = self.engine.get_or_init(|| {
            Engine::new(&self.source).expect("a test compiles every pattern of the models")
        });
        engine.matches(text)
    }
}

/// The compiled pattern. Most patterns repeat one class of characters; for
/// those a table of the class answers for ASCII texts, many times faster
/// than the automaton, which matters for selectors with hundreds of values.
#[derive(Debug)]
struct Engine {
    regex: Regex,
    /// The ASCII characters of the repeated class, bit by bit.
    class: Option<u128>,
}

impl Engine {
    fn new(source: &str) -> Result<Self, regex_lite::Error> {
        let regex = Regex::new(&format!("^(?:{})$", translate(source)))?;
        // A text of one character matches X+ or X* just when it is an X.
        let class = repeats_one_class(source).then(|| {
            let members = (0..128_u8).filter(|byte| regex.is_match(&char::from(*byte).to_string()));
            members.fold(0, |class, byte| class | 1 << byte)
        });
        Ok(Self { regex, class })
    }

    fn matches(&self, text: &str) -> bool {
        let Some(class) = self.class.filter(|_| !text.is_empty()) else {
            return self.regex.is_match(text);
        };
        let mut is_ascii = true;
        for byte in text.bytes() {
            if !byte.is_ascii() {
                is_ascii = false;
            } else if class >> byte & 1 == 0 {
                return false;
            }
        }
        is_ascii || self.regex.is_match(text)
    }
}

/// Whether a pattern is one class, dot or class escape under `*` or `+`.
fn repeats_one_class(source: &str) -> bool {
    let body = source.strip_prefix("(?s)").unwrap_or(source);
    let body = body.strip_prefix('^').unwrap_or(body);
    let body = body.strip_suffix('$').unwrap_or(body);
    let Some(atom) = body.strip_suffix(['*', '+']) else {
        return false;
    };
    let inside = atom
        .strip_prefix('[')
        .and_then(|atom| atom.strip_suffix(']'));
    match inside {
        // An escaped bracket within is fine; a bare one would begin another atom.
        Some(inside) => !inside
            .replace("\\[", "")
            .replace("\\]", "")
            .contains(['[', ']']),
        None => matches!(atom, "." | "\\d" | "\\w" | "\\s"),
    }
}

/// Rewrites what Java reads otherwise than `regex-lite`: `\uXXXX` escapes,
/// pairs of which are one character, and the line ends that `.` leaves out.
/// `\w`, `\d` and `\s` mean the same ASCII characters in both.
fn translate(source: &str) -> String {
    let dot_takes_all = source.starts_with("(?s)");
    let mut translated = String::with_capacity(source.len());
    let mut in_class = false;
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        if let Some((character, after)) = unicode_escape(rest) {
            translated.push_str(&format!("\\u{{{:X}}}", u32::from(character)));
            rest = after;
            continue;
        }
        let length = match next {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => next.len_utf8(),
        };
        match next {
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        if next == '.' && !in_class && !dot_takes_all {
            translated.push_str(r"[^\n\r\u{85}\u{2028}\u{2029}]");
        } else {
            translated.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    translated
}

/// The character of a leading `\uXXXX`, or of a leading pair of surrogates, and
/// what follows it.
fn unicode_escape(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let first = unit(text)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, &text[6..]));
    }
    let second = unit(&text[6..])?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, &text[12..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Shape, cloudtrail, cloudtrail_data};

    fn pattern(source: &str) -> Pattern {
        Pattern::new(source.to_owned())
    }

    #[test]
    fn every_pattern_of_the_models_compiles() {
        let mut patterns = 0;
        for service in [cloudtrail(), cloudtrail_data()] {
            for id in service.shape_ids() {
                if let Shape::String {
                    pattern: Some(pattern),
                    ..
                } = service.shape(id)
                {
                    let engine = Engine::new(pattern.as_str());
                    assert!(engine.is_ok(), "{} {engine:?}", service.shape_name(id));
                    patterns += 1;
                }
            }
        }
        assert!(patterns >= 38, "only {patterns} patterns were read");
    }

    #[test]
    fn the_whole_text_must_match() {
        let time = pattern("^[0-9]{2}:[0-9]{2}");
        assert!(time.matches("12:30"));
        assert!(!time.matches("12:30:00"));
        assert!(!pattern("a|b").matches("ab"));
        assert!(
            !pattern("^a$").matches("a\n"),
            "Java's matches takes no final line end"
        );
    }

    #[test]
    fn a_dot_stops_at_line_ends_unless_told_otherwise() {
        assert!(pattern(".*").matches("a b"));
        assert!(!pattern(".*").matches("a\nb"));
        assert!(!pattern(".*").matches("a\u{2028}b"));
        assert!(pattern("(?s).*").matches("a\r\nb"));
        assert!(pattern(r"[\w|\d|\.|_]+").matches("a.b|c"));
        assert!(!pattern(r"\.+").matches("a"));
    }

    #[test]
    fn surrogates_of_java_are_characters_here() {
        let key = pattern(r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*");
        assert!(key.matches("plain \u{1F600}\ttab"));
        assert!(!key.matches("\u{1}"));
        assert!(!key.matches("\n"));
    }

    #[test]
    fn only_one_repeated_class_gets_a_table() {
        let tabled = [
            ".*",
            "(?s).*",
            r"\d+",
            "^[a-z]+$",
            r"[\w|\d|\.|_]+",
            r"^[\w\[\]]+$",
        ];
        for source in tabled {
            assert!(repeats_one_class(source), "{source}");
        }
        for source in [
            "^arn:.*$",
            "[a]b[c]+",
            "^[0-9]{2}:[0-9]{2}",
            "(a|b)*",
            "[a]?",
            "a+",
        ] {
            assert!(!repeats_one_class(source), "{source}");
        }
    }

    #[test]
    fn the_table_answers_as_the_automaton_does() {
        let texts = [
            "",
            "a",
            "a b",
            "a\nb",
            "é",
            "aé",
            "\u{2028}",
            "a-b_c.d:e/f",
            "[x]",
            "\t",
            "!",
        ];
        for service in [cloudtrail(), cloudtrail_data()] {
            for id in service.shape_ids() {
                let Shape::String {
                    pattern: Some(pattern),
                    ..
                } = service.shape(id)
                else {
                    continue;
                };
                let engine = Engine::new(pattern.as_str()).expect("tested above");
                for text in texts {
                    let source = pattern.as_str();
                    let by_automaton = engine.regex.is_match(text);
                    assert_eq!(engine.matches(text), by_automaton, "{source} {text:?}");
                }
            }
        }
    }
}
