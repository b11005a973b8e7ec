//! `localtrail policy`: prints the least IAM policy for what was called. The emulator makes it; this asks and prints.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use localtrail_core::Permissions;

use crate::client::{self, Client, Endpoint};

/// The exit status when nothing was called that needs a permission.
const NOTHING: u8 = 1;

/// Whose policy.
#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// Only for events whose fields have these values, such as eventSource=s3.amazonaws.com
    #[arg(value_name = "FIELD=VALUE", value_parser = client::field)]
    fields: Vec<(String, String)>,
    #[command(flatten)]
    endpoint: Endpoint,
    /// Only for this principal: an ARN, a name of a user, role or session, an id or an access key
    #[arg(long, value_name = "WHO")]
    principal: Option<String>,
    /// Only for events from this time on: 2026-11-23T16:00:00Z, or a span such as 10m
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only for events up to this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Whether calls that were denied are to be allowed
    #[arg(long, value_enum, default_value_t = Denied::Include)]
    denied: Denied,
    /// Print it on one line
    #[arg(long)]
    json: bool,
}

/// Calls that were denied.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Denied {
    /// Allow them, too
    Include,
    /// Leave them out
    Skip,
}

/// Prints the policy; exit status 1 when there is none.
///
/// # Errors
///
/// When the emulator cannot be asked, or what is asked makes no sense.
pub(crate) fn run(asked: &Policy) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut pairs: Vec<(&str, &str)> = asked
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    for (name, value) in [
        ("principal", &asked.principal),
        ("since", &asked.since),
        ("until", &asked.until),
    ] {
        pairs.extend(value.iter().map(|value| (name, value.as_str())));
    }
    let denied = match asked.denied {
        Denied::Include => "include",
        Denied::Skip => "skip",
    };
    pairs.push(("denied", denied));
    let mut client = Client::new(&asked.endpoint);
    let answer = client.get(&format!("/_localtrail/policy?{}", client::query(pairs)))?;
    let text = match answer.status {
        200 => {
            let policy = answer.json()?;
            if !Permissions::fits_managed_policy(&policy) {
                eprintln!(
                    "localtrail: IAM takes no policy of this length; --principal, --since or FIELD=VALUE make it shorter, or part it in several."
                );
            }
            match asked.json {
                true => answer.body,
                false => serde_json::to_string_pretty(&policy)?,
            }
        }
        404 => {
            eprintln!("localtrail: {}", answer.sentence());
            return Ok(ExitCode::from(NOTHING));
        }
        _ => return Err(answer.sentence().into()),
    };
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
