//! ListInsightsData: Insights events of a trail that logs data events (trails.md 6.4). Nothing is detected here, so
//! every well-formed question has the empty answer. Every fault is InvalidParameterException, the only one that the
//! model has (D).

use serde::{Deserialize, Serialize};

use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::wire::Time;

/// Members that the model constrains and nothing else is asked of are not read: DataType, Dimensions, MaxResults.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListInsightsData {
    insight_source: String,
    start_time: Option<Time>,
    end_time: Option<Time>,
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed {
    events: [(); 0],
}

impl Operation for ListInsightsData {
    const NAME: &'static str = "ListInsightsData";
    const ACCESS: Access = Access::Read;
    type Output = Listed;

    fn call(self, desk: &mut Desk<'_>) -> Result<Listed, Refusal> {
        // A trail by its ARN, shadows included; a trail that logs no data events has no such Insights (I).
        if !self.insight_source.starts_with("arn:") {
            return refused("InsightSource must be the ARN of a trail.");
        }
        desk.find(&self.insight_source, Reach::Read)
            .map_err(|refusal| Refusal::InvalidParameter(refusal.to_string()))?;
        refuse_range_and_token(
            self.start_time,
            self.end_time,
            self.next_token.as_deref(),
            desk.now,
        )?;
        Ok(Listed { events: [] })
    }
}

/// An end that is not given is now (D, trails.md 6.3), an empty range is no fault (I), and as no page was ever followed by
/// another, no token was given out.
pub(super) fn refuse_range_and_token(
    start: Option<Time>,
    end: Option<Time>,
    token: Option<&str>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let end = end.map_or(now, |time| time.0);
    if start.is_some_and(|start| start.0 > end) {
        return Err(Refusal::InvalidParameter(
            "StartTime must not be after EndTime.".to_owned(), // (I)
        ));
    }
    match token {
        None => Ok(()),
        Some(_) => Err(Refusal::InvalidParameter(
            Refusal::InvalidNextToken.to_string(),
        )),
    }
}

fn refused(sentence: &str) -> Result<Listed, Refusal> {
    Err(Refusal::InvalidParameter(sentence.to_owned())) // (I)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::World;

    #[test]
    fn the_answer_is_empty_and_every_fault_is_an_invalid_parameter() {
        let mut world = World::new();
        let created = world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "IsMultiRegionTrail": true}),
        );
        let least = json!({"InsightSource": created["TrailARN"], "DataType": "InsightsEvents"});
        let with = |member: &str, value: Value| {
            let mut input = least.clone();
            input[member] = value;
            input
        };
        for good in [
            least.clone(),
            with("MaxResults", json!(1)),
            with("MaxResults", json!(50)),
            with("Dimensions", json!({"EventName": "PutObject"})),
            with("StartTime", json!(world.now.seconds())),
        ] {
            assert_eq!(world.ok("ListInsightsData", good), json!({"Events": []}));
        }
        for bad in [
            json!({}),
            with("InsightSource", json!("my-trail")),
            with("InsightSource", json!("arn:x")),
            with(
                "InsightSource",
                json!("arn:aws:cloudtrail:us-east-1:111122223333:trail/unknown"),
            ),
            with("DataType", json!("Events")),
            with("MaxResults", json!(0)),
            with("MaxResults", json!(51)),
            with("NextToken", json!("abc")),
            with("NextToken", json!("made-up")),
            with("Dimensions", json!({})),
            with("Dimensions", json!({"EventName": "a", "EventId": "b"})),
            with("Dimensions", json!({"Username": "bob"})),
            with("Dimensions", json!({"EventName": ""})),
            with("StartTime", json!(world.now.seconds() + 1)),
        ] {
            world.refused_with("ListInsightsData", bad, "InvalidParameterException");
        }
        let mut reversed = with("StartTime", json!(2));
        reversed["EndTime"] = json!(1);
        world.refused_with(
            "ListInsightsData",
            reversed.clone(),
            "InvalidParameterException",
        );
        reversed["EndTime"] = json!(2);
        world.ok("ListInsightsData", reversed);
        world.region("eu-west-1");
        assert_eq!(world.ok("ListInsightsData", least), json!({"Events": []}));
    }
}
