//! Instants and spans as CloudTrail writes them. Not a clock: `now` is always an argument.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant that CloudTrail's formats can carry, year 0001.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// The latest instant that CloudTrail's formats can carry, year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// From milliseconds since the epoch, kept within the years 1 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// From whole seconds since the epoch, kept within the years 1 to 9999.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Seconds since the epoch with the fraction, as JSON 1.1 timestamps are written.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // Milliseconds up to year 9999 fit in 48 bits.
    pub fn epoch(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// The same instant without its fraction of a second.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self::from_seconds(self.seconds())
    }

    /// Later by `span`.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(millis_of(span)))
    }

    /// Earlier by `span`.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(millis_of(span)))
    }

    /// The time from `earlier` to here, zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// `2026-11-23T16:05:00Z`: records, digests and the legacy status strings.
    #[must_use]
    pub fn iso(self) -> String {
        let utc = self.utc();
        let mut text = String::with_capacity(20);
        push_number(&mut text, i64::from(utc.year()), 4);
        text.push('-');
        push_number(&mut text, i64::from(utc.month()), 2);
        text.push('-');
        push_number(&mut text, i64::from(utc.day()), 2);
        text.push('T');
        push_number(&mut text, i64::from(utc.hour()), 2);
        text.push(':');
        push_number(&mut text, i64::from(utc.minute()), 2);
        text.push(':');
        push_number(&mut text, i64::from(utc.second()), 2);
        text.push('Z');
        text
    }

    /// `20261123T1605Z`: names of log files.
    #[must_use]
    pub fn minute_stamp(self) -> String {
        self.utc().format("%Y%m%dT%H%MZ").to_string()
    }

    /// `20261123T160500Z`: names of digest files.
    #[must_use]
    pub fn second_stamp(self) -> String {
        self.utc().format("%Y%m%dT%H%M%SZ").to_string()
    }

    /// `2026/11/23`: the date folders of the bucket.
    #[must_use]
    pub fn date_folder(self) -> String {
        self.utc().format("%Y/%m/%d").to_string()
    }

    /// Reads ISO 8601 in UTC or with an offset, with or without a fraction; `None` for anything else.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        let parsed = DateTime::parse_from_rfc3339(text)
            .map(|t| t.timestamp_millis())
            .or_else(|_| {
                NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                    .map(|t| t.and_utc().timestamp_millis())
            });
        parsed.ok().map(Self::from_millis)
    }

    /// Rounded up to a multiple of `step`; an exact multiple stays.
    #[must_use]
    pub fn round_up(self, step: Duration) -> Self {
        let step = millis_of(step).max(1);
        let over = self.0.rem_euclid(step);
        if over == 0 {
            self
        } else {
            Self::from_millis(self.0 - over + step)
        }
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).expect("from_millis keeps within years 1 to 9999")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso())
    }
}

fn millis_of(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn push_number(text: &mut String, number: i64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number.unsigned_abs();
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + u8::try_from(rest % 10).expect("a digit");
        rest /= 10;
    }
    for digit in &digits[20 - width..] {
        text.push(char::from(*digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_form_aws_uses() {
        let t = Timestamp::from_millis(1_795_449_900_497);
        assert_eq!(t.iso(), "2026-11-23T16:05:00Z");
        assert_eq!(t.minute_stamp(), "20261123T1605Z");
        assert_eq!(t.second_stamp(), "20261123T160500Z");
        assert_eq!(t.date_folder(), "2026/11/23");
        assert_eq!(t.epoch().to_string(), "1795449900.497");
    }

    #[test]
    fn reads_what_it_writes_and_offsets() {
        let t = Timestamp::from_seconds(1_795_449_900);
        assert_eq!(Timestamp::parse_iso(&t.iso()), Some(t));
        assert_eq!(
            Timestamp::parse_iso("2026-11-23T17:05:00.000+01:00"),
            Some(t)
        );
        assert_eq!(Timestamp::parse_iso("2026-11-23T16:05:00"), Some(t));
        assert_eq!(Timestamp::parse_iso("yesterday"), None);
    }

    #[test]
    fn rounds_up_and_clamps() {
        let five = Duration::from_secs(300);
        assert_eq!(Timestamp::from_seconds(1).round_up(five).seconds(), 300);
        assert_eq!(Timestamp::from_seconds(300).round_up(five).seconds(), 300);
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MAX.iso(), "9999-12-31T23:59:59Z");
    }
}
