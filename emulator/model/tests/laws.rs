//! Laws over both models at once: what the data holds, and that samples and
//! breaks are what they say. Not tests of single rules; those are beside the
//! rules.

use std::collections::BTreeSet;

use localtrail_model::{
    Kind, Location, Path, Rule, Service, Shape, ShapeId, Step, breaks, check, check_output,
    cloudtrail, cloudtrail_data, sample,
};

fn services() -> [&'static Service; 2] {
    [cloudtrail(), cloudtrail_data()]
}

fn member_names(service: &Service, shape: &str) -> Vec<String> {
    let id = service.shape_named(shape).expect("the model has the shape");
    let structure = service.structure(id).expect("it is a structure");
    structure
        .members
        .iter()
        .map(|member| member.name.clone())
        .collect()
}

#[test]
fn cloudtrail_is_read_whole() {
    let service = cloudtrail();
    assert_eq!(service.api_version(), "2013-11-01");
    assert_eq!(service.protocol(), "json");
    assert_eq!(service.json_version(), Some("1.1"));
    assert_eq!(service.signing_name(), "cloudtrail");
    assert_eq!(service.endpoint_prefix(), "cloudtrail");
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";
    assert_eq!(service.target_prefix(), Some(target));
    assert_eq!(service.operations().len(), 60);
    for name in [
        "LookupEvents",
        "ListPublicKeys",
        "CreateTrail",
        "DescribeTrails",
        "StartQuery",
    ] {
        assert!(service.operation(name).is_some(), "{name}");
    }
    assert!(service.operation("createTrail").is_none());
    let version: Vec<u32> = service
        .botocore_version()
        .split('.')
        .filter_map(|part| part.parse().ok())
        .collect();
    assert!(version >= vec![1, 43, 106], "{version:?}");
}

#[test]
fn cloudtrail_data_is_read_whole() {
    let service = cloudtrail_data();
    assert_eq!(service.signing_name(), "cloudtrail-data");
    assert_eq!(service.protocol(), "rest-json");
    assert_eq!(service.target_prefix(), None);
    let operation = service
        .operation("PutAuditEvents")
        .expect("the only operation");
    assert_eq!(
        (operation.http.method.as_str(), operation.http.uri.as_str()),
        ("POST", "/PutAuditEvents")
    );
    let input = service
        .structure(operation.input)
        .expect("an input is a structure");
    let channel = input.member("channelArn").expect("events go to a channel");
    assert_eq!(
        channel.location,
        Some(Location::QueryString("channelArn".to_owned()))
    );
}

