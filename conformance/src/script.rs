//! What a suite says, once it is read: cases made of steps.
//!
//! Texts in a step still hold their variables; they are filled in when the
//! step is taken. `script/parse.rs` reads the text of a suite. Nothing here
//! sends anything.

mod parse;
mod steps;

use std::fmt;

use crate::law::Run;

pub(crate) use parse::with_columns;
pub use parse::{ScriptError, parse, steps};

/// How sure an expectation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// AWS documents it.
    Documented,
    /// Seen in an answer of AWS's.
    Observed,
    /// Inferred; the best guess until evidence turns up.
    Inferred,
}

impl Mark {
    /// Reads `[D]`, `[O]` or `[I]`.
    pub fn read(text: &str) -> Option<Self> {
        [Self::Documented, Self::Observed, Self::Inferred]
            .into_iter()
            .find(|mark| mark.to_string() == text)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "[D]",
            Self::Observed => "[O]",
            Self::Inferred => "[I]",
        })
    }
}

/// A power of the target without which a case means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Delivery on request and a clock that can be moved, under `/_localtrail/`.
    Control,
    /// As many accounts as the case likes.
    Accounts,
    /// Event history that shows a call as soon as it was answered.
    History,
    /// An emulator that leaves out part of the API.
    Emulator,
}

impl Need {
    /// Every need with the word by which a suite calls it.
    pub const WORDS: [(Self, &'static str); 4] = [
        (Self::Control, "control"),
        (Self::Accounts, "accounts"),
        (Self::History, "history"),
        (Self::Emulator, "emulator"),
    ];
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(need, _)| need == self);
        f.write_str(word.map_or("?", |(_, word)| word))
    }
}

/// What of every answer of CloudTrail's is judged, besides what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Nothing.
    Free,
    /// A success fits the shape of the operation's output.
    Shape,
    /// That, the request id and the content type.
    Envelope,
}

/// One conversation, independent of all others.
#[derive(Clone, Debug)]
pub struct Case {
    /// `suite/name` or `suite/name/row`.
    pub id: String,
    /// The mark of its expectations that have none of their own.
    pub mark: Mark,
    /// The section of the specification it comes from.
    pub source: String,
    /// The file it stands in.
    pub file: String,
    /// The line of its heading.
    pub line: usize,
    /// The operation that it is about, if the suite says so.
    pub about: Option<String>,
    /// What the target must be able to do.
    pub needs: Vec<Need>,
    /// What of the form of its answers it is about.
    pub form: Form,
    /// Whether the suite says that no other case may run beside this one.
    pub alone: bool,
    /// What is done and expected.
    pub steps: Vec<Step>,
}

impl Case {
    /// Whether no other case may run beside this one, because it does
    /// something to the whole target: delivers everything, moves the clock.
    pub fn runs_alone(&self) -> bool {
        self.alone
            || self.steps.iter().any(|step| match step.action {
                Action::Flush | Action::Advance(_) => true,
                Action::Law(_) => self.needs.contains(&Need::Control),
                _ => false,
            })
    }
}

/// One step of a case.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its line in the file.
    pub line: usize,
    /// What is done.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Creates a bucket of a new name, which the variable then holds.
    Bucket(String, Policy),
    /// Gives an existing bucket another policy.
    Policy(String, Policy),
    /// Calls this region from now on.
    Region(String),
    /// Calls as this account from now on.
    Account(String),
    /// Sends the next request with this header.
    Header(String, String),
    /// Sends the next request without this header.
    NoHeader(String),
    /// Sends the next request with this method.
    Method(String),
    /// Sends the next request so often, and looks at every answer.
    Times(usize),
    /// Sends the next request to this path.
    Path(String),
    /// Declares an organization, whose id the variable then holds, or
    /// declares it anew if the variable holds one already.
    Organization(String, String),
    /// Hands the target a whole record of an event; members that the JSON
    /// leaves out are those of a data event of the calling account.
    Record(String),
    /// Has everything delivered now.
    Flush,
    /// Moves the target's clock.
    Advance(String),
    /// Sends a request and looks at the answer.
    Exchange(Request, Expectation),
    /// Does what a law does; no text says this.
    Law(Run),
}

/// A request.
#[derive(Clone, Debug)]
pub enum Request {
    /// A call of CloudTrail's.
    Call {
        /// The operation's name.
        operation: String,
        /// What is sent to it.
        body: Body,
    },
    /// A call of S3's.
    S3(S3),
}

/// The body of a call.
#[derive(Clone, Debug)]
pub enum Body {
    /// JSON.
    Json(String),
    /// A text that need not be JSON.
    Text(String),
}

/// A call of S3's; the answer is given as JSON so that a pattern can judge it.
#[derive(Clone, Debug)]
pub enum S3 {
    /// The keys under a prefix, sorted, as an array of strings.
    Keys(String, String),
    /// The log files under a prefix, as an array of `{"Key":…,"Records":[…]}`.
    Logs(String, String),
    /// An object's `{"Size":…,"ContentType":…,"ContentEncoding":…}`.
    Head(String, String),
    /// Stores a text; `{}`.
    Put(String, String, String),
    /// Reads an object; its text as a JSON string.
    Get(String, String),
    /// Deletes an object; `{}`.
    Delete(String, String),
    /// Empties and deletes a bucket; `{}`.
    DeleteBucket(String),
}

/// The policy of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// None at all.
    None,
    /// The one that CloudTrail asks for, with these changes.
    Usual(Vec<(String, String)>),
    /// This document.
    Document(String),
}

/// What the answer must be.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Its line in the file.
    pub line: usize,
    /// How sure it is.
    pub mark: Mark,
    /// The status code.
    pub status: u16,
    /// The rest.
    pub content: Content,
}

/// What an answer must hold.
#[derive(Clone, Debug)]
pub enum Content {
    /// Anything.
    Anything,
    /// JSON that fits a pattern.
    Pattern(String),
    /// An exception, by any of these names.
    Error {
        /// The names.
        codes: Vec<String>,
        /// A pattern for the message: a JSON string or a wildcard.
        message: Option<String>,
    },
}
