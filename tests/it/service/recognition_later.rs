//! Claims that stand: looked at again, asked for again, and what becomes of them where a key leaks.

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::http::examine::examine;
use touchmark::issue::parties::Party;
use touchmark::issue::{Minter, Order, Signed};
use touchmark::recognize::claim::{Claim, Filer};
use touchmark::recognize::request::ClaimRequest;
use touchmark::recognize::{Recognition, RecognizeError};
use touchmark::store::{ClaimChange, ClaimRow, CredentialState, PartyKind};

use super::keys::{kid, method, withdraw};
use super::recognition::{Office, claim};
use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_review_clears_no_flag_that_came_while_it_looked
    what_a_key_signed_that_is_withdrawn_before_the_books_is_not_recorded
    a_key_that_is_withdrawn_beside_a_claim_leaves_it_refused_or_flagged
    withdrawing_a_key_flags_the_claims_that_stand_on_what_it_signed
    what_was_signed_by_a_key_that_is_withdrawn_before_the_books_is_signed_again
    a_claim_that_is_asked_for_again_is_answered_whatever_ended_since
    a_receipt_whose_key_was_withdrawn_is_signed_anew_and_says_the_same
}

async fn party(app: &TestApp, kind: PartyKind, name: &str) -> Party {
    app.app.issuance.parties.party(kind, name).await.unwrap().expect("it was added")
}

/// Filed under an idempotency key.
async fn file(office: &Office, path: &str, body: &Value) -> Answer {
    let path = format!("/v1/recognizers/tennessee/claims{path}");
    let asked = office.app.request(Method::POST, &path).key(&office.key);
    asked.header("idempotency-key", "once").json(body).send().await
}

async fn a_review_clears_no_flag_that_came_while_it_looked(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let asked = claim(&[&minted["credential"]]);
    let recorded = office.claim(&asked).await.expect(201).json();
    let id = recorded["id"].as_str().unwrap();
    let app = &office.app.app;
    let (store, now) = (&app.issuance.store, app.issuance.ambient.now());
    let flag = ClaimChange::Flag("somebody called".into());
    store.change_claim(("tennessee", id), &flag, None, ("test", now)).await.unwrap().unwrap();

    // A review begins, and all holds.
    let read = store.claim("tennessee", id).await.unwrap().unwrap();
    let request: ClaimRequest = serde_json::from_value(asked).unwrap();
    let recognizer = party(&office.app, PartyKind::Recognizer, "tennessee").await;
    let (_, examined) = examine(app, &recognizer, &request).await.unwrap();
    let reports = examined.into_iter().map(|it| (it.facts.input, it.report));
    let reports: Vec<_> = reports.collect();
    assert!(reports[0].1.verified);
    let reason = json!({"reason": "Awarded by mistake"});
    office.app.change(minted["id"].as_str().unwrap(), "revoke", &reason).await.expect(200);

    let revoked = "a credential that was counted is revoked";
    let recognition = Recognition { issuance: &app.issuance };
    assert_eq!(recognition.review(&read, &reports, "test").await.unwrap(), None);
    assert_eq!(office.read(&recorded["id"]).await["flag"], revoked);
    let unsuspecting = ClaimRow { flag: None, ..read };
    let seen = recognition.review(&unsuspecting, &reports, "test").await.unwrap().unwrap();
    assert_eq!(seen.flag.as_deref(), Some(revoked));
    let reviewed = office.change(&recorded["id"], "review", &json!({})).await.expect(200).json();
    assert!(reviewed["flag"].as_str().unwrap().contains("no longer holds"), "{reviewed}");
}

async fn what_a_key_signed_that_is_withdrawn_before_the_books_is_not_recorded(database: Database) {
    let office = Office::new(database).await;
    office.app.publish(&with(samples::achievement(), json!({"slug": "second"}))).await;
    let minted = office.minted().await;
    let second = with(samples::review(), json!({"achievement": "second"}));
    let second = office.app.mint(&second).await.expect(201).json();
    let asked = claim(&[&second["jwt"], &minted["credential"]]);
    let request: ClaimRequest = serde_json::from_value(asked.clone()).unwrap();
    let app = &office.app.app;
    let recognizer = party(&office.app, PartyKind::Recognizer, "tennessee").await;
    let (filed, examined) = examine(app, &recognizer, &request).await.unwrap();
    withdraw(&office.app, &method(&minted)).await;
    let unexamined = Claim::unexamined(&recognizer, &request);
    let late = Claim { filed: &filed, examined: &examined, ..unexamined };
    let by = Filer { actor: "key".into(), client: "office".into(), idempotency_key: None };
    let refused = Recognition { issuance: &app.issuance }.file(&late, &by).await;
    let Err(RecognizeError::StatusChanged(faults)) = refused else { panic!("{refused:?}") };
    let told: Vec<_> = faults.iter().map(|it| (it.pointer.as_str(), it.code)).collect();
    assert_eq!(told, [("/credentials/1", "key-withdrawn")], "{faults:?}");
    let list = office.app.read("/v1/recognizers/tennessee/claims", &office.key).await;
    assert_eq!(list.expect(200).json(), json!([]), "nothing of it stays");

    // Asked again it is decided without that, which stays in its reports.
    let recorded = office.claim(&asked).await.expect(201).json();
    assert_eq!(recorded["decision"]["total"], "6", "{recorded}");
}

