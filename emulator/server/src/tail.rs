//! `localtrail tail`: events as they come, a line each, for people; or each record as it is, for machines.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use crate::client::{self, Client, Endpoint};

/// What to show.
#[derive(Debug, Args)]
pub(crate) struct Tail {
    /// Show only events whose fields have these values, such as eventName=RunInstances or userIdentity.userName=bob
    #[arg(value_name = "FIELD=VALUE", value_parser = client::field)]
    fields: Vec<(String, String)>,
    #[command(flatten)]
    endpoint: Endpoint,
    /// Begin with so many events that are there already
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    lines: u16,
    /// Show what is there, and end
    #[arg(long)]
    no_follow: bool,
    /// Only of this principal: an ARN, a name of a user, role or session, an id or an access key
    #[arg(long, value_name = "WHO")]
    principal: Option<String>,
    /// Only from this time on: 2026-11-23T16:00:00Z, or a span such as 10m
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Print each record as it is, one a line
    #[arg(long)]
    json: bool,
}

/// Shows events until interrupted, or until there are no more where none are followed.
///
/// # Errors
///
/// When the emulator cannot be asked, or stops.
pub(crate) fn run(asked: &Tail) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match show(asked) {
        // Whoever reads has enough, as `head` has.
        Err(End::Closed) | Ok(()) => Ok(ExitCode::SUCCESS),
        Err(End::Failed(text)) => Err(text.into()),
    }
}

/// Why it ends before it should.
enum End {
    Closed,
    Failed(String),
}

impl From<String> for End {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

fn show(asked: &Tail) -> Result<(), End> {
    let mut client = Client::new(&asked.endpoint);
    let mut pairs: Vec<(&str, &str)> = asked
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.extend(
        asked
            .principal
            .iter()
            .map(|who| ("principal", who.as_str())),
    );
    pairs.extend(asked.since.iter().map(|since| ("since", since.as_str())));
    let next = earlier(asked, &mut client, &pairs)?;
    if asked.no_follow {
        return Ok(());
    }
    let next = next.to_string();
    pairs.push(("after", &next));
    let path = format!("/_localtrail/events/stream?{}", client::query(pairs));
    let stream = client.stream(&path)?;
    if stream.status != 200 {
        return Err(End::Failed(format!("status {}", stream.status)));
    }
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else {
            break;
        };
        if let Some(record) = line.strip_prefix("data: ") {
            print(asked, record)?;
        }
    }
    let url = &asked.endpoint.url;
    Err(End::Failed(format!("the emulator at {url} has stopped.")))
}

/// Shows what is there already, oldest first, and says where to go on.
fn earlier(asked: &Tail, client: &mut Client, pairs: &[(&str, &str)]) -> Result<u64, End> {
    let limit = asked.lines.max(1).to_string();
    let now = [("wait", "0"), ("limit", limit.as_str())];
    let pairs = pairs.iter().copied().chain(now);
    let path = format!("/_localtrail/events?{}", client::query(pairs));
    let answer = client.get(&path)?;
    if answer.status != 200 {
        return Err(End::Failed(answer.sentence()));
    }
    let body: Found = serde_json::from_str(&answer.body)
        .map_err(|_| "the answer is not localtrail's. Is it another server?".to_owned())?;
    for record in body.events.iter().take(asked.lines.into()).rev() {
        print(asked, record.get())?;
    }
    Ok(body.next)
}

/// What a query answers; the records stay as they are.
#[derive(serde::Deserialize)]
struct Found {
    events: Vec<Box<serde_json::value::RawValue>>,
    next: u64,
}

fn print(asked: &Tail, record: &str) -> Result<(), End> {
    let line = if asked.json {
        Cow::Borrowed(record)
    } else {
        Cow::Owned(line(record))
    };
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => End::Closed,
        _ => End::Failed(error.to_string()),
    })
}

