//! What travels with one request through the protocol library, and what its handlers leave for the record.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::http::Extensions;
use localtrail_core::{AccountId, Timestamp};
use s3s::{S3ErrorCode, S3Request};

use super::intake::Shared;
use crate::asked::Asked;
use crate::error::{Result, refuse, refuse_with};
use crate::store::{BucketInfo, BucketName, Store};

/// One request's context.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) asked: Arc<Asked>,
    pub(crate) store: Arc<Store>,
    pub(crate) body: Shared,
    facts: Arc<Mutex<Facts>>,
}

/// What only the handler knows of a call.
#[derive(Debug, Default, Clone)]
pub(crate) struct Facts {
    /// `objectSize` of the record.
    pub(crate) object_size: Option<u64>,
    /// The keys that DeleteObjects removed, and how large each was.
    pub(crate) deleted: Vec<(String, Option<u64>)>,
}

impl Context {
    pub(crate) fn new(asked: Arc<Asked>, store: Arc<Store>, body: Shared) -> Self {
        Self {
            asked,
            store,
            body,
            facts: Arc::default(),
        }
    }

    pub(crate) fn of<T>(request: &S3Request<T>) -> Result<Self> {
        Self::find(&request.extensions)
    }

    fn find(extensions: &Extensions) -> Result<Self> {
        let missing = || refuse_with(S3ErrorCode::InternalError, "The request lost its context.");
        extensions.get::<Self>().cloned().ok_or_else(missing)
    }

    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        // Facts are plain data: there is nothing that a panic could leave half-done.
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.asked.now
    }

    /// The account that owns what the caller makes.
    pub(crate) fn account(&self) -> AccountId {
        self.asked.caller.account()
    }

    /// The bucket of a request, checked against the owner that the caller expects.
    pub(crate) async fn bucket(
        &self,
        name: &str,
        expected_owner: Option<&str>,
    ) -> Result<(BucketName, BucketInfo)> {
        let name = BucketName::parse(name).ok_or_else(|| refuse(S3ErrorCode::InvalidBucketName))?;
        let info = self.blocking({
            let name = name.clone();
            move |store| store.bucket(&name)
        });
        let info = info.await?;
        if expected_owner.is_some_and(|owner| owner != info.owner.as_str()) {
            return Err(refuse(S3ErrorCode::AccessDenied));
        }
        Ok((name, info))
    }

    /// Runs work on the disk where it holds up nobody else.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Store>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || work(&store)).await {
            Ok(result) => result,
            Err(error) => Err(refuse_with(
                S3ErrorCode::InternalError,
                format!("The work was lost: {error}"),
            )),
        }
    }
}
