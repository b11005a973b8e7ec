//! What a user may choose about core. Everything else is AWS's choice.

use std::time::Duration;

/// The choices that core needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// From which every id and key is drawn: same seed and calls, same bytes. A store keeps the seed it was made with.
    pub seed: [u8; 32],
    /// How long deliveries wait.
    pub pace: Pace,
    /// Whether a bucket's policy must let CloudTrail in.
    pub bucket_policy: BucketPolicy,
    /// Whether calls past AWS's rates are refused.
    pub throttling: Throttling,
}

/// Whether calls past AWS's rates are refused with ThrottlingException.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Throttling {
    /// Every call is answered.
    #[default]
    Off,
    /// As AWS does: so many calls a second of an account, a region and an operation.
    On,
}

/// Whether CreateTrail and UpdateTrail look at the bucket's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BucketPolicy {
    /// As AWS does.
    #[default]
    Enforced,
    /// The `--lenient` switch: the bucket must exist, its policy is not asked.
    Ignored,
}

/// The rhythm of deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From the oldest event of a log file to its delivery.
    pub log_file: Duration,
    /// From StartLogging to the delivery of the starting digest.
    pub starting_digest: Duration,
    /// A digest is written at the next tick of this length after a log file was delivered,
    pub digest: Duration,
    /// and at the next tick of this length when there was none; a multiple of `digest`.
    pub empty_digest: Duration,
    /// The first wait after a refused delivery; it doubles up to `retry_limit`.
    pub retry: Duration,
    /// The longest wait between two attempts.
    pub retry_limit: Duration,
}

impl Pace {
    /// Nobody waits: log files within seconds, a digest within a minute of them, else one an hour.
    pub const FAST: Self = Self {
        log_file: Duration::from_secs(2),
        starting_digest: Duration::from_secs(2),
        digest: Duration::from_secs(60),
        empty_digest: Duration::from_secs(60 * 60),
        retry: Duration::from_secs(1),
        // As waits double, none is longer than the bucket has refused already; months on a moved clock stay cheap.
        retry_limit: Duration::from_secs(10 * 60),
    };

    /// As AWS: a log file about 300 s after its oldest record, the starting digest after half an hour, then one an
    /// hour (O, native.md, Delivery to S3 and Digests).
    pub const AWS: Self = Self {
        log_file: Duration::from_secs(300),
        starting_digest: Duration::from_secs(30 * 60),
        digest: Duration::from_secs(60 * 60),
        empty_digest: Duration::from_secs(60 * 60),
        retry: Duration::from_secs(60),
        retry_limit: Duration::from_secs(30 * 60),
    };
}
