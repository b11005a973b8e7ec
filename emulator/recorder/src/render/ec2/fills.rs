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
    /// A text.
    Text(&'static str),
    /// `{"enabled": false}`.
    Disabled,
}

/// What EC2 adds where the caller says nothing (O; `ebsOptimized` is not added for all types of instances).
pub(super) const DEFAULTS: &[(&str, &[(&str, Fill)])] = &[
    (
        "CreateVpc",
        &[
            ("instanceTenancy", Fill::Text("default")),
            ("amazonProvidedIpv6CidrBlock", Fill::False),
        ],
    ),
    ("DeleteSnapshot", &[("force", Fill::False)]),
    ("DeleteVolume", &[("reportVolumeFailure", Fill::False)]),
    (
        "DescribeInstanceStatus",
        &[("includeAllInstances", Fill::False)],
    ),
    ("DescribeKeyPairs", &[("includePublicKey", Fill::False)]),
    (
        "ModifySnapshotAttribute",
        &[("attributeType", Fill::Text("CREATE_VOLUME_PERMISSION"))],
    ),
    (
        "RegisterImage",
        &[
            ("sriovNetSupport", Fill::Text("simple")),
            ("enaSupport", Fill::False),
        ],
    ),
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
