//! API keys: who may come in.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    two_keys_are_valid_at_once_and_a_revoked_one_is_refused_at_once
}

const PATH: &str = "/v1/issuers/nea/api-keys";
const MINT: &str = "/v1/issuers/nea/credentials";

async fn create(app: &TestApp, asked: &Value) -> Value {
    app.post(PATH, &app.nea, asked).await.expect(201).json()
}

fn token(key: &Value) -> &str {
    key["token"].as_str().unwrap()
}

async fn two_keys_are_valid_at_once_and_a_revoked_one_is_refused_at_once(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let first = create(&app, &json!({"scopes": ["mint"], "client": "lms"})).await;
    let second = create(&app, &json!({"scopes": ["mint"], "client": "lms"})).await;
    for key in [&first, &second] {
        app.post(MINT, token(key), &samples::review()).await.expect(201);
    }
    let path = format!("{PATH}/{}", first["id"].as_str().unwrap());
    let revoke = async |key: &str| app.request(Method::DELETE, &path).key(key).send().await;
    revoke(&app.other).await.expect_problem(404, "not-found");
    let revoked = revoke(&app.nea).await.expect(200).json();
    assert!(revoked["revokedAt"].is_string());
    assert_eq!(revoke(&app.nea).await.expect(200).json(), revoked);
    let refused = app.replica().await.post(MINT, token(&first), &samples::review()).await;
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    refused.expect_problem(401, "unauthorized");
    app.post(MINT, token(&second), &samples::review()).await.expect(201);

    let listed = app.read(PATH, &app.nea).await.expect(200);
    assert!(!listed.text().contains(token(&second)), "a secret is shown once");
    assert_eq!(listed.json().as_array().unwrap().len(), 3);
    assert!(listed.text().contains(second["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_key_ends_when_it_was_said_to() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let asked = json!({"scopes": ["mint"], "expiresAt": "2026-06-01T11:00:00Z"});
    let key = create(&app, &asked).await;
    app.post(MINT, token(&key), &samples::review()).await.expect(201);
    app.clock.advance(SignedDuration::from_hours(1));
    app.post(MINT, token(&key), &samples::review()).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn what_is_no_key_of_ours_is_refused_alike() {
    let app = TestApp::sqlite().await;
    let [id, secret] = {
        let mut parts = app.nea.split('_').skip(1);
        [parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned()]
    };
    let mut bodies = Vec::new();
    let wrong = [
        format!("Bearer tm_{id}_{}", secret.chars().rev().collect::<String>()),
        format!("Bearer tm_{}_{secret}", "2".repeat(22)),
        format!("Basic {}", app.nea),
        format!("Bearer {id}"),
        "Bearer".into(),
        "Bearer tm__".into(),
        app.nea.clone(),
    ];
    for value in wrong {
        let asked = app.request(Method::GET, MINT).header("authorization", &value);
        let mut problem = asked.send().await.expect_problem(401, "unauthorized");
        problem["requestId"].take();
        bodies.push(problem);
    }
    let mut none = app.get(MINT).await.expect_problem(401, "unauthorized");
    none["requestId"].take();
    assert!(bodies.iter().all(|body| *body == none));
    let lower =
        app.request(Method::GET, MINT).header("authorization", &format!("bearer {}", app.nea));
    lower.send().await.expect(200);
}

#[tokio::test]
async fn a_key_that_makes_no_sense_is_not_made() {
    let app = TestApp::sqlite().await;
    let asked = json!({"scopes": ["mint"]});
    let table = [
        (json!({"scopes": []}), "/scopes"),
        (json!({"scopes": ["mint", "fly"]}), "/scopes/1"),
        (json!({"mintsPerHour": 0}), "/mintsPerHour"),
        (json!({"expiresAt": "2026-06-01T09:00:00Z"}), "/expiresAt"),
        (json!({"client": ""}), "/client"),
    ];
    for (change, pointer) in table {
        let answer = app.post(PATH, &app.nea, &with(asked.clone(), change)).await;
        assert_eq!(answer.expect_problem(422, "invalid")["errors"][0]["pointer"], pointer);
    }
    let twice = create(&app, &json!({"scopes": ["mint", "mint"]})).await;
    assert_eq!(twice["scopes"], json!(["mint"]));
}

#[tokio::test]
async fn two_idempotency_keys_are_none() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let asked = app.request(Method::POST, MINT).key(&app.nea).json(&samples::review());
    let asked = asked.header("idempotency-key", "a").header("idempotency-key", "a");
    asked.send().await.expect_problem(400, "unreadable");
}
