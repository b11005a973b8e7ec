//! Whose access key it is: from a credential to a `Caller`.
//!
//! Declared identities win, then the keys that STS and IAM issued. A key of twelve digits is its own account; an `AKIA…`
//! or `ASIA…` key that encodes an account stands for that account; every other key stands for the default account. A key
//! that nobody declared or issued belongs to an IAM user named `localtrail`, and not to the root user, so that detections
//! of root use do not fire on all calls.
//!
//! What signs with a key is here too, for when signatures are checked. A declared key has the secret that it was declared
//! with, an issued one that which it was issued with, until it ends or is made inactive. The keys that people use without
//! declaring them, `test` and those of twelve digits, have the secret `test`, as has a key that was declared without one.
//! Other keys do not exist then.

mod learning;

pub(crate) use learning::learn;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use localtrail_core::{AccountId, Caller, Identity};
use localtrail_neighbours::{Issued, Standing, account_of_key};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// The user that undeclared access keys belong to.
pub(crate) const DEFAULT_USER: &str = "localtrail";

/// The access key that exists without being declared, besides those of twelve digits.
const DEFAULT_KEY: &str = "test";

/// The secret of access keys that were given none: what users of emulators write into their credentials.
const DEFAULT_SECRET: &str = "test";

/// At most so many identities can be declared at run time.
pub(crate) const DECLARED_LIMIT: usize = 100_000;

/// An access key and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DeclaredIdentity {
    /// The access key id, as clients send it.
    pub access_key_id: String,
    /// What its requests are signed with; without it, `test`. Of use only where signatures are checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_access_key: Option<String>,
    /// The token that requests with this key must carry, for temporary credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<String>,
    /// Its owner.
    pub identity: Identity,
}

/// What proves that a request comes from the holder of an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    /// The secret access key.
    pub(crate) key: String,
    /// The session token.
    pub(crate) token: SessionToken,
    /// Whether it still counts.
    pub(crate) validity: Validity,
}

/// Whether a secret still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// It does.
    Valid,
    /// It was of a session that is over.
    Expired,
}

/// Which session token goes with an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionToken {
    /// None: the key is permanent.
    Absent,
    /// None or any: nobody said what it is, and people set all three variables of their credentials.
    Any,
    /// This one: the key is temporary.
    Required(String),
}

impl DeclaredIdentity {
    fn secret(&self) -> Secret {
        let token = match (&self.session_token, &self.secret_access_key) {
            (Some(token), _) => SessionToken::Required(token.clone()),
            (None, Some(_)) => SessionToken::Absent,
            (None, None) => SessionToken::Any,
        };
        let key = self.secret_access_key.as_deref().unwrap_or(DEFAULT_SECRET);
        Secret {
            key: key.to_owned(),
            token,
            validity: Validity::Valid,
        }
    }
}

/// All that is known of access keys.
pub(crate) struct Identities {
    default_account: AccountId,
    /// Who calls with a key that stands for nobody.
    default_user: Identity,
    configured: BTreeMap<String, DeclaredIdentity>,
    declared: RwLock<BTreeMap<String, DeclaredIdentity>>,
    /// Whose neighbours issue keys, and whose clock ends them.
    engine: Option<Arc<Engine>>,
}

impl Identities {
    /// Knows what the configuration declares.
    pub(crate) fn new(default_account: AccountId, configured: &[DeclaredIdentity]) -> Self {
        let configured: BTreeMap<_, _> = configured
            .iter()
            .map(|one| (one.access_key_id.clone(), one.clone()))
            .collect();
        Self {
            default_account,
            default_user: user(default_account),
            declared: RwLock::new(configured.clone()),
            configured,
            engine: None,
        }
    }

    /// Knows the keys that this engine's neighbours issue, too.
    pub(crate) fn with_issued_by(mut self, engine: &Arc<Engine>) -> Self {
        self.engine = Some(Arc::clone(engine));
        self
    }

