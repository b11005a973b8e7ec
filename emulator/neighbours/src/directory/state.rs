//! What the directory holds, and the changes that can be made to it. No rule of AWS's, but for how much there may be.

use std::collections::{BTreeMap, HashMap, VecDeque};

use localtrail_core::{AccountId, Caller, Identity, Region, Timestamp};
use serde::{Deserialize, Serialize};

use super::entities::{AccessKey, KeyOwner, Role, SessionKey, Standing, Status, User};

/// So many sessions are known at once, the newest. Beyond AWS's power, within ours: some hundred megabytes at worst.
const SESSIONS: usize = 100_000;

/// The last use of a key.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) at: Timestamp,
    /// Such as `s3`.
    pub(crate) service: String,
    pub(crate) region: Region,
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
pub(super) fn folded(name: &str) -> String {
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
    pub(crate) fn note_use(
        &mut self,
        caller: &Caller,
        source: &str,
        region: &Region,
        at: Timestamp,
    ) {
        let key = caller.access_key_id.as_ref();
        let Some(key) = key.filter(|key| self.keys.contains_key(*key)) else {
            return;
        };
        let service = source.strip_suffix(".amazonaws.com").unwrap_or(source);
        let used = Use {
            at,
            service: service.to_owned(),
            region: region.clone(),
        };
        self.uses.insert(key.clone(), used);
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

    /// The changes that give a user another name or path, keys included; the user first goes, then its keys, then it comes.
    pub(crate) fn renamed(
        &self,
        user: &User,
        name: Option<&str>,
        path: Option<&str>,
    ) -> Vec<Change> {
        let (account, mut user) = (user.account, user.clone());
        let mut changes = Vec::new();
        if let Some(name) = name {
            let old = std::mem::replace(&mut user.entity.name, name.to_owned());
            changes.push(Change::NoUser(account, old.clone()));
            for key in self.keys_of(account, &KeyOwner::User(old)) {
                changes.push(Change::Key(AccessKey {
                    owner: KeyOwner::User(name.to_owned()),
                    ..key.clone()
                }));
            }
        }
        if let Some(path) = path {
            path.clone_into(&mut user.entity.path);
        }
        changes.push(Change::User(user));
        changes
    }

    /// The roles of this name, of every account.
    pub(crate) fn roles_named(&self, name: &str) -> impl Iterator<Item = &Role> {
        self.roles
            .values()
            .filter(move |role| role.entity.name == name)
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
