//! What clients see when the database fails, and that nothing is lost or doubled.

use std::collections::HashSet;

use axum::http::Method;

use crate::support::app::{Answer, Database, TestApp};
use crate::support::samples;

async fn mint(app: &TestApp, key: &str) -> Answer {
    let request = app.request(Method::POST, "/v1/issuers/nea/credentials").key(&app.nea);
    request.header("idempotency-key", key).json(&samples::review()).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_connection_interrupted_is_minted_once_when_asked_again() {
    let Some(database) = Database::postgres().await else { return };
    let app = TestApp::new(database.clone()).await;
    app.publish(&samples::achievement()).await;
    for round in 0..6 {
        let running: Vec<_> = (0..8)
            .map(|i| {
                let app = app.clone();
                tokio::spawn(async move { mint(&app, &format!("{round}-{i}")).await })
            })
            .collect();
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        tokio::time::sleep(std::time::Duration::from_millis(10 * round)).await;
        database.execute(end).await;
        for one in running {
            let answer = one.await.unwrap();
            assert!(matches!(answer.status, 201 | 503), "{}", answer.text());
        }
    }
    let mut ids = HashSet::new();
    for key in (0..6).flat_map(|round| (0..8).map(move |i| format!("{round}-{i}"))) {
        ids.insert(mint(&app, &key).await.expect(201).json()["id"].to_string());
    }
    assert_eq!(ids.len(), 48);
    let path = "/v1/issuers/nea/credentials?limit=200";
    let list = app.read(path, &app.nea).await.expect(200).json();
    assert_eq!(list["credentials"].as_array().unwrap().len(), 48);
}
