//! Credentials that their issuer composed elsewhere.
//!
//! They stand among the minted ones, under an achievement that is nobody's: its
//! slug is empty, which no achievement's is.

use super::{CredentialRow, Result, Store, credentials};

impl Store {
    /// Makes room for an issuer's credentials that are of no achievement of ours.
    pub async fn admit_external(&self, issuer: &str) -> Result<()> {
        for sql in [
            "INSERT INTO achievements (issuer, slug, latest) VALUES ($1, '', 0) \
             ON CONFLICT DO NOTHING",
            "INSERT INTO achievement_versions (issuer, slug, version, body, created_at) \
             VALUES ($1, '', 0, '{}', 0) ON CONFLICT DO NOTHING",
        ] {
            sqlx::query(sql).bind(issuer).execute(&self.writer).await?;
        }
        Ok(())
    }

    /// An issuer's credential by the id that it gave it.
    pub async fn credential_by_external_id(
        &self,
        issuer: &str,
        id: &str,
    ) -> Result<Option<CredentialRow>> {
        let sql = concat!(
            "SELECT ",
            credentials::columns!(),
            " FROM credentials WHERE issuer = $1 AND external_id = $2"
        );
        let row = sqlx::query(sql).bind(issuer).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(credentials::read).transpose()
    }

    /// An issuer's credential by its entry in a list.
    pub async fn credential_at(
        &self,
        issuer: &str,
        (list, index): (&str, u32),
    ) -> Result<Option<CredentialRow>> {
        let sql = concat!(
            "SELECT ",
            credentials::columns!(),
            " FROM credentials WHERE issuer = $1 AND id = \
             (SELECT credential FROM status_entries WHERE list = $2 AND entry = $3)"
        );
        let query = sqlx::query(sql).bind(issuer).bind(list).bind(i64::from(index));
        query.fetch_optional(&self.readers).await?.as_ref().map(credentials::read).transpose()
    }
}
