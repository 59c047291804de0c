//! What happens to a claim later: withdrawn, corrected, appealed and decided on, flagged, cleared.

use jiff::Timestamp;
use serde_json::json;
use sqlx::AnyConnection;

use super::record::count_names;
use super::{AppealDecision, ClaimRow, ClaimState, Left, NewClaim, columns, find, read};
use crate::store::status::{self, Wanted};
use crate::store::{Change, PartyKind, Result, Store, retrying, row};

/// A change to a claim that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimChange {
    /// What it used is free again, and its receipt is revoked; who counted on it is flagged.
    Withdraw(Left),
    /// The claimant disagrees: it is noted, and waits for a decision.
    Appeal,
    /// The appeal that waits is decided by this person.
    DecideAppeal { decision: AppealDecision, person: String },
    /// A person has to look, because of this.
    Flag(String),
    /// All was looked at, as the claim stood when it had so many events and looks.
    Clear { seen: (i64, i64) },
}

impl ClaimChange {
    fn action(&self) -> &'static str {
        match self {
            Self::Withdraw(_) => "withdraw",
            Self::Appeal => "appeal",
            Self::DecideAppeal { .. } => "decide-appeal",
            Self::Flag(_) => "flag",
            Self::Clear { .. } => "clear",
        }
    }

    fn detail(&self) -> serde_json::Value {
        match self {
            Self::Flag(flag) => json!({"flag": flag}),
            Self::DecideAppeal { decision, .. } => json!({"decision": decision.as_str()}),
            Self::Withdraw(_) | Self::Appeal | Self::Clear { .. } => json!({}),
        }
    }

    /// Why a claim, locked for it, is not changed so.
    fn refused(&self, claim: &ClaimRow) -> Option<ClaimRefusal> {
        let decides = matches!(self, Self::DecideAppeal { .. });
        match self {
            // An appeal may be granted by the correction of the claim, and is decided all the same.
            _ if claim.state != ClaimState::Recorded && !decides => {
                Some(ClaimRefusal::Final(claim.state))
            }
            _ if claim.redacted_at.is_some() => Some(ClaimRefusal::Redacted),
            Self::Clear { seen: (events, looks) }
                if events + 1 != claim.events || *looks != claim.looks =>
            {
                Some(ClaimRefusal::Moved)
            }
            Self::DecideAppeal { .. }
                if claim.appealed_at.is_none() || claim.appeal_decision.is_some() =>
            {
                Some(ClaimRefusal::NoAppeal)
            }
            _ => None,
        }
    }
}

/// Why a claim stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRefusal {
    #[error("there is no such claim")]
    NoSuchClaim,
    #[error("the claim is {}, which is final", .0.as_str())]
    Final(ClaimState),
    #[error("the claim's personal data was redacted")]
    Redacted,
    /// What happened meanwhile may be another reason to look.
    #[error("something happened to the claim since it was read")]
    Moved,
    #[error("no appeal waits for a decision")]
    NoAppeal,
}

/// An event on its way into the books.
pub(super) struct Event<'a> {
    pub at: Timestamp,
    pub actor: &'a str,
    pub action: &'a str,
    pub detail: String,
    pub reason: Option<&'a str>,
    /// Who decided, beside the reason.
    pub person: Option<&'a str>,
}

impl Store {
    /// Changes a recognizer's claim.
    pub async fn change_claim(
        &self,
        (recognizer, id): (&str, &str),
        change: &ClaimChange,
        reason: Option<&str>,
        (actor, at): (&str, Timestamp),
    ) -> Result<Result<ClaimRow, ClaimRefusal>> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            // The names before the claim, as where one is recorded.
            if let ClaimChange::Withdraw(left) = change
                && !count_names(&mut tx, recognizer, &left.seen).await?
            {
                return Ok(Err(ClaimRefusal::Moved));
            }
            let Some(claim) = lock(&mut tx, recognizer, id).await? else {
                return Ok(Err(ClaimRefusal::NoSuchClaim));
            };
            if let Some(refusal) = change.refused(&claim) {
                return Ok(Err(refusal));
            }
            if matches!(change, ClaimChange::Flag(flag) if claim.flag.as_ref() == Some(flag)) {
                looked_again(&mut tx, id).await?;
            } else {
                apply(&mut tx, &claim, change, at).await?;
                if let ClaimChange::Withdraw(left) = change {
                    revoke_receipt(&mut tx, &claim, actor, at).await?;
                    flag_left(&mut tx, &left.claims, (actor, at)).await?;
                }
                let person = match change {
                    ClaimChange::DecideAppeal { person, .. } => Some(person.as_str()),
                    _ => None,
                };
                let (action, detail) = (change.action(), change.detail().to_string());
                let event = Event { at, actor, action, detail, reason, person };
                insert_event(&mut tx, (id, claim.events), &event).await?;
            }
            let now = find(&mut tx, recognizer, id).await?;
            tx.commit().await?;
            Ok(now.ok_or(ClaimRefusal::NoSuchClaim))
        })
        .await
    }
}

