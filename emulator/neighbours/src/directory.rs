//! Who there is and which keys were given out: the users, roles and access keys that IAM keeps and the sessions that STS
//! issues, of every account.
//!
//! In memory, and where a file is given also there: one line for each change, so that an answered call survives the
//! process. What the operations mean is `iam`'s and `sts`'s business.

mod entities;
mod file;
mod mint;
mod state;

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use localtrail_core::{AccountId, Caller, Identity, Region, Timestamp};

use crate::query::Fault;
use file::Log;

pub use entities::Standing;
pub(crate) use entities::{AccessKey, Entity, KeyOwner, Role, SessionKey, Status, Tag, User};
pub(crate) use mint::{access_key, credentials, unique_id};
pub(crate) use state::{Change, State};

/// An access key that is known here, with what proves that a request comes from its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Whose it is.
    pub identity: Identity,
    /// The secret access key.
    pub secret: String,
    /// The session token, for temporary credentials.
    pub token: Option<String>,
    /// Whether it may be used.
    pub standing: Standing,
}

/// The one directory of a neighbourhood.
#[derive(Debug)]
pub(crate) struct Directory(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    state: State,
    log: Option<Log>,
}

impl Directory {
    /// Opens the directory of a file, or one in memory alone.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds what this version does not understand.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let mut state = State::default();
        let log = match path {
            None => None,
            Some(path) => Some(Log::open(path, &mut state)?),
        };
        Ok(Self(Mutex::new(Inner { state, log })))
    }

    /// Looks, without changing anything.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock().state)
    }

    /// Decides on changes and makes them, all or none.
    ///
    /// # Errors
    /// What was decided against, or `ServiceFailure` when the changes cannot be written down; nothing is changed then.
    pub(crate) fn change<T>(
        &self,
        decide: impl FnOnce(&State) -> Result<(T, Vec<Change>), Fault>,
    ) -> Result<T, Fault> {
        let mut inner = self.lock();
        let (answer, changes) = decide(&inner.state)?;
        inner
            .make(changes)
            .map_err(|error| Fault::not_kept(&error))?;
        Ok(answer)
    }

    /// Notes that a key was used; not written down, as it may be with every call.
    pub(crate) fn note_use(&self, caller: &Caller, source: &str, region: &Region, at: Timestamp) {
        self.lock().state.note_use(caller, source, region, at);
    }

    /// The key, if it was issued here or learnt.
    pub(crate) fn issued(&self, access_key: &str, now: Timestamp) -> Option<Issued> {
        self.lock().state.issued(access_key, now)
    }

    /// The account's alias.
    pub(crate) fn alias(&self, account: AccountId) -> Option<String> {
        self.read(|state| state.alias(account).map(str::to_owned))
    }

    /// Takes in what was made elsewhere.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) fn learn(&self, changes: impl FnOnce(&State) -> Vec<Change>) -> io::Result<()> {
        let mut inner = self.lock();
        let changes = changes(&inner.state);
        inner.make(changes)
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn reset(&self) -> io::Result<()> {
        let mut inner = self.lock();
        let nothing = State::default();
        if let Some(log) = &mut inner.log {
            log.compact(&nothing)?;
        }
        inner.state = nothing;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Changes are made only once they are decided, so that a panic leaves the state whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn make(&mut self, changes: Vec<Change>) -> io::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        if let Some(log) = &mut self.log {
            log.append(&changes)?;
        }
        for change in changes {
            self.state.apply(change);
        }
        if let Some(log) = &mut self.log
            && log.is_long(&self.state)
        {
            // The changes are made and written down: a file that stays long is no reason to say that they are not.
            let _stays_long = log.compact(&self.state);
        }
        Ok(())
    }
}
