//! What the service keeps of its own keys and lists: made once, never in the way
//! of a change.

use serde_json::{Value, json};
use touchmark::cache::Figures;
use touchmark::fetch::Room;

use crate::support::app::{Database, Setting, TestApp, on_both_databases};
use crate::support::samples;

on_both_databases! {
    a_change_shows_at_once_on_both_replicas_whatever_they_keep
    a_change_that_an_older_replica_made_shows_too
    a_new_key_is_good_at_once_on_both_replicas
}

/// The caches' figures by name.
async fn figures(app: &TestApp, cache: &str) -> Figures {
    let others = app.app.network.figures().await;
    let own = app.app.issuance.figures().await;
    let mut all = others.into_iter().chain(own);
    all.find(|figures| figures.cache == cache).expect("there is a cache of this name")
}

fn list_path(minted: &Value) -> String {
    let entries = &minted["credential"]["credentialStatus"];
    let entry = if entries.is_array() { &entries[0] } else { entries };
    let url = entry["statusListCredential"].as_str().unwrap();
    url.strip_prefix("https://touchmark.example").unwrap().to_owned()
}

async fn status(app: &TestApp, minted: &Value) -> String {
    let report = app.verify(minted["credential"].to_string()).await;
    let status = report["status"].as_str().unwrap().to_owned();
    assert_eq!(report["verified"], status == "good", "{report:#}");
    status
}

async fn a_change_shows_at_once_on_both_replicas_whatever_they_keep(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::suspendable()).await;
    let replica = app.replica().await;
    let mut minted = Vec::new();
    for _ in 0..4 {
        minted.push(app.mint(&samples::suspendable_review()).await.expect(201).json());
    }
    for (verb, expected) in [
        ("suspend", "suspended"),
        ("reinstate", "good"),
        ("suspend", "suspended"),
        ("revoke", "revoked"),
    ] {
        for (by, one) in minted.iter().enumerate() {
            // Either of them changes it; both know it.
            let by = if by % 2 == 0 { &app } else { &replica };
            let id = one["id"].as_str().unwrap();
            by.change(id, verb, &json!({"reason": "r"})).await.expect(200);
            for reader in [&app, &replica, &app, &replica] {
                assert_eq!(status(reader, one).await, expected);
            }
        }
    }
    let whole = app.replica().await.get(&list_path(&minted[0])).await.expect(200).json();
    for reader in [&app, &replica] {
        let list = reader.get(&list_path(&minted[0])).await.expect(200).json();
        assert_eq!(list, whole, "step by step it becomes what it is when read whole");
        let bits = figures(reader, "own-bits").await;
        assert!(bits.entries == 2 && bits.bytes > 2 * 16_384, "{bits:?}");
    }
}

async fn a_change_that_an_older_replica_made_shows_too(database: Database) {
    let app = TestApp::new(database.clone()).await;
    let first = app.minted().await;
    let second = app.mint(&samples::review()).await.expect(201).json();
    assert_eq!(status(&app, &first).await, "good");
    // It knows nothing of the column that says which version changed an entry.
    let id = first["id"].as_str().unwrap();
    database.execute(&format!("UPDATE status_entries SET bit = 1 WHERE credential = '{id}'")).await;
    database.execute("UPDATE status_lists SET version = version + 1").await;
    assert_eq!(status(&app, &first).await, "revoked");
    assert_eq!(status(&app, &second).await, "good");
}

async fn a_new_key_is_good_at_once_on_both_replicas(database: Database) {
    let app = TestApp::new(database).await;
    let replica = app.replica().await;
    let old = app.minted().await;
    for reader in [&app, &replica] {
        assert_eq!(status(reader, &old).await, "good");
    }
    app.post("/v1/issuers/nea/keys:rotate", &app.nea, &json!(null)).await.expect(200);
    let new = app.mint(&samples::review()).await.expect(201).json();
    for reader in [&replica, &app] {
        for minted in [&old, &new] {
            assert_eq!(status(reader, minted).await, "good");
        }
    }
}

#[tokio::test]
async fn a_second_verification_uses_the_keys_and_the_list_of_the_first() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    for hits in 0..3 {
        assert_eq!(status(&app, &minted).await, "good");
        for cache in ["keys", "lists"] {
            let figures = figures(&app, cache).await;
            assert_eq!((figures.hits, figures.misses, figures.entries), (hits, 1, 1), "{cache}");
        }
    }
    assert!(figures(&app, "lists").await.bytes > 16_384, "inflated");
    let told = app.get("/metrics").await.expect(200).text();
    for cache in ["documents", "keys", "lists", "own-lists", "own-bits"] {
        for name in ["entries", "bytes", "hits_total", "misses_total", "evictions_total"] {
            let line = format!("touchmark_cache_{name}{{cache=\"{cache}\"}}");
            assert!(told.contains(&line), "{line}: {told}");
        }
    }
}

#[tokio::test]
async fn without_any_room_the_answers_are_the_same() {
    let room = Room { documents: 1, keys: 1, lists: 1 };
    let app = TestApp::set(Database::sqlite(), Setting { room, ..Setting::default() }).await;
    let minted = app.minted().await;
    for _ in 0..3 {
        assert_eq!(status(&app, &minted).await, "good");
    }
    let lists = figures(&app, "lists").await;
    assert_eq!((lists.entries, lists.hits, lists.misses), (0, 0, 3), "{lists:?}");
    let id = minted["id"].as_str().unwrap();
    app.change(id, "revoke", &json!({"reason": "r"})).await.expect(200);
    assert_eq!(status(&app, &minted).await, "revoked");
}
