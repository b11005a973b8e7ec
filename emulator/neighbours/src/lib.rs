//! The services next door, as far as CloudTrail's story needs them: S3 over a directory, STS, IAM as far as identities
//! need it, and Organizations DescribeOrganization; and the pattern languages of CloudWatch Logs and
//! EventBridge.
//!
//! Not here: CloudTrail itself (core), HTTP connections, identities and clocks (the server). Signatures are trusted:
//! whoever the server says is calling, is calling.

mod access;
mod archive;
mod asked;
mod body;
mod delivery;
mod directory;
mod error;
pub mod event_pattern;
pub mod filter_pattern;
mod iam;
mod ids;
mod learnt;
mod organizations;
pub mod policy;
mod query;
mod record;
mod s3;
mod store;
mod sts;
mod surroundings;

pub use archive::Archive;
pub use asked::{AnswerBody, Asked, BoxError, Served, Signature};
pub use delivery::{ACL as DELIVERY_ACL, policy_admits};
pub use directory::{Issued, Standing};
pub use learnt::Elsewhere;
pub use record::{Forwarded, forwarded_drafts as s3_drafts};
pub use s3::{bucket_of_host, error_code, unpacked};
pub use sts::{account_of_key, federated_caller};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::Body;
use hyper::{Request, Response};
use localtrail_core::{
    AccountId, BucketPolicy, Caller, Organization, PutObject, Region, Timestamp,
};

use serde_json::{Map, Value};

use crate::directory::Directory;
use crate::s3::Protocol;
use crate::store::Store;

/// The operations of a service, by botocore's name for it, that [`Neighbours::answer`] answers.
#[must_use]
pub fn answered_operations(service: &str) -> Vec<&'static str> {
    match service {
        "sts" => sts::operations().collect(),
        "iam" => iam::operations().collect(),
        "organizations" => vec![organizations::OPERATION],
        _ => Vec::new(),
    }
}

/// What a user may choose about the neighbours.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether CloudTrail's own deliveries must be admitted by the bucket's policy.
    pub bucket_policy: BucketPolicy,
    /// Who owns a bucket that was made by hand, as a plain directory.
    pub default_owner: AccountId,
    /// Where such a bucket lies.
    pub default_region: Region,
    /// The file that users, roles and issued keys are kept in; `None` keeps them in memory alone.
    pub directory: Option<PathBuf>,
}

impl Options {
    /// For readers, who neither make buckets nor put objects.
    pub(crate) fn for_readers() -> Self {
        Self {
            bucket_policy: BucketPolicy::Enforced,
            default_owner: AccountId::from_number(0),
            default_region: Region::us_east_1(),
            directory: None,
        }
    }
}

/// The neighbourhood. Cheap to clone; all clones are one. A bucket directory must have one neighbourhood at a time.
#[derive(Debug, Clone)]
pub struct Neighbours {
    store: Arc<Store>,
    protocol: Protocol,
    directory: Arc<Directory>,
}

impl Neighbours {
    /// Opens a bucket directory, making it where it is missing, and the file of users, roles and keys.
    ///
    /// # Errors
    /// When one of them cannot be made, read or written.
    pub fn open(root: &Path, options: Options) -> io::Result<Self> {
        Ok(Self {
            directory: Arc::new(Directory::open(options.directory.as_deref())?),
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

    /// Answers one decoded call of STS, IAM or Organizations; `None` for an operation that is not answered here, or
    /// another service. What is wrong is in the answer. Whoever hands the call in records it.
    ///
    /// `service` is botocore's name: `sts`, `iam`, `organizations`. `input` has the model's member names, times in seconds
    /// since the epoch. The organization is that of the calling account, if it is in one.
    #[must_use]
    pub fn answer(
        &self,
        service: &str,
        operation: &str,
        input: Option<&Map<String, Value>>,
        asked: &Asked,
        organization: Option<&Organization>,
    ) -> Option<Response<AnswerBody>> {
        match service {
            "sts" => sts::answer(&self.directory, operation, input, asked, organization),
            "iam" => iam::answer(&self.directory, operation, input, asked),
            "organizations" => organizations::answer(operation, asked, organization),
            _ => None,
        }
    }

    /// Notes who called a service, such as `s3.amazonaws.com`, and where: IAM GetAccessKeyLastUsed tells it. Callers whose
    /// keys IAM did not issue are passed over.
    pub fn note_use(&self, caller: &Caller, source: &str, region: &Region, at: Timestamp) {
        self.directory.note_use(caller, source, region, at);
    }

    /// The access key, if STS or IAM issued it here or it was learnt.
    #[must_use]
    pub fn issued(&self, access_key: &str, now: Timestamp) -> Option<Issued> {
        self.directory.issued(access_key, now)
    }

    /// Learns what a successful call of another STS or IAM made, changed or removed: keys, users, roles, the alias. Later
    /// calls are told as their principal's. Every other call is passed over.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn learn(&self, call: &Elsewhere<'_>) -> io::Result<()> {
        self.directory.learn(|state| learnt::changes(call, state))
    }

    /// The alias that IAM CreateAccountAlias gave an account.
    #[must_use]
    pub fn alias(&self, account: AccountId) -> Option<String> {
        self.directory.alias(account)
    }

    /// Delivers one object as the CloudTrail service, and keeps the public key that signed it. Blocks on the disk.
    ///
    /// # Errors
    /// S3's error code: `NoSuchBucket`, `AccessDenied` where the policy no longer lets CloudTrail in, or
    /// `InternalError` where the disk fails.
    pub fn put_object(&self, object: &PutObject, now: Timestamp) -> Result<(), String> {
        delivery::put(&self.store, object, now).map_err(|error| error.code().as_str().to_owned())
    }

    /// Keeps the public key that signed an object, for one that is delivered to a bucket elsewhere. Blocks on the disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_public_key(&self, object: &PutObject) -> io::Result<()> {
        delivery::keep_key_of(&self.store, object)
    }

    /// Removes every bucket with all it holds, every user, role and key. The public keys stay: core keeps its keys as
    /// well. Blocks on the disk.
    ///
    /// # Errors
    /// When the directory cannot be changed.
    pub fn reset(&self) -> io::Result<()> {
        self.store.reset()?;
        self.directory.reset()
    }

    fn store(&self) -> &Store {
        &self.store
    }
}
