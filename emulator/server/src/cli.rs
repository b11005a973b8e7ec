//! The command line, and the `LOCALTRAIL_*` variables beside it. What is chosen nowhere, `config` decides.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use localtrail::{AccountId, ClockMode, PaceName, ProxyOthers, Region, Unserved, UpstreamChoice};

use crate::announce::Form;
use crate::policy::Policy;
use crate::replay::Replay;
use crate::tail::Tail;
use crate::validate::Validate;

/// What the user wants.
#[derive(Debug)]
pub(crate) enum Command {
    /// Run the emulator.
    Serve(Box<Serve>),
    /// Ask a running one.
    Health(Health),
    /// Validate what one delivered.
    Validate(Validate),
    /// Put recorded events into one.
    Replay(Replay),
    /// Show the events of one.
    Tail(Tail),
    /// Print what its callers need to be allowed.
    Policy(Policy),
}

/// Reads the command line and the environment; prints help or an error and exits when that is called for.
pub(crate) fn read() -> Command {
    Cli::parse().command()
}

/// AWS CloudTrail on localhost: answers its API, records every call, delivers log files and signed digests.
#[derive(Debug, Parser)]
#[command(name = "localtrail", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Subcommands>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Run the emulator (the default)
    Serve(Box<Serve>),
    /// Ask a running emulator whether it answers; the exit status says it
    Health(Health),
    /// Verify the digest chains in a bucket directory, offline; exit status 1 names something invalid
    Validate(Validate),
    /// Put recorded events into a running emulator; exit status 1 when some were refused
    Replay(Replay),
    /// Show the events of a running emulator as they come
    Tail(Tail),
    /// Print the least IAM policy for what was called; exit status 1 when there is none
    Policy(Policy),
}

impl Cli {
    fn command(self) -> Command {
        match self.command {
            None => Command::Serve(Box::new(self.serve)),
            Some(Subcommands::Serve(serve)) => Command::Serve(serve),
            Some(Subcommands::Health(health)) => Command::Health(health),
            Some(Subcommands::Validate(validate)) => Command::Validate(validate),
            Some(Subcommands::Replay(replay)) => Command::Replay(replay),
            Some(Subcommands::Tail(tail)) => Command::Tail(tail),
            Some(Subcommands::Policy(policy)) => Command::Policy(policy),
        }
    }
}

/// Whom to ask.
#[derive(Debug, Args)]
pub(crate) struct Health {
    /// The endpoint, as printed at start
    #[arg(
        value_name = "URL",
        env = "LOCALTRAIL_LISTEN",
        default_value = "http://127.0.0.1:4566"
    )]
    pub(crate) url: String,
}

/// What can be chosen about the emulator; each also as a variable and in the file of --config, under the same name.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:4566]
    #[arg(long, value_name = "HOST:PORT", env = "LOCALTRAIL_LISTEN")]
    pub(crate) listen: Option<String>,
    /// Keep everything in this directory; it survives kill -9, not a power cut [default: in memory]
    #[arg(long, value_name = "DIR", env = "LOCALTRAIL_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Keep the buckets in this directory [default: DATA_DIR/buckets, or a temporary one]
    #[arg(long, value_name = "DIR", env = "LOCALTRAIL_BUCKET_DIR")]
    pub(crate) bucket_dir: Option<PathBuf>,
    /// How long deliveries wait: fast (seconds) or aws (minutes) [default: fast]
    #[arg(long, value_name = "PACE", env = "LOCALTRAIL_PACE")]
    pub(crate) pace: Option<PaceName>,
    /// Let CloudTrail into every bucket, whatever its policy says
    #[arg(long, env = "LOCALTRAIL_LENIENT", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub(crate) lenient: Option<bool>,
    /// system, virtual (stands still until advanced) or virtual=TIME [default: system]
    #[arg(long, value_name = "CLOCK", env = "LOCALTRAIL_CLOCK")]
    pub(crate) clock: Option<ClockMode>,
    /// Answer HTTPS too, on the same port, with a generated authority
    #[arg(long, env = "LOCALTRAIL_TLS", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub(crate) tls: Option<bool>,
    /// The account of access keys that stand for no other [default: 000000000000]
    #[arg(long, value_name = "ID", env = "LOCALTRAIL_ACCOUNT", value_parser = account)]
    pub(crate) account: Option<AccountId>,
    /// The region of requests that name none [default: us-east-1]
    #[arg(long, value_name = "REGION", env = "LOCALTRAIL_REGION", value_parser = region)]
    pub(crate) region: Option<Region>,
    /// Draw ids and keys from this, up to 64 hexadecimal digits [default: random]
    #[arg(long, value_name = "HEX", env = "LOCALTRAIL_SEED", value_parser = localtrail::parse_seed)]
    pub(crate) seed: Option<[u8; 32]>,
    /// Verify signatures (SigV4), and refuse wrong ones as AWS does; the key "test" and those of 12 digits have the secret "test"
    #[arg(long, env = "LOCALTRAIL_CHECK_SIGNATURES", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub(crate) check_signatures: Option<bool>,
    /// Refuse calls past AWS's rates with ThrottlingException
    #[arg(long, env = "LOCALTRAIL_THROTTLE", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub(crate) throttle: Option<bool>,
    /// Forward every service that is not emulated here to this endpoint, or one service: s3=http://localhost:9000; may be repeated
    #[arg(
        long,
        value_name = "[SERVICE=]URL",
        env = "LOCALTRAIL_UPSTREAM",
        value_delimiter = ','
    )]
    pub(crate) upstream: Vec<UpstreamChoice>,
    /// Sign forwarded calls anew with this key [default: they keep their signatures]
    #[arg(long, value_name = "ID", env = "LOCALTRAIL_UPSTREAM_ACCESS_KEY_ID")]
    pub(crate) upstream_access_key_id: Option<String>,
    /// The secret of that key
    #[arg(
        long,
        value_name = "SECRET",
        env = "LOCALTRAIL_UPSTREAM_SECRET_ACCESS_KEY",
        hide_env_values = true
    )]
    pub(crate) upstream_secret_access_key: Option<String>,
    /// The session token of that key, if it is temporary
    #[arg(
        long,
        value_name = "TOKEN",
        env = "LOCALTRAIL_UPSTREAM_SESSION_TOKEN",
        hide_env_values = true
    )]
    pub(crate) upstream_session_token: Option<String>,
    /// Give an upstream up that keeps silent for so many seconds [default: 900]
    #[arg(long, value_name = "SECONDS", env = "LOCALTRAIL_UPSTREAM_TIMEOUT", value_parser = localtrail::parse_seconds)]
    pub(crate) upstream_timeout: Option<Duration>,
    /// Trust HTTPS upstreams by the certificates of this PEM file [default: the machine's]
    #[arg(long, value_name = "FILE", env = "LOCALTRAIL_UPSTREAM_CA")]
    pub(crate) upstream_ca: Option<PathBuf>,
    /// Calls that nobody answers: refuse, or empty (answer with an empty success) [default: refuse]
    #[arg(long, value_name = "HOW", env = "LOCALTRAIL_UNSERVED")]
    pub(crate) unserved: Option<Unserved>,
    /// Requests through the HTTP proxy for hosts that are not AWS's: refuse, or pass (to the host, unseen) [default: refuse]
    #[arg(long, value_name = "HOW", env = "LOCALTRAIL_PROXY_OTHERS")]
    pub(crate) proxy_others: Option<ProxyOthers>,
    /// Read what is not chosen here from this TOML file
    #[arg(long, value_name = "FILE", env = "LOCALTRAIL_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Print one line of JSON when ready
    #[arg(long)]
    pub(crate) json: bool,
}

