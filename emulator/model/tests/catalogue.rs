//! Laws over the catalogue of all services, and a handful of facts spelled out. What the recorder makes of them is
//! tested there.

use std::collections::BTreeSet;

use localtrail_model::catalogue::{
    Entry, Kind, Location, Member, Operation, Protocol, ShapeId, Structure, TimestampFormat,
    botocore_version, service, services,
};

fn entry(id: &str) -> &'static Entry {
    service(id).unwrap_or_else(|| panic!("the catalogue has {id}"))
}

fn operation(id: &str, name: &str) -> &'static Operation {
    entry(id)
        .operation(name)
        .unwrap_or_else(|| panic!("{id} has {name}"))
}

fn structure(id: &str, shape: Option<ShapeId>) -> &'static Structure {
    entry(id)
        .api()
        .structure(shape.expect("a shape"))
        .expect("a structure")
}

fn member(id: &str, shape: Option<ShapeId>, name: &str) -> &'static Member {
    structure(id, shape)
        .member(name)
        .unwrap_or_else(|| panic!("a member {name}"))
}

#[test]
fn every_service_and_operation_is_there() {
    let operations: usize = services()
        .iter()
        .map(|one| one.api().operations().len())
        .sum();
    assert_eq!(
        (services().len(), operations),
        (439, 19_796),
        "a refresh changes these"
    );
    assert_eq!(
        botocore_version(),
        localtrail_model::cloudtrail().botocore_version()
    );
    assert!(services().is_sorted_by(|one, next| one.id < next.id));
    for entry in services() {
        let operations = entry.api().operations();
        assert!(!operations.is_empty(), "{}", entry.id);
        assert!(operations.is_sorted_by(|one, next| one.name < next.name));
        assert!(!entry.protocols.is_empty() && !entry.signing_name.is_empty());
    }
}

#[test]
fn the_file_is_small() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/catalogue.bin");
    let size = std::fs::metadata(path).expect("the data").len();
    assert!(size < 3_000_000, "{size} bytes");
}

#[test]
fn every_shape_that_is_named_exists_and_is_of_the_right_kind() {
    for entry in services() {
        let api = entry.api();
        let mut waiting: Vec<ShapeId> = Vec::new();
        for operation in api.operations() {
            for id in operation.input.iter().chain(&operation.output) {
                assert!(
                    api.structure(*id).is_some(),
                    "{} {}",
                    entry.id,
                    operation.name
                );
                waiting.push(*id);
            }
        }
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if !seen.insert(format!("{id:?}")) {
                continue;
            }
            match &api.shape(id).kind {
                Kind::Structure(structure) => {
                    waiting.extend(structure.members.iter().map(|one| one.shape));
                    let payload = structure.payload;
                    assert!(payload.is_none_or(|place| place < structure.members.len()));
                    let names: BTreeSet<_> = structure.members.iter().map(|one| one.name).collect();
                    assert_eq!(names.len(), structure.members.len());
                }
                Kind::List { member, .. } => waiting.push(*member),
                Kind::Map { key, value, .. } => {
                    assert!(matches!(api.shape(*key).kind, Kind::String), "{}", entry.id);
                    waiting.push(*value);
                }
                _ => {}
            }
        }
        assert!(
            !seen.is_empty()
                || entry
                    .api()
                    .operations()
                    .iter()
                    .all(|one| one.input.is_none())
        );
    }
}

/// The names in braces of a URI template; a greedy one without its `+`.
fn placeholders(uri: &str) -> Vec<&str> {
    uri.split('{')
        .skip(1)
        .map(|part| {
            part.split('}')
                .next()
                .unwrap_or_default()
                .trim_end_matches('+')
        })
        .collect()
}

#[test]
fn every_placeholder_of_a_path_is_a_member_that_travels_there_and_the_reverse() {
    for entry in services() {
        for operation in entry.api().operations() {
            let mut named = placeholders(operation.uri);
            named.sort_unstable();
            named.dedup();
            let members = operation
                .input
                .and_then(|id| entry.api().structure(id))
                .map_or(&[][..], |input| &input.members);
            let mut placed: Vec<&str> = members
                .iter()
                .filter(|one| one.location == Some(Location::Uri))
                .map(Member::wire_name)
                .collect();
            placed.sort_unstable();
            placed.dedup();
            assert_eq!(
                named, placed,
                "{} {} {}",
                entry.id, operation.name, operation.uri
            );
        }
    }
}

