//! Policies of recognizers, version by version.
//!
//! Invariant: a published version never changes (triggers hold that, too); the
//! same text under the same version again changes nothing.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::{Note, PartyKind, Result, Store, retrying, row};

macro_rules! columns {
    () => {
        "recognizer, id, number, version, digest, body, created_at"
    };
}

/// One published version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    /// The recognizer's short name.
    pub recognizer: String,
    pub id: String,
    /// 1, 2, … in the order of publishing.
    pub number: i64,
    /// As its author calls it.
    pub version: String,
    pub digest: String,
    /// Canonical JSON.
    pub body: String,
    pub created_at: Timestamp,
}

/// A published version without its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PolicyName {
    /// The recognizer's short name.
    pub recognizer: String,
    pub id: String,
    pub version: String,
    pub digest: String,
}

/// A version that is to be published, as of its note's time.
#[derive(Clone, Copy, Debug)]
pub struct NewPolicy<'a> {
    pub recognizer: &'a str,
    pub id: &'a str,
    pub version: &'a str,
    pub digest: &'a str,
    pub body: &'a str,
    /// The number of the version that it was checked against; 0 where there was none.
    pub after: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    New(PolicyRow),
    /// It was published before, with the same text.
    Same(PolicyRow),
    /// This version was published before, with another text.
    Differs(PolicyRow),
    /// Another version was published since it was checked.
    Overtaken,
}

impl Store {
    /// Publishes a version. Concurrent calls get distinct numbers.
    pub async fn publish_policy(&self, new: NewPolicy<'_>, note: &Note) -> Result<Published> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            let number = next_number(&mut tx, new).await?;
            if let Some(row) = version(&mut tx, new).await? {
                return Ok(match row.digest == new.digest {
                    true => Published::Same(row),
                    false => Published::Differs(row),
                });
            }
            if number != new.after + 1 {
                return Ok(Published::Overtaken);
            }
            let row = insert(&mut tx, new, number, note.entry.at).await?;
            note.append(&mut tx).await?;
            tx.commit().await?;
            Ok(Published::New(row))
        })
        .await
    }

    /// The version that was published last.
    pub async fn latest_policy(&self, recognizer: &str, id: &str) -> Result<Option<PolicyRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM policies WHERE recognizer = $1 AND id = $2 ORDER BY number DESC LIMIT 1"
        );
        let query = sqlx::query(sql).bind(recognizer).bind(id);
        query.fetch_optional(&self.readers).await?.as_ref().map(read).transpose()
    }

    pub async fn policy_version(
        &self,
        (recognizer, id): (&str, &str),
        version: &str,
    ) -> Result<Option<PolicyRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM policies WHERE recognizer = $1 AND id = $2 AND version = $3"
        );
        let query = sqlx::query(sql).bind(recognizer).bind(id).bind(version);
        query.fetch_optional(&self.readers).await?.as_ref().map(read).transpose()
    }

    /// The newest version of each policy of one recognizer, or of all, without its text: by
    /// recognizer and id, so many at most.
    pub async fn latest_policies(
        &self,
        recognizer: Option<&str>,
        most: i64,
    ) -> Result<Vec<PolicyName>> {
        let sql = "SELECT recognizer, id, version, digest FROM policies AS newest \
                   WHERE ($2 = '' OR recognizer = $2) AND number = (SELECT MAX(number) FROM policies AS any_of \
                   WHERE any_of.recognizer = newest.recognizer AND any_of.id = newest.id) \
                   ORDER BY recognizer, id LIMIT $1";
        let rows = sqlx::query(sql).bind(most).bind(recognizer.unwrap_or(""));
        let rows = rows.fetch_all(&self.readers).await?;
        rows.iter().map(read_name).collect()
    }

    /// A version by its number.
    pub async fn policy_number(
        &self,
        (recognizer, id): (&str, &str),
        number: i64,
    ) -> Result<Option<PolicyRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM policies WHERE recognizer = $1 AND id = $2 AND number = $3"
        );
        let query = sqlx::query(sql).bind(recognizer).bind(id).bind(number);
        query.fetch_optional(&self.readers).await?.as_ref().map(read).transpose()
    }

    /// Every version of a recognizer's policies, by id and in the order of publishing.
    pub async fn policies(&self, recognizer: &str) -> Result<Vec<PolicyRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM policies WHERE recognizer = $1 ORDER BY id, number"
        );
        let rows = sqlx::query(sql).bind(recognizer).fetch_all(&self.readers).await?;
        rows.iter().map(read).collect()
    }
}

/// The number that a new version gets. Receipts are credentials of an achievement, which is the
/// policy: its row there is locked until the commit.
async fn next_number(tx: &mut AnyConnection, new: NewPolicy<'_>) -> Result<i64> {
    let owner = PartyKind::Recognizer.owner(new.recognizer);
    sqlx::query(
        "INSERT INTO achievements (issuer, slug, latest) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING",
    )
    .bind(&*owner)
    .bind(new.id)
    .execute(&mut *tx)
    .await?;
    let sql = "UPDATE achievements SET latest = latest + 1 WHERE issuer = $1 AND slug = $2 \
               RETURNING latest";
    Ok(sqlx::query_scalar(sql).bind(&*owner).bind(new.id).fetch_one(tx).await?)
}

async fn version(tx: &mut AnyConnection, new: NewPolicy<'_>) -> Result<Option<PolicyRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM policies WHERE recognizer = $1 AND id = $2 AND version = $3"
    );
    let query = sqlx::query(sql).bind(new.recognizer).bind(new.id).bind(new.version);
    query.fetch_optional(tx).await?.as_ref().map(read).transpose()
}

async fn insert(
    tx: &mut AnyConnection,
    new: NewPolicy<'_>,
    number: i64,
    at: Timestamp,
) -> Result<PolicyRow> {
    sqlx::query(
        "INSERT INTO achievement_versions (issuer, slug, version, body, created_at) \
         VALUES ($1, $2, $3, '{}', $4)",
    )
    .bind(PartyKind::Recognizer.owner(new.recognizer))
    .bind(new.id)
    .bind(number)
    .bind(at.as_millisecond())
    .execute(&mut *tx)
    .await?;
    let row = sqlx::query(concat!(
        "INSERT INTO policies (recognizer, id, number, version, digest, body, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ",
        columns!()
    ))
    .bind(new.recognizer)
    .bind(new.id)
    .bind(number)
    .bind(new.version)
    .bind(new.digest)
    .bind(new.body)
    .bind(at.as_millisecond())
    .fetch_one(tx)
    .await?;
    read(&row)
}

fn read_name(row: &AnyRow) -> Result<PolicyName> {
    Ok(PolicyName {
        recognizer: row::text(row, "recognizer")?,
        id: row::text(row, "id")?,
        version: row::text(row, "version")?,
        digest: row::text(row, "digest")?,
    })
}

fn read(row: &AnyRow) -> Result<PolicyRow> {
    Ok(PolicyRow {
        recognizer: row::text(row, "recognizer")?,
        id: row::text(row, "id")?,
        number: row::number(row, "number")?,
        version: row::text(row, "version")?,
        digest: row::text(row, "digest")?,
        body: row::text(row, "body")?,
        created_at: row::time(row, "created_at")?,
    })
}
