//! A trail in one account and region: what it has gathered, how its deliveries went, and its chains of digests.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Tools;
use super::chain::{Chain, Written};
use super::digest::Heading;
use super::log_file::{self, Folder};
use super::outbox::{Address, Content, Entry, Outbox, Underway};
use super::status::Status;
use crate::effect::Outcome;
use crate::journal::{Kept, Seq};
use crate::place::Place;
use crate::quotas::LOG_FILE_BYTES;
use crate::settings::Pace;
use crate::time::Timestamp;
use crate::trail::{Plan, TrailId};

/// Names a stream. A trail's number is never used again, so a trail of the same name has other streams.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct StreamKey {
    pub(crate) trail: TrailId,
    pub(crate) place: Place,
}

impl StreamKey {
    pub(crate) const PREFIX: &'static str = "stream/";

    pub(crate) fn row(&self) -> String {
        let Place { account, region } = &self.place;
        format!("{}{}/{account}/{region}", Self::PREFIX, self.trail.0)
    }
}

/// An event that waits for its log file.
#[derive(Debug, Clone, Copy)]
struct Gathered {
    seq: Seq,
    time: Timestamp,
    folder: Folder,
    bytes: usize,
}

/// Whether a stream gathers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Open,
    /// Up to this event, the very call that closed it, and then it files for the last time. So a StopLogging or
    /// DeleteTrail is in the log files of the trail that it ends (I: native.md saw calls made a little after StopLogging
    /// still arrive, and detections of it rely on it).
    Closing {
        last: Seq,
    },
    Closed,
}

/// One stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stream {
    key: StreamKey,
    /// The trail as it was when this stream last followed it.
    plan: Plan,
    phase: Phase,
    /// Its trail is deleted, or its account is no longer the trail's: it goes when its work is done.
    orphaned: bool,
    pub(crate) status: Status,
    /// The chain that grows, while the stream is open and validation is on.
    chain: Option<Chain>,
    /// Chains that have ended and wait for their last digest.
    ending: Vec<Chain>,
    chains: u64,
    /// Where the latest digest of any chain ended.
    digested: Option<Timestamp>,
    /// Everything before this event was gathered and filed.
    scanned: Seq,
    #[serde(skip)]
    gathered: Vec<Gathered>,
    #[serde(skip)]
    gathered_bytes: usize,
    #[serde(skip)]
    file_due: Option<Timestamp>,
}

impl Stream {
    pub(crate) fn new(key: StreamKey, plan: Plan) -> Self {
        Self {
            key,
            plan,
            phase: Phase::Closed,
            orphaned: false,
            status: Status::default(),
            chain: None,
            ending: Vec::new(),
            chains: 0,
            digested: None,
            scanned: 0,
            gathered: Vec::new(),
            gathered_bytes: 0,
            file_due: None,
        }
    }

    pub(crate) fn key(&self) -> StreamKey {
        self.key.clone()
    }

