//! The filter pattern language of `CloudWatch` Logs, which metric filters, subscription filters and `FilterLogEvents`
//! match with.
//!
//! A pattern is read once by [`FilterPattern::parse`] and then asked of many messages. This is not the query
//! language of Logs Insights, and it knows nothing of log groups, metrics, dimensions or their quotas.
//!
//! Rules of AWS's are marked D (documented), O (observed by others) or I (inferred). Where no other source is named, D
//! is "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail" in the user
//! guide.

mod comparison;
mod cursor;
mod expression;
mod fields;
mod json;
mod regular;
mod selector;
mod text;

#[cfg(test)]
mod cis_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use fields::Fields;
use json::Json;
use text::Terms;

/// Characters that a pattern may have (D, API reference: `FilterPattern`, 0 to 1024).
pub const MAX_PATTERN_CHARACTERS: usize = 1024;

/// Regular expressions that a pattern may have (D for JSON and space-delimited patterns; I for plain terms).
pub const MAX_REGEXES: usize = 2;

/// Wildcards, `*` or `[*]`, in one property selector (D).
pub const MAX_SELECTOR_WILDCARDS: usize = 1;

/// Wildcards in all property selectors of a pattern together (D).
pub const MAX_PATTERN_WILDCARDS: usize = 3;

/// Parentheses inside each other (I: AWS names no limit; this one keeps our recursion short).
pub const MAX_DEPTH: usize = 64;

/// What a matching message yielded, by `$.field` of a JSON pattern, or `$name` or `$1` of a space-delimited one.
pub type Extracted = BTreeMap<String, String>;

/// A filter pattern that can be asked of messages.
#[derive(Debug, Clone)]
pub struct FilterPattern {
    source: String,
    language: Language,
}

/// Which of the three languages a pattern speaks; its first character tells.
#[derive(Debug, Clone)]
enum Language {
    /// Terms in any text; the empty pattern is one without terms.
    Terms(Terms),
    /// `{ ... }`.
    Json(Json),
    /// `[ ... ]`.
    Fields(Fields),
}

impl FilterPattern {
    /// Reads a pattern. The empty one matches every message (D).
    ///
    /// # Errors
    ///
    /// [`InvalidPattern`] where AWS answers with `InvalidParameterException`.
    pub fn parse(source: &str) -> Result<Self, InvalidPattern> {
        if source.chars().count() > MAX_PATTERN_CHARACTERS {
            return Err(InvalidPattern::TooLong);
        }
        let trimmed = source.trim();
        let language = if trimmed.starts_with('{') {
            Language::Json(Json::parse(trimmed)?)
        } else if trimmed.starts_with('[') {
            Language::Fields(Fields::parse(trimmed)?)
        } else {
            Language::Terms(Terms::parse(trimmed)?)
        };
        Ok(Self {
            source: source.to_owned(),
            language,
        })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether a log event with this message passes the filter.
    #[must_use]
    pub fn matches(&self, message: &str) -> bool {
        match &self.language {
            Language::Terms(terms) => terms.matches(message),
            Language::Json(json) => json.matches(message),
            Language::Fields(fields) => fields.matches(message),
        }
    }

    /// What `TestMetricFilter` answers as `extractedValues`; `None` where the message does not match.
    ///
    /// Patterns of plain terms extract nothing (D, API reference, `TestMetricFilter`'s examples).
    #[must_use]
    pub fn extract(&self, message: &str) -> Option<Extracted> {
        match &self.language {
            Language::Terms(terms) => terms.matches(message).then(Extracted::new),
            Language::Json(json) => json.extract(message),
            Language::Fields(fields) => fields.extract(message),
        }
    }
}

/// Why a pattern is refused; displayed, it is the message of `InvalidParameterException` in `PutMetricFilter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidPattern {
    /// No word of the language can go on with the last character of this text.
    Characters(String),
    /// The words are good, their order is not; or a limit of the language is passed (I).
    Pattern,
    /// More than [`MAX_PATTERN_CHARACTERS`]; callers that check a model's constraints never see it.
    TooLong,
}

impl InvalidPattern {
    /// The message as `FilterLogEvents` words it (O: aws-toolkit-jetbrains#3219, amazon-cloudwatch-logs-user-guide#21).
    #[must_use]
    pub fn in_filter_log_events(&self) -> String {
        match self {
            Self::Pattern => "Invalid filter pattern".to_owned(),
            Self::Characters(_) | Self::TooLong => self.to_string(),
        }
    }
}

impl fmt::Display for InvalidPattern {
    /// `Characters` is O (modernisation-platform-environments#5137 and others), `Pattern` is O (aws-cdk#16278); the
    /// sentence of `TooLong` is I, after the constraint messages of AWS's JSON services.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Characters(term) => write!(f, "Invalid character(s) in term '{term}'"),
            Self::Pattern => f.write_str("Invalid metric filter pattern"),
            Self::TooLong => write!(
                f,
                "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member must have \
                 length less than or equal to {MAX_PATTERN_CHARACTERS}"
            ),
        }
    }
}

impl std::error::Error for InvalidPattern {}
