//! A body's bytes as the protocol means them: without `aws-chunked` framing and without gzip, bounded.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use hyper::HeaderMap;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::Body;

/// The most bytes that a compressed body may grow to; what is longer counts as cut. Twice AWS's largest body that is
/// parameters rather than content, Lambda's 6 MB and a bit.
const MAX_INFLATED: u64 = 16 << 20;

/// The meaning of a body.
#[derive(Debug, PartialEq)]
pub(super) struct Content<'a> {
    /// The bytes, as far as they are there.
    pub(super) bytes: Cow<'a, [u8]>,
    /// Whether they are all.
    pub(super) extent: Extent,
}

/// How much of a body is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All.
    Whole,
    /// A beginning, or what could be read before the damage.
    Part,
}

impl<'a> Content<'a> {
    /// Undoes what `Content-Encoding` says.
    pub(super) fn of(body: Body<'a>, headers: &HeaderMap) -> Self {
        let (bytes, extent) = match body {
            Body::Whole(bytes) => (bytes, Extent::Whole),
            Body::Cut(bytes) => (bytes, Extent::Part),
        };
        let mut content = Self {
            bytes: Cow::Borrowed(bytes),
            extent,
        };
        if is_chunked(headers) {
            content.replace(unchunk(&content.bytes));
        }
        // By its first bytes and not by the header alone: some proxies unpack and leave the header.
        if encodings(headers).any(|encoding| encoding == "gzip" || encoding == "x-gzip")
            && content.bytes.starts_with(&[0x1f, 0x8b])
        {
            content.replace(inflate(&content.bytes));
        }
        content
    }

    /// The bytes, if they are all there.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        match self.extent {
            Extent::Whole => Some(&self.bytes),
            Extent::Part => None,
        }
    }

    fn replace(&mut self, (bytes, extent): (Vec<u8>, Extent)) {
        self.bytes = Cow::Owned(bytes);
        if extent == Extent::Part {
            self.extent = Extent::Part;
        }
    }
}

/// The media type, without its parameters; empty when there is none.
pub(super) fn media_type(headers: &HeaderMap) -> &str {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let value = value.unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

fn encodings(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let is_streaming = headers
        .get("x-amz-content-sha256")
        .is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
    is_streaming || encodings(headers).any(|encoding| encoding == "aws-chunked")
}

/// Takes the data out of `LENGTH[;EXTENSION]CRLF DATA CRLF …`; what stands behind the empty chunk are trailers.
fn unchunk(framed: &[u8]) -> (Vec<u8>, Extent) {
    let mut data = Vec::with_capacity(framed.len());
    let mut rest = framed;
    loop {
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            return (data, Extent::Part);
        };
        let length = std::str::from_utf8(&rest[..end]).ok();
        let length = length.and_then(|head| head.split(';').next());
        let length = length.and_then(|digits| usize::from_str_radix(digits.trim(), 16).ok());
        rest = &rest[end + 2..];
        match length {
            Some(0) => return (data, Extent::Whole),
            Some(length) if length <= rest.len() => {
                data.extend_from_slice(&rest[..length]);
                rest = &rest[length..];
                rest = rest.strip_prefix(b"\r\n").unwrap_or(rest);
            }
            Some(_) => {
                data.extend_from_slice(rest);
                return (data, Extent::Part);
            }
            None => return (data, Extent::Part),
        }
    }
}

fn inflate(packed: &[u8]) -> (Vec<u8>, Extent) {
    let mut plain = Vec::new();
    let mut unpacker = MultiGzDecoder::new(packed).take(MAX_INFLATED + 1);
    let extent = match unpacker.read_to_end(&mut plain) {
        Ok(_) if plain.len() as u64 <= MAX_INFLATED => Extent::Whole,
        Ok(_) | Err(_) => Extent::Part,
    };
    (plain, extent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(plain).unwrap();
        packer.finish().unwrap()
    }

    fn headers(encoding: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
        headers
    }

    #[test]
    fn gzip_is_undone() {
        let body = packed(b"{\"a\":1}");
        let content = Content::of(Body::Whole(&body), &headers("gzip"));
        assert_eq!(content.whole(), Some(&b"{\"a\":1}"[..]));
        // A proxy that unpacked it and left the header.
        let content = Content::of(Body::Whole(b"{}"), &headers("gzip"));
        assert_eq!(content.whole(), Some(&b"{}"[..]));
        // Half of it.
        let content = Content::of(Body::Whole(&body[..body.len() - 6]), &headers("gzip"));
        assert_eq!(content.whole(), None);
    }

    #[test]
    fn a_bomb_is_cut() {
        let body = packed(&vec![0; 20 << 20]);
        assert!(body.len() < 300_000, "{}", body.len());
        let content = Content::of(Body::Whole(&body), &headers("gzip"));
        assert_eq!(content.extent, Extent::Part);
        assert_eq!(content.bytes.len() as u64, MAX_INFLATED + 1);
    }

    #[test]
    fn chunks_are_joined() {
        let framed =
            b"3;chunk-signature=ab\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n";
        let content = Content::of(Body::Whole(framed), &headers("aws-chunked"));
        assert_eq!(content.whole(), Some(&b"{\"a\":1}"[..]));
        for damaged in [
            &framed[..30],
            b"zz\r\n",
            b"ffffffffffffffffff\r\nab",
            b"5\r\nab",
            b"",
        ] {
            let content = Content::of(Body::Whole(damaged), &headers("aws-chunked"));
            assert_eq!(content.whole(), None);
        }
    }

    #[test]
    fn a_chunked_gzip_stays_readable() {
        let mut framed = format!("{:x}\r\n", packed(b"{}").len()).into_bytes();
        framed.extend(packed(b"{}"));
        framed.extend(b"\r\n0\r\n\r\n");
        let content = Content::of(Body::Whole(&framed), &headers("gzip, aws-chunked"));
        assert_eq!(content.whole(), Some(&b"{}"[..]));
    }
}
