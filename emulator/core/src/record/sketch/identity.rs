//! `userIdentity` of a sketch, completed by its type (formats.md 2.4; key order of native.md).
//!
//! Two members are ours and help to name a session: `roleName` and `sessionName`. They do not stay.

use serde_json::{Value, json};

use super::{EventType, Frame, Object, text};
use crate::caller::Identity;
use crate::ids;
use crate::record::identity::UserIdentity;
use crate::record::injected::RecordError;

const ORDER: [&str; 8] = [
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "sessionContext",
    "invokedBy",
];

/// Which access key stands in an identity that names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// One derived from the principal: calls are signed.
    Derived,
    /// The empty one, as in sign-ins of root and in failed ones (D and O, formats.md 2.4 and 2.6).
    Empty,
    /// None, as in successful sign-ins (O).
    Absent,
}

/// The identity of the frame's sketch, whole.
pub(super) fn complete(frame: &Frame<'_>) -> Result<Object, RecordError> {
    let given = frame.sketch.get("userIdentity").and_then(Value::as_object);
    let mut given = match given {
        Some(given) => given.clone(),
        None => default(frame),
    };
    let kind = kind(frame, &given)?;
    let mut made = Object::new();
    if let Some(kind) = &kind {
        made.insert("type".to_owned(), json!(kind));
    }
    let partition = frame.region.partition();
    let role = given.shift_remove("roleName");
    let session = given.shift_remove("sessionName");
    let person = Person {
        frame,
        given: &given,
        partition,
    };
    match kind.as_deref() {
        Some("Root") => person.root(&mut made),
        Some("IAMUser") => person.user(&mut made)?,
        Some("AssumedRole") => person.role(&mut made, role, session)?,
        Some("FederatedUser") => person.federated(&mut made)?,
        Some("SAMLUser" | "WebIdentityUser") => person.outsider(&mut made),
        Some("AWSService") => put(&mut made, "invokedBy", json!(person.service())),
        Some("AWSAccount") => {
            let id = ids::principal("AIDA", &[person.account(), "localtrail"]);
            put(&mut made, "principalId", json!(id));
            put(&mut made, "accountId", json!(person.account()));
        }
        None => {
            put(&mut made, "accountId", json!(person.account()));
            put(&mut made, "invokedBy", json!(person.service()));
        }
        // Kinds that are rare, or that AWS adds: what was given, and the account.
        Some(_) => put(&mut made, "accountId", json!(person.account())),
    }
    for (member, value) in given {
        // A session was merged with what is given of it.
        if member != "sessionContext" || !made.contains_key("sessionContext") {
            made.insert(member, value);
        }
    }
    made.retain(|_, value| !value.is_null());
    Ok(ordered(made))
}

/// Who calls when nobody is named: the emulator's default caller, or the service itself.
fn default(frame: &Frame<'_>) -> Object {
    if frame.event_type == EventType::ServiceEvent {
        return Object::new();
    }
    let caller = &frame.defaults.caller;
    let written = match &caller.identity {
        // By its name only, so that it is a user of the event's account.
        Identity::IamUser { user_name, .. } => json!({"type": "IAMUser", "userName": user_name}),
        _ => serde_json::to_value(UserIdentity::of(caller, &frame.region)).unwrap_or_default(),
    };
    written.as_object().cloned().unwrap_or_default()
}

/// `type`, as given or as the other members tell; events of services have none (O).
fn kind(frame: &Frame<'_>, given: &Object) -> Result<Option<String>, RecordError> {
    if let Some(kind) = given.get("type") {
        let kind = kind.as_str().map(str::to_owned);
        let wrong = || RecordError::Wrong("userIdentity.type".to_owned(), "text");
        return kind.map(Some).ok_or_else(wrong);
    }
    if frame.event_type == EventType::ServiceEvent {
        return Ok(None);
    }
    let resource = text(given, "arn").and_then(|arn| arn.splitn(6, ':').nth(5));
    let told = match resource {
        Some("root") => Some("Root"),
        Some(rest) if rest.starts_with("user/") => Some("IAMUser"),
        Some(rest) if rest.starts_with("assumed-role/") => Some("AssumedRole"),
        Some(rest) if rest.starts_with("federated-user/") => Some("FederatedUser"),
        _ if given.contains_key("roleName") => Some("AssumedRole"),
        _ if given.contains_key("userName") => Some("IAMUser"),
        _ if given.contains_key("invokedBy") => Some("AWSService"),
        _ => None,
    };
    let needs = || RecordError::NeedsIdentity("a type, such as IAMUser or AssumedRole".to_owned());
    told.map(|kind| Some(kind.to_owned())).ok_or_else(needs)
}

