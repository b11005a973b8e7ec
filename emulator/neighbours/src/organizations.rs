//! Organizations, as far as DescribeOrganization: which organization an account is in. Verifiers of organization trails ask
//! for it (O, formats.md 5.5).
//!
//! Organizations themselves are declared to core; none is made or changed here.

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use localtrail_core::{Access, Category, Draft, EventError, Organization, Region};
use serde_json::{Value, json};

use crate::asked::{Asked, Served};
use crate::body::of_text;

/// Answers a call by its X-Amz-Target; `None` when the operation is not answered here.
pub(crate) fn serve(
    target: &str,
    asked: &Asked,
    organization: Option<&Organization>,
) -> Option<Served> {
    if target != "AWSOrganizationsV20161128.DescribeOrganization" {
        return None;
    }
    // The sentence is the API reference's (D).
    let said = organization.map(described).ok_or_else(|| EventError {
        code: "AWSOrganizationsNotInUseException".to_owned(),
        message: Some("Your account is not a member of an organization.".to_owned()),
    });
    let draft = draft(asked, said.as_ref().err());
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
    Some(Served {
        response,
        drafts: vec![draft],
    })
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

/// Organizations records in us-east-1, and its reads with neither parameters nor answer (O, real records).
fn draft(asked: &Asked, error: Option<&EventError>) -> Draft {
    Draft {
        caller: asked.caller.clone(),
        origin: asked.origin.clone(),
        region: Region::us_east_1(),
        recipient: asked.caller.account(),
        event_source: "organizations.amazonaws.com".into(),
        event_name: "DescribeOrganization".into(),
        access: Access::Read,
        category: Category::Management,
        request_parameters: None,
        response_elements: None,
        additional_event_data: None,
        error: error.cloned(),
        request_id: Some(asked.request_id.clone()),
        resources: Vec::new(),
        api_version: None,
        lookup_resources: Vec::new(),
    }
}
