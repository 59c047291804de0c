//! What recognizers here published, read once: their policies, and where achievements count by them.
//!
//! Invariant: a policy's text never changes, so it is kept by its digest. Where something counts is
//! kept for as long as the books say the same, and for a minute at most. Both are bounded.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::standing::{Books, MOST_POLICIES, Standing};
use super::{Recognition, policy};
use crate::cache::{Bound, Cache, Figures};
use crate::issue::IssueError;
use crate::recognition::{CountedCredential, Policy};
use crate::store::{PolicyName, Store, StoreError};

/// Policies, read once, and what was counted by all of them.
pub struct Shelf {
    policies: Cache<String, Option<Arc<Policy>>>,
    /// With what the books said ([`Books::said`]).
    standings: Cache<String, Option<(u64, Arc<Standing>)>>,
}

impl Default for Shelf {
    fn default() -> Self {
        let bound = Bound { bytes: 16 * 1024 * 1024, time: Duration::from_secs(24 * 3600) };
        let policies = Cache::new("policies", bound, |digest: &String, policy: &Option<_>| {
            digest.len() + policy.as_ref().map_or(0, weight)
        });
        let bound = Bound { bytes: 16 * 1024 * 1024, time: Duration::from_secs(60) };
        let standings = Cache::new(
            "standings",
            bound,
            |known: &String, kept: &Option<(u64, Arc<Standing>)>| {
                known.len() + kept.as_ref().map_or(0, |(_, standing)| standing.weigh(weight))
            },
        );
        Self { policies, standings }
    }
}

/// In memory a policy takes a few times its text; its lists are the most of it.
fn weight(policy: &Arc<Policy>) -> usize {
    512 + 4 * policy.canonical().len()
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
        self.policies.get(name.digest.clone(), Option::is_some, make).await
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

    /// Where it counts, if that was counted before by the same books.
    pub async fn standing(
        &self,
        known: &CountedCredential,
        books: &Books,
    ) -> Option<Arc<Standing>> {
        let said = said(books);
        let found = self.standings.find(&key(known), |kept| is_of(kept, said)).await.flatten();
        found.map(|(_, standing)| standing)
    }

    pub async fn figures(&self) -> [Figures; 2] {
        [self.policies.figures().await, self.standings.figures().await]
    }
}

async fn read(store: &Store, name: &PolicyName) -> Result<Option<Policy>, IssueError> {
    let row = store.policy_version((&name.recognizer, &name.id), &name.version).await?;
    row.map(|row| policy(&row)).transpose()
}

impl Recognition<'_> {
    /// Where it counts: counted once for all who ask in the same minute, while the books say the
    /// same.
    pub async fn standing_kept(
        self,
        shelf: &Shelf,
        known: &CountedCredential,
        books: &Books,
    ) -> Result<Arc<Standing>, StoreError> {
        let (said, failed) = (said(books), Mutex::new(None));
        let make = async || match self.standing(shelf, known, books).await {
            Ok(standing) => Some((said, Arc::new(standing))),
            Err(error) => {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                None
            }
        };
        let fits = |kept: &_| is_of(kept, said);
        match shelf.standings.get(key(known), fits, make).await {
            Some((_, standing)) => Ok(standing),
            None => {
                let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
                Err(failed.expect("nothing is made only where that failed"))
            }
        }
    }
}

fn key(known: &CountedCredential) -> String {
    super::claim::json(known)
}

fn is_of(kept: &Option<(u64, Arc<Standing>)>, said: u64) -> bool {
    kept.as_ref().is_some_and(|(by, _)| *by == said)
}

/// Another number where something else would be counted.
fn said(books: &Books) -> u64 {
    let mut hasher = DefaultHasher::new();
    books.hash(&mut hasher);
    hasher.finish()
}
