//! Which advanced selectors are refused, with which sentence, and how operators hold.

use super::*;

fn field(name: &str, operator: &str, values: &[&str]) -> serde_json::Value {
    serde_json::json!({"Field": name, operator: values})
}

fn selector(fields: &[serde_json::Value]) -> AdvancedSelector {
    serde_json::from_value(serde_json::json!({"FieldSelectors": fields})).unwrap()
}

fn sentence(fields: &[serde_json::Value]) -> String {
    validate(&[selector(fields)]).unwrap_err().to_string()
}

#[test]
fn each_sentence_of_aws() {
    let management = field("eventCategory", "Equals", &["Management"]);
    let data = field("eventCategory", "Equals", &["Data"]);
    assert_eq!(
        sentence(&[field("readOnly", "Equals", &["true"])]),
        "The following fields are required: [eventCategory]."
    );
    assert_eq!(
        sentence(&[field("eventCategory", "Equals", &["Metric"])]),
        "The eventCategory field value is not valid."
    );
    assert_eq!(
        sentence(&[field("eventCategory", "StartsWith", &["Data"])]),
        "Only the following operators are valid with the eventCategory field: [Equals]."
    );
    assert_eq!(
        sentence(&[management.clone(), field("eventName", "Equals", &["X"])]),
        "The following field is not allowed when the eventCategory field value equals Management: eventName."
    );
    assert_eq!(
        sentence(std::slice::from_ref(&data)),
        "The following selectors are required when the eventCategory field value equals Data: [resources.type]."
    );
    assert_eq!(
        sentence(&[field("eventCategory", "Equals", &["NetworkActivity"])]),
        "The following selectors are required when the eventCategory field value equals NetworkActivity: [eventSource]."
    );
    assert_eq!(
        sentence(&[management.clone(), management.clone()]),
        "A duplicate event selector was found for at least one field. Only one selector is allowed per field."
    );
    let many: Vec<String> = (0..501).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        sentence(&[data, field("resources.ARN", "StartsWith", &many)]),
        "There are too many filters applied. The maximum allowed number of filters is 500."
    );
}

/// A selector of this category that has what it must have, with one more field.
fn with(category: &str, more: serde_json::Value) -> Result<(), Refusal> {
    let required = match category {
        "Data" => Some(field("resources.type", "Equals", &["AWS::S3::Object"])),
        "NetworkActivity" => Some(field("eventSource", "Equals", &["kms.amazonaws.com"])),
        _ => None,
    };
    let category = field("eventCategory", "Equals", &[category]);
    let is_other = |field: &serde_json::Value| field["Field"] != more["Field"];
    let fields: Vec<_> = [category]
        .into_iter()
        .chain(required)
        .filter(is_other)
        .collect();
    validate(&[selector(&[fields, vec![more]].concat())])
}

#[test]
fn a_category_has_its_fields_and_no_other() {
    let every = [
        "readOnly",
        "eventName",
        "eventSource",
        "eventType",
        "resources.type",
        "resources.ARN",
        "sessionCredentialFromConsole",
        "userIdentity.arn",
        "errorCode",
        "vpcEndpointId",
        "awsRegion",
    ];
    for (category, allowed) in [
        ("Management", &["readOnly", "eventSource"][..]),
        ("Data", &every[..8]),
        (
            "NetworkActivity",
            &[
                "eventSource",
                "eventName",
                "errorCode",
                "vpcEndpointId",
                "userIdentity.arn",
            ],
        ),
    ] {
        for name in every {
            let refusal = with(category, field(name, "Equals", &["x"])).err();
            let not_allowed = format!(
                "The following field is not allowed when the eventCategory field value equals {category}: {name}."
            );
            let is_refused = refusal.is_some_and(|refusal| refusal.to_string() == not_allowed);
            assert_eq!(is_refused, !allowed.contains(&name), "{category} {name}");
        }
    }
}

const OPERATORS: [&str; 6] = [
    "Equals",
    "StartsWith",
    "EndsWith",
    "NotEquals",
    "NotStartsWith",
    "NotEndsWith",
];

