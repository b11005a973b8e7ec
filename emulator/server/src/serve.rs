//! Connections: accepting, TLS, HTTP/1.1, and a stop that lets running calls finish. What is answered, `router` says.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::router;
use crate::site::Site;
use crate::tls::Agreed;

/// The head of a request must arrive within this time, counted from the end of the one before it: it is how long a
/// connection may idle, too. Longer than SDKs keep idle connections, so that they close first and never lose a race.
const HEAD_TIME: Duration = Duration::from_secs(100);

/// A TLS handshake must be done within this time.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// At most so many connections are open; further ones wait to be accepted.
const CONNECTIONS: usize = 4096;

/// How long to wait after an accept failed, which happens when the process has too many files open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The first byte of a TLS connection: a handshake record (RFC 8446 section 5.1).
const TLS_HANDSHAKE: u8 = 0x16;

/// The other end of a connection.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Its address, as records write it.
    pub(crate) ip: String,
    /// What TLS agreed on, when it was spoken.
    pub(crate) tls: Option<Agreed>,
}

/// Accepts and answers until `stop` is ready, then lets running calls finish within the grace of the options.
pub(crate) async fn until(
    stop: impl Future<Output = ()>,
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    site: &Arc<Site>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, address)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (site, acceptor, watcher) = (Arc::clone(site), acceptor.clone(), graceful.watcher());
        tokio::spawn(async move {
            connection(stream, address, acceptor, watcher, site).await;
            drop(place);
        });
    }
    drop(listener);
    let _finished_or_late =
        tokio::time::timeout(site.options.stop_grace, graceful.shutdown()).await;
}

async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    watcher: Watcher,
    site: Arc<Site>,
) {
    // A socket that is already reset refuses this, and will refuse all else too.
    let _set_or_reset = stream.set_nodelay(true);
    let ip = address.ip().to_canonical().to_string();
    let Some(acceptor) = acceptor else {
        return answer(stream, Peer { ip, tls: None }, watcher, site).await;
    };
    match tokio::time::timeout(HANDSHAKE_TIME, handshake(stream, acceptor)).await {
        Ok(Some(Spoken::Plain(stream))) => {
            answer(stream, Peer { ip, tls: None }, watcher, site).await;
        }
        Ok(Some(Spoken::Tls(stream))) => {
            let tls = Agreed::on(stream.get_ref().1);
            answer(*stream, Peer { ip, tls }, watcher, site).await;
        }
        Ok(None) | Err(_) => {}
    }
}

enum Spoken {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

/// With TLS on, plain HTTP is answered on the same port: health checks need no certificate.
async fn handshake(stream: TcpStream, acceptor: TlsAcceptor) -> Option<Spoken> {
    let mut first = [0];
    if stream.peek(&mut first).await.ok()? == 0 {
        return None;
    }
    if first[0] != TLS_HANDSHAKE {
        return Some(Spoken::Plain(stream));
    }
    Some(Spoken::Tls(Box::new(acceptor.accept(stream).await.ok()?)))
}

async fn answer<S>(stream: S, peer: Peer, watcher: Watcher, site: Arc<Site>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shared = Arc::new((site, peer));
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(router::answer(&shared.0, &shared.1, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service);
    // What ends a connection early (a reset, a wrong head) is its client's to know; hyper has answered where it can.
    let _ended = watcher.watch(connection).await;
}
