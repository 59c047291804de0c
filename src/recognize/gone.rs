//! What becomes of claims where an earlier one is gone that they counted on.
//!
//! A table awards the row that all of somebody's claims reach together. Where one of them is withdrawn,
//! or corrected to be another's, those after it may stand for more than is left: a person has to look.
//!
//! Invariant: nothing is taken back by itself, and a claim that is decided meanwhile is decided anew.

use std::collections::btree_map::{BTreeMap, Entry};

use super::claim::{Claim, Decided, counted_before};
use super::{Recognition, RecognizeError, policy, review};
use crate::recognition::{count, words};
use crate::store::{ClaimChange, ClaimRefusal, ClaimRow, Left};

/// How often a claim is withdrawn again because another of its claimant came between.
const MOST_TRIES: usize = 40;

impl Recognition<'_> {
    /// Withdraws a claim that stands.
    pub async fn withdraw(
        self,
        (recognizer, id): (&str, &str),
        reason: &str,
        actor: &str,
    ) -> Result<ClaimRow, RecognizeError> {
        let store = &self.issuance.store;
        for _ in 0..MOST_TRIES {
            let claim = store.claim(recognizer, id).await?.ok_or(RecognizeError::NotFound)?;
            let change = ClaimChange::Withdraw(self.left_without(&claim).await?);
            let by = (actor, self.issuance.ambient.now());
            match store.change_claim((recognizer, id), &change, Some(reason), by).await? {
                Err(ClaimRefusal::Moved) => {}
                changed => return changed.map_err(|refusal| review::refused(&refusal)),
            }
        }
        Err(review::moved())
    }

    /// What is left where a claim takes the place of one. What counts as the same claimant's past by
    /// the same policy was decided with all of it; somebody who shared a name with the old claim
    /// alone was not.
    pub(super) async fn left_by(
        self,
        claim: &Claim<'_>,
        decided: &Decided,
    ) -> Result<Left, RecognizeError> {
        let Some((id, _)) = claim.corrects else { return Ok(Left::default()) };
        let row = self.issuance.store.claim(&claim.recognizer.name, id).await?;
        let row = row.ok_or(RecognizeError::NotFound)?;
        let mut left = self.left_without(&row).await?;
        if row.policy == decided.policy.id {
            let decided_with = |id: &str| decided.past.claims.iter().any(|claim| claim.id == id);
            left.claims.retain(|(id, _)| !decided_with(id));
        }
        Ok(left)
    }

    /// Of claims that are redacted nothing is told: nobody can look at what they were.
    async fn left_without(self, claim: &ClaimRow) -> Result<Left, RecognizeError> {
        let store = &self.issuance.store;
        let names = store.claim_names(&claim.id).await?;
        let of = (claim.recognizer.as_str(), claim.policy.as_str());
        let past = store.past(of, &names, Some(&claim.id)).await?;
        let mut claims = self.beyond(&past.claims).await?;
        let redacted =
            |id: &str| past.claims.iter().any(|it| it.id == id && it.redacted_at.is_some());
        claims.retain(|(id, _)| !redacted(id));
        claims.sort_unstable();
        Ok(Left { claims, seen: past.names })
    }

    /// Why a person has to look at a claim, whatever its credentials are.
    pub(super) async fn stands_beyond(
        self,
        claim: &ClaimRow,
    ) -> Result<Option<String>, RecognizeError> {
        let store = &self.issuance.store;
        let names = store.claim_names(&claim.id).await?;
        let of = (claim.recognizer.as_str(), claim.policy.as_str());
        let past = store.past(of, &names, None).await?;
        let flags = self.beyond(&past.claims).await?;
        Ok(flags.into_iter().find(|(id, _)| *id == claim.id).map(|(_, flag)| flag))
    }

    /// Of a claimant's claims by a policy, the oldest first, those that were awarded more than they
    /// and those before them reach, where that is true of all of them too: what came later may have
    /// filled the gap.
    async fn beyond(self, claims: &[ClaimRow]) -> Result<Vec<(String, String)>, RecognizeError> {
        let standing: Vec<_> = claims.iter().map(counted_before).collect::<Result<_, _>>()?;
        let mut versions = BTreeMap::new();
        let mut flags = Vec::new();
        for (n, claim) in claims.iter().enumerate() {
            let version = match versions.entry(claim.policy_number) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let of = (claim.recognizer.as_str(), claim.policy.as_str());
                    let row = self.issuance.store.policy_number(of, claim.policy_number).await?;
                    place.insert(policy(&row.ok_or(RecognizeError::NotFound)?)?)
                }
            };
            if let Some(all) = count::beyond(version, &standing)
                && count::beyond(version, &standing[..=n]).is_some()
            {
                flags.push((claim.id.clone(), words::beyond(&all, version.unit)));
            }
        }
        Ok(flags)
    }
}
