//! Time only adds.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::script::Mark;
use crate::session::Session;

/// An hour later everything that was there is still there: the trail, its
/// events in history, and every object in its bucket, to which only more came.
pub(super) async fn time_adds(session: &mut Session<'_>) -> Result<(), Fault> {
    let bucket = session.bucket().await?;
    let name = session.variable("t1").to_owned();
    let input = json!({"Name": name, "S3BucketName": bucket, "EnableLogFileValidation": true});
    session.must("CreateTrail", &input).await?;
    session.must("StartLogging", &json!({"Name": name})).await?;
    session.must("ListTrails", &json!({})).await?;
    session.flush().await?;
    let before = seen(session, &bucket).await?;
    session.advance("1h").await?;
    session.must("ListTrails", &json!({})).await?;
    session.flush().await?;
    let after = seen(session, &bucket).await?;
    for (what, before, after) in [
        ("events", &before.events, &after.events),
        ("objects", &before.keys, &after.keys),
    ] {
        if !before.is_subset(after) || before == after {
            let lost: Vec<&String> = before.difference(after).collect();
            let sentence = format!(
                "an hour later there are {} {what} instead of {}, lost {lost:?}",
                after.len(),
                before.len()
            );
            return Err(Fault::of(Mark::Inferred, sentence));
        }
    }
    if before.trail != after.trail {
        let sentence = format!("{} became {}", before.trail, after.trail);
        return Err(Fault::of(Mark::Inferred, sentence));
    }
    Ok(())
}

struct Seen {
    trail: Value,
    events: BTreeSet<String>,
    keys: BTreeSet<String>,
}

async fn seen(session: &mut Session<'_>, bucket: &str) -> Result<Seen, Fault> {
    let found = session.must("LookupEvents", &json!({})).await?;
    let events = found["Events"].as_array().into_iter().flatten();
    Ok(Seen {
        trail: session.must("DescribeTrails", &json!({})).await?,
        events: events
            .filter_map(|event| event["EventId"].as_str().map(str::to_owned))
            .collect(),
        keys: session.keys(bucket, "").await?.into_iter().collect(),
    })
}
