//! Every key of a bucket in the order of its UTF-8 bytes, lazily: folders that cannot matter are never read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs;
use std::io;

use super::bucket::BucketName;
use super::key::as_path;
use super::object::plain;
use super::{Store, if_present};

/// A walk over keys that have a prefix and come after a marker.
pub(super) struct Walk<'a> {
    store: &'a Store,
    bucket: &'a BucketName,
    prefix: &'a str,
    after: Option<&'a str>,
    skipped: Option<String>,
    /// What is still to be visited in each open folder, the innermost last. Heaps, as a page often needs only the first
    /// few entries of a large folder.
    open: Vec<BinaryHeap<Reverse<Entry>>>,
    /// Keys that live in the escape area, next one last.
    escaped: Vec<String>,
    /// The next key of the folders, found but not yet given.
    waiting: Option<String>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// A folder's ends in a slash, which makes `a-b` come before everything in `a/`.
    key: String,
    is_folder: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        store: &'a Store,
        bucket: &'a BucketName,
        prefix: &'a str,
        after: Option<&'a str>,
    ) -> io::Result<Self> {
        // All keys with this prefix lie below the deepest folder that it names.
        let folder = prefix.rfind('/').map_or("", |slash| &prefix[..=slash]);
        let mut walk = Self {
            store,
            bucket,
            prefix,
            after,
            skipped: None,
            open: Vec::new(),
            escaped: Vec::new(),
            waiting: None,
        };
        let reachable = folder.is_empty()
            || match as_path(folder) {
                Some(relative) => plain(&store.folder(bucket), &relative)?
                    .is_some_and(|(_, metadata)| metadata.is_dir()),
                None => false,
            };
        if reachable {
            let start = Entry {
                key: folder.to_owned(),
                is_folder: true,
            };
            walk.open.push(BinaryHeap::from([Reverse(start)]));
        }
        walk.escaped = walk.escaped_keys()?;
        Ok(walk)
    }

    /// Leaves out everything that begins with `prefix` from here on.
    pub(super) fn skip(&mut self, prefix: String) {
        if self
            .waiting
            .as_ref()
            .is_some_and(|key| key.starts_with(&prefix))
        {
            self.waiting = None;
        }
        self.skipped = Some(prefix);
    }

    /// The next key.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        if self.waiting.is_none() {
            self.waiting = self.next_in_folders()?;
        }
        while self
            .escaped
            .last()
            .is_some_and(|key| !self.wanted(key) || Some(key) == self.waiting.as_ref())
        {
            self.escaped.pop();
        }
        match (&self.waiting, self.escaped.last()) {
            (Some(key), Some(escaped)) if escaped < key => Ok(self.escaped.pop()),
            (None, _) => Ok(self.escaped.pop()),
            (Some(_), _) => Ok(self.waiting.take()),
        }
    }

    fn next_in_folders(&mut self) -> io::Result<Option<String>> {
        while let Some(folder) = self.open.last_mut() {
            let Some(Reverse(entry)) = folder.pop() else {
                self.open.pop();
                continue;
            };
            if !entry.is_folder {
                if self.wanted(&entry.key) {
                    return Ok(Some(entry.key));
                }
            } else if self.may_hold(&entry.key) {
                self.read(&entry.key)?;
                if !entry.key.is_empty()
                    && self.wanted(&entry.key)
                    && self.store.has_sidecar(self.bucket, &entry.key)
                {
                    return Ok(Some(entry.key));
                }
            }
        }
        Ok(None)
    }

    fn read(&mut self, folder: &str) -> io::Result<()> {
        let path = self.store.folder(self.bucket).join(folder);
        // A folder that was removed by hand since is an empty folder.
        let Some(entries) = if_present(fs::read_dir(path))? else {
            return Ok(());
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            // Names that are not UTF-8 can be nobody's key.
            let Some(name) = entry.file_name().into_string().ok() else {
                continue;
            };
            let Some(kind) = if_present(entry.file_type())? else {
                continue;
            };
            if kind.is_dir() {
                let key = format!("{folder}{name}/");
                if self.may_hold(&key) {
                    found.push(Reverse(Entry {
                        key,
                        is_folder: true,
                    }));
                }
            } else if kind.is_file() {
                let key = format!("{folder}{name}");
                if self.wanted(&key) && as_path(&key).is_some() {
                    found.push(Reverse(Entry {
                        key,
                        is_folder: false,
                    }));
                }
            }
        }
        self.open.push(BinaryHeap::from(found));
        Ok(())
    }

    fn escaped_keys(&self) -> io::Result<Vec<String>> {
        let folder = self.store.backstage(self.bucket).join("escaped");
        let Some(entries) = if_present(fs::read_dir(folder))? else {
            return Ok(Vec::new());
        };
        let mut keys = Vec::new();
        for entry in entries {
            if let Some(name) = entry?.file_name().to_str()
                && let Some(key) = self.store.key_by_hash(self.bucket, name)?
                && self.wanted(&key)
            {
                keys.push(key);
            }
        }
        keys.sort_unstable_by(|a, b| b.cmp(a));
        Ok(keys)
    }

    fn wanted(&self, key: &str) -> bool {
        key.starts_with(self.prefix)
            && self.after.is_none_or(|after| key > after)
            && self
                .skipped
                .as_ref()
                .is_none_or(|skipped| !key.starts_with(skipped.as_str()))
    }

    /// Whether any wanted key can begin with this folder's.
    fn may_hold(&self, folder: &str) -> bool {
        (folder.starts_with(self.prefix) || self.prefix.starts_with(folder))
            && self
                .after
                .is_none_or(|after| folder > after || after.starts_with(folder))
            && self
                .skipped
                .as_ref()
                .is_none_or(|skipped| !folder.starts_with(skipped.as_str()))
    }
}
