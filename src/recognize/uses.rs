//! What a claim uses up, and whether it is used up already.
//!
//! Invariant: a credential is one and the same in every form and under every correction, and an
//! achievement is used up under every name that the books know of its claimant.

use super::claim::{Claim, Decided};
use super::{Recognition, RecognizeError};
use crate::model::links;
use crate::recognition::{CountedCredential, Policy};
use crate::store::{CredentialRow, PartyKind, PolicyRow, Use, UseOf};

impl Recognition<'_> {
    /// The indexes of the credentials that count and are used up already, each with how.
    pub(super) async fn used(
        self,
        claim: &Claim<'_>,
        decided: &Decided,
    ) -> Result<Vec<(usize, UseOf)>, RecognizeError> {
        self.used_of(claim, decided, decided.counted()).await
    }

    /// Those of some credentials, each with its period, that would use what is used up already.
    pub(super) async fn used_of(
        self,
        claim: &Claim<'_>,
        decided: &Decided,
        credentials: impl Iterator<Item = (usize, &str)>,
    ) -> Result<Vec<(usize, UseOf)>, RecognizeError> {
        let uses = self.uses_of(decided, credentials).await?;
        let keys: Vec<&str> = uses.iter().map(|it| it.key.as_str()).collect();
        let but = claim.corrects.map(|(id, _)| id);
        let mut used = Vec::new();
        for group in &decided.groups {
            let group = (decided.row.recognizer.as_str(), group.as_str());
            used.extend(self.issuance.store.used(group, &keys, but).await?);
        }
        Ok(Use::by_credential(uses.iter().filter(|it| used.contains(&it.key))))
    }

    /// The groups of policies that what counts by a version is used up in: its own, and that of the
    /// newest version. They are one, but where versions of different groups were published before
    /// that was refused.
    pub(super) async fn groups(
        self,
        row: &PolicyRow,
        policy: &Policy,
    ) -> Result<Vec<String>, RecognizeError> {
        let mut groups = vec![policy.exclusive_group().to_owned()];
        let newest = self.issuance.store.latest_policy(&row.recognizer, &row.id).await?;
        if let Some(newest) = newest.filter(|newest| newest.number != row.number) {
            groups.push(super::policy(&newest)?.exclusive_group().to_owned());
        }
        groups.sort_unstable();
        groups.dedup();
        Ok(groups)
    }

    /// What the decision uses up: of each credential itself, with all that it corrects, and its
    /// achievement by the claimant in the period, under each of the claimant's names.
    pub(super) async fn uses(self, decided: &Decided) -> Result<Vec<Use>, RecognizeError> {
        self.uses_of(decided, decided.counted()).await
    }

    async fn uses_of(
        self,
        decided: &Decided,
        credentials: impl Iterator<Item = (usize, &str)>,
    ) -> Result<Vec<Use>, RecognizeError> {
        let mut uses = Vec::new();
        for (index, period) in credentials {
            let CountedCredential { issuer, id, achievement, .. } = &decided.credentials[index];
            let (Some(issuer), Some(id), Some(achievement)) = (issuer, id, achievement) else {
                continue;
            };
            let of = UseOf::Credential;
            let mut texts = vec![(of, format!("credential\n{issuer}\n{id}"))];
            for (older, owner) in self.superseded(issuer, id).await? {
                texts.push((of, format!("credential\n{owner}\n{older}")));
            }
            texts.extend(decided.past.names.iter().map(|(name, _)| {
                let text = format!("achievement\n{name}\n{issuer}\n{achievement}\n{period}");
                (UseOf::Achievement, text)
            }));
            for (of, text) in texts {
                let text = format!("use\n{}\n{text}", decided.row.recognizer);
                let key = self.issuance.keyed_hash(&text).await?;
                uses.push(Use { key, credential: index, of });
            }
        }
        Ok(uses)
    }

    /// An issuer's credential that is kept here, by whatever id it was given.
    pub(super) async fn kept(
        self,
        issuer: &str,
        id: &str,
    ) -> Result<Option<CredentialRow>, RecognizeError> {
        let (links, store) = (&self.issuance.links, &self.issuance.store);
        let row = match (links.own(id), links.own_issuer(issuer)) {
            (Some(links::Own::Credential(token)), _) => store.credential(token).await?,
            // Composed elsewhere, with an id of its issuer's own.
            (_, Some(name)) => store.credential_by_external_id(name, id).await?,
            _ => None,
        };
        Ok(row.filter(|row| self.did(&row.issuer) == issuer))
    }

    /// The credentials of ours whose place one of ours took: their ids and issuers.
    async fn superseded(
        self,
        issuer: &str,
        id: &str,
    ) -> Result<Vec<(String, String)>, RecognizeError> {
        let Some(row) = self.kept(issuer, id).await? else { return Ok(Vec::new()) };
        let older = self.issuance.store.superseded_by(&row.id).await?;
        let named = older.into_iter().map(|it| {
            let id = it.external_id.unwrap_or_else(|| self.issuance.links.credential(&it.id));
            (id, self.did(&it.issuer))
        });
        Ok(named.collect())
    }

    fn did(self, owner: &str) -> String {
        let (kind, name) = PartyKind::of_owner(owner);
        self.issuance.parties.did(kind, name)
    }
}
