//! The bucket policy that CloudTrail asks for, and ways to get it wrong.
//!
//! Source of the usual one: "Amazon S3 bucket policy for CloudTrail" in the
//! CloudTrail user guide (statements `AWSCloudTrailAclCheck20150319` and
//! `AWSCloudTrailWrite20150319`).

use serde_json::{Map, Value, json};

/// The policy document for `bucket`, with the changes that a suite asked for:
/// `account`, `prefix` and `path` (of the objects), `acl` (`none` leaves the
/// condition out), `source-arn` and `source-account` (added to both
/// statements), `acl-check=no` and `write=no` (leave a statement out).
pub fn document(bucket: &str, account: &str, changes: &[(String, String)]) -> String {
    let change = |name: &str| {
        changes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let mut equals = Map::new();
    for (name, key) in [
        ("source-arn", "aws:SourceArn"),
        ("source-account", "aws:SourceAccount"),
    ] {
        if let Some(value) = change(name) {
            equals.insert(key.to_owned(), value.into());
        }
    }
    let mut statements = Vec::new();
    if change("acl-check") != Some("no") {
        statements.push(statement(
            "AWSCloudTrailAclCheck20150319",
            "s3:GetBucketAcl",
            &format!("arn:aws:s3:::{bucket}"),
            &equals,
        ));
    }
    if change("write") != Some("no") {
        let acl = change("acl").unwrap_or("bucket-owner-full-control");
        if acl != "none" {
            equals.insert("s3:x-amz-acl".to_owned(), acl.into());
        }
        let prefix = change("prefix").map_or(String::new(), |prefix| format!("{prefix}/"));
        let account = change("account").unwrap_or(account);
        let path = change("path")
            .map_or_else(|| format!("{prefix}AWSLogs/{account}/*"), ToOwned::to_owned);
        statements.push(statement(
            "AWSCloudTrailWrite20150319",
            "s3:PutObject",
            &format!("arn:aws:s3:::{bucket}/{path}"),
            &equals,
        ));
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn statement(sid: &str, action: &str, resource: &str, equals: &Map<String, Value>) -> Value {
    let mut statement = json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": action,
        "Resource": resource,
    });
    if !equals.is_empty() {
        statement["Condition"] = json!({"StringEquals": equals});
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, &str)]) -> Value {
        let changes: Vec<(String, String)> = changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        serde_json::from_str(&document("b", "111122223333", &changes)).unwrap()
    }

    #[test]
    fn the_usual_policy_is_that_of_the_user_guide() {
        let policy = read(&[]);
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements[0]["Resource"], "arn:aws:s3:::b");
        assert!(statements[0].get("Condition").is_none());
        assert_eq!(
            statements[1]["Resource"],
            "arn:aws:s3:::b/AWSLogs/111122223333/*"
        );
        assert_eq!(
            statements[1]["Condition"]["StringEquals"]["s3:x-amz-acl"],
            "bucket-owner-full-control"
        );
    }

    #[test]
    fn each_change_changes_its_part() {
        assert_eq!(
            read(&[("write", "no")])["Statement"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let unchecked = read(&[("acl-check", "no"), ("prefix", "p"), ("acl", "none")]);
        assert_eq!(
            unchecked["Statement"][0]["Resource"],
            "arn:aws:s3:::b/p/AWSLogs/111122223333/*"
        );
        assert!(unchecked["Statement"][0].get("Condition").is_none());
        let sources = read(&[("source-arn", "a"), ("source-account", "1")]);
        for statement in sources["Statement"].as_array().unwrap() {
            let equals = &statement["Condition"]["StringEquals"];
            assert_eq!(
                (&equals["aws:SourceArn"], &equals["aws:SourceAccount"]),
                (&json!("a"), &json!("1"))
            );
        }
        assert_eq!(
            read(&[("path", "x/*")])["Statement"][1]["Resource"],
            "arn:aws:s3:::b/x/*"
        );
    }
}
