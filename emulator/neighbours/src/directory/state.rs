//! What the directory holds, and the changes that can be made to it. No rule of AWS's, but for how much there may be.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use localtrail_core::{AccountId, Draft, Identity, Region, Timestamp};
use serde::{Deserialize, Serialize};

/// So many sessions are known at once, the newest. Beyond AWS's power, within ours: some hundred megabytes at worst.
const SESSIONS: usize = 100_000;

/// A tag of a user, a role or a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// What users and roles have alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entity {
    /// `AIDA…` or `AROA…`.
    pub(crate) id: String,
    pub(crate) name: String,
    /// `/` or `/team/`.
    pub(crate) path: String,
    pub(crate) created: Timestamp,
    pub(crate) boundary: Option<String>,
    pub(crate) tags: Vec<Tag>,
    /// Inline policies by name.
    pub(crate) inline: BTreeMap<String, String>,
    /// The ARNs of managed policies.
    pub(crate) attached: BTreeSet<String>,
}

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) account: AccountId,
    pub(crate) entity: Entity,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) account: AccountId,
    pub(crate) entity: Entity,
    /// The trust policy, as it was sent.
    pub(crate) trust: String,
    pub(crate) description: Option<String>,
    /// The longest session, in seconds.
    pub(crate) max_session: u64,
}

/// A permanent access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    /// `AKIA…`.
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) account: AccountId,
    pub(crate) owner: KeyOwner,
    pub(crate) created: Timestamp,
    pub(crate) status: Status,
}

/// Whose permanent key it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyOwner {
    Root,
    /// By name.
    User(String),
    /// A user whom IAM here does not know: declared, or made up for an undeclared key.
    Other(Box<Identity>),
}

/// Whether a permanent key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Active,
    Inactive,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// What STS issued, or what was learnt of another's issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionKey {
    /// `ASIA…`.
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) identity: Identity,
    pub(crate) tags: Vec<Tag>,
    /// The keys of those tags that go on into the next session.
    pub(crate) transitive: Vec<String>,
}

/// The last use of a key.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) at: Timestamp,
    /// Such as `s3`.
    pub(crate) service: String,
    pub(crate) region: Region,
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Good,
    /// It was made inactive.
    Inactive,
    /// Its time is over.
    Expired,
}

/// A change to the directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Change {
    /// Makes a user, or one in place of that of the same name.
    User(User),
    NoUser(AccountId, String),
    /// Makes a role, or one in place of that of the same name.
    Role(Box<Role>),
    NoRole(AccountId, String),
    Key(AccessKey),
    NoKey(String),
    Session(SessionKey),
    NoSession(String),
    Alias(AccountId, Option<String>),
}

/// Everything that is known.
#[derive(Debug, Default)]
pub(crate) struct State {
    users: BTreeMap<(AccountId, String), User>,
    roles: BTreeMap<(AccountId, String), Role>,
    keys: BTreeMap<String, AccessKey>,
    sessions: HashMap<String, SessionKey>,
    /// The sessions in order of issue.
    order: VecDeque<String>,
    aliases: BTreeMap<AccountId, String>,
    uses: HashMap<String, Use>,
}

/// Names are one whatever their case (D, IAM quotas).
fn folded(name: &str) -> String {
    name.to_lowercase()
}

impl State {
    /// The user of this name, in whatever case.
    pub(crate) fn user(&self, account: AccountId, name: &str) -> Option<&User> {
        self.users.get(&(account, folded(name)))
    }

    /// The role of this name, in whatever case.
    pub(crate) fn role(&self, account: AccountId, name: &str) -> Option<&Role> {
        self.roles.get(&(account, folded(name)))
    }

    /// An account's users by name.
    pub(crate) fn users(&self, account: AccountId) -> impl Iterator<Item = &User> {
        self.users
            .range((account, String::new())..)
            .map(|(_, user)| user)
            .take_while(move |user| user.account == account)
    }

    /// An account's roles by name.
    pub(crate) fn roles(&self, account: AccountId) -> impl Iterator<Item = &Role> {
        self.roles
            .range((account, String::new())..)
            .map(|(_, role)| role)
            .take_while(move |role| role.account == account)
    }

    pub(crate) fn key(&self, id: &str) -> Option<&AccessKey> {
        self.keys.get(id)
    }

    /// An owner's keys, oldest first.
    pub(crate) fn keys_of(&self, account: AccountId, owner: &KeyOwner) -> Vec<&AccessKey> {
        let all = self.keys.values();
        let mut keys: Vec<_> = all
            .filter(|key| key.account == account && key.owner.is(owner))
            .collect();
        keys.sort_by_key(|key| key.created);
        keys
    }

    pub(crate) fn session(&self, id: &str) -> Option<&SessionKey> {
        self.sessions.get(id)
    }

    pub(crate) fn alias(&self, account: AccountId) -> Option<&str> {
        self.aliases.get(&account).map(String::as_str)
    }

    pub(crate) fn alias_is_taken(&self, alias: &str) -> bool {
        self.aliases.values().any(|taken| taken == alias)
    }

