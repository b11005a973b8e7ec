//! `additionalEventData` of the services that have it (native.md; formats.md 3.4).

use serde_json::{Map, Value, json};

use super::{Told, place, resources, s3control};
use localtrail_core::Identity;

/// The header in which STS says the id that its records carry.
const EXTENDED_ID: &str = "x-amz-sts-extended-request-id";

/// What Glue's Data Catalog is about: an operation on any of these tells of Lake Formation (I; O for reads of tables).
const CATALOG: [&str; 5] = [
    "Table",
    "Database",
    "Partition",
    "Catalog",
    "UserDefinedFunction",
];

/// The extra data; `None` where the record has none.
pub(super) fn of(told: &Told<'_>) -> Option<Map<String, Value>> {
    match told.service_id {
        "sts" => sts(told),
        "glue"
            if CATALOG
                .iter()
                .any(|noun| told.operation_name.contains(noun)) =>
        {
            Some(lake_formation(told))
        }
        "lambda" if told.operation_name == "Invoke" => lambda(told),
        s3control::ID => Some(s3control::additional(told)),
        _ => None,
    }
}

/// Only successes carry it (O native.md).
fn sts(told: &Told<'_>) -> Option<Map<String, Value>> {
    told.outcome.result.as_ref().ok()?;
    let mut data = Map::new();
    let id = told.answer.headers.get(EXTENDED_ID);
    if let Some(id) = id.and_then(|id| id.to_str().ok()) {
        data.insert("ExtendedRequestId".to_owned(), id.into());
    }
    let kind = match place::is_global_sts(told.service_id, told.request.host) {
        true => "global",
        false => "regional",
    };
    let details = json!({"awsServingRegion": told.region.as_str(), "endpointType": kind});
    data.insert("RequestDetails".to_owned(), details);
    Some(data)
}

/// Who asks Lake Formation: a user's ARN, or the role's for a session (O native.md).
fn lake_formation(told: &Told<'_>) -> Map<String, Value> {
    let mut data = Map::new();
    let key = "insufficientLakeFormationPermissions".to_owned();
    data.insert(key, Value::Array(Vec::new()));
    let partition = told.region.partition();
    let account = told.account();
    let principal = match &told.circumstances.caller.identity {
        Identity::IamUser {
            path, user_name, ..
        } => Some(format!(
            "arn:{partition}:iam::{account}:user{path}{user_name}"
        )),
        Identity::AssumedRole {
            path, role_name, ..
        }
        | Identity::Role {
            path, role_name, ..
        } => Some(format!(
            "arn:{partition}:iam::{account}:role{path}{role_name}"
        )),
        Identity::Root { .. } => Some(format!("arn:{partition}:iam::{account}:root")),
        _ => None,
    };
    if let Some(principal) = principal {
        data.insert("lakeFormationPrincipal".to_owned(), principal.into());
    }
    data
}

/// The function with its version (D).
fn lambda(told: &Told<'_>) -> Option<Map<String, Value>> {
    told.outcome.result.as_ref().ok()?;
    let arn = resources::lambda_function(told, told.text("FunctionName")?);
    let executed = told.output().get("ExecutedVersion").and_then(Value::as_str);
    let has_version = arn.matches(':').count() > 6;
    let version = match has_version {
        true => arn,
        false => format!("{arn}:{}", executed.unwrap_or("$LATEST")),
    };
    Some(Map::from_iter([(
        "functionVersion".to_owned(),
        version.into(),
    )]))
}
