//! What a request's head says of the service, and the ways to tell the operation by it.

use std::borrow::Cow;

use hyper::Method;
use localtrail_model::catalogue::{Operation, Protocol};
use percent_encoding::percent_decode_str;

use super::Recognized;
use super::form::Form;
use super::host::Host;
use super::index::{self, Service};
use super::routes::{self, Asked, Fit};
use crate::{Body, Request};

/// The scope and host label of API Gateway's data plane: callers' own APIs, but for one path.
const EXECUTE_API: &str = "execute-api";
/// That path's first segment; the stage stands before it.
const CONNECTIONS: &str = "@connections";

const FORM: &str = "application/x-www-form-urlencoded";
const CLOUDSEARCH_SEARCH: [&str; 2] = ["2013-01-01", "search"];
/// The path to which an S3 Object Lambda sends its answer.
const OBJECT_LAMBDA_ANSWER: &str = "WriteGetObjectResponse";

/// Why a service is a candidate; the earlier, the surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    ScopeAndHost,
    Scope,
    Host,
    PartOfHost,
    Nothing,
}

const REASONS: [Reason; 4] = [
    Reason::ScopeAndHost,
    Reason::Scope,
    Reason::Host,
    Reason::PartOfHost,
];

/// The head of a request, with the services that it can be for.
pub(super) struct Evidence<'a> {
    request: &'a Request<'a>,
    query: &'a str,
    content_type: &'a str,
    scope: Option<Cow<'a, str>>,
    host: Host<'a>,
    /// In the order of their reasons.
    candidates: Vec<(&'static Service, Reason)>,
}

impl<'a> Evidence<'a> {
    pub(super) fn gather(request: &'a Request<'a>) -> Self {
        let query = request.uri.query().unwrap_or_default();
        let named = match request.host {
            "" => request.uri.host().unwrap_or_default(),
            host => host,
        };
        let host = Host::read(named);
        let scope = match request.signed_for {
            Some(scope) => Some(Cow::Borrowed(scope)),
            None => presigned_scope(query),
        };
        let candidates = candidates(scope.as_deref(), &host);
        Self {
            request,
            query,
            content_type: header(request, "content-type"),
            scope,
            host,
            candidates,
        }
    }

    /// By `X-Amz-Target`, which also unsigned requests have.
    pub(super) fn by_target(&self) -> Option<Recognized> {
        let target = header(self.request, "x-amz-target");
        if target.is_empty() {
            return None;
        }
        let (prefix, name) = target.rsplit_once('.').unwrap_or(("", target));
        // Kinesis's clients for Java send CBOR where others send JSON (O).
        let protocol = match self.content_type.starts_with("application/x-amz-cbor") {
            true => Protocol::RpcV2Cbor,
            false => Protocol::Json,
        };
        Some(self.named(prefix, name, protocol))
    }

    /// By the path of Smithy's RPC v2, which has the names of service and operation.
    pub(super) fn by_rpc_path(&self) -> Option<Recognized> {
        let protocol = match header(self.request, "smithy-protocol") {
            "rpc-v2-cbor" => Protocol::RpcV2Cbor,
            "rpc-v2-json" => Protocol::Json,
            _ if self.content_type.starts_with("application/cbor") => Protocol::RpcV2Cbor,
            _ => return None,
        };
        let mut parts = self.request.uri.path().rsplit('/');
        let name = parts.next()?;
        let marks = (parts.next()?, parts.next()?, parts.next()?);
        let ("operation", prefix, "service") = marks else {
            return None;
        };
        Some(self.named(prefix, name, protocol))
    }

    /// An operation that the request names, of a service that it names by the prefix of its targets.
    fn named(&self, prefix: &str, name: &str, protocol: Protocol) -> Recognized {
        let known = index::by_target(prefix);
        let service = known
            .iter()
            .copied()
            .min_by_key(|service| (operation(service, name).is_none(), self.reason(service)))
            .or_else(|| {
                let fits = |(service, _): &&(&Service, Reason)| {
                    !service.is_rest() && operation(service, name).is_some()
                };
                let all = &self.candidates;
                all.iter().find(fits).or(all.first()).map(|(one, _)| *one)
            });
        let known = self.recognized(service, Some(protocol), name);
        match known.service_name.is_empty() {
            true => Recognized {
                service_name: prefix.to_owned(),
                ..known
            },
            false => known,
        }
    }

    /// By the `Action` of a form, or of the query string.
    pub(super) fn by_action(&self, body: Body<'_>) -> Option<Recognized> {
        let is_form = self.request.method == Method::POST && self.content_type.starts_with(FORM);
        if !(is_form || self.query.contains("Action=")) {
            return None;
        }
        // Clients of S3 send empty forms, and S3 takes any query.
        if !self.candidates.is_empty() && self.candidates.iter().all(|(one, _)| one.is_rest()) {
            return None;
        }
        let mut form = Form::of(self.query.as_bytes());
        if is_form {
            form = form.or(Form::of_body(body, self.request.headers));
        }
        let Some(action) = form.action else {
            return self.form_without_action();
        };
        let version = form.version.as_deref();
        let service = self.service_of_action(&action, version);
        let protocol = service.and_then(Service::form).unwrap_or(Protocol::Query);
        Some(self.recognized(service, Some(protocol), &action))
    }

