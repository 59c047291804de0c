//! Issuers and recognizers: who may own things here.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::{Note, Result, Store, StoreError, retrying, row};

macro_rules! columns {
    () => {
        "kind, name, profile, created_at"
    };
}

const RECOGNIZER: &str = "recognizer:";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartyKind {
    Issuer,
    Recognizer,
}

impl PartyKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Recognizer => "recognizer",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Issuer, Self::Recognizer].into_iter().find(|kind| kind.as_str() == word)
    }

    /// What stands in the column `issuer` of what a party owns: an issuer's name, or
    /// `recognizer:NAME`, which is no issuer's, since names have no colon.
    pub fn owner(self, name: &str) -> String {
        match self {
            Self::Issuer => name.to_owned(),
            Self::Recognizer => format!("{RECOGNIZER}{name}"),
        }
    }

    /// The party that such a column names.
    pub fn of_owner(owner: &str) -> (Self, &str) {
        match owner.strip_prefix(RECOGNIZER) {
            Some(name) => (Self::Recognizer, name),
            None => (Self::Issuer, owner),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyRow {
    pub kind: PartyKind,
    /// The slug in URLs, unique within its kind.
    pub name: String,
    /// JSON.
    pub profile: String,
    pub created_at: Timestamp,
}

impl Store {
    /// Fails with [`StoreError::Taken`] when the kind already has the name.
    pub async fn add_party(&self, party: &PartyRow, note: &Note) -> Result<()> {
        let what = "an issuer or recognizer of this name";
        retrying(|| async {
            let mut tx = self.begin().await?;
            sqlx::query(
                "INSERT INTO parties (kind, name, profile, created_at) VALUES ($1, $2, $3, $4)",
            )
            .bind(party.kind.as_str())
            .bind(&*party.name)
            .bind(&*party.profile)
            .bind(party.created_at.as_millisecond())
            .execute(&mut *tx)
            .await
            .map_err(|error| StoreError::taken(error, what))?;
            note.append(&mut tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    pub async fn party(&self, kind: PartyKind, name: &str) -> Result<Option<PartyRow>> {
        sqlx::query(concat!("SELECT ", columns!(), " FROM parties WHERE kind = $1 AND name = $2"))
            .bind(kind.as_str())
            .bind(name)
            .fetch_optional(&self.readers)
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// All of a kind, by name.
    pub async fn parties(&self, kind: PartyKind) -> Result<Vec<PartyRow>> {
        self.first_parties(kind, i64::MAX).await
    }

    /// So many of a kind at most, by name.
    pub async fn first_parties(&self, kind: PartyKind, most: i64) -> Result<Vec<PartyRow>> {
        let sql =
            concat!("SELECT ", columns!(), " FROM parties WHERE kind = $1 ORDER BY name LIMIT $2");
        let rows = sqlx::query(sql).bind(kind.as_str()).bind(most);
        rows.fetch_all(&self.readers).await?.iter().map(read).collect()
    }

    /// `None` when there is no such party.
    pub async fn update_profile(
        &self,
        kind: PartyKind,
        name: &str,
        profile: &str,
        note: &Note,
    ) -> Result<Option<PartyRow>> {
        let sql = concat!(
            "UPDATE parties SET profile = $3 WHERE kind = $1 AND name = $2 RETURNING ",
            columns!()
        );
        retrying(|| async {
            let mut tx = self.begin().await?;
            let query = sqlx::query(sql).bind(kind.as_str()).bind(name).bind(profile);
            let Some(row) = query.fetch_optional(&mut *tx).await? else { return Ok(None) };
            note.append(&mut tx).await?;
            tx.commit().await?;
            read(&row).map(Some)
        })
        .await
    }
}

fn read(row: &AnyRow) -> Result<PartyRow> {
    Ok(PartyRow {
        kind: row::word(row, "kind", PartyKind::parse)?,
        name: row::text(row, "name")?,
        profile: row::text(row, "profile")?,
        created_at: row::time(row, "created_at")?,
    })
}
