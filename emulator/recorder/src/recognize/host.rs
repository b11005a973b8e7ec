//! What a host name says: which services it can mean, and the bucket before S3's.
//!
//! A host is `[what.]service[.dualstack][.region].suffix`. Nothing here asks the network; a name that is none of AWS's or
//! `localhost`'s says nothing.

use std::borrow::Cow;
use std::ops::Range;

use super::index::{self, Choice};

/// What AWS's host names end with, by partition; `localhost` stands for it in local names.
const SUFFIXES: [&str; 16] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".on.aws",
    ".aws",
    ".aws.amazon.com",
    ".api.amazonwebservices.com.cn",
    ".on.amazonwebservices.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.eu",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
    ".localhost",
    ".localhost.localstack.cloud",
];

/// Labels between service and suffix that name neither.
const FILLERS: [&str; 4] = ["dualstack", "global", "us-gov", "fips"];

/// How many labels a service's name has at most, as in `controlplane.payment-cryptography`.
const MOST_LABELS: usize = 3;

/// What a host says.
#[derive(Default)]
pub(super) struct Host<'a> {
    /// The services, the likeliest first.
    pub(super) services: Choice,
    /// The services that a shorter part of the name can mean, as `signer` in `data-signer`.
    pub(super) others: Choice,
    /// The bucket in the name of an S3 host.
    pub(super) bucket: Option<Cow<'a, str>>,
    /// What an AWS host calls a service that the catalogue lacks.
    pub(super) unknown: Option<Cow<'a, str>>,
}

impl<'a> Host<'a> {
    pub(super) fn read(host: &'a str) -> Self {
        let (host, _) = host.split_once(':').unwrap_or((host, ""));
        let host = host.trim_end_matches('.');
        let Some(suffix) = suffix(host) else {
            return Self::default();
        };
        let name = normal(&host[..host.len() - suffix.len()]);
        let parsed = Parsed::of(&name);
        let is_local = suffix.starts_with(".localhost");
        let piece = |range: Range<usize>| match &name {
            Cow::Borrowed(name) => Cow::Borrowed(&name[range]),
            Cow::Owned(name) => Cow::Owned(name[range].to_owned()),
        };
        Self {
            services: parsed.services,
            others: parsed.others,
            bucket: parsed.bucket.map(piece),
            unknown: parsed.unknown.filter(|_| !is_local).map(piece),
        }
    }
}

/// The longest suffix that fits, so that `.api.aws` is not taken for `.aws`.
fn suffix(host: &str) -> Option<&'static str> {
    SUFFIXES
        .into_iter()
        .filter(|suffix| ends_with(host, suffix))
        .max_by_key(|suffix| suffix.len())
}

fn ends_with(host: &str, suffix: &str) -> bool {
    let start = host.len().checked_sub(suffix.len());
    start
        .and_then(|start| host.as_bytes().get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
}

/// Lower case, and without the mark of FIPS endpoints, wherever it stands.
fn normal(name: &str) -> Cow<'_, str> {
    if !name.contains("fips") && !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    let lower = name.to_ascii_lowercase();
    let is_fips =
        |label: &str| label == "fips" || label.ends_with("-fips") || label.starts_with("fips-");
    if !lower.split('.').any(is_fips) {
        return Cow::Owned(lower);
    }
    let plain = |label: &str| {
        let label = label.strip_suffix("-fips").unwrap_or(label);
        label.strip_prefix("fips-").unwrap_or(label).to_owned()
    };
    let labels: Vec<String> = lower
        .split('.')
        .filter(|label| *label != "fips")
        .map(plain)
        .collect();
    Cow::Owned(labels.join("."))
}

#[derive(Default)]
struct Parsed {
    services: Choice,
    others: Choice,
    bucket: Option<Range<usize>>,
    unknown: Option<Range<usize>>,
}

impl Parsed {
    fn of(name: &str) -> Self {
        let end = without_region(name);
        let name = &name[..end];
        let starts: Vec<usize> = std::iter::once(0)
            .chain(name.match_indices('.').map(|(dot, _)| dot + 1))
            .collect();
        let first = starts.len().saturating_sub(MOST_LABELS);
        let last = starts.last().copied().unwrap_or_default();
        let whole = starts[first..]
            .iter()
            .map(|start| (index::by_label(&name[*start..]), *start));
        let odd = std::iter::once_with(|| (by_odd_label(&name[last..]), last));
        let mut known = whole
            .chain(odd)
            .filter(|(services, _)| !services.is_empty());
        if let Some((services, start)) = known.next() {
            let others = known.next().map(|(services, _)| services);
            return Self::found(services, others.unwrap_or_default(), start);
        }
        Self {
            unknown: (last < end).then_some(last..end),
            ..Self::default()
        }
    }

    fn found(services: Choice, others: Choice, start: usize) -> Self {
        let is_s3 = services.first().is_some_and(|one| one.entry.id == "s3");
        let bucket = start.checked_sub(1).filter(|end| is_s3 && *end > 0);
        Self {
            services,
            others,
            bucket: bucket.map(|end| 0..end),
            unknown: None,
        }
    }
}

/// Where the service's part ends: before the region and what stands around it.
fn without_region(name: &str) -> usize {
    let mut end = name.len();
    loop {
        let start = name[..end].rfind('.').map_or(0, |dot| dot + 1);
        let label = &name[start..end];
        if start == 0 || !(is_region(label) || FILLERS.contains(&label)) {
            return end;
        }
        end = start - 1;
    }
}

/// A service that does not stand there as its models say: with the region, a prefix, or what people call it.
fn by_odd_label(label: &str) -> Choice {
    let after_dashes = label
        .match_indices('-')
        .map(|(dash, _)| index::by_label(&label[dash + 1..]));
    let is_s3 = label.starts_with("s3-") || label.starts_with("s3express-");
    let s3 = is_s3.then(|| index::by_label("s3"));
    std::iter::once(index::by_nickname(label))
        .chain(s3)
        .chain(after_dashes)
        .find(|services| !services.is_empty())
        .unwrap_or_default()
}

/// Whether a label is like `us-east-1`, `us-gov-west-1` or `eusc-de-east-1`.
pub(super) fn is_region(label: &str) -> bool {
    let mut parts = label.split('-');
    let area = parts.next().unwrap_or_default();
    let number = parts.next_back().unwrap_or_default();
    let between = parts.clone().count();
    let letters =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    (2..=5).contains(&area.len())
        && letters(area)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=2).contains(&between)
        && parts.all(letters)
}