/// Whichever comes first, on one service or on two.
async fn a_key_that_is_withdrawn_beside_a_claim_leaves_it_refused_or_flagged(database: Database) {
    let office = Office::new(database).await;
    let replica = office.app.replica().await;
    for round in 0..6 {
        let slug = format!("skill-{round}");
        office.app.publish(&with(samples::achievement(), json!({"slug": slug}))).await;
        let review = with(samples::review(), json!({"achievement": slug}));
        let minted = office.app.mint(&review).await.expect(201).json();
        let asked = claim(&[&minted["credential"]]);
        let leaked = method(&minted);
        // Each order once, and then whichever comes.
        let answer = match round {
            0 => {
                let answer = office.claim(&asked).await.expect(201);
                withdraw(&replica, &leaked).await;
                answer
            }
            1 => {
                withdraw(&replica, &leaked).await;
                let answer = office.claim(&asked).await;
                assert_ne!(answer.status, 201, "{}", answer.text());
                answer
            }
            _ => tokio::join!(office.claim(&asked), withdraw(&replica, &leaked)).0,
        };
        if answer.status == 201 {
            let recorded = office.read(&answer.json()["id"]).await;
            let flag = recorded["flag"].as_str().unwrap_or_default();
            assert!(flag.contains("key"), "{recorded}");
        } else {
            assert!([409, 422].contains(&answer.status), "{}", answer.text());
        }
    }
}

async fn withdrawing_a_key_flags_the_claims_that_stand_on_what_it_signed(database: Database) {
    let office = Office::new(database).await;
    office.app.publish(&with(samples::achievement(), json!({"slug": "second"}))).await;
    let first = office.minted().await;
    let second = with(samples::review(), json!({"achievement": "second"}));
    let second = office.app.mint(&second).await.expect(201).json();
    let by_proof = office.claim(&claim(&[&first["credential"]])).await.expect(201).json();
    let by_jwt = office.claim(&claim(&[&second["jwt"]])).await.expect(201).json();

    withdraw(&office.app, &method(&first)).await;
    let flagged = office.read(&by_proof["id"]).await;
    let says = "the key that signed a credential that was counted was withdrawn";
    assert_eq!(flagged["flag"], says, "{flagged}");
    let event = &flagged["events"][1];
    assert_eq!((&event["by"], &event["action"]), (&json!("issuer"), &json!("flag")));
    assert_eq!(event["detail"], json!({"key": "withdrawn"}));
    let other = office.read(&by_jwt["id"]).await;
    assert_eq!(other.get("flag"), None, "another key signed it: {other}");
    withdraw(&office.app, &kid(&second)).await;
    assert_eq!(office.read(&by_jwt["id"]).await["flag"], says);
    let reviewed = office.change(&by_proof["id"], "review", &json!({})).await.expect(200).json();
    assert!(reviewed["flag"].as_str().unwrap().contains("no longer holds"), "{reviewed}");
}

async fn what_was_signed_by_a_key_that_is_withdrawn_before_the_books_is_signed_again(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let leaked = method(&app.minted().await);
    let issuer = party(&app, PartyKind::Issuer, "nea").await;
    let request = serde_json::from_value(samples::review()).unwrap();
    let order = Order { request, idempotency_key: Some("once".into()), supersedes: None };
    let by = Minter { api_key: "test".into(), client: "test".into(), per_hour: 10 };
    let issuance = &app.app.issuance;
    let signed = Signed::new(issuance, issuer, by, vec![order]).await;
    withdraw(&app, &leaked).await;
    let issued = signed.record(issuance).await.remove(0).unwrap();
    assert!(!issued.embedded.contains(&leaked), "{}", issued.embedded);
    let report = app.verify(issued.embedded).await;
    assert_eq!(report["verified"], true, "{report:#}");
}

