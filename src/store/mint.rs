//! Recording mints: all of a credential, or nothing of it.
//!
//! One transaction holds credential, status entries, evidence, idempotency
//! record, audit row and counters of a whole slice. Invariant: two credentials
//! never share an index of a list, nor an idempotency key.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::AnyConnection;

use super::status::{self, Wanted};
use super::{
    AuditEntry, Change, CredentialRow, Result, StatusRefusal, Store, StoreError, audit,
    credentials, lists, retrying, row,
};

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// A signed credential, ready to be recorded.
#[derive(Clone, Debug)]
pub struct Mint {
    pub id: String,
    pub issuer: String,
    pub achievement_slug: String,
    pub achievement_version: i64,
    pub subject_id: String,
    pub subject_lookup: String,
    pub embedded: String,
    pub jwt: String,
    pub awarded_at: Option<Timestamp>,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
    /// In lists of the same issuer.
    pub entries: Vec<StatusEntry>,
    pub evidence: Vec<EvidenceRow>,
    pub idempotency: Option<Idempotency>,
    /// The API key's id.
    pub actor: String,
    pub supersedes: Option<Supersede>,
}

/// An index of a status list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusEntry {
    pub list: String,
    pub index: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// The random part of our link.
    pub token: String,
    pub url: String,
    /// Whether the link leads to the artifact.
    pub open: bool,
}

/// An idempotency key; its scope is the issuer and the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub client: String,
    pub key: String,
    /// Tells another request under the same key apart.
    pub request_hash: String,
}

/// The credential whose place a new one takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supersede {
    pub credential: String,
    pub reason: String,
}

/// How many mints an API key may have recorded in a clock hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    pub api_key: String,
    pub per_hour: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// One outcome for each mint, in their order.
    Done(Vec<Minted>),
    /// Nothing of the slice was recorded.
    CeilingReached {
        /// What the key has had recorded this hour.
        minted: i64,
        per_hour: i64,
        /// When the next hour begins.
        resets_at: Timestamp,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Minted {
    Recorded,
    /// An index was taken or its list is closed; nothing of this mint stays.
    /// Draw again, from the list that is open now.
    IndexTaken,
    /// The idempotency key was used before; nothing of this mint stays.
    Replayed(Box<Replay>),
    /// What it is to supersede cannot be; nothing of this mint stays.
    SupersedeRefused(StatusRefusal),
}

/// What an idempotency key stands for already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    pub request_hash: String,
    pub credential: CredentialRow,
}

impl Store {
    /// Records a slice of mints as one commit; they succeed or fail each by itself.
    pub async fn record(
        &self,
        mints: &[Mint],
        at: Timestamp,
        ceiling: Option<&Ceiling>,
    ) -> Result<Recorded> {
        // Slices that share idempotency keys meet them in one order, so none
        // waits for another that waits for it.
        let mut order: Vec<usize> = (0..mints.len()).collect();
        order.sort_by_key(|&position| key_order(&mints[position]));
        retrying(|| self.record_once(mints, &order, at, ceiling)).await
    }

    async fn record_once(
        &self,
        mints: &[Mint],
        order: &[usize],
        at: Timestamp,
        ceiling: Option<&Ceiling>,
    ) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        let mut outcomes = vec![Minted::IndexTaken; mints.len()];
        for &position in order {
            outcomes[position] = record_one(&mut tx, &mints[position], at).await?;
        }
        let recorded: Vec<&Mint> = mints
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| matches!(outcome, Minted::Recorded))
            .map(|(mint, _)| mint)
            .collect();
        count_lists(&mut tx, &recorded).await?;
        // Last, since the row is the one that all mints of a key wait for.
        if let Some(ceiling) = ceiling
            && let Some(reached) = count_usage(&mut tx, ceiling, recorded.len(), at).await?
        {
            return Ok(reached);
        }
        tx.commit().await?;
        Ok(Recorded::Done(outcomes))
    }

    /// What an idempotency key stands for: to be asked before the work is done.
    pub async fn replay(&self, issuer: &str, client: &str, key: &str) -> Result<Option<Replay>> {
        replay(&mut *self.readers.acquire().await?, issuer, client, key).await
    }
}

