//! Basic event selectors (trails.md 5.1 to 5.4).

use serde::{Deserialize, Serialize};

use super::Facts;
use crate::draft::Category;
use crate::place::{AccountId, Region};
use crate::quotas::{DATA_RESOURCE_VALUES, EVENT_SELECTORS};
use crate::refusal::Refusal;

/// One selector, every member filled in, in the order in which AWS answers (O).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct BasicSelector {
    pub(crate) read_write_type: ReadWriteType,
    pub(crate) include_management_events: bool,
    pub(crate) data_resources: Vec<DataResource>,
    pub(crate) exclude_management_event_sources: Vec<String>,
}

impl Default for BasicSelector {
    fn default() -> Self {
        Self {
            read_write_type: ReadWriteType::All,
            include_management_events: true,
            data_resources: Vec::new(),
            exclude_management_event_sources: Vec::new(),
        }
    }
}

/// Which calls, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum ReadWriteType {
    ReadOnly,
    WriteOnly,
    #[default]
    All,
}

/// Resources whose data events are logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DataResource {
    #[serde(rename = "Type")]
    pub(crate) kind: String,
    pub(crate) values: Vec<String>,
}

const S3_OBJECT: &str = "AWS::S3::Object";
const LAMBDA_FUNCTION: &str = "AWS::Lambda::Function";
const DYNAMODB_TABLE: &str = "AWS::DynamoDB::Table";

/// The only sources that can be excluded (D, trails.md 5.1).
const EXCLUDABLE: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];

/// Refuses what AWS refuses, with its sentences (O, trails.md 5.3).
pub(crate) fn validate(selectors: &[BasicSelector]) -> Result<(), Refusal> {
    let refused = |sentence: String| Err(Refusal::InvalidEventSelectors(sentence));
    if selectors.is_empty() || selectors.len() > EVENT_SELECTORS {
        return refused("Specify a valid number of selectors (1 to 5) for your trail".to_owned());
    }
    for selector in selectors {
        for source in &selector.exclude_management_event_sources {
            if !EXCLUDABLE.contains(&source.as_str()) {
                return refused(format!(
                    "Value {source} for ExcludeManagementEventSources is invalid."
                )); // (I)
            }
        }
        for resource in &selector.data_resources {
            if ![S3_OBJECT, LAMBDA_FUNCTION, DYNAMODB_TABLE].contains(&resource.kind.as_str()) {
                return refused(format!(
                    "Value {} for DataResources.Type is invalid.",
                    resource.kind
                ));
            }
            if let Some(value) = resource
                .values
                .iter()
                .find(|value| !resource.accepts(value))
            {
                return refused(format!(
                    "Value {value} for DataResources.Values is invalid."
                ));
            }
        }
        if !selector.include_management_events && selector.data_resources.is_empty() {
            return refused(
                "Invalid combination of parameters in EventSelectors. When includeManagementEvents is false, DataResources must not be empty."
                    .to_owned(),
            );
        }
    }
    let resources = selectors
        .iter()
        .flat_map(|selector| &selector.data_resources);
    let counted = resources.flat_map(|resource| &resource.values);
    if counted.filter(|value| !is_all_resources(value)).count() > DATA_RESOURCE_VALUES {
        return refused(
            "Specify a valid number of DataResources.Values (0 to 250) for all your selectors"
                .to_owned(),
        );
    }
    Ok(())
}

impl BasicSelector {
    /// Whether this selector logs the event.
    pub(crate) fn selects(&self, facts: &Facts<'_>) -> bool {
        let wanted = match self.read_write_type {
            ReadWriteType::All => true,
            ReadWriteType::ReadOnly => facts.is_read(),
            ReadWriteType::WriteOnly => !facts.is_read(),
        };
        wanted
            && match facts.category() {
                Category::Management => {
                    let excluded = &self.exclude_management_event_sources;
                    self.include_management_events
                        && !excluded.iter().any(|source| source == facts.source())
                }
                Category::Data => self
                    .data_resources
                    .iter()
                    .any(|resource| resource.selects(facts)),
                Category::NetworkActivity | Category::Insight | Category::Aggregated => false,
            }
    }
}

impl DataResource {
    fn selects(&self, facts: &Facts<'_>) -> bool {
        let resources = facts.details().resources.iter();
        resources
            .filter(|resource| resource.kind.as_deref() == Some(&self.kind))
            .filter_map(|resource| resource.any_arn())
            .any(|arn| self.values.iter().any(|value| self.covers(value, arn)))
    }

