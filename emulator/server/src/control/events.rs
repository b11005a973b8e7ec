//! `/_localtrail/events`: POST takes in whole records, as many as are sent; GET finds kept events by their fields.

use std::ops::ControlFlow;
use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use localtrail_core::StoreError;
use serde_json::json;

use crate::control::lines::{Cut, Cutter, Garbled};
use crate::control::{self, Filter};
use crate::engine::{Engine, Ticket};
use crate::reply::{self, Reply};
use crate::site::Site;

/// So many records are taken in under one lock: calls of others wait about a millisecond.
const BATCH: usize = 64;

/// After so many batches they are committed, so that a long stream needs no more memory than a short one.
const COMMIT_BATCHES: u32 = 64;

/// An answer lists so many ids; who sends more knows them.
const IDS: usize = 1000;

/// How many events a query answers unless it says.
const DEFAULT_LIMIT: usize = 100;

/// How many it may ask for.
const LARGEST_LIMIT: usize = 10_000;

/// Bytes of records in an answer; one that is cut here says so.
const LARGEST_ANSWER: usize = 64 << 20;

/// Takes in a stream of records. Those before a bad one stay; the answer says how many.
pub(super) async fn post(site: &Arc<Site>, request: Request<Incoming>) -> Reply {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let cutter = match content_type.unwrap_or_default() {
        lines if lines.contains("ndjson") || lines.contains("jsonl") => Cutter::lines(),
        _ => Cutter::document(),
    };
    let mut intake = Intake {
        engine: &site.engine,
        accepted: 0,
        ids: Vec::new(),
        unkept: None,
    };
    let result = intake.all(cutter, request.into_body()).await;
    // Also after a bad record: those before it were taken in, and the answer says so.
    let kept = intake.keep().await;
    let accepted = intake.accepted;
    match kept.and(result) {
        Ok(()) => reply::json(
            StatusCode::OK,
            &json!({ "accepted": accepted, "eventIds": intake.ids }),
        ),
        Err(Stop::Garbled(Garbled { line, reason })) => {
            let error = format!("Line {line}: {reason}. Accepted before it: {accepted}.");
            let body = json!({ "error": error, "line": line, "accepted": accepted });
            reply::last(reply::json(StatusCode::BAD_REQUEST, &body))
        }
        Err(Stop::Broken) => {
            let error = format!("The body ended early. Accepted before: {accepted}.");
            let body = json!({ "error": error, "accepted": accepted });
            reply::last(reply::json(StatusCode::BAD_REQUEST, &body))
        }
        Err(Stop::Store(error)) => {
            let text = format!("{error}. Look at the disk of the data directory.");
            reply::last(reply::sentence(StatusCode::INSUFFICIENT_STORAGE, &text))
        }
    }
}

/// Why an intake ended early.
enum Stop {
    Garbled(Garbled),
    Broken,
    Store(StoreError),
}

/// What was taken in so far.
struct Intake<'a> {
    engine: &'a Engine,
    accepted: u64,
    ids: Vec<String>,
    unkept: Option<Ticket>,
}

