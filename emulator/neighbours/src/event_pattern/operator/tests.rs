//! The refusals of entries, first those that AWS was seen to give, place and all (O), then the rest.

use crate::event_pattern::EventPattern;

fn refusal(text: &str) -> String {
    EventPattern::parse(text)
        .expect_err(text)
        .reason()
        .to_owned()
}

/// Patterns, reasons and columns (O).
const RECORDED: &[(&str, &str, usize)] = &[
    (
        r#"{"int": 42}"#,
        "\"int\" must be an object or an array",
        11,
    ),
    (
        r#"{"string": "my-value"}"#,
        "\"string\" must be an object or an array",
        13,
    ),
    (r#"{"resources": []}"#, "Empty arrays are not allowed", 17),
    (
        r#"{"source": ["aws.health"], "detail": {}}"#,
        "Empty objects are not allowed",
        40,
    ),
    (
        r#"{"my_key": [{"EXISTS": true}]}"#,
        "Unrecognized match type EXISTS",
        28,
    ),
    (
        r#"{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}"#,
        "Unrecognized match type NUMERIC",
        36,
    ),
    (
        r#"{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}"#,
        "Bad numeric range operator: >",
        49,
    ),
    (
        r#"{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}"#,
        "Value of < must be numeric",
        50,
    ),
    (
        r#"{"detail-type": [{"equals-ignore-case": ["ec2 instance state-change notification"]}]}"#,
        "equals-ignore-case match pattern must be a string",
        42,
    ),
    (
        r#"{"detail-type": [{"equals-ignore-case": {"prefix": "ec2"}}]}"#,
        "equals-ignore-case match pattern must be a string",
        42,
    ),
    (
        r#"{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}"#,
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        66,
    ),
    (
        r#"{"detail": {"FileName": [{"anything-but": {"suffix": 123}}]}}"#,
        "prefix/suffix match pattern must be a string",
        57,
    ),
    (
        r#"{"detail": {"FilePath": [{"anything-but": {"wildcard": 123}}]}}"#,
        "wildcard match pattern must be a string",
        59,
    ),
    (
        r#"{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}"#,
        "Value of anything-but must be an array or single string/number value.",
        55,
    ),
    (
        r#"{"EventBusArn": [{"wildcard": 123}]}"#,
        "wildcard match pattern must be a string",
        34,
    ),
    (
        r#"{"EventBusArn": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}"#,
        "Consecutive wildcard characters at pos 26",
        72,
    ),
    (
        r#"{"time": [{"prefix": ["2022-07-13"]}]}"#,
        "prefix match pattern must be a string",
        23,
    ),
    (
        r#"{"time": [{"prefix": 123}]}"#,
        "prefix match pattern must be a string",
        25,
    ),
    (
        r#"{"FileName": [{"suffix": [".png"]}]}"#,
        "suffix match pattern must be a string",
        27,
    ),
    (
        r#"{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}"#,
        "prefix match pattern must be a string",
        43,
    ),
    (
        "this is valid json but not a dict",
        "Unrecognized token 'this': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or \
         'false')",
        5,
    ),
    (
        "{'bad': 'quotation'}",
        "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        2,
    ),
    (
        "{\"not\": closed mark\"",
        "Unrecognized token 'closed': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or \
         'false')",
        15,
    ),
    (
        r#"["not", "a", "dict", "but valid json"]"#,
        "Filter is not an object",
        2,
    ),
];

#[test]
fn recorded_refusals_are_repeated_to_the_letter() {
    for (text, reason, column) in RECORDED {
        let place = format!("\n at [Source: (String)\"{text}\"; line: 1, column: {column}]");
        assert_eq!(refusal(text), format!("{reason}{place}"));
    }
}

#[test]
fn recorded_refusals_within_lists_tell_the_place_twice() {
    let cases = [
        (
            r#"{"detail": {"state": [{"anything-but": {"equals-ignore-case": [123, 456]}}]}}"#,
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
            67,
        ),
        (
            r#"{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}"#,
            "wildcard match pattern must be a string",
            57,
        ),
        (
            r#"{"detail": {"FileName": [{"anything-but": {"suffix": [123, ".txt"]}}]}}"#,
            "prefix/suffix match pattern must be a string",
            58,
        ),
    ];
    for (text, reason, column) in cases {
        let place = format!("\n at [Source: (String)\"{text}\"; line: 1, column: {column}]");
        assert_eq!(refusal(text), format!("{reason}{place}{place}"));
    }
}

#[test]
fn recorded_refusals_without_a_place() {
    let cases = [
        (
            r#"{"a": [{"cidr": "bad"}]}"#,
            "Malformed CIDR, one '/' required",
        ),
        (
            r#"{"a": [{"cidr": "10.0.0.0/xx"}]}"#,
            "Malformed CIDR, mask bits must be an integer",
        ),
        (
            r#"{"a": [{"cidr": "xx.11.xx/8"}]}"#,
            "Nonstandard IP address: xx.11.xx",
        ),
        (
            r#"{"EventBusArn": [{"wildcard": "*:*:*:*:*:event-bus/*"}]}"#,
            "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a \
             wildcard character",
        ),
    ];
    for (text, reason) in cases {
        assert_eq!(refusal(text), reason);
    }
}

/// What is said of most objects with a second name.
const TWO: &str = "Only one key allowed in match expression";

/// Lists of a field and reasons, as Ruler's compiler has them (I).
const DAMAGED: &[(&str, &str)] = &[
    (
        "[[1]]",
        "Match value must be String, number, true, false, or null",
    ),
    ("[{}]", "Match expression name not found"),
    (
        r#"[{"exactly": 1}]"#,
        "exact match pattern must be a string",
    ),
    (r#"[{"exactly": "a", "b": 1}]"#, TWO),
    (r#"[{"prefix": "a", "suffix": "b"}]"#, TWO),
    (r#"[{"prefix": {}}]"#, "Prefix expression name not found"),
    (
        r#"[{"prefix": {"wildcard": "a"}}]"#,
        "Unsupported prefix pattern: wildcard",
    ),
    (
        r#"[{"suffix": {"wildcard": "a"}}]"#,
        "Unsupported suffix pattern: wildcard",
    ),
    (
        r#"[{"suffix": {"equals-ignore-case": 1}}]"#,
        "equals-ignore-case match pattern must be a string",
    ),
    (r#"[{"suffix": {"equals-ignore-case": "a", "b": 1}}]"#, TWO),
    (r#"[{"suffix": {"equals-ignore-case": "a"}, "b": 1}]"#, TWO),
    (r#"[{"wildcard": "a", "b": 1}]"#, TWO),
    (r#"[{"cidr": "10.0.0.0/8", "b": 1}]"#, TWO),
    (
        r#"[{"exists": "true"}]"#,
        "exists match pattern must be either true or false.",
    ),
    (r#"[{"exists": true, "b": 1}]"#, TWO),
    (r#"[{"numeric": 5}]"#, "Value of numeric must be an array."),
    (r#"[{"numeric": []}]"#, "Invalid member in numeric match: ]"),
    (
        r#"[{"numeric": [5]}]"#,
        "Invalid member in numeric match: 5",
    ),
    (
        r#"[{"numeric": ["!", 5]}]"#,
        "Unrecognized numeric range operator: !",
    ),
    (
        r#"[{"numeric": ["=", "5"]}]"#,
        "Value of equals must be numeric",
    ),
    (r#"[{"numeric": ["="]}]"#, "Value of equals must be numeric"),
    (
        r#"[{"numeric": ["=", 5, 6]}]"#,
        "Too many elements in numeric expression",
    ),
    (
        r#"[{"numeric": ["<", 5, ">", 0]}]"#,
        "Too many elements in numeric expression",
    ),
    (
        r#"[{"numeric": [">=", null]}]"#,
        "Value of >= must be numeric",
    ),
    (
        r#"[{"numeric": [">", 5, 6]}]"#,
        "Bad value in numeric range: 6",
    ),
    (
        r#"[{"numeric": [">", 0, "<", 5, 6]}]"#,
        "Too many terms in numeric range expression",
    ),
    (
        r#"[{"numeric": [">", 5, "<", 5]}]"#,
        "Bottom must be less than top",
    ),
    (
        r#"[{"numeric": [">", 5e10]}]"#,
        "Value must be between -5.0E9 and 5.0E9, inclusive",
    ),
    (
        r#"[{"numeric": [">", 0, "<=", 5e10]}]"#,
        "Value must be between -5.0E9 and 5.0E9, inclusive",
    ),
    (
        r#"[{"numeric": ["=", 5], "b": 1}]"#,
        "Too many elements in numeric expression",
    ),
];

#[test]
fn other_damage_is_refused() {
    for (list, reason) in DAMAGED {
        let told = refusal(&format!("{{\"a\": {list}}}"));
        assert_eq!(told.split("\n at ").next(), Some(*reason), "{list}");
        assert_eq!(told.matches("\n at ").count(), 1, "{list}");
    }
}
