//! `/_localtrail/events`: POST takes in whole records and sketches, as many as are sent; GET, in `query`, finds events.

mod find;
mod query;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use localtrail_core::{SketchDefaults, StoreError};
use serde_json::json;

use crate::control::lines::{Cut, Cutter, Garbled};
use crate::engine::{Engine, Ticket};
use crate::reply::{self, Reply};
use crate::site::Site;

pub(crate) use find::Span;
pub(super) use query::{get, place};

/// So many records are taken in under one lock: calls of others wait about a millisecond.
const BATCH: usize = 64;

/// After so many records they are committed, so that a long stream needs no more memory than a short one.
const COMMIT: u64 = 4096;

/// A body of which nothing comes for so long is given up. Who streams events as they happen sends blank lines meanwhile.
const IDLE_LIMIT: Duration = Duration::from_secs(60);

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
        kept: 0,
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
        Err(Stop::Idle) => {
            let seconds = IDLE_LIMIT.as_secs();
            let error = format!(
                "Nothing more of the body came for {seconds} seconds. Accepted before: {accepted}."
            );
            let body = json!({ "error": error, "accepted": accepted });
            reply::last(reply::json(StatusCode::REQUEST_TIMEOUT, &body))
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
    Idle,
    Store(StoreError),
}

/// What was taken in so far.
struct Intake<'a> {
    engine: &'a Engine,
    /// What stands in for what sketches do not say.
    defaults: SketchDefaults,
    accepted: u64,
    /// How many of them were committed.
    kept: u64,
    ids: Vec<String>,
    unkept: Option<Ticket>,
}

impl Intake<'_> {
    /// Takes in what comes as it comes: a record is there as soon as its last byte is.
    async fn all<B>(&mut self, mut cutter: Cutter, mut body: B) -> Result<(), Stop>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(data) = next_piece(&mut body).await? {
            cutter.push(&data);
            loop {
                let cut = cutter.next_record();
                let goes_on = matches!(cut, Ok(Some(_)));
                let garbled = match cut {
                    Ok(cut) => {
                        batch.extend(cut);
                        None
                    }
                    Err(garbled) => Some(garbled),
                };
                if batch.len() == BATCH || !goes_on {
                    self.take(&mut batch)?;
                }
                match garbled {
                    Some(garbled) => return Err(Stop::Garbled(garbled)),
                    None if goes_on => {}
                    None => break,
                }
            }
            if self.accepted - self.kept >= COMMIT {
                self.keep().await?;
            }
        }
        let end = cutter.end();
        batch.extend(end.as_ref().ok().and_then(Clone::clone));
        self.take(&mut batch)?;
        end.map(|_| ()).map_err(Stop::Garbled)
    }

    /// Takes in a batch, up to its first bad record.
    fn take(&mut self, batch: &mut Vec<Cut>) -> Result<(), Stop> {
        if batch.is_empty() {
            return Ok(());
        }
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
        self.kept = self.accepted;
        match self.unkept.take() {
            Some(ticket) => self.engine.kept(ticket).await.map_err(Stop::Store),
            None => Ok(()),
        }
    }
}

/// What comes next of a body, or an empty piece for trailers; `None` at its end.
async fn next_piece<B>(body: &mut B) -> Result<Option<Bytes>, Stop>
where
    B: Body<Data = Bytes> + Unpin,
{
    let frame = tokio::time::timeout(IDLE_LIMIT, body.frame());
    match frame.await.map_err(|_| Stop::Idle)? {
        None => Ok(None),
        Some(Err(_)) => Err(Stop::Broken),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stops_arriving_is_given_up_and_one_that_is_slow_is_not() {
        let piece = |bytes: &'static [u8]| Ok::<_, std::io::Error>(Frame::data(Bytes::from(bytes)));
        let arriving = stream::iter([piece(b"one"), piece(b"two")]).then(|frame| async {
            tokio::time::sleep(IDLE_LIMIT - Duration::from_secs(1)).await;
            frame
        });
        let mut body = StreamBody::new(Box::pin(arriving.chain(stream::pending())));
        for expected in [&b"one"[..], b"two"] {
            assert_eq!(
                next_piece(&mut body).await.ok().flatten().unwrap(),
                expected
            );
        }
        let begun = tokio::time::Instant::now();
        assert!(matches!(next_piece(&mut body).await, Err(Stop::Idle)));
        assert_eq!(begun.elapsed().as_secs(), IDLE_LIMIT.as_secs());
        let broken = stream::iter([Err(std::io::Error::other("cut"))]);
        let mut broken = StreamBody::new(broken.map(|one| one.map(|()| Frame::data(Bytes::new()))));
        assert!(matches!(next_piece(&mut broken).await, Err(Stop::Broken)));
    }
}
