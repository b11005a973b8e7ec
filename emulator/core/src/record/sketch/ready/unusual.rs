//! Calls that an endpoint's policy denied, and insights (formats.md 2.7).

use serde_json::{Value, json};

use super::{Ready, given};
use crate::record::sketch::Frame;

/// Seven days in minutes (D).
const BASELINE_MINUTES: u32 = 10_080;

pub(super) fn endpoint_denied(_: &Ready, frame: &Frame<'_>) -> Value {
    let id = frame.uuid("endpoint").replace('-', "");
    json!({
        "errorCode": "VpceAccessDenied",
        "errorMessage": "The request was denied due to a VPC endpoint policy",
        "vpcEndpointId": format!("vpce-{}", &id[..17]),
        "vpcEndpointAccountId": frame.account.as_str(),
    })
}

/// An unusual rate of calls, or of errors: its start, or its end where the sketch says so.
pub(super) fn insight(ready: &Ready, frame: &Frame<'_>) -> Value {
    let is_of_errors = ready.name == "ApiErrorRateInsight";
    let told = given(frame, "insightDetails", "errorCode");
    let error = is_of_errors.then(|| told.unwrap_or("AccessDenied"));
    let mut details = json!({
        "state": "Start",
        "eventSource": ready.source,
        "eventName": ready.event_name,
        "insightType": ready.name,
    });
    if let Some(error) = error {
        details["errorCode"] = json!(error);
    }
    let mut statistics = json!({"baseline": {"average": 0.02}, "insight": {"average": 30.0}});
    // How long it lasted is known at its end (D).
    if given(frame, "insightDetails", "state") == Some("End") {
        statistics["insightDuration"] = json!(1);
    }
    statistics["baselineDuration"] = json!(BASELINE_MINUTES);
    let (account, partition) = (frame.account, frame.region.partition());
    let who = format!("arn:{partition}:iam::{account}:user/localtrail");
    let attribution = |attribute: &str, value: &str| {
        json!({
            "attribute": attribute,
            "insight": [{"value": value, "average": 30.0}],
            "baseline": [{"value": value, "average": 0.02}],
        })
    };
    details["insightContext"] = json!({
        "statistics": statistics,
        "attributions": [
            attribution("userIdentityArn", &who),
            attribution("userAgent", "localtrail"),
            // Calls without an error count under the word (D).
            attribution("errorCode", error.unwrap_or("null")),
        ],
    });
    json!({"insightDetails": details})
}
