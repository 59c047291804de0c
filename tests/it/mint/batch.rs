//! An upload day: many lines, one answer each, in order.

use std::convert::Infallible;

use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    an_upload_of_500_that_is_sent_twice_is_minted_once_and_in_order
}

const PATH: &str = "/v1/issuers/nea/credentials:batch";

fn line(i: usize) -> String {
    let earner = json!({"name": format!("Earner {i}"), "identifier": {"type": "accountId", "value": format!("A-{i}")}});
    with(
        samples::review(),
        json!({"earner": earner, "evidence": [], "idempotencyKey": format!("k-{i}")}),
    )
    .to_string()
}

async fn upload(app: &TestApp, token: &str, body: String) -> Answer {
    let request = app.request(Method::POST, PATH).key(token);
    request.header("content-type", "application/x-ndjson").body(body).send().await
}

fn lines(answer: &Answer) -> Vec<Value> {
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn an_upload_of_500_that_is_sent_twice_is_minted_once_and_in_order(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let body: String = (1..=500).map(|i| line(i) + "\n").collect();
    let first = upload(&app, &app.nea, body.clone()).await.expect(200);
    assert_eq!(first.media_type(), "application/x-ndjson");
    let again = upload(&app, &app.nea, body).await.expect(200);
    let (first, again) = (lines(&first), lines(&again));
    assert_eq!((first.len(), again.len()), (500, 500));
    for (i, (one, two)) in first.iter().zip(&again).enumerate() {
        assert_eq!((&one["line"], &one["status"]), (&json!(i + 1), &json!(201)), "{one}");
        assert_eq!(one["idempotencyKey"], format!("k-{}", i + 1));
        let name = &one["minted"]["credential"]["credentialSubject"]["identifier"][0];
        assert_eq!(name["identityHash"], format!("Earner {}", i + 1));
        assert_eq!(one["minted"], two["minted"]);
        assert_eq!((one.get("replayed"), &two["replayed"]), (None, &json!(true)));
    }
    let mut pages = 0;
    let mut after = String::new();
    let mut seen = 0;
    loop {
        let path = format!("/v1/issuers/nea/credentials?limit=200{after}");
        let page = app.read(&path, &app.nea).await.expect(200).json();
        seen += page["credentials"].as_array().unwrap().len();
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!((seen, pages), (500, 3));
    let last = first.last().unwrap()["minted"]["jwt"].as_str().unwrap().to_owned();
    assert_eq!(app.verify(last).await["verified"], true);
}

#[tokio::test]
async fn a_broken_line_does_not_stop_the_others() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let failed = with(samples::review(), json!({"narrative": ""})).to_string();
    let long = format!("{{\"narrative\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let body = [line(1), "{\"achievement\":".into(), String::new(), failed, long, line(1), line(2)];
    let answer = upload(&app, &app.nea, body.join("\n")).await.expect(200);
    let lines = lines(&answer);
    let seen: Vec<_> = lines
        .iter()
        .map(|l| (l["line"].as_u64().unwrap(), l["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(seen, [(1, 201), (2, 400), (4, 422), (5, 413), (6, 201), (7, 201)]);
    assert_eq!(lines[1]["problem"]["type"], "urn:touchmark:problem:malformed-json");
    assert_eq!(lines[2]["problem"]["errors"][0]["pointer"], "/narrative");
    assert_eq!(lines[4]["replayed"], true, "the same key in one upload");
    assert_eq!(lines[4]["minted"], lines[0]["minted"]);
}

#[tokio::test]
async fn a_ceiling_lets_through_what_it_allows_and_says_when_to_come_again() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let limited = app.limited_key(Some("nea"), &["mint"], 5).await;
    let body: String = (1..=8).map(|i| line(i) + "\n").collect();
    let answers = lines(&upload(&app, &limited, body.clone()).await.expect(200));
    let statuses: Vec<_> = answers.iter().map(|l| l["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 201, 201, 201, 201, 429, 429, 429]);
    assert_eq!(answers[5]["problem"]["type"], "urn:touchmark:problem:mint-ceiling");

    let path = "/v1/issuers/nea/credentials";
    let refused = app.post(path, &limited, &samples::review()).await;
    assert_eq!(refused.header("retry-after"), "3600");
    refused.expect_problem(429, "mint-ceiling");
    // Another key of the issuer is not held up, and a replay costs nothing.
    app.mint(&samples::review()).await.expect(201);
    let replayed = lines(&upload(&app, &limited, line(1)).await.expect(200));
    assert_eq!(replayed[0]["replayed"], true);

    app.clock.advance(SignedDuration::from_hours(1));
    let answers = lines(&upload(&app, &limited, body).await.expect(200));
    assert!(answers.iter().all(|l| l["status"] == 201), "{answers:?}");
}

#[tokio::test]
async fn an_upload_is_refused_as_a_whole_only_before_its_first_line() {
    let app = TestApp::sqlite().await;
    let status = app.api_key(Some("nea"), &["status"]).await;
    upload(&app, &status, line(1)).await.expect_problem(403, "forbidden");
    upload(&app, &app.other, line(1)).await.expect_problem(404, "not-found");
    upload(&app, "tm_a_b", line(1)).await.expect_problem(401, "unauthorized");
    let request = app.request(Method::POST, PATH).key(&app.nea);
    let refused = request.header("content-type", "text/csv").body("a,b").send().await;
    refused.expect_problem(415, "unsupported-media-type");
    let empty = upload(&app, &app.nea, "\n \n".into()).await.expect(200);
    assert_eq!(empty.text(), "");
}

#[tokio::test]
async fn an_upload_is_answered_as_it_comes_and_ends_with_its_key() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let asked = json!({"scopes": ["mint"]});
    let key = app.post("/v1/issuers/nea/api-keys", &app.nea, &asked).await.expect(201).json();
    let (lines, received) = tokio::sync::mpsc::unbounded_channel::<String>();
    let body = stream::unfold(received, async |mut received| {
        Some((Ok::<_, Infallible>(received.recv().await?), received))
    });
    let request = app.request(Method::POST, PATH).key(key["token"].as_str().unwrap());
    let request =
        request.header("content-type", "application/x-ndjson").body(Body::from_stream(body));
    let mut answers = request.start().await.into_body().into_data_stream();
    let mut next = async || -> Value {
        serde_json::from_slice(&answers.next().await.unwrap().unwrap()).unwrap()
    };
    lines.send(line(1) + "\n").unwrap();
    assert_eq!(next().await["status"], 201);
    let path = format!("/v1/issuers/nea/api-keys/{}", key["id"].as_str().unwrap());
    app.request(Method::DELETE, &path).key(&app.nea).send().await.expect(200);
    lines.send(line(2) + "\n").unwrap();
    assert_eq!(next().await["status"], 401);
}

/// Sends 300 lines at once and reads the answers to the first group; those after it are signed,
/// or being signed.
async fn upload_begun(app: &TestApp, token: &str) -> (Vec<Value>, BodyDataStream) {
    let body: String = (1..=300).map(|i| line(i) + "\n").collect();
    let request = app.request(Method::POST, PATH).key(token);
    let request = request.header("content-type", "application/x-ndjson").body(body);
    let mut answers = request.start().await.into_body().into_data_stream();
    let first = answers.next().await.unwrap().unwrap();
    (values(&first), answers)
}

async fn rest(answers: BodyDataStream) -> Vec<Value> {
    let chunks: Vec<_> = answers.map(Result::unwrap).collect().await;
    values(&chunks.concat())
}

fn values(text: &[u8]) -> Vec<Value> {
    text.split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[tokio::test]
async fn what_was_signed_before_its_api_key_was_revoked_is_not_recorded_after() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let asked = json!({"scopes": ["mint"]});
    let key = app.post("/v1/issuers/nea/api-keys", &app.nea, &asked).await.expect(201).json();
    let (first, answers) = upload_begun(&app, key["token"].as_str().unwrap()).await;
    assert!(first.iter().all(|l| l["status"] == 201), "{first:?}");
    let path = format!("/v1/issuers/nea/api-keys/{}", key["id"].as_str().unwrap());
    app.request(Method::DELETE, &path).key(&app.nea).send().await.expect(200);
    let rest = rest(answers).await;
    assert_eq!(first.len() + rest.len(), 300);
    assert!(rest.iter().all(|l| l["status"] == 401), "{rest:?}");
}

#[tokio::test]
async fn what_waited_is_signed_again_by_the_keys_of_now() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let signed_by = |line: &Value| {
        let proof = &line["minted"]["credential"]["proof"];
        let proof = proof.get(0).unwrap_or(proof);
        proof["verificationMethod"].as_str().unwrap().to_owned()
    };
    let (first, answers) = upload_begun(&app, &app.nea).await;
    app.post("/v1/issuers/nea/keys:rotate", &app.nea, &json!(null)).await.expect(200);
    app.clock.advance(SignedDuration::from_secs(6));
    let rest = rest(answers).await;
    assert_eq!(first.len() + rest.len(), 300);
    let old = signed_by(&first[0]);
    assert!(rest.iter().all(|l| signed_by(l) != old), "{rest:?}");
}
