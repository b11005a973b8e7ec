//! Forwarded calls whose answers went out and whose events are still to be made.
//!
//! A client does not wait for its event, but whoever looks for it afterwards finds it: every reader catches up first. So
//! do all calls that are answered here, so that events stand in the order of the answers. Who makes the events is
//! whoever comes first: a reader, a worker that finds many waiting, or else the recorder's thread. How they are made,
//! `exchange` knows.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use localtrail_core::Timestamp;

use crate::alarm::{Alarm, Waking};
use crate::engine::Engine;
use crate::exchange::Exchange;
use crate::notice;

/// So many calls may wait; who forwards another one makes their events first. Many in one go cost least, and least where
/// their memory was allotted: on another thread the allocator's locks alone cost a fifth of the throughput.
const LIMIT: usize = 64;

/// So many bytes of bodies may wait.
const BYTES_LIMIT: usize = 32 << 20;

/// How long the recorder lets calls gather, so that they share one turn at core's lock and one commit. While others take
/// turns, it leaves the work to them.
const GATHERING: Duration = Duration::from_millis(10);

/// What waits.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    waiting: Mutex<Vec<(Timestamp, Box<Exchange>)>>,
    /// Calls whose events are not kept yet, those being made included.
    calls: AtomicUsize,
    bytes: AtomicUsize,
    /// Held by whoever makes events. Always taken before core's lock.
    turn: Mutex<()>,
    /// Turns that were taken.
    turns: AtomicUsize,
    alarm: Alarm,
}

impl Backlog {
    fn waiting(&self) -> MutexGuard<'_, Vec<(Timestamp, Box<Exchange>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There will be no more calls.
    pub(crate) fn stop(&self) {
        self.alarm.stop();
    }
}

impl Engine {
    /// Takes in a call whose answer has ended.
    pub(crate) fn answered(&self, exchange: Box<Exchange>) {
        let backlog = &self.backlog;
        let bytes = exchange.size();
        let was_empty = {
            let mut waiting = backlog.waiting();
            backlog.calls.fetch_add(1, Ordering::AcqRel);
            backlog.bytes.fetch_add(bytes, Ordering::AcqRel);
            // Under the lock, so that times and order agree.
            waiting.push((self.clock.now(), exchange));
            waiting.len() == 1
        };
        if was_empty {
            backlog.alarm.ring();
        }
    }

    /// Makes the events of all calls whose answers have ended, and keeps them. Costs next to nothing where none wait.
    pub(crate) fn catch_up(&self) {
        let backlog = &self.backlog;
        if backlog.calls.load(Ordering::Acquire) == 0 {
            return;
        }
        let _turn = backlog.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = std::mem::take(&mut *backlog.waiting());
        let calls = batch.len();
        let bytes = batch.iter().map(|(_, exchange)| exchange.size()).sum();
        let drafts: Vec<_> = batch
            .into_iter()
            .map(|(at, mut exchange)| (at, exchange.drafts(self)))
            .collect();
        if let Err(error) = self.take_in(drafts) {
            notice::store_failed(&error);
        }
        backlog.turns.fetch_add(1, Ordering::AcqRel);
        backlog.bytes.fetch_sub(bytes, Ordering::AcqRel);
        backlog.calls.fetch_sub(calls, Ordering::AcqRel);
    }

    /// Lets no more calls wait than may.
    pub(crate) fn make_room(&self) {
        let backlog = &self.backlog;
        if backlog.calls.load(Ordering::Acquire) > LIMIT
            || backlog.bytes.load(Ordering::Acquire) > BYTES_LIMIT
        {
            self.catch_up();
        }
    }

    /// The recorder's thread: makes events until there will be no more calls.
    pub(crate) fn run_recorder(&self) {
        while self.backlog.alarm.sleep(None) == Waking::Work {
            self.let_gather();
            self.catch_up();
        }
        self.catch_up();
    }

    /// Sleeps until nobody took a turn for a while.
    fn let_gather(&self) {
        let turns = &self.backlog.turns;
        let mut before = turns.load(Ordering::Acquire);
        loop {
            std::thread::sleep(GATHERING);
            let now = turns.load(Ordering::Acquire);
            if now == before || self.backlog.alarm.is_stopped() {
                return;
            }
            before = now;
        }
    }
}
