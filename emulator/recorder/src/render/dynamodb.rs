//! DynamoDB's data events: which item and which attributes, never their values (D, formats.md 3.4; what is beyond the
//! documented examples is inferred).

mod partiql;

use localtrail_model::catalogue::Entry;
use serde_json::{Map, Value};

use super::tree::{Writer, lowered, lowered_members};

/// Members that hold values; they are not told. Expressions are: values stand beside them, under placeholders (D).
const NOT_TOLD: [&str; 8] = [
    "AttributeUpdates",
    "ExclusiveStartKey",
    "Expected",
    "ExpressionAttributeValues",
    "KeyConditions",
    "Parameters",
    "QueryFilter",
    "ScanFilter",
];

/// Members that are told in a form of their own.
const REWRITTEN: [&str; 7] = [
    "Item",
    "Key",
    "RequestItems",
    "Statement",
    "Statements",
    "TransactItems",
    "TransactStatements",
];

/// Batches of PartiQL and transactions are all called so (D).
const BATCH: &str = "requestItems";

pub(super) use partiql::table as table_of;

/// `tableName`, `key` with plain values, `items` with the names of attributes, and the call's options. What the model does
/// not have is not told: it may be a value.
pub(super) fn parameters(
    service: &Entry,
    operation: &str,
    input: &Map<String, Value>,
) -> Map<String, Value> {
    let shape = service.operation(operation).and_then(|op| op.input);
    let structure = shape.and_then(|shape| service.api().structure(shape));
    let is_plain = |name: &str| {
        let is_known = structure.is_some_and(|structure| structure.member(name).is_some());
        is_known && !NOT_TOLD.contains(&name) && !REWRITTEN.contains(&name)
    };
    let plain = input.iter().filter(|(name, _)| is_plain(name));
    let plain = plain.map(|(name, value)| (name.clone(), value.clone()));
    let mut parameters = Writer::of(service, operation).structure(&plain.collect(), shape);
    for (name, value) in input {
        let told = match (name.as_str(), value) {
            ("Item", Value::Object(item)) => ("items", names(item)),
            ("Key", Value::Object(key)) => ("key", Value::Object(plain_key(key))),
            ("RequestItems", Value::Object(tables)) => (BATCH, by_table(tables)),
            ("Statement", Value::String(text)) => {
                ("statement", partiql::without_values(text).into())
            }
            ("TransactItems", items) => (BATCH, operations(items)),
            ("Statements" | "TransactStatements", batch) => (BATCH, statements(batch)),
            _ => continue,
        };
        parameters.insert(told.0.to_owned(), told.1);
    }
    parameters
}

/// What is asked of each table.
fn by_table(tables: &Map<String, Value>) -> Value {
    let told = tables.iter().map(|(table, asked)| {
        let told = without_value("", asked);
        (table.clone(), lowered(&told))
    });
    Value::Object(told.collect())
}

/// The acts of a transaction, each with its `operation` (D).
fn operations(items: &Value) -> Value {
    let items = items.as_array().into_iter().flatten();
    let acts = items.filter_map(|item| item.as_object()?.iter().next());
    acts.map(|(operation, act)| {
        let mut told = Map::new();
        told.insert("operation".to_owned(), operation.as_str().into());
        if let Some(act) = act.as_object() {
            told.extend(lowered_members(&without_values(act)));
        }
        if let Some(item) = told.shift_remove("item") {
            told.insert("items".to_owned(), item);
        }
        Value::Object(told)
    })
    .collect()
}

/// The statements of a batch (D).
fn statements(batch: &Value) -> Value {
    let batch = batch.as_array().into_iter().flatten();
    let texts = batch.filter_map(|one| one.get("Statement")?.as_str());
    texts
        .map(|text| {
            Value::from(Map::from_iter([(
                "statement".to_owned(),
                Value::from(partiql::without_values(text)),
            )]))
        })
        .collect()
}

/// Members without what holds values, at any depth: keys become plain, items become the names of their attributes.
fn without_values(members: &Map<String, Value>) -> Map<String, Value> {
    let told = members
        .iter()
        .filter(|(name, _)| !NOT_TOLD.contains(&name.as_str()));
    told.map(|(name, value)| (name.clone(), without_value(name, value)))
        .collect()
}

fn without_value(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("Key", Value::Object(key)) => Value::Object(plain_key(key)),
        ("Keys", Value::Array(keys)) => keys.iter().map(|key| without_value("Key", key)).collect(),
        ("Item", Value::Object(item)) => names(item),
        ("Item" | "Key", _) => Value::Null,
        (_, Value::Object(members)) => Value::Object(without_values(members)),
        (_, Value::Array(items)) => items.iter().map(|item| without_value("", item)).collect(),
        (_, other) => other.clone(),
    }
}

/// `{"id": {"S": "x"}}` as `{"id": "x"}`. Keys are texts, numbers or bytes, and bytes are not told.
fn plain_key(key: &Map<String, Value>) -> Map<String, Value> {
    let plain = |value: &Value| match value {
        Value::Object(typed) => typed.get("S").or_else(|| typed.get("N")).cloned(),
        other => Some(other.clone()),
    };
    key.iter()
        .filter_map(|(name, value)| Some((name.clone(), plain(value)?)))
        .collect()
}

fn names(item: &Map<String, Value>) -> Value {
    item.keys().map(|name| Value::from(name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use localtrail_model::catalogue::service;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_attributes_are_not_told() {
        let told = |operation: &str, input: Value| {
            let input = input.as_object().unwrap().clone();
            Value::Object(parameters(service("dynamodb").unwrap(), operation, &input))
        };
        assert_eq!(
            told(
                "PutItem",
                json!({"TableName": "T", "Item": {"id": {"S": "secret"}, "n": {"N": "1"}}})
            ),
            json!({"tableName": "T", "items": ["id", "n"]})
        );
        assert_eq!(
            told(
                "GetItem",
                json!({"TableName": "T", "Key": {"id": {"S": "x"}}, "ConsistentRead": false})
            ),
            json!({"tableName": "T", "consistentRead": false, "key": {"id": "x"}})
        );
        assert_eq!(
            told(
                "UpdateItem",
                json!({"TableName": "T", "Key": {"id": {"S": "x"}},
                "UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": {"S": "secret"}}})
            ),
            json!({"tableName": "T", "updateExpression": "SET a = :v", "key": {"id": "x"}})
        );
        let transaction = json!({"TransactItems": [{"Put": {
            "TableName": "T", "Item": {"id": {"S": "secret"}}, "ConditionExpression": "#a = :v",
            "ExpressionAttributeValues": {":v": {"S": "secret"}}}}]});
        assert_eq!(
            told("TransactWriteItems", transaction),
            json!({"requestItems": [{"operation": "Put", "tableName": "T", "items": ["id"],
                "conditionExpression": "#a = :v"}]})
        );
        assert_eq!(
            told(
                "ExecuteStatement",
                json!({"Statement": "SELECT * FROM T WHERE a = 'secret'"})
            ),
            json!({"statement": "SELECT * FROM T WHERE a = ***(Redacted)"})
        );
        let batch = told(
            "BatchWriteItem",
            json!({"RequestItems": {"T": [
            {"PutRequest": {"Item": {"id": {"S": "secret"}}}}, {"DeleteRequest": {"Key": {"id": {"S": "y"}}}}]}}),
        );
        assert!(!batch.to_string().contains("secret"), "{batch}");
        assert!(batch.to_string().contains("\"y\""), "{batch}");
    }
}
