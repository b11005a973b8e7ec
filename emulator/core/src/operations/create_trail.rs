//! CreateTrail (trails.md 3 and 4.1).

use localtrail_model::Violation;
use serde::Deserialize;

use super::trail_view::TrailSummary;
use super::{Desk, Operation};
use crate::destination::{self, LogsWish, Wishes};
use crate::draft::Access;
use crate::names::TrailName;
use crate::organization::{Organization, Standing};
use crate::place::AccountId;
use crate::quotas::TRAILS_PER_REGION;
use crate::refusal::Refusal;
use crate::selectors::Selectors;
use crate::tags::{Tag, Tags};
use crate::trail::{Logging, Trail, TrailSettings};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateTrail {
    name: String,
    #[serde(rename = "S3BucketName")]
    s3_bucket_name: String,
    #[serde(rename = "S3KeyPrefix")]
    s3_key_prefix: Option<String>,
    sns_topic_name: Option<String>,
    include_global_service_events: Option<bool>,
    is_multi_region_trail: Option<bool>,
    enable_log_file_validation: Option<bool>,
    cloud_watch_logs_log_group_arn: Option<String>,
    cloud_watch_logs_role_arn: Option<String>,
    kms_key_id: Option<String>,
    is_organization_trail: Option<bool>,
    tags_list: Option<Vec<Tag>>,
    recursive_logging: Option<bool>,
}

impl Operation for CreateTrail {
    const NAME: &'static str = "CreateTrail";
    const ACCESS: Access = Access::Write;
    type Output = TrailSummary;

    fn call(self, desk: &mut Desk<'_>) -> Result<TrailSummary, Refusal> {
        let name = TrailName::parse(&self.name)?;
        // Members sent as empty strings count as not sent, as SDKs for Go and Rust send them (O, trails.md 1).
        let given = |member: Option<String>| member.filter(|text| !text.is_empty());
        let wishes = Wishes {
            topic: given(self.sns_topic_name),
            key: given(self.kms_key_id),
            logs: LogsWish::Set,
        };
        let settings = TrailSettings {
            bucket: self.s3_bucket_name,
            prefix: given(self.s3_key_prefix),
            topic_arn: None,
            global_events: self.include_global_service_events.unwrap_or(true),
            multi_region: self.is_multi_region_trail.unwrap_or(false),
            validation: self.enable_log_file_validation.unwrap_or(false),
            log_group_arn: given(self.cloud_watch_logs_log_group_arn),
            role_arn: given(self.cloud_watch_logs_role_arn),
            key_arn: None,
            organization: self.is_organization_trail.unwrap_or(false),
            recursive_logging: self.recursive_logging.unwrap_or(true),
        };
        refuse_regions_without_globals(&settings)?;
        refuse_half_of_logs(&settings)?;
        let account = owner(&settings, desk);
        let mut trail = Trail {
            id: desk.state.next_trail(),
            name,
            account,
            home: desk.region.clone(),
            settings,
            selectors: Selectors::default(),
            insights: Vec::new(),
            aggregations: Vec::new(),
            tags: Tags::default(),
            logging: Logging::default(),
        };
        let folders = destination::admit_bucket(&trail, desk)?;
        refuse_one_too_many(&trail, desk)?;
        trail.tags = trail
            .tags
            .with(&self.tags_list.unwrap_or_default(), &trail.arn())?;
        destination::admit_rest(&mut trail, &wishes, folders, desk)?;
        let summary = TrailSummary::from(&trail);
        desk.state.count_trail();
        desk.keep(trail);
        Ok(summary)
    }

    fn refuse(violation: &Violation) -> Refusal {
        if violation.path.to_string().starts_with("TagsList") {
            Refusal::InvalidTagParameter(violation.sentence())
        } else {
            Refusal::InvalidParameter(violation.sentence())
        }
    }
}

/// Combinations are refused before anything is looked up (O, trails.md 3.3; native.md).
pub(super) fn refuse_regions_without_globals(settings: &TrailSettings) -> Result<(), Refusal> {
    if settings.multi_region && !settings.global_events {
        return Err(Refusal::InvalidParameterCombination(
            "Multi-Region trail must include global service events.".to_owned(),
        ));
    }
    Ok(())
}

/// The group and the role come together (O, native.md).
fn refuse_half_of_logs(settings: &TrailSettings) -> Result<(), Refusal> {
    let sentence = || "You must specify a log group and a role ARN.".to_owned();
    match (&settings.log_group_arn, &settings.role_arn) {
        (Some(_), None) => Err(Refusal::InvalidLogsRoleArn(sentence())),
        (None, Some(_)) => Err(Refusal::InvalidLogGroupArn(sentence())),
        (None, None) | (Some(_), Some(_)) => Ok(()),
    }
}

