//! The general way of writing a tree of members: names with a small first letter, times in the service's form, bytes left
//! out, secrets hidden (formats.md 3.4). What single operations do otherwise is their own files' business.

use localtrail_model::catalogue::{Api, Entry, Kind, Location, Member, Protocol, ShapeId};
use serde_json::{Map, Value};

use super::hidden::{self, HIDDEN, Hiding};
use super::moment::Moment;

/// Services that write names as they are (O; the last two I).
const VERBATIM: [&str; 8] = [
    "account",
    "ce",
    "devops-guru",
    "resource-explorer-2",
    "securityhub",
    "ssm-guiconnect",
    "cloudshell",
    "ssm-incidents-contacts",
];

/// Services that write numbers and booleans of the query string as the texts that they are there (O).
const QUERY_AS_TEXT: [&str; 1] = ["servicecatalog-appregistry"];

/// A writer for the members of one operation.
pub(super) struct Writer<'a> {
    service: &'a Entry,
    hiding: Hiding<'a>,
    api: &'a Api,
    moment: Moment,
}

impl<'a> Writer<'a> {
    pub(super) fn of(service: &'a Entry, operation: &'a str) -> Self {
        Self {
            service,
            hiding: Hiding::of(service.id, operation),
            api: service.api(),
            moment: Moment::of(service),
        }
    }

    /// A structure's members as the record shows them.
    pub(super) fn structure(
        &self,
        members: &Map<String, Value>,
        shape: Option<ShapeId>,
    ) -> Map<String, Value> {
        let structure = shape.and_then(|shape| self.api.structure(shape));
        let mut written = Map::new();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let member = structure.and_then(|structure| structure.member(name));
            // The status of an answer is not told (O: DeleteFunction20150331 has null).
            if member.is_some_and(|member| member.location == Some(Location::StatusCode)) {
                continue;
            }
            if let Some(shown) = self.member(name, value, member) {
                written.insert(self.key(name, member), shown);
            }
        }
        written
    }

    /// One member's value; `None` when its key is missing.
    pub(super) fn member(
        &self,
        name: &str,
        value: &Value,
        member: Option<&Member>,
    ) -> Option<Value> {
        let shape = member.map(|member| self.api.shape(member.shape));
        // Bytes are not told, whatever else is known of them (O for KMS and Lambda, I elsewhere).
        let is_blob = shape.is_some_and(|shape| matches!(shape.kind, Kind::Blob));
        let marked = member.filter(|_| !is_blob);
        if let Some(mark) = self.hiding.mark(name, marked, value) {
            return mark.over(value);
        }
        let Some(member) = member else {
            return Some(lowered_member(name, value));
        };
        if QUERY_AS_TEXT.contains(&self.service.id)
            && member.location == Some(Location::QueryString)
            && !value.is_string()
        {
            return Some(value.to_string().into());
        }
        self.value(value, member.shape)
    }

    /// A value of a shape; `None` for bytes.
    fn value(&self, value: &Value, id: ShapeId) -> Option<Value> {
        let shape = self.api.shape(id);
        match (&shape.kind, value) {
            (Kind::Blob, _) => None,
            _ if shape.sensitive => HIDDEN.over(value),
            (Kind::Structure(_), Value::Object(members)) => {
                Some(Value::Object(self.structure(members, Some(id))))
            }
            (Kind::List { member, .. }, Value::Array(items)) => {
                let items = items.iter().filter_map(|item| self.value(item, *member));
                Some(items.collect())
            }
            (Kind::Map { key, .. }, Value::Object(_)) if self.api.shape(*key).sensitive => {
                HIDDEN.over(value)
            }
            (Kind::Map { value: shape, .. }, Value::Object(entries)) => {
                // Nobody marked what a caller names freely.
                let told = |(key, value): (&String, &Value)| match hidden::is_secret(key, value) {
                    true => Some((key.clone(), hidden::WORDS.into())),
                    false => Some((key.clone(), self.value(value, *shape)?)),
                };
                Some(Value::Object(entries.iter().filter_map(told).collect()))
            }
            (Kind::Timestamp(format), time) => Some(self.moment.write(time, *format)),
            // Not of the kind that it should be: nobody knows what it is.
            (Kind::Structure(_) | Kind::List { .. } | Kind::Map { .. }, _)
                if hidden::has_secrets(self.api, id) =>
            {
                HIDDEN.over(value)
            }
            _ => Some(hidden::guarded(value)),
        }
    }

    /// The key of a member: its name in the body, or the model's own where it travels elsewhere (O: `restApiId`), with a
    /// small first letter.
    fn key(&self, name: &str, member: Option<&Member>) -> String {
        let is_query = matches!(
            self.service.protocols.first(),
            Some(Protocol::Query | Protocol::RpcV2Cbor)
        );
        let told = match member {
            Some(member) if member.location.is_none() && !is_query => member.wire_name(),
            _ => name,
        };
        if VERBATIM.contains(&self.service.id) {
            return told.to_owned();
        }
        lower_first(told)
    }
}

