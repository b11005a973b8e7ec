//! How a document begins: with records at once, with an array of them, or with an object that holds one.

use bytes::BytesMut;

use super::Around;

/// How a document begins.
pub(super) enum Head {
    /// More is needed to tell.
    Unsure,
    /// What stands before the first record is so long.
    Array(usize, Around),
    /// With a record, or with what is none.
    Other,
}

/// The members that hold records: of log files, and of what LookupEvents answers.
const HOLDERS: [&[u8]; 2] = [b"\"Records\"", b"\"Events\""];

/// Whether an object that begins here must be looked at as a document of its own, as one may follow another.
pub(super) fn may_wrap(held: &[u8]) -> bool {
    !matches!(head(held), Head::Other)
}

pub(super) fn head(held: &[u8]) -> Head {
    if held.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(held) {
        return Head::Unsure;
    }
    let begin = blanks(held) + byte_order_mark(held);
    if held[begin..].first() == Some(&b'[') {
        return Head::Array(begin + 1, Around::Array);
    }
    let mut unsure = false;
    for holder in HOLDERS {
        match wrapped(&held[begin..], holder) {
            Head::Array(length, around) => return Head::Array(begin + length, around),
            Head::Unsure => unsure = true,
            Head::Other => {}
        }
    }
    if unsure { Head::Unsure } else { Head::Other }
}

/// `{"Records":[`, with blanks between.
fn wrapped(held: &[u8], holder: &[u8]) -> Head {
    let mut at = 0;
    for token in [&b"{"[..], holder, b":", b"["] {
        at += blanks(&held[at..]);
        let rest = &held[at..];
        if !rest.starts_with(token) {
            return if token.starts_with(rest) {
                Head::Unsure
            } else {
                Head::Other
            };
        }
        at += token.len();
    }
    Head::Array(at, Around::Wrapped)
}

fn blanks(held: &[u8]) -> usize {
    held.iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// The first bytes of gzip (RFC 1952).
pub(super) const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Takes the mark away from the first line.
pub(super) fn strip_mark(line: &mut BytesMut) {
    let _mark = line.split_to(byte_order_mark(line));
}

/// Some editors write it in front of UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn byte_order_mark(held: &[u8]) -> usize {
    if held.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    }
}
