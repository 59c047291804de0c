//! The stable subject ids of one issuer's earners.

use super::{Result, Store, retrying};

const KNOWN: &str = "SELECT subject_id FROM earners WHERE issuer = $1 AND lookup = $2";

/// An earner by the keyed hash of their identifier, and the id that they get if they have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earner {
    pub lookup: String,
    pub proposed: String,
}

impl Store {
    /// The subject id of each earner, in their order. Those who had none get the proposed one, all
    /// in one commit; of two proposals for one earner the first stays.
    pub async fn subject_ids(&self, issuer: &str, earners: &[Earner]) -> Result<Vec<String>> {
        let known = self.known_subjects(issuer, earners).await?;
        let mut unknown: Vec<&Earner> =
            earners.iter().zip(&known).filter(|(_, id)| id.is_none()).map(|(e, _)| e).collect();
        if unknown.is_empty() {
            return Ok(known.into_iter().flatten().collect());
        }
        // Transactions that share earners meet them in one order, so none waits in a circle.
        unknown.sort_by(|a, b| a.lookup.cmp(&b.lookup));
        retrying(|| async {
            let mut tx = self.begin().await?;
            for earner in &unknown {
                sqlx::query(
                    "INSERT INTO earners (issuer, lookup, subject_id) VALUES ($1, $2, $3) \
                     ON CONFLICT DO NOTHING",
                )
                .bind(issuer)
                .bind(&*earner.lookup)
                .bind(&*earner.proposed)
                .execute(&mut *tx)
                .await?;
            }
            Ok(tx.commit().await?)
        })
        .await?;
        // On the writer, which surely sees what was written before.
        let mut ids = Vec::with_capacity(earners.len());
        for earner in earners {
            let query = sqlx::query_scalar(KNOWN).bind(issuer).bind(&*earner.lookup);
            ids.push(query.fetch_one(&self.writer).await?);
        }
        Ok(ids)
    }

    async fn known_subjects(
        &self,
        issuer: &str,
        earners: &[Earner],
    ) -> Result<Vec<Option<String>>> {
        let mut known = Vec::with_capacity(earners.len());
        for earner in earners {
            let query = sqlx::query_scalar(KNOWN).bind(issuer).bind(&*earner.lookup);
            known.push(query.fetch_optional(&self.readers).await?);
        }
        Ok(known)
    }
}
