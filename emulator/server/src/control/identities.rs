//! `/_localtrail/identities`: whose access key is whose. GET lists, POST declares one, DELETE `?accessKeyId=` forgets one.

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use serde_json::json;

use crate::control;
use crate::identity::{DECLARED_LIMIT, DeclaredIdentity};
use crate::reply::{self, Reply};
use crate::site::Site;

pub(super) fn get(site: &Site) -> Reply {
    reply::json(
        StatusCode::OK,
        &json!({ "identities": site.identities.list() }),
    )
}

pub(super) async fn post(site: &Site, request: Request<Incoming>) -> Reply {
    let declared: DeclaredIdentity = match control::read_json(request).await {
        Ok(declared) => declared,
        Err(refused) => return refused,
    };
    if declared.access_key_id.is_empty() {
        return reply::sentence(StatusCode::BAD_REQUEST, "The accessKeyId is empty.");
    }
    if site.identities.declare(declared.clone()) {
        reply::json(StatusCode::OK, &declared)
    } else {
        let text = format!("There are {DECLARED_LIMIT} identities already. Forget some first.");
        reply::sentence(StatusCode::BAD_REQUEST, &text)
    }
}

pub(super) fn delete(site: &Site, query: Option<&str>) -> Reply {
    let access_key = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find_map(|(name, value)| (name == "accessKeyId").then_some(value));
    match access_key {
        None => reply::sentence(
            StatusCode::BAD_REQUEST,
            "Say which one with ?accessKeyId=KEY.",
        ),
        Some(key) if site.identities.forget(&key) => {
            reply::whole(StatusCode::OK, "application/json", "{}")
        }
        Some(key) => {
            let text = format!("The access key \"{key}\" is not declared.");
            reply::sentence(StatusCode::NOT_FOUND, &text)
        }
    }
}
