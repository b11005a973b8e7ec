//! XML bodies of restXml, awsQuery and ec2Query: read in one pass, by the model.

use quick_xml::events::BytesStart;
use serde_json::{Map, Value};

use localtrail_model::catalogue::{Kind, Member};

use super::markup::{Markup, Piece, attributes, local_name};
use super::schema::Schema;
use super::{MAX_DEPTH, scalar};

/// What a document says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Document {
    /// The members of the structure.
    pub(super) members: Map<String, Value>,
    /// The request's id, where the document has it.
    pub(super) request_id: Option<String>,
}

/// Where in a document the structure stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wrapping<'a> {
    /// In the root element.
    Root,
    /// In an element of the root, of this name, or of any name that ends in `Result` where the model has none.
    Result(Option<&'a str>),
}

/// Reads a document of a structure; `None` where it is not well-formed or nested too deep.
pub(super) fn read(text: &str, schema: Schema<'_>, wrapping: Wrapping<'_>) -> Option<Document> {
    let mut walk = Walk {
        markup: Markup::new(text),
    };
    let root = walk.markup.root()?;
    let mut document = Document::default();
    walk.attributes(&root, schema, &mut document.members);
    loop {
        let child = match walk.markup.next()? {
            Piece::Open(child) => child,
            Piece::Text(_) => continue,
            Piece::Close => return Some(document),
            Piece::End => return None,
        };
        let name = local_name(&child);
        let is_result = match wrapping {
            Wrapping::Root => false,
            Wrapping::Result(Some(wrapper)) => name == wrapper,
            Wrapping::Result(None) => name.ends_with("Result"),
        };
        if is_result {
            document
                .members
                .append(&mut walk.structure(&child, schema, MAX_DEPTH)?);
        } else if schema.on_wire(name).is_some() {
            walk.member(&child, schema, &mut document.members, MAX_DEPTH)?;
        } else if name == "ResponseMetadata" {
            let metadata = walk.untyped(&child, MAX_DEPTH)?;
            document.request_id = metadata["RequestId"].as_str().map(str::to_owned);
        } else if name.eq_ignore_ascii_case("requestId") {
            document.request_id = Some(walk.markup.text()?.trim().to_owned());
        } else if name == "return" {
            // How EC2 answers where the model has no output; where it has one, `return` is a boolean.
            let done = scalar::typed(walk.markup.text()?, Some(&Kind::Boolean));
            document.members.insert(name.to_owned(), done);
        } else {
            walk.member(&child, schema, &mut document.members, MAX_DEPTH)?;
        }
    }
}

/// A walk through a document, one element after the other. Each function here takes an element whose beginning was just
/// read, and leaves behind its end.
struct Walk<'x> {
    markup: Markup<'x>,
}

