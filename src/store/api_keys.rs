//! API keys: who may call us. Only a hash of the secret is kept.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::{Note, Result, Store, StoreError, retrying, row};

macro_rules! columns {
    () => {
        "id, secret_hash, issuer, client, scopes, mints_per_hour, created_at, \
         expires_at, revoked_at"
    };
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRow {
    pub id: String,
    pub secret_hash: String,
    /// The one issuer that it speaks for; `None` is the whole service.
    pub issuer: Option<String>,
    /// Whose system uses it; idempotency keys are scoped to it.
    pub client: String,
    /// Separated by spaces.
    pub scopes: String,
    pub mints_per_hour: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    pub async fn add_api_key(&self, key: &ApiKeyRow, note: &Note) -> Result<()> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            insert(&mut tx, key).await?;
            note.append(&mut tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The key, also when it is revoked or expired: that is the caller's to judge.
    pub async fn api_key(&self, id: &str) -> Result<Option<ApiKeyRow>> {
        sqlx::query(concat!("SELECT ", columns!(), " FROM api_keys WHERE id = $1"))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// An issuer's keys, or with `None` every key of the service; oldest first.
    pub async fn api_keys(&self, issuer: Option<&str>) -> Result<Vec<ApiKeyRow>> {
        let all = concat!("SELECT ", columns!(), " FROM api_keys ORDER BY created_at, id");
        let own = concat!(
            "SELECT ",
            columns!(),
            " FROM api_keys WHERE issuer = $1 ORDER BY created_at, id"
        );
        let query = match issuer {
            Some(issuer) => sqlx::query(own).bind(issuer),
            None => sqlx::query(all),
        };
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }

    /// Revokes a key for good, as of the note's time; a second time changes nothing.
    /// The note is filed under the key's issuer.
    ///
    /// With an issuer, only a key of that issuer. `None` when there is none such.
    pub async fn revoke_api_key(
        &self,
        id: &str,
        issuer: Option<&str>,
        note: &Note,
    ) -> Result<Option<ApiKeyRow>> {
        let any = concat!(
            "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) \
             WHERE id = $1 RETURNING ",
            columns!()
        );
        let own = concat!(
            "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) \
             WHERE id = $1 AND issuer = $3 RETURNING ",
            columns!()
        );
        let at = note.entry.at.as_millisecond();
        retrying(|| async {
            let mut tx = self.begin().await?;
            let query = match issuer {
                Some(issuer) => sqlx::query(own).bind(id).bind(at).bind(issuer),
                None => sqlx::query(any).bind(id).bind(at),
            };
            let Some(row) = query.fetch_optional(&mut *tx).await? else { return Ok(None) };
            let row = read(&row)?;
            let mut note = note.clone();
            note.entry.issuer.clone_from(&row.issuer);
            note.append(&mut tx).await?;
            tx.commit().await?;
            Ok(Some(row))
        })
        .await
    }
}

async fn insert(tx: &mut AnyConnection, key: &ApiKeyRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO api_keys (id, secret_hash, issuer, client, scopes, mints_per_hour, \
         created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&*key.id)
    .bind(&*key.secret_hash)
    .bind(key.issuer.as_deref())
    .bind(&*key.client)
    .bind(&*key.scopes)
    .bind(key.mints_per_hour)
    .bind(key.created_at.as_millisecond())
    .bind(key.expires_at.map(Timestamp::as_millisecond))
    .bind(key.revoked_at.map(Timestamp::as_millisecond))
    .execute(tx)
    .await
    .map_err(|error| StoreError::taken(error, "an API key of this id"))?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<ApiKeyRow> {
    Ok(ApiKeyRow {
        id: row::text(row, "id")?,
        secret_hash: row::text(row, "secret_hash")?,
        issuer: row::text_or_none(row, "issuer")?,
        client: row::text(row, "client")?,
        scopes: row::text(row, "scopes")?,
        mints_per_hour: row::number(row, "mints_per_hour")?,
        created_at: row::time(row, "created_at")?,
        expires_at: row::time_or_none(row, "expires_at")?,
        revoked_at: row::time_or_none(row, "revoked_at")?,
    })
}
