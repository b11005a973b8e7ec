//! The coverage table of the README is what the code answers.

use std::collections::BTreeSet;

#[test]
fn the_readme_lists_every_operation_as_it_is() {
    let readme = include_str!("../../../README.md");
    let told: BTreeSet<(String, bool)> = readme
        .lines()
        .filter_map(|line| {
            let (name, answered) = line
                .strip_prefix("| ")?
                .strip_suffix(" |")?
                .split_once(" | ")?;
            match answered {
                "yes" => Some((name.to_owned(), true)),
                "refused" => Some((name.to_owned(), false)),
                _ => None,
            }
        })
        .collect();
    let answered: BTreeSet<&str> = localtrail_core::answered_operations().collect();
    let true_ones = localtrail_model::cloudtrail().operations();
    let true_ones =
        true_ones.map(|shapes| (shapes.name.clone(), answered.contains(shapes.name.as_str())));
    assert_eq!(told, true_ones.collect());
}
