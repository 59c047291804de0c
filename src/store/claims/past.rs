//! What a claimant claimed before, under whatever name.
//!
//! Invariant: claims that stand and have a name in common are one claimant's, and so are those that
//! are joined by others between them. Whoever files under another of their names finds the same
//! past, and each claim is in it once.

use std::collections::{BTreeMap, BTreeSet};

use super::{ClaimRow, columns, read};
use crate::store::{Result, Store, row};

/// What a claim leaves that is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Claims that counted on it and stand for more than is left, by their ids, each with its flag.
    pub claims: Vec<(String, String)>,
    /// As [`Past::names`]: who is decided meanwhile with that claim is decided anew.
    pub seen: Vec<(String, i64)>,
}

impl Left {
    /// With the names of another past, which was read before this.
    pub fn seen_with(&self, names: &[(String, i64)]) -> Vec<(String, i64)> {
        let all: BTreeMap<_, _> = self.seen.iter().chain(names).cloned().collect();
        all.into_iter().collect()
    }
}

/// The books on a claimant, as they were when they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Every name that is known, as keyed hashes in their order, each with the number of times that
    /// claims were recorded, or withdrawn, under it.
    pub names: Vec<(String, i64)>,
    /// Those of them that are license numbers.
    pub numbers: BTreeSet<String>,
    /// Those under the policy that stand, the oldest first.
    pub claims: Vec<ClaimRow>,
}

impl Past {
    /// The number of a name; none where it is not the claimant's.
    pub fn number_of(&self, name: &str) -> Option<i64> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, number)| *number)
    }
}

impl Store {
    /// The names that a claim gives its claimant.
    pub async fn claim_names(&self, claim: &str) -> Result<Vec<String>> {
        let sql = "SELECT claimant FROM claim_claimants WHERE claim = $1 ORDER BY claimant";
        Ok(sqlx::query_scalar(sql).bind(claim).fetch_all(&self.readers).await?)
    }

    /// What stands of a claimant with these names under a policy, but for the claim `but`.
    pub async fn past(
        &self,
        (recognizer, policy): (&str, &str),
        names: &[String],
        but: Option<&str>,
    ) -> Result<Past> {
        let but = but.unwrap_or("");
        let mut known: BTreeMap<String, i64> = BTreeMap::new();
        let mut numbers = BTreeSet::new();
        let mut claims: BTreeMap<(i64, String), ClaimRow> = BTreeMap::new();
        let mut next = names.to_vec();
        while let Some(name) = next.pop() {
            if known.contains_key(&name) {
                continue;
            }
            // The number first: what is recorded from here on makes it stale, and is noticed.
            let number = self.claims_of(recognizer, &name).await?;
            for (beside, is_number) in self.names_beside(recognizer, &name, but).await? {
                if is_number {
                    numbers.insert(beside.clone());
                }
                next.push(beside);
            }
            for claim in self.standing((recognizer, policy), &name, but).await? {
                claims.insert((claim.created_at.as_millisecond(), claim.id.clone()), claim);
            }
            known.insert(name, number);
        }
        let names = known.into_iter().collect();
        Ok(Past { names, numbers, claims: claims.into_values().collect() })
    }

    /// Whether two claims name their claimant by a name in common.
    pub async fn share_a_claimant(&self, one: &str, other: &str) -> Result<bool> {
        let sql = "SELECT mine.claimant FROM claim_claimants mine JOIN claim_claimants other \
                   ON other.claimant = mine.claimant AND other.claim = $2 WHERE mine.claim = $1";
        let query = sqlx::query(sql).bind(one).bind(other);
        Ok(query.fetch_optional(&self.readers).await?.is_some())
    }

    async fn claims_of(&self, recognizer: &str, name: &str) -> Result<i64> {
        let sql = "SELECT claims FROM claimants WHERE recognizer = $1 AND claimant = $2";
        let query = sqlx::query_scalar(sql).bind(recognizer).bind(name);
        Ok(query.fetch_optional(&self.readers).await?.unwrap_or(0))
    }

    /// The names of claims that stand and have this one, each with whether it is a license number.
    async fn names_beside(
        &self,
        recognizer: &str,
        name: &str,
        but: &str,
    ) -> Result<Vec<(String, bool)>> {
        let sql = "SELECT DISTINCT other.claimant AS claimant, other.license_number AS number \
                   FROM claim_claimants mine \
                   JOIN claims c ON c.id = mine.claim AND c.state = 'recorded' AND c.id <> $3 \
                   JOIN claim_claimants other ON other.claim = mine.claim \
                   WHERE mine.recognizer = $1 AND mine.claimant = $2";
        let query = sqlx::query(sql).bind(recognizer).bind(name).bind(but);
        let rows = query.fetch_all(&self.readers).await?;
        let beside =
            |found| Ok((row::text(found, "claimant")?, row::number(found, "number")? == 1));
        rows.iter().map(beside).collect()
    }

    async fn standing(
        &self,
        (recognizer, policy): (&str, &str),
        name: &str,
        but: &str,
    ) -> Result<Vec<ClaimRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM claims WHERE policy = $3 AND state = 'recorded' AND id <> $4 AND id IN \
             (SELECT claim FROM claim_claimants WHERE recognizer = $1 AND claimant = $2)"
        );
        let query = sqlx::query(sql).bind(recognizer).bind(name).bind(policy).bind(but);
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }
}
