//! Laws over all operations at once, drawn from the model.

use localtrail_model::{breaks, sample};
use serde_json::{Value, json};

use crate::operations::{self, TABLE};
use crate::testing::World;

/// What every operation may answer besides what its model declares.
const COMMON: [&str; 3] = [
    "SerializationException",
    "UnsupportedOperationException",
    "InvalidParameterException",
];

/// A world with a trail of each kind, so that there is something to change.
fn settled() -> World {
    let mut world = World::new();
    for (name, multi_region) in [("first-trail", false), ("second-trail", true)] {
        world.ok(
            "CreateTrail",
            json!({
                "Name": name, "S3BucketName": "logs", "IsMultiRegionTrail": multi_region,
                "EnableLogFileValidation": true, "TagsList": [{"Key": "a", "Value": "1"}],
            }),
        );
    }
    world.ok("StartLogging", json!({"Name": "first-trail"}));
    world
}

/// Everything that reading can tell of the trails.
fn told(world: &mut World) -> Value {
    let described = world.ok("DescribeTrails", json!({}));
    let trails = described["trailList"].as_array().expect("a list").clone();
    let details = trails.iter().map(|trail| {
        let arn = &trail["TrailARN"];
        json!([
            world.ok("GetTrailStatus", json!({"Name": arn})),
            world.ok("GetEventSelectors", json!({"TrailName": arn})),
            world.ok("ListTags", json!({"ResourceIdList": [arn]})),
        ])
    });
    let details: Vec<Value> = details.collect();
    json!([described, details])
}

#[test]
fn a_broken_constraint_is_refused_by_a_declared_exception_and_changes_nothing() {
    let service = localtrail_model::cloudtrail();
    let mut world = settled();
    let before = told(&mut world);
    let mut tried = 0;
    for row in TABLE {
        let shapes = service.operation(row.name).expect("in the model");
        for broken in breaks::of(service, shapes.input) {
            let answer = world.call(row.name, &broken.value);
            let what = format!(
                "{} with {:?} broken at {}",
                row.name, broken.rule, broken.path
            );
            assert_eq!(answer.status, 400, "{what}: {}", answer.body);
            let code = answer.error.expect("an error");
            let declared = shapes.errors.iter().any(|name| name == code);
            assert!(declared || COMMON.contains(&code), "{what}: {code}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
    assert_eq!(told(&mut world), before);
}

#[test]
fn every_call_is_an_event_whatever_became_of_it() {
    let service = localtrail_model::cloudtrail();
    let mut world = settled();
    for shapes in service.operations() {
        for input in [
            sample::full(service, shapes.input),
            sample::least(service, shapes.input),
            json!({}),
            json!([1]),
        ] {
            let before = world.trail.census().events;
            let answer = world.call(&shapes.name, &input);
            assert!(
                matches!(answer.status, 200 | 400),
                "{} {input}: {}",
                shapes.name,
                answer.body
            );
            assert_eq!(world.trail.census().events, before + 1, "{}", shapes.name);
        }
    }
}

#[test]
fn what_is_not_answered_says_so_whatever_is_sent() {
    let service = localtrail_model::cloudtrail();
    let mut world = World::new();
    let missing: Vec<_> = service
        .operations()
        .filter(|shapes| operations::find(&shapes.name).is_none())
        .collect();
    assert_eq!(missing.len() + TABLE.len(), 60);
    for shapes in missing {
        for input in [sample::least(service, shapes.input), json!({})] {
            let message = world.refused_with(&shapes.name, input, "UnsupportedOperationException");
            assert!(message.contains(&shapes.name), "{message}");
        }
    }
}

#[test]
fn reading_changes_nothing() {
    let service = localtrail_model::cloudtrail();
    let mut world = settled();
    let before = told(&mut world);
    let reads = TABLE
        .iter()
        .filter(|row| row.access == crate::draft::Access::Read);
    for row in reads {
        let input = service.operation(row.name).expect("in the model").input;
        world.call(row.name, &sample::full(service, input));
        world.call(row.name, &sample::least(service, input));
    }
    assert_eq!(told(&mut world), before);
}

#[test]
fn unknown_operations_and_content_types_are_refused_and_leave_no_event() {
    let mut world = World::new();
    let answer = world.call("MakeCoffee", &json!({}));
    assert_eq!(
        (answer.status, answer.error),
        (400, Some("UnknownOperationException"))
    );
    assert_eq!(world.trail.census().events, 0);
}
