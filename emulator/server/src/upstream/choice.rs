//! Which upstream was named for what, as it is said on a command line, in a variable or in a file.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use hyper::Uri;
use hyper::http::uri::{Authority, Scheme};

/// An endpoint that calls are forwarded to: for one service, or for all that are not emulated here.
///
/// Read from `URL` or `SERVICE=URL`, such as `http://localhost:5000` and `s3=http://localhost:9000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamChoice {
    /// The service, by botocore's name, its name in signatures, or its label in host names; `None` for all.
    pub service: Option<String>,
    /// Where it is.
    pub url: UpstreamUrl,
}

/// The URL of an upstream: `http` or `https`, a host, and perhaps a path that precedes those of all calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamUrl {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    /// Begins with a slash and does not end in one; or empty.
    pub(crate) prefix: String,
}

impl FromStr for UpstreamChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (service, url) = match text.split_once('=') {
            Some((service, url)) if !service.contains(['/', ':']) => (Some(service), url),
            _ => (None, text),
        };
        if let Some(service) = service {
            check_service(service)?;
        }
        Ok(Self {
            service: service.map(str::to_owned),
            url: url.parse()?,
        })
    }
}

impl UpstreamChoice {
    /// Whether it is the server that listens there.
    pub(crate) fn leads_to(&self, listening: SocketAddr) -> bool {
        let default_port = if self.url.scheme == Scheme::HTTPS {
            443
        } else {
            80
        };
        let port = self.url.authority.port_u16().unwrap_or(default_port);
        let host = self.url.authority.host().trim_matches(['[', ']']);
        let is_here = match host.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || ip.is_unspecified() || ip == listening.ip(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        };
        port == listening.port() && is_here
    }
}

impl fmt::Display for UpstreamChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(service) = &self.service {
            write!(f, "{service}=")?;
        }
        self.url.fmt(f)
    }
}

fn check_service(service: &str) -> Result<(), String> {
    if service == "cloudtrail" {
        return Err("CloudTrail is what is emulated here, and cannot be elsewhere".to_owned());
    }
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    if service.is_empty() || !service.bytes().all(fits) {
        return Err(format!(
            "\"{service}\" is no name of a service; expected one such as s3, logs or dynamodb"
        ));
    }
    Ok(())
}

impl FromStr for UpstreamUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no URL of an upstream; expected one such as http://localhost:5000"
            )
        };
        let parts = text.parse::<Uri>().map_err(|_| wrong())?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(wrong());
        };
        let is_http = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        let target = parts.path_and_query.as_ref();
        let has_query = target.is_some_and(|target| target.query().is_some());
        if !is_http || has_query || authority.as_str().contains('@') || authority.host().is_empty()
        {
            return Err(wrong());
        }
        let prefix = target.map_or("", |target| target.path());
        Ok(Self {
            scheme,
            authority,
            prefix: prefix.trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

/// The keys that forwarded calls are signed with anew.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamKeys {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token, for temporary keys.
    pub session_token: Option<String>,
}

impl fmt::Debug for UpstreamKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing that signs is ever printed.
        f.debug_struct("UpstreamKeys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_stand_alone_or_after_a_service() {
        for (text, service, url) in [
            ("http://localhost:5000", None, "http://localhost:5000"),
            ("http://localhost:5000/", None, "http://localhost:5000"),
            ("s3=https://minio", Some("s3"), "https://minio"),
            ("http://h/a/b/", None, "http://h/a/b"),
            ("http://h/a=b", None, "http://h/a=b"),
            (
                "cognito-idp=http://[::1]:1",
                Some("cognito-idp"),
                "http://[::1]:1",
            ),
        ] {
            let choice: UpstreamChoice = text.parse().unwrap();
            assert_eq!(choice.service.as_deref(), service, "{text}");
            assert_eq!(choice.url.to_string(), url, "{text}");
        }
    }

    #[test]
    fn what_is_no_upstream_is_refused() {
        for wrong in [
            "",
            "localhost:5000",
            "ftp://h",
            "http://",
            "http://user:secret@h",
            "http://h/?q=1",
            "s3=",
            "=http://h",
            "S3=http://h",
            "cloudtrail=http://h",
        ] {
            assert!(wrong.parse::<UpstreamChoice>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_server_is_not_its_own_upstream() {
        for (url, is_itself) in [
            ("http://127.0.0.1:4566", true),
            ("http://localhost:4566", true),
            ("s3=http://[::1]:4566", true),
            ("http://127.0.0.1:4567", false),
            ("http://moto:4566", false),
        ] {
            let choice: UpstreamChoice = url.parse().unwrap();
            let listening = "127.0.0.1:4566".parse().unwrap();
            assert_eq!(choice.leads_to(listening), is_itself, "{url}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let keys = UpstreamKeys {
            access_key_id: "AKIAEXAMPLE".to_owned(),
            secret_access_key: "hidden".to_owned(),
            session_token: Some("hidden".to_owned()),
        };
        assert!(!format!("{keys:?}").contains("hidden"));
    }
}
