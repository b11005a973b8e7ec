//! Whether a role lets itself be assumed: its trust policy, and the facts of the request.

use localtrail_core::{Identity, Mfa, OrganizationId, localized};

use super::Ask;
use crate::directory::{Role, State, Tag};
use crate::policy::{Facts, Policy, Principal, Verdict};

/// Who wants to assume a role, as its trust policy can name it.
pub(super) struct Asker {
    arn: String,
    account: String,
    service: Option<String>,
    provider: Option<String>,
}

impl Asker {
    /// Somebody with keys.
    pub(super) fn of(ask: &Ask<'_>) -> Self {
        let identity = ask.caller();
        let service = match identity {
            Identity::AwsService { invoked_by, .. } => Some(invoked_by.clone()),
            _ => None,
        };
        Self {
            arn: ask.caller_arn(),
            account: identity.account().to_string(),
            service,
            provider: None,
        }
    }

    /// Somebody whom a provider knows: its ARN, or its name.
    pub(super) fn federated(provider: &str) -> Self {
        Self {
            arn: String::new(),
            account: String::new(),
            service: None,
            provider: Some(provider.to_owned()),
        }
    }

    fn principal(&self) -> Principal<'_> {
        match (&self.provider, &self.service) {
            (Some(provider), _) => Principal::Federated(provider),
            (None, Some(service)) => Principal::Service(service),
            (None, None) => Principal::Aws {
                arn: &self.arn,
                account: &self.account,
            },
        }
    }
}

/// Whether the role's trust policy allows it; that of a role made elsewhere is not known here, and allows all. Who is named by it needs no policy of its own here (I).
pub(super) fn allows(role: &Role, asker: &Asker, action: &str, facts: &Facts) -> bool {
    let Some(trust) = &role.trust else {
        return true;
    };
    let Ok(policy) = Policy::parse_trust(trust) else {
        return false;
    };
    let ask = crate::policy::Ask {
        principal: asker.principal(),
        action,
        resource: &role.arn(),
        facts,
    };
    policy.judge(&ask) == Verdict::Allowed
}

/// What every request tells, whoever makes it.
pub(super) fn of_any(ask: &Ask<'_>) -> Facts {
    let now = ask.asked.now;
    // The wire is this machine's own: it counts as secure, or the usual deny of plain HTTP would shut every door.
    Facts::default()
        .with("aws:SecureTransport", "true")
        .with("aws:SourceIp", &ask.asked.origin.source_ip_address)
        .with("aws:CurrentTime", &now.iso())
        .with("aws:EpochTime", &now.seconds().to_string())
}

/// What every request tells of who makes it.
pub(super) fn facts(ask: &Ask<'_>, state: &State) -> Facts {
    let identity = ask.caller();
    let mut facts = of_any(ask).with("aws:PrincipalAccount", identity.account().as_str());
    if let Some(id) = identity.principal_id() {
        facts = facts.with("aws:userid", &id);
    }
    if let Some(arn) = principal_arn(ask) {
        facts = facts.with("aws:PrincipalArn", &arn);
    }
    if let Some(kind) = principal_type(identity) {
        facts = facts.with("aws:PrincipalType", kind);
    }
    if let Identity::IamUser { user_name, .. } = identity {
        facts = facts.with("aws:username", user_name);
    }
    if let Some(source) = source_identity(identity) {
        facts = facts.with("aws:SourceIdentity", source);
    }
    if let Some(id) = ask.organization.map(|organization| &organization.id) {
        facts = facts.with("aws:PrincipalOrgID", &told(id));
    }
    for tag in tags_of(ask, state) {
        facts = facts.with(&format!("aws:PrincipalTag/{}", tag.key), &tag.value);
    }
    // Permanent keys say nothing of MFA unless it is given with the call (D).
    let session = identity.session();
    let given = ask
        .input
        .any("TokenCode")
        .map(|_| (Mfa::Used, ask.asked.now));
    let known = session.map(|session| (session.mfa_authenticated, session.creation_date));
    match given.or(known) {
        Some((Mfa::Used, since)) => {
            let age = ask.asked.now.seconds().saturating_sub(since.seconds());
            facts
                .with("aws:MultiFactorAuthPresent", "true")
                .with("aws:MultiFactorAuthAge", &age.to_string())
        }
        Some((Mfa::Absent, _)) => facts.with("aws:MultiFactorAuthPresent", "false"),
        None => facts,
    }
}

/// Adds what the call asks to tag the session with.
pub(super) fn with_tags(mut facts: Facts, tags: &[Tag], transitive: &[String]) -> Facts {
    for tag in tags {
        facts = facts
            .with(&format!("aws:RequestTag/{}", tag.key), &tag.value)
            .with("aws:TagKeys", &tag.key);
    }
    for key in transitive {
        facts = facts.with("sts:TransitiveTagKeys", key);
    }
    facts
}

pub(super) fn source_identity(identity: &Identity) -> Option<&str> {
    match identity {
        Identity::AssumedRole {
            source_identity, ..
        }
        | Identity::Role {
            source_identity, ..
        } => source_identity.as_deref(),
        _ => None,
    }
}

fn told(id: &OrganizationId) -> String {
    id.to_string()
}

/// The tags of a session or of a user.
fn tags_of(ask: &Ask<'_>, state: &State) -> Vec<Tag> {
    let key = ask.asked.caller.access_key_id.as_deref();
    if let Some(session) = key.and_then(|key| state.session(key)) {
        return session.tags.clone();
    }
    match ask.caller() {
        Identity::IamUser {
            account_id,
            user_name,
            ..
        } => state
            .user(*account_id, user_name)
            .map(|user| user.entity.tags.clone())
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// That of the role for a session of it (D, `aws:PrincipalArn`).
fn principal_arn(ask: &Ask<'_>) -> Option<String> {
    let identity = ask.caller();
    match identity {
        Identity::AssumedRole {
            account_id,
            path,
            role_name,
            ..
        }
        | Identity::Role {
            account_id,
            path,
            role_name,
            ..
        } => Some(localized(
            format!("arn:aws:iam::{account_id}:role{path}{role_name}"),
            &ask.asked.region,
        )),
        _ => ask.arn_of(identity),
    }
}

/// D, `aws:PrincipalType`.
fn principal_type(identity: &Identity) -> Option<&'static str> {
    match identity {
        Identity::Root { .. } => Some("Account"),
        Identity::IamUser { .. } => Some("User"),
        Identity::AssumedRole { .. } | Identity::Role { .. } => Some("AssumedRole"),
        Identity::FederatedUser { .. } => Some("FederatedUser"),
        Identity::Anonymous { .. } => Some("Anonymous"),
        _ => None,
    }
}
