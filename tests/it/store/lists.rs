//! Status lists: allocation, versions, restores.

use super::*;

on_both_databases! {
    a_list_closes_at_half_and_the_next_opens
    everybody_gets_the_same_open_list
    each_change_raises_the_version_and_time_never_goes_back
    concurrent_revocations_all_show_in_the_bits
    a_restore_closes_lists_and_passes_their_versions
}

async fn a_list_closes_at_half_and_the_next_opens(database: Database) {
    let house = house(&database).await;
    database.execute("UPDATE status_lists SET allocated = 65535").await.unwrap();
    house.minted("last", 1).await;
    let full = house.store.status_list(&house.list).await.unwrap().unwrap();
    assert!(!full.open);
    assert_eq!(full.allocated, 65_536);
    assert_eq!(house.record(&[house.mint("late", 2)]).await, [Minted::IndexTaken]);
    let next = house.store.open_list("nea", Purpose::Revocation, "list-2", at(2)).await.unwrap();
    assert_eq!((next.id.as_str(), next.length, next.allocated), ("list-2", 131_072, 0));
}

async fn everybody_gets_the_same_open_list(database: Database) {
    let store = database.store().await;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let id = format!("list-{number}");
                store.open_list("nea", Purpose::Suspension, &id, at(0)).await.unwrap().id
            })
        })
        .collect();
    let mut ids = HashSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap());
    }
    assert_eq!(ids.len(), 1);
    let other = store.open_list("other", Purpose::Suspension, "o", at(0)).await.unwrap();
    assert_eq!((other.issuer.as_str(), other.purpose), ("other", Purpose::Suspension));
}

async fn each_change_raises_the_version_and_time_never_goes_back(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    house.minted("b", 2).await;
    house.change("a", Change::Revoke, 100).await.unwrap();
    // A replica whose clock is behind.
    house.change("b", Change::Revoke, 50).await.unwrap();
    house.change("b", Change::Revoke, 200).await.unwrap();
    let read = house.store.set_bits(&house.list).await.unwrap().unwrap();
    assert_eq!((read.list.version, read.list.changed_at), (3, at(100)));
    assert_eq!(read.indexes, [1, 2]);
    assert_eq!(house.store.list_version(&house.list).await.unwrap(), Some(3));
    assert_eq!(house.store.list_version("none").await.unwrap(), None);
    assert_eq!(house.store.set_bits("none").await.unwrap(), None);
}

async fn concurrent_revocations_all_show_in_the_bits(database: Database) {
    let house = Arc::new(house(&database).await);
    let mints: Vec<_> = (0..32).map(|n| house.mint(&format!("c{n}"), n)).collect();
    house.record(&mints).await;
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                house.change(&format!("c{n}"), Change::Revoke, 2).await.unwrap();
                // A reader never sees a version without its bits.
                let read = house.store.set_bits(&house.list).await.unwrap().unwrap();
                assert_eq!(read.list.version, 1 + i64::try_from(read.indexes.len()).unwrap());
                assert!(read.indexes.contains(&n));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(house.bits(&house.list).await, (0..32).collect::<Vec<_>>());
}

async fn a_restore_closes_lists_and_passes_their_versions(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    assert_eq!(house.store.close_lists_and_raise_versions(at(9)).await.unwrap(), 1);
    let list = house.store.status_list(&house.list).await.unwrap().unwrap();
    assert!(!list.open && list.version > 1000);
    assert_eq!(list.changed_at, at(9));
    // What it says can still change.
    house.change("a", Change::Revoke, 10).await.unwrap();
    assert_eq!(house.bits(&house.list).await, [1]);
    let next = house.store.open_list("nea", Purpose::Revocation, "next", at(9)).await.unwrap();
    assert_eq!(next.id, "next");
}
