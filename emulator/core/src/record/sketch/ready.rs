//! Ready sketches: events that no API call makes, known by their names. Found by the member `sketch`, or by `eventName`.
//!
//! Each gives a template; what the user says goes over it.

mod service;
mod sign_in;
mod unusual;

use serde_json::{Value, json};

use super::{EventType, Frame, Object, text};
use crate::record::injected::RecordError;
pub(super) use sign_in::{HIDDEN, failed};

/// A sketch that is known by name.
pub(super) struct Ready {
    /// The value of `sketch`.
    name: &'static str,
    event_name: &'static str,
    pub(super) source: &'static str,
    pub(super) event_type: EventType,
    /// What it says beside name and source.
    template: fn(&Self, &Frame<'_>) -> Value,
}

const SIGN_IN: &str = "signin.amazonaws.com";
const SECRETS: &str = "secretsmanager.amazonaws.com";

/// All of them. Those whose `name` is the event's name are also recognised by it.
const ALL: &[Ready] = &[
    of_sign_in("ConsoleLogin", "ConsoleLogin", sign_in::login),
    of_sign_in("ConsoleLoginFailure", "ConsoleLogin", sign_in::failure),
    of_sign_in("ConsoleLoginMfa", "ConsoleLogin", sign_in::login_with_mfa),
    of_sign_in(
        "ConsoleLoginUnknownUser",
        "ConsoleLogin",
        sign_in::unknown_user,
    ),
    of_sign_in("CheckMfa", "CheckMfa", sign_in::check_mfa),
    of_sign_in("SwitchRole", "SwitchRole", sign_in::switch_role),
    of_sign_in("GetSigninToken", "GetSigninToken", sign_in::token),
    of_sign_in(
        "PasswordRecoveryRequested",
        "PasswordRecoveryRequested",
        sign_in::password_recovery,
    ),
    of_sign_in(
        "PasswordRecoveryCompleted",
        "PasswordRecoveryCompleted",
        sign_in::password_recovery,
    ),
    of_service("RotateKey", "kms.amazonaws.com", service::rotate_key),
    of_service(
        "StartSecretVersionDelete",
        SECRETS,
        service::secret_deletion,
    ),
    of_service("EndSecretVersionDelete", SECRETS, service::secret_deletion),
    of_service("RotationStarted", SECRETS, service::secret),
    of_service("RotationSucceeded", SECRETS, service::secret),
    of_service("RotationFailed", SECRETS, service::secret),
    of_service(
        "SharedSnapshotVolumeCreated",
        "ec2.amazonaws.com",
        service::shared_snapshot,
    ),
    of_service(
        "CreateAccountResult",
        "organizations.amazonaws.com",
        service::create_account,
    ),
    of_service("JobStatusChanged", "s3.amazonaws.com", service::job_status),
    of_service(
        "LambdaESMDisabled",
        "lambda.amazonaws.com",
        service::mapping_disabled,
    ),
    Ready {
        name: "ConsoleAction",
        event_name: "GetBillsForBillingPeriod",
        source: "billingconsole.amazonaws.com",
        event_type: EventType::ConsoleAction,
        // What consoles do without a public API (O, formats.md 2.6).
        template: |_, _| json!({}),
    },
    Ready {
        name: "VpceAccessDenied",
        event_name: "ListBuckets",
        source: "s3.amazonaws.com",
        event_type: EventType::VpceEvent,
        template: unusual::endpoint_denied,
    },
    of_insight("ApiCallRateInsight"),
    of_insight("ApiErrorRateInsight"),
];

const fn of_sign_in(
    name: &'static str,
    event_name: &'static str,
    template: fn(&Ready, &Frame<'_>) -> Value,
) -> Ready {
    Ready {
        name,
        event_name,
        source: SIGN_IN,
        event_type: EventType::ConsoleSignIn,
        template,
    }
}

const fn of_service(
    name: &'static str,
    source: &'static str,
    template: fn(&Ready, &Frame<'_>) -> Value,
) -> Ready {
    Ready {
        name,
        event_name: name,
        source,
        event_type: EventType::ServiceEvent,
        template,
    }
}

const fn of_insight(name: &'static str) -> Ready {
    Ready {
        name,
        event_name: "RunInstances",
        source: "ec2.amazonaws.com",
        event_type: EventType::Insight,
        template: unusual::insight,
    }
}

impl Ready {
    /// The ready sketch that is asked for by name, or recognised by its event's name; `None` if there is none.
    pub(super) fn of(
        named: Option<Value>,
        sketch: &Object,
    ) -> Result<Option<&'static Self>, RecordError> {
        if let Some(named) = named {
            let named = named.as_str().unwrap_or_default();
            let found = ALL.iter().find(|one| one.name == named);
            return found
                .map(Some)
                .ok_or_else(|| RecordError::NoSuchSketch(named.to_owned(), names()));
        }
        let event_name = text(sketch, "eventName");
        let source = text(sketch, "eventSource");
        let event_type = text(sketch, "eventType");
        Ok(ALL
            .iter()
            .filter(|one| one.name == one.event_name)
            .find(|one| {
                Some(one.event_name) == event_name
                    && source.is_none_or(|source| source == one.source)
                    && event_type.is_none_or(|kind| kind == one.event_type.name())
            }))
    }

    /// What it says of an event, for the sketch to go over.
    pub(super) fn object(&self, frame: &Frame<'_>) -> Object {
        let mut object = Object::new();
        // Insights name both inside their details.
        if self.event_type != EventType::Insight {
            object.insert("eventName".to_owned(), json!(self.event_name));
            object.insert("eventSource".to_owned(), json!(self.source));
        }
        if let Value::Object(told) = (self.template)(self, frame) {
            object.extend(told);
        }
        object
    }
}

fn names() -> String {
    let names: Vec<&str> = ALL.iter().map(|one| one.name).collect();
    names.join(", ")
}

/// A member of one of the sketch's objects that is text.
fn given<'a>(frame: &Frame<'a>, object: &str, member: &str) -> Option<&'a str> {
    text(frame.sketch.get(object)?.as_object()?, member)
}
