//! Unpacks the catalogue's data: an index of all services, and each service's shapes packed by themselves.
//!
//! `catalogue.py` beside the crate is the writer and describes the form. A block that does not read as it should counts
//! as empty; the tests hold that none is.

use std::sync::{LazyLock, OnceLock};

use super::read::Reader;
use super::{
    Api, Entry, ErrorName, Kind, Location, Member, Operation, Protocol, Shape, ShapeId, Structure,
    TimestampFormat,
};

static DATA: &[u8] = include_bytes!("../../data/catalogue.bin");
const MAGIC: &[u8] = b"ltcat\0\0\x02";
const LENGTH: usize = 4;

/// Every service, by id.
pub fn services() -> &'static [Entry] {
    &INDEX.entries
}

/// The service of this id, such as `cognito-idp`.
pub fn service(id: &str) -> Option<&'static Entry> {
    let at = services().binary_search_by(|entry| entry.id.cmp(id));
    at.ok().map(|place| &services()[place])
}

/// The version of botocore that the catalogue was taken from, such as `1.44.5`.
pub fn botocore_version() -> &'static str {
    INDEX.version
}

#[derive(Default)]
struct Index {
    version: &'static str,
    entries: Vec<Entry>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| read_index().unwrap_or_default());

fn read_index() -> Option<Index> {
    let rest = DATA.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_at_checked(LENGTH)?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let packed = rest.get(..length)?;
    let blocks = MAGIC.len() + LENGTH + length;
    let mut reader = Reader::unpack(packed)?;
    let version = reader.text()?;
    let entries = reader.many(|reader| entry(reader, blocks))?;
    Some(Index { version, entries })
}

fn entry(reader: &mut Reader, blocks: usize) -> Option<Entry> {
    let mut entry = Entry {
        id: reader.text()?,
        api_version: reader.text()?,
        endpoint_prefix: reader.text()?,
        signing_name: reader.text()?,
        target_prefix: reader.perhaps()?,
        json_version: reader.perhaps()?,
        rpc_name: reader.perhaps()?,
        global_endpoint: reader.perhaps()?,
        xml_namespace: reader.perhaps()?,
        protocols: reader.many(protocol)?,
        host_labels: reader.many(Reader::text)?,
        has_unsigned: false,
        takes_bearer: false,
        packed: 0..0,
        api: OnceLock::new(),
    };
    [entry.has_unsigned, entry.takes_bearer] = reader.flags()?;
    let start = blocks + reader.number()?;
    entry.packed = start..start + reader.number()?;
    Some(entry)
}

pub(super) fn unpack(entry: &Entry) -> Api {
    read_api(entry).unwrap_or_else(Api::empty)
}

fn read_api(entry: &Entry) -> Option<Api> {
    let mut reader = Reader::unpack(DATA.get(entry.packed.clone())?)?;
    let api = Api {
        operations: reader.many(operation)?,
        shapes: reader.many(shape)?,
        errors: reader.many(error)?,
    };
    ids_are_valid(&api).then_some(api)
}

/// So that no id that the API gives out can be out of its range.
fn ids_are_valid(api: &Api) -> bool {
    let valid = |id: &ShapeId| (id.0 as usize) < api.shapes.len();
    let ends = |one: &Operation| one.input.iter().chain(&one.output).all(valid);
    let inside = |shape: &Shape| match &shape.kind {
        Kind::Structure(structure) => structure.members.iter().all(|one| valid(&one.shape)),
        Kind::List { member, .. } => valid(member),
        Kind::Map { key, value, .. } => valid(key) && valid(value),
        Kind::String
        | Kind::Integer
        | Kind::Double
        | Kind::Boolean
        | Kind::Timestamp(_)
        | Kind::Blob
        | Kind::Document => true,
    };
    api.operations.iter().all(ends) && api.shapes.iter().all(inside)
}

