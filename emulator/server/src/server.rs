//! A server from its options to its end: bind, open, serve, stop.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::notice;
use crate::options::Options;
use crate::serve::{self, Doors, TlsPlaces};
use crate::site::{Ground, Site};

/// A server that holds its port and its directories, and answers once it runs.
pub struct Server {
    listener: TcpListener,
    ground: Ground,
    site: Arc<Site>,
}

/// Why a server could not start. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another process listens there.
    #[error(
        "{0} is in use. Stop what listens there, or choose another address with --listen HOST:PORT (port 0 picks a free one)."
    )]
    PortBusy(String),
    /// The address is not one of this machine, or not allowed.
    #[error("cannot listen on {0}: {1}. Choose another address with --listen HOST:PORT.")]
    Listen(String, io::Error),
    /// Another process uses the data directory.
    #[error(
        "another localtrail uses the data directory {directory}. Stop it, or choose another directory with --data-dir.",
        directory = .0.display()
    )]
    DirectoryBusy(PathBuf),
    /// A directory cannot be used.
    #[error(
        "cannot use the directory {directory}: {1}. Choose one that can be written, with --data-dir or --bucket-dir.",
        directory = .0.display()
    )]
    Directory(PathBuf, io::Error),
    /// A file of the data directory cannot be used.
    #[error(
        "cannot read {file}: {1}. Repair it, or move it away to start without it.",
        file = .0.display()
    )]
    File(PathBuf, String),
    /// The store does not work.
    #[error("the store does not open: {0}")]
    Store(String),
    /// The organizations of the configuration contradict each other, themselves, or what was kept.
    #[error(
        "the organizations cannot be so: {0}. Correct the configuration; what the data directory kept counts too."
    )]
    Organizations(String),
    /// An upstream cannot be used.
    #[error("the upstreams cannot be so: {0}.")]
    Upstream(String),
    /// The machine gives no random seed.
    #[error("no entropy for a seed: {0}. Give one with --seed HEX.")]
    Entropy(String),
    /// A thread or a runtime could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

impl StartError {
    pub(crate) fn directory(directory: &Path, error: io::Error) -> Self {
        Self::Directory(directory.to_owned(), error)
    }

    pub(crate) fn file(file: &Path, error: io::Error) -> Self {
        Self::File(file.to_owned(), error.to_string())
    }

    pub(crate) fn store(file: &Path, error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen => {
                Self::DirectoryBusy(file.parent().unwrap_or(file).to_owned())
            }
            other => Self::File(file.to_owned(), other.to_string()),
        }
    }
}

