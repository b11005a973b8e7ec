//! The yardstick: a hyper server that reads each request and answers bytes that never change. Not a part of localtrail.
//!
//! It listens on the address given, and answers as long as CloudTrail's GetTrailStatus does; `GET /zeros/COUNT` answers so
//! many bytes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const ANSWER: &[u8] = br#"{"IsLogging":true,"StartLoggingTime":1795449900.497,"LatestDeliveryAttemptTime":"","LatestNotificationAttemptTime":"","LatestNotificationAttemptSucceeded":"","LatestDeliveryAttemptSucceeded":"","TimeLoggingStarted":"2026-11-23T16:05:00Z","TimeLoggingStopped":""}"#;

#[tokio::main]
async fn main() {
    let address: SocketAddr = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .expect("usage: bare ADDRESS:PORT");
    let listener = TcpListener::bind(address)
        .await
        .expect("the address is free");
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        tokio::spawn(async move {
            // The client closes connections as it likes.
            let _ = stream.set_nodelay(true);
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(answer))
                .await;
        });
    }
}

/// So many zero bytes.
struct Zeros(u64);

impl Body for Zeros {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        const CHUNK: &[u8] = &[0; 64 * 1024];
        if self.0 == 0 {
            return Poll::Ready(None);
        }
        let length = self.0.min(CHUNK.len() as u64);
        self.0 -= length;
        let data = Bytes::from_static(&CHUNK[..length as usize]);
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

async fn answer(
    request: Request<Incoming>,
) -> Result<Response<Either<Full<Bytes>, Zeros>>, Infallible> {
    let zeros = request
        .uri()
        .path()
        .strip_prefix("/zeros/")
        .and_then(|count| count.parse().ok());
    let mut body = request.into_body();
    // A body that does not arrive leaves nobody to answer.
    while let Some(Ok(_)) = body.frame().await {}
    let body = match zeros {
        Some(count) => Either::Right(Zeros(count)),
        None => Either::Left(Full::new(Bytes::from_static(ANSWER))),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let media_type = HeaderValue::from_static("application/x-amz-json-1.1");
    headers.insert(CONTENT_TYPE, media_type);
    // Every service of AWS names the request in its answer's head.
    let id = HeaderValue::from_static("4f1c2a0e-9d1b-4c53-8a6e-1f0d2c3b4a59");
    headers.insert("x-amzn-requestid", id);
    Ok(response)
}
