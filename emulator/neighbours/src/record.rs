//! The records of S3 calls (formats.md 3.5 and 3.6; native.md wins). How a record is written down is core's business.

mod extra;
mod forwarded;
mod parameters;
mod xml;

pub use forwarded::{Forwarded, drafts as forwarded_drafts};

use std::borrow::Cow;
use std::time::Duration;

use hyper::{HeaderMap, StatusCode};
use localtrail_core::{
    AccountId, Caller, Category, Draft, EventError, Identity, LookupResource, Origin, Region,
    Resource,
};
use serde_json::{Map, Value};

use crate::access::arn_of;
use crate::asked::Asked;
use crate::s3::{Call, Facts, Ids, Operation, Scope};
use crate::store::BucketInfo;

/// A call that was answered, with everything its records say.
pub(crate) struct Told<'a> {
    pub(crate) call: &'a Call,
    pub(crate) asked: &'a Asked,
    pub(crate) ids: &'a Ids,
    /// The bucket, as it was before the call or, if it was not, after it.
    pub(crate) bucket: Option<&'a BucketInfo>,
    pub(crate) facts: Facts,
    /// Bytes that came, framing included.
    pub(crate) received: u64,
    /// The request's document.
    pub(crate) body: Option<&'a [u8]>,
    pub(crate) status: StatusCode,
    /// The answer's headers.
    pub(crate) answer: &'a HeaderMap,
    pub(crate) sent: u64,
    pub(crate) error: Option<EventError>,
    pub(crate) took: Duration,
}

/// The records of a call: none for what is no S3 operation, one for each key more for DeleteObjects (D, formats.md 3.3).
pub(crate) fn drafts(told: &Told<'_>) -> Vec<Draft> {
    let Some(operation) = &told.call.operation else {
        return Vec::new();
    };
    let mut drafts = vec![draft(told, operation)];
    for (key, size) in &told.facts.deleted {
        drafts.push(deleted(told, operation, key, *size));
    }
    drafts
}

fn draft(told: &Told<'_>, operation: &Operation) -> Draft {
    Draft {
        request_parameters: Some(parameters::of(told.call, told.body)),
        response_elements: parameters::response(operation, told.answer),
        additional_event_data: Some(extra::of(told, operation)),
        error: told.error.clone(),
        resources: resources(told, operation, told.call.key.as_deref()),
        lookup_resources: lookup_resources(told, operation),
        ..bare(told, operation.event, operation)
    }
}

/// The record of one key that DeleteObjects removed.
fn deleted(told: &Told<'_>, operation: &Operation, key: &str, size: Option<u64>) -> Draft {
    let mut parameters = Map::new();
    parameters.insert("bucketName".to_owned(), told.call.bucket.clone().into());
    parameters.insert("Host".to_owned(), told.call.host.clone().into());
    parameters.insert("key".to_owned(), key.into());
    Draft {
        request_parameters: Some(parameters),
        additional_event_data: Some(extra::of_deleted(told, size)),
        resources: object_and_bucket(told, key),
        ..bare(told, "DeleteObject", operation)
    }
}

fn bare(told: &Told<'_>, event: &'static str, operation: &Operation) -> Draft {
    let caller = caller(told);
    Draft {
        origin: origin(told.asked),
        region: region(told),
        recipient: caller.account(),
        caller,
        event_source: Cow::Borrowed("s3.amazonaws.com"),
        event_name: Cow::Borrowed(event),
        access: operation.access(),
        category: operation.category(),
        request_parameters: None,
        response_elements: None,
        additional_event_data: None,
        error: None,
        request_id: Some(told.ids.request.clone()),
        resources: Vec::new(),
        api_version: None,
        lookup_resources: Vec::new(),
        // Whoever tries a name that is taken has not called the bucket.
        owner: told
            .bucket
            .filter(|_| event != "CreateBucket")
            .map(|bucket| bucket.owner),
        vpc_endpoint: None,
    }
}

