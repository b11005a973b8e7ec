//! STS, as far as GetCallerIdentity: who am I.

use std::borrow::Cow;

use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use localtrail_core::{Access, Category, Draft, EventError, Identity, Region};
use percent_encoding::percent_decode_str;
use quick_xml::escape::escape;
use serde_json::{Map, json};

use crate::asked::{AnswerBody, Asked, Served};
use crate::body::{of_text, read_up_to};
use crate::ids::{StsEndpoint, sts_extended_id};

/// The largest request that is read, in bytes.
const MAX_REQUEST: usize = 256 * 1024;
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Every operation of STS, and whether it only reads (O and D, formats.md 4.2). Other names are recorded as given.
const OPERATIONS: [(&str, Access); 11] = [
    ("AssumeRole", Access::Read),
    ("AssumeRoleWithSAML", Access::Read),
    ("AssumeRoleWithWebIdentity", Access::Read),
    ("AssumeRoot", Access::Write),
    ("DecodeAuthorizationMessage", Access::Read),
    ("GetAccessKeyInfo", Access::Read),
    ("GetCallerIdentity", Access::Read),
    ("GetDelegatedAccessToken", Access::Read),
    ("GetFederationToken", Access::Write),
    ("GetSessionToken", Access::Write),
    ("GetWebIdentityToken", Access::Write),
];

/// What STS says: a result's XML, or an error.
type Said = Result<String, (StatusCode, EventError)>;

/// Answers one request.
pub(crate) async fn serve(request: Request<AnswerBody>, asked: Asked) -> Served {
    let (parts, body) = request.into_parts();
    let host = parts
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let endpoint = if host.split(':').next() == Some("sts.amazonaws.com") {
        StsEndpoint::Global
    } else {
        StsEndpoint::Regional
    };
    let form = if parts.method == Method::POST {
        read_up_to(body, MAX_REQUEST).await
    } else {
        Some(bytes::Bytes::new())
    };
    let mut members = fields(parts.uri.query().unwrap_or_default());
    let readable = form
        .as_ref()
        .and_then(|form| std::str::from_utf8(form).ok());
    members.extend(fields(readable.unwrap_or_default()));
    let action = members
        .iter()
        .find(|(name, _)| name == "Action")
        .map(|(_, value)| value.as_str());
    let said = match (readable, action) {
        (None, _) => Err(sender(
            "MalformedInput",
            "The request is too large, was cut off or is not text.",
        )),
        (_, None) => Err(sender("MissingAction", "Missing Action")),
        (_, Some("GetCallerIdentity")) => caller_identity(&asked.caller.identity),
        (_, Some(other)) => Err(unknown(other, &members)),
    };
    let extended = sts_extended_id(
        &asked.request_id,
        region(&asked, endpoint).as_str(),
        asked.now.millis(),
        endpoint,
    );
    // Calls that fail authentication are not recorded (I, formats.md 2.5).
    let known = !matches!(asked.caller.identity, Identity::Anonymous { .. });
    let draft = action
        .filter(|_| known)
        .map(|action| draft(&asked, endpoint, action, &said, &extended));
    Served {
        response: respond(&asked, said, &extended),
        drafts: draft.into_iter().collect(),
    }
}

fn caller_identity(identity: &Identity) -> Said {
    let (Some(arn), Some(id)) = (identity.arn(), identity.principal_id()) else {
        let message = "Request is missing Authentication Token".to_owned();
        let error = EventError {
            code: "MissingAuthenticationToken".to_owned(),
            message: Some(message),
        };
        return Err((StatusCode::FORBIDDEN, error));
    };
    Ok(format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\"><GetCallerIdentityResult><Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account></GetCallerIdentityResult>",
        escape(&arn),
        escape(&id),
        identity.account(),
    ))
}

fn unknown(action: &str, members: &[(String, String)]) -> (StatusCode, EventError) {
    let known = OPERATIONS.iter().any(|(name, _)| *name == action);
    if known {
        return sender(
            "InvalidAction",
            &format!("The operation {action} is not implemented by this emulator."),
        );
    }
    let version = members
        .iter()
        .find(|(name, _)| name == "Version")
        .map_or("null", |(_, value)| value.as_str());
    sender(
        "InvalidAction",
        &format!("Could not find operation {action} for version {version}"),
    )
}

fn sender(code: &str, message: &str) -> (StatusCode, EventError) {
    (
        StatusCode::BAD_REQUEST,
        EventError {
            code: code.to_owned(),
            message: Some(message.to_owned()),
        },
    )
}

fn fields(form: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = form.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn respond(asked: &Asked, said: Said, extended: &str) -> Response<AnswerBody> {
    let id = escape(&asked.request_id);
    let (status, text) = match said {
        Ok(result) => {
            let end = "</GetCallerIdentityResponse>";
            (
                StatusCode::OK,
                format!(
                    "{result}<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>{end}"
                ),
            )
        }
        Err((status, error)) => {
            let message = error.message.unwrap_or_default();
            let text = format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
                escape(&error.code),
                escape(&message),
            );
            (status, text)
        }
    };
    let mut response = Response::new(of_text(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(&asked.request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    if status.is_success()
        && let Ok(id) = HeaderValue::from_str(extended)
    {
        headers.insert("x-amz-sts-extended-request-id", id);
    }
    response
}

/// The global endpoint records in us-east-1 (O, formats.md 3.2).
fn region(asked: &Asked, endpoint: StsEndpoint) -> Region {
    match endpoint {
        StsEndpoint::Global => Region::us_east_1(),
        StsEndpoint::Regional => asked.region.clone(),
    }
}

fn draft(asked: &Asked, endpoint: StsEndpoint, action: &str, said: &Said, extended: &str) -> Draft {
    let region = region(asked, endpoint);
    let access = OPERATIONS
        .iter()
        .find(|(name, _)| *name == action)
        .map_or(Access::Write, |(_, access)| *access);
    // Only successes carry this (O, native.md).
    let additional = said.is_ok().then(|| {
        let kind = match endpoint {
            StsEndpoint::Regional => "regional",
            StsEndpoint::Global => "global",
        };
        let details = json!({"awsServingRegion": region.as_str(), "endpointType": kind});
        Map::from_iter([
            ("ExtendedRequestId".to_owned(), extended.into()),
            ("RequestDetails".to_owned(), details),
        ])
    });
    Draft {
        caller: asked.caller.clone(),
        origin: asked.origin.clone(),
        region,
        recipient: asked.caller.account(),
        event_source: Cow::Borrowed("sts.amazonaws.com"),
        event_name: Cow::Owned(action.to_owned()),
        access,
        category: Category::Management,
        request_parameters: None,
        response_elements: None,
        additional_event_data: additional,
        error: said.as_ref().err().map(|(_, error)| error.clone()),
        request_id: Some(asked.request_id.clone()),
        resources: Vec::new(),
        api_version: None,
        lookup_resources: Vec::new(),
    }
}