#[test]
fn protocols_have_what_they_need() {
    for entry in services() {
        let speaks = |protocol| entry.protocols.contains(&protocol);
        let id = entry.id;
        assert_eq!(
            entry.rpc_name.is_some(),
            speaks(Protocol::RpcV2Cbor),
            "{id}"
        );
        assert!(
            !speaks(Protocol::Json) || entry.target_prefix.is_some(),
            "{id}"
        );
        assert!(
            !speaks(Protocol::Json) || entry.json_version.is_some(),
            "{id}"
        );
        assert!(
            !speaks(Protocol::Query) || entry.xml_namespace.is_some(),
            "{id}"
        );
        let rest = speaks(Protocol::RestJson) || speaks(Protocol::RestXml);
        for operation in entry.api().operations() {
            // Import/Export is the one whose paths say the operation in the query.
            let plain = operation.uri == "/" || operation.uri.starts_with("/?Operation=");
            assert!(rest || plain, "{id} {}", operation.uri);
            assert!(operation.uri.starts_with('/'), "{id} {}", operation.uri);
        }
    }
}

#[test]
fn ec2_is_known() {
    let ec2 = entry("ec2");
    assert_eq!(ec2.protocols, [Protocol::Ec2]);
    assert_eq!(ec2.api_version, "2016-11-15");
    assert_eq!(ec2.target_prefix, None);
    let input = operation("ec2", "RunInstances").input;
    let mappings = member("ec2", input, "BlockDeviceMappings");
    assert_eq!(mappings.location_name, Some("BlockDeviceMapping"));
    let interfaces = member("ec2", input, "NetworkInterfaces");
    assert_eq!(interfaces.wire_name(), "networkInterface");
    let Kind::List {
        member: one,
        member_name,
        ..
    } = &ec2.api().shape(interfaces.shape).kind
    else {
        panic!("a list");
    };
    assert_eq!(*member_name, Some("item"));
    let addresses = member("ec2", Some(*one), "Ipv6Addresses");
    assert_eq!(addresses.query_name, Some("Ipv6Addresses"));
    assert_eq!(addresses.wire_name(), "ipv6AddressesSet");
    assert!(member("ec2", input, "ClientToken").is_idempotency_token);
    assert!(member("ec2", input, "UserData").sensitive);
}

#[test]
fn s3_is_known() {
    let get = operation("s3", "GetObject");
    assert_eq!((get.method, get.uri), ("GET", "/{Bucket}/{Key+}"));
    let body = member("s3", get.output, "Body");
    assert!(body.streaming && matches!(entry("s3").api().shape(body.shape).kind, Kind::Blob));
    let output = structure("s3", get.output);
    assert_eq!(
        output.payload.map(|place| output.members[place].name),
        Some("Body")
    );
    assert_eq!(
        member("s3", get.output, "Metadata").location,
        Some(Location::Headers)
    );
    let modified = member("s3", get.output, "LastModified");
    assert_eq!(
        (modified.location, modified.location_name),
        (Some(Location::Header), Some("Last-Modified"))
    );
    let expires = member("s3", get.output, "ObjectLockRetainUntilDate");
    let kind = &entry("s3").api().shape(expires.shape).kind;
    assert!(matches!(
        kind,
        Kind::Timestamp(Some(TimestampFormat::Iso8601))
    ));
    assert_eq!(operation("s3", "PutBucketAcl").uri, "/{Bucket}?acl");
    let contents = operation("s3", "ListObjects").output;
    let contents = member("s3", contents, "Contents");
    assert!(contents.flattened);
    let select = member(
        "s3",
        operation("s3", "SelectObjectContent").output,
        "Payload",
    );
    assert!(structure("s3", Some(select.shape)).is_event_stream);
    let control = operation("s3control", "CreateJob");
    assert_eq!(control.input_element, Some("CreateJobRequest"));
    assert_eq!(control.host_prefix, Some("{AccountId}."));
}

#[test]
fn lambda_is_known() {
    let invoke = operation("lambda", "Invoke");
    let uri = "/2015-03-31/functions/{FunctionName}/invocations";
    assert_eq!((invoke.method, invoke.uri), ("POST", uri));
    let payload = member("lambda", invoke.input, "Payload");
    assert!(payload.sensitive);
    let input = structure("lambda", invoke.input);
    assert_eq!(
        input.payload.map(|place| input.members[place].name),
        Some("Payload")
    );
    let status = member("lambda", invoke.output, "StatusCode");
    assert_eq!(status.location, Some(Location::StatusCode));
    assert_eq!(
        member("lambda", invoke.input, "Qualifier").location,
        Some(Location::QueryString)
    );
}

#[test]
fn json_services_are_known() {
    let dynamodb = entry("dynamodb");
    assert_eq!(dynamodb.target_prefix, Some("DynamoDB_20120810"));
    assert_eq!(dynamodb.json_version, Some("1.0"));
    let input = operation("dynamodb", "PutItem").input;
    let item = member("dynamodb", input, "Item");
    let Kind::Map { value, .. } = dynamodb.api().shape(item.shape).kind else {
        panic!("a map");
    };
    let kind = &dynamodb
        .api()
        .shape(member("dynamodb", Some(value), "B").shape)
        .kind;
    assert!(matches!(kind, Kind::Blob));
    let streams = entry("dynamodbstreams");
    assert_eq!(
        (streams.signing_name, streams.endpoint_prefix),
        ("dynamodb", "streams.dynamodb")
    );
    assert_eq!(entry("sqs").protocols, [Protocol::Json]);
    assert!(operation("cognito-idp", "SignUp").is_unsigned);
    let password = member(
        "cognito-idp",
        operation("cognito-idp", "SignUp").input,
        "Password",
    );
    assert!(password.sensitive);
}