/// The first letter small, and no other: `DBName` becomes `dBName` (O).
pub(super) fn lower_first(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

/// A tree of which no model tells: every name with a small first letter, and what is called like a secret hidden (I).
pub(super) fn lowered(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(lowered_members(members)),
        Value::Array(items) => items.iter().map(lowered).collect(),
        other => other.clone(),
    }
}

/// One member's value in [`lowered`].
pub(super) fn lowered_member(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) => lowered(&hidden::guarded_member(name, value)),
        _ => hidden::guarded_member(name, value),
    }
}

/// The members of [`lowered`].
pub(super) fn lowered_members(members: &Map<String, Value>) -> Map<String, Value> {
    let told = members.iter().filter(|(_, value)| !value.is_null());
    told.map(|(name, value)| (lower_first(name), lowered_member(name, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use localtrail_model::catalogue::services;
    use serde_json::json;

    use super::*;

    fn request(id: &str, operation: &str, members: Value) -> Value {
        let service = services().iter().find(|service| service.id == id).unwrap();
        let shape = service.operation(operation).unwrap().input;
        let writer = Writer::of(service, operation);
        Value::Object(writer.structure(members.as_object().unwrap(), shape))
    }

    #[test]
    fn names_lose_their_capital_at_every_depth_and_keys_of_maps_do_not() {
        assert_eq!(
            request(
                "rds",
                "CreateDBInstance",
                json!({
                    "DBName": "a", "MasterUserPassword": "secret", "Tags": [{"Key": "K", "Value": "V"}]
                })
            ),
            json!({"dBName": "a", "masterUserPassword": "HIDDEN_DUE_TO_SECURITY_REASONS",
                   "tags": [{"key": "K", "value": "V"}]})
        );
        assert_eq!(
            request(
                "lambda",
                "CreateFunction",
                json!({
                    "FunctionName": "f", "Code": {"ZipFile": "AAAA"}, "Environment": {"Variables": {"A": "b"}},
                    "Tags": {"Stage": "Test"}
                })
            ),
            json!({"functionName": "f", "code": {}, "environment": {}, "tags": {"Stage": "Test"}})
        );
    }

    #[test]
    fn path_members_have_the_models_names() {
        assert_eq!(
            request(
                "apigateway",
                "GetResource",
                json!({"restApiId": "r", "resourceId": "x"})
            ),
            json!({"restApiId": "r", "resourceId": "x"})
        );
    }

    #[test]
    fn some_services_write_names_as_they_are() {
        assert_eq!(
            request(
                "ce",
                "GetCostAndUsage",
                json!({"TimePeriod": {"Start": "2023-06-01"}})
            ),
            json!({"TimePeriod": {"Start": "2023-06-01"}})
        );
        assert_eq!(
            request(
                "servicecatalog-appregistry",
                "ListApplications",
                json!({"maxResults": 100})
            ),
            json!({"maxResults": "100"})
        );
    }

    #[test]
    fn bytes_and_secrets_are_left_out() {
        assert_eq!(
            request(
                "kms",
                "Encrypt",
                json!({"KeyId": "k", "Plaintext": "AAAA", "EncryptionContext": {"A": "B"}})
            ),
            json!({"keyId": "k", "encryptionContext": {"A": "B"}})
        );
        assert_eq!(
            request(
                "secretsmanager",
                "PutSecretValue",
                json!({"SecretId": "s", "SecretString": "x"})
            ),
            json!({"secretId": "s"})
        );
    }
}