struct Person<'a> {
    frame: &'a Frame<'a>,
    given: &'a Object,
    partition: &'static str,
}

impl Person<'_> {
    /// The principal's account, which need not be the event's.
    fn account(&self) -> &str {
        text(self.given, "accountId")
            .or_else(|| text(self.given, "arn").and_then(|arn| arn.split(':').nth(4)))
            .unwrap_or_else(|| self.frame.account.as_str())
    }

    fn service(&self) -> &str {
        let source = text(self.frame.sketch, "eventSource");
        text(self.given, "invokedBy")
            .or(source)
            .unwrap_or("AWS Internal")
    }

    /// The access key: derived from who it is, so that it is the same in every run.
    fn key(&self, prefix: &str, name: &str) -> Value {
        let kind = match self.frame.event_type {
            EventType::ConsoleSignIn => sign_in_key(self.frame.sketch, self.given),
            _ => Key::Derived,
        };
        match kind {
            Key::Derived => {
                let mut key = ids::principal(prefix, &[self.account(), name, "access key"]);
                // Access keys have 20 characters, ids of principals 21.
                key.truncate(20);
                json!(key)
            }
            Key::Empty => json!(""),
            Key::Absent => Value::Null,
        }
    }

    fn root(&self, made: &mut Object) {
        let (account, partition) = (self.account(), self.partition);
        put(made, "principalId", json!(account));
        put(
            made,
            "arn",
            json!(format!("arn:{partition}:iam::{account}:root")),
        );
        put(made, "accountId", json!(account));
        put(made, "accessKeyId", self.key("ASIA", "root"));
    }

    fn user(&self, made: &mut Object) -> Result<(), RecordError> {
        let (account, partition) = (self.account(), self.partition);
        let from_arn = text(self.given, "arn").and_then(|arn| arn.rsplit('/').next());
        let name = text(self.given, "userName")
            .or(from_arn)
            .ok_or_else(|| needs("IAMUser", "a userName or an arn"))?;
        let hidden = name == super::ready::HIDDEN;
        let nameless = hidden || !arn_is_told(self.frame.sketch);
        if !hidden {
            let id = ids::principal("AIDA", &[account, name]);
            put(made, "principalId", json!(id));
        }
        if !nameless {
            let arn = format!("arn:{partition}:iam::{account}:user/{name}");
            put(made, "arn", json!(arn));
        }
        put(made, "accountId", json!(account));
        put(made, "accessKeyId", self.key("AKIA", name));
        put(made, "userName", json!(name));
        Ok(())
    }

    fn role(
        &self,
        made: &mut Object,
        role: Option<Value>,
        session: Option<Value>,
    ) -> Result<(), RecordError> {
        let (account, partition) = (self.account(), self.partition);
        let context = self.given.get("sessionContext").and_then(Value::as_object);
        let issuer = context
            .and_then(|context| context.get("sessionIssuer"))
            .and_then(Value::as_object);
        let arn_part = |at| text(self.given, "arn").and_then(|arn| arn.split('/').nth(at));
        let issuer_arn = issuer.and_then(|issuer| text(issuer, "arn"));
        let named = role.as_ref().and_then(Value::as_str);
        let role = named
            .or_else(|| issuer.and_then(|issuer| text(issuer, "userName")))
            .or_else(|| arn_part(1))
            .or_else(|| issuer_arn.and_then(|arn| arn.rsplit('/').next()))
            .ok_or_else(|| needs("AssumedRole", "a roleName or an arn"))?;
        let principal = text(self.given, "principalId");
        let session = session
            .as_ref()
            .and_then(Value::as_str)
            .or_else(|| arn_part(2))
            .or_else(|| principal.and_then(|id| id.split_once(':')).map(|id| id.1))
            .unwrap_or("localtrail");
        let role_id = principal
            .and_then(|id| id.split(':').next())
            .map_or_else(|| ids::principal("AROA", &[account, role]), str::to_owned);
        put(made, "principalId", json!(format!("{role_id}:{session}")));
        let arn = format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}");
        put(made, "arn", json!(arn));
        put(made, "accountId", json!(account));
        put(made, "accessKeyId", self.key("ASIA", session));
        let made_issuer = json!({
            "type": "Role",
            "principalId": role_id,
            "arn": format!("arn:{partition}:iam::{account}:role/{role}"),
            "accountId": account,
            "userName": role,
        });
        self.session(made, made_issuer);
        Ok(())
    }

    fn federated(&self, made: &mut Object) -> Result<(), RecordError> {
        let (account, partition) = (self.account(), self.partition);
        let from_arn = text(self.given, "arn").and_then(|arn| arn.rsplit('/').next());
        let from_id = text(self.given, "principalId").and_then(|id| id.split(':').nth(1));
        let name = text(self.given, "userName")
            .or(from_arn)
            .or(from_id)
            .ok_or_else(|| needs("FederatedUser", "a userName or an arn"))?
            .to_owned();
        put(made, "principalId", json!(format!("{account}:{name}")));
        let arn = format!("arn:{partition}:sts::{account}:federated-user/{name}");
        put(made, "arn", json!(arn));
        put(made, "accountId", json!(account));
        put(made, "accessKeyId", self.key("ASIA", &name));
        let issuer = json!({
            "type": "IAMUser",
            "principalId": ids::principal("AIDA", &[account, "localtrail"]),
            "arn": format!("arn:{partition}:iam::{account}:user/localtrail"),
            "accountId": account,
            "userName": "localtrail",
        });
        self.session(made, issuer);
        Ok(())
    }

    /// Who comes with a token of somebody else's: only in the call that hands it in (D).
    fn outsider(&self, made: &mut Object) {
        let told = |member, other| text(self.given, member).unwrap_or(other);
        let provider = told("identityProvider", "localhost").to_owned();
        let name = told("userName", "localtrail").to_owned();
        let id = format!("{provider}:localtrail:{name}");
        put(made, "principalId", json!(id));
        put(made, "userName", json!(name));
        put(made, "identityProvider", json!(provider));
    }

    /// `sessionContext` as made here under what is given of it.
    fn session(&self, made: &mut Object, issuer: Value) {
        let mut context = Object::new();
        put(&mut context, "sessionIssuer", issuer);
        let attributes = json!({"creationDate": self.frame.time(), "mfaAuthenticated": "false"});
        put(&mut context, "attributes", attributes);
        let given = self.given.get("sessionContext").and_then(Value::as_object);
        for (member, value) in given.into_iter().flatten() {
            match (context.get_mut(member), value) {
                (Some(Value::Object(below)), Value::Object(above)) => {
                    below.extend(above.iter().map(|(k, v)| (k.clone(), v.clone())));
                }
                _ => put(&mut context, member, value.clone()),
            }
        }
        put(made, "sessionContext", Value::Object(context));
    }
}

/// Failed sign-ins of users, and the question for MFA before them, do not tell the ARN (O, formats.md 2.6).
fn arn_is_told(sketch: &Object) -> bool {
    text(sketch, "eventSource") != Some("signin.amazonaws.com")
        || !(text(sketch, "eventName") == Some("CheckMfa") || super::ready::failed(sketch))
}

fn sign_in_key(sketch: &Object, given: &Object) -> Key {
    match text(given, "type") {
        Some("AssumedRole" | "FederatedUser") => Key::Derived,
        Some("Root") => Key::Empty,
        _ if !arn_is_told(sketch) => Key::Empty,
        _ => Key::Absent,
    }
}

fn needs(kind: &str, what: &str) -> RecordError {
    RecordError::NeedsIdentity(format!("{what} beside its type {kind}"))
}

fn put(object: &mut Object, member: &str, value: Value) {
    object.insert(member.to_owned(), value);
}

fn ordered(mut object: Object) -> Object {
    let mut ordered = Object::new();
    for member in ORDER {
        if let Some(value) = object.shift_remove(member) {
            ordered.insert(member.to_owned(), value);
        }
    }
    ordered.extend(object);
    ordered
}
