//! Which hosts are AWS's, and which name this server.

use hyper::http::uri::Authority;

/// The domains of AWS's endpoints in all its partitions, as botocore's partitions list them; that of Lambda function URLs and
/// the like; and a name of this machine.
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
    THIS_MACHINE,
];

/// The name that stands for this machine in settings made for LocalStack.
const THIS_MACHINE: &str = "localhost.localstack.cloud";

/// Whether what is said to this host is answered here: it is one of AWS's, or it names this server's own port. Other
/// ports of this machine are other programs.
pub(super) fn is_ours(authority: &Authority, own_port: u16) -> bool {
    authority.port_u16() == Some(own_port) || is_aws(authority.host())
}

/// Whether a service of AWS's is meant by a `Host`, and not this machine under whatever name.
pub(crate) fn names_a_service(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    localtrail_neighbours::bucket_of_host(host).is_some()
        || (is_aws(name) && !name.ends_with(THIS_MACHINE))
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
    fn hosts_of_services_and_of_this_machine() {
        for (host, is_a_service) in [
            ("sts.amazonaws.com", true),
            ("logs.s3.localhost:4566", true),
            ("logs.s3.amazonaws.com", true),
            ("localhost:4566", false),
            ("localtrail:4566", false),
            ("127.0.0.1:4566", false),
            ("localhost.localstack.cloud:4566", false),
            ("", false),
        ] {
            assert_eq!(names_a_service(host), is_a_service, "{host}");
        }
    }

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
