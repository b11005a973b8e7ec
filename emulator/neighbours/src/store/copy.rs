//! Copying an object, or a stretch of one, into a new incoming file.

use std::io::{self, Read, Seek, SeekFrom, Write};

use s3s::crypto::{Checksum as _, Md5};

use super::object::Content;
use super::{BucketName, Found, Incoming, Store};
use crate::error::{Result, disk};

/// A stretch of an object's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first byte.
    pub(crate) start: u64,
    /// How many.
    pub(crate) length: u64,
}

/// A copy that has been made but is in no place yet.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) incoming: Incoming,
    pub(crate) size: u64,
    /// Of the bytes copied, in lower-case hex.
    pub(crate) md5: String,
}

impl Store {
    /// Copies what `choose` picks of an object; it may also refuse, knowing the object.
    pub(crate) fn copy(
        &self,
        bucket: &BucketName,
        key: &str,
        choose: impl FnOnce(&Found) -> Result<Span>,
    ) -> Result<(Found, Copied)> {
        let (found, content) = self.open_object(bucket, key)?;
        let span = choose(&found)?;
        let (incoming, mut target) = self.incoming()?;
        let mut md5 = Md5::new();
        let size = match content {
            Content::Empty => 0,
            Content::File(mut source) => {
                source.seek(SeekFrom::Start(span.start)).map_err(disk)?;
                pour(&mut source.take(span.length), &mut target, &mut md5).map_err(disk)?
            }
        };
        let md5 = hex::encode(md5.finalize());
        Ok((
            found,
            Copied {
                incoming,
                size,
                md5,
            },
        ))
    }
}

/// Copies everything, hashing on the way.
pub(super) fn pour(
    source: &mut impl Read,
    target: &mut impl Write,
    md5: &mut Md5,
) -> io::Result<u64> {
    let mut buffer = vec![0; 256 * 1024];
    let mut total = 0;
    loop {
        let count = source.read(&mut buffer)?;
        if count == 0 {
            return Ok(total);
        }
        md5.update(&buffer[..count]);
        target.write_all(&buffer[..count])?;
        total += count as u64;
    }
}
