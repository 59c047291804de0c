//! The lists of issuers that recognizers trust, each whole; the newest is in use.
//!
//! Invariant: a list that was published never changes; the same again changes nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::{Note, PartyKind, Result, Store, retrying, row};

macro_rules! columns {
    () => {
        "recognizer, number, digest, body, created_at"
    };
}

/// One published list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedIssuersRow {
    /// The recognizer's short name.
    pub recognizer: String,
    /// 1, 2, … in the order of publishing.
    pub number: i64,
    pub digest: String,
    /// Canonical JSON.
    pub body: String,
    pub created_at: Timestamp,
}

impl Store {
    /// Publishes a list in the place of the one before, as of the note's time; false where that
    /// one is the same.
    pub async fn publish_trusted_issuers(
        &self,
        recognizer: &str,
        (digest, body): (&str, &str),
        note: &Note,
    ) -> Result<(TrustedIssuersRow, bool)> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            // One after the other: an update that changes nothing locks on both databases.
            sqlx::query("UPDATE parties SET name = name WHERE kind = $1 AND name = $2")
                .bind(PartyKind::Recognizer.as_str())
                .bind(recognizer)
                .execute(&mut *tx)
                .await?;
            let before = newest(&mut tx, recognizer).await?;
            let number = before.as_ref().map_or(1, |before| before.number + 1);
            if let Some(same) = before.filter(|before| before.digest == digest) {
                return Ok((same, false));
            }
            let inserted = sqlx::query(concat!(
                "INSERT INTO trusted_issuers (recognizer, number, digest, body, created_at) \
                 VALUES ($1, $2, $3, $4, $5) RETURNING ",
                columns!()
            ))
            .bind(recognizer)
            .bind(number)
            .bind(digest)
            .bind(body)
            .bind(note.entry.at.as_millisecond())
            .fetch_one(&mut *tx)
            .await?;
            note.append(&mut tx).await?;
            tx.commit().await?;
            Ok((read(&inserted)?, true))
        })
        .await
    }

    /// The list that is in use; none where the recognizer published none.
    pub async fn trusted_issuers(&self, recognizer: &str) -> Result<Option<TrustedIssuersRow>> {
        newest(&mut *self.readers.acquire().await?, recognizer).await
    }

    /// A list by its digest, in use or not.
    pub async fn trusted_issuers_of(
        &self,
        recognizer: &str,
        digest: &str,
    ) -> Result<Option<TrustedIssuersRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM trusted_issuers WHERE recognizer = $1 AND digest = $2 \
             ORDER BY number DESC LIMIT 1"
        );
        let found = sqlx::query(sql).bind(recognizer).bind(digest);
        found.fetch_optional(&self.readers).await?.as_ref().map(read).transpose()
    }
}

async fn newest(
    connection: &mut AnyConnection,
    recognizer: &str,
) -> Result<Option<TrustedIssuersRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM trusted_issuers WHERE recognizer = $1 ORDER BY number DESC LIMIT 1"
    );
    let found = sqlx::query(sql).bind(recognizer).fetch_optional(connection).await?;
    found.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<TrustedIssuersRow> {
    Ok(TrustedIssuersRow {
        recognizer: row::text(row, "recognizer")?,
        number: row::number(row, "number")?,
        digest: row::text(row, "digest")?,
        body: row::text(row, "body")?,
        created_at: row::time(row, "created_at")?,
    })
}
