//! Everything that the connections share, put together from the options. No behaviour of its own.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use localtrail_core::{CloudTrail, Region, Settings};
use localtrail_neighbours::Neighbours;
use tempfile::TempDir;

use crate::clock::Clock;
use crate::engine::{Engine, Keeping};
use crate::identity::Identities;
use crate::options::Options;
use crate::organizations;
use crate::server::StartError;
use crate::store;
use crate::tls::Authority;
use crate::upstream::{Buckets, Choices, Upstreams};

/// What a connection needs to answer.
pub(crate) struct Site {
    pub(crate) engine: Arc<Engine>,
    pub(crate) identities: Identities,
    pub(crate) default_region: Region,
    pub(crate) options: Options,
    pub(crate) upstreams: Arc<Upstreams>,
    pub(crate) endpoint: String,
    /// The port that it listens on.
    pub(crate) port: u16,
    /// The certificate of the generated authority.
    pub(crate) certificate_file: PathBuf,
    pub(crate) bucket_dir: PathBuf,
}

/// What lies on the disk for a site, until the site ends.
pub(crate) struct Ground {
    /// The bucket directory.
    pub(crate) bucket_dir: PathBuf,
    /// The generated authority, for TLS and for the proxy.
    pub(crate) authority: Authority,
    /// Removed when dropped.
    scratch: Option<TempDir>,
    /// The data directory is ours as long as this is open.
    _lock: Option<File>,
}

impl Ground {
    /// Whether the bucket directory ends with the process.
    pub(crate) fn is_temporary(&self) -> bool {
        self.scratch
            .as_ref()
            .is_some_and(|scratch| self.bucket_dir.starts_with(scratch.path()))
    }

    /// Makes the directories.
    ///
    /// # Errors
    ///
    /// When one cannot be made, or another process holds the data directory.
    pub(crate) fn lay(options: &Options) -> Result<Self, StartError> {
        let lock = match &options.data_dir {
            None => None,
            Some(directory) => {
                std::fs::create_dir_all(directory)
                    .map_err(|error| StartError::directory(directory, error))?;
                let lock = store::take(directory)
                    .map_err(|error| StartError::directory(directory, error))?;
                Some(lock.ok_or_else(|| StartError::DirectoryBusy(directory.clone()))?)
            }
        };
        let mut scratch = None;
        let bucket_dir = match (&options.bucket_dir, &options.data_dir) {
            (Some(directory), _) => directory.clone(),
            (None, Some(data_dir)) => data_dir.join("buckets"),
            (None, None) => scratch_dir(&mut scratch)?.join("buckets"),
        };
        std::fs::create_dir_all(&bucket_dir)
            .map_err(|error| StartError::directory(&bucket_dir, error))?;
        // Absolute, so that what is printed is of use wherever it is read.
        let bucket_dir = std::path::absolute(&bucket_dir)
            .map_err(|error| StartError::directory(&bucket_dir, error))?;
        // Made whether or not it will be needed: clients want its file before they first connect.
        let authority = match &options.data_dir {
            Some(data_dir) => authority(&data_dir.join("tls"))?,
            None => authority(&scratch_dir(&mut scratch)?.join("tls"))?,
        };
        Ok(Self {
            bucket_dir,
            authority,
            scratch,
            _lock: lock,
        })
    }
}

fn scratch_dir(scratch: &mut Option<TempDir>) -> Result<&Path, StartError> {
    if scratch.is_none() {
        let made = tempfile::Builder::new().prefix("localtrail-").tempdir();
        *scratch = Some(made.map_err(|error| StartError::directory(&std::env::temp_dir(), error))?);
    }
    Ok(scratch.as_ref().expect("made above").path())
}

fn authority(directory: &Path) -> Result<Authority, StartError> {
    Authority::open(directory).map_err(|error| StartError::directory(directory, error))
}

