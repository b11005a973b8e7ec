//! Sign-ins to consoles (formats.md 2.6).

use serde_json::{Value, json};

use super::{Ready, given};
use crate::record::sketch::{Frame, Object, text};

/// Stands for the user of a failed sign-in with an unknown name (D, formats.md 2.4).
pub(in super::super) const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Where browsers go.
const HOME: &str = "https://console.aws.amazon.com/console/home";

/// Whether a sign-in failed: its outcome says so, or it has an error's message.
pub(in super::super) fn failed(sketch: &Object) -> bool {
    let outcome = sketch.get("responseElements").and_then(Value::as_object);
    let name = text(sketch, "eventName").unwrap_or_default();
    outcome.and_then(|outcome| text(outcome, name)) == Some("Failure")
        || text(sketch, "errorMessage").is_some()
}

pub(super) fn login(ready: &Ready, frame: &Frame<'_>) -> Value {
    let extra = frame.sketch.get("additionalEventData");
    let has_device = extra.is_some_and(|extra| !extra["MFAIdentifier"].is_null());
    if failed(frame.sketch) {
        failure(ready, frame)
    } else if has_device || given(frame, "additionalEventData", "MFAUsed") == Some("Yes") {
        login_with_mfa(ready, frame)
    } else {
        logged_in(ready, frame, "Success", json!({"MFAUsed": "No"}))
    }
}

/// No `errorCode`, only a message (D and O, formats.md 2.6).
pub(super) fn failure(ready: &Ready, frame: &Frame<'_>) -> Value {
    let mut login = logged_in(ready, frame, "Failure", json!({"MFAUsed": "No"}));
    login["errorMessage"] = json!("Failed authentication");
    login
}

pub(super) fn login_with_mfa(ready: &Ready, frame: &Frame<'_>) -> Value {
    let (account, partition) = (frame.account, frame.region.partition());
    let device = format!("arn:{partition}:iam::{account}:mfa/device");
    let extra = json!({"MFAIdentifier": device, "MFAUsed": "Yes"});
    logged_in(ready, frame, "Success", extra)
}

pub(super) fn unknown_user(ready: &Ready, frame: &Frame<'_>) -> Value {
    let mut login = failure(ready, frame);
    login["errorMessage"] = json!("No username found in supplied account");
    login["userIdentity"] = json!({"type": "IAMUser", "accessKeyId": "", "userName": HIDDEN});
    login
}

/// Log-ins of roles do not say where to (D).
fn logged_in(ready: &Ready, frame: &Frame<'_>, outcome: &str, extra: Value) -> Value {
    let identity = frame.sketch.get("userIdentity").and_then(Value::as_object);
    let is_role = identity.is_some_and(|one| {
        text(one, "type") == Some("AssumedRole") || one.contains_key("roleName")
    });
    let mut additional = Object::new();
    if !is_role {
        let page = format!("{HOME}?state=hashArgs%23&isauthcode=true");
        additional.insert("LoginTo".to_owned(), json!(page));
    }
    additional.insert("MobileVersion".to_owned(), json!("No"));
    if let Value::Object(extra) = extra {
        additional.extend(extra);
    }
    of_browser(ready, outcome, Value::Object(additional))
}

pub(super) fn check_mfa(ready: &Ready, _: &Frame<'_>) -> Value {
    of_browser(ready, "Success", json!({"MfaType": "Virtual MFA"}))
}

/// The record of the role's account (D, formats.md 2.6).
pub(super) fn switch_role(ready: &Ready, frame: &Frame<'_>) -> Value {
    let (account, partition) = (frame.account, frame.region.partition());
    let from = format!("arn:{partition}:iam::{account}:user/localtrail");
    let extra = json!({"SwitchFrom": from, "DisplayName": "localtrail", "RedirectTo": HOME});
    let mut event = of_browser(ready, "Success", extra);
    if !frame.sketch.contains_key("userIdentity") {
        event["userIdentity"] =
            json!({"type": "AssumedRole", "roleName": "localtrail", "sessionName": "localtrail"});
    }
    event
}

pub(super) fn token(ready: &Ready, _: &Frame<'_>) -> Value {
    let extra = json!({"MobileVersion": "No", "MFAUsed": "No"});
    of_browser(ready, "Success", extra)
}

/// Root users recover passwords by themselves; those of users are set by administrators (D).
pub(super) fn password_recovery(ready: &Ready, _: &Frame<'_>) -> Value {
    let mut event = of_browser(ready, "Success", Value::Null);
    event["userIdentity"] = json!({"type": "Root"});
    event
}

fn of_browser(ready: &Ready, outcome: &str, additional: Value) -> Value {
    json!({
        "responseElements": {ready.event_name: outcome},
        "additionalEventData": additional,
        // Browsers speak TLS (O, four records of four).
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "signin.aws.amazon.com",
        },
    })
}
