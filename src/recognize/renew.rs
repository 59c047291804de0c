//! Renewing receipts: what a key signed that was withdrawn since is signed anew.
//!
//! Invariant: a renewed receipt says what the first one said, of the same day and on the same things;
//! new are its id, its place in a status list and when its validity begins. It supersedes the first.

use serde_json::Value;

use super::{Recognition, RecognizeError, sign};
use crate::issue::IssueError;
use crate::issue::parties::Party;
use crate::model::achievement_credential::BitstringStatusListEntry;
use crate::model::date_time;
use crate::proof::before_proof;
use crate::store::{ClaimState, CredentialRow, Mint, Supersede};

/// Why a receipt took the place of another that says the same.
pub const RENEWED: &str = "The key that signed it was withdrawn";

/// How often a receipt is signed again because its place was taken or a key was withdrawn.
const MOST_TRIES: usize = 40;

impl Recognition<'_> {
    /// Signs a claim's receipt anew, where a key that signed it was withdrawn; the new one's id.
    /// None where the receipt is good as it is, or the claim does not stand or was redacted.
    pub async fn renew_receipt(
        self,
        recognizer: &Party,
        claim: &str,
        actor: &str,
    ) -> Result<Option<String>, RecognizeError> {
        self.issuance.settle_public_url().await?;
        let (store, owner) = (&self.issuance.store, recognizer.owner());
        for _ in 0..MOST_TRIES {
            let row = store.claim(&recognizer.name, claim).await?;
            let row = row.ok_or(RecognizeError::NotFound)?;
            let receipt = store.credential_of(&owner, &row.receipt).await?;
            let standing = receipt.filter(|it| !it.is_forgotten() && !it.state.is_terminal());
            let Some(old) = standing.filter(|_| row.state == ClaimState::Recorded) else {
                return Ok(None);
            };
            if !self.issuance.parties.withdrawn(recognizer).await?.signed(&old)? {
                return Ok(None);
            }
            let new = self.sign_again(recognizer, &old, actor).await?;
            let by = (actor, self.issuance.ambient.now());
            if store.renew_receipt((&recognizer.name, claim), &new, by).await? {
                tracing::info!(claim.id = %claim, recognizer = %recognizer.name, "renewed a receipt");
                return Ok(Some(new.id));
            }
        }
        Err(IssueError::Broken("a receipt was signed again and again".into()).into())
    }

    async fn sign_again(
        self,
        recognizer: &Party,
        old: &CredentialRow,
        actor: &str,
    ) -> Result<Mint, RecognizeError> {
        let issuance = self.issuance;
        let now = issuance.ambient.now();
        let place = self.draw(recognizer, now).await?;
        let (id, at) = (issuance.token(), date_time::whole_seconds(now));
        let unsigned =
            again(old, (&issuance.links.credential(&id), &date_time::format(at), place.status))?;
        let (secured, keys) = self.sign(recognizer, &unsigned, at).await?;
        Ok(Mint {
            achievement_slug: old.achievement_slug.clone(),
            achievement_version: old.achievement_version,
            subject_id: old.subject_id.clone(),
            subject_lookup: old.subject_lookup.clone(),
            embedded: secured.embedded,
            jwt: secured.jwt,
            awarded_at: old.awarded_at,
            supersedes: Some(Supersede { credential: old.id.clone(), reason: RENEWED.into() }),
            keys,
            ..sign::mint(recognizer, (id, at), (place.entry, actor))
        })
    }
}

/// What the receipt says, under another id, with another place in a list, from now on.
fn again(
    old: &CredentialRow,
    (id, at, status): (&str, &str, BitstringStatusListEntry),
) -> Result<Vec<u8>, IssueError> {
    let unsigned = before_proof(&old.embedded).ok_or_else(|| broken(old, "it has no proof"))?;
    let mut receipt: Value = serde_json::from_str(&unsigned).map_err(|error| broken(old, error))?;
    receipt["id"] = id.into();
    receipt["validFrom"] = at.into();
    receipt["credentialStatus"] =
        serde_json::to_value(&status).map_err(|error| broken(old, error))?;
    serde_json::to_vec(&receipt).map_err(|error| broken(old, error))
}

fn broken(receipt: &CredentialRow, error: impl std::fmt::Display) -> IssueError {
    IssueError::Broken(format!("the stored receipt {}: {error}", receipt.id))
}
