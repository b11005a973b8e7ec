//! One page of a listing: keys and common prefixes, after a marker, up to a limit (D, S3 ListObjects).

use super::Store;
use super::bucket::BucketName;
use super::object::Found;
use super::walk::Walk;
use crate::error::{Result, disk};

/// What a page is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    /// Only keys that begin with this.
    pub(crate) prefix: String,
    /// Only what comes after this, which need not exist.
    pub(crate) after: Option<String>,
    /// Keys that share what comes before this, after the prefix, are shown as one.
    pub(crate) delimiter: Option<String>,
    /// At most so many entries.
    pub(crate) limit: usize,
}

/// One page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Listed>,
    /// Whether there is more.
    pub(crate) truncated: bool,
}

/// One entry of a page.
#[derive(Debug, Clone)]
pub(crate) enum Listed {
    /// An object.
    Object(Box<Found>),
    /// A common prefix.
    Prefix(String),
}

impl Listed {
    /// What the next page comes after.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Object(found) => &found.key,
            Self::Prefix(prefix) => prefix,
        }
    }
}

impl Store {
    /// The page of a bucket that a query asks for.
    pub(crate) fn page(&self, bucket: &BucketName, query: &Query) -> Result<Page> {
        let _turn = self.shared();
        self.bucket_unlocked(bucket)?;
        self.page_unlocked(bucket, query)
    }

    pub(super) fn page_unlocked(&self, bucket: &BucketName, query: &Query) -> Result<Page> {
        let mut page = Page::default();
        if query.limit == 0 {
            return Ok(page);
        }
        let mut walk =
            Walk::new(self, bucket, &query.prefix, query.after.as_deref()).map_err(disk)?;
        // A page that ended with a common prefix has shown everything below it.
        if let Some(after) = &query.after
            && query.common_prefix(after) == Some(after)
        {
            walk.skip(after.clone());
        }
        while let Some(key) = walk.next().map_err(disk)? {
            let entry = if let Some(prefix) = query.common_prefix(&key) {
                walk.skip(prefix.to_owned());
                Listed::Prefix(prefix.to_owned())
            } else {
                match self.find_unlocked(bucket, &key).map_err(disk)? {
                    Some(found) => Listed::Object(Box::new(found)),
                    None => continue,
                }
            };
            if page.entries.len() == query.limit {
                page.truncated = true;
                break;
            }
            page.entries.push(entry);
        }
        Ok(page)
    }
}

impl Query {
    fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self
            .delimiter
            .as_deref()
            .filter(|delimiter| !delimiter.is_empty())?;
        let rest = key.strip_prefix(&self.prefix)?;
        let at = rest.find(delimiter)?;
        Some(&key[..self.prefix.len() + at + delimiter.len()])
    }
}
