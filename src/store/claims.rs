//! Claims of recognizers, and the ledger that keeps anything from being counted twice.
//!
//! Invariant: within a recognizer and an exclusive group no two claims that stand
//! have a use in common: the primary key of `claim_uses` decides, whichever
//! replica asks. The history of a claim (`claim_events`) only grows; personal data
//! is apart, and goes when it is redacted.

mod challenge;
mod change;
mod past;
mod record;
mod redact;
mod renew;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::{Result, Store, StoreError, row};

pub use change::{ClaimChange, ClaimRefusal};
pub(super) use change::{flag_own, flag_signed};
pub use past::{Left, Past};
pub use record::{ClaimRecorded, Counted, Lost, NewClaim, Use, UseOf};
pub use redact::Redaction;

macro_rules! columns {
    () => {
        "id, recognizer, policy, policy_number, claimant, decision, filed_on, total, \
         credentials, hours, receipt, state, corrects, flag, flagged_at, appealed_at, \
         redacted_at, client, idempotency_key, request_hash, created_at, events, license, \
         appeal_decision, appeal_decided_at, looks"
    };
}
use columns;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimState {
    Recorded,
    /// Terminal: what it used is free again.
    Withdrawn,
    /// Terminal: another claim has taken its place.
    Corrected,
}

impl ClaimState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Withdrawn => "withdrawn",
            Self::Corrected => "corrected",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Recorded, Self::Withdrawn, Self::Corrected]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// What was decided on an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppealDecision {
    /// The claimant is right.
    Upheld,
    /// The claim stays as it is.
    Dismissed,
}

impl AppealDecision {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Dismissed => "dismissed",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Upheld, Self::Dismissed].into_iter().find(|it| it.as_str() == word)
    }
}

/// What stays of a claim for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    pub id: String,
    /// The recognizer's short name.
    pub recognizer: String,
    /// The policy's id.
    pub policy: String,
    pub policy_number: i64,
    /// A keyed hash: the first of the names that it gives its claimant.
    pub claimant: String,
    /// JSON.
    pub decision: String,
    pub filed_on: Date,
    /// A decimal in the policy's unit.
    pub total: String,
    /// How many were counted.
    pub credentials: i64,
    /// Their clock hours.
    pub hours: String,
    /// The id of the credential that is its receipt.
    pub receipt: String,
    pub state: ClaimState,
    /// The claim whose place it took.
    pub corrects: Option<String>,
    /// What became of a credential that was counted: a person has to look.
    pub flag: Option<String>,
    pub flagged_at: Option<Timestamp>,
    pub appealed_at: Option<Timestamp>,
    /// What was decided on that appeal, and when.
    pub appeal_decision: Option<AppealDecision>,
    pub appeal_decided_at: Option<Timestamp>,
    /// When its personal data was deleted.
    pub redacted_at: Option<Timestamp>,
    pub client: String,
    pub idempotency_key: Option<String>,
    pub request_hash: String,
    pub created_at: Timestamp,
    /// How many events it has.
    pub events: i64,
    /// How often its flag was found as it was.
    pub looks: i64,
    /// `FROM/UNTIL`, where the policy goes by the claimant's license.
    pub license: Option<String>,
}

/// Something that happened to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimEvent {
    /// 1, 2, …
    pub number: i64,
    pub at: Timestamp,
    /// The API key's id.
    pub actor: String,
    pub action: String,
    /// JSON, without personal data.
    pub detail: String,
    pub reason: Option<String>,
    /// Who decided, where it was for a person to decide.
    pub person: Option<String>,
}

/// A credential of ours whose place another took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    pub id: String,
    pub issuer: String,
    /// The id that its issuer gave it, where it was composed elsewhere.
    pub external_id: Option<String>,
}

impl Store {
    /// A recognizer's claim; another's is not found.
    pub async fn claim(&self, recognizer: &str, id: &str) -> Result<Option<ClaimRow>> {
        find(&mut *self.readers.acquire().await?, recognizer, id).await
    }

    /// The claim that took the place of one.
    pub async fn correction_of(&self, recognizer: &str, id: &str) -> Result<Option<ClaimRow>> {
        let sql =
            concat!("SELECT ", columns!(), " FROM claims WHERE recognizer = $1 AND corrects = $2");
        let query = sqlx::query(sql).bind(recognizer).bind(id);
        query.fetch_optional(&self.readers).await?.as_ref().map(read).transpose()
    }

