//! API keys for issuers' backends: made, listed, revoked.

use jiff::Timestamp;

use super::{Issuance, IssueError};
use crate::ambient::Ambient;
use crate::keys::{Secret, api_key};
use crate::store::{ApiKeyRow, AuditEntry, Note};

/// A key that is asked for.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// The one issuer it speaks for; `None` for the whole service.
    pub issuer: Option<String>,
    /// Whose system uses it; its idempotency keys outlive a rotation of the API key.
    pub client: String,
    /// In their stored spelling.
    pub scopes: Vec<&'static str>,
    pub mints_per_hour: i64,
    pub expires_at: Option<Timestamp>,
}

impl Issuance {
    /// Makes a key. The token is told this once; only its hash is kept.
    pub async fn create_api_key(
        &self,
        new: NewApiKey,
        actor: &str,
    ) -> Result<(ApiKeyRow, Secret), IssueError> {
        let minted = api_key::mint(&self.ambient);
        let row = ApiKeyRow {
            id: minted.id,
            secret_hash: minted.hash,
            issuer: new.issuer,
            client: new.client,
            scopes: new.scopes.join(" "),
            mints_per_hour: new.mints_per_hour,
            created_at: self.ambient.now(),
            expires_at: new.expires_at,
            revoked_at: None,
        };
        let note = note(&self.ambient, (actor, "api-key.create"), row.issuer.as_deref(), &row.id);
        self.store.add_api_key(&row, &note).await?;
        Ok((row, minted.token))
    }

    /// Revokes a key of `issuer`, or any where `None`; `None` where there is none such.
    pub async fn revoke_api_key(
        &self,
        id: &str,
        issuer: Option<&str>,
        actor: &str,
    ) -> Result<Option<ApiKeyRow>, IssueError> {
        let note = note(&self.ambient, (actor, "api-key.revoke"), issuer, id);
        Ok(self.store.revoke_api_key(id, issuer, &note).await?)
    }

    /// Notes what changed nothing of one party's. No personal data.
    pub async fn audit(&self, actor: &str, action: &str) -> Result<(), IssueError> {
        Ok(self.store.append_audit(&note(&self.ambient, (actor, action), None, "")).await?)
    }
}

/// Who did what, for the audit: to be written with the deed. No personal data.
pub fn note(
    ambient: &Ambient,
    (actor, action): (&str, &str),
    issuer: Option<&str>,
    subject: &str,
) -> Note {
    let entry = AuditEntry {
        at: ambient.now(),
        actor: actor.into(),
        action: action.into(),
        issuer: issuer.map(Into::into),
        subject: subject.into(),
        detail: "{}".into(),
    };
    Note { entry, nonce: ambient.random() }
}
