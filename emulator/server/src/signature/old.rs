//! Signature Version 2, which only S3 still takes, in the header and in presigned URLs: boto3 and the AWS CLI presign
//! with it unless they are told otherwise (D, S3 "Signing and authenticating REST requests").
//!
//! It signs no payload. Regions opened since 2014 refuse it on AWS; here every region takes it (I).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use localtrail_core::Timestamp;
use localtrail_neighbours::Signature as Place;
use sha1::Sha1;

use super::flaw::{Flaw, Mismatch, Part};

/// The parameters that are part of a resource's name.
const RESOURCES: [&str; 37] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "delete",
    "encryption",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// A claim of the right form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OldClaim {
    pub(super) place: Place,
    pub(super) access_key: String,
    pub(super) signature: String,
    pub(super) token: Option<String>,
    /// When it was signed, or when a presigned URL ends.
    pub(super) at: Timestamp,
    /// The same as it is signed.
    date: String,
}

/// The parameters of a query, decoded.
struct Query(Vec<(String, String)>);

impl Query {
    fn read(parts: &Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }
}

/// The claim of a request that is known to make one.
pub(super) fn read(parts: &Parts) -> Result<OldClaim, Flaw> {
    let query = Query::read(parts);
    let token = header(parts, "x-amz-security-token")
        .or_else(|| query.get("x-amz-security-token").map(str::to_owned));
    let Some(authorization) = header(parts, AUTHORIZATION.as_str()) else {
        return from_query(&query, token);
    };
    let (access_key, signature) = authorization
        .strip_prefix("AWS ")
        .and_then(|rest| rest.trim().split_once(':'))
        .ok_or_else(|| Flaw::OldHeader(authorization.clone()))?;
    let stamp = header(parts, "x-amz-date");
    let date = header(parts, "date").unwrap_or_default();
    let at = time(stamp.as_deref().unwrap_or(&date)).ok_or_else(|| Flaw::Incomplete {
        missing: vec![Part::Date],
        authorization: String::new(),
    })?;
    Ok(OldClaim {
        place: Place::Header,
        access_key: access_key.to_owned(),
        signature: signature.to_owned(),
        token,
        at,
        // The other date stands among the headers of AWS's own then.
        date: if stamp.is_some() { String::new() } else { date },
    })
}

fn from_query(query: &Query, token: Option<String>) -> Result<OldClaim, Flaw> {
    let parameters = ["AWSAccessKeyId", "Signature", "Expires"].map(|name| query.get(name));
    let [Some(access_key), Some(signature), Some(expires)] = parameters else {
        return Err(Flaw::IncompleteOldQuery);
    };
    let seconds: i64 = expires
        .parse()
        .map_err(|_| Flaw::OldExpires(expires.to_owned()))?;
    Ok(OldClaim {
        place: Place::Query,
        access_key: access_key.to_owned(),
        signature: signature.to_owned(),
        token,
        at: Timestamp::from_seconds(seconds),
        date: expires.to_owned(),
    })
}

/// Whether a claim is true, for one of the buckets that the host may name: which it is, S3 knows.
pub(super) fn verify(parts: &Parts, claim: &OldClaim, secret: &str) -> Result<(), Flaw> {
    let provided = STANDARD.decode(&claim.signature).unwrap_or_default();
    let is_right = |text: &String| {
        let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes());
        let mut mac = mac.expect("HMAC takes keys of any length");
        mac.update(text.as_bytes());
        mac.verify_slice(&provided).is_ok()
    };
    let mut texts: Vec<String> = buckets(parts)
        .iter()
        .map(|bucket| string_to_sign(parts, claim, bucket))
        .collect();
    if texts.iter().any(is_right) {
        return Ok(());
    }
    Err(Flaw::Mismatch(Box::new(Mismatch {
        access_key: claim.access_key.clone(),
        string_to_sign: texts.swap_remove(0),
        provided: claim.signature.clone(),
        canonical: None,
    })))
}

/// None for a path-style address, then every beginning of the host's name.
fn buckets(parts: &Parts) -> Vec<String> {
    let host = header(parts, "host")
        .or_else(|| Some(parts.uri.authority()?.as_str().to_owned()))
        .unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .map_or(host.as_str(), |(name, _)| name);
    let mut buckets = vec![String::new()];
    if name.parse::<std::net::Ipv4Addr>().is_err() {
        let ends = name.match_indices('.').map(|(at, _)| &name[..at]);
        buckets.extend(ends.map(|bucket| format!("/{bucket}")));
    }
    buckets
}