#[test]
fn each_field_has_its_operators() {
    let s3 = "s3.amazonaws.com";
    for (category, name, value, allowed) in [
        ("Management", "readOnly", "true", &["Equals"][..]),
        (
            "Management",
            "eventSource",
            "kms.amazonaws.com",
            &["NotEquals"],
        ),
        (
            "Management",
            "eventSource",
            "rdsdata.amazonaws.com",
            &["NotEquals"],
        ),
        ("Data", "readOnly", "false", &["Equals"]),
        (
            "Data",
            "resources.type",
            "AWS::Lambda::Function",
            &["Equals"],
        ),
        ("Data", "resources.ARN", "arn:aws:s3:::b/", &OPERATORS),
        ("Data", "eventName", "GetObject", &OPERATORS),
        ("Data", "eventSource", s3, &OPERATORS),
        ("Data", "eventType", "AwsApiCall", &OPERATORS),
        (
            "Data",
            "userIdentity.arn",
            "arn:aws:iam::111122223333:user/bob",
            &OPERATORS,
        ),
        (
            "Data",
            "sessionCredentialFromConsole",
            "true",
            &["Equals", "NotEquals"],
        ),
        ("NetworkActivity", "eventSource", s3, &["Equals"]),
        ("NetworkActivity", "eventName", "GetObject", &OPERATORS),
        (
            "NetworkActivity",
            "errorCode",
            "VpceAccessDenied",
            &["Equals"],
        ),
        ("NetworkActivity", "vpcEndpointId", "vpce-1", &OPERATORS),
    ] {
        for operator in OPERATORS {
            let answer = with(category, field(name, operator, &[value]));
            if allowed.contains(&operator) {
                assert_eq!(answer, Ok(()), "{category} {name} {operator}");
            } else {
                let sentence = format!(
                    "Only the following operators are valid with the {name} field: [{}].",
                    allowed.join(", ")
                );
                assert_eq!(
                    answer.unwrap_err().to_string(),
                    sentence,
                    "{category} {operator}"
                );
            }
        }
    }
}

#[test]
fn a_field_has_the_values_of_its_list_and_one_where_one_is_meant() {
    let s3 = "s3.amazonaws.com";
    for (category, name, operator, values) in [
        ("Management", "readOnly", "Equals", &["True"][..]),
        ("Management", "eventSource", "NotEquals", &[s3]),
        ("Data", "resources.type", "Equals", &["AWS::KMS::Key"]),
        (
            "Data",
            "resources.type",
            "Equals",
            &["AWS::S3::Object", "AWS::SNS::Topic"],
        ),
        (
            "NetworkActivity",
            "eventSource",
            "Equals",
            &["signin.amazonaws.com"],
        ),
        (
            "NetworkActivity",
            "eventSource",
            "Equals",
            &[s3, "kms.amazonaws.com"],
        ),
        ("NetworkActivity", "errorCode", "Equals", &["AccessDenied"]),
    ] {
        let refusal = with(category, field(name, operator, values)).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!("The {name} field value is not valid.")
        );
    }
    assert!(with("Data", serde_json::json!({"Field": "eventName"})).is_err());
}

#[test]
fn lambda_arns_are_unqualified_where_they_are_exact() {
    let with = |operator: &str, arn: &str| {
        validate(&[selector(&[
            field("eventCategory", "Equals", &["Data"]),
            field("resources.type", "Equals", &["AWS::Lambda::Function"]),
            field("resources.ARN", operator, &[arn]),
        ])])
    };
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:f";
    assert_eq!(with("Equals", arn), Ok(()));
    for bad in [
        format!("{arn}:1"),
        format!("{arn}:"),
        format!("{arn}.x"),
        format!("{arn}/x"),
        format!("{arn}*"),
        format!("{arn}:$LATEST"),
        format!("{arn}:alias"),
    ] {
        assert!(with("Equals", &bad).is_err(), "{bad}");
        assert!(with("NotEquals", &bad).is_err(), "{bad}");
        assert_eq!(with("StartsWith", &bad), Ok(()), "{bad}");
    }
}

#[test]
fn operators_hold_as_documented() {
    let holds = |json: serde_json::Value, found: &[&str]| {
        let field: FieldSelector = serde_json::from_value(json).unwrap();
        field.holds(&found.iter().map(|&f| f.to_owned()).collect::<Vec<_>>())
    };
    assert!(holds(field("f", "Equals", &["a", "b"]), &["b"]));
    assert!(!holds(field("f", "Equals", &["a"]), &[]));
    assert!(holds(field("f", "NotEquals", &["a"]), &[]));
    assert!(!holds(field("f", "NotStartsWith", &["x", "a"]), &["abc"]));
    assert!(holds(field("f", "EndsWith", &["c"]), &["abc"]));
    assert!(!holds(
        serde_json::json!({"Field": "f", "StartsWith": ["a"], "NotEndsWith": ["c"]}),
        &["abc"]
    ));
}
