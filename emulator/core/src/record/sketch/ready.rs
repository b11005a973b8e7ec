//! Ready sketches: events that no API call makes, known by their names. Found by the member `sketch`, or by `eventName`.
//!
//! Each gives a template; what the user says goes over it.

use serde_json::{Value, json};

use super::{EventType, Frame, Object, text};
use crate::ids;
use crate::record::injected::RecordError;
use crate::time::Timestamp;

/// Stands for the user of a failed sign-in with an unknown name (D, formats.md 2.4).
pub(super) const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// A sketch that is known by name.
pub(super) struct Ready {
    /// The value of `sketch`.
    name: &'static str,
    event_name: &'static str,
    pub(super) source: &'static str,
    pub(super) event_type: EventType,
    pub(super) template: fn(&Frame<'_>) -> Object,
}

impl Ready {
    /// The ready sketch that is asked for by name, or recognised by its event's name; `None` if there is none.
    pub(super) fn of(
        named: Option<Value>,
        sketch: &Object,
    ) -> Result<Option<&'static Self>, RecordError> {
        if let Some(named) = named {
            let named = named.as_str().unwrap_or_default();
            let found = ALL.iter().find(|one| one.name == named);
            return found
                .map(Some)
                .ok_or_else(|| RecordError::NoSuchSketch(named.to_owned(), names()));
        }
        let event_name = text(sketch, "eventName");
        let source = text(sketch, "eventSource");
        let event_type = text(sketch, "eventType");
        Ok(ALL
            .iter()
            .filter(|one| one.name == one.event_name)
            .find(|one| {
                Some(one.event_name) == event_name
                    && source.is_none_or(|source| source == one.source)
                    && event_type.is_none_or(|kind| kind == one.event_type.name())
            }))
    }
}

fn names() -> String {
    let names: Vec<&str> = ALL.iter().map(|one| one.name).collect();
    names.join(", ")
}

const SIGN_IN: &str = "signin.amazonaws.com";
const SECRETS: &str = "secretsmanager.amazonaws.com";

