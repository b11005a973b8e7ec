//! Makes the events that are stored: CloudTrail records of a GetTrailStatus
//! shape with varied values, the same sequence in every run. Not a generator of
//! valid records: only sizes, repetition and randomness are like the real thing.

/// The lookup attributes of an event, in the order of [`Event::attributes`].
pub const ATTRIBUTES: usize = 8;
/// Index of EventId in [`Event::attributes`].
pub const EVENT_ID: usize = 0;
/// Index of EventName in [`Event::attributes`].
pub const EVENT_NAME: usize = 1;
/// Index of ResourceName in [`Event::attributes`].
pub const RESOURCE_NAME: usize = 5;

const NAMES: u64 = 20;
const SOURCES: u64 = 5;
const USERS: u64 = 50;
const RESOURCES: u64 = 1000;

/// One event: its time in milliseconds, its text and what it is looked up by.
pub struct Event {
    pub time: u64,
    pub text: Vec<u8>,
    pub attributes: [String; ATTRIBUTES],
}

/// The `seq`-th event: the same one whenever it is asked for.
pub fn event(seq: u64) -> Event {
    let mut random = Random::seeded(seq);
    let attributes = [
        uuid(&mut random),
        name(random.below(NAMES)),
        if random.below(4) == 0 {
            "false"
        } else {
            "true"
        }
        .to_owned(),
        format!("user-{:02}", random.below(USERS)),
        format!("AWS::CloudTrail::Type{}", random.below(10)),
        resource(random.below(RESOURCES)),
        format!("service{}.amazonaws.com", random.below(SOURCES)),
        format!(
            "AKIA{:016X}",
            random.below(USERS).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ),
    ];
    let time = 1_750_000_000_000 + seq * 10;
    let text = text(&attributes, time, &mut random).into_bytes();
    Event {
        time,
        text,
        attributes,
    }
}

/// The `n`-th event name; there are 20.
pub fn name(n: u64) -> String {
    format!("GetTrailStatus{:02}", n % NAMES)
}

/// The `n`-th resource name; there are 1000.
pub fn resource(n: u64) -> String {
    format!(
        "arn:aws:cloudtrail:us-east-1:123456789012:trail/trail-{:04}",
        n % RESOURCES
    )
}

fn text(attributes: &[String; ATTRIBUTES], time: u64, random: &mut Random) -> String {
    let [id, name, read_only, user, _, resource, source, key] = attributes;
    let (minute, second, millis) = (time / 60_000 % 60, time / 1000 % 60, time % 1000);
    let (request, octet, port) = (uuid(random), random.below(250), random.below(60_000));
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","principalId":"AIDA{key}","arn":"arn:aws:iam::123456789012:user/{user}","accountId":"123456789012","accessKeyId":"{key}","userName":"{user}","sessionContext":{{"attributes":{{"creationDate":"2025-06-15T15:{minute:02}:{second:02}Z","mfaAuthenticated":"false"}}}}}},"eventTime":"2025-06-15T16:{minute:02}:{second:02}Z","eventSource":"{source}","eventName":"{name}","awsRegion":"us-east-1","sourceIPAddress":"10.0.3.{octet}","userAgent":"aws-cli/2.27.41 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0-1029-aws md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython m/C,E,b,Z,N cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#cloudtrail.get-trail-status","requestParameters":{{"name":"{resource}"}},"responseElements":null,"additionalEventData":{{"isLogging":true,"latestDeliveryAttemptTime":"2025-06-15T16:{minute:02}:{second:02}Z","timeLoggingStarted":"2025-06-15T15:00:00.{millis:03}Z","port":{port}}},"requestID":"{request}","eventID":"{id}","readOnly":{read_only},"resources":[{{"accountId":"123456789012","type":"AWS::CloudTrail::Trail","ARN":"{resource}"}}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"cloudtrail.us-east-1.amazonaws.com"}}}}"#
    )
}

fn uuid(random: &mut Random) -> String {
    let (a, b) = (random.next(), random.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        a & 0xffff,
        a >> 16 & 0xfff,
        b & 0xfff,
        b >> 16
    )
}

/// A splitmix64 sequence: enough randomness here, and the same on every machine.
pub struct Random(u64);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x5851_F42D_4C95_7F2D)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
