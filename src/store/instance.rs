//! Facts about this installation that are settled once.

use super::{Result, Store};

impl Store {
    /// Keeps `value` unless something is kept already; answers what holds.
    ///
    /// The first writer wins, across all replicas, and the value never changes.
    pub async fn settle(&self, name: &str, value: &str) -> Result<String> {
        sqlx::query("INSERT INTO instance (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(&self.writer)
            .await?;
        // On the writer, which surely sees what was written before.
        Ok(sqlx::query_scalar("SELECT value FROM instance WHERE name = $1")
            .bind(name)
            .fetch_one(&self.writer)
            .await?)
    }

    pub async fn instance(&self, name: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM instance WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.readers)
            .await?)
    }
}
