//! Laws over all operations at once, drawn from the model.

use localtrail_model::{breaks, sample};
use serde_json::{Value, json};

use crate::operations::{self, TABLE};
use crate::settings::Throttling;
use crate::testing::World;

/// What every operation may answer besides what its model declares.
const COMMON: [&str; 4] = [
    "ThrottlingException",
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
            world.ok("GetEventConfiguration", json!({"TrailName": arn})),
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

/// Inputs of an operation that the model admits, with every name and ARN of a trail made one of a trail that is there,
/// and without.
fn admitted(shapes: &localtrail_model::Operation) -> Vec<Value> {
    const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/first-trail";
    let service = localtrail_model::cloudtrail();
    let mut inputs = vec![
        sample::full(service, shapes.input),
        sample::least(service, shapes.input),
    ];
    for mut input in inputs.clone() {
        for (member, value) in [
            ("Name", ARN),
            ("TrailName", ARN),
            ("ResourceId", ARN),
            ("ResourceArn", ARN),
            ("InsightSource", ARN),
        ] {
            if input.get(member).is_some() {
                input[member] = json!(value);
            }
        }
        inputs.push(input.clone());
        // What is given for an event data store leaves no room for a trail.
        let object = input.as_object_mut().expect("inputs are objects");
        for member in ["EventDataStore", "InsightsDestination", "NextToken"] {
            object.remove(member);
        }
        inputs.push(input);
    }
    inputs
}

#[test]
fn an_answer_fits_the_model_and_a_refusal_is_declared() {
    let service = localtrail_model::cloudtrail();
    let mut answered = 0;
    for row in TABLE {
        let shapes = service.operation(row.name).expect("in the model");
        for input in admitted(shapes) {
            let answer = settled().call(row.name, &input);
            let what = format!("{} {input}: {}", row.name, answer.body);
            let body: Value = serde_json::from_str(&answer.body).expect("answers are JSON");
            match answer.error {
                None => {
                    let shape = shapes.output.expect("every operation has an output");
                    let faults = localtrail_model::check_output(service, shape, &body);
                    assert!(faults.is_empty(), "{what}: {faults:?}");
                    answered += 1;
                }
                Some(code) => {
                    let declared = shapes.errors.iter().any(|name| name == code);
                    assert!(declared || COMMON.contains(&code), "{what}");
                    assert_eq!(body["__type"], code);
                    assert!(!body["message"].as_str().expect("a message").is_empty());
                }
            }
        }
    }
    assert!(answered > 25, "{answered}");
}

#[test]
fn every_operation_is_throttled_and_a_throttled_call_changes_nothing() {
    let service = localtrail_model::cloudtrail();
    let mut world = settled();
    let before = told(&mut world);
    world.trail.settings.throttling = Throttling::On;
    for shapes in service.operations() {
        let least = sample::least(service, shapes.input);
        // A body that breaks the operation's first rule takes its token all the same.
        let used = (0..10).filter(|_| {
            let answer = world.call(&shapes.name, &json!({"Name": 1}));
            answer.error != Some("ThrottlingException")
        });
        assert!([1, 2, 10].contains(&used.count()), "{}", shapes.name);
        let events = world.trail.census().events;
        let answer = world.call(&shapes.name, &least);
        assert_eq!(
            (answer.status, answer.error),
            (400, Some("ThrottlingException")),
            "{}",
            shapes.name
        );
        assert_eq!(world.trail.census().events, events + 1);
    }
    world.trail.settings.throttling = Throttling::Off;
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