/// The management account owns what a delegated administrator makes for the organization (D, user guide; O, trails.md 4.1).
fn owner(settings: &TrailSettings, desk: &Desk<'_>) -> AccountId {
    let organization = desk.state.organizations.of(desk.account);
    let acts_for_it = |organization: &&Organization| {
        organization.standing(desk.account) == Standing::DelegatedAdministrator
    };
    match organization.filter(acts_for_it) {
        Some(organization) if settings.organization => organization.management_account,
        Some(_) | None => desk.account,
    }
}

/// The name must be new here, and no region that would show the trail may show five already (D, trails.md 4.1).
fn refuse_one_too_many(trail: &Trail, desk: &Desk<'_>) -> Result<(), Refusal> {
    let account = trail.account;
    if desk.state.trails.contains_key(&trail.key()) {
        return Err(Refusal::TrailAlreadyExists {
            name: trail.name.to_string(),
            account,
        });
    }
    // An organization trail is shown in its members too, and counts there (I).
    let mut regions = vec![desk.region];
    if trail.settings.multi_region {
        regions.extend(desk.seen_by(account).map(|trail| &trail.home));
    }
    for region in regions {
        let count = desk
            .seen_by(account)
            .filter(|trail| trail.is_seen_from(region))
            .count();
        if count >= TRAILS_PER_REGION {
            return Err(Refusal::MaximumNumberOfTrails {
                account,
                count,
                region: region.to_string(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn the_answer_has_defaults_and_leaves_out_what_is_unset() {
        let mut world = World::new();
        let created = world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        assert_eq!(
            created,
            json!({
                "Name": "my-trail", "S3BucketName": "logs",
                "IncludeGlobalServiceEvents": true, "IsMultiRegionTrail": false,
                "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/my-trail",
                "LogFileValidationEnabled": false, "IsOrganizationTrail": false, "RecursiveLogging": true,
            })
        );
    }

    #[test]
    fn a_second_trail_of_the_name_and_a_sixth_are_refused() {
        let mut world = World::new();
        for n in 1..=5 {
            world.ok(
                "CreateTrail",
                json!({"Name": format!("trail-{n}"), "S3BucketName": "logs"}),
            );
        }
        world.refused(
            "CreateTrail",
            json!({"Name": "trail-1", "S3BucketName": "logs"}),
            "TrailAlreadyExistsException",
            "Trail trail-1 already exists for customer: 111122223333",
        );
        world.refused(
            "CreateTrail",
            json!({"Name": "trail-6", "S3BucketName": "logs"}),
            "MaximumNumberOfTrailsExceededException",
            "User: 111122223333 already has 5 trails in us-east-1.",
        );
    }

    #[test]
    fn refusals_come_in_the_order_in_which_aws_notices() {
        let mut world = World::new();
        let all_wrong = json!({
            "Name": "x", "S3BucketName": "absent", "IsMultiRegionTrail": true, "IncludeGlobalServiceEvents": false
        });
        world.refused_with(
            "CreateTrail",
            all_wrong.clone(),
            "InvalidTrailNameException",
        );
        let mut named = all_wrong;
        named["Name"] = json!("my-trail");
        world.refused(
            "CreateTrail",
            named.clone(),
            "InvalidParameterCombinationException",
            "Multi-Region trail must include global service events.",
        );
        named["IncludeGlobalServiceEvents"] = json!(true);
        world.refused(
            "CreateTrail",
            named.clone(),
            "S3BucketDoesNotExistException",
            "S3 bucket absent does not exist!",
        );
        named["S3BucketName"] = json!("closed");
        world.refused(
            "CreateTrail",
            named,
            "InsufficientS3BucketPolicyException",
            "Incorrect S3 bucket policy is detected for bucket: closed",
        );
        assert_eq!(world.ok("ListTrails", json!({})), json!({"Trails": []}));
    }

    #[test]
    fn half_of_cloudwatch_logs_is_refused_before_the_bucket_is_looked_at() {
        let mut world = World::new();
        let sentence = "You must specify a log group and a role ARN.";
        world.refused(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "absent", "CloudWatchLogsLogGroupArn": "x"}),
            "InvalidCloudWatchLogsRoleArnException",
            sentence,
        );
        world.refused(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "absent", "CloudWatchLogsRoleArn": "x"}),
            "InvalidCloudWatchLogsLogGroupArnException",
            sentence,
        );
    }
}
