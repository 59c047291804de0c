//! Migrations, and what a restart keeps.

use super::*;

on_both_databases! {
    two_processes_that_migrate_at_once_both_succeed
    a_newer_database_is_refused
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
