//! Calls that CloudTrail never records (formats.md 4.1 and 3.3).

use super::Told;

/// A service, and an operation or (with a star) how it begins.
const SILENT: [(&str, &str); 4] = [
    ("apigateway", "TestInvoke*"), // D
    ("cloudtrail", "*"),           // core records its own
    ("logs", "PutLogEvents"),      // D
    ("s3", "*"),                   // S3's own neighbour records it
];

/// Operations that leave no record when nobody signed them (D).
const SILENT_UNSIGNED: [(&str, &str); 2] = [("sns", "ConfirmSubscription"), ("sns", "Unsubscribe")];

/// Whether a call leaves no record here.
pub(super) fn is_unrecorded(told: &Told<'_>) -> bool {
    let asked = (told.service_id, told.operation_name);
    let is_silent = SILENT.iter().any(|(id, name)| {
        let is_named = match name.strip_suffix('*') {
            Some(prefix) => asked.1.starts_with(prefix),
            None => asked.1 == *name,
        };
        *id == asked.0 && is_named
    });
    is_silent || told.request.signed_for.is_none() && SILENT_UNSIGNED.contains(&asked)
}
