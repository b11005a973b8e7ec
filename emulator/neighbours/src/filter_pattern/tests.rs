//! The examples of AWS's documentation, patterns that are damaged, and noise.

use super::{Extracted, FilterPattern, InvalidPattern, MAX_PATTERN_CHARACTERS};

#[track_caller]
fn check(source: &str, hits: &[&str], misses: &[&str]) {
    let pattern = FilterPattern::parse(source).unwrap();
    assert_eq!(pattern.source(), source);
    for hit in hits {
        assert!(pattern.matches(hit), "{source} misses {hit}");
        assert!(pattern.extract(hit).is_some(), "{source} misses {hit}");
    }
    for miss in misses {
        assert!(!pattern.matches(miss), "{source} hits {miss}");
        assert!(pattern.extract(miss).is_none(), "{source} hits {miss}");
    }
}

fn extracted<const N: usize>(pairs: [(&str, &str); N]) -> Extracted {
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

const BAD: &str = "[ERROR 400] BAD REQUEST";
const UNAUTHORIZED: &str = "[ERROR 401] UNAUTHORIZED REQUEST";
const MISSING: &str = "[ERROR 419] MISSING ARGUMENTS";
const INVALID: &str = "[ERROR 420] INVALID ARGUMENTS";

#[test]
fn documented_terms() {
    let all = [BAD, UNAUTHORIZED, MISSING, INVALID];
    check("ERROR", &all, &["[error]", "fine"]);
    check("ERROR ARGUMENTS", &[MISSING, INVALID], &[BAD, UNAUTHORIZED]);
    check("?ERROR ?ARGUMENTS", &all, &["[INFO] fine"]);
    check(
        "?ERROR ?ARGUMENTS REQUEST",
        &[
            "[INFO] REQUEST FAILED",
            "[WARN] UNAUTHORIZED REQUEST",
            "[ERROR] 400 BAD REQUEST",
        ],
        &[MISSING],
    );
    check(
        "\"INTERNAL SERVER ERROR\"",
        &["[ERROR 500] INTERNAL SERVER ERROR"],
        &["INTERNAL ERROR SERVER"],
    );
    check(
        "ERROR -ARGUMENTS",
        &[BAD, UNAUTHORIZED],
        &[MISSING, INVALID],
    );
    check("\" \"", &all, &[]);
    check("", &[BAD, ""], &[]);
    check("  ", &[BAD, ""], &[]);
    check(
        "%AUTHORIZED%",
        &[UNAUTHORIZED, "[SUCCESS 200] AUTHORIZED REQUEST"],
        &[BAD],
    );
    check(
        "\"[ERROR]\" Exception",
        &["02 May 2014 [ERROR] InvalidQueryException"],
        &["[ERROR] x"],
    );
}

#[test]
fn terms_extract_nothing() {
    let pattern = FilterPattern::parse("ERROR").unwrap();
    assert_eq!(pattern.extract(BAD), Some(extracted([])));
    assert_eq!(pattern.extract("fine"), None);
}

const EVENT: &str = r#"{"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"], "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": null, "cluster.name": "c", "ThisFlag": true}"#;

#[test]
fn documented_json() {
    for source in [
        "{ $.eventType = \"UpdateTrail\" }",
        "{ $.sourceIPAddress != 123.123.* }",
        "{ $.arrayKey[0] = \"value\" }",
        "{ $.eventType = %Trail% }",
        "{ $.arrayKey[*] = %val.{2}% }",
        r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }",
        "{ $.['cluster.name'] = \"c\" }",
        "{ $.objectList[1].id = 2 }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.ThisFlag IS TRUE }",
        "{ $.eventType = \"*\" && $.sourceIPAddress != 123.123.* }",
    ] {
        check(
            source,
            &[EVENT],
            &["{\"SomeOtherObject\": 1}", "[]", "text"],
        );
    }
    check("{ $.users = 1 }", &[], &["{\"users\": [1, 2, 3]}"]);
    check("{ $.users != 1 }", &[], &["{\"users\": [1, 2, 3]}"]);
}

