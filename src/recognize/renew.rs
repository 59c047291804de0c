//! Renewing receipts: what a key signed that was withdrawn since is signed anew.
//!
//! Invariant: a renewed receipt says what the first one said, of the same day and on the same things;
//! new are its id, its place in a status list and when its validity begins. It supersedes the first.

use serde_json::Value;

use super::{Recognition, RecognizeError};
use crate::issue::IssueError;
use crate::issue::parties::Party;
use crate::issue::secure::{prepare, secure};
use crate::model::achievement_credential::BitstringStatusListEntry;
use crate::model::date_time;
use crate::proof::before_proof;
use crate::store::{ClaimState, CredentialRow, Mint, Purpose, StatusEntry, Supersede};

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
        let (now, owner, list_id) = (issuance.ambient.now(), recognizer.owner(), issuance.token());
        let list = issuance.store.open_list(&owner, Purpose::Revocation, &list_id, now).await?;
        let index = issuance.ambient.random_below(list.length);
        let list_url = issuance.links.status_list(&list.id);
        let (id, at) = (issuance.token(), date_time::whole_seconds(now));
        let status = BitstringStatusListEntry::new(list_url, list.purpose.as_str(), index);
        let unsigned =
            again(old, (&issuance.links.credential(&id), &date_time::format(at), status))?;
        let securing = recognizer.profile.securing;
        let kinds = [securing.proof_key(), securing.alg().key()];
        let signers = issuance.parties.signers_with(recognizer, &kinds).await?;
        let secured = secure(prepare(&unsigned)?, &signers, securing, at)?;
        Ok(Mint {
            id,
            issuer: owner,
            achievement_slug: old.achievement_slug.clone(),
            achievement_version: old.achievement_version,
            subject_id: old.subject_id.clone(),
            new_subject: false,
            subject_lookup: old.subject_lookup.clone(),
            embedded: secured.embedded,
            jwt: secured.jwt,
            awarded_at: old.awarded_at,
            valid_from: at,
            valid_until: None,
            entries: vec![StatusEntry { list: list.id, index }],
            evidence: Vec::new(),
            idempotency: None,
            actor: actor.to_owned(),
            supersedes: Some(Supersede { credential: old.id.clone(), reason: RENEWED.into() }),
            external_id: None,
            vc_jose: None,
            keys: signers.ids(),
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
