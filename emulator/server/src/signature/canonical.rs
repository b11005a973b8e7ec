//! A request in the one form that client and service both sign (D, IAM "Create a signed AWS API request").
//!
//! It is made of the request as it arrived. No decision is made here.

use hyper::HeaderMap;
use hyper::header::HOST;
use hyper::http::request::Parts;

/// The parameter that a presigned URL cannot sign.
const SIGNATURE: &[u8] = b"X-Amz-Signature";

/// How a path becomes canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PathRule {
    pub(super) segments: Segments,
    pub(super) encoding: Encoding,
}

/// What happens to `.`, `..` and empty segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segments {
    /// They are names like others.
    Kept,
    /// They are resolved and left out (RFC 3986 section 6).
    Tidied,
}

/// How often a path is percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Once, however the client wrote it.
    Once,
    /// As it was sent, once more.
    Again,
}

/// The canonical request: method, path, query, headers, their names, and the hash of the payload, in lines.
pub(super) fn request(
    parts: &Parts,
    signed_headers: &[String],
    payload: &str,
    rule: PathRule,
) -> Vec<u8> {
    let mut text = Vec::with_capacity(512);
    text.extend_from_slice(parts.method.as_str().as_bytes());
    text.push(b'\n');
    text.extend(path(parts.uri.path(), rule));
    text.push(b'\n');
    text.extend(query(parts.uri.query().unwrap_or_default()));
    text.push(b'\n');
    for name in signed_headers {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend(header(parts, name));
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join(";").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(payload.as_bytes());
    text
}

fn path(path: &str, rule: PathRule) -> Vec<u8> {
    let tidied = match rule.segments {
        Segments::Kept => path.to_owned(),
        Segments::Tidied => tidied(path),
    };
    let bytes = match rule.encoding {
        Encoding::Once => decoded(tidied.as_bytes()),
        Encoding::Again => tidied.into_bytes(),
    };
    let mut text = Vec::with_capacity(bytes.len());
    for (index, segment) in bytes.split(|byte| *byte == b'/').enumerate() {
        if index > 0 {
            text.push(b'/');
        }
        encode(segment, &mut text);
    }
    text
}

fn tidied(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            name => kept.push(name),
        }
    }
    let ends_in_slash = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let mut text = format!("/{}", kept.join("/"));
    if ends_in_slash && !kept.is_empty() {
        text.push('/');
    }
    text
}

/// Every parameter, decoded and encoded again, in the order of the encoded names and then values.
fn query(query: &str) -> Vec<u8> {
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (of_form(name), of_form(value)))
        .filter(|(name, _)| name != SIGNATURE)
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    pairs.sort_unstable();
    let mut text = Vec::with_capacity(query.len());
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push(b'&');
        }
        text.extend(name);
        text.push(b'=');
        text.extend(value);
    }
    text
}

/// The values of a header, trimmed, with single blanks, joined by commas; empty where the request has no such header.
fn header(parts: &Parts, name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, value) in parts.headers.get_all(name).iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        let words = value
            .as_bytes()
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        for (index, word) in words.enumerate() {
            if index > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(word);
        }
    }
    if text.is_empty() && name == HOST.as_str() {
        // The target may be a whole URL instead (RFC 9112 section 3.2.2).
        text.extend(
            parts
                .uri
                .authority()
                .map_or("", |host| host.as_str())
                .bytes(),
        );
    }
    text
}

/// The names of headers of AWS's own that a claim leaves out; the host too.
pub(super) fn unsigned(headers: &HeaderMap, signed_headers: &[String]) -> Vec<String> {
    let own = |name: &&str| name.starts_with("x-amz-") || *name == HOST.as_str();
    let is_signed = |name: &str| signed_headers.iter().any(|signed| signed == name);
    headers
        .keys()
        .map(hyper::header::HeaderName::as_str)
        .filter(own)
        .filter(|name| !is_signed(name))
        .map(str::to_owned)
        .collect()
}

/// A name or value of a query, where a plus is a blank.
fn of_form(text: &str) -> Vec<u8> {
    decoded(text.replace('+', " ").as_bytes())
}

/// What is not a percent sign with two hexadecimal digits stays.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| {
        bytes
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
    };
    let mut text = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                text.push(u8::try_from(high * 16 + low).expect("two digits are one byte"));
                at += 3;
            }
            _ => {
                text.push(*byte);
                at += 1;
            }
        }
    }
    text
}

fn encoded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    encode(bytes, &mut text);
    text
}

/// Everything but the unreserved characters of RFC 3986, with capital digits.
fn encode(bytes: &[u8], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
            text.push(*byte);
        } else {
            let digits = [byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)]);
            text.push(b'%');
            text.extend_from_slice(&digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S3: PathRule = PathRule {
        segments: Segments::Kept,
        encoding: Encoding::Once,
    };
    const OTHERS: PathRule = PathRule {
        segments: Segments::Tidied,
        encoding: Encoding::Again,
    };

    #[test]
    fn paths_follow_the_service() {
        let text = |text: &str, rule| String::from_utf8(path(text, rule)).unwrap();
        for (sent, kept, tidied) in [
            ("/", "/", "/"),
            ("/a//b/../c", "/a//b/../c", "/a/c"),
            ("/a%20b", "/a%20b", "/a%2520b"),
            ("/a+b=c", "/a%2Bb%3Dc", "/a%2Bb%3Dc"),
            ("/%zz%", "/%25zz%25", "/%25zz%25"),
            ("/../..", "/../..", "/"),
            ("/a/./", "/a/./", "/a/"),
        ] {
            assert_eq!(text(sent, S3), kept, "{sent}");
            assert_eq!(text(sent, OTHERS), tidied, "{sent}");
        }
    }

    #[test]
    fn queries_are_sorted_by_what_they_are_encoded_to() {
        let text = |text: &str| String::from_utf8(query(text)).unwrap();
        assert_eq!(text("b=2&a=%2f&a=+&uploads"), "a=%20&a=%2F&b=2&uploads=");
        assert_eq!(text("a=1&X-Amz-Signature=00&&"), "a=1");
        assert_eq!(text("a==&%=%"), "%25=%25&a=%3D");
        assert_eq!(text(""), "");
    }

    #[test]
    fn headers_are_trimmed_and_joined() {
        let request = hyper::Request::get("http://host.example:1/")
            .header("a", "  x   y ")
            .header("a", "z")
            .header("x-amz-date", "1");
        let parts = request.body(()).unwrap().into_parts().0;
        assert_eq!(header(&parts, "a"), b"x y,z");
        assert_eq!(header(&parts, "b"), b"");
        assert_eq!(header(&parts, "host"), b"host.example:1");
        assert_eq!(unsigned(&parts.headers, &["a".to_owned()]), ["x-amz-date"]);
    }
}
