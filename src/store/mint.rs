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
        retrying(|| self.record_once(mints, at, ceiling)).await
    }

    /// What concurrent slices may both want is taken in one order by all of
    /// them, kind by kind and sorted within it, so that none waits for another
    /// that waits for it: keys, superseded credentials, indexes, lists, usage.
    async fn record_once(
        &self,
        mints: &[Mint],
        at: Timestamp,
        ceiling: Option<&Ceiling>,
    ) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        let mut slice: Vec<_> = mints.iter().map(|mint| (mint, Standing::Going)).collect();
        claim_keys(&mut tx, &mut slice, at).await?;
        lock_superseded(&mut tx, &mut slice).await?;
        take_entries(&mut tx, &mut slice).await?;
        for mint in going(&slice) {
            insert_credential(&mut tx, mint, at).await?;
            insert_evidence(&mut tx, mint).await?;
            audit_mint(&mut tx, mint, at).await?;
            supersede(&mut tx, mint, at).await?;
        }
        count_lists(&mut tx, &slice).await?;
        let outcomes = outcomes(&mut tx, &slice).await?;
        if let Some(ceiling) = ceiling
            && let Some(reached) = count_usage(&mut tx, ceiling, going(&slice).count(), at).await?
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

/// How a mint stands while its slice is recorded.
enum Standing {
    /// It will be recorded.
    Going,
    /// Its idempotency key is another's.
    KeyUsed,
    /// It will not be recorded; what it took is given back.
    Ended(Minted),
}

type Slice<'a> = [(&'a Mint, Standing)];

fn going<'a>(slice: &Slice<'a>) -> impl Iterator<Item = &'a Mint> {
    slice.iter().filter(|(_, standing)| matches!(standing, Standing::Going)).map(|(mint, _)| *mint)
}

async fn claim_keys(tx: &mut AnyConnection, slice: &mut Slice<'_>, at: Timestamp) -> Result<()> {
    let mut keyed: Vec<_> = slice
        .iter_mut()
        .filter_map(|(mint, standing)| Some((*mint, mint.idempotency.as_ref()?, standing)))
        .collect();
    keyed.sort_by_key(|(mint, it, _)| (&*mint.issuer, &*it.client, &*it.key));
    for (mint, idempotency, standing) in keyed {
        if !claim_key(tx, mint, idempotency, at).await? {
            *standing = Standing::KeyUsed;
        }
    }
    Ok(())
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
    let found = sqlx::query(concat!(
        "SELECT ",
        credentials::columns!(),
        ", request_hash FROM credentials JOIN \
         (SELECT credential AS replayed, request_hash FROM idempotency WHERE issuer = $1 \
         AND client = $2 AND idempotency_key = $3 AND kind = 'mint') used ON replayed = id"
    ))
    .bind(issuer)
    .bind(client)
    .bind(key)
    .fetch_optional(connection)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let request_hash = row::text(&found, "request_hash")?;
    Ok(Some(Replay { request_hash, credential: credentials::read(&found)? }))
}

/// Locks what is to be superseded, and ends the mints that may not.
async fn lock_superseded(tx: &mut AnyConnection, slice: &mut Slice<'_>) -> Result<()> {
    let mut superseding: Vec<_> = slice
        .iter_mut()
        .filter(|(_, standing)| matches!(standing, Standing::Going))
        .filter_map(|(mint, standing)| {
            Some((*mint, &*mint.supersedes.as_ref()?.credential, standing))
        })
        .collect();
    superseding.sort_by_key(|(_, old, _)| *old);
    let mut claimed = None;
    for (mint, old, standing) in superseding {
        let judged = match status::lock(tx, &mint.issuer, old).await? {
            Some(old) => status::next_state(&old, &superseded_by(mint)).and_then(|_| {
                status::may_succeed(&old, (&mint.subject_lookup, &mint.achievement_slug))
            }),
            None => Err(StatusRefusal::NoSuchCredential),
        };
        let end = match judged {
            Err(refusal) => Minted::SupersedeRefused(refusal),
            // Two of one slice: the second is judged when it comes again.
            Ok(_) if claimed == Some(old) => Minted::IndexTaken,
            Ok(_) => {
                claimed = Some(old);
                continue;
            }
        };
        release_key(tx, mint).await?;
        *standing = Standing::Ended(end);
    }
    Ok(())
}

fn superseded_by(mint: &Mint) -> Change {
    Change::Supersede { successor: mint.id.clone() }
}

async fn supersede(tx: &mut AnyConnection, mint: &Mint, at: Timestamp) -> Result<()> {
    let Some(supersede) = &mint.supersedes else { return Ok(()) };
    let old = status::lock(tx, &mint.issuer, &supersede.credential).await?;
    let old = old.expect("locked before, and never deleted");
    let change = superseded_by(mint);
    let (reason, actor) = (&*supersede.reason, &*mint.actor);
    let applied = status::apply(tx, old, Wanted { change: &change, reason, actor, at }).await?;
    applied.expect("its state was judged when it was locked");
    Ok(())
}

/// Takes the indexes of all mints, and ends those that do not get theirs.
async fn take_entries(tx: &mut AnyConnection, slice: &mut Slice<'_>) -> Result<()> {
    let mut wanted: Vec<_> = (0..slice.len())
        .filter(|&position| matches!(slice[position].1, Standing::Going))
        .flat_map(|position| slice[position].0.entries.iter().map(move |entry| (entry, position)))
        .collect();
    wanted.sort_by_key(|(entry, position)| (&*entry.list, entry.index, *position));
    let mut taken: Vec<(&StatusEntry, usize)> = Vec::with_capacity(wanted.len());
    for (entry, position) in wanted {
        let (mint, standing) = &mut slice[position];
        if !matches!(standing, Standing::Going) {
            continue;
        }
        if lists::take_entry(tx, &mint.issuer, &mint.id, (&entry.list, entry.index)).await? {
            taken.push((entry, position));
            continue;
        }
        *standing = Standing::Ended(Minted::IndexTaken);
        // Only what this slice took: a mint that is sent twice under one id
        // must not free the index of the credential that it is already.
        for (entry, _) in taken.iter().filter(|(_, owner)| *owner == position) {
            lists::release_entry(tx, &mint.id, (&entry.list, entry.index)).await?;
        }
        release_key(tx, mint).await?;
    }
    Ok(())
}

async fn outcomes(tx: &mut AnyConnection, slice: &Slice<'_>) -> Result<Vec<Minted>> {
    let mut outcomes = Vec::with_capacity(slice.len());
    for (mint, standing) in slice {
        outcomes.push(match (standing, &mint.idempotency) {
            (Standing::Ended(end), _) => end.clone(),
            (Standing::KeyUsed, Some(it)) => {
                match replay(tx, &mint.issuer, &it.client, &it.key).await? {
                    Some(replay) => Minted::Replayed(Box::new(replay)),
                    // The key's first use was in this slice, and ended.
                    None => Minted::IndexTaken,
                }
            }
            _ => Minted::Recorded,
        });
    }
    Ok(outcomes)
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

async fn count_lists(tx: &mut AnyConnection, slice: &Slice<'_>) -> Result<()> {
    let mut taken = BTreeMap::<(&str, &str), i64>::new();
    for mint in going(slice) {
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
