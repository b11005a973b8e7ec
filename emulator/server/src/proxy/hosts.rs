//! Which hosts are AWS's, and which name this server.

use hyper::http::uri::Authority;

/// The domains of AWS's endpoints in all its partitions, as botocore's partitions list them; that of Lambda function URLs and
/// the like; and the name that stands for this machine in settings made for LocalStack.
const DOMAINS: [&str; 16] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
    "on.aws",
    "localhost.localstack.cloud",
];

/// Whether what is said to this host is answered here: it is one of AWS's, or it names this server's own port. Other
/// ports of this machine are other programs.
pub(super) fn is_ours(authority: &Authority, own_port: u16) -> bool {
    authority.port_u16() == Some(own_port) || is_aws(authority.host())
}

fn is_aws(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_aws_and_this_server() {
        for (authority, ours) in [
            ("sts.amazonaws.com:443", true),
            ("STS.eu-west-1.Amazonaws.com.:443", true),
            ("b.s3.cn-north-1.amazonaws.com.cn:443", true),
            ("lambda.eu-west-1.api.aws:443", true),
            ("x.lambda-url.eu-west-1.on.aws:443", true),
            ("localhost:4566", true),
            ("emulator:4566", true),
            ("localhost:4567", false),
            ("localhost", false),
            ("example.com:443", false),
            ("notamazonaws.com:443", false),
            ("amazonaws.com.example.org:443", false),
            ("169.254.169.254:80", false),
        ] {
            assert_eq!(
                is_ours(&authority.parse().unwrap(), 4566),
                ours,
                "{authority}"
            );
        }
    }
}