impl Server {
    /// Takes the port first, then the directories, then opens the store.
    ///
    /// # Errors
    ///
    /// When one of them cannot be had.
    pub fn bind(options: Options) -> Result<Self, StartError> {
        let listener = TcpListener::bind(&options.listen).map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => StartError::PortBusy(options.listen.clone()),
            _ => StartError::Listen(options.listen.clone(), error),
        })?;
        listener.set_nonblocking(true).map_err(StartError::Thread)?;
        let address = listener.local_addr().map_err(StartError::Thread)?;
        let ground = Ground::lay(&options)?;
        let scheme = if options.tls { "https" } else { "http" };
        let endpoint = format!("{scheme}://{}", reachable(address));
        if let Some(upstream) = options.upstreams.iter().find(|one| one.leads_to(address)) {
            let why = format!("{upstream} is this server itself, which would ask itself for ever");
            return Err(StartError::Upstream(why));
        }
        let site = Arc::new(Site::open(options, &ground, endpoint, address.port())?);
        Ok(Self {
            listener,
            ground,
            site,
        })
    }

    /// What clients are given as their endpoint URL.
    #[must_use]
    pub fn endpoint_url(&self) -> &str {
        &self.site.endpoint
    }

    /// What clients whose endpoint cannot be set are given as their HTTPS proxy. They speak to it without TLS, and through
    /// it with.
    #[must_use]
    pub fn proxy_url(&self) -> String {
        self.site.endpoint.replacen("https://", "http://", 1)
    }

    /// The directory of the buckets, absolute.
    #[must_use]
    pub fn bucket_dir(&self) -> &Path {
        &self.ground.bucket_dir
    }

    /// Whether the bucket directory is removed at the end.
    #[must_use]
    pub fn bucket_dir_is_temporary(&self) -> bool {
        self.ground.is_temporary()
    }

    /// The certificate that clients must trust, of HTTPS on the port and of all hosts behind the proxy.
    #[must_use]
    pub fn certificate_file(&self) -> &Path {
        &self.ground.authority.certificate_file
    }

    pub(crate) fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// Answers until `stop` is ready; then finishes the running calls and the waiting deliveries, each within the
    /// grace of the options, and keeps everything.
    ///
    /// Must be awaited on a multi-threaded tokio runtime: core's calls block their thread for as long as they take.
    ///
    /// # Errors
    ///
    /// When the listener or the courier's thread does not start.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        let Self {
            listener,
            ground,
            site,
        } = self;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(StartError::Thread)?;
        let engine = Arc::clone(&site.engine);
        let courier = std::thread::Builder::new()
            .name("courier".to_owned())
            .spawn(move || engine.run_courier())
            .map_err(StartError::Thread)?;
        if let Some(buckets) = site.engine.around.buckets() {
            buckets.runs_on(tokio::runtime::Handle::current());
        }
        let engine = Arc::clone(&site.engine);
        let recorder = std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || engine.run_recorder())
            .map_err(StartError::Thread)?;
        let doors = Doors {
            acceptor: ground.authority.acceptor(),
            tls: match site.options.tls {
                true => TlsPlaces::Everywhere,
                false => TlsPlaces::Tunnels,
            },
        };

        serve::until(stop, listener, doors, &site).await;

        let grace = site.options.stop_grace;
        let engine = Arc::clone(&site.engine);
        let buckets_stay = !ground.is_temporary();
        let ended = tokio::task::spawn_blocking(move || {
            engine.backlog.stop();
            if recorder.join().is_err() {
                notice::warn("the recorder had stopped early; events may be missing.");
            }
            engine.alarm.stop();
            if courier.join().is_err() {
                notice::warn("the courier had stopped early; deliveries may be missing.");
            }
            if buckets_stay {
                engine.file_gathered();
            }
            engine.finish(grace);
        });
        if ended.await.is_err() {
            notice::warn("the last deliveries failed.");
        }
        Ok(())
    }
}

/// The runtime that a server wants: core's calls are serial, so that a second thread mostly waits for the first, and on
/// two processors takes one from the clients. Work on the disk has threads of its own.
///
/// # Errors
///
/// When the threads do not start.
pub fn runtime() -> Result<Runtime, StartError> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads((processors / 2).clamp(1, 2))
        .enable_all()
        .build()
        .map_err(StartError::Thread)
}

/// The address under which clients of this machine reach the listener.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_never_sent_to_the_unspecified_address() {
        for (bound, shown) in [
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("[::]:1", "[::1]:1"),
            ("10.0.0.1:1", "10.0.0.1:1"),
        ] {
            assert_eq!(reachable(bound.parse().unwrap()).to_string(), shown);
        }
    }

    #[test]
    fn a_busy_port_is_told_with_advice() {
        let held = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = held.local_addr().unwrap().to_string();
        let error = Server::bind(Options {
            listen: listen.clone(),
            ..Options::default()
        })
        .err()
        .expect("the port is held");
        let text = error.to_string();
        assert!(
            text.starts_with(&listen) && text.contains("--listen"),
            "{text}"
        );
    }

    #[test]
    fn a_directory_that_cannot_be_is_told_with_advice() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let options = Options {
            listen: "127.0.0.1:0".to_owned(),
            data_dir: Some(file),
            ..Options::default()
        };
        let text = Server::bind(options)
            .err()
            .expect("a file is no directory")
            .to_string();
        assert!(text.contains("--data-dir"), "{text}");
    }
}
