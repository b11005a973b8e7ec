//! The suites, as part of the program.

use crate::script::{Case, ScriptError, parse};

/// Every file of `suites/`, with its text, in the order in which they run.
const FILES: &[(&str, &str)] = &[
    ("protocol.txt", include_str!("../suites/protocol.txt")),
    (
        "create-trail.txt",
        include_str!("../suites/create-trail.txt"),
    ),
    (
        "create-trail-checks.txt",
        include_str!("../suites/create-trail-checks.txt"),
    ),
    ("bucket.txt", include_str!("../suites/bucket.txt")),
    (
        "update-trail.txt",
        include_str!("../suites/update-trail.txt"),
    ),
    (
        "delete-trail.txt",
        include_str!("../suites/delete-trail.txt"),
    ),
    ("get-trail.txt", include_str!("../suites/get-trail.txt")),
    (
        "describe-trails.txt",
        include_str!("../suites/describe-trails.txt"),
    ),
    ("list-trails.txt", include_str!("../suites/list-trails.txt")),
    ("logging.txt", include_str!("../suites/logging.txt")),
    (
        "event-selectors.txt",
        include_str!("../suites/event-selectors.txt"),
    ),
    (
        "advanced-selectors.txt",
        include_str!("../suites/advanced-selectors.txt"),
    ),
    (
        "insight-selectors.txt",
        include_str!("../suites/insight-selectors.txt"),
    ),
    ("tags.txt", include_str!("../suites/tags.txt")),
    ("regions.txt", include_str!("../suites/regions.txt")),
    (
        "lookup-events.txt",
        include_str!("../suites/lookup-events.txt"),
    ),
    (
        "lookup-questions.txt",
        include_str!("../suites/lookup-questions.txt"),
    ),
    ("public-keys.txt", include_str!("../suites/public-keys.txt")),
    ("delivery.txt", include_str!("../suites/delivery.txt")),
    (
        "resource-types.txt",
        include_str!("../suites/resource-types.txt"),
    ),
    ("selection.txt", include_str!("../suites/selection.txt")),
    (
        "organizations.txt",
        include_str!("../suites/organizations.txt"),
    ),
    (
        "get-event-configuration.txt",
        include_str!("../suites/get-event-configuration.txt"),
    ),
    (
        "put-event-configuration.txt",
        include_str!("../suites/put-event-configuration.txt"),
    ),
    (
        "register-organization-delegated-admin.txt",
        include_str!("../suites/register-organization-delegated-admin.txt"),
    ),
    (
        "deregister-organization-delegated-admin.txt",
        include_str!("../suites/deregister-organization-delegated-admin.txt"),
    ),
    (
        "get-resource-policy.txt",
        include_str!("../suites/get-resource-policy.txt"),
    ),
    (
        "put-resource-policy.txt",
        include_str!("../suites/put-resource-policy.txt"),
    ),
    (
        "delete-resource-policy.txt",
        include_str!("../suites/delete-resource-policy.txt"),
    ),
    (
        "list-insights-data.txt",
        include_str!("../suites/list-insights-data.txt"),
    ),
    (
        "list-insights-metric-data.txt",
        include_str!("../suites/list-insights-metric-data.txt"),
    ),
    ("unsupported.txt", include_str!("../suites/unsupported.txt")),
    ("clock.txt", include_str!("../suites/clock.txt")),
];

/// Reads all suites.
pub fn all() -> Result<Vec<Case>, ScriptError> {
    let mut cases = Vec::new();
    for (file, text) in FILES {
        cases.extend(parse(file, text)?);
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_suite_is_readable() {
        let cases = all().unwrap_or_else(|error| panic!("{error}"));
        assert!(cases.len() >= 1_500, "only {} cases", cases.len());
    }

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/suites");
        let found: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".txt"))
            .collect();
        let listed: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(found, listed);
    }
}
