//! Which records a query of events means: all whose fields, named by their dotted paths, have these values; and, beside
//! that, those of a principal and of a span of time, and those that a metric filter of CloudWatch Logs would count
//! or a rule of EventBridge would match.

use std::borrow::Cow;

use localtrail_core::{Timestamp, bus_event, told_time};
use localtrail_neighbours::event_pattern::EventPattern;
use localtrail_neighbours::filter_pattern::FilterPattern;
use serde_json::Value;

use crate::clock::parse_span;

/// The nil UUID (RFC 9562 section 5.9).
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// A conjunction of conditions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    conditions: Vec<(String, String)>,
    /// Of whom: a part of the identity has this very value.
    principals: Vec<String>,
    /// What the whole record matches.
    patterns: Vec<FilterPattern>,
    /// What the record matches as an event of EventBridge.
    rules: Vec<EventPattern>,
    /// `eventTime` at or after this.
    since: Option<Timestamp>,
    /// `eventTime` at or before this.
    until: Option<Timestamp>,
}

impl Filter {
    /// All whose fields have these values.
    pub(crate) fn of(fields: &[(&str, &str)]) -> Self {
        let all = Self::default();
        fields
            .iter()
            .fold(all, |filter, (path, value)| filter.with(path, value))
    }

    /// Adds that the field at `path` must have this value, written as text: `true`, `42`, `CreateTrail`, `null`.
    pub(crate) fn with(mut self, path: &str, value: &str) -> Self {
        self.conditions.push((path.to_owned(), value.to_owned()));
        self
    }

    /// Adds what one parameter of a query says: `principal`, `filterPattern`, `eventPattern`, `since` and `until`, which no
    /// record has at its top, or else a field's path.
    ///
    /// # Errors
    ///
    /// When a time is neither ISO 8601 nor a span before `now`, or a pattern is none.
    pub(crate) fn and(mut self, name: &str, value: &str, now: Timestamp) -> Result<Self, String> {
        match name {
            "principal" => self.principals.push(value.to_owned()),
            "filterPattern" => {
                let pattern = FilterPattern::parse(value)
                    .map_err(|why| format!("filterPattern: {why}; it is one as metric filters have, such as {{ $.errorCode = \"AccessDenied*\" }}."))?;
                self.patterns.push(pattern);
            }
            "eventPattern" => {
                let pattern =
                    EventPattern::parse(value).map_err(|why| format!("eventPattern: {why}"))?;
                self.rules.push(pattern);
            }
            "since" => self.since = Some(time(name, value, now)?),
            "until" => self.until = Some(time(name, value, now)?),
            path => return Ok(self.with(path, value)),
        }
        Ok(self)
    }

    /// Whether a record's JSON has all the values.
    pub(crate) fn admits(&self, record: &str) -> bool {
        let values = self.conditions.iter().map(|(_, value)| value);
        // The root user's records need not have the word.
        let named = self.principals.iter().filter(|who| *who != "root");
        let mut values = values.chain(named).peekable();
        if !self.patterns.iter().all(|pattern| pattern.matches(record)) || !self.triggers(record) {
            return false;
        }
        let timeless = self.since.is_none() && self.until.is_none();
        if values.peek().is_none() && self.principals.is_empty() && timeless {
            return true;
        }
        // Reading JSON costs much more than looking for the text, which must stand there unless it is escaped.
        if !values.all(|value| may_contain(record, value)) || !self.is_in_span(record) {
            return false;
        }
        let Ok(record) = serde_json::from_str::<Value>(record) else {
            return false;
        };
        self.conditions
            .iter()
            .all(|(path, value)| has(&record, path, value))
            && self.principals.iter().all(|who| is_of(&record, who))
    }

    /// Whether all rules match the record's event. Its id is that of no event, as none was put on a bus.
    fn triggers(&self, record: &str) -> bool {
        self.rules.is_empty()
            || bus_event(record, NO_ID)
                .is_some_and(|event| self.rules.iter().all(|rule| rule.matches(&event)))
    }

    fn is_in_span(&self, record: &str) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let time = told_time(record).ok().flatten();
        time.is_some_and(|time| {
            // Records have whole seconds, clocks have not: what came within the second of `since` came since.
            self.since.is_none_or(|since| time >= since.whole_second())
                && self.until.is_none_or(|until| time <= until)
        })
    }
}

fn time(name: &str, value: &str, now: Timestamp) -> Result<Timestamp, String> {
    Timestamp::parse_iso(value)
        .or_else(|| parse_span(value).map(|span| now.minus(span)))
        .ok_or_else(|| {
            format!("{name} is a time such as 2026-11-23T16:00:00Z, or a span before now such as 10m; \"{value}\" is neither.")
        })
}

