//! Takes the steps of one case against the target, one after the other.
//!
//! The first step that differs ends the case, because what follows depends on
//! it. What a case made is removed when it ends, as far as that succeeds.

use std::time::Duration;

use serde_json::Value;

use crate::http::{Answer, Failure};
use crate::judge::{self, Said};
use crate::policy;
use crate::s3::S3Client;
use crate::script::{Action, Body, Case, Expectation, Mark, Policy, Request, S3, Step};
use crate::target::{Caller, Outgoing, Profile, Target};
use crate::vars::{FillError, Place, Variables};

/// The prefix that botocore puts before an operation's name.
const TARGET_PREFIX: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";

/// How the calls name their client; suites look for it in the records.
const USER_AGENT: &str = "localtrail-conformance";

/// How often a throttled call is sent again to AWS itself, a second apart.
const MAX_THROTTLED: usize = 10;

/// Flushing may deliver much and take longer than a call.
const FLUSH_FACTOR: u32 = 3;

/// How a case failed.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The line of the step or the expectation.
    pub line: usize,
    /// How sure the expectation is.
    pub mark: Mark,
    /// How it differed, at least one sentence.
    pub differences: Vec<String>,
    /// Whether the target gave no answer at all.
    pub silent: bool,
}

/// The two accounts that a case may use.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// The account that calls.
    pub own: String,
    /// Another one.
    pub other: String,
    /// A text that no other case has, for names.
    pub unique: String,
}

/// Runs a case; `limit` is how long one answer may take.
pub async fn run(
    target: &Target,
    case: &Case,
    accounts: &Accounts,
    limit: Duration,
) -> Result<(), Fault> {
    let mut variables = Variables::default();
    variables.set("account", &accounts.own);
    variables.set("account2", &accounts.other);
    variables.set("region", &target.region);
    variables.set("home", &target.region);
    variables.set("request_id", "");
    for number in 1..=6 {
        let name = format!("t-{}-{number}", accounts.unique);
        variables.set(format!("t{number}"), name);
    }
    let mut session = Session {
        target,
        limit,
        variables,
        caller: Caller {
            account: accounts.own.clone(),
            region: target.region.clone(),
        },
        unique: &accounts.unique,
        envelope: case.envelope || target.profile.envelope_everywhere(),
        special: Special::default(),
        trails: Vec::new(),
        buckets: Vec::new(),
    };
    for step in &case.steps {
        if let Err(trouble) = session.take(step).await {
            let fault = trouble.placed(step, case.mark);
            if !fault.silent {
                session.clean().await;
            }
            return Err(fault);
        }
    }
    session.clean().await;
    Ok(())
}

/// What is unusual about the next request.
#[derive(Default)]
struct Special {
    headers: Vec<(String, String)>,
    dropped: Vec<String>,
    method: Option<String>,
    path: Option<String>,
    times: Option<usize>,
}

struct Session<'a> {
    target: &'a Target,
    limit: Duration,
    variables: Variables,
    caller: Caller,
    unique: &'a str,
    envelope: bool,
    special: Special,
    /// The trails that this case created, and from where, to be removed.
    trails: Vec<(Caller, String)>,
    buckets: Vec<String>,
}

/// What went wrong in a step.
enum Trouble {
    Suite(String),
    NoAnswer(Failure),
    Setup(String),
    Differs(Expectation, Vec<String>),
}

impl From<FillError> for Trouble {
    fn from(error: FillError) -> Self {
        Self::Suite(error.to_string())
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::NoAnswer(failure)
    }
}

impl Trouble {
    fn placed(self, step: &Step, mark: Mark) -> Fault {
        let silent = matches!(
            self,
            Self::NoAnswer(Failure::Silence(_) | Failure::Broken(_))
        );
        let (line, mark, differences) = match self {
            Self::Suite(reason) | Self::Setup(reason) => (step.line, mark, vec![reason]),
            Self::NoAnswer(failure) => (step.line, mark, vec![failure.to_string()]),
            Self::Differs(expectation, differences) => {
                (expectation.line, expectation.mark, differences)
            }
        };
        Fault {
            line,
            mark,
            differences,
            silent,
        }
    }
}