/// A recognizer's claim, locked against other changes; its next event has the number `events`.
pub(super) async fn lock(
    tx: &mut AnyConnection,
    recognizer: &str,
    id: &str,
) -> Result<Option<ClaimRow>> {
    let sql = concat!(
        "UPDATE claims SET events = events + 1 WHERE recognizer = $1 AND id = $2 RETURNING ",
        columns!()
    );
    let row = sqlx::query(sql).bind(recognizer).bind(id).fetch_optional(tx).await?;
    row.as_ref().map(read).transpose()
}

/// The flag is as it was: no event, but whoever looked before this has not seen it.
async fn looked_again(tx: &mut AnyConnection, id: &str) -> Result<()> {
    let sql = "UPDATE claims SET events = events - 1, looks = looks + 1 WHERE id = $1";
    sqlx::query(sql).bind(id).execute(tx).await?;
    Ok(())
}

async fn apply(
    tx: &mut AnyConnection,
    claim: &ClaimRow,
    change: &ClaimChange,
    at: Timestamp,
) -> Result<()> {
    let sql = match change {
        ClaimChange::Withdraw(_) => "UPDATE claims SET state = 'withdrawn' WHERE id = $1",
        ClaimChange::Appeal => {
            "UPDATE claims SET appealed_at = $2, appeal_decision = NULL, appeal_decided_at = NULL \
             WHERE id = $1"
        }
        ClaimChange::DecideAppeal { .. } => {
            "UPDATE claims SET appeal_decided_at = $2, appeal_decision = $3 WHERE id = $1"
        }
        ClaimChange::Flag(_) => "UPDATE claims SET flag = $3, flagged_at = $2 WHERE id = $1",
        ClaimChange::Clear { .. } => {
            "UPDATE claims SET flag = NULL, flagged_at = NULL WHERE id = $1"
        }
    };
    let query = sqlx::query(sql).bind(&*claim.id);
    let query = match change {
        ClaimChange::Withdraw(_) | ClaimChange::Clear { .. } => query,
        ClaimChange::Appeal => query.bind(at.as_millisecond()),
        ClaimChange::DecideAppeal { decision, .. } => {
            query.bind(at.as_millisecond()).bind(decision.as_str())
        }
        ClaimChange::Flag(flag) => query.bind(at.as_millisecond()).bind(flag.as_str()),
    };
    query.execute(&mut *tx).await?;
    if matches!(change, ClaimChange::Withdraw(_)) {
        let sql = "DELETE FROM claim_uses WHERE claim = $1";
        sqlx::query(sql).bind(&*claim.id).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn revoke_receipt(
    tx: &mut AnyConnection,
    claim: &ClaimRow,
    actor: &str,
    at: Timestamp,
) -> Result<()> {
    let owner = PartyKind::Recognizer.owner(&claim.recognizer);
    let Some(receipt) = status::lock(tx, &owner, &claim.receipt).await? else { return Ok(()) };
    let wanted = Wanted { change: &Change::Revoke, reason: "The claim was withdrawn", actor, at };
    // One that was revoked by itself is so already.
    let _settled = status::apply(tx, receipt, wanted).await?;
    Ok(())
}

/// Ends the claim that a new one corrects, and frees what it used; false where it does not stand.
pub(super) async fn correct(
    tx: &mut AnyConnection,
    new: &NewClaim,
    (old, reason): (&str, &str),
) -> Result<bool> {
    let Some(claim) = lock(tx, &new.recognizer, old).await? else { return Ok(false) };
    if claim.state != ClaimState::Recorded || claim.redacted_at.is_some() {
        return Ok(false);
    }
    for sql in [
        "UPDATE claims SET state = 'corrected' WHERE id = $1",
        "DELETE FROM claim_uses WHERE claim = $1",
    ] {
        sqlx::query(sql).bind(old).execute(&mut *tx).await?;
    }
    let detail = json!({"successor": new.id}).to_string();
    let (at, actor) = (new.at, &*new.actor);
    let event = Event { at, actor, action: "correct", detail, reason: Some(reason), person: None };
    insert_event(tx, (old, claim.events), &event).await?;
    flag_left(tx, &new.left, (actor, at)).await?;
    Ok(true)
}

/// Flags claims that counted on one that is gone. Which one is not kept: history outlasts a
/// redaction, and would lead from a claim to its claimant's others.
async fn flag_left(
    tx: &mut AnyConnection,
    left: &[(String, String)],
    by: (&str, Timestamp),
) -> Result<()> {
    for (claim, flag) in left {
        flag_one(tx, claim, (flag, json!({"flag": flag})), by).await?;
    }
    Ok(())
}

/// Who flags a claim where a credential's state changes here: another party's key is no
/// recognizer's to know.
const ISSUER: &str = "issuer";

/// Flags the claims that stand on a credential of ours whose state changes.
pub(in crate::store) async fn flag_own(
    tx: &mut AnyConnection,
    credential: &str,
    state: &str,
    at: Timestamp,
) -> Result<()> {
    let sql = "SELECT claim, position FROM claim_credentials WHERE own = $1 ORDER BY claim";
    let standing = sqlx::query(sql).bind(credential).fetch_all(&mut *tx).await?;
    for found in &standing {
        let (claim, position) = (row::text(found, "claim")?, row::number(found, "position")?);
        // Not which one in the books, but which of those that the decision counts: history stays.
        let detail = json!({"counted": position + 1, "state": state});
        let flag = format!("a credential that was counted is {state}");
        flag_one(tx, &claim, (&flag, detail), (ISSUER, at)).await?;
    }
    Ok(())
}

/// Flags the claims that stand on what a key that is withdrawn signed: one that their reports name.
pub(in crate::store) async fn flag_signed(
    tx: &mut AnyConnection,
    (owner, key): (&str, &str),
    at: Timestamp,
) -> Result<()> {
    let sql = "SELECT DISTINCT counted.claim AS claim FROM claim_credentials counted \
               JOIN credentials own ON own.id = counted.own \
               JOIN claim_details kept ON kept.claim = counted.claim \
               WHERE own.issuer = $1 AND kept.details LIKE $2 ORDER BY claim";
    let query = sqlx::query_scalar(sql).bind(owner).bind(format!("%#{key}%"));
    let standing: Vec<String> = query.fetch_all(&mut *tx).await?;
    let flag = "the key that signed a credential that was counted was withdrawn";
    for claim in standing {
        flag_one(tx, &claim, (flag, json!({"key": "withdrawn"})), (ISSUER, at)).await?;
    }
    Ok(())
}

/// Flags a claim, where it stands.
async fn flag_one(
    tx: &mut AnyConnection,
    claim: &str,
    (flag, detail): (&str, serde_json::Value),
    (actor, at): (&str, Timestamp),
) -> Result<()> {
    let flagged = sqlx::query(
        "UPDATE claims SET flag = $2, flagged_at = $3, events = events + 1 \
         WHERE state = 'recorded' AND id = $1 RETURNING events",
    )
    .bind(claim)
    .bind(flag)
    .bind(at.as_millisecond())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(flagged) = flagged else { return Ok(()) };
    let detail = detail.to_string();
    let event = Event { at, actor, action: "flag", detail, reason: None, person: None };
    insert_event(tx, (claim, row::number(&flagged, "events")?), &event).await
}

pub(super) async fn insert_event(
    tx: &mut AnyConnection,
    (claim, number): (&str, i64),
    event: &Event<'_>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO claim_events (claim, number, at, actor, action, detail) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(claim)
    .bind(number)
    .bind(event.at.as_millisecond())
    .bind(event.actor)
    .bind(event.action)
    .bind(&*event.detail)
    .execute(&mut *tx)
    .await?;
    let Some(reason) = event.reason else { return Ok(()) };
    let sql = "INSERT INTO claim_reasons (claim, number, reason, person) VALUES ($1, $2, $3, $4)";
    sqlx::query(sql).bind(claim).bind(number).bind(reason).bind(event.person).execute(tx).await?;
    Ok(())
}