fn key_order(mint: &Mint) -> (&str, Option<(&str, &str)>) {
    (&mint.issuer, mint.idempotency.as_ref().map(|it| (&*it.client, &*it.key)))
}

async fn record_one(tx: &mut AnyConnection, mint: &Mint, at: Timestamp) -> Result<Minted> {
    if let Some(idempotency) = &mint.idempotency
        && !claim_key(tx, mint, idempotency, at).await?
    {
        let Idempotency { client, key, .. } = idempotency;
        let winner = replay(tx, &mint.issuer, client, key).await?;
        return winner.map(|it| Minted::Replayed(Box::new(it))).ok_or(StoreError::Contended);
    }
    let replaced = match lock_superseded(tx, mint).await? {
        Ok(replaced) => replaced,
        Err(refusal) => {
            release_key(tx, mint).await?;
            return Ok(Minted::SupersedeRefused(refusal));
        }
    };
    if !take_entries(tx, mint).await? {
        release_key(tx, mint).await?;
        return Ok(Minted::IndexTaken);
    }
    insert_credential(tx, mint, at).await?;
    insert_evidence(tx, mint).await?;
    audit_mint(tx, mint, at).await?;
    if let (Some(old), Some(supersede)) = (replaced, &mint.supersedes) {
        let change = Change::Supersede { successor: mint.id.clone() };
        let (reason, actor) = (&*supersede.reason, &*mint.actor);
        let applied = status::apply(tx, old, Wanted { change: &change, reason, actor, at }).await?;
        applied.expect("its state was judged when it was locked");
    }
    Ok(Minted::Recorded)
}

