//! What the courier sleeps by: rings when there is work, or when it is time to stop.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A bell with one listener.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rung: bool,
    stopped: bool,
}

/// Why the listener woke up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waking {
    /// It rang, or the time is up.
    Work,
    /// There will be no more work.
    Stop,
}

impl Alarm {
    /// There is work, now or earlier than the listener knows.
    pub(crate) fn ring(&self) {
        self.change(|state| state.rung = true);
    }

    /// There will be no more work.
    pub(crate) fn stop(&self) {
        self.change(|state| state.stopped = true);
    }

    /// Whether there will be no more work: long work ends early then.
    pub(crate) fn is_stopped(&self) -> bool {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stopped
    }

    /// Sleeps until it rings, or so long at most; without a limit until it rings.
    pub(crate) fn sleep(&self, limit: Option<Duration>) -> Waking {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |state: &mut State| !state.rung && !state.stopped;
        let mut state = match limit {
            None => self
                .bell
                .wait_while(state, quiet)
                .unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                self.bell
                    .wait_timeout_while(state, limit, quiet)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        state.rung = false;
        if state.stopped {
            Waking::Stop
        } else {
            Waking::Work
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rings_once_and_stops_for_good() {
        let alarm = Alarm::default();
        alarm.ring();
        assert_eq!(alarm.sleep(None), Waking::Work);
        assert_eq!(
            alarm.sleep(Some(Duration::from_millis(1))),
            Waking::Work,
            "the time is up"
        );
        alarm.stop();
        assert_eq!(alarm.sleep(None), Waking::Stop);
        assert_eq!(alarm.sleep(None), Waking::Stop);
    }
}
