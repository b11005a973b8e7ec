//! A log file: its name and its content (formats.md 1 and 2.1; native.md, Delivery to S3).

use std::io::Write;
use std::time::Duration;

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::draft::Category;
use crate::journal::Kept;
use crate::organization::OrganizationId;
use crate::place::{AccountId, Place};
use crate::time::Timestamp;

/// The stamp of a name is a multiple of five minutes (O).
const STAMP: Duration = Duration::from_secs(300);

/// Deliveries happen while callers wait for core, so speed counts more than size.
const LEVEL: Compression = Compression::new(3);

/// Events of different folders never share a file (D, formats.md 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Folder {
    /// Management and data events.
    CloudTrail,
    /// Network activity events.
    NetworkActivity,
    /// Insights.
    Insight,
    /// Aggregated data events; no trail's selectors choose them yet.
    Aggregated,
}

impl Folder {
    pub(crate) fn of(category: Category) -> Self {
        match category {
            Category::Management | Category::Data => Self::CloudTrail,
            Category::NetworkActivity => Self::NetworkActivity,
            Category::Insight => Self::Insight,
            Category::Aggregated => Self::Aggregated,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::CloudTrail => "CloudTrail",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Insight => "CloudTrail-Insight",
            Self::Aggregated => "CloudTrail-Aggregated",
        }
    }
}

/// The folder of an account's files: `[PREFIX/]AWSLogs/[ORGANIZATION/]ACCOUNT/` (D, formats.md 1.1). A prefix is taken as
/// it is, a slash at its end included, as the CLI's verifier does.
pub(crate) fn account_folder(
    prefix: Option<&str>,
    organization: Option<&OrganizationId>,
    account: AccountId,
) -> String {
    let prefix = prefix.map(|prefix| format!("{prefix}/"));
    let organization = organization.map(|id| format!("{id}/"));
    let (prefix, organization) = (prefix.unwrap_or_default(), organization.unwrap_or_default());
    format!("{prefix}AWSLogs/{organization}{account}/")
}

/// The object key. The stamp is the newest event's time rounded up to five minutes (O, native.md).
pub(crate) fn key(
    account_folder: &str,
    place: &Place,
    folder: Folder,
    newest: Timestamp,
    sixteen: &str,
) -> String {
    let stamp = newest.round_up(STAMP);
    let (kind, date, minute) = (folder.name(), stamp.date_folder(), stamp.minute_stamp());
    let Place { account, region } = place;
    format!(
        "{account_folder}{kind}/{region}/{date}/{account}_{kind}_{region}_{minute}_{sixteen}.json.gz"
    )
}

/// `{"Records":[…]}` on one line (O).
pub(crate) fn text(events: &[Kept]) -> String {
    let length: usize = events.iter().map(|kept| kept.record.len() + 1).sum();
    let mut text = String::with_capacity(length + 14);
    text.push_str("{\"Records\":[");
    for (at, kept) in events.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&kept.record);
    }
    text.push_str("]}");
    text
}

/// Lower-case hex SHA-256 of the uncompressed bytes (D, formats.md 5.1).
pub(crate) fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// One gzip member without a time, so that the same text gives the same bytes.
pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut writer = GzBuilder::new().write(Vec::with_capacity(text.len() / 8), LEVEL);
    writer
        .write_all(text.as_bytes())
        .expect("memory takes every byte");
    writer.finish().expect("memory takes every byte")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::place::Region;

    #[test]
    fn keys_follow_aws_grammar() {
        let place = Place {
            account: crate::testing::account(),
            region: Region::us_east_1(),
        };
        let newest = Timestamp::from_seconds(1_795_449_901);
        assert_eq!(
            key(
                &account_folder(Some("p"), None, place.account),
                &place,
                Folder::CloudTrail,
                newest,
                "ABCDEFGHIJKLMNOP"
            ),
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/23/111122223333_CloudTrail_us-east-1_20261123T1610Z_ABCDEFGHIJKLMNOP.json.gz"
        );
        let organization = OrganizationId::parse("o-a1b2c3d4e5");
        let midnight = Timestamp::parse_iso("2026-11-23T23:58:00Z").unwrap();
        assert!(
            key(
                &account_folder(None, organization.as_ref(), place.account),
                &place,
                Folder::Insight,
                midnight,
                "x"
            )
            .starts_with(
                "AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail-Insight/us-east-1/2026/11/24/"
            )
        );
    }

    #[test]
    fn gzip_is_one_member_and_repeatable() {
        let text = text(&[]);
        assert_eq!(text, "{\"Records\":[]}");
        let packed = gzip(&text);
        assert_eq!(packed, gzip(&text));
        let mut unpacked = String::new();
        flate2::bufread::GzDecoder::new(packed.as_slice())
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
    }
}
