//! The emulator in a test: one for each, on a free port, gone when dropped.
//!
//! It runs on threads of its own, so it answers even while a test blocks, and a test need not be async.

mod events;

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use localtrail_core::{Organization, Region, StoreError, Throttling};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::clock::ClockMode;
use crate::control::{Filter, Span};
use crate::drive::{Advanced, Flushed};
use crate::identity::DeclaredIdentity;
use crate::notice;
use crate::options::{Options, PaceName, Policies, ProxyOthers, Signatures, Unserved};
use crate::server::{self, Server, StartError};
use crate::site::Site;
use crate::upstream::{UpstreamChoice, UpstreamKeys};

/// How long running calls and waiting deliveries may hold up the end of a test.
const STOP_GRACE: Duration = Duration::from_millis(500);

/// A running emulator. It stops when dropped.
pub struct Emulator {
    site: Arc<Site>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts one with all defaults: in memory, on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When the machine gives no port, directory or thread.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// The same for tests that are not async.
    ///
    /// # Errors
    ///
    /// As [`Emulator::start`].
    pub fn start_blocking() -> Result<Self, StartError> {
        Self::builder().start_blocking()
    }

    /// Starts with choices.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// What a client is given as its endpoint URL.
    #[must_use]
    pub fn endpoint_url(&self) -> &str {
        &self.site.endpoint
    }

    /// The directory of the buckets.
    #[must_use]
    pub fn bucket_dir(&self) -> &Path {
        &self.site.bucket_dir
    }

    /// The certificate that clients must trust, of HTTPS on the port and of all hosts behind the proxy.
    #[must_use]
    pub fn certificate_file(&self) -> &Path {
        &self.site.certificate_file
    }

    /// Delivers everything that waits, digests included. Returns when it is done.
    #[must_use = "it says which deliveries were refused"]
    pub fn flush(&self) -> Flushed {
        self.site.engine.flush()
    }

    /// Moves the clock on, from due to due, delivering on the way. Returns when it is done.
    pub fn advance(&self, span: Duration) -> Advanced {
        let to = self.site.engine.clock.now().plus(span);
        self.site.engine.advance_to(to)
    }

    /// The newest kept events whose fields have these values, newest first. A field is named by its dotted path, its
    /// value is written as text: `[("eventName", "CreateTrail"), ("userIdentity.userName", "bob")]`.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn events(&self, fields: &[(&str, &str)]) -> Result<Vec<Value>, StoreError> {
        let filter = Filter::of(fields);
        let found = self.site.engine.find_newest(&filter, Span::ALL)?;
        Ok(found
            .records
            .iter()
            .filter_map(|record| serde_json::from_str(record).ok())
            .collect())
    }

    /// Back to an empty emulator: no trail, no event, no bucket, no identity or organization
    /// but the configured.
    ///
    /// # Errors
    ///
    /// When the store or the bucket directory cannot be emptied.
    pub fn reset(&self) -> std::io::Result<()> {
        self.site.reset()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Dropping the sender asks for the stop.
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic there was printed there; here a test may be unwinding already.
            let _ended = thread.join();
        }
    }
}

/// Choices for an [`Emulator`].
#[derive(Debug, Clone)]
pub struct Builder {
    options: Options,
}

impl Default for Builder {
    fn default() -> Self {
        let options = Options {
            listen: "127.0.0.1:0".to_owned(),
            stop_grace: STOP_GRACE,
            ..Options::default()
        };
        Self { options }
    }
}

