//! The names of awsQuery and ec2Query: which action of which version a form or a query string asks for.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::GzDecoder;
use hyper::HeaderMap;

use crate::Body;

/// Action and version stand at the front of a form; further than this nobody looks. In bytes.
const LOOKED_AT: usize = 64 << 10;

/// What a form says of itself.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Form<'a> {
    pub(super) action: Option<Cow<'a, str>>,
    pub(super) version: Option<Cow<'a, str>>,
}

impl Form<'static> {
    /// From the body of a request that is a form. What is missing there may stand in the query string.
    pub(super) fn of_body(body: Body<'_>, headers: &HeaderMap) -> Self {
        let bytes = match body {
            Body::Whole(bytes) | Body::Cut(bytes) => bytes,
        };
        let packed = headers
            .get("content-encoding")
            .is_some_and(|one| one == "gzip");
        if !packed {
            return Form::of(&bytes[..bytes.len().min(LOOKED_AT)]).kept();
        }
        let mut plain = Vec::new();
        // What can be unpacked of a damaged body is looked at all the same.
        let _ = GzDecoder::new(bytes)
            .take(LOOKED_AT as u64)
            .read_to_end(&mut plain);
        Form::of(&plain).kept()
    }
}

impl<'a> Form<'a> {
    /// From `a=b&c=d`.
    pub(super) fn of(text: &'a [u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            let place = match name.as_ref() {
                "Action" => &mut form.action,
                "Version" => &mut form.version,
                _ => continue,
            };
            if place.is_none() {
                *place = Some(value);
            }
            if form.action.is_some() && form.version.is_some() {
                break;
            }
        }
        form
    }

    /// This one where it says something, else the other.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            action: self.action.or(other.action),
            version: self.version.or(other.version),
        }
    }

    fn kept(self) -> Form<'static> {
        let keep = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Form {
            action: self.action.map(keep),
            version: self.version.map(keep),
        }
    }
}
