//! Whole records that a case hands to the target, as if the event had happened
//! elsewhere. It writes the members that every record has; what a case is
//! about stands in the suite. Sending it is the session's business.

use serde_json::{Value, json};

use crate::target::Caller;

/// The record with the members that `given` leaves out: those of a data event
/// of the calling account and region. `number` tells the records of a case
/// apart, `time` is when the event happened, such as `2026-01-31T12:00:00Z`. The order of members is that of real records (formats.md 2.2),
/// and a member given as null is left out but for the two that always stand.
pub fn whole(given: &Value, caller: &Caller, number: usize, time: &str) -> Value {
    let account = &caller.account;
    let defaults = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEEXAMPLE123",
            "arn": format!("arn:aws:iam::{account}:user/alice"),
            "accountId": account,
            "accessKeyId": "AKIAEXAMPLEEXAMPLE12",
            "userName": "alice",
        },
        "eventTime": time,
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": caller.region,
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "suite",
        "requestParameters": null,
        "responseElements": null,
        "requestID": uuid(account, number, 'a'),
        "eventID": uuid(account, number, 'b'),
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": false,
        "recipientAccountId": account,
        "eventCategory": "Data",
    });
    let mut record = defaults;
    let (Some(members), Some(given)) = (record.as_object_mut(), given.as_object()) else {
        return given.clone();
    };
    for (name, value) in given {
        members.insert(name.clone(), value.clone());
    }
    members.retain(|name, value| {
        !value.is_null() || ["requestParameters", "responseElements"].contains(&name.as_str())
    });
    record
}

/// A UUID of version 4 that no other record of the run has.
fn uuid(account: &str, number: usize, kind: char) -> String {
    format!("{number:08x}-0000-4000-{kind}000-{account:0>12}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "2026-01-31T12:00:00Z";

    fn caller() -> Caller {
        Caller {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
        }
    }

    #[test]
    fn what_is_left_out_is_that_of_a_data_event() {
        let record = whole(
            &json!({"eventName": "PutObject", "userIdentity": null}),
            &caller(),
            7,
            TIME,
        );
        assert_eq!(record["eventName"], "PutObject");
        assert_eq!(record["eventCategory"], "Data");
        assert_eq!(record["awsRegion"], "eu-west-1");
        assert_eq!(record["recipientAccountId"], "111122223333");
        assert!(record.get("userIdentity").is_none());
        assert!(record.get("requestParameters").is_some_and(Value::is_null));
    }

    #[test]
    fn ids_are_uuids_and_differ() {
        let ids: Vec<String> = (1..3)
            .map(|number| {
                whole(&json!({}), &caller(), number, TIME)["eventID"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert!(ids.iter().all(|id| crate::pattern::is_uuid(id)));
        assert_ne!(ids[0], ids[1]);
    }
}
