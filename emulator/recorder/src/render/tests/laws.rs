//! What holds for every operation of every service.

use localtrail_model::catalogue::{Api, Entry, Kind, Member, Operation, ShapeId, services};
use serde_json::{Map, Value, json};

use super::Call;

/// Stands in every member that must not be shown.
const SECRET: &str = "c2VjcmV0";

/// How deep samples go: recursive shapes have no end.
const DEPTH: usize = 4;

/// A value of a shape, with [`SECRET`] in what is sensitive or bytes.
fn sample(api: &Api, id: ShapeId, depth: usize) -> Value {
    let shape = api.shape(id);
    if shape.sensitive || matches!(shape.kind, Kind::Blob) {
        return SECRET.into();
    }
    match &shape.kind {
        Kind::Structure(structure) if depth > 0 => {
            let members = structure.members.iter();
            members
                .map(|member| {
                    (
                        member.name.to_owned(),
                        sample_member(api, member, depth - 1),
                    )
                })
                .collect::<Map<_, _>>()
                .into()
        }
        Kind::List { member, .. } if depth > 0 => json!([sample(api, *member, depth - 1)]),
        Kind::Map { value, .. } if depth > 0 => json!({"key": sample(api, *value, depth - 1)}),
        Kind::Structure(_) | Kind::Map { .. } => json!({}),
        Kind::List { .. } => json!([]),
        Kind::Integer | Kind::Double | Kind::Timestamp(_) => 1.into(),
        Kind::Boolean => true.into(),
        Kind::String | Kind::Blob | Kind::Document => "text".into(),
    }
}

fn sample_member(api: &Api, member: &Member, depth: usize) -> Value {
    match member.sensitive {
        true => SECRET.into(),
        false => sample(api, member.shape, depth),
    }
}

/// Every operation of the catalogue but those of S3 and CloudTrail, which are recorded elsewhere.
fn operations() -> impl Iterator<Item = (&'static Entry, &'static Operation)> {
    let here = services()
        .iter()
        .filter(|service| !matches!(service.id, "s3" | "cloudtrail"));
    here.flat_map(|service| {
        service
            .api()
            .operations()
            .iter()
            .map(move |operation| (service, operation))
    })
}

#[test]
fn nothing_that_must_not_be_shown_is_shown() {
    let mut told = 0;
    for (service, operation) in operations() {
        let side = |shape: Option<ShapeId>| {
            shape.map_or(json!({}), |shape| sample(service.api(), shape, DEPTH))
        };
        let call = Call {
            service: service.id,
            operation: operation.name,
            input: side(operation.input),
            output: side(operation.output),
            ..Call::default()
        };
        for draft in call.drafts() {
            told += 1;
            for part in [&draft.request_parameters, &draft.response_elements] {
                let text = serde_json::to_string(part).unwrap();
                let shown = text.contains(SECRET);
                // The session's token is told, though the model calls it sensitive (O).
                let is_public = service.id == "sts" && text.contains("sessionToken");
                // A public key is public, bytes though it is (I).
                let is_public = is_public || operation.name == "ImportKeyPair";
                assert!(
                    !shown || is_public,
                    "{}:{} {text}",
                    service.id,
                    operation.name
                );
            }
        }
    }
    assert!(told > 15_000, "{told}");
}

#[test]
fn values_of_wrong_kinds_are_told_too() {
    let wrong = [
        json!(null),
        json!(1e300),
        json!("x"),
        json!([[{}]]),
        json!({"": {"": []}}),
        json!(-1),
    ];
    for (turn, (service, operation)) in operations().enumerate() {
        let spoil = |shape: Option<ShapeId>| {
            let structure = shape.and_then(|shape| service.api().structure(shape));
            let members = structure.map_or(&[][..], |structure| &structure.members);
            let spoiled = members.iter().enumerate();
            spoiled
                .map(|(at, member)| {
                    (
                        member.name.to_owned(),
                        wrong[(at + turn) % wrong.len()].clone(),
                    )
                })
                .collect::<Map<_, _>>()
                .into()
        };
        let call = Call {
            service: service.id,
            operation: operation.name,
            input: spoil(operation.input),
            output: spoil(operation.output),
            ..Call::default()
        };
        for draft in call.drafts() {
            assert!(draft.event_source.ends_with(".amazonaws.com"));
            assert!(!draft.event_name.is_empty());
        }
    }
}