    fn covers(&self, value: &str, arn: &str) -> bool {
        if is_all_resources(value) {
            return true;
        }
        match self.kind.as_str() {
            // Everything below a bucket or prefix, in whatever partition it was written.
            S3_OBJECT => arn.starts_with(value),
            DYNAMODB_TABLE => {
                arn == value
                    || arn
                        .strip_prefix(value)
                        .is_some_and(|rest| rest.starts_with('/'))
            }
            _ => arn == value,
        }
    }

    /// The forms of trails.md 5.4.
    fn accepts(&self, value: &str) -> bool {
        if value.contains(['*', '?']) {
            return false;
        }
        let parts: Vec<&str> = value.splitn(6, ':').collect();
        let ["arn", partition, service, rest @ ..] = &parts[..] else {
            return false;
        };
        // Every partition (I), also of those that have come since.
        if !(*partition == "aws" || partition.starts_with("aws-")) {
            return false;
        }
        let is_named = |name: &str, start: &str| {
            name.strip_prefix(start)
                .is_some_and(|name| !name.is_empty())
        };
        let is_place = |region: &str, account: &str| {
            Region::parse(region).is_some() && AccountId::parse(account).is_some()
        };
        match (self.kind.as_str(), *service, rest) {
            (S3_OBJECT, "s3", [] | ["", "", ""]) => true,
            (S3_OBJECT, "s3", ["", "", path]) => path.find('/').is_some_and(|slash| slash > 0),
            (LAMBDA_FUNCTION, "lambda", []) | (DYNAMODB_TABLE, "dynamodb", []) => true,
            (LAMBDA_FUNCTION, "lambda", [region, account, name]) => {
                is_place(region, account) && is_named(name, "function:")
            }
            (DYNAMODB_TABLE, "dynamodb", [region, account, name]) => {
                is_place(region, account) && is_named(name, "table/")
            }
            _ => false,
        }
    }
}

