//! GetTrailStatus: what happened, of one region, and nothing invented (trails.md 4.6; native.md).

use serde::{Deserialize, Serialize};

use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::place::Place;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::wire::Time;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetTrailStatus {
    name: String,
}

/// Times are absent until they happen; the six legacy strings are always there, empty before (O).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TrailStatus {
    is_logging: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_delivery_time: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_logging_time: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_logging_time: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_digest_delivery_time: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_digest_delivery_error: Option<String>,
    latest_delivery_attempt_time: String,
    latest_notification_attempt_time: &'static str,
    latest_notification_attempt_succeeded: &'static str,
    latest_delivery_attempt_succeeded: String,
    time_logging_started: String,
    time_logging_stopped: String,
}

impl Operation for GetTrailStatus {
    const NAME: &'static str = "GetTrailStatus";
    const ACCESS: Access = Access::Read;
    type Output = TrailStatus;

    fn call(self, desk: &mut Desk<'_>) -> Result<TrailStatus, Refusal> {
        let key = desk.find(&self.name, Reach::Read)?;
        let trail = desk.trail(&key);
        let place = Place {
            account: desk.account,
            region: desk.region.clone(),
        };
        let status = desk.state.delivery.status(trail.id, place);
        let (logs, digests, logging) = (status.log_files, status.digests, trail.logging);
        Ok(TrailStatus {
            is_logging: logging.on,
            latest_delivery_error: logs.error,
            latest_delivery_time: logs.succeeded.map(Time),
            start_logging_time: logging.started.map(Time),
            stop_logging_time: logging.stopped.map(Time),
            latest_digest_delivery_time: digests.succeeded.map(Time),
            latest_digest_delivery_error: digests.error,
            latest_delivery_attempt_time: text(logs.latest),
            // Nothing was ever sent to a topic: no topic can be attached yet.
            latest_notification_attempt_time: "",
            latest_notification_attempt_succeeded: "",
            latest_delivery_attempt_succeeded: text(logs.succeeded),
            time_logging_started: text(logging.started),
            time_logging_stopped: text(logging.stopped),
        })
    }
}

fn text(time: Option<Timestamp>) -> String {
    time.map(Timestamp::iso).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn a_never_started_trail_has_six_empty_strings() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        assert_eq!(
            world.ok("GetTrailStatus", json!({"Name": "my-trail"})),
            json!({
                "IsLogging": false, "LatestDeliveryAttemptTime": "", "LatestNotificationAttemptTime": "",
                "LatestNotificationAttemptSucceeded": "", "LatestDeliveryAttemptSucceeded": "",
                "TimeLoggingStarted": "", "TimeLoggingStopped": "",
            })
        );
    }

    #[test]
    fn starting_and_stopping_are_both_remembered() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        world.ok("StartLogging", json!({"Name": "my-trail"}));
        world.ok("StopLogging", json!({"Name": "my-trail"}));
        let status = world.ok("GetTrailStatus", json!({"Name": "my-trail"}));
        assert_eq!(status["IsLogging"], false);
        assert_eq!(status["StartLoggingTime"], world.now.seconds());
        assert_eq!(status["TimeLoggingStopped"], world.now.iso());
        assert_eq!(status.get("LatestDeliveryTime"), None);
    }
}
