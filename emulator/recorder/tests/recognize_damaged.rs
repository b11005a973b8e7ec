//! Damaged requests: a thousand of each protocol, made from whole ones by a generator with a fixed seed. Whatever they
//! are, recognition answers, and says of the request only what it says.

mod heads;

use heads::{Head, heads};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Uri};
use localtrail_model::catalogue::{Protocol, service};
use localtrail_recorder::Body;

const EACH: usize = 1_000;

/// SplitMix64: the same damages at every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Pieces that have broken parsers before.
const PIECES: [&str; 18] = [
    "", "/", "//", "..", "%", "%2", "%zz", "%00", "?", "&", "=", "&&==", "{", "+}", "Action=",
    "arn:", "\u{e9}", "\u{0}",
];

const SCOPES: [Option<&str>; 5] = [None, Some(""), Some("s3"), Some("\u{e9}/"), Some("ec2")];
const METHODS: [Method; 4] = [Method::GET, Method::PUT, Method::OPTIONS, Method::CONNECT];

fn damage(chance: &mut Chance, text: &mut Vec<u8>) {
    let at = chance.below(text.len() + 1);
    match chance.below(4) {
        0 => text.truncate(at),
        1 => {
            let piece = chance.pick(&PIECES).bytes();
            text.splice(at..at, piece);
        }
        2 if at < text.len() => text[at] = chance.next().to_le_bytes()[0],
        _ => {
            let end = at + chance.below(text.len() + 1 - at);
            text.drain(at..end);
        }
    }
}

/// Damages one part of a request. A head that HTTP itself would refuse stays as it was.
fn hurt(chance: &mut Chance, head: &mut Head) {
    match chance.below(6) {
        0 => {
            let mut uri = head.uri.clone().into_bytes();
            damage(chance, &mut uri);
            let whole = String::from_utf8_lossy(&uri).into_owned();
            if whole.parse::<Uri>().is_ok() {
                head.uri = whole;
            }
        }
        1 => damage(chance, &mut head.body),
        2 => {
            let mut host = head.host.clone().into_bytes();
            damage(chance, &mut host);
            head.host = String::from_utf8_lossy(&host).into_owned();
        }
        3 => {
            let names: Vec<HeaderName> = head.headers.keys().cloned().collect();
            if names.is_empty() {
                return;
            }
            let name = chance.pick(&names).clone();
            let mut value = head.headers[&name].as_bytes().to_vec();
            damage(chance, &mut value);
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                head.headers.insert(name, value);
            }
        }
        4 => head.scope = *chance.pick(&SCOPES),
        _ => head.method.clone_from(chance.pick(&METHODS)),
    }
}

fn whole(protocol: Protocol) -> (&'static str, &'static str) {
    match protocol {
        Protocol::Json => ("dynamodb", "PutItem"),
        Protocol::RestJson => ("lambda", "Invoke"),
        Protocol::Query => ("iam", "CreateUser"),
        Protocol::Ec2 => ("ec2", "RunInstances"),
        Protocol::RestXml => ("s3", "UploadPart"),
        Protocol::RpcV2Cbor => ("cloudwatch", "PutMetricData"),
    }
}

#[test]
fn a_thousand_damaged_requests_of_each_protocol_are_answered() {
    let protocols = [
        Protocol::Json,
        Protocol::RestJson,
        Protocol::Query,
        Protocol::Ec2,
        Protocol::RestXml,
        Protocol::RpcV2Cbor,
    ];
    for protocol in protocols {
        let (id, name) = whole(protocol);
        let entry = service(id).expect("a service");
        let operation = entry.operation(name).expect("an operation");
        let mut chance = Chance(7 + protocol as u64);
        let mut still_told = 0;
        for _ in 0..EACH {
            let mut all = heads(entry, operation);
            let place = all.iter().position(|head| head.protocol == protocol);
            let mut head = all.swap_remove(place.expect("the service speaks it"));
            for _ in 0..=chance.below(4) {
                hurt(&mut chance, &mut head);
            }
            still_told += usize::from(answer(&head, name));
        }
        assert!(
            still_told > EACH / 10,
            "{protocol:?}: {still_told} of {EACH} still told"
        );
        assert!(still_told < EACH, "{protocol:?}: nothing was damaged");
    }
}

/// Whether the operation is still told.
fn answer(head: &Head, name: &str) -> bool {
    let cut = head.body.len() / 2;
    let bodies = [
        Body::Whole(&head.body),
        Body::Cut(&head.body[..cut]),
        Body::default(),
    ];
    let found = head.recognized(bodies);
    for one in &found {
        // An operation is always of the service told, and by the name told.
        if let Some(operation) = one.operation {
            assert_eq!(operation.name, one.operation_name);
            let entry = one.service.expect("an operation has a service");
            assert!(entry.operation(operation.name).is_some());
        }
        if let Some(entry) = one.service {
            assert_eq!(entry.id, one.service_name);
        }
        assert!(!one.is_told_by_body() || one.operation.is_none());
        let _ = (one.takes_stream(), one.answers_stream());
    }
    found[0].operation.is_some_and(|one| one.name == name)
}
