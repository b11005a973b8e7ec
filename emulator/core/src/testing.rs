//! Small makers for unit tests. Not compiled otherwise.

use std::time::Duration;

use serde_json::Value;

use crate::call::{Answer, CONTENT_TYPE, Call};
use crate::caller::{Caller, Identity, Origin};
use crate::cloudtrail::CloudTrail;
use crate::draft::{Access, Category, Draft};
use crate::place::{AccountId, Region};
use crate::settings::{BucketPolicy, Pace, Settings};
use crate::surroundings::{
    Admission, Bucket, BucketRequest, Key, LogsAccess, Membership, Surroundings,
};
use crate::time::Timestamp;

/// The account that unit tests call in.
pub(crate) fn account() -> AccountId {
    AccountId::parse("111122223333").expect("twelve digits")
}

/// The user that unit tests call as.
pub(crate) fn caller() -> Caller {
    Caller {
        identity: Identity::IamUser {
            account_id: account(),
            user_name: "bob".to_owned(),
            path: "/".to_owned(),
            principal_id: None,
            session: None,
        },
        access_key_id: Some("AKIAEXAMPLE".to_owned()),
    }
}

/// Where unit tests call from.
pub(crate) fn origin() -> Origin {
    Origin {
        source_ip_address: "127.0.0.1".to_owned(),
        user_agent: Some("test".to_owned()),
        tls: None,
    }
}

/// A management event of CloudTrail itself.
pub(crate) fn draft(name: &'static str) -> Draft {
    Draft {
        caller: caller(),
        origin: origin(),
        region: Region::us_east_1(),
        recipient: account(),
        event_source: "cloudtrail.amazonaws.com".into(),
        event_name: name.into(),
        access: Access::Write,
        category: Category::Management,
        request_parameters: None,
        response_elements: None,
        additional_event_data: None,
        error: None,
        request_id: Some("r-1".to_owned()),
        resources: Vec::new(),
        api_version: None,
        lookup_resources: Vec::new(),
    }
}

/// An empty store in memory.
pub(crate) fn memory() -> redb::Database {
    redb::Builder::new()
        .create_with_backend(redb::backends::InMemoryBackend::new())
        .expect("memory cannot refuse")
}

/// A bucket `logs` that admits CloudTrail, a bucket `closed` that does not, and nothing else.
pub(crate) struct Neighbourhood;

impl Surroundings for Neighbourhood {
    fn bucket(&self, name: &str) -> Option<Bucket> {
        let there = matches!(name, "logs" | "closed" | "other-logs");
        there.then(|| Bucket {
            owner: account(),
            region: Region::us_east_1(),
        })
    }

    fn bucket_admits(&self, request: &BucketRequest<'_>) -> Admission {
        if request.bucket == "closed" {
            Admission::Refused
        } else {
            Admission::Admitted
        }
    }

    fn topic_admits(&self, _: &str, _: &str) -> Admission {
        Admission::Refused
    }

    fn key(&self, _: &str, _: AccountId, _: &Region) -> Option<Key> {
        None
    }

    fn log_group(&self, _: &str, _: &str) -> LogsAccess {
        LogsAccess::NotPermitted
    }

    fn organization(&self, _: AccountId) -> Membership {
        Membership::AccessNotEnabled
    }
}

/// CloudTrail on an empty store with a clock that stands still until told to go on.
pub(crate) struct World {
    pub(crate) trail: CloudTrail,
    pub(crate) now: Timestamp,
    region: Region,
}

impl World {
    pub(crate) fn new() -> Self {
        let settings = Settings {
            seed: [7; 32],
            pace: Pace::AWS,
            bucket_policy: BucketPolicy::Enforced,
        };
        Self {
            trail: CloudTrail::open(memory(), settings).expect("an empty store opens"),
            now: Timestamp::from_seconds(1_795_449_900),
            region: Region::us_east_1(),
        }
    }

    /// Calls from another region from now on.
    pub(crate) fn region(&mut self, name: &str) {
        self.region = Region::parse(name).expect("a region name");
    }

    /// Lets time pass.
    pub(crate) fn later(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    pub(crate) fn call(&mut self, operation: &str, input: &Value) -> Answer {
        let target = format!("CloudTrail_20131101.{operation}");
        let body = input.to_string();
        let call = Call {
            target: Some(&target),
            content_type: Some(CONTENT_TYPE),
            body: body.as_bytes(),
            caller: caller(),
            origin: origin(),
            region: self.region.clone(),
        };
        self.trail.call(call, &Neighbourhood, self.now)
    }

    /// Calls and expects an answer, which must fit the model.
    pub(crate) fn ok(&mut self, operation: &str, input: Value) -> Value {
        let answer = self.call(operation, &input);
        assert_eq!(answer.status, 200, "{operation} {input}: {}", answer.body);
        let body: Value = serde_json::from_str(&answer.body).expect("answers are JSON");
        let service = localtrail_model::cloudtrail();
        if let Some(shape) = service
            .operation(operation)
            .and_then(|shapes| shapes.output)
        {
            let faults = localtrail_model::check_output(service, shape, &body);
            assert!(faults.is_empty(), "{operation}: {faults:?}");
        }
        body
    }

    /// Calls and expects this exception, which the operation's model must declare or all operations share.
    pub(crate) fn refused_with(&mut self, operation: &str, input: Value, code: &str) -> String {
        let answer = self.call(operation, &input);
        let body: Value = serde_json::from_str(&answer.body).expect("answers are JSON");
        assert_eq!(body["__type"], code, "{operation} {input}: {}", answer.body);
        assert_eq!(answer.status, 400);
        let declared = &localtrail_model::cloudtrail()
            .operation(operation)
            .expect("in the model")
            .errors;
        assert!(
            declared.iter().any(|name| name == code) || COMMON.contains(&code),
            "{operation} does not declare {code}"
        );
        body["message"]
            .as_str()
            .expect("errors have a message")
            .to_owned()
    }

    /// Calls and expects this exception with this sentence.
    pub(crate) fn refused(&mut self, operation: &str, input: Value, code: &str, sentence: &str) {
        assert_eq!(self.refused_with(operation, input, code), sentence);
    }
}

/// Exceptions that every operation may answer. InvalidParameterException is the choice of trails.md 1 for missing members.
const COMMON: [&str; 3] = [
    "SerializationException",
    "UnsupportedOperationException",
    "InvalidParameterException",
];
