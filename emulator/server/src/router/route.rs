//! Who answers a call: core, a neighbour, an upstream, or nobody.
//!
//! An upstream that was named for a service wins for that service. A general one gets every service that is not emulated
//! here as a whole: STS, S3 and the answered operations of Organizations stay; IAM, which is emulated in part, goes.

use hyper::http::request::Parts;
use localtrail_recorder::{Body, Recognized, Request};

use super::asking::{Strangers, host, text};
use crate::credential::Credential;
use crate::site::Site;
use crate::upstream::UpstreamUrl;

/// Who answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Route<'a> {
    /// Core.
    CloudTrail,
    /// The neighbour that keeps buckets.
    S3,
    /// A neighbour, if it answers this operation.
    Neighbour(Neighbour),
    /// Another endpoint.
    Upstream(&'a UpstreamUrl),
    /// Nobody.
    Unserved,
    /// The head does not say what is called.
    OnlyBodyTells,
}

/// The neighbours besides S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Neighbour {
    /// Answers for good.
    Sts,
    /// What it does not answer, an upstream may.
    Organizations,
    /// Answers where no upstream does.
    Iam,
}

impl Neighbour {
    /// Its name among the services.
    pub(super) fn service(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Organizations => "organizations",
            Self::Iam => "iam",
        }
    }
}

impl Route<'_> {
    /// Only S3 has strangers; elsewhere an unsigned call is that of a test that did not care to sign.
    pub(super) fn strangers(&self, recognized: &Recognized) -> Strangers {
        match self {
            Self::S3 => Strangers::Anonymous,
            Self::Upstream(_) if is_s3(recognized) => Strangers::Anonymous,
            Self::CloudTrail
            | Self::Neighbour(_)
            | Self::Upstream(_)
            | Self::Unserved
            | Self::OnlyBodyTells => Strangers::DefaultUser,
        }
    }
}

/// Whether it is S3 that is called, as far as the recorder can tell.
pub(super) fn is_s3(recognized: &Recognized) -> bool {
    recognized
        .service
        .map_or(recognized.service_name.as_str(), |entry| entry.id)
        == "s3"
}

/// What a request calls, as the recorder tells; by its head alone, or by its body too.
pub(super) fn recognize(
    parts: &Parts,
    credential: Option<&Credential<'_>>,
    body: Option<&[u8]>,
) -> Recognized {
    let request = Request {
        method: &parts.method,
        uri: &parts.uri,
        headers: &parts.headers,
        host: host(&parts.uri, &parts.headers),
        signed_for: credential.map(|credential| credential.service.as_ref()),
    };
    localtrail_recorder::recognize(&request, Body::Whole(body.unwrap_or_default()))
}

/// Who answers a request of which the head is known.
pub(super) fn of<'a>(
    site: &'a Site,
    parts: &Parts,
    credential: Option<&Credential<'_>>,
    recognized: &Recognized,
) -> Route<'a> {
    if let Some(service) = recognized.service {
        return of_service(site, recognized, service.id);
    }
    if let Some(credential) = credential {
        return of_service(site, recognized, &credential.service);
    }
    unsigned(site, parts, recognized)
}

/// Who answers an unsigned form whose body was read.
pub(super) fn of_form<'a>(site: &'a Site, recognized: &Recognized) -> Route<'a> {
    match recognized.service {
        Some(service) => of_service(site, recognized, service.id),
        None => elsewhere(site),
    }
}

fn of_service<'a>(site: &'a Site, recognized: &Recognized, service: &str) -> Route<'a> {
    let upstreams = &site.upstreams;
    if service == "cloudtrail" {
        return Route::CloudTrail;
    }
    if let Some(upstream) = upstreams.of(recognized.service, service) {
        return Route::Upstream(upstream);
    }
    match (service, upstreams.general()) {
        ("s3", _) => Route::S3,
        ("sts", _) => Route::Neighbour(Neighbour::Sts),
        ("organizations", _) => Route::Neighbour(Neighbour::Organizations),
        (_, Some(general)) => Route::Upstream(general),
        ("iam", None) => Route::Neighbour(Neighbour::Iam),
        (_, None) => Route::Unserved,
    }
}

/// A request that nobody signed and the recorder does not know: its form tells what it can be.
fn unsigned<'a>(site: &'a Site, parts: &Parts, recognized: &Recognized) -> Route<'a> {
    if let Some(target) = text(&parts.headers, "x-amz-target") {
        return match target.contains("CloudTrail_") {
            true => Route::CloudTrail,
            false => elsewhere(site),
        };
    }
    let query = parts.uri.query().unwrap_or_default();
    if is_form(parts) || query.contains("Action=") && query.contains("Version=") {
        return Route::OnlyBodyTells;
    }
    if parts.headers.contains_key("smithy-protocol") {
        return elsewhere(site);
    }
    of_service(site, recognized, "s3")
}

/// Whether the body is a form, as those of awsQuery and ec2Query are.
pub(super) fn is_form(parts: &Parts) -> bool {
    text(&parts.headers, "content-type")
        .is_some_and(|form| form.starts_with("application/x-www-form-urlencoded"))
}

fn elsewhere(site: &Site) -> Route<'_> {
    match site.upstreams.general() {
        Some(general) => Route::Upstream(general),
        None => Route::Unserved,
    }
}
