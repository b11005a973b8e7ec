//! Judges an answer. It sends nothing: an answer and an expectation go in,
//! differences and captures come out.

use serde_json::Value;

use crate::http::Answer;
use crate::pattern::{self, Comparison, is_uuid};
use crate::script::{Content, Expectation, Form};
use crate::vars::{Place, Variables};

/// The content type of every answer of CloudTrail's, errors included.
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The longest piece of a strange answer that is shown, in characters.
const MAX_SHOWN: usize = 120;

/// What was answered, as far as expectations look at it.
#[derive(Clone, Debug)]
pub struct Said {
    /// The status code.
    pub status: u16,
    /// The body as JSON, or as the text that is no JSON.
    pub body: Result<Value, String>,
}

impl Said {
    /// What CloudTrail answered.
    pub fn of(answer: &Answer) -> Self {
        let text = answer.text();
        Self {
            status: answer.status,
            body: serde_json::from_str(&text).map_err(|_| text),
        }
    }

    /// The name and the message of an exception. The message may stand under
    /// either spelling; two that differ are given as they are.
    pub fn error(&self) -> Option<(String, Value)> {
        let body = self.body.as_ref().ok()?;
        let code = body.get("__type")?.as_str()?.to_owned();
        let message = match (body.get("message"), body.get("Message")) {
            (Some(one), Some(other)) if one != other => body.clone(),
            (Some(message), _) | (None, Some(message)) => message.clone(),
            (None, None) => Value::Null,
        };
        Some((code, message))
    }

    /// The answer in a few words.
    pub fn summary(&self) -> String {
        let what = match (&self.body, self.error()) {
            (_, Some((code, message))) => format!("{code}: {}", short(&message.to_string())),
            (Ok(body), None) => short(&body.to_string()),
            (Err(text), None) => short(text),
        };
        format!("{} {what}", self.status)
    }
}

/// Differences in the form of an answer of CloudTrail's: what of it is judged
/// at all, `form` says.
pub fn form(form: Form, operation: &str, answer: &Answer) -> Vec<String> {
    let mut differences = match form {
        Form::Free => return Vec::new(),
        Form::Shape => Vec::new(),
        Form::Envelope => headers(answer),
    };
    if answer.status == 200
        && let Ok(body) = serde_json::from_slice::<Value>(&answer.body)
    {
        differences.extend(crate::shapes::differences(operation, &body));
    }
    differences
}

/// Differences in the headers that every answer of CloudTrail's has.
fn headers(answer: &Answer) -> Vec<String> {
    let mut differences = Vec::new();
    match answer.header("x-amzn-requestid") {
        Some(id) if is_uuid(id) => {}
        Some(id) => differences.push(format!("x-amzn-RequestId: expected a UUID, got {id:?}")),
        None => differences.push("x-amzn-RequestId: the header is missing".to_owned()),
    }
    let content_type = answer.header("content-type").unwrap_or("none");
    if content_type != CONTENT_TYPE {
        differences.push(format!(
            "Content-Type: expected {CONTENT_TYPE}, got {content_type}"
        ));
    }
    differences
}

/// Holds what was said against what was expected.
pub fn judge(expectation: &Expectation, said: &Said, variables: &Variables) -> Comparison {
    if said.status != expectation.status {
        return only(format!(
            "expected {}, got {}",
            expected(expectation),
            said.summary()
        ));
    }
    match &expectation.content {
        Content::Anything => Comparison::default(),
        Content::Pattern(text) => match &said.body {
            Ok(body) => compared(text, body, variables),
            Err(text) => only(format!("expected JSON, got {}", short(text))),
        },
        Content::Error { codes, message } => {
            let Some((code, said_message)) = said.error() else {
                return only(format!(
                    "expected {}, got {}",
                    expected(expectation),
                    said.summary()
                ));
            };
            if !codes.contains(&code) {
                return only(format!(
                    "expected {}, got {}",
                    expected(expectation),
                    said.summary()
                ));
            }
            match message {
                Some(text) => {
                    let mut found = compared(text, &said_message, variables);
                    for difference in &mut found.differences {
                        *difference = difference.replace("the answer", &format!("{code}: message"));
                    }
                    found
                }
                None => Comparison::default(),
            }
        }
    }
}

