//! Asking again: the same bytes, and nothing minted twice.

use std::collections::HashSet;

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    asking_again_under_the_same_key_gives_the_same_bytes
    a_race_of_sixteen_mints_once_and_all_get_the_winners_bytes
    sixty_four_concurrent_mints_share_no_index_and_no_idempotency_key
}

async fn keyed(app: &TestApp, token: &str, key: &str, review: &Value) -> Answer {
    let path = "/v1/issuers/nea/credentials";
    let request = app.request(Method::POST, path).key(token).header("idempotency-key", key);
    request.json(review).send().await
}

async fn count(app: &TestApp) -> usize {
    let path = "/v1/issuers/nea/credentials?limit=200";
    app.read(path, &app.nea).await.expect(200).json()["credentials"].as_array().unwrap().len()
}

async fn asking_again_under_the_same_key_gives_the_same_bytes(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let review = samples::review();
    let first = keyed(&app, &app.nea, "upload-1", &review).await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    app.clock.advance(SignedDuration::from_hours(30));
    let again = keyed(&app, &app.nea, "upload-1", &review).await.expect(201);
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let elsewhere = keyed(&app.replica().await, &app.nea, "upload-1", &review).await.expect(201);
    assert_eq!(elsewhere.bytes, first.bytes);
    // A rotated API key of the same client replays; another client's keys are its own.
    let rotated = app.api_key(Some("nea"), &["mint"]).await;
    assert_eq!(keyed(&app, &rotated, "upload-1", &review).await.expect(201).bytes, first.bytes);
    assert_eq!(count(&app).await, 1);
    let asked = json!({"scopes": ["mint"], "client": "another"});
    let another = app.post("/v1/issuers/nea/api-keys", &app.nea, &asked).await.expect(201).json();
    let another = another["token"].as_str().unwrap();
    let apart = keyed(&app, another, "upload-1", &review).await.expect(201);
    assert_ne!(apart.json()["id"], first.json()["id"]);

    let other = with(samples::review(), json!({"narrative": "Another story."}));
    let refused = keyed(&app, &app.nea, "upload-1", &other).await;
    refused.expect_problem(422, "idempotency-key-reused");
    assert_eq!(count(&app).await, 2);
    // The member says the same as the header; both must agree.
    let member = with(review.clone(), json!({"idempotencyKey": "upload-1"}));
    assert_eq!(app.mint(&member).await.expect(201).bytes, first.bytes);
    let torn = keyed(&app, &app.nea, "upload-2", &member).await;
    torn.expect_problem(400, "unreadable");
}

async fn a_race_of_sixteen_mints_once_and_all_get_the_winners_bytes(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let racers: Vec<_> = (0..16)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { keyed(&app, &app.nea, "race", &samples::review()).await })
        })
        .collect();
    let mut bodies = HashSet::new();
    for racer in racers {
        bodies.insert(racer.await.unwrap().expect(201).bytes);
    }
    assert_eq!(bodies.len(), 1);
    assert_eq!(count(&app).await, 1);
}

async fn sixty_four_concurrent_mints_share_no_index_and_no_idempotency_key(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::suspendable()).await;
    let mints: Vec<_> = (0..64)
        .map(|i| {
            let app = app.clone();
            tokio::spawn(async move {
                // Each key is used twice.
                let key = format!("key-{}", i / 2);
                keyed(&app, &app.nea, &key, &samples::suspendable_review()).await
            })
        })
        .collect();
    let (mut ids, mut places) = (HashSet::new(), HashSet::new());
    for mint in mints {
        let minted = mint.await.unwrap().expect(201).json();
        if !ids.insert(minted["id"].to_string()) {
            continue;
        }
        for entry in minted["credential"]["credentialStatus"].as_array().unwrap() {
            let place = (entry["statusListCredential"].clone(), entry["statusListIndex"].clone());
            assert!(places.insert(format!("{place:?}")), "{place:?} is shared");
        }
    }
    assert_eq!((ids.len(), places.len()), (32, 64));
    assert_eq!(count(&app).await, 32);
}
