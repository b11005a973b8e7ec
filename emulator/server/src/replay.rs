//! `localtrail replay PATH…`: puts recorded events into a running emulator, byte for byte but for what is asked to change.
//!
//! Nothing is held but a batch of records: files are read as they are sent. With `--shift-to-now` they are read twice, as
//! the newest time must be known first; with `--paced` they are gathered in a temporary file, to be put into order.

mod edit;
mod paced;
mod progress;
mod records;
mod send;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use localtrail::Timestamp;
use serde_json::json;

use crate::client::{Client, Endpoint};
use paced::{Pace, Sorted, Spool};
use progress::Progress;
use records::Record;
use send::{Place, Refused, Sender};
use source::{Readings, Source};

/// The exit status when something was refused.
const REFUSED: u8 = 1;

/// So many refusals are named; the others are counted.
const NAMED: u64 = 100;

/// What to put in, and what to change.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Log files, folders of them, arrays, JSON lines, answers of LookupEvents, gzip or not; - is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    endpoint: Endpoint,
    /// Move all times by the same span, so that the newest event is of now
    #[arg(long, conflicts_with = "paced")]
    shift_to_now: bool,
    /// Send the events in the order of their times, at their distances divided by SPEED, each as of the time it is sent
    #[arg(long, value_name = "SPEED", num_args = 0..=1, require_equals = true, default_missing_value = "1", value_parser = speed)]
    paced: Option<f64>,
    /// Give each event a fresh eventID
    #[arg(long)]
    new_ids: bool,
    /// Print the counts as one JSON document
    #[arg(long)]
    json: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: Option<f64> = text.trim_end_matches('x').parse().ok();
    speed
        .filter(|speed| speed.is_finite() && *speed > 0.0)
        .ok_or_else(|| "expected a number above 0, such as 60 for a minute in a second".to_owned())
}

/// Replays; exit status 1 when something was refused.
///
/// # Errors
///
/// When a path cannot be read, or the emulator does not answer.
pub(crate) fn run(asked: &Replay) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let readings = match asked.shift_to_now {
        true => Readings::Twice,
        false => Readings::Once,
    };
    let sources = source::all(&asked.paths, readings)?;
    let mut client = Client::new(&asked.endpoint);
    // Before anything is read: who cannot be reached need not be read for.
    let now = emulator_now(&mut client)?;
    let mut run = Run {
        asked,
        names: sources.iter().map(Source::name).collect(),
        sender: Sender::new(client),
        progress: Progress::new(),
        refused: 0,
        reading: Reading::Records,
        begun: Instant::now(),
    };
    let outcome = match asked.paced {
        Some(speed) => run.paced(&sources, speed, now),
        None if asked.shift_to_now => run.shifted(&sources, now),
        None => run.as_they_are(&sources, Duration::ZERO, Direction::Later),
    };
    match outcome {
        Ok(()) => Ok(run.summary()),
        Err(why) => {
            run.progress.clear();
            let accepted = run.sender.accepted;
            Err(format!("{why} {accepted} events had been taken in for certain.").into())
        }
    }
}

fn emulator_now(client: &mut Client) -> Result<Timestamp, String> {
    let answer = client.get("/_localtrail/clock")?;
    let millis = answer.json()?["epochMillis"].as_i64();
    millis
        .map(Timestamp::from_millis)
        .ok_or_else(|| answer.sentence())
}

/// Which way times are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Later,
    Earlier,
}

/// A replay under way.
struct Run<'a> {
    asked: &'a Replay,
    names: Vec<String>,
    sender: Sender,
    progress: Progress,
    /// Records that did not go in, and ends of streams that cannot be read.
    refused: u64,
    reading: Reading,
    begun: Instant,
}

/// What a reading of the sources is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// To find the newest time; what is wrong is said later.
    Times,
    /// To send what is read.
    Records,
}

