//! Removing an earner's personal data: the signed forms, the evidence, who it was.
//!
//! What stays is what others rely on: the row with its status, the entries in status lists, the
//! audit. Invariant: a credential is forgotten whole, in one transaction with its audit row, and
//! on SQLite its old bytes are overwritten, in the file and in what is kept beside it.

use jiff::Timestamp;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use super::{CredentialRow, Dialect, Note, Result, Store, control, credentials, retrying};

/// Whose credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom<'a> {
    /// By the keyed hash of what tells the earner from others.
    Lookup(&'a str),
    /// By the subject's id in the credentials.
    Subject(&'a str),
    /// This one alone.
    Credential(&'a str),
}

impl Store {
    /// An issuer's credentials of somebody, those that are not forgotten.
    pub async fn credentials_of(&self, issuer: &str, whom: Whom<'_>) -> Result<Vec<CredentialRow>> {
        let (sql, value) = match whom {
            Whom::Lookup(lookup) => (
                concat!(
                    "SELECT ",
                    credentials::columns!(),
                    " FROM credentials WHERE issuer = $1 AND subject_lookup = $2 AND embedded <> ''"
                ),
                lookup,
            ),
            Whom::Subject(id) => (
                concat!(
                    "SELECT ",
                    credentials::columns!(),
                    " FROM credentials WHERE issuer = $1 AND subject_id = $2 AND embedded <> ''"
                ),
                id,
            ),
            Whom::Credential(id) => (
                concat!(
                    "SELECT ",
                    credentials::columns!(),
                    " FROM credentials WHERE issuer = $1 AND id = $2 AND embedded <> ''"
                ),
                id,
            ),
        };
        let found = sqlx::query(sql).bind(issuer).bind(value).fetch_all(&self.readers).await?;
        found.iter().map(credentials::read).collect()
    }

    /// Forgets who earned an issuer's credential and what it said, but for its digest. False where
    /// the issuer has no such credential, or it was forgotten before.
    pub async fn forget(
        &self,
        (issuer, credential): (&str, &str),
        digest: Option<&str>,
        note: &Note,
    ) -> Result<bool> {
        retrying(|| async {
            match self.dialect {
                Dialect::Postgres => {
                    let mut tx = self.begin().await?;
                    let done = forget(&mut tx, (issuer, credential), digest, note).await?;
                    tx.commit().await?;
                    Ok(done)
                }
                Dialect::Sqlite => {
                    let mut connection = self.connect_alone().await?;
                    // What is freed is overwritten with zeros.
                    connection.execute("PRAGMA secure_delete = ON").await?;
                    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
                    let done = forget(&mut tx, (issuer, credential), digest, note).await?;
                    tx.commit().await?;
                    connection.close().await?;
                    Ok(done)
                }
            }
        })
        .await
    }

    /// On SQLite: brings the log of past writes into the file and empties it, unless somebody
    /// reads from it just now. Whether it is empty.
    pub async fn empty_log(&self) -> Result<bool> {
        if self.dialect == Dialect::Postgres {
            return Ok(true);
        }
        let mut connection = self.connect_alone().await?;
        let emptied = "PRAGMA wal_checkpoint(TRUNCATE)";
        let blocked: i64 = sqlx::query_scalar(emptied).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(blocked == 0)
    }
}

pub(super) async fn forget(
    tx: &mut AnyConnection,
    (issuer, credential): (&str, &str),
    digest: Option<&str>,
    note: &Note,
) -> Result<bool> {
    match control::lock(tx, credential).await? {
        Some((owner, _)) if owner == issuer => {}
        _ => return Ok(false),
    }
    let lookup: String =
        sqlx::query_scalar("SELECT subject_lookup FROM credentials WHERE id = $1 AND issuer = $2")
            .bind(credential)
            .bind(issuer)
            .fetch_one(&mut *tx)
            .await?;
    for sql in [
        // Its own lookup for each, since two of one lookup are the same earner's.
        "UPDATE credentials SET embedded = '', jwt = '', vc_jose = NULL, subject_id = '', \
         subject_lookup = 'forgotten ' || id, state_reason = NULL WHERE id = $1 AND issuer = $2",
        // The hash of the request would tell who guesses it that they are right.
        "UPDATE idempotency SET request_hash = '' WHERE credential = $1 AND issuer = $2",
    ] {
        sqlx::query(sql).bind(credential).bind(issuer).execute(&mut *tx).await?;
    }
    sqlx::query("DELETE FROM evidence WHERE credential = $1")
        .bind(credential)
        .execute(&mut *tx)
        .await?;
    forget_control(tx, credential, digest, note.entry.at).await?;
    let sql = "DELETE FROM earners WHERE issuer = $1 AND lookup = $2 AND NOT EXISTS \
               (SELECT 1 FROM credentials WHERE issuer = $1 AND subject_lookup = $2)";
    sqlx::query(sql).bind(issuer).bind(lookup).execute(&mut *tx).await?;
    note.append(tx).await?;
    Ok(true)
}

/// Links that were given away stay, without their names, and say that they ended.
async fn forget_control(
    tx: &mut AnyConnection,
    credential: &str,
    digest: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE share_links SET name = token, evidence = '', views = 0, last_day = NULL, \
         withdrawn_at = COALESCE(withdrawn_at, $2) WHERE credential = $1",
    )
    .bind(credential)
    .bind(at.as_millisecond())
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE control SET hidden = 1, robots = 0, ended = 1, forgotten_at = $2, digest = $3 \
         WHERE credential = $1",
    )
    .bind(credential)
    .bind(at.as_millisecond())
    .bind(digest)
    .execute(tx)
    .await?;
    Ok(())
}
