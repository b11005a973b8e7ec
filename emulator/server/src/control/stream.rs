//! `GET /_localtrail/events/stream`: events as they arrive, as server-sent events, with the filters of a query.
//!
//! Each has its record as `data` and, as `id`, the cursor behind it: a client that comes back with `Last-Event-ID`, or
//! `after=ID`, misses nothing. A listener reads the journal at its own speed, one look at a time; between two looks it
//! holds nothing but its place. So a slow one costs neither calls nor memory.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Response, StatusCode};
use localtrail_neighbours::{AnswerBody, BoxError};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::control::events::{self, Span};
use crate::control::{self, Filter};
use crate::engine::{Engine, Hearing};
use crate::reply::{self, Reply, ReplyBody};
use crate::site::Site;

/// A comment goes out when nothing else did for so long, so that neither end takes the other for gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What one look sends; two of them may wait for a listener.
const LOOK: Span = Span {
    events: 256,
    bytes: 256 << 10,
};

/// How long events gather before a listener looks again, so that it takes core's lock seldom when many calls come.
const GATHERING: Duration = Duration::from_millis(5);

/// Looks that wait for a listener to read.
const WAITING: usize = 1;

pub(super) fn get(site: &Arc<Site>, headers: &HeaderMap, query: Option<&str>) -> Reply {
    let (filter, place) = match parse(site, headers, query.unwrap_or_default()) {
        Ok(parsed) => parsed,
        Err(text) => return reply::sentence(StatusCode::BAD_REQUEST, &text),
    };
    let (sender, frames) = mpsc::channel(WAITING);
    tokio::spawn(feed(Arc::clone(&site.engine), filter, place, sender));
    let mut answer = Response::new(ReplyBody::Streamed(AnswerBody::new(Feed { frames })));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The filter, and the place to begin at: that of the client's last event, the one asked for, the very first when a time
/// was named, else the next event that comes.
fn parse(site: &Site, headers: &HeaderMap, query: &str) -> Result<(Filter, u64), String> {
    let now = site.engine.clock.now();
    let mut filter = Filter::default();
    let mut after = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "after" => after = Some(events::place(&value)?),
            "since" => {
                after = after.or(Some(0));
                filter = filter.and("since", &value, now)?;
            }
            path => filter = filter.and(path, &value, now)?,
        }
    }
    if let Some(last) = headers.get("last-event-id") {
        after = Some(events::place(&String::from_utf8_lossy(last.as_bytes()))?);
    }
    let engine = &site.engine;
    let place = after.map_or_else(|| engine.next_place(), |after| engine.known_place(after));
    Ok((filter, place))
}

/// Sends what arrives until the listener goes or the server stops.
async fn feed(engine: Arc<Engine>, filter: Filter, mut place: u64, frames: mpsc::Sender<Bytes>) {
    let mut arrived = engine.listen();
    // So that the client knows at once that it is heard.
    let mut sent = frames.send(Bytes::from_static(b": localtrail\n\n")).await;
    let mut quiet_since = Instant::now();
    while sent.is_ok() && *arrived.borrow_and_update() == Hearing::Open {
        let asked = filter.clone();
        let look = control::blocking(&engine, move |engine| engine.find_from(&asked, place, LOOK));
        let Ok(Ok(found)) = look.await else {
            // The listener comes back with its place, and is told then what is wrong.
            return;
        };
        let text: String = found
            .places
            .iter()
            .zip(&found.records)
            .map(|(id, record)| format!("id: {id}\ndata: {record}\n\n"))
            .collect();
        if !text.is_empty() {
            sent = frames.send(Bytes::from(text)).await;
            quiet_since = Instant::now();
        }
        let next = found.next.unwrap_or(place);
        if std::mem::replace(&mut place, next) != next {
            if frames.is_closed() {
                return;
            }
            continue;
        }
        tokio::select! {
            _changed = arrived.changed() => tokio::time::sleep(GATHERING).await,
            () = tokio::time::sleep_until(quiet_since + KEEP_ALIVE) => {
                sent = frames.send(Bytes::from_static(b": keep-alive\n\n")).await;
                quiet_since = Instant::now();
            }
            () = frames.closed() => return,
        }
    }
}

/// The body: what waits for the listener.
struct Feed {
    frames: mpsc::Receiver<Bytes>,
}

impl Body for Feed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let next = self.frames.poll_recv(context);
        next.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
