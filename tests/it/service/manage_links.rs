//! The earner's private link: who gets it, and how it is renewed.

use serde_json::{Value, json};

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_mint_answers_with_the_earners_link_and_a_replay_with_the_same
    a_renewed_link_is_another_one
    a_replay_hands_out_no_link_that_leads_nowhere
}

async fn a_mint_answers_with_the_earners_link_and_a_replay_with_the_same(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let request = with(samples::review(), json!({"idempotencyKey": "review-1"}));
    let first = app.mint(&request).await.expect(201);
    assert_eq!(app.mint(&request).await.expect(201).bytes, first.bytes);
    let replica = app.replica().await;
    assert_eq!(replica.mint(&request).await.expect(201).bytes, first.bytes);
    let minted = first.json();
    let (id, url) = (minted["id"].as_str().unwrap(), minted["manageUrl"].as_str().unwrap());
    let token = url.strip_prefix(&format!("https://touchmark.example/manage/{id}."));
    assert_eq!(token.unwrap().len(), 32, "{url}");

    let mut lines = String::new();
    for key in ["review-1", "review-2", "review-2"] {
        lines += &with(request.clone(), json!({"idempotencyKey": key})).to_string();
        lines.push('\n');
    }
    let answer = app
        .request(axum::http::Method::POST, "/v1/issuers/nea/credentials:batch")
        .key(&app.nea)
        .header("content-type", "application/x-ndjson")
        .body(lines)
        .send()
        .await
        .expect(200);
    let lines: Vec<Value> =
        answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["minted"]["manageUrl"], url);
    assert_ne!(lines[1]["minted"]["manageUrl"], url);
    assert_eq!(lines[2]["minted"], lines[1]["minted"]);
}

async fn a_renewed_link_is_another_one(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let path =
        format!("/v1/issuers/nea/credentials/{}/manage-link", minted["id"].as_str().unwrap());
    let renew = async |key: &str| app.post(&path, key, &json!({})).await;
    let first = renew(&app.nea).await.expect(200).json();
    let second = renew(&app.admin).await.expect(200).json();
    let urls = [&minted["manageUrl"], &first["manageUrl"], &second["manageUrl"]];
    for (i, url) in urls.iter().enumerate() {
        assert!(url.as_str().unwrap().contains("/manage/"), "{url}");
        assert!(!urls[..i].contains(url));
    }
    let audit = app.app.issuance.store.audit_page(Some("nea"), None, 100).await.unwrap();
    let renewals = audit.iter().filter(|row| row.entry.action == "manage-link.renew");
    let actors: Vec<_> = renewals.map(|row| row.entry.actor.clone()).collect();
    assert_eq!(actors.len(), 2);
    assert!(!format!("{audit:?}").contains(first["manageUrl"].as_str().unwrap()));
    let nobody = "/v1/issuers/nea/credentials/00000000000000000000000000000000/manage-link";
    app.post(nobody, &app.nea, &json!({})).await.expect_problem(404, "not-found");
}

async fn a_replay_hands_out_no_link_that_leads_nowhere(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let request = with(samples::review(), json!({"idempotencyKey": "review-1"}));
    let minted = app.mint(&request).await.expect(201).json();
    let path =
        format!("/v1/issuers/nea/credentials/{}/manage-link", minted["id"].as_str().unwrap());
    let renewed = app.post(&path, &app.nea, &json!({})).await.expect(200).json();
    assert_ne!(renewed["manageUrl"], minted["manageUrl"]);
    let again = app.mint(&request).await.expect(201).json();
    assert_eq!(again["manageUrl"], renewed["manageUrl"]);
    assert_eq!(again["jwt"], minted["jwt"]);

    let manage = renewed["manageUrl"].as_str().unwrap();
    let manage = manage.strip_prefix("https://touchmark.example").unwrap();
    let ended = app.request(axum::http::Method::POST, manage);
    ended.header("origin", "https://touchmark.example").body("act=end").send().await.expect(200);
    let again = app.mint(&request).await.expect(201).json();
    assert_eq!(again.get("manageUrl"), None, "its earner ended it: {again}");
    let renewed = app.post(&path, &app.nea, &json!({})).await.expect(200).json();
    let again = app.mint(&request).await.expect(201).json();
    assert_eq!(again["manageUrl"], renewed["manageUrl"]);
}
