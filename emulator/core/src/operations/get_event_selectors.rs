//! GetEventSelectors (trails.md 5.2; native.md, Event selectors).

use serde::{Deserialize, Serialize};

use super::{Desk, Operation, Reach};
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::selectors::Selectors;
use crate::selectors::advanced::AdvancedSelector;
use crate::selectors::basic::BasicSelector;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetEventSelectors {
    trail_name: String,
}

/// The kind that is set, and the other not at all (D).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SelectorsView {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_selectors: Option<Vec<BasicSelector>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advanced_event_selectors: Option<Vec<AdvancedSelector>>,
}

impl SelectorsView {
    pub(super) fn new(trail_arn: String, selectors: Selectors) -> Self {
        let (event_selectors, advanced_event_selectors) = match selectors {
            Selectors::Basic(basic) => (Some(basic), None),
            Selectors::Advanced(advanced) => (None, Some(advanced)),
        };
        Self {
            trail_arn,
            event_selectors,
            advanced_event_selectors,
        }
    }
}

impl Operation for GetEventSelectors {
    const NAME: &'static str = "GetEventSelectors";
    const ACCESS: Access = Access::Read;
    type Output = SelectorsView;

    fn call(self, desk: &mut Desk<'_>) -> Result<SelectorsView, Refusal> {
        let key = desk.find(&self.trail_name, Reach::Read)?;
        let trail = desk.trail(&key);
        let mut selectors = trail.selectors.clone();
        // Fields come back sorted by name, case-sensitively; selectors keep their order (O, native.md).
        if let Selectors::Advanced(advanced) = &mut selectors {
            for selector in advanced {
                selector
                    .field_selectors
                    .sort_by(|a, b| a.field.cmp(&b.field));
            }
        }
        Ok(SelectorsView::new(trail.arn(), selectors))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn a_new_trail_has_one_basic_selector_with_every_member() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        assert_eq!(
            world.ok("GetEventSelectors", json!({"TrailName": "my-trail"})),
            json!({
                "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail",
                "EventSelectors": [{
                    "ReadWriteType": "All", "IncludeManagementEvents": true,
                    "DataResources": [], "ExcludeManagementEventSources": [],
                }],
            })
        );
    }
}
