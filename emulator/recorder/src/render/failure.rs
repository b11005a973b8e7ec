//! `errorCode` and `errorMessage`, which are not always those of the wire (formats.md 2.5; native.md wins), and the
//! failures that leave no record.

use localtrail_core::EventError;

use super::Told;
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

/// Codes of IAM and STS that stay as they are on the wire: common errors, which are no exceptions of the API's own (I).
const IAM_COMMON: [&str; 9] = [
    "AccessDenied",
    "InternalFailure",
    "InvalidAction",
    "InvalidParameterValue",
    "MissingParameter",
    "OptInRequired",
    "ServiceUnavailable",
    "Throttling",
    "ValidationError",
];

/// What SQS puts before its codes and records do not (O native.md).
const SQS_PREFIX: &str = "AWS.SimpleQueueService.";

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
        _ => Some(EventError {
            code: code(told, failure),
            message: failure
                .message
                .clone()
                .filter(|message| !message.is_empty()),
        }),
    }
}

/// Whether the failure leaves no record.
pub(super) fn is_unrecorded(service: &str, failure: &Failure) -> bool {
    match (service, failure.code.as_str()) {
        // The token is a parameter of STS, not what the call was signed with.
        ("sts", "ExpiredTokenException") => false,
        (_, code) => NOT_AUTHENTICATED.contains(&code),
    }
}

fn code(told: &Told<'_>, failure: &Failure) -> String {
    let code = failure.code.as_str();
    match told.service_id {
        "ec2" => ec2(told, code),
        _ if DENIED.contains(&code) => "AccessDenied".to_owned(),
        "iam" | "sts" if !code.ends_with("Exception") && !IAM_COMMON.contains(&code) => {
            format!("{code}Exception")
        }
        "sqs" => code.trim_start_matches(SQS_PREFIX).to_owned(),
        _ => code.to_owned(),
    }
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
