//! The catalogue: every service and operation that botocore knows, as far as a recorder of calls needs them.
//!
//! What is here is how calls travel (protocols, targets, methods, paths, members and where they stand) and what must not
//! be shown (sensitive marks). Constraints are not here; CloudTrail's own are in [`crate::cloudtrail`].
//!
//! The list of services is read at the first question, and a service's shapes when that service is first asked about: who
//! calls one service pays for one. What was read stays for good, so all names are `&'static str`.
//!
//! Structures that only errors have are not here; of errors only the names that differ from their codes on the wire.

mod load;
mod read;

pub use load::{botocore_version, service, services};

use std::sync::OnceLock;

/// One AWS API in the list of all.
#[derive(Debug)]
pub struct Entry {
    /// Botocore's name of the service, such as `cognito-idp`; unique.
    pub id: &'static str,
    /// A date such as `2016-11-15`.
    pub api_version: &'static str,
    /// The first label, or labels, of the service's host names, such as `monitoring` or `api.ecr`.
    pub endpoint_prefix: &'static str,
    /// The service's name in a SigV4 scope; several services can share one.
    pub signing_name: &'static str,
    /// What precedes `.Operation` in `X-Amz-Target`.
    pub target_prefix: Option<&'static str>,
    /// The version in `application/x-amz-json-VERSION`.
    pub json_version: Option<&'static str>,
    /// The service's name in the path of RPC v2 CBOR: `/service/NAME/operation/OPERATION`.
    pub rpc_name: Option<&'static str>,
    /// The protocols that the service understands, the model's own first.
    pub protocols: Vec<Protocol>,
    /// The host of the endpoint without a region, such as `iam.amazonaws.com`.
    pub global_endpoint: Option<&'static str>,
    /// The namespace of its XML documents.
    pub xml_namespace: Option<&'static str>,
    /// Other labels that its host names begin with, such as `ecr` beside `api.ecr`, mostly of dual-stack hosts.
    pub host_labels: Vec<&'static str>,
    /// Whether some of its operations are called without a signature.
    pub has_unsigned: bool,
    /// Whether it takes a bearer token in place of a signature.
    pub takes_bearer: bool,
    /// Where its packed shapes lie in the data.
    pub(crate) packed: std::ops::Range<usize>,
    pub(crate) api: OnceLock<Api>,
}

impl Entry {
    /// The operations and shapes, unpacked at the first call.
    pub fn api(&self) -> &Api {
        self.api.get_or_init(|| load::unpack(self))
    }

    /// The operation of this exact name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.api().operation(name)
    }
}

/// How an API is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// awsJson 1.0 and 1.1.
    Json,
    /// restJson.
    RestJson,
    /// awsQuery.
    Query,
    /// ec2Query.
    Ec2,
    /// restXml.
    RestXml,
    /// Smithy RPC v2 with CBOR.
    RpcV2Cbor,
}

/// The operations and shapes of one service.
#[derive(Debug)]
pub struct Api {
    /// By name.
    pub(crate) operations: Vec<Operation>,
    pub(crate) shapes: Vec<Shape>,
    /// By code.
    pub(crate) errors: Vec<ErrorName>,
}

/// An exception that is called otherwise on the wire, as most of awsQuery's are.
#[derive(Debug)]
pub(crate) struct ErrorName {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// The operations for which the code means this exception, as places in [`Api::operations`]; none for all.
    pub(crate) operations: Vec<usize>,
}

