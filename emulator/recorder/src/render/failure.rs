//! `errorCode` and `errorMessage`, which are not always those of the wire (formats.md 2.5; native.md wins), and the
//! failures that leave no record.

use hyper::StatusCode;
use localtrail_core::EventError;

use super::{Told, echo};
use crate::Failure;

/// What services call a call that was not allowed; every record calls it `AccessDenied` (O: no other in 43,500 records).
const DENIED: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
];

/// Failures of authentication: such calls leave no record (D for S3, I elsewhere).
const NOT_AUTHENTICATED: [&str; 13] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// What awsQuery puts before SQS's codes and records do not (O native.md).
const SQS_PREFIX: &str = "AWS.SimpleQueueService.";

/// SQS's exceptions that awsQuery calls otherwise; its model, which is of its JSON, does not say (D; that records have the
/// exceptions' names here too is I, as the one code that was seen is the same either way).
const SQS_CODES: [(&str, &str); 2] = [
    ("NonExistentQueue", "QueueDoesNotExist"),
    ("QueueAlreadyExists", "QueueNameExists"),
];

/// How a failed call is told; `None` for success, and for the failures that are recorded as if there were none.
pub(super) fn of(told: &Told<'_>) -> Option<EventError> {
    let failure = told.outcome.result.as_ref().err()?;
    match (told.service_id, told.operation_name, failure.code.as_str()) {
        // A payload that is not JSON (O native.md).
        ("lambda", "Invoke", "InvalidRequestContentException") => None,
        // (O native.md)
        ("events", "DescribeRule", "ResourceNotFoundException") => Some(EventError {
            code: "UnknownError".to_owned(),
            message: Some("An unknown error occurred".to_owned()),
        }),
        _ => {
            let said = failure.message.as_deref();
            let said = said.filter(|message| !message.is_empty());
            Some(EventError {
                code: code(told, failure),
                message: said.map(|message| echo::without_secrets(told, message)),
            })
        }
    }
}

/// Whether the failure leaves no record.
pub(super) fn is_unrecorded(told: &Told<'_>, failure: &Failure) -> bool {
    match (told.service_id, failure.code.as_str()) {
        // The token is a parameter of STS, not what the call was signed with.
        ("sts", "ExpiredTokenException") => false,
        // EC2 says the same of what a caller it knows may not use, with another status (I).
        ("ec2", "AuthFailure") => told.answer.status == StatusCode::UNAUTHORIZED,
        (_, code) => NOT_AUTHENTICATED.contains(&code),
    }
}

/// The exception's name (O: IAM's NoSuchEntityException, CloudWatch's DashboardNotFoundError, RDS's
/// InvalidDBInstanceStateFault), and the code on the wire where no exception is modelled (I). S3's are codes, for S3 Control
/// too (O).
fn code(told: &Told<'_>, failure: &Failure) -> String {
    let code = failure.code.as_str();
    match (told.service_id, told.service) {
        ("ec2", _) => ec2(told, code),
        _ if DENIED.contains(&code) => "AccessDenied".to_owned(),
        ("sqs", _) => sqs(code).to_owned(),
        ("s3control", _) | (_, None) => code.to_owned(),
        (_, Some(service)) => {
            let name = service.api().error_name(code, told.operation);
            name.unwrap_or(code).to_owned()
        }
    }
}

fn sqs(code: &str) -> &str {
    let code = code.strip_prefix(SQS_PREFIX).unwrap_or(code);
    let known = SQS_CODES.iter().find(|(wire, _)| *wire == code);
    known.map_or(code, |(_, name)| name)
}

/// EC2 says whose fault it was (O).
fn ec2(told: &Told<'_>, code: &str) -> String {
    let side = if told.answer.status.is_server_error() {
        "Server"
    } else {
        "Client"
    };
    match code {
        _ if code.starts_with("Client.") || code.starts_with("Server.") => code.to_owned(),
        "AccessDenied" => "Client.UnauthorizedOperation".to_owned(),
        _ => format!("{side}.{code}"),
    }
}
