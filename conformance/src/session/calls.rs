//! How a case calls CloudTrail: the request, its repetition, the verdict on
//! its answer. What a case needs around it is made in `setup.rs`.

use std::time::Duration;

use serde_json::Value;

use super::{Session, Special, Trouble};
use crate::fault::Answered;
use crate::http::{Answer, Failure};
use crate::judge::{self, Said};
use crate::script::{Body, Expectation};
use crate::target::{Outgoing, Profile};
use crate::vars::Place;

/// The prefix that botocore puts before an operation's name.
const TARGET_PREFIX: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";

/// How the calls name their client; suites look for it in the records.
const USER_AGENT: &str = "localtrail-conformance";

/// How often a throttled call is sent again to AWS itself, a second apart.
const MAX_THROTTLED: usize = 10;

impl Session<'_> {
    pub(super) async fn exchange(
        &mut self,
        operation: &str,
        body: &Body,
        expectation: &Expectation,
    ) -> Result<(), Trouble> {
        let operation = self.filled(operation)?;
        let body = match body {
            Body::Json(text) => self.variables.fill(text, Place::Json)?,
            Body::Text(text) => self.filled(text)?,
        };
        let times = self.special.times.unwrap_or(1);
        let outgoing = outgoing(&operation, body, std::mem::take(&mut self.special));
        for _ in 0..times {
            let (answer, said) = self.ask(&operation, outgoing.clone()).await?;
            let also = judge::form(self.judged.of(&operation), &operation, &answer);
            self.settle(expectation, &said, also)?;
            // Later expectations may ask for the record of this very call.
            let id = answer.header("x-amzn-requestid").unwrap_or_default();
            self.variables.set("request_id", id);
        }
        Ok(())
    }

    /// Sends a call and remembers what it may have made.
    pub(super) async fn ask(
        &mut self,
        operation: &str,
        outgoing: Outgoing,
    ) -> Result<(Answer, Said), Trouble> {
        let creates = operation == "CreateTrail";
        if creates && let Ok(input) = serde_json::from_slice::<Value>(&outgoing.body) {
            self.remember_asked(&input);
        }
        let answer = self.send(outgoing).await?;
        let said = Said::of(&answer);
        if let (true, 200, Ok(body)) = (creates, said.status, &said.body)
            && let Some(trail) = body.get("Name").and_then(Value::as_str)
        {
            self.remember(trail);
        }
        Ok((answer, said))
    }

    /// A peer may create a trail and then fail, or say nothing. Where all cases
    /// share an account, that trail would stand in the way of those that
    /// follow. At AWS only what is surely ours is touched.
    fn remember_asked(&mut self, input: &Value) {
        let Some(trail) = input.get("Name").and_then(Value::as_str) else {
            return;
        };
        let removed = match self.target.profile {
            Profile::Localtrail => false,
            Profile::Plain => true,
            Profile::Aws => trail.contains(self.unique),
        };
        if removed {
            self.remember(trail);
        }
    }

    fn remember(&mut self, trail: &str) {
        let caller = self.caller.clone();
        let known = self
            .trails
            .iter()
            .any(|(known, name)| name == trail && *known == caller);
        if !known {
            self.trails.push((caller, trail.to_owned()));
        }
    }

    /// Sends a call; AWS itself is asked again when it says "Rate exceeded".
    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<Answer, Trouble> {
        let mut answer = self.once(&outgoing).await?;
        for _ in 0..MAX_THROTTLED {
            let throttled = self.target.profile == Profile::Aws
                && answer.text().contains("ThrottlingException");
            if !throttled {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            answer = self.once(&outgoing).await?;
        }
        Ok(answer)
    }

    async fn once(&self, outgoing: &Outgoing) -> Result<Answer, Failure> {
        self.target
            .send(&self.caller, outgoing.clone(), self.limit)
            .await
    }

    /// Judges what was said and keeps what it captured.
    pub(super) fn settle(
        &mut self,
        expectation: &Expectation,
        said: &Said,
        also: Vec<String>,
    ) -> Result<(), Trouble> {
        let mut found = judge::judge(expectation, said, &self.variables);
        found.differences.extend(also);
        for (name, value) in found.captures {
            self.variables.set(name, value);
        }
        if found.differences.is_empty() {
            return Ok(());
        }
        let answered = Answered {
            status: said.status,
            body: said.body.clone(),
            variables: self.variables.clone(),
        };
        Err(Trouble::Differs(
            expectation.clone(),
            found.differences,
            Box::new(answered),
        ))
    }
}

/// A call with the usual headers, unless a step said otherwise.
pub(super) fn outgoing(operation: &str, body: String, special: Special) -> Outgoing {
    let method = special.method.as_deref().unwrap_or("POST");
    let path = special.path.as_deref().unwrap_or("/");
    let mut outgoing = Outgoing::new("cloudtrail", method, path);
    outgoing.headers = vec![
        (
            "content-type".to_owned(),
            "application/x-amz-json-1.1".to_owned(),
        ),
        ("user-agent".to_owned(), USER_AGENT.to_owned()),
        (
            "x-amz-target".to_owned(),
            format!("{TARGET_PREFIX}.{operation}"),
        ),
    ];
    for (name, value) in special.headers {
        outgoing.headers.retain(|(known, _)| *known != name);
        outgoing.headers.push((name, value));
    }
    outgoing.dropped = special.dropped;
    outgoing.body = body.into();
    outgoing
}
