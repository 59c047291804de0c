//! Renewing a claim's receipt, and nothing else of it.
//!
//! Invariant: a claim that stands names one receipt; the one whose place that took says so, in the
//! same transaction.

use jiff::Timestamp;
use serde_json::json;

use super::ClaimState;
use super::change::{Event, insert_event, lock};
use crate::store::mint::slice::{self, Line};
use crate::store::{Mint, Minted, Result, Store, retrying, signing_keys};

impl Store {
    /// Records a receipt in the place of the claim's own, which it supersedes. False where that is
    /// not the claim's any more, the claim does not stand, or it has to be signed again: nothing of it
    /// stays then.
    pub async fn renew_receipt(
        &self,
        (recognizer, id): (&str, &str),
        new: &Mint,
        (actor, at): (&str, Timestamp),
    ) -> Result<bool> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            // Before the claim, as what withdraws a key takes them.
            signing_keys::hold(&mut tx, &new.issuer).await?;
            let Some(claim) = lock(&mut tx, recognizer, id).await? else { return Ok(false) };
            let old = new.supersedes.as_ref().map(|it| it.credential.as_str());
            if claim.state != ClaimState::Recorded || old != Some(claim.receipt.as_str()) {
                return Ok(false);
            }
            if slice::record(&mut tx, &mut [Line::new(new, at)]).await? != [Minted::Recorded] {
                return Ok(false);
            }
            sqlx::query("UPDATE claims SET receipt = $2 WHERE id = $1")
                .bind(id)
                .bind(&*new.id)
                .execute(&mut *tx)
                .await?;
            let detail = json!({"key": "withdrawn"}).to_string();
            let event = Event { at, actor, action: "renew", detail, reason: None, person: None };
            insert_event(&mut tx, (id, claim.events), &event).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// The ids of a recognizer's claims that stand and were not redacted.
    pub async fn standing_claims(&self, recognizer: &str) -> Result<Vec<String>> {
        let sql = "SELECT id FROM claims WHERE recognizer = $1 AND state = 'recorded' \
                   AND redacted_at IS NULL ORDER BY created_at, id";
        Ok(sqlx::query_scalar(sql).bind(recognizer).fetch_all(&self.readers).await?)
    }
}
