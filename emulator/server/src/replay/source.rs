//! Where records come from: files, folders and standard input, gzip or not, told by their content. What is in them,
//! `records` knows.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use tempfile::NamedTempFile;

/// How names of files end that are taken from folders. A file that is named itself is taken whatever its name.
const ENDINGS: [&str; 6] = [
    ".json",
    ".json.gz",
    ".jsonl",
    ".jsonl.gz",
    ".ndjson",
    ".ndjson.gz",
];

/// Folders of a trail's bucket that hold no records.
const DIGESTS: &str = "CloudTrail-Digest";

/// The first bytes of gzip (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// One stream of records.
#[derive(Debug)]
pub(super) enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input, once.
    Stdin,
    /// Standard input, kept so that it can be read again; removed at the end.
    Kept(NamedTempFile),
}

impl Source {
    /// What people know it by.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin | Self::Kept(_) => "standard input".to_owned(),
        }
    }

    /// Its content, unpacked.
    pub(super) fn open(&self) -> io::Result<Box<dyn BufRead>> {
        match self {
            Self::File(path) => unpacked(File::open(path)?),
            Self::Stdin => unpacked(io::stdin().lock()),
            Self::Kept(file) => unpacked(file.reopen()?),
        }
    }
}

fn unpacked(raw: impl Read + 'static) -> io::Result<Box<dyn BufRead>> {
    let mut raw = BufReader::with_capacity(64 << 10, raw);
    Ok(if raw.fill_buf()?.starts_with(&GZIP) {
        // Log files that were put together have several members.
        Box::new(BufReader::with_capacity(64 << 10, MultiGzDecoder::new(raw)))
    } else {
        Box::new(raw)
    })
}

/// How often each source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readings {
    Once,
    Twice,
}

/// All sources, in the order of the paths, those of a folder by name.
///
/// # Errors
///
/// When a path cannot be read at all, or all are folders without a file of records: nothing was sent then.
pub(super) fn all(paths: &[PathBuf], readings: Readings) -> Result<Vec<Source>, String> {
    let mut sources = Vec::new();
    for path in paths {
        let unreadable = |error: io::Error| format!("{}: {error}", path.display());
        if path.as_os_str() == "-" {
            if sources
                .iter()
                .any(|one| matches!(one, Source::Stdin | Source::Kept(_)))
            {
                return Err("standard input can be read only once".to_owned());
            }
            sources.push(match readings {
                Readings::Once => Source::Stdin,
                Readings::Twice => keep(io::stdin().lock()).map_err(unreadable)?,
            });
        } else if path.metadata().map_err(unreadable)?.is_dir() {
            walk(path, &mut sources).map_err(unreadable)?;
        } else {
            sources.push(Source::File(path.clone()));
        }
    }
    if sources.is_empty() {
        return Err(format!(
            "nothing to replay: of a folder, the files are taken that end in {}",
            ENDINGS.join(", ")
        ));
    }
    Ok(sources)
}

/// As it came, packed or not.
fn keep(mut input: impl Read) -> io::Result<Source> {
    let mut file = NamedTempFile::new()?;
    io::copy(&mut input, file.as_file_mut())?;
    file.as_file_mut().rewind()?;
    Ok(Source::Kept(file))
}

/// Depth first. Links to folders are not followed, so that there is an end.
fn walk(folder: &Path, sources: &mut Vec<Source>) -> io::Result<()> {
    let mut entries: Vec<_> = folder.read_dir()?.collect::<io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name == DIGESTS {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            walk(&path, sources)?;
        } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) && path.is_file() {
            sources.push(Source::File(path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn folders_are_walked_by_name_and_content_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("b/CloudTrail-Digest")).unwrap();
        std::fs::create_dir_all(at(".hidden")).unwrap();
        for name in [
            "b/2.json",
            "a.jsonl",
            "README.md",
            "b/CloudTrail-Digest/x.json",
            ".hidden/x.json",
        ] {
            std::fs::write(at(name), name).unwrap();
        }
        let pack = |text: &str| {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(text.as_bytes()).unwrap();
            packed.finish().unwrap()
        };
        // Two members, and no name that says so.
        std::fs::write(at("c.json"), [pack("one "), pack("two")].concat()).unwrap();
        let sources = all(&[folder.path().to_owned()], Readings::Once).unwrap();
        let contents: Vec<String> = sources
            .iter()
            .map(|source| io::read_to_string(source.open().unwrap()).unwrap())
            .collect();
        assert_eq!(contents, ["a.jsonl", "b/2.json", "one two"]);
        let named = all(&[at("README.md")], Readings::Once).unwrap();
        assert_eq!(named.len(), 1, "what is named itself is taken");
        std::fs::create_dir_all(at("empty")).unwrap();
        let empty = all(&[at("empty")], Readings::Once).unwrap_err();
        assert!(empty.contains(".json.gz"), "{empty}");
        assert!(
            all(&[at("missing")], Readings::Once)
                .unwrap_err()
                .contains("missing")
        );
    }

    #[test]
    fn standard_input_can_be_kept_and_read_again() {
        let source = keep(&b"abc"[..]).unwrap();
        for _ in 0..2 {
            assert_eq!(io::read_to_string(source.open().unwrap()).unwrap(), "abc");
        }
    }
}
