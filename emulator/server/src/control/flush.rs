//! `POST /_localtrail/flush`: delivers everything that waits, digests included, and answers when it is done.

use std::sync::Arc;

use hyper::StatusCode;

use crate::control;
use crate::engine::Engine;
use crate::reply::{self, Reply};
use crate::site::Site;

/// `{"delivered":[{"bucket","key"}],"failed":[{"bucket","key","code"}]}`.
pub(super) async fn answer(site: &Arc<Site>) -> Reply {
    match control::blocking(&site.engine, Engine::flush).await {
        Ok(flushed) => reply::json(StatusCode::OK, &flushed),
        Err(refused) => refused,
    }
}
