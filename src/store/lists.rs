//! Status lists: which indexes are given away, and which bits are set.
//! Spec: <https://www.w3.org/TR/vc-bitstring-status-list/>
//!
//! Invariant: a list's `version` grows in the transaction that changes a bit,
//! and the entry keeps that version, so a copy is current exactly while its version
//! is, and can be brought up to date by what changed; `changed_at` never goes back.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::many::Values;
use super::{Result, Store, StoreError, row};

macro_rules! columns {
    () => {
        "id, issuer, purpose, length, allocated, state, version, changed_at, signed_as"
    };
}

/// The specification's minimum, for herd privacy: bits in a list.
const LENGTH: u32 = 131_072;

/// Added to each version after a restore: versions that were served before
/// and forgotten by the backup must not come again with other bits.
const RESTORE_STEP: i64 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    Revocation,
    Suspension,
}

impl Purpose {
    /// As `statusPurpose` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Revocation, Self::Suspension].into_iter().find(|it| it.as_str() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListRow {
    pub id: String,
    pub issuer: String,
    pub purpose: Purpose,
    /// In bits.
    pub length: u32,
    /// How many indexes are given away.
    pub allocated: u32,
    /// Whether more may be.
    pub open: bool,
    pub version: i64,
    pub changed_at: Timestamp,
    /// The key, as a Multikey, in whose did:key it speaks; empty for the issuer's own DID.
    pub signed_as: String,
}

/// How a list came to be what it is, from an older version of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitChanges {
    pub list: StatusListRow,
    /// Each entry that changed, and its bit now.
    pub entries: Vec<(u32, bool)>,
}

/// A list and its set bits, as of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetBits {
    pub list: StatusListRow,
    /// Ascending.
    pub indexes: Vec<u32>,
}

impl Store {
    /// The list that new entries go to; made, as `new_id`, when there is none.
    ///
    /// All replicas get the same one. It closes when half of it is given away.
    pub async fn open_list(
        &self,
        issuer: &str,
        purpose: Purpose,
        new_id: &str,
        at: Timestamp,
    ) -> Result<StatusListRow> {
        self.open_list_as((issuer, ""), purpose, new_id, at).await
    }

    /// The same of those that speak in the name of a did:key of the issuer.
    pub async fn open_list_as(
        &self,
        (issuer, signed_as): (&str, &str),
        purpose: Purpose,
        new_id: &str,
        at: Timestamp,
    ) -> Result<StatusListRow> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM status_lists WHERE issuer = $1 AND purpose = $2 AND signed_as = $3 \
             AND state = 'open'"
        );
        let find = || sqlx::query(sql).bind(issuer).bind(purpose.as_str()).bind(signed_as);
        if let Some(found) = find().fetch_optional(&self.readers).await? {
            return read(&found);
        }
        sqlx::query(
            "INSERT INTO status_lists (id, issuer, purpose, length, changed_at, signed_as) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(new_id)
        .bind(issuer)
        .bind(purpose.as_str())
        .bind(i64::from(LENGTH))
        .bind(at.as_millisecond())
        .bind(signed_as)
        .execute(&self.writer)
        .await?;
        match find().fetch_optional(&self.writer).await? {
            Some(row) => read(&row),
            // Closed again at once, or `new_id` is another list's.
            None => Err(StoreError::Contended),
        }
    }

    pub async fn status_list(&self, id: &str) -> Result<Option<StatusListRow>> {
        sqlx::query(concat!("SELECT ", columns!(), " FROM status_lists WHERE id = $1"))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// Cheap enough to ask before each answer from a cached copy.
    pub async fn list_version(&self, id: &str) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar("SELECT version FROM status_lists WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.readers)
            .await?)
    }

    /// What a list says; version and bits belong together.
    pub async fn set_bits(&self, id: &str) -> Result<Option<SetBits>> {
        // One statement sees one snapshot, on both databases; and one row
        // carries tens of thousands of indexes faster than as many rows.
        let found = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", (SELECT string_agg(CAST(entry AS TEXT), ',') FROM status_entries \
                 WHERE list = status_lists.id AND bit = 1) AS entries \
                 FROM status_lists WHERE id = $1"
        ))
        .bind(id)
        .fetch_optional(&self.readers)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let entries = row::text_or_none(&found, "entries")?.unwrap_or_default();
        let mut indexes = numbers(&entries).ok_or(StoreError::Corrupt { column: "entry" })?;
        indexes.sort_unstable();
        Ok(Some(SetBits { list: read(&found)?, indexes }))
    }

    /// What changed in a list since a version of it. `None` where its rows do not
    /// tell each step from there, as after a restore, after a change by a
    /// replica that is older than this record, or when one entry changed twice:
    /// it is to be read whole then.
    pub async fn bits_since(&self, id: &str, version: i64) -> Result<Option<BitChanges>> {
        // The literal lets both databases use the partial index.
        let found = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", (SELECT COUNT(DISTINCT changed) FROM status_entries \
                 WHERE list = status_lists.id AND changed > 0 AND changed > $2) AS steps, \
               (SELECT string_agg(CAST(entry * 2 + bit AS TEXT), ',') FROM status_entries \
                 WHERE list = status_lists.id AND changed > 0 AND changed > $2) AS entries \
               FROM status_lists WHERE id = $1"
        ))
        .bind(id)
        .bind(version)
        .fetch_optional(&self.readers)
        .await?;
        let Some(found) = found else { return Ok(None) };
        let list = read(&found)?;
        if list.version - version != row::number(&found, "steps")? {
            return Ok(None);
        }
        let entries = row::text_or_none(&found, "entries")?.unwrap_or_default();
        let entries = numbers(&entries).ok_or(StoreError::Corrupt { column: "entry" })?;
        let entries = entries.into_iter().map(|number| (number / 2, number % 2 == 1)).collect();
        Ok(Some(BitChanges { list, entries }))
    }

    /// For after a restore from a backup: which indexes were given away since
    /// is unknown, so no list gives more, and each list's version passes any
    /// that was served. Answers how many lists there are.
    pub async fn close_lists_and_raise_versions(&self, at: Timestamp) -> Result<u64> {
        let done = sqlx::query(
            "UPDATE status_lists SET state = 'closed', version = version + $1, \
             changed_at = CASE WHEN changed_at < $2 THEN $2 ELSE changed_at END",
        )
        .bind(RESTORE_STEP)
        .bind(at.as_millisecond())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected())
    }
}

