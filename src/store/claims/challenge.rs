//! Challenges: what a recognizer gives a holder to sign, so that a presentation that was made once
//! is not played again.
//!
//! Invariant: a challenge is taken by one claim at most, before its end, in the transaction that
//! records the claim.

use jiff::{SignedDuration, Timestamp};
use sqlx::AnyConnection;

use crate::store::{Result, Store};

/// Those that ended so long ago are forgotten.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

impl Store {
    /// Keeps a challenge until it ends.
    pub async fn give_challenge(
        &self,
        (recognizer, challenge): (&str, &str),
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<()> {
        let old = (now - KEPT).as_millisecond();
        let sql = "DELETE FROM claim_challenges WHERE expires_at < $1";
        sqlx::query(sql).bind(old).execute(&self.writer).await?;
        let sql = "INSERT INTO claim_challenges (challenge, recognizer, expires_at) \
                   VALUES ($1, $2, $3)";
        let query = sqlx::query(sql).bind(challenge).bind(recognizer);
        query.bind(expires_at.as_millisecond()).execute(&self.writer).await?;
        Ok(())
    }

    /// Whether a recognizer's challenge can still be answered.
    pub async fn challenge_stands(
        &self,
        (recognizer, challenge): (&str, &str),
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "SELECT challenge FROM claim_challenges WHERE challenge = $1 \
                   AND recognizer = $2 AND expires_at > $3 AND used_at IS NULL";
        let query = sqlx::query(sql).bind(challenge).bind(recognizer);
        let found = query.bind(now.as_millisecond()).fetch_optional(&self.readers).await?;
        Ok(found.is_some())
    }
}

/// Takes a recognizer's challenge; false where it was taken before or has ended.
pub(super) async fn take(
    tx: &mut AnyConnection,
    (recognizer, challenge): (&str, &str),
    at: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE claim_challenges SET used_at = $3 WHERE challenge = $1 AND recognizer = $2 \
               AND expires_at > $3 AND used_at IS NULL";
    let query = sqlx::query(sql).bind(challenge).bind(recognizer).bind(at.as_millisecond());
    Ok(query.execute(tx).await?.rows_affected() == 1)
}
