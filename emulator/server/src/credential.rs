//! Reads what a request says of its signer: the access key and the credential scope.
//!
//! It verifies nothing (`signature` does, where signatures are checked) and decides nothing: whose key it is, is
//! `identity`'s business.

use std::borrow::Cow;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use localtrail_core::Region;
use localtrail_neighbours::Signature;

/// The signer's part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    /// The access key, as sent.
    pub(crate) access_key: Cow<'a, str>,
    /// The region of the scope; absent in old signatures and in those for all regions.
    pub(crate) region: Option<Region>,
    /// The service of the scope, such as `cloudtrail`; `s3` for the old signatures that only S3 still takes.
    pub(crate) service: Cow<'a, str>,
    /// Where it stood.
    pub(crate) place: Signature,
}

/// The credential of the Authorization header, else of a presigned URL; `None` for an unsigned request.
pub(crate) fn read<'a>(headers: &'a HeaderMap, query: Option<&'a str>) -> Option<Credential<'a>> {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(from_header)
        .or_else(|| query.and_then(from_query))
}

fn from_header(value: &str) -> Option<Credential<'_>> {
    if let Some(old) = value.strip_prefix("AWS ") {
        let (access_key, _signature) = old.split_once(':')?;
        return Some(s3_of_old(Cow::Borrowed(access_key), Signature::Header));
    }
    let (algorithm, parameters) = value.split_once(' ')?;
    if !algorithm.starts_with("AWS4-") {
        return None;
    }
    let scope = parameters
        .split(',')
        .find_map(|one| one.trim().strip_prefix("Credential="))?;
    let mut parts = scope.split('/');
    from_scope(
        std::array::from_fn(|_| parts.next().map(Cow::Borrowed)),
        Signature::Header,
    )
}

fn from_query(query: &str) -> Option<Credential<'_>> {
    if !query.contains("X-Amz-Credential=") && !query.contains("AWSAccessKeyId=") {
        return None;
    }
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| match name.as_ref() {
        "AWSAccessKeyId" => Some(s3_of_old(value, Signature::Query)),
        "X-Amz-Credential" => {
            let mut parts = value.split('/').map(|part| Cow::Owned(part.to_owned()));
            from_scope(std::array::from_fn(|_| parts.next()), Signature::Query)
        }
        _ => None,
    })
}

/// `KEY/DATE/REGION/SERVICE/aws4_request`, or without the region where one signature is for many regions.
fn from_scope(parts: [Option<Cow<'_, str>>; 5], place: Signature) -> Option<Credential<'_>> {
    let [access_key, _date, third, fourth, fifth] = parts;
    let (region, service) = match fifth {
        Some(_terminator) => (third.as_deref().and_then(Region::parse), fourth?),
        None => (None, third?),
    };
    Some(Credential {
        access_key: access_key.filter(|key| !key.is_empty())?,
        region,
        service,
        place,
    })
}

fn s3_of_old(access_key: Cow<'_, str>, place: Signature) -> Credential<'_> {
    Credential {
        access_key,
        region: None,
        service: Cow::Borrowed("s3"),
        place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn the_header_is_read() {
        let headers = signed(
            "AWS4-HMAC-SHA256 Credential=AKIA1/20261123/eu-west-1/cloudtrail/aws4_request, SignedHeaders=host, Signature=0",
        );
        let credential = read(&headers, None).unwrap();
        assert_eq!(credential.access_key, "AKIA1");
        assert_eq!(credential.region, Region::parse("eu-west-1"));
        assert_eq!(credential.service, "cloudtrail");
        assert_eq!(credential.place, Signature::Header);
    }

    #[test]
    fn a_signature_for_all_regions_has_none() {
        let headers =
            signed("AWS4-ECDSA-P256-SHA256 Credential=AKIA1/20261123/s3/aws4_request,Signature=0");
        let credential = read(&headers, None).unwrap();
        assert_eq!(
            (credential.region, credential.service.as_ref()),
            (None, "s3")
        );
    }

    #[test]
    fn a_presigned_url_is_read() {
        let query = "x=1&X-Amz-Credential=AKIA1%2F20261123%2Fus-east-2%2Fs3%2Faws4_request";
        let headers = HeaderMap::new();
        let credential = read(&headers, Some(query)).unwrap();
        assert_eq!(credential.region, Region::parse("us-east-2"));
        assert_eq!(credential.place, Signature::Query);
        let old = read(&headers, Some("AWSAccessKeyId=AK&Signature=x&Expires=1")).unwrap();
        assert_eq!(
            (old.access_key.as_ref(), old.service.as_ref()),
            ("AK", "s3")
        );
    }

    #[test]
    fn anything_else_is_unsigned() {
        for value in [
            "",
            "Basic eDp5",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=AK",
            "AWS nothing",
        ] {
            assert_eq!(read(&signed(value), None), None, "{value}");
        }
        assert_eq!(
            read(&signed("AWS4-HMAC-SHA256 Credential=/1/2/3/4"), None),
            None
        );
        assert_eq!(read(&HeaderMap::new(), Some("X-Amz-Credential=/")), None);
    }
}
