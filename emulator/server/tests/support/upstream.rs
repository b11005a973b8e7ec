//! An upstream that does as it is told: a plain HTTP server of the test's own, on a thread of its own.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use std::io::{BufRead, BufReader, Read};

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The request line.
    pub line: String,
    pub headers: Vec<(String, String)>,
    /// The body's beginning.
    pub body: Vec<u8>,
    /// How long the body was.
    pub length: u64,
    /// Whether it arrived whole.
    pub whole: bool,
    /// Where it is told to the test.
    told: Option<(Arc<Mutex<Vec<Seen>>>, usize)>,
}

impl Seen {
    /// Tells the test what is known by now.
    pub fn tell(&self) {
        if let Some((all, at)) = &self.told {
            let told = Self {
                told: None,
                ..self.clone()
            };
            all.lock().unwrap()[*at] = told;
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(found)
            .map(|(_, value)| value.as_str())
    }
}

/// What it does with every connection's requests, once their head was read.
pub type Behaviour = Arc<dyn Fn(&mut Seen, &mut BufReader<TcpStream>) + Send + Sync>;

/// A running upstream. It stops when dropped.
pub struct Upstream {
    pub url: String,
    pub seen: Arc<Mutex<Vec<Seen>>>,
    /// Connections that were accepted.
    pub connections: Arc<Mutex<usize>>,
    stopped: Arc<AtomicBool>,
}

impl Upstream {
    pub fn start(
        behaviour: impl Fn(&mut Seen, &mut BufReader<TcpStream>) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let connections: Arc<Mutex<usize>> = Arc::default();
        let stopped: Arc<AtomicBool> = Arc::default();
        let behaviour: Behaviour = Arc::new(behaviour);
        let upstream = Self {
            url,
            seen: Arc::clone(&seen),
            connections: Arc::clone(&connections),
            stopped: Arc::clone(&stopped),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                *connections.lock().unwrap() += 1;
                let (seen, behaviour) = (Arc::clone(&seen), Arc::clone(&behaviour));
                std::thread::spawn(move || converse(stream.unwrap(), &seen, &behaviour));
            }
        });
        upstream
    }

    /// One that answers everything so.
    pub fn answering(status: &'static str, content_type: &'static str, body: &'static str) -> Self {
        Self::start(move |seen, stream| {
            read_body(seen, stream);
            answer(
                stream,
                status,
                &[("Content-Type", content_type)],
                body.as_bytes(),
            );
        })
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until something holds of it.
    pub fn wait(&self, what: &str, holds: impl Fn(&[Seen]) -> bool) {
        for _ in 0..500 {
            if holds(&self.seen.lock().unwrap()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{what}: {:?}", self.seen());
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _woken = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn converse(stream: TcpStream, seen: &Arc<Mutex<Vec<Seen>>>, behaviour: &Behaviour) {
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    while let Some(mut request) = read_head(&mut stream) {
        {
            let mut all = seen.lock().unwrap();
            all.push(request.clone());
            request.told = Some((Arc::clone(seen), all.len() - 1));
        }
        behaviour(&mut request, &mut stream);
        request.tell();
    }
}

fn read_head(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
    Some(Seen {
        line: lines[0].clone(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
        ..Seen::default()
    })
}

/// Reads a body, of which a megabyte is kept.
pub fn read_body(seen: &mut Seen, stream: &mut BufReader<TcpStream>) {
    let is_chunked = seen.header("transfer-encoding").is_some();
    let length: u64 = seen
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    seen.whole = if is_chunked {
        read_chunks(seen, stream).is_some()
    } else {
        read_bytes(seen, stream, length).is_some()
    };
    seen.tell();
}

fn read_bytes(seen: &mut Seen, stream: &mut BufReader<TcpStream>, length: u64) -> Option<()> {
    let mut buffer = [0; 65536];
    let mut left = length;
    while left > 0 {
        let most = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = stream
            .read(&mut buffer[..most])
            .ok()
            .filter(|count| *count > 0)?;
        seen.length += count as u64;
        left -= count as u64;
        if seen.body.len() < 1 << 20 {
            seen.body.extend_from_slice(&buffer[..count]);
        }
    }
    Some(())
}

fn read_chunks(seen: &mut Seen, stream: &mut BufReader<TcpStream>) -> Option<()> {
    loop {
        let mut line = String::new();
        stream
            .read_line(&mut line)
            .ok()
            .filter(|count| *count > 0)?;
        let length = u64::from_str_radix(line.trim(), 16).ok()?;
        read_bytes(seen, stream, length)?;
        stream
            .read_line(&mut line)
            .ok()
            .filter(|count| *count > 0)?;
        if length == 0 {
            return Some(());
        }
    }
}

/// Writes a whole answer.
pub fn answer(
    stream: &mut BufReader<TcpStream>,
    status: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) {
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let stream = stream.get_mut();
    let _sent_or_gone = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
}
