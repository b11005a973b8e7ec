//! `readOnly` and data events by a call's source and name, for records that are not written by the service that knows.

/// Names that begin so read (O: right for 394 of 404 observed pairs, formats.md 4.2).
const READING: [&str; 18] = [
    "Describe", "Get", "List", "Head", "BatchGet", "Lookup", "Search", "Query", "Scan", "Select",
    "Check", "Validate", "Test", "Simulate", "Estimate", "Preview", "View", "Verify",
];

/// Calls that read though their names do not say so (D and O, formats.md 4.2).
const READS_TOO: [(&str, &[&str]); 8] = [
    (
        "sts",
        &[
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "DecodeAuthorizationMessage",
        ],
    ),
    (
        "kms",
        &[
            "Decrypt",
            "DeriveSharedSecret",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "GenerateRandom",
            "ReEncrypt",
            "Sign",
        ],
    ),
    (
        "bedrock",
        &[
            "Converse",
            "ConverseStream",
            "InvokeModel",
            "InvokeModelWithResponseStream",
        ],
    ),
    (
        "iam",
        &[
            "GenerateCredentialReport",
            "GenerateServiceLastAccessedDetails",
        ],
    ),
    ("rds", &["DownloadDBLogFilePortion"]),
    ("logs", &["FilterLogEvents", "StartQuery"]),
    ("ecr", &["BatchCheckLayerAvailability"]),
    ("s3", &["CreateSession"]),
];

/// Calls that write though their names say otherwise (D, formats.md 4.2; native.md).
const WRITES: [(&str, &[&str]); 2] = [
    (
        "sts",
        &[
            "AssumeRoot",
            "GetFederationToken",
            "GetSessionToken",
            "GetWebIdentityToken",
        ],
    ),
    ("cognito-identity", &["GetCredentialsForIdentity"]),
];

/// What of a service are data events (D, formats.md 4.1; native.md).
const DATA: [(&str, &[&str]); 6] = [
    (
        "dynamodb",
        &[
            "BatchExecuteStatement",
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "GetRecords",
            "GetShardIterator",
            "PutItem",
            "Query",
            "Scan",
            "TransactGetItems",
            "TransactWriteItems",
            "UpdateItem",
        ],
    ),
    ("events", &["PutEvents", "PutPartnerEvents"]),
    ("lambda", &["Invoke", "InvokeExecution"]),
    (
        "s3",
        &[
            "AbortMultipartUpload",
            "CompleteMultipartUpload",
            "CopyObject",
            "CreateMultipartUpload",
            "DeleteObject",
            "DeleteObjectTagging",
            "DeleteObjects",
            "GetObject",
            "GetObjectAcl",
            "GetObjectAttributes",
            "GetObjectLegalHold",
            "GetObjectRetention",
            "GetObjectTagging",
            "GetObjectTorrent",
            "HeadBucket",
            "HeadObject",
            "ListObjectVersions",
            "ListObjects",
            "ListParts",
            "PutObject",
            "PutObjectAcl",
            "PutObjectLegalHold",
            "PutObjectRetention",
            "PutObjectTagging",
            "RestoreObject",
            "SelectObjectContent",
            "UploadPart",
            "UploadPartCopy",
        ],
    ),
    ("sns", &["Publish", "PublishBatch"]),
    (
        "sqs",
        &[
            "ChangeMessageVisibility",
            "ChangeMessageVisibilityBatch",
            "DeleteMessage",
            "DeleteMessageBatch",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ListDeadLetterSourceQueues",
            "ListQueueTags",
            "ListQueues",
            "ReceiveMessage",
            "SendMessage",
            "SendMessageBatch",
        ],
    ),
];

/// Whether a call only reads: `readOnly` by the rule of names and its exceptions. `source` is `s3.amazonaws.com` or `s3`.
#[must_use]
pub fn reads_only(source: &str, name: &str) -> bool {
    if lists(&WRITES, source, name) {
        return false;
    }
    let queue_read = label(source) == "sqs" && name == "ReceiveMessage";
    queue_read
        || lists(&READS_TOO, source, name)
        || READING.iter().any(|verb| name.starts_with(verb))
}

/// Whether a call is a data event.
pub(super) fn is_data_event(source: &str, name: &str) -> bool {
    lists(&DATA, source, name)
}

fn lists(table: &[(&str, &[&str])], source: &str, name: &str) -> bool {
    let service = label(source);
    table
        .iter()
        .any(|(one, names)| *one == service && names.contains(&name))
}

fn label(source: &str) -> &str {
    source.strip_suffix(".amazonaws.com").unwrap_or(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_names_has_exceptions() {
        for (source, name, reads) in [
            ("ec2.amazonaws.com", "DescribeInstances", true),
            ("ec2.amazonaws.com", "RunInstances", false),
            ("sts.amazonaws.com", "AssumeRole", true),
            ("sts.amazonaws.com", "GetSessionToken", false),
            ("kms", "Sign", true),
            ("acm-pca", "SignSomething", false),
            ("sqs", "ReceiveMessage", true),
        ] {
            assert_eq!(reads_only(source, name), reads, "{source} {name}");
        }
    }

    #[test]
    fn data_events_are_listed() {
        assert!(is_data_event("s3.amazonaws.com", "PutObject"));
        assert!(!is_data_event("s3.amazonaws.com", "CreateBucket"));
        assert!(!is_data_event("lambda.amazonaws.com", "PutObject"));
    }
}
