//! AWS's limits, each with its unit and source. None can be raised (D, trails.md 13).

/// Trails of an account in a region; a multi-region trail counts in every region.
pub(crate) const TRAILS_PER_REGION: usize = 5;
/// Basic event selectors of a trail.
pub(crate) const EVENT_SELECTORS: usize = 5;
/// Values of data resources over all basic selectors of a trail; all-resource values do not count (O).
pub(crate) const DATA_RESOURCE_VALUES: usize = 250;
/// Values over all conditions and advanced selectors of a trail.
pub(crate) const ADVANCED_VALUES: usize = 500;
/// Tags of a resource.
pub(crate) const TAGS_PER_RESOURCE: usize = 50;
/// Delegated administrators of an organization.
pub(crate) const DELEGATED_ADMINISTRATORS: usize = 3;
/// Characters of an S3 key prefix.
pub(crate) const KEY_PREFIX: usize = 200;
/// Characters of a topic name.
pub(crate) const TOPIC_NAME: usize = 256;
/// Days that event history goes back.
pub(crate) const HISTORY_DAYS: u64 = 90;
/// Days that a refused delivery is tried again (D, formats.md 1.2).
pub(crate) const RETRY_DAYS: u64 = 30;
/// Bytes of a log file before compression; then it is split (D, formats.md 1.2).
pub(crate) const LOG_FILE_BYTES: usize = 50_000_000;
/// Bytes of a record that is put in: 256 KB (D, formats.md 2.1).
pub(crate) const RECORD_BYTES: usize = 256 * 1024;
