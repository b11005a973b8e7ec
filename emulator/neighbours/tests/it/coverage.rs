//! The README's table of what the neighbours answer is what the code answers.

use localtrail_model::catalogue;
use localtrail_neighbours::answered_operations;

/// Where every operation of S3 that is answered has its method.
const S3: &str = include_str!("../../src/s3/gate.rs");

/// The operations that the README's table names beside a service.
fn told(service: &str) -> Vec<String> {
    let readme = include_str!("../../../../README.md");
    let row = readme
        .lines()
        .find_map(|line| line.strip_prefix(&format!("| {service} | ")));
    let row = row.unwrap_or_else(|| panic!("the README has no row for {service}"));
    let names = row.trim_end_matches(" |").split(", ");
    names.map(str::to_owned).collect()
}

/// S3's operations in the words of the API, from the methods' names.
fn of_s3() -> Vec<String> {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let methods = S3
        .lines()
        .filter_map(|line| line.trim().strip_prefix("async fn "))
        .map(|line| plain(line.trim_end_matches('(')));
    let methods: Vec<String> = methods.collect();
    let service = catalogue::service("s3").unwrap();
    let operations = service.api().operations().iter().map(|it| it.name);
    let mut answered: Vec<String> = operations
        .filter(|name| methods.contains(&plain(name)))
        .map(str::to_owned)
        .collect();
    answered.sort();
    assert_eq!(answered.len(), methods.len());
    answered
}

#[test]
fn the_readme_names_what_the_neighbours_answer() {
    assert_eq!(told("S3"), of_s3());
    for (title, service) in [
        ("STS", "sts"),
        ("IAM", "iam"),
        ("Organizations", "organizations"),
    ] {
        assert_eq!(told(title), answered_operations(service), "{title}");
    }
}
