//! JSON bodies, of awsJson and restJson: read in one pass, by the model, without a tree in between.

use std::fmt;

use localtrail_model::catalogue::Kind;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::schema::Schema;
use super::{scalar, time};

/// The value of a whole body; `None` where it is not JSON. Nesting is bounded by the parser (128).
pub(super) fn read(body: &[u8], schema: Schema<'_>) -> Option<Value> {
    let mut parser = serde_json::Deserializer::from_slice(body);
    let value = Reading { schema }.deserialize(&mut parser).ok()?;
    parser.end().ok()?;
    Some(value)
}

/// The members of a whole body that is an object; `None` where it is none.
pub(super) fn members(body: &[u8], schema: Schema<'_>) -> Option<Map<String, Value>> {
    match read(body, schema)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Reads one value of a shape.
struct Reading<'a> {
    schema: Schema<'a>,
}

impl Reading<'_> {
    fn number(&self, number: f64, exact: impl FnOnce() -> Value) -> Value {
        match self.schema.kind() {
            Some(Kind::Timestamp(_)) => time::seconds_value(number).unwrap_or_else(exact),
            Some(Kind::Double) => scalar::double_value(number),
            _ => exact(),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    #[expect(clippy::cast_precision_loss, reason = "only where a fraction may be")]
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(self.number(value as f64, || value.into()))
    }

    #[expect(clippy::cast_precision_loss, reason = "only where a fraction may be")]
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(self.number(value as f64, || value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(self.number(value, || value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(match self.schema.kind() {
            Some(Kind::Timestamp(_)) => time::parse(value).unwrap_or_else(|| value.into()),
            _ => value.into(),
        })
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let schema = match self.schema.kind() {
            Some(Kind::Document) => self.schema,
            _ => self.schema.items(),
        };
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(Reading { schema })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        let is_map = matches!(self.schema.kind(), Some(Kind::Map { .. }));
        if is_map || matches!(self.schema.kind(), Some(Kind::Document)) {
            // Free keys: every one is data, and so is a null behind it.
            let schema = if is_map {
                self.schema.items()
            } else {
                self.schema
            };
            while let Some(key) = from.next_key::<String>()? {
                members.insert(key, from.next_value_seed(Reading { schema })?);
            }
            return Ok(Value::Object(members));
        }
        while let Some(key) = from.next_key::<String>()? {
            let member = self.schema.on_wire(&key);
            let schema = self.schema.member(member);
            // The type that services write beside the members of a union or an answer is none of them.
            let is_type = key == "__type" && member.is_none() && self.schema.structure().is_some();
            if is_type || schema.is_event_stream() {
                from.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = from.next_value_seed(Reading { schema })?;
            // A null member is one that was not sent (O, formats.md 3.4: only what was sent is recorded).
            if !value.is_null() {
                let key = match member {
                    Some(member) if member.name != key => member.name.to_owned(),
                    _ => key,
                };
                members.insert(key, value);
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn without_a_model_it_is_told_as_it_came() {
        let body =
            br#"{"b":[1,2.5,null],"a":{"x":null,"y":"1"},"__type":"T","n":18446744073709551615}"#;
        assert_eq!(
            read(body, Schema::Unknown),
            Some(
                json!({"b": [1, 2.5, null], "a": {"y": "1"}, "__type": "T", "n": 18_446_744_073_709_551_615_u64})
            )
        );
        let keys: Vec<_> = members(body, Schema::Unknown)
            .unwrap()
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(keys, ["b", "a", "__type", "n"], "the order of the wire");
    }

    #[test]
    fn damage_is_nothing() {
        let deep = "[".repeat(100_000);
        for body in [
            &b""[..],
            b"{",
            b"{\"a\":",
            b"{}x",
            b"\xff",
            b"{\"\xff\":1}",
            b"[1]",
            deep.as_bytes(),
        ] {
            assert_eq!(members(body, Schema::Unknown), None);
        }
    }
}
