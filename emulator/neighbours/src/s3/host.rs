//! The bucket that a Host header names, for virtual-host style addresses.

use std::net::IpAddr;

/// Domains below which a first label is a bucket even without an `s3` label: those that resolve to this machine.
const LOCAL_DOMAINS: [&str; 2] = ["localhost.localstack.cloud", "localhost"];

/// The bucket before the endpoint's own name; `None` for path-style addresses.
///
/// `BUCKET.s3.REGION.amazonaws.com`, `BUCKET.s3.DOMAIN`, `BUCKET.localhost` and the like. A host that is an address, or
/// whose domain is not known to be an endpoint, names no bucket.
pub fn bucket_of(host: &str) -> Option<String> {
    let name = without_port(host)
        .trim_end_matches('.')
        .to_ascii_lowercase();
    if name.parse::<IpAddr>().is_ok() || name.starts_with('[') {
        return None;
    }
    let (before, domain) = split_domain(&name)?;
    let labels: Vec<&str> = before
        .split('.')
        .filter(|label| !label.is_empty())
        .collect();
    let endpoint = labels.iter().rposition(|label| is_s3(label, domain));
    let bucket = match (endpoint, domain) {
        // After the service come at most "dualstack" and a region.
        (Some(at), _) if labels.len() - at <= 3 => &labels[..at],
        (_, Domain::Local) => &labels[..],
        _ => return None,
    };
    (!bucket.is_empty()).then(|| bucket.join("."))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Domain {
    Aws,
    Local,
    Other,
}

fn is_s3(label: &str, domain: Domain) -> bool {
    // Old AWS endpoints join service and region by a hyphen: s3-external-1, s3-eu-west-1.
    label == "s3" || domain == Domain::Aws && label.starts_with("s3-")
}

fn split_domain(name: &str) -> Option<(&str, Domain)> {
    for domain in ["amazonaws.com.cn", "amazonaws.com"] {
        if let Some(before) = name
            .strip_suffix(domain)
            .and_then(|rest| rest.strip_suffix('.'))
        {
            return Some((before, Domain::Aws));
        }
    }
    for domain in LOCAL_DOMAINS {
        if name == domain {
            return None;
        }
        if let Some(before) = name
            .strip_suffix(domain)
            .and_then(|rest| rest.strip_suffix('.'))
        {
            return Some((before, Domain::Local));
        }
    }
    // Any other domain: only an s3 label tells where the bucket ends.
    let at = name.find(".s3.")?;
    Some((&name[..at + ".s3".len()], Domain::Other))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_host() {
        for (host, bucket) in [
            ("localhost:4566", None),
            ("127.0.0.1:4566", None),
            ("[::1]:4566", None),
            ("::1", None),
            ("s3.localhost:4566", None),
            ("s3.us-east-1.localhost", None),
            ("b.localhost:4566", Some("b")),
            ("b.s3.localhost", Some("b")),
            (
                "my.dotted.bucket.s3.eu-west-1.localhost",
                Some("my.dotted.bucket"),
            ),
            ("s3-logs.localhost", Some("s3-logs")),
            ("b.localhost.localstack.cloud:4566", Some("b")),
            ("b.s3.localhost.localstack.cloud", Some("b")),
            ("s3.localhost.localstack.cloud", None),
            ("localhost.localstack.cloud", None),
            ("s3.amazonaws.com", None),
            ("s3.us-east-1.amazonaws.com", None),
            ("s3-external-1.amazonaws.com", None),
            ("b.s3.amazonaws.com", Some("b")),
            ("B.S3.eu-west-1.amazonaws.com", Some("b")),
            ("b.s3.dualstack.eu-west-1.amazonaws.com", Some("b")),
            ("b.s3-eu-west-1.amazonaws.com", Some("b")),
            ("b.s3.cn-north-1.amazonaws.com.cn", Some("b")),
            ("localtrail:4566", None),
            ("emulator.internal", None),
            ("b.s3.emulator.internal:80", Some("b")),
            ("", None),
        ] {
            assert_eq!(bucket_of(host).as_deref(), bucket, "{host}");
        }
    }
}
