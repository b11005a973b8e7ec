//! Whether a text can be a role's trust policy. What such a policy allows is `policy`'s business.

use serde_json::Value;

use crate::policy::Policy;
use crate::query::Fault;

/// Longer ones are refused, in characters without white space (D, IAM quotas).
const LIMIT: usize = 2048;

/// Holds a trust policy against what IAM asks of it.
///
/// # Errors
/// `MalformedPolicyDocument`, or `LimitExceeded` for a long one.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    let malformed = |sentence: &str| Fault::bad("MalformedPolicyDocument", sentence);
    let document: Value =
        serde_json::from_str(text).map_err(|_| malformed("This policy contains invalid Json"))?;
    let statements: Vec<&Value> = match document.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err(malformed("Syntax errors in policy.")),
    };
    for statement in &statements {
        for prohibited in ["Resource", "NotResource"] {
            if statement.get(prohibited).is_some() {
                return Err(malformed(&format!("Has prohibited field {prohibited}")));
            }
        }
    }
    let actions = statements.iter().filter_map(|one| one.get("Action"));
    let named = actions.flat_map(|action| match action {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect::<Vec<_>>(),
    });
    for action in named {
        let action = action.to_ascii_lowercase();
        if action != "*" && !action.starts_with("sts:") {
            return Err(malformed(
                "AssumeRole policy may only specify STS AssumeRole actions.",
            ));
        }
    }
    Policy::parse_trust(text).map_err(|why| malformed(&why.0))?;
    if text.chars().filter(|c| !c.is_whitespace()).count() > LIMIT {
        return Err(super::limited("ACLSizePerRole", LIMIT));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_trust_policy_says_why() {
        let statement = |rest: &str| {
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow"{rest}}}]}}"#)
        };
        let good =
            statement(r#","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole""#);
        assert_eq!(check(&good), Ok(()));
        let why = |text: &str| check(text).unwrap_err().message;
        assert_eq!(why("{"), "This policy contains invalid Json");
        assert_eq!(why("{}"), "Syntax errors in policy.");
        assert_eq!(
            why(&statement(
                r#","Principal":"*","Action":"sts:AssumeRole","Resource":"*""#
            )),
            "Has prohibited field Resource"
        );
        assert_eq!(
            why(&statement(r#","Principal":"*","Action":"s3:GetObject""#)),
            "AssumeRole policy may only specify STS AssumeRole actions."
        );
        assert_eq!(
            why(&statement(r#","Action":"sts:AssumeRole""#)),
            "Missing required field Principal"
        );
        let long = good.replace("ec2.amazonaws.com", &"x".repeat(LIMIT));
        assert_eq!(why(&long), "Cannot exceed quota for ACLSizePerRole: 2048");
    }
}
