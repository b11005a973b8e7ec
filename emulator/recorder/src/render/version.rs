//! `apiVersion`, which few services write (formats.md 2.3; native.md).

use localtrail_core::EventError;

/// A service of the catalogue, and what its records say (O; CloudFront and DynamoDB's data events D).
const VERSIONS: [(&str, &str); 8] = [
    ("cloudfront", "2020_05_31"),
    ("dynamodb", "2012-08-10"),
    ("dynamodbstreams", "2012-08-10"),
    ("elb", "2012-06-01"),
    ("elbv2", "2015-12-01"),
    ("events", "2015-10-07"),
    ("logs", "20140328"),
    ("route53", "2013-04-01"),
];

/// The version that the record has.
pub(super) fn of(service: &str, error: Option<&EventError>) -> Option<&'static str> {
    // Calls of CloudWatch Logs that were not allowed go without (O native.md).
    if service == "logs" && error.is_some_and(|error| error.code == "AccessDenied") {
        return None;
    }
    let row = VERSIONS.iter().find(|(id, _)| *id == service);
    row.map(|(_, version)| *version)
}
