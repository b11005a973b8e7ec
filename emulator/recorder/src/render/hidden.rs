//! What records do not show of parameters and answers (formats.md 3.7 and 3.4; native.md wins).

use std::collections::HashSet;

use localtrail_model::catalogue::{Api, Kind, Member, ShapeId};
use serde_json::{Map, Value};

/// What stands instead of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// These words, for the whole value.
    Words(&'static str),
    /// These words, for each element of a list or each value of a map.
    WordsEach(&'static str),
    /// An empty object.
    Emptied,
    /// Nothing: the key is missing.
    LeftOut,
}

/// The most common words, and what the model's sensitive marks turn into where no rule is known (I).
pub(super) const WORDS: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
/// Those words as a mark.
pub(super) const HIDDEN: Mark = Mark::Words(WORDS);
const HIDDEN_EACH: Mark = Mark::WordsEach(WORDS);
const REMOVED: Mark = Mark::Words("<sensitiveDataRemoved>");
const OMITTED: Mark = Mark::Words("***OMITTED***");
const STARS: Mark = Mark::Words("***");
const FOUR_STARS: Mark = Mark::Words("****");
const TEN_STARS: Mark = Mark::Words("**********");
const REASONS: Mark = Mark::Words("Value hidden due to security reasons.");

/// A member of a service's shapes, in one operation or (`*`) in all of them, at any depth.
struct Rule(&'static str, &'static str, &'static str, Mark);

/// By service.
const RULES: &[Rule] = &[
    Rule("acm", "*", "Passphrase", HIDDEN),                // D
    Rule("acm", "*", "PrivateKey", HIDDEN),                // D
    Rule("appsync", "*", "apiKeyId", STARS),               // D
    Rule("athena", "*", "QueryStatement", OMITTED),        // O native.md
    Rule("athena", "*", "QueryString", OMITTED),           // O native.md
    Rule("autoscaling", "*", "UserData", REMOVED),         // I: as EC2's
    Rule("bedrock-runtime", "*", "accept", Mark::LeftOut), // O: only the model's id is told
    Rule("bedrock-runtime", "*", "contentType", Mark::LeftOut), // O
    Rule("bedrock-runtime", "*", "messages", Mark::LeftOut), // I
    Rule("bedrock-runtime", "*", "system", Mark::LeftOut), // I
    Rule("cloudformation", "*", "ParameterValue", Mark::LeftOut), // D: keys alone are told
    Rule("cloudwatch", "*", "DashboardBody", STARS),       // D
    Rule("cognito-identity", "*", "Logins", HIDDEN_EACH),  // D
    Rule("ec2", "*", "KeyMaterial", REMOVED),              // D
    Rule("ec2", "*", "UserData", REMOVED),                 // O
    Rule("elasticache", "*", "AuthToken", FOUR_STARS),     // I
    Rule("events", "PutEvents", "Detail", HIDDEN),         // O native.md
    Rule("iam", "*", "Base32StringSeed", Mark::LeftOut),   // I
    Rule("iam", "*", "NewPassword", Mark::LeftOut),        // O
    Rule("iam", "*", "OldPassword", Mark::LeftOut),        // O
    Rule("iam", "*", "Password", Mark::LeftOut),           // O
    Rule("iam", "*", "PrivateKey", Mark::LeftOut),         // I
    Rule("iam", "*", "SecretAccessKey", Mark::LeftOut),    // O
    Rule("iam", "*", "ServicePassword", Mark::LeftOut),    // I
    Rule("lambda", "*", "Environment", Mark::Emptied),     // O
    Rule("logs", "StartQuery", "queryString", STARS),      // D
    Rule("mq", "*", "Password", STARS),                    // D
    Rule("organizations", "*", "AccountName", FOUR_STARS), // D
    Rule("organizations", "*", "Email", FOUR_STARS),       // D
    Rule("rds", "*", "MasterUserPassword", HIDDEN),        // O, though documented as four stars
    Rule("rds-data", "*", "database", TEN_STARS),          // D
    Rule("rds-data", "*", "schema", TEN_STARS),            // D
    Rule("rds-data", "*", "sql", TEN_STARS),               // D
    Rule("redshift", "*", "MasterUserPassword", FOUR_STARS), // I
    Rule("secretsmanager", "*", "SecretBinary", Mark::LeftOut), // O
    Rule("secretsmanager", "*", "SecretString", Mark::LeftOut), // O
    Rule("sns", "*", "Message", HIDDEN),                   // D
    Rule("sns", "*", "MessageAttributes", HIDDEN),         // D
    Rule("sns", "*", "Subject", HIDDEN),                   // D
    Rule("sqs", "*", "MessageAttributeNames", HIDDEN_EACH), // O native.md
    Rule("sqs", "*", "MessageAttributes", HIDDEN),         // I
    Rule("sqs", "*", "MessageBody", HIDDEN),               // O native.md
    Rule("ssm", "StartSession", "TokenValue", REASONS),    // O
    Rule("sts", "*", "SAMLAssertion", Mark::LeftOut),      // D
    Rule("sts", "*", "SecretAccessKey", Mark::LeftOut),    // O
    Rule("sts", "*", "WebIdentityToken", Mark::LeftOut),   // D
];

/// Members that the model marks as sensitive and records show all the same.
const SHOWN: &[(&str, &str)] = &[
    ("sts", "SessionToken"), // O native.md
];

/// How the name of a member ends that holds a secret, whatever the model says: some models leave out the mark, and what the
/// catalogue does not have has none (I).
const SECRET_ENDS: [&str; 13] = [
    "accesstoken",
    "authtoken",
    "clientsecret",
    "passphrase",
    "password",
    "presharedkey",
    "privatekey",
    "refreshtoken",
    "secretaccesskey",
    "secretbinary",
    "secretkey",
    "secretstring",
    "sharedsecret",
];

/// Members that are called like secrets and hold none: a service, or `*`, and the member.
const NO_SECRETS: [(&str, &str); 4] = [
    ("cognito-idp", "AccessToken"), // A unit of time; its tokens have the model's mark.
    ("cognito-idp", "RefreshToken"), // Likewise.
    ("iam", "RemovePrivateKey"),    // A key's id.
    ("lightsail", "passwordField"), // The name of a field.
];

/// What is hidden in the calls of one operation.
#[derive(Clone, Copy)]
pub(super) struct Hiding<'a> {
    service: &'a str,
    operation: &'a str,
    rules: &'static [Rule],
}

impl<'a> Hiding<'a> {
    /// For an operation of a service of the catalogue.
    pub(super) fn of(service: &'a str, operation: &'a str) -> Self {
        let service = match service {
            "docdb" | "neptune" => "rds",
            other => other,
        };
        let start = RULES.partition_point(|Rule(id, ..)| *id < service);
        let length = RULES[start..].partition_point(|Rule(id, ..)| *id == service);
        Self {
            service,
            operation,
            rules: &RULES[start..start + length],
        }
    }

    /// What stands instead of a member's value; `None` when it is shown. `member` is what the model says of it.
    pub(super) fn mark(self, name: &str, member: Option<&Member>, value: &Value) -> Option<Mark> {
        let rule = self.rules.iter().find(|Rule(_, operation, told, _)| {
            *told == name && (*operation == "*" || *operation == self.operation)
        });
        if let Some(Rule(.., mark)) = rule {
            return Some(*mark);
        }
        let is_sensitive = member.is_some_and(|member| member.sensitive);
        if is_sensitive {
            return (!SHOWN.contains(&(self.service, name))).then_some(HIDDEN);
        }
        let is_secret = is_secret(name, value) && !NO_SECRETS.contains(&(self.service, name));
        is_secret.then_some(HIDDEN)
    }
}

/// Whether a value seems to be a secret by its name. Switches and counts are none, nor is what contains members that have
/// names of their own.
pub(super) fn is_secret(name: &str, value: &Value) -> bool {
    let is_text = match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(Value::is_string),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    is_text && ends_like_a_secret(name)
}

/// Without regard to letter case, hyphens and underscores.
fn ends_like_a_secret(name: &str) -> bool {
    let ends = |end: &&str| {
        let mut letters = name.bytes().rev().filter(|byte| !b"-_".contains(byte));
        let mut wanted = end.bytes().rev();
        wanted.all(|byte| {
            letters
                .next()
                .is_some_and(|letter| letter.to_ascii_lowercase() == byte)
        })
    };
    SECRET_ENDS.iter().any(ends)
}

/// A tree of which no model tells, with what is called like a secret hidden.
pub(super) fn guarded(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let told = members
                .iter()
                .map(|(name, value)| (name.clone(), guarded_member(name, value)));
            Value::Object(told.collect())
        }
        Value::Array(items) => items.iter().map(guarded).collect(),
        other => other.clone(),
    }
}

