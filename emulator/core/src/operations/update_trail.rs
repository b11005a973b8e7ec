//! UpdateTrail: absent members stay, empty strings clear (trails.md 3.4 and 4.2).

use serde::Deserialize;

use super::create_trail::refuse_regions_without_globals;
use super::trail_view::TrailSummary;
use super::{Desk, Operation, Reach};
use crate::destination::{self, LogsWish, Wishes};
use crate::draft::Access;
use crate::refusal::Refusal;
use crate::trail::TrailSettings;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateTrail {
    name: String,
    #[serde(rename = "S3BucketName")]
    s3_bucket_name: Option<String>,
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
    recursive_logging: Option<bool>,
}

impl Operation for UpdateTrail {
    const NAME: &'static str = "UpdateTrail";
    const ACCESS: Access = Access::Write;
    type Output = TrailSummary;

    fn call(mut self, desk: &mut Desk<'_>) -> Result<TrailSummary, Refusal> {
        let key = desk.find(&self.name, Reach::Change)?;
        let mut trail = desk.trail(&key).clone();
        if self.is_organization_trail == Some(false) && trail.account != desk.account {
            // Only the management account takes a trail from the organization (D, trails.md 3.4).
            return Err(Refusal::NotOrganizationMasterAccount);
        }
        self.set(&mut trail.settings);
        refuse_regions_without_globals(&trail.settings)?;
        let logs = self.set_logs(&mut trail.settings)?;
        let given = |member: Option<String>| member.filter(|text| !text.is_empty());
        let wishes = Wishes {
            topic: given(self.sns_topic_name),
            key: given(self.kms_key_id),
            logs,
        };
        destination::admit(&mut trail, &wishes, desk)?;
        let summary = TrailSummary::from(&trail);
        desk.keep(trail);
        Ok(summary)
    }
}

impl UpdateTrail {
    fn set(&mut self, settings: &mut TrailSettings) {
        fn replace<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        replace(&mut settings.bucket, self.s3_bucket_name.take());
        replace(
            &mut settings.global_events,
            self.include_global_service_events,
        );
        replace(&mut settings.multi_region, self.is_multi_region_trail);
        replace(&mut settings.validation, self.enable_log_file_validation);
        replace(&mut settings.organization, self.is_organization_trail);
        replace(&mut settings.recursive_logging, self.recursive_logging);
        if let Some(prefix) = self.s3_key_prefix.take() {
            settings.prefix = Some(prefix).filter(|text| !text.is_empty());
        }
        if self.sns_topic_name.as_deref() == Some("") {
            settings.topic_arn = None;
        }
        if self.kms_key_id.as_deref() == Some("") {
            settings.key_arn = None;
        }
    }

    /// Neither member leaves the destination; an empty group, alone or with an empty role, removes it; half of the pair
    /// is refused even where the trail has the other half (O, native.md).
    fn set_logs(&mut self, settings: &mut TrailSettings) -> Result<LogsWish, Refusal> {
        let sentence = || "You must specify a log group and a role ARN.".to_owned();
        let (group, role) = (
            self.cloud_watch_logs_log_group_arn.take(),
            self.cloud_watch_logs_role_arn.take(),
        );
        match (group.as_deref(), role.as_deref()) {
            (None, None) => Ok(LogsWish::Unchanged),
            (Some(""), None | Some("")) | (None, Some("")) => {
                settings.log_group_arn = None;
                settings.role_arn = None;
                Ok(LogsWish::Unchanged)
            }
            (Some(_), None | Some("")) => Err(Refusal::InvalidLogsRoleArn(sentence())),
            (None | Some(""), Some(_)) => Err(Refusal::InvalidLogGroupArn(sentence())),
            (Some(_), Some(_)) => {
                settings.log_group_arn = group;
                settings.role_arn = role;
                Ok(LogsWish::Set)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    #[test]
    fn absent_members_stay_and_empty_ones_clear() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "S3KeyPrefix": "p", "IsMultiRegionTrail": true}),
        );
        let updated = world.ok(
            "UpdateTrail",
            json!({"Name": "my-trail", "EnableLogFileValidation": true}),
        );
        assert_eq!(updated["S3KeyPrefix"], "p");
        assert_eq!(updated["LogFileValidationEnabled"], true);
        assert_eq!(updated["IsMultiRegionTrail"], true);
        let cleared = world.ok(
            "UpdateTrail",
            json!({"Name": "my-trail", "S3KeyPrefix": ""}),
        );
        assert_eq!(cleared.get("S3KeyPrefix"), None);
    }

    #[test]
    fn a_refused_update_changes_nothing() {
        let mut world = World::new();
        world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs"}),
        );
        let before = world.ok("GetTrail", json!({"Name": "my-trail"}));
        world.refused_with(
            "UpdateTrail",
            json!({"Name": "my-trail", "S3BucketName": "absent", "IsMultiRegionTrail": true}),
            "S3BucketDoesNotExistException",
        );
        assert_eq!(world.ok("GetTrail", json!({"Name": "my-trail"})), before);
    }

    #[test]
    fn only_the_home_region_may_change_a_trail() {
        let mut world = World::new();
        let created = world.ok(
            "CreateTrail",
            json!({"Name": "my-trail", "S3BucketName": "logs", "IsMultiRegionTrail": true}),
        );
        world.region("eu-west-1");
        world.refused_with(
            "UpdateTrail",
            json!({"Name": created["TrailARN"]}),
            "InvalidHomeRegionException",
        );
        world.refused(
            "UpdateTrail",
            json!({"Name": "my-trail"}),
            "TrailNotFoundException",
            "Unknown trail: arn:aws:cloudtrail:eu-west-1:111122223333:trail/my-trail for the user: 111122223333",
        );
    }
}
