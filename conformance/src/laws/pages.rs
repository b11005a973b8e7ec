//! Pages of event history are parts of one list, whatever their size, and so
//! are the answers by attribute.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::script::Mark;
use crate::session::Session;

/// How many events are paged over: more than the largest page, and no multiple
/// of most sizes.
const EVENTS: usize = 53;

/// The largest page (D, trails.md 9.1).
const LARGEST: usize = 50;

/// More pages than this have no end.
const MAX_PAGES: usize = 2 * EVENTS;

/// The events of this name, page by page.
async fn pages(
    session: &mut Session<'_>,
    name: &str,
    size: Option<usize>,
) -> Result<Vec<Vec<String>>, Fault> {
    let mut input =
        json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}]});
    if let Some(size) = size {
        input["MaxResults"] = size.into();
    }
    let mut pages = Vec::new();
    for _ in 0..MAX_PAGES {
        let page = session.must("LookupEvents", &input).await?;
        pages.push(ids(&page));
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => return Ok(pages),
        }
    }
    Err(wrong(format!("with MaxResults {size:?} there is no end")))
}

fn ids(page: &Value) -> Vec<String> {
    let events = page["Events"].as_array().into_iter().flatten();
    events
        .filter_map(|event| event["EventId"].as_str().map(str::to_owned))
        .collect()
}

fn wrong(sentence: String) -> Fault {
    Fault::of(Mark::Documented, sentence)
}

async fn make(session: &mut Session<'_>, count: usize) -> Result<(), Fault> {
    for _ in 0..count {
        session.must("ListTrails", &json!({})).await?;
    }
    Ok(())
}

/// Whatever the size of a page, the pages one after the other are the same
/// list, each full but the last, and the last has no token.
pub(super) async fn pages_partition(session: &mut Session<'_>) -> Result<(), Fault> {
    make(session, EVENTS).await?;
    let whole = pages(session, "ListTrails", None).await?.concat();
    if whole.len() != EVENTS {
        return Err(wrong(format!(
            "expected {EVENTS} events, got {}",
            whole.len()
        )));
    }
    for size in 1..=LARGEST {
        let pages = pages(session, "ListTrails", Some(size)).await?;
        let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
        let last = pages.len() - 1;
        let full = lengths[..last].iter().all(|length| *length == size);
        if !full || lengths[last] == 0 || lengths[last] > size {
            return Err(wrong(format!(
                "MaxResults {size} makes pages of {lengths:?}"
            )));
        }
        if pages.concat() != whole {
            return Err(wrong(format!(
                "the pages of {size} are another list than those of 50"
            )));
        }
    }
    Ok(())
}

/// Events that come while somebody pages neither shift nor repeat what the
/// token promised.
pub(super) async fn pages_hold_while_events_come(session: &mut Session<'_>) -> Result<(), Fault> {
    make(session, 9).await?;
    let whole = pages(session, "ListTrails", None).await?.concat();
    let mut input = json!({"MaxResults": 2,
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ListTrails"}]});
    let mut found = Vec::new();
    for _ in 0..MAX_PAGES {
        let page = session.must("LookupEvents", &input).await?;
        found.extend(ids(&page));
        make(session, 1).await?;
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => break,
        }
    }
    if found != whole {
        let sentence = format!(
            "expected the {} events of before, got {found:?}",
            whole.len()
        );
        return Err(Fault::of(Mark::Inferred, sentence));
    }
    Ok(())
}

/// Reads and writes together are all events, and no event is both; the same
/// holds of the names of the operations.
pub(super) async fn attributes_partition(session: &mut Session<'_>) -> Result<(), Fault> {
    let bucket = session.bucket().await?;
    let name = session.variable("t1").to_owned();
    let input = json!({"Name": name, "S3BucketName": bucket});
    session.must("CreateTrail", &input).await?;
    make(session, 3).await?;
    session.must("StartLogging", &json!({"Name": name})).await?;
    session.must("DeleteTrail", &json!({"Name": name})).await?;
    let by = |key: &str, value: &str| json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]});
    let source = "cloudtrail.amazonaws.com";
    let all = session
        .must("LookupEvents", &by("EventSource", source))
        .await?;
    let writes = session
        .must("LookupEvents", &by("ReadOnly", "false"))
        .await?;
    let mut named = Vec::new();
    for operation in ["CreateTrail", "ListTrails", "StartLogging", "DeleteTrail"] {
        let found = session
            .must("LookupEvents", &by("EventName", operation))
            .await?;
        named.extend(ids(&found));
    }
    let mut expected = ids(&all);
    expected.sort();
    named.sort();
    if expected != named {
        return Err(wrong(format!(
            "by source there are {expected:?}, by name {named:?}"
        )));
    }
    let read_only = |event: &&Value| event["ReadOnly"] == "false";
    let events = all["Events"].as_array().into_iter().flatten();
    let of_all: Vec<&Value> = events
        .filter(read_only)
        .map(|event| &event["EventId"])
        .collect();
    // S3's own events, of the bucket's creation, are writes too.
    let found = writes["Events"].as_array().into_iter().flatten();
    let of_writes: Vec<&Value> = found
        .filter(|event| event["EventSource"] == source)
        .map(|event| &event["EventId"])
        .collect();
    if of_all != of_writes {
        return Err(wrong(format!(
            "writes are {of_writes:?}, among all {of_all:?}"
        )));
    }
    Ok(())
}
