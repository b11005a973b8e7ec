//! A call and its answer, as much of them as the record needs; and how they become drafts, which is the recorder's and,
//! for S3, the neighbour's knowledge.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode, Uri};
use localtrail_core::{Caller, Draft, Region, Timestamp};
use localtrail_model::catalogue::Entry;
use localtrail_neighbours::{Asked, Forwarded, federated_caller};
use localtrail_recorder::{Answer, Body, Circumstances, Outcome, Recognized, Request};
use serde_json::{Map, Value};

use crate::capture::{Kept, detached_headers, detached_uri};
use crate::engine::Engine;
use crate::identity;
use crate::notice;
use crate::refusal::{Head, Protocol};
use crate::router::{Asking, host};
use crate::site::Site;

/// Who answers a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answerer {
    /// A neighbour, or nobody.
    Here,
    /// An upstream.
    Upstream,
    /// An upstream that is an S3, whose calls are recorded as S3 does.
    UpstreamS3,
}

/// A call that was, or is being, answered.
#[derive(Debug)]
pub(crate) struct Exchange {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    pub(crate) recognized: Recognized,
    asking: Asking,
    answerer: Answerer,
    began: Instant,
    at: Timestamp,
    /// The request's body.
    pub(crate) sent: Kept,
    /// The answer; `None` when none came.
    pub(crate) answer: Option<Answered>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Kept,
}

impl Exchange {
    /// Begins one; its request's body is still to come.
    pub(crate) fn begin(
        parts: &Parts,
        recognized: Recognized,
        asking: Asking,
        answerer: Answerer,
        at: Timestamp,
    ) -> Self {
        Self {
            method: parts.method.clone(),
            uri: detached_uri(&parts.uri),
            headers: detached_headers(&parts.headers),
            recognized,
            asking,
            answerer,
            began: Instant::now(),
            at,
            sent: Kept::default(),
            answer: None,
        }
    }

    /// An upstream answers, though a neighbour was asked first.
    pub(crate) fn is_forwarded(&mut self) {
        if self.answerer == Answerer::Here {
            self.answerer = Answerer::Upstream;
        }
    }

    /// Bytes of bodies that it holds.
    pub(crate) fn size(&self) -> usize {
        let answer = self.answer.as_ref();
        self.sent.size() + answer.map_or(0, |answered| answered.body.size())
    }

    /// Whether an upstream may issue keys by it, which must be known before they are used.
    pub(crate) fn may_issue_keys(&self) -> bool {
        self.answerer == Answerer::Upstream && self.recognized.service.is_some_and(issues_keys)
    }

    /// When it began.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    /// How its client expects errors.
    pub(crate) fn protocol(&self) -> Protocol {
        let head = Head {
            method: &self.method,
            uri: &self.uri,
            headers: &self.headers,
        };
        Protocol::spoken(&self.recognized, head)
    }

    /// Who asks, for a neighbour.
    pub(crate) fn asked(&self, site: &Site) -> Asked {
        self.asking.clone().asked(site)
    }

