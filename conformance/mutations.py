"""The rules that mutate.py breaks: where each stands, as it is, and broken."""

from typing import NamedTuple


class Mutation(NamedTuple):
    rule: str
    file: str
    right: str
    wrong: str


MUTATIONS = [
    Mutation("a trail name has three characters at least", "names.rs", "const MIN: usize = 3", "const MIN: usize = 2"),
    Mutation("no two marks stand side by side in a name", "names.rs", ".windows(2)", ".windows(3)"),
    Mutation(
        "AWS's very words for an unknown trail", "refusal.rs",
        'Unknown trail: {shown} for the user: {account}', 'Unknown trail: {shown} for user: {account}',
    ),
    Mutation("five trails in a region", "quotas.rs", "TRAILS_PER_REGION: usize = 5", "TRAILS_PER_REGION: usize = 6"),
    Mutation("five basic selectors", "quotas.rs", "EVENT_SELECTORS: usize = 5", "EVENT_SELECTORS: usize = 6"),
    Mutation("250 data resource values", "quotas.rs", "DATA_RESOURCE_VALUES: usize = 250", "DATA_RESOURCE_VALUES: usize = 251"),
    Mutation("500 advanced values", "quotas.rs", "ADVANCED_VALUES: usize = 500", "ADVANCED_VALUES: usize = 501"),
    Mutation("fifty tags", "quotas.rs", "TAGS_PER_RESOURCE: usize = 50", "TAGS_PER_RESOURCE: usize = 51"),
    Mutation("a prefix of 200 characters", "quotas.rs", "KEY_PREFIX: usize = 200", "KEY_PREFIX: usize = 201"),
    Mutation(
        "global service events by default", "operations/create_trail.rs",
        "include_global_service_events.unwrap_or(true)", "include_global_service_events.unwrap_or(false)",
    ),
    Mutation(
        "a multi-region trail includes global events", "operations/create_trail.rs",
        "if settings.multi_region && !settings.global_events {", "if settings.multi_region && settings.prefix.is_some() {",
    ),
    Mutation("an empty prefix clears", "operations/update_trail.rs", "Some(prefix).filter(|text| !text.is_empty())", "Some(prefix)"),
    Mutation(
        "changes only from the home region", "operations/desk.rs",
        "Reach::Change => Err(Refusal::InvalidHomeRegion(trail.home.to_string())),", "Reach::Change => Ok(key),",
    ),
    Mutation(
        "members do not change the organization's trails", "operations/desk.rs",
        "Standing::Member => Some(Power::Read)", "Standing::Member => Some(Power::Change)",
    ),
    Mutation(
        "nothing of another account is seen", "operations/desk.rs",
        "if !trail.settings.organization {\n            return None;", "if !trail.settings.organization {\n            return Some(Power::Read);",
    ),
    Mutation("StopLogging ends delivery", "operations/stop_logging.rs", "trail.logging.on = false;", "trail.logging.on = true;"),
    Mutation(
        "shadows are left out when asked", "operations/describe_trails.rs",
        "shadows || !is_shadow(trail, desk)", "shadows || is_shadow(trail, desk)",
    ),
    Mutation(
        "no delivery is invented", "operations/get_trail_status.rs",
        "latest_delivery_time: logs.succeeded.map(Time)", "latest_delivery_time: logging.started.map(Time)",
    ),
    Mutation("fifty events a page", "operations/lookup_events.rs", "const DEFAULT_PAGE: usize = 50", "const DEFAULT_PAGE: usize = 49"),
    Mutation(
        "data events are not history", "operations/lookup_events.rs",
        "None => Category::Management,", "None => Category::Data,",
    ),
    Mutation(
        "a token belongs to its question", "operations/lookup_events.rs", "if sealed != seal(place, check) {", "if sealed.is_empty() {",
    ),
    Mutation(
        "keys are shown for their validity", "operations/list_public_keys.rs",
        "key.validity_start_time <= end && key.validity_end_time >= start", "key.validity_start_time <= end || key.validity_end_time >= start",
    ),
    Mutation("an existing tag takes the new value", "tags.rs", "there.value.clone_from(&tag.value)", "drop(there.value.clone())"),
    Mutation(
        "management exclusions count", "selectors/basic.rs",
        "!excluded.iter().any(|source| source == facts.source())", "excluded.len() < 9",
    ),
    Mutation("reads are told from writes", "selectors/basic.rs", "ReadWriteType::WriteOnly => !facts.is_read()", "ReadWriteType::WriteOnly => true"),
    Mutation(
        "NotStartsWith", "selectors/advanced.rs",
        '"NotStartsWith" => !any(|value, wanted| value.starts_with(wanted))', '"NotStartsWith" => any(|value, wanted| value.starts_with(wanted))',
    ),
    Mutation("eventCategory is needed", "selectors/advanced.rs", '"The following fields are required: [eventCategory]."', '"A field is missing."'),
    Mutation("the signature is over bucket and key", "delivery/digest.rs", "{bucket}/{key}\\n{hash}", "{key}/{bucket}\\n{hash}"),
    Mutation("names are stamped in steps of five minutes", "delivery/log_file.rs", "Duration::from_secs(300)", "Duration::from_secs(60)"),
    Mutation(
        "members' files lie in the organization's folder", "trail.rs",
        "organization: organization.map(|organization| organization.id.clone())", "organization: organization.and(None)",
    ),
]
