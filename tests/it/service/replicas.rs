//! Several processes on one database, and many requests at once.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples;

on_both_databases! {
    processes_that_start_together_make_one_set_of_keys_and_lists
    whoever_ends_a_credential_first_decides_how
    rotations_at_once_leave_one_active_key_of_each_kind
    a_ceiling_holds_across_processes
    publishing_at_once_gives_each_version_once
}

/// The answers of `n` requests that run at the same time, by two processes in turn.
async fn at_once<F>(app: &TestApp, n: usize, ask: impl Fn(TestApp, usize) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let replica = app.replica().await;
    let running: Vec<_> = (0..n)
        .map(|i| {
            let app = if i % 2 == 0 { app.clone() } else { replica.clone() };
            tokio::spawn(ask(app, i))
        })
        .collect();
    let mut answers = Vec::new();
    for one in running {
        answers.push(one.await.expect("no request panics"));
    }
    answers
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

async fn processes_that_start_together_make_one_set_of_keys_and_lists(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let minted =
        at_once(&app, 16, |app, _| async move { app.mint(&samples::review()).await }).await;
    let (mut lists, mut subjects) = (HashSet::new(), HashSet::new());
    for answer in minted {
        let minted = answer.expect(201).json();
        let credential = &minted["credential"];
        lists.insert(credential["credentialStatus"]["statusListCredential"].to_string());
        subjects.insert(credential["credentialSubject"]["id"].to_string());
        assert_eq!(app.verify(credential.to_string()).await["verified"], true);
    }
    assert_eq!(lists.len(), 1, "one open list");
    assert_eq!(subjects.len(), 1, "one earner");
    let keys = app.read("/v1/issuers/nea/keys", &app.nea).await.expect(200).json();
    assert_eq!(keys.as_array().unwrap().len(), 2, "{keys}");
}

async fn whoever_ends_a_credential_first_decides_how(database: Database) {
    let app = TestApp::new(database).await;
    let old = app.minted().await;
    let new = app.mint(&samples::review()).await.expect(201).json();
    let [old_id, new_id] = [&old, &new].map(|m| m["id"].as_str().unwrap().to_owned());
    let answers = at_once(&app, 12, |app, i| {
        let (old, new) = (old_id.clone(), new_id.clone());
        async move {
            match i % 3 {
                0 => app.change(&old, "revoke", &json!({"reason": "r"})).await,
                1 => app.change(&old, "supersede", &json!({"reason": "r", "successor": new})).await,
                _ => app.change(&new, "supersede", &json!({"reason": "r", "successor": old})).await,
            }
        }
    })
    .await;
    assert!(answers.iter().all(|a| matches!(a.status, 200 | 409)), "{:?}", statuses(&answers));
    let mut states = Vec::new();
    for (id, minted) in [(&old_id, &old), (&new_id, &new)] {
        let path = format!("/v1/issuers/nea/credentials/{id}");
        let record = app.read(&path, &app.nea).await.expect(200).json();
        let report = app.verify(minted["credential"].to_string()).await;
        assert_eq!(report["status"], record["status"]);
        states.push(record["status"].as_str().unwrap().to_owned());
    }
    assert_ne!(states, ["superseded", "superseded"], "no two supersede each other");
    assert!(states.iter().any(|state| state != "good"));
}

async fn rotations_at_once_leave_one_active_key_of_each_kind(database: Database) {
    let app = TestApp::new(database).await;
    let before = app.minted().await;
    let path = "/v1/issuers/nea/keys:rotate";
    let answers =
        at_once(&app, 6, |app, _| async move { app.post(path, &app.nea, &Value::Null).await })
            .await;
    assert!(answers.iter().all(|a| matches!(a.status, 200 | 409)), "{:?}", statuses(&answers));
    let keys = app.read("/v1/issuers/nea/keys", &app.nea).await.expect(200).json();
    let active = keys.as_array().unwrap().iter().filter(|key| key["active"] == true);
    let mut active: Vec<_> = active.map(|key| key["algorithm"].as_str().unwrap()).collect();
    active.sort_unstable();
    assert_eq!(active, ["ES256", "Ed25519"]);
    let after = app.mint(&samples::review()).await.expect(201).json();
    for minted in [before, after] {
        assert_eq!(app.verify(minted["credential"].to_string()).await["verified"], true);
    }
}

async fn a_ceiling_holds_across_processes(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let limited = app.limited_key(Some("nea"), &["mint"], 10).await;
    let answers = at_once(&app, 24, |app, _| {
        let limited = limited.clone();
        async move { app.post("/v1/issuers/nea/credentials", &limited, &samples::review()).await }
    })
    .await;
    let expected = [vec![201; 10], vec![429; 14]].concat();
    assert_eq!(statuses(&answers), expected);
}

async fn publishing_at_once_gives_each_version_once(database: Database) {
    let app = TestApp::new(database).await;
    let path = "/v1/issuers/nea/achievements";
    let answers = at_once(&app, 8, |app, _| async move {
        app.post(path, &app.nea, &samples::achievement()).await
    })
    .await;
    assert_eq!(statuses(&answers), [vec![201], vec![409; 7]].concat());
    let path = "/v1/issuers/nea/achievements/restorative-practices";
    let answers = at_once(&app, 8, |app, i| async move {
        let mut changed = samples::achievement();
        changed["description"] = format!("Text {i}").into();
        app.put(path, &app.nea, &changed).await
    })
    .await;
    let versions: HashSet<_> =
        answers.into_iter().map(|a| a.expect(200).json()["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, (2..=9).collect());
}
