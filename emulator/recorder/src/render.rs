//! How CloudTrail writes a call of a service: source, name, region, parameters, answer, resources.
//!
//! One file for each field of the record, and one for each service that has a way of its own. What differs from service to
//! service stands in tables.

mod access;
mod category;
mod defaults;
mod dynamodb;
mod ec2;
mod echo;
mod elements;
mod execution;
mod extra;
mod failure;
mod hidden;
mod lookup;
mod moment;
mod name;
mod parameters;
mod place;
mod resources;
mod s3control;
mod silent;
mod source;
mod tree;
mod version;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::LazyLock;

use localtrail_core::{AccountId, Caller, Category, Draft, Identity, Region};
use localtrail_model::catalogue::{Entry, Operation};
use serde_json::{Map, Value};

use crate::{Answer, Circumstances, Outcome, Recognized, Request};

/// A call with all that is known of it.
struct Told<'a> {
    service: Option<&'static Entry>,
    operation: Option<&'static Operation>,
    /// The catalogue's id of the service, else what the request calls it.
    service_id: &'a str,
    /// The operation's name in the API, without the dates that records add.
    operation_name: &'a str,
    /// The resource type of a data event; `None` for a management event.
    data_kind: Option<&'static str>,
    request: &'a Request<'a>,
    input: Option<&'a Map<String, Value>>,
    answer: &'a Answer<'a>,
    outcome: &'a Outcome<'a>,
    circumstances: &'a Circumstances,
    /// The region that the record names.
    region: Region,
}

/// The events of a call: one, or none for what CloudTrail never records; two where a service then acts on its own.
///
/// `input` is what [`crate::input`] read, `outcome` what [`crate::output`] read.
#[must_use]
pub fn draft(
    recognized: &Recognized,
    request: &Request<'_>,
    input: Option<&Map<String, Value>>,
    answer: &Answer<'_>,
    outcome: &Outcome<'_>,
    circumstances: Circumstances,
) -> Vec<Draft> {
    let service_id = recognized
        .service
        .map_or(recognized.service_name.as_str(), |entry| entry.id);
    let operation_name = recognized
        .operation
        .map_or(recognized.operation_name.as_str(), |operation| {
            operation.name
        });
    let told = Told {
        service: recognized.service,
        operation: recognized.operation,
        service_id,
        operation_name,
        data_kind: category::data_kind(service_id, operation_name),
        request,
        input,
        answer,
        outcome,
        region: place::of(service_id, request.host, &circumstances.region),
        circumstances: &circumstances,
    };
    if told.is_unrecorded() {
        return Vec::new();
    }
    let call = write(&told);
    let execution = execution::of(&told, &call);
    std::iter::once(call).chain(execution).collect()
}

fn write(told: &Told<'_>) -> Draft {
    let (source, name) = told.title();
    let modelled = match told.operation {
        Some(operation) if operation.is_read_only => access::Modelled::ReadOnly,
        Some(_) | None => access::Modelled::Silent,
    };
    let access = access::of(&source, told.operation_name, modelled);
    let error = failure::of(told);
    let resources = resources::of(told);
    let caller = told.caller();
    let mut origin = told.circumstances.origin.clone();
    if told.service_id == s3control::ID {
        // As S3 does (O).
        origin.user_agent = origin.user_agent.map(|agent| format!("[{agent}]"));
    }
    Draft {
        category: match told.data_kind {
            Some(_) => Category::Data,
            None => Category::Management,
        },
        request_parameters: parameters::of(told, error.as_ref()),
        response_elements: elements::of(told, access),
        additional_event_data: extra::of(told),
        request_id: Some(told.request_id().to_owned()),
        api_version: version::of(told.service_id, error.as_ref()).map(Cow::Borrowed),
        lookup_resources: lookup::of(told, access),
        owner: resources::owner(told, &resources),
        vpc_endpoint: place::vpc_endpoint(told.request.host),
        resources,
        error,
        ..Draft::of(caller, origin, told.region.clone(), source, name, access)
    }
}

/// What an answer that holds nothing, or failed, says.
static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl Told<'_> {
    /// Calls of which nothing is known, those that CloudTrail does not log, and those that nobody made.
    fn is_unrecorded(&self) -> bool {
        let nothing_is_known = self.service_id.is_empty() && self.operation_name.is_empty();
        let failure = self.outcome.result.as_ref().err();
        nothing_is_known
            || silent::is_unrecorded(self)
            || failure.is_some_and(|failure| failure::is_unrecorded(self, failure))
    }

    /// `eventSource` and `eventName`.
    fn title(&self) -> (String, String) {
        let source = match self.service {
            Some(service) => source::of(service),
            None => source::of_unknown(self.service_id),
        };
        let name = match (self.service, self.operation) {
            (Some(service), Some(operation)) => name::of(service, operation),
            _ => name::of_unknown(
                self.operation_name,
                self.request.method.as_str(),
                self.request.uri.path(),
            ),
        };
        (source, name)
    }

    /// Who called; nobody knows who calls Cognito's identity pools unsigned (D, formats.md 2.4).
    fn caller(&self) -> Caller {
        let caller = &self.circumstances.caller;
        let is_unsigned = self.request.signed_for.is_none()
            && self
                .operation
                .is_some_and(|operation| operation.is_unsigned);
        if self.service_id != "cognito-identity" || !is_unsigned {
            return caller.clone();
        }
        Caller {
            identity: Identity::Unknown {
                account_id: caller.account(),
                principal_id: None,
                user_name: None,
            },
            access_key_id: None,
        }
    }

    fn account(&self) -> AccountId {
        self.circumstances.caller.account()
    }

    /// The id of the request, as the answer names it.
    fn request_id(&self) -> &str {
        let answered = self.outcome.request_id.as_deref();
        answered.unwrap_or(&self.circumstances.request_id)
    }

    /// A parameter.
    fn value(&self, member: &str) -> Option<&Value> {
        self.input?.get(member)
    }

    /// A parameter that is a text.
    fn text(&self, member: &str) -> Option<&str> {
        self.value(member)?.as_str().filter(|text| !text.is_empty())
    }

    /// The texts of a parameter that is a list.
    fn texts(&self, member: &str) -> impl Iterator<Item = &str> {
        let items = self.value(member).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The answer's members; none where it failed.
    fn output(&self) -> &Map<String, Value> {
        match &self.outcome.result {
            Ok(members) => members,
            Err(_) => &NOTHING,
        }
    }

    /// The ARN of something of the caller's in the call's region.
    fn arn(&self, service: &str, resource: &str) -> String {
        self.arn_in(self.account(), service, resource)
    }

    /// The ARN of something of another account's.
    fn arn_in(&self, account: AccountId, service: &str, resource: &str) -> String {
        let partition = self.region.partition();
        format!(
            "arn:{partition}:{service}:{}:{account}:{resource}",
            self.region
        )
    }

    /// An ARN that names no account, as those of snapshots do not.
    fn arn_of_nobody(&self, service: &str, resource: &str) -> String {
        let partition = self.region.partition();
        format!("arn:{partition}:{service}:{}::{resource}", self.region)
    }

    /// The first parameter that is an ARN.
    fn any_arn(&self) -> Option<String> {
        let mut values = self.input?.values().filter_map(Value::as_str);
        let arn = values.find(|text| text.starts_with("arn:"))?;
        // A shard iterator of DynamoDB begins with its stream's ARN (D).
        Some(arn.split('|').next().unwrap_or(arn).to_owned())
    }
}
