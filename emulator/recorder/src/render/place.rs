//! `awsRegion`: global services record in one region, whatever endpoint was called (formats.md 3.2).

use localtrail_core::Region;

/// Services that record in us-east-1, and in the first region of the other partitions (O; the last row I).
const GLOBAL: [&str; 21] = [
    "account",
    "budgets",
    "ce",
    "cloudfront",
    "cloudfront-keyvaluestore",
    "cost-optimization-hub",
    "health",
    "iam",
    "importexport",
    "organizations",
    "route53",
    "route53domains",
    "shield",
    "support",
    "trustedadvisor",
    "waf",
    "artifact",
    "billing",
    "cur",
    "freetier",
    "savingsplans",
];

/// Services that record in us-west-2 (I).
const GLOBAL_WEST: [&str; 2] = ["globalaccelerator", "networkmanager"];

/// The host of the global endpoint of STS, which records in us-east-1 (D, O).
const GLOBAL_STS: &str = "sts.amazonaws.com";

/// The region that the record names.
pub(super) fn of(service: &str, host: &str, endpoint: &Region) -> Region {
    let name = if GLOBAL.contains(&service) {
        match endpoint.partition() {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        }
    } else if GLOBAL_WEST.contains(&service) {
        "us-west-2"
    } else if is_global_sts(service, host) {
        "us-east-1"
    } else {
        return endpoint.clone();
    };
    Region::parse(name).expect("these are regions")
}

/// Whether STS was called at its endpoint without a region.
pub(super) fn is_global_sts(service: &str, host: &str) -> bool {
    service == "sts" && host.split(':').next() == Some(GLOBAL_STS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn global_services_record_in_one_region() {
        let region = |name| Region::parse(name).unwrap();
        let of = |service, host, endpoint| of(service, host, &region(endpoint)).to_string();
        assert_eq!(of("iam", "localhost", "eu-west-1"), "us-east-1");
        assert_eq!(of("iam", "localhost", "cn-northwest-1"), "cn-north-1");
        assert_eq!(of("globalaccelerator", "", "eu-west-1"), "us-west-2");
        assert_eq!(of("sts", "sts.amazonaws.com:443", "eu-west-1"), "us-east-1");
        assert_eq!(
            of("sts", "sts.eu-west-1.amazonaws.com", "eu-west-1"),
            "eu-west-1"
        );
        assert_eq!(of("ec2", "localhost", "eu-west-1"), "eu-west-1");
    }
}
