//! How a service writes times inside parameters and answers (formats.md 3.4).

use chrono::DateTime;
use localtrail_model::catalogue::{Entry, Protocol, TimestampFormat};
use serde_json::Value;

/// A way of writing a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// `Jul 29, 2021, 11:53:36 PM`: Java's short form since version 9.
    ShortWithComma,
    /// `Jul 29, 2021 11:53:37 PM`: Java's short form before.
    Short,
    /// As on the wire of REST-JSON: `2023-07-10T12:27:13.431264Z` where the model says so, else seconds since 1970.
    AsOnWire,
    /// `2023-07-10T12:26:56.000+0000`.
    IsoWithOffset,
    /// Milliseconds since 1970.
    Milliseconds,
}

/// Services that write times unlike others of their protocol.
const OVERRIDES: [(&str, Moment); 4] = [
    ("cloudwatch", Moment::Short),     // I, as it did over awsQuery
    ("ec2", Moment::Milliseconds),     // O, the classic style; the new one copies XML
    ("lambda", Moment::IsoWithOffset), // O
    ("sts", Moment::ShortWithComma),   // O
];

impl Moment {
    /// How this service writes them: by its own protocol (O), not by that of the request.
    pub(super) fn of(service: &Entry) -> Self {
        let known = OVERRIDES.iter().find(|(id, _)| *id == service.id);
        if let Some((_, moment)) = known {
            return *moment;
        }
        match service.protocols.first() {
            Some(Protocol::Query | Protocol::RestXml) => Self::Short,
            Some(Protocol::RestJson) => Self::AsOnWire,
            Some(Protocol::Ec2) => Self::Milliseconds,
            Some(Protocol::Json | Protocol::RpcV2Cbor) | None => Self::ShortWithComma,
        }
    }

    /// Writes seconds since 1970; what is no time stays as it is.
    pub(super) fn write(self, time: &Value, modelled: Option<TimestampFormat>) -> Value {
        let Some(moment) = moment(time) else {
            return time.clone();
        };
        match self {
            Self::ShortWithComma => moment.format("%b %-d, %Y, %-I:%M:%S %p").to_string().into(),
            Self::Short => moment.format("%b %-d, %Y %-I:%M:%S %p").to_string().into(),
            Self::IsoWithOffset => moment
                .format("%Y-%m-%dT%H:%M:%S%.3f+0000")
                .to_string()
                .into(),
            Self::Milliseconds => moment.timestamp_millis().into(),
            Self::AsOnWire if modelled == Some(TimestampFormat::Iso8601) => {
                moment.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string().into()
            }
            Self::AsOnWire => time.clone(),
        }
    }
}

fn moment(time: &Value) -> Option<DateTime<chrono::Utc>> {
    if let Some(seconds) = time.as_i64() {
        return DateTime::from_timestamp(seconds, 0);
    }
    // A double holds microseconds of our time exactly enough; finer digits would be noise.
    let micros = time.as_f64()? * 1e6;
    let in_range = micros.is_finite() && micros.abs() < 9e18;
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    in_range.then(|| DateTime::from_timestamp_micros(micros.round() as i64))?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_form_is_as_observed() {
        let time = json!(1_688_990_121);
        let write = |moment: Moment| moment.write(&time, None);
        assert_eq!(write(Moment::Short), "Jul 10, 2023 11:55:21 AM");
        assert_eq!(write(Moment::ShortWithComma), "Jul 10, 2023, 11:55:21 AM");
        assert_eq!(write(Moment::IsoWithOffset), "2023-07-10T11:55:21.000+0000");
        assert_eq!(write(Moment::Milliseconds), 1_688_990_121_000_i64);
        assert_eq!(write(Moment::AsOnWire), 1_688_990_121);
        let iso = Some(TimestampFormat::Iso8601);
        assert_eq!(
            Moment::AsOnWire.write(&json!(1_688_990_121.431_264), iso),
            "2023-07-10T11:55:21.431264Z"
        );
        assert_eq!(Moment::Short.write(&json!("now"), None), "now");
        assert_eq!(
            Moment::ShortWithComma.write(&json!(1_688_997_436.9), None),
            "Jul 10, 2023, 1:57:16 PM"
        );
    }
}
