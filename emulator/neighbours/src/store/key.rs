//! Where a key lives: as a path inside its bucket's folder, or in the escape area because it cannot be a path.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

/// The longest file name that common file systems take, in bytes.
const MAX_SEGMENT: usize = 255;

/// Whether a key can be the path of a file or, ending in a slash, of a folder. A lexical question only.
///
/// What cannot is kept under a hash of the key instead, so that no key ever names a file outside its bucket's folder.
pub(super) fn as_path(key: &str) -> Option<PathBuf> {
    let body = key.strip_suffix('/').unwrap_or(key);
    let mut path = PathBuf::new();
    for segment in body.split('/') {
        if !can_be_a_file_name(segment) {
            return None;
        }
        path.push(segment);
    }
    Some(path)
}

fn can_be_a_file_name(segment: &str) -> bool {
    // A backslash is a separator to some systems and a plain character to others.
    let foreign = segment.contains(['\0', '\\']) || cfg!(windows) && foreign_to_windows(segment);
    !segment.is_empty()
        && segment != "."
        && segment != ".."
        && segment.len() <= MAX_SEGMENT
        && !foreign
}

/// Characters and names that Windows gives another meaning.
fn foreign_to_windows(segment: &str) -> bool {
    let stem = segment
        .split('.')
        .next()
        .unwrap_or(segment)
        .to_ascii_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT"));
    device
        || segment.ends_with(['.', ' '])
        || segment
            .chars()
            .any(|c| c.is_control() || "<>:\"|?*/".contains(c))
}

/// The name under which a key's sidecar, and an escaped object itself, are kept.
pub(super) fn hashed(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_keys_are_paths() {
        for key in [
            "a",
            "a/b",
            "a/b/",
            ".hidden",
            "...",
            "ä/ö",
            "a b",
            ".localtrail/x",
            "a:b",
            "%2e%2e/x",
        ] {
            assert!(as_path(key).is_some(), "{key}");
        }
    }

    #[test]
    fn tricks_are_not() {
        let long = "x".repeat(256);
        for key in [
            "", "/", "/a", "a//b", "a//", "..", "../a", "a/../b", "a/./b", ".", "a/..", "a\0b",
            "a\\..\\b", &long,
        ] {
            assert_eq!(as_path(key), None, "{key}");
        }
    }

    #[test]
    fn windows_names() {
        for bad in ["con", "NUL.txt", "com1", "a:b", "a.", "a "] {
            assert!(foreign_to_windows(bad), "{bad}");
        }
        assert!(!foreign_to_windows("console.log"));
    }
}