impl Intake<'_> {
    async fn all(&mut self, mut cutter: Cutter, mut body: Incoming) -> Result<(), Stop> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut batches = 0_u32;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Stop::Broken)?.into_data() else {
                continue;
            };
            cutter.push(&data);
            loop {
                match cutter.next() {
                    Ok(Some(cut)) => batch.push(cut),
                    Ok(None) => break,
                    Err(garbled) => {
                        self.take(&mut batch)?;
                        return Err(Stop::Garbled(garbled));
                    }
                }
                if batch.len() == BATCH {
                    self.take(&mut batch)?;
                    batches += 1;
                    if batches.is_multiple_of(COMMIT_BATCHES) {
                        self.keep().await?;
                    }
                }
            }
        }
        let end = cutter.end();
        batch.extend(end.as_ref().ok().and_then(Clone::clone));
        self.take(&mut batch)?;
        end.map(|_| ()).map_err(Stop::Garbled)
    }

    /// Takes in a batch, up to its first bad record.
    fn take(&mut self, batch: &mut Vec<Cut>) -> Result<(), Stop> {
        let texts: Vec<&str> = batch
            .iter()
            .map_while(|cut| std::str::from_utf8(&cut.bytes).ok())
            .collect();
        let injected = self.engine.inject(&texts);
        let taken = injected.ids.len();
        let bad = batch.get(taken).map(|cut| Garbled {
            line: cut.line,
            reason: match injected.refused {
                Some(refused) => refused.to_string(),
                None => "not UTF-8".to_owned(),
            },
        });
        batch.clear();
        self.accepted += taken as u64;
        self.ids
            .extend(injected.ids.into_iter().take(IDS - self.ids.len()));
        self.unkept = Some(injected.ticket);
        bad.map_or(Ok(()), |bad| Err(Stop::Garbled(bad)))
    }

    /// Waits until what was taken in is durable, where anything is.
    async fn keep(&mut self) -> Result<(), Stop> {
        match self.unkept.take() {
            Some(ticket) => self.engine.kept(ticket).await.map_err(Stop::Store),
            None => Ok(()),
        }
    }
}

/// Finds kept events, newest first: `?eventName=PutObject&userIdentity.userName=bob&limit=10`.
pub(super) async fn get(site: &Arc<Site>, query: Option<&str>) -> Reply {
    let (filter, limit) = match parse_query(query.unwrap_or_default()) {
        Ok(parsed) => parsed,
        Err(text) => return reply::sentence(StatusCode::BAD_REQUEST, &text),
    };
    match control::blocking(&site.engine, move |engine| engine.events(&filter, limit)).await {
        Err(refused) => refused,
        Ok(Err(error)) => reply::sentence(StatusCode::INSUFFICIENT_STORAGE, &error.to_string()),
        // The records go out byte for byte as log files have them.
        Ok(Ok(found)) => {
            let cut = if found.cut { ",\"truncated\":true" } else { "" };
            let body = format!("{{\"events\":[{}]{cut}}}", found.records.join(","));
            reply::whole(StatusCode::OK, "application/json", body)
        }
    }
}

fn parse_query(query: &str) -> Result<(Filter, usize), String> {
    let mut filter = Filter::default();
    let mut limit = DEFAULT_LIMIT;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == "limit" {
            limit = value
                .parse()
                .ok()
                .filter(|limit| (1..=LARGEST_LIMIT).contains(limit))
                .ok_or_else(|| format!("limit is a number from 1 to {LARGEST_LIMIT}."))?;
        } else {
            filter = filter.with(&name, &value);
        }
    }
    Ok((filter, limit))
}

impl Engine {
    /// The newest kept records that the filter admits, as many as `limit`.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub(crate) fn events(&self, filter: &Filter, limit: usize) -> Result<FoundEvents, StoreError> {
        let mut found = FoundEvents::default();
        let mut bytes = 0;
        self.snapshot()?.visit_newest_first(&mut |record| {
            if filter.admits(record) {
                bytes += record.len();
                found.cut = bytes > LARGEST_ANSWER;
                if !found.cut {
                    found.records.push(record.to_owned());
                }
            }
            if !found.cut && found.records.len() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(found)
    }
}

/// Records that a query admits.
#[derive(Debug, Default)]
pub(crate) struct FoundEvents {
    pub(crate) records: Vec<String>,
    /// There are more, but the answer would be too large.
    cut: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read() {
        let (filter, limit) =
            parse_query("eventName=PutObject&userIdentity.userName=a%20b&limit=7").unwrap();
        let expected = Filter::default()
            .with("eventName", "PutObject")
            .with("userIdentity.userName", "a b");
        assert_eq!((filter, limit), (expected, 7));
        assert_eq!(parse_query("").unwrap(), (Filter::default(), DEFAULT_LIMIT));
        for bad in ["limit=0", "limit=10001", "limit=x", "limit=-1"] {
            assert!(parse_query(bad).is_err(), "{bad}");
        }
    }
}
