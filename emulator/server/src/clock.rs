//! The emulator's clock: the machine's time, shifted when it was advanced, or an instant that stands still.
//!
//! It only says what time it is. What becomes due when the time moves is the engine's business.

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use localtrail_core::Timestamp;
use serde::{Deserialize, Serialize};

/// No clock shows a later time: beyond it lie formats' limits, and more hours than anybody steps through.
pub(crate) fn latest() -> Timestamp {
    Timestamp::parse_iso("2100-01-01T00:00:00Z").expect("a constant is well formed")
}

/// What `--clock` chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockMode {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is advanced; from this instant, or from the machine's time.
    Virtual(Option<Timestamp>),
}

impl FromStr for ClockMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "system" => Ok(Self::System),
            "virtual" => Ok(Self::Virtual(None)),
            _ => text
                .strip_prefix("virtual=")
                .and_then(Timestamp::parse_iso)
                .filter(|at| *at <= latest())
                .map(|at| Self::Virtual(Some(at)))
                .ok_or_else(|| {
                    "expected system, virtual or virtual=TIME with a time such as 2026-11-23T16:00:00Z, before 2100"
                        .to_owned()
                }),
        }
    }
}

/// A clock that never runs backwards, not even when the machine's does.
#[derive(Debug)]
pub(crate) struct Clock {
    state: Mutex<State>,
    file: Option<PathBuf>,
}

#[derive(Debug)]
struct State {
    pace: Hands,
    latest: Timestamp,
}

/// How the hands move. Also the form in which a data directory keeps its clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Hands {
    /// With the machine's clock, ahead of it by so many milliseconds (behind it when negative).
    Ticking(i64),
    /// Not at all.
    Standing(Timestamp),
}

impl Hands {
    fn at(self, system: Timestamp) -> Timestamp {
        match self {
            Self::Ticking(ahead) => Timestamp::from_millis(system.millis().saturating_add(ahead)),
            Self::Standing(at) => at,
        }
    }
}

impl Clock {
    /// Starts a clock that nothing remembers.
    pub(crate) fn start(mode: Option<ClockMode>) -> Self {
        Self::with(mode, None, None)
    }

    /// Goes on with the clock that `file` kept, so that a restart never turns the time back: a mode that asks for an
    /// earlier time than the kept one starts at the kept one.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub(crate) fn resume(mode: Option<ClockMode>, file: &Path) -> io::Result<Self> {
        let kept: Option<Hands> = match std::fs::read(file) {
            Ok(bytes) => Some(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if kept.is_some_and(|kept| kept.at(system_time()) > latest()) {
            return Err(io::Error::other(
                "the clock that it keeps is past the year 2100",
            ));
        }
        let clock = Self::with(mode, kept, Some(file.to_owned()));
        clock.keep()?;
        Ok(clock)
    }

    fn with(mode: Option<ClockMode>, kept: Option<Hands>, file: Option<PathBuf>) -> Self {
        let system = system_time();
        let kept_now = kept.map_or(Timestamp::MIN, |kept| kept.at(system));
        let pace = match mode {
            None => kept.unwrap_or(Hands::Ticking(0)),
            Some(ClockMode::System) => ticking_from(kept_now.max(system), system),
            Some(ClockMode::Virtual(at)) => Hands::Standing(match (at, kept) {
                (Some(at), _) => at.max(kept_now),
                (None, Some(_)) => kept_now,
                (None, None) => system,
            }),
        };
        let state = State {
            pace,
            latest: pace.at(system),
        };
        Self {
            state: Mutex::new(state),
            file,
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        let mut state = self.lock();
        state.latest = state.latest.max(state.pace.at(system_time()));
        state.latest
    }

    /// Whether the clock stands still.
    pub(crate) fn stands(&self) -> bool {
        matches!(self.lock().pace, Hands::Standing(_))
    }

    /// Stops the hands where they are.
    pub(crate) fn freeze(&self) {
        let now = self.now();
        self.lock().pace = Hands::Standing(now);
    }

    /// Lets the hands go on from where they are.
    pub(crate) fn release(&self) {
        let now = self.now();
        self.lock().pace = ticking_from(now, system_time());
    }

    /// Moves the hands forward to `to`; an earlier time changes nothing.
    pub(crate) fn step_to(&self, to: Timestamp) {
        let now = self.now();
        let mut state = self.lock();
        state.latest = now.max(to);
        state.pace = match state.pace {
            Hands::Ticking(_) => ticking_from(state.latest, system_time()),
            Hands::Standing(_) => Hands::Standing(state.latest),
        };
    }

    /// Remembers the clock in the data directory, where there is one.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn keep(&self) -> io::Result<()> {
        let pace = self.lock().pace;
        self.write(pace)
    }

    /// Remembers the clock as it will be once it was moved to `to`: a crash on the way must not turn the time back.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(crate) fn keep_for(&self, to: Timestamp) -> io::Result<()> {
        let to = to.max(self.now());
        let pace = self.lock().pace;
        self.write(match pace {
            Hands::Ticking(_) => ticking_from(to, system_time()),
            Hands::Standing(_) => Hands::Standing(to),
        })
    }

