//! `GET /_localtrail/info`: what runs here, where, with which choices, and how much it keeps.

use hyper::StatusCode;
use localtrail_core::{Census, Throttling};
use serde::Serialize;

use crate::control::clock::Time;
use crate::options::{Policies, Signatures};
use crate::reply::{self, Reply};
use crate::site::Site;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    version: &'static str,
    pid: u32,
    endpoint: &'a str,
    account: String,
    region: &'a str,
    bucket_dir: String,
    data_dir: Option<String>,
    pace: String,
    lenient: bool,
    check_signatures: bool,
    throttle: bool,
    upstreams: Vec<String>,
    /// Whether forwarded calls are signed anew.
    upstream_keys: bool,
    unserved: String,
    proxy_others: String,
    ca_file: String,
    clock: Time,
    census: Census,
}

pub(super) fn answer(site: &Site) -> Reply {
    let options = &site.options;
    let info = Info {
        version: env!("CARGO_PKG_VERSION"),
        pid: std::process::id(),
        endpoint: &site.endpoint,
        account: options.account.to_string(),
        region: site.default_region.as_str(),
        bucket_dir: site.bucket_dir.display().to_string(),
        data_dir: options
            .data_dir
            .as_ref()
            .map(|directory| directory.display().to_string()),
        pace: options.pace.to_string(),
        lenient: options.policies == Policies::Lenient,
        check_signatures: options.signatures == Signatures::Checked,
        throttle: options.throttling == Throttling::On,
        upstreams: options.upstreams.iter().map(ToString::to_string).collect(),
        upstream_keys: options.upstream_keys.is_some(),
        unserved: options.unserved.to_string(),
        proxy_others: options.proxy_others.to_string(),
        ca_file: site.certificate_file.display().to_string(),
        clock: Time::of(&site.engine.clock),
        census: site.engine.census(),
    };
    reply::json(StatusCode::OK, &info)
}
