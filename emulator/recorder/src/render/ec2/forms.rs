//! The classic style as data: how members are told. What EC2 adds by itself stands in [`super::fills`].
//!
//! Names are those of EC2's former SOAP schema. Where real records were seen (O: 77 operations), they agree with it. Members
//! without a row keep their name with a small first letter; lists get `Set` behind it.

/// How a member of a classic request is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A list of texts: `SET:{items:[{ITEM:…}]}`.
    Set(&'static str, &'static str),
    /// The same, with `item` in place of `items` (O: DescribeVpcClassicLink alone).
    OddSet(&'static str, &'static str),
    /// A list of structures: `SET:{items:[{…}]}`.
    Items(&'static str),
    /// A list of structures as a plain array (O: the tags of a tag specification).
    Plain(&'static str),
    /// Under another name.
    Name(&'static str),
    /// Under another name, and as text even if it is a number (O: sizes of volumes).
    Text(&'static str),
    /// Its members stand in the place of it (O).
    Spread,
    /// Not told.
    LeftOut,
}

/// Lists of texts: an operation or `*`, the list's name in the query, the set and the name of each item.
#[rustfmt::skip] // A row is a line.
const SETS: &[(&str, &str, &str, &str)] = &[
    ("AttachClassicLinkVpc", "SecurityGroupId", "groupSet", "groupId"),
    ("DescribeAccountAttributes", "AttributeName", "accountAttributeNameSet", "attributeName"),
    ("DescribeAddresses", "AllocationId", "allocationIdsSet", "allocationId"),
    ("DescribeAddresses", "PublicIp", "publicIpsSet", "publicIp"),
    ("DescribeAvailabilityZones", "ZoneId", "availabilityZoneIdSet", "zoneId"),
    ("DescribeAvailabilityZones", "ZoneName", "availabilityZoneSet", "zoneName"),
    ("DescribeBundleTasks", "BundleId", "bundlesSet", "bundleId"),
    ("DescribeConversionTasks", "ConversionTaskId", "conversionTaskIdSet", "conversionTaskId"),
    ("DescribeCustomerGateways", "CustomerGatewayId", "customerGatewaySet", "customerGatewayId"),
    ("DescribeDhcpOptions", "DhcpOptionsId", "dhcpOptionsSet", "dhcpOptionsId"),
    ("DescribeExportTasks", "ExportTaskId", "exportTaskIdSet", "exportTaskId"),
    ("DescribeImages", "ExecutableBy", "executableBySet", "user"),
    ("DescribeImages", "ImageId", "imagesSet", "imageId"),
    ("DescribeImages", "Owner", "ownersSet", "owner"),
    ("DescribeInternetGateways", "InternetGatewayId", "internetGatewayIdSet", "internetGatewayId"),
    ("DescribeKeyPairs", "KeyName", "keySet", "keyName"),
    ("DescribeKeyPairs", "KeyPairId", "keyPairIdSet", "keyPairId"),
    ("DescribeNetworkAcls", "NetworkAclId", "networkAclIdSet", "networkAclId"),
    ("DescribeNetworkInterfaces", "NetworkInterfaceId", "networkInterfaceIdSet", "networkInterfaceId"),
    ("DescribePlacementGroups", "GroupId", "placementGroupIdSet", "groupId"),
    ("DescribePlacementGroups", "GroupName", "placementGroupSet", "groupName"),
    ("DescribeRegions", "RegionName", "regionSet", "regionName"),
    ("DescribeReservedInstances", "ReservedInstancesId", "reservedInstancesSet", "reservedInstancesId"),
    ("DescribeReservedInstancesOfferings", "ReservedInstancesOfferingId", "reservedInstancesOfferingsSet", "reservedInstancesOfferingId"),
    ("DescribeRouteTables", "RouteTableId", "routeTableIdSet", "routeTableId"),
    ("DescribeSecurityGroups", "GroupId", "securityGroupIdSet", "groupId"),
    ("DescribeSecurityGroups", "GroupName", "securityGroupSet", "groupName"),
    ("DescribeSnapshots", "Owner", "ownersSet", "owner"),
    ("DescribeSnapshots", "RestorableBy", "sharedUsersSet", "user"),
    ("DescribeSnapshots", "SnapshotId", "snapshotSet", "snapshotId"),
    ("DescribeSpotPriceHistory", "InstanceType", "instanceTypeSet", "instanceType"),
    ("DescribeSpotPriceHistory", "ProductDescription", "productDescriptionSet", "productDescription"),
    ("DescribeSubnets", "SubnetId", "subnetSet", "subnetId"),
    ("DescribeVolumeStatus", "VolumeId", "volumeSet", "volumeId"),
    ("DescribeVolumes", "VolumeId", "volumeSet", "volumeId"),
    ("DescribeVpcPeeringConnections", "VpcPeeringConnectionId", "vpcPeeringConnectionIdSet", "vpcPeeringConnectionId"),
    ("DescribeVpcs", "VpcId", "vpcSet", "vpcId"),
    ("DescribeVpnConnections", "VpnConnectionId", "vpnConnectionSet", "vpnConnectionId"),
    ("DescribeVpnGateways", "VpnGatewayId", "vpnGatewaySet", "vpnGatewayId"),
    ("ModifyInstanceAttribute", "GroupId", "groupSet", "groupId"),
    ("ReportInstanceStatus", "ReasonCode", "reasonCodesSet", "reasonCode"),
    ("*", "InstanceId", "instancesSet", "instanceId"),
    ("*", "PrivateIpAddress", "privateIpAddressesSet", "privateIpAddress"),
    ("*", "ResourceId", "resourcesSet", "resourceId"),
    ("*", "SecurityGroup", "groupSet", "groupName"),
    ("*", "SecurityGroupId", "groupSet", "groupId"),
    ("*", "SpotInstanceRequestId", "spotInstanceRequestIdSet", "spotInstanceRequestId"),
];

/// Lists of structures: an operation or `*`, the list's name in the query, and the set.
const ITEMS: &[(&str, &str, &str)] = &[
    (
        "CreateDhcpOptions",
        "DhcpConfiguration",
        "dhcpConfigurationSet",
    ),
    (
        "CreateReservedInstancesListing",
        "PriceSchedules",
        "priceSchedules",
    ),
    ("ImportInstance", "DiskImage", "diskImageSet"),
    ("RunInstances", "NetworkInterface", "networkInterfaceSet"),
    ("*", "BlockDeviceMapping", "blockDeviceMapping"),
    ("*", "Filter", "filterSet"),
    ("*", "IpPermissions", "ipPermissions"),
    ("*", "Ipv6Addresses", "ipv6AddressesSet"),
    ("*", "PrivateIpAddresses", "privateIpAddressesSet"),
    ("*", "Tag", "tagSet"),
    ("*", "TagSpecification", "tagSpecificationSet"),
];

/// Everything else: an operation, a member's name in the query, and its form.
const OTHERS: &[(&str, &str, Form)] = &[
    ("CreateNetworkAclEntry", "Icmp", Form::Name("icmpTypeCode")),
    ("CreateVolume", "AvailabilityZone", Form::Name("zone")),
    ("CreateVolume", "Size", Form::Text("size")),
    ("DescribeVpcAttribute", "Attribute", Form::LeftOut),
    (
        "DescribeVpcClassicLink",
        "VpcId",
        Form::OddSet("vpcSet", "vpcId"),
    ),
    (
        "ModifyImageAttribute",
        "Attribute",
        Form::Name("attributeType"),
    ),
    ("ModifySnapshotAttribute", "Attribute", Form::LeftOut),
    ("ReplaceNetworkAclEntry", "Icmp", Form::Name("icmpTypeCode")),
    ("RunInstances", "Placement", Form::Spread),
];

/// Members of structures inside a request, at any depth; else the rows of `*` above count.
const INNER: &[(&str, Form)] = &[
    ("Add", Form::Items("add")),
    ("Groups", Form::Items("groups")),
    ("IpRanges", Form::Items("ipRanges")),
    ("Ipv6Ranges", Form::Items("ipv6Ranges")),
    ("NetworkInterface", Form::Items("networkInterfaceSet")),
    ("PrefixListIds", Form::Items("prefixListIds")),
    ("Remove", Form::Items("remove")),
    ("Tag", Form::Plain("tags")),
    ("Value", Form::Set("valueSet", "value")),
];

/// The form of a parameter. Rows of lists are for lists alone: `InstanceId` is also the name of single parameters.
pub(super) fn of_parameter(operation: &str, name: &str, shape: Shape) -> Option<Form> {
    let fits = |of: &str, told: &str| told == name && (of == operation || of == "*");
    match shape {
        Shape::List => {
            let set = SETS.iter().find(|(of, told, ..)| fits(of, told));
            let set = set.map(|(_, _, set, item)| Form::Set(set, item));
            let items = || ITEMS.iter().find(|(of, told, _)| fits(of, told));
            let items = || items().map(|(_, _, set)| Form::Items(set));
            set.or_else(items).or_else(|| other(operation, name, shape))
        }
        Shape::Other => other(operation, name, shape),
    }
}

/// The form of a member of a structure inside a request.
pub(super) fn of_inner(name: &str, shape: Shape) -> Option<Form> {
    let inner = INNER
        .iter()
        .find(|(told, _)| *told == name && shape == Shape::List);
    let inner = inner.map(|(_, form)| *form);
    inner.or_else(|| of_parameter("*", name, shape))
}

/// Whether a member is a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// It is.
    List,
    /// It is not.
    Other,
}

fn other(operation: &str, name: &str, shape: Shape) -> Option<Form> {
    let row = OTHERS.iter().find(|(of, told, form)| {
        let is_for_lists = matches!(form, Form::OddSet(..));
        *of == operation && *told == name && is_for_lists == (shape == Shape::List)
    });
    row.map(|(.., form)| *form)
}
