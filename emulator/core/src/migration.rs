//! Rows of earlier versions, read as this one writes them. Nothing else knows that there were others.

use std::borrow::Cow;

use serde_json::{Value, json};

/// A stream was once a trail in a region, without an account. The account was the trail's, which stands beside the key: in
/// the plan of a stream, in the address of a delivery.
pub(crate) fn with_place(row: &str) -> Cow<'_, str> {
    let Ok(mut value) = serde_json::from_str::<Value>(row) else {
        // Whoever reads it says what is wrong with it.
        return Cow::Borrowed(row);
    };
    for (key, owner) in [("key", "plan"), ("stream", "address")] {
        let account = value[owner]["account"].clone();
        let Some(stream) = value.get_mut(key).and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(region) = stream.remove("region") {
            stream.insert(
                "place".to_owned(),
                json!({"account": account, "region": region}),
            );
            return Cow::Owned(value.to_string());
        }
    }
    Cow::Borrowed(row)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::cloudtrail::CloudTrail;
    use crate::delivery::StreamKey;
    use crate::rows::ROWS;
    use crate::testing::World;

    /// The store of a world as the earlier version wrote it.
    fn aged(world: World) -> (redb::Database, usize) {
        let store = world.trail.into_store();
        let write = store.begin_write().unwrap();
        let mut aged = 0;
        {
            let mut table = write.open_table(ROWS).unwrap();
            let rows: Vec<(String, String)> = redb::ReadableTable::iter(&table)
                .unwrap()
                .map(|row| row.unwrap())
                .map(|(key, json)| (key.value().to_owned(), json.value().to_owned()))
                .collect();
            for (key, json) in rows {
                let mut value: Value = serde_json::from_str(&json).unwrap();
                let mut old_key = key.clone();
                for name in ["key", "stream"] {
                    let Some(stream) = value.get_mut(name).and_then(Value::as_object_mut) else {
                        continue;
                    };
                    let Some(place) = stream.remove("place") else {
                        continue;
                    };
                    stream.insert("region".to_owned(), place["region"].clone());
                    aged += 1;
                    if key.starts_with(StreamKey::PREFIX) {
                        let region = place["region"].as_str().unwrap();
                        old_key = format!("{}{}/{region}", StreamKey::PREFIX, stream["trail"]);
                    }
                }
                table.remove(key.as_str()).unwrap();
                table
                    .insert(old_key.as_str(), value.to_string().as_str())
                    .unwrap();
            }
        }
        write.commit().unwrap();
        (store, aged)
    }

    #[test]
    fn a_store_of_the_time_before_accounts_had_streams_goes_on() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "EnableLogFileValidation": true}),
        );
        world.ok("StartLogging", json!({"Name": "my-trail"}));
        world.later(600);
        world.trail.run_due(world.now);
        let settings = world.trail.settings.clone();
        world.trail.commit().unwrap();
        let (waiting, streams) = (
            world.trail.census().outbox,
            world.trail.state.delivery.stream_keys().len(),
        );
        assert!(waiting > 0 && streams > 0);
        let (store, aged) = aged(world);
        assert!(aged > streams, "deliveries that waited were aged too");
        // Opened twice: what was read in its old form was written in the new one, and not left beside it.
        let mut trail = CloudTrail::open(store, settings.clone()).unwrap();
        assert_eq!(trail.census().outbox, waiting);
        assert_eq!(trail.state.delivery.stream_keys().len(), streams);
        trail.commit().unwrap();
        let trail = CloudTrail::open(trail.into_store(), settings).unwrap();
        assert_eq!(trail.state.delivery.stream_keys().len(), streams);
        let keys = trail.state.delivery.stream_keys();
        assert!(
            keys.iter()
                .all(|key| key.place.account == crate::testing::account())
        );
    }
}
