//! Which operation of which service a request calls.
//!
//! What a request says is asked in the order of how surely it tells: a target header, an RPC path, an action in a form, and
//! method with path. Each is held against the services that the signature's scope and the host name. The form of
//! parameters is not looked at, nor whether the signature is right.

mod evidence;
mod form;
mod host;
mod index;
mod routes;

use std::borrow::Cow;

use localtrail_model::catalogue::{Entry, Operation, Protocol, ShapeId};

use self::evidence::Evidence;
use self::host::Host;
use crate::{Body, Request};

/// What a request was recognised as; every part can be unknown.
#[derive(Debug, Clone)]
pub struct Recognized {
    /// The service; `None` when it is not in the catalogue.
    pub service: Option<&'static Entry>,
    /// The operation; `None` when the catalogue does not have it, or the request is too damaged to tell.
    pub operation: Option<&'static Operation>,
    /// How the request is spoken, as far as it tells.
    pub protocol: Option<Protocol>,
    /// What to call the service when it is unknown: the name of the scope, the host's first label or the target's prefix;
    /// empty when nothing says. The catalogue's id when it is known.
    pub service_name: String,
    /// The operation's name as the request says it, also when the catalogue lacks it; empty when nothing says.
    pub operation_name: String,
}

impl Recognized {
    /// Whether the body has to be read to tell the operation: the request is a form, and its head names no action.
    #[must_use]
    pub fn is_told_by_body(&self) -> bool {
        let is_form = matches!(self.protocol, Some(Protocol::Query | Protocol::Ec2));
        is_form && self.operation_name.is_empty()
    }

    /// Whether the request's body is a stream by the model: bytes of any length, or events.
    #[must_use]
    pub fn takes_stream(&self) -> bool {
        self.is_stream(self.operation.and_then(|operation| operation.input))
    }

    /// Whether the answer's body is one.
    #[must_use]
    pub fn answers_stream(&self) -> bool {
        self.is_stream(self.operation.and_then(|operation| operation.output))
    }

    fn is_stream(&self, shape: Option<ShapeId>) -> bool {
        let Some((service, shape)) = self.service.zip(shape) else {
            return false;
        };
        let api = service.api();
        let is_events = |id| api.structure(id).is_some_and(|one| one.is_event_stream);
        let structure = api.structure(shape);
        let members = structure.map_or(&[][..], |structure| &structure.members);
        members
            .iter()
            .any(|one| one.streaming || is_events(one.shape))
    }
}

/// Recognises a request by its head, and by its body where only that tells the operation (awsQuery and ec2Query).
///
/// Asked with an empty body it tells the service, and the operation where the head does; asking again with the body costs
/// little. A head alone tells too little of an unsigned form sent to no service's host: then the service is unknown and
/// [`Recognized::is_told_by_body`] says so; and of services that share a scope and differ in version, as Elastic Load
/// Balancing's two do, the likeliest is told until the body is there.
///
/// A request with neither signature nor target nor action, to a host that says nothing, is S3's if S3 has such an
/// operation: others' unsigned operations are known by their paths.
#[must_use]
pub fn recognize(request: &Request<'_>, body: Body<'_>) -> Recognized {
    let evidence = Evidence::gather(request);
    evidence
        .by_target()
        .or_else(|| evidence.by_rpc_path())
        .or_else(|| evidence.by_action(body))
        .unwrap_or_else(|| evidence.by_path())
}

/// The bucket that the name of an S3 host has before it, so that it is not in the path.
pub(crate) fn bucket_in_host<'a>(request: &Request<'a>) -> Option<Cow<'a, str>> {
    let named = match request.host {
        "" => request.uri.host().unwrap_or_default(),
        host => host,
    };
    Host::read(named).bucket
}