    pub(crate) fn place(&self) -> Place {
        self.key.place.clone()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether it may still gather something.
    pub(crate) fn gathers(&self) -> bool {
        self.phase != Phase::Closed
    }

    /// After a restart: what it was about to file is due.
    pub(crate) fn resume(&mut self) {
        if !self.is_open() && self.gathers() {
            self.file_due = Some(Timestamp::MIN);
        }
    }

    pub(crate) fn scanned(&self) -> Seq {
        self.scanned
    }

    pub(crate) fn has_gathered_nothing(&self) -> bool {
        self.gathered.is_empty()
    }

    pub(crate) fn file_due(&self) -> Option<Timestamp> {
        self.file_due
    }

    /// Gathers the event if the trail logs it.
    pub(crate) fn take(&mut self, seq: Seq, kept: &Kept, now: Timestamp, pace: &Pace) {
        let is_last_gone = match self.phase {
            Phase::Open => false,
            Phase::Closing { last } => seq > last,
            Phase::Closed => true,
        };
        if is_last_gone || seq < self.scanned || !self.plan.logs(kept) {
            return;
        }
        let due = now.plus(pace.log_file);
        self.gathered_bytes += kept.record.len();
        let full = self.gathered_bytes >= LOG_FILE_BYTES;
        self.file_due = Some(if full {
            now
        } else {
            self.file_due.unwrap_or(due)
        });
        self.gathered.push(Gathered {
            seq,
            time: kept.time,
            folder: Folder::of(kept.category),
            bytes: kept.record.len(),
        });
    }

    /// Takes over the trail's plan and opens the stream; chains begin and end with validation.
    pub(crate) fn follow(
        &mut self,
        plan: Plan,
        outbox: &mut Outbox,
        pace: &Pace,
        tools: &mut Tools<'_>,
    ) {
        if !self.is_open() && self.gathers() {
            self.file(outbox, tools);
        }
        self.plan = plan;
        self.orphaned = false;
        if self.phase != Phase::Open {
            self.phase = Phase::Open;
            self.scanned = tools.next_seq;
        }
        if self.plan.validation && self.chain.is_none() {
            self.chains += 1;
            self.chain = Some(Chain::begin(self.chains, tools.now, pace));
        }
        if !self.plan.validation {
            self.end_chain(tools.now);
        }
        self.keep(tools);
    }

    /// Gathers this very call and no more; what is gathered is due now, and the chain ends with it.
    pub(crate) fn close(&mut self, tools: &mut Tools<'_>) {
        self.phase = Phase::Closing {
            last: tools.next_seq,
        };
        self.file_due = Some(tools.now);
        self.keep(tools);
    }

    pub(crate) fn orphan(&mut self, tools: &mut Tools<'_>) {
        self.orphaned = true;
        self.keep(tools);
    }

    fn end_chain(&mut self, now: Timestamp) {
        if let Some(mut chain) = self.chain.take() {
            chain.cut(now);
            self.ending.push(chain);
        }
    }

    /// Makes everything due now.
    pub(crate) fn cut(&mut self, now: Timestamp) {
        if !self.gathered.is_empty() {
            self.file_due = Some(now);
        }
        if let Some(chain) = &mut self.chain {
            chain.cut(now);
        }
    }

    /// Turns what is gathered into log files in the outbox: one for each folder, more only past AWS's size. A closed
    /// stream's chain ends here, since these are its last files.
    pub(crate) fn file(&mut self, outbox: &mut Outbox, tools: &mut Tools<'_>) {
        self.file_due = None;
        self.gathered_bytes = 0;
        let mut gathered = std::mem::take(&mut self.gathered);
        gathered.sort_by_key(|one| one.folder);
        for same_folder in gathered.chunk_by(|a, b| a.folder == b.folder) {
            let mut rest = same_folder;
            while !rest.is_empty() {
                let (file, more) = rest.split_at(fitting(rest));
                let entry = self.log_entry(file, outbox.next_number(), tools);
                outbox.add(entry, tools.rows);
                rest = more;
            }
        }
        self.scanned = tools.next_seq;
        if self.phase != Phase::Open {
            self.phase = Phase::Closed;
            self.end_chain(tools.now);
        }
    }

    fn log_entry(&self, file: &[Gathered], number: u64, tools: &Tools<'_>) -> Entry {
        let plan = &self.plan;
        let times = || file.iter().map(|one| one.time);
        let newest = times().max().unwrap_or(tools.now);
        // A record that was put in from the future does not carry its neighbours there.
        let stamp = newest.min(tools.now);
        let oldest = times().min().unwrap_or(tools.now);
        let key = log_file::key(
            &self.account_folder(),
            &self.key.place,
            file[0].folder,
            stamp,
            &tools.ids.sixteen(number),
        );
        let content = Content::Log {
            seqs: file.iter().map(|one| one.seq).collect(),
            oldest,
            newest,
            chain: self.chain.as_ref().map(|chain| chain.id),
        };
        Entry::new(
            self.address(),
            plan.bucket.clone(),
            key,
            content,
            Some(self.key()),
            tools.now,
        )
    }

    fn address(&self) -> Address {
        Address {
            account: self.plan.account,
            region: self.key.place.region.clone(),
            trail_arn: self.plan.trail_arn.clone(),
        }
    }

    /// Writes every digest that is due and does not wait for a log file.
    pub(crate) fn write_digests(
        &mut self,
        outbox: &mut Outbox,
        pace: &Pace,
        tools: &mut Tools<'_>,
    ) {
        let mut written = Vec::new();
        for mut chain in std::mem::take(&mut self.ending) {
            if outbox.underway(&self.key, chain.id) == Underway::Nothing {
                written.extend(self.digests_of(&mut chain, pace, tools));
            } else {
                self.ending.push(chain);
            }
        }
        if let Some(mut chain) = self.chain.take() {
            if outbox.underway(&self.key, chain.id) != Underway::Fresh {
                written.extend(self.digests_of(&mut chain, pace, tools));
            }
            self.chain = Some(chain);
        }
        if written.is_empty() {
            return;
        }
        for digest in written {
            let content = Content::Digest {
                text: digest.text,
                signature: digest.signature,
                fingerprint: digest.fingerprint,
            };
            let bucket = self.plan.bucket.clone();
            let entry = Entry::new(
                self.address(),
                bucket,
                digest.key,
                content,
                Some(self.key()),
                tools.now,
            );
            outbox.add(entry, tools.rows);
        }
        self.keep(tools);
    }

    /// The digests of a chain that are due.
    fn digests_of(
        &mut self,
        chain: &mut Chain,
        pace: &Pace,
        tools: &mut Tools<'_>,
    ) -> Vec<Written> {
        let mut written: Vec<Written> = Vec::new();
        while chain.due() <= tools.now {
            let due = chain.due();
            let earliest = self
                .digested
                .map_or(Timestamp::MIN, |end| end.plus(Duration::from_secs(1)));
            if let Some(digest) = chain.next(&self.heading(), earliest, pace, tools) {
                self.digested = Some(digest.end);
                written.push(digest);
            } else if chain.due() <= due {
                // At the end of time no tick follows.
                break;
            }
        }
        written
    }

    fn heading(&self) -> Heading<'_> {
        Heading {
            trail_name: &self.plan.name,
            place: &self.key.place,
            home: &self.plan.home,
            bucket: &self.plan.bucket,
            account_folder: self.account_folder(),
        }
    }

