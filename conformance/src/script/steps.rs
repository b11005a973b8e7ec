//! Reads single steps of a case.

use super::{Action, Body, Content, Expectation, Mark, Policy, Request, S3, Step};
use crate::vars::{Place, name_length};

/// A line of a suite, with those that continue it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Its text.
    pub(super) text: String,
}

/// The most often one request may be sent.
const MAX_TIMES: usize = 1_000;

/// Reads a line and adds what it says to the steps; an answer belongs to the
/// request above it.
pub(super) fn read(line: &Line, mark: Mark, steps: &mut Vec<Step>) -> Result<(), String> {
    let (word, rest) = cut(&line.text);
    let action = match word {
        "<" => return answer(line.number, rest, mark, steps),
        ">" => exchange(call(rest)?, line.number, mark),
        "s3" => exchange(Request::S3(s3(rest)?), line.number, mark),
        "bucket" => {
            let (name, rest) = cut(rest);
            Action::Bucket(variable(name)?, policy(rest)?)
        }
        "policy" => {
            let (bucket, rest) = cut(rest);
            Action::Policy(needed(bucket, "policy BUCKET POLICY")?, policy(rest)?)
        }
        "region" => Action::Region(needed(rest, "region NAME")?),
        "as" => Action::Account(needed(rest, "as ACCOUNT")?),
        "header" => match rest.split_once(':') {
            Some((name, value)) => Action::Header(name.trim().into(), value.trim().into()),
            None => return Err("write: header NAME: VALUE".into()),
        },
        "without" => Action::NoHeader(needed(rest, "without HEADER")?),
        "method" => Action::Method(needed(rest, "method NAME")?),
        "times" => match rest.parse() {
            Ok(times @ 1..=MAX_TIMES) => Action::Times(times),
            _ => return Err(format!("write: times N, up to {MAX_TIMES}")),
        },
        "path" => Action::Path(needed(rest, "path PATH")?),
        "organization" => {
            let (name, rest) = cut(rest);
            Action::Organization(variable(name)?, needed(rest, "organization $name JSON")?)
        }
        "record" => Action::Record(needed(rest, "record JSON")?),
        "flush" => Action::Flush,
        "advance" => Action::Advance(needed(rest, "advance DURATION")?),
        other => return Err(format!("there is no step {other:?}")),
    };
    steps.push(Step {
        line: line.number,
        action,
    });
    Ok(())
}

/// Cuts a text into its first word and what follows.
pub(super) fn cut(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (text, ""),
    }
}

/// Every text of a step in which variables are filled, but for its answer.
pub(super) fn texts(action: &Action) -> Vec<(&str, Place)> {
    match action {
        Action::Bucket(_, policy) => policy_texts(policy),
        Action::Organization(_, text) | Action::Record(text) => vec![(text, Place::Json)],
        Action::Policy(bucket, policy) => {
            let mut texts = policy_texts(policy);
            texts.push((bucket, Place::Plain));
            texts
        }
        Action::Region(text)
        | Action::Account(text)
        | Action::Header(_, text)
        | Action::Path(text)
        | Action::Advance(text) => vec![(text, Place::Plain)],
        Action::NoHeader(_)
        | Action::Method(_)
        | Action::Times(_)
        | Action::Flush
        | Action::Law(_) => Vec::new(),
        Action::Exchange(Request::Call { operation, body }, _) => {
            let body = match body {
                Body::Json(text) => (text.as_str(), Place::Json),
                Body::Text(text) => (text.as_str(), Place::Plain),
            };
            vec![(operation, Place::Plain), body]
        }
        Action::Exchange(Request::S3(call), _) => s3_texts(call),
    }
}

fn policy_texts(policy: &Policy) -> Vec<(&str, Place)> {
    match policy {
        Policy::None => Vec::new(),
        Policy::Usual(changes) => changes
            .iter()
            .map(|(_, value)| (value.as_str(), Place::Plain))
            .collect(),
        Policy::Document(text) => vec![(text, Place::Json)],
    }
}

fn s3_texts(call: &S3) -> Vec<(&str, Place)> {
    let texts: Vec<&str> = match call {
        S3::Keys(bucket, key)
        | S3::Logs(bucket, key)
        | S3::Head(bucket, key)
        | S3::Get(bucket, key)
        | S3::Delete(bucket, key) => vec![bucket, key],
        S3::Put(bucket, key, text) => vec![bucket, key, text],
        S3::DeleteBucket(bucket) => vec![bucket],
    };
    texts.into_iter().map(|text| (text, Place::Plain)).collect()
}

fn exchange(request: Request, line: usize, mark: Mark) -> Action {
    // A request without an answer below it must at least succeed.
    let expectation = Expectation {
        line,
        mark,
        status: 200,
        content: Content::Anything,
    };
    Action::Exchange(request, expectation)
}

/// `OPERATION JSON` or `OPERATION text ANYTHING`.
fn call(rest: &str) -> Result<Request, String> {
    let (operation, body) = cut(rest);
    let operation = needed(operation, "> OPERATION BODY")?;
    let body = match cut(body) {
        ("text", text) => Body::Text(text.to_owned()),
        ("", _) => return Err("a body is missing; write {} for an empty one".into()),
        _ => Body::Json(body.to_owned()),
    };
    Ok(Request::Call { operation, body })
}

