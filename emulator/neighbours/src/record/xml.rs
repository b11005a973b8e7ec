//! The generic conversion of a request's XML document to JSON that S3's records show (O, formats.md 3.4).
//!
//! Attributes become members, a repeated child becomes an array and a single one does not, texts that look like
//! booleans or numbers become such, and an empty element is an empty string.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

/// How deep a document may be nested.
const MAX_DEPTH: usize = 32;

struct Element {
    name: String,
    members: Map<String, Value>,
    text: String,
}

/// The root element's name and content; `None` where it is not well-formed.
pub(super) fn to_json(document: &[u8]) -> Option<(String, Value)> {
    let mut reader = Reader::from_reader(document);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let done = match reader.read_event().ok()? {
            Event::Start(start) if open.len() < MAX_DEPTH => {
                open.push(element(&start)?);
                None
            }
            Event::Start(_) | Event::Eof => return None,
            Event::Empty(start) => Some(element(&start)?),
            Event::Text(text) => {
                if let Some(parent) = open.last_mut() {
                    parent.text.push_str(&text.decode().ok()?);
                }
                None
            }
            Event::GeneralRef(reference) => {
                let parent = open.last_mut()?;
                let name = reference.decode().ok()?;
                parent
                    .text
                    .push_str(&quick_xml::escape::unescape(&format!("&{name};")).ok()?);
                None
            }
            Event::CData(data) => {
                open.last_mut()?.text.push_str(&data.decode().ok()?);
                None
            }
            Event::End(_) => open.pop(),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(done) = done {
            let (name, value) = (done.name.clone(), done.into_value());
            match open.last_mut() {
                Some(parent) => add(&mut parent.members, name, value),
                None => return Some((name, value)),
            }
        }
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let name = String::from_utf8(start.local_name().as_ref().to_vec()).ok()?;
    let mut members = Map::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let key = String::from_utf8(attribute.key.as_ref().to_vec()).ok()?;
        let value = String::from_utf8(attribute.value.to_vec()).ok()?;
        members.insert(key, Value::String(value));
    }
    Some(Element {
        name,
        members,
        text: String::new(),
    })
}

fn add(members: &mut Map<String, Value>, name: String, value: Value) {
    match members.get_mut(&name) {
        None => {
            members.insert(name, value);
        }
        Some(Value::Array(all)) => all.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

impl Element {
    fn into_value(self) -> Value {
        let text = self.text.trim();
        if self.members.is_empty() {
            return scalar(text);
        }
        let mut members = self.members;
        if !text.is_empty() {
            members.insert("content".to_owned(), scalar(text));
        }
        Value::Object(members)
    }
}

fn scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        // Only what is written as a number would be: "007" and "+1" stay text.
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => number.into(),
            _ => Value::String(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn as_aws_converts() {
        let tagging = br#"<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>StratusRedTeam</Key><Value>true</Value></Tag></TagSet></Tagging>"#;
        assert_eq!(
            to_json(tagging).unwrap(),
            (
                "Tagging".to_owned(),
                json!({"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
                "TagSet": {"Tag": {"Key": "StratusRedTeam", "Value": true}}})
            )
        );
        let several = b"<?xml version=\"1.0\"?><A>\n <B>1</B>\n <B>x &amp; y</B><B>007</B><C/><D a=\"1\">t</D></A>";
        assert_eq!(
            to_json(several).unwrap().1,
            json!({"B": [1, "x & y", "007"], "C": "", "D": {"a": "1", "content": "t"}})
        );
    }

    #[test]
    fn what_is_not_well_formed_is_nothing() {
        for bad in [&b"<a>"[..], b"", b"text", b"<a></b>", &b"<a>".repeat(100)] {
            assert_eq!(to_json(bad), None);
        }
    }
}
