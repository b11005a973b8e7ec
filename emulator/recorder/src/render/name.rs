//! `eventName`: the operation's name, with a date where Lambda writes one (formats.md 3.3).

use localtrail_model::catalogue::{Entry, Operation};

/// Operations of Lambda whose name ends in `v2` after the date (D, O).
const LAMBDA_V2: [&str; 9] = [
    "AddPermission",
    "GetFunction",
    "GetFunctionConfiguration",
    "GetPolicy",
    "RemovePermission",
    "TagResource",
    "UntagResource",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
];

/// Operations of Lambda that carry no date, old as they are (D).
const LAMBDA_PLAIN: [&str; 3] = ["GetAccountSettings", "Invoke", "InvokeAsync"];

/// The newest version of Lambda's API whose operations carry its date; later ones are plain (O:
/// PublishLayerVersion20181031, but GetFunctionCodeSigningConfig).
const LAMBDA_LAST_DATED: &str = "20181031";

/// Operations of S3 Control that are called otherwise in records (D).
const S3_CONTROL: [(&str, &str); 3] = [
    ("DeletePublicAccessBlock", "DeleteAccountPublicAccessBlock"),
    ("GetPublicAccessBlock", "GetAccountPublicAccessBlock"),
    ("PutPublicAccessBlock", "PutAccountPublicAccessBlock"),
];

/// The longest name of what the catalogue does not have, in bytes: whoever calls can make up any.
const LONGEST: usize = 128;

/// The name in the record.
pub(super) fn of(service: &Entry, operation: &Operation) -> String {
    match service.id {
        "lambda" => lambda(operation),
        "s3control" => {
            let row = S3_CONTROL.iter().find(|(name, _)| *name == operation.name);
            row.map_or(operation.name, |(_, told)| told).to_owned()
        }
        _ => operation.name.to_owned(),
    }
}

/// The name of what the catalogue does not have: as the request says it, else method and path (I).
pub(super) fn of_unknown(said: &str, method: &str, path: &str) -> String {
    match said {
        "" => format!("{method} {}", cut(path)),
        said => cut(said).to_owned(),
    }
}

/// The text up to the longest that a made-up name may be.
pub(super) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// The operation's date is the first part of its path (O).
fn lambda(operation: &Operation) -> String {
    let name = operation.name;
    let date: String = operation
        .uri
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let is_dated =
        date.len() == 8 && date.as_str() <= LAMBDA_LAST_DATED && !LAMBDA_PLAIN.contains(&name);
    match (is_dated, LAMBDA_V2.contains(&name)) {
        (false, _) => name.to_owned(),
        (true, false) => format!("{name}{date}"),
        (true, true) => format!("{name}{date}v2"),
    }
}

#[cfg(test)]
mod tests {
    use localtrail_model::catalogue::services;

    fn name(id: &str, operation: &str) -> String {
        let service = services()
            .iter()
            .find(|service| service.id == id)
            .expect("the catalogue has the service");
        let operation = service.operation(operation);
        super::of(service, operation.expect("and the operation"))
    }

    #[test]
    fn lambda_alone_writes_dates() {
        for (operation, expected) in [
            ("AddPermission", "AddPermission20150331v2"),
            ("CreateFunction", "CreateFunction20150331"),
            (
                "DeleteFunctionConcurrency",
                "DeleteFunctionConcurrency20171031",
            ),
            ("GetFunction", "GetFunction20150331v2"),
            (
                "GetFunctionCodeSigningConfig",
                "GetFunctionCodeSigningConfig",
            ),
            ("Invoke", "Invoke"),
            ("ListVersionsByFunction", "ListVersionsByFunction20150331"),
            ("PublishLayerVersion", "PublishLayerVersion20181031"),
            ("TagResource", "TagResource20170331v2"),
            ("CreateFunctionUrlConfig", "CreateFunctionUrlConfig"),
        ] {
            assert_eq!(name("lambda", operation), expected);
        }
        // CloudFront did until 2014; its guide's example of 2024 is plain, with an apiVersion (D).
        assert_eq!(
            name("cloudfront", "CreateInvalidation"),
            "CreateInvalidation"
        );
        assert_eq!(name("ec2", "RunInstances"), "RunInstances");
        assert_eq!(
            name("s3control", "PutPublicAccessBlock"),
            "PutAccountPublicAccessBlock"
        );
    }

    #[test]
    fn an_unknown_name_is_what_was_said_or_where_it_went() {
        assert_eq!(super::of_unknown("DoIt", "POST", "/"), "DoIt");
        assert_eq!(super::of_unknown("", "GET", "/a/b"), "GET /a/b");
        assert_eq!(super::of_unknown(&"é".repeat(100), "GET", "").len(), 128);
    }
}
