//! Reading what was minted.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::{Result, Store, StoreError, kept_jwt, row};

macro_rules! columns {
    () => {
        "id, issuer, achievement_slug, achievement_version, subject_id, \
         subject_lookup, embedded, jwt, vc_jose, awarded_at, valid_from, valid_until, actor, \
         created_at, state, state_reason, state_at, superseded_by, changes, external_id"
    };
}
pub(super) use columns;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialState {
    Good,
    /// Terminal.
    Revoked,
    Suspended,
    /// Terminal: a successor has taken its place.
    Superseded,
}

impl CredentialState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked => "revoked",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Good, Self::Revoked, Self::Suspended, Self::Superseded]
            .into_iter()
            .find(|state| state.as_str() == word)
    }

    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Revoked | Self::Superseded)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRow {
    pub id: String,
    pub issuer: String,
    pub achievement_slug: String,
    pub achievement_version: i64,
    pub subject_id: String,
    pub subject_lookup: String,
    /// The exact bytes that were signed with an embedded proof.
    pub embedded: String,
    pub jwt: String,
    /// The VC-JOSE form, once somebody has asked for it.
    pub vc_jose: Option<String>,
    pub awarded_at: Option<Timestamp>,
    pub valid_from: Timestamp,
    pub valid_until: Option<Timestamp>,
    /// The API key that minted it.
    pub actor: String,
    pub created_at: Timestamp,
    pub state: CredentialState,
    pub state_reason: Option<String>,
    pub state_at: Option<Timestamp>,
    pub superseded_by: Option<String>,
    /// How often its state has changed.
    pub changes: i64,
    /// The id that its issuer gave it, where it was composed elsewhere.
    pub external_id: Option<String>,
}

/// Where a page of credentials ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub created_at: Timestamp,
    pub id: String,
}

impl CredentialRow {
    /// Whether it was composed elsewhere, and is of no achievement of ours.
    pub fn is_external(&self) -> bool {
        self.achievement_slug.is_empty()
    }

    /// Whether its earner's data was removed from these books, the signed forms with it.
    pub fn is_forgotten(&self) -> bool {
        self.embedded.is_empty()
    }

    /// The place just behind this one.
    pub fn cursor(&self) -> Cursor {
        Cursor { created_at: self.created_at, id: self.id.clone() }
    }
}

impl Store {
    /// Keeps `jws` as the VC-JOSE form unless one is kept already; answers what holds, or `None`
    /// when there is no such credential or it was forgotten meanwhile.
    pub async fn settle_vc_jose(&self, id: &str, jws: &str) -> Result<Option<String>> {
        let sql = "UPDATE credentials SET vc_jose = COALESCE(vc_jose, $2) \
                   WHERE id = $1 AND embedded <> '' RETURNING vc_jose";
        Ok(sqlx::query_scalar(sql).bind(id).bind(jws).fetch_optional(&self.writer).await?)
    }

    /// For anyone who has the link.
    pub async fn credential(&self, id: &str) -> Result<Option<CredentialRow>> {
        sqlx::query(concat!("SELECT ", columns!(), " FROM credentials WHERE id = $1"))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// For the issuer's own eyes: another's credential is not found.
    pub async fn credential_of(&self, issuer: &str, id: &str) -> Result<Option<CredentialRow>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM credentials WHERE id = $1 AND issuer = $2"
        ))
        .bind(id)
        .bind(issuer)
        .fetch_optional(&self.readers)
        .await?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// An issuer's credentials, newest first, from behind `after`.
    pub async fn credentials(
        &self,
        issuer: &str,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Vec<CredentialRow>> {
        let first = concat!(
            "SELECT ",
            columns!(),
            " FROM credentials WHERE issuer = $1 \
             ORDER BY created_at DESC, id DESC LIMIT $2"
        );
        let next = concat!(
            "SELECT ",
            columns!(),
            " FROM credentials WHERE issuer = $1 \
             AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC LIMIT $2"
        );
        let limit = i64::from(limit);
        let query = match after {
            None => sqlx::query(first).bind(issuer).bind(limit),
            Some(after) => sqlx::query(next)
                .bind(issuer)
                .bind(limit)
                .bind(after.created_at.as_millisecond())
                .bind(&*after.id),
        };
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }
}

pub(super) fn read(row: &AnyRow) -> Result<CredentialRow> {
    let embedded = row::text(row, "embedded")?;
    let jwt = kept_jwt::unpack(&embedded, row::text(row, "jwt")?);
    Ok(CredentialRow {
        id: row::text(row, "id")?,
        issuer: row::text(row, "issuer")?,
        achievement_slug: row::text(row, "achievement_slug")?,
        achievement_version: row::number(row, "achievement_version")?,
        subject_id: row::text(row, "subject_id")?,
        subject_lookup: row::text(row, "subject_lookup")?,
        embedded,
        jwt: jwt.ok_or(StoreError::Corrupt { column: "jwt" })?,
        vc_jose: row::text_or_none(row, "vc_jose")?,
        awarded_at: row::time_or_none(row, "awarded_at")?,
        valid_from: row::time(row, "valid_from")?,
        valid_until: row::time_or_none(row, "valid_until")?,
        actor: row::text(row, "actor")?,
        created_at: row::time(row, "created_at")?,
        state: row::word(row, "state", CredentialState::parse)?,
        state_reason: row::text_or_none(row, "state_reason")?,
        state_at: row::time_or_none(row, "state_at")?,
        superseded_by: row::text_or_none(row, "superseded_by")?,
        changes: row::number(row, "changes")?,
        external_id: row::text_or_none(row, "external_id")?,
    })
}
