//! Migrations, and what a restart keeps.

use super::*;

on_both_databases! {
    two_processes_that_migrate_at_once_both_succeed
    a_newer_database_is_refused
    a_name_with_u0000_is_never_found_and_never_a_failure_of_the_database
    a_column_that_a_newer_replica_adds_disturbs_nobody
    everything_is_kept_when_the_store_opens_again
}

async fn two_processes_that_migrate_at_once_both_succeed(database: Database) {
    let start = async || {
        let store = Store::open(&database.url, 4).await.unwrap();
        let before = store.schema_version().await;
        store.migrate().await.unwrap();
        assert_eq!(store.schema_version().await.unwrap(), store.newest_schema());
        before
    };
    let (a, b, c, d) = tokio::join!(start(), start(), start(), start());
    for before in [a, b, c, d] {
        before.unwrap();
    }
    assert_eq!(database.count("audit").await, 0);
}

async fn a_newer_database_is_refused(database: Database) {
    let store = database.store().await;
    database.execute("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2").await.unwrap();
    let refused = store.migrate().await;
    assert!(matches!(refused, Err(StoreError::Migrate(_))), "{refused:?}");
}

async fn everything_is_kept_when_the_store_opens_again(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    house.change("a", Change::Revoke, 2).await.unwrap();
    let before = house.store.credential("a").await.unwrap().unwrap();
    house.store.close().await;

    let store = database.store().await;
    store.ping().await.unwrap();
    assert_eq!(store.credential("a").await.unwrap(), Some(before.clone()));
    assert_eq!(before.embedded, r#"{"id":"a"}"#);
    assert_eq!((before.awarded_at, before.valid_until), (Some(at(-10)), None));
    assert_eq!(store.set_bits("list-r").await.unwrap().unwrap().indexes, [1]);
}

async fn a_name_with_u0000_is_never_found_and_never_a_failure_of_the_database(database: Database) {
    let store = database.store().await;
    let sought = store.credential("a\0b").await;
    assert!(matches!(sought, Ok(None) | Err(StoreError::Unstorable)), "{sought:?}");
    let at_fault = store.settle("a\0", "b").await.err();
    assert!(matches!(at_fault, None | Some(StoreError::Unstorable)), "{at_fault:?}");
}

async fn a_column_that_a_newer_replica_adds_disturbs_nobody(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    let read = async || {
        // Often enough for every connection to have prepared it.
        for _ in 0..20 {
            assert!(house.store.credential("a").await.unwrap().is_some());
            assert!(house.store.open_list("nea", Purpose::Revocation, "x", at(0)).await.is_ok());
        }
    };
    read().await;
    for table in ["credentials", "status_lists", "status_entries"] {
        let sql = format!("ALTER TABLE {table} ADD COLUMN later TEXT");
        database.execute(&sql).await.unwrap();
    }
    read().await;
    house.minted("b", 2).await;
    house.change("a", Change::Revoke, 2).await.unwrap();
}

#[tokio::test]
async fn sqlite_takes_any_path_and_shows_its_file_to_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("50% off? #1 ü.db");
    let store = Store::open(&sqlite_url(&path), 2).await.unwrap();
    store.migrate().await.unwrap();
    store.settle("a", "b").await.unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.path());
    }
    assert!(path.exists());
}

#[tokio::test]
async fn a_url_of_no_database_is_refused_without_telling_its_password() {
    for url in ["mysql://a:secret@localhost/x", "sqlite::memory:", "sqlite:", ""] {
        let refused = Store::open(url, 2).await.unwrap_err();
        assert!(matches!(refused, StoreError::Url(_)), "{url}: {refused:?}");
        assert!(!format!("{refused:?}").contains("secret"));
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_unavailable_rather_than_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgres://a:secret@localhost/x?host={}", folder.path().display());
    let failed = Store::open(&url, 2).await.unwrap_err();
    assert!(failed.is_unavailable(), "{failed:?}");
    assert!(!format!("{failed} {failed:?}").contains("secret"));
}

#[tokio::test]
async fn what_refers_to_a_credential_is_found_without_reading_a_table_whole() {
    let database = sqlite();
    database.store().await.close().await;
    let mut connection = AnyConnection::connect(&database.url).await.unwrap();
    // References whose column leads no index of its table.
    let bare: Vec<String> = sqlx::query_scalar(
        "SELECT t.name || '.' || f.\"from\" FROM sqlite_master t, pragma_foreign_key_list(t.name) f \
         WHERE t.type = 'table' AND f.\"table\" = 'credentials' AND NOT EXISTS ( \
             SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c \
             WHERE c.seqno = 0 AND c.name = f.\"from\")",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(bare.is_empty(), "each mint would read these whole: {bare:?}");
}
