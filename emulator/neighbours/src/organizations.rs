//! Organizations, as far as DescribeOrganization: which organization an account is in. Verifiers of organization trails ask
//! for it (O, formats.md 5.5).
//!
//! Organizations themselves are declared to core; none is made or changed here.

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use localtrail_core::{EventError, Organization};
use serde_json::{Value, json};

use crate::asked::{AnswerBody, Asked};
use crate::body::of_text;

/// The one operation that is answered.
pub(crate) const OPERATION: &str = "DescribeOrganization";

/// Answers a call; `None` for an operation that is not answered here.
pub(crate) fn answer(
    operation: &str,
    asked: &Asked,
    organization: Option<&Organization>,
) -> Option<Response<AnswerBody>> {
    if operation != OPERATION {
        return None;
    }
    // The sentence is the API reference's (D).
    let said = organization.map(described).ok_or_else(|| EventError {
        code: "AWSOrganizationsNotInUseException".to_owned(),
        message: Some("Your account is not a member of an organization.".to_owned()),
    });
    let (status, body) = match said {
        Ok(answer) => (StatusCode::OK, answer),
        Err(error) => (
            StatusCode::BAD_REQUEST,
            json!({"__type": error.code, "Message": error.message}),
        ),
    };
    let mut response = Response::new(of_text(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let json = HeaderValue::from_static(localtrail_core::CONTENT_TYPE);
    headers.insert(CONTENT_TYPE, json);
    if let Ok(id) = HeaderValue::from_str(&asked.request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    Some(response)
}

/// The answer, without the manager's mail address, which nobody has declared.
fn described(organization: &Organization) -> Value {
    let (id, manager) = (&organization.id, organization.management_account);
    json!({"Organization": {
        "Id": id,
        "Arn": format!("arn:aws:organizations::{manager}:organization/{id}"),
        "FeatureSet": organization.feature_set,
        "MasterAccountArn": format!("arn:aws:organizations::{manager}:account/{id}/{manager}"),
        "MasterAccountId": manager,
        "AvailablePolicyTypes": [],
    }})
}
