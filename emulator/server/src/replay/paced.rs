//! Records in the order of their times, each sent when its time has come. They are gathered in a temporary file first, as
//! log files are not in order; in memory are only their times and places.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use localtrail::Timestamp;

use super::records::Record;
use super::send::Place;

/// Records, to be put into order.
pub(super) struct Spool {
    file: BufWriter<File>,
    bytes: u64,
    index: Vec<Entry>,
}

/// Where a record lies in the file.
#[derive(Debug, Clone, Copy)]
struct Entry {
    time: Timestamp,
    at: u64,
    length: usize,
    place: Place,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile()?),
            bytes: 0,
            index: Vec::new(),
        })
    }

    pub(super) fn push(&mut self, place: Place, record: &Record) -> io::Result<()> {
        self.file.write_all(record.json.as_bytes())?;
        self.index.push(Entry {
            time: record.time,
            at: self.bytes,
            length: record.json.len(),
            place,
        });
        self.bytes += record.json.len() as u64;
        Ok(())
    }

    /// Puts them into order; those of one time stay in theirs.
    pub(super) fn sorted(mut self) -> io::Result<Sorted> {
        self.index.sort_by_key(|entry| entry.time);
        let file = self.file.into_inner().map_err(io::Error::from)?;
        Ok(Sorted {
            file,
            index: self.index,
        })
    }
}

/// Records in order.
pub(super) struct Sorted {
    file: File,
    index: Vec<Entry>,
}

impl Sorted {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// The time of the oldest.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.index.first().map(|entry| entry.time)
    }

    /// A record, by its number in the order, with its time.
    pub(super) fn get(&mut self, number: usize) -> io::Result<(Place, Timestamp, String)> {
        let entry = self.index[number];
        let mut json = vec![0; entry.length];
        self.file.seek(SeekFrom::Start(entry.at))?;
        self.file.read_exact(&mut json)?;
        let json = String::from_utf8(json).map_err(io::Error::other)?;
        Ok((entry.place, entry.time, json))
    }
}

/// When a record is due: the oldest at once, the others after it at their distances, divided by the speed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    oldest: Timestamp,
    speed: f64,
    /// When the replay began, on this machine's clock and on the emulator's.
    begun: Instant,
    emulator_begun: Timestamp,
}

impl Pace {
    pub(super) fn new(oldest: Timestamp, speed: f64, emulator_now: Timestamp) -> Self {
        Self {
            oldest,
            speed,
            begun: Instant::now(),
            emulator_begun: emulator_now,
        }
    }

    /// How long after the beginning a record of this time is due.
    fn distance(&self, time: Timestamp) -> Duration {
        let distance = time.since(self.oldest).as_secs_f64() / self.speed;
        Duration::try_from_secs_f64(distance).unwrap_or(Duration::MAX)
    }

    /// How long to wait for it still.
    pub(super) fn wait(&self, time: Timestamp) -> Duration {
        self.distance(time).saturating_sub(self.begun.elapsed())
    }

    /// Its `eventTime` on the emulator's clock.
    pub(super) fn event_time(&self, time: Timestamp) -> Timestamp {
        self.emulator_begun.plus(self.distance(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_the_order_of_their_times() {
        let mut spool = Spool::new().unwrap();
        for (line, (seconds, json)) in (1..).zip([(30, "c"), (10, "a"), (30, "dd"), (20, "b")]) {
            let record = Record {
                json: json.to_owned(),
                time: Timestamp::from_seconds(seconds),
            };
            spool.push(Place { source: 0, line }, &record).unwrap();
        }
        let mut sorted = spool.sorted().unwrap();
        let order: Vec<_> = (0..sorted.len())
            .map(|number| sorted.get(number).unwrap())
            .map(|(place, _, json)| (place.line, json))
            .collect();
        let expected = [(2, "a"), (4, "b"), (1, "c"), (3, "dd")];
        assert_eq!(order, expected.map(|(line, json)| (line, json.to_owned())));
        assert_eq!(sorted.oldest(), Some(Timestamp::from_seconds(10)));
    }

    #[test]
    fn distances_are_kept_or_divided() {
        let at = Timestamp::from_seconds;
        let pace = Pace::new(at(100), 10.0, at(5000));
        assert_eq!(pace.event_time(at(100)), at(5000));
        assert_eq!(pace.event_time(at(160)), at(5006));
        assert_eq!(pace.wait(at(100)), Duration::ZERO);
        assert!(pace.wait(at(100_000)) > Duration::from_secs(9000));
    }
}
