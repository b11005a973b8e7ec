//! `GET /_localtrail/policy`: the least IAM policy for what was called, for all events or those that a query means:
//! `?principal=deploy&since=10m&denied=skip`. What a call needs, core knows.

use std::ops::ControlFlow;
use std::sync::Arc;

use hyper::StatusCode;
use localtrail_core::{DeniedCalls, Permissions, StoreError, Timestamp};

use crate::control::{self, Filter};
use crate::engine::Engine;
use crate::reply::{self, Reply};
use crate::site::Site;

/// Answers the bare document, as IAM takes it; 404 when nothing was called that needs a permission, as there is no empty
/// policy.
pub(super) async fn get(site: &Arc<Site>, query: Option<&str>) -> Reply {
    let now = site.engine.clock.now();
    let (filter, denied) = match parse(query.unwrap_or_default(), now) {
        Ok(parsed) => parsed,
        Err(text) => return reply::sentence(StatusCode::BAD_REQUEST, &text),
    };
    let gathered = control::blocking(&site.engine, move |engine| gather(engine, &filter, denied));
    match gathered.await {
        Err(refused) => refused,
        Ok(Err(error)) => reply::sentence(StatusCode::INSUFFICIENT_STORAGE, &error.to_string()),
        Ok(Ok(permissions)) => match permissions.policy() {
            Some(policy) => reply::json(StatusCode::OK, &policy),
            None => {
                let calls = permissions.calls();
                let text = format!(
                    "No permission is needed: {calls} calls match, and none of them needs one."
                );
                reply::sentence(StatusCode::NOT_FOUND, &text)
            }
        },
    }
}

fn parse(query: &str, now: Timestamp) -> Result<(Filter, DeniedCalls), String> {
    let mut filter = Filter::default();
    let mut denied = DeniedCalls::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match (name.as_ref(), value.as_ref()) {
            ("denied", "include") => denied = DeniedCalls::Include,
            ("denied", "skip") => denied = DeniedCalls::Skip,
            ("denied", other) => {
                return Err(format!(
                    "denied is include or skip; \"{other}\" is neither."
                ));
            }
            (path, value) => filter = filter.and(path, value, now)?,
        }
    }
    Ok((filter, denied))
}

fn gather(
    engine: &Engine,
    filter: &Filter,
    denied: DeniedCalls,
) -> Result<Permissions, StoreError> {
    let mut permissions = Permissions::new(denied);
    engine.snapshot()?.visit_newest_first(&mut |record| {
        if filter.admits(record) {
            permissions.add(record);
        }
        ControlFlow::Continue(())
    })?;
    Ok(permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read() {
        let now = Timestamp::from_seconds(1_795_449_900);
        let (filter, denied) = parse("principal=bob&denied=skip", now).unwrap();
        let of_bob = Filter::default().and("principal", "bob", now).unwrap();
        assert_eq!(format!("{filter:?}"), format!("{of_bob:?}"));
        assert_eq!(denied, DeniedCalls::Skip);
        let (filter, denied) = parse("", now).unwrap();
        assert_eq!(format!("{filter:?}"), format!("{:?}", Filter::default()));
        assert_eq!(denied, DeniedCalls::Include);
        assert!(parse("denied=yes", now).is_err() && parse("since=x", now).is_err());
    }
}