/// Whether a record is of this principal: by an ARN (of the session or of its role), an id, a name (of the user, role or
/// session) or an access key.
fn is_of(record: &Value, who: &str) -> bool {
    let identity = &record["userIdentity"];
    let issuer = &identity["sessionContext"]["sessionIssuer"];
    let is = |value: &Value| value.as_str() == Some(who);
    let session = identity["principalId"]
        .as_str()
        .and_then(|id| id.split_once(':'));
    ["arn", "principalId", "userName", "accessKeyId"]
        .iter()
        .any(|member| is(&identity[*member]) || is(&issuer[*member]))
        || session.is_some_and(|(_, name)| name == who)
        || (who == "root" && identity["type"].as_str() == Some("Root"))
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

    #[test]
    fn principals_and_times_narrow() {
        let now = Timestamp::parse_iso("2026-11-23T16:10:00.5Z").unwrap();
        let record = r#"{"eventTime":"2026-11-23T16:00:00Z","userIdentity":{"type":"AssumedRole","principalId":"AROAX:run",
            "arn":"arn:aws:sts::1:assumed-role/deploy/run","accessKeyId":"ASIAX","sessionContext":{"sessionIssuer":
            {"arn":"arn:aws:iam::1:role/ci/deploy","principalId":"AROAX","userName":"deploy"}}}}"#;
        let admits = |name: &str, value: &str| {
            let filter = Filter::default().and(name, value, now).unwrap();
            filter.admits(record)
        };
        for who in [
            "run",
            "deploy",
            "AROAX",
            "AROAX:run",
            "ASIAX",
            "arn:aws:iam::1:role/ci/deploy",
            "arn:aws:sts::1:assumed-role/deploy/run",
        ] {
            assert!(admits("principal", who), "{who}");
        }
        for who in ["eve", "root", "AssumedRole", ""] {
            assert!(!admits("principal", who), "{who}");
        }
        let root = r#"{"userIdentity":{"type":"Root"}}"#;
        let filter = Filter::default().and("principal", "root", now).unwrap();
        assert!(filter.admits(root));
        for (name, value, expected) in [
            ("since", "10m", true),
            ("since", "9m", false),
            ("since", "2026-11-23T16:00:00.9Z", true),
            ("until", "10m", true),
            ("until", "11m", false),
            ("until", "2026-11-23T16:00:00Z", true),
        ] {
            assert_eq!(admits(name, value), expected, "{name} {value}");
        }
        assert!(Filter::default().and("since", "noon", now).is_err());
    }

    #[test]
    fn records_are_asked_as_a_rule_asks_them() {
        let record = r#"{"eventType":"AwsConsoleSignIn","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","userIdentity":{"type":"Root"}}"#;
        let admits = |pattern: &str| {
            let filter = Filter::default().and("eventPattern", pattern, Timestamp::MIN);
            filter.map(|filter| filter.admits(record))
        };
        for (pattern, expected) in [
            (
                r#"{"detail-type":["AWS Console Sign In via CloudTrail"]}"#,
                true,
            ),
            (
                r#"{"source":["aws.signin"],"detail":{"userIdentity":{"type":["Root"]}}}"#,
                true,
            ),
            (
                r#"{"detail":{"eventName":[{"anything-but":"ConsoleLogin"}]}}"#,
                false,
            ),
        ] {
            assert_eq!(admits(pattern), Ok(expected), "{pattern}");
        }
        let why = admits(r#"{"source":"aws.signin"}"#).unwrap_err();
        assert!(why.contains("Event pattern is not valid"), "{why}");
    }

    #[test]
    fn records_are_asked_as_a_metric_filter_asks_them() {
        let record =
            r#"{"eventName":"ConsoleLogin","userIdentity":{"type":"Root"},"errorMessage":null}"#;
        let admits = |pattern: &str| {
            let filter = Filter::default().and("filterPattern", pattern, Timestamp::MIN);
            filter.map(|filter| filter.admits(record))
        };
        for (pattern, expected) in [
            ("", true),
            (r#"{ $.userIdentity.type = "Root" }"#, true),
            (
                r#"{ ($.userIdentity.type = "Root") && ($.eventName != "Console*") }"#,
                false,
            ),
            ("ConsoleLogin", true),
            ("-Root", false),
        ] {
            assert_eq!(admits(pattern), Ok(expected), "{pattern}");
        }
        let why = admits("{ $.userIdentity.type = }").unwrap_err();
        assert!(why.starts_with("filterPattern: "), "{why}");
    }
}
