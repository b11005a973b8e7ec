//! An answer as it comes from the socket, in any of HTTP/1.1's framings.

use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpStream;

/// Bytes of a header line.
const LINE_LIMIT: u64 = 64 << 10;

/// An answer whose body is read as it comes.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    stream: BufReader<TcpStream>,
    rest: Rest,
    closes: bool,
}

/// What is still to come of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Bytes(u64),
    /// In chunks, of the present one so much.
    Chunk(u64),
    UntilClosed,
}

impl Reply {
    pub(super) fn read(mut stream: BufReader<TcpStream>) -> io::Result<Self> {
        let first = line(&mut stream)?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("this is not HTTP"))?;
        let mut rest = Rest::UntilClosed;
        let mut closes = false;
        loop {
            let header = line(&mut stream)?;
            let Some((name, value)) = header.split_once(':') else {
                break;
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => rest = Rest::Bytes(value.parse().unwrap_or(0)),
                "transfer-encoding" => rest = Rest::Chunk(0),
                "connection" => closes = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
        Ok(Self {
            status,
            stream,
            rest,
            closes,
        })
    }

    /// The connection, once the body was read and if the server keeps it.
    pub(super) fn reusable(self) -> Option<BufReader<TcpStream>> {
        (!self.closes && self.rest == Rest::Bytes(0)).then_some(self.stream)
    }
}

impl Read for Reply {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest == Rest::Chunk(0) {
            let size = line(&mut self.stream)?;
            let size = u64::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)
                .map_err(|_| io::Error::other("a chunk has no size"))?;
            if size == 0 {
                line(&mut self.stream)?;
                self.rest = Rest::Bytes(0);
            } else {
                self.rest = Rest::Chunk(size);
            }
        }
        let (Rest::Bytes(left) | Rest::Chunk(left)) = self.rest else {
            return self.stream.read(buffer);
        };
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        // To read nothing would still wait for something.
        if most == 0 {
            return Ok(0);
        }
        let got = self.stream.read(&mut buffer[..most])?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match &mut self.rest {
            Rest::Bytes(left) => *left -= got as u64,
            Rest::Chunk(left) => {
                *left -= got as u64;
                if *left == 0 {
                    line(&mut self.stream)?;
                }
            }
            Rest::UntilClosed => {}
        }
        Ok(got)
    }
}

/// A line without its end.
fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if stream.take(LINE_LIMIT).read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}
