//! The second event of a function invoked asynchronously: that Lambda ran it (O native.md).

use localtrail_core::{Caller, Draft, Identity, Origin};

use super::Told;

/// Who runs the function.
const LAMBDA: &str = "lambda.amazonaws.com";

/// The event of the execution, under the same request's id; `None` for every other call, and for one that failed. Its
/// parameters are the call's (I).
pub(super) fn of(told: &Told<'_>, call: &Draft) -> Option<Draft> {
    let is_invoke = (told.service_id, told.operation_name) == ("lambda", "Invoke");
    let is_event = told.text("InvocationType") == Some("Event");
    if !is_invoke || !is_event || told.outcome.result.is_err() {
        return None;
    }
    Some(Draft {
        caller: Caller {
            identity: Identity::AwsService {
                account_id: told.account(),
                invoked_by: LAMBDA.to_owned(),
            },
            access_key_id: None,
        },
        origin: Origin {
            source_ip_address: LAMBDA.to_owned(),
            user_agent: Some(LAMBDA.to_owned()),
            tls: None,
        },
        event_name: "InvokeExecution".into(),
        ..call.clone()
    })
}
