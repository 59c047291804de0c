//! The store's contract, held on SQLite and on PostgreSQL alike.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;
use touchmark::store::{
    ApiKeyRow, AuditEntry, Ceiling, Change, CredentialState, Dialect, EvidenceRow, Idempotency,
    KeyState, Mint, Minted, Note, PartyKind, PartyRow, Purpose, Recorded, Replay, SigningKeyRow,
    StatusEntry, StatusRefusal, Store, StoreError, Supersede, sqlite_url,
};

/// Every test here runs once on each database.
macro_rules! on_both_databases {
    ($($name:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::store::sqlite()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(url) = $crate::support::postgres::fresh_database().await {
                    super::$name($crate::store::Database { url, _folder: None }).await;
                }
            })*
        }
    };
}

mod control;
mod lists;
mod minting;
mod names;
mod schema;
mod status;
mod tenants;

struct Database {
    url: String,
    _folder: Option<TempDir>,
}

impl Database {
    async fn store(&self) -> Store {
        let store = Store::open(&self.url, 8).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// Around the store, as an administrator would.
    async fn execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let mut connection = AnyConnection::connect(&self.url).await?;
        let done = connection.execute(AssertSqlSafe(sql.to_owned())).await;
        connection.close().await?;
        done.map(|done| done.rows_affected())
    }

    async fn count(&self, table: &str) -> i64 {
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        count
    }
}

fn sqlite() -> Database {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder.path().join("touchmark.db"));
    Database { url, _folder: Some(folder) }
}

/// What an operator did at that time.
fn noted(at: Timestamp) -> Note {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let entry = AuditEntry {
        at,
        actor: "operator".into(),
        action: "set-up".into(),
        issuer: None,
        subject: "nea".into(),
        detail: "{}".into(),
    };
    Note { entry, nonce: NUMBER.fetch_add(1, Ordering::SeqCst).to_be_bytes() }
}

/// An issuer `nea` with an achievement `classroom` and its open revocation list.
struct House {
    store: Store,
    list: String,
}

async fn house(database: &Database) -> House {
    let store = database.store().await;
    for issuer in ["nea", "other"] {
        store.create_achievement(issuer, "classroom", "{}", &noted(at(0))).await.unwrap();
    }
    let list = store.open_list("nea", Purpose::Revocation, "list-r", at(0)).await.unwrap().id;
    House { store, list }
}

impl House {
    fn mint(&self, id: &str, index: u32) -> Mint {
        Mint {
            id: id.to_owned(),
            issuer: "nea".into(),
            achievement_slug: "classroom".into(),
            achievement_version: 1,
            subject_id: format!("urn:uuid:{id}"),
            new_subject: false,
            subject_lookup: format!("lookup-{id}"),
            embedded: format!("{{\"id\":\"{id}\"}}"),
            jwt: format!("jwt.{id}"),
            awarded_at: Some(at(-10)),
            valid_from: at(0),
            valid_until: None,
            entries: vec![StatusEntry { list: self.list.clone(), index }],
            evidence: vec![],
            idempotency: None,
            actor: "key-1".into(),
            supersedes: None,
            external_id: None,
            vc_jose: None,
            keys: [].into(),
        }
    }

    fn keyed(&self, id: &str, index: u32, key: &str) -> Mint {
        let idempotency =
            Idempotency { client: "lms".into(), key: key.into(), request_hash: "hash-1".into() };
        Mint { idempotency: Some(idempotency), ..self.mint(id, index) }
    }

    async fn record(&self, mints: &[Mint]) -> Vec<Minted> {
        match self.store.record(mints.into(), at(1), None).await.unwrap() {
            Recorded::Done(outcomes) => outcomes,
            reached => panic!("{reached:?}"),
        }
    }

    /// Mints one good credential.
    async fn minted(&self, id: &str, index: u32) {
        assert_eq!(self.record(&[self.mint(id, index)]).await, [Minted::Recorded]);
    }

    async fn change(
        &self,
        id: &str,
        change: Change,
        seconds: i64,
    ) -> Result<(CredentialState, bool), StatusRefusal> {
        let owned = ("nea", id);
        let done = self
            .store
            .change_status(owned, &change, "because", "key-1", at(seconds))
            .await
            .unwrap();
        done.map(|done| (done.credential.state, done.changed))
    }

    async fn bits(&self, list: &str) -> Vec<u32> {
        self.store.set_bits(list).await.unwrap().unwrap().indexes
    }
}

fn supersede(successor: &str) -> Change {
    Change::Supersede { successor: successor.into() }
}

/// Seconds from a fixed moment.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn is_replay(outcome: &Minted) -> bool {
    matches!(outcome, Minted::Replayed(_))
}
