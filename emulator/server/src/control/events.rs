//! `/_localtrail/events`: POST takes in whole records and sketches, as many as are sent; GET, in `query`, finds events.

mod query;

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use localtrail_core::{SketchDefaults, StoreError};
use serde_json::json;

use crate::control::lines::{Cut, Cutter, Garbled};
use crate::engine::{Engine, Ticket};
use crate::reply::{self, Reply};
use crate::site::Site;

pub(super) use query::{Span, get, place};

/// So many records are taken in under one lock: calls of others wait about a millisecond.
const BATCH: usize = 64;

/// After so many batches they are committed, so that a long stream needs no more memory than a short one.
const COMMIT_BATCHES: u32 = 64;

/// An answer lists so many ids; who sends more knows them.
const IDS: usize = 1000;

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
        defaults: SketchDefaults {
            caller: site.identities.unsigned(),
            region: site.default_region.clone(),
        },
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
    /// What stands in for what sketches do not say.
    defaults: SketchDefaults,
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
                match cutter.next_record() {
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
        let injected = self.engine.put_in(&texts, &self.defaults);
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