impl Serve {
    /// For whom to print.
    pub(crate) fn form(&self) -> Form {
        if self.json { Form::Json } else { Form::Text }
    }
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::parse(text).ok_or_else(|| "expected 12 digits".to_owned())
}

fn region(text: &str) -> Result<Region, String> {
    Region::parse(text).ok_or_else(|| "expected a region such as eu-west-1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn serve(arguments: &[&str]) -> Serve {
        let cli = Cli::try_parse_from([&["localtrail"], arguments].concat()).unwrap();
        match cli.command() {
            Command::Serve(serve) => *serve,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn serve_is_the_default() {
        let flags = [
            "--listen",
            "127.0.0.1:0",
            "--lenient",
            "--check-signatures",
            "--throttle",
            "--clock",
            "virtual",
            "--seed",
            "ab",
        ];
        for arguments in [flags.to_vec(), [&["serve"], &flags[..]].concat()] {
            let serve = serve(&arguments);
            assert_eq!(serve.listen.as_deref(), Some("127.0.0.1:0"));
            assert_eq!((serve.lenient, serve.tls), (Some(true), None));
            assert_eq!(
                (serve.check_signatures, serve.throttle),
                (Some(true), Some(true))
            );
            assert_eq!(serve.clock, Some(ClockMode::Virtual(None)));
        }
        assert_eq!(serve(&["--lenient=false"]).lenient, Some(false));
    }

    #[test]
    fn several_upstreams_can_be_named() {
        let serve = serve(&[
            "--upstream",
            "http://localhost:5000",
            "--upstream",
            "s3=http://localhost:9000,sqs=http://localhost:9324",
            "--upstream-timeout",
            "30",
            "--unserved",
            "empty",
        ]);
        let named: Vec<String> = serve.upstream.iter().map(ToString::to_string).collect();
        assert_eq!(named.len(), 3, "{named:?}");
        assert_eq!(named[1], "s3=http://localhost:9000");
        assert_eq!(serve.upstream_timeout, Some(Duration::from_secs(30)));
        assert_eq!(serve.unserved, Some(Unserved::Empty));
    }

    #[test]
    fn wrong_values_are_refused() {
        for wrong in [
            ["--account", "1"],
            ["--region", "EU"],
            ["--pace", "slow"],
            ["--clock", "noon"],
            ["--seed", "x"],
            ["--upstream", "localhost:5000"],
            ["--upstream-timeout", "0"],
            ["--unserved", "no"],
            ["--proxy-others", "maybe"],
        ] {
            assert!(
                Cli::try_parse_from([&["localtrail"], &wrong[..]].concat()).is_err(),
                "{wrong:?}"
            );
        }
    }
}
