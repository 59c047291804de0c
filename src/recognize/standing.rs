//! Where a micro-credential counts: by the newest policies of every recognizer here.
//!
//! Which versions are newest is asked of the books each time; what follows from that may be known
//! already ([`Shelf`]).
//!
//! Invariant: so many policies at most are looked at, and where some were not, the
//! answer says that it is not whole.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Recognition;
use super::shelf::Shelf;
use crate::issue::parties::Party;
use crate::recognition::outlook::{Menus, Outlook, outlook};
use crate::recognition::policy::Zone;
use crate::recognition::{CountedCredential, Policy};
use crate::store::{MenuEntryRow, PartyKind, PolicyName, StoreError};

/// Policies that are looked at for one answer.
pub const MOST_POLICIES: usize = 500;
/// Recognizers that are told of in one answer.
pub const MOST_OFFICES: usize = 50;
/// Menus that are told of in one answer.
pub const MOST_MENUS: usize = 100;

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

/// What the books say of a micro-credential, before anything is counted.
#[derive(Debug)]
pub struct Books {
    now: Timestamp,
    /// With whether its recognizer trusts the issuer.
    newest: Vec<(PolicyName, bool)>,
    on_menus: Vec<MenuEntryRow>,
    /// There are no more policies and menus than these.
    whole: bool,
}

/// The same for as long as the same is counted by them: within one minute, in which no day begins
/// anywhere.
impl Hash for Books {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { now, newest, on_menus, whole } = self;
        (now.as_second().div_euclid(60), newest, on_menus, whole).hash(state);
    }
}

impl Standing {
    /// About how many bytes it takes, where its policies take so many.
    pub(super) fn weigh(&self, policy: impl Fn(&Arc<Policy>) -> usize) -> usize {
        let office = |office: &Office| {
            let counts: usize = office.counts.iter().map(|it| 512 + policy(&it.policy)).sum();
            let menu = |row: &MenuEntryRow| 512 + row.title.len() + row.comment.len();
            let menus: usize = office.menus.iter().map(menu).sum();
            1024 + counts + menus
        };
        self.offices.iter().map(office).sum()
    }
}

impl Recognition<'_> {
    /// `known` is what is known of it; `trusts` tells whether a recognizer trusts its issuer.
    pub async fn books(
        self,
        known: &CountedCredential,
        trusts: impl Fn(&str) -> bool,
    ) -> Result<Books, StoreError> {
        let store = &self.issuance.store;
        let one_more = |most: usize| i64::try_from(most + 1).unwrap_or(i64::MAX);
        let mut newest = store.latest_policies(None, one_more(MOST_POLICIES)).await?;
        let mut on_menus = match &known.achievement {
            Some(id) => store.menus_naming(id, one_more(MOST_MENUS)).await?,
            None => Vec::new(),
        };
        let whole = newest.len() <= MOST_POLICIES && on_menus.len() <= MOST_MENUS;
        newest.truncate(MOST_POLICIES);
        on_menus.truncate(MOST_MENUS);
        let trusting = |name: PolicyName| {
            let trusted = trusts(&name.recognizer);
            (name, trusted)
        };
        let newest = newest.into_iter().map(trusting).collect();
        Ok(Books { now: self.issuance.ambient.now(), newest, on_menus, whole })
    }

    /// Where it counts by these books.
    pub async fn standing(
        self,
        shelf: &Shelf,
        known: &CountedCredential,
        books: &Books,
    ) -> Result<Standing, StoreError> {
        let Books { now, newest, on_menus, whole } = books;
        let mut whole = *whole;
        let mut offices: Vec<Office> = Vec::new();
        let menus = self.menus_with(known, on_menus);
        for (name, trusted) in newest {
            let Some(policy) = shelf.policy(&self.issuance.store, name).await else {
                whole = false;
                continue;
            };
            let known = CountedCredential { trusted: *trusted, ..known.clone() };
            let Some(outlook) = outlook(&policy, &known, (policy.zone().day(*now), &menus)) else {
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
                Some(office) => office.menus.push(menu.clone()),
                None => whole = false,
            }
        }
        offices.sort_by(|a, b| a.party.profile.name.cmp(&b.party.profile.name));
        Ok(Standing { as_of: Zone::UTC.day(*now), offices, whole })
    }

    fn menus_with(self, known: &CountedCredential, on_menus: &[MenuEntryRow]) -> Menus {
        let did = |row: &MenuEntryRow| self.issuance.links.recognizer_did(&row.recognizer);
        let on_it: BTreeSet<String> = known.achievement.iter().cloned().collect();
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