    /// A form whose action is not known, or not yet: only the service can be told. Where a path can tell more, it does.
    fn form_without_action(&self) -> Option<Recognized> {
        let all = &self.candidates;
        let is_root = self.request.uri.path() == "/";
        if !is_root && (all.is_empty() || all.iter().any(|(one, _)| one.is_rest())) {
            return None;
        }
        match all.iter().find(|(one, _)| one.form().is_some()) {
            Some((service, _)) => Some(self.recognized(Some(service), service.form(), "")),
            None if all.is_empty() => Some(self.recognized(None, Some(Protocol::Query), "")),
            None => None,
        }
    }

    fn service_of_action(&self, action: &str, version: Option<&str>) -> Option<&'static Service> {
        let is_version =
            |one: &Service| version.is_none_or(|version| version == one.entry.api_version);
        let has = |one: &Service| operation(one, action).is_some();
        let likeliest = |services: &mut dyn Iterator<Item = &'static Service>| {
            let key = |one: &&'static Service| (one.form().is_none(), !has(one), !is_version(one));
            services.min_by_key(key)
        };
        if !self.candidates.is_empty() {
            return likeliest(&mut self.candidates.iter().map(|(service, _)| *service));
        }
        let of_version = version.map(index::by_version).unwrap_or_default();
        let any = index::all();
        let known = of_version.iter().copied().find(|one| has(one));
        // Clients of before its JSON still speak awsQuery to SQS (D).
        let json = || {
            any.iter().find(|one| {
                version == Some(one.entry.api_version) && one.speaks(Protocol::Json) && has(one)
            })
        };
        // Without a version only an action that no other service has tells.
        let elsewhere = || {
            let mut all = any.iter().filter(|one| one.form().is_some() && has(one));
            all.next().filter(|_| all.next().is_none())
        };
        known.or_else(json).or_else(elsewhere)
    }

    /// By method and path.
    pub(super) fn by_path(&self) -> Recognized {
        let asked = self.asked();
        for reason in REASONS {
            let group = self.candidates.iter().filter(|(_, found)| *found == reason);
            if let Some((service, found)) = best(group.map(|(one, _)| *one), &asked) {
                return self.routed(service, found);
            }
        }
        if let Some(found) = self.search_as_form(&asked) {
            return found;
        }
        if !self.candidates.is_empty() {
            return self.unrouted();
        }
        if self.scope.is_some() || self.host.unknown.is_some() {
            return self.recognized(None, None, "");
        }
        self.without_candidates(&asked)
    }

    /// Botocore sends CloudSearch's Search, a GET by its model, as a form with what else were the query (O).
    fn search_as_form(&self, asked: &Asked<'_>) -> Option<Recognized> {
        let is_form = asked.method == "POST" && self.content_type.starts_with(FORM);
        if !is_form || asked.segments != CLOUDSEARCH_SEARCH {
            return None;
        }
        let mut rest = self.candidates.iter().filter(|(one, _)| one.is_rest());
        let (service, found) = rest.find_map(|(one, _)| Some((*one, operation(one, "Search")?)))?;
        Some(self.routed(service, found))
    }

    /// A request that names no service at all.
    fn without_candidates(&self, asked: &Asked<'_>) -> Recognized {
        let is_bearer = header(self.request, "authorization").starts_with("Bearer ");
        let bearer = is_bearer.then(|| best(index::bearers().iter().copied(), asked));
        if let Some((service, found)) = bearer.flatten() {
            return self.routed(service, found);
        }
        let mut open = index::open().iter().filter_map(|service| {
            let (found, fit) = service.routes().find(asked)?;
            (found.is_unsigned && fit.is_complete).then_some((*service, found))
        });
        if let Some((service, found)) = open.next() {
            return self.routed(service, found);
        }
        match best(index::by_label("s3").iter().copied(), asked) {
            Some((service, found)) => self.routed(service, found),
            None => self.recognized(None, None, ""),
        }
    }

    fn routed(&self, service: &'static Service, found: &'static Operation) -> Recognized {
        // Directory buckets are listed by the same request, under S3 Express's own scope.
        let name = match (found.name, self.scope.as_deref()) {
            ("ListBuckets", Some("s3express")) => "ListDirectoryBuckets",
            (name, _) => name,
        };
        self.recognized(Some(service), rest(service), name)
    }

    /// The service is known, and has no such path.
    fn unrouted(&self) -> Recognized {
        let is_own_api = self
            .candidates
            .iter()
            .any(|(one, _)| one.entry.endpoint_prefix == EXECUTE_API);
        if is_own_api {
            return Recognized {
                service_name: EXECUTE_API.to_owned(),
                ..self.recognized(None, None, "")
            };
        }
        let first = self.candidates.first();
        let surest = |(one, reason): &&(&Service, Reason)| {
            one.is_rest() && first.is_some_and(|(_, first)| first == reason)
        };
        let found = self.candidates.iter().find(surest).or(first);
        let service = found.map(|(one, _)| *one);
        let protocol = match self.content_type.starts_with("application/x-amz-json") {
            true => Some(Protocol::Json),
            false => service.and_then(rest),
        };
        self.recognized(service, protocol, "")
    }

    fn asked(&self) -> Asked<'_> {
        let (mut segments, ends_with_slash) = routes::split(self.request.uri.path());
        let bucket = self.host.bucket.as_deref();
        // The answer of an S3 Object Lambda has its route in the host, where a bucket would be.
        let is_route = segments == [OBJECT_LAMBDA_ANSWER];
        if let Some(bucket) = bucket.filter(|_| !is_route) {
            segments.insert(0, bucket);
        }
        let is_own_api = self
            .candidates
            .first()
            .is_some_and(|(one, _)| one.entry.endpoint_prefix == EXECUTE_API);
        if let Some(stages) = segments
            .iter()
            .position(|one| is_own_api && is_connections(one))
        {
            segments.drain(..stages);
        }
        Asked {
            method: self.request.method.as_str(),
            segments,
            ends_with_slash,
            query: self.query,
            headers: self.request.headers,
        }
    }

    fn recognized(
        &self,
        service: Option<&'static Service>,
        protocol: Option<Protocol>,
        name: &str,
    ) -> Recognized {
        let unknown = || {
            self.scope
                .as_deref()
                .or(self.host.unknown.as_deref())
                .unwrap_or_default()
        };
        Recognized {
            service: service.map(|one| one.entry),
            operation: service.and_then(|one| operation(one, name)),
            protocol,
            service_name: service.map_or_else(unknown, |one| one.entry.id).to_owned(),
            operation_name: name.to_owned(),
        }
    }

    fn reason(&self, service: &Service) -> Reason {
        let known = self.candidates.iter().find(|(one, _)| one.is(service));
        known.map_or(Reason::Nothing, |(_, reason)| *reason)
    }
}

