//! Recording mints: all of a credential, or nothing of it.
//!
//! One transaction holds credential, status entries, evidence, idempotency
//! record, audit row and counters of a whole slice; [`slice`] has its steps, and
//! [`together`] lets slices that come at the same time share a commit. Invariant:
//! two credentials never share an index of a list, nor an idempotency key.

pub(super) mod slice;
pub(super) mod together;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::{
    CredentialRow, Result, StatusRefusal, Store, control, credentials, many, retrying, row,
};
use slice::{Line, going};

const MILLIS_PER_HOUR: i64 = 3_600_000;
/// Hours whose counts are kept, for whom a clock that is set back would give them anew.
const HOURS_KEPT: i64 = 24;

/// A signed credential, ready to be recorded.
#[derive(Clone, Debug)]
pub struct Mint {
    pub id: String,
    pub issuer: String,
    pub achievement_slug: String,
    pub achievement_version: i64,
    pub subject_id: String,
    /// The subject id was proposed for an earner who had none, and becomes theirs.
    pub new_subject: bool,
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
    /// The id that its issuer gave it, where it was composed elsewhere: unique for the issuer.
    pub external_id: Option<String>,
    /// The VC-JOSE form, where it was asked for from the start.
    pub vc_jose: Option<String>,
    /// The ids of its issuer's keys that may have signed it.
    pub keys: Arc<[String]>,
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
    /// The earner got this subject id meanwhile; nothing of this mint stays.
    /// Compose it again for the right one.
    SubjectKnown {
        subject_id: String,
    },
    /// The idempotency key was used before; nothing of this mint stays.
    Replayed(Box<Replay>),
    /// A key that signed it was withdrawn since; nothing of this mint stays.
    /// Sign again, with the keys that there are now.
    KeyWithdrawn,
    /// What it is to supersede cannot be; nothing of this mint stays.
    SupersedeRefused(StatusRefusal),
}

/// What an idempotency key stands for already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    pub request_hash: String,
    pub credential: CredentialRow,
    /// The number of the manage link that leads somewhere; none where its earner ended it.
    pub manage: Option<i64>,
}

impl Store {
    /// Records a slice of mints as one commit; they succeed or fail each by itself.
    ///
    /// On SQLite, slices that wait at the same time share a commit. A future that
    /// is dropped leaves all of its slice recorded, or nothing.
    pub async fn record(
        &self,
        mints: Arc<[Mint]>,
        at: Timestamp,
        ceiling: Option<Ceiling>,
    ) -> Result<Recorded> {
        let slice = Slice { mints, at, ceiling };
        match &self.together {
            Some(together) => together.record(slice).await,
            None => retrying(|| self.record_alone(&slice)).await,
        }
    }

    async fn record_alone(&self, slice: &Slice) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        let mut lines = slice.lines();
        let outcomes = slice::record(&mut tx, &mut lines).await?;
        if let Some(reached) = count_usage(&mut tx, slice, &lines).await? {
            return Ok(reached);
        }
        tx.commit().await?;
        Ok(Recorded::Done(outcomes))
    }

    /// What idempotency keys stand for, in their order: to be asked before the work is done.
    pub async fn replays(
        &self,
        issuer: &str,
        client: &str,
        keys: &[&str],
    ) -> Result<Vec<Option<Replay>>> {
        replays(&mut *self.readers.acquire().await?, (issuer, client), keys).await
    }
}

/// Mints that are recorded as one, and the ceiling that they count against.
#[derive(Clone)]
struct Slice {
    mints: Arc<[Mint]>,
    at: Timestamp,
    ceiling: Option<Ceiling>,
}

impl Slice {
    fn lines(&self) -> Vec<Line<'_>> {
        self.mints.iter().map(|mint| Line::new(mint, self.at)).collect()
    }
}

async fn replays(
    connection: &mut AnyConnection,
    (issuer, client): (&str, &str),
    keys: &[&str],
) -> Result<Vec<Option<Replay>>> {
    let mut found = HashMap::new();
    for keys in many::pieces(keys) {
        let places = many::list(3, keys.len());
        let sql = format!(
            "SELECT {}, {}, request_hash, used_key FROM credentials JOIN \
             (SELECT credential AS replayed, request_hash, idempotency_key AS used_key \
             FROM idempotency WHERE issuer = $1 AND client = $2 AND kind = 'mint' \
             AND idempotency_key IN ({places})) used ON replayed = id \
             LEFT JOIN control ON control.credential = id",
            credentials::columns!(),
            control::columns!()
        );
        // Only numbered places were put in.
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(issuer).bind(client);
        for key in keys {
            query = query.bind(*key);
        }
        for row in query.fetch_all(&mut *connection).await? {
            found.insert(row::text(&row, "used_key")?, read_replay(&row)?);
        }
    }
    Ok(keys.iter().map(|key| found.get(*key).cloned()).collect())
}

fn read_replay(row: &AnyRow) -> Result<Replay> {
    let request_hash = row::text(row, "request_hash")?;
    let control = control::read_joined(row)?;
    let manage = (!control.ended).then_some(control.generation);
    Ok(Replay { request_hash, credential: credentials::read(row)?, manage })
}

/// Counts what a slice records against its ceiling; the outcome when it would be passed.
async fn count_usage(
    tx: &mut AnyConnection,
    slice: &Slice,
    lines: &[Line<'_>],
) -> Result<Option<Recorded>> {
    let recorded = going(lines).count();
    let Some(ceiling) = slice.ceiling.as_ref().filter(|_| recorded > 0) else { return Ok(None) };
    let recorded = i64::try_from(recorded).expect("a slice in memory is shorter");
    let hour = slice.at.as_millisecond().div_euclid(MILLIS_PER_HOUR);
    let counted: i64 = sqlx::query_scalar(
        "INSERT INTO usage_by_hour (api_key, hour, minted) VALUES ($1, $2, $3) \
         ON CONFLICT (api_key, hour) DO UPDATE \
         SET minted = usage_by_hour.minted + excluded.minted RETURNING minted",
    )
    .bind(&*ceiling.api_key)
    .bind(hour)
    .bind(recorded)
    .fetch_one(&mut *tx)
    .await?;
    if counted == recorded {
        forget_usage(tx, &ceiling.api_key, hour).await?;
    }
    let per_hour = ceiling.per_hour;
    Ok((counted > per_hour).then(|| Recorded::CeilingReached {
        minted: counted - recorded,
        per_hour,
        resets_at: next_hour(hour, slice.at),
    }))
}

/// Hours that are over count against nothing: those of a day ago go with the key's first mint of
/// an hour.
async fn forget_usage(tx: &mut AnyConnection, api_key: &str, hour: i64) -> Result<()> {
    sqlx::query("DELETE FROM usage_by_hour WHERE api_key = $1 AND hour < $2")
        .bind(api_key)
        .bind(hour - HOURS_KEPT)
        .execute(tx)
        .await?;
    Ok(())
}

fn next_hour(hour: i64, at: Timestamp) -> Timestamp {
    // The fallback is past the calendar's end, where no clock is.
    Timestamp::from_millisecond((hour + 1) * MILLIS_PER_HOUR)
        .unwrap_or_else(|_| at.saturating_add(SignedDuration::from_hours(1)).unwrap_or(at))
}
