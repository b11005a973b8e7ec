//! What an operation works with: the state, the caller's place, the surroundings.

use std::collections::BTreeSet;

use crate::effect::EffectId;
use crate::journal::Journal;
use crate::names::{NameOrArn, TrailArn, TrailName};
use crate::organization::{Organization, ServiceLinkedRole, Standing};
use crate::place::{AccountId, Region};
use crate::refusal::Refusal;
use crate::settings::BucketPolicy;
use crate::state::State;
use crate::surroundings::Surroundings;
use crate::time::Timestamp;
use crate::trail::{Trail, TrailKey};

/// One call's workplace.
pub(crate) struct Desk<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) journal: &'a mut Journal,
    pub(crate) surroundings: &'a dyn Surroundings,
    pub(crate) bucket_policy: BucketPolicy,
    pub(crate) account: AccountId,
    pub(crate) region: &'a Region,
    pub(crate) now: Timestamp,
    /// The last folder marker that this call put.
    pub(crate) marked: Option<EffectId>,
}

/// What a call wants of a trail, which decides from where it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Shadows answer too.
    Read,
    /// Only from the home region.
    Change,
}

/// What an account may do with a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Power {
    /// A member sees the trails of its organization.
    Read,
    /// The owner, and delegated administrators with the organization's trails.
    Change,
}

impl Desk<'_> {
    /// Resolves a name or an ARN (trails.md 2.3 and 11): names are of the called region and account, ARNs reach shadows.
    pub(crate) fn find(&self, text: &str, reach: Reach) -> Result<TrailKey, Refusal> {
        let named = NameOrArn::parse(text)?;
        let unknown = |shown: String| Refusal::TrailNotFound {
            shown,
            account: self.account,
        };
        let key = match &named {
            NameOrArn::Name(name) => self.key_here(name.clone()),
            NameOrArn::Arn(arn) => key_of(arn),
        };
        let shown = || match &named {
            NameOrArn::Name(name) => self.arn_here(name.clone()),
            NameOrArn::Arn(arn) => arn.to_string(),
        };
        let found = self.state.trails.get(&key);
        let Some((trail, power)) = found.and_then(|trail| Some((trail, self.power_over(trail)?)))
        else {
            return Err(unknown(shown()));
        };
        if reach == Reach::Change {
            self.refuse_members(trail, power)?;
        }
        if trail.home == *self.region {
            return Ok(key);
        }
        match reach {
            Reach::Read if trail.is_seen_from(self.region) => Ok(key),
            Reach::Read => Err(unknown(shown())),
            Reach::Change => Err(Refusal::InvalidHomeRegion(trail.home.to_string())),
        }
    }

    /// Members change nothing; who acts for the management account needs its service-linked role (D, trails.md 4.3).
    fn refuse_members(&self, trail: &Trail, power: Power) -> Result<(), Refusal> {
        if power == Power::Read {
            return Err(Refusal::NotOrganizationMasterAccount);
        }
        let organization = self.state.organizations.of(self.account);
        let lacks_role = organization.is_some_and(|organization| {
            organization.service_linked_role == ServiceLinkedRole::Denied
        });
        if trail.account != self.account && lacks_role {
            return Err(Refusal::NoManagementAccountSlrExists);
        }
        Ok(())
    }

    /// What this account may do with a trail: nothing of another account is seen, but for the trails of the organization
    /// (D, trails.md 2.3 and 10).
    pub(crate) fn power_over(&self, trail: &Trail) -> Option<Power> {
        self.power_of(self.account, trail)
    }

    fn power_of(&self, account: AccountId, trail: &Trail) -> Option<Power> {
        if trail.account == account {
            return Some(Power::Change);
        }
        if !trail.settings.organization {
            return None;
        }
        match self.state.organizations.standing(account, trail.account)? {
            Standing::Management | Standing::DelegatedAdministrator => Some(Power::Change),
            Standing::Member => Some(Power::Read),
        }
    }

    /// The trail that `find` found.
    pub(crate) fn trail(&self, key: &TrailKey) -> &Trail {
        self.state
            .trails
            .get(key)
            .expect("find answers only keys of trails")
    }

    /// The trails that an account sees from any region, in a steady order.
    pub(crate) fn seen_by(&self, account: AccountId) -> impl Iterator<Item = &Trail> {
        let trails = self.state.trails.values();
        trails.filter(move |trail| self.power_of(account, trail).is_some())
    }

    /// The trails that this account sees from this region, homed here or shadows, in a steady order.
    pub(crate) fn visible(&self) -> impl Iterator<Item = &Trail> {
        self.seen_by(self.account)
            .filter(|trail| trail.is_seen_from(self.region))
    }

    pub(crate) fn key_here(&self, name: TrailName) -> TrailKey {
        TrailKey {
            account: self.account,
            home: self.region.clone(),
            name,
        }
    }

    fn arn_here(&self, name: TrailName) -> String {
        TrailArn {
            region: self.region.clone(),
            account: self.account,
            name,
        }
        .to_string()
    }

    /// Keeps a trail as it now is, and lets its deliveries follow.
    pub(crate) fn keep(&mut self, trail: Trail) {
        self.state.rows.put(trail.row(), &trail);
        self.state.follow(&trail, self.journal.next_seq(), self.now);
        self.state.trails.insert(trail.key(), trail);
    }

    /// Removes a trail; what it has gathered is still delivered.
    pub(crate) fn remove(&mut self, key: &TrailKey) {
        if let Some(trail) = self.state.trails.remove(key) {
            self.state.rows.delete(trail.row());
            let next_seq = self.journal.next_seq();
            let (delivery, mut tools) = self.state.delivery_and_tools(next_seq, self.now);
            delivery.forget(trail.id, &mut tools);
        }
    }

    /// Keeps the organization of the caller with other delegated administrators. Deliveries do not go by them.
    pub(crate) fn keep_administrators(&mut self, administrators: BTreeSet<AccountId>) {
        if let Some(organization) = self.state.organizations.of_mut(self.account) {
            organization.delegated_administrators = administrators;
            let row = Organization::row(&organization.id);
            self.state.rows.put(row, organization);
        }
    }

    /// Puts a folder marker into the trail's bucket.
    pub(crate) fn mark(&mut self, trail: &Trail, key: String) {
        let next_seq = self.journal.next_seq();
        let (delivery, mut tools) = self.state.delivery_and_tools(next_seq, self.now);
        let id = delivery.mark(trail, key, &mut tools);
        self.marked = Some(id);
    }
}

/// The key of the trail that an ARN names.
pub(crate) fn key_of(arn: &TrailArn) -> TrailKey {
    TrailKey {
        account: arn.account,
        home: arn.region.clone(),
        name: arn.name.clone(),
    }
}
