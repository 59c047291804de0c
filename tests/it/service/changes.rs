//! After minting: revoke, suspend, reinstate, supersede.

use serde_json::{Value, json};

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_revoked_credential_is_seen_as_revoked_at_once_and_for_good
    a_suspension_can_be_ended
    a_superseded_credential_names_its_successor
    a_replacement_is_minted_in_the_same_step
    a_successor_keeps_the_earner_or_the_achievement
}

fn because() -> Value {
    json!({"reason": "The evidence was not the earner's own."})
}

fn id(minted: &Value) -> &str {
    minted["id"].as_str().unwrap()
}

/// Verdict `current` and the status, the same for both forms.
async fn seen(app: &TestApp, minted: &Value) -> (String, String) {
    let report = app.verify(minted["credential"].to_string()).await;
    let of_jwt = app.verify(minted["jwt"].as_str().unwrap().to_owned()).await;
    assert_eq!(report["verdicts"]["authentic"], "yes", "{report:#}");
    assert_eq!(
        (&report["verdicts"], &report["status"], &report["supersededBy"]),
        (&of_jwt["verdicts"], &of_jwt["status"], &of_jwt["supersededBy"])
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&report["verdicts"]["current"]), text(&report["status"]))
}

fn is(current: &str, status: &str) -> (String, String) {
    (current.into(), status.into())
}

async fn a_revoked_credential_is_seen_as_revoked_at_once_and_for_good(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let bystander = app.mint(&samples::review()).await.expect(201).json();
    assert_eq!(seen(&app, &minted).await, is("yes", "good"));

    let record = app.change(id(&minted), "revoke", &because()).await.expect(200).json();
    assert_eq!((&record["status"], &record["reason"]), (&json!("revoked"), &because()["reason"]));
    assert_eq!(seen(&app, &minted).await, is("no", "revoked"));
    assert_eq!(seen(&app.replica().await, &minted).await, is("no", "revoked"));
    assert_eq!(seen(&app, &bystander).await, is("yes", "good"));
    let page = app.get_as(&format!("/credentials/{}", id(&minted)), "text/html").await;
    assert!(page.expect(200).text().contains("Withdrawn"));

    let again = app.change(id(&minted), "revoke", &because()).await.expect(200).json();
    assert_eq!(again, record, "what holds already changes nothing");
    for (verb, body) in [
        ("suspend", because()),
        ("reinstate", because()),
        ("supersede", with(because(), json!({"successor": id(&bystander)}))),
        ("supersede", with(because(), json!({"replacement": samples::review()}))),
    ] {
        let refused = app.change(id(&minted), verb, &body).await;
        refused.expect_problem(409, "status-is-final");
    }
    assert_eq!(seen(&app, &minted).await, is("no", "revoked"));
}

async fn a_suspension_can_be_ended(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::suspendable()).await;
    let minted = app.mint(&samples::suspendable_review()).await.expect(201).json();
    app.change(id(&minted), "suspend", &because()).await.expect(200);
    assert_eq!(seen(&app, &minted).await, is("no", "suspended"));
    app.change(id(&minted), "reinstate", &because()).await.expect(200);
    assert_eq!(seen(&app, &minted).await, is("yes", "good"));
    app.change(id(&minted), "suspend", &because()).await.expect(200);
    app.change(id(&minted), "revoke", &because()).await.expect(200);
    assert_eq!(seen(&app, &minted).await, is("no", "revoked"));
}

async fn a_superseded_credential_names_its_successor(database: Database) {
    let app = TestApp::new(database).await;
    let old = app.minted().await;
    let new = app.mint(&samples::review()).await.expect(201).json();
    let to = |successor: &Value| with(because(), json!({"successor": successor}));
    let itself = app.change(id(&old), "supersede", &to(&old["id"])).await;
    let problem = itself.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/successor");
    let unknown = app.change(id(&old), "supersede", &to(&json!("0".repeat(32)))).await;
    let problem = unknown.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "unknown-successor");
    let neither = app.change(id(&old), "supersede", &because()).await;
    neither.expect_problem(422, "invalid");

    // Named by its page, as people would.
    let record = app.change(id(&old), "supersede", &to(&new["links"]["page"])).await;
    let record = record.expect(200).json();
    assert_eq!(record["status"], "superseded");
    assert_eq!(record["supersededBy"], new["links"]["page"]);
    assert_eq!(seen(&app, &old).await, is("no", "superseded"));
    let report = app.verify(old["credential"].to_string()).await;
    assert_eq!(report["supersededBy"], new["links"]["page"]);
    assert_eq!(seen(&app, &new).await, is("yes", "good"));
    // Those who read only the list see it revoked, and the page tells the successor.
    let page = app.get_as(&format!("/credentials/{}", id(&old)), "text/html").await.expect(200);
    assert!(page.text().contains(new["links"]["page"].as_str().unwrap()));

    let back = app.change(id(&new), "supersede", &to(&old["id"])).await;
    back.expect_problem(409, "successor-not-good");
}

