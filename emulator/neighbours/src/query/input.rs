//! The parameters of one call, read with AWS's constraints and its sentences about them.
//!
//! All violations of a call are told together, as AWS does (O).

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::{Fault, lower_first};

/// What a text must be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    min: usize,
    max: usize,
    pattern: Option<Pattern>,
    quoting: Quoting,
}

/// Whether a sentence about a text quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Quoted,
    /// What the model calls sensitive is not told back.
    Kept,
}

#[derive(Debug, Clone, Copy)]
struct Pattern {
    fits: fn(char) -> bool,
    /// The model's regular expression, as the sentence quotes it.
    text: &'static str,
}

impl Rule {
    /// Between so many characters.
    pub(crate) const fn length(min: usize, max: usize) -> Self {
        Self {
            min,
            max,
            pattern: None,
            quoting: Quoting::Quoted,
        }
    }

    /// Not told back in sentences about it, as the model calls it sensitive.
    pub(crate) const fn secret(mut self) -> Self {
        self.quoting = Quoting::Kept;
        self
    }

    /// Made of these characters; `text` is the model's pattern.
    pub(crate) const fn of(mut self, fits: fn(char) -> bool, text: &'static str) -> Self {
        self.pattern = Some(Pattern { fits, text });
        self
    }
}

/// The parameters, and what is wrong with those that were read so far.
pub(crate) struct Input<'a> {
    members: Option<&'a Map<String, Value>>,
    violations: Vec<String>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(members: Option<&'a Map<String, Value>>) -> Self {
        Self {
            members,
            violations: Vec::new(),
        }
    }

    /// A member as it came; `None` when absent or null.
    pub(crate) fn raw(&self, member: &str) -> Option<&'a Value> {
        self.members?.get(member).filter(|value| !value.is_null())
    }

    /// A text without constraint.
    pub(crate) fn any(&self, member: &str) -> Option<&'a str> {
        self.raw(member)?.as_str()
    }

    /// A text that may be absent.
    pub(crate) fn text(&mut self, member: &str, rule: Rule) -> Option<&'a str> {
        let text = self.any(member)?;
        self.hold(&lower_first(member), text, rule);
        Some(text)
    }

    /// Holds a text against a rule; `place` is how sentences name it.
    pub(super) fn hold(&mut self, place: &str, text: &str, rule: Rule) {
        let told = match rule.quoting {
            Quoting::Quoted => Told::Quoted(text),
            Quoting::Kept => Told::Kept,
        };
        let length = text.chars().count();
        if length > rule.max {
            let sentence = format!("Member must have length less than or equal to {}", rule.max);
            self.violation(place, told, &sentence);
        }
        if length < rule.min {
            let sentence = format!(
                "Member must have length greater than or equal to {}",
                rule.min
            );
            self.violation(place, told, &sentence);
        }
        if let Some(pattern) = rule.pattern
            && !text.chars().all(pattern.fits)
        {
            let sentence = format!(
                "Member must satisfy regular expression pattern: {}",
                pattern.text
            );
            self.violation(place, told, &sentence);
        }
    }

    /// A text that must be there. Empty where it is not: [`Input::done`] refuses then.
    pub(crate) fn required(&mut self, member: &str, rule: Rule) -> &'a str {
        if self.any(member).is_none() {
            self.missing(member);
            return "";
        }
        self.text(member, rule).unwrap_or_default()
    }

    /// A whole number within bounds.
    pub(crate) fn number(&mut self, member: &str, bounds: RangeInclusive<u64>) -> Option<u64> {
        let value = self.raw(member)?;
        // A number that is none on the wire comes as text.
        let told = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let number: Option<i128> = told.parse().ok();
        if let Some(number) = number.and_then(|number| u64::try_from(number).ok())
            && bounds.contains(&number)
        {
            return Some(number);
        }
        let sentence = match number {
            Some(number) if number > i128::from(*bounds.end()) => format!(
                "Member must have value less than or equal to {}",
                bounds.end()
            ),
            _ => format!(
                "Member must have value greater than or equal to {}",
                bounds.start()
            ),
        };
        self.violation(&lower_first(member), Told::Quoted(&told), &sentence);
        None
    }

    /// One of these texts.
    pub(crate) fn choice(&mut self, member: &str, choices: &[&str]) -> Option<&'a str> {
        let text = self.any(member)?;
        if !choices.contains(&text) {
            let sentence = format!(
                "Member must satisfy enum value set: [{}]",
                choices.join(", ")
            );
            self.violation(&lower_first(member), Told::Quoted(text), &sentence);
        }
        Some(text)
    }

    /// A member is missing.
    pub(crate) fn missing(&mut self, member: &str) {
        self.absent(&lower_first(member));
    }

    /// The same of a member of a member.
    pub(super) fn absent(&mut self, place: &str) {
        self.violation(place, Told::Null, "Member must not be null");
    }

    /// There are more of a member's things than there may be.
    pub(super) fn many(&mut self, place: &str, limit: usize) {
        let sentence = format!("Member must have length less than or equal to {limit}");
        self.violation(place, Told::Kept, &sentence);
    }

    fn violation(&mut self, place: &str, value: Told<'_>, sentence: &str) {
        let told = match value {
            Told::Quoted(value) => format!("Value '{value}'"),
            Told::Null => "Value null".to_owned(),
            Told::Kept => "Value".to_owned(),
        };
        self.violations.push(format!(
            "{told} at '{place}' failed to satisfy constraint: {sentence}"
        ));
    }

    /// Refuses when anything that was read is wrong.
    ///
    /// # Errors
    /// `ValidationError`, naming every violation.
    pub(crate) fn done(&self) -> Result<(), Fault> {
        match self.violations.len() {
            0 => Ok(()),
            1 => Err(Fault::validation(format!(
                "1 validation error detected: {}",
                self.violations[0]
            ))),
            many => Err(Fault::validation(format!(
                "{many} validation errors detected: {}",
                self.violations.join("; ")
            ))),
        }
    }
}

