//! What may stand on the command line. What it means is done in `main.rs` and
//! `versus.rs`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use conformance::target::Profile;

/// Judges a CloudTrail endpoint by conversations written as text.
///
/// Exit status: 0 all passed, 1 some failed, 2 nothing could be run.
#[derive(Debug, Parser)]
#[command(
    name = "conformance",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) judge: Judge,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judges several endpoints and writes one Markdown table.
    ///
    /// Exit status: 0 the table was written, 2 nothing could be run.
    Compare(Compare),
}

/// What is said about one endpoint.
#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// The endpoint, such as http://127.0.0.1:4566. A {region} in it stands for the called region.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL")]
    pub(crate) endpoint: Option<String>,
    /// Where S3 is, if elsewhere.
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_S3")]
    pub(crate) s3_endpoint: Option<String>,
    /// What kind of endpoint it is.
    #[arg(long, value_enum, default_value = "localtrail")]
    pub(crate) profile: Profile,
    /// Lists the cases and runs none.
    #[arg(long)]
    pub(crate) list: bool,
    /// Writes one JSON object per case, and one with the counts.
    #[arg(long)]
    pub(crate) json: bool,
    /// Writes the run as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Writes a page about the run: .html or .md.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Cases that are known to fail, as lines CASE: REASON.
    #[arg(long, value_name = "FILE")]
    pub(crate) gaps: Option<PathBuf>,
    /// Writes what the target answers into the texts of --suites where they expect something else.
    #[arg(long, requires = "suites")]
    pub(crate) rewrite: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What is said about several endpoints.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// An endpoint and what to call it; at least two. One that is called like a profile has it, others are plain.
    #[arg(long = "endpoint", value_name = "NAME=URL", required = true, value_parser = named)]
    pub(crate) endpoints: Vec<(String, String)>,
    /// What kind of endpoint that is.
    #[arg(long = "profile", value_name = "NAME=PROFILE", value_parser = named)]
    pub(crate) profiles: Vec<(String, String)>,
    /// Writes below the table how each target differed.
    #[arg(long)]
    pub(crate) differences: bool,
    /// Writes to a file instead of the terminal.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What is said in either case.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Runs only cases whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Runs the texts of a folder instead of what is built in.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) suites: Option<PathBuf>,
    /// How many cases run at a time; 8 where each has an account of its own, otherwise 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrent: Option<u16>,
    /// Does not show how far it is.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// The region in which cases begin.
    #[arg(long, value_name = "NAME", default_value = "us-east-1")]
    pub(crate) region: String,
    /// The account of the credentials; the profile localtrail makes up its own.
    #[arg(long, value_name = "ID", default_value = "123456789012")]
    pub(crate) account: String,
    /// The access key id for the profiles aws and plain.
    #[arg(
        long,
        value_name = "ID",
        env = "AWS_ACCESS_KEY_ID",
        default_value = "test"
    )]
    pub(crate) access_key: String,
    /// The secret access key.
    #[arg(
        long,
        value_name = "KEY",
        env = "AWS_SECRET_ACCESS_KEY",
        default_value = "test",
        hide_env_values = true
    )]
    pub(crate) secret_key: String,
    /// The session token of temporary credentials.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "AWS_SESSION_TOKEN",
        hide_env_values = true
    )]
    pub(crate) session_token: Option<String>,
    /// Trusts the authorities in this PEM file and no others where TLS is spoken.
    #[arg(long, value_name = "FILE", env = "AWS_CA_BUNDLE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// How many seconds one answer may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) timeout: u64,
}

/// Reads `NAME=VALUE`.
fn named(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .filter(|(name, value)| !name.is_empty() && !name.contains('/') && !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write NAME=VALUE, such as localtrail=http://127.0.0.1:4566".to_owned())
}
