//! Signatures, checked: who may come in, how everybody else is refused, and that nothing of a refused call stays.

#![allow(clippy::unwrap_used)] // A helper that fails fails its test.

mod support;

use localtrail::{ClockMode, Emulator};
use serde_json::Value;
use support::sigv4::{Signer, assert_xml, declare, hash, s3, sent};
use support::{Answer, send};

const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails";
const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: &str = "application/x-www-form-urlencoded";
const DOES_NOT_MATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

fn emulator() -> Emulator {
    Emulator::builder()
        .check_signatures()
        .start_blocking()
        .unwrap()
}

fn list_trails(emulator: &Emulator, signer: &Signer) -> Answer {
    list_trails_with(emulator, signer, &[])
}

fn list_trails_with(emulator: &Emulator, signer: &Signer, more: &[(&str, &str)]) -> Answer {
    let given = [
        &[
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", TARGET),
        ],
        more,
    ]
    .concat();
    let headers = signer.headers("POST", "/", &given, &hash(b"{}"));
    sent(emulator, "POST", "/", &headers, "{}")
}

fn caller_identity(emulator: &Emulator, signer: &Signer) -> Answer {
    let headers = signer.headers(
        "POST",
        "/",
        &[("content-type", FORM)],
        &hash(IDENTITY.as_bytes()),
    );
    sent(emulator, "POST", "/", &headers, IDENTITY)
}

#[track_caller]
fn assert_json(answer: &Answer, code: &str, message: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["__type"], code, "{answer:?}");
    assert_eq!(answer.json()["message"], message);
    assert!(answer.header("x-amzn-requestid").is_some());
}

/// No call was recorded.
#[track_caller]
fn assert_no_event(emulator: &Emulator) {
    assert_eq!(emulator.events(&[]).unwrap(), Vec::<Value>::new());
}

#[test]
fn whoever_signs_rightly_is_who_they_say() {
    let emulator = emulator();
    for access_key in ["test", "123456789012"] {
        let signer = |service| Signer {
            access_key,
            ..Signer::new(service)
        };
        assert_eq!(list_trails(&emulator, &signer("cloudtrail")).status, 200);
        let account = if access_key == "test" {
            "000000000000"
        } else {
            access_key
        };
        let answer = caller_identity(&emulator, &signer("sts"));
        assert!(
            answer
                .body
                .contains(&format!("<Account>{account}</Account>")),
            "{answer:?}"
        );
        assert_eq!(s3(&emulator, &signer("s3"), "GET", "/", "").status, 200);
    }
    let declared = declare(&emulator, None);
    assert_eq!(list_trails(&emulator, &declared).status, 200);
    let events = emulator.events(&[("eventName", "ListTrails")]).unwrap();
    let by: Vec<_> = events
        .iter()
        .map(|event| &event["userIdentity"]["type"])
        .collect();
    assert_eq!(by, ["Root", "IAMUser", "IAMUser"]);
    assert_eq!(events[0]["userIdentity"]["accessKeyId"], "ASIAQ3EXAMPLE");
}

#[test]
fn requests_without_a_signature_are_refused() {
    let emulator = emulator();
    let call = [
        ("X-Amz-Target", TARGET),
        ("Content-Type", "application/x-amz-json-1.1"),
    ];
    assert_json(
        &send(emulator.endpoint_url(), "POST", "/", &call, "{}"),
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    );
    let form = [("Content-Type", FORM)];
    assert_xml(
        &send(emulator.endpoint_url(), "POST", "/", &form, IDENTITY),
        403,
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
    );
    assert_no_event(&emulator);
    // S3 answers whom a policy lets in; nobody is, so far.
    let anonymous = send(emulator.endpoint_url(), "GET", "/logs/key", &[], "");
    assert_eq!(anonymous.status, 404, "{anonymous:?}");
    assert_eq!(
        s3(&emulator, &Signer::new("s3"), "PUT", "/logs", "").status,
        200
    );
    let anonymous = send(emulator.endpoint_url(), "GET", "/logs/key", &[], "");
    assert_xml(&anonymous, 403, "AccessDenied", "Access Denied");
}

