//! The least IAM policy for calls that were recorded: actions by IAM's names, resources where the records have them.
//!
//! What is called differs from what is allowed: event sources are not IAM's prefixes, event names not its actions, and a
//! role that is handed to a service needs a permission of its own. Those rules are here and in `permissions/`. Whose calls
//! are looked at, who calls decides.

mod actions;
mod resources;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// More resources of one action than this are written with a wildcard, each up to its last `/` or `:`: the first limit
/// that makes a policy which IAM takes, else the last.
const RESOURCES_LIMITS: [usize; 3] = [20, 5, 1];

/// Characters of a managed policy, white space not counted (D, IAM's quotas).
const POLICY_CHARACTERS: usize = 6144;

/// Calls that were denied: whether they are to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeniedCalls {
    /// They are: the policy of what was wanted.
    #[default]
    Include,
    /// They are not: the policy of what was possible.
    Skip,
}

/// Gathers permissions, record by record; what it holds grows with what differs, not with the records.
#[derive(Debug, Default)]
pub struct Permissions {
    denied: DeniedCalls,
    needed: BTreeMap<String, BTreeSet<String>>,
    /// Actions of failed calls whose records do not tell what they were about (O, formats.md 2.5). They count only where
    /// no other call tells more of the action.
    untold: BTreeSet<String>,
    calls: u64,
}

/// A record's call, as the tables look at it.
pub(crate) struct Called<'a> {
    /// The event source without `.amazonaws.com`.
    source: &'a str,
    name: &'a str,
    region: &'a str,
    account: &'a str,
    /// The caller's ARN.
    caller: Option<&'a str>,
    partition: &'static str,
    parameters: &'a Value,
    response: &'a Value,
    resources: &'a Value,
}

impl Permissions {
    /// Nothing yet.
    #[must_use]
    pub fn new(denied: DeniedCalls) -> Self {
        Self {
            denied,
            ..Self::default()
        }
    }

    /// Adds what the call of a record needs. Records that tell of no principal's API call need nothing: sign-ins, events
    /// of services, insights.
    pub fn add(&mut self, record: &str) {
        let Ok(record) = serde_json::from_str::<Value>(record) else {
            return;
        };
        let text = |member: &str| record[member].as_str().unwrap_or_default();
        let identity = &record["userIdentity"];
        let kind = identity["type"].as_str();
        let own_account = identity["accountId"].as_str();
        let is_call = matches!(text("eventType"), "AwsApiCall" | "AwsVpceEvent" | "")
            && kind.is_some_and(|kind| kind != "AWSService")
            && own_account != Some("anonymous");
        let is_denied = is_denial(text("errorCode"));
        if !is_call || (is_denied && self.denied == DeniedCalls::Skip) {
            return;
        }
        self.calls += 1;
        let source = text("eventSource");
        let region = text("awsRegion");
        let called = Called {
            source: source.strip_suffix(".amazonaws.com").unwrap_or(source),
            name: text("eventName"),
            region,
            // Where only the caller's account is told, the things are of the owner who reads it (D, formats.md 2.4).
            account: own_account
                .filter(|_| kind != Some("AWSAccount"))
                .unwrap_or_else(|| text("recipientAccountId")),
            caller: identity["arn"].as_str(),
            partition: crate::place::Region::parse(region)
                .map_or("aws", |region| region.partition()),
            parameters: &record["requestParameters"],
            response: &record["responseElements"],
            resources: &record["resources"],
        };
        let failed = !text("errorCode").is_empty();
        let is_untold = failed && called.parameters.is_null() && called.resources.is_null();
        for action in actions::of(&called) {
            if is_untold {
                self.untold.insert(action);
                continue;
            }
            let resources = resources::of(&called, &action);
            self.needed.entry(action).or_default().extend(resources);
        }
        let roles = actions::roles_handed_over(&called);
        if !roles.is_empty() {
            let passed = self.needed.entry("iam:PassRole".to_owned()).or_default();
            passed.extend(roles);
        }
    }