    /// For which service and region it is signed when it is signed anew.
    pub(crate) fn signed_for(&self) -> (&str, &Region) {
        let service = match (self.recognized.service, &self.asking.signed_for) {
            (Some(entry), _) => entry.signing_name,
            (None, Some(service)) => service,
            (None, None) => &self.recognized.service_name,
        };
        (service, &self.asking.region)
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            uri: &self.uri,
            headers: &self.headers,
            host: host(&self.uri, &self.headers),
            signed_for: self.asking.signed_for.as_deref(),
        }
    }

    /// Recognises it again, now that the body is there, where the head did not tell the operation.
    pub(crate) fn recognize_again(&mut self, body: &Bytes) {
        if self.recognized.operation.is_none() {
            self.recognized = localtrail_recorder::recognize(&self.request(), Body::Whole(body));
        }
    }

    /// The parameters, as far as they can be read.
    pub(crate) fn input(&self, body: &Bytes) -> Option<Map<String, Value>> {
        localtrail_recorder::input(&self.recognized, &self.request(), Body::Whole(body))
    }

    /// The events of the call: none where CloudTrail records none. Reading a damaged call must not end the reader, so a
    /// fault of ours in there costs this call's event and nothing more.
    pub(crate) fn drafts(&mut self, engine: &Engine) -> Vec<Draft> {
        let made = catch_unwind(AssertUnwindSafe(|| match self.answerer {
            Answerer::Here | Answerer::Upstream => self.modelled(engine),
            Answerer::UpstreamS3 => self.of_s3(engine),
        }));
        made.unwrap_or_else(|_| {
            notice::warn("a call could not be recorded, by a fault of localtrail's; see above.");
            Vec::new()
        })
    }

    fn modelled(&mut self, engine: &Engine) -> Vec<Draft> {
        let sent = self.sent.bytes();
        let body = body(&sent, &self.sent);
        if self.recognized.operation.is_none() {
            self.recognized = localtrail_recorder::recognize(&self.request(), body);
        }
        let received = match &mut self.answer {
            Some(answered) => answered.body.bytes(),
            None => Bytes::new(),
        };
        let none = HeaderMap::new();
        let answer = match &self.answer {
            // Nobody knows how it went: told as a success of which nothing was seen.
            None => Answer {
                status: StatusCode::OK,
                headers: &none,
                body: Body::Cut(&[]),
            },
            Some(answered) => Answer {
                status: answered.status,
                headers: &answered.headers,
                body: self::body(&received, &answered.body),
            },
        };
        let (recognized, request) = (&self.recognized, self.request());
        let input = localtrail_recorder::input(recognized, &request, body);
        let outcome = localtrail_recorder::output(recognized, &answer);
        self.learn(engine, input.as_ref(), &outcome);
        let circumstances = Circumstances {
            caller: self.caller(input.as_ref()),
            origin: self.asking.origin.clone(),
            region: self.asking.region.clone(),
            // Drawing one takes the lock around core, so only where it is needed.
            request_id: match &outcome.request_id {
                Some(id) => id.clone(),
                None => engine.request_id(),
            },
        };
        let input = input.as_ref();
        localtrail_recorder::draft(
            recognized,
            &request,
            input,
            &answer,
            &outcome,
            circumstances,
        )
    }

    /// Who called: whoever signed, or whom the call itself proves.
    fn caller(&self, input: Option<&Map<String, Value>>) -> Caller {
        let operation = self.recognized.operation.filter(|it| it.is_unsigned);
        operation
            .zip(input)
            .and_then(|(operation, input)| federated_caller(operation.name, input))
            .unwrap_or_else(|| self.asking.caller.clone())
    }

    /// Looks for keys that an upstream issued.
    fn learn(&self, engine: &Engine, input: Option<&Map<String, Value>>, outcome: &Outcome<'_>) {
        if !self.may_issue_keys() {
            return;
        }
        if let (Some(service), Some(operation), Some(input), Ok(output)) = (
            self.recognized.service,
            self.recognized.operation,
            input,
            &outcome.result,
        ) {
            let (id, name, caller) = (service.id, operation.name, &self.asking.caller);
            identity::learn(&engine.neighbours, id, name, input, output, caller, self.at);
        }
    }

    fn of_s3(&mut self, engine: &Engine) -> Vec<Draft> {
        let sent = self.sent.bytes();
        let received = match &mut self.answer {
            Some(answered) => answered.body.bytes(),
            None => Bytes::new(),
        };
        let none = HeaderMap::new();
        let (status, headers, passed) = match &self.answer {
            None => (StatusCode::OK, &none, 0),
            Some(answered) => (answered.status, &answered.headers, answered.body.passed),
        };
        let asked = Asked {
            caller: self.asking.caller.clone(),
            origin: self.asking.origin.clone(),
            region: self.asking.region.clone(),
            request_id: engine.request_id(),
            signature: self.asking.signature,
            now: self.at,
        };
        localtrail_neighbours::s3_drafts(&Forwarded {
            method: &self.method,
            uri: &self.uri,
            headers: &self.headers,
            asked: &asked,
            received: self.sent.passed,
            body: self.sent.is_whole().then_some(&sent),
            status,
            answer_headers: headers,
            answer_body: &received,
            sent: passed,
            took: self.began.elapsed(),
        })
    }
}

/// The bytes that were kept, and whether they are all.
fn body<'a>(bytes: &'a [u8], kept: &Kept) -> Body<'a> {
    if kept.is_whole() {
        Body::Whole(bytes)
    } else {
        Body::Cut(bytes)
    }
}

fn issues_keys(service: &Entry) -> bool {
    matches!(service.id, "iam" | "sts")
}