#[test]
fn unknown_keys_and_wrong_secrets_are_refused() {
    let emulator = emulator();
    let unknown = |service| Signer {
        access_key: "AKIAIOSFODNN7EXAMPLE",
        ..Signer::new(service)
    };
    let invalid = "The security token included in the request is invalid.";
    assert_json(
        &list_trails(&emulator, &unknown("cloudtrail")),
        "UnrecognizedClientException",
        invalid,
    );
    let answer = caller_identity(&emulator, &unknown("sts"));
    assert_xml(&answer, 403, "InvalidClientTokenId", invalid);
    let answer = s3(&emulator, &unknown("s3"), "GET", "/", "");
    let sentence = "The AWS Access Key Id you provided does not exist in our records.";
    assert_xml(&answer, 403, "InvalidAccessKeyId", sentence);
    assert!(
        answer
            .body
            .contains("<AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE</AWSAccessKeyId>")
    );

    let wrong = |service| Signer {
        secret: "tset",
        ..Signer::new(service)
    };
    assert_json(
        &list_trails(&emulator, &wrong("cloudtrail")),
        "InvalidSignatureException",
        DOES_NOT_MATCH,
    );
    let answer = caller_identity(&emulator, &wrong("sts"));
    assert_xml(&answer, 403, "SignatureDoesNotMatch", DOES_NOT_MATCH);
    let answer = s3(&emulator, &wrong("s3"), "GET", "/", "");
    let sentence = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
    assert_xml(&answer, 403, "SignatureDoesNotMatch", sentence);
    assert!(answer.body.contains("<StringToSign>AWS4-HMAC-SHA256\n"));
    assert!(
        answer
            .body
            .contains("<CanonicalRequest>GET\n/\n\nhost:localhost\n")
    );
    assert!(answer.body.contains("<StringToSignBytes>41 57 53 34 "));
    assert_no_event(&emulator);
}

#[test]
fn every_part_of_a_request_is_signed() {
    let emulator = emulator();
    let signer = Signer::new("cloudtrail");
    let given = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", TARGET),
    ];
    let headers = signer.headers("POST", "/", &given, &hash(b"{}"));
    assert_eq!(sent(&emulator, "POST", "/", &headers, "{}").status, 200);
    let changed = |at: usize, value: &str| {
        let mut headers = headers.clone();
        value.clone_into(&mut headers[at].1);
        sent(&emulator, "POST", "/", &headers, "{}")
    };
    for answer in [
        sent(&emulator, "POST", "/", &headers, "{ }"),
        sent(&emulator, "POST", "/?a=b", &headers, "{}"),
        sent(&emulator, "POST", "/a", &headers, "{}"),
        sent(&emulator, "PUT", "/", &headers, "{}"),
        changed(0, "application/json"),
        changed(2, &TARGET.replace("List", "Delete")),
    ] {
        assert_json(&answer, "InvalidSignatureException", DOES_NOT_MATCH);
    }
    // S3 is told the hash of the payload, and holds the payload against it.
    let payload = hash(b"one");
    let s3 = Signer::new("s3");
    sent(
        &emulator,
        "PUT",
        "/logs",
        &s3.headers(
            "PUT",
            "/logs",
            &[("x-amz-content-sha256", &hash(b""))],
            &hash(b""),
        ),
        "",
    );
    let headers = s3.headers(
        "PUT",
        "/logs/key",
        &[("x-amz-content-sha256", &payload)],
        &payload,
    );
    let answer = sent(&emulator, "PUT", "/logs/key", &headers, "two");
    assert_eq!(answer.status, 400);
    assert!(
        answer.body.contains("XAmzContentSHA256Mismatch"),
        "{answer:?}"
    );
    assert_eq!(
        sent(&emulator, "PUT", "/logs/key", &headers, "one").status,
        200
    );
}

