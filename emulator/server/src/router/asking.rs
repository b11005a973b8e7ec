//! Who asks, from where, of which region: what a request's head tells beside the call itself.

use std::borrow::Cow;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Uri};
use localtrail_core::{Caller, Origin, Region, Tls};
use localtrail_neighbours::{Asked, Signature};

use crate::credential::Credential;
use crate::serve::Peer;
use crate::site::Site;

/// Who asks, from where, of which region.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) caller: Caller,
    pub(crate) origin: Origin,
    pub(crate) region: Region,
    pub(crate) signature: Signature,
    /// The service of the credential scope, such as `ec2`.
    pub(crate) signed_for: Option<String>,
}

/// Whom an unsigned request is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strangers {
    /// Nobody known, as S3 does.
    Anonymous,
    /// The user of the default account, so that a test need not sign.
    DefaultUser,
}

impl Asking {
    pub(crate) fn new(
        site: &Site,
        peer: &Peer,
        parts: &Parts,
        credential: Option<Credential<'_>>,
        strangers: Strangers,
    ) -> Self {
        let host = host(&parts.uri, &parts.headers);
        let caller = match (&credential, strangers) {
            (Some(credential), _) => site.identities.caller(&credential.access_key),
            (None, Strangers::Anonymous) => site.identities.anonymous(),
            (None, Strangers::DefaultUser) => site.identities.unsigned(),
        };
        let origin = Origin {
            source_ip_address: peer.ip.clone(),
            user_agent: parts
                .headers
                .get("user-agent")
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            tls: peer.tls.as_ref().map(|agreed| Tls {
                tls_version: agreed.version.to_owned(),
                cipher_suite: agreed.suite.clone(),
                client_provided_host_header: host.to_owned(),
                key_exchange: agreed.group.clone(),
            }),
        };
        let signature = credential
            .as_ref()
            .map_or(Signature::None, |credential| credential.place);
        let signed_for = credential
            .as_ref()
            .map(|credential| credential.service.as_ref().to_owned());
        let region = credential
            .and_then(|credential| credential.region)
            .or_else(|| region_of(host))
            .unwrap_or_else(|| site.default_region.clone());
        Self {
            caller,
            origin,
            region,
            signature,
            signed_for,
        }
    }

    /// The same for a neighbour, with a fresh id for the request.
    pub(crate) fn asked(self, site: &Site) -> Asked {
        Asked {
            caller: self.caller,
            origin: self.origin,
            region: self.region,
            request_id: site.engine.request_id(),
            signature: self.signature,
            now: site.engine.clock.now(),
        }
    }
}

/// A header's value, where it is text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The host that the client named: of the target when it is a whole URL, else of the header.
pub(crate) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    uri.authority()
        .map(hyper::http::uri::Authority::as_str)
        .or_else(|| text(headers, "host"))
        .unwrap_or_default()
}

/// The region in a host such as `cloudtrail.eu-west-1.amazonaws.com` or `sts.eu-west-1.localhost:4566`.
pub(crate) fn region_of(host: &str) -> Option<Region> {
    host.split('.')
        .skip(1)
        .find(|label| looks_like_region(label))
        .and_then(Region::parse)
}

/// Two or more groups of letters, the first of two or three, then a digit: `us-east-1`, `us-gov-west-1`.
fn looks_like_region(label: &str) -> bool {
    let groups: Cow<'_, [&str]> = label.split('-').collect::<Vec<_>>().into();
    let [first, middle @ .., last] = groups.as_ref() else {
        return false;
    };
    let letters = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_lowercase());
    (2..=3).contains(&first.len())
        && letters(first)
        && !middle.is_empty()
        && middle.iter().all(letters)
        && last.len() == 1
        && last.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_name_regions() {
        let region = |host| region_of(host).map(String::from);
        assert_eq!(
            region("cloudtrail.eu-west-1.amazonaws.com").as_deref(),
            Some("eu-west-1")
        );
        assert_eq!(
            region("b.s3.us-gov-west-1.localhost:4566").as_deref(),
            Some("us-gov-west-1")
        );
        for none in [
            "localhost:4566",
            "my-bucket-1.localhost",
            "eu-west-1",
            "a.b-c.d",
            "",
        ] {
            assert_eq!(region(none), None, "{none}");
        }
    }
}
