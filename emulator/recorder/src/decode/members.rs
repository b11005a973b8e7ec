//! The members of an answer, which are read when somebody looks: most calls only read, and no record shows what they got.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;

use localtrail_model::catalogue::Protocol;
use serde_json::{Map, Value};

use super::bodies::Content;
use super::schema::Schema;
use super::xml::Wrapping;
use super::{Format, cbor, document, json, rest_output, rpc};
use crate::Answer;

/// The members of an output, by the model's names.
pub struct Members<'a> {
    read: OnceCell<Map<String, Value>>,
    unread: Option<Unread<'a>>,
}

/// An answer, and how to read it.
pub(super) struct Unread<'a> {
    pub(super) protocol: Option<Protocol>,
    pub(super) schema: Schema<'static>,
    /// The element around the members, in the query protocol.
    pub(super) wrapper: Option<&'static str>,
    pub(super) answer: Answer<'a>,
    pub(super) content: Content<'a>,
}

impl<'a> Members<'a> {
    pub(super) fn unread(unread: Unread<'a>) -> Self {
        Self {
            read: OnceCell::new(),
            unread: Some(unread),
        }
    }
}

impl From<Map<String, Value>> for Members<'_> {
    fn from(members: Map<String, Value>) -> Self {
        Self {
            read: OnceCell::from(members),
            unread: None,
        }
    }
}

impl Deref for Members<'_> {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        self.read.get_or_init(|| {
            let read = self.unread.as_ref().map(Unread::read);
            read.map(|(members, _)| members).unwrap_or_default()
        })
    }
}

impl fmt::Debug for Members<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, formatter)
    }
}

impl Unread<'_> {
    /// The members, none where the answer cannot be read; and the request's id, if it is among them.
    pub(super) fn read(&self) -> (Map<String, Value>, Option<String>) {
        let (content, schema) = (&self.content, self.schema);
        let (members, id) = match self.protocol {
            Some(Protocol::Json) => (rpc(content, |bytes| json::members(bytes, schema)), None),
            Some(Protocol::RpcV2Cbor) => (rpc(content, |bytes| cbor::members(bytes, schema)), None),
            Some(Protocol::Query) => document(content, schema, Wrapping::Result(self.wrapper)),
            Some(Protocol::Ec2) => document(content, schema, Wrapping::Root),
            Some(Protocol::RestXml) => rest_output(&self.answer, content, schema, Format::Xml),
            Some(Protocol::RestJson) | None => {
                rest_output(&self.answer, content, schema, Format::Json)
            }
        };
        (members.unwrap_or_default(), id)
    }
}
