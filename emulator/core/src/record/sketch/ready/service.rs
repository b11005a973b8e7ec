//! What services do of their own accord (formats.md 2.6).

use serde_json::{Value, json};

use super::{Ready, given};
use crate::ids;
use crate::record::sketch::Frame;
use crate::time::Timestamp;

/// KMS's own (D, the service's guide).
pub(super) fn rotate_key(_: &Ready, frame: &Frame<'_>) -> Value {
    let key = given(frame, "serviceEventDetails", "keyId");
    let key = key.map_or_else(|| frame.uuid("key"), str::to_owned);
    let arn = arn(frame, "kms", &format!("key/{key}"));
    json!({
        "userIdentity": {"invokedBy": "AWS Internal"},
        "resources": [{"accountId": frame.account.as_str(), "type": "AWS::KMS::Key", "ARN": arn}],
        "serviceEventDetails": {"rotationType": "AUTOMATIC", "keyId": key},
    })
}

/// The secret's ARN and name (O, formats.md 2.6).
pub(super) fn secret(_: &Ready, frame: &Frame<'_>) -> Value {
    let (arn, name) = secret_named(frame);
    json!({"additionalEventData": {"ARN": arn, "Name": name}})
}

/// Deletions have a request after all, of Secrets Manager's own (O, forty records of forty).
pub(super) fn secret_deletion(ready: &Ready, frame: &Frame<'_>) -> Value {
    let mut event = secret(ready, frame);
    let (arn, _) = secret_named(frame);
    let minute = Timestamp::parse_iso(&frame.time()).unwrap_or(frame.now);
    let minute = Timestamp::from_seconds(minute.seconds() / 60 * 60).iso();
    event["requestID"] = json!(format!("SecretDeleteMessage:{arn}:{minute}:Forced"));
    event
}

fn secret_named(frame: &Frame<'_>) -> (String, String) {
    let name = given(frame, "additionalEventData", "Name").unwrap_or("localtrail");
    let told = given(frame, "additionalEventData", "ARN").map(str::to_owned);
    let made = || arn(frame, "secretsmanager", &format!("secret:{name}-AbCdEf"));
    (told.unwrap_or_else(made), name.to_owned())
}

/// In the account whose snapshot another one made a volume of (O, three records of three).
pub(super) fn shared_snapshot(_: &Ready, frame: &Frame<'_>) -> Value {
    let id = hex(frame, "snapshot");
    json!({
        "sharedEventID": frame.uuid("shared"),
        "serviceEventDetails": {"snapshotId": format!("snap-{}", &id[..17])},
    })
}

/// The outcome of CreateAccount in the management account (D; times as Organizations writes them).
pub(super) fn create_account(_: &Ready, frame: &Frame<'_>) -> Value {
    let time = short_time(Timestamp::parse_iso(&frame.time()).unwrap_or(frame.now));
    let account: String = ids::principal("", &[frame.account.as_str(), "member"])
        .bytes()
        .map(|byte| char::from(b'0' + byte % 10))
        .take(12)
        .collect();
    json!({"serviceEventDetails": {"createAccountStatus": {
        "id": format!("car-{}", hex(frame, "request")),
        "state": "SUCCEEDED",
        "accountName": "****",
        "accountId": account,
        "requestedTimestamp": time,
        "completedTimestamp": time,
    }}})
}

/// Such as `Jun 24, 2026 11:37:22 PM` (O, formats.md 3.4).
fn short_time(time: Timestamp) -> String {
    let utc = chrono::DateTime::from_timestamp_millis(time.millis()).unwrap_or_default();
    utc.format("%b %-d, %Y %-I:%M:%S %p").to_string()
}

/// A job of S3 Batch Operations (D, the service's guide).
pub(super) fn job_status(_: &Ready, frame: &Frame<'_>) -> Value {
    let job = given(frame, "serviceEventDetails", "jobId");
    let job = job.map_or_else(|| frame.uuid("job"), str::to_owned);
    let arn = arn(frame, "s3", &format!("job/{job}"));
    json!({"serviceEventDetails": {
        "jobId": job,
        "jobArn": arn,
        "status": "Complete",
        "jobEventId": hex(frame, "job event"),
        "failureCodes": [],
        "statusChangeReason": [],
    }})
}

/// An event source mapping that Lambda gave up. The service's guide calls it a data event that is logged by default (D);
/// so it is taken for a management event, which is what is logged by default (I).
pub(super) fn mapping_disabled(_: &Ready, _: &Frame<'_>) -> Value {
    json!({"serviceEventDetails": {"ESMDisableReason": "Lambda Function not found"}})
}

/// An ARN in the event's region and account.
fn arn(frame: &Frame<'_>, service: &str, rest: &str) -> String {
    let (partition, region) = (frame.region.partition(), frame.region.as_str());
    let account = frame.account;
    format!("arn:{partition}:{service}:{region}:{account}:{rest}")
}

fn hex(frame: &Frame<'_>, what: &str) -> String {
    frame.uuid(what).replace('-', "")
}