impl Session<'_> {
    async fn take(&mut self, step: &Step) -> Result<(), Trouble> {
        match &step.action {
            Action::Bucket(name, policy) => self.create_bucket(name, policy).await?,
            Action::Policy(bucket, policy) => {
                let bucket = self.filled(bucket)?;
                self.put_policy(&bucket, policy).await?;
            }
            Action::Region(region) => {
                self.caller.region = self.filled(region)?;
                let region = self.caller.region.clone();
                self.variables.set("region", region);
            }
            Action::Account(account) => self.caller.account = self.filled(account)?,
            Action::Header(name, value) => {
                let value = self.filled(value)?;
                self.special.headers.push((name.to_lowercase(), value));
            }
            Action::NoHeader(name) => self.special.dropped.push(name.to_lowercase()),
            Action::Times(times) => self.special.times = Some(*times),
            Action::Method(method) => self.special.method = Some(method.clone()),
            Action::Path(path) => self.special.path = Some(self.filled(path)?),
            Action::Flush => self.control("/_localtrail/flush", String::new()).await?,
            Action::Advance(duration) => {
                let duration = self.filled(duration)?;
                let body = serde_json::json!({"advance": duration}).to_string();
                self.control("/_localtrail/clock", body).await?;
            }
            Action::Exchange(Request::Call { operation, body }, expectation) => {
                self.call(operation, body, expectation).await?;
            }
            Action::Exchange(Request::S3(call), expectation) => {
                let call = self.filled_s3(call)?;
                let (status, body) = self.s3().perform(&call).await?;
                let said = Said {
                    status,
                    body: Ok(body),
                };
                self.settle(expectation, &said, Vec::new())?;
            }
        }
        Ok(())
    }

    async fn call(
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
            let answer = self.send(outgoing.clone()).await?;
            let said = Said::of(&answer);
            if said.status == 200 && operation == "CreateTrail" {
                self.remember(&said);
            }
            let also = match self.envelope {
                true => judge::envelope(&operation, &answer),
                false => Vec::new(),
            };
            self.settle(expectation, &said, also)?;
            // Later expectations may ask for the record of this very call.
            let id = answer.header("x-amzn-requestid").unwrap_or_default();
            self.variables.set("request_id", id);
        }
        Ok(())
    }

    /// Sends a call; AWS itself is asked again when it says "Rate exceeded".
    async fn send(&self, outgoing: Outgoing) -> Result<Answer, Trouble> {
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
    fn settle(
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
        Err(Trouble::Differs(expectation.clone(), found.differences))
    }

    fn remember(&mut self, said: &Said) {
        let trail = said.body.as_ref().ok().and_then(|body| body.get("Name"));
        if let Some(trail) = trail.and_then(Value::as_str) {
            self.trails.push((self.caller.clone(), trail.to_owned()));
        }
    }

    async fn create_bucket(&mut self, name: &str, policy: &Policy) -> Result<(), Trouble> {
        let bucket = format!("ct-{}-{}", self.unique, self.buckets.len() + 1);
        let created = self.s3().create(&bucket).await?;
        succeeded("creating the bucket", created)?;
        self.variables.set(name, &bucket);
        self.buckets.push(bucket.clone());
        if *policy == Policy::None {
            return Ok(());
        }
        self.put_policy(&bucket, policy).await
    }

    async fn put_policy(&self, bucket: &str, policy: &Policy) -> Result<(), Trouble> {
        let document = match policy {
            Policy::None => None,
            Policy::Usual(changes) => {
                let changes = changes
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.filled(value)?)))
                    .collect::<Result<Vec<_>, FillError>>()?;
                Some(policy::document(bucket, &self.caller.account, &changes))
            }
            Policy::Document(text) => Some(self.variables.fill(text, Place::Json)?),
        };
        let put = self.s3().put_policy(bucket, document).await?;
        succeeded("setting the bucket's policy", put)
    }

    async fn control(&self, path: &str, body: String) -> Result<(), Trouble> {
        let limit = self.limit * FLUSH_FACTOR;
        let answer = self.target.control(path, body, limit).await?;
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        Err(Trouble::Setup(format!(
            "POST {path} was answered with {} {}",
            answer.status,
            answer.text()
        )))
    }

    fn s3(&self) -> S3Client<'_> {
        S3Client {
            target: self.target,
            account: &self.caller.account,
            limit: self.limit,
        }
    }

    fn filled(&self, text: &str) -> Result<String, FillError> {
        self.variables.fill(text, Place::Plain)
    }

    fn filled_s3(&self, call: &S3) -> Result<S3, FillError> {
        let fill = |text: &String| self.filled(text);
        Ok(match call {
            S3::Keys(a, b) => S3::Keys(fill(a)?, fill(b)?),
            S3::Logs(a, b) => S3::Logs(fill(a)?, fill(b)?),
            S3::Head(a, b) => S3::Head(fill(a)?, fill(b)?),
            S3::Put(a, b, c) => S3::Put(fill(a)?, fill(b)?, fill(c)?),
            S3::Get(a, b) => S3::Get(fill(a)?, fill(b)?),
            S3::Delete(a, b) => S3::Delete(fill(a)?, fill(b)?),
            S3::DeleteBucket(a) => S3::DeleteBucket(fill(a)?),
        })
    }

    /// Removes what the case made. A failure here is no failure of the case.
    async fn clean(&mut self) {
        for (caller, trail) in std::mem::take(&mut self.trails) {
            let body = serde_json::json!({"Name": trail}).to_string();
            self.caller = caller;
            let deletion = outgoing("DeleteTrail", body, Special::default());
            if matches!(self.send(deletion).await, Err(Trouble::NoAnswer(_))) {
                return;
            }
        }
        // An emulator's buckets go with it.
        if self.target.profile == Profile::Localtrail {
            return;
        }
        for bucket in std::mem::take(&mut self.buckets) {
            if self.s3().perform(&S3::DeleteBucket(bucket)).await.is_err() {
                return;
            }
        }
    }
}

fn succeeded(what: &str, (status, body): (u16, Value)) -> Result<(), Trouble> {
    if status == 200 {
        return Ok(());
    }
    Err(Trouble::Setup(format!(
        "{what} was answered with {status} {body}"
    )))
}

/// A call with the usual headers, unless a step said otherwise.
fn outgoing(operation: &str, body: String, special: Special) -> Outgoing {
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