#[test]
fn operations_are_alphabetical_and_whole() {
    for service in services() {
        let names: Vec<&str> = service.operations().map(|one| one.name.as_str()).collect();
        assert!(names.is_sorted(), "{names:?}");
        for operation in service.operations() {
            let name = &operation.name;
            assert!(service.structure(operation.input).is_some(), "{name}");
            assert!(
                operation
                    .output
                    .and_then(|id| service.structure(id))
                    .is_some(),
                "{name}"
            );
            assert!(!operation.errors.is_empty(), "{name}");
            for error in &operation.errors {
                let id = service
                    .shape_named(error)
                    .expect("a declared error has a shape");
                assert!(
                    service
                        .structure(id)
                        .is_some_and(|shape| shape.is_exception),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn trails_have_recursive_logging() {
    for shape in [
        "CreateTrailRequest",
        "CreateTrailResponse",
        "UpdateTrailResponse",
        "Trail",
    ] {
        let members = member_names(cloudtrail(), shape);
        assert!(
            members.iter().any(|name| name == "RecursiveLogging"),
            "{shape} {members:?}"
        );
    }
}

#[test]
fn members_keep_the_model_s_order() {
    let members = member_names(cloudtrail(), "LookupEventsRequest");
    let order = [
        "LookupAttributes",
        "StartTime",
        "EndTime",
        "EventCategory",
        "MaxResults",
        "NextToken",
    ];
    assert_eq!(members, order);
}

#[test]
fn pages_are_asked_for_by_members_that_exist() {
    let mut paged = 0;
    for operation in cloudtrail().operations() {
        let Some(paginator) = &operation.paginator else {
            continue;
        };
        paged += 1;
        let input = cloudtrail()
            .structure(operation.input)
            .expect("an input is a structure");
        let output = operation.output.and_then(|id| cloudtrail().structure(id));
        let output = output.expect("a paged operation answers");
        assert!(
            input.member(&paginator.input_token).is_some(),
            "{}",
            operation.name
        );
        assert!(
            paginator
                .limit_key
                .as_ref()
                .is_none_or(|key| input.member(key).is_some())
        );
        assert!(
            output.member(&paginator.output_token).is_some(),
            "{}",
            operation.name
        );
        assert!(
            output.member(&paginator.result_key).is_some(),
            "{}",
            operation.name
        );
    }
    assert!(paged >= 7, "only {paged} operations have pages");
}

#[test]
fn samples_of_every_operation_pass() {
    for service in services() {
        for operation in service.operations() {
            for shape in [Some(operation.input), operation.output]
                .into_iter()
                .flatten()
            {
                for value in [sample::full(service, shape), sample::least(service, shape)] {
                    let name = service.shape_name(shape);
                    assert_eq!(check(service, shape, &value), Ok(()), "{name} {value}");
                    assert_eq!(check_output(service, shape, &value), [], "{name} {value}");
                }
            }
        }
    }
}

#[test]
fn every_break_is_refused_with_the_rule_it_breaks() {
    let mut count = 0;
    for service in services() {
        for operation in service.operations() {
            for one in breaks::of(service, operation.input) {
                let verdict = check(service, operation.input, &one.value);
                let name = &operation.name;
                let violation = verdict.expect_err(&format!("{name} takes a broken {}", one.path));
                assert_eq!(violation.rule, one.rule, "{name} {}", one.path);
                assert_eq!(violation.path, one.path, "{name} {:?}", one.rule);
                assert_eq!(violation.is_type(), matches!(one.rule, Rule::Type { .. }));
                count += 1;
            }
        }
    }
    assert!(count > 1500, "only {count} breaks");
}

/// Lists a shape's rules that [`breaks`] owes a break for.
fn owed(shape: &Shape) -> Vec<Rule> {
    let mut rules = Vec::new();
    match shape {
        Shape::String {
            min,
            max,
            pattern,
            values,
            ..
        } => {
            if values.is_empty() {
                rules.extend(
                    min.filter(|min| *min > 0)
                        .map(|min| Rule::MinLength { min }),
                );
                rules.extend(max.map(|max| Rule::MaxLength { max }));
            } else {
                rules.push(Rule::Enum {
                    values: values.clone(),
                });
            }
            let pattern = pattern.as_ref().map(|pattern| pattern.as_str().to_owned());
            rules.extend(pattern.map(|pattern| Rule::Pattern { pattern }));
        }
        Shape::Integer { min, max } | Shape::Long { min, max } => {
            rules.extend(min.map(|min| Rule::MinValue { min }));
            rules.extend(max.map(|max| Rule::MaxValue { max }));
        }
        Shape::List { min, max, .. } | Shape::Map { min, max, .. } => {
            rules.extend(min.filter(|min| *min > 0).map(|min| Rule::MinItems { min }));
            rules.extend(max.map(|max| Rule::MaxItems { max }));
        }
        Shape::Blob { min, max } => {
            rules.extend(
                min.filter(|min| *min > 0)
                    .map(|min| Rule::MinLength { min }),
            );
            rules.extend(max.map(|max| Rule::MaxLength { max }));
        }
        Shape::Structure(_) | Shape::Float | Shape::Double | Shape::Boolean | Shape::Timestamp => {}
    }
    rules
}

/// The shapes that a value of the shape can hold, itself included.
fn reachable(service: &Service, shape: ShapeId, found: &mut BTreeSet<String>) {
    if !found.insert(service.shape_name(shape).to_owned()) {
        return;
    }
    match service.shape(shape) {
        Shape::Structure(structure) => {
            structure
                .members
                .iter()
                .for_each(|member| reachable(service, member.shape, found));
        }
        Shape::List { member, .. } => reachable(service, *member, found),
        Shape::Map { key, value, .. } => {
            reachable(service, *key, found);
            reachable(service, *value, found);
        }
        _ => {}
    }
}

/// The shape of the place that a path of the shape's values names.
fn shape_at(service: &Service, shape: ShapeId, path: &Path) -> ShapeId {
    path.steps()
        .iter()
        .fold(shape, |at, step| match (service.shape(at), step) {
            (Shape::Structure(structure), Step::Member(name)) => {
                structure
                    .member(name)
                    .expect("a break's path names members")
                    .shape
            }
            (Shape::List { member, .. }, Step::Index(_)) => *member,
            (Shape::Map { value, .. }, Step::Value(_)) => *value,
            (Shape::Map { key, .. }, Step::Key(_)) => *key,
            (shape, step) => panic!("{step:?} does not lead into {:?}", shape.kind()),
        })
}

#[test]
fn only_rules_that_cannot_be_broken_alone_have_no_break() {
    let mut unbroken = BTreeSet::new();
    for service in services() {
        let (mut shapes, mut broken) = (BTreeSet::new(), Vec::new());
        for operation in service.operations() {
            reachable(service, operation.input, &mut shapes);
            broken.extend(
                breaks::of(service, operation.input)
                    .map(|one| (shape_at(service, operation.input, &one.path), one.rule)),
            );
        }
        for name in shapes {
            let id = service.shape_named(&name).expect("it was reached");
            let missing = owed(service.shape(id)).into_iter();
            let missing = missing.filter(|rule| !broken.contains(&(id, rule.clone())));
            unbroken.extend(missing.map(|rule| format!("{name}: {}", rule.words())));
        }
    }
    // The empty text that would be too short does not match the pattern either.
    let too_short = "Member must have length greater than or equal to 1";
    let mut expected: BTreeSet<String> = [
        "EventDataStoreKmsKeyId",
        "OperatorValue",
        "QueryAlias",
        "QueryParameterValue",
        "SelectorField",
        "Uuid",
        "ViewPropertiesValue",
    ]
    .into_iter()
    .map(|name| format!("{name}: {too_short}"))
    .collect();
    // Every text matches it.
    expected.insert(
        "QueryStatement: Member must satisfy regular expression pattern: (?s).*".to_owned(),
    );
    assert_eq!(unbroken, expected);
}

#[test]
fn required_members_exist_everywhere_they_are_named() {
    let required = |service: &Service| {
        let structures = service.shape_ids().filter_map(|id| service.structure(id));
        structures
            .flat_map(|one| &one.members)
            .filter(|member| member.required)
            .count()
    };
    assert!(required(cloudtrail()) > 50);
    let blobs = cloudtrail()
        .shape_ids()
        .filter(|id| cloudtrail().shape(*id).kind() == Kind::Blob);
    assert_eq!(blobs.count(), 1, "a public key's Value is the only blob");
}
