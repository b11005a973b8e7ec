//! Why a text is no event pattern, in AWS's words.
//!
//! Not here: the code `InvalidEventPatternException` and its status, which belong to the wire.

use std::error::Error;
use std::fmt;

use super::{MAX_COMBINATIONS, MAX_PATTERN_CHARACTERS, MAX_STEPS};

/// A text that is no event pattern. Its [`Display`](fmt::Display) is the message of AWS's
/// `InvalidEventPatternException`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPattern {
    reason: String,
}

impl InvalidPattern {
    /// A reason as it stands: with the place in the text where AWS names one, without where it does not.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }

    /// The sentence without the words that all refusals begin with.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The words are ours (I): the API refuses such a text before it is read as a pattern.
    pub(super) fn too_long() -> Self {
        Self::new(format!(
            "Event pattern is longer than {MAX_PATTERN_CHARACTERS} characters"
        ))
    }

    /// The words are ours (I).
    pub(super) fn too_deep() -> Self {
        Self::new(format!(
            "Event pattern is nested deeper than {MAX_STEPS} levels"
        ))
    }

    /// The words are ours (I).
    pub(super) fn too_many_combinations() -> Self {
        Self::new(format!(
            "Rule is too complex - $or makes more than {MAX_COMBINATIONS} combinations"
        ))
    }

    /// (O), for `*:*:*:*:*:event-bus/*`; it names no place.
    pub(super) fn too_complex() -> Self {
        Self::new(
            "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a \
             wildcard character",
        )
    }
}

impl fmt::Display for InvalidPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Event pattern is not valid. Reason: {}",
            self.reason
        )
    }
}

impl Error for InvalidPattern {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_the_exception_does() {
        let refusal = InvalidPattern::new("Empty arrays are not allowed");
        assert_eq!(
            refusal.to_string(),
            "Event pattern is not valid. Reason: Empty arrays are not allowed"
        );
        assert_eq!(refusal.reason(), "Empty arrays are not allowed");
    }
}
