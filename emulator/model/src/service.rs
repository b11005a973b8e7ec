//! The shapes of an API: service, operation, shape, member. Not how they are
//! read ([`crate::cloudtrail`]) nor how values are held against them
//! ([`crate::check`]).

use std::collections::{BTreeMap, HashMap};

use crate::pattern::Pattern;

/// One AWS API as botocore describes it.
#[derive(Debug)]
pub struct Service {
    pub(crate) metadata: Metadata,
    pub(crate) botocore: String,
    pub(crate) operations: BTreeMap<String, Operation>,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) names: Vec<String>,
    pub(crate) ids: HashMap<String, ShapeId>,
}

/// The API-wide facts; absent ones are `None`.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Metadata {
    pub(crate) api_version: String,
    pub(crate) protocol: String,
    pub(crate) endpoint_prefix: String,
    pub(crate) signing_name: Option<String>,
    pub(crate) target_prefix: Option<String>,
    pub(crate) json_version: Option<String>,
}

impl Service {
    /// The API's version, a date such as `2013-11-01`.
    pub fn api_version(&self) -> &str {
        &self.metadata.api_version
    }

    /// The wire protocol, `json` or `rest-json`.
    pub fn protocol(&self) -> &str {
        &self.metadata.protocol
    }

    /// The service's name in a SigV4 scope.
    pub fn signing_name(&self) -> &str {
        let own = self.metadata.signing_name.as_deref();
        own.unwrap_or(&self.metadata.endpoint_prefix)
    }

    /// The first label of the service's host names.
    pub fn endpoint_prefix(&self) -> &str {
        &self.metadata.endpoint_prefix
    }

    /// What precedes `.Operation` in `X-Amz-Target`; a REST API has none.
    pub fn target_prefix(&self) -> Option<&str> {
        self.metadata.target_prefix.as_deref()
    }

    /// The version in `application/x-amz-json-VERSION`.
    pub fn json_version(&self) -> Option<&str> {
        self.metadata.json_version.as_deref()
    }

    /// The version of the botocore package that the facts were taken from.
    pub fn botocore_version(&self) -> &str {
        &self.botocore
    }

    /// The operation of this exact name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// All operations, alphabetically.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = &Operation> {
        self.operations.values()
    }

    /// The shape behind an id that this service gave out. Panics for an id of
    /// another service that is out of this one's range.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// The model's name of a shape.
    pub fn shape_name(&self, id: ShapeId) -> &str {
        &self.names[id.0 as usize]
    }

    /// The id of the shape of this name.
    pub fn shape_named(&self, name: &str) -> Option<ShapeId> {
        self.ids.get(name).copied()
    }

    /// The ids of all shapes, in the model's order.
    pub fn shape_ids(&self) -> impl ExactSizeIterator<Item = ShapeId> {
        (0..self.shapes.len()).map(ShapeId::from_index)
    }

    /// The structure behind an id, `None` if it is of another kind.
    pub fn structure(&self, id: ShapeId) -> Option<&Structure> {
        match self.shape(id) {
            Shape::Structure(structure) => Some(structure),
            _ => None,
        }
    }
}

/// One API operation.
#[derive(Debug)]
pub struct Operation {
    /// The operation's name, such as `CreateTrail`.
    pub name: String,
    /// How it is called over HTTP.
    pub http: Http,
    /// The structure of its parameters.
    pub input: ShapeId,
    /// The structure of its answer.
    pub output: Option<ShapeId>,
    /// The names of the exceptions that it declares, in the model's order.
    pub errors: Vec<String>,
    /// How its pages are asked for, if botocore pages it.
    pub paginator: Option<Paginator>,
}

/// The method and path of an operation.
#[derive(Debug)]
pub struct Http {
    /// The method, such as `POST`.
    pub method: String,
    /// The path, such as `/`.
    pub uri: String,
}

/// The members that carry paging.
#[derive(Debug, serde::Deserialize)]
pub struct Paginator {
    /// The input member that asks for a page.
    pub input_token: String,
    /// The output member that names the next page.
    pub output_token: String,
    /// The input member that limits a page.
    pub limit_key: Option<String>,
    /// The output member that holds the page's items.
    pub result_key: String,
}

/// Names one shape of one [`Service`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShapeId(u32);

impl ShapeId {
    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).expect("a model has far fewer than 2^32 shapes"))
    }
}

/// What a value may be. Bounds are inclusive; `None` means unbounded.
#[derive(Debug)]
pub enum Shape {
    /// A JSON object with known members.
    Structure(Structure),
    /// A JSON array.
    List {
        /// The shape of each item.
        member: ShapeId,
        /// The fewest items.
        min: Option<u64>,
        /// The most items.
        max: Option<u64>,
    },
    /// A JSON object with free keys.
    Map {
        /// The shape of each key, a string.
        key: ShapeId,
        /// The shape of each value.
        value: ShapeId,
        /// The fewest entries.
        min: Option<u64>,
        /// The most entries.
        max: Option<u64>,
    },
    /// A JSON string.
    String {
        /// The fewest characters.
        min: Option<u64>,
        /// The most characters.
        max: Option<u64>,
        /// What the whole text must look like.
        pattern: Option<Pattern>,
        /// The values of an enum; empty for free text.
        values: Vec<String>,
        /// Must not be echoed.
        sensitive: bool,
    },
    /// A whole number of 32 bits.
    Integer {
        /// The least value.
        min: Option<i64>,
        /// The greatest value.
        max: Option<i64>,
    },
    /// A whole number of 64 bits.
    Long {
        /// The least value.
        min: Option<i64>,
        /// The greatest value.
        max: Option<i64>,
    },
    /// A number of single precision.
    Float,
    /// A number of double precision.
    Double,
    /// `true` or `false`.
    Boolean,
    /// Seconds since 1970-01-01T00:00:00Z, fractions allowed.
    Timestamp,
    /// Bytes, base64 on the wire.
    Blob {
        /// The fewest bytes.
        min: Option<u64>,
        /// The most bytes.
        max: Option<u64>,
    },
}

impl Shape {
    /// The shape's kind alone.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Structure(_) => Kind::Structure,
            Self::List { .. } => Kind::List,
            Self::Map { .. } => Kind::Map,
            Self::String { .. } => Kind::String,
            Self::Integer { .. } => Kind::Integer,
            Self::Long { .. } => Kind::Long,
            Self::Float => Kind::Float,
            Self::Double => Kind::Double,
            Self::Boolean => Kind::Boolean,
            Self::Timestamp => Kind::Timestamp,
            Self::Blob { .. } => Kind::Blob,
        }
    }
}

/// The kinds of shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each says what the shape of the same name says"
)]
pub enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

/// A JSON object with known members.
#[derive(Debug)]
pub struct Structure {
    /// The members in the model's order, which is the order of AWS's checks.
    pub members: Vec<Member>,
    /// Whether this is the body of an error.
    pub is_exception: bool,
    /// The status of the error, where the model says it; CloudTrail's does not.
    pub http_status: Option<u16>,
}

impl Structure {
    /// The member of this exact name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// The name, which is also the key in JSON.
    pub name: String,
    /// What its value must be.
    pub shape: ShapeId,
    /// Whether it must be there.
    pub required: bool,
    /// Where it travels instead of in the body (REST APIs).
    pub location: Option<Location>,
}

/// Where in an HTTP request a member travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In the query string, under this name.
    QueryString(String),
    /// In a header of this name.
    Header(String),
    /// In the path, where the template has this name.
    Uri(String),
}