impl Walk<'_> {
    fn value(&mut self, start: &BytesStart<'_>, schema: Schema<'_>, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        match schema.kind() {
            Some(Kind::Structure(_)) => self.structure(start, schema, depth).map(Value::Object),
            Some(Kind::List { .. }) => self.list(schema, depth),
            Some(Kind::Map { .. }) => self.map(schema, depth),
            Some(kind) => Some(scalar::typed(self.markup.text()?, Some(kind))),
            None => self.untyped(start, depth),
        }
    }

    fn structure(
        &mut self,
        start: &BytesStart<'_>,
        schema: Schema<'_>,
        depth: usize,
    ) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        self.attributes(start, schema, &mut members);
        loop {
            match self.markup.next()? {
                Piece::Open(child) => self.member(&child, schema, &mut members, depth)?,
                Piece::Text(_) => {}
                Piece::Close => return Some(members),
                Piece::End => return None,
            }
        }
    }

    /// Reads one element of a structure into its members.
    fn member(
        &mut self,
        start: &BytesStart<'_>,
        schema: Schema<'_>,
        members: &mut Map<String, Value>,
        depth: usize,
    ) -> Option<()> {
        let name = local_name(start);
        let Some(member) = schema.by_element(name) else {
            let value = self.untyped(start, depth)?;
            gather(members, name, value);
            return Some(());
        };
        let inner = schema.member(Some(member));
        if inner.is_flattened(Some(member)) {
            return self.flattened(start, inner, member, members, depth);
        }
        let value = self.value(start, inner, depth)?;
        if !value.is_null() {
            members.insert(member.name.to_owned(), value);
        }
        Some(())
    }

    /// Reads one item of a flattened list, or one entry of a flattened map.
    fn flattened(
        &mut self,
        start: &BytesStart<'_>,
        schema: Schema<'_>,
        member: &Member,
        members: &mut Map<String, Value>,
        depth: usize,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        if let Some(Kind::Map { .. }) = schema.kind() {
            let entries = members
                .entry(member.name)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(entries) = entries {
                self.entry(schema, entries, depth)?;
            }
            return Some(());
        }
        let item = self.value(start, schema.items(), depth)?;
        let items = members
            .entry(member.name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(items) = items {
            items.push(item);
        }
        Some(())
    }

    fn list(&mut self, schema: Schema<'_>, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            match self.markup.next()? {
                Piece::Open(child) => items.push(self.value(&child, schema.items(), depth)?),
                Piece::Text(_) => {}
                Piece::Close => return Some(Value::Array(items)),
                Piece::End => return None,
            }
        }
    }

    fn map(&mut self, schema: Schema<'_>, depth: usize) -> Option<Value> {
        let mut entries = Map::new();
        loop {
            match self.markup.next()? {
                Piece::Open(_) => self.entry(schema, &mut entries, depth)?,
                Piece::Text(_) => {}
                Piece::Close => return Some(Value::Object(entries)),
                Piece::End => return None,
            }
        }
    }

    /// Reads one entry of a map: an element with a key's and a value's.
    fn entry(
        &mut self,
        schema: Schema<'_>,
        entries: &mut Map<String, Value>,
        depth: usize,
    ) -> Option<()> {
        let (key_name, value_name) = schema.entry_names();
        let (mut key, mut value) = (None, Value::Null);
        loop {
            match self.markup.next()? {
                Piece::Open(child) if local_name(&child) == key_name => {
                    key = Some(self.markup.text()?);
                }
                Piece::Open(child) if local_name(&child) == value_name => {
                    value = self.value(&child, schema.items(), depth)?;
                }
                Piece::Open(_) => {
                    self.markup.text()?;
                }
                Piece::Text(_) => {}
                Piece::Close => break,
                Piece::End => return None,
            }
        }
        if let Some(key) = key {
            entries.insert(key, value);
        }
        Some(())
    }

    /// An element that the model does not have: its text, or its elements by name.
    fn untyped(&mut self, start: &BytesStart<'_>, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let mut members = Map::new();
        let mut text = String::new();
        self.attributes(start, Schema::Unknown, &mut members);
        loop {
            match self.markup.next()? {
                Piece::Open(child) => {
                    let value = self.untyped(&child, depth)?;
                    gather(&mut members, local_name(&child), value);
                }
                Piece::Text(part) => text.push_str(&part),
                Piece::Close if members.is_empty() => return Some(Value::String(text)),
                Piece::Close => return Some(Value::Object(members)),
                Piece::End => return None,
            }
        }
    }

    /// The members that are attributes; what the model does not have there belongs to XML.
    fn attributes(
        &self,
        start: &BytesStart<'_>,
        schema: Schema<'_>,
        members: &mut Map<String, Value>,
    ) {
        let Some(structure) = schema.structure() else {
            return;
        };
        for (name, value) in attributes(start) {
            let member = structure
                .members
                .iter()
                .find(|member| member.xml_attribute && member.wire_name() == name);
            if let Some(member) = member {
                let kind = schema.member(Some(member)).kind();
                members.insert(
                    member.name.to_owned(),
                    scalar::typed(value.into_owned(), kind),
                );
            }
        }
    }
}

/// Adds a value under a name that can stand several times: once it is the value, more often a list of them.
pub(super) fn gather(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        None => {
            members.insert(name.to_owned(), value);
        }
        Some(Value::Array(all)) => all.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn untyped(text: &str) -> Option<Value> {
        let document = read(text, Schema::Unknown, Wrapping::Root)?;
        Some(Value::Object(document.members))
    }

    #[test]
    fn without_a_model_it_is_told_as_it_came() {
        let text = "<?xml version=\"1.0\"?><R xmlns=\"urn:x\"><a>1</a><n:b xmlns:n=\"urn:y\"> &lt;x&#33;<![CDATA[&]]></n:b>\
                    <c><i>1</i><i>2</i></c><d/><requestId>7</requestId><return>true</return></R>";
        let document = read(text, Schema::Unknown, Wrapping::Root).unwrap();
        assert_eq!(
            Value::Object(document.members),
            json!({"a": "1", "b": " <x!&", "c": {"i": ["1", "2"]}, "d": "", "return": true})
        );
        assert_eq!(document.request_id.as_deref(), Some("7"));
    }

    #[test]
    fn a_result_is_unwrapped() {
        let text = "<XResponse><XResult><A>1</A></XResult><ResponseMetadata><RequestId>7</RequestId></ResponseMetadata>\
                    </XResponse>";
        for wrapper in [None, Some("XResult")] {
            let document = read(text, Schema::Unknown, Wrapping::Result(wrapper)).unwrap();
            assert_eq!(Value::Object(document.members), json!({"A": "1"}));
            assert_eq!(document.request_id.as_deref(), Some("7"));
        }
    }

    #[test]
    fn damage_is_nothing_and_entities_stay() {
        let deep = format!("<R>{}", "<a>".repeat(100_000));
        for text in [
            "",
            "text",
            "<R>",
            "<R><a></R>",
            "<R><a",
            "</R>",
            "<R>&",
            &deep,
        ] {
            assert_eq!(untyped(text), None, "{text:.20}");
        }
        let laughs = "<!DOCTYPE R [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><R><x>&b;</x></R>";
        assert_eq!(untyped(laughs), Some(json!({"x": "&b;"})));
    }
}
