//! One S3 request, read: which bucket, key and operation it means, whatever style its address has.

use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, RANGE};
use hyper::http::request::Parts;
use hyper::{Method, Uri};
use percent_encoding::percent_decode_str;

use super::host;
use super::route::{Operation, Scope, operation};

/// The query parameters of a signature (D, SigV4 query string). Nothing behind the server looks at them.
const SIGNATURE_QUERY: [&str; 7] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-amz-signature",
    "x-amz-security-token",
];

/// A request, read.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The bucket's name as it was given, valid or not.
    pub(crate) bucket: Option<String>,
    /// The key, when it is text.
    pub(crate) key: Option<String>,
    /// Decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) host: String,
    /// As they came.
    pub(crate) headers: HeaderMap,
    /// `None` where S3 has no such operation.
    pub(crate) operation: Option<Operation>,
}

impl Call {
    /// Reads a request's head.
    pub(crate) fn read(parts: &Parts) -> Self {
        Self::of(&parts.method, &parts.uri, &parts.headers)
    }

    /// The same of a head's parts.
    pub(crate) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let host = headers
            .get(HOST)
            .and_then(|value| value.to_str().ok())
            .or_else(|| uri.authority().map(hyper::http::uri::Authority::as_str))
            .unwrap_or_default()
            .to_owned();
        let path = decode(uri.path().strip_prefix('/').unwrap_or_default());
        let (bucket, key) = match host::bucket_of(&host) {
            Some(bucket) => (Some(bucket), path),
            None => match path.split_once('/') {
                Some((bucket, key)) => (Some(bucket.to_owned()), key.to_owned()),
                None => (Some(path), String::new()),
            },
        };
        let bucket = bucket.filter(|bucket| !bucket.is_empty());
        let key = Some(key).filter(|key| !key.is_empty());
        let scope = match (&bucket, &key) {
            (None, _) => Scope::Account,
            (Some(_), None) => Scope::Bucket,
            (Some(_), Some(_)) => Scope::Object,
        };
        let query: Vec<(String, String)> = pairs(uri)
            .map(|(name, value)| (decode_query(name), decode_query(value)))
            .collect();
        let flags: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).collect();
        let copies = headers.contains_key("x-amz-copy-source");
        let operation = operation(method, scope, &flags, copies);
        Self {
            method: method.clone(),
            bucket,
            key,
            query,
            host,
            headers: headers.clone(),
            operation,
        }
    }

    /// Whether the query has this parameter.
    pub(crate) fn asks(&self, flag: &str) -> bool {
        self.query.iter().any(|(name, _)| name == flag)
    }
}

/// Rewrites a request for the protocol library: path style, no signature, headers that were hoisted into the query back
/// in their place.
pub(crate) fn normalize(parts: &mut Parts, call: &Call) {
    parts.headers.remove(AUTHORIZATION);
    let mut query: Vec<String> = Vec::new();
    let by_v2 = pairs(&parts.uri).any(|(name, _)| name == "AWSAccessKeyId");
    let mut hoisted: Vec<(HeaderName, HeaderValue)> = Vec::new();
    for (name, value) in pairs(&parts.uri) {
        let lower = decode_query(name).to_ascii_lowercase();
        if SIGNATURE_QUERY.contains(&lower.as_str())
            || by_v2 && matches!(name, "AWSAccessKeyId" | "Signature" | "Expires")
        {
            continue;
        }
        if lower.starts_with("x-amz-") {
            let header = (lower.parse(), HeaderValue::from_str(&decode_query(value)));
            if let (Ok(name), Ok(value)) = header {
                hoisted.push((name, value));
            }
            continue;
        }
        query.push(if value.is_empty() {
            name.to_owned()
        } else {
            format!("{name}={value}")
        });
    }
    for (name, value) in hoisted {
        parts.headers.entry(name).or_insert(value);
    }
    let path = match host::bucket_of(&call.host) {
        Some(bucket) => format!("/{bucket}{}", parts.uri.path()),
        None => parts.uri.path().to_owned(),
    };
    let target = if query.is_empty() {
        path
    } else {
        format!("{path}?{}", query.join("&"))
    };
    // A target that cannot be a URI cannot have come as one; then it stays as it came.
    if let Ok(uri) = target.parse() {
        parts.uri = uri;
    }
    drop_unreadable_range(&mut parts.headers);
}

/// A Range header that is not understood is not there (D, RFC 9110 section 14.2).
fn drop_unreadable_range(headers: &mut HeaderMap) {
    let readable = headers.get(RANGE).is_none_or(|value| {
        value
            .to_str()
            .is_ok_and(|value| s3s::dto::Range::parse(value).is_ok())
    });
    if !readable {
        headers.remove(RANGE);
    }
}

fn pairs(uri: &Uri) -> impl Iterator<Item = (&str, &str)> {
    let query = uri.query().unwrap_or_default();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn decode_query(text: &str) -> String {
    decode(&text.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn read(method: &str, host: &str, target: &str) -> (Call, String) {
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header(HOST, host)
            .body(())
            .unwrap();
        let (mut parts, ()) = request.into_parts();
        let call = Call::read(&parts);
        normalize(&mut parts, &call);
        (call, parts.uri.to_string())
    }

    #[test]
    fn path_and_virtual_host_style_mean_the_same() {
        for (host, target) in [
            ("localhost:4566", "/b/a%20b/c?acl"),
            ("b.localhost:4566", "/a%20b/c?acl"),
        ] {
            let (call, uri) = read("GET", host, target);
            assert_eq!(call.bucket.as_deref(), Some("b"));
            assert_eq!(call.key.as_deref(), Some("a b/c"));
            assert_eq!(call.operation.as_ref().unwrap().event, "GetObjectAcl");
            assert_eq!(uri, "/b/a%20b/c?acl");
        }
    }

    #[test]
    fn buckets_and_accounts() {
        assert_eq!(
            read("GET", "localhost", "/").0.operation.unwrap().event,
            "ListBuckets"
        );
        assert_eq!(
            read("PUT", "localhost", "/b").0.operation.unwrap().event,
            "CreateBucket"
        );
        assert_eq!(
            read("PUT", "localhost", "/b/").0.operation.unwrap().event,
            "CreateBucket"
        );
        assert_eq!(
            read("GET", "localhost", "/b//k").0.key.as_deref(),
            Some("/k")
        );
    }

    #[test]
    fn a_presigned_url_loses_its_signature() {
        let (call, uri) = read(
            "PUT",
            "localhost",
            "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Expires=3&x-id=PutObject&x-amz-acl=private&X-Amz-Signature=f",
        );
        assert_eq!(uri, "/b/k?x-id=PutObject");
        assert!(call.asks("X-Amz-Expires"));
    }
}
