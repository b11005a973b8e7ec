//! Short ways to call STS and IAM as somebody: with the key that was just issued, at another time, in another account.

use std::cell::Cell;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use localtrail_core::{AccountId, Caller, Timestamp};
use localtrail_neighbours::{Asked, Standing};
use serde_json::Value;

use crate::town::{Answer, NOW, Town, asked};

pub(crate) struct Street {
    pub(crate) town: Town,
    caller: Caller,
    now: Timestamp,
    count: Cell<u64>,
}

impl Street {
    pub(crate) fn new() -> Self {
        Self {
            town: Town::new(),
            caller: asked().caller,
            now: Timestamp::from_millis(NOW),
            count: Cell::new(0),
        }
    }

    /// From now on somebody else calls.
    pub(crate) fn become_caller(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// From now on the holder of an issued key calls.
    pub(crate) fn become_key(&mut self, key: &str) {
        let issued = self.town.neighbours.issued(key, self.now).unwrap();
        self.caller = Caller {
            identity: issued.identity,
            access_key_id: Some(key.to_owned()),
        };
    }

    pub(crate) fn later(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    pub(crate) fn standing(&self, key: &str) -> Option<Standing> {
        let issued = self.town.neighbours.issued(key, self.now);
        issued.map(|issued| issued.standing)
    }

    pub(crate) fn account(&self) -> AccountId {
        self.caller.account()
    }

    /// A call of this service was recorded.
    pub(crate) fn note_use(&self, source: &'static str) {
        let asked = self.asked();
        let neighbours = &self.town.neighbours;
        neighbours.note_use(&asked.caller, source, &asked.region, self.now);
    }

    fn asked(&self) -> Asked {
        self.count.set(self.count.get() + 1);
        Asked {
            caller: self.caller.clone(),
            now: self.now,
            request_id: format!("6f3a1f2e-0000-4000-8000-{:012}", self.count.get()),
            ..asked()
        }
    }

    pub(crate) async fn call(&self, service: &str, operation: &str, input: Value) -> Answer {
        let answer =
            self.town
                .neighbours
                .answer(service, operation, input.as_object(), &self.asked(), None);
        let (parts, body) = answer.expect("it is answered").into_parts();
        let body: Bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
            drafts: Vec::new(),
        }
    }

    /// An answer that is a success.
    pub(crate) async fn ok(&self, service: &str, operation: &str, input: Value) -> Answer {
        let answer = self.call(service, operation, input).await;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.text());
        answer
    }

    /// Status, code and sentence of a refusal.
    pub(crate) async fn refused(
        &self,
        service: &str,
        operation: &str,
        input: Value,
    ) -> (u16, String, String) {
        let answer = self.call(service, operation, input).await;
        let (status, code) = answer.refusal();
        (status, code, answer.one("Message").unwrap_or_default())
    }
}
