//! ListInsightsMetricData: call and error rates over time (trails.md 6.3). Nothing is measured here, so every
//! well-formed question has empty lists, also where zeros were asked to fill them: a zero would say that there were no
//! calls (I).

use serde::{Deserialize, Serialize};

use super::list_insights_data::refuse_range_and_token;
use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::insights::{self, InsightType};
use crate::refusal::Refusal;
use crate::trail::Trail;
use crate::wire::Time;

/// Seconds that a data point may stand for (D).
const PERIODS: [u32; 3] = [60, 300, 3600];

/// Members that the model constrains and nothing else is asked of are not read: DataType, MaxResults.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListInsightsMetricData {
    trail_name: Option<String>,
    event_source: String,
    event_name: String,
    insight_type: InsightType,
    error_code: Option<String>,
    start_time: Option<Time>,
    end_time: Option<Time>,
    period: Option<u32>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    /// Only of a trail that has Insights on data events (D).
    #[serde(rename = "TrailARN", skip_serializing_if = "Option::is_none")]
    trail_arn: Option<String>,
    event_source: String,
    event_name: String,
    insight_type: InsightType,
    /// Only of error rates (D).
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    timestamps: [(); 0],
    values: [(); 0],
}

impl Operation for ListInsightsMetricData {
    const NAME: &'static str = "ListInsightsMetricData";
    const ACCESS: Access = Access::Read;
    type Output = Listed;

    fn call(self, desk: &mut Desk<'_>) -> Result<Listed, Refusal> {
        let trail = self.trail(desk)?;
        let with_insights = trail.filter(|trail| insights::are_on_data(trail));
        let trail_arn = with_insights.map(Trail::arn);
        let error_code = self.error_code()?;
        if self.period.is_some_and(|period| !PERIODS.contains(&period)) {
            return refused("Period must be 60, 300 or 3600.");
        }
        refuse_range_and_token(
            self.start_time,
            self.end_time,
            self.next_token.as_deref(),
            desk.now,
        )?;
        Ok(Listed {
            trail_arn,
            event_source: self.event_source,
            event_name: self.event_name,
            insight_type: self.insight_type,
            error_code,
            timestamps: [],
            values: [],
        })
    }
}

impl ListInsightsMetricData {
    /// The model has InvalidTrailNameException for names and one exception for all else (D).
    fn trail<'a>(&self, desk: &'a Desk<'_>) -> Result<Option<&'a Trail>, Refusal> {
        let Some(name) = &self.trail_name else {
            return Ok(None);
        };
        match desk.find(name, Reach::Read) {
            Ok(key) => Ok(Some(desk.trail(&key))),
            Err(refusal @ Refusal::InvalidTrailName(_)) => Err(refusal),
            Err(refusal) => Err(Refusal::InvalidParameter(refusal.to_string())),
        }
    }

    /// An error rate is of one error; with a call rate the member is passed over (I).
    fn error_code(&self) -> Result<Option<String>, Refusal> {
        match (self.insight_type, &self.error_code) {
            (InsightType::ApiErrorRateInsight, None) => {
                refused("ErrorCode is required when InsightType is ApiErrorRateInsight.")
            }
            (InsightType::ApiErrorRateInsight, Some(code)) => Ok(Some(code.clone())),
            (InsightType::ApiCallRateInsight, _) => Ok(None),
        }
    }
}

fn refused<T>(sentence: &str) -> Result<T, Refusal> {
    Err(Refusal::InvalidParameter(sentence.to_owned())) // (I)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::World;

    fn least() -> Value {
        json!({
            "EventSource": "s3.amazonaws.com", "EventName": "PutObject", "InsightType": "ApiCallRateInsight",
        })
    }

    fn with(member: &str, value: Value) -> Value {
        let mut input = least();
        input[member] = value;
        input
    }

    #[test]
    fn what_was_asked_is_echoed_and_nothing_was_measured() {
        let mut world = World::new();
        let mut expected = least();
        expected["Timestamps"] = json!([]);
        expected["Values"] = json!([]);
        for good in [
            least(),
            with("Period", json!(60)),
            with("Period", json!(300)),
            with("MaxResults", json!(21600)),
            with("DataType", json!("FillWithZeros")),
            with("ErrorCode", json!("AccessDenied")),
            with("StartTime", json!(world.now.seconds())),
        ] {
            assert_eq!(world.ok("ListInsightsMetricData", good), expected);
        }
        let mut errors = with("InsightType", json!("ApiErrorRateInsight"));
        world.refused_with(
            "ListInsightsMetricData",
            errors.clone(),
            "InvalidParameterException",
        );
        errors["ErrorCode"] = json!("AccessDenied");
        expected["InsightType"] = json!("ApiErrorRateInsight");
        expected["ErrorCode"] = json!("AccessDenied");
        assert_eq!(world.ok("ListInsightsMetricData", errors), expected);
    }

    #[test]
    fn every_fault_is_an_invalid_parameter_but_a_bad_trail_name() {
        let mut world = World::new();
        let mut reversed = with("StartTime", json!(2));
        reversed["EndTime"] = json!(1);
        for bad in [
            json!({}),
            with("EventSource", json!("s3")),
            with("EventName", json!("Put Object")),
            with("InsightType", json!("Other")),
            with("ErrorCode", json!("a!")),
            with("Period", json!(0)),
            with("Period", json!(120)),
            with("Period", json!(7200)),
            with("DataType", json!("Zeros")),
            with("MaxResults", json!(0)),
            with("MaxResults", json!(21601)),
            with("NextToken", json!("")),
            with("NextToken", json!("made-up")),
            with("TrailName", json!("unknown")),
            with("TrailName", json!("arn:x")),
            with("StartTime", json!(world.now.seconds() + 1)),
            reversed,
        ] {
            world.refused_with("ListInsightsMetricData", bad, "InvalidParameterException");
        }
        world.refused(
            "ListInsightsMetricData",
            with("TrailName", json!("x")),
            "InvalidTrailNameException",
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters.",
        );
    }

    #[test]
    fn the_trail_is_named_only_when_it_has_insights_on_data_events() {
        let mut world = World::new();
        let arn = world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        )["TrailARN"]
            .clone();
        let shown = |world: &mut World| {
            let answer = world.ok(
                "ListInsightsMetricData",
                with("TrailName", json!("my-trail")),
            );
            answer.get("TrailARN").cloned()
        };
        assert_eq!(shown(&mut world), None);
        let selectors =
            json!([{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]);
        world.ok(
            "PutEventSelectors",
            json!({"TrailName": "my-trail", "EventSelectors": selectors}),
        );
        assert_eq!(shown(&mut world), None);
        let insight = |category: &str| {
            json!({"TrailName": "my-trail", "InsightSelectors": [
                {"InsightType": "ApiCallRateInsight", "EventCategories": [category]},
            ]})
        };
        world.ok("PutInsightSelectors", insight("Management"));
        assert_eq!(shown(&mut world), None);
        world.ok("PutInsightSelectors", insight("Data"));
        assert_eq!(shown(&mut world), Some(arn));
    }
}
