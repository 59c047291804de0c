//! Redacting a claim: what tells who claimed leaves the books, its receipt's bytes with it.
//!
//! What stays: the decision without the ids of what it was on, the times, the keyed hashes that keep
//! anything from being counted twice, and the license's validity where later claims go by it. Invariant: a claim is redacted whole, in one
//! transaction with its event, and on SQLite the old bytes are overwritten.

use jiff::Timestamp;
use serde_json::json;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use super::change::{Event, insert_event, lock};
use super::{ClaimRefusal, ClaimRow, find};
use crate::store::forget::forget;
use crate::store::{Dialect, Note, PartyKind, Result, Store, retrying};

/// What stands in a redacted claim's place.
#[derive(Clone, Copy)]
pub struct Redaction<'a> {
    /// The decision, without the ids of the credentials.
    pub decision: &'a str,
    /// By which the receipt is known again: see [`Store::forget`].
    pub digest: Option<&'a str>,
    /// That the receipt was forgotten.
    pub note: &'a Note,
}

impl Store {
    /// Deletes a recognizer's claim's personal data, and its receipt's.
    pub async fn redact_claim(
        &self,
        of: (&str, &str),
        redaction: Redaction<'_>,
        by: (&str, Timestamp),
    ) -> Result<Result<ClaimRow, ClaimRefusal>> {
        retrying(|| async {
            match self.dialect {
                Dialect::Postgres => {
                    let mut tx = self.begin().await?;
                    let redacted = redact(&mut tx, of, redaction, by).await?;
                    if redacted.is_ok() {
                        tx.commit().await?;
                    }
                    Ok(redacted)
                }
                Dialect::Sqlite => {
                    let mut connection = self.connect_alone().await?;
                    // What is freed is overwritten with zeros.
                    connection.execute("PRAGMA secure_delete = ON").await?;
                    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
                    let redacted = redact(&mut tx, of, redaction, by).await?;
                    if redacted.is_ok() {
                        tx.commit().await?;
                    } else {
                        tx.rollback().await?;
                    }
                    connection.close().await?;
                    Ok(redacted)
                }
            }
        })
        .await
    }
}

async fn redact(
    tx: &mut AnyConnection,
    (recognizer, id): (&str, &str),
    redaction: Redaction<'_>,
    (actor, at): (&str, Timestamp),
) -> Result<Result<ClaimRow, ClaimRefusal>> {
    let Some(claim) = lock(tx, recognizer, id).await? else {
        return Ok(Err(ClaimRefusal::NoSuchClaim));
    };
    if claim.redacted_at.is_some() {
        return Ok(Err(ClaimRefusal::Redacted));
    }
    for sql in [
        "DELETE FROM claim_details WHERE claim = $1",
        "DELETE FROM claim_reasons WHERE claim = $1",
        "UPDATE claim_credentials SET own = NULL WHERE claim = $1",
    ] {
        sqlx::query(sql).bind(id).execute(&mut *tx).await?;
    }
    // What a client calls its request by may name whom it is of. Of a claim that stands, limits and
    // periods of later claims go by the license.
    sqlx::query(
        "UPDATE claims SET redacted_at = $2, decision = $3, request_hash = '', \
         idempotency_key = NULL, license = CASE WHEN state = 'recorded' THEN license END \
         WHERE id = $1",
    )
    .bind(id)
    .bind(at.as_millisecond())
    .bind(redaction.decision)
    .execute(&mut *tx)
    .await?;
    let owner = PartyKind::Recognizer.owner(recognizer);
    forget(tx, (&owner, &claim.receipt), redaction.digest, redaction.note).await?;
    let detail = json!({}).to_string();
    let event = Event { at, actor, action: "redact", detail, reason: None, person: None };
    insert_event(tx, (id, claim.events), &event).await?;
    Ok(find(tx, recognizer, id).await?.ok_or(ClaimRefusal::NoSuchClaim))
}
