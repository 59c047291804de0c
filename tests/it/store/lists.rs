//! Status lists: allocation, versions, restores.

use super::*;

on_both_databases! {
    a_list_closes_at_half_and_the_next_opens
    everybody_gets_the_same_open_list
    each_change_raises_the_version_and_time_never_goes_back
    concurrent_revocations_all_show_in_the_bits
    a_restore_closes_lists_and_passes_their_versions
    what_changed_since_a_version_leads_from_it_to_the_list_as_it_is
    steps_that_the_rows_do_not_tell_are_not_made_up
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

async fn what_changed_since_a_version_leads_from_it_to_the_list_as_it_is(database: Database) {
    let house = house(&database).await;
    let list = house.store.open_list("nea", Purpose::Suspension, "list-s", at(0)).await.unwrap().id;
    for n in 0..8 {
        let mut mint = house.mint(&format!("c{n}"), n);
        mint.entries.push(StatusEntry { list: list.clone(), index: 100 + n });
        assert_eq!(house.record(&[mint]).await, [Minted::Recorded]);
    }
    let whole = async || house.store.set_bits(&list).await.unwrap().unwrap();
    let mut versions = vec![whole().await];
    for (n, change) in [
        (1, Change::Suspend),
        (3, Change::Suspend),
        (5, Change::Suspend),
        (3, Change::Reinstate),
        (7, Change::Suspend),
    ] {
        house.change(&format!("c{n}"), change, 2).await.unwrap();
        versions.push(whole().await);
    }
    // Of another list, which is none of this one's.
    house.change("c0", Change::Revoke, 3).await.unwrap();
    let now = whole().await;
    assert_eq!((now.list.version, &*now.indexes), (6, &[101, 105, 107][..]));
    for (from, steps) in versions.iter().zip([None, None, Some(3), Some(2), Some(1), Some(0)]) {
        let since = house.store.bits_since(&list, from.list.version).await.unwrap();
        assert_eq!(since.as_ref().map(|since| since.entries.len()), steps);
        let Some(since) = since else { continue };
        assert_eq!(since.list, now.list);
        let mut bits: HashSet<u32> = from.indexes.iter().copied().collect();
        for (index, bit) in since.entries {
            if bit {
                bits.insert(index)
            } else {
                bits.remove(&index)
            };
        }
        assert_eq!(bits, now.indexes.iter().copied().collect());
    }
    assert_eq!(house.store.bits_since("none", 1).await.unwrap(), None);
}

async fn steps_that_the_rows_do_not_tell_are_not_made_up(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    house.minted("b", 2).await;
    house.change("a", Change::Revoke, 2).await.unwrap();
    assert!(house.store.bits_since(&house.list, 1).await.unwrap().is_some());
    // By a replica that is older than the record of it.
    database.execute("UPDATE status_lists SET version = version + 1").await.unwrap();
    assert_eq!(house.store.bits_since(&house.list, 1).await.unwrap(), None);
    house.change("b", Change::Revoke, 3).await.unwrap();
    assert_eq!(house.store.bits_since(&house.list, 1).await.unwrap(), None);
    let since = house.store.bits_since(&house.list, 3).await.unwrap().unwrap();
    assert_eq!(since.entries, [(2, true)]);
    house.store.close_lists_and_raise_versions(at(9)).await.unwrap();
    assert_eq!(house.store.bits_since(&house.list, 3).await.unwrap(), None);
    // A copy from after what the database holds now.
    assert_eq!(house.store.bits_since(&house.list, 9_000_000).await.unwrap(), None);
}
