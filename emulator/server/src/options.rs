//! What a user may choose about the emulator, whichever way it was said. How it is said on a command line or in a
//! file, the binary knows.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use localtrail_core::{AccountId, BucketPolicy, Organization, Pace, Region, Throttling};

use crate::clock::ClockMode;
use crate::identity::DeclaredIdentity;
use crate::upstream::{self, UpstreamChoice, UpstreamKeys};

/// Every choice, with its default.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Host and port to listen on; port 0 picks a free one.
    pub listen: String,
    /// Where everything is kept; without it, everything is in memory.
    pub data_dir: Option<PathBuf>,
    /// Where the buckets lie; else below the data directory; else in a temporary directory.
    pub bucket_dir: Option<PathBuf>,
    /// How long deliveries wait.
    pub pace: PaceName,
    /// Whether the policies of buckets must let CloudTrail in.
    pub policies: Policies,
    /// The clock; without a choice, the one that the data directory kept, else the machine's.
    pub clock: Option<ClockMode>,
    /// Whether HTTPS is answered too, on the same port.
    pub tls: bool,
    /// The account of access keys that stand for no other.
    pub account: AccountId,
    /// The region of requests that name none.
    pub region: Region,
    /// From which ids and keys are drawn; without it, from the machine's entropy.
    pub seed: Option<[u8; 32]>,
    /// Whose access keys are whose.
    pub identities: Vec<DeclaredIdentity>,
    /// Whether signatures are checked.
    pub signatures: Signatures,
    /// Whether calls past AWS's rates are refused.
    pub throttling: Throttling,
    /// The organizations that there are from the start.
    pub organizations: Vec<Organization>,
    /// Where calls are forwarded to.
    pub upstreams: Vec<UpstreamChoice>,
    /// What forwarded calls are signed with anew; without them they keep their signatures.
    pub upstream_keys: Option<UpstreamKeys>,
    /// How long an upstream may keep silent, before and within an answer.
    pub upstream_timeout: Duration,
    /// A file of certificates in PEM: the authorities that upstreams are trusted by, instead of the machine's.
    pub upstream_ca: Option<PathBuf>,
    /// What becomes of calls that nobody answers.
    pub unserved: Unserved,
    /// What becomes of requests through the proxy that are not for AWS.
    pub proxy_others: ProxyOthers,
    /// How long running calls, and then deliveries, may take after a stop was asked for.
    pub stop_grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:4566".to_owned(),
            data_dir: None,
            bucket_dir: None,
            pace: PaceName::Fast,
            policies: Policies::Enforced,
            clock: None,
            tls: false,
            account: AccountId::from_number(0),
            region: Region::us_east_1(),
            seed: None,
            identities: Vec::new(),
            signatures: Signatures::Trusted,
            throttling: Throttling::Off,
            organizations: Vec::new(),
            upstreams: Vec::new(),
            upstream_keys: None,
            upstream_timeout: upstream::SILENCE,
            upstream_ca: None,
            unserved: Unserved::Refused,
            proxy_others: ProxyOthers::Refused,
            stop_grace: Duration::from_secs(5),
        }
    }
}

impl Options {
    /// The same choice in core's words.
    pub(crate) fn bucket_policy(&self) -> BucketPolicy {
        match self.policies {
            Policies::Enforced => BucketPolicy::Enforced,
            Policies::Lenient => BucketPolicy::Ignored,
        }
    }
}

/// Whether bucket policies count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policies {
    /// As AWS does.
    Enforced,
    /// For people who do not want to write policies in tests.
    Lenient,
}

/// Whether a request must prove who signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    /// Whoever a request says has signed it, has signed it.
    Trusted,
    /// Signature Version 4 is verified, and a wrong one refused as AWS refuses it.
    Checked,
}

/// What becomes of a call that is neither emulated nor forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unserved {
    /// It is refused, with an error that says what to do.
    Refused,
    /// It is answered with the empty success of its protocol.
    Empty,
}

impl FromStr for Unserved {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "refuse" => Ok(Self::Refused),
            "empty" => Ok(Self::Empty),
            _ => Err("expected refuse or empty".to_owned()),
        }
    }
}

impl fmt::Display for Unserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "refuse",
            Self::Empty => "empty",
        })
    }
}

/// What becomes of a request through the proxy whose host is not one of AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyOthers {
    /// It is refused, so that nothing leaves the machine.
    Refused,
    /// It goes to its host, unseen and unrecorded.
    Passed,
}

impl FromStr for ProxyOthers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "refuse" => Ok(Self::Refused),
            "pass" => Ok(Self::Passed),
            _ => Err("expected refuse or pass".to_owned()),
        }
    }
}

impl fmt::Display for ProxyOthers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "refuse",
            Self::Passed => "pass",
        })
    }
}

/// Reads a span of whole seconds, such as `30`; at least one.
///
/// # Errors
///
/// A sentence when the form is wrong.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u32>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds.into())),
        _ => Err("expected a number of seconds, at least 1".to_owned()),
    }
}

/// The two rhythms of delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaceName {
    /// Log files within seconds, a digest a minute.
    Fast,
    /// Log files after five minutes, a digest an hour.
    Aws,
}

impl PaceName {
    pub(crate) fn pace(self) -> Pace {
        match self {
            Self::Fast => Pace::FAST,
            Self::Aws => Pace::AWS,
        }
    }
}

impl FromStr for PaceName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "fast" => Ok(Self::Fast),
            "aws" => Ok(Self::Aws),
            _ => Err("expected fast or aws".to_owned()),
        }
    }
}

impl fmt::Display for PaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fast => "fast",
            Self::Aws => "aws",
        })
    }
}

/// Reads a seed: 2 to 64 hexadecimal digits; what is missing at the end is zero.
///
/// # Errors
///
/// A sentence when the form is wrong.
pub fn parse_seed(text: &str) -> Result<[u8; 32], String> {
    let expected = || "expected 2 to 64 hexadecimal digits, an even number of them".to_owned();
    let bytes = hex::decode(text).map_err(|_| expected())?;
    let mut seed = [0; 32];
    if bytes.is_empty() || bytes.len() > seed.len() {
        return Err(expected());
    }
    seed[..bytes.len()].copy_from_slice(&bytes);
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_hexadecimal() {
        assert_eq!(parse_seed("01ff").unwrap()[..3], [1, 255, 0]);
        assert!(parse_seed(&"ab".repeat(32)).is_ok());
        for bad in ["", "abc", "xy", &"ab".repeat(33)] {
            assert!(parse_seed(bad).is_err(), "{bad}");
        }
    }
}