#[test]
fn services_of_several_protocols_are_known() {
    let cloudwatch = entry("cloudwatch");
    let all = [Protocol::RpcV2Cbor, Protocol::Json, Protocol::Query];
    assert_eq!(cloudwatch.protocols, all);
    assert_eq!(cloudwatch.rpc_name, Some("GraniteServiceVersion20100801"));
    assert_eq!(
        (cloudwatch.endpoint_prefix, cloudwatch.signing_name),
        ("monitoring", "monitoring")
    );
    let result = operation("cloudwatch", "ListMetrics").result_wrapper;
    assert_eq!(result, Some("ListMetricsResult"));
}

#[test]
fn names_of_hosts_and_of_scopes_are_known() {
    let iam = entry("iam");
    assert_eq!(iam.global_endpoint, Some("iam.amazonaws.com"));
    let namespace = "https://iam.amazonaws.com/doc/2010-05-08/";
    assert_eq!(iam.xml_namespace, Some(namespace));
    let ecr = entry("ecr");
    assert_eq!((ecr.endpoint_prefix, ecr.signing_name), ("api.ecr", "ecr"));
    assert_eq!(ecr.host_labels, ["ecr"]);
    let sharers = services().iter().filter(|one| one.signing_name == "rds");
    assert_eq!(
        sharers.map(|one| one.id).collect::<Vec<_>>(),
        ["docdb", "neptune", "rds"]
    );
    assert!(service("EC2").is_none() && service("").is_none());
}

#[test]
fn marks_of_services_that_use_them_are_known() {
    let count = |mark: fn(&Member) -> bool| -> usize {
        let of = |entry: &'static Entry| -> usize {
            let structures = entry
                .api()
                .shapes()
                .iter()
                .filter_map(|shape| match &shape.kind {
                    Kind::Structure(structure) => Some(structure),
                    _ => None,
                });
            structures
                .flat_map(|one| &one.members)
                .filter(|one| mark(one))
                .count()
        };
        services().iter().map(of).sum()
    };
    assert_eq!(count(|one| one.xml_attribute), 1, "s3's xsi:type");
    assert!(count(|one| one.is_json_value) > 20);
    assert!(count(|one| one.streaming) > 30);
    assert!(count(|one| one.flattened) > 60);
    assert!(count(|one| one.sensitive) > 3_000);
    assert!(count(|one| one.location == Some(Location::Headers)) >= 5);
    assert!(count(|one| one.is_required) > 40_000);
    let input = operation("s3", "UploadPart").input;
    assert!(
        member("s3", input, "UploadId").is_required && !member("s3", input, "Body").is_required
    );
    let named = |mark: fn(&Entry) -> bool| -> Vec<&str> {
        let marked = services().iter().filter(|one| mark(one));
        marked.map(|one| one.id).collect()
    };
    let unsigned = [
        "cognito-identity",
        "cognito-idp",
        "signin",
        "sso",
        "sso-oidc",
        "sts",
    ];
    assert_eq!(named(|one| one.has_unsigned), unsigned);
    let bearers = [
        "account-access-runtime",
        "bedrock",
        "bedrock-runtime",
        "codecatalyst",
    ];
    assert_eq!(named(|one| one.takes_bearer), bearers);
    let readers = services().iter().flat_map(|one| one.api().operations());
    assert_eq!(readers.filter(|one| one.is_read_only).count(), 2_312);
}

#[test]
fn exceptions_that_are_called_otherwise_on_the_wire_are_known() {
    let name = |id: &str, code: &str, asked: Option<&str>| {
        let asked = asked.map(|name| operation(id, name));
        entry(id).api().error_name(code, asked)
    };
    for (id, code, expected) in [
        ("iam", "NoSuchEntity", Some("NoSuchEntityException")),
        ("iam", "NoSuchEntityException", None),
        (
            "rds",
            "InvalidDBInstanceState",
            Some("InvalidDBInstanceStateFault"),
        ),
        (
            "elb",
            "LoadBalancerNotFound",
            Some("AccessPointNotFoundException"),
        ),
        ("sqs", "QueueDoesNotExist", None),
        ("lambda", "ResourceNotFoundException", None),
        ("cloudwatch", "ResourceNotFound", None),
        ("iam", "", None),
    ] {
        assert_eq!(name(id, code, None), expected, "{id} {code}");
    }
    // One code, two exceptions: what the operation declares tells them apart.
    let dashboard = Some("DashboardNotFoundError");
    assert_eq!(
        name("cloudwatch", "ResourceNotFound", Some("GetDashboard")),
        dashboard
    );
    assert_eq!(
        name("cloudwatch", "ResourceNotFound", Some("SetAlarmState")),
        None
    );
}