    fn write(&self, pace: Hands) -> io::Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let beside = file.with_extension("tmp");
        std::fs::write(&beside, serde_json::to_vec(&pace)?)?;
        std::fs::rename(&beside, file)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A state is replaced as a whole, so a poisoned one is still true.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ticking_from(now: Timestamp, system: Timestamp) -> Hands {
    Hands::Ticking(now.millis() - system.millis())
}

/// The time of the machine, whatever the emulator's clock says.
pub(crate) fn system_time() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Reads a span such as `40d`, `1h30m`, `90s`, `500ms` or `90` (seconds); `None` for anything else.
pub(crate) fn parse_span(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, next) = after.split_at(letters);
        let number: u64 = number.parse().ok()?;
        let millis: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60 * 1000,
            "h" => 3600 * 1000,
            "d" => 86_400 * 1000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
        rest = next;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_iso(text).unwrap()
    }

    #[test]
    fn modes_are_read() {
        assert_eq!("system".parse(), Ok(ClockMode::System));
        assert_eq!("virtual".parse(), Ok(ClockMode::Virtual(None)));
        let noon = at("2026-11-23T12:00:00Z");
        assert_eq!(
            "virtual=2026-11-23T12:00:00Z".parse(),
            Ok(ClockMode::Virtual(Some(noon)))
        );
        assert!("virtual=noon".parse::<ClockMode>().is_err());
        assert!("virtual=9999-12-31T23:00:00Z".parse::<ClockMode>().is_err());
    }

    #[test]
    fn a_virtual_clock_stands_until_it_is_moved() {
        let noon = at("2026-11-23T12:00:00Z");
        let clock = Clock::start(Some(ClockMode::Virtual(Some(noon))));
        assert_eq!(clock.now(), noon);
        clock.step_to(noon.plus(Duration::from_secs(60)));
        assert_eq!(clock.now().iso(), "2026-11-23T12:01:00Z");
        clock.step_to(noon);
        assert_eq!(clock.now().iso(), "2026-11-23T12:01:00Z", "never backwards");
        clock.release();
        assert!(!clock.stands());
        assert!(clock.now().since(noon) < Duration::from_secs(90));
    }

    #[test]
    fn an_advanced_clock_keeps_ticking() {
        let clock = Clock::start(None);
        let before = clock.now();
        clock.step_to(before.plus(Duration::from_secs(3600)));
        assert!(!clock.stands());
        assert!(clock.now().since(before) >= Duration::from_secs(3600));
        clock.freeze();
        assert!(clock.stands());
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn a_restart_never_turns_the_time_back() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("clock.json");
        let first = Clock::resume(None, &file).unwrap();
        let start = first.now();
        first.step_to(start.plus(Duration::from_secs(40 * 86_400)));
        first.keep().unwrap();
        let moved = first.now();
        drop(first);

        let again = Clock::resume(None, &file).unwrap();
        assert!(again.now() >= moved);
        let moved = moved.plus(Duration::from_secs(3600));
        again.keep_for(moved).unwrap();
        drop(again);
        assert!(Clock::resume(None, &file).unwrap().now() >= moved);
        assert!(Clock::resume(Some(ClockMode::System), &file).unwrap().now() >= moved);
        let earlier = ClockMode::Virtual(Some(at("2001-01-01T00:00:00Z")));
        let stood = Clock::resume(Some(earlier), &file).unwrap();
        assert!(stood.stands() && stood.now() >= moved);
        std::fs::write(&file, r#"{"ticking":9223372036854775807}"#).unwrap();
        assert!(Clock::resume(None, &file).is_err());
        std::fs::write(&file, "no clock").unwrap();
        assert!(Clock::resume(None, &file).is_err());
    }

    #[test]
    fn spans_are_read() {
        assert_eq!(parse_span("40d"), Some(Duration::from_secs(40 * 86_400)));
        assert_eq!(parse_span("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse_span("90"), Some(Duration::from_secs(90)));
        assert_eq!(parse_span("500ms"), Some(Duration::from_millis(500)));
        for bad in [
            "",
            "-1h",
            "1w",
            "h",
            "1.5h",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert_eq!(parse_span(bad), None, "{bad}");
        }
    }
}
