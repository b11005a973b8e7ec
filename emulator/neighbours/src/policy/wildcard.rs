//! `*` and `?` as policies use them. No other pattern language.

/// Whether `text` fits `pattern`, where `*` stands for any run of characters and `?` for exactly one.
///
/// Takes time in proportion to the product of both lengths at worst, never more: it goes back to the last star only.
#[must_use]
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            retry = Some((p + 1, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((after_star, from)) = retry {
            p = after_star;
            t = from + 1;
            retry = Some((after_star, from + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The same without regard to ASCII case.
pub(crate) fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// ARNs are compared part by part: a star does not reach over a colon, save in the last part (D, IAM `ArnLike`).
pub(crate) fn arn_matches(pattern: &str, text: &str) -> bool {
    let patterns: Vec<&str> = pattern.splitn(6, ':').collect();
    let texts: Vec<&str> = text.splitn(6, ':').collect();
    if patterns.len() != 6 || texts.len() != 6 {
        return pattern == "*" || matches(pattern, text) && patterns.len() == texts.len();
    }
    patterns
        .iter()
        .zip(&texts)
        .all(|(pattern, text)| matches(pattern, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("*", "anything/at/all", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a**b*", "ab", true),
            ("", "", true),
            ("", "a", false),
            ("*/CloudTrail/*", "p/AWSLogs/1/CloudTrail/x", true),
            ("ä?", "äö", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_stay_quick() {
        assert!(!matches(&"*a".repeat(500), &"b".repeat(5000)));
    }

    #[test]
    fn arn_stars_stay_within_their_part() {
        let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/a:b";
        assert!(arn_matches(
            "arn:aws:cloudtrail:*:111122223333:trail/*",
            arn
        ));
        assert!(arn_matches("arn:*:*:*:*:*", arn));
        assert!(!arn_matches("arn:aws:cloudtrail:*:trail/*", arn));
        assert!(arn_matches("*", arn));
    }
}
