//! An exchange under way, and how much of it is kept.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Response, StatusCode};
use localtrail_model::catalogue::{Member, Operation, ShapeId};
use localtrail_recorder::Recognized;

use crate::capture::{Keeper, Kept, Movement, detached_headers};
use crate::engine::Engine;
use crate::exchange::{Answered, Exchange};
use crate::signature::CheckedBody;

/// At most so many bytes of a request are kept for the recorder: the longest calls whose parameters a record shows at
/// all, such as a Lambda function's code, are longer, but only their beginning counts then.
pub(super) const REQUEST_LIMIT: usize = 4 << 20;

/// At most so many bytes of an answer: records show those of calls that change something, which are short.
const ANSWER_LIMIT: usize = 1 << 20;

/// An exchange under way. When it is dropped, the call is recorded with what is known of it by then: so also when the
/// client goes away.
pub(crate) struct Open {
    pub(super) engine: Arc<Engine>,
    /// Until it is handed over to be recorded.
    pub(super) exchange: Option<Box<Exchange>>,
    /// The request's body, when it is not there already.
    pub(super) sending: Option<Keeper<CheckedBody>>,
    pub(crate) movement: Arc<Movement>,
}

impl Open {
    /// The answer's head came.
    pub(super) fn head(&mut self, answer: &Response<Incoming>) {
        if let Some(exchange) = &mut self.exchange {
            exchange.answer = Some(Answered {
                status: answer.status(),
                headers: detached_headers(answer.headers()),
                body: Kept::default(),
            });
        }
    }

    /// The answer's body went by, as much of it as did.
    pub(crate) fn body(&mut self, body: Kept) {
        if let Some(answer) = self.exchange.as_mut().and_then(|it| it.answer.as_mut()) {
            answer.body = body;
        }
    }

    /// At most so many bytes of the answer's body are kept.
    pub(super) fn answer_limit(&self, status: StatusCode) -> usize {
        let recognized = self.exchange.as_ref().map(|exchange| &exchange.recognized);
        recognized.map_or(ANSWER_LIMIT, |recognized| {
            answer_limit(recognized, status.is_success())
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            if let Some(keeper) = &self.sending {
                exchange.sent = keeper.take();
            }
            let may_issue_keys = exchange.may_issue_keys();
            self.engine.answered(exchange);
            if may_issue_keys {
                self.engine.catch_up();
            }
        }
    }
}

/// Nothing is kept of a streamed blob, which no record shows.
pub(super) fn request_limit(recognized: &Recognized) -> usize {
    match streams(recognized, |operation| operation.input) {
        true => 0,
        false => REQUEST_LIMIT,
    }
}

fn answer_limit(recognized: &Recognized, succeeded: bool) -> usize {
    match succeeded && streams(recognized, |operation| operation.output) {
        true => 0,
        false => ANSWER_LIMIT,
    }
}

fn streams(recognized: &Recognized, side: impl Fn(&Operation) -> Option<ShapeId>) -> bool {
    let (Some(service), Some(operation)) = (recognized.service, recognized.operation) else {
        return false;
    };
    let api = service.api();
    let is_stream = |member: &Member| {
        member.streaming
            || api
                .structure(member.shape)
                .is_some_and(|structure| structure.is_event_stream)
    };
    side(operation)
        .and_then(|shape| api.structure(shape))
        .is_some_and(|structure| structure.members.iter().any(is_stream))
}