/// Fills in, reads and compares a pattern.
fn compared(text: &str, body: &Value, variables: &Variables) -> Comparison {
    let filled = match variables.fill(text, Place::Json) {
        Ok(filled) => filled,
        Err(error) => return only(error.to_string()),
    };
    match pattern::read(&filled) {
        Ok(pattern) => pattern::compare(&pattern, body),
        Err(error) => only(error.to_string()),
    }
}

fn expected(expectation: &Expectation) -> String {
    match &expectation.content {
        Content::Error { codes, .. } => format!("{} {}", expectation.status, codes.join("|")),
        Content::Anything | Content::Pattern(_) => expectation.status.to_string(),
    }
}

fn only(difference: String) -> Comparison {
    Comparison {
        differences: vec![difference],
        captures: Vec::new(),
    }
}

/// A text on one line, cut where it is long.
fn short(text: &str) -> String {
    if text.is_empty() {
        return "an empty body".to_owned();
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_SHOWN {
        return line;
    }
    format!("{}…", line.chars().take(MAX_SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Mark;
    use bytes::Bytes;
    use hyper::http::HeaderMap;
    use serde_json::json;

    fn expectation(status: u16, content: Content) -> Expectation {
        Expectation {
            line: 1,
            mark: Mark::Observed,
            status,
            content,
        }
    }

    fn error(message: Option<&str>) -> Expectation {
        expectation(
            400,
            Content::Error {
                codes: vec!["A".into(), "B".into()],
                message: message.map(ToOwned::to_owned),
            },
        )
    }

    fn said(status: u16, body: Value) -> Said {
        Said {
            status,
            body: Ok(body),
        }
    }

    fn differences(expectation: &Expectation, said: &Said) -> Vec<String> {
        let mut variables = Variables::default();
        variables.set("x", "1");
        judge(expectation, said, &variables).differences
    }

    #[test]
    fn an_exception_may_have_either_name_and_spelling() {
        let wanted = error(Some("\"no $x\""));
        assert!(
            differences(&wanted, &said(400, json!({"__type":"A","message":"no 1"}))).is_empty()
        );
        assert!(
            differences(&wanted, &said(400, json!({"__type":"B","Message":"no 1"}))).is_empty()
        );
        assert_eq!(
            differences(&wanted, &said(400, json!({"__type":"A","message":"no"}))),
            ["A: message: expected \"no 1\", got \"no\""]
        );
        assert!(
            !differences(
                &wanted,
                &said(
                    400,
                    json!({"__type":"A","message":"no 1","Message":"other"})
                )
            )
            .is_empty()
        );
        assert_eq!(
            differences(
                &error(None),
                &said(400, json!({"__type":"C","message":"m"}))
            ),
            ["expected 400 A|B, got 400 C: \"m\""]
        );
    }

    #[test]
    fn what_is_no_answer_of_cloudtrail_is_shown() {
        let html = Said {
            status: 500,
            body: Err("<html>\n oops</html>".into()),
        };
        let wanted = expectation(200, Content::Pattern("{}".into()));
        assert_eq!(
            differences(&wanted, &html),
            ["expected 200, got 500 <html> oops</html>"]
        );
        let empty = Said {
            status: 200,
            body: Err(String::new()),
        };
        assert_eq!(
            differences(&wanted, &empty),
            ["expected JSON, got an empty body"]
        );
        assert!(differences(&expectation(200, Content::Anything), &empty).is_empty());
    }

    #[test]
    fn the_form_is_looked_at_as_far_as_it_is_asked_for() {
        let mut answer = Answer {
            status: 200,
            headers: HeaderMap::new(),
            body: Bytes::from(r#"{"Trails":{}}"#),
        };
        let told = |form, answer: &Answer| super::form(form, "ListTrails", answer).len();
        assert_eq!(told(Form::Free, &answer), 0);
        assert_eq!(told(Form::Shape, &answer), 1);
        assert_eq!(told(Form::Envelope, &answer), 3);
        let headers = &mut answer.headers;
        headers.insert("content-type", CONTENT_TYPE.parse().unwrap());
        let id = "5f00b2ac-0000-4aaa-8bbb-0123456789ab";
        headers.insert("x-amzn-requestid", id.parse().unwrap());
        assert_eq!(told(Form::Envelope, &answer), 1);
        // An error has no output.
        answer.status = 400;
        assert_eq!(told(Form::Envelope, &answer), 0);
    }
}
