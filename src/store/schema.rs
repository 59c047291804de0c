//! Bringing the database to this version's schema.
//!
//! Tables common to both databases are in `migrations/`, what must differ is
//! in `migrations/sqlite/` and `migrations/postgres/`; versions are unique
//! across the three. A database that is newer than the program is refused.

use sqlx::Connection;
use sqlx::migrate::Migrator;

use super::error::code;
use super::{Dialect, Result, Store};

static COMMON: Migrator = sqlx::migrate!("./migrations");
static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

impl Store {
    /// Applies what is missing. Processes that start together wait for one another.
    pub async fn migrate(&self) -> Result<()> {
        let migrator = migrator(self.dialect);
        let mut connection = self.connect_alone().await?;
        match self.dialect {
            // The driver takes an advisory lock.
            Dialect::Postgres => migrator.run(&mut connection).await?,
            // The driver takes none here: one exclusive transaction around it all is one.
            Dialect::Sqlite => {
                let mut whole = connection.begin_with("BEGIN EXCLUSIVE").await?;
                migrator.run(&mut *whole).await?;
                whole.commit().await?;
            }
        }
        connection.close().await?;
        Ok(())
    }

    /// The newest migration that this program knows.
    pub fn newest_schema(&self) -> i64 {
        migrator(self.dialect).iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// The newest migration that the database has; 0 before the first.
    pub async fn schema_version(&self) -> Result<i64> {
        let newest = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(&self.readers)
            .await;
        match newest {
            Ok(version) => Ok(Option::<i64>::unwrap_or(version, 0)),
            Err(error) if is_no_such_table(&error) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    let own = match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    };
    Migrator::with_migrations(COMMON.iter().chain(own.iter()).cloned().collect())
}

fn is_no_such_table(error: &sqlx::Error) -> bool {
    // PostgreSQL: undefined_table. SQLite has only its general error.
    code(error).is_some_and(|code| code == "42P01" || code == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_migrations_share_a_version() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let migrator = migrator(dialect);
            let versions: Vec<_> = migrator.iter().map(|migration| migration.version).collect();
            assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        }
    }
}