const fn sign_in(
    name: &'static str,
    event_name: &'static str,
    template: fn(&Frame<'_>) -> Object,
) -> Ready {
    Ready {
        name,
        event_name,
        source: SIGN_IN,
        event_type: EventType::ConsoleSignIn,
        template,
    }
}

const fn service(
    name: &'static str,
    source: &'static str,
    template: fn(&Frame<'_>) -> Object,
) -> Ready {
    Ready {
        name,
        event_name: name,
        source,
        event_type: EventType::ServiceEvent,
        template,
    }
}

/// All of them. Those whose `name` is the event's name are also recognised by it.
const ALL: &[Ready] = &[
    sign_in("ConsoleLogin", "ConsoleLogin", console_login),
    sign_in("ConsoleLoginFailure", "ConsoleLogin", console_login_failure),
    sign_in("ConsoleLoginMfa", "ConsoleLogin", console_login_mfa),
    sign_in(
        "ConsoleLoginUnknownUser",
        "ConsoleLogin",
        console_login_unknown_user,
    ),
    sign_in("CheckMfa", "CheckMfa", check_mfa),
    sign_in("SwitchRole", "SwitchRole", switch_role),
    sign_in("GetSigninToken", "GetSigninToken", |_| {
        success(
            "GetSigninToken",
            json!({"MobileVersion": "No", "MFAUsed": "No"}),
        )
    }),
    sign_in(
        "PasswordRecoveryRequested",
        "PasswordRecoveryRequested",
        |_| password_recovery("PasswordRecoveryRequested"),
    ),
    sign_in(
        "PasswordRecoveryCompleted",
        "PasswordRecoveryCompleted",
        |_| password_recovery("PasswordRecoveryCompleted"),
    ),
    service("RotateKey", "kms.amazonaws.com", rotate_key),
    service("StartSecretVersionDelete", SECRETS, |frame| {
        secret(frame, "StartSecretVersionDelete")
    }),
    service("EndSecretVersionDelete", SECRETS, |frame| {
        secret(frame, "EndSecretVersionDelete")
    }),
    service("RotationStarted", SECRETS, |frame| {
        secret(frame, "RotationStarted")
    }),
    service("RotationSucceeded", SECRETS, |frame| {
        secret(frame, "RotationSucceeded")
    }),
    service("RotationFailed", SECRETS, |frame| {
        secret(frame, "RotationFailed")
    }),
    service(
        "SharedSnapshotVolumeCreated",
        "ec2.amazonaws.com",
        |frame| {
            let id = hex(frame, "snapshot");
            let mut event = of_service("SharedSnapshotVolumeCreated", "ec2.amazonaws.com");
            event.extend(object(json!({
                "sharedEventID": frame.fresh.request_id,
                "serviceEventDetails": {"snapshotId": format!("snap-{}", &id[..17])},
            })));
            event
        },
    ),
    service(
        "CreateAccountResult",
        "organizations.amazonaws.com",
        create_account,
    ),
    service("JobStatusChanged", "s3.amazonaws.com", job_status),
    service("LambdaESMDisabled", "lambda.amazonaws.com", |_| {
        of_service("LambdaESMDisabled", "lambda.amazonaws.com")
    }),
    Ready {
        name: "ConsoleAction",
        event_name: "GetBillsForBillingPeriod",
        source: "billingconsole.amazonaws.com",
        event_type: EventType::ConsoleAction,
        template: console_action,
    },
    Ready {
        name: "VpceAccessDenied",
        event_name: "ListBuckets",
        source: "s3.amazonaws.com",
        event_type: EventType::VpceEvent,
        template: vpce_denied,
    },
    Ready {
        name: "ApiCallRateInsight",
        event_name: "RunInstances",
        source: "ec2.amazonaws.com",
        event_type: EventType::Insight,
        template: |frame| insight(frame, "ApiCallRateInsight"),
    },
    Ready {
        name: "ApiErrorRateInsight",
        event_name: "RunInstances",
        source: "ec2.amazonaws.com",
        event_type: EventType::Insight,
        template: |frame| insight(frame, "ApiErrorRateInsight"),
    },
];

/// Whether a sign-in failed: its outcome says so, or it has an error's message.
pub(super) fn failed(sketch: &Object) -> bool {
    let outcome = sketch.get("responseElements").and_then(Value::as_object);
    let name = text(sketch, "eventName").unwrap_or_default();
    outcome.and_then(|outcome| text(outcome, name)) == Some("Failure")
        || text(sketch, "errorMessage").is_some()
}

fn console_login(frame: &Frame<'_>) -> Object {
    if failed(frame.sketch) {
        return console_login_failure(frame);
    }
    let extra = frame.sketch.get("additionalEventData");
    let extra = extra.and_then(Value::as_object);
    let with_mfa = extra.is_some_and(|extra| {
        text(extra, "MFAUsed") == Some("Yes") || extra.contains_key("MFAIdentifier")
    });
    if with_mfa {
        return console_login_mfa(frame);
    }
    login(
        frame,
        "Success",
        json!({"MobileVersion": "No", "MFAUsed": "No"}),
    )
}

/// No `errorCode`, only a message (D and O, formats.md 2.6).
fn console_login_failure(frame: &Frame<'_>) -> Object {
    let mut login = login(
        frame,
        "Failure",
        json!({"MobileVersion": "No", "MFAUsed": "No"}),
    );
    login.insert("errorMessage".to_owned(), json!("Failed authentication"));
    login
}

fn console_login_mfa(frame: &Frame<'_>) -> Object {
    let account = frame.account;
    let device = format!("arn:{}:iam::{account}:mfa/device", frame.region.partition());
    login(
        frame,
        "Success",
        json!({"MobileVersion": "No", "MFAIdentifier": device, "MFAUsed": "Yes"}),
    )
}

fn console_login_unknown_user(frame: &Frame<'_>) -> Object {
    let mut login = console_login_failure(frame);
    let message = "No username found in supplied account";
    login.insert("errorMessage".to_owned(), json!(message));
    login.insert(
        "userIdentity".to_owned(),
        json!({"type": "IAMUser", "accessKeyId": "", "userName": HIDDEN}),
    );
    login
}

/// Log-ins of roles do not say where to (D).
fn login(frame: &Frame<'_>, outcome: &str, extra: Value) -> Object {
    let identity = frame.sketch.get("userIdentity").and_then(Value::as_object);
    let is_role = identity.is_some_and(|one| {
        text(one, "type") == Some("AssumedRole") || one.contains_key("roleName")
    });
    let mut additional = Object::new();
    if !is_role {
        let page = "https://console.aws.amazon.com/console/home?state=hashArgs%23&isauthcode=true";
        additional.insert("LoginTo".to_owned(), json!(page));
    }
    additional.extend(object(extra));
    let mut login = of_sign_in("ConsoleLogin", outcome);
    login.insert("additionalEventData".to_owned(), Value::Object(additional));
    login
}

fn check_mfa(_: &Frame<'_>) -> Object {
    success("CheckMfa", json!({"MfaType": "Virtual MFA"}))
}

/// The record of the role's account (D, formats.md 2.6).
fn switch_role(frame: &Frame<'_>) -> Object {
    let (account, partition) = (frame.account, frame.region.partition());
    let from = format!("arn:{partition}:iam::{account}:user/localtrail");
    let page = "https://console.aws.amazon.com/console/home";
    let mut event = success(
        "SwitchRole",
        json!({"SwitchFrom": from, "DisplayName": "localtrail", "RedirectTo": page}),
    );
    if !frame.sketch.contains_key("userIdentity") {
        let session =
            json!({"type": "AssumedRole", "roleName": "localtrail", "sessionName": "localtrail"});
        event.insert("userIdentity".to_owned(), session);
    }
    event
}

/// Root users recover passwords by themselves; those of users are set by administrators (D).
fn password_recovery(name: &str) -> Object {
    let mut event = of_sign_in(name, "Success");
    event.insert("userIdentity".to_owned(), json!({"type": "Root"}));
    event
}

fn success(name: &str, extra: Value) -> Object {
    let mut event = of_sign_in(name, "Success");
    event.insert("additionalEventData".to_owned(), extra);
    event
}

fn of_sign_in(name: &str, outcome: &str) -> Object {
    object(json!({
        "eventName": name,
        "eventSource": SIGN_IN,
        "responseElements": {name: outcome},
        // Browsers speak TLS (O, four records of four).
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "signin.aws.amazon.com",
        },
    }))
}

fn of_service(name: &str, source: &str) -> Object {
    object(json!({"eventName": name, "eventSource": source}))
}

/// KMS's own (D, the service's guide).
fn rotate_key(frame: &Frame<'_>) -> Object {
    let (account, region) = (frame.account.as_str(), frame.region.as_str());
    let details = frame.sketch.get("serviceEventDetails");
    let told = details.and_then(Value::as_object);
    let key = told.and_then(|details| text(details, "keyId"));
    let key = key.map_or_else(|| uuid(frame, "key"), str::to_owned);
    let arn = format!(
        "arn:{}:kms:{region}:{account}:key/{key}",
        frame.region.partition()
    );
    let mut event = of_service("RotateKey", "kms.amazonaws.com");
    event.extend(object(json!({
        "userIdentity": {"invokedBy": "AWS Internal"},
        "resources": [{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn}],
        "serviceEventDetails": {"rotationType": "AUTOMATIC", "keyId": key},
    })));
    event
}

/// The secret's ARN and name (O, formats.md 2.6).
fn secret(frame: &Frame<'_>, name: &str) -> Object {
    let (account, region) = (frame.account.as_str(), frame.region.as_str());
    let extra = frame.sketch.get("additionalEventData");
    let told = extra.and_then(Value::as_object);
    let secret = told
        .and_then(|extra| text(extra, "Name"))
        .unwrap_or("localtrail");
    let partition = frame.region.partition();
    let arn = format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{secret}-AbCdEf");
    let mut event = of_service(name, SECRETS);
    event.insert(
        "additionalEventData".to_owned(),
        json!({"ARN": arn, "Name": secret}),
    );
    event
}

/// The outcome of CreateAccount in the management account (D; times as Organizations writes them).
fn create_account(frame: &Frame<'_>) -> Object {
    let time = short_time(Timestamp::parse_iso(&frame.time()).unwrap_or(frame.now));
    let account: String = ids::principal("", &[frame.account.as_str(), "member"])
        .bytes()
        .map(|byte| char::from(b'0' + byte % 10))
        .take(12)
        .collect();
    let mut event = of_service("CreateAccountResult", "organizations.amazonaws.com");
    event.insert(
        "serviceEventDetails".to_owned(),
        json!({"createAccountStatus": {
            "id": format!("car-{}", hex(frame, "request")),
            "state": "SUCCEEDED",
            "accountName": "****",
            "accountId": account,
            "requestedTimestamp": time,
            "completedTimestamp": time,
        }}),
    );
    event
}

/// Such as `Jun 24, 2026 11:37:22 PM` (O, formats.md 3.4).
fn short_time(time: Timestamp) -> String {
    let utc = chrono::DateTime::from_timestamp_millis(time.millis()).unwrap_or_default();
    utc.format("%b %-d, %Y %-I:%M:%S %p").to_string()
}

/// A job of S3 Batch Operations (D, the service's guide).
fn job_status(frame: &Frame<'_>) -> Object {
    let (account, region) = (frame.account.as_str(), frame.region.as_str());
    let job = uuid(frame, "job");
    let arn = format!(
        "arn:{}:s3:{region}:{account}:job/{job}",
        frame.region.partition()
    );
    let mut event = of_service("JobStatusChanged", "s3.amazonaws.com");
    event.insert(
        "serviceEventDetails".to_owned(),
        json!({
            "jobId": job,
            "jobArn": arn,
            "status": "Complete",
            "jobEventId": hex(frame, "job event"),
            "failureCodes": [],
            "statusChangeReason": [],
        }),
    );
    event
}

/// What consoles do without a public API (O, formats.md 2.6).
fn console_action(_: &Frame<'_>) -> Object {
    object(json!({
        "eventName": "GetBillsForBillingPeriod",
        "eventSource": "billingconsole.amazonaws.com",
    }))
}

/// A call that an endpoint's policy denied (D, formats.md 2.7).
fn vpce_denied(frame: &Frame<'_>) -> Object {
    object(json!({
        "eventName": "ListBuckets",
        "eventSource": "s3.amazonaws.com",
        "errorCode": "VpceAccessDenied",
        "errorMessage": "The request was denied due to a VPC endpoint policy",
        "vpcEndpointId": format!("vpce-{}", &hex(frame, "endpoint")[..17]),
        "vpcEndpointAccountId": frame.account.as_str(),
    }))
}

/// An unusual rate of calls, or of errors (D, formats.md 2.7).
fn insight(frame: &Frame<'_>, kind: &str) -> Object {
    let mut details = object(json!({
        "state": "Start",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "insightType": kind,
    }));
    if kind == "ApiErrorRateInsight" {
        details.insert("errorCode".to_owned(), json!("AccessDenied"));
    }
    let (account, partition) = (frame.account, frame.region.partition());
    let who = format!("arn:{partition}:iam::{account}:user/localtrail");
    let attribution = |attribute: &str, value: &str| {
        json!({
            "attribute": attribute,
            "insight": [{"value": value, "average": 30.0}],
            "baseline": [{"value": value, "average": 0.02}],
        })
    };
    details.insert(
        "insightContext".to_owned(),
        json!({
            "statistics": {
                "baseline": {"average": 0.02},
                "insight": {"average": 30.0},
                "insightDuration": 1,
                "baselineDuration": 10080,
            },
            "attributions": [
                attribution("userIdentityArn", &who),
                attribution("userAgent", "localtrail"),
                attribution("errorCode", "null"),
            ],
        }),
    );
    object(json!({"insightDetails": details}))
}

fn hex(frame: &Frame<'_>, what: &str) -> String {
    uuid(frame, what).replace('-', "")
}

/// An id that belongs to this event, so that a run can be repeated.
fn uuid(frame: &Frame<'_>, what: &str) -> String {
    ids::named_uuid(&[&frame.fresh.event_id, what])
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
