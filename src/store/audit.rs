//! The audit trail: append-only, which triggers of the database hold.
//!
//! Invariant: no personal data. A change's free-text reason stands on the
//! credential and not here, since what is written here can never be erased.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::many::Values;
use super::{Result, Store, StoreError, row};

macro_rules! columns {
    () => {
        "id, at, actor, action, issuer, subject, detail"
    };
}

/// Who did what to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// The API key's id, or the operator's command.
    pub actor: String,
    /// A verb: `mint`, `revoke`, `rotate-key` …
    pub action: String,
    pub issuer: Option<String>,
    /// The id of what it was done to.
    pub subject: String,
    /// JSON, without personal data.
    pub detail: String,
}

/// An entry on its way into the transaction of what it tells of.
#[derive(Clone, Debug)]
pub struct Note {
    pub entry: AuditEntry,
    /// Random; makes the row's id unique.
    pub nonce: [u8; 8],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Sorts by time.
    pub id: String,
    pub entry: AuditEntry,
}

impl Store {
    /// Appends what comes with no other change of the store's. Whatever changes something takes
    /// its note along, so that neither is there without the other.
    pub async fn append_audit(&self, note: &Note) -> Result<()> {
        note.append(&mut *self.writer.acquire().await?).await
    }

    /// When the newest row was written; `None` before the first.
    pub async fn newest_audit(&self) -> Result<Option<Timestamp>> {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT MAX(at) FROM audit").fetch_one(&self.readers).await?;
        let corrupt = |_| super::StoreError::Corrupt { column: "at" };
        at.map(|at| Timestamp::from_millisecond(at).map_err(corrupt)).transpose()
    }

    /// Rows in order of time, those after the id `after`; of one issuer, or of all.
    ///
    /// A transaction that takes long may commit a row before ones already
    /// read, so who exports asks again from a little earlier.
    pub async fn audit_page(
        &self,
        issuer: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<AuditRow>> {
        let all = concat!("SELECT ", columns!(), " FROM audit WHERE id > $1 ORDER BY id LIMIT $2");
        let own = concat!(
            "SELECT ",
            columns!(),
            " FROM audit WHERE id > $1 AND issuer = $3 ORDER BY id LIMIT $2"
        );
        let after = after.unwrap_or_default();
        let query = match issuer {
            Some(issuer) => sqlx::query(own).bind(after).bind(i64::from(limit)).bind(issuer),
            None => sqlx::query(all).bind(after).bind(i64::from(limit)),
        };
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }
}

impl Note {
    /// Appends within the caller's transaction.
    pub(super) async fn append(&self, connection: &mut AnyConnection) -> Result<()> {
        let tail = format!("{:016x}", u64::from_be_bytes(self.nonce));
        append(connection, &[(self.entry.clone(), tail)]).await
    }
}

/// Appends within the caller's transaction. The tail of each tells rows of one millisecond apart.
pub(super) async fn append(
    connection: &mut AnyConnection,
    entries: &[(AuditEntry, String)],
) -> Result<()> {
    let values = Values::of(entries.iter().map(|(entry, tail)| {
        [
            format!("{:015}-{tail}", entry.at.as_millisecond()).into(),
            entry.at.into(),
            (&entry.actor).into(),
            (&entry.action).into(),
            entry.issuer.as_deref().into(),
            (&entry.subject).into(),
            (&entry.detail).into(),
        ]
    }));
    let sql = format!(
        "INSERT INTO audit (id, at, actor, action, issuer, subject, detail) VALUES {}",
        values.places()
    );
    // Only numbered places were put in.
    let query = sqlx::query_with(AssertSqlSafe(sql), values.arguments());
    let appended = query.execute(connection).await;
    appended.map_err(|error| StoreError::taken(error, "an audit row of this id"))?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<AuditRow> {
    Ok(AuditRow {
        id: row::text(row, "id")?,
        entry: AuditEntry {
            at: row::time(row, "at")?,
            actor: row::text(row, "actor")?,
            action: row::text(row, "action")?,
            issuer: row::text_or_none(row, "issuer")?,
            subject: row::text(row, "subject")?,
            detail: row::text(row, "detail")?,
        },
    })
}
