//! Whole records, kept and refused.

use super::*;

fn read(json: &str) -> Result<Kept, RecordError> {
    super::read(json, || "spare".to_owned())
}

const RECORD: &str = r#"{ "eventVersion": "1.09", "userIdentity": {"type": "AssumedRole", "principalId": "AROAX:run"},
    "eventTime": "2023-07-10T12:00:31Z", "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances",
    "awsRegion": "us-east-1", "requestParameters": {"a": "b \" c"}, "eventID": "3a1acb39-c13b-4e73-a0e3-dcd8ce5c1a3a",
    "readOnly": false, "eventCategory": "Management", "recipientAccountId": "111122223333", "x": 1376.0 }"#;

#[test]
fn elements_of_event_history_are_unwrapped() {
    let element = serde_json::json!({"EventId": "x", "CloudTrailEvent": "{\"a\":1.0}"});
    assert_eq!(unwrap_lookup(&element.to_string()).unwrap(), "{\"a\":1.0}");
    for plain in [
        r#"{"a":"CloudTrailEvent"}"#,
        r#"{"a":{"CloudTrailEvent":"x"}}"#,
    ] {
        assert_eq!(unwrap_lookup(plain).unwrap(), plain);
    }
    assert!(unwrap_lookup(r#"{"CloudTrailEvent":"#).is_err());
}

#[test]
fn records_without_an_id_or_with_a_masked_one_are_kept() {
    let masked = RECORD.replace("3a1acb39-c13b-4e73-a0e3-dcd8ce5c1a3a", "4d293154-EXAMPLE");
    assert_eq!(read(&masked).unwrap().id, "4d293154-EXAMPLE");
    let without = RECORD.replace("eventID", "xeventID");
    let kept = read(&without).unwrap();
    assert_eq!(kept.id, "spare");
    assert!(!kept.record.contains("spare"), "nothing is added");
    let empty = RECORD.replace("3a1acb39-c13b-4e73-a0e3-dcd8ce5c1a3a", "");
    assert_eq!(read(&empty), Err(RecordError::Lacks("eventID")));
}

#[test]
fn a_record_keeps_its_bytes_but_for_white_space_between_tokens() {
    let kept = read(RECORD).unwrap();
    assert!(
        kept.record
            .contains(r#""requestParameters":{"a":"b \" c"}"#)
    );
    assert!(kept.record.ends_with(r#""x":1376.0}"#));
    assert_eq!(kept.username.as_deref(), Some("run"));
    assert_eq!(kept.time.iso(), "2023-07-10T12:00:31Z");
    assert_eq!(read(&kept.record).unwrap(), kept);
}

#[test]
fn aggregated_events_are_kept_with_their_own_members() {
    let aggregate = r#"{"eventVersion":"1.0","accountId":"111122223333","eventId":"a-1","eventCategory":"Aggregated",
        "eventType":"AwsAggregatedEvent","awsRegion":"us-west-2","eventSource":"s3.amazonaws.com",
        "timeWindow":{"windowStart":"2025-11-17T19:20:00Z","windowEnd":"2025-11-17T19:25:00Z","windowSize":"PT5M"},
        "summary":{"primaryDimension":{"dimension":"eventName","statistics":[{"name":"PutObject","value":1000}]}}}"#;
    assert_eq!(is_whole(aggregate), Ok(true));
    let kept = read(aggregate).unwrap();
    assert_eq!(
        (kept.category, kept.id.as_str()),
        (Category::Aggregated, "a-1")
    );
    assert_eq!(kept.time.iso(), "2025-11-17T19:25:00Z");
    assert_eq!(told_time(aggregate), Ok(Some(kept.time)));
    assert_eq!(
        (kept.account.as_str(), kept.name.as_str()),
        ("111122223333", "")
    );
    let timeless = aggregate.replace("windowEnd", "end");
    assert_eq!(read(&timeless), Err(RecordError::Lacks("eventTime")));
}

#[test]
fn what_nobody_could_read_back_is_refused() {
    for damage in [r#""\ud800""#, "1e999", r#""\udc00 x""#] {
        let damaged = RECORD.replace("1376.0", damage);
        assert!(
            matches!(read(&damaged), Err(RecordError::Unreadable(_))),
            "{damage}"
        );
    }
    for fine in [
        r#""\ud83d\ude00 \u00e9""#,
        "1e5",
        "18446744073709551615",
        "123456789012345678901234",
    ] {
        let written = RECORD.replace("1376.0", fine);
        assert!(read(&written).unwrap().record.contains(fine), "{fine}");
    }
    assert!(matches!(
        read(r#"[null,"ec2","X"]"#),
        Err(RecordError::Unreadable(_))
    ));
    assert!(is_whole(r#"[null,"1.08","x"]"#).is_err() && told_time("1").is_err());
}

#[test]
fn what_has_no_place_is_refused_by_name() {
    for (member, name) in [
        ("eventTime", "eventTime"),
        ("awsRegion", "awsRegion"),
        ("eventName", "eventName"),
        ("recipientAccountId", "recipientAccountId"),
    ] {
        let mut record: serde_json::Value = serde_json::from_str(RECORD).unwrap();
        record.as_object_mut().unwrap().remove(member);
        assert_eq!(read(&record.to_string()), Err(RecordError::Lacks(name)));
    }
    for (member, name) in [("Run", "eventName"), ("ec2", "eventSource")] {
        let emptied = match member {
            "Run" => RECORD.replace("RunInstances", ""),
            _ => RECORD.replace("ec2.amazonaws.com", ""),
        };
        assert_eq!(read(&emptied), Err(RecordError::Lacks(name)));
    }
    assert!(matches!(read("[1]"), Err(RecordError::Unreadable(_))));
    assert!(matches!(read("{"), Err(RecordError::Unreadable(_))));
    let deep = RECORD.replace("1376.0", &format!("{}{}", "[".repeat(200), "]".repeat(200)));
    assert_eq!(read(&deep), Err(RecordError::TooDeep));
    let large = RECORD.replace("b \\\" c", &"x".repeat(RECORD_BYTES));
    assert!(matches!(read(&large), Err(RecordError::TooLarge(_))));
}
