//! What every credential of a recognizer's own takes: a place in its status list, and its signature.
//!
//! Invariant: the place was drawn at random and may be taken; whether it is free the books say when
//! the credential is recorded.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Recognition, RecognizeError};
use crate::issue::parties::Party;
use crate::issue::secure::{Secured, prepare, secure};
use crate::model::achievement_credential::BitstringStatusListEntry;
use crate::store::{Mint, Purpose, StatusEntry};

/// A place in the status list that is open.
pub(super) struct Place {
    /// As the credential names it.
    pub status: BitstringStatusListEntry,
    /// As the books do.
    pub entry: StatusEntry,
}

impl Recognition<'_> {
    /// Draws a place for a credential of the recognizer's.
    pub(super) async fn draw(
        self,
        recognizer: &Party,
        now: Timestamp,
    ) -> Result<Place, RecognizeError> {
        let issuance = self.issuance;
        let (owner, new_id) = (recognizer.owner(), issuance.token());
        let list = issuance.store.open_list(&owner, Purpose::Revocation, &new_id, now).await?;
        let index = issuance.ambient.random_below(list.length);
        let url = issuance.links.status_list(&list.id);
        let status = BitstringStatusListEntry::new(url, list.purpose.as_str(), index);
        Ok(Place { status, entry: StatusEntry { list: list.id, index } })
    }

    /// Checks and signs both forms, with the ids of the keys that there are now.
    pub(super) async fn sign(
        self,
        recognizer: &Party,
        unsigned: &[u8],
        at: Timestamp,
    ) -> Result<(Secured, Arc<[String]>), RecognizeError> {
        let securing = recognizer.profile.securing;
        let kinds = [securing.proof_key(), securing.alg().key()];
        let signers = self.issuance.parties.signers_with(recognizer, &kinds).await?;
        let secured = secure(prepare(unsigned)?, &signers, securing, at)?;
        Ok((secured, signers.ids()))
    }
}

/// What is recorded of a credential of the recognizer's, by whom: with nothing in it yet but its place.
pub(super) fn mint(
    recognizer: &Party,
    (id, valid_from): (String, Timestamp),
    (place, actor): (StatusEntry, &str),
) -> Mint {
    Mint {
        id,
        issuer: recognizer.owner(),
        achievement_slug: String::new(),
        achievement_version: 0,
        subject_id: String::new(),
        new_subject: false,
        subject_lookup: String::new(),
        embedded: String::new(),
        jwt: String::new(),
        awarded_at: None,
        valid_from,
        valid_until: None,
        entries: vec![place],
        evidence: Vec::new(),
        idempotency: None,
        actor: actor.to_owned(),
        supersedes: None,
        external_id: None,
        vc_jose: None,
        keys: Arc::new([]),
    }
}
