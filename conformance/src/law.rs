//! A law: a case that is written in Rust, because no text can say it.
//!
//! The laws themselves stand in the table `laws::ALL`; here is only what one
//! is, and how it becomes a case among the others.

use std::pin::Pin;

use crate::fault::Fault;
use crate::script::{Action, Case, Form, Mark, Need, Step};
use crate::session::Session;

/// What a law answers when it has run.
pub type Verdict<'a> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>>;

/// The function of a law.
pub type Run = for<'a, 's> fn(&'a mut Session<'s>) -> Verdict<'a>;

/// A case written in Rust.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// Its name; the case is called `laws/NAME`. One that begins with
    /// `OPERATION/` is counted in that operation's row of a report.
    pub name: &'static str,
    /// How sure it is.
    pub mark: Mark,
    /// Where it comes from.
    pub source: &'static str,
    /// What the target must be able to do. A law that flushes or moves the
    /// clock needs [`Need::Control`] and then runs alone.
    pub needs: &'static [Need],
    /// What it does: `|session| Box::pin(async move { … })`.
    pub run: Run,
}

impl Law {
    /// The law as a case.
    pub fn case(&self) -> Case {
        Case {
            id: format!("laws/{}", self.name),
            mark: self.mark,
            source: self.source.to_owned(),
            file: "laws.rs".to_owned(),
            line: 0,
            about: None,
            needs: self.needs.to_vec(),
            form: Form::Free,
            alone: false,
            steps: vec![Step {
                line: 0,
                action: Action::Law(self.run),
            }],
        }
    }
}
