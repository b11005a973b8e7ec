//! Measures the first use of the model, a check of a small and a large input,
//! and the first use of the catalogue with what stays in memory. Not a benchmark suite: one figure each, on this machine, now.

use std::hint::black_box;
use std::time::Instant;

use localtrail_model::{catalogue, check, cloudtrail, sample};
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
    measure_catalogue();
}

fn measure_catalogue() {
    println!("resident before the catalogue: {} KiB", resident());
    let start = Instant::now();
    let services = catalogue::services();
    println!(
        "catalogue's index: {:?}, {} KiB",
        start.elapsed(),
        resident()
    );
    for id in ["ec2", "s3", "sts"] {
        let service = catalogue::service(id).expect("a service");
        let start = Instant::now();
        let count = service.api().operations().len();
        let took = start.elapsed();
        println!("{id}, {count} operations: {took:?}, {} KiB", resident());
    }
    let start = Instant::now();
    let count: usize = services
        .iter()
        .map(|one| one.api().operations().len())
        .sum();
    let took = start.elapsed();
    println!("all {count} operations: {took:?}, {} KiB", resident());
}

/// What the process holds in memory, in KiB; zero where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
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
