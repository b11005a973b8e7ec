//! The event sources whose network activity trails can log (D, trails.md 5.6 and the user guide's page on network
//! activity events as of early 2026; the list grows).

/// Whether `eventSource` of a NetworkActivity selector may have this value.
pub(super) fn is_supported(source: &str) -> bool {
    source
        .strip_suffix(".amazonaws.com")
        .is_some_and(|name| NAMES.binary_search(&name).is_ok())
}

/// In byte order, without `.amazonaws.com`.
const NAMES: &[&str] = &[
    "aco-automation",
    "appconfig",
    "application-signals",
    "appmesh",
    "athena",
    "b2bi",
    "backup-gateway",
    "bcm-data-exports",
    "bcm-pricing-calculator",
    "bedrock",
    "bedrock-agentcore",
    "billing",
    "cassandra",
    "ce",
    "cloudcontrolapi",
    "cloudformation",
    "cloudhsm",
    "cloudoptimization",
    "cloudtrail",
    "codedeploy",
    "comprehend",
    "comprehendmedical",
    "config",
    "ds",
    "dynamodb",
    "ec2",
    "ecs",
    "elasticfilesystem",
    "elasticloadbalancing",
    "events",
    "firehose",
    "frauddetector",
    "freetier",
    "fsx",
    "glue",
    "healthlake",
    "invoicing",
    "iot",
    "iotfleetwise",
    "iotsecuredtunneling",
    "kms",
    "lakeformation",
    "lambda",
    "license-manager",
    "lookoutequipment",
    "lookoutvision",
    "monitoring",
    "nova-act",
    "personalize",
    "qbusiness",
    "rds",
    "rekognition",
    "rolesanywhere",
    "s3",
    "sagemaker",
    "scheduler",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "ssm-contacts",
    "storagegateway",
    "sts",
    "swf",
    "textract",
    "transcribe",
    "transcribestreaming",
    "transform",
    "transform-agents",
    "transform-custom",
    "translate",
    "user-subscriptions",
    "verifiedpermissions",
    "voiceid",
    "workmail",
    "workmailmessageflow",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_the_first_four() {
        assert!(NAMES.is_sorted());
        for name in ["cloudtrail", "ec2", "kms", "secretsmanager", "s3", "sts"] {
            assert!(is_supported(&format!("{name}.amazonaws.com")));
        }
        for source in ["s3", "signin.amazonaws.com", ".amazonaws.com", "*"] {
            assert!(!is_supported(source));
        }
    }
}
