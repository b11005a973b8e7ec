//! CBOR bodies, of Smithy RPC v2: read in one pass, by the model.

use localtrail_model::catalogue::Kind;
use minicbor::Decoder;
use minicbor::data::Type;
use serde_json::{Map, Value};

use super::schema::Schema;
use super::{MAX_DEPTH, scalar, time};

/// The members of a whole body that is a map with text keys; `None` where it is none.
pub(super) fn members(body: &[u8], schema: Schema<'_>) -> Option<Map<String, Value>> {
    let mut decoder = Decoder::new(body);
    let Value::Object(members) = value(&mut decoder, schema, MAX_DEPTH)? else {
        return None;
    };
    (decoder.position() == body.len()).then_some(members)
}

/// One value, at most `depth` levels deep.
fn value(decoder: &mut Decoder<'_>, schema: Schema<'_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let read = match decoder.datatype().ok()? {
        Type::Bool => decoder.bool().ok()?.into(),
        Type::Null | Type::Undefined => {
            decoder.skip().ok()?;
            Value::Null
        }
        Type::F16 => number(decoder.f16().ok()?.into(), schema),
        Type::F32 => number(decoder.f32().ok()?.into(), schema),
        Type::F64 => number(decoder.f64().ok()?, schema),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64
        | Type::Int => integer(i128::from(decoder.int().ok()?), schema),
        Type::Bytes | Type::BytesIndef => scalar::bytes_value(&bytes(decoder)?),
        Type::String | Type::StringIndef => {
            let text = text(decoder)?;
            match schema.kind() {
                Some(Kind::Timestamp(_)) => time::parse(&text).unwrap_or(Value::String(text)),
                _ => Value::String(text),
            }
        }
        Type::Array | Type::ArrayIndef => list(decoder, schema, depth)?,
        Type::Map | Type::MapIndef => map(decoder, schema, depth)?,
        // The shape says what it is: a time (tag 1) is the number inside.
        Type::Tag => {
            decoder.tag().ok()?;
            return value(decoder, schema, depth);
        }
        Type::Simple | Type::Break | Type::Unknown(_) => return None,
    };
    Some(read)
}

fn number(number: f64, schema: Schema<'_>) -> Value {
    match schema.kind() {
        Some(Kind::Timestamp(_)) => {
            time::seconds_value(number).unwrap_or_else(|| scalar::double_value(number))
        }
        _ => scalar::double_value(number),
    }
}

fn integer(whole: i128, schema: Schema<'_>) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "only where a fraction may be")]
    if let Some(Kind::Double) = schema.kind() {
        return scalar::double_value(whole as f64);
    }
    match (i64::try_from(whole), u64::try_from(whole)) {
        (Ok(whole), _) => whole.into(),
        (_, Ok(whole)) => whole.into(),
        _ => Value::String(whole.to_string()),
    }
}

fn bytes(decoder: &mut Decoder<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for part in decoder.bytes_iter().ok()? {
        bytes.extend_from_slice(part.ok()?);
    }
    Some(bytes)
}

fn text(decoder: &mut Decoder<'_>) -> Option<String> {
    let mut text = String::new();
    for part in decoder.str_iter().ok()? {
        text.push_str(part.ok()?);
    }
    Some(text)
}

/// Whether another item follows in a list or map that said to have `left` more, or to end with a break.
fn has_more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Option<bool> {
    match left {
        Some(0) => Some(false),
        Some(count) => {
            *count -= 1;
            Some(true)
        }
        None if decoder.datatype().ok()? == Type::Break => {
            decoder.skip().ok()?;
            Some(false)
        }
        None => Some(true),
    }
}

fn list(decoder: &mut Decoder<'_>, schema: Schema<'_>, depth: usize) -> Option<Value> {
    let mut left = decoder.array().ok()?;
    let mut items = Vec::new();
    while has_more(decoder, &mut left)? {
        items.push(value(decoder, schema.items(), depth)?);
    }
    Some(Value::Array(items))
}

fn map(decoder: &mut Decoder<'_>, schema: Schema<'_>, depth: usize) -> Option<Value> {
    let mut left = decoder.map().ok()?;
    let mut members = Map::new();
    let is_map = matches!(schema.kind(), Some(Kind::Map { .. }));
    while has_more(decoder, &mut left)? {
        let key = text(decoder)?;
        if is_map {
            members.insert(key, value(decoder, schema.items(), depth)?);
            continue;
        }
        let member = schema.on_wire(&key);
        let read = value(decoder, schema.member(member), depth)?;
        let is_type = key == "__type" && member.is_none() && schema.structure().is_some();
        if !read.is_null() && !is_type {
            members.insert(member.map_or(key, |member| member.name.to_owned()), read);
        }
    }
    Some(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn definite_and_indefinite_lengths() {
        // {"a": [1, -1, 1.5, true, null], "b": h'6869', "t": 1(1.5), "s": "hi"}
        let definite =
            b"\xa4\x61a\x85\x01\x20\xf9\x3e\x00\xf5\xf6\x61b\x42hi\x61t\xc1\xf9\x3e\x00\x61s\x62hi";
        let indefinite = b"\xbf\x61a\x9f\x01\x20\xf9\x3e\x00\xf5\xf6\xff\x61b\x5f\x41h\x41i\xff\x61t\xc1\xf9\x3e\x00\x61s\x7f\x61h\x61i\xff\xff";
        let tree = json!({"a": [1, -1, 1.5, true, null], "b": "aGk=", "t": 1.5, "s": "hi"});
        assert_eq!(
            members(definite, Schema::Unknown),
            tree.as_object().cloned()
        );
        assert_eq!(
            members(indefinite, Schema::Unknown),
            tree.as_object().cloned()
        );
    }

    #[test]
    fn damage_is_nothing() {
        let deep = b"\xa1\x61a".repeat(100_000);
        let lists = [&b"\xa1\x61a"[..], &b"\x81".repeat(100_000)].concat();
        let tags = [&b"\xa1\x61a"[..], &b"\xc1".repeat(100_000)].concat();
        for body in [
            &b""[..],
            b"\xa1",
            b"\xa1\x61a",
            b"\xbf\x61a\x01",
            b"\xa1\x01\x01",
            b"\xa0\x00",
            b"\x01",
            // Lengths beyond all that is there.
            b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x61a\x01",
            b"\xa1\x61a\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\xa1\x61a\x5b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            b"\xa1\x61\xff\x01",
            &deep,
            &lists,
            &tags,
        ] {
            assert_eq!(members(body, Schema::Unknown), None, "{body:02x?}");
        }
    }
}
