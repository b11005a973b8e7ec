//! Takes the steps of one case against the target, one after the other.
//!
//! The first step that differs ends the case, because what follows depends on
//! it. What a case made is removed when it ends, as far as that succeeds. A law
//! has the same session in its hands, see `hand.rs`.

mod calls;
mod hand;
mod setup;

use std::time::Duration;

use crate::cases::subject;
use crate::fault::{Answered, Fault};
use crate::http::Failure;
use crate::judge::Said;
use crate::script::{Action, Case, Expectation, Form, Mark, Need, Request, Step};
use crate::target::{Caller, Target};
use crate::vars::{FillError, Variables};

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
    for (number, account) in (3..).zip(further_accounts(&accounts.own)) {
        variables.set(format!("account{number}"), account);
    }
    for number in 1..=6 {
        let name = format!("t-{}-{number}", accounts.unique);
        variables.set(format!("t{number}"), name);
    }
    let mut session = Session {
        target,
        limit,
        mark: case.mark,
        variables,
        caller: Caller {
            account: accounts.own.clone(),
            region: target.region.clone(),
        },
        unique: &accounts.unique,
        judged: Judged {
            everywhere: target.profile.form(),
            here: case.form,
            subject: subject(case),
        },
        special: Special::default(),
        trails: Vec::new(),
        buckets: Vec::new(),
        organizations: Vec::new(),
        recorded: 0,
    };
    for step in &case.steps {
        if let Err(trouble) = session.take(step).await {
            let fault = trouble.placed(step, case.mark);
            // Where the account is this case's own, nobody is in its way.
            if !fault.silent || !target.profile.has(Need::Accounts) {
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

/// One case in progress: who calls from where, its variables, and what it made.
pub struct Session<'a> {
    target: &'a Target,
    limit: Duration,
    /// The mark of the case.
    mark: Mark,
    variables: Variables,
    caller: Caller,
    unique: &'a str,
    judged: Judged<'a>,
    special: Special,
    /// The trails that this case created, and from where, to be removed.
    trails: Vec<(Caller, String)>,
    buckets: Vec<String>,
    /// The ids of the organizations that this case declared.
    organizations: Vec<String>,
    /// How many records this case handed over.
    recorded: usize,
}

/// What of the form of an answer is judged.
struct Judged<'a> {
    /// Of every answer of this target.
    everywhere: Form,
    /// Of the answers that the case is about: all of a story, and of an operation's case that operation's, since what
    /// must be there before is another operation's fault.
    here: Form,
    subject: &'a str,
}

impl Judged<'_> {
    fn of(&self, operation: &str) -> Form {
        let is_story = localtrail_model::cloudtrail()
            .operation(self.subject)
            .is_none();
        if is_story || self.subject == operation {
            self.here.max(self.everywhere)
        } else {
            self.everywhere
        }
    }
}

/// What went wrong in a step.
enum Trouble {
    Suite(String),
    NoAnswer(Failure),
    Setup(String),
    Differs(Expectation, Vec<String>, Box<Answered>),
    Broken(Fault),
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
        let line = step.line;
        let fault = self.unplaced(mark);
        match (fault.line, &fault.file) {
            (0, None) => Fault { line, ..fault },
            _ => fault,
        }
    }

    /// The fault, with a line only if the trouble has its own.
    fn unplaced(self, mark: Mark) -> Fault {
        match self {
            Self::Suite(reason) | Self::Setup(reason) => Fault::unplaced(mark, vec![reason]),
            Self::NoAnswer(failure) => Fault {
                silent: matches!(failure, Failure::Silence(_) | Failure::Broken(_)),
                ..Fault::unplaced(mark, vec![failure.to_string()])
            },
            Self::Differs(expectation, differences, answered) => Fault {
                line: expectation.line,
                answered: Some(answered),
                ..Fault::unplaced(expectation.mark, differences)
            },
            Self::Broken(fault) => fault,
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
            Action::Organization(name, text) => self.declare(name, text).await?,
            Action::Record(text) => self.record(text).await?,
            Action::Flush => {
                self.control("POST", "/_localtrail/flush", String::new())
                    .await?;
            }
            Action::Advance(duration) => {
                let duration = self.filled(duration)?;
                let body = serde_json::json!({"advance": duration}).to_string();
                self.control("POST", "/_localtrail/clock", body).await?;
            }
            Action::Exchange(Request::Call { operation, body }, expectation) => {
                self.exchange(operation, body, expectation).await?;
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
            Action::Law(run) => run(self).await.map_err(Trouble::Broken)?,
        }
        Ok(())
    }
}

/// Four accounts that no other case of the run has. Those of cases begin with
/// 1 to 8 and come in twos; these begin with 9.
fn further_accounts(own: &str) -> impl Iterator<Item = String> {
    const FIRST: u64 = 900_000_000_000;
    const COUNT: u64 = 4;
    const CASES: u64 = 25_000_000_000;
    let own: u64 = own.parse().unwrap_or_default();
    let first = FIRST + (own / 2 % CASES) * COUNT;
    (first..first + COUNT).map(|account| account.to_string())
}
