//! Which records a query of events means: all whose fields, named by their dotted paths, have these values.

use std::borrow::Cow;

use serde_json::Value;

/// A conjunction of conditions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    conditions: Vec<(String, String)>,
}

impl Filter {
    /// Adds that the field at `path` must have this value, written as text: `true`, `42`, `CreateTrail`, `null`.
    pub(crate) fn with(mut self, path: &str, value: &str) -> Self {
        self.conditions.push((path.to_owned(), value.to_owned()));
        self
    }

    /// Whether a record's JSON has all the values.
    pub(crate) fn admits(&self, record: &str) -> bool {
        if self.conditions.is_empty() {
            return true;
        }
        // Reading JSON costs much more than looking for the text, which must stand there unless it is escaped.
        if !self
            .conditions
            .iter()
            .all(|(_, value)| may_contain(record, value))
        {
            return false;
        }
        let Ok(record) = serde_json::from_str::<Value>(record) else {
            return false;
        };
        self.conditions
            .iter()
            .all(|(path, value)| has(&record, path, value))
    }
}

fn may_contain(record: &str, value: &str) -> bool {
    let plain = value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.: ".contains(&b));
    !plain || record.contains(value)
}

/// Whether a value is found at the path. An array has what one of its elements has; a name may itself contain dots.
fn has(value: &Value, path: &str, wanted: &str) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(|element| has(element, path, wanted)),
        Value::Object(members) => {
            if path.is_empty() {
                return false;
            }
            members
                .get(path)
                .is_some_and(|member| has(member, "", wanted))
                || path.match_indices('.').any(|(dot, _)| {
                    members
                        .get(&path[..dot])
                        .is_some_and(|one| has(one, &path[dot + 1..], wanted))
                })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            path.is_empty() && text(value) == wanted
        }
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Cow::Owned(value.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"eventName":"PutObject","readOnly":false,"count":3,"none":null,
        "userIdentity":{"userName":"bob"},"requestParameters":{"x.y":"z","tagList":[{"key":"a"},{"key":"b"}]},
        "agent":"say \"hi\""}"#;

    fn admits(path: &str, value: &str) -> bool {
        Filter::default().with(path, value).admits(RECORD)
    }

    #[test]
    fn fields_are_found_by_their_paths() {
        assert!(Filter::default().admits(RECORD));
        for (path, value) in [
            ("eventName", "PutObject"),
            ("readOnly", "false"),
            ("count", "3"),
            ("none", "null"),
            ("userIdentity.userName", "bob"),
            ("requestParameters.x.y", "z"),
            ("requestParameters.tagList.key", "b"),
            ("agent", "say \"hi\""),
        ] {
            assert!(admits(path, value), "{path}");
        }
        for (path, value) in [
            ("eventName", "putobject"),
            ("eventName", "bob"),
            ("userIdentity", "bob"),
            ("userIdentity.userName.x", "bob"),
            ("missing", "null"),
            ("", "bob"),
        ] {
            assert!(!admits(path, value), "{path}");
        }
        assert!(
            !Filter::default()
                .with("eventName", "PutObject")
                .with("count", "4")
                .admits(RECORD)
        );
        assert!(!Filter::default().with("a", "b").admits("no json b"));
    }
}
