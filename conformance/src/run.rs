//! Runs cases, several at a time where the target allows it, and says in their
//! order how each went.
//!
//! It never stops half way: a target that answers nonsense fails every case,
//! and one that fell silent is given less and less patience.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::sync::RwLock;

use crate::fault::Fault;
use crate::gaps::Gaps;
use crate::progress::Progress;
use crate::script::{Case, Need};
use crate::session::{self, Accounts};
use crate::target::Target;

/// How long an answer may take after so many silent cases in a row.
const PATIENCE: [(usize, Duration); 2] = [
    (3, Duration::from_millis(250)),
    (40, Duration::from_millis(50)),
];

/// How often progress is looked at while nothing ends.
const TICK: Duration = Duration::from_millis(250);

/// How a case went.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Otherwise.
    Failed(Box<Fault>),
    /// It was not run, for this reason.
    Skipped(String),
}

/// A case that ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// How it went.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// What to run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The endpoint under judgement.
    pub target: &'a Target,
    /// The cases, in the order in which they are told.
    pub cases: &'a [Case],
    /// Those that are known to fail.
    pub gaps: &'a Gaps,
    /// Sets this run's accounts and names apart from those of other runs.
    pub seed: u64,
    /// At most so many cases run at a time.
    pub concurrent: usize,
}

/// Runs the cases; `told` hears of each in order, when it and all before it
/// have ended.
pub async fn run_all<'a>(plan: Plan<'a>, progress: &Progress, mut told: impl FnMut(&'a Case, Ran)) {
    let runner = Runner {
        plan,
        alone: RwLock::new(()),
        silent: AtomicUsize::new(0),
    };
    let runs = plan.cases.iter().enumerate().map(|(index, case)| {
        let runner = &runner;
        async move {
            progress.begun(case);
            let ran = runner.run(index, case).await;
            progress.ended(&ran.outcome);
            (case, ran)
        }
    });
    let mut ended = stream::iter(runs).buffered(plan.concurrent.max(1));
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            next = ended.next() => match next {
                Some((case, ran)) => {
                    progress.make_way();
                    told(case, ran);
                }
                None => break,
            },
            _ = ticks.tick() => progress.show(),
        }
    }
    progress.make_way();
}

/// What the cases of a run share.
struct Runner<'a> {
    plan: Plan<'a>,
    /// Held by all that run, and by one that runs alone for itself.
    alone: RwLock<()>,
    /// How many cases in a row met silence.
    silent: AtomicUsize,
}

impl Runner<'_> {
    async fn run(&self, index: usize, case: &Case) -> Ran {
        let target = self.plan.target;
        if let Some(need) = missing(target, case) {
            return Ran {
                outcome: Outcome::Skipped(format!("needs {need}")),
                took: Duration::ZERO,
            };
        }
        // The lock is fair: who runs alone waits for those before it, and those
        // after it wait for it.
        let (_shared, _own);
        if case.runs_alone() {
            _own = self.alone.write().await;
        } else {
            _shared = self.alone.read().await;
        }
        let accounts = accounts(target, self.plan.seed, index);
        let begun = Instant::now();
        let outcome = match session::run(target, case, &accounts, self.limit()).await {
            Ok(()) => Outcome::Passed,
            Err(fault) => Outcome::Failed(Box::new(fault)),
        };
        match &outcome {
            Outcome::Failed(fault) if fault.silent => {
                self.silent.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.silent.store(0, Ordering::Relaxed),
        }
        Ran {
            outcome: self.plan.gaps.weigh(case, outcome),
            took: begun.elapsed(),
        }
    }

    /// How long an answer may take by now.
    fn limit(&self) -> Duration {
        let silent = self.silent.load(Ordering::Relaxed);
        PATIENCE
            .iter()
            .filter(|(cases, _)| silent >= *cases)
            .map(|(_, limit)| *limit)
            .fold(self.plan.target.limit, Duration::min)
    }
}

fn missing(target: &Target, case: &Case) -> Option<Need> {
    case.needs
        .iter()
        .copied()
        .find(|need| !target.profile.has(*need))
}

/// Accounts of this run: 12 digits that begin with 1 to 8, two for each case.
fn accounts(target: &Target, seed: u64, index: usize) -> Accounts {
    const FIRST: u64 = 100_000_000_000;
    const PER_RUN: u64 = 10_000;
    const RUNS: u64 = 80_000_000;
    let index = u64::try_from(index).unwrap_or(u64::MAX) % (PER_RUN / 2);
    let own = FIRST + (seed % RUNS) * PER_RUN + index * 2;
    let (own, other) = (own.to_string(), (own + 1).to_string());
    let unique = own.clone();
    if target.profile.has(Need::Accounts) {
        return Accounts { own, other, unique };
    }
    Accounts {
        own: target.account.clone(),
        other,
        unique,
    }
}
