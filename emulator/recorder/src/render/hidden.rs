//! What records do not show of parameters and answers (formats.md 3.7 and 3.4; native.md wins).

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
pub(super) const HIDDEN: Mark = Mark::Words("HIDDEN_DUE_TO_SECURITY_REASONS");
const HIDDEN_EACH: Mark = Mark::WordsEach("HIDDEN_DUE_TO_SECURITY_REASONS");
const REMOVED: Mark = Mark::Words("<sensitiveDataRemoved>");
const OMITTED: Mark = Mark::Words("***OMITTED***");
const STARS: Mark = Mark::Words("***");
const FOUR_STARS: Mark = Mark::Words("****");
const TEN_STARS: Mark = Mark::Words("**********");
const REASONS: Mark = Mark::Words("Value hidden due to security reasons.");

/// A member of a service's shapes, in one operation or (`*`) in all of them, at any depth.
struct Rule(&'static str, &'static str, &'static str, Mark);

const RULES: &[Rule] = &[
    Rule("acm", "*", "Passphrase", HIDDEN),                // D
    Rule("acm", "*", "PrivateKey", HIDDEN),                // D
    Rule("appsync", "*", "apiKeyId", STARS),               // D
    Rule("athena", "*", "QueryString", OMITTED),           // O native.md
    Rule("athena", "*", "QueryStatement", OMITTED),        // O native.md
    Rule("bedrock-runtime", "*", "accept", Mark::LeftOut), // O: only the model's id is told
    Rule("bedrock-runtime", "*", "contentType", Mark::LeftOut), // O
    Rule("bedrock-runtime", "*", "messages", Mark::LeftOut), // I
    Rule("bedrock-runtime", "*", "system", Mark::LeftOut), // I
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
    Rule("rds", "*", "MasterUserPassword", HIDDEN),        // O, though documented as four stars
];

/// Members that the model marks as sensitive and records show all the same.
const SHOWN: &[(&str, &str)] = &[
    ("sts", "SessionToken"), // O native.md
];

/// What stands instead of a member; `None` when its value is shown.
pub(super) fn mark(service: &str, operation: &str, member: &str, sensitive: bool) -> Option<Mark> {
    let service = match service {
        "docdb" | "neptune" => "rds",
        other => other,
    };
    let rule = RULES.iter().find(|Rule(id, name, told, _)| {
        *id == service && (*name == "*" || *name == operation) && *told == member
    });
    if let Some(Rule(.., mark)) = rule {
        return Some(*mark);
    }
    (sensitive && !SHOWN.contains(&(service, member))).then_some(HIDDEN)
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
    fn rules_go_before_the_models_marks() {
        assert_eq!(mark("ssm", "PutParameter", "Value", true), Some(HIDDEN));
        assert_eq!(
            mark("iam", "CreateAccessKey", "SecretAccessKey", true),
            Some(Mark::LeftOut)
        );
        assert_eq!(
            mark("rolesanywhere", "CreateProfile", "key", true),
            Some(HIDDEN)
        );
        assert_eq!(mark("sts", "AssumeRole", "SessionToken", true), None);
        assert_eq!(mark("ec2", "RunInstances", "ImageId", false), None);
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
