//! Resource policies as documents: whether the text is a policy, with principals that can be (lake.md 1.7). What each
//! kind of resource lets a policy say is for the resource to decide, and there are none here yet.

use serde::Deserialize;
use serde_json::Value;

use crate::place::AccountId;
use crate::refusal::Refusal;

/// A document that has been read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ResourcePolicy {
    version: Option<String>,
    statement: OneOrMany<Statement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: Effect,
    principal: Principal,
    action: OneOrMany<String>,
    /// Not required: AWS's own samples leave it out (O, lake.md 1.7).
    #[serde(rename = "Resource")]
    _resource: Option<OneOrMany<String>>,
    condition: Option<Value>,
}

#[derive(Debug, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Principal {
    Anyone(String),
    These(Named),
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
struct Named {
    #[serde(rename = "AWS")]
    aws: OneOrMany<String>,
    service: OneOrMany<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl ResourcePolicy {
    /// Reads a document. Bad JSON, bad grammar and principals that cannot be have one exception (D); the sentences
    /// are (I).
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let refused = |sentence: &str| Err(Refusal::ResourcePolicyNotValid(sentence.to_owned()));
        let Ok(policy) = serde_json::from_str::<Self>(text) else {
            return refused("The resource policy is not a valid policy document.");
        };
        let statements = policy.statement.as_slice();
        let version = policy.version.as_deref();
        if !matches!(version, None | Some("2012-10-17" | "2008-10-17")) {
            return refused("The version of the resource policy is not valid.");
        }
        if statements.is_empty() {
            return refused("The resource policy must have a statement.");
        }
        if !statements.iter().all(Statement::is_well_formed) {
            return refused("A statement of the resource policy is not valid.");
        }
        if !statements.iter().all(|s| s.principal.can_be()) {
            return refused("A principal of the resource policy is not valid.");
        }
        Ok(policy)
    }
}

impl Statement {
    fn is_well_formed(&self) -> bool {
        let actions = self.action.as_slice();
        // Names of actions have no case, and a star stands for all of them (D, IAM; for these resources I).
        let is_action = |action: &String| {
            let (service, name) = action.split_once(':').unwrap_or_default();
            let is_ours = ["cloudtrail", "cloudtrail-data"]
                .iter()
                .any(|ours| service.eq_ignore_ascii_case(ours));
            action == "*" || (is_ours && !name.is_empty())
        };
        let has_effect = matches!(self.effect, Effect::Allow | Effect::Deny);
        let condition = self.condition.as_ref();
        has_effect
            && !actions.is_empty()
            && actions.iter().all(is_action)
            && condition.is_none_or(Value::is_object)
    }
}

impl Principal {
    /// Anyone, accounts, IAM and STS principals by ARN, and services.
    fn can_be(&self) -> bool {
        match self {
            Self::Anyone(text) => text == "*",
            Self::These(named) => {
                let (aws, services) = (named.aws.as_slice(), named.service.as_slice());
                !(aws.is_empty() && services.is_empty())
                    && aws.iter().all(|principal| is_principal(principal))
                    && services
                        .iter()
                        .all(|service| service.ends_with(".amazonaws.com"))
            }
        }
    }
}

fn is_principal(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        [plain] => plain == "*" || AccountId::parse(plain).is_some(),
        ["arn", _, "iam" | "sts", "", account, resource] => {
            AccountId::parse(account).is_some() && !resource.is_empty()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_valid(statement: Value) -> bool {
        let policy = json!({"Version": "2012-10-17", "Statement": statement});
        ResourcePolicy::parse(&policy.to_string()).is_ok()
    }

    #[test]
    fn documents_of_the_user_guide_are_read() {
        assert!(is_valid(json!([{
            "Sid": "ChannelPolicy", "Effect": "Allow",
            "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "111122223333"]},
            "Action": "cloudtrail-data:PutAuditEvents",
            "Resource": "arn:aws:cloudtrail:us-east-1:111122223333:channel/abc",
            "Condition": {"StringEquals": {"cloudtrail:ExternalId": "x"}},
        }])));
        assert!(is_valid(json!({
            "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": ["cloudtrail:StartDashboardRefresh"],
        })));
    }

    #[test]
    fn anything_else_is_refused() {
        let good = json!({"Effect": "Allow", "Principal": "*", "Action": "cloudtrail:StartQuery"});
        assert!(is_valid(good.clone()));
        for (member, bad) in [
            ("Effect", json!("Perhaps")),
            ("Principal", json!("bob")),
            ("Principal", json!({})),
            ("Principal", json!({"AWS": "bob"})),
            ("Principal", json!({"AWS": "arn:aws:s3:::logs"})),
            ("Principal", json!({"AWS": "arn:aws:iam::1:root"})),
            ("Principal", json!({"Service": "cloudtrail"})),
            ("Principal", json!({"Planet": "earth"})),
            ("Action", json!([])),
            ("Action", json!("s3:GetObject")),
            ("Action", json!("cloudtrail:")),
            ("Condition", json!("none")),
        ] {
            let mut statement = good.clone();
            statement[member] = bad;
            assert!(!is_valid(statement.clone()), "{statement}");
        }
        assert!(!is_valid(json!([])));
        for text in ["", "{", "[]", "{}", r#"{"Version": "1", "Statement": []}"#] {
            assert!(ResourcePolicy::parse(text).is_err(), "{text}");
        }
        let old = json!({"Version": "2020-01-01", "Statement": good});
        assert!(ResourcePolicy::parse(&old.to_string()).is_err());
    }
}