fn operation(reader: &mut Reader) -> Option<Operation> {
    let (name, method, uri) = (reader.text()?, reader.text()?, reader.text()?);
    let (input, input_element) = (reader.number()?, reader.perhaps()?);
    let (output, result_wrapper) = (reader.number()?, reader.perhaps()?);
    let host_prefix = reader.perhaps()?;
    let [is_read_only, is_unsigned] = reader.flags()?;
    Some(Operation {
        name,
        method,
        uri,
        input: perhaps_id(input)?,
        input_element,
        output: perhaps_id(output)?,
        result_wrapper,
        host_prefix,
        is_read_only,
        is_unsigned,
    })
}

fn error(reader: &mut Reader) -> Option<ErrorName> {
    Some(ErrorName {
        code: reader.text()?,
        name: reader.text()?,
        operations: reader.many(Reader::number)?,
    })
}

fn shape(reader: &mut Reader) -> Option<Shape> {
    let kind = reader.number()?;
    let [sensitive, flattened, is_event_stream] = reader.flags()?;
    let kind = match kind {
        0 => Kind::Structure(Structure {
            payload: reader.number()?.checked_sub(1),
            members: reader.many(member)?,
            is_event_stream,
        }),
        1 => Kind::List {
            member: id(reader.number()?)?,
            member_name: reader.perhaps()?,
            flattened,
        },
        2 => {
            let (key, key_name) = (id(reader.number()?)?, reader.perhaps()?);
            Kind::Map {
                key,
                key_name,
                value: id(reader.number()?)?,
                value_name: reader.perhaps()?,
                flattened,
            }
        }
        3 => Kind::String,
        4 => Kind::Integer,
        5 => Kind::Double,
        6 => Kind::Boolean,
        7 => Kind::Timestamp(timestamp_format(reader.number()?)?),
        8 => Kind::Blob,
        9 => Kind::Document,
        _ => return None,
    };
    Some(Shape { kind, sensitive })
}

fn member(reader: &mut Reader) -> Option<Member> {
    let (name, location_name, query_name) = (reader.text()?, reader.perhaps()?, reader.perhaps()?);
    let (shape, location) = (id(reader.number()?)?, location(reader.number()?)?);
    let [
        sensitive,
        streaming,
        xml_attribute,
        flattened,
        is_json_value,
        is_idempotency_token,
        is_required,
    ] = reader.flags()?;
    Some(Member {
        name,
        location_name,
        query_name,
        shape,
        location,
        sensitive,
        streaming,
        xml_attribute,
        flattened,
        is_json_value,
        is_idempotency_token,
        is_required,
    })
}

fn id(number: usize) -> Option<ShapeId> {
    u32::try_from(number).ok().map(ShapeId)
}

/// Zero is none, else one more than the id.
fn perhaps_id(number: usize) -> Option<Option<ShapeId>> {
    number
        .checked_sub(1)
        .map(id)
        .map_or(Some(None), |id| id.map(Some))
}

fn protocol(reader: &mut Reader) -> Option<Protocol> {
    Some(match reader.number()? {
        0 => Protocol::Json,
        1 => Protocol::RestJson,
        2 => Protocol::Query,
        3 => Protocol::Ec2,
        4 => Protocol::RestXml,
        5 => Protocol::RpcV2Cbor,
        _ => return None,
    })
}

fn location(number: usize) -> Option<Option<Location>> {
    Some(match number {
        0 => None,
        1 => Some(Location::Uri),
        2 => Some(Location::QueryString),
        3 => Some(Location::Header),
        4 => Some(Location::Headers),
        5 => Some(Location::StatusCode),
        _ => return None,
    })
}

fn timestamp_format(number: usize) -> Option<Option<TimestampFormat>> {
    Some(match number {
        0 => None,
        1 => Some(TimestampFormat::Iso8601),
        2 => Some(TimestampFormat::Rfc822),
        3 => Some(TimestampFormat::UnixTimestamp),
        _ => return None,
    })
}
