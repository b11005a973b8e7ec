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
    /// Any other; `None` where nobody knows its name, so that its scope may say what it likes.
    Other {
        service: Option<&'static str>,
        protocol: Protocol,
    },
}

impl Realm {
    /// Its name in credential scopes, where that is known.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::CloudTrail => Some("cloudtrail"),
            Self::Organizations => Some("organizations"),
            Self::S3 => Some("s3"),
            Self::Sts => Some("sts"),
            Self::Other { service, .. } => service,
        }
    }

    /// How it writes errors.
    pub(super) fn protocol(self) -> Protocol {
        match self {
            Self::CloudTrail | Self::Organizations => Protocol::Json,
            Self::S3 => Protocol::S3,
            Self::Sts => Protocol::Query,
            Self::Other { protocol, .. } => protocol,
        }
    }

    /// Whether its errors are named and numbered as those of STS, and not as those of the JSON services.
    pub(super) fn speaks_xml(self) -> bool {
        match self.protocol() {
            Protocol::Query | Protocol::Ec2 | Protocol::RestXml | Protocol::S3 => true,
            Protocol::Json | Protocol::Cbor => false,
        }
    }

    /// How far the time of a signature may lie from the service's: five minutes in answers of JSON services, fifteen in
    /// those of STS (O, "Signature expired: … - 5 min.", "… - 15 min."), fifteen for S3 (D, RequestTimeTooSkewed).
    pub(super) fn window(self) -> Duration {
        let minutes = if self.speaks_xml() { 15 } else { 5 };
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
            Self::CloudTrail | Self::Organizations | Self::Sts | Self::Other { .. } => PathRule {
                segments: Segments::Tidied,
                encoding: Encoding::Again,
            },
        }
    }
}