    /// Where the account's files lie in the bucket.
    fn account_folder(&self) -> String {
        let plan = &self.plan;
        let organization = plan.organization.as_ref();
        log_file::account_folder(plan.prefix.as_deref(), organization, self.key.place.account)
    }

    /// A delivery of this stream was tried.
    pub(crate) fn delivered(
        &mut self,
        entry: &Entry,
        outcome: &Outcome,
        pace: &Pace,
        now: Timestamp,
    ) {
        match entry.content {
            Content::Marker => {}
            Content::Log { .. } => self.status.log_files.note(outcome, now),
            Content::Digest { .. } => self.status.digests.note(outcome, now),
        }
        if *outcome != Outcome::Done {
            return;
        }
        if let Some((file, id)) = entry.filed(now)
            && let Some(chain) = self
                .ending
                .iter_mut()
                .chain(&mut self.chain)
                .find(|chain| chain.id == id)
        {
            chain.delivered(file, pace);
        }
    }

    /// When there is next something to do; a digest that waits for a log file waits for `settle`, not for a time.
    pub(crate) fn next_due(&self, outbox: &Outbox) -> Option<Timestamp> {
        let underway = |chain: &&Chain| outbox.underway(&self.key, chain.id);
        let growing = self
            .chain
            .as_ref()
            .filter(|chain| underway(chain) != Underway::Fresh);
        let ending = self
            .ending
            .iter()
            .filter(|chain| underway(chain) == Underway::Nothing);
        growing
            .into_iter()
            .chain(ending)
            .map(Chain::due)
            .chain(self.file_due)
            .min()
    }

    /// Whether nothing is left to do for a deleted trail.
    pub(crate) fn is_done(&self, outbox: &Outbox) -> bool {
        self.orphaned && !self.gathers() && self.ending.is_empty() && !outbox.has(&self.key)
    }

    /// Writes the stream down.
    pub(crate) fn keep(&mut self, tools: &mut Tools<'_>) {
        if self.gathered.is_empty() {
            self.scanned = tools.next_seq;
        }
        tools.rows.put(self.key.row(), self);
    }
}

/// How many of these fit into one file; at least one.
fn fitting(gathered: &[Gathered]) -> usize {
    let mut bytes = 0;
    let over = gathered.iter().position(|one| {
        bytes += one.bytes + 1;
        bytes > LOG_FILE_BYTES
    });
    over.unwrap_or(gathered.len()).max(1)
}