impl Api {
    /// The operation of this exact name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        let at = self
            .operations
            .binary_search_by(|operation| operation.name.cmp(name));
        at.ok().map(|index| &self.operations[index])
    }

    /// All operations, alphabetically.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// All shapes, in no order that means anything.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The shape behind an id that this API gave out. Panics for another API's id that is out of this one's range.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// The name of the exception that a code stands for in an answer to this operation, such as `NoSuchEntityException`
    /// for `NoSuchEntity`; `None` where both are the same or the code is nobody's.
    pub fn error_name(&self, code: &str, operation: Option<&Operation>) -> Option<&'static str> {
        let start = self.errors.partition_point(|error| error.code < code);
        let of_code = self.errors[start..].iter();
        let mut of_code = of_code.take_while(|error| error.code == code);
        let is_asked = |place: &usize| {
            let declares = self.operations.get(*place).map(|one| one.name);
            operation.is_some_and(|asked| declares == Some(asked.name))
        };
        let fits = |error: &&ErrorName| {
            error.operations.is_empty() || error.operations.iter().any(is_asked)
        };
        of_code.find(fits).map(|error| error.name)
    }

    pub(crate) fn empty() -> Self {
        Self {
            operations: Vec::new(),
            shapes: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The structure behind an id; `None` if it is of another kind.
    pub fn structure(&self, id: ShapeId) -> Option<&Structure> {
        match &self.shape(id).kind {
            Kind::Structure(structure) => Some(structure),
            _ => None,
        }
    }
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// Such as `RunInstances`.
    pub name: &'static str,
    /// Such as `POST`.
    pub method: &'static str,
    /// The path's template with its fixed query, such as `/2015-03-31/functions/{FunctionName}/invocations` or
    /// `/{Bucket}?acl`.
    pub uri: &'static str,
    /// The structure of its parameters.
    pub input: Option<ShapeId>,
    /// The root element of an XML body that wraps the whole input.
    pub input_element: Option<&'static str>,
    /// The structure of its answer.
    pub output: Option<ShapeId>,
    /// The element that wraps the answer in awsQuery, such as `CreateUserResult`.
    pub result_wrapper: Option<&'static str>,
    /// What precedes the service's host name, such as `data-` or `{AccountId}.`.
    pub host_prefix: Option<&'static str>,
    /// Whether the model marks it as read-only; most models do not say.
    pub is_read_only: bool,
    /// Whether it is called without a signature.
    pub is_unsigned: bool,
}

/// Names one shape of one [`Api`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShapeId(pub(crate) u32);

/// What a value is.
#[derive(Debug)]
pub struct Shape {
    /// Its kind, with what is inside.
    pub kind: Kind,
    /// Must not be shown.
    pub sensitive: bool,
}

/// The kinds of shapes.
#[derive(Debug)]
pub enum Kind {
    /// Known members.
    Structure(Structure),
    /// Items of one shape.
    List {
        /// The shape of each item.
        member: ShapeId,
        /// The name of an item's element; `member` where the model does not say.
        member_name: Option<&'static str>,
        /// Items stand without an element around them all.
        flattened: bool,
    },
    /// Free keys.
    Map {
        /// The shape of each key, a string.
        key: ShapeId,
        /// The shape of each value.
        value: ShapeId,
        /// The name of a key's element; `key` where the model does not say.
        key_name: Option<&'static str>,
        /// The name of a value's element; `value` where the model does not say.
        value_name: Option<&'static str>,
        /// Entries stand without an element around them all.
        flattened: bool,
    },
    /// Text.
    String,
    /// A whole number of 32 or 64 bits.
    Integer,
    /// A number with a fraction.
    Double,
    /// `true` or `false`.
    Boolean,
    /// A time.
    Timestamp(Option<TimestampFormat>),
    /// Bytes.
    Blob,
    /// A JSON value of any form.
    Document,
}

/// How a time is written where the model says so; else the protocol and the place decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2026-11-23T10:00:00Z`.
    Iso8601,
    /// `Mon, 23 Nov 2026 10:00:00 GMT`.
    Rfc822,
    /// Seconds since 1970.
    UnixTimestamp,
}

/// Known members.
#[derive(Debug)]
pub struct Structure {
    /// In the model's order.
    pub members: Vec<Member>,
    /// Which of them is the whole body, as an index into `members`.
    pub payload: Option<usize>,
    /// Whether it is an event stream.
    pub is_event_stream: bool,
}

impl Structure {
    /// The member of this exact name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The member of this name on the wire.
    pub fn on_wire(&self, name: &str) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.wire_name() == name)
    }
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// The model's name.
    pub name: &'static str,
    /// The name on the wire, where it is another; of the member, else of its shape.
    pub location_name: Option<&'static str>,
    /// The name in an ec2Query request, where it is yet another.
    pub query_name: Option<&'static str>,
    /// What its value is.
    pub shape: ShapeId,
    /// Where it travels instead of in the body.
    pub location: Option<Location>,
    /// Must not be shown: the mark of the member or of its shape.
    pub sensitive: bool,
    /// Travels as a stream of bytes: the whole body, of any size. Streams of events are told by
    /// [`Structure::is_event_stream`].
    pub streaming: bool,
    /// Is the attribute of an XML element.
    pub xml_attribute: bool,
    /// List items or map entries stand without an element around them all: the mark of the member or of its shape.
    pub flattened: bool,
    /// JSON in a base64 header.
    pub is_json_value: bool,
    /// A call without it is refused.
    pub is_required: bool,
    /// The client makes it up when the caller does not give it.
    pub is_idempotency_token: bool,
}

impl Member {
    /// The name on the wire.
    pub fn wire_name(&self) -> &'static str {
        self.location_name.unwrap_or(self.name)
    }
}

/// Where in an HTTP message a member travels instead of in the body. The name there is [`Member::wire_name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the path, where the template has this name.
    Uri,
    /// In the query string.
    QueryString,
    /// In a header.
    Header,
    /// In every header that begins so.
    Headers,
    /// In the status of an answer.
    StatusCode,
}
