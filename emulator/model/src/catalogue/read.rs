//! Reads one packed block: its strings, then the numbers that use them. What they mean is not known here.

use std::io::Read;

use flate2::read::ZlibDecoder;

/// A block being read, from front to end. `None` means that it ended early or is not what it should be.
pub(super) struct Reader {
    strings: Vec<&'static str>,
    bytes: Vec<u8>,
    at: usize,
}

impl Reader {
    /// Unpacks a block. Its strings stay in memory for good: each block is unpacked once and used until the end.
    pub(super) fn unpack(packed: &[u8]) -> Option<Self> {
        let mut bytes = Vec::new();
        ZlibDecoder::new(packed).read_to_end(&mut bytes).ok()?;
        let mut reader = Self {
            strings: Vec::new(),
            bytes,
            at: 0,
        };
        let lengths = reader.many(Self::number)?;
        let end = lengths
            .iter()
            .try_fold(reader.at, |end, length| end.checked_add(*length))?;
        let text = reader.bytes.get(reader.at..end)?;
        let mut text: &'static str = String::from_utf8(text.to_vec()).ok()?.leak();
        reader.at = end;
        for length in lengths {
            let (string, rest) = text.split_at_checked(length)?;
            reader.strings.push(string);
            text = rest;
        }
        Some(reader)
    }

    /// A number in LEB128.
    pub(super) fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            number |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }

    pub(super) fn text(&mut self) -> Option<&'static str> {
        let number = self.number()?;
        self.strings.get(number).copied()
    }

    /// A string that may be absent; the outer `None` is a damaged block.
    #[allow(clippy::option_option)]
    pub(super) fn perhaps(&mut self) -> Option<Option<&'static str>> {
        match self.number()?.checked_sub(1) {
            None => Some(None),
            Some(number) => self.strings.get(number).copied().map(Some),
        }
    }

    /// Flags, the first in the lowest bit.
    pub(super) fn flags<const N: usize>(&mut self) -> Option<[bool; N]> {
        let number = self.number()?;
        Some(std::array::from_fn(|place| number >> place & 1 == 1))
    }

    /// A count, and as many of the same.
    pub(super) fn many<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.number()?;
        if count > self.bytes.len() {
            return None;
        }
        let mut all = Vec::with_capacity(count);
        for _ in 0..count {
            all.push(one(self)?);
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::ZlibEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a vector takes all");
        encoder.finish().expect("a vector takes all")
    }

    const BLOCK: &[u8] = b"\x02\x03\x02abcde\x01\x02\x00\xac\x02\x05";

    #[test]
    fn a_block_is_read_from_front_to_end() {
        let mut reader = Reader::unpack(&packed(BLOCK)).expect("a block");
        assert_eq!(reader.text(), Some("de"));
        assert_eq!(reader.perhaps(), Some(Some("de")));
        assert_eq!(reader.perhaps(), Some(None));
        assert_eq!(reader.number(), Some(300));
        assert_eq!(reader.flags(), Some([true, false, true]));
        assert_eq!(reader.number(), None, "the end");
    }

    #[test]
    fn damage_is_told_and_never_panics() {
        for end in 0..7 {
            assert!(Reader::unpack(&packed(&BLOCK[..end])).is_none(), "{end}");
        }
        assert!(Reader::unpack(b"not compressed").is_none());
        assert!(
            Reader::unpack(&packed(b"\x01\x01\xff")).is_none(),
            "not UTF-8"
        );
        assert!(
            Reader::unpack(&packed(&[0xff; 12])).is_none(),
            "a number too long"
        );
        let mut reader = Reader::unpack(&packed(b"\0\x07\x08\x09")).expect("no strings");
        assert_eq!(
            (reader.text(), reader.perhaps()),
            (None, None),
            "no such string"
        );
        assert!(reader.many(Reader::number).is_none(), "fewer than counted");
    }
}