/// False when the key is used; waits for a transaction that is about to use it.
async fn claim_key(
    tx: &mut AnyConnection,
    mint: &Mint,
    idempotency: &Idempotency,
    at: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO idempotency (issuer, client, idempotency_key, kind, request_hash, \
         credential, created_at) VALUES ($1, $2, $3, 'mint', $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(&*mint.issuer)
    .bind(&*idempotency.client)
    .bind(&*idempotency.key)
    .bind(&*idempotency.request_hash)
    .bind(&*mint.id)
    .bind(at.as_millisecond())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives the key back that [`claim_key`] took in this transaction.
async fn release_key(tx: &mut AnyConnection, mint: &Mint) -> Result<()> {
    let Some(idempotency) = &mint.idempotency else { return Ok(()) };
    sqlx::query(
        "DELETE FROM idempotency WHERE issuer = $1 AND client = $2 AND idempotency_key = $3",
    )
    .bind(&*mint.issuer)
    .bind(&*idempotency.client)
    .bind(&*idempotency.key)
    .execute(tx)
    .await?;
    Ok(())
}

async fn replay(
    connection: &mut AnyConnection,
    issuer: &str,
    client: &str,
    key: &str,
) -> Result<Option<Replay>> {
    let found = sqlx::query(
        "SELECT c.*, i.request_hash FROM idempotency i JOIN credentials c ON c.id = i.credential \
         WHERE i.issuer = $1 AND i.client = $2 AND i.idempotency_key = $3 AND i.kind = 'mint'",
    )
    .bind(issuer)
    .bind(client)
    .bind(key)
    .fetch_optional(connection)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let request_hash = row::text(&found, "request_hash")?;
    Ok(Some(Replay { request_hash, credential: credentials::read(&found)? }))
}

/// The credential to be superseded, locked and found fit for it.
async fn lock_superseded(
    tx: &mut AnyConnection,
    mint: &Mint,
) -> Result<Result<Option<CredentialRow>, StatusRefusal>> {
    let Some(supersede) = &mint.supersedes else { return Ok(Ok(None)) };
    let Some(old) = status::lock(tx, &mint.issuer, &supersede.credential).await? else {
        return Ok(Err(StatusRefusal::NoSuchCredential));
    };
    let change = Change::Supersede { successor: mint.id.clone() };
    Ok(status::next_state(&old, &change).map(|_| Some(old)))
}

async fn take_entries(tx: &mut AnyConnection, mint: &Mint) -> Result<bool> {
    for (taken, entry) in mint.entries.iter().enumerate() {
        let place = (&*entry.list, entry.index);
        if !lists::take_entry(tx, &mint.issuer, &mint.id, place).await? {
            for entry in &mint.entries[..taken] {
                lists::release_entry(tx, &mint.id, (&entry.list, entry.index)).await?;
            }
            return Ok(false);
        }
    }
    Ok(true)
}

async fn insert_credential(tx: &mut AnyConnection, mint: &Mint, at: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO credentials (id, issuer, achievement_slug, achievement_version, subject_id, \
         subject_lookup, embedded, jwt, awarded_at, valid_from, valid_until, actor, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(&*mint.id)
    .bind(&*mint.issuer)
    .bind(&*mint.achievement_slug)
    .bind(mint.achievement_version)
    .bind(&*mint.subject_id)
    .bind(&*mint.subject_lookup)
    .bind(&*mint.embedded)
    .bind(&*mint.jwt)
    .bind(mint.awarded_at.map(Timestamp::as_millisecond))
    .bind(mint.valid_from.as_millisecond())
    .bind(mint.valid_until.map(Timestamp::as_millisecond))
    .bind(&*mint.actor)
    .bind(at.as_millisecond())
    .execute(tx)
    .await
    .map_err(|error| StoreError::taken(error, "a credential of this id"))?;
    Ok(())
}

async fn insert_evidence(tx: &mut AnyConnection, mint: &Mint) -> Result<()> {
    for (position, evidence) in (0_i64..).zip(&mint.evidence) {
        sqlx::query(
            "INSERT INTO evidence (token, credential, position, url, opened) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&*evidence.token)
        .bind(&*mint.id)
        .bind(position)
        .bind(&*evidence.url)
        .bind(i64::from(evidence.open))
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::taken(error, "an evidence link of this token"))?;
    }
    Ok(())
}

async fn audit_mint(tx: &mut AnyConnection, mint: &Mint, at: Timestamp) -> Result<()> {
    let detail = json!({
        "achievement": mint.achievement_slug,
        "version": mint.achievement_version,
    });
    let entry = AuditEntry {
        at,
        actor: mint.actor.clone(),
        action: "mint".to_owned(),
        issuer: Some(mint.issuer.clone()),
        subject: mint.id.clone(),
        detail: detail.to_string(),
    };
    audit::append(tx, &entry, &format!("{}-{:04}", mint.id, 0)).await
}

async fn count_lists(tx: &mut AnyConnection, recorded: &[&Mint]) -> Result<()> {
    // By name, so that slices of two lists lock them in one order.
    let mut taken = BTreeMap::<(&str, &str), i64>::new();
    for mint in recorded {
        for entry in &mint.entries {
            *taken.entry((&mint.issuer, &entry.list)).or_default() += 1;
        }
    }
    for ((issuer, list), taken) in taken {
        lists::count_taken(tx, issuer, list, taken).await?;
    }
    Ok(())
}

/// Counts against the ceiling; the outcome when it would be passed.
async fn count_usage(
    tx: &mut AnyConnection,
    ceiling: &Ceiling,
    recorded: usize,
    at: Timestamp,
) -> Result<Option<Recorded>> {
    if recorded == 0 {
        return Ok(None);
    }
    let recorded = i64::try_from(recorded).expect("a slice in memory is shorter");
    let hour = at.as_millisecond().div_euclid(MILLIS_PER_HOUR);
    let counted: i64 = sqlx::query_scalar(
        "INSERT INTO usage_by_hour (api_key, hour, minted) VALUES ($1, $2, $3) \
         ON CONFLICT (api_key, hour) DO UPDATE \
         SET minted = usage_by_hour.minted + excluded.minted RETURNING minted",
    )
    .bind(&*ceiling.api_key)
    .bind(hour)
    .bind(recorded)
    .fetch_one(tx)
    .await?;
    let per_hour = ceiling.per_hour;
    Ok((counted > per_hour).then(|| Recorded::CeilingReached {
        minted: counted - recorded,
        per_hour,
        resets_at: next_hour(hour, at),
    }))
}

fn next_hour(hour: i64, at: Timestamp) -> Timestamp {
    // The fallback is past the calendar's end, where no clock is.
    Timestamp::from_millisecond((hour + 1) * MILLIS_PER_HOUR)
        .unwrap_or_else(|_| at.saturating_add(SignedDuration::from_hours(1)).unwrap_or(at))
}
