//! Opening the database: the pools and what each connection promises.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, Connection, Executor};

use super::{Dialect, Result, Store, StoreError, Together, retrying};

/// For each connection of SQLite. FULL: in WAL mode NORMAL may lose the last
/// commits to a power cut.
const SQLITE_SESSION: &str = "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; \
     PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;";

/// For the connection that writes. Ids are random, so that each insert meets other pages of its
/// indexes: 64 MiB of them are kept. The write-ahead log is copied into the database every
/// 64 MiB, where the same pages are then written once. What is freed or moved is overwritten with
/// zeros, so that no page keeps a copy of a row that is forgotten later.
const SQLITE_WRITER: &str = "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384; \
     PRAGMA secure_delete = ON;";

/// For each connection of PostgreSQL: a stuck statement or a forgotten
/// transaction ends, and a commit is on disk before we say so, whatever the
/// server's default is.
const POSTGRES_SESSION: &str = "SET statement_timeout = '30s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '60s'; \
     SET default_transaction_isolation = 'read committed'; \
     SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off';";

/// SQLite reads beside the writer; more connections than this gain nothing.
const SQLITE_READERS: u32 = 4;

/// The URL of an SQLite database in this file.
///
/// Characters that mean something in a URL are escaped.
pub fn sqlite_url(path: &Path) -> String {
    let mut url = String::from("sqlite:");
    for character in path.to_string_lossy().chars() {
        match character {
            '%' | '?' | '#' | ' ' => url.push_str(&format!("%{:02X}", character as u32)),
            plain => url.push(plain),
        }
    }
    url
}

impl Store {
    /// Connects to `sqlite:PATH` (made when missing, readable by its owner
    /// only) or `postgres://…`, with at most `max_connections`.
    ///
    /// Call [`Store::migrate`] before anything else.
    pub async fn open(url: &str, max_connections: u32) -> Result<Self> {
        install_default_drivers();
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, max_connections.max(1)).await;
        }
        match url.strip_prefix("sqlite:") {
            Some(rest) => Self::open_sqlite(rest, max_connections.max(2)).await,
            None => Err(StoreError::Url("it starts with neither sqlite: nor postgres://".into())),
        }
    }

    async fn open_postgres(url: &str, max_connections: u32) -> Result<Self> {
        let pool = AnyPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(POSTGRES_SESSION).await.map(drop) })
            })
            .connect(url)
            .await?;
        let dialect = Dialect::Postgres;
        Ok(Self {
            dialect,
            url: url.to_owned(),
            readers: pool.clone(),
            writer: pool,
            together: None,
        })
    }

    async fn open_sqlite(rest: &str, max_connections: u32) -> Result<Self> {
        let path = sqlite_path(rest)?;
        create_private(&path)?;
        let url = sqlite_url(&path);
        retrying(|| use_wal(&url)).await?;

        let options = AnyPoolOptions::new()
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None)
            // A file of ours does not hang up on us.
            .test_before_acquire(false);
        let writer = options
            .clone()
            .max_connections(1)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(SQLITE_SESSION).await?;
                    connection.execute(SQLITE_WRITER).await.map(drop)
                })
            })
            .connect(&url)
            .await?;
        let readers = options
            .max_connections((max_connections - 1).min(SQLITE_READERS))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(SQLITE_SESSION).await?;
                    connection.execute("PRAGMA query_only = ON").await.map(drop)
                })
            })
            .connect(&url)
            .await?;
        let alone = Self { dialect: Dialect::Sqlite, url, readers, writer, together: None };
        Ok(Self { together: Some(Together::start(alone.clone())), ..alone })
    }

    /// One connection of its own, without the pool's limits on time.
    pub(super) async fn connect_alone(&self) -> Result<AnyConnection> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        if self.dialect == Dialect::Sqlite {
            connection.execute(SQLITE_SESSION).await?;
            connection.execute("PRAGMA busy_timeout = 60000").await?;
        }
        Ok(connection)
    }
}

fn sqlite_path(rest: &str) -> Result<PathBuf> {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
    if !matches!(options, "" | "mode=rwc" | "mode=rw") {
        return Err(StoreError::Url(format!("the option {options:?} is not supported")));
    }
    // Each connection would see a database of its own.
    if path.is_empty() || path == ":memory:" {
        return Err(StoreError::Url("SQLite needs a file".into()));
    }
    percent_decoded(path)
        .map(PathBuf::from)
        .ok_or_else(|| StoreError::Url("its path has a broken percent escape".into()))
}

fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut parts = path.split('%');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Makes the file before SQLite would, for its owner only: it holds earners'
/// names and sealed keys. SQLite gives the WAL the same mode.
fn create_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(StoreError::File)
}

/// WAL is a property of the file. Two processes that switch a fresh file at
/// once meet SQLITE_BUSY without waiting, hence apart and retried.
async fn use_wal(url: &str) -> Result<()> {
    let mut connection = AnyConnection::connect(url).await?;
    let switched = connection.execute("PRAGMA journal_mode = WAL").await;
    connection.close().await?;
    switched?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_the_url() {
        let path = Path::new("/data/50% off?/touch mark#1.db");
        let url = sqlite_url(path);
        assert_eq!(sqlite_path(url.strip_prefix("sqlite:").unwrap()).unwrap(), path);
    }

    #[test]
    fn a_database_in_memory_is_refused() {
        assert!(matches!(sqlite_path(":memory:"), Err(StoreError::Url(_))));
        assert!(matches!(sqlite_path("x.db?mode=memory"), Err(StoreError::Url(_))));
    }

    #[tokio::test]
    async fn each_sqlite_connection_keeps_its_promises() {
        let folder = tempfile::tempdir().unwrap();
        let url = sqlite_url(&folder.path().join("a.db"));
        let store = Store::open(&url, 4).await.unwrap();
        for pool in [&store.writer, &store.readers] {
            for (pragma, promised) in [("synchronous", 2_i64), ("foreign_keys", 1)] {
                let sql = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
                let holds: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap();
                assert_eq!(holds, promised, "{pragma}");
            }
            let journal: String =
                sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool).await.unwrap();
            assert_eq!(journal, "wal");
        }
        let refused = sqlx::query("CREATE TABLE t (a TEXT)").execute(&store.readers).await;
        assert!(refused.is_err(), "a reader wrote");
    }
}