#[test]
fn documented_json_numbers() {
    check(
        "{ $.bandwidth > 75 }",
        &["{\"bandwidth\": 75.1}"],
        &["{\"bandwidth\": 75}"],
    );
    check(
        "{ $.latency < 50 }",
        &["{\"latency\": 49}"],
        &["{\"latency\": 50}"],
    );
    check(
        "{ $.refreshRate >= 60 }",
        &["{\"refreshRate\": 60}"],
        &["{\"refreshRate\": 59}"],
    );
    check(
        "{ $.responseTime <= 5 }",
        &["{\"responseTime\": 5e0}"],
        &["{\"responseTime\": 6}"],
    );
    check(
        "{ $.errorCode = 400}",
        &["{\"errorCode\": 400}"],
        &["{\"errorCode\": 404}"],
    );
    check(
        "{ $.errorCode != 500 }",
        &["{\"errorCode\": 400}"],
        &["{\"errorCode\": 500}", "{}"],
    );
    check(
        "{ $.number[0] = 1e+3 }",
        &["{\"number\": [1000]}"],
        &["{\"number\": [1]}"],
    );
    check(
        "{ $.number[0] != 1e-3 }",
        &["{\"number\": [1]}"],
        &["{\"number\": [0.001]}"],
    );
    check(
        "{ $.numbers[0] < 10e-3 }",
        &["{\"numbers\": [0.001]}"],
        &["{\"numbers\": [1]}"],
    );
    check(
        "{ $.latency > +1000 }",
        &["{\"latency\": 1001}"],
        &["{\"latency\": -1001}"],
    );
    let latency = FilterPattern::parse("{ $.latency = * }").unwrap();
    let message = r#"{"latency": 50, "requestType": "GET"}"#;
    assert_eq!(
        latency.extract(message),
        Some(extracted([("$.latency", "50")]))
    );
}

#[test]
fn documented_compounds() {
    let object = r#"{"user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
        "actions": ["GET", "PUT", "DELETE"], "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]]}"#;
    check(
        "{ ($.user.id = 1) && ($.users[0].email = \"John.Doe@example.com\") }",
        &[object],
        &[],
    );
    check(
        "{ $.user.email = \"John.Stiles@example.com\" || $.coordinates[0][1] = \"nonmatch\" && \
         $.actions[2] = \"nonmatch\" }",
        &[object],
        &[],
    );
    check(
        "{ ($.user.email = \"John.Stiles@example.com\" || $.coordinates[0][1] = \"nonmatch\") && \
         $.actions[2] = \"nonmatch\" }",
        &[],
        &[object],
    );
    check(
        "{ ($.user.id = 2 && $.users[0].email = \"nonmatch\") || $.actions[2] = \"GET\" }",
        &[],
        &[object],
    );
}

const ACCESS: &str =
    r#"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;

#[test]
fn documented_fields() {
    for source in [
        r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
        "[..., request =*.html*, status_code = 4*, bytes]",
        "[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]",
        "[ip, user, username, timestamp, request, status_code = 4* && status_code != 403, bytes]",
        "[ip, server, username, timestamp, request, status_code, bytes > 1000]",
        "[..., status_code, bytes]",
        "[ip, user, ..., status_code, bytes]",
        "[ip, user, ...]",
    ] {
        check(source, &[ACCESS], &["", "127.0.0.1"]);
    }
    let named = FilterPattern::parse(
        "[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
    );
    assert_eq!(
        named.unwrap().extract(ACCESS),
        Some(extracted([
            ("$bytes", "1534"),
            ("$status_code", "404"),
            ("$request", "GET /index.html HTTP/1.0"),
            ("$timestamp", "10/Oct/2000:13:25:15 -0700"),
            ("$username", "frank"),
            ("$user", "Prod"),
            ("$ip", "127.0.0.1"),
        ]))
    );
}

#[test]
fn documented_unnamed_fields() {
    for (source, five, six, seven) in [
        ("[]", "$5", "$6", "$7"),
        ("[..., size]", "$5", "$6", "$size"),
        (
            "[..., request=*.html*, status_code=4*,]",
            "$request",
            "$status_code",
            "$7",
        ),
    ] {
        assert_eq!(
            FilterPattern::parse(source).unwrap().extract(ACCESS),
            Some(extracted([
                ("$1", "127.0.0.1"),
                ("$2", "Prod"),
                ("$3", "frank"),
                ("$4", "10/Oct/2000:13:25:15 -0700"),
                (five, "GET /index.html HTTP/1.0"),
                (six, "404"),
                (seven, "1534"),
            ])),
            "{source}"
        );
    }
}

#[test]
fn documented_words_in_order() {
    let get = "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200";
    let post = "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310";
    let warning = "WARNING 09/25/2014 12:00:02 Invalid user request";
    let error = "ERROR 09/25/2014 12:00:02 Failed to process request";
    check("[w1=ERROR, w2]", &[error], &[get, post, warning]);
    check(
        "[w1=ERROR || w1=WARNING, w2]",
        &[error, warning],
        &[get, post],
    );
    check(
        "[w1!=ERROR && w1!=WARNING, w2]",
        &[get, post],
        &[error, warning],
    );
    check(
        "[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]",
        &[get],
        &[post, warning, error],
    );
    check(
        "[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]",
        &[post],
        &[get, warning, error],
    );
}

