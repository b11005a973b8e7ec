//! Advanced event selectors (trails.md 5.5 and 5.6; native.md, Event selectors).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Facts, event_sources, resource_types};
use crate::quotas::ADVANCED_VALUES;
use crate::refusal::Refusal;

/// Conditions that must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdvancedSelector {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    pub(crate) field_selectors: Vec<FieldSelector>,
}

/// Conditions on one field. Unset operators are left out of answers (D).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct FieldSelector {
    pub(crate) field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) equals: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) starts_with: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ends_with: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_equals: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_starts_with: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_ends_with: Option<Vec<String>>,
}

/// Which fields a category needs, and which it may have (D, trails.md 5.6).
struct CategoryRule {
    category: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

const CATEGORIES: [CategoryRule; 3] = [
    CategoryRule {
        category: "Management",
        required: &[],
        optional: &["eventSource", "readOnly"],
    },
    CategoryRule {
        category: "Data",
        required: &["resources.type"],
        optional: &[
            "readOnly",
            "eventName",
            "eventSource",
            "eventType",
            "resources.ARN",
            "sessionCredentialFromConsole",
            "userIdentity.arn",
        ],
    },
    CategoryRule {
        category: "NetworkActivity",
        required: &["eventSource"],
        // userIdentity.arn is for trails only (D, the user guide's page on network activity events).
        optional: &[
            "eventName",
            "errorCode",
            "vpcEndpointId",
            "userIdentity.arn",
        ],
    },
];

/// Refuses what AWS refuses, with its sentences (O, trails.md 5.5).
pub(crate) fn validate(selectors: &[AdvancedSelector]) -> Result<(), Refusal> {
    let fields = selectors
        .iter()
        .flat_map(|selector| &selector.field_selectors);
    let values: usize = fields
        .flat_map(FieldSelector::operators)
        .map(|(_, values)| values.len())
        .sum();
    if values > ADVANCED_VALUES {
        return refused(
            "There are too many filters applied. The maximum allowed number of filters is 500."
                .to_owned(),
        );
    }
    selectors.iter().try_for_each(AdvancedSelector::validate)
}

fn refused(sentence: String) -> Result<(), Refusal> {
    Err(Refusal::InvalidEventSelectors(sentence))
}

impl AdvancedSelector {
    fn validate(&self) -> Result<(), Refusal> {
        let named = |name: &str| {
            self.field_selectors
                .iter()
                .find(|field| field.field == name)
        };
        let Some(category) = named("eventCategory") else {
            return refused("The following fields are required: [eventCategory].".to_owned());
        };
        let mut fields = BTreeSet::new();
        if !self
            .field_selectors
            .iter()
            .all(|field| fields.insert(&field.field))
        {
            return refused(
                "A duplicate event selector was found for at least one field. Only one selector is allowed per field."
                    .to_owned(),
            );
        }
        category.allows_only(&["Equals"])?;
        let rule = match category.equals.as_deref() {
            Some([value]) => CATEGORIES.iter().find(|rule| rule.category == value),
            _ => None,
        };
        let Some(rule) = rule else {
            return refused("The eventCategory field value is not valid.".to_owned());
        };
        for required in rule.required {
            if named(required).is_none() {
                return refused(format!(
                    "The following selectors are required when the eventCategory field value equals {}: [{required}].",
                    rule.category
                ));
            }
        }
        for field in self
            .field_selectors
            .iter()
            .filter(|field| field.field != "eventCategory")
        {
            let name = field.field.as_str();
            if !rule.required.contains(&name) && !rule.optional.contains(&name) {
                return refused(format!(
                    "The following field is not allowed when the eventCategory field value equals {}: {name}.",
                    rule.category
                ));
            }
            field.validate(rule.category)?;
        }
        match named("resources.type").and_then(FieldSelector::only_value) {
            Some("AWS::Lambda::Function") => named("resources.ARN").map_or(Ok(()), validate_lambda),
            _ => Ok(()),
        }
    }

    /// Whether this field is set to equal this value.
    pub(crate) fn has(&self, field: &str, value: &str) -> bool {
        let mut fields = self
            .field_selectors
            .iter()
            .filter(|selector| selector.field == field);
        fields.any(|selector| {
            selector
                .equals
                .iter()
                .flatten()
                .any(|equals| equals == value)
        })
    }