/// One member of such a tree.
pub(super) fn guarded_member(name: &str, value: &Value) -> Value {
    match is_secret(name, value) {
        true => WORDS.into(),
        false => guarded(value),
    }
}

/// Whether something inside a shape must not be shown, so that a value of another kind in its place must not be either.
pub(super) fn has_secrets(api: &Api, id: ShapeId) -> bool {
    let mut seen = HashSet::new();
    let mut waiting = vec![id];
    while let Some(id) = waiting.pop() {
        let shape = api.shape(id);
        if shape.sensitive || matches!(shape.kind, Kind::Blob) {
            return true;
        }
        if !seen.insert(id) {
            continue;
        }
        match &shape.kind {
            Kind::Structure(structure) => {
                waiting.extend(structure.members.iter().map(|member| member.shape));
            }
            Kind::List { member, .. } => waiting.push(*member),
            Kind::Map { key, value, .. } => waiting.extend([*key, *value]),
            Kind::String
            | Kind::Integer
            | Kind::Double
            | Kind::Boolean
            | Kind::Timestamp(_)
            | Kind::Blob
            | Kind::Document => (),
        }
    }
    false
}

impl Mark {
    /// The value as it is shown; `None` when its key is missing.
    pub(super) fn over(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::LeftOut, _) => None,
            (Self::Emptied, _) => Some(Value::Object(Map::new())),
            (Self::WordsEach(words), Value::Array(items)) => {
                Some(items.iter().map(|_| Value::from(words)).collect())
            }
            (Self::WordsEach(words), Value::Object(entries)) => {
                let hidden = entries.keys().map(|key| (key.clone(), words.into()));
                Some(Value::Object(hidden.collect()))
            }
            (Self::WordsEach(words) | Self::Words(words), _) => Some(words.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_sorted_by_service() {
        assert!(RULES.is_sorted_by_key(|Rule(id, ..)| id));
    }

    #[test]
    fn rules_go_before_the_models_marks() {
        let mark = |id: &str, operation: &str, name: &str| {
            let entry = localtrail_model::catalogue::service(id).unwrap();
            let shapes = entry.api().shapes().iter();
            let mut structures = shapes.filter_map(|shape| match &shape.kind {
                Kind::Structure(structure) => structure.member(name),
                _ => None,
            });
            let member = structures.find(|member| member.sensitive);
            Hiding::of(id, operation).mark(name, member, &json!("x"))
        };
        assert_eq!(mark("ssm", "PutParameter", "Value"), Some(HIDDEN));
        assert_eq!(
            mark("iam", "CreateAccessKey", "SecretAccessKey"),
            Some(Mark::LeftOut)
        );
        assert_eq!(mark("rolesanywhere", "CreateProfile", "key"), Some(HIDDEN));
        assert_eq!(mark("sts", "AssumeRole", "SessionToken"), None);
        assert_eq!(mark("ec2", "RunInstances", "ImageId"), None);
        // No model marks these.
        assert_eq!(mark("emr", "RunJobFlow", "KdcAdminPassword"), Some(HIDDEN));
        assert_eq!(mark("iam", "UpdateSAMLProvider", "RemovePrivateKey"), None);
    }

    #[test]
    fn what_is_called_like_a_secret_is_hidden_where_no_model_tells() {
        let tree = json!({"db": {"Master_Password": "x", "rotate-client-secret": ["x"], "password": {"length": 8}},
            "ManageMasterUserPassword": true, "passwordless": "x", "empty": {"password": ""}});
        let told = json!({"db": {"Master_Password": WORDS, "rotate-client-secret": WORDS, "password": {"length": 8}},
            "ManageMasterUserPassword": true, "passwordless": "x", "empty": {"password": ""}});
        assert_eq!(guarded(&tree), told);
    }

    #[test]
    fn marks_stand_for_values() {
        assert_eq!(
            HIDDEN_EACH
                .over(&json!(["a", "b"]))
                .unwrap()
                .as_array()
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            HIDDEN_EACH.over(&json!({"idp": "token"})),
            Some(json!({"idp": "HIDDEN_DUE_TO_SECURITY_REASONS"}))
        );
        assert_eq!(Mark::Emptied.over(&json!({"A": 1})), Some(json!({})));
        assert_eq!(Mark::LeftOut.over(&json!("x")), None);
    }
}
