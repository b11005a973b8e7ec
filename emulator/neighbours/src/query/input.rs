//! The parameters of one call, read with AWS's constraints and its sentences about them.
//!
//! All violations of a call are told together, as AWS does (O).

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Fault;
use crate::directory::Tag;

/// What a text must be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    min: usize,
    max: usize,
    pattern: Option<Pattern>,
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
        }
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
        let length = text.chars().count();
        if length > rule.max {
            self.violation(
                member,
                Some(text),
                &format!("Member must have length less than or equal to {}", rule.max),
            );
        }
        if length < rule.min {
            self.violation(
                member,
                Some(text),
                &format!(
                    "Member must have length greater than or equal to {}",
                    rule.min
                ),
            );
        }
        if let Some(pattern) = rule.pattern
            && !text.chars().all(pattern.fits)
        {
            let sentence = format!(
                "Member must satisfy regular expression pattern: {}",
                pattern.text
            );
            self.violation(member, Some(text), &sentence);
        }
        Some(text)
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
        let number = value
            .as_i64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        let number = number.unwrap_or(-1);
        let told = number.to_string();
        match u64::try_from(number) {
            Ok(fitting) if bounds.contains(&fitting) => return Some(fitting),
            Ok(large) if large > *bounds.end() => self.violation(
                member,
                Some(&told),
                &format!(
                    "Member must have value less than or equal to {}",
                    bounds.end()
                ),
            ),
            _ => self.violation(
                member,
                Some(&told),
                &format!(
                    "Member must have value greater than or equal to {}",
                    bounds.start()
                ),
            ),
        }
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
            self.violation(member, Some(text), &sentence);
        }
        Some(text)
    }

    /// A member is missing.
    pub(crate) fn missing(&mut self, member: &str) {
        self.violation(member, None, "Member must not be null");
    }

    fn violation(&mut self, member: &str, value: Option<&str>, sentence: &str) {
        let told = value.map_or_else(|| "null".to_owned(), |value| format!("'{value}'"));
        self.violations.push(format!(
            "Value {told} at '{}' failed to satisfy constraint: {sentence}",
            lower_first(member)
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

/// The tags of a call, in order; later ones of a key win.
pub(crate) fn tags(value: Option<&Value>) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    for one in value.and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| {
            one.get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        tags.push(Tag {
            key: text("Key"),
            value: text("Value"),
        });
    }
    tags
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
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
        let mut input = Input::new(given.as_object());
        assert_eq!(input.number("Duration", 1..=10), Some(10));
        assert_eq!(input.text("Other", rule), None);
        assert_eq!(input.done(), Ok(()));
    }
}
