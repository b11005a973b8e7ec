//! `eventSource`: which service a record says was called (formats.md 3.1).

use localtrail_model::catalogue::Entry;

use super::name::cut;

/// Services whose source is not their endpoint's prefix: the catalogue's id, and the source's first label.
const OVERRIDES: [(&str, &str); 38] = [
    ("apigatewaymanagementapi", "apigateway"),              // I
    ("application-insights", "application-insights"),       // O
    ("appstream", "appstream"),                             // D
    ("bedrock-agent", "bedrock"),                           // D
    ("bedrock-agent-runtime", "bedrock"),                   // D
    ("bedrock-runtime", "bedrock"),                         // O
    ("chime-sdk-identity", "chime"),                        // D
    ("chime-sdk-media-pipelines", "chime"),                 // D
    ("chime-sdk-meetings", "chime"),                        // D
    ("chime-sdk-messaging", "chime"),                       // D
    ("chime-sdk-voice", "chime"),                           // D
    ("cloudfront-keyvaluestore", "edgekeyvaluestore"),      // D
    ("cloudhsmv2", "cloudhsm"),                             // O
    ("connect-contact-lens", "connect"),                    // I
    ("iot-data", "iotdata"),                                // I
    ("iot-jobs-data", "iotjobsdata"),                       // I
    ("lexv2-models", "lex"),                                // D
    ("lexv2-runtime", "lex"),                               // D
    ("marketplace-agreement", "aws-marketplace"),           // I
    ("marketplace-catalog", "aws-marketplace"),             // D
    ("marketplace-deployment", "aws-marketplace"),          // I
    ("marketplace-discovery", "aws-marketplace"),           // I
    ("marketplace-entitlement", "entitlement-marketplace"), // I
    ("marketplace-reporting", "aws-marketplace"),           // I
    ("meteringmarketplace", "metering-marketplace"),        // D
    ("mq", "amazonmq"),                                     // D
    ("personalize-events", "personalize"),                  // D
    ("personalize-runtime", "personalize"),                 // D
    ("pinpoint", "mobiletargeting"),                        // I
    ("pinpoint-email", "ses"),                              // D
    ("pinpoint-sms-voice", "sms-voice"),                    // I
    ("rds-data", "rdsdata"),                                // D
    ("s3control", "s3"),                                    // D
    ("ses", "ses"),                                         // O
    ("sesv2", "ses"),                                       // O
    ("signer-data", "signer"),                              // I
    ("sms-voice", "sms-voice"),                             // I
    ("sso-oidc", "sso"),                                    // D
];

/// The source of a service of the catalogue: its endpoint's prefix without sub-labels (O: 47 of the 50 sources seen).
pub(super) fn of(service: &Entry) -> String {
    let known = OVERRIDES.iter().find(|(id, _)| *id == service.id);
    let label = known.map_or_else(|| last_label(service.endpoint_prefix), |(_, label)| label);
    format!("{label}.amazonaws.com")
}

/// The source of a service that the catalogue does not have, from what the request calls it (I).
pub(super) fn of_unknown(name: &str) -> String {
    match name {
        "" => "unknown.amazonaws.com".to_owned(),
        _ => format!("{}.amazonaws.com", cut(name).to_ascii_lowercase()),
    }
}

/// Sub-labels such as `api.` and `runtime.` are dropped (I).
fn last_label(prefix: &str) -> &str {
    prefix.rsplit('.').next().unwrap_or(prefix)
}

#[cfg(test)]
mod tests {
    use localtrail_model::catalogue::service;

    use super::*;

    #[test]
    fn every_override_is_needed() {
        for (id, label) in OVERRIDES {
            let Some(service) = service(id) else {
                panic!("{id} is no service");
            };
            assert_ne!(last_label(service.endpoint_prefix), label, "{id}");
        }
    }

    fn source(id: &str) -> String {
        of(service(id).expect("the catalogue has the service"))
    }

    #[test]
    fn sources_follow_the_endpoint_except_where_they_do_not() {
        for (id, expected) in [
            ("cloudwatch", "monitoring"),
            ("elbv2", "elasticloadbalancing"),
            ("emr", "elasticmapreduce"),
            ("ecr", "ecr"),
            ("ecr-public", "ecr-public"),
            ("docdb", "rds"),
            ("opensearch", "es"),
            ("opensearchserverless", "aoss"),
            ("stepfunctions", "states"),
            ("resourcegroupstaggingapi", "tagging"),
            ("sagemaker-runtime", "sagemaker"),
            ("sesv2", "ses"),
            ("mq", "amazonmq"),
            ("ce", "ce"),
            ("config", "config"),
            ("dynamodbstreams", "dynamodb"),
            ("bedrock-runtime", "bedrock"),
        ] {
            assert_eq!(source(id), format!("{expected}.amazonaws.com"), "{id}");
        }
    }
}