/// An anonymous call is the business of whoever owns the bucket.
fn caller(told: &Told<'_>) -> Caller {
    let mut caller = told.asked.caller.clone();
    if let (Identity::Anonymous { account_id }, Some(bucket)) = (&mut caller.identity, told.bucket)
    {
        *account_id = bucket.owner;
    }
    caller
}

/// S3 wraps the user agent in square brackets (O, native.md).
fn origin(asked: &Asked) -> Origin {
    let mut origin = asked.origin.clone();
    origin.user_agent = origin.user_agent.map(|agent| format!("[{agent}]"));
    origin
}

/// The bucket's region; that of the endpoint where there is no bucket (O, formats.md 3.2).
fn region(told: &Told<'_>) -> Region {
    told.bucket
        .map_or_else(|| told.asked.region.clone(), |bucket| bucket.region.clone())
}

/// O, formats.md 3.6.
fn resources(told: &Told<'_>, operation: &Operation, key: Option<&str>) -> Vec<Resource> {
    match (operation.scope, operation.event, &told.call.bucket, key) {
        (Scope::Account, ..) | (_, "CreateBucket", ..) | (_, _, None, _) => Vec::new(),
        (Scope::Object, _, _, Some(key)) => object_and_bucket(told, key),
        (_, _, Some(bucket), _) if operation.category() == Category::Data => {
            let prefix = format!("{}/", bucket_arn(told, bucket));
            let objects = Resource {
                account_id: None,
                kind: Some("AWS::S3::Object".to_owned()),
                arn: None,
                arn_prefix: Some(prefix),
            };
            vec![objects, bucket_resource(told, bucket)]
        }
        (_, _, Some(bucket), _) => vec![bucket_resource(told, bucket)],
    }
}

fn object_and_bucket(told: &Told<'_>, key: &str) -> Vec<Resource> {
    let Some(bucket) = &told.call.bucket else {
        return Vec::new();
    };
    let object = Resource {
        account_id: None,
        kind: Some("AWS::S3::Object".to_owned()),
        arn: Some(format!("{}/{key}", bucket_arn(told, bucket))),
        arn_prefix: None,
    };
    vec![object, bucket_resource(told, bucket)]
}

fn bucket_resource(told: &Told<'_>, bucket: &str) -> Resource {
    Resource {
        account_id: Some(
            owner(told)
                .map(|owner| owner.to_string())
                .unwrap_or_default(),
        ),
        kind: Some("AWS::S3::Bucket".to_owned()),
        arn: Some(bucket_arn(told, bucket)),
        arn_prefix: None,
    }
}

/// The bucket's owner; the caller where there is no bucket, and nobody to a stranger who was denied (D, formats.md 2.8).
fn owner(told: &Told<'_>) -> Option<AccountId> {
    let account = caller(told).account();
    let denied = told
        .error
        .as_ref()
        .is_some_and(|error| error.code == "AccessDenied");
    match told.bucket {
        Some(bucket) if denied && bucket.owner != account => None,
        Some(bucket) => Some(bucket.owner),
        None => Some(account),
    }
}

fn bucket_arn(told: &Told<'_>, name: &str) -> String {
    match told.bucket {
        Some(info) => arn_of(info, name, None),
        None => format!("arn:{}:s3:::{name}", told.asked.region.partition()),
    }
}

/// What event history shows: the bucket of management calls.
fn lookup_resources(told: &Told<'_>, operation: &Operation) -> Vec<LookupResource> {
    let name = told
        .call
        .bucket
        .as_ref()
        .filter(|_| operation.category() == Category::Management);
    let resource = |name: &String| LookupResource {
        kind: Some("AWS::S3::Bucket".to_owned()),
        name: name.clone(),
    };
    name.map(resource).into_iter().collect()
}

/// An insertion-ordered JSON object.
type Object = Map<String, Value>;