#[test]
fn signatures_age() {
    let emulator = emulator();
    for seconds in [-290, 0, 290] {
        let signer = Signer::new("cloudtrail").at(seconds);
        assert_eq!(list_trails(&emulator, &signer).status, 200, "{seconds}");
    }
    let old = list_trails(&emulator, &Signer::new("cloudtrail").at(-320));
    let said = old.json()["message"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Signature expired: "), "{said}");
    assert!(said.contains(" is now earlier than ") && said.ends_with(" - 5 min.)"));
    let early = list_trails(&emulator, &Signer::new("cloudtrail").at(320));
    let said = early.json()["message"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Signature not yet current: "), "{said}");
    assert!(said.contains(" is still later than ") && said.ends_with(" + 5 min.)"));
    assert_eq!(early.json()["__type"], "InvalidSignatureException");

    for (seconds, beginning) in [
        (-950, "Signature expired: "),
        (950, "Signature not yet current: "),
    ] {
        let answer = caller_identity(&emulator, &Signer::new("sts").at(seconds));
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("<Code>SignatureDoesNotMatch</Code>"));
        assert!(answer.body.contains(&format!("<Message>{beginning}")));
        assert!(answer.body.contains(" 15 min.)</Message>"));
        let answer = s3(&emulator, &Signer::new("s3").at(seconds), "GET", "/", "");
        let sentence = "The difference between the request time and the current time is too large.";
        assert_xml(&answer, 403, "RequestTimeTooSkewed", sentence);
        assert!(answer.body.contains("<MaxAllowedSkewMilliseconds>900000</"));
    }
    assert_eq!(
        caller_identity(&emulator, &Signer::new("sts").at(-800)).status,
        200
    );
}

#[test]
fn the_emulators_clock_locks_nobody_out() {
    let emulator = Emulator::builder()
        .check_signatures()
        .clock("virtual=2031-01-01T00:00:00Z".parse::<ClockMode>().unwrap())
        .start_blocking()
        .unwrap();
    assert_eq!(
        list_trails(&emulator, &Signer::new("cloudtrail")).status,
        200
    );
    let events = emulator.events(&[]).unwrap();
    assert_eq!(events[0]["eventTime"], "2031-01-01T00:00:00Z");
}

#[test]
fn a_credential_for_something_else_is_refused() {
    let emulator = emulator();
    let signer = || Signer::new("cloudtrail");
    for (wrong, message) in [
        (
            Signer {
                service: "ec2",
                ..signer()
            },
            "Credential should be scoped to correct service: 'cloudtrail'. ",
        ),
        (
            Signer {
                region: "US",
                ..signer()
            },
            "Credential should be scoped to a valid region. ",
        ),
        (
            Signer {
                terminator: "aws3_request",
                ..signer()
            },
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3_request'. ",
        ),
        (
            Signer {
                service: "iam",
                region: "",
                ..signer()
            },
            "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'cloudtrail'. ",
        ),
    ] {
        let answer = list_trails(&emulator, &wrong);
        assert_json(&answer, "InvalidSignatureException", message);
    }
    let yesterday = Signer {
        day: Some("20200101"),
        ..signer()
    };
    let answer = list_trails(&emulator, &yesterday);
    let said = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(said.starts_with("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '"), "{said}");

    let bucket = |wrong: Signer| s3(&emulator, &wrong, "GET", "/", "");
    for (wrong, message) in [
        (
            Signer {
                region: "",
                ..Signer::new("s3")
            },
            "The authorization header is malformed; the region '' is wrong; expecting 'us-east-1'",
        ),
        (
            Signer {
                terminator: "x",
                ..Signer::new("s3")
            },
            "The authorization header is malformed; incorrect terminal &quot;x&quot;. This endpoint uses &quot;aws4_request&quot;.",
        ),
    ] {
        assert_xml(&bucket(wrong), 400, "AuthorizationHeaderMalformed", message);
    }
    assert_no_event(&emulator);
}

#[test]
fn incomplete_signatures_are_refused_with_what_is_missing() {
    let emulator = emulator();
    let ask = |authorization: &str| {
        let headers = [
            ("X-Amz-Target", TARGET),
            ("Content-Type", "application/x-amz-json-1.1"),
            ("Authorization", authorization),
        ];
        let answer = send(emulator.endpoint_url(), "POST", "/", &headers, "{}");
        assert_eq!(
            answer.json()["__type"],
            "IncompleteSignatureException",
            "{answer:?}"
        );
        answer.json()["message"].as_str().unwrap().to_owned()
    };
    let all = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. ";
    let no_date =
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    let hashed = "(Hashed with SHA-256 and encoded with Base64) Authorization=";
    assert!(ask("AWS4-HMAC-SHA256").starts_with(&format!("{all}{no_date}{hashed}")));
    assert!(ask("AWS AK:sig").starts_with(&format!("{all}{hashed}")));
    assert!(ask("AWS4-HMAC-SHA256 nonsense").starts_with("Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '"));
    let complete = "AWS4-HMAC-SHA256 Credential=AK/1, SignedHeaders=host, Signature=0";
    assert!(ask(complete).starts_with(no_date));

    let dated = |authorization: &str, date: &str| {
        let headers = [
            ("X-Amz-Target", TARGET),
            ("X-Amz-Date", date),
            ("Authorization", authorization),
        ];
        send(emulator.endpoint_url(), "POST", "/", &headers, "{}")
    };
    assert_json(
        &dated(complete, "20261123T160000Z"),
        "IncompleteSignatureException",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AK/1'",
    );
    let five = complete.replace("AK/1", "AK/1/2/3/4");
    assert_json(
        &dated(&five, "yesterday"),
        "IncompleteSignatureException",
        "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601",
    );

    let signer = Signer::new("cloudtrail");
    let headers: Vec<_> = signer
        .headers("POST", "/", &[("x-amz-target", TARGET)], &hash(b"{}"))
        .into_iter()
        .map(|(name, value)| (name, value.replace("SignedHeaders=host;", "SignedHeaders=")))
        .collect();
    assert_json(
        &sent(&emulator, "POST", "/", &headers, "{}"),
        "InvalidSignatureException",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
    assert_no_event(&emulator);
}

#[test]
fn temporary_keys_need_their_token() {
    let emulator = emulator();
    let signer = declare(&emulator, Some("t0ken=="));
    let token = |token: &'static str| [("x-amz-security-token", token)];
    assert_eq!(
        list_trails_with(&emulator, &signer, &token("t0ken==")).status,
        200
    );
    let invalid = "The security token included in the request is invalid.";
    for answer in [
        list_trails(&emulator, &signer),
        list_trails_with(&emulator, &signer, &token("another")),
    ] {
        assert_json(&answer, "UnrecognizedClientException", invalid);
    }
    let bucket = |more: &[(&str, &str)]| {
        let signer = Signer {
            service: "s3",
            ..signer.clone()
        };
        let empty = hash(b"");
        let given = [&[("x-amz-content-sha256", empty.as_str())], more].concat();
        let headers = signer.headers("GET", "/", &given, &empty);
        sent(&emulator, "GET", "/", &headers, "")
    };
    assert_eq!(bucket(&token("t0ken==")).status, 200);
    assert_xml(
        &bucket(&token("x")),
        400,
        "InvalidToken",
        "The provided token is malformed or otherwise invalid.",
    );
    assert_eq!(bucket(&[]).status, 403);
    // A permanent key has no token.
    let permanent = declare(&emulator, None);
    let answer = list_trails_with(&emulator, &permanent, &token("x"));
    assert_json(&answer, "UnrecognizedClientException", invalid);
}

#[test]
fn a_presigned_caller_identity_lives_a_quarter_of_an_hour() {
    let emulator = emulator();
    let open = |seconds: i64| {
        let signer = Signer::new("sts").at(seconds);
        let target = signer.presigned("GET", &format!("/?{IDENTITY}"), "60", &hash(b""));
        sent(&emulator, "GET", &target, &[], "").status
    };
    assert_eq!((open(0), open(-800), open(-1000)), (200, 200, 403));
}
