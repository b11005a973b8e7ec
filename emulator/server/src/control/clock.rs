//! `/_localtrail/clock`: GET tells the time; POST freezes, releases, sets or advances it.
//!
//! An advance goes from due to due and delivers on the way, so an hour advanced holds exactly its log files and digests.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use localtrail_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::{self, Clock, parse_span};
use crate::control;
use crate::drive::Advanced;
use crate::engine::Engine;
use crate::reply::{self, Reply};
use crate::site::Site;

/// What the clock shows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Time {
    now: String,
    epoch_millis: i64,
    frozen: bool,
}

impl Time {
    pub(super) fn of(clock: &Clock) -> Self {
        let now = clock.now();
        Self {
            now: now.iso(),
            epoch_millis: now.millis(),
            frozen: clock.stands(),
        }
    }
}

/// One wish; more than one at a time is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    freeze: Option<bool>,
    set: Option<String>,
    advance: Option<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Span {
    Seconds(u64),
    Text(String),
}

/// A wish that makes sense.
#[derive(Debug, PartialEq, Eq)]
enum Move {
    Freeze,
    Release,
    To(Timestamp),
    By(Duration),
}

impl Wish {
    fn parse(self) -> Result<Move, String> {
        match self {
            Self {
                freeze: Some(true),
                set: None,
                advance: None,
            } => Ok(Move::Freeze),
            Self {
                freeze: Some(false),
                set: None,
                advance: None,
            } => Ok(Move::Release),
            Self {
                freeze: None,
                set: Some(text),
                advance: None,
            } => Timestamp::parse_iso(&text).map(Move::To).ok_or_else(|| {
                format!("\"{text}\" is not a time; one is written as 2026-11-23T16:00:00Z.")
            }),
            Self {
                freeze: None,
                set: None,
                advance: Some(Span::Seconds(seconds)),
            } => Ok(Move::By(Duration::from_secs(seconds))),
            Self {
                freeze: None,
                set: None,
                advance: Some(Span::Text(text)),
            } => parse_span(&text).map(Move::By).ok_or_else(|| {
                format!("\"{text}\" is not a span; one is written as 40d, 1h30m, 90s or 500ms.")
            }),
            _ => Err("Say one of freeze, set and advance.".to_owned()),
        }
    }
}

pub(super) fn get(site: &Site) -> Reply {
    reply::json(StatusCode::OK, &Time::of(&site.engine.clock))
}

pub(super) async fn post(site: &Arc<Site>, request: Request<Incoming>) -> Reply {
    let wish: Wish = match control::read_json(request).await {
        Ok(wish) => wish,
        Err(refused) => return refused,
    };
    let done = match wish.parse() {
        Ok(wanted) => control::blocking(&site.engine, |engine| engine.move_clock(wanted)).await,
        Err(text) => return reply::sentence(StatusCode::BAD_REQUEST, &text),
    };
    match done {
        Err(refused) => refused,
        Ok(Err(text)) => reply::sentence(StatusCode::BAD_REQUEST, &text),
        Ok(Ok(moved)) => reply::json(StatusCode::OK, &moved),
    }
}

/// The time after a move, and what was done on the way.
#[derive(Debug, Serialize)]
struct Moved {
    #[serde(flatten)]
    time: Time,
    #[serde(flatten)]
    advanced: Advanced,
}

fn within_reach(to: Timestamp) -> Result<Timestamp, String> {
    if to <= clock::latest() {
        Ok(to)
    } else {
        Err(format!(
            "The clock goes no further than {}.",
            clock::latest()
        ))
    }
}

impl Engine {
    fn move_clock(&self, wanted: Move) -> Result<Moved, String> {
        let advanced = match wanted {
            Move::Freeze => {
                self.freeze();
                Advanced::default()
            }
            Move::Release => {
                self.release();
                Advanced::default()
            }
            Move::To(to) => {
                let now = self.clock.now();
                if to < now {
                    return Err(format!(
                        "It is {now} already, and the clock does not run backwards."
                    ));
                }
                self.advance_to(within_reach(to)?)
            }
            Move::By(span) => self.advance_to(within_reach(self.clock.now().plus(span))?),
        };
        Ok(Moved {
            time: Time::of(&self.clock),
            advanced,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Move, String> {
        serde_json::from_str::<Wish>(text)
            .map_err(|error| error.to_string())?
            .parse()
    }

    #[test]
    fn wishes_are_read() {
        assert_eq!(parse(r#"{"freeze":true}"#), Ok(Move::Freeze));
        assert_eq!(parse(r#"{"freeze":false}"#), Ok(Move::Release));
        assert_eq!(
            parse(r#"{"advance":"1h"}"#),
            Ok(Move::By(Duration::from_secs(3600)))
        );
        assert_eq!(
            parse(r#"{"advance":90}"#),
            Ok(Move::By(Duration::from_secs(90)))
        );
        let to = Timestamp::parse_iso("2026-11-23T16:00:00Z").unwrap();
        assert_eq!(parse(r#"{"set":"2026-11-23T16:00:00Z"}"#), Ok(Move::To(to)));
        for bad in [
            "{}",
            r#"{"advance":-1}"#,
            r#"{"advance":"soon"}"#,
            r#"{"set":"noon"}"#,
            r#"{"freeze":true,"advance":1}"#,
            r#"{"stop":true}"#,
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
