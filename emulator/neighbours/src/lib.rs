//! The services next door, as far as CloudTrail's story needs them: S3 over a directory, STS
//! GetCallerIdentity, and Organizations DescribeOrganization.
//!
//! Not here: CloudTrail itself (core), HTTP connections, identities and clocks (the server). Signatures are trusted:
//! whoever the server says is calling, is calling.

mod access;
mod archive;
mod asked;
mod body;
mod delivery;
mod error;
mod ids;
mod organizations;
pub mod policy;
mod record;
mod s3;
mod store;
mod sts;
mod surroundings;

pub use archive::Archive;
pub use asked::{AnswerBody, Asked, BoxError, Served, Signature};

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use hyper::Request;
use hyper::body::Body;
use localtrail_core::{AccountId, BucketPolicy, Organization, PutObject, Region, Timestamp};

use crate::s3::Protocol;
use crate::store::Store;

/// What a user may choose about the neighbours.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether CloudTrail's own deliveries must be admitted by the bucket's policy.
    pub bucket_policy: BucketPolicy,
    /// Who owns a bucket that was made by hand, as a plain directory.
    pub default_owner: AccountId,
    /// Where such a bucket lies.
    pub default_region: Region,
}

impl Options {
    /// For readers, who neither make buckets nor put objects.
    pub(crate) fn for_readers() -> Self {
        Self {
            bucket_policy: BucketPolicy::Enforced,
            default_owner: AccountId::from_number(0),
            default_region: Region::us_east_1(),
        }
    }
}

/// The neighbourhood. Cheap to clone; all clones are one. A bucket directory must have one neighbourhood at a time.
#[derive(Debug, Clone)]
pub struct Neighbours {
    store: Arc<Store>,
    protocol: Protocol,
}

impl Neighbours {
    /// Opens a bucket directory, making it where it is missing.
    ///
    /// # Errors
    /// When the directory cannot be made, read or written.
    pub fn open(root: &Path, options: Options) -> io::Result<Self> {
        Ok(Self {
            store: Arc::new(Store::open(root, options)?),
            protocol: Protocol::new(),
        })
    }

    /// Answers one request to S3. Never fails: what is wrong is in the answer. Needs a tokio runtime.
    pub fn s3<B>(&self, request: Request<B>, asked: Asked) -> impl Future<Output = Served> + Send
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // The body's type ends here, so that the future has none of its bounds.
        let request = request.map(s3::boxed);
        async move { s3::serve(&self.protocol, &self.store, request, asked).await }
    }

    /// Answers one request to STS. Never fails: what is wrong is in the answer.
    pub fn sts<B>(&self, request: Request<B>, asked: Asked) -> impl Future<Output = Served> + Send
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let request = request.map(s3::boxed);
        async move { sts::serve(request, asked).await }
    }

    /// Answers a call of Organizations by its X-Amz-Target, for an account of this organization or of none; `None` when
    /// the operation is not answered here.
    #[must_use]
    pub fn organizations(
        &self,
        target: &str,
        asked: &Asked,
        organization: Option<&Organization>,
    ) -> Option<Served> {
        organizations::serve(target, asked, organization)
    }

    /// Delivers one object as the CloudTrail service, and keeps the public key that signed it. Blocks on the disk.
    ///
    /// # Errors
    /// S3's error code: `NoSuchBucket`, `AccessDenied` where the policy no longer lets CloudTrail in, or
    /// `InternalError` where the disk fails.
    pub fn put_object(&self, object: &PutObject, now: Timestamp) -> Result<(), String> {
        delivery::put(&self.store, object, now).map_err(|error| error.code().as_str().to_owned())
    }

    /// Removes every bucket with all it holds. The public keys stay: core keeps its keys as well. Blocks on the disk.
    ///
    /// # Errors
    /// When the directory cannot be changed.
    pub fn reset(&self) -> io::Result<()> {
        self.store.reset()
    }

    fn store(&self) -> &Store {
        &self.store
    }
}
