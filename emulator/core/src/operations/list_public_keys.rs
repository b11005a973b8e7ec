//! ListPublicKeys: the keys of the called region whose validity touches the time asked (trails.md 8).

use serde::{Deserialize, Serialize};

use super::{Desk, Operation};
use crate::draft::Access;
use crate::keys::PublicKey;
use crate::refusal::Refusal;
use crate::wire::Time;

/// A made-up token is ignored, since there are no further pages (O, native.md).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListPublicKeys {
    start_time: Option<Time>,
    end_time: Option<Time>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    public_key_list: Vec<PublicKeyView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PublicKeyView {
    value: String,
    validity_start_time: Time,
    validity_end_time: Time,
    fingerprint: String,
}

impl Operation for ListPublicKeys {
    const NAME: &'static str = "ListPublicKeys";
    const ACCESS: Access = Access::Read;
    type Output = Listed;

    /// Both ends default to now, which gives the current key (D). Keys exist from when they are first needed; the current
    /// one is needed as soon as it is asked for.
    fn call(self, desk: &mut Desk<'_>) -> Result<Listed, Refusal> {
        let now = desk.now;
        let start = self.start_time.map_or(now, |time| time.0);
        let end = self.end_time.map_or(now, |time| time.0);
        if start > end {
            return Err(Refusal::InvalidTimeRange);
        }
        let state = &mut *desk.state;
        if start <= now && now <= end {
            state
                .keys
                .current(desk.region, now, &state.ids, &mut state.rows);
        }
        let touches =
            |key: &&PublicKey| key.validity_start_time <= end && key.validity_end_time >= start;
        let keys = state
            .keys
            .public()
            .filter(|key| key.region == *desk.region)
            .filter(touches);
        let views = keys.map(|key| PublicKeyView {
            value: key.value.clone(),
            validity_start_time: Time(key.validity_start_time),
            validity_end_time: Time(key.validity_end_time),
            fingerprint: key.fingerprint.clone(),
        });
        Ok(Listed {
            public_key_list: views.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn the_current_key_is_listed_and_a_reversed_range_refused() {
        let mut world = World::new();
        let listed = world.ok("ListPublicKeys", json!({"NextToken": "made up"}));
        let keys = listed["PublicKeyList"].as_array().unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0]["Fingerprint"].as_str().unwrap().len(), 32);
        world.refused_with(
            "ListPublicKeys",
            json!({"StartTime": 2, "EndTime": 1}),
            "InvalidTimeRangeException",
        );
        assert_eq!(
            world.ok("ListPublicKeys", json!({"StartTime": 1, "EndTime": 2})),
            json!({"PublicKeyList": []})
        );
    }
}
