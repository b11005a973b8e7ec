//! Which services a name can mean: a SigV4 scope, a target's prefix, a label of a host, a version. Built at the first
//! question, from the catalogue's list alone: no service is unpacked for it.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use localtrail_model::catalogue::{Entry, Protocol, services};

use super::routes::Routes;

/// A service with its matcher of methods and paths.
pub(super) struct Service {
    pub(super) entry: &'static Entry,
    routes: OnceLock<Routes>,
}

impl Service {
    /// Built at the first call.
    pub(super) fn routes(&self) -> &Routes {
        self.routes.get_or_init(|| Routes::of(self.entry))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }

    pub(super) fn speaks(&self, protocol: Protocol) -> bool {
        self.entry.protocols.contains(&protocol)
    }

    /// Whether its operations are told apart by method and path.
    pub(super) fn is_rest(&self) -> bool {
        self.speaks(Protocol::RestJson) || self.speaks(Protocol::RestXml)
    }

    /// awsQuery or ec2Query, if it speaks one of them.
    pub(super) fn form(&self) -> Option<Protocol> {
        [Protocol::Query, Protocol::Ec2]
            .into_iter()
            .find(|protocol| self.speaks(*protocol))
    }
}

/// Services that a name can mean, the likeliest first.
pub(super) type Choice = &'static [&'static Service];

/// Names in SigV4 scopes that no model has: S3's own further ones (D: the rules of its endpoints).
const SCOPES: [(&str, &[&str]); 3] = [
    ("s3express", &["s3", "s3control"]),
    ("s3-object-lambda", &["s3"]),
    ("s3-outposts", &["s3outposts", "s3control", "s3"]),
];

/// Services whose successor has the same names and paths, and more members (D: Amazon Q in Connect was Wisdom).
const SUCCEEDED: [&str; 1] = ["wisdom"];

/// Labels of hosts that no model has: SQS's of old (D).
const LABELS: [(&str, &str); 1] = [("queue", "sqs")];

static SERVICES: LazyLock<Vec<Service>> = LazyLock::new(|| {
    let of = |entry| Service {
        entry,
        routes: OnceLock::new(),
    };
    services().iter().map(of).collect()
});

static INDEX: LazyLock<Index> = LazyLock::new(Index::build);

#[derive(Default)]
struct Index {
    scopes: Names,
    targets: Names,
    labels: Names,
    nicknames: Names,
    versions: Names,
    open: Vec<&'static Service>,
    bearers: Vec<&'static Service>,
}

type Names = HashMap<&'static str, Vec<&'static Service>>;

/// All services.
pub(super) fn all() -> &'static [Service] {
    &SERVICES
}

/// The services that a SigV4 scope can mean. One that signs with a name of its own making is taken by that name.
pub(super) fn by_scope(name: &str) -> Choice {
    let exact = get(&INDEX.scopes, name);
    match exact.is_empty() {
        true => by_nickname(name),
        false => exact,
    }
}

/// The services of a prefix in `X-Amz-Target`, or of a name in an RPC path, whole or without its namespace.
pub(super) fn by_target(prefix: &str) -> Choice {
    let exact = get(&INDEX.targets, prefix);
    match exact.is_empty() {
        true => get(&INDEX.targets, last_part(prefix)),
        false => exact,
    }
}

/// The services whose host names begin so.
pub(super) fn by_label(label: &str) -> Choice {
    get(&INDEX.labels, label)
}

/// The services that people call so: their ids and scopes.
pub(super) fn by_nickname(name: &str) -> Choice {
    get(&INDEX.nicknames, name)
}

/// The services of this version that are spoken in forms.
pub(super) fn by_version(version: &str) -> Choice {
    get(&INDEX.versions, version)
}

/// The services that have operations without signature among those told by path.
pub(super) fn open() -> Choice {
    &INDEX.open
}

/// The services that take bearer tokens.
pub(super) fn bearers() -> Choice {
    &INDEX.bearers
}

fn get(names: &'static Names, name: &str) -> Choice {
    names.get(name).map_or(&[], Vec::as_slice)
}

fn last_part(prefix: &str) -> &str {
    prefix.rsplit_once('.').map_or(prefix, |(_, last)| last)
}

impl Index {
    fn build() -> Self {
        let mut index = Self::default();
        for service in likeliest_first() {
            index.take(service);
        }
        for (scope, ids) in SCOPES {
            for id in ids {
                add_by_id(&mut index.scopes, scope, id);
            }
        }
        for (label, id) in LABELS {
            add_by_id(&mut index.labels, label, id);
        }
        index
    }

    fn take(&mut self, service: &'static Service) {
        let entry = service.entry;
        add(&mut self.scopes, entry.signing_name, service);
        add(&mut self.labels, entry.endpoint_prefix, service);
        for label in &entry.host_labels {
            add(&mut self.labels, label, service);
        }
        for name in [entry.id, entry.signing_name, entry.endpoint_prefix] {
            add(&mut self.nicknames, name, service);
        }
        for prefix in entry.target_prefix.iter().chain(&entry.rpc_name) {
            add(&mut self.targets, prefix, service);
            add(&mut self.targets, last_part(prefix), service);
        }
        if service.form().is_some() {
            add(&mut self.versions, entry.api_version, service);
        }
        if entry.has_unsigned && service.is_rest() {
            self.open.push(service);
        }
        if entry.takes_bearer && service.is_rest() {
            self.bearers.push(service);
        }
    }
}

/// Of services that share a name, the one that is called like it, then those whose hosts are: so Amazon RDS comes before
/// DocumentDB and Neptune, which are RDS to their callers and in their events.
fn likeliest_first() -> Vec<&'static Service> {
    let mut all: Vec<&'static Service> = SERVICES.iter().collect();
    all.sort_by_key(|service| {
        let entry = service.entry;
        (
            SUCCEEDED.contains(&entry.id),
            entry.id != entry.signing_name,
            entry.endpoint_prefix != entry.signing_name,
        )
    });
    all
}

fn add(names: &mut Names, name: &'static str, service: &'static Service) {
    let known = names.entry(name).or_default();
    if !known.iter().any(|one| one.is(service)) {
        known.push(service);
    }
}

fn add_by_id(names: &mut Names, name: &'static str, id: &str) {
    if let Some(service) = SERVICES.iter().find(|one| one.entry.id == id) {
        add(names, name, service);
    }
}
