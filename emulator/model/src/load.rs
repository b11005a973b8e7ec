//! Reads `data/*.json` into a [`Service`]. Not a reader of foreign models: it
//! trusts what `extract.py` has checked, and says so where it panics.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::pattern::Pattern;
use crate::service::{
    Http, Location, Member, Metadata, Operation, Paginator, Service, Shape, ShapeId, Structure,
};

/// Builds the service that one data file describes.
pub(crate) fn load(data: &str) -> Service {
    let raw: RawService = serde_json::from_str(data).expect("extract.py writes this format");
    let names: Vec<String> = raw.shapes.keys().cloned().collect();
    let ids: Ids = (names.iter().cloned().enumerate())
        .map(|(index, name)| (name, ShapeId::from_index(index)))
        .collect();
    let operations = raw.operations.into_iter().map(|(name, operation)| {
        let operation =
            RawOperation::deserialize(operation).expect("extract.py writes this format");
        (name.clone(), operation.into_operation(name, &ids))
    });
    let operations = operations.collect();
    let shapes = raw.shapes.into_iter().map(|(_, shape)| {
        let shape = RawShape::deserialize(shape).expect("extract.py writes this format");
        shape.into_shape(&ids)
    });
    let shapes = shapes.collect();
    Service {
        metadata: raw.metadata,
        botocore: raw.botocore,
        operations,
        shapes,
        names,
        ids,
    }
}

type Ids = HashMap<String, ShapeId>;

fn id_of(ids: &Ids, name: &str) -> ShapeId {
    *ids.get(name)
        .expect("extract.py refuses references to undeclared shapes")
}

#[derive(Deserialize)]
struct RawService {
    botocore: String,
    metadata: Metadata,
    operations: Map<String, Value>,
    shapes: Map<String, Value>,
}

#[derive(Deserialize)]
struct RawOperation {
    method: String,
    uri: String,
    input: String,
    output: Option<String>,
    errors: Vec<String>,
    paginator: Option<Paginator>,
}

impl RawOperation {
    fn into_operation(self, name: String, ids: &Ids) -> Operation {
        Operation {
            name,
            http: Http {
                method: self.method,
                uri: self.uri,
            },
            input: id_of(ids, &self.input),
            output: self.output.map(|output| id_of(ids, &output)),
            errors: self.errors,
            paginator: self.paginator,
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum RawShape {
    Structure {
        members: Vec<RawMember>,
        #[serde(default)]
        required: Vec<String>,
        #[serde(default)]
        exception: bool,
        http_status: Option<u16>,
    },
    List {
        member: String,
        min: Option<u64>,
        max: Option<u64>,
    },
    Map {
        key: String,
        value: String,
        min: Option<u64>,
        max: Option<u64>,
    },
    String {
        min: Option<u64>,
        max: Option<u64>,
        pattern: Option<String>,
        #[serde(default, rename = "enum")]
        values: Vec<String>,
        #[serde(default)]
        sensitive: bool,
    },
    Integer {
        min: Option<i64>,
        max: Option<i64>,
    },
    Long {
        min: Option<i64>,
        max: Option<i64>,
    },
    Float {},
    Double {},
    Boolean {},
    Timestamp {},
    Blob {
        min: Option<u64>,
        max: Option<u64>,
    },
}

impl RawShape {
    fn into_shape(self, ids: &Ids) -> Shape {
        match self {
            Self::Structure {
                members,
                required,
                exception,
                http_status,
            } => {
                let members = members
                    .into_iter()
                    .map(|member| member.into_member(&required, ids));
                Shape::Structure(Structure {
                    members: members.collect(),
                    is_exception: exception,
                    http_status,
                })
            }
            Self::List { member, min, max } => Shape::List {
                member: id_of(ids, &member),
                min,
                max,
            },
            Self::Map {
                key,
                value,
                min,
                max,
            } => Shape::Map {
                key: id_of(ids, &key),
                value: id_of(ids, &value),
                min,
                max,
            },
            Self::String {
                min,
                max,
                pattern,
                values,
                sensitive,
            } => {
                let pattern = pattern.map(Pattern::new);
                Shape::String {
                    min,
                    max,
                    pattern,
                    values,
                    sensitive,
                }
            }
            Self::Integer { min, max } => Shape::Integer { min, max },
            Self::Long { min, max } => Shape::Long { min, max },
            Self::Float {} => Shape::Float,
            Self::Double {} => Shape::Double,
            Self::Boolean {} => Shape::Boolean,
            Self::Timestamp {} => Shape::Timestamp,
            Self::Blob { min, max } => Shape::Blob { min, max },
        }
    }
}

#[derive(Deserialize)]
struct RawMember {
    name: String,
    shape: String,
    location: Option<String>,
    location_name: Option<String>,
}

impl RawMember {
    fn into_member(self, required: &[String], ids: &Ids) -> Member {
        let wire_name = self.location_name.unwrap_or_else(|| self.name.clone());
        let location = self.location.map(|location| match location.as_str() {
            "querystring" => Location::QueryString(wire_name),
            "header" => Location::Header(wire_name),
            "uri" => Location::Uri(wire_name),
            other => panic!("extract.py let the unknown location {other} through"),
        });
        Member {
            shape: id_of(ids, &self.shape),
            required: required.contains(&self.name),
            name: self.name,
            location,
        }
    }
}
