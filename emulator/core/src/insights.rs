//! Insight selectors of a trail (trails.md 6.1). Detecting insights is not done here.

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::selectors::Selectors;
use crate::selectors::basic::ReadWriteType;
use crate::trail::Trail;

/// One kind of insight. Categories are shown only when they were given (I, trails.md 15.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InsightSelector {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) insight_type: Option<InsightType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event_categories: Option<Vec<SourceCategory>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::enum_variant_names)] // AWS's names.
pub(crate) enum InsightType {
    ApiCallRateInsight,
    ApiErrorRateInsight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SourceCategory {
    Management,
    Data,
}

impl InsightSelector {
    /// Management when not given (D).
    fn categories(&self) -> &[SourceCategory] {
        self.event_categories
            .as_deref()
            .unwrap_or(&[SourceCategory::Management])
    }
}

/// Refuses selectors whose events the trail does not log, and types given twice (D rule, I code and sentences).
pub(crate) fn validate(insights: &[InsightSelector], selectors: &Selectors) -> Result<(), Refusal> {
    let refused = |sentence: &str| Err(Refusal::InvalidInsightSelectors(sentence.to_owned()));
    let logged = Logged::by(selectors);
    for (at, insight) in insights.iter().enumerate() {
        let Some(kind) = insight.insight_type else {
            return refused("InsightType is required.");
        };
        if insights[..at]
            .iter()
            .any(|earlier| earlier.insight_type == Some(kind))
        {
            return refused("An insight type may be given only once.");
        }
        for category in insight.categories() {
            match (category, kind) {
                (SourceCategory::Data, _) if !logged.data => {
                    return refused("The trail must log data events for Insights on data events.");
                }
                (SourceCategory::Management, InsightType::ApiCallRateInsight)
                    if !logged.management_writes =>
                {
                    return refused(
                        "The trail must log write management events for ApiCallRateInsight.",
                    );
                }
                (SourceCategory::Management, InsightType::ApiErrorRateInsight)
                    if !logged.management =>
                {
                    return refused(
                        "The trail must log management events for ApiErrorRateInsight.",
                    );
                }
                (SourceCategory::Data | SourceCategory::Management, _) => {}
            }
        }
    }
    Ok(())
}

/// Whether the trail has Insights on data events.
pub(crate) fn are_on_data(trail: &Trail) -> bool {
    let wants_data =
        |insight: &InsightSelector| insight.categories().contains(&SourceCategory::Data);
    trail.insights.iter().any(wants_data) && Logged::by(&trail.selectors).data
}

/// What a trail logs, roughly.
struct Logged {
    management: bool,
    management_writes: bool,
    data: bool,
}

impl Logged {
    fn by(selectors: &Selectors) -> Self {
        match selectors {
            Selectors::Basic(basic) => {
                let management = || basic.iter().filter(|s| s.include_management_events);
                Self {
                    management: management().next().is_some(),
                    management_writes: management()
                        .any(|s| s.read_write_type != ReadWriteType::ReadOnly),
                    data: basic
                        .iter()
                        .flat_map(|s| &s.data_resources)
                        .any(|resource| !resource.values.is_empty()),
                }
            }
            Selectors::Advanced(advanced) => {
                let of = |category: &'static str| {
                    advanced
                        .iter()
                        .filter(move |selector| selector.has("eventCategory", category))
                };
                Self {
                    management: of("Management").next().is_some(),
                    management_writes: of("Management").any(|s| !s.has("readOnly", "true")),
                    data: of("Data").next().is_some(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selectors::basic::BasicSelector;

    fn insight(kind: InsightType, categories: Option<Vec<SourceCategory>>) -> InsightSelector {
        InsightSelector {
            insight_type: Some(kind),
            event_categories: categories,
        }
    }

    #[test]
    fn insights_need_the_events_they_look_at() {
        let reads = Selectors::Basic(vec![BasicSelector {
            read_write_type: ReadWriteType::ReadOnly,
            ..BasicSelector::default()
        }]);
        let rate = insight(InsightType::ApiCallRateInsight, None);
        let errors = insight(InsightType::ApiErrorRateInsight, None);
        assert_eq!(
            validate(&[rate.clone(), errors.clone()], &Selectors::default()),
            Ok(())
        );
        assert!(validate(std::slice::from_ref(&rate), &reads).is_err());
        assert_eq!(validate(&[errors], &reads), Ok(()));
        assert!(validate(&[rate.clone(), rate], &Selectors::default()).is_err());
        let data = insight(
            InsightType::ApiCallRateInsight,
            Some(vec![SourceCategory::Data]),
        );
        assert!(validate(&[data], &Selectors::default()).is_err());
    }
}
