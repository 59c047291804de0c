//! Where a micro-credential counts: by the newest policies of every recognizer here.
//!
//! Which versions are newest is asked of the books each time; their texts never change,
//! so each is read once and kept in a bounded memory by its digest.
//!
//! Invariant: so many policies at most are looked at, and where some were not, the
//! answer says that it is not whole.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use super::{Recognition, policy};
use crate::cache::{Bound, Cache, Figures};
use crate::issue::IssueError;
use crate::issue::parties::Party;
use crate::recognition::outlook::{Menus, Outlook, outlook};
use crate::recognition::policy::Zone;
use crate::recognition::{CountedCredential, Policy};
use crate::store::{MenuEntryRow, PartyKind, PolicyName, Store, StoreError};

/// Policies that are looked at for one answer.
pub const MOST_POLICIES: usize = 500;
/// Recognizers that are told of in one answer.
pub const MOST_OFFICES: usize = 50;

/// Menus that are told of in one answer.
const MOST_MENUS: i64 = 100;

/// Policies, read once.
pub struct Shelf(Cache<String, Option<Arc<Policy>>>);

impl Default for Shelf {
    fn default() -> Self {
        let bound = Bound { bytes: 16 * 1024 * 1024, time: Duration::from_secs(24 * 3600) };
        // In memory a policy takes a few times its text; its lists are the most of it.
        let weigh = |digest: &String, policy: &Option<Arc<Policy>>| {
            digest.len() + policy.as_ref().map_or(0, |policy| 512 + 4 * policy.canonical().len())
        };
        Self(Cache::new("policies", bound, weigh))
    }
}

impl Shelf {
    /// None where it cannot be had; that is logged.
    pub async fn policy(&self, store: &Store, name: &PolicyName) -> Option<Arc<Policy>> {
        let make = async || match read(store, name).await {
            Ok(policy) => policy.map(Arc::new),
            Err(error) => {
                tracing::error!(%error, recognizer = %name.recognizer, policy = %name.id,
                    "a published policy cannot be read");
                None
            }
        };
        self.0.get(name.digest.clone(), Option::is_some, make).await
    }

    /// A recognizer's policies, each in its newest version, by id; so many at most.
    pub async fn policies_of(
        &self,
        store: &Store,
        recognizer: &str,
    ) -> Result<Vec<Arc<Policy>>, StoreError> {
        let most = i64::try_from(MOST_POLICIES).unwrap_or(i64::MAX);
        let mut policies = Vec::new();
        for name in store.latest_policies(Some(recognizer), most).await? {
            policies.extend(self.policy(store, &name).await);
        }
        Ok(policies)
    }

    pub async fn figures(&self) -> Figures {
        self.0.figures().await
    }
}

async fn read(store: &Store, name: &PolicyName) -> Result<Option<Policy>, IssueError> {
    let row = store.policy_version((&name.recognizer, &name.id), &name.version).await?;
    row.map(|row| policy(&row)).transpose()
}

/// Where it counts, as of a day.
#[derive(Debug)]
pub struct Standing {
    pub as_of: Date,
    /// By the names that people call them.
    pub offices: Vec<Office>,
    /// Every policy there is was looked at, and every recognizer is told of.
    pub whole: bool,
}

/// A recognizer that would count it.
#[derive(Debug)]
pub struct Office {
    pub party: Party,
    pub counts: Vec<Counts>,
    /// Those of its menus that it stands on.
    pub menus: Vec<MenuEntryRow>,
}

/// By one policy.
#[derive(Debug)]
pub struct Counts {
    pub policy: Arc<Policy>,
    pub outlook: Outlook,
}

impl Recognition<'_> {
    /// `known` is what is known of it; `trusts` tells whether a recognizer trusts its issuer.
    pub async fn standing(
        self,
        shelf: &Shelf,
        known: &CountedCredential,
        trusts: impl Fn(&str) -> bool,
    ) -> Result<Standing, StoreError> {
        let store = &self.issuance.store;
        let most = i64::try_from(MOST_POLICIES).unwrap_or(i64::MAX);
        let newest = store.latest_policies(None, most + 1).await?;
        let mut whole = newest.len() <= MOST_POLICIES;
        let now = self.issuance.ambient.now();
        let as_of = Zone::UTC.day(now);
        let on_menus = self.on_menus(known).await?;
        let mut offices: Vec<Office> = Vec::new();
        let menus = self.menus_with(known, &on_menus);
        for name in newest.iter().take(MOST_POLICIES) {
            let Some(policy) = shelf.policy(store, name).await else {
                whole = false;
                continue;
            };
            let trusted = trusts(&name.recognizer);
            let known = CountedCredential { trusted, ..known.clone() };
            let Some(outlook) = outlook(&policy, &known, (policy.zone().day(now), &menus)) else {
                continue;
            };
            let counts = Counts { policy, outlook };
            match self.office(&mut offices, &name.recognizer).await? {
                Some(office) => office.counts.push(counts),
                None => whole = false,
            }
        }
        for menu in on_menus {
            match self.office(&mut offices, &menu.recognizer).await? {
                Some(office) => office.menus.push(menu),
                None => whole = false,
            }
        }
        offices.sort_by(|a, b| a.party.profile.name.cmp(&b.party.profile.name));
        Ok(Standing { as_of, offices, whole })
    }

    /// The menus of recognizers here that it stands on.
    async fn on_menus(self, known: &CountedCredential) -> Result<Vec<MenuEntryRow>, StoreError> {
        match &known.achievement {
            Some(achievement) => self.issuance.store.menus_naming(achievement, MOST_MENUS).await,
            None => Ok(Vec::new()),
        }
    }

    fn menus_with(self, known: &CountedCredential, on_menus: &[MenuEntryRow]) -> Menus {
        let did = |row: &MenuEntryRow| self.issuance.links.recognizer_did(&row.recognizer);
        let on_it: std::collections::BTreeSet<String> = known.achievement.iter().cloned().collect();
        on_menus.iter().map(|row| (did(row), on_it.clone())).collect()
    }

    /// The office among those that are told of, where there is room for it.
    async fn office<'o>(
        self,
        offices: &'o mut Vec<Office>,
        name: &str,
    ) -> Result<Option<&'o mut Office>, StoreError> {
        let found = offices.iter().position(|office| office.party.name == name);
        let at = match found {
            Some(at) => at,
            None if offices.len() == MOST_OFFICES => return Ok(None),
            None => {
                let party = match self.issuance.parties.party(PartyKind::Recognizer, name).await {
                    Ok(party) => party,
                    Err(error) => {
                        tracing::error!(%error, recognizer = name, "a recognizer cannot be read");
                        None
                    }
                };
                let Some(party) = party else { return Ok(None) };
                offices.push(Office { party, counts: Vec::new(), menus: Vec::new() });
                offices.len() - 1
            }
        };
        Ok(offices.get_mut(at))
    }
}
