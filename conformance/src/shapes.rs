//! Holds the output of an operation against the model's shape: wrong types,
//! nulls, members that AWS does not have. What the members say is the suites'
//! business.

use serde_json::Value;

/// What is wrong with a successful answer's form; nothing for an operation
/// that the model does not know.
pub fn differences(operation: &str, body: &Value) -> Vec<String> {
    let service = localtrail_model::cloudtrail();
    let Some(shape) = service.operation(operation).and_then(|known| known.output) else {
        return Vec::new();
    };
    localtrail_model::check_output(service, shape, body)
        .iter()
        .map(|fault| format!("output shape: {fault}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_output_is_held_against_its_shape() {
        assert!(differences("ListTrails", &json!({"Trails": []})).is_empty());
        for wrong in [
            json!({"Trails": {}}),
            json!({"Trails": [], "NextToken": null}),
            json!({"Trails": [{"Nome": "a"}]}),
        ] {
            assert_eq!(differences("ListTrails", &wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn an_unknown_operation_has_no_shape() {
        assert!(differences("Nonsense", &json!([])).is_empty());
    }
}
