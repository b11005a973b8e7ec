//! Refusals that no service makes, because none was reached: written as the caller's protocol writes errors.
//!
//! They are never a 500, which SDKs would repeat until a test seems to hang.

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use crate::reply::{self, Reply, Unread};

/// How a client of some AWS service expects errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson and restJson: the code in `__type` and in a header.
    Json,
    /// awsQuery and ec2Query.
    Query,
    /// restXml.
    RestXml,
    /// rpcv2Cbor.
    Cbor,
}

impl Protocol {
    /// Tells by the request which protocol its client speaks.
    pub(crate) fn of(parts: &Parts, service: &str) -> Self {
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let content_type = header("content-type").unwrap_or_default();
        let query = parts.uri.query().unwrap_or_default();
        if header("smithy-protocol") == Some("rpc-v2-cbor") {
            Self::Cbor
        } else if header("x-amz-target").is_some() || content_type.contains("json") {
            Self::Json
        } else if content_type.starts_with("application/x-www-form-urlencoded")
            || (parts.method == Method::GET && query.contains("Action="))
        {
            Self::Query
        } else if matches!(service, "s3" | "s3express" | "route53" | "cloudfront") {
            Self::RestXml
        } else {
            Self::Json
        }
    }
}

/// A refusal: the status, the error code and the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// What S3 tells beside the sentence: elements and their texts.
    pub(crate) details: Vec<(&'static str, String)>,
}

impl Refusal {
    /// The service is not emulated.
    pub(crate) fn not_emulated(service: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "UnsupportedOperationException",
            message: format!(
                "localtrail does not emulate this call of the service \"{service}\" yet. It answers cloudtrail, s3, and of sts and organizations who and where the caller is."
            ),
            details: Vec::new(),
        }
    }

    /// The body could not be read.
    pub(crate) fn unread(why: Unread, limit: usize) -> Self {
        match why {
            Unread::TooLong => Self {
                status: StatusCode::PAYLOAD_TOO_LARGE,
                code: "RequestEntityTooLargeException",
                message: format!("The request body is longer than {limit} bytes."),
                details: Vec::new(),
            },
            Unread::Broken => Self {
                status: StatusCode::BAD_REQUEST,
                code: "IncompleteBody",
                message: "The request body ended before its end, or its framing is wrong."
                    .to_owned(),
                details: Vec::new(),
            },
            Unread::TooSlow => Self {
                status: StatusCode::REQUEST_TIMEOUT,
                code: "RequestTimeout",
                message: "The request body did not arrive in time.".to_owned(),
                details: Vec::new(),
            },
        }
    }

    /// The call could not be kept, so it is not answered as if it were.
    pub(crate) fn not_kept(error: &localtrail_core::StoreError) -> Self {
        Self {
            status: StatusCode::INSUFFICIENT_STORAGE,
            code: "StoreFailure",
            message: format!("{error}. Look at the disk of the data directory."),
            details: Vec::new(),
        }
    }

    /// Writes it down.
    pub(crate) fn reply(&self, protocol: Protocol, request_id: String) -> Reply {
        let request_id = match protocol {
            Protocol::RestXml => s3_style(&request_id),
            Protocol::Json | Protocol::Query | Protocol::Cbor => request_id,
        };
        let mut reply = match protocol {
            Protocol::Json => {
                let body = serde_json::json!({ "__type": self.code, "message": self.message });
                let content_type = localtrail_core::CONTENT_TYPE;
                let mut reply = reply::whole(self.status, content_type, body.to_string());
                let code = HeaderValue::from_static(self.code);
                reply.headers_mut().insert("x-amzn-errortype", code);
                reply
            }
            Protocol::Query => reply::whole(self.status, "text/xml", self.query_xml(&request_id)),
            Protocol::RestXml => {
                let body = self.rest_xml(&request_id);
                let mut reply = reply::whole(self.status, "application/xml", body);
                if let Ok(value) = HeaderValue::from_str(&request_id) {
                    reply.headers_mut().insert("x-amz-request-id", value);
                }
                reply
            }
            Protocol::Cbor => {
                let mut reply = reply::whole(self.status, "application/cbor", self.cbor());
                let name = HeaderValue::from_static("rpc-v2-cbor");
                reply.headers_mut().insert("smithy-protocol", name);
                reply
            }
        };
        debug_assert!(reply.headers().contains_key(CONTENT_TYPE));
        reply::put_request_id(&mut reply, request_id);
        reply
    }

    fn query_xml(&self, request_id: &str) -> String {
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
            self.code,
            escaped(&self.message)
        )
    }

    fn rest_xml(&self, request_id: &str) -> String {
        let details: String = self
            .details
            .iter()
            .map(|(name, text)| format!("<{name}>{}</{name}>", escaped(text)))
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>{details}<RequestId>{request_id}</RequestId></Error>",
            self.code,
            escaped(&self.message)
        )
    }

    /// A map of two texts (RFC 8949 section 3.1): too little for a library.
    fn cbor(&self) -> Vec<u8> {
        let mut bytes = vec![0xa2];
        for text in ["__type", self.code, "message", &self.message] {
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            bytes.push(0x79);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
        }
        bytes
    }
}

