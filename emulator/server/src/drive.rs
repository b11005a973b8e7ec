//! Doing what is due and telling the outside: the courier's round, a flush, an advance of the clock.
//!
//! One driver at a time. When something is due, and what is told, core says.

use std::io;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use localtrail_core::{Effect, EffectId, Outcome, PutObject, Timestamp};
use serde::Serialize;

use crate::alarm::Waking;
use crate::clock::Clock;
use crate::engine::{Engine, Keeping};
use crate::notice;

/// An advance gives up after so many steps that neither moved the time nor delivered anything: a fault of core's.
const STUCK_STEPS: u32 = 3;

/// The courier never sleeps less, whatever stays due.
const SHORTEST_SLEEP: Duration = Duration::from_millis(5);

/// What a flush did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Flushed {
    /// The objects that are in their buckets now, in the order of delivery.
    pub delivered: Vec<DeliveredObject>,
    /// The deliveries that were refused and wait for another attempt.
    pub failed: Vec<FailedObject>,
}

/// An object that was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeliveredObject {
    /// The bucket.
    pub bucket: String,
    /// The object key.
    pub key: String,
}

/// An object that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FailedObject {
    /// The bucket.
    pub bucket: String,
    /// The object key.
    pub key: String,
    /// The error code of S3, such as `NoSuchBucket`.
    pub code: String,
}

/// What an advance of the clock did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Advanced {
    /// How many objects were delivered on the way.
    pub delivered: u64,
    /// How many attempts were refused on the way.
    pub failed: u64,
}

impl Engine {
    /// The courier's work, until it is told to stop: does what is due, tells the outside, sleeps until more is due.
    pub(crate) fn run_courier(&self) {
        loop {
            {
                let _turn = self.turn();
                self.drive_due(&mut |_, _| ());
            }
            let limit = {
                let mut guarded = self.lock();
                let due = guarded.trail.next_due();
                guarded.courier_sleeps_until = due.unwrap_or(Timestamp::MAX);
                due.and_then(|due| self.wait_for(due))
            };
            if self.alarm.sleep(limit) == Waking::Stop {
                return;
            }
        }
    }

    /// Files what is gathered, since nobody will later: for an end after which only the buckets are left.
    pub(crate) fn file_gathered(&self) {
        if self.keeping == Keeping::Memory {
            let _turn = self.turn();
            let mut guarded = self.lock();
            let now = self.clock.now();
            guarded.trail.flush(now);
        }
    }

    /// Empties the outbox once more before the end, within `limit`, and makes everything durable.
    pub(crate) fn finish(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let _turn = self.turn();
        // A digest waits for its log files, so that each round may bring more.
        let mut more = true;
        while more && Instant::now() < end {
            more = false;
            while Instant::now() < end && self.tell_one(&mut |_, _| ()) {
                more = true;
            }
            self.run_due();
        }
        let mut guarded = self.lock();
        if let Err(error) = self.commit(&mut guarded) {
            crate::notice::store_failed(&error);
        }
    }

    /// Tells the outside everything that waits.
    pub(crate) fn tell_outside(&self) {
        let _turn = self.turn();
        while self.tell_one(&mut |_, _| ()) {}
    }

    /// Makes every waiting delivery due, digests included, and delivers until nothing is left but refusals.
    pub(crate) fn flush(&self) -> Flushed {
        self.catch_up();
        let _turn = self.turn();
        let mut flushed = Flushed::default();
        {
            let mut guarded = self.lock();
            let now = self.clock.now();
            guarded.trail.flush(now);
            let _ticket = self.note(&mut guarded);
        }
        self.drive_due(&mut |object, outcome| {
            let (bucket, key) = (object.bucket.clone(), object.key.clone());
            flushed
                .failed
                .retain(|failed| (&failed.bucket, &failed.key) != (&bucket, &key));
            match outcome {
                Outcome::Done => flushed.delivered.push(DeliveredObject { bucket, key }),
                Outcome::Failed { code } => {
                    flushed.failed.push(FailedObject {
                        bucket,
                        key,
                        code: code.clone(),
                    });
                }
            }
        });
        flushed
    }

