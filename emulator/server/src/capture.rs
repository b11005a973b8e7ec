//! Bodies on their way through: what is kept of them for the recorder, and whether they still move.
//!
//! Nothing is changed and nothing is held up. A long body in one piece is kept without copying it.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::HeaderValue;
use hyper::http::uri::PathAndQuery;
use hyper::{HeaderMap, Uri};

/// Pieces of at most so many bytes are copied.
const SHORT: usize = 4 << 10;

/// What was kept of a body.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pieces: Vec<Bytes>,
    length: usize,
    /// Bytes that went through, kept or not.
    pub(crate) passed: u64,
    /// The end was seen.
    pub(crate) ended: bool,
    /// It broke off before its end.
    pub(crate) broken: bool,
}

impl Kept {
    /// All of a body.
    pub(crate) fn whole(body: Bytes) -> Self {
        Self {
            length: body.len(),
            passed: body.len() as u64,
            pieces: if body.is_empty() {
                Vec::new()
            } else {
                vec![detached(&body)]
            },
            ended: true,
            broken: false,
        }
    }

    /// Bytes that are kept.
    pub(crate) fn size(&self) -> usize {
        self.length
    }

    fn take_in(&mut self, data: &Bytes, limit: usize) {
        let is_whole = self.is_whole_so_far();
        self.passed += data.len() as u64;
        let room = limit.saturating_sub(self.length);
        if is_whole && room > 0 && !data.is_empty() {
            let piece = detached(&data.slice(..data.len().min(room)));
            self.length += piece.len();
            self.pieces.push(piece);
        }
    }

    fn is_whole_so_far(&self) -> bool {
        self.length as u64 == self.passed
    }

    /// Whether every byte of it is here.
    pub(crate) fn is_whole(&self) -> bool {
        self.ended && self.is_whole_so_far()
    }

    /// Its bytes, as far as they were kept.
    pub(crate) fn bytes(&mut self) -> Bytes {
        match &mut self.pieces[..] {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => {
                let all = Bytes::from(many.concat());
                self.pieces = vec![all.clone()];
                all
            }
        }
    }
}

/// A piece that keeps no more memory than its own: a short one is copied, as it would keep all of the buffer that the
/// connection read it into, which then could not be read into again.
fn detached(piece: &Bytes) -> Bytes {
    match piece.len() {
        0..=SHORT => Bytes::copy_from_slice(piece),
        _ => piece.clone(),
    }
}

/// The same of headers: they get one buffer of their own.
pub(crate) fn detached_headers(headers: &HeaderMap) -> HeaderMap {
    let length = headers.values().map(HeaderValue::len).sum();
    let mut all = BytesMut::with_capacity(length);
    for value in headers.values() {
        all.extend_from_slice(value.as_bytes());
    }
    let all = all.freeze();
    let mut copy = headers.clone();
    let mut at = 0;
    for value in copy.values_mut() {
        let end = at + value.len();
        if let Ok(own) = HeaderValue::from_maybe_shared(all.slice(at..end)) {
            *value = own;
        }
        at = end;
    }
    copy
}

/// The same of a target.
pub(crate) fn detached_uri(uri: &Uri) -> Uri {
    if uri.scheme().is_some() {
        return uri.clone();
    }
    let target = uri.path_and_query().map_or("", PathAndQuery::as_str);
    Uri::from_maybe_shared(Bytes::copy_from_slice(target.as_bytes()))
        .unwrap_or_else(|_| uri.clone())
}

/// When anything last moved between a client and an upstream.
#[derive(Debug)]
pub(crate) struct Movement {
    begin: Instant,
    /// Milliseconds since the beginning.
    last: AtomicU64,
}

