//! `forget`: an earner's personal data leaves the books.
//!
//! What is kept of a credential is a salted digest of what it said, so that a copy that somebody
//! has is still known as the one that was minted. The salt follows from the sealed secret and
//! stands nowhere: whoever has the database alone cannot try names. Invariant: what was forgotten
//! once stays so; doing it again changes nothing.

use std::collections::HashSet;

use super::request::{Earner, EarnerIdentifier};
use super::{Issuance, IssueError, access};
use crate::check::issuer_books;
use crate::jsonld::Contexts;
use crate::keys::keyed_hash;
use crate::model::Document;
use crate::store::{CredentialRow, Whom};

/// Whose data is to be forgotten.
#[derive(Debug, Clone)]
pub enum Forgettable {
    /// Somebody whom the issuer told apart by their address.
    Email(String),
    /// A DID, or the `urn:uuid` by which the credentials call their subject.
    Id(String),
    /// How the issuer's system names them.
    Identifier(EarnerIdentifier),
    /// What one credential says; others of the same earner are kept.
    Credential(String),
}

/// What was forgotten.
#[derive(Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The credentials that are forgotten now.
    pub credentials: Vec<String>,
    /// Credentials of the same earner that are kept.
    pub kept: Vec<String>,
}

impl Issuance {
    /// Forgets what is asked for, credential by credential; none where nobody is found.
    pub async fn forget(
        &self,
        issuer: &str,
        whom: &Forgettable,
        actor: &str,
        contexts: &Contexts,
    ) -> Result<Forgotten, IssueError> {
        let mut found = self.credentials_of(issuer, whom).await?;
        let kept = match (whom, found.first()) {
            (Forgettable::Credential(_), Some(one)) => self.others_of(one).await?,
            _ => Vec::new(),
        };
        let mut seen = HashSet::new();
        found.retain(|row| seen.insert(row.id.clone()));
        let mut credentials = Vec::new();
        for row in found {
            let digest = self.forgotten_digest(&row, contexts).await?;
            let note = access::note(&self.ambient, (actor, "forget"), Some(issuer), &row.id);
            if self.store.forget((issuer, &row.id), digest.as_deref(), &note).await? {
                tracing::info!(credential.id = %row.id, issuer, "forgot an earner's data");
                credentials.push(row.id);
            }
        }
        Ok(Forgotten { credentials, kept })
    }

    /// By which a credential is known again when it is forgotten.
    pub async fn forgotten_digest(
        &self,
        row: &CredentialRow,
        contexts: &Contexts,
    ) -> Result<Option<String>, IssueError> {
        let Ok(document) = Document::parse(row.embedded.as_bytes()) else { return Ok(None) };
        let salt = self.forgotten_salt(&row.id).await?;
        Ok(issuer_books::digest(document.root(), &["proof"], &salt, contexts))
    }

    /// What the digest of a forgotten credential is salted with.
    pub async fn forgotten_salt(&self, credential: &str) -> Result<String, IssueError> {
        let secret = self.lookup_secret().await?.expose().as_bytes();
        let key = keyed_hash(secret, b"touchmark forgotten credentials");
        Ok(keyed_hash(key.as_bytes(), credential.as_bytes()))
    }

    async fn credentials_of(
        &self,
        issuer: &str,
        whom: &Forgettable,
    ) -> Result<Vec<CredentialRow>, IssueError> {
        let earner = |id, email, identifier| Earner { name: String::new(), id, email, identifier };
        let by_lookup = async |earner: Earner| {
            let secret = self.lookup_secret().await?.expose().as_bytes();
            let lookup = keyed_hash(secret, earner.lookup().as_bytes());
            Ok::<_, IssueError>(self.store.credentials_of(issuer, Whom::Lookup(&lookup)).await?)
        };
        Ok(match whom {
            Forgettable::Email(email) => by_lookup(earner(None, Some(email.clone()), None)).await?,
            Forgettable::Identifier(identifier) => {
                by_lookup(earner(None, None, Some(identifier.clone()))).await?
            }
            Forgettable::Id(id) => {
                let mut found = by_lookup(earner(Some(id.clone()), None, None)).await?;
                found.extend(self.store.credentials_of(issuer, Whom::Subject(id)).await?);
                let external = self.external_lookup(Some(id)).await?;
                found.extend(self.store.credentials_of(issuer, Whom::Lookup(&external)).await?);
                found
            }
            Forgettable::Credential(id) => {
                self.store.credentials_of(issuer, Whom::Credential(id)).await?
            }
        })
    }

    async fn others_of(&self, one: &CredentialRow) -> Result<Vec<String>, IssueError> {
        let whom = Whom::Lookup(&one.subject_lookup);
        let all = self.store.credentials_of(&one.issuer, whom).await?;
        Ok(all.into_iter().map(|row| row.id).filter(|id| *id != one.id).collect())
    }
}
