//! A record as EventBridge's default bus carries it (formats.md 6; members and their order O, native.md).
//!
//! Not here: which records reach a bus, and which rules they match.

use serde_json::{Map, Value};

/// The event of a record; `None` for a text that is no record.
///
/// `id` is the event's own, which is not the record's `eventID` (O).
#[must_use]
pub fn bus_event(record: &str, id: &str) -> Option<Value> {
    let detail: Value = serde_json::from_str(record).ok()?;
    let text = |member: &str| detail.get(member).and_then(Value::as_str);
    let event_type = text("eventType").unwrap_or_default();
    let label = match event_type {
        // (D)
        "AwsCloudTrailInsight" => "cloudtrail",
        _ => text("eventSource")?.split('.').next()?,
    };
    let copied = |member: &str| Value::from(text(member));
    let members = [
        ("version", "0".into()),
        ("id", id.into()),
        ("detail-type", detail_type(event_type).into()),
        ("source", format!("aws.{label}").into()),
        ("account", copied("recipientAccountId")),
        ("time", copied("eventTime")),
        ("region", copied("awsRegion")),
        // Always empty, whatever the record's resources are (O).
        ("resources", Value::Array(Vec::new())),
    ];
    let mut event: Map<String, Value> = members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    event.insert("detail".to_owned(), detail);
    Some(Value::Object(event))
}

/// `detail-type`, by the record's `eventType` (D).
fn detail_type(event_type: &str) -> &'static str {
    match event_type {
        "AwsConsoleSignIn" => "AWS Console Sign In via CloudTrail",
        "AwsConsoleAction" => "AWS Console Action via CloudTrail",
        "AwsServiceEvent" => "AWS Service Event via CloudTrail",
        "AwsCloudTrailInsight" => "AWS Insight via CloudTrail",
        "AwsVpceEvent" | "AwsVpceEvents" => "AWS Network Activity Event via CloudTrail",
        _ => "AWS API Call via CloudTrail",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_the_detail() {
        let record = r#"{"eventTime":"2026-11-24T04:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","resources":[{"ARN":"arn:aws:s3:::b"}],"eventID":"e","eventType":"AwsApiCall","recipientAccountId":"111122223333"}"#;
        let event = bus_event(record, "i").unwrap().to_string();
        let envelope = r#"{"version":"0","id":"i","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","account":"111122223333","time":"2026-11-24T04:00:00Z","region":"eu-west-1","resources":[],"detail":"#;
        assert_eq!(event, format!("{envelope}{record}}}"));
    }

    #[test]
    fn detail_types_and_sources() {
        let told = |event_type: &str, source: &str| {
            let record = format!(r#"{{"eventType":"{event_type}","eventSource":"{source}"}}"#);
            let event = bus_event(&record, "i").unwrap();
            let text = |member: &str| event[member].as_str().unwrap().to_owned();
            (text("detail-type"), text("source"))
        };
        for (event_type, source, detail_type, name) in [
            (
                "AwsConsoleSignIn",
                "signin.amazonaws.com",
                "AWS Console Sign In via CloudTrail",
                "aws.signin",
            ),
            (
                "AwsServiceEvent",
                "kms.amazonaws.com",
                "AWS Service Event via CloudTrail",
                "aws.kms",
            ),
            (
                "AwsConsoleAction",
                "billingconsole.amazonaws.com",
                "AWS Console Action via CloudTrail",
                "aws.billingconsole",
            ),
            (
                "AwsCloudTrailInsight",
                "ec2.amazonaws.com",
                "AWS Insight via CloudTrail",
                "aws.cloudtrail",
            ),
        ] {
            assert_eq!(
                told(event_type, source),
                (detail_type.to_owned(), name.to_owned())
            );
        }
        assert_eq!(bus_event("{}", "i"), None);
        assert_eq!(bus_event("no record", "i"), None);
    }
}
