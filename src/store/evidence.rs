//! Evidence links of ours, and the artifacts behind them.

use sqlx::any::AnyRow;

use super::{EvidenceRow, Result, Store, row};

macro_rules! columns {
    () => {
        "token, credential, url, opened"
    };
}

/// What a link's token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceFound {
    pub evidence: EvidenceRow,
    pub credential: String,
}

impl Store {
    pub async fn evidence(&self, token: &str) -> Result<Option<EvidenceFound>> {
        sqlx::query(concat!("SELECT ", columns!(), " FROM evidence WHERE token = $1"))
            .bind(token)
            .fetch_optional(&self.readers)
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// The links of a credential, in the order of its evidence; none where its evidence stands in
    /// it with addresses of its own.
    pub async fn evidence_of(&self, credential: &str) -> Result<Vec<EvidenceRow>> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM evidence WHERE credential = $1 ORDER BY position"
        );
        let found = sqlx::query(sql).bind(credential).fetch_all(&self.readers).await?;
        found.iter().map(|row| Ok(read(row)?.evidence)).collect()
    }
}

fn read(row: &AnyRow) -> Result<EvidenceFound> {
    Ok(EvidenceFound {
        evidence: EvidenceRow {
            token: row::text(row, "token")?,
            url: row::text(row, "url")?,
            open: row::flag(row, "opened")?,
        },
        credential: row::text(row, "credential")?,
    })
}