/// Lets the lists of an owner be signed by the keys that are active now.
pub(super) async fn sign_anew(tx: &mut AnyConnection, owner: &str, at: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE status_lists SET version = version + 1, \
         changed_at = CASE WHEN changed_at < $2 THEN $2 ELSE changed_at END WHERE issuer = $1",
    )
    .bind(owner)
    .bind(at.as_millisecond())
    .execute(tx)
    .await?;
    Ok(())
}

/// An index of an issuer's open list that a credential wants.
pub(super) struct Wanted<'a> {
    pub issuer: &'a str,
    pub credential: &'a str,
    pub list: &'a str,
    pub index: u32,
}

/// Gives indexes to credentials, in the order asked: answers list, index and credential of those
/// that were given. Not those that are taken, past the end, or of a list that is closed.
pub(super) async fn take_entries(
    tx: &mut AnyConnection,
    wanted: &[Wanted<'_>],
) -> Result<Vec<(String, u32, String)>> {
    let values = Values::of(wanted.iter().map(|Wanted { issuer, credential, list, index }| {
        [(*list).into(), i64::from(*index).into(), (*credential).into(), (*issuer).into()]
    }));
    let sql = format!(
        "INSERT INTO status_entries (list, entry, credential) \
         SELECT id, column2, column3 FROM (VALUES {}) AS wanted, status_lists \
         WHERE id = column1 AND issuer = column4 AND state = 'open' AND column2 < length \
         ORDER BY id, column2 ON CONFLICT DO NOTHING RETURNING list, entry, credential",
        values.places()
    );
    // Only numbered places were put in.
    let query = sqlx::query_with(AssertSqlSafe(sql), values.arguments());
    let given = query.fetch_all(tx).await?;
    let read = |row: &AnyRow| {
        Ok((row::text(row, "list")?, row::index(row, "entry")?, row::text(row, "credential")?))
    };
    given.iter().map(read).collect()
}

/// Gives back what [`take_entries`] took in the same transaction.
pub(super) async fn release_entry(
    tx: &mut AnyConnection,
    credential: &str,
    (list, index): (&str, u32),
) -> Result<()> {
    sqlx::query("DELETE FROM status_entries WHERE list = $1 AND entry = $2 AND credential = $3")
        .bind(list)
        .bind(i64::from(index))
        .bind(credential)
        .execute(tx)
        .await?;
    Ok(())
}

/// Counts what was taken of a list and closes it at half: a random index of a
/// list that is fuller is taken too often.
pub(super) async fn count_taken(
    tx: &mut AnyConnection,
    issuer: &str,
    list: &str,
    taken: i64,
) -> Result<()> {
    sqlx::query(
        "UPDATE status_lists SET allocated = allocated + $3, \
         state = CASE WHEN (allocated + $3) * 2 >= length THEN 'closed' ELSE state END \
         WHERE id = $1 AND issuer = $2",
    )
    .bind(list)
    .bind(issuer)
    .bind(taken)
    .execute(tx)
    .await?;
    Ok(())
}

/// Sets a credential's bit for a purpose and raises the version of its list;
/// false when it has no entry of that purpose.
pub(super) async fn set_bit(
    tx: &mut AnyConnection,
    (issuer, credential): (&str, &str),
    purpose: Purpose,
    bit: bool,
    at: Timestamp,
) -> Result<bool> {
    let lists: Vec<(String, i64)> = sqlx::query_as(
        "UPDATE status_lists SET version = version + 1, \
         changed_at = CASE WHEN changed_at < $4 THEN $4 ELSE changed_at END \
         WHERE issuer = $2 AND purpose = $3 \
         AND id IN (SELECT list FROM status_entries WHERE credential = $1) RETURNING id, version",
    )
    .bind(credential)
    .bind(issuer)
    .bind(purpose.as_str())
    .bind(at.as_millisecond())
    .fetch_all(&mut *tx)
    .await?;
    for (list, version) in &lists {
        sqlx::query(
            "UPDATE status_entries SET bit = $3, changed = $4 WHERE list = $1 AND credential = $2",
        )
        .bind(&**list)
        .bind(credential)
        .bind(i64::from(bit))
        .bind(version)
        .execute(&mut *tx)
        .await?;
    }
    Ok(!lists.is_empty())
}

fn numbers(joined: &str) -> Option<Vec<u32>> {
    joined.split_terminator(',').map(|number| number.parse().ok()).collect()
}

fn read(row: &AnyRow) -> Result<StatusListRow> {
    Ok(StatusListRow {
        id: row::text(row, "id")?,
        issuer: row::text(row, "issuer")?,
        purpose: row::word(row, "purpose", Purpose::parse)?,
        length: row::index(row, "length")?,
        allocated: row::index(row, "allocated")?,
        open: row::text(row, "state")? == "open",
        version: row::number(row, "version")?,
        changed_at: row::time(row, "changed_at")?,
        signed_as: row::text(row, "signed_as")?,
    })
}