    /// Whether every condition holds.
    pub(crate) fn selects(&self, facts: &Facts<'_>) -> bool {
        let resource_type = self
            .field_selectors
            .iter()
            .find(|field| field.field == "resources.type")
            .and_then(FieldSelector::only_value);
        self.field_selectors
            .iter()
            .all(|field| match (field.field.as_str(), resource_type) {
                // The ARN in question is that of the resource of the selected type.
                ("resources.ARN", Some(kind)) => {
                    let resources = facts.details().resources.iter();
                    let arns = resources.filter(|r| r.kind.as_deref() == Some(kind));
                    field.holds(
                        &arns
                            .filter_map(|r| r.any_arn().map(str::to_owned))
                            .collect::<Vec<_>>(),
                    )
                }
                (name, _) => field.holds(&facts.field(name)),
            })
    }
}

impl FieldSelector {
    /// The operators that are set, by name.
    pub(crate) fn operators(&self) -> impl Iterator<Item = (&'static str, &Vec<String>)> {
        [
            ("Equals", &self.equals),
            ("StartsWith", &self.starts_with),
            ("EndsWith", &self.ends_with),
            ("NotEquals", &self.not_equals),
            ("NotStartsWith", &self.not_starts_with),
            ("NotEndsWith", &self.not_ends_with),
        ]
        .into_iter()
        .filter_map(|(name, values)| values.as_ref().map(|values| (name, values)))
    }

    fn only_value(&self) -> Option<&str> {
        match self.equals.as_deref() {
            Some([value]) => Some(value),
            _ => None,
        }
    }

    fn allows_only(&self, allowed: &[&str]) -> Result<(), Refusal> {
        if self.operators().all(|(name, _)| allowed.contains(&name)) {
            return Ok(());
        }
        refused(format!(
            "Only the following operators are valid with the {} field: [{}].",
            self.field,
            allowed.join(", ")
        ))
    }

    fn validate(&self, category: &str) -> Result<(), Refusal> {
        if self.operators().next().is_none() {
            return refused(format!(
                "The {} field needs at least one operator.",
                self.field
            )); // (I)
        }
        let not_valid = || refused(format!("The {} field value is not valid.", self.field));
        match (self.field.as_str(), category) {
            ("readOnly", _) => {
                self.allows_only(&["Equals"])?;
                if !matches!(self.only_value(), Some("true" | "false")) {
                    return not_valid();
                }
            }
            ("resources.type", _) => {
                self.allows_only(&["Equals"])?;
                if !self.only_value().is_some_and(resource_types::is_supported) {
                    return not_valid(); // The sentence is (I).
                }
            }
            ("eventSource", "Management") => {
                self.allows_only(&["NotEquals"])?;
                let excludable = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
                if !self
                    .not_equals
                    .iter()
                    .flatten()
                    .all(|v| excludable.contains(&v.as_str()))
                {
                    return not_valid();
                }
            }
            ("eventSource", "NetworkActivity") => {
                self.allows_only(&["Equals"])?;
                // One source a selector (D, the same page); which ones is of the same list. The sentence is (I).
                if !self.only_value().is_some_and(event_sources::is_supported) {
                    return not_valid();
                }
            }
            ("errorCode", _) => {
                self.allows_only(&["Equals"])?;
                if self.only_value() != Some("VpceAccessDenied") {
                    return not_valid();
                }
            }
            ("sessionCredentialFromConsole", _) => {
                self.allows_only(&["Equals", "NotEquals"])?; // (I)
            }
            _ => {}
        }
        Ok(())
    }

    /// Values within an operator are alternatives; of a negative operator none may match; all operators must hold
    /// (D, trails.md 5.6).
    fn holds(&self, found: &[String]) -> bool {
        self.operators().all(|(operator, wanted)| {
            let any = |test: fn(&str, &str) -> bool| {
                found
                    .iter()
                    .any(|value| wanted.iter().any(|wanted| test(value, wanted)))
            };
            match operator {
                "Equals" => any(|value, wanted| value == wanted),
                "StartsWith" => any(|value, wanted| value.starts_with(wanted)),
                "EndsWith" => any(|value, wanted| value.ends_with(wanted)),
                "NotEquals" => !any(|value, wanted| value == wanted),
                "NotStartsWith" => !any(|value, wanted| value.starts_with(wanted)),
                _ => !any(|value, wanted| value.ends_with(wanted)),
            }
        })
    }
}

fn is_function_name(name: &str) -> bool {
    let is_character = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(is_character)
}

/// An exact function ARN must be unqualified: no version, alias, dot or slash (O, native.md), and none of the other
/// characters that a function's name cannot have (I).
fn validate_lambda(field: &FieldSelector) -> Result<(), Refusal> {
    let exact = field.equals.iter().chain(&field.not_equals).flatten();
    for arn in exact {
        let parts: Vec<&str> = arn.split(':').collect();
        let well_formed = matches!(
            parts[..],
            ["arn", _, "lambda", region, account, "function", name]
                if !region.is_empty() && !account.is_empty() && is_function_name(name)
        );
        if !well_formed {
            return refused(format!(
                "The specified ARN {arn} is not valid. Verify that the ARN is properly formatted."
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
