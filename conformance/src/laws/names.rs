//! A name and an ARN say the same, and asking changes nothing.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::script::Mark;
use crate::session::Session;

/// The operations that read a trail, with the member that names it.
const READS: [(&str, &str); 5] = [
    ("GetTrail", "Name"),
    ("GetTrailStatus", "Name"),
    ("GetEventSelectors", "TrailName"),
    ("GetInsightSelectors", "TrailName"),
    ("DescribeTrails", "trailNameList"),
];

/// A trail with selectors and insights; its name and its ARN.
async fn trail(session: &mut Session<'_>) -> Result<(String, String), Fault> {
    let bucket = session.bucket().await?;
    let name = session.variable("t1").to_owned();
    let input = json!({"Name": name, "S3BucketName": bucket, "TagsList": [{"Key": "a"}]});
    let created = session.must("CreateTrail", &input).await?;
    let arn = created["TrailARN"].as_str().unwrap_or_default().to_owned();
    let selectors = json!({"TrailName": name, "EventSelectors": [{"ReadWriteType": "WriteOnly"}]});
    session.must("PutEventSelectors", &selectors).await?;
    let insights =
        json!({"TrailName": name, "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]});
    session.must("PutInsightSelectors", &insights).await?;
    Ok((name, arn))
}

/// The input that names a trail by `text`.
fn input(member: &str, text: &str) -> Value {
    match member {
        "trailNameList" => json!({member: [text]}),
        _ => json!({member: text}),
    }
}

/// What all reading operations answer.
async fn all_told(session: &mut Session<'_>, text: &str) -> Result<Vec<Value>, Fault> {
    let mut told = Vec::new();
    for (operation, member) in READS {
        told.push(session.must(operation, &input(member, text)).await?);
    }
    Ok(told)
}

/// The first operation whose answers differ.
fn differing(one: &[Value], other: &[Value]) -> Option<String> {
    READS
        .iter()
        .zip(one.iter().zip(other))
        .find(|(_, (one, other))| one != other)
        .map(|((operation, _), (one, other))| format!("{operation}: {one} and then {other}"))
}

/// The operations that only read a trail answer the same when they are asked
/// again, and no other one answers otherwise because they were asked.
pub(super) async fn reading_changes_nothing(session: &mut Session<'_>) -> Result<(), Fault> {
    let (name, arn) = trail(session).await?;
    let before = all_told(session, &name).await?;
    for (operation, input) in [
        ("DescribeTrails", json!({"includeShadowTrails": false})),
        ("ListTrails", json!({})),
        ("ListTags", json!({"ResourceIdList": [arn]})),
        ("ListPublicKeys", json!({})),
        ("LookupEvents", json!({"MaxResults": 1})),
    ] {
        session.must(operation, &input).await?;
        let after = all_told(session, &name).await?;
        if let Some(difference) = differing(&before, &after) {
            let sentence = format!("{operation} changed what is told: {difference}");
            return Err(Fault::of(Mark::Inferred, sentence));
        }
    }
    Ok(())
}

/// Whoever asks by ARN is told what whoever asks by name is told.
pub(super) async fn name_and_arn_agree(session: &mut Session<'_>) -> Result<(), Fault> {
    let (name, arn) = trail(session).await?;
    let by_name = all_told(session, &name).await?;
    let by_arn = all_told(session, &arn).await?;
    match differing(&by_name, &by_arn) {
        Some(difference) => Err(Fault::of(Mark::Documented, difference)),
        None => Ok(()),
    }
}

/// Whoever changes by ARN changes what whoever changes by name changes: two
/// trails, one changed in this way and one in that, end alike.
pub(super) async fn name_and_arn_change_alike(session: &mut Session<'_>) -> Result<(), Fault> {
    let bucket = session.bucket().await?;
    let mut ends = Vec::new();
    for by_arn in [false, true] {
        let name = session.variable("t1").to_owned();
        let created = json!({"Name": name, "S3BucketName": bucket});
        let created = session.must("CreateTrail", &created).await?;
        let text = match by_arn {
            true => created["TrailARN"].clone(),
            false => json!(name),
        };
        for (operation, input) in [
            (
                "UpdateTrail",
                json!({"Name": text, "EnableLogFileValidation": true}),
            ),
            (
                "PutEventSelectors",
                json!({"TrailName": text, "EventSelectors": [{"ReadWriteType": "WriteOnly"}]}),
            ),
            (
                "PutInsightSelectors",
                json!({"TrailName": text, "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]}),
            ),
            ("StartLogging", json!({"Name": text})),
            ("StopLogging", json!({"Name": text})),
        ] {
            session.must(operation, &input).await?;
        }
        let mut end = all_told(session, &name).await?;
        // Times differ, and a delivery may have been under way.
        end[1] = end[1]["IsLogging"].clone();
        ends.push(end);
        session.must("DeleteTrail", &json!({"Name": text})).await?;
    }
    match differing(&ends[0], &ends[1]) {
        Some(difference) => Err(Fault::of(Mark::Documented, difference)),
        None => Ok(()),
    }
}