impl Site {
    /// Opens the store and puts everything together.
    ///
    /// # Errors
    ///
    /// When the store or the clock of the data directory cannot be read.
    pub(crate) fn open(
        options: Options,
        ground: &Ground,
        endpoint: String,
        port: u16,
    ) -> Result<Self, StartError> {
        let upstreams = upstreams(&options)?;
        let buckets = buckets_elsewhere(&options, &upstreams);
        let neighbours = neighbours(&options, ground)?;
        let (store, clock, keeping) = match &options.data_dir {
            None => {
                let store =
                    store::in_memory().map_err(|error| StartError::Store(error.to_string()))?;
                (store, Clock::start(options.clock), Keeping::Memory)
            }
            Some(directory) => {
                let file = directory.join("localtrail.redb");
                let store =
                    store::in_file(&file).map_err(|error| StartError::store(&file, error))?;
                let file = directory.join("clock.json");
                let clock = Clock::resume(options.clock, &file)
                    .map_err(|error| StartError::file(&file, error))?;
                (store, clock, Keeping::Directory)
            }
        };
        let settings = Settings {
            seed: options.seed.map_or_else(random_seed, Ok)?,
            pace: options.pace.pace(),
            bucket_policy: options.bucket_policy(),
            throttling: options.throttling,
        };
        let mut trail = CloudTrail::open(store, settings)
            .map_err(|error| StartError::Store(error.to_string()))?;
        let organizations = organizations::at_start(trail.organizations(), &options.organizations);
        trail
            .replace_organizations(organizations, clock.now())
            .map_err(|error| StartError::Organizations(error.to_string()))?;
        let engine = Arc::new(Engine::new(trail, clock, neighbours, buckets, keeping));
        Ok(Self {
            identities: Identities::new(options.account, &options.identities)
                .with_issued_by(&engine),
            engine,
            default_region: options.region.clone(),
            options,
            upstreams,
            endpoint,
            port,
            certificate_file: ground.authority.certificate_file.clone(),
            bucket_dir: ground.bucket_dir.clone(),
        })
    }

    /// Back to an empty emulator: no trail, no event, no bucket, no identity or organization but the
    /// configured. The clock stays.
    ///
    /// # Errors
    ///
    /// When the store or the bucket directory cannot be emptied.
    pub(crate) fn reset(&self) -> io::Result<()> {
        // Calls that still wait to be recorded belong to what is forgotten.
        self.engine.catch_up();
        // The buckets first: when they cannot be emptied, nothing is forgotten.
        self.engine.neighbours.reset()?;
        self.engine
            .reset(&self.options.organizations)
            .map_err(io::Error::other)?;
        self.identities.reset();
        Ok(())
    }
}

fn neighbours(options: &Options, ground: &Ground) -> Result<Neighbours, StartError> {
    let identities = options
        .data_dir
        .as_ref()
        .map(|directory| directory.join("identities.jsonl"));
    let choices = localtrail_neighbours::Options {
        bucket_policy: options.bucket_policy(),
        default_owner: options.account,
        default_region: options.region.clone(),
        directory: identities.clone(),
    };
    Neighbours::open(&ground.bucket_dir, choices).map_err(|error| match identities {
        Some(file) if error.kind() == io::ErrorKind::InvalidData => StartError::file(&file, error),
        _ => StartError::directory(&ground.bucket_dir, error),
    })
}

fn upstreams(options: &Options) -> Result<Arc<Upstreams>, StartError> {
    Upstreams::new(Choices {
        upstreams: &options.upstreams,
        keys: options.upstream_keys.as_ref(),
        silence: options.upstream_timeout,
        ca_file: options.upstream_ca.as_ref(),
    })
    .map(Arc::new)
    .map_err(StartError::Upstream)
}

/// The buckets of the upstream for S3, where one was named.
fn buckets_elsewhere(options: &Options, upstreams: &Arc<Upstreams>) -> Option<Arc<Buckets>> {
    upstreams.of(None, "s3")?;
    Some(Arc::new(Buckets::new(
        Arc::clone(upstreams),
        options.bucket_policy(),
        options.account,
        options.region.clone(),
    )))
}

fn random_seed() -> Result<[u8; 32], StartError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| StartError::Entropy(error.to_string()))?;
    Ok(seed)
}
