//! Small makers for unit tests. Not compiled otherwise.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Answer, CONTENT_TYPE, Call};
use crate::caller::{Caller, Identity, Origin};
use crate::cloudtrail::CloudTrail;
use crate::draft::{Access, Category, Draft};
use crate::place::{AccountId, Region};
use crate::settings::{BucketPolicy, Pace, Settings, Throttling};
use crate::surroundings::{Admission, Bucket, BucketRequest, Key, LogsAccess, Surroundings};
use crate::time::Timestamp;

/// The account that unit tests call in.
pub(crate) fn account() -> AccountId {
    AccountId::parse("111122223333").expect("twelve digits")
}

/// The user that unit tests call as.
pub(crate) fn caller() -> Caller {
    caller_of(account())
}

fn caller_of(account_id: AccountId) -> Caller {
    Caller {
        identity: Identity::IamUser {
            account_id,
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
        owner: None,
        vpc_endpoint: None,
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
}

/// CloudTrail on an empty store with a clock that stands still until told to go on.
pub(crate) struct World {
    pub(crate) trail: CloudTrail,
    pub(crate) now: Timestamp,
    region: Region,
    account: AccountId,
}

impl World {
    pub(crate) fn new() -> Self {
        let settings = Settings {
            seed: [7; 32],
            pace: Pace::AWS,
            bucket_policy: BucketPolicy::Enforced,
            throttling: Throttling::Off,
        };
        Self {
            trail: CloudTrail::open(memory(), settings).expect("an empty store opens"),
            now: Timestamp::from_seconds(1_795_449_900),
            region: Region::us_east_1(),
            account: account(),
        }
    }

    /// One in which `account()` manages an organization with four members.
    pub(crate) fn with_organization() -> Self {
        let mut world = Self::new();
        world.declare(json!({}));
        world
    }

    /// Declares the organization with these members of its JSON changed.
    pub(crate) fn declare(&mut self, change: Value) {
        let mut organization = json!({
            "id": "o-a1b2c3d4e5", "managementAccount": "111122223333",
            "members": ["444455556661", "444455556662", "444455556663", "444455556664"],
        });
        let changes = change.as_object().expect("changes are members").clone();
        organization
            .as_object_mut()
            .expect("it is an object")
            .extend(changes);
        let organization = serde_json::from_value(organization).expect("it is well formed");
        self.trail
            .declare_organization(organization, self.now)
            .expect("it is alone");
    }

    /// The same after its store was closed and opened again.
    pub(crate) fn restarted(mut self) -> Self {
        self.trail.commit().expect("memory takes every byte");
        let settings = self.trail.settings.clone();
        let store = self.trail.into_store();
        self.trail = CloudTrail::open(store, settings).expect("what was kept opens");
        self
    }

    /// Calls from another account from now on.
    pub(crate) fn account(&mut self, digits: &str) {
        self.account = AccountId::parse(digits).expect("twelve digits");
    }

    /// With the throttling of AWS.
    pub(crate) fn throttled() -> Self {
        let mut world = Self::new();
        world.trail.settings.throttling = Throttling::On;
        world
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
            caller: caller_of(self.account),
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
const COMMON: [&str; 4] = [
    "ThrottlingException",
    "SerializationException",
    "UnsupportedOperationException",
    "InvalidParameterException",
];
