//! API keys for issuers' backends: made, listed, revoked.

use jiff::Timestamp;

use super::{Issuance, IssueError};
use crate::keys::{Secret, api_key};
use crate::store::{ApiKeyRow, AuditEntry};

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
        self.store.add_api_key(&row).await?;
        self.audit(actor, "api-key.create", row.issuer.as_deref(), &row.id).await?;
        Ok((row, minted.token))
    }

    /// Revokes a key of `issuer`, or any where `None`; `None` where there is none such.
    pub async fn revoke_api_key(
        &self,
        id: &str,
        issuer: Option<&str>,
        actor: &str,
    ) -> Result<Option<ApiKeyRow>, IssueError> {
        let revoked = self.store.revoke_api_key(id, issuer, self.ambient.now()).await?;
        if let Some(row) = &revoked {
            self.audit(actor, "api-key.revoke", row.issuer.as_deref(), &row.id).await?;
        }
        Ok(revoked)
    }

    /// Notes who did what. No personal data.
    pub async fn audit(
        &self,
        actor: &str,
        action: &str,
        issuer: Option<&str>,
        subject: &str,
    ) -> Result<(), IssueError> {
        let entry = AuditEntry {
            at: self.ambient.now(),
            actor: actor.into(),
            action: action.into(),
            issuer: issuer.map(Into::into),
            subject: subject.into(),
            detail: "{}".into(),
        };
        Ok(self.store.append_audit(&entry, self.ambient.random()).await?)
    }
}
