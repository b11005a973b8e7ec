//! What is reported when a value breaks its shape, and AWS's sentence for it.
//! Not which exception carries the sentence: that is the service's business.

use std::fmt;

use serde_json::Value;

use crate::path::Path;
use crate::rule::Rule;

/// The most characters of a refused value that a sentence repeats. AWS's own
/// limit is not known; without one, a body of megabytes would come back whole.
const ECHO_CHARACTERS_MAX: usize = 1024;

/// The first rule that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where the value is.
    pub path: Path,
    /// The rule it breaks.
    pub rule: Rule,
    told: Box<Told>,
}

/// What AWS's sentence speaks of. That is the place at fault, or the list or map
/// around it when a scalar in one is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    path: Path,
    /// The value as AWS would print it; `None` when it is not printed.
    echo: Option<String>,
    /// The words of the requirement.
    requirement: String,
}

impl Violation {
    pub(crate) fn new(path: Path, rule: Rule, echo: Option<String>) -> Self {
        let told = Told {
            path: path.clone(),
            echo,
            requirement: rule.words(),
        };
        Self {
            path,
            rule,
            told: Box::new(told),
        }
    }

    /// Makes the sentence speak of the container, as AWS does.
    pub(crate) fn within(self, path: Path, echo: Option<String>, requirement: String) -> Self {
        Self {
            told: Box::new(Told {
                path,
                echo,
                requirement,
            }),
            ..self
        }
    }

    /// Whether the JSON type is wrong, which AWS notices before anything else
    /// and reports as a `SerializationException`.
    pub fn is_type(&self) -> bool {
        matches!(self.rule, Rule::Type { .. })
    }

    /// AWS's whole sentence, such as `1 validation error detected: Value 'x' at
    /// 'name' failed to satisfy constraint: Member must …`; for a wrong type,
    /// the parser's words alone.
    pub fn sentence(&self) -> String {
        if self.is_type() {
            return self.rule.words();
        }
        format!("1 validation error detected: {}", self.clause())
    }

    /// The refused value as AWS would print it, without quotes; `None` when it is not printed.
    pub fn value(&self) -> Option<&str> {
        let echo = self.told.echo.as_deref()?;
        Some(
            echo.strip_prefix('\'')
                .and_then(|rest| rest.strip_suffix('\''))
                .unwrap_or(echo),
        )
    }

    /// The sentence without its count of errors.
    pub fn clause(&self) -> String {
        let Told {
            path,
            echo,
            requirement,
        } = &*self.told;
        let path = path.aws();
        match echo {
            Some(echo) => {
                format!("Value {echo} at '{path}' failed to satisfy constraint: {requirement}")
            }
            None => format!("Value at '{path}' failed to satisfy constraint: {requirement}"),
        }
    }
}

impl fmt::Display for Violation {
    /// For people and logs: the path and the rule's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.rule.words())
    }
}

impl std::error::Error for Violation {}

/// The value as AWS prints it: scalars quoted, null bare, lists of scalars in
/// brackets. Structures and maps are not printed.
pub(crate) fn echo(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return Some("null".to_owned()),
        Value::Array(items) => {
            let items: Option<Vec<String>> =
                items.iter().take(ECHO_CHARACTERS_MAX).map(plain).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Object(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => plain(value)?,
    };
    let shown: String = text.chars().take(ECHO_CHARACTERS_MAX).collect();
    Some(format!("'{shown}'"))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.chars().take(ECHO_CHARACTERS_MAX).collect()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_echoed_as_java_prints_it_and_not_without_end() {
        assert_eq!(echo(&json!("x")).as_deref(), Some("'x'"));
        assert_eq!(echo(&json!(51)).as_deref(), Some("'51'"));
        assert_eq!(echo(&json!(null)).as_deref(), Some("null"));
        assert_eq!(
            echo(&json!(["a", null, 1])).as_deref(),
            Some("'[a, null, 1]'")
        );
        assert_eq!(echo(&json!([{"a": 1}])), None);
        assert_eq!(echo(&json!({"a": 1})), None);
        let long = echo(&json!("é".repeat(5000))).expect("a string is echoed");
        assert_eq!(long.chars().count(), ECHO_CHARACTERS_MAX + 2);
    }
}
