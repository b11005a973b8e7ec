//! Calls that CloudTrail never records (formats.md 4.1 and 3.3).

/// A service, and an operation or (with a star) how it begins.
const SILENT: [(&str, &str); 4] = [
    ("apigateway", "TestInvoke*"), // D
    ("cloudtrail", "*"),           // core records its own
    ("logs", "PutLogEvents"),      // D
    ("s3", "*"),                   // S3's own neighbour records it
];

/// Whether calls of an operation leave no record here.
pub(super) fn is_unrecorded(service: &str, operation: &str) -> bool {
    SILENT.iter().any(|(id, name)| {
        let is_named = match name.strip_suffix('*') {
            Some(prefix) => operation.starts_with(prefix),
            None => operation == *name,
        };
        *id == service && is_named
    })
}
