//! The classic style as data: which sets are told even when empty, and which values EC2 adds (O).

/// Sets that are told as `{}` when nothing is in them. Calls that describe tell all their sets so (O), those of the next
/// table excepted.
pub(super) const ALWAYS: &[(&str, &[&str])] = &[
    ("AuthorizeSecurityGroupEgress", &["ipPermissions"]),
    ("AuthorizeSecurityGroupIngress", &["ipPermissions"]),
    (
        "CreateNetworkInterface",
        &["groupSet", "privateIpAddressesSet"],
    ),
    ("DescribeAccountAttributes", &["filterSet"]),
    ("RevokeSecurityGroupEgress", &["ipPermissions"]),
    ("RevokeSecurityGroupIngress", &["ipPermissions"]),
    ("RunInstances", &["blockDeviceMapping"]),
];

/// Calls that describe, but tell their filters only when there are some (O).
pub(super) const QUIET_FILTERS: [&str; 3] = [
    "DescribeAvailabilityZones",
    "DescribeRegions",
    "DescribeTags",
];

/// The sets of a permission of a security group, told even when empty (O).
pub(super) const OF_PERMISSION: [&str; 4] = ["groups", "ipRanges", "ipv6Ranges", "prefixListIds"];

/// A value that EC2 adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// `false`.
    False,
    /// `{"enabled": false}`.
    Disabled,
}

/// What EC2 adds where the caller says nothing (O). None of it can have been sent: the API has no `force` of DeleteSnapshot
/// and no `reportVolumeFailure`, RunInstances was called by the SDK for Go, which sends no zero values, and StopInstances by
/// the AWS CLI (D). `ebsOptimized` is not added for all types of instances. What only Terraform and consoles were seen with,
/// such as `instanceTenancy` of CreateVpc and `includeAllInstances` of DescribeInstanceStatus, they may have sent.
pub(super) const DEFAULTS: &[(&str, &[(&str, Fill)])] = &[
    ("DeleteSnapshot", &[("force", Fill::False)]),
    ("DeleteVolume", &[("reportVolumeFailure", Fill::False)]),
    (
        "RunInstances",
        &[
            ("monitoring", Fill::Disabled),
            ("disableApiTermination", Fill::False),
            ("disableApiStop", Fill::False),
        ],
    ),
    ("StopInstances", &[("force", Fill::False)]),
];