async fn a_claim_that_is_asked_for_again_is_answered_whatever_ended_since(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let hour = json!({"recognizer": "tennessee", "hours": 1});
    let proof = office.proof(&minted, hour).await.expect(200).json()["proof"].clone();
    let mut asked = claim(&[&minted["jwt"]]);
    asked["credentials"] = json!([{"credential": minted["jwt"], "proof": proof}]);
    let recorded = file(&office, "", &asked).await.expect(201).json();
    let correction = json!({"reason": "Filed for the wrong year", "claim": asked});
    let correct = format!("/{}/correct", recorded["id"].as_str().unwrap());
    office.app.clock.advance(jiff::SignedDuration::from_hours(2));
    let again = file(&office, "", &asked).await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json()["id"], recorded["id"]);
    // One that is new is examined, and its proof has ended.
    office.claim(&asked).await.expect_problem(422, "invalid");
    let reused = file(&office, &correct, &correction).await;
    reused.expect_problem(422, "idempotency-key-reused");
    let preview = file(&office, "?dry_run=true", &asked).await;
    preview.expect_problem(422, "invalid");
}

async fn a_receipt_whose_key_was_withdrawn_is_signed_anew_and_says_the_same(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let recorded = office.claim(&claim(&[&minted["credential"]])).await.expect(201).json();
    let id = recorded["id"].as_str().unwrap();
    let issuance = &office.app.app.issuance;
    let recognition = Recognition { issuance };
    let tennessee = party(&office.app, PartyKind::Recognizer, "tennessee").await;
    let renew = async || recognition.renew_receipt(&tennessee, id, "operator").await.unwrap();
    assert_eq!(renew().await, None, "it is good");

    let old = json_of(&office, &recorded).await;
    let key = method(&json!({"credential": old}));
    issuance.parties.withdraw(&tennessee, &key, "operator").await.unwrap().unwrap();
    let report = office.receipt(&recorded).await;
    assert_eq!(report["verdicts"]["authentic"], "no", "{report:#}");
    assert_eq!(issuance.store.standing_claims("tennessee").await.unwrap(), [id]);
    let renewed = renew().await.expect("another");
    assert_eq!(renew().await, None, "once is enough");

    let now = office.read(&recorded["id"]).await;
    assert!(now["receipt"]["page"].as_str().unwrap().ends_with(&renewed), "{now}");
    assert_eq!((&now["decision"], &now["state"]), (&recorded["decision"], &json!("recorded")));
    assert_eq!(now["events"][1]["action"], "renew");
    let report = office.receipt(&now).await;
    assert_eq!(report["verified"], true, "{report:#}");
    let said = |mut receipt: Value| {
        let members = receipt.as_object_mut().unwrap();
        for other in ["id", "proof", "credentialStatus", "validFrom"] {
            members.remove(other).expect("it has one");
        }
        receipt
    };
    assert_eq!(said(json_of(&office, &now).await), said(old));
    let page = |claim: &Value| {
        let page = claim["receipt"]["page"].as_str().unwrap();
        page.strip_prefix("https://touchmark.example").unwrap().to_owned()
    };
    let first = page(&recorded).rsplit('/').next().unwrap().to_owned();
    let first = issuance.store.credential(&first).await.unwrap().unwrap();
    assert_eq!((first.state, first.superseded_by), (CredentialState::Superseded, Some(renewed)));
    leads_to_its_successor(&office.app, &page(&recorded), now["receipt"]["page"].as_str().unwrap())
        .await;

    office.change(&recorded["id"], "redact", &json!({})).await.expect(200);
    for claim in [&recorded, &now] {
        let path = format!("{}.json", page(claim));
        office.app.get(&path).await.expect_problem(410, "withdrawn-by-holder");
    }
    assert_eq!(renew().await, None, "nothing of it is left to sign");
}

/// Of an old receipt: its page, what comes with its JSON, and the report on that.
async fn leads_to_its_successor(app: &TestApp, old: &str, new: &str) {
    let page = app.get_as(old, "text/html").await.expect(200).text();
    let link = new.strip_prefix("https://touchmark.example").unwrap();
    assert!(page.contains(&format!("<a href=\"{link}\">Open the new receipt</a>")), "{page}");
    assert!(page.contains("signed it anew") && !page.contains("corrected"), "{page}");
    let json = app.get(&format!("{old}.json")).await.expect(200);
    assert_eq!(json.header("link"), format!("<{new}>; rel=\"successor-version\""));
    let report = app.verify(json.text()).await;
    assert_eq!(
        (&report["verdicts"]["authentic"], &report["supersededBy"]),
        (&json!("no"), &json!(new)),
        "{report:#}"
    );
    // Who only knows its id is told nothing by it.
    let forged = json.text().replacen("\"6\"", "\"60\"", 1);
    assert_ne!(forged, json.text());
    let report = app.verify(forged).await;
    assert_eq!(report.get("supersededBy"), None, "{report:#}");
}

async fn json_of(office: &Office, claim: &Value) -> Value {
    let link = claim["receipt"]["json"].as_str().unwrap();
    let path = link.strip_prefix("https://touchmark.example").unwrap();
    office.app.get(path).await.expect(200).json()
}