    /// A recognizer's claims, newest first.
    pub async fn claims(&self, recognizer: &str, limit: u32) -> Result<Vec<ClaimRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM claims WHERE recognizer = $1 ORDER BY created_at DESC, id DESC LIMIT $2"
        );
        let query = sqlx::query(sql).bind(recognizer).bind(i64::from(limit));
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }

    /// The claim of an idempotency key.
    pub async fn claim_by_key(
        &self,
        recognizer: &str,
        (client, key): (&str, &str),
    ) -> Result<Option<ClaimRow>> {
        by_key(&mut *self.readers.acquire().await?, recognizer, (client, key)).await
    }

    /// Its personal data, JSON; `None` once it was redacted.
    pub async fn claim_details(&self, recognizer: &str, id: &str) -> Result<Option<String>> {
        let sql = "SELECT details FROM claim_details WHERE claim = \
                   (SELECT id FROM claims WHERE recognizer = $1 AND id = $2)";
        let query = sqlx::query_scalar(sql).bind(recognizer).bind(id);
        Ok(query.fetch_optional(&self.readers).await?)
    }

    /// What happened to a claim, in order.
    pub async fn claim_events(&self, recognizer: &str, id: &str) -> Result<Vec<ClaimEvent>> {
        let sql = "SELECT e.number, e.at, e.actor, e.action, e.detail, r.reason, \
                   r.person \
                   FROM claims c JOIN claim_events e ON e.claim = c.id \
                   LEFT JOIN claim_reasons r ON r.claim = e.claim AND r.number = e.number \
                   WHERE c.recognizer = $1 AND c.id = $2 ORDER BY e.number";
        let query = sqlx::query(sql).bind(recognizer).bind(id);
        query.fetch_all(&self.readers).await?.iter().map(read_event).collect()
    }

    /// Those of the keys that are used up in an exclusive group, by other claims than `but`.
    pub async fn used(
        &self,
        (recognizer, group): (&str, &str),
        keys: &[&str],
        but: Option<&str>,
    ) -> Result<Vec<String>> {
        let mut used = Vec::new();
        let sql = "SELECT use_key FROM claim_uses WHERE recognizer = $1 AND exclusive_group = $2 \
                   AND use_key = $3 AND claim <> $4";
        for key in keys {
            let query = sqlx::query_scalar(sql).bind(recognizer).bind(group).bind(*key);
            used.extend(query.bind(but.unwrap_or("")).fetch_optional(&self.readers).await?);
        }
        Ok(used)
    }

    /// The credentials of ours that a chain of corrections led to this one, the nearest first.
    pub async fn superseded_by(&self, id: &str) -> Result<Vec<Superseded>> {
        let mut found: Vec<Superseded> = Vec::new();
        let mut next = vec![id.to_owned()];
        // A chain that is longer than any is a ring that another hand has made.
        while let Some(id) = next.pop().filter(|_| found.len() < 100) {
            let sql = "SELECT id, issuer, external_id FROM credentials WHERE superseded_by = $1 \
                       ORDER BY id";
            for row in sqlx::query(sql).bind(id).fetch_all(&self.readers).await? {
                let older = Superseded {
                    id: row::text(&row, "id")?,
                    issuer: row::text(&row, "issuer")?,
                    external_id: row::text_or_none(&row, "external_id")?,
                };
                next.push(older.id.clone());
                found.push(older);
            }
        }
        Ok(found)
    }
}

async fn find(
    connection: &mut AnyConnection,
    recognizer: &str,
    id: &str,
) -> Result<Option<ClaimRow>> {
    let sql = concat!("SELECT ", columns!(), " FROM claims WHERE recognizer = $1 AND id = $2");
    let row = sqlx::query(sql).bind(recognizer).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

async fn by_key(
    connection: &mut AnyConnection,
    recognizer: &str,
    (client, key): (&str, &str),
) -> Result<Option<ClaimRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM claims WHERE recognizer = $1 AND client = $2 AND idempotency_key = $3"
    );
    let query = sqlx::query(sql).bind(recognizer).bind(client).bind(key);
    query.fetch_optional(connection).await?.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<ClaimRow> {
    let day = row::text(row, "filed_on")?;
    Ok(ClaimRow {
        id: row::text(row, "id")?,
        recognizer: row::text(row, "recognizer")?,
        policy: row::text(row, "policy")?,
        policy_number: row::number(row, "policy_number")?,
        claimant: row::text(row, "claimant")?,
        decision: row::text(row, "decision")?,
        filed_on: day.parse().map_err(|_| StoreError::Corrupt { column: "filed_on" })?,
        total: row::text(row, "total")?,
        credentials: row::number(row, "credentials")?,
        hours: row::text(row, "hours")?,
        receipt: row::text(row, "receipt")?,
        state: row::word(row, "state", ClaimState::parse)?,
        corrects: row::text_or_none(row, "corrects")?,
        flag: row::text_or_none(row, "flag")?,
        flagged_at: row::time_or_none(row, "flagged_at")?,
        appealed_at: row::time_or_none(row, "appealed_at")?,
        appeal_decision: match row::text_or_none(row, "appeal_decision")? {
            Some(_) => Some(row::word(row, "appeal_decision", AppealDecision::parse)?),
            None => None,
        },
        appeal_decided_at: row::time_or_none(row, "appeal_decided_at")?,
        redacted_at: row::time_or_none(row, "redacted_at")?,
        client: row::text(row, "client")?,
        idempotency_key: row::text_or_none(row, "idempotency_key")?,
        request_hash: row::text(row, "request_hash")?,
        created_at: row::time(row, "created_at")?,
        events: row::number(row, "events")?,
        looks: row::number(row, "looks")?,
        license: row::text_or_none(row, "license")?,
    })
}

fn read_event(row: &AnyRow) -> Result<ClaimEvent> {
    Ok(ClaimEvent {
        number: row::number(row, "number")?,
        at: row::time(row, "at")?,
        actor: row::text(row, "actor")?,
        action: row::text(row, "action")?,
        detail: row::text(row, "detail")?,
        reason: row::text_or_none(row, "reason")?,
        person: row::text_or_none(row, "person")?,
    })
}
