//! Names and ARNs of trails and of CloudTrail's other resources, parsed at the edge. AWS's sentences stand beside the
//! parser.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::place::{AccountId, Region};
use crate::refusal::Refusal;

/// A trail's name: 3 to 128 characters, letters, digits and `. _ -` between them (O, trails.md 2.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TrailName(String);

impl TrailName {
    const MIN: usize = 3;
    const MAX: usize = 128;

    /// Reads a name, checking in the order in which AWS notices.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = |sentence: &str| Err(Refusal::InvalidTrailName(sentence.to_owned()));
        let length = text.chars().count();
        let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if text.trim().is_empty() {
            return refused("Trail name cannot be blank!");
        }
        if length < Self::MIN {
            return refused(&format!(
                "Trail name too short. Minimum allowed length: 3 characters. Specified name length: {length} characters."
            ));
        }
        if length > Self::MAX {
            return refused(&format!(
                "Trail name too long. Maximum allowed length: 128 characters. Specified name length: {length} characters."
            ));
        }
        if !is_edge(text.chars().next()) {
            return refused("Trail name must starts with a letter or number.");
        }
        if !is_edge(text.chars().next_back()) {
            return refused("Trail name must ends with a letter or number.");
        }
        if !text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || is_mark(c))
        {
            return refused(
                "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).",
            );
        }
        if text
            .as_bytes()
            .windows(2)
            .any(|two| two.iter().all(|b| is_mark(char::from(*b))))
        {
            return refused(
                "Trail name or ARN cannot have adjacent periods (.), hyphens (-), or underscores (_).",
            );
        }
        if is_dotted_quad(text) {
            return refused("Trail names must not be formatted as an IP address.");
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TrailName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Four groups of digits, whether or not they could be an address (I).
pub(crate) fn is_dotted_quad(text: &str) -> bool {
    let mut groups = text.split('.');
    let is_group =
        |group: &str| (1..=3).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_digit());
    groups
        .by_ref()
        .take(4)
        .filter(|group| is_group(group))
        .count()
        == 4
        && groups.next().is_none()
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '_' | '-')
}

/// `arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME`; the same for a trail and all its shadows (D, trails.md 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TrailArn {
    pub(crate) region: Region,
    pub(crate) account: AccountId,
    pub(crate) name: TrailName,
}

impl TrailArn {
    /// Reads an ARN. The sentence for a malformed one is not known; the code is (D).
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let malformed = || {
            Refusal::ArnInvalid(format!(
                "The specified ARN {text} is not valid. Verify that the ARN is properly formatted."
            ))
        };
        let arn = ResourceArn::parse(text).map_err(|_| malformed())?;
        if arn.kind != ResourceKind::Trail {
            return Err(malformed());
        }
        Ok(Self {
            region: arn.region,
            account: arn.account,
            name: TrailName::parse(&arn.id).map_err(|_| malformed())?,
        })
    }
}

impl fmt::Display for TrailArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            region,
            account,
            name,
        } = self;
        write!(
            f,
            "arn:{}:cloudtrail:{region}:{account}:trail/{name}",
            region.partition()
        )
    }
}

/// `arn:aws:cloudtrail:REGION:ACCOUNT:KIND/ID`: whatever of CloudTrail's has an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResourceArn {
    pub(crate) region: Region,
    pub(crate) account: AccountId,
    pub(crate) kind: ResourceKind,
    /// What follows the slash; never empty.
    pub(crate) id: String,
}

/// What an ARN of CloudTrail's can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResourceKind {
    Trail,
    EventDataStore,
    Dashboard,
    Channel,
}

impl ResourceKind {
    const ALL: [(&'static str, Self); 4] = [
        ("trail/", Self::Trail),
        ("eventdatastore/", Self::EventDataStore),
        ("dashboard/", Self::Dashboard),
        ("channel/", Self::Channel),
    ];
}

/// Why a text is not the ARN of one of CloudTrail's resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoResource {
    /// It is no ARN, or one without a region, an account or an id where CloudTrail's have them.
    Malformed,
    /// It is another service's ARN.
    OtherService,
    /// It is CloudTrail's, of a kind that is none of these.
    OtherKind,
}

impl ResourceArn {
    /// Reads an ARN. Whether the resource exists is not asked.
    pub(crate) fn parse(text: &str) -> Result<Self, NoResource> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return Err(NoResource::Malformed);
        };
        if service != "cloudtrail" {
            return Err(NoResource::OtherService);
        }
        let region = Region::parse(region)
            .filter(|region| region.partition() == partition)
            .ok_or(NoResource::Malformed)?;
        let account = AccountId::parse(account).ok_or(NoResource::Malformed)?;
        let (kind, id) = ResourceKind::ALL
            .into_iter()
            .find_map(|(start, kind)| Some((kind, resource.strip_prefix(start)?)))
            .ok_or(NoResource::OtherKind)?;
        if id.is_empty() {
            return Err(NoResource::Malformed);
        }
        Ok(Self {
            region,
            account,
            kind,
            id: id.to_owned(),
        })
    }
}

/// What clients may give where a trail is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NameOrArn {
    Name(TrailName),
    Arn(TrailArn),
}

impl NameOrArn {
    /// Everything that begins with `arn:` is an ARN.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.starts_with("arn:") {
            TrailArn::parse(text).map(Self::Arn)
        } else {
            TrailName::parse(text).map(Self::Name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(name: &str) -> String {
        TrailName::parse(name).unwrap_err().to_string()
    }

    #[test]
    fn names_are_refused_in_the_order_in_which_aws_notices() {
        assert_eq!(sentence(" "), "Trail name cannot be blank!");
        assert_eq!(
            sentence("a"),
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters."
        );
        assert!(sentence(&"a".repeat(129)).contains("129"));
        assert_eq!(
            sentence("-trail"),
            "Trail name must starts with a letter or number."
        );
        assert_eq!(
            sentence("trail!"),
            "Trail name must ends with a letter or number."
        );
        assert!(sentence("my trail").contains("can only contain"));
        assert!(sentence("my._trail").contains("adjacent"));
        for quad in ["192.168.5.4", "999.168.05.4"] {
            assert_eq!(
                sentence(quad),
                "Trail names must not be formatted as an IP address."
            );
        }
        for good in ["1.2.3", "1.2.3.4.5", "1.2.3.a", "1.2.3.1234", "a-b_c.d"] {
            assert!(TrailName::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn arns_are_written_as_they_are_read() {
        for text in [
            "arn:aws:cloudtrail:eu-west-1:111122223333:trail/my-trail",
            "arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/my-trail",
        ] {
            assert_eq!(TrailArn::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "arn:aws:cloudtrail:eu-west-1:111122223333:channel/x",
            "arn:aws:s3:::bucket",
            "arn:aws:cloudtrail:eu-west-1:1:trail/my-trail",
            "arn:aws-cn:cloudtrail:eu-west-1:111122223333:trail/my-trail",
            "arn:",
        ] {
            assert!(
                matches!(TrailArn::parse(text), Err(Refusal::ArnInvalid(_))),
                "{text}"
            );
        }
    }
}
