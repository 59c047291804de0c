//! The stable subject id of one issuer's earner.

use super::{Result, Store};

impl Store {
    /// The subject id for whom `lookup` (a keyed hash of their identifier)
    /// stands; `proposed` becomes it when there is none yet.
    pub async fn subject_id(&self, issuer: &str, lookup: &str, proposed: &str) -> Result<String> {
        let known = "SELECT subject_id FROM earners WHERE issuer = $1 AND lookup = $2";
        let seen =
            sqlx::query_scalar(known).bind(issuer).bind(lookup).fetch_optional(&self.readers);
        if let Some(subject_id) = seen.await? {
            return Ok(subject_id);
        }
        sqlx::query(
            "INSERT INTO earners (issuer, lookup, subject_id) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(issuer)
        .bind(lookup)
        .bind(proposed)
        .execute(&self.writer)
        .await?;
        Ok(sqlx::query_scalar(known).bind(issuer).bind(lookup).fetch_one(&self.writer).await?)
    }
}
