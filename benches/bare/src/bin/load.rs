//! The clients: each connection sends its prepared requests over and over, one at a time, and measures the answers.
//!
//! `load ADDRESS:PORT (seconds|count) NUMBER FILE…`: one keep-alive connection and one thread for each file; a file holds
//! whole HTTP requests, one after the other. Blocking sockets and no HTTP library: what is measured is the server.
//! Prints one JSON object.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// When a run ends.
#[derive(Clone, Copy)]
enum End {
    /// After this time.
    Time(Duration),
    /// After so many requests on each connection.
    Count(usize),
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    statuses: BTreeMap<u16, usize>,
    reconnects: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, kind, number, files @ ..] = arguments.as_slice() else {
        panic!("usage: load ADDRESS:PORT (seconds|count) NUMBER FILE…");
    };
    let address: SocketAddr = address.parse().expect("an address and a port");
    let number: f64 = number.parse().expect("a number");
    let end = match kind.as_str() {
        "seconds" => End::Time(Duration::from_secs_f64(number)),
        "count" => End::Count(number as usize),
        other => panic!("seconds or count, not {other}"),
    };
    let scripts: Vec<Vec<Vec<u8>>> = files.iter().map(|file| requests(file)).collect();
    let began = Instant::now();
    let workers: Vec<_> = scripts
        .into_iter()
        .map(|script| thread::spawn(move || run(address, &script, end)))
        .collect();
    let seen = workers
        .into_iter()
        .map(|worker| worker.join().expect("no connection failed"));
    report(seen, began);
}

/// The requests of a file, cut by their Content-Length.
fn requests(file: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(file).expect("the file can be read");
    let mut rest = bytes.as_slice();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let head = rest
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("a request has a head")
            + 4;
        let text = String::from_utf8_lossy(&rest[..head]).to_ascii_lowercase();
        let end = head
            + header(&text, "content-length")
                .and_then(|v| v.parse().ok())
                .unwrap_or(0);
        found.push(rest[..end].to_vec());
        rest = &rest[end..];
    }
    found
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

fn run(address: SocketAddr, script: &[Vec<u8>], end: End) -> Seen {
    let mut seen = Seen::default();
    let mut connection = connect(address);
    let began = Instant::now();
    for (turn, request) in script.iter().cycle().enumerate() {
        let over = match end {
            End::Time(limit) => began.elapsed() >= limit,
            // A script is not left in the middle: what it creates, it deletes.
            End::Count(count) => turn >= count,
        };
        if over && turn % script.len() == 0 {
            break;
        }
        let sent = Instant::now();
        connection
            .get_mut()
            .write_all(request)
            .expect("the server reads");
        let (status, keeps) = answer(&mut connection);
        seen.latencies.push(sent.elapsed());
        *seen.statuses.entry(status).or_default() += 1;
        if !keeps {
            connection = connect(address);
            seen.reconnects += 1;
        }
    }
    seen
}

fn connect(address: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_nodelay(true)
        .expect("a fresh socket takes options");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a fresh socket takes options");
    BufReader::with_capacity(64 * 1024, stream)
}

/// Reads one answer: its status, and whether the connection stays open.
fn answer(connection: &mut BufReader<TcpStream>) -> (u16, bool) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = connection.read_line(&mut head).expect("the server answers");
        assert!(read > 0, "the server closed the connection");
    }
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .expect("a status line");
    let length: usize = header(&head, "content-length")
        .expect("answers have a Content-Length")
        .parse()
        .expect("a length is a number");
    let mut body = vec![0; length];
    connection
        .read_exact(&mut body)
        .expect("the answer is whole");
    let closes =
        header(&head, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    (status, !closes && head.starts_with("HTTP/1.1"))
}

fn report(seen: impl Iterator<Item = Seen>, began: Instant) {
    let (mut latencies, mut statuses, mut reconnects) = (Vec::new(), BTreeMap::new(), 0);
    for one in seen {
        latencies.extend(one.latencies);
        reconnects += one.reconnects;
        for (status, count) in one.statuses {
            *statuses.entry(status).or_insert(0) += count;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at =
        |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let statuses: Vec<String> = statuses
        .iter()
        .map(|(code, count)| format!("\"{code}\":{count}"))
        .collect();
    println!(
        "{{\"requests\":{},\"seconds\":{seconds:.3},\"perSecond\":{:.1},\"p50Ms\":{:.4},\"p99Ms\":{:.4},\"maxMs\":{:.4},\"statuses\":{{{}}},\"reconnects\":{reconnects}}}",
        latencies.len(),
        latencies.len() as f64 / seconds,
        at(0.50),
        at(0.99),
        at(1.0),
        statuses.join(",")
    );
}
