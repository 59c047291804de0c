//! Achievements and their versions: 1, 2, 3 … without gaps, never changed.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::{Note, Result, Store, StoreError, retrying, row};

macro_rules! columns {
    () => {
        "issuer, slug, version, body, created_at"
    };
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AchievementRow {
    pub issuer: String,
    pub slug: String,
    pub version: i64,
    /// JSON.
    pub body: String,
    pub created_at: Timestamp,
}

const LATEST: &str = "SELECT v.issuer, v.slug, v.version, v.body, v.created_at \
     FROM achievements a JOIN achievement_versions v \
     ON v.issuer = a.issuer AND v.slug = a.slug AND v.version = a.latest \
     WHERE a.issuer = $1 AND a.slug <> ''";

impl Store {
    /// Version 1, as of the note's time; [`StoreError::Taken`] when the issuer has the slug already.
    pub async fn create_achievement(
        &self,
        issuer: &str,
        slug: &str,
        body: &str,
        note: &Note,
    ) -> Result<()> {
        let at = note.entry.at;
        retrying(|| async {
            let mut tx = self.begin().await?;
            sqlx::query("INSERT INTO achievements (issuer, slug, latest) VALUES ($1, $2, 1)")
                .bind(issuer)
                .bind(slug)
                .execute(&mut *tx)
                .await
                .map_err(|error| StoreError::taken(error, "an achievement of this slug"))?;
            insert_version(&mut tx, (issuer, slug, 1), body, at).await?;
            note.append(&mut tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The next version's number, as of the note's time; `None` when the issuer has no such slug.
    ///
    /// Concurrent calls get distinct numbers.
    pub async fn add_achievement_version(
        &self,
        issuer: &str,
        slug: &str,
        body: &str,
        note: &Note,
    ) -> Result<Option<i64>> {
        let at = note.entry.at;
        retrying(|| async {
            let mut tx = self.begin().await?;
            // Locks the achievement's row until the commit.
            let next: Option<i64> = sqlx::query_scalar(
                "UPDATE achievements SET latest = latest + 1 WHERE issuer = $1 AND slug = $2 \
                 RETURNING latest",
            )
            .bind(issuer)
            .bind(slug)
            .fetch_optional(&mut *tx)
            .await?;
            if let Some(version) = next {
                insert_version(&mut tx, (issuer, slug, version), body, at).await?;
                note.append(&mut tx).await?;
                tx.commit().await?;
            }
            Ok(next)
        })
        .await
    }

    pub async fn latest_achievement(
        &self,
        issuer: &str,
        slug: &str,
    ) -> Result<Option<AchievementRow>> {
        Ok(self.latest_achievements_of(issuer, &[slug]).await?.pop())
    }

    /// The latest versions of those slugs that the issuer has, by slug.
    pub async fn latest_achievements_of(
        &self,
        issuer: &str,
        slugs: &[&str],
    ) -> Result<Vec<AchievementRow>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<_> = (0..slugs.len()).map(|n| format!("${}", n + 2)).collect();
        let sql = format!("{LATEST} AND a.slug IN ({}) ORDER BY a.slug", places.join(", "));
        // Only numbered places were put in.
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(issuer);
        for slug in slugs {
            query = query.bind(*slug);
        }
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }

    /// The latest version of each of an issuer's achievements, by slug.
    pub async fn achievements(&self, issuer: &str) -> Result<Vec<AchievementRow>> {
        sqlx::query(AssertSqlSafe(format!("{LATEST} ORDER BY a.slug")))
            .bind(issuer)
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    pub async fn achievement_version(
        &self,
        issuer: &str,
        slug: &str,
        version: i64,
    ) -> Result<Option<AchievementRow>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM achievement_versions WHERE issuer = $1 AND slug = $2 AND version = $3"
        ))
        .bind(issuer)
        .bind(slug)
        .bind(version)
        .fetch_optional(&self.readers)
        .await?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// Every version, oldest first.
    pub async fn achievement_versions(
        &self,
        issuer: &str,
        slug: &str,
    ) -> Result<Vec<AchievementRow>> {
        sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM achievement_versions WHERE issuer = $1 AND slug = $2 ORDER BY version"
        ))
        .bind(issuer)
        .bind(slug)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(read)
        .collect()
    }
}

async fn insert_version(
    tx: &mut sqlx::AnyConnection,
    (issuer, slug, version): (&str, &str, i64),
    body: &str,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO achievement_versions (issuer, slug, version, body, created_at) \
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(issuer)
    .bind(slug)
    .bind(version)
    .bind(body)
    .bind(at.as_millisecond())
    .execute(tx)
    .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<AchievementRow> {
    Ok(AchievementRow {
        issuer: row::text(row, "issuer")?,
        slug: row::text(row, "slug")?,
        version: row::number(row, "version")?,
        body: row::text(row, "body")?,
        created_at: row::time(row, "created_at")?,
    })
}
