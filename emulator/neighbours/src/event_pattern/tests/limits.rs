//! What is damaged, too long, too deep or too odd: nothing of it may cost more than it should, or break anything.

use serde_json::{Value, json};

use super::instance_event;
use crate::event_pattern::{EventPattern, MAX_PATTERN_CHARACTERS, MAX_STEPS};

#[test]
fn or_is_refused_where_it_is_damaged() {
    let cases = [
        (
            r#"{"$or": {"a": [1]}}"#,
            "It must be an Array followed with $or.",
        ),
        (
            r#"{"$or": []}"#,
            "There must have at least 2 Objects in $or relationship.",
        ),
        (
            r#"{"$or": [{"a": [1]}]}"#,
            "There must have at least 2 Objects in $or relationship.",
        ),
        (
            r#"{"$or": [{"a": [1]}, 2]}"#,
            "Only JSON object is allowed in array of $or relationship.",
        ),
        (
            r#"{"$or": [{"a": [1]}, {}]}"#,
            "Empty objects are not allowed",
        ),
        (
            r#"{"$or": [{"numeric": 123}, {"prefix": "abc"}]}"#,
            "numeric is Ruler reserved fieldName which cannot be used inside $or.",
        ),
        (
            r#"{"$or": [{"a": {"prefix": ["b"]}}, {"b": [1]}]}"#,
            "prefix is Ruler reserved fieldName which cannot be used inside $or.",
        ),
    ];
    for (pattern, reason) in cases {
        let refusal = EventPattern::parse(pattern).expect_err(pattern);
        assert_eq!(
            refusal.reason().split("\n at ").next(),
            Some(reason),
            "{pattern}"
        );
    }
}

