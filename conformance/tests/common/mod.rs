//! What the tests of the program share: tiny targets in this process, and the
//! real program run against them, which is given an end.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "these helpers stand outside of the tests themselves, and no test file uses them all"
)]

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

/// An answer of a target.
pub(crate) type Answer = Response<Full<Bytes>>;

/// No run of these tests takes longer; one that does hangs.
const LIMIT: Duration = Duration::from_secs(100);

/// Serves every request with what `answer` makes of it.
pub(crate) async fn serve(
    answer: impl Fn(&Request<Incoming>) -> Answer + Clone + Send + 'static,
) -> SocketAddr {
    serve_later(move |request| {
        let answer = answer(&request);
        async { answer }
    })
    .await
}

/// Serves every request with what `answer` comes to.
pub(crate) async fn serve_later<F>(
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
) -> SocketAddr
where
    F: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answer = answer(request);
                async { Ok::<_, Infallible>(answer.await) }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

/// What a raw target does with a connection when something was said to it.
#[derive(Clone, Copy)]
pub(crate) enum Raw {
    /// Writes these bytes and closes.
    Close(&'static [u8]),
    /// Writes these bytes and goes silent.
    Hang(&'static [u8]),
    /// Writes the first bytes and then the others for ever.
    Endless(&'static [u8], &'static [u8]),
}

/// A target that does not know HTTP.
pub(crate) async fn serve_raw(raw: Raw) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(speak(stream, raw));
        }
    });
    address
}

async fn speak(mut stream: TcpStream, raw: Raw) {
    let mut heard = [0; 64 * 1024];
    if !stream.read(&mut heard).await.is_ok_and(|length| length > 0) {
        return;
    }
    // Whoever breaks off is not told more.
    match raw {
        Raw::Close(bytes) => {
            let _ = stream.write_all(bytes).await;
        }
        Raw::Hang(bytes) => {
            let _ = stream.write_all(bytes).await;
            while stream.read(&mut heard).await.is_ok_and(|length| length > 0) {}
        }
        Raw::Endless(first, then) => {
            let many = then.repeat(1 + 64 * 1024 / then.len());
            let _ = stream.write_all(first).await;
            while stream.write_all(&many).await.is_ok() {}
        }
    }
}

/// A JSON answer with CloudTrail's envelope.
pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Answer {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amzn-requestid", "5f00b2ac-0000-4aaa-8bbb-0123456789ab")
        .body(Full::new(body.into()))
        .unwrap()
}

/// How the program ended and what it said.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// The counts in the last line: passed, failed, skipped.
    pub(crate) fn counts(&self) -> [usize; 3] {
        let last = self.out.lines().last().unwrap_or_default();
        ["passed", "failed", "skipped"].map(|what| {
            last.split(", ")
                .find_map(|part| part.strip_suffix(what))
                .map_or(0, |number| number.trim().parse().unwrap())
        })
    }
}

/// Runs the program and waits for its end, but never for ever.
pub(crate) async fn conformance(arguments: &[&str]) -> Ended {
    let child = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output: Output = tokio::time::timeout(LIMIT, child)
        .await
        .expect("the program must end by itself")
        .unwrap();
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Judges a target of these tests, with a second for each answer.
pub(crate) async fn judged(address: SocketAddr, filter: &str, more: &[&str]) -> Ended {
    let endpoint = format!("http://{address}");
    let mut arguments = vec![
        "--endpoint",
        &endpoint,
        "--timeout",
        "1",
        "--filter",
        filter,
    ];
    arguments.extend(more);
    conformance(&arguments).await
}

/// A folder with one suite `s.txt`.
pub(crate) fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.txt"), text).unwrap();
    folder
}