/// `2026-11-23T16:00:00Z  111122223333  eu-west-1  ec2:RunInstances  bob  AccessDenied`.
fn line(record: &str) -> String {
    let record: Value = serde_json::from_str(record).unwrap_or_default();
    // Aggregated events have a window and an account of their own.
    let told = |value: &Value| value.as_str().map(str::to_owned);
    let text = |member: &str| told(&record[member]).unwrap_or_else(|| "-".to_owned());
    let time = told(&record["timeWindow"]["windowEnd"]).unwrap_or_else(|| text("eventTime"));
    let account = told(&record["accountId"]).unwrap_or_else(|| text("recipientAccountId"));
    // Insights name source and operation inside their details.
    let details = &record["insightDetails"];
    let called = |member: &str| told(&details[member]).unwrap_or_else(|| text(member));
    let source = called("eventSource");
    let source = source.strip_suffix(".amazonaws.com").unwrap_or(&source);
    let mut line = format!(
        "{time}  {account}  {:<14}  {source}:{}  {}",
        text("awsRegion"),
        called("eventName"),
        principal(&record["userIdentity"]),
    );
    for extra in [&record["errorCode"], &details["insightType"]] {
        if let Some(extra) = extra.as_str() {
            line.push_str("  ");
            line.push_str(extra);
        }
    }
    if record["errorCode"].is_null()
        && let Some(message) = record["errorMessage"].as_str()
    {
        line.push_str("  ");
        line.push_str(message);
    }
    // Names are the caller's choice, and a terminal obeys control characters.
    line.replace(|c: char| c.is_control(), "?")
}

/// A user's name, a role and its session, a service, or what else there is.
fn principal(identity: &Value) -> String {
    let text = |member: &str| identity[member].as_str();
    let issuer = &identity["sessionContext"]["sessionIssuer"]["userName"];
    let session = text("principalId").and_then(|id| id.split_once(':'));
    match (text("type"), issuer.as_str(), session) {
        (Some("Root"), _, _) => "root".to_owned(),
        (Some("AssumedRole"), Some(role), Some((_, session))) => format!("{role}/{session}"),
        _ => text("userName")
            .or_else(|| text("invokedBy"))
            .or_else(|| text("arn"))
            .or_else(|| text("principalId"))
            .filter(|name| !name.is_empty())
            .or_else(|| text("type"))
            .unwrap_or("-")
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_people_look_for() {
        let record = r#"{"eventTime":"2026-11-23T16:00:00Z","recipientAccountId":"111122223333","awsRegion":"eu-west-1",
            "eventSource":"ec2.amazonaws.com","eventName":"RunInstances","errorCode":"Client.UnauthorizedOperation",
            "userIdentity":{"type":"AssumedRole","principalId":"AROAX:run","sessionContext":{"sessionIssuer":{"userName":"deploy"}}}}"#;
        assert_eq!(
            line(record),
            "2026-11-23T16:00:00Z  111122223333  eu-west-1       ec2:RunInstances  deploy/run  Client.UnauthorizedOperation"
        );
        let insight = r#"{"insightDetails":{"eventSource":"ec2.amazonaws.com","eventName":"X","insightType":"ApiCallRateInsight"}}"#;
        assert!(line(insight).ends_with("ec2:X  -  ApiCallRateInsight"));
        let aggregate = r#"{"accountId":"111122223333","awsRegion":"eu-west-1","eventSource":"s3.amazonaws.com",
            "timeWindow":{"windowEnd":"2026-11-23T16:05:00Z"}}"#;
        assert_eq!(
            line(aggregate),
            "2026-11-23T16:05:00Z  111122223333  eu-west-1       s3:-  -"
        );
        assert!(line(r#"{"errorMessage":"Failed\u001b[31m"}"#).ends_with("Failed?[31m"));
        assert!(line("no json").starts_with('-'));
    }

    #[test]
    fn principals_are_named_as_people_know_them() {
        for (identity, name) in [
            (r#"{"type":"Root","arn":"x"}"#, "root"),
            (r#"{"type":"IAMUser","userName":"bob"}"#, "bob"),
            (
                r#"{"type":"AWSService","invokedBy":"s3.amazonaws.com"}"#,
                "s3.amazonaws.com",
            ),
            (r#"{"type":"AWSAccount","principalId":""}"#, "AWSAccount"),
            ("null", "-"),
        ] {
            assert_eq!(principal(&serde_json::from_str(identity).unwrap()), name);
        }
    }
}
