//! Receipts: signed by the recognizer, kept and revocable like any credential.

use super::belongs::Claimant;
use super::claim::{Decided, json};
use super::examined::Examined;
use super::{Recognition, RecognizeError, sign};
use crate::issue::parties::Party;
use crate::model::date_time;
use crate::model::profile::Profile;
use crate::recognition::digest_multibase;
use crate::recognition::receipt::{DecidedOn, Genre, ReceiptFacts, compose, counted};
use crate::store::{Mint, Supersede};

/// What a receipt is made of.
pub(super) struct Draft<'d> {
    pub recognizer: &'d Party,
    pub decided: &'d Decided,
    /// Who it is for, with the keyed hash of the books.
    pub claimant: (&'d Claimant, &'d str),
    pub decided_on: Vec<DecidedOn>,
    pub actor: &'d str,
    /// The receipt whose place it takes, and why.
    pub supersedes: Option<(String, &'d str)>,
}

impl Recognition<'_> {
    /// Composed, checked and signed, with a freshly drawn place in a status list; not yet recorded.
    pub(super) async fn sign_receipt(self, draft: Draft<'_>) -> Result<Mint, RecognizeError> {
        let Draft { recognizer, decided, claimant: (claimant, lookup), .. } = draft;
        let issuance = self.issuance;
        let owner = recognizer.owner();
        let (subject_id, new_subject) = self.subject(&owner, claimant, lookup).await?;
        let place = self.draw(recognizer, decided.at).await?;
        let (id, at) = (issuance.token(), date_time::whole_seconds(decided.at));
        let unsigned = compose(&ReceiptFacts {
            id: &issuance.links.credential(&id),
            recognizer: Profile::new(&recognizer.did, &recognizer.profile),
            subject_id: &subject_id,
            policy: &decided.policy,
            policy_url: &issuance.links.policy(&recognizer.name, &decided.policy.id),
            decision: &decided.decision,
            decided_on: &draft.decided_on,
            on: decided.facts.on,
            at,
            status: place.status,
        });
        let (secured, keys) = self.sign(recognizer, &unsigned, at).await?;
        Ok(Mint {
            achievement_slug: decided.policy.id.clone(),
            achievement_version: decided.row.number,
            subject_id,
            new_subject,
            subject_lookup: lookup.to_owned(),
            embedded: secured.embedded,
            jwt: secured.jwt,
            awarded_at: Some(at),
            supersedes: draft
                .supersedes
                .map(|(credential, reason)| Supersede { credential, reason: reason.to_owned() }),
            keys,
            ..sign::mint(recognizer, (id, at), (place.entry, draft.actor))
        })
    }

    /// The claimant's DID, or a random id that stays theirs with this recognizer.
    async fn subject(
        self,
        owner: &str,
        claimant: &Claimant,
        lookup: &str,
    ) -> Result<(String, bool), RecognizeError> {
        if let Some(did) = &claimant.id {
            return Ok((did.clone(), false));
        }
        let known = self.issuance.store.known_subjects(owner, &[lookup]).await?.pop().flatten();
        Ok(match known {
            Some(id) => (id, false),
            None => (self.issuance.fresh_subject(), true),
        })
    }
}

/// Of each credential that counts: itself, its status lists, and the report on it.
pub(super) fn decided_on(examined: &[Examined], decided: &Decided) -> Vec<DecidedOn> {
    let mut all = Vec::new();
    for (input, why) in counted(&decided.decision) {
        let found = examined.iter().find(|it| it.facts.input == input);
        let Some(Examined { facts, text, lists, report, .. }) = found else { continue };
        all.push(DecidedOn {
            genre: Genre::Credential,
            id: facts.id.clone(),
            name: input.to_owned(),
            description: Some(why),
            digest_multibase: digest_multibase(text.as_bytes()),
        });
        all.extend(lists.iter().cloned());
        all.push(DecidedOn {
            genre: Genre::Report,
            id: None,
            name: format!("Verification of {input}"),
            description: None,
            digest_multibase: digest_multibase(json(report).as_bytes()),
        });
    }
    // Credentials of one issuer share their list, and all of a claim whom the recognizer trusts.
    let mut seen = Vec::new();
    all.retain(|it: &DecidedOn| match it.genre {
        Genre::StatusList | Genre::TrustedIssuers => {
            let new = !seen.contains(it);
            seen.push(it.clone());
            new
        }
        _ => true,
    });
    all
}
