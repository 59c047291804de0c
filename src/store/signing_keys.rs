//! Signing keys, sealed: the store never sees a private key in the clear.
//!
//! Invariant: at most one active key per owner and algorithm. Retired keys
//! stay, since what they signed must stay verifiable; those that were withdrawn
//! stay too, so that whoever comes by what they signed is told so.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Transaction};

use super::{Dialect, Note, PartyKind, Result, Store, StoreError, claims, lists, retrying, row};

macro_rules! columns {
    () => {
        "owner_kind, owner, id, algorithm, public_jwk, sealed, state, created_at, \
         retired_at, withdrawn_at"
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// New signatures are made with it.
    Active,
    /// Published still, used no more.
    Retired,
}

impl KeyState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Active, Self::Retired].into_iter().find(|state| state.as_str() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeyRow {
    pub owner_kind: PartyKind,
    pub owner: String,
    /// The fragment of the verification method's id.
    pub id: String,
    /// `Ed25519`, `ES256`, `ES384` or `RS256`.
    pub algorithm: String,
    pub public_jwk: String,
    /// The private key, encrypted by the custody backend.
    pub sealed: String,
    pub state: KeyState,
    pub created_at: Timestamp,
    pub retired_at: Option<Timestamp>,
    /// Since when nothing that it signed is to be believed: somebody else may have it.
    pub withdrawn_at: Option<Timestamp>,
}

impl Store {
    /// Adds all of them or none.
    ///
    /// Fails with [`StoreError::Taken`] when an owner already has an active key
    /// of an algorithm (two processes that make the first keys: the loser reads
    /// the winner's) or a key of that id.
    pub async fn add_keys(&self, keys: &[SigningKeyRow]) -> Result<()> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            for key in keys {
                insert(&mut tx, key).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Differs wherever an owner's document does: which keys there are, and in
    /// which state. Cheap enough to ask at each use of a copy.
    pub async fn keys_version(&self, owner_kind: PartyKind, owner: &str) -> Result<String> {
        let states: Vec<String> = sqlx::query_scalar(
            "SELECT state || ' ' || id || CASE WHEN withdrawn_at IS NULL THEN '' \
             ELSE ' withdrawn' END FROM signing_keys WHERE owner_kind = $1 AND owner = $2 \
             ORDER BY id",
        )
        .bind(owner_kind.as_str())
        .bind(owner)
        .fetch_all(&self.readers)
        .await?;
        Ok(states.join(","))
    }

    /// Every key of an owner, oldest first.
    pub async fn keys(&self, owner_kind: PartyKind, owner: &str) -> Result<Vec<SigningKeyRow>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM signing_keys WHERE owner_kind = $1 AND owner = $2 \
             ORDER BY created_at, id"
        ))
        .bind(owner_kind.as_str())
        .bind(owner)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Something that this database holds sealed: the newest signing key of all, else the
    /// instance's fact of that name. `None` where nothing was sealed yet.
    pub async fn any_seal(&self, instance: &str) -> Result<Option<String>> {
        let newest = "SELECT sealed FROM signing_keys ORDER BY created_at DESC, id LIMIT 1";
        match sqlx::query_scalar(newest).fetch_optional(&self.readers).await? {
            Some(sealed) => Ok(Some(sealed)),
            None => self.instance(instance).await,
        }
    }

    /// Adds the new keys and retires the active ones of their owner and algorithm, in one step,
    /// as of their `created_at`.
    pub async fn rotate(&self, new: &[SigningKeyRow], note: &Note) -> Result<()> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            for key in new {
                sqlx::query(
                    "UPDATE signing_keys SET state = 'retired', retired_at = $4 WHERE \
                     owner_kind = $1 AND owner = $2 AND algorithm = $3 AND state = 'active'",
                )
                .bind(key.owner_kind.as_str())
                .bind(&*key.owner)
                .bind(&*key.algorithm)
                .bind(key.created_at.as_millisecond())
                .execute(&mut *tx)
                .await?;
                insert(&mut tx, key).await?;
            }
            note.append(&mut tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

impl Store {
    /// Withdraws a key as of the note's time. `next` takes its place where it was active; the
    /// owner's status lists move on, so that none is served that it signed, and claims here that
    /// stand on what it signed are flagged. False where the key is
    /// not as it was read, or was withdrawn before: nothing is changed then.
    pub async fn withdraw_key(
        &self,
        key: &SigningKeyRow,
        next: Option<&SigningKeyRow>,
        note: &Note,
    ) -> Result<bool> {
        retrying(|| async {
            let at = note.entry.at.as_millisecond();
            let mut tx = self.begin().await?;
            let withdrawn = sqlx::query(
                "UPDATE signing_keys SET state = 'retired', withdrawn_at = $5, \
                 retired_at = COALESCE(retired_at, $5) WHERE owner_kind = $1 AND owner = $2 \
                 AND id = $3 AND state = $4 AND withdrawn_at IS NULL",
            )
            .bind(key.owner_kind.as_str())
            .bind(&*key.owner)
            .bind(&*key.id)
            .bind(key.state.as_str())
            .bind(at)
            .execute(&mut *tx)
            .await?;
            if withdrawn.rows_affected() == 0 {
                return Ok(false);
            }
            if let Some(next) = next {
                insert(&mut tx, next).await?;
            }
            let owner = key.owner_kind.owner(&key.owner);
            lists::sign_anew(&mut tx, &owner, note.entry.at).await?;
            claims::flag_signed(&mut tx, (&owner, &key.id), note.entry.at).await?;
            note.append(&mut tx).await?;
            tx.commit().await?;
            Ok(true)
        })
        .await
    }

    /// How many credentials an owner's books have from that time on, until that other.
    pub async fn minted_between(
        &self,
        owner: &str,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM credentials \
                   WHERE issuer = $1 AND created_at >= $2 AND created_at <= $3";
        let query = sqlx::query_scalar(sql).bind(owner);
        let query = query.bind(from.as_millisecond()).bind(until.as_millisecond());
        Ok(query.fetch_one(&self.readers).await?)
    }
}

/// The ids of an owner's keys that are not withdrawn, and are not until the commit.
pub(super) async fn hold(tx: &mut AnyConnection, owner: &str) -> Result<HashSet<String>> {
    let (kind, name) = PartyKind::of_owner(owner);
    let sql = "SELECT id FROM signing_keys WHERE owner_kind = $1 AND owner = $2 \
               AND withdrawn_at IS NULL";
    let sql = match Dialect::of(tx) {
        // It writes one transaction at a time.
        Dialect::Sqlite => sql.to_owned(),
        // Shared: mints of one issuer do not wait for each other here.
        Dialect::Postgres => format!("{sql} ORDER BY id FOR SHARE"),
    };
    // Only words of ours were put in.
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(kind.as_str()).bind(name);
    Ok(query.fetch_all(tx).await?.into_iter().collect())
}

/// The ids of an owner's keys that are withdrawn; no other is until the commit.
pub(super) async fn hold_and_list_withdrawn(
    tx: &mut AnyConnection,
    owner: &str,
) -> Result<HashSet<String>> {
    hold(tx, owner).await?;
    let (kind, name) = PartyKind::of_owner(owner);
    let sql = "SELECT id FROM signing_keys WHERE owner_kind = $1 AND owner = $2 \
               AND withdrawn_at IS NOT NULL";
    let query = sqlx::query_scalar(sql).bind(kind.as_str()).bind(name);
    Ok(query.fetch_all(tx).await?.into_iter().collect())
}

async fn insert(tx: &mut Transaction<'static, Any>, key: &SigningKeyRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO signing_keys (owner_kind, owner, id, algorithm, public_jwk, sealed, \
         state, created_at, retired_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(key.owner_kind.as_str())
    .bind(&*key.owner)
    .bind(&*key.id)
    .bind(&*key.algorithm)
    .bind(&*key.public_jwk)
    .bind(&*key.sealed)
    .bind(key.state.as_str())
    .bind(key.created_at.as_millisecond())
    .bind(key.retired_at.map(Timestamp::as_millisecond))
    .execute(&mut **tx)
    .await
    .map_err(|error| StoreError::taken(error, "an active key of this algorithm"))?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<SigningKeyRow> {
    Ok(SigningKeyRow {
        owner_kind: row::word(row, "owner_kind", PartyKind::parse)?,
        owner: row::text(row, "owner")?,
        id: row::text(row, "id")?,
        algorithm: row::text(row, "algorithm")?,
        public_jwk: row::text(row, "public_jwk")?,
        sealed: row::text(row, "sealed")?,
        state: row::word(row, "state", KeyState::parse)?,
        created_at: row::time(row, "created_at")?,
        retired_at: row::time_or_none(row, "retired_at")?,
        withdrawn_at: row::time_or_none(row, "withdrawn_at")?,
    })
}
