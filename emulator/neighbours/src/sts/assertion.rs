//! SAML assertions: what AWS reads of them. Nobody's signature is checked, and an encrypted assertion is not read.

use std::collections::BTreeMap;

use localtrail_core::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// How deep a document may be nested.
const MAX_DEPTH: usize = 32;

/// An assertion, as far as AWS reads it.
#[derive(Debug, Default)]
pub(super) struct Assertion {
    pub(super) issuer: String,
    /// The NameID.
    pub(super) subject: String,
    /// The NameID's format, as it is written.
    format: String,
    /// Whom it was sent to; AWS calls it the audience.
    pub(super) recipient: String,
    /// The earliest `NotOnOrAfter`.
    pub(super) ends: Option<Timestamp>,
    pub(super) attributes: BTreeMap<String, Vec<String>>,
}

impl Assertion {
    /// Reads a response with an assertion, or an assertion; `None` where there is none.
    pub(super) fn read(document: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(document);
        let mut read = Self::default();
        let mut open: Vec<String> = Vec::new();
        let mut text = String::new();
        let mut attribute = String::new();
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) if open.len() < MAX_DEPTH => {
                    let name = local_name(&start)?;
                    read.enter(&name, &start, &mut attribute)?;
                    open.push(name);
                    text.clear();
                }
                Event::Empty(start) => {
                    read.enter(&local_name(&start)?, &start, &mut attribute)?;
                }
                Event::Text(piece) => text.push_str(&piece.decode().ok()?),
                Event::CData(piece) => text.push_str(&piece.decode().ok()?),
                Event::GeneralRef(reference) => {
                    let name = reference.decode().ok()?;
                    text.push_str(&quick_xml::escape::unescape(&format!("&{name};")).ok()?);
                }
                Event::End(_) => {
                    let name = open.pop()?;
                    let inside = open.iter().any(|name| name == "Assertion");
                    if inside {
                        read.leave(&name, open.last()?, text.trim(), &attribute);
                    }
                    text.clear();
                    if open.is_empty() {
                        break;
                    }
                }
                Event::Start(_) | Event::Eof => return None,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let is_whole = !read.issuer.is_empty() && !read.subject.is_empty();
        is_whole.then_some(read)
    }

    fn enter(&mut self, name: &str, start: &BytesStart<'_>, attribute: &mut String) -> Option<()> {
        for pair in start.attributes() {
            let pair = pair.ok()?;
            let raw = std::str::from_utf8(&pair.value).ok()?;
            let value = quick_xml::escape::unescape(raw).ok()?.into_owned();
            match (name, pair.key.as_ref()) {
                ("NameID", b"Format") => self.format = value,
                ("SubjectConfirmationData", b"Recipient") => self.recipient = value,
                ("SubjectConfirmationData" | "Conditions", b"NotOnOrAfter") => {
                    let end = Timestamp::parse_iso(&value)?;
                    self.ends = Some(self.ends.map_or(end, |earlier| earlier.min(end)));
                }
                ("Attribute", b"Name") => *attribute = value,
                _ => {}
            }
        }
        Some(())
    }

    fn leave(&mut self, name: &str, parent: &str, text: &str, attribute: &str) {
        match (name, parent) {
            ("Issuer", "Assertion") => text.clone_into(&mut self.issuer),
            ("NameID", "Subject") => text.clone_into(&mut self.subject),
            ("AttributeValue", _) => {
                let values = self.attributes.entry(attribute.to_owned()).or_default();
                values.push(text.to_owned());
            }
            _ => {}
        }
    }

    /// The values of an attribute.
    pub(super) fn values(&self, name: &str) -> &[String] {
        self.attributes.get(name).map_or(&[], Vec::as_slice)
    }

    /// `persistent` and `transient` are told without their prefix, other formats as they are (D).
    pub(super) fn subject_type(&self) -> &str {
        for known in ["persistent", "transient"] {
            let whole = self.format.rsplit(':').next();
            if whole == Some(known) {
                return known;
            }
        }
        &self.format
    }
}

fn local_name(start: &BytesStart<'_>) -> Option<String> {
    String::from_utf8(start.local_name().as_ref().to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESPONSE: &str = r#"<?xml version="1.0"?>
<samlp:Response xmlns:samlp="p"><saml:Issuer xmlns:saml="a">outer</saml:Issuer>
 <saml:Assertion xmlns:saml="a"><saml:Issuer>https://idp/&amp;x</saml:Issuer>
  <saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">me</saml:NameID>
   <saml:SubjectConfirmation><saml:SubjectConfirmationData NotOnOrAfter="2026-11-23T16:05:00Z" Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation></saml:Subject>
  <saml:Conditions NotOnOrAfter="2026-11-23T16:04:00.000Z"/>
  <saml:AttributeStatement><saml:Attribute Name="R"><saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>
 </saml:Assertion></samlp:Response>"#;

    #[test]
    fn an_assertion_in_a_response() {
        let read = Assertion::read(RESPONSE.as_bytes()).unwrap();
        assert_eq!(read.issuer, "https://idp/&x");
        assert_eq!(read.subject, "me");
        assert_eq!(read.subject_type(), "persistent");
        assert_eq!(read.recipient, "https://signin.aws.amazon.com/saml");
        assert_eq!(read.ends.unwrap().iso(), "2026-11-23T16:04:00Z");
        assert_eq!(read.values("R"), ["a", "b"]);
    }

    #[test]
    fn what_is_no_assertion_is_none() {
        let half = &RESPONSE.as_bytes()[..RESPONSE.len() / 2];
        let deep = "<a>".repeat(100);
        for wrong in [
            &b""[..],
            b"<a/>",
            b"<Assertion></Assertion>",
            half,
            deep.as_bytes(),
        ] {
            assert!(Assertion::read(wrong).is_none());
        }
    }
}
