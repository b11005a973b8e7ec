//! The services whose requests are checked, and what of checking differs between them.

use std::time::Duration;

use super::canonical::{Encoding, PathRule, Segments};
use crate::refusal::Protocol;

/// A service whose requests are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Realm {
    CloudTrail,
    Organizations,
    S3,
    Sts,
}

impl Realm {
    /// Its name in credential scopes.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CloudTrail => "cloudtrail",
            Self::Organizations => "organizations",
            Self::S3 => "s3",
            Self::Sts => "sts",
        }
    }

    /// How it writes errors.
    pub(super) fn protocol(self) -> Protocol {
        match self {
            Self::CloudTrail | Self::Organizations => Protocol::Json,
            Self::S3 => Protocol::RestXml,
            Self::Sts => Protocol::Query,
        }
    }

    /// How far the time of a signature may lie from the service's: five minutes in answers of JSON services, fifteen in
    /// those of STS (O, "Signature expired: … - 5 min.", "… - 15 min."), fifteen for S3 (D, RequestTimeTooSkewed).
    pub(super) fn window(self) -> Duration {
        let minutes = match self {
            Self::CloudTrail | Self::Organizations => 5,
            Self::S3 | Self::Sts => 15,
        };
        Duration::from_secs(minutes * 60)
    }

    /// S3 takes paths as they are; the others tidy them and encode them once more (D, IAM "Create a signed AWS API
    /// request").
    pub(super) fn path_rule(self) -> PathRule {
        match self {
            Self::S3 => PathRule {
                segments: Segments::Kept,
                encoding: Encoding::Once,
            },
            Self::CloudTrail | Self::Organizations | Self::Sts => PathRule {
                segments: Segments::Tidied,
                encoding: Encoding::Again,
            },
        }
    }
}