    /// How many calls were looked at.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// The policy document; `None` when nothing needs a permission, as IAM knows no policy without statements. Where so much
    /// differs that it is longer than IAM takes, its resources are written with wildcards; what is longer still stays so, as
    /// wider actions would no longer be the least.
    #[must_use]
    pub fn policy(&self) -> Option<Value> {
        let mut policy = None;
        for limit in RESOURCES_LIMITS {
            policy = self.policy_within(limit);
            if policy.as_ref().is_none_or(Self::fits_managed_policy) {
                break;
            }
        }
        policy
    }

    fn policy_within(&self, limit: usize) -> Option<Value> {
        let mut statements: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
        let anything = BTreeSet::from(["*".to_owned()]);
        let untold = self
            .untold
            .iter()
            .filter(|one| !self.needed.contains_key(*one));
        let untold = untold.map(|action| (action, &anything));
        for (action, resources) in self.needed.iter().chain(untold) {
            let resources = narrowed(resources, limit);
            statements.entry(resources).or_default().push(action);
        }
        let mut statements: Vec<_> = statements.into_iter().collect();
        statements
            .iter_mut()
            .for_each(|(_, actions)| actions.sort_unstable());
        // By their first actions.
        statements.sort_by(|a, b| a.1.cmp(&b.1));
        let statements: Vec<Value> = statements
            .into_iter()
            .map(|(resources, actions)| {
                let mut statement = Map::new();
                statement.insert("Effect".to_owned(), json!("Allow"));
                statement.insert("Action".to_owned(), one_or_many(&actions));
                statement.insert("Resource".to_owned(), one_or_many(&resources));
                Value::Object(statement)
            })
            .collect();
        let some = !statements.is_empty();
        some.then(|| json!({"Version": "2012-10-17", "Statement": statements}))
    }

    /// Whether IAM takes this policy as a managed one; longer ones must be parted.
    #[must_use]
    pub fn fits_managed_policy(policy: &Value) -> bool {
        characters(policy) <= POLICY_CHARACTERS
    }
}

/// As IAM counts them: without white space.
fn characters(policy: &Value) -> usize {
    let text = policy.to_string();
    text.chars().filter(|c| !c.is_whitespace()).count()
}

impl Called<'_> {
    /// A parameter that is text.
    fn parameter(&self, member: &str) -> Option<&str> {
        self.parameters[member]
            .as_str()
            .filter(|text| !text.is_empty())
    }

    /// What stands inside the one member of newer EC2 calls, `{"CreateFlowLogsRequest":{…}}` (O, formats.md 3.4).
    fn wrapped(&self) -> &Value {
        &self.parameters[format!("{}Request", self.name)]
    }
}

/// How services tell that a call was not allowed (O, formats.md 2.5; network activity: D).
fn is_denial(code: &str) -> bool {
    matches!(
        code,
        "AccessDenied"
            | "AccessDeniedException"
            | "Client.UnauthorizedOperation"
            | "UnauthorizedOperation"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "VpceAccessDenied"
            | "NotAuthorized"
            | "UnauthorizedException"
    )
}

/// Without what a wider one covers, and with wildcards where there are too many.
fn narrowed(resources: &BTreeSet<String>, limit: usize) -> Vec<String> {
    if resources.contains("*") {
        return vec!["*".to_owned()];
    }
    if resources.len() <= limit {
        return resources.iter().cloned().collect();
    }
    let wide = resources.iter().map(|resource| {
        let end = resource.rfind(['/', ':']).map_or(0, |at| at + 1);
        format!("{}*", &resource[..end])
    });
    let wide: BTreeSet<String> = wide.collect();
    wide.into_iter().collect()
}

fn one_or_many(values: &[impl serde::Serialize]) -> Value {
    match values {
        [one] => json!(one),
        many => json!(many),
    }
}

#[cfg(test)]
mod tests;
