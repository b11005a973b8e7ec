//! Refusals that no service makes, because none was reached: written as the caller's protocol writes errors.
//!
//! They are never a 500, which SDKs would repeat until a test seems to hang.

use std::time::Duration;

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode, Uri};

use localtrail_model::catalogue;
use localtrail_recorder::Recognized;

use crate::reply::{self, Reply, Unread};
use crate::upstream::UpstreamUrl;

/// What of a request tells how its client speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
}

impl<'a> From<&'a Parts> for Head<'a> {
    fn from(parts: &'a Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            headers: &parts.headers,
        }
    }
}

/// How a client of some AWS service expects errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// awsJson and restJson: the code in `__type` and in a header.
    Json,
    /// awsQuery.
    Query,
    /// ec2Query.
    Ec2,
    /// restXml.
    RestXml,
    /// S3's restXml, whose errors stand alone.
    S3,
    /// rpcv2Cbor.
    Cbor,
}

impl Protocol {
    /// The protocol of a call that was recognised; else what its request looks like.
    pub(crate) fn spoken(recognized: &Recognized, head: Head<'_>) -> Self {
        let service = recognized
            .service
            .map_or(recognized.service_name.as_str(), |entry| entry.id);
        match recognized.protocol {
            Some(catalogue::Protocol::Json | catalogue::Protocol::RestJson) => Self::Json,
            Some(catalogue::Protocol::Query) => Self::Query,
            Some(catalogue::Protocol::Ec2) => Self::Ec2,
            Some(catalogue::Protocol::RestXml) if service == "s3" => Self::S3,
            Some(catalogue::Protocol::RestXml) => Self::RestXml,
            Some(catalogue::Protocol::RpcV2Cbor) => Self::Cbor,
            None => Self::of(head, service),
        }
    }

    /// Tells by the request which protocol its client speaks.
    fn of(head: Head<'_>, service: &str) -> Self {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = header("content-type").unwrap_or_default();
        let query = head.uri.query().unwrap_or_default();
        if header("smithy-protocol") == Some("rpc-v2-cbor") {
            Self::Cbor
        } else if header("x-amz-target").is_some() || content_type.contains("json") {
            Self::Json
        } else if content_type.starts_with("application/x-www-form-urlencoded")
            || (*head.method == Method::GET && query.contains("Action="))
        {
            Self::Query
        } else if matches!(service, "s3" | "s3express") {
            Self::S3
        } else if matches!(service, "route53" | "cloudfront" | "s3control") {
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
    /// The call is neither emulated nor forwarded.
    pub(crate) fn not_served(recognized: &Recognized) -> Self {
        let service = recognized
            .service
            .map_or(recognized.service_name.as_str(), |entry| entry.id);
        let operation = &recognized.operation_name;
        let call = match (operation.as_str(), service) {
            ("", "") => "this call, whose service it cannot tell".to_owned(),
            ("", service) => format!("this call of the service \"{service}\""),
            (operation, "") => format!("\"{operation}\""),
            (operation, service) => format!("{operation} of the service \"{service}\""),
        };
        Self {
            status: StatusCode::BAD_REQUEST,
            code: match service {
                "" => "UnknownOperationException",
                _ => "UnsupportedOperationException",
            },
            message: format!(
                "localtrail does not emulate {call}. Start it with --upstream URL (or --upstream SERVICE=URL) to have such calls answered by LocalStack, moto or anything else, or with --unserved empty to have them answered by an empty success. Either way such calls are recorded."
            ),
            details: Vec::new(),
        }
    }

    /// The upstream of the call cannot be reached.
    pub(crate) fn unreachable(upstream: &UpstreamUrl, why: &str) -> Self {
        Self::of_upstream(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            format!(
                "The upstream {upstream} cannot be reached: {why}. Start it, or name another one with --upstream."
            ),
        )
    }

    /// The upstream of the call gave no answer.
    pub(crate) fn ended(upstream: &UpstreamUrl, why: &str) -> Self {
        Self::of_upstream(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            format!("The upstream {upstream} gave no answer: {why}."),
        )
    }

    /// The upstream of the call kept silent for too long.
    pub(crate) fn silent(upstream: &UpstreamUrl, silence: Duration) -> Self {
        let seconds = silence.as_secs_f64();
        Self::of_upstream(
            StatusCode::GATEWAY_TIMEOUT,
            "GatewayTimeout",
            format!(
                "The upstream {upstream} kept silent for {seconds} seconds. Let it have more time with --upstream-timeout SECONDS."
            ),
        )
    }

    /// The target of the request is none that could be forwarded.
    pub(crate) fn no_target() -> Self {
        Self::of_upstream(
            StatusCode::BAD_REQUEST,
            "InvalidURI",
            "The target of the request is no path.".to_owned(),
        )
    }

    fn of_upstream(status: StatusCode, code: &'static str, message: String) -> Self {
        Self {
            status,
            code,
            message,
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
            Protocol::S3 => s3_style(&request_id),
            Protocol::Json
            | Protocol::Query
            | Protocol::Ec2
            | Protocol::RestXml
            | Protocol::Cbor => request_id,
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
            Protocol::Query | Protocol::RestXml => {
                reply::whole(self.status, "text/xml", self.query_xml(&request_id))
            }
            Protocol::Ec2 => reply::whole(self.status, "text/xml", self.ec2_xml(&request_id)),
            Protocol::S3 => {
                let body = self.s3_xml(&request_id);
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

    fn ec2_xml(&self, request_id: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>",
            self.code,
            escaped(&self.message)
        )
    }

    fn s3_xml(&self, request_id: &str) -> String {
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
        Protocol::of((&request.body(()).unwrap().into_parts().0).into(), service)
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
        assert_eq!(protocol(Request::get("/b/k"), "s3"), Protocol::S3);
        assert_eq!(
            protocol(Request::get("/functions"), "lambda"),
            Protocol::Json
        );
        let cbor = post().header("smithy-protocol", "rpc-v2-cbor");
        assert_eq!(protocol(cbor, "monitoring"), Protocol::Cbor);
    }

    #[tokio::test]
    async fn each_protocol_has_its_form() {
        let refusal = Refusal::not_served(&Recognized {
            service: None,
            operation: None,
            protocol: None,
            service_name: "a<b".to_owned(),
            operation_name: String::new(),
        });
        let forms = [
            (
                Protocol::Json,
                "\"__type\":\"UnsupportedOperationException\"",
            ),
            (
                Protocol::Query,
                "<Code>UnsupportedOperationException</Code>",
            ),
            (
                Protocol::Ec2,
                "<Response><Errors><Error><Code>UnsupportedOperationException",
            ),
            (Protocol::RestXml, "<ErrorResponse><Error>"),
            (Protocol::S3, "&quot;a&lt;b&quot;"),
            (Protocol::Cbor, "UnsupportedOperationException"),
        ];
        for (protocol, expected) in forms {
            let reply = refusal.reply(protocol, "id-1".to_owned());
            assert_eq!(reply.status(), StatusCode::BAD_REQUEST);
            let id = match protocol {
                Protocol::S3 => "ID1",
                _ => "id-1",
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
