//! A schema of PostgreSQL that lasts for one measurement.
//!
//! Invariant: nothing outside of the schema is written. Its tables stand beside
//! the operator's own, on the same disk and behind the same server.

use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use super::{Result, Store};

/// Tables that are to be thrown away, in a schema of their own.
pub struct ScratchSchema {
    url: String,
    name: String,
}

impl ScratchSchema {
    /// Makes the schema `name` (lower-case letters, digits and `_`) in the database of a
    /// `postgres://…` URL. It stays until [`ScratchSchema::drop_it`].
    pub async fn make(url: &str, name: &str) -> Result<Self> {
        let scratch = Self { url: url.to_owned(), name: name.to_owned() };
        scratch.execute("CREATE SCHEMA", "").await?;
        Ok(scratch)
    }

    /// A store without tables yet: see [`Store::migrate`].
    pub async fn open(&self, max_connections: u32) -> Result<Store> {
        let sign = if self.url.contains('?') { '&' } else { '?' };
        let url = format!("{}{sign}options[search_path]={}", self.url, self.name);
        Store::open(&url, max_connections).await
    }

    /// Drops the schema with all that is in it.
    pub async fn drop_it(self) -> Result<()> {
        self.execute("DROP SCHEMA", "CASCADE").await
    }

    async fn execute(&self, verb: &str, how: &str) -> Result<()> {
        install_default_drivers();
        let mut connection = AnyConnection::connect(&self.url).await?;
        let sql = format!("{verb} \"{}\" {how}", self.name);
        connection.execute(AssertSqlSafe(sql)).await?;
        connection.close().await?;
        Ok(())
    }
}