    pub(crate) fn last_use(&self, key: &str) -> Option<&Use> {
        self.uses.get(key)
    }

    /// Only of keys that are kept, so that there are never more uses than keys.
    pub(crate) fn note_use(&mut self, key: &str, call: &Draft, at: Timestamp) {
        if self.keys.contains_key(key) {
            let source = call.event_source.as_ref();
            let service = source.strip_suffix(".amazonaws.com").unwrap_or(source);
            let used = Use {
                at,
                service: service.to_owned(),
                region: call.region.clone(),
            };
            self.uses.insert(key.to_owned(), used);
        }
    }

    /// Whose key it is, and whether it may be used.
    pub(crate) fn issued(&self, id: &str, now: Timestamp) -> Option<super::Issued> {
        if let Some(session) = self.sessions.get(id) {
            let is_over = session.expires.is_some_and(|end| end <= now);
            return Some(super::Issued {
                identity: session.identity.clone(),
                secret: session.secret.clone(),
                token: session.token.clone(),
                standing: if is_over {
                    Standing::Expired
                } else {
                    Standing::Good
                },
            });
        }
        let key = self.keys.get(id)?;
        Some(super::Issued {
            identity: self.identity_of(key)?,
            secret: key.secret.clone(),
            token: None,
            standing: match key.status {
                Status::Active => Standing::Good,
                Status::Inactive => Standing::Inactive,
            },
        })
    }

    fn identity_of(&self, key: &AccessKey) -> Option<Identity> {
        match &key.owner {
            KeyOwner::Root => Some(Identity::Root {
                account_id: key.account,
                user_name: self.alias(key.account).map(str::to_owned),
                session: None,
            }),
            KeyOwner::User(name) => self.user(key.account, name).map(User::identity),
            KeyOwner::Other(identity) => Some((**identity).clone()),
        }
    }

    /// How many things there are.
    pub(crate) fn len(&self) -> usize {
        self.entities() + self.sessions.len() + self.aliases.len()
    }

    /// How many users, roles and permanent keys there are, of all accounts.
    pub(crate) fn entities(&self) -> usize {
        self.users.len() + self.roles.len() + self.keys.len()
    }

    /// The changes that make this state out of nothing.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Change> {
        let users = self.users.values().cloned().map(Change::User);
        let roles = self
            .roles
            .values()
            .cloned()
            .map(|role| Change::Role(Box::new(role)));
        let keys = self.keys.values().cloned().map(Change::Key);
        let aliases = self.aliases.iter();
        let aliases = aliases.map(|(account, alias)| Change::Alias(*account, Some(alias.clone())));
        let issued = self.order.iter().filter_map(|id| self.sessions.get(id));
        let sessions = issued.cloned().map(Change::Session);
        users
            .chain(roles)
            .chain(keys)
            .chain(aliases)
            .chain(sessions)
    }

    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::User(user) => {
                let place = (user.account, folded(&user.entity.name));
                self.users.insert(place, user);
            }
            Change::NoUser(account, name) => {
                self.users.remove(&(account, folded(&name)));
            }
            Change::Role(role) => {
                let place = (role.account, folded(&role.entity.name));
                self.roles.insert(place, *role);
            }
            Change::NoRole(account, name) => {
                self.roles.remove(&(account, folded(&name)));
            }
            Change::Key(key) => {
                self.keys.insert(key.id.clone(), key);
            }
            Change::NoKey(id) => {
                self.keys.remove(&id);
                self.uses.remove(&id);
            }
            Change::Session(session) => self.take_session(session),
            Change::NoSession(id) => {
                self.sessions.remove(&id);
                self.order.retain(|kept| *kept != id);
            }
            Change::Alias(account, Some(alias)) => {
                self.aliases.insert(account, alias);
            }
            Change::Alias(account, None) => {
                self.aliases.remove(&account);
            }
        }
    }

    fn take_session(&mut self, session: SessionKey) {
        let id = session.id.clone();
        if self.sessions.insert(id.clone(), session).is_none() {
            self.order.push_back(id);
        }
        while self.sessions.len() > SESSIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.sessions.remove(&oldest);
        }
    }
}

impl KeyOwner {
    /// Whether it is the same principal.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::User(one), Self::User(two)) => folded(one) == folded(two),
            (Self::Other(one), Self::Other(two)) => one.arn() == two.arn(),
            (one, two) => one == two,
        }
    }
}

impl User {
    /// How it calls.
    pub(crate) fn identity(&self) -> Identity {
        Identity::IamUser {
            account_id: self.account,
            user_name: self.entity.name.clone(),
            path: self.entity.path.clone(),
            principal_id: Some(self.entity.id.clone()),
            session: None,
        }
    }

    pub(crate) fn arn(&self) -> String {
        let Entity { path, name, .. } = &self.entity;
        format!("arn:aws:iam::{}:user{path}{name}", self.account)
    }
}

impl Role {
    pub(crate) fn arn(&self) -> String {
        let Entity { path, name, .. } = &self.entity;
        format!("arn:aws:iam::{}:role{path}{name}", self.account)
    }
}
