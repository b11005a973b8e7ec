//! Laws of recognition over the catalogue itself: the head of every operation of every service, built from the model in
//! each of the service's protocols, is recognised as that operation. Where AWS itself tells only by the host, or not at
//! all, the exceptions are data.

mod heads;

use std::collections::BTreeMap;

use heads::{Head, heads};
use localtrail_model::catalogue::services;
use localtrail_recorder::Body;

/// Two services of which some operations cannot be told apart: the same request, to the same host.
struct Twins {
    sent: &'static str,
    told: &'static str,
    /// How many operations of `sent` are told as those of the same name of `told`.
    shared: usize,
}

const fn twins(sent: &'static str, told: &'static str, shared: usize) -> Twins {
    Twins { sent, told, shared }
}

/// At AWS's own hosts. The first two are Amazon RDS to their callers, as in their events.
const AT_AWS: [Twins; 7] = [
    twins("docdb", "rds", 56),
    twins("neptune", "rds", 70),
    twins("greengrassv2", "greengrass", 8),
    twins("lambda-microvms", "lambda", 3),
    twins("pinpoint-sms-voice", "sms-voice", 8),
    twins("wisdom", "qconnect", 41),
    twins("signer", "signer-data", 1),
];

/// At a host that says nothing, where only the signature's scope tells services apart.
const BY_SCOPE_ALONE: [Twins; 17] = [
    twins("docdb", "rds", 56),
    twins("neptune", "rds", 70),
    twins("greengrassv2", "greengrass", 8),
    twins("lambda-microvms", "lambda", 3),
    twins("pinpoint-sms-voice", "sms-voice", 8),
    twins("wisdom", "qconnect", 41),
    twins("signer-data", "signer", 1),
    twins("bedrock-agent-runtime", "bedrock-agent", 3),
    twins("bedrock-data-automation", "bedrock", 3),
    twins("chime-sdk-media-pipelines", "chime-sdk-identity", 3),
    twins("chime-sdk-meetings", "chime-sdk-identity", 3),
    twins("chime-sdk-messaging", "chime-sdk-identity", 3),
    twins("chime-sdk-voice", "chime", 16),
    twins("chime-sdk-voice", "chime-sdk-identity", 3),
    twins("ivs-realtime", "ivs", 3),
    twins("lexv2-models", "lex-models", 3),
    twins("timestream-write", "timestream-query", 4),
];

/// Operations whose request is another operation's: the newer name is told. Directory buckets are listed under a scope
/// of their own.
const RENAMED: [(&str, &str); 5] = [
    (
        "s3.GetBucketLifecycle",
        "s3.GetBucketLifecycleConfiguration",
    ),
    (
        "s3.GetBucketNotification",
        "s3.GetBucketNotificationConfiguration",
    ),
    ("s3.ListDirectoryBuckets", "s3.ListBuckets"),
    (
        "s3.PutBucketLifecycle",
        "s3.PutBucketLifecycleConfiguration",
    ),
    (
        "s3.PutBucketNotification",
        "s3.PutBucketNotificationConfiguration",
    ),
];

#[test]
fn every_operation_is_told_at_aws_s_hosts() {
    hold(told_otherwise(|_| {}), &AT_AWS, &RENAMED);
}

#[test]
fn every_operation_is_told_without_a_signature() {
    hold(told_otherwise(|head| head.scope = None), &AT_AWS, &RENAMED);
}

#[test]
fn every_operation_is_told_at_named_local_hosts() {
    let local = |head: &mut Head| {
        head.host = head
            .host
            .replace(".us-east-1.amazonaws.com", ".localhost:4566");
        head.scope = None;
    };
    hold(told_otherwise(local), &AT_AWS, &RENAMED);
}

#[test]
fn every_operation_is_told_by_scope_at_a_local_host() {
    let local = |head: &mut Head| head.host = "localhost:4566".to_owned();
    let mut renamed = RENAMED.to_vec();
    renamed.push(("lexv2-models.ListImports", "lex-models.StartImport"));
    hold(told_otherwise(local), &BY_SCOPE_ALONE, &renamed);
}

#[test]
fn every_target_and_rpc_path_is_told_by_itself() {
    let alone = |head: &mut Head| {
        head.host.clear();
        head.scope = None;
    };
    let named = |entry: &str| {
        let entry = localtrail_model::catalogue::service(entry).expect("a service");
        entry.target_prefix.is_some()
    };
    let mut wrong = told_otherwise(alone);
    wrong.retain(|sent, _| named(sent.split('.').next().unwrap_or_default()));
    hold(
        wrong,
        &[twins("timestream-write", "timestream-query", 4)],
        &[],
    );
}

/// What is told otherwise is exactly what the tables say, so that neither can grow unseen.
#[track_caller]
fn hold(mut wrong: BTreeMap<String, String>, twins: &[Twins], renamed: &[(&str, &str)]) {
    for (sent, told) in renamed {
        assert_eq!(wrong.remove(*sent).as_deref(), Some(*told), "{sent}");
    }
    for twin in twins {
        let before = wrong.len();
        wrong.retain(|sent, told| {
            let same = sent.strip_prefix(twin.sent) == told.strip_prefix(twin.told);
            !(same
                && sent
                    .strip_prefix(twin.sent)
                    .is_some_and(|name| name.starts_with('.')))
        });
        assert_eq!(
            before - wrong.len(),
            twin.shared,
            "{} as {}",
            twin.sent,
            twin.told
        );
    }
    assert_eq!(wrong, BTreeMap::new());
}

/// What is told otherwise than it was built, as `service.Operation` to the same.
fn told_otherwise(change: impl Fn(&mut Head)) -> BTreeMap<String, String> {
    let mut wrong = BTreeMap::new();
    for entry in services() {
        for operation in entry.api().operations() {
            for mut head in heads(entry, operation) {
                change(&mut head);
                let [found] = head.recognized([Body::Whole(&head.body)]);
                let told = format!("{}.{}", found.service_name, found.operation_name);
                let sent = format!("{}.{}", entry.id, operation.name);
                let known = found.service.is_some() && found.operation.is_some();
                if told != sent || !known {
                    wrong.insert(sent, told);
                } else {
                    assert_eq!(found.protocol, Some(head.protocol), "{sent}");
                }
            }
        }
    }
    wrong
}
