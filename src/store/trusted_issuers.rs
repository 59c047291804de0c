//! The lists of issuers that recognizers trust, each whole; the newest is in use.
//!
//! Invariant: a list that was published never changes; the same again changes nothing.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::many::{self, Values};
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

/// A list that is to be published.
#[derive(Clone, Copy, Debug)]
pub struct NewTrustedIssuers<'a> {
    pub recognizer: &'a str,
    pub digest: &'a str,
    pub body: &'a str,
    /// The ids of the issuers in it, each once.
    pub issuers: &'a [&'a str],
}

impl Store {
    /// Publishes a list in the place of the one before, as of the note's time; false where that
    /// one is the same.
    pub async fn publish_trusted_issuers(
        &self,
        new: NewTrustedIssuers<'_>,
        note: &Note,
    ) -> Result<(TrustedIssuersRow, bool)> {
        let NewTrustedIssuers { recognizer, digest, body, issuers } = new;
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
            trust_now(&mut tx, recognizer, issuers).await?;
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

    /// The digest of the list that is in use: enough to know a copy of it by.
    pub async fn trusted_issuers_digest(&self, recognizer: &str) -> Result<Option<String>> {
        let sql = "SELECT digest FROM trusted_issuers WHERE recognizer = $1 \
                   ORDER BY number DESC LIMIT 1";
        let query = sqlx::query_scalar(sql).bind(recognizer);
        Ok(query.fetch_optional(&self.readers).await?)
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

impl Store {
    /// The recognizers that have a list of their own, each with whether it has this issuer.
    pub async fn trust_in(&self, issuer: &str) -> Result<HashMap<String, bool>> {
        let sql = "SELECT own.recognizer, COUNT(trusted_now.issuer) AS trusts FROM \
                   (SELECT DISTINCT recognizer FROM trusted_issuers) own LEFT JOIN trusted_now \
                   ON trusted_now.recognizer = own.recognizer AND trusted_now.issuer = $1 \
                   GROUP BY own.recognizer";
        let found = sqlx::query(sql).bind(issuer).fetch_all(&self.readers).await?;
        let trusts = |row| Ok((row::text(row, "recognizer")?, row::number(row, "trusts")? > 0));
        found.iter().map(trusts).collect()
    }
}

async fn trust_now(tx: &mut AnyConnection, recognizer: &str, issuers: &[&str]) -> Result<()> {
    sqlx::query("DELETE FROM trusted_now WHERE recognizer = $1")
        .bind(recognizer)
        .execute(&mut *tx)
        .await?;
    for piece in many::pieces(issuers) {
        let values = Values::of(piece.iter().map(|issuer| [recognizer.into(), (*issuer).into()]));
        let sql =
            format!("INSERT INTO trusted_now (recognizer, issuer) VALUES {}", values.places());
        // Only numbered places were put in.
        let query = sqlx::query_with(AssertSqlSafe(sql), values.arguments());
        query.execute(&mut *tx).await?;
    }
    Ok(())
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