fn s3(rest: &str) -> Result<S3, String> {
    let (verb, rest) = cut(rest);
    let (bucket, rest) = cut(rest);
    let (key, text) = cut(rest);
    let bucket = needed(bucket, "s3 VERB BUCKET …")?;
    let optional = key.to_owned();
    let key = || needed(key, "s3 VERB BUCKET KEY");
    Ok(match verb {
        "keys" => S3::Keys(bucket, optional),
        "logs" => S3::Logs(bucket, optional),
        "head" => S3::Head(bucket, key()?),
        "put" => S3::Put(bucket, key()?, text.to_owned()),
        "get" => S3::Get(bucket, key()?),
        "delete" => S3::Delete(bucket, key()?),
        "delete-bucket" => S3::DeleteBucket(bucket),
        other => return Err(format!("there is no s3 {other:?}")),
    })
}

/// Nothing, `with NAME=VALUE…`, `without policy` or `{…}`.
fn policy(rest: &str) -> Result<Policy, String> {
    if rest.starts_with('{') {
        return Ok(Policy::Document(rest.to_owned()));
    }
    match cut(rest) {
        ("", _) => Ok(Policy::Usual(Vec::new())),
        ("without", "policy") => Ok(Policy::None),
        ("with", changes) => changes
            .split_whitespace()
            .map(change)
            .collect::<Result<_, _>>()
            .map(Policy::Usual),
        _ => Err("a policy is: with NAME=VALUE…, without policy, or JSON".into()),
    }
}

/// What may be changed in the usual policy.
const CHANGES: [&str; 8] = [
    "account",
    "acl",
    "acl-check",
    "path",
    "prefix",
    "source-account",
    "source-arn",
    "write",
];

fn change(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(name, _)| CHANGES.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("{text:?} is no change to a policy; there are {CHANGES:?}"))
}

/// `[mark] STATUS`, then nothing, a pattern, or names of exceptions and a message.
fn answer(number: usize, rest: &str, mark: Mark, steps: &mut [Step]) -> Result<(), String> {
    let Some(Step {
        action: Action::Exchange(_, expectation),
        line,
    }) = steps.last_mut()
    else {
        return Err("an answer without a request".into());
    };
    if expectation.line != *line {
        return Err("a second answer to one request".into());
    }
    let (first, after) = cut(rest);
    let own = Mark::read(first);
    let (status, content) = cut(if own.is_some() { after } else { rest });
    *expectation = Expectation {
        line: number,
        mark: own.unwrap_or(mark),
        status: status
            .parse()
            .map_err(|_| "write: < [MARK] STATUS …".to_owned())?,
        content: content_of(content)?,
    };
    Ok(())
}

fn content_of(text: &str) -> Result<Content, String> {
    if text.is_empty() {
        return Ok(Content::Anything);
    }
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(Content::Pattern(text.to_owned()));
    }
    let (codes, message) = cut(text);
    let codes: Vec<String> = codes.split('|').map(str::to_owned).collect();
    if codes.iter().any(String::is_empty) {
        return Err("the name of an exception is missing".into());
    }
    if !(message.is_empty() || message.starts_with(['"', '<'])) {
        return Err("a message is a string in quotes or a <wildcard>".into());
    }
    let message = (!message.is_empty()).then(|| message.to_owned());
    Ok(Content::Error { codes, message })
}

/// The name of a variable that a step sets.
fn variable(text: &str) -> Result<String, String> {
    match text.strip_prefix('$') {
        Some(name) if !name.is_empty() && name_length(name) == name.len() => Ok(name.to_owned()),
        _ => Err(format!("{text:?} is no variable; write $name")),
    }
}

fn needed(text: &str, form: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(format!("write: {form}"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(text: &str) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        for (number, text) in text.lines().enumerate() {
            let line = Line {
                number,
                text: text.to_owned(),
            };
            read(&line, Mark::Observed, &mut steps)?;
        }
        Ok(steps)
    }

    #[test]
    fn policies() {
        assert_eq!(policy("").unwrap(), Policy::Usual(vec![]));
        assert_eq!(policy("without policy").unwrap(), Policy::None);
        assert_eq!(
            policy("with prefix=a acl=private").unwrap(),
            Policy::Usual(vec![
                ("prefix".into(), "a".into()),
                ("acl".into(), "private".into())
            ])
        );
        assert!(policy("with colour=red").is_err());
        assert!(policy("nonsense").is_err());
    }

    #[test]
    fn a_body_may_be_any_text() {
        let steps = step("> ListTrails text {\"a\":").unwrap();
        let Action::Exchange(Request::Call { body, .. }, _) = &steps[0].action else {
            panic!("a call was expected");
        };
        assert!(matches!(body, Body::Text(text) if text == "{\"a\":"));
        assert!(step("> ListTrails").is_err());
    }

    #[test]
    fn one_request_has_one_answer() {
        assert!(step("> A {}\n< 200\n< 200").is_err());
        assert!(step("< 200").is_err());
        assert!(step("> A {}\n< fine").is_err());
        assert!(step("> A {}\n< 400 Code message").is_err());
        assert!(step("> A {}\n< 400 Code|").is_err());
    }

    #[test]
    fn s3_calls() {
        for text in [
            "s3 keys b",
            "s3 keys b p/",
            "s3 put b k some text",
            "s3 delete-bucket b",
        ] {
            assert!(step(text).is_ok(), "{text}");
        }
        for text in ["s3 keys", "s3 head b", "s3 dance b"] {
            assert!(step(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bucket_is_named_by_a_variable() {
        assert!(step("bucket $b with prefix=x").is_ok());
        assert!(step("bucket b").is_err());
        assert!(step("bucket $B").is_err());
    }
}
