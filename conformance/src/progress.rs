//! Shows on stderr how far a run is: a line that rewrites itself on a
//! terminal, a short line every few seconds elsewhere, or nothing.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::run::Outcome;
use crate::script::Case;

/// How long between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(3);

/// How long between two states of the line on a terminal.
const BETWEEN_STATES: Duration = Duration::from_millis(100);

/// The longest name of a case that is shown, in characters.
const MAX_NAME: usize = 44;

/// What progress looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Not at all.
    Quiet,
    /// A line every few seconds.
    Lines,
    /// One line that rewrites itself.
    Rewriting,
}

impl Style {
    /// What suits stderr.
    pub fn of_stderr() -> Self {
        match io::stderr().is_terminal() {
            true => Self::Rewriting,
            false => Self::Lines,
        }
    }
}

/// How far a run is.
pub struct Progress {
    style: Style,
    /// Goes before each line, such as the name of the target.
    title: String,
    total: usize,
    state: Mutex<State>,
}

struct State {
    out: Box<dyn Write + Send>,
    passed: usize,
    failed: usize,
    skipped: usize,
    current: String,
    shown: Instant,
    /// Whether there is a line on the terminal that must go before another.
    in_the_way: bool,
}

impl Progress {
    /// The progress of a run of `total` cases, shown on stderr.
    pub fn new(style: Style, title: &str, total: usize) -> Self {
        Self::to(Box::new(io::stderr()), style, title, total)
    }

    fn to(out: Box<dyn Write + Send>, style: Style, title: &str, total: usize) -> Self {
        Self {
            style,
            title: title.to_owned(),
            total,
            state: Mutex::new(State {
                out,
                passed: 0,
                failed: 0,
                skipped: 0,
                current: String::new(),
                shown: Instant::now(),
                in_the_way: false,
            }),
        }
    }

    /// A case begins.
    pub fn begun(&self, case: &Case) {
        self.state().current.clone_from(&case.id);
    }

    /// A case ended.
    pub fn ended(&self, outcome: &Outcome) {
        let mut state = self.state();
        match outcome {
            Outcome::Passed => state.passed += 1,
            Outcome::Failed(_) => state.failed += 1,
            Outcome::Skipped(_) => state.skipped += 1,
        }
        drop(state);
        self.show();
    }

    /// Shows the state, if the last one has been there for long enough.
    pub fn show(&self) {
        let mut state = self.state();
        let between = match self.style {
            Style::Quiet => return,
            Style::Lines => BETWEEN_LINES,
            Style::Rewriting => BETWEEN_STATES,
        };
        if state.shown.elapsed() < between {
            return;
        }
        let line = self.line(&state);
        // Nobody can be told that stderr is closed.
        let _ = match self.style {
            Style::Rewriting => write!(state.out, "\r\x1b[2K{line}"),
            _ => writeln!(state.out, "{line}"),
        };
        let _ = state.out.flush();
        state.in_the_way = self.style == Style::Rewriting;
        state.shown = Instant::now();
    }

    /// Takes the line away, so that a report can be written to the same terminal.
    pub fn make_way(&self) {
        let mut state = self.state();
        if state.in_the_way {
            let _ = write!(state.out, "\r\x1b[2K");
            let _ = state.out.flush();
            state.in_the_way = false;
        }
    }

    fn line(&self, state: &State) -> String {
        let done = state.passed + state.failed + state.skipped;
        let name: String = state.current.chars().take(MAX_NAME).collect();
        format!(
            "{}{done} of {}, {} failed: {name}",
            self.title, self.total, state.failed
        )
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written when a case ends `after` so long.
    fn shown(style: Style, after: Duration) -> String {
        let out = Shared::default();
        let progress = Progress::to(Box::new(out.clone()), style, "x: ", 3);
        let case = crate::script::parse("s.txt", "case a [D] x\n> ListTrails {}\n").unwrap();
        progress.begun(&case[0]);
        progress.state().shown -= after;
        progress.ended(&Outcome::Passed);
        progress.make_way();
        progress.make_way();
        String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_terminal_has_one_line_that_goes_away() {
        assert_eq!(
            shown(Style::Rewriting, BETWEEN_STATES),
            "\r\x1b[2Kx: 1 of 3, 0 failed: s/a\r\x1b[2K"
        );
        assert_eq!(shown(Style::Rewriting, Duration::ZERO), "");
    }

    #[test]
    fn elsewhere_a_line_now_and_then() {
        assert_eq!(
            shown(Style::Lines, BETWEEN_LINES),
            "x: 1 of 3, 0 failed: s/a\n"
        );
        assert_eq!(shown(Style::Lines, BETWEEN_STATES), "");
        assert_eq!(shown(Style::Quiet, BETWEEN_LINES), "");
    }
}