impl Builder {
    /// Listens on this port of 127.0.0.1.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.options.listen = format!("127.0.0.1:{port}");
        self
    }

    /// Keeps everything in this directory.
    #[must_use]
    pub fn data_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.data_dir = Some(directory.into());
        self
    }

    /// Keeps the buckets in this directory.
    #[must_use]
    pub fn bucket_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.options.bucket_dir = Some(directory.into());
        self
    }

    /// Does not ask the policies of buckets.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.options.policies = Policies::Lenient;
        self
    }

    /// Delivers at this pace.
    #[must_use]
    pub fn pace(mut self, pace: PaceName) -> Self {
        self.options.pace = pace;
        self
    }

    /// Goes by this clock.
    #[must_use]
    pub fn clock(mut self, clock: ClockMode) -> Self {
        self.options.clock = Some(clock);
        self
    }

    /// Answers HTTPS too, on the same port.
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.options.tls = true;
        self
    }

    /// Draws ids and keys from this seed.
    #[must_use]
    pub fn seed(mut self, seed: [u8; 32]) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// Takes requests that name no region for this one.
    #[must_use]
    pub fn region(mut self, region: Region) -> Self {
        self.options.region = region;
        self
    }

    /// Verifies signatures. The key `test`, those of 12 digits and those declared without a secret have the secret `test`.
    #[must_use]
    pub fn check_signatures(mut self) -> Self {
        self.options.signatures = Signatures::Checked;
        self
    }

    /// Refuses calls past AWS's rates with ThrottlingException.
    #[must_use]
    pub fn throttle(mut self) -> Self {
        self.options.throttling = Throttling::On;
        self
    }

    /// Declares an organization, from the start and after every reset.
    #[must_use]
    pub fn organization(mut self, organization: Organization) -> Self {
        self.options.organizations.push(organization);
        self
    }

    /// Forwards every service that is not emulated here, or the one that is named, to an endpoint: a choice is read from
    /// text such as `http://localhost:5000` or `s3=http://localhost:9000`.
    #[must_use]
    pub fn upstream(mut self, upstream: UpstreamChoice) -> Self {
        self.options.upstreams.push(upstream);
        self
    }

    /// Signs forwarded calls anew with these keys.
    #[must_use]
    pub fn upstream_keys(mut self, keys: UpstreamKeys) -> Self {
        self.options.upstream_keys = Some(keys);
        self
    }

    /// Gives up upstreams that keep silent for so long.
    #[must_use]
    pub fn upstream_timeout(mut self, silence: Duration) -> Self {
        self.options.upstream_timeout = silence;
        self
    }

    /// Trusts HTTPS upstreams by the certificates of this PEM file.
    #[must_use]
    pub fn upstream_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.options.upstream_ca = Some(file.into());
        self
    }

    /// Says what becomes of calls that nobody answers.
    #[must_use]
    pub fn unserved(mut self, unserved: Unserved) -> Self {
        self.options.unserved = unserved;
        self
    }

    /// Says what becomes of requests through the proxy that are not for AWS.
    #[must_use]
    pub fn proxy_others(mut self, others: ProxyOthers) -> Self {
        self.options.proxy_others = others;
        self
    }

    /// Declares whose an access key is.
    #[must_use]
    pub fn identity(mut self, declared: DeclaredIdentity) -> Self {
        self.options.identities.push(declared);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// When the port, a directory or a thread cannot be had.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let (report, started) = oneshot::channel();
        let launched = self.launch(move |result| drop(report.send(result)))?;
        launched.emulator(started.await.ok())
    }

    /// Starts it and blocks meanwhile.
    ///
    /// # Errors
    ///
    /// As [`Builder::start`].
    pub fn start_blocking(self) -> Result<Emulator, StartError> {
        let (report, started) = mpsc::sync_channel(1);
        let launched = self.launch(move |result| drop(report.send(result)))?;
        launched.emulator(started.recv().ok())
    }

    fn launch(
        self,
        report: impl FnOnce(Result<Arc<Site>, StartError>) + Send + 'static,
    ) -> Result<Launched, StartError> {
        let (stop, stopped) = oneshot::channel();
        let run = move || match open(self.options) {
            Err(error) => report(Err(error)),
            Ok((runtime, server)) => {
                report(Ok(Arc::clone(server.site())));
                let stopped = async { drop(stopped.await) };
                if let Err(error) = runtime.block_on(server.run(stopped)) {
                    notice::warn(&error.to_string());
                }
                runtime.shutdown_timeout(STOP_GRACE);
            }
        };
        let thread = std::thread::Builder::new()
            .name("localtrail".to_owned())
            .spawn(run)
            .map_err(StartError::Thread)?;
        Ok(Launched { stop, thread })
    }
}

struct Launched {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Launched {
    fn emulator(
        self,
        started: Option<Result<Arc<Site>, StartError>>,
    ) -> Result<Emulator, StartError> {
        let ended = || StartError::Thread(std::io::Error::other("it ended at once"));
        let site = started.ok_or_else(ended)??;
        let Self { stop, thread } = self;
        Ok(Emulator {
            site,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

fn open(options: Options) -> Result<(Runtime, Server), StartError> {
    Ok((server::runtime()?, Server::bind(options)?))
}