#[test]
fn only_objects_are_events_and_patterns() {
    let read = EventPattern::parse(r#"{"a": [{"exists": false}]}"#).expect("a pattern");
    for event in [json!([]), json!(null), json!("a"), json!([{"b": 1}])] {
        assert!(!read.matches(&event), "{event}");
    }
    for text in ["", "  ", "null", "1", "\"a\"", "[]"] {
        let refusal = EventPattern::parse(text).expect_err(text);
        assert!(
            refusal.reason().starts_with("Filter is not an object"),
            "{text}: {refusal}"
        );
    }
    assert!(EventPattern::parse("{\"a\": [1]} x").is_err());
}

#[test]
fn a_pattern_has_its_size() {
    let of = |length: usize| format!("{{\"a\": [\"{}\"]}}", "\u{e9}".repeat(length - 11));
    assert!(EventPattern::parse(&of(MAX_PATTERN_CHARACTERS)).is_ok());
    assert!(EventPattern::parse(&of(MAX_PATTERN_CHARACTERS + 1)).is_err());
    assert!(EventPattern::parse(&"x".repeat(1 << 20)).is_err());
}

#[test]
fn deep_and_wide_events_are_no_burden() {
    let read = EventPattern::parse(r#"{"a": {"a": {"b": [1]}}, "a.a.a.a.a.a.a.b": [2]}"#)
        .expect("a pattern");
    let mut event = json!([{"a": [{"b": 0}]}]);
    for _ in 0..500 {
        event = Value::Array(vec![event, json!({"a": [{"b": 0}, 1]})]);
    }
    let spelled: Vec<Value> = (0..200)
        .map(|_| json!({"a": [{"a": [{"b": 0}]}], "a.a": [{"b": 0}]}))
        .collect();
    let event = json!({"a": event, "a.a": spelled, "a.a.a": spelled, "a.a.a.a": spelled});
    assert!(!read.matches(&event));
}

#[test]
fn the_deepest_pattern_finds_its_field() {
    let depth = MAX_STEPS;
    let pattern = format!("{}[1]{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let read = EventPattern::parse(&pattern).expect("within the limit");
    let nested = |value: i32| {
        (0..depth).fold(json!(value), |inner, _| {
            let mut object = serde_json::Map::new();
            object.insert("a".to_owned(), Value::Array(vec![inner]));
            Value::Object(object)
        })
    };
    assert!(read.matches(&nested(1)));
    assert!(!read.matches(&nested(2)));
}

#[test]
fn many_combinations_and_many_elements_are_bearable() {
    let names: Vec<String> = (0..9).map(|at| format!(r#""n{at}":[1]"#)).collect();
    let or = r#"{"$or":[{"b":[1]},{"c":[{"exists":false}]}],"d":[2]}"#;
    let lists: Vec<String> = (0..9).map(|at| format!(r#""a{at}":{or}"#)).collect();
    let pattern = format!("{{{},{}}}", names.join(","), lists.join(","));
    let read = EventPattern::parse(&pattern).expect("512 combinations");
    let elements: Vec<Value> = (0..200).map(|at| json!({"b": at, "c": 1})).collect();
    let mut event = serde_json::Map::new();
    for at in 0..9 {
        event.insert(format!("n{at}"), json!(1));
        event.insert(format!("a{at}"), Value::Array(elements.clone()));
    }
    assert!(!read.matches(&Value::Object(event)));
}

/// A small generator, the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const SCRAPS: [&str; 48] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "\n",
    "{\"a\":",
    "\"a\"",
    "\"b\"",
    "\"a.b\"",
    "\"$or\":[",
    "\"$or\":",
    "{\"prefix\":",
    "{\"suffix\":",
    "{\"anything-but\":",
    "{\"wildcard\":",
    "{\"numeric\":[",
    "{\"cidr\":",
    "{\"exists\":",
    "{\"equals-ignore-case\":",
    "\">\",0",
    "\"<=\",5",
    "\"10.0.0.0/8\"",
    "\"*a*\"",
    "\"**\"",
    "\"\\\\*\"",
    "\"\\ud83d\"",
    "true",
    "false",
    "null",
    "0",
    "-1",
    "5e9",
    "1e999",
    "12345678901234567890",
    "\u{e9}",
    "\u{1F600}",
    "[1]",
    "[\"x\"]",
    "}]",
    "]}",
    "}}",
    "\u{0}",
    ".",
];

#[test]
fn no_text_and_no_event_is_too_much() {
    let mut chance = Chance(4_711);
    let events = [
        instance_event(),
        json!({"a": [{"b": 1}, [2]], "a.b": "x", "b": {"a": null}}),
        json!({}),
    ];
    let mut read = 0;
    for _ in 0..20_000 {
        let length = chance.below(12);
        let scraps: String = (0..length).map(|_| chance.one_of(&SCRAPS)).collect();
        let text = match chance.below(2) {
            0 => scraps,
            _ => format!("{{\"a\":[{scraps}]}}"),
        };
        if let Ok(pattern) = EventPattern::parse(&text) {
            read += 1;
            for event in &events {
                let _ = pattern.matches(event);
            }
        }
    }
    assert!(read > 0, "some of the texts are patterns");
}

#[test]
fn no_damage_of_a_pattern_is_too_much() {
    let whole = r#"{"a": {"$or": [{"b": [{"wildcard": "a*b\\*"}, 1]}, {"c.d": [{"anything-but": {"prefix": ["x"]}}]}]},
        "e": [{"numeric": [">", -1.5e3, "<=", 5]}, {"cidr": "::/8"}, {"exists": false}, "\u00e9", null]}"#;
    let mut chance = Chance(1_009);
    assert!(EventPattern::parse(whole).is_ok());
    for _ in 0..20_000 {
        let mut characters: Vec<char> = whole.chars().collect();
        for _ in 0..=chance.below(3) {
            let at = chance.below(characters.len());
            match chance.below(3) {
                0 => {
                    characters.remove(at);
                }
                1 => characters.insert(at, chance.one_of(&SCRAPS).chars().next().unwrap()),
                _ => {
                    let other = chance.below(characters.len());
                    characters.swap(at, other);
                }
            }
        }
        let text: String = characters.into_iter().collect();
        if let Ok(pattern) = EventPattern::parse(&text) {
            let _ = pattern
                .matches(&json!({"a": [{"b": "ab*"}, {"c": {"d": "y"}}], "e": [null, 2, "::1"]}));
        }
    }
}