fn candidates(scope: Option<&str>, host: &Host<'_>) -> Vec<(&'static Service, Reason)> {
    let scoped = scope.map(index::by_scope).unwrap_or_default();
    let has =
        |services: &[&'static Service], one: &Service| services.iter().any(|other| other.is(one));
    let mut found = Vec::with_capacity(scoped.len() + host.services.len());
    for service in scoped {
        let reason = match has(host.services, service) {
            true => Reason::ScopeAndHost,
            false => Reason::Scope,
        };
        found.push((*service, reason));
    }
    for (services, reason) in [
        (host.services, Reason::Host),
        (host.others, Reason::PartOfHost),
    ] {
        for service in services {
            if !found
                .iter()
                .any(|(one, _): &(&Service, Reason)| one.is(service))
            {
                found.push((*service, reason));
            }
        }
    }
    found.sort_by_key(|(_, reason)| *reason);
    found
}

/// The best fit of all; the first of equals.
fn best(
    services: impl Iterator<Item = &'static Service>,
    asked: &Asked<'_>,
) -> Option<(&'static Service, &'static Operation)> {
    let mut best: Option<(&'static Service, &'static Operation, Fit)> = None;
    for service in services.filter(|one| one.is_rest()) {
        let Some((operation, fit)) = service.routes().find(asked) else {
            continue;
        };
        if best.as_ref().is_none_or(|(_, _, known)| *known < fit) {
            best = Some((service, operation, fit));
        }
    }
    best.map(|(service, operation, _)| (service, operation))
}

fn operation(service: &Service, name: &str) -> Option<&'static Operation> {
    (!name.is_empty())
        .then(|| service.entry.operation(name))
        .flatten()
}

fn rest(service: &Service) -> Option<Protocol> {
    [Protocol::RestJson, Protocol::RestXml]
        .into_iter()
        .find(|one| service.speaks(*one))
}

fn is_connections(segment: &str) -> bool {
    segment == CONNECTIONS || percent_decode_str(segment).eq(CONNECTIONS.as_bytes().iter().copied())
}

/// A header as text; empty when it is missing or no text.
fn header<'a>(request: &Request<'a>, name: &str) -> &'a str {
    let value = request
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// The service in the scope of a presigned URL.
fn presigned_scope(query: &str) -> Option<Cow<'_, str>> {
    let credential = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    let credential = percent_decode_str(credential).decode_utf8().ok()?;
    let service = credential.rsplit('/').nth(1)?;
    (!service.is_empty()).then(|| Cow::Owned(service.to_owned()))
}
