//! `GET /_localtrail/events`: finds kept events by their fields, and waits for those that are still to come.
//!
//! Without a cursor the newest come first: what a test just did. With one (`after=0`, then the `next` of each answer)
//! they come in the order of arrival, so that a reader sees each once.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use localtrail_core::{StoreError, Timestamp};
use tokio::time::Instant;

use super::find::{Found, Span};
use crate::clock::parse_span;
use crate::control::{self, Filter};
use crate::engine::{Engine, Hearing};
use crate::reply::{self, Reply};
use crate::site::Site;

/// How many events a query answers unless it says.
const DEFAULT_LIMIT: usize = 100;

/// How many it may ask for.
const LARGEST_LIMIT: usize = 10_000;

/// No query waits longer.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// What a query asks.
#[derive(Debug, Clone)]
struct Query {
    filter: Filter,
    limit: usize,
    wait: Option<Wait>,
    after: Option<u64>,
}

/// How long to wait, and for how many matching events in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wait {
    at_most: Duration,
    count: usize,
}

impl Query {
    fn parse(query: &str, now: Timestamp) -> Result<Self, String> {
        let mut filter = Filter::default();
        let (mut limit, mut wait, mut count, mut after) = (None, None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "limit" => limit = Some(number(&name, &value)?),
                "count" => count = Some(number(&name, &value)?),
                "wait" => {
                    wait = Some(parse_span(&value).ok_or_else(|| {
                        format!("wait is a span such as 2s or 500ms; \"{value}\" is none.")
                    })?);
                }
                "after" => after = Some(place(&value)?),
                path => filter = filter.and(path, &value, now)?,
            }
        }
        if count.is_some() && wait.is_none() {
            return Err("count says how many events to wait for; say wait=2s, too.".to_owned());
        }
        let count = count.unwrap_or(1);
        let limit = limit.unwrap_or(DEFAULT_LIMIT.max(count));
        if limit < count {
            return Err(format!("limit={limit} is less than count={count}."));
        }
        Ok(Self {
            filter,
            limit,
            wait: wait.map(|wait| Wait {
                at_most: wait.min(LONGEST_WAIT),
                count,
            }),
            after,
        })
    }
}

fn number(name: &str, value: &str) -> Result<usize, String> {
    let number = value.parse().ok();
    number
        .filter(|number| (1..=LARGEST_LIMIT).contains(number))
        .ok_or_else(|| format!("{name} is a number from 1 to {LARGEST_LIMIT}."))
}

/// A place in the order of arrival, as `next` of an answer and `id` of the stream tell it.
pub(in crate::control) fn place(value: &str) -> Result<u64, String> {
    let error = || format!("after is the next of an earlier answer, or 0; \"{value}\" is neither.");
    value.parse().map_err(|_| error())
}

/// Finds events: `?eventName=PutObject&userIdentity.userName=bob&limit=10`, and waits for them with `wait=2s`.
pub(in crate::control) async fn get(site: &Arc<Site>, query: Option<&str>) -> Reply {
    let query = match Query::parse(query.unwrap_or_default(), site.engine.clock.now()) {
        Ok(query) => query,
        Err(text) => return reply::sentence(StatusCode::BAD_REQUEST, &text),
    };
    let found = match query.after {
        None => newest(&site.engine, query).await,
        Some(after) => {
            let place = site.engine.known_place(after);
            from(&site.engine, query, place).await
        }
    };
    match found {
        Err(refused) => refused,
        Ok(found) => reply::whole(StatusCode::OK, "application/json", found.json()),
    }
}

