//! A call as the world tells it, before it becomes a record: what `CloudTrail::record` takes in.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::caller::{Caller, Origin};
use crate::place::{AccountId, Region};

/// One API call made to a neighbour or an upstream, with everything its record will say.
///
/// Core adds the event id and the time, and derives nothing else: the service that answered knows its own rules.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who called.
    pub caller: Caller,
    /// From where.
    pub origin: Origin,
    /// `awsRegion`.
    pub region: Region,
    /// `recipientAccountId`: whose history and trails get this copy.
    pub recipient: AccountId,
    /// Such as `s3.amazonaws.com`.
    pub event_source: Cow<'static, str>,
    /// Such as `PutObject`.
    pub event_name: Cow<'static, str>,
    /// Whether the call only reads.
    pub access: Access,
    /// Management or data.
    pub category: Category,
    /// `requestParameters`; `None` is written as null.
    pub request_parameters: Option<Map<String, Value>>,
    /// `responseElements`; `None` is written as null. Ignored when there is an error, as AWS writes null then (O).
    pub response_elements: Option<Map<String, Value>>,
    /// `additionalEventData`; left out when `None`.
    pub additional_event_data: Option<Map<String, Value>>,
    /// `errorCode` and `errorMessage`; left out when `None`.
    pub error: Option<EventError>,
    /// `requestID`, the same as in the answer's header.
    pub request_id: Option<String>,
    /// `resources`; left out when empty.
    pub resources: Vec<Resource>,
    /// `apiVersion`, which few services write.
    pub api_version: Option<Cow<'static, str>>,
    /// What LookupEvents shows and finds as resources, unlike `resources` (O, native.md).
    pub lookup_resources: Vec<LookupResource>,
    /// The account that owns what was called. Where it is not the caller's, it gets a copy of its own.
    pub owner: Option<AccountId>,
    /// The VPC endpoint that the call came through.
    pub vpc_endpoint: Option<VpcEndpoint>,
}

/// A VPC endpoint, as records of calls that came through it tell (D, formats.md 2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpcEndpoint {
    /// `vpcEndpointId`.
    pub id: String,
    /// `vpcEndpointAccountId`.
    pub account: Option<AccountId>,
}

impl Draft {
    /// A management event of a call in the caller's own account, with nothing said of its parameters and its answer yet:
    /// to be completed with `Draft { ..Draft::of(…) }`.
    #[must_use]
    pub fn of(
        caller: Caller,
        origin: Origin,
        region: Region,
        event_source: impl Into<Cow<'static, str>>,
        event_name: impl Into<Cow<'static, str>>,
        access: Access,
    ) -> Self {
        Self {
            recipient: caller.account(),
            caller,
            origin,
            region,
            event_source: event_source.into(),
            event_name: event_name.into(),
            access,
            category: Category::Management,
            request_parameters: None,
            response_elements: None,
            additional_event_data: None,
            error: None,
            request_id: None,
            resources: Vec::new(),
            api_version: None,
            lookup_resources: Vec::new(),
            owner: None,
            vpc_endpoint: None,
        }
    }
}

/// Whether a call reads or writes: `readOnly` in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// `readOnly` true.
    Read,
    /// `readOnly` false.
    Write,
}

/// `eventCategory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Category {
    /// Control-plane calls; the only ones in event history besides insights.
    Management,
    /// Data-plane calls.
    Data,
    /// Calls through VPC endpoints that were denied.
    NetworkActivity,
    /// CloudTrail Insights.
    Insight,
    /// Counts of data events in a span of time. Kept when put in; neither in event history nor logged by any trail, as no
    /// selector names them and which trail aggregates what they do not say.
    Aggregated,
}

/// An error as CloudTrail writes it, which is not always the code on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError {
    /// `errorCode`.
    pub code: String,
    /// `errorMessage`; some services leave it out (O).
    pub message: Option<String>,
}

/// An entry of a record's `resources`, in AWS's key order (O, native.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// The owner; absent for S3 objects.
    #[serde(rename = "accountId", skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Such as `AWS::S3::Bucket`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The full ARN.
    #[serde(rename = "ARN", skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// For calls on a whole bucket's objects, such as ListObjects.
    #[serde(rename = "ARNPrefix", skip_serializing_if = "Option::is_none")]
    pub arn_prefix: Option<String>,
}

/// An entry of a LookupEvents result's `Resources`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
pub struct LookupResource {
    /// Such as `AWS::S3::Bucket`; absent when unknown.
    pub kind: Option<String>,
    /// The name, id or ARN.
    pub name: String,
}
