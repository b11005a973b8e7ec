//! Connections: accepting, TLS, HTTP/1.1, tunnels of the proxy, and a stop that lets running calls finish. What is answered, `router` says.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Method;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::proxy::{self, End, First, Tunnel};
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
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// Its address, as records write it.
    pub(crate) ip: String,
    /// What TLS agreed on, when it was spoken.
    pub(crate) tls: Option<Agreed>,
}

/// How a server speaks TLS.
#[derive(Clone)]
pub(crate) struct Doors {
    /// With the generated authority.
    pub(crate) acceptor: TlsAcceptor,
    /// Where it is spoken.
    pub(crate) tls: TlsPlaces,
}

/// Where TLS is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TlsPlaces {
    /// On the port itself, beside plain HTTP, and in tunnels.
    Everywhere,
    /// In the tunnels of the proxy alone.
    Tunnels,
}

/// What a connection is served with.
#[derive(Clone)]
struct Service {
    site: Arc<Site>,
    doors: Doors,
    stopping: Stopping,
}

/// Tells connections to finish.
#[derive(Clone)]
struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Ready once they shall.
    async fn asked(&mut self) {
        // A sender that is gone has nothing more to wait for either.
        let _told_or_gone = self.0.wait_for(|stopping| *stopping).await;
    }
}

/// Accepts and answers until `stop` is ready, then lets running calls finish within the grace of the options.
pub(crate) async fn until(
    stop: impl Future<Output = ()>,
    listener: TcpListener,
    doors: Doors,
    site: &Arc<Site>,
) {
    let (stopper, stopping) = watch::channel(false);
    let service = Service {
        site: Arc::clone(site),
        doors,
        stopping: Stopping(stopping),
    };
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
        let service = service.clone();
        tokio::spawn(async move {
            connection(stream, address, service).await;
            drop(place);
        });
    }
    drop(listener);
    site.engine.hang_up();
    drop(service);
    let _told_or_nobody_there = stopper.send(true);
    let _finished_or_late = tokio::time::timeout(site.options.stop_grace, stopper.closed()).await;
}

async fn connection(stream: TcpStream, address: SocketAddr, service: Service) {
    // A socket that is already reset refuses this, and will refuse all else too.
    let _set_or_reset = stream.set_nodelay(true);
    let ip = address.ip().to_canonical().to_string();
    if service.doors.tls == TlsPlaces::Tunnels {
        return answer(stream, Peer { ip, tls: None }, service).await;
    }
    let acceptor = service.doors.acceptor.clone();
    match tokio::time::timeout(HANDSHAKE_TIME, handshake(stream, acceptor)).await {
        Ok(Some(Spoken::Plain(stream))) => {
            answer(stream, Peer { ip, tls: None }, service).await;
        }
        Ok(Some(Spoken::Tls(stream))) => {
            let tls = Agreed::on(stream.get_ref().1);
            answer(*stream, Peer { ip, tls }, service).await;
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

/// What the requests of one connection share.
struct Shared {
    site: Arc<Site>,
    peer: Peer,
    /// Where a CONNECT leaves what follows it.
    tunnel: Mutex<Option<Tunnel>>,
}

async fn answer<S>(stream: S, peer: Peer, mut service: Service)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shared = Arc::new(Shared {
        site: Arc::clone(&service.site),
        peer,
        tunnel: Mutex::default(),
    });
    let asked = Arc::clone(&shared);
    let answering = service_fn(move |request| {
        let shared = Arc::clone(&asked);
        async move {
            if request.method() == Method::CONNECT {
                let (reply, tunnel) = Box::pin(proxy::connect(&shared.site, request)).await;
                *shared.tunnel.lock().unwrap_or_else(PoisonError::into_inner) = tunnel;
                return Ok::<_, Infallible>(reply);
            }
            Ok(router::answer(&shared.site, &shared.peer, request).await)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), answering)
        .with_upgrades();
    {
        let mut connection = std::pin::pin!(connection);
        // What ends a connection early (a reset, a wrong head) is its client's to know; hyper has answered where it can.
        tokio::select! {
            _ended = connection.as_mut() => {}
            () = service.stopping.asked() => {
                connection.as_mut().graceful_shutdown();
                let _ended = connection.await;
            }
        }
    }
    let tunnel = {
        let mut tunnel = shared.tunnel.lock().unwrap_or_else(PoisonError::into_inner);
        tunnel.take()
    };
    if let Some(tunnel) = tunnel {
        through(tunnel, shared.peer.clone(), service).await;
    }
}

/// Serves what comes through a tunnel. Boxed, as there can be tunnels in tunnels.
fn through(
    tunnel: Tunnel,
    peer: Peer,
    mut service: Service,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let Ok(upgraded) = tunnel.upgrade.await else {
            return;
        };
        let mut stream = TokioIo::new(upgraded);
        match tunnel.end {
            End::There(mut other) => tokio::select! {
                _ended = tokio::io::copy_bidirectional(&mut stream, &mut other) => {}
                () = service.stopping.asked() => {}
            },
            End::Here => {
                let looked = tokio::time::timeout(HEAD_TIME, First::look(stream)).await;
                let Ok(Ok((first, stream))) = looked else {
                    return;
                };
                if first != TLS_HANDSHAKE {
                    return answer(stream, peer, service).await;
                }
                let accepted = service.doors.acceptor.accept(stream);
                if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIME, accepted).await {
                    let tls = Agreed::on(stream.get_ref().1);
                    answer(stream, Peer { ip: peer.ip, tls }, service).await;
                }
            }
        }
    })
}
