//! LookupEvents: event history (trails.md 9; native.md). Independent of trails, selectors and logging.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use localtrail_model::Violation;
use serde::{Deserialize, Serialize};

use super::{Desk, Operation};
use crate::draft::{Access, Category};
use crate::ids::{Ids, Purpose};
use crate::journal::Kept;
use crate::journal::block::Attribute;
use crate::journal::history::{Place, Question};
use crate::quotas::HISTORY_DAYS;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::wire::Time;

/// Events of a page, when nothing else is asked (D).
const DEFAULT_PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LookupEvents {
    lookup_attributes: Option<Vec<LookupAttribute>>,
    start_time: Option<Time>,
    end_time: Option<Time>,
    event_category: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LookupAttribute {
    attribute_key: String,
    attribute_value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LookedUp {
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    event_id: String,
    event_name: String,
    /// The string `"true"` or `"false"` (O).
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    event_time: Time,
    event_source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    resources: Vec<Resource>,
    cloud_trail_event: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<String>,
    resource_name: String,
}

impl Operation for LookupEvents {
    const NAME: &'static str = "LookupEvents";
    const ACCESS: Access = Access::Read;
    type Output = LookedUp;

    fn call(self, desk: &mut Desk<'_>) -> Result<LookedUp, Refusal> {
        let category = match self.event_category.as_deref() {
            None => Category::Management,
            Some(_) => Category::Insight,
        };
        let (attribute, value) = self.attribute(category)?;
        let (from, to) = self.span(desk.now)?;
        let check = self.check_sum(desk);
        let after = match &self.next_token {
            None => None,
            Some(token) => Some(read_token(token, &check).ok_or(Refusal::InvalidNextToken)?),
        };
        let question = Question {
            account: desk.account,
            region: desk.region,
            category,
            attribute,
            value,
            from,
            to,
            after,
            limit: self.max_results.unwrap_or(DEFAULT_PAGE),
        };
        let page = desk.journal.history(&question, &mut desk.state.rows);
        let page = page.map_err(|error| Refusal::Internal(error.to_string()))?;
        Ok(LookedUp {
            events: page.events.into_iter().map(Event::from).collect(),
            next_token: page.more.map(|place| write_token(place, &check)),
        })
    }

    fn refuse(violation: &Violation) -> Refusal {
        let path = violation.path.to_string();
        let value = || violation.value().unwrap_or_default().to_owned();
        match path.split(['[', '.']).next() {
            Some("LookupAttributes") => Refusal::InvalidLookupAttributes(violation.sentence()),
            Some("EventCategory") => Refusal::InvalidEventCategory(value()),
            Some("MaxResults") => Refusal::InvalidMaxResults(value()),
            Some("NextToken") => Refusal::InvalidNextToken,
            _ => Refusal::InvalidParameter(violation.sentence()),
        }
    }
}

impl LookupEvents {
    /// The one attribute that is asked by.
    fn attribute(&self, category: Category) -> Result<(Attribute, &str), Refusal> {
        let refused = |sentence: &str| Err(Refusal::InvalidLookupAttributes(sentence.to_owned()));
        let asked = match self.lookup_attributes.as_deref() {
            None | Some([]) => return Ok((Attribute::Any, "")),
            Some([asked]) => asked,
            Some(_) => return refused("Lookup attribute key can not be multiple!"),
        };
        let value = asked.attribute_value.as_str();
        let attribute = match asked.attribute_key.as_str() {
            "EventId" => Attribute::EventId,
            "EventName" => Attribute::EventName,
            "ReadOnly" => Attribute::ReadOnly,
            "Username" => Attribute::Username,
            "ResourceType" => Attribute::ResourceType,
            "ResourceName" => Attribute::ResourceName,
            "EventSource" => Attribute::EventSource,
            "AccessKeyId" => Attribute::AccessKeyId,
            _ => return refused("The lookup attribute key is not valid."), // (I)
        };
        if attribute == Attribute::ReadOnly && !matches!(value, "true" | "false") {
            return refused("The value of ReadOnly must be true or false."); // (I)
        }
        let of_insights = [
            Attribute::EventId,
            Attribute::EventName,
            Attribute::EventSource,
        ];
        if category == Category::Insight && !of_insights.contains(&attribute) {
            return refused(
                "Insights events can be looked up by EventId, EventName or EventSource.",
            ); // (I)
        }
        Ok((attribute, value))
    }

    /// Both ends are inclusive; ninety days back, whatever is asked (D; clipping I).
    fn span(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), Refusal> {
        let oldest = now.minus(Duration::from_secs(HISTORY_DAYS * 24 * 3600));
        let from = self.start_time.map_or(oldest, |time| time.0);
        let to = self.end_time.map_or(Timestamp::MAX, |time| time.0);
        if from > to || from > now {
            return Err(Refusal::InvalidTimeRange);
        }
        // Events have whole seconds, rounded down; so has a start, lest it leave out what was called right after it.
        Ok((from.max(oldest).whole_second(), to))
    }

    /// What binds a token to its question; the page size may change (I, trails.md 9.1).
    fn check_sum(&self, desk: &Desk<'_>) -> [u8; 8] {
        let asked = self.lookup_attributes.iter().flatten();
        let asked: Vec<String> = asked
            .map(|a| format!("{}={}", a.attribute_key, a.attribute_value))
            .collect();
        let time =
            |time: Option<Time>| time.map_or_else(String::new, |time| time.0.millis().to_string());
        let parts = [
            desk.account.to_string(),
            desk.region.to_string(),
            asked.join("&"),
            time(self.start_time),
            time(self.end_time),
            self.event_category.clone().unwrap_or_default(),
        ];
        let parts: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
        short(&desk.state.ids, &parts)
    }
}

fn short(ids: &Ids, parts: &[&[u8]]) -> [u8; 8] {
    ids.draw(Purpose::Token, parts)[..8]
        .try_into()
        .expect("32 bytes have eight")
}

/// A token: the check sum of the question and the place of the last event shown, scrambled with the check sum so that
/// a token altered by one character does not lead anywhere.
fn write_token(place: Place, check: &[u8; 8]) -> String {
    let mut bytes = Vec::with_capacity(24);
    bytes.extend(place.time.seconds().to_be_bytes());
    bytes.extend(place.seq.to_be_bytes());
    bytes.extend(seal(&bytes, check));
    BASE64.encode(bytes)
}

fn read_token(token: &str, check: &[u8; 8]) -> Option<Place> {
    let bytes = BASE64.decode(token).ok()?;
    let (place, sealed) = bytes.split_at_checked(16)?;
    if sealed != seal(place, check) {
        return None;
    }
    Some(Place {
        time: Timestamp::from_seconds(i64::from_be_bytes(place[..8].try_into().ok()?)),
        seq: u64::from_be_bytes(place[8..].try_into().ok()?),
    })
}

fn seal(place: &[u8], check: &[u8; 8]) -> [u8; 8] {
    short(&Ids::new([0; 32]), &[place, check])
}

impl From<Kept> for Event {
    fn from(kept: Kept) -> Self {
        let resources = kept.resources.into_iter().map(|resource| Resource {
            resource_type: resource.kind,
            resource_name: resource.name,
        });
        Self {
            event_id: kept.id,
            event_name: kept.name,
            read_only: kept
                .read_only
                .map(|read_only| if read_only { "true" } else { "false" }),
            access_key_id: kept.access_key,
            event_time: Time(kept.time),
            event_source: kept.source,
            username: kept.username,
            resources: resources.collect(),
            cloud_trail_event: kept.record,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::World;

    fn names(page: &Value) -> Vec<&str> {
        page["Events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["EventName"].as_str().unwrap())
            .collect()
    }

    #[test]
    fn calls_are_found_by_every_attribute_newest_first() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        world.later(2);
        world.refused_with(
            "GetTrail",
            json!({"Name": "unknown"}),
            "TrailNotFoundException",
        );
        let all = world.ok("LookupEvents", json!({}));
        assert_eq!(names(&all), ["GetTrail", "CreateTrail"]);
        let event = &all["Events"][1];
        assert_eq!(event["ReadOnly"], "false");
        for (key, value) in [
            ("EventId", event["EventId"].as_str().unwrap()),
            ("EventName", "CreateTrail"),
            ("ReadOnly", "false"),
            ("ResourceType", "AWS::S3::Bucket"),
            ("ResourceName", "my-trail"),
        ] {
            let asked =
                json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]});
            assert_eq!(
                names(&world.ok("LookupEvents", asked)),
                ["CreateTrail"],
                "{key}"
            );
        }
        for (key, value) in [
            ("Username", "bob"),
            ("EventSource", "cloudtrail.amazonaws.com"),
            ("AccessKeyId", "AKIAEXAMPLE"),
        ] {
            let asked = json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}], "MaxResults": 2});
            assert_eq!(names(&world.ok("LookupEvents", asked)).len(), 2, "{key}");
        }
    }

    #[test]
    fn pages_are_bound_to_their_question() {
        let mut world = World::new();
        for _ in 0..5 {
            world.ok("ListTrails", json!({}));
        }
        let asked = json!([{"AttributeKey": "EventName", "AttributeValue": "ListTrails"}]);
        let page = world.ok(
            "LookupEvents",
            json!({"LookupAttributes": asked, "MaxResults": 3}),
        );
        let token = page["NextToken"].as_str().unwrap();
        let rest = world.ok(
            "LookupEvents",
            json!({"LookupAttributes": asked, "NextToken": token}),
        );
        assert_eq!((names(&page).len(), names(&rest).len()), (3, 2));
        assert_eq!(rest.get("NextToken"), None);
        for bad in [
            json!({"NextToken": token}),
            json!({"LookupAttributes": asked, "NextToken": "broken"}),
            json!({"LookupAttributes": asked, "NextToken": format!("B{}", &token[1..])}),
        ] {
            world.refused_with("LookupEvents", bad, "InvalidNextTokenException");
        }
    }

    #[test]
    fn bad_questions_are_refused_as_aws_refuses_them() {
        let mut world = World::new();
        let one = json!({"AttributeKey": "EventName", "AttributeValue": "X"});
        for (input, code) in [
            (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
            (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
            (
                json!({"LookupAttributes": [one, one]}),
                "InvalidLookupAttributesException",
            ),
            (
                json!({"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "True"}]}),
                "InvalidLookupAttributesException",
            ),
            (
                json!({"LookupAttributes": [{"AttributeKey": "eventName", "AttributeValue": "X"}]}),
                "InvalidLookupAttributesException",
            ),
            (
                json!({"EventCategory": "invalid"}),
                "InvalidEventCategoryException",
            ),
            (
                json!({"StartTime": 2, "EndTime": 1}),
                "InvalidTimeRangeException",
            ),
            (
                json!({"StartTime": world.now.seconds() + 60}),
                "InvalidTimeRangeException",
            ),
        ] {
            world.refused_with("LookupEvents", input, code);
        }
    }

    #[test]
    fn ninety_days_are_shown_and_no_more() {
        let mut world = World::new();
        world.ok("ListTrails", json!({}));
        world.later(89 * 24 * 3600);
        assert_eq!(names(&world.ok("LookupEvents", json!({}))), ["ListTrails"]);
        world.later(2 * 24 * 3600);
        assert_eq!(
            names(&world.ok("LookupEvents", json!({"StartTime": 0}))),
            ["LookupEvents"]
        );
    }
}
