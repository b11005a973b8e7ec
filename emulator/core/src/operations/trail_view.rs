//! How trails are shown: the answer of CreateTrail and UpdateTrail, and the longer one of GetTrail and DescribeTrails.

use serde::Serialize;

use crate::trail::Trail;

/// What CreateTrail and UpdateTrail answer, in the model's order (O, native.md). Members that are unset are left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TrailSummary {
    name: String,
    #[serde(rename = "S3BucketName")]
    s3_bucket_name: String,
    #[serde(rename = "S3KeyPrefix", skip_serializing_if = "Option::is_none")]
    s3_key_prefix: Option<String>,
    /// The short name even when an ARN was given (O, trails.md 3.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    sns_topic_name: Option<String>,
    #[serde(rename = "SnsTopicARN", skip_serializing_if = "Option::is_none")]
    sns_topic_arn: Option<String>,
    include_global_service_events: bool,
    is_multi_region_trail: bool,
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    log_file_validation_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_watch_logs_log_group_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_watch_logs_role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    is_organization_trail: bool,
    recursive_logging: bool,
}

/// What GetTrail and DescribeTrails show (D, trails.md 4.4).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TrailDescription {
    #[serde(flatten)]
    summary: TrailSummary,
    home_region: String,
    has_custom_event_selectors: bool,
    has_insight_selectors: bool,
}

impl From<&Trail> for TrailSummary {
    fn from(trail: &Trail) -> Self {
        let settings = &trail.settings;
        let topic_name = |arn: &String| arn.rsplit(':').next().unwrap_or_default().to_owned();
        Self {
            name: trail.name.to_string(),
            s3_bucket_name: settings.bucket.clone(),
            s3_key_prefix: settings.prefix.clone(),
            sns_topic_name: settings.topic_arn.as_ref().map(topic_name),
            sns_topic_arn: settings.topic_arn.clone(),
            include_global_service_events: settings.global_events,
            is_multi_region_trail: settings.multi_region,
            trail_arn: trail.arn(),
            log_file_validation_enabled: settings.validation,
            cloud_watch_logs_log_group_arn: settings.log_group_arn.clone(),
            cloud_watch_logs_role_arn: settings.role_arn.clone(),
            kms_key_id: settings.key_arn.clone(),
            is_organization_trail: settings.organization,
            recursive_logging: settings.recursive_logging,
        }
    }
}

impl From<&Trail> for TrailDescription {
    fn from(trail: &Trail) -> Self {
        Self {
            summary: trail.into(),
            home_region: trail.home.to_string(),
            has_custom_event_selectors: trail.selectors.are_custom(),
            has_insight_selectors: !trail.insights.is_empty(),
        }
    }
}
