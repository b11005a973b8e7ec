//! `awsRegion`: global services record in one region, whatever endpoint was called (formats.md 3.2).

use localtrail_core::{Region, VpcEndpoint};

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

/// Where the global services of the other partitions record: how their regions begin, and the first of them (I).
const HOMES: [(&str, &str); 7] = [
    ("cn-", "cn-north-1"),
    ("us-gov-", "us-gov-west-1"),
    ("us-iso-", "us-iso-east-1"),
    ("us-isob-", "us-isob-east-1"),
    ("us-isof-", "us-isof-south-1"),
    ("eu-isoe-", "eu-isoe-west-1"),
    ("eusc-", "eusc-de-east-1"),
];

/// The host of the global endpoint of STS, which records in us-east-1 (D, O).
const GLOBAL_STS: &str = "sts.amazonaws.com";

/// The region that the record names.
pub(super) fn of(service: &str, host: &str, endpoint: &Region) -> Region {
    let name = if GLOBAL.contains(&service) {
        let region = endpoint.as_str();
        let home = HOMES.iter().find(|(start, _)| region.starts_with(start));
        home.map_or("us-east-1", |(_, home)| home)
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
    let name = host.split(':').next().unwrap_or_default();
    service == "sts" && name.eq_ignore_ascii_case(GLOBAL_STS)
}

/// The VPC endpoint whose own name was called, `vpce-ID-SUFFIX.SERVICE.REGION.vpce.amazonaws.com` (D). Whose it is, the name
/// does not say.
pub(super) fn vpc_endpoint(host: &str) -> Option<VpcEndpoint> {
    let (label, rest) = host.split_once('.')?;
    let id = label.strip_prefix("vpce-")?.split('-').next()?;
    let is_own = rest.contains(".vpce.") && !id.is_empty();
    is_own.then(|| VpcEndpoint {
        id: format!("vpce-{id}"),
        account: None,
    })
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
        assert_eq!(of("iam", "localhost", "us-iso-west-1"), "us-iso-east-1");
        assert_eq!(of("globalaccelerator", "", "eu-west-1"), "us-west-2");
        assert_eq!(of("sts", "sts.amazonaws.com:443", "eu-west-1"), "us-east-1");
        assert_eq!(
            of("sts", "sts.eu-west-1.amazonaws.com", "eu-west-1"),
            "eu-west-1"
        );
        assert_eq!(of("ec2", "localhost", "eu-west-1"), "eu-west-1");
    }

    #[test]
    fn the_name_of_a_vpc_endpoint_says_its_id() {
        let id = |host| vpc_endpoint(host).map(|endpoint| endpoint.id);
        assert_eq!(
            id("vpce-0fe5b17a0707d6abc-29p5708s.sqs.us-east-1.vpce.amazonaws.com"),
            Some("vpce-0fe5b17a0707d6abc".to_owned())
        );
        for host in [
            "sqs.us-east-1.amazonaws.com",
            "vpce-1.localhost",
            "vpce-",
            "",
        ] {
            assert_eq!(id(host), None, "{host}");
        }
    }
}
