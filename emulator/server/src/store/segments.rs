//! Memory for a store, in pieces: it grows without being copied, and takes no more than was written.
//!
//! redb's own memory backend is one vector, which is copied whole when it grows: at a million events one commit took
//! most of a second (`docs/decisions/0001-store.md`).

use std::io;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::StorageBackend;

/// Bytes of a piece.
const SEGMENT: usize = 256 * 1024;

/// The bytes of a store.
#[derive(Debug, Default)]
pub(super) struct Segments(RwLock<Bytes>);

#[derive(Debug, Default)]
struct Bytes {
    len: usize,
    /// A piece is made when it is first written to; until then it reads as zeroes.
    pieces: Vec<Option<Box<[u8]>>>,
}

impl Segments {
    fn shared(&self) -> RwLockReadGuard<'_, Bytes> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn exclusive(&self) -> RwLockWriteGuard<'_, Bytes> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pieces that a stretch of `length` bytes from `offset` touches: which one, where in it, and how many bytes.
fn stretches(offset: usize, length: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let end = offset + length;
    let mut at = offset;
    std::iter::from_fn(move || {
        let (piece, within) = (at / SEGMENT, at % SEGMENT);
        let count = (SEGMENT - within).min(end - at);
        at += count;
        (count > 0).then_some((piece, within, count))
    })
}

fn place(offset: u64, length: usize, len: usize) -> io::Result<usize> {
    let offset = usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
    let fits = offset.checked_add(length).is_some_and(|end| end <= len);
    if fits {
        Ok(offset)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

impl StorageBackend for Segments {
    fn len(&self) -> io::Result<u64> {
        Ok(self.shared().len as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.shared();
        let offset = place(offset, out.len(), bytes.len)?;
        let mut rest = out;
        for (piece, within, count) in stretches(offset, rest.len()) {
            let (into, behind) = rest.split_at_mut(count);
            match &bytes.pieces[piece] {
                Some(piece) => into.copy_from_slice(&piece[within..within + count]),
                None => into.fill(0),
            }
            rest = behind;
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let mut bytes = self.exclusive();
        bytes.pieces.resize(len.div_ceil(SEGMENT), None);
        // What is cut off and comes back later must read as zeroes.
        if let Some(Some(last)) = bytes.pieces.last_mut()
            && !len.is_multiple_of(SEGMENT)
        {
            last[len % SEGMENT..].fill(0);
        }
        bytes.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut bytes = self.exclusive();
        let offset = place(offset, data.len(), bytes.len)?;
        let mut rest = data;
        for (piece, within, count) in stretches(offset, data.len()) {
            let (from, behind) = rest.split_at(count);
            let piece = bytes.pieces[piece].get_or_insert_with(|| vec![0; SEGMENT].into());
            piece[within..within + count].copy_from_slice(from);
            rest = behind;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_across_pieces_and_zeroes_where_none_were_written() {
        let store = Segments::default();
        store.set_len(3 * SEGMENT as u64).unwrap();
        let data: Vec<u8> = (0..SEGMENT + 10).map(|n| (n % 251) as u8).collect();
        store.write(SEGMENT as u64 - 5, &data).unwrap();
        let mut back = vec![9; data.len() + 10];
        store.read(SEGMENT as u64 - 10, &mut back).unwrap();
        assert_eq!(back[..5], [0; 5]);
        assert_eq!(back[5..5 + data.len()], data);
        assert_eq!(back[5 + data.len()..], [0; 5]);
    }

    #[test]
    fn what_was_cut_off_reads_as_zeroes_and_nothing_lies_outside() {
        let store = Segments::default();
        store.set_len(100).unwrap();
        store.write(0, &[7; 100]).unwrap();
        store.set_len(50).unwrap();
        store.set_len(100).unwrap();
        let mut back = [9; 100];
        store.read(0, &mut back).unwrap();
        assert_eq!(
            (back[..50].to_vec(), back[50..].to_vec()),
            (vec![7; 50], vec![0; 50])
        );
        assert!(store.read(90, &mut [0; 11]).is_err());
        assert!(store.write(u64::MAX, &[1]).is_err());
    }
}