/// What a sentence says of the value that is wrong.
#[derive(Debug, Clone, Copy)]
enum Told<'a> {
    Quoted(&'a str),
    Null,
    /// Nothing: `Value at 'token' failed …` (O, sensitive members of other services).
    Kept,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn violations_are_told_together_in_aws_words() {
        let given = json!({"Name": "a b", "Duration": 10});
        let mut input = Input::new(given.as_object());
        let rule = Rule::length(4, 64).of(|c| c.is_ascii_alphanumeric(), "[a-z]+");
        input.required("Name", rule);
        input.required("RoleArn", rule);
        input.number("Duration", 900..=43_200);
        assert_eq!(
            input.done().unwrap_err().message,
            "4 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 4; Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+; Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value '10' at 'duration' failed to satisfy constraint: Member must have value greater than or equal to 900"
        );
        let odd = json!({"A": "99999999999999999999", "B": "x", "C": "ab"});
        let mut input = Input::new(odd.as_object());
        assert_eq!(input.number("A", 1..=10), None);
        assert_eq!(input.number("B", 1..=10), None);
        input.text("C", rule.secret());
        assert_eq!(
            input.done().unwrap_err().message,
            "3 validation errors detected: Value '99999999999999999999' at 'a' failed to satisfy constraint: Member must have value less than or equal to 10; Value 'x' at 'b' failed to satisfy constraint: Member must have value greater than or equal to 1; Value at 'c' failed to satisfy constraint: Member must have length greater than or equal to 4"
        );
        let mut input = Input::new(given.as_object());
        assert_eq!(input.number("Duration", 1..=10), Some(10));
        assert_eq!(input.text("Other", rule), None);
        assert_eq!(input.done(), Ok(()));
    }
}