impl Run<'_> {
    /// All records, one stream after the other, their times moved by a span.
    fn as_they_are(
        &mut self,
        sources: &[Source],
        span: Duration,
        direction: Direction,
    ) -> Result<(), String> {
        self.each(sources, &mut |run, place, record| {
            let time = match direction {
                Direction::Later => record.time.plus(span),
                Direction::Earlier => record.time.minus(span),
            };
            let new_time = (!span.is_zero()).then_some(time);
            run.send(place, record.json, new_time)
        })?;
        self.flush()
    }

    /// The newest on now, the others before it at their distances.
    fn shifted(&mut self, sources: &[Source], now: Timestamp) -> Result<(), String> {
        let mut newest = None;
        self.reading = Reading::Times;
        self.each(sources, &mut |_, _, record| {
            newest = newest.max(Some(record.time));
            Ok(())
        })?;
        self.reading = Reading::Records;
        let Some(newest) = newest else {
            return self.as_they_are(sources, Duration::ZERO, Direction::Later);
        };
        let now = now.whole_second();
        let (span, direction) = match newest <= now {
            true => (now.since(newest), Direction::Later),
            false => (newest.since(now), Direction::Earlier),
        };
        self.as_they_are(sources, span, direction)
    }

    fn paced(&mut self, sources: &[Source], speed: f64, now: Timestamp) -> Result<(), String> {
        let unkept = |error: std::io::Error| format!("the temporary file: {error}");
        let mut spool = Spool::new().map_err(unkept)?;
        self.each(sources, &mut |_, place, record| {
            spool.push(place, &record).map_err(unkept)
        })?;
        let mut sorted = spool.sorted().map_err(unkept)?;
        if let Some(oldest) = sorted.oldest() {
            let pace = Pace::new(oldest, speed, now);
            self.at_their_times(&mut sorted, pace)?;
        }
        Ok(())
    }

    fn at_their_times(&mut self, sorted: &mut Sorted, pace: Pace) -> Result<(), String> {
        for number in 0..sorted.len() {
            let got = sorted.get(number);
            let (place, time, json) =
                got.map_err(|error| format!("the temporary file: {error}"))?;
            let wait = pace.wait(time);
            if !wait.is_zero() {
                self.flush()?;
                self.progress
                    .show(self.sender.accepted, self.refused, sorted.len());
                std::thread::sleep(wait);
            }
            self.send(place, json, Some(pace.event_time(time)))?;
        }
        self.flush()
    }

    /// Visits all records; names what is none.
    fn each(
        &mut self,
        sources: &[Source],
        visit: &mut dyn FnMut(&mut Self, Place, Record) -> Result<(), String>,
    ) -> Result<(), String> {
        for (source, opened) in sources.iter().enumerate() {
            let input = match opened.open() {
                Ok(input) => input,
                Err(error) => {
                    self.refuse(Place { source, line: 0 }, &error.to_string());
                    continue;
                }
            };
            records::each(input, &mut |(line, record)| {
                let place = Place { source, line };
                self.progress.show(self.sender.accepted, self.refused, 0);
                match record {
                    Ok(record) => visit(self, place, record),
                    Err(reason) => {
                        self.refuse(place, &reason);
                        Ok(())
                    }
                }
            })?;
        }
        Ok(())
    }

    fn send(
        &mut self,
        place: Place,
        mut record: String,
        time: Option<Timestamp>,
    ) -> Result<(), String> {
        if let Some(time) = time {
            record = edit::at_time(&record, time.whole_second()).unwrap_or(record);
        }
        if self.asked.new_ids {
            record = edit::with_id(&record, &fresh_id()?).unwrap_or(record);
        }
        let refused = self.sender.push(place, record)?;
        self.all_refused(&refused);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), String> {
        let refused = self.sender.flush()?;
        self.all_refused(&refused);
        Ok(())
    }

    fn all_refused(&mut self, refused: &Refused) {
        for (place, reason) in refused {
            self.refuse(*place, reason);
        }
    }

    fn refuse(&mut self, place: Place, reason: &str) {
        if self.reading == Reading::Times {
            return;
        }
        self.refused += 1;
        if self.refused <= NAMED {
            self.progress.clear();
            let name = &self.names[place.source];
            match place.line {
                0 => eprintln!("{name}: {reason}"),
                line => eprintln!("{name}:{line}: {reason}"),
            }
        }
    }

    fn summary(mut self) -> ExitCode {
        self.progress.clear();
        if self.refused > NAMED {
            eprintln!("and {} more", self.refused - NAMED);
        }
        let (accepted, refused) = (self.sender.accepted, self.refused);
        let (files, seconds) = (self.names.len(), self.begun.elapsed().as_secs_f64());
        if self.asked.json {
            println!(
                "{}",
                json!({"accepted": accepted, "refused": refused, "files": files, "seconds": seconds})
            );
        } else {
            let refusals = match refused {
                0 => String::new(),
                count => format!(", {count} refused"),
            };
            println!("{accepted} events of {files} files replayed{refusals} ({seconds:.1} s)");
        }
        match refused {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::from(REFUSED),
        }
    }
}

/// A version 4 UUID.
fn fresh_id() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| format!("no entropy for ids: {error}"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    Ok(format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_are_uuids_and_differ() {
        let (one, other) = (fresh_id().unwrap(), fresh_id().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert!("89ab".contains(&one[19..20]), "{one}");
    }

    #[test]
    fn speeds_are_numbers_above_zero() {
        assert_eq!(speed("60"), Ok(60.0));
        assert_eq!(speed("0.5x"), Ok(0.5));
        for bad in ["0", "-1", "fast", "inf", "NaN", ""] {
            assert!(speed(bad).is_err(), "{bad}");
        }
    }
}
