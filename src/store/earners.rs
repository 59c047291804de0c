//! The stable subject ids of one issuer's earners.

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe};

use super::many::{self, Cell, Values};
use super::{Result, Store, row};

impl Store {
    /// The subject id of each earner who has one, in their order, by the keyed hash of their
    /// identifier. Who has none gets one with their first credential.
    pub async fn known_subjects(
        &self,
        issuer: &str,
        lookups: &[&str],
    ) -> Result<Vec<Option<String>>> {
        let mut known = HashMap::new();
        for lookups in many::pieces(lookups) {
            let places = many::list(2, lookups.len());
            let sql = format!(
                "SELECT lookup, subject_id FROM earners WHERE issuer = $1 AND lookup IN ({places})"
            );
            // Only numbered places were put in.
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(issuer);
            for lookup in lookups {
                query = query.bind(*lookup);
            }
            for row in query.fetch_all(&self.readers).await? {
                known.insert(row::text(&row, "lookup")?, row::text(&row, "subject_id")?);
            }
        }
        Ok(lookups.iter().map(|lookup| known.get(*lookup).cloned()).collect())
    }
}

/// Gives subject ids to those who have none, as (issuer, lookup, proposed id); answers the ids
/// that were given. Of two proposals for one earner the first stays.
pub(super) async fn give(
    tx: &mut AnyConnection,
    proposed: &[(&str, &str, &str)],
) -> Result<Vec<String>> {
    let values = Values::of(
        proposed.iter().map(|(issuer, lookup, id)| [*issuer, *lookup, *id].map(Cell::from)),
    );
    let sql = format!(
        "INSERT INTO earners (issuer, lookup, subject_id) VALUES {} \
         ON CONFLICT DO NOTHING RETURNING subject_id",
        values.places()
    );
    // Only numbered places were put in.
    let query = sqlx::query_scalar_with(AssertSqlSafe(sql), values.arguments());
    Ok(query.fetch_all(tx).await?)
}

/// Of an earner who has one.
pub(super) async fn subject(tx: &mut AnyConnection, issuer: &str, lookup: &str) -> Result<String> {
    let sql = "SELECT subject_id FROM earners WHERE issuer = $1 AND lookup = $2";
    Ok(sqlx::query_scalar(sql).bind(issuer).bind(lookup).fetch_one(tx).await?)
}