#[test]
fn refusals_speak_as_aws_does() {
    let refused = |source: &str| FilterPattern::parse(source).unwrap_err();
    assert_eq!(
        refused("a:b").to_string(),
        "Invalid character(s) in term ':'"
    );
    assert_eq!(
        refused("{ $.\"a\" = 1 }").to_string(),
        "Invalid character(s) in term '$.\"'"
    );
    assert_eq!(
        refused("{ $.a }").to_string(),
        "Invalid metric filter pattern"
    );
    assert_eq!(
        refused("{ $.a }").in_filter_log_events(),
        "Invalid filter pattern"
    );
    assert_eq!(
        refused("a:b").in_filter_log_events(),
        "Invalid character(s) in term ':'"
    );
    assert_eq!(
        refused("[ip, user, username, timestamp, request, status_code = 4* && bytes > 1000]"),
        InvalidPattern::Pattern
    );
    assert_eq!(
        refused("{ $.a = %(b)% }").to_string(),
        "Invalid character(s) in term '('"
    );
}

#[test]
fn length_is_counted_in_characters() {
    let phrase = |length: usize| format!("\"{}\"", "ü".repeat(length - 2));
    assert!(FilterPattern::parse(&phrase(MAX_PATTERN_CHARACTERS)).is_ok());
    let refused = FilterPattern::parse(&phrase(MAX_PATTERN_CHARACTERS + 1)).err();
    assert_eq!(refused, Some(InvalidPattern::TooLong));
}

/// Every cut and every change of one character of a good pattern is read or refused, and never more than that.
#[test]
fn damaged_patterns_do_no_harm() {
    let sources = [
        r#"{ ($.a[0].b-c = "x*" || $.['d.e'] != %f\x28[g-h]{1,2}%) && $.i NOT EXISTS || $.* IS NULL || $.k > 1e3 }"#,
        r#"[ip, (user = "a b" || user != 4*), ..., code > 1000 && code != %\d+%,]"#,
        r#"?ERROR "exact \"phrase\"" -%re[^g]ex|x$% - word"#,
    ];
    for source in sources {
        assert!(FilterPattern::parse(source).is_ok(), "{source}");
        for (at, _) in source.char_indices() {
            try_all(&source[..at]);
            for other in ["", "(", "]", "\"", "%", "\\", "é", "*", "."] {
                try_all(&format!("{}{other}{}", &source[..at], &source[at + 1..]));
            }
        }
    }
}

/// A pattern, good or bad, against messages of all kinds.
fn try_all(source: &str) {
    let Ok(pattern) = FilterPattern::parse(source) else {
        return;
    };
    for message in [
        "",
        "é",
        EVENT,
        ACCESS,
        "[ \" ] [",
        "{\"a\":[{\"b-c\":\"xy\"}],\"k\":1e400}",
        "{\"k\":-0.0}",
    ] {
        assert_eq!(
            pattern.matches(message),
            pattern.extract(message).is_some(),
            "{source}"
        );
    }
}

/// A small generator of the kind of Knuth's MMIX, so that every run sees the same noise.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// What noise is made of, between tildes.
const WORDS: &str = "{~}~[~]~(~)~$~$.~.~...~a~eventType~b_c~-~['~']~[0]~[*]~*~=~!=~<~>=~&&~||~|~&~\"~\"x*\"~%~%a+%~\
    \\~1~-1e9~1e999~IS~NULL~NOT EXISTS~TRUE~,~?~ ~\n~é~\u{1F600}~\0~{2,}~^~\\x4~:";

#[test]
fn noise_does_no_harm() {
    let words: Vec<&str> = WORDS.split('~').collect();
    let mut noise = Noise(20_140_328);
    let mut read = 0;
    for _ in 0..60_000 {
        let mut body = String::new();
        for _ in 0..noise.below(14) {
            body.push_str(noise.pick(&words));
        }
        let source = match noise.below(4) {
            0 => body,
            1 => format!("{{ $.a {body} }}"),
            2 => format!("[a{body}]"),
            _ => format!("%{body}%"),
        };
        let mut message = String::new();
        for _ in 0..noise.below(10) {
            message.push_str(noise.pick(&words));
        }
        if let Ok(pattern) = FilterPattern::parse(&source) {
            read += 1;
            assert_eq!(
                pattern.matches(&message),
                pattern.extract(&message).is_some()
            );
            try_all(&source);
        }
    }
    assert!(read > 1_000, "only {read} patterns were read");
}