    /// The caller behind an access key.
    pub(crate) fn caller(&self, access_key: &str) -> Caller {
        let declared = {
            let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
            declared.get(access_key).map(|one| one.identity.clone())
        };
        let known = declared.or_else(|| self.issued(access_key).map(|issued| issued.identity));
        let identity = known.unwrap_or_else(|| match account_of(access_key) {
            Some(account) => user(account),
            None => self.default_user.clone(),
        });
        Caller {
            identity: self.with_alias(identity),
            access_key_id: Some(access_key.to_owned()),
        }
    }

    /// What signs with an access key; `None` for a key that does not exist.
    pub(crate) fn secret(&self, access_key: &str) -> Option<Secret> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        match declared.get(access_key) {
            Some(declared) => Some(declared.secret()),
            None if access_key == DEFAULT_KEY || AccountId::parse(access_key).is_some() => {
                Some(Secret {
                    key: DEFAULT_SECRET.to_owned(),
                    token: SessionToken::Any,
                    validity: Validity::Valid,
                })
            }
            None => secret_of(self.issued(access_key)?),
        }
    }

    /// The key, if STS or IAM issued it.
    fn issued(&self, access_key: &str) -> Option<Issued> {
        let engine = self.engine.as_ref()?;
        let now = engine.clock.now();
        engine.neighbours.issued(access_key, now)
    }

    /// Records of the root user show the account's alias.
    fn with_alias(&self, mut identity: Identity) -> Identity {
        if let (
            Identity::Root {
                account_id,
                user_name: user_name @ None,
                ..
            },
            Some(engine),
        ) = (&mut identity, &self.engine)
        {
            *user_name = engine.neighbours.alias(*account_id);
        }
        identity
    }

    /// The caller of a request that nobody signed, to a service that needs a caller: so that plain curl works.
    pub(crate) fn unsigned(&self) -> Caller {
        Caller {
            identity: self.default_user.clone(),
            access_key_id: None,
        }
    }

    /// The caller of a request that nobody signed, to a service that answers those.
    pub(crate) fn anonymous(&self) -> Caller {
        let identity = Identity::Anonymous {
            account_id: self.default_account,
        };
        Caller {
            identity,
            access_key_id: None,
        }
    }

    /// Declares whose key it is from now on; `false` when too many are declared already.
    pub(crate) fn declare(&self, one: DeclaredIdentity) -> bool {
        let mut declared = self
            .declared
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if declared.len() >= DECLARED_LIMIT && !declared.contains_key(&one.access_key_id) {
            return false;
        }
        declared.insert(one.access_key_id.clone(), one);
        true
    }

    /// Forgets a declaration; `false` when there was none.
    pub(crate) fn forget(&self, access_key: &str) -> bool {
        let mut declared = self
            .declared
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        declared.remove(access_key).is_some()
    }

    /// Every declaration, by access key.
    pub(crate) fn list(&self) -> Vec<DeclaredIdentity> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        declared.values().cloned().collect()
    }

    /// Back to what the configuration declares.
    pub(crate) fn reset(&self) {
        let mut declared = self
            .declared
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *declared = self.configured.clone();
    }
}

/// The user of an account, with the id that core derives for it, so that it is derived once and not for every record.
fn user(account_id: AccountId) -> Identity {
    let with_id = |principal_id| Identity::IamUser {
        account_id,
        user_name: DEFAULT_USER.to_owned(),
        path: "/".to_owned(),
        principal_id,
        session: None,
    };
    with_id(with_id(None).principal_id())
}

/// An inactive key is none (O).
fn secret_of(issued: Issued) -> Option<Secret> {
    let validity = match issued.standing {
        Standing::Good => Validity::Valid,
        Standing::Expired => Validity::Expired,
        Standing::Inactive => return None,
    };
    Some(Secret {
        key: issued.secret,
        token: issued
            .token
            .map_or(SessionToken::Absent, SessionToken::Required),
        validity,
    })
}

/// The account that an access key names or encodes.
fn account_of(access_key: &str) -> Option<AccountId> {
    AccountId::parse(access_key).or_else(|| account_of_key(access_key))
}

#[cfg(test)]
mod tests;
