//! The command line of the suite that judges an endpoint. What it runs is in
//! the library.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use conformance::http::{Endpoint, Http};
use conformance::report::Report;
use conformance::run::{Gaps, run_all};
use conformance::script::Case;
use conformance::sign::Credentials;
use conformance::suites;
use conformance::target::{Profile, Target};
use tokio::net::TcpStream;

/// Judges a CloudTrail endpoint by conversations written as text.
///
/// Exit status: 0 all passed, 1 some failed, 2 nothing could be run.
#[derive(Debug, Parser)]
#[command(name = "conformance", version)]
struct Arguments {
    /// The endpoint, such as http://127.0.0.1:4566.
    #[arg(long, env = "AWS_ENDPOINT_URL")]
    endpoint: Option<String>,
    /// Where S3 is, if elsewhere.
    #[arg(long, env = "AWS_ENDPOINT_URL_S3")]
    s3_endpoint: Option<String>,
    /// What kind of endpoint it is.
    #[arg(long, value_enum, default_value = "localtrail")]
    profile: Profile,
    /// Runs only cases whose name contains this.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Lists the cases and runs none.
    #[arg(long)]
    list: bool,
    /// Writes one JSON object per case, and one with the counts.
    #[arg(long)]
    json: bool,
    /// Cases that are known to fail, as lines CASE: REASON.
    #[arg(long, value_name = "FILE")]
    gaps: Option<PathBuf>,
    /// The region in which cases begin.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// The account of the credentials; the profile localtrail makes up its own.
    #[arg(long, default_value = "123456789012")]
    account: String,
    /// The access key id for the profiles aws and plain.
    #[arg(long, env = "AWS_ACCESS_KEY_ID", default_value = "test")]
    access_key: String,
    /// The secret access key.
    #[arg(
        long,
        env = "AWS_SECRET_ACCESS_KEY",
        default_value = "test",
        hide_env_values = true
    )]
    secret_key: String,
    /// The session token of temporary credentials.
    #[arg(long, env = "AWS_SESSION_TOKEN", hide_env_values = true)]
    session_token: Option<String>,
    /// How many seconds one answer may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(reason) => {
            eprintln!("conformance: {reason}");
            ExitCode::from(2)
        }
    }
}

/// Runs what was asked for; the number of failed cases, or why none ran.
async fn run(arguments: Arguments) -> Result<usize, String> {
    let cases = chosen(arguments.filter.as_deref())?;
    if arguments.list {
        list(&cases);
        return Ok(0);
    }
    let gaps = match &arguments.gaps {
        Some(path) => read_gaps(path)?,
        None => Gaps::default(),
    };
    let target = target(&arguments)?;
    reach(&target).await?;
    let mut report = Report::new(io::stdout(), arguments.json);
    let mut written = Ok(());
    run_all(&target, &cases, &gaps, seed(), |case, outcome| {
        if written.is_ok() {
            written = report.tell(case, outcome);
        }
    })
    .await;
    written
        .and_then(|()| report.end())
        .map_err(|error| format!("the report cannot be written: {error}"))?;
    Ok(report.failed())
}

fn chosen(filter: Option<&str>) -> Result<Vec<Case>, String> {
    let mut cases = suites::all().map_err(|error| error.to_string())?;
    if let Some(filter) = filter {
        cases.retain(|case| case.id.contains(filter));
    }
    if cases.is_empty() {
        return Err("no case has a name that contains this; --list shows them all".to_owned());
    }
    Ok(cases)
}

fn list(cases: &[Case]) {
    for case in cases {
        let needs: Vec<String> = case.needs.iter().map(ToString::to_string).collect();
        let needs = match needs.is_empty() {
            true => String::new(),
            false => format!(" (needs {})", needs.join(", ")),
        };
        println!("{} {} {}{needs}", case.id, case.mark, case.source);
    }
}

fn read_gaps(path: &PathBuf) -> Result<Gaps, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    Gaps::read(&text).map_err(|reason| format!("{}: {reason}", path.display()))
}

fn target(arguments: &Arguments) -> Result<Target, String> {
    let url = arguments
        .endpoint
        .as_deref()
        .ok_or("say what to judge: --endpoint http://HOST:PORT")?;
    let endpoint = Endpoint::parse(url).map_err(|error| error.to_string())?;
    let s3_endpoint = match &arguments.s3_endpoint {
        Some(url) => Endpoint::parse(url).map_err(|error| error.to_string())?,
        None => endpoint.clone(),
    };
    Ok(Target {
        endpoint,
        s3_endpoint,
        profile: arguments.profile,
        credentials: Credentials {
            access_key: arguments.access_key.clone(),
            secret_key: arguments.secret_key.clone(),
            session_token: arguments.session_token.clone(),
        },
        account: arguments.account.clone(),
        region: arguments.region.clone(),
        limit: Duration::from_secs(arguments.timeout),
        http: Http::default(),
    })
}

/// Looks whether anything listens at all, so that a typing error is not
/// reported as hundreds of failed cases.
async fn reach(target: &Target) -> Result<(), String> {
    let address = target.endpoint.address();
    match tokio::time::timeout(target.limit, TcpStream::connect(&address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("nothing answers at {address}: {error}")),
        Err(_) => Err(format!(
            "nothing answers at {address} within {:?}",
            target.limit
        )),
    }
}

/// Sets this run's accounts and bucket names apart from those of earlier runs.
fn seed() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or_default()
        })
}
