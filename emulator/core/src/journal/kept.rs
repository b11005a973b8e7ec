//! An event as the journal keeps it: the record, and beside it what event history looks for.

use serde::{Deserialize, Serialize};

use crate::draft::{Access, Category, Draft, LookupResource};
use crate::place::{AccountId, Region};
use crate::record::{self, EventIds};
use crate::time::Timestamp;

/// One event. The record is the document; everything else is drawn from it or from the call, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) time: Timestamp,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) category: Category,
    /// `None` for insights and network activity, whose records do not say.
    pub(crate) read_only: Option<bool>,
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) username: Option<String>,
    pub(crate) access_key: Option<String>,
    pub(crate) resources: Vec<LookupResource>,
    pub(crate) record: String,
}

impl Kept {
    /// From a call: writes its record. `shared` is what all copies of the call have in common.
    pub(crate) fn from_draft(
        draft: Draft,
        id: String,
        shared: Option<&str>,
        now: Timestamp,
    ) -> Self {
        let ids = EventIds { event: &id, shared };
        let record = record::write(&draft, ids, now);
        let tells_key = draft.caller.told_key().is_some();
        Self {
            time: now.whole_second(),
            account: draft.recipient,
            region: draft.region,
            category: draft.category,
            read_only: Some(draft.access == Access::Read),
            id,
            source: draft.event_source.into_owned(),
            name: draft.event_name.into_owned(),
            username: draft.caller.identity.user_name(),
            access_key: draft.caller.access_key_id.filter(|_| tells_key),
            resources: draft.lookup_resources,
            record,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn kept(seconds: i64, name: &str) -> Kept {
        let mut draft = crate::testing::draft("X");
        draft.event_name = name.to_owned().into();
        Kept::from_draft(
            draft,
            format!("id-{seconds}-{name}"),
            None,
            Timestamp::from_seconds(seconds),
        )
    }

    #[test]
    fn the_record_and_the_columns_tell_the_same() {
        let kept = kept(5, "StopLogging");
        let record: serde_json::Value = serde_json::from_str(&kept.record).unwrap();
        assert_eq!(record["eventName"], kept.name.as_str());
        assert_eq!(record["eventTime"], kept.time.iso());
        assert_eq!(record["recipientAccountId"], kept.account.as_str());
        assert_eq!(kept.username.as_deref(), Some("bob"));
    }
}