impl Movement {
    pub(crate) fn new() -> Self {
        Self {
            begin: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    pub(crate) fn note(&self) {
        let elapsed = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(elapsed, Ordering::Relaxed);
    }

    /// When it will have stood still for this long.
    pub(crate) fn deadline(&self, stillness: Duration) -> Instant {
        self.begin + Duration::from_millis(self.last.load(Ordering::Relaxed)) + stillness
    }
}

/// What is kept of a body that is still going through; and the body itself, when nobody wants the rest of it.
#[derive(Debug)]
pub(crate) struct Keeper<B>(Arc<Mutex<(Kept, Option<B>)>>);

impl<B> Keeper<B> {
    fn lock(&self) -> MutexGuard<'_, (Kept, Option<B>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes away what was kept so far.
    pub(crate) fn take(&self) -> Kept {
        std::mem::take(&mut self.lock().0)
    }

    /// Whether the body broke off.
    pub(crate) fn is_broken(&self) -> bool {
        self.lock().0.broken
    }

    /// The rest of the body was read after all.
    pub(crate) fn complete(&self, rest: &Bytes, limit: usize) {
        let kept = &mut self.lock().0;
        kept.take_in(rest, limit);
        kept.ended = true;
    }

    /// The rest of a body that was given up before its end.
    pub(crate) fn rest(&self) -> Option<B> {
        self.lock().1.take()
    }
}

/// A request's body on its way to the upstream.
#[derive(Debug)]
pub(crate) struct Captured<B: Body> {
    inner: Option<B>,
    keeper: Arc<Mutex<(Kept, Option<B>)>>,
    movement: Arc<Movement>,
    limit: usize,
}

impl<B: Body<Data = Bytes>> Captured<B> {
    /// Keeps at most `limit` bytes of a body.
    pub(crate) fn new(inner: B, limit: usize, movement: Arc<Movement>) -> (Self, Keeper<B>) {
        let kept = Kept {
            ended: inner.is_end_stream(),
            ..Kept::default()
        };
        let keeper = Arc::new(Mutex::new((kept, None)));
        let captured = Self {
            inner: Some(inner),
            keeper: Arc::clone(&keeper),
            movement,
            limit,
        };
        (captured, Keeper(keeper))
    }
}

impl<B: Body> Drop for Captured<B> {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take().filter(|inner| !inner.is_end_stream()) {
            let mut shared = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
            shared.1 = Some(inner);
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Captured<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        let polled = ready!(Pin::new(&mut *inner).poll_frame(context));
        this.movement.note();
        let mut shared = this.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut shared.0;
        match &polled {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    kept.take_in(data, this.limit);
                }
                kept.ended = inner.is_end_stream();
            }
            Some(Err(_)) => kept.broken = true,
            None => kept.ended = true,
        }
        drop(shared);
        if matches!(polled, Some(Err(_))) {
            // A broken body has no rest.
            this.inner = None;
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            Some(inner) => inner.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}

/// What is kept of a body by its only owner.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) kept: Kept,
    pub(crate) limit: usize,
}

impl Tally {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            kept: Kept::default(),
            limit,
        }
    }

    pub(crate) fn note(&mut self, frame: &Frame<Bytes>) {
        if let Some(data) = frame.data_ref() {
            self.kept.take_in(data, self.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pieces: &[&'static str], limit: usize) -> Kept {
        let mut kept = Kept::default();
        for piece in pieces {
            kept.take_in(&Bytes::from_static(piece.as_bytes()), limit);
        }
        kept.ended = true;
        kept
    }

    #[test]
    fn as_much_is_kept_as_may_be() {
        for (pieces, limit, bytes, is_whole) in [
            (&[][..], 0, "", true),
            (&["abc"], 3, "abc", true),
            (&["ab", "", "c"], 3, "abc", true),
            (&["ab", "cd"], 3, "abc", false),
            (&["abcd", "e"], 3, "abc", false),
            (&["a"], 0, "", false),
        ] {
            let mut kept = kept(pieces, limit);
            assert_eq!(kept.bytes(), bytes, "{pieces:?}");
            assert_eq!(kept.is_whole(), is_whole, "{pieces:?}");
            assert_eq!(kept.passed, pieces.concat().len() as u64);
        }
    }

    #[test]
    fn a_long_piece_is_not_copied_and_a_short_one_keeps_no_buffer() {
        for (length, is_copied) in [(100, true), (SHORT + 1, false)] {
            let body = Bytes::from(vec![b'x'; length]);
            let mut kept = Kept::default();
            kept.take_in(&body, length);
            assert_eq!(kept.bytes().as_ptr() != body.as_ptr(), is_copied);
            let mut whole = Kept::whole(body.clone());
            assert_eq!(whole.bytes().as_ptr() != body.as_ptr(), is_copied);
        }
    }

    #[test]
    fn detached_heads_say_the_same() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("a", "1"), ("b", ""), ("a", "two"), ("c", "x y")] {
            headers.append(name, HeaderValue::from_static(value));
        }
        assert_eq!(detached_headers(&headers), headers);
        for target in ["/", "/a//b?x=%41", "*", "http://h:1/a?b"] {
            let uri: Uri = target.parse().unwrap();
            assert_eq!(detached_uri(&uri), uri);
        }
    }

    #[test]
    fn a_body_without_its_end_is_not_whole() {
        let mut kept = kept(&["abc"], 9);
        kept.ended = false;
        assert!(!kept.is_whole());
    }
}
