//! Damage of every sort, the same in every run.

use hyper::{HeaderMap, Uri};

/// A small generator (xorshift), so that every run damages the same way.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides.max(1) as u64)).unwrap()
    }

    fn byte(&mut self) -> u8 {
        // Every protocol's own characters more often than chance would have it.
        let special = b"<>&;{}[]\",:=.%\x00\xff\xbf\x9f\xc1\xfb0129";
        match self.roll(2) {
            0 => special[self.roll(special.len())],
            _ => u8::try_from(self.roll(256)).unwrap(),
        }
    }

    /// A body with something wrong in it, or another one.
    pub(crate) fn damage(&mut self, body: &[u8], other: &[u8]) -> Vec<u8> {
        let mut damaged = body.to_vec();
        let at = self.roll(damaged.len() + 1);
        match self.roll(7) {
            0 => damaged.truncate(at),
            1 => damaged.insert(at, self.byte()),
            2 if at < damaged.len() => damaged[at] = self.byte(),
            3 => {
                let end = (at + self.roll(40)).min(damaged.len());
                damaged.drain(at..end);
            }
            4 => {
                let again = damaged[at..].to_vec();
                let to = self.roll(damaged.len() + 1);
                damaged.splice(to..to, again);
            }
            5 => damaged = (0..self.roll(200)).map(|_| self.byte()).collect(),
            _ => damaged = other.to_vec(),
        }
        for _ in 0..self.roll(3) {
            let at = self.roll(damaged.len() + 1);
            damaged.insert(at, self.byte());
        }
        damaged
    }

    /// Headers, with one more that does not fit in a third of all rolls.
    pub(crate) fn headers(&mut self, headers: &HeaderMap) -> HeaderMap {
        let mut headers = headers.clone();
        let (name, value) = [
            ("content-encoding", "gzip"),
            ("content-encoding", "aws-chunked"),
            ("content-type", "application/cbor"),
            ("content-type", "application/xml"),
            ("x-amzn-errortype", "#:"),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ][self.roll(6)];
        if self.roll(3) == 0 {
            headers.insert(name, value.parse().unwrap());
        }
        headers
    }

    /// A path and query, cut or with something behind it.
    pub(crate) fn uri(&mut self, uri: &Uri) -> Uri {
        let mut text = uri
            .path_and_query()
            .map_or("/", |both| both.as_str())
            .to_owned();
        if self.roll(2) == 0 {
            text.truncate(self.roll(text.len() + 1));
        }
        if self.roll(2) == 0 {
            text.push_str(
                ["?", "%", "%zz", "/", "//", "&=", "?a.1.b=c", "%ff%fe", "=;"][self.roll(9)],
            );
        }
        text.parse().unwrap_or_else(|_| uri.clone())
    }
}