/// The newest, and those that come while there are fewer than asked for.
async fn newest(engine: &Arc<Engine>, query: Query) -> Result<Found, Reply> {
    // Before the look, so that nothing comes in between.
    let mut arrived = engine.listen();
    let Query {
        filter,
        limit,
        wait,
        ..
    } = query;
    let asked = filter.clone();
    let mut found = look(engine, move |engine| {
        engine.find_newest(&asked, Span::of_answer(limit))
    })
    .await?;
    let Some(wait) = wait else {
        found.next = None;
        return Ok(found);
    };
    let deadline = Instant::now() + wait.at_most;
    while found.records.len() < wait.count && !found.cut {
        if !more(&mut arrived, deadline).await {
            found.timed_out = true;
            break;
        }
        let (asked, place) = (filter.clone(), found.next.unwrap_or_default());
        let span = Span::of_answer(limit);
        let mut new = look(engine, move |engine| engine.find_from(&asked, place, span)).await?;
        new.records.reverse();
        new.records.append(&mut found.records);
        new.records.truncate(limit);
        found = new;
    }
    Ok(found)
}

/// Those from a place on, until there are as many as asked for.
async fn from(engine: &Arc<Engine>, query: Query, after: u64) -> Result<Found, Reply> {
    let mut arrived = engine.listen();
    let deadline = query.wait.map(|wait| Instant::now() + wait.at_most);
    let wanted = query.wait.map_or(0, |wait| wait.count);
    let mut all = Found {
        next: Some(after),
        ..Found::default()
    };
    loop {
        let (asked, place) = (query.filter.clone(), all.next.unwrap_or_default());
        let span = Span::of_answer(query.limit - all.records.len());
        let new = look(engine, move |engine| engine.find_from(&asked, place, span)).await?;
        let is_at_end = new.next == all.next;
        all.records.extend(new.records);
        all.next = new.next;
        all.cut = new.cut;
        if all.records.len() >= query.limit || all.cut {
            return Ok(all);
        }
        if !is_at_end {
            continue;
        }
        if all.records.len() >= wanted {
            return Ok(all);
        }
        if !more(&mut arrived, deadline.unwrap_or_else(Instant::now)).await {
            all.timed_out = true;
            return Ok(all);
        }
    }
}

/// Waits until something may have arrived; `false` when the time is over or the server stops.
async fn more(arrived: &mut tokio::sync::watch::Receiver<Hearing>, deadline: Instant) -> bool {
    match tokio::time::timeout_at(deadline, arrived.changed()).await {
        Ok(Ok(())) => *arrived.borrow() == Hearing::Open,
        Ok(Err(_)) | Err(_) => false,
    }
}

/// Looks at the store, away from the threads that answer.
async fn look(
    engine: &Arc<Engine>,
    work: impl FnOnce(&Engine) -> Result<Found, StoreError> + Send + 'static,
) -> Result<Found, Reply> {
    control::blocking(engine, work)
        .await?
        .map_err(|error| reply::sentence(StatusCode::INSUFFICIENT_STORAGE, &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Query, String> {
        Query::parse(query, Timestamp::from_seconds(1_795_449_900))
    }

    #[test]
    fn queries_are_read() {
        let query = parse("eventName=PutObject&userIdentity.userName=a%20b&limit=7").unwrap();
        let expected = Filter::default()
            .with("eventName", "PutObject")
            .with("userIdentity.userName", "a b");
        assert_eq!(format!("{:?}", query.filter), format!("{expected:?}"));
        assert_eq!(query.limit, 7);
        assert_eq!((query.wait, query.after), (None, None));
        assert_eq!(parse("").unwrap().limit, DEFAULT_LIMIT);
        let waiting = parse("wait=2s&count=300&after=17").unwrap();
        let wait = Wait {
            at_most: Duration::from_secs(2),
            count: 300,
        };
        assert_eq!((waiting.wait, waiting.after), (Some(wait), Some(17)));
        assert_eq!(waiting.limit, 300);
        for bad in [
            "limit=0",
            "limit=10001",
            "limit=x",
            "limit=-1",
            "wait=soon",
            "count=2",
            "count=0&wait=1s",
            "count=5&limit=2&wait=1s",
            "after=x",
            "since=noon",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
