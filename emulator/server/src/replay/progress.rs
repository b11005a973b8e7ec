//! How far a replay is: one line on standard error, rewritten, and only where that is a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// The line is written anew at most this often.
const STEP: Duration = Duration::from_millis(200);

/// The line.
pub(super) struct Progress {
    wanted: bool,
    shown: bool,
    last: Instant,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            wanted: io::stderr().is_terminal(),
            shown: false,
            last: Instant::now(),
        }
    }

    /// Shows the counts; `all` where it is known, else 0.
    pub(super) fn show(&mut self, accepted: u64, refused: u64, all: usize) {
        if !self.wanted || self.last.elapsed() < STEP {
            return;
        }
        self.last = Instant::now();
        let of = match all {
            0 => String::new(),
            all => format!(" of {all}"),
        };
        eprint!("\r\x1b[2K{accepted}{of} events, {refused} refused");
        // A terminal that cannot be written to is no reason to stop.
        let _unwritten = io::stderr().flush();
        self.shown = true;
    }

    /// Takes the line away, so that something else can be said.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            eprint!("\r\x1b[2K");
        }
    }
}