    /// Moves the clock to `to`, from due to due, so that each thing is done at its own time. An earlier time than now
    /// changes nothing. While it runs the clock stands at each step.
    pub(crate) fn advance_to(&self, to: Timestamp) -> Advanced {
        self.catch_up();
        let _turn = self.turn();
        let stood = self.clock.stands();
        self.keep_clock(|clock| clock.keep_for(to));
        self.clock.freeze();
        let mut advanced = Advanced::default();
        let mut stuck = 0;
        loop {
            let before = (self.clock.now(), advanced);
            self.drive_due(&mut |_, outcome| match outcome {
                Outcome::Done => advanced.delivered += 1,
                Outcome::Failed { .. } => advanced.failed += 1,
            });
            let due = self.lock().trail.next_due();
            match due {
                Some(due) if due <= to && !self.alarm.is_stopped() => self.clock.step_to(due),
                Some(_) | None => break,
            }
            stuck = if (self.clock.now(), advanced) == before {
                stuck + 1
            } else {
                0
            };
            if stuck > STUCK_STEPS {
                break;
            }
        }
        self.clock.step_to(to);
        if !stood {
            self.clock.release();
        }
        self.keep_clock(Clock::keep);
        self.alarm.ring();
        advanced
    }

    /// Stops the clock where it is.
    pub(crate) fn freeze(&self) {
        let _turn = self.turn();
        self.clock.freeze();
        self.keep_clock(Clock::keep);
    }

    /// Lets the clock go on from where it is.
    pub(crate) fn release(&self) {
        let _turn = self.turn();
        self.clock.release();
        self.keep_clock(Clock::keep);
        // The courier may sleep without a limit, as it does while the clock stands.
        self.alarm.ring();
    }

    fn keep_clock(&self, keep: impl FnOnce(&Clock) -> io::Result<()>) {
        if let Err(error) = keep(&self.clock) {
            notice::warn(&format!(
                "the clock cannot be kept: {error}. A restart would turn the time back; look at the data directory."
            ));
        }
    }

    /// Does what is due now and tells the outside, until a round delivers nothing and nothing is due.
    fn drive_due(&self, tell: &mut dyn FnMut(&PutObject, &Outcome)) {
        loop {
            let ran = self.run_due();
            let mut delivered = false;
            while self.tell_one(&mut |object, outcome| {
                delivered |= *outcome == Outcome::Done;
                tell(object, outcome);
            }) {}
            if (!delivered && !ran) || self.alarm.is_stopped() {
                return;
            }
        }
    }

    /// Does what is due now; `false` when there was nothing, or when it stays due, which then waits for something else.
    fn run_due(&self) -> bool {
        let mut guarded = self.lock();
        let now = self.clock.now();
        let due = guarded.trail.next_due();
        if due.is_none_or(|due| due > now) {
            return false;
        }
        guarded.trail.run_due(now);
        let _ticket = guarded.touch();
        guarded.trail.next_due() != due
    }

    /// Tells the outside one thing; `false` when there was none.
    fn tell_one(&self, tell: &mut dyn FnMut(&PutObject, &Outcome)) -> bool {
        let Some((id, effect)) = self.next_effect() else {
            return false;
        };
        let Effect::PutObject(object) = effect;
        let outcome = match self.around.put_object(&object, self.clock.now()) {
            Ok(()) => Outcome::Done,
            Err(code) => Outcome::Failed { code },
        };
        self.refusals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .note(&object, &outcome);
        tell(&object, &outcome);
        let mut guarded = self.lock();
        let now = self.clock.now();
        guarded.trail.settle(id, outcome, now);
        let _ticket = guarded.touch();
        true
    }

    /// The next effect, durable before it is told: after a crash the same bytes are asked for again, and what could not
    /// be kept is never told.
    fn next_effect(&self) -> Option<(EffectId, Effect)> {
        let mut guarded = self.lock();
        if let Err(error) = self.commit(&mut guarded) {
            crate::notice::store_failed(&error);
            return None;
        }
        guarded.trail.next_effect()
    }

    /// How long to sleep for something due at `due`; `None` when the clock stands, as then only a move brings it.
    fn wait_for(&self, due: Timestamp) -> Option<Duration> {
        (!self.clock.stands()).then(|| due.since(self.clock.now()).max(SHORTEST_SLEEP))
    }
}