async fn a_replacement_is_minted_in_the_same_step(database: Database) {
    let app = TestApp::new(database).await;
    let old = app.minted().await;
    let failed =
        with(samples::review(), json!({"evidence": [{"url": "http://x.example", "name": "x"}]}));
    let body = with(because(), json!({"replacement": failed}));
    let refused = app.change(id(&old), "supersede", &body).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/replacement/evidence/0/url");
    assert_eq!(seen(&app, &old).await, is("yes", "good"));

    let corrected = with(samples::review(), json!({"idempotencyKey": "correction"}));
    let body = with(because(), json!({"replacement": corrected}));
    let answer = app.change(id(&old), "supersede", &body).await.expect(201);
    let new = answer.json();
    assert_ne!(new["id"], old["id"]);
    assert_eq!(
        new["credential"]["credentialSubject"]["id"],
        old["credential"]["credentialSubject"]["id"]
    );
    let again = app.change(id(&old), "supersede", &body).await.expect(201);
    assert_eq!(again.bytes, answer.bytes);
    assert_eq!(seen(&app, &old).await, is("no", "superseded"));
    assert_eq!(seen(&app, &new).await, is("yes", "good"));
    let record = app.read(&format!("/v1/issuers/nea/credentials/{}", id(&old)), &app.nea).await;
    assert_eq!(record.json()["supersededBy"], new["links"]["page"]);
}

async fn a_successor_keeps_the_earner_or_the_achievement(database: Database) {
    let app = TestApp::new(database).await;
    let old = app.minted().await;
    app.publish(&samples::suspendable()).await;
    let earner = json!({"earner": {"name": "Sam Lee", "email": "sam.lee@school.example"}});
    let neither = with(samples::suspendable_review(), earner.clone());
    let stranger = app.mint(&neither).await.expect(201).json();
    for body in [
        with(because(), json!({"successor": id(&stranger)})),
        with(because(), json!({"replacement": neither})),
    ] {
        let refused = app.change(id(&old), "supersede", &body).await;
        let problem = refused.expect_problem(409, "not-a-successor");
        assert!(problem["detail"].as_str().unwrap().contains("revoke"), "{problem}");
    }
    assert_eq!(seen(&app, &old).await, is("yes", "good"));
    let page = "/v1/issuers/nea/credentials";
    let minted = app.read(page, &app.nea).await.expect(200).text();
    assert_eq!(minted.matches("\"status\":\"good\"").count(), 2, "nothing was minted: {minted}");

    // Minted for the wrong earner, then of the wrong achievement.
    let body = with(because(), json!({"replacement": with(samples::review(), earner.clone())}));
    let new = app.change(id(&old), "supersede", &body).await.expect(201).json();
    let body = with(because(), json!({"successor": id(&stranger)}));
    app.change(id(&new), "supersede", &body).await.expect(200);
    assert_eq!(seen(&app, &new).await, is("no", "superseded"));
    assert_eq!(seen(&app, &stranger).await, is("yes", "good"));
}

#[tokio::test]
async fn what_was_not_minted_open_to_suspension_cannot_be_suspended() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let refused = app.change(id(&minted), "suspend", &because()).await;
    refused.expect_problem(409, "not-suspendable");
    assert_eq!(seen(&app, &minted).await, is("yes", "good"));
}

#[tokio::test]
async fn a_change_needs_a_reason_and_a_credential() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let refused = app.change(id(&minted), "revoke", &json!({"reason": ""})).await;
    assert_eq!(refused.expect_problem(422, "invalid")["errors"][0]["pointer"], "/reason");
    let refused = app.change(id(&minted), "revoke", &json!({})).await;
    refused.expect_problem(422, "invalid");
    let unknown = app.change(&"0".repeat(32), "revoke", &because()).await;
    unknown.expect_problem(404, "not-found");
    app.change(id(&minted), "destroy", &because()).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn superseding_with_a_replacement_needs_the_right_to_mint() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let status = app.api_key(Some("nea"), &["status"]).await;
    let path = format!("/v1/issuers/nea/credentials/{}/supersede", id(&minted));
    let body = with(because(), json!({"replacement": samples::review()}));
    app.post(&path, &status, &body).await.expect_problem(403, "forbidden");
    let mint = app.api_key(Some("nea"), &["mint"]).await;
    app.post(&path, &mint, &body).await.expect_problem(403, "forbidden");
}
