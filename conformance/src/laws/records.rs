//! How a record is written: the order of its members, as real records have it.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::script::Mark;
use crate::session::Session;

/// The order of a record's members (O, native.md, Record shape).
const MEMBERS: [&str; 23] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "eventCategory",
];

/// The last member, where there is one.
const LAST: &str = "tlsDetails";

/// The order of a user's members (O, native.md, Record shape).
const IDENTITY: [&str; 6] = [
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
];

/// Records of a read, a write and a refusal have their members in AWS's order,
/// none twice and no others.
pub(super) async fn members_stand_in_order(session: &mut Session<'_>) -> Result<(), Fault> {
    let bucket = session.bucket().await?;
    let name = session.variable("t1").to_owned();
    let input = json!({"Name": name, "S3BucketName": bucket});
    session.must("CreateTrail", &input).await?;
    session.must("ListTrails", &json!({})).await?;
    let nope = json!({"Name": "nope-1"});
    session
        .refused("GetTrail", &nope, "TrailNotFoundException")
        .await?;
    let source =
        json!({"AttributeKey": "EventSource", "AttributeValue": "cloudtrail.amazonaws.com"});
    let found = session
        .must("LookupEvents", &json!({"LookupAttributes": [source]}))
        .await?;
    let events: Vec<&Value> = found["Events"].as_array().into_iter().flatten().collect();
    if events.len() != 3 {
        return Err(wrong(format!(
            "expected three events, got {}",
            events.len()
        )));
    }
    for event in events {
        let text = event["CloudTrailEvent"].as_str().unwrap_or_default();
        let record: Value = serde_json::from_str(text)
            .map_err(|error| wrong(format!("a record is not JSON: {error}")))?;
        let known: Vec<&str> = MEMBERS.into_iter().chain([LAST]).collect();
        in_order(&record, &known)?;
        in_order(&record["userIdentity"], &IDENTITY)?;
        // Members keep their order, so that only white space and escapes can differ.
        let compact = record.to_string();
        if compact != text {
            return Err(wrong(format!("a record is not compact: {text}")));
        }
    }
    Ok(())
}

fn wrong(sentence: String) -> Fault {
    Fault::of(Mark::Observed, sentence)
}

/// Whether an object's members are among `known`, in that order.
fn in_order(object: &Value, known: &[&str]) -> Result<(), Fault> {
    let members: Vec<&String> = object
        .as_object()
        .into_iter()
        .flat_map(|o| o.keys())
        .collect();
    let mut rest = known.iter();
    match members
        .iter()
        .find(|member| !rest.any(|name| name == *member))
    {
        Some(member) => Err(wrong(format!(
            "{member} does not stand where it should in {members:?}"
        ))),
        None if members.is_empty() => Err(wrong(format!("{object} has no members"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_the_list() {
        assert!(in_order(&json!({"type": 1, "arn": 2}), &IDENTITY).is_ok());
        for wrong in [
            json!({"arn": 1, "type": 2}),
            json!({"type": 1, "colour": 2}),
            json!({}),
            json!(null),
        ] {
            assert!(in_order(&wrong, &IDENTITY).is_err(), "{wrong}");
        }
    }
}