/// `arn:aws:s3`, `arn:aws:s3:::`, `arn:aws:lambda`, `arn:aws:dynamodb`: everything of a service.
fn is_all_resources(value: &str) -> bool {
    let mut parts = value.splitn(4, ':').skip(2);
    matches!(
        (parts.next(), parts.next()),
        (Some("s3" | "lambda" | "dynamodb"), None) | (Some("s3"), Some("::"))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Kept;
    use crate::selectors::Selectors;
    use crate::time::Timestamp;

    fn s3(values: &[&str]) -> BasicSelector {
        BasicSelector {
            data_resources: vec![DataResource {
                kind: S3_OBJECT.to_owned(),
                values: values.iter().map(|&v| v.to_owned()).collect(),
            }],
            ..BasicSelector::default()
        }
    }

    fn sentence(selectors: &[BasicSelector]) -> String {
        validate(selectors).unwrap_err().to_string()
    }

    fn object_event(arn: &str) -> Kept {
        let mut draft = crate::testing::draft("PutObject");
        draft.category = Category::Data;
        draft.resources = vec![crate::draft::Resource {
            account_id: None,
            kind: Some(S3_OBJECT.to_owned()),
            arn: Some(arn.to_owned()),
            arn_prefix: None,
        }];
        Kept::from_draft(draft, "e".to_owned(), None, Timestamp::default())
    }

    #[test]
    fn values_are_accepted_and_refused_as_on_aws() {
        for good in [
            "arn:aws:s3",
            "arn:aws:s3:::",
            "arn:aws:s3:::b/",
            "arn:aws:s3:::b/prefix",
        ] {
            assert_eq!(validate(&[s3(&[good])]), Ok(()), "{good}");
        }
        for bad in [
            "arn:aws:s3:::b",
            "arn:aws:s3:::*",
            "arn:aws:s3:::b/*",
            "arn:aws:s3:::/",
            "b/prefix",
            "arn:aws:lambda",
            "",
        ] {
            assert_eq!(
                sentence(&[s3(&[bad])]),
                format!("Value {bad} for DataResources.Values is invalid.")
            );
        }
    }

    #[test]
    fn functions_and_tables_are_named_in_full() {
        let one = |kind: &str, value: &str| BasicSelector {
            data_resources: vec![DataResource {
                kind: kind.to_owned(),
                values: vec![value.to_owned()],
            }],
            ..BasicSelector::default()
        };
        for (kind, good) in [
            (LAMBDA_FUNCTION, "arn:aws:lambda"),
            (
                LAMBDA_FUNCTION,
                "arn:aws:lambda:us-east-1:111122223333:function:f",
            ),
            (DYNAMODB_TABLE, "arn:aws:dynamodb"),
            (
                DYNAMODB_TABLE,
                "arn:aws-iso:dynamodb:us-iso-east-1:111122223333:table/t",
            ),
        ] {
            assert_eq!(validate(&[one(kind, good)]), Ok(()), "{good}");
        }
        for (kind, bad) in [
            (LAMBDA_FUNCTION, "arn:aws:lambda:*"),
            (
                LAMBDA_FUNCTION,
                "arn:aws:lambda:us-east-1:111122223333:function:*",
            ),
            (
                LAMBDA_FUNCTION,
                "arn:aws:lambda:us-east-1:111122223333:function:",
            ),
            (LAMBDA_FUNCTION, "arn:aws:lambda:us-east-1:1:function:f"),
            (LAMBDA_FUNCTION, "arn:aws:s3"),
            (
                DYNAMODB_TABLE,
                "arn:aws:dynamodb:us-east-1:111122223333:table/",
            ),
            (
                DYNAMODB_TABLE,
                "arn:aws:dynamodb:us-east-1:111122223333:table/*",
            ),
            (DYNAMODB_TABLE, "arn:other:dynamodb"),
        ] {
            let sentence = format!("Value {bad} for DataResources.Values is invalid.");
            assert_eq!(
                validate(&[one(kind, bad)]).unwrap_err().to_string(),
                sentence
            );
        }
        let sentence = "Value AWS::S3::Bucket for DataResources.Type is invalid.";
        let bucket = one("AWS::S3::Bucket", "arn:aws:s3:::b/");
        assert_eq!(validate(&[bucket]).unwrap_err().to_string(), sentence);
    }

    #[test]
    fn a_function_is_meant_exactly_and_a_bucket_by_its_beginning() {
        let function = "arn:aws:lambda:us-east-1:111122223333:function:f";
        let covers = |kind: &str, value: &str, arn: &str| {
            let resource = DataResource {
                kind: kind.to_owned(),
                values: vec![value.to_owned()],
            };
            resource.covers(value, arn)
        };
        assert!(covers(LAMBDA_FUNCTION, function, function));
        assert!(!covers(LAMBDA_FUNCTION, function, &format!("{function}2")));
        assert!(!covers(LAMBDA_FUNCTION, &format!("{function}2"), function));
        assert!(covers(LAMBDA_FUNCTION, "arn:aws:lambda", function));
        let table = "arn:aws:dynamodb:us-east-1:111122223333:table/t";
        assert!(covers(DYNAMODB_TABLE, table, &format!("{table}/index/i")));
        assert!(!covers(DYNAMODB_TABLE, table, &format!("{table}2")));
        assert!(covers(
            S3_OBJECT,
            "arn:aws:s3:::b/p",
            "arn:aws:s3:::b/prefix"
        ));
        assert!(!covers(
            S3_OBJECT,
            "arn:aws:s3:::b/",
            "arn:aws:s3:::bb/prefix"
        ));
    }

    #[test]
    fn values_are_counted_but_not_all_resource_ones() {
        let many = |n| s3(&vec!["arn:aws:s3:::b/"; n]);
        assert_eq!(validate(&[many(125), many(125)]), Ok(()));
        assert!(sentence(&[many(125), many(126)]).contains("0 to 250"));
        assert_eq!(validate(&[s3(&["arn:aws:s3"; 300])]), Ok(()));
    }

    #[test]
    fn management_events_need_something_in_their_place() {
        let none = BasicSelector {
            include_management_events: false,
            ..BasicSelector::default()
        };
        assert!(sentence(&[none]).starts_with("Invalid combination"));
        assert!(sentence(&[]).contains("1 to 5"));
        assert!(sentence(&vec![BasicSelector::default(); 6]).contains("1 to 5"));
    }

    #[test]
    fn prefixes_and_directions_decide() {
        let selectors = Selectors::Basic(vec![s3(&["arn:aws:s3:::b/logs/"])]);
        assert!(selectors.select(&object_event("arn:aws:s3:::b/logs/1")));
        assert!(!selectors.select(&object_event("arn:aws:s3:::b/other")));
        assert!(!selectors.select(&object_event("arn:aws:s3:::bb/logs/1")));
        assert!(
            Selectors::Basic(vec![s3(&["arn:aws:s3"])]).select(&object_event("arn:aws:s3:::x/y"))
        );
        assert!(!Selectors::default().select(&object_event("arn:aws:s3:::b/logs/1")));
        let reads = BasicSelector {
            read_write_type: ReadWriteType::ReadOnly,
            ..s3(&["arn:aws:s3"])
        };
        assert!(!Selectors::Basic(vec![reads]).select(&object_event("arn:aws:s3:::b/1")));
    }
}