fn string_to_sign(parts: &Parts, claim: &OldClaim, bucket: &str) -> String {
    let query = Query::read(parts);
    let one = |name: &str| {
        header(parts, name)
            .or_else(|| query.get(name).map(str::to_owned))
            .unwrap_or_default()
    };
    let mut own: Vec<(String, String)> = parts
        .headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-amz-"))
        .filter_map(|name| Some((name.as_str().to_owned(), header(parts, name.as_str())?)))
        .collect();
    if claim.place == Place::Query {
        // A client may send what it signed in the query, in a header, or in both.
        let given = query.0.iter().filter(|(name, _)| {
            name.starts_with("x-amz-") && !parts.headers.contains_key(name.as_str())
        });
        own.extend(given.cloned());
    }
    own.sort_unstable();
    let own: String = own
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let mut resources: Vec<(&str, String)> = parts
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(name, _)| RESOURCES.contains(name))
        .map(|(name, _)| (name, query.get(name).unwrap_or_default().to_owned()))
        .collect();
    resources.sort_unstable();
    let resources: Vec<String> = resources
        .into_iter()
        .map(|(name, value)| match value.is_empty() {
            true => name.to_owned(),
            false => format!("{name}={value}"),
        })
        .collect();
    let path = parts.uri.path();
    // A bucket's own name ends in a slash, however the client wrote it.
    let is_bucket = bucket.is_empty() && path.len() > 1 && !path[1..].contains('/');
    let slash = if is_bucket { "/" } else { "" };
    let mark = if resources.is_empty() { "" } else { "?" };
    format!(
        "{}\n{}\n{}\n{}\n{own}{bucket}{path}{slash}{mark}{}",
        parts.method,
        one("content-md5"),
        one("content-type"),
        claim.date,
        resources.join("&"),
    )
}

/// The values of a header, trimmed and joined by commas.
fn header(parts: &Parts, name: &str) -> Option<String> {
    let values: Vec<_> = parts
        .headers
        .get_all(name)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn time(text: &str) -> Option<Timestamp> {
    // The documentation's own examples end in an offset.
    let text = text.replace("+0000", "GMT");
    let date = httpdate::parse_http_date(&text).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(
        i64::try_from(since.as_secs()).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    /// The secret of the documentation's examples.
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn verified(request: hyper::http::request::Builder, secret: &str) -> Result<(), Flaw> {
        let parts = request.body(()).unwrap().into_parts().0;
        verify(&parts, &read(&parts)?, secret)
    }

    fn example(
        method: &str,
        uri: &str,
        host: &str,
        day: &str,
        signature: &str,
    ) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(uri)
            .header("host", host)
            .header("date", format!("{day} +0000"))
            .header(
                "authorization",
                format!("AWS AKIAIOSFODNN7EXAMPLE:{signature}"),
            )
    }

    #[test]
    fn the_examples_of_the_documentation_are_verified() {
        let bucket = "johnsmith.s3.amazonaws.com";
        let examples = [
            example("GET", "/photos/puppy.jpg", bucket, "Tue, 27 Mar 2007 19:36:42", "bWq2s1WEIj+Ydj0vQ697zp+IXMU="),
            example("PUT", "/photos/puppy.jpg", bucket, "Tue, 27 Mar 2007 21:15:45", "MyyxeRY7whkBe+bq8fHCL/2kKUg=")
                .header("content-type", "image/jpeg"),
            example("GET", "/?prefix=photos&max-keys=50&marker=puppy", bucket, "Tue, 27 Mar 2007 19:42:41", "htDYFYduRNen8P9ZfE/s9SuKy0U="),
            example("GET", "/?acl", bucket, "Tue, 27 Mar 2007 19:44:46", "c2WLPFtWHVgbEmeEG93a4cG37dM="),
            example("PUT", "/db-backup.dat.gz", "static.johnsmith.net.s3.amazonaws.com:8080", "Tue, 27 Mar 2007 21:06:08", "ilyl83RwaSoYIEdixDQcA4OnAnc=")
                .header("x-amz-acl", "public-read")
                .header("content-type", "application/x-download")
                .header("content-md5", "4gJE4saaMU4BqNR0kLY+lw==")
                .header("x-amz-meta-reviewedby", "joe@johnsmith.net")
                .header("x-amz-meta-reviewedby", "jane@johnsmith.net")
                .header("x-amz-meta-filechecksum", "0x02661779")
                .header("x-amz-meta-checksumalgorithm", "crc32"),
            example("GET", "/", "s3.amazonaws.com", "Wed, 28 Mar 2007 01:29:59", "qGdzdERIC03wnaRNKh6OqZehG9s="),
            example("GET", "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re", "s3.amazonaws.com", "Wed, 28 Mar 2007 01:49:49", "DNEZGsoieTZ92F3bUfSPQcbGmlM="),
            Request::get("/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620")
                .header("host", bucket),
        ];
        for (at, request) in examples.into_iter().enumerate() {
            let parts = request.body(()).unwrap().into_parts().0;
            let claim = read(&parts).unwrap();
            assert_eq!(verify(&parts, &claim, SECRET), Ok(()), "{at}");
            assert!(verify(&parts, &claim, "another").is_err(), "{at}");
        }
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let get = || Request::get("/b/k").header("date", "Tue, 27 Mar 2007 19:36:42 GMT");
        let header = verified(get().header("authorization", "AWS AKIA"), SECRET);
        assert!(matches!(header, Err(Flaw::OldHeader(_))), "{header:?}");
        let undated = Request::get("/b/k").header("authorization", "AWS AKIA:x");
        assert!(matches!(
            verified(undated, SECRET),
            Err(Flaw::Incomplete { .. })
        ));
        for (query, flaw) in [
            ("AWSAccessKeyId=AKIA&Signature=x", Flaw::IncompleteOldQuery),
            (
                "AWSAccessKeyId=AKIA&Signature=x&Expires=soon",
                Flaw::OldExpires("soon".to_owned()),
            ),
        ] {
            let request = Request::get(format!("/b/k?{query}"));
            assert_eq!(verified(request, SECRET), Err(flaw));
        }
    }
}
