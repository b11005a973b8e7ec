//! Buckets that lie at an upstream: what core asks of them, and what CloudTrail delivers there.
//!
//! Core asks while it answers, and waits for nobody; so the upstream is asked ahead, when a call names a bucket. S3's rules
//! stand in the neighbours, the policy's judgement too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode};
use localtrail_core::{
    AccountId, Admission, Bucket, BucketAction, BucketPolicy, BucketRequest, PutObject, Region,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::runtime::Handle;

use super::choice::UpstreamKeys;
use super::{Outgoing, Upstreams};
use crate::signature::{self, Signer};

/// One question or delivery must be done within this time.
const TIME: Duration = Duration::from_secs(30);

/// At most so many buckets are remembered; a further one makes all be asked about again.
const BUCKETS: usize = 1000;

/// The unreserved characters of RFC 3986, and the slash, stay as they are.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// The upstream's buckets, as CloudTrail uses them.
#[derive(Debug)]
pub(crate) struct Buckets {
    upstreams: Arc<Upstreams>,
    policy: BucketPolicy,
    default_owner: AccountId,
    default_region: Region,
    /// What was asked ahead; `None` for a bucket that does not exist.
    known: Mutex<BTreeMap<String, Option<Known>>>,
    /// Where work is done for threads that have no runtime of their own.
    runtime: OnceLock<Handle>,
}

/// A bucket that exists.
#[derive(Debug, Clone)]
struct Known {
    region: Region,
    policy: String,
}

impl Buckets {
    pub(crate) fn new(
        upstreams: Arc<Upstreams>,
        policy: BucketPolicy,
        default_owner: AccountId,
        default_region: Region,
    ) -> Self {
        Self {
            upstreams,
            policy,
            default_owner,
            default_region,
            known: Mutex::default(),
            runtime: OnceLock::new(),
        }
    }

    /// From now on there is a runtime.
    pub(crate) fn runs_on(&self, runtime: Handle) {
        // The first one counts; there is no second.
        let _set = self.runtime.set(runtime);
    }

    /// Asks about a bucket, and remembers the answer until it is asked about again.
    pub(crate) async fn look(&self, bucket: &str) {
        let found = self.ask(bucket).await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= BUCKETS {
            known.clear();
        }
        known.insert(bucket.to_owned(), found);
    }

    async fn ask(&self, bucket: &str) -> Option<Known> {
        let path = format!("/{}", utf8_percent_encode(bucket, PATH));
        let (status, headers, _) = self
            .call(Method::HEAD, &path, &[], Bytes::new())
            .await
            .ok()?;
        if status == StatusCode::NOT_FOUND {
            return None;
        }
        let region = headers
            .get("x-amz-bucket-region")
            .and_then(|region| Region::parse(region.to_str().ok()?));
        let path = format!("{path}?policy");
        let policy = match self.call(Method::GET, &path, &[], Bytes::new()).await {
            Ok((status, _, policy)) if status.is_success() => {
                String::from_utf8_lossy(&policy).into_owned()
            }
            Ok(_) | Err(_) => String::new(),
        };
        Some(Known {
            region: region.unwrap_or_else(|| self.default_region.clone()),
            policy,
        })
    }

    fn known(&self, bucket: &str) -> Option<Option<Known>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(bucket).cloned()
    }

    /// The bucket, as it was when it was asked about; one that nobody asked about is thought to exist, and whoever
    /// delivers there will see.
    pub(crate) fn bucket(&self, name: &str) -> Option<Bucket> {
        let region = match self.known(name) {
            Some(None) => return None,
            Some(Some(known)) => known.region,
            None => self.default_region.clone(),
        };
        Some(Bucket {
            owner: self.default_owner,
            region,
        })
    }

    /// Whether its policy lets CloudTrail in.
    pub(crate) fn admits(&self, request: &BucketRequest<'_>) -> Admission {
        match self.known(request.bucket) {
            None => Admission::Admitted,
            Some(None) => Admission::Refused,
            Some(Some(known)) => judge(&known, request),
        }
    }

    /// Delivers one object, from a thread that may block.
    ///
    /// # Errors
    ///
    /// S3's error code.
    pub(crate) fn put_object(self: &Arc<Self>, object: &PutObject) -> Result<(), String> {
        let Some(runtime) = self.runtime.get() else {
            return Err("ServiceUnavailable".to_owned());
        };
        let (done, answer) = mpsc::sync_channel(1);
        let (buckets, object) = (Arc::clone(self), object.clone());
        runtime.spawn(async move {
            // Whoever asked waits.
            let _told = done.send(buckets.put(&object).await);
        });
        answer
            .recv()
            .unwrap_or_else(|_| Err("ServiceUnavailable".to_owned()))
    }

    async fn put(&self, object: &PutObject) -> Result<(), String> {
        if self.policy == BucketPolicy::Enforced {
            self.look(&object.bucket).await;
            let request = BucketRequest {
                bucket: &object.bucket,
                action: BucketAction::PutObject { key: &object.key },
                trail_arn: &object.trail_arn,
                account: object.account,
            };
            if self.bucket(&object.bucket).is_none() {
                return Err("NoSuchBucket".to_owned());
            }
            if self.admits(&request) == Admission::Refused {
                return Err("AccessDenied".to_owned());
            }
        }
        let name = format!("{}/{}", object.bucket, object.key);
        let path = format!("/{}", utf8_percent_encode(&name, PATH));
        let mut headers = vec![
            (CONTENT_TYPE.as_str().to_owned(), object.content_type),
            ("x-amz-acl".to_owned(), localtrail_neighbours::DELIVERY_ACL),
        ];
        if !object.content_encoding.is_empty() {
            headers.push((
                CONTENT_ENCODING.as_str().to_owned(),
                object.content_encoding,
            ));
        }
        for (name, value) in &object.metadata {
            headers.push((format!("x-amz-meta-{name}"), value));
        }
        let body = Bytes::from(object.body.clone());
        match self.call(Method::PUT, &path, &headers, body).await {
            Ok((status, ..)) if status.is_success() => Ok(()),
            Ok((_, _, document)) => {
                let document = String::from_utf8_lossy(&document);
                Err(localtrail_neighbours::error_code(&document))
            }
            Err(code) => Err(code.to_owned()),
        }
    }

    async fn call(
        &self,
        method: Method,
        target: &str,
        headers: &[(String, &str)],
        body: Bytes,
    ) -> Result<(StatusCode, HeaderMap, Bytes), &'static str> {
        const DOWN: &str = "ServiceUnavailable";
        let upstream = self.upstreams.of(None, "s3").ok_or(DOWN)?;
        let uri = format!(
            "{}://{}{}{target}",
            upstream.scheme, upstream.authority, upstream.prefix
        );
        let (mut parts, ()) = Request::builder()
            .method(method)
            .uri(uri)
            .header(HOST, upstream.authority.as_str())
            .body(())
            .map_err(|_| "InvalidURI")?
            .into_parts();
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value))
            {
                parts.headers.insert(name, value);
            }
        }
        self.sign(&mut parts, &body);
        let request = Request::from_parts(parts, Outgoing::Whole(Full::new(body)));
        let asked = async {
            let (parts, body) = self.upstreams.pool.send(request).await.ok()?.into_parts();
            let body = body.collect().await.ok()?.to_bytes();
            Some((parts.status, parts.headers, body))
        };
        tokio::time::timeout(TIME, asked)
            .await
            .ok()
            .flatten()
            .ok_or(DOWN)
    }

    /// With the keys that were given; else as the default account, which upstreams that check nothing take.
    fn sign(&self, parts: &mut Parts, body: &Bytes) {
        let account = self.default_owner.to_string();
        let keys = self.upstreams.keys.clone().unwrap_or_else(|| UpstreamKeys {
            access_key_id: account,
            secret_access_key: "test".to_owned(),
            session_token: None,
        });
        let signer = Signer {
            access_key_id: &keys.access_key_id,
            secret_access_key: &keys.secret_access_key,
            session_token: keys.session_token.as_deref(),
            service: "s3",
            region: &self.default_region,
        };
        let hash = signature::hash(body);
        signature::sign(parts, &signer, &hash, crate::clock::system_time());
    }
}

fn judge(known: &Known, request: &BucketRequest<'_>) -> Admission {
    let partition = known.region.partition();
    let resource = match request.action {
        BucketAction::GetBucketAcl => format!("arn:{partition}:s3:::{}", request.bucket),
        BucketAction::PutObject { key } => {
            format!("arn:{partition}:s3:::{}/{key}", request.bucket)
        }
    };
    localtrail_neighbours::policy_admits(&known.policy, &resource, request)
}
