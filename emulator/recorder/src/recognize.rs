//! Which operation of which service a request calls.

use localtrail_model::catalogue::{Entry, Operation, Protocol};

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
    /// empty when nothing says.
    pub service_name: String,
    /// The operation's name as the request says it, also when the catalogue lacks it; empty when nothing says.
    pub operation_name: String,
}

/// Recognises a request by its head, and by its body where only that tells the operation (awsQuery and ec2Query).
///
/// Asked with an empty body it tells the service, and the operation where the head does; asking again with the body costs
/// little.
#[must_use]
pub fn recognize(request: &Request<'_>, body: Body<'_>) -> Recognized {
    let _ = (request, body);
    Recognized {
        service: None,
        operation: None,
        protocol: None,
        service_name: String::new(),
        operation_name: String::new(),
    }
}
