//! XML in pieces: elements and texts, with character references resolved. Nothing else of XML reaches further: comments,
//! instructions and document types are passed over, and entities that a document type declares are never expanded.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A document that is read once, from its beginning to its end.
pub(super) struct Markup<'x> {
    reader: Reader<&'x [u8]>,
}

/// The next piece of a document.
pub(super) enum Piece<'x> {
    /// The beginning of an element; an empty element has an end too.
    Open(BytesStart<'x>),
    /// The end of the innermost element.
    Close,
    /// A part of the innermost element's text.
    Text(Cow<'x, str>),
    /// The end of the document.
    End,
}

impl<'x> Markup<'x> {
    /// The document's beginning.
    pub(super) fn new(text: &'x str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader }
    }

    /// The next piece; `None` where the document is not well-formed.
    pub(super) fn next(&mut self) -> Option<Piece<'x>> {
        loop {
            return Some(match self.reader.read_event().ok()? {
                Event::Start(start) | Event::Empty(start) => Piece::Open(start),
                Event::End(_) => Piece::Close,
                Event::Text(text) => Piece::Text(text.xml10_content().ok()?),
                Event::CData(text) => Piece::Text(text.xml10_content().ok()?),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                    Some(character) => Piece::Text(character.to_string().into()),
                    None => Piece::Text(entity(&reference.decode().ok()?)),
                },
                Event::Eof => Piece::End,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => continue,
            });
        }
    }

    /// The root element's beginning.
    pub(super) fn root(&mut self) -> Option<BytesStart<'x>> {
        loop {
            match self.next()? {
                Piece::Open(start) => return Some(start),
                Piece::Text(_) => {}
                Piece::Close | Piece::End => return None,
            }
        }
    }

    /// The text of the element that was just opened, up to its end; elements inside it are passed over.
    pub(super) fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut inside = 0_usize;
        loop {
            match self.next()? {
                Piece::Open(_) => inside += 1,
                Piece::Close if inside == 0 => return Some(text),
                Piece::Close => inside -= 1,
                Piece::Text(part) if inside == 0 => text.push_str(&part),
                Piece::Text(_) => {}
                Piece::End => return None,
            }
        }
    }
}

/// An element's name without its namespace prefix.
pub(super) fn local_name<'s>(start: &'s BytesStart<'_>) -> &'s str {
    let local = start.local_name().into_inner();
    std::str::from_utf8(local).expect("the document is a str, and names end at ASCII characters")
}

/// An element's attributes by full name, values with references resolved; damaged ones are passed over.
pub(super) fn attributes<'s>(
    start: &'s BytesStart<'_>,
) -> impl Iterator<Item = (&'s str, Cow<'s, str>)> {
    // Without the check for duplicates, which compares each with each.
    let mut attributes = start.attributes();
    attributes.with_checks(false);
    attributes.filter_map(|attribute| {
        let attribute = attribute.ok()?;
        let name = std::str::from_utf8(attribute.key.into_inner()).ok()?;
        let value = match attribute.value {
            Cow::Borrowed(value) => Cow::Borrowed(std::str::from_utf8(value).ok()?),
            Cow::Owned(value) => Cow::Owned(String::from_utf8(value).ok()?),
        };
        let value = match quick_xml::escape::unescape(&value) {
            Ok(Cow::Owned(plain)) => Cow::Owned(plain),
            Ok(Cow::Borrowed(_)) | Err(_) => value,
        };
        Some((name, value))
    })
}

/// One of XML's own five entities; any other stays as it is written.
fn entity<'x>(name: &str) -> Cow<'x, str> {
    match quick_xml::escape::resolve_xml_entity(name) {
        Some(text) => text.into(),
        None => format!("&{name};").into(),
    }
}