/// Request ids of S3 have sixteen capitals and digits (O).
fn s3_style(request_id: &str) -> String {
    let digits = request_id.chars().filter(char::is_ascii_alphanumeric);
    digits.take(16).collect::<String>().to_ascii_uppercase()
}

/// Control characters that XML 1.0 cannot carry at all become the replacement character.
fn escaped(text: &str) -> String {
    let unspeakable = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    text.replace(unspeakable, "\u{fffd}")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use hyper::Request;

    fn protocol(request: hyper::http::request::Builder, service: &str) -> Protocol {
        Protocol::of(&request.body(()).unwrap().into_parts().0, service)
    }

    #[test]
    fn the_request_tells_its_protocol() {
        let post = || Request::post("/");
        assert_eq!(
            protocol(post().header("x-amz-target", "Logs.X"), "logs"),
            Protocol::Json
        );
        assert_eq!(
            protocol(
                post().header("content-type", "application/x-www-form-urlencoded"),
                "iam"
            ),
            Protocol::Query
        );
        assert_eq!(protocol(Request::get("/?Action=X"), "iam"), Protocol::Query);
        assert_eq!(
            protocol(Request::get("/2013-04-01/x"), "route53"),
            Protocol::RestXml
        );
        assert_eq!(
            protocol(Request::get("/functions"), "lambda"),
            Protocol::Json
        );
        let cbor = post().header("smithy-protocol", "rpc-v2-cbor");
        assert_eq!(protocol(cbor, "monitoring"), Protocol::Cbor);
    }

    #[tokio::test]
    async fn each_protocol_has_its_form() {
        let refusal = Refusal::not_emulated("a<b");
        let forms = [
            (
                Protocol::Json,
                "\"__type\":\"UnsupportedOperationException\"",
            ),
            (
                Protocol::Query,
                "<Code>UnsupportedOperationException</Code>",
            ),
            (Protocol::RestXml, "&quot;a&lt;b&quot;"),
            (Protocol::Cbor, "UnsupportedOperationException"),
        ];
        for (protocol, expected) in forms {
            let reply = refusal.reply(protocol, "id-1".to_owned());
            assert_eq!(reply.status(), StatusCode::BAD_REQUEST);
            let id = match protocol {
                Protocol::RestXml => "ID1",
                Protocol::Json | Protocol::Query | Protocol::Cbor => "id-1",
            };
            assert_eq!(reply.headers()[reply::REQUEST_ID], id);
            let body = reply.into_body().collect().await.unwrap().to_bytes();
            assert!(
                String::from_utf8_lossy(&body).contains(expected),
                "{protocol:?}: {body:?}"
            );
        }
    }
}
