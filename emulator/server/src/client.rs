//! What the subcommands ask a running emulator with: plain HTTP/1.1 on a socket. An HTTPS endpoint is asked in the clear,
//! which the same port answers.

mod reply;

use std::io::{self, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use clap::Args;

pub(crate) use reply::Reply;

/// How long connecting may take, and each read and write.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that was not used for so long is not used again, so that a request never meets one that is being closed.
const IDLE: Duration = Duration::from_secs(20);

/// Which emulator is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct Endpoint {
    /// The running emulator
    #[arg(
        long = "endpoint",
        alias = "url",
        value_name = "URL",
        env = "AWS_ENDPOINT_URL",
        default_value = "http://127.0.0.1:4566"
    )]
    pub(crate) url: String,
}

/// `HOST:PORT` of a URL, with the port that localtrail listens on by default.
pub(crate) fn address(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_scheme, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    let has_port = host.rsplit_once(':').is_some_and(|(before, port)| {
        port.parse::<u16>().is_ok() && (!before.contains(':') || before.ends_with(']'))
    });
    let host = host
        .replace("0.0.0.0:", "127.0.0.1:")
        .replace("[::]:", "[::1]:");
    if has_port {
        host
    } else {
        format!("{host}:4566")
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// The body as JSON, and whether it is an answer of localtrail's control endpoints at all.
    pub(crate) fn json(&self) -> Result<serde_json::Value, String> {
        serde_json::from_str(&self.body).map_err(|_| {
            let status = self.status;
            format!("the answer, of status {status}, is not localtrail's. Is it another server?")
        })
    }

    /// The sentence of a refusal.
    pub(crate) fn sentence(&self) -> String {
        let told = self.json().ok();
        let told = told.and_then(|json| json["error"].as_str().map(str::to_owned));
        told.unwrap_or_else(|| format!("status {}", self.status))
    }
}

/// A client of one emulator, with a connection that it keeps.
#[derive(Debug)]
pub(crate) struct Client {
    address: String,
    kept: Option<(BufReader<TcpStream>, Instant)>,
}

impl Client {
    pub(crate) fn new(endpoint: &Endpoint) -> Self {
        Self {
            address: address(&endpoint.url),
            kept: None,
        }
    }

    /// Asks a control endpoint.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer, String> {
        self.whole("GET", path, "", &[])
    }

    /// Tells a control endpoint something in JSON.
    pub(crate) fn post(&mut self, path: &str, body: &[u8]) -> Result<Answer, String> {
        self.whole("POST", path, "Content-Type: application/json\r\n", body)
    }

    fn whole(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Result<Answer, String> {
        let fresh = |(stream, since): (BufReader<TcpStream>, Instant)| {
            (since.elapsed() < IDLE).then_some(stream)
        };
        let kept = self.kept.take().and_then(fresh);
        let asked = || {
            let stream = match kept {
                Some(stream) => stream,
                None => BufReader::new(connect(&self.address)?),
            };
            let mut reply = ask(stream, &self.address, method, path, headers, body)?;
            let mut text = String::new();
            reply.read_to_string(&mut text)?;
            Ok((reply, text))
        };
        let (reply, body) = asked().map_err(|error| self.unreachable(&error))?;
        let status = reply.status;
        self.kept = reply.reusable().map(|stream| (stream, Instant::now()));
        Ok(Answer { status, body })
    }

    /// Asks for something that has no end; waits for as long as it takes.
    pub(crate) fn stream(&self, path: &str) -> Result<Reply, String> {
        let asked = || {
            let stream = connect(&self.address)?;
            stream.set_read_timeout(None)?;
            ask(BufReader::new(stream), &self.address, "GET", path, "", &[])
        };
        asked().map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &io::Error) -> String {
        let address = &self.address;
        format!(
            "no answer from {address}: {error}. Is localtrail running there? --endpoint URL names another."
        )
    }
}

/// Connects to the first address that answers.
fn connect(address: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::other("the name has no address");
    for one in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&one, PATIENCE) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn ask(
    mut stream: BufReader<TcpStream>,
    host: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<Reply> {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: localtrail\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    let sent = stream
        .get_mut()
        .write_all(head.as_bytes())
        .and_then(|()| stream.get_mut().write_all(body));
    // A server that refuses early may answer before it has read all.
    match (Reply::read(stream), sent) {
        (Ok(reply), _) => Ok(reply),
        (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
    }
}

/// A query of fields and times, for the paths of control endpoints.
pub(crate) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        query.append_pair(name, value);
    }
    query.finish()
}

/// `FIELD=VALUE`, as filters are written on the command line.
pub(crate) fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected FIELD=VALUE, such as eventName=RunInstances".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn urls_name_addresses() {
        for (url, expected) in [
            ("http://localhost:4566", "localhost:4566"),
            ("https://localhost:1/x", "localhost:1"),
            ("localhost", "localhost:4566"),
            ("0.0.0.0:4566", "127.0.0.1:4566"),
            ("http://[::1]:7", "[::1]:7"),
            ("http://[::1]", "[::1]:4566"),
        ] {
            assert_eq!(address(url), expected);
        }
    }

    /// A server that gives these answers, one after the other, on connections that it keeps.
    fn client(answers: Vec<&'static str>) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in answers {
                let mut request = [0; 4096];
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Client::new(&Endpoint { url })
    }

    #[test]
    fn bodies_are_read_in_every_framing_on_one_connection() {
        let mut client = client(vec![
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 404 No\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nto the end",
        ]);
        for (status, body) in [(200, "abc"), (404, "abc"), (200, "to the end")] {
            let answer = client.get("/x").unwrap();
            assert_eq!((answer.status, answer.body.as_str()), (status, body));
        }
    }

    #[test]
    fn what_ends_early_is_an_error_with_advice() {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nab",
            "HTTP/1.1 200",
            "SSH-2.0\r\n",
        ] {
            let text = client(vec![answer]).get("/").unwrap_err();
            assert!(text.contains("Is localtrail running"), "{text}");
        }
    }

    #[test]
    fn fields_are_pairs() {
        assert_eq!(
            field("a.b=c=d").unwrap(),
            ("a.b".to_owned(), "c=d".to_owned())
        );
        assert!(field("a").is_err() && field("=a").is_err());
        assert_eq!(query([("a.b", "c d"), ("e", "&")]), "a.b=c+d&e=%26");
    }
}
