//! Measures the first use of the model and a check of a small and a large
//! input. Not a benchmark suite: one figure each, on this machine, now.

use std::hint::black_box;
use std::time::Instant;

use localtrail_model::{check, cloudtrail, sample};
use serde_json::{Value, json};

fn main() {
    let start = Instant::now();
    let service = cloudtrail();
    println!("first use: {:?}", start.elapsed());

    measure("GetTrailStatus", &json!({"Name": "x"}));
    for name in [
        "CreateTrail",
        "LookupEvents",
        "PutEventSelectors",
        "StartQuery",
    ] {
        let operation = service.operation(name).expect("an operation of CloudTrail");
        measure(name, &sample::full(service, operation.input));
    }
}

fn measure(name: &str, input: &Value) {
    const ROUNDS: u32 = 200_000;
    let service = cloudtrail();
    let operation = service.operation(name).expect("an operation of CloudTrail");
    let start = Instant::now();
    for _ in 0..ROUNDS {
        assert!(check(service, operation.input, black_box(input)).is_ok());
    }
    println!("check of {name}: {:?}", start.elapsed() / ROUNDS);
}
