//! The emulator's own endpoints under `/_localtrail/`, called with bare HTTP: no AWS client knows them.

use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::Emulator;

impl Emulator {
    /// Delivers everything now, digests included; answered when it is done.
    ///
    /// # Panics
    /// When the emulator refuses.
    pub async fn flush(&self) {
        self.control("POST", "flush", None).await;
    }

    /// Moves a virtual clock on, by a span such as `1h` or `40d`.
    ///
    /// # Panics
    /// When the emulator refuses.
    pub async fn advance(&self, span: &str) {
        self.control(
            "POST",
            "clock",
            Some(serde_json::json!({ "advance": span })),
        )
        .await;
    }

    /// The newest ten thousand events of the journal, data events too, as the records' JSON.
    ///
    /// # Panics
    /// When the emulator refuses.
    pub async fn events(&self) -> Vec<Value> {
        match self.control("GET", "events?limit=10000", None).await["events"].take() {
            Value::Array(events) => events,
            other => panic!("`events` is an array, not {other}"),
        }
    }

    /// One call of a control endpoint, which must succeed.
    ///
    /// # Panics
    /// When the emulator is not there or refuses: a test cannot go on without.
    pub async fn control(&self, method: &str, name: &str, body: Option<Value>) -> Value {
        let (status, bytes) = request(self.endpoint(), method, name, body)
            .await
            .expect("the emulator answers");
        assert!(
            status.is_success(),
            "{method} /_localtrail/{name}: {status} {}",
            String::from_utf8_lossy(&bytes)
        );
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }
}

/// One call of a control endpoint at `endpoint` (`http://HOST:PORT`), whatever it answers.
///
/// # Errors
/// When no whole answer comes, as from an emulator that was killed.
pub async fn request(
    endpoint: &str,
    method: &str,
    name: &str,
    body: Option<Value>,
) -> Result<(StatusCode, Bytes), Box<dyn Error + Send + Sync>> {
    let authority = endpoint.trim_start_matches("http://");
    let stream = TcpStream::connect(authority).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(format!("/_localtrail/{name}"))
        .header("host", authority)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(
            body.map_or_else(String::new, |b| b.to_string()),
        )))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let bytes = answer.into_body().collect().await?.to_bytes();
    drop(sender);
    // The connection's end says nothing that the answer did not.
    let _ = driver.await;
    Ok((status, bytes))
}
