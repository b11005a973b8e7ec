//! `POST /_localtrail/reset`: back to an empty emulator, as if it had just started. The clock stays where it is.

use std::sync::Arc;

use hyper::StatusCode;

use crate::reply::{self, Reply};
use crate::site::Site;

pub(super) async fn answer(site: &Arc<Site>) -> Reply {
    let site = Arc::clone(site);
    match tokio::task::spawn_blocking(move || site.reset()).await {
        Ok(Ok(())) => reply::whole(StatusCode::OK, "application/json", "{}"),
        Ok(Err(error)) => {
            let text = format!("Not all is reset: {error}.");
            reply::sentence(StatusCode::INSUFFICIENT_STORAGE, &text)
        }
        Err(_) => reply::sentence(StatusCode::BAD_GATEWAY, "The reset stopped half way."),
    }
}
