//! `EventBridge`'s event pattern language: what a rule's `EventPattern` says and which events it picks.
//!
//! The rules are those of the user guide ("Creating event patterns", "Comparison operators") (D), of AWS's answers to
//! `TestEventPattern` as other projects recorded them (O), and of Event Ruler, the library that AWS published as the
//! engine of `EventBridge` (D for its README, I for what only its sources tell).
//!
//! Not here: rules, buses and targets, the fields that an event must have, schedules, input transformers.

mod address;
mod amount;
mod anything_but;
mod branch;
mod compile;
mod criterion;
mod event;
mod judge;
mod lexer;
mod operator;
mod refusal;
mod source;
mod text;
mod wildcard;

#[cfg(test)]
mod tests;

use serde_json::Value;

use branch::Branch;
pub use refusal::InvalidPattern;

/// Characters that the API takes in an `EventPattern` at most (D, `PutRule` in the API reference). A longer one never
/// reaches the language: the service's answer is then a `ValidationException`, which is the caller's to write.
pub const MAX_PATTERN_CHARACTERS: usize = 4096;

/// Characters that an account's quota "Event pattern size" allows unless it was raised (D, "Amazon `EventBridge` quotas").
/// Whoever keeps the account's quotas applies it; [`EventPattern::parse`] does not.
pub const DEFAULT_PATTERN_QUOTA_CHARACTERS: usize = 2048;

/// Ways through all `$or` of one pattern (I: the quota page does not name it; every way costs a match of its own).
pub const MAX_COMBINATIONS: usize = 1000;

/// Steps of a field's path, and objects within objects, in a pattern (I: ours, so that no pattern exhausts the stack).
pub const MAX_STEPS: usize = 128;

/// A pattern that was understood.
#[derive(Debug, Clone)]
pub struct EventPattern {
    /// Any of them picks the event. A pattern without `$or` has one.
    branches: Vec<Branch>,
    /// All names in the paths: whatever else an event holds cannot matter.
    steps: event::Known,
}

impl EventPattern {
    /// Reads a pattern as `PutRule` and `TestEventPattern` take it.
    ///
    /// Two equal names in one object are allowed, and the later one counts: `us-` and then `anything-but` `us-east`
    /// for one field picked `eu-central-1` (O).
    ///
    /// # Errors
    ///
    /// [`InvalidPattern`] with AWS's sentence when the text is not JSON or is no pattern.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        // Characters are UTF-16 units on AWS's side (I); the check of bytes spares counting a very long text.
        if text.len() > 4 * MAX_PATTERN_CHARACTERS
            || text.encode_utf16().count() > MAX_PATTERN_CHARACTERS
        {
            return Err(InvalidPattern::too_long());
        }
        let branches = compile::compile(text)?;
        let steps = event::Known::of(&branches);
        Ok(Self { branches, steps })
    }

    /// Whether the pattern picks this event. Something that is no object is never picked.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        if !event.is_object() {
            return false;
        }
        let root = event::Place::read(event, &self.steps);
        self.branches
            .iter()
            .any(|branch| judge::holds(branch, &root))
    }
}
