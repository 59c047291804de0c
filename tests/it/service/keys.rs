//! Signing keys: rotation never un-publishes.

use serde_json::{Value, json};

use touchmark::store::{KeyState, PartyKind, SigningKeyRow};

use super::verify_page::{Part, send};
use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    after_a_rotation_old_credentials_keep_verifying_and_new_ones_use_the_new_keys
    what_a_withdrawn_key_signed_verifies_nowhere_and_issuing_goes_on
    of_what_names_a_withdrawn_key_the_books_tell_what_was_issued_and_what_was_not
    a_retired_key_is_withdrawn_without_a_new_one
    no_form_is_signed_anew_for_what_a_withdrawn_key_signed
}

pub(super) fn method(minted: &Value) -> String {
    let proof = &minted["credential"]["proof"];
    let proof = proof.as_array().map_or(proof, |proofs| &proofs[0]);
    proof["verificationMethod"].as_str().unwrap().to_owned()
}

pub(super) fn kid(minted: &Value) -> String {
    use base64::Engine as _;
    let header = minted["jwt"].as_str().unwrap().split('.').next().unwrap();
    let header = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("JWT")));
    header["kid"].as_str().unwrap().to_owned()
}

async fn published(app: &TestApp) -> Vec<String> {
    let answer = app.get("/issuers/nea/did.json").await.expect(200);
    assert_eq!(answer.media_type(), "application/did+ld+json");
    let document = answer.json();
    assert_eq!(document["id"], "did:web:touchmark.example:issuers:nea");
    let methods = document["verificationMethod"].as_array().unwrap();
    assert_eq!(document["assertionMethod"].as_array().unwrap().len(), methods.len());
    assert!(!answer.text().contains("\"d\":"), "no private key is published");
    methods.iter().map(|method| method["id"].as_str().unwrap().to_owned()).collect()
}

async fn after_a_rotation_old_credentials_keep_verifying_and_new_ones_use_the_new_keys(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let old = app.minted().await;
    let before = published(&app).await;
    assert!(before.contains(&method(&old)) && before.contains(&kid(&old)));
    assert_eq!(before.len(), 2);

    let replica = app.replica().await;
    let path = "/v1/issuers/nea/keys:rotate";
    let rotated = app.post(path, &app.nea, &json!(null)).await.expect(200).json();
    let active: Vec<_> = rotated.as_array().unwrap().iter().map(|k| &k["active"]).collect();
    assert_eq!(active.iter().filter(|a| **a == &json!(true)).count(), 2);
    assert_eq!(active.len(), 4);
    let listed = app.read("/v1/issuers/nea/keys", &app.nea).await.expect(200).json();
    assert_eq!(listed, rotated);

    let after = published(&app).await;
    assert_eq!(after.len(), 4);
    assert!(before.iter().all(|key| after.contains(key)), "retired keys stay published");
    for minter in [&app, &replica] {
        let new = minter.mint(&samples::review()).await.expect(201).json();
        assert!(after.contains(&method(&new)) && !before.contains(&method(&new)));
        assert!(after.contains(&kid(&new)) && !before.contains(&kid(&new)));
        for verifier in [&app, &replica] {
            for minted in [&old, &new] {
                let jwt = minted["jwt"].as_str().unwrap().to_owned();
                for form in [minted["credential"].to_string(), jwt] {
                    let report = verifier.verify(form).await;
                    assert_eq!(report["verified"], true, "{report:#}");
                }
            }
        }
    }
    let page = app.get_as("/issuers/nea", "text/html").await.expect(200).text();
    assert!(page.contains("What it signed stays good"));
}

pub(super) async fn withdraw(app: &TestApp, key: &str) -> Vec<SigningKeyRow> {
    let parties = &app.app.issuance.parties;
    let nea = parties.party(PartyKind::Issuer, "nea").await.unwrap().unwrap();
    parties.withdraw(&nea, key, "operator").await.unwrap().unwrap()
}

async fn what_a_withdrawn_key_signed_verifies_nowhere_and_issuing_goes_on(database: Database) {
    let app = TestApp::new(database).await;
    let old = app.minted().await;
    let replica = app.replica().await;
    let json = old["credential"].to_string();
    let jwt = old["jwt"].as_str().unwrap().to_owned();
    // Both know the key, and have the list in memory that it signed.
    for verifier in [&app, &replica] {
        assert_eq!(verifier.verify(json.clone()).await["verified"], true);
    }
    let leaked = method(&old);
    assert_eq!(withdraw(&app, &leaked).await.len(), 3);
    assert_eq!(withdraw(&replica, &leaked).await.len(), 3, "once is enough");

    let document = app.get("/issuers/nea/did.json").await.expect(200).json();
    let trusted = document["assertionMethod"].as_array().unwrap();
    assert!(trusted.len() == 2 && !trusted.contains(&json!(leaked)), "{document:#}");
    let methods = document["verificationMethod"].as_array().unwrap();
    let told = methods.iter().find(|method| method["id"] == json!(leaked)).unwrap();
    assert_eq!(told["revoked"], "2026-06-01T10:00:00Z");

    for verifier in [&app, &replica] {
        let report = verifier.verify(json.clone()).await;
        assert_eq!(report["verdicts"]["authentic"], "no", "{report:#}");
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == "issuer-key").unwrap();
        assert_eq!(check["problem"]["code"], "key-revoked", "{check:#}");
        let detail = check["problem"]["detail"].as_str().unwrap();
        assert!(detail.contains("withdrew") && detail.contains(&leaked), "{detail}");
        // Its other form was signed by another key, and its list is signed by the new one.
        let report = verifier.verify(jwt.clone()).await;
        assert_eq!(report["verified"], true, "{report:#}");
        let new = verifier.mint(&samples::review()).await.expect(201).json();
        assert_ne!(method(&new), leaked);
        let report = verifier.verify(new["credential"].to_string()).await;
        assert_eq!(report["verified"], true, "{report:#}");
    }
    let page = format!("/credentials/{}", old["id"].as_str().unwrap());
    let page = app.get_as(&page, "text/html").await.expect(200).text();
    assert!(page.contains("Its key was withdrawn") && !page.contains("Not genuine"), "{page}");
    let list = old["credential"]["credentialStatus"]["statusListCredential"].as_str().unwrap();
    let list = list.strip_prefix("https://touchmark.example").unwrap();
    let list = app.get_as(list, "application/vc+ld+json").await.expect(200);
    assert!(!list.text().contains(&leaked), "{}", list.text());

    let page = app.get_as("/issuers/nea", "text/html").await.expect(200).text();
    assert!(page.contains("Withdrawn on June 1, 2026"), "{page}");
    let audit = app.app.issuance.store.audit_page(Some("nea"), None, 100).await.unwrap();
    let rows = audit.iter().filter(|row| row.entry.action == "keys.withdraw");
    let rows: Vec<_> = rows.map(|row| &row.entry).collect();
    assert_eq!((rows.len(), rows[0].actor.as_str()), (1, "operator"));
    let fragment = leaked.split_once('#').unwrap().1;
    assert_eq!(rows[0].detail, json!({"key": fragment}).to_string());
}

/// Its signature is not looked at, so anyone can write what names a withdrawn key.
async fn of_what_names_a_withdrawn_key_the_books_tell_what_was_issued_and_what_was_not(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    withdraw(&app, &method(&minted)).await;
    let genuine = minted["credential"].clone();
    let altered = with(genuine.clone(), json!({"name": "Another"}));
    let unknown = "https://touchmark.example/credentials/00000000-0000-4000-8000-000000000009";
    let made_up = with(altered.clone(), json!({"id": unknown}));
    let mut told = Vec::new();
    for (presented, headline, books) in [
        (genuine, "Its key was withdrawn", "pass"),
        (altered, "Not genuine", "fail"),
        (made_up, "Not genuine", "fail"),
    ] {
        let text = presented.to_string();
        let report = app.verify(text.clone()).await;
        assert_eq!(report["verdicts"]["authentic"], "no", "{report:#}");
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == "issuer-books");
        let check = check.unwrap_or_else(|| panic!("the books were asked: {report:#}"));
        assert_eq!(check["outcome"], books, "{report:#}");
        told.push(check["problem"].clone());
        let parts: [Part<'_>; 2] = [("text", None, text.as_bytes()), ("file", Some(""), b"")];
        let page = send(&app, "/verify", &parts).await.expect(200).text();
        for shown in ["Its key was withdrawn", "Not genuine"] {
            assert_eq!(page.contains(shown), shown == headline, "{shown}: {page}");
        }
    }
    assert_eq!(told[1], told[2], "who knows an id alone learns nothing by it");
}

async fn a_retired_key_is_withdrawn_without_a_new_one(database: Database) {
    let app = TestApp::new(database).await;
    let old = app.minted().await;
    app.post("/v1/issuers/nea/keys:rotate", &app.nea, &json!(null)).await.expect(200);
    let leaked = method(&old);
    let rows = withdraw(&app, leaked.split_once('#').unwrap().1).await;
    assert_eq!(rows.len(), 4);
    assert_eq!(rows.iter().filter(|row| row.state == KeyState::Active).count(), 2);
    let listed = app.read("/v1/issuers/nea/keys", &app.nea).await.expect(200).json();
    let listed = listed.as_array().unwrap();
    let withdrawn: Vec<_> = listed.iter().filter(|key| key.get("withdrawnAt").is_some()).collect();
    assert_eq!(withdrawn.len(), 1);
    assert_eq!((&withdrawn[0]["id"], &withdrawn[0]["active"]), (&json!(leaked), &json!(false)));
    let report = app.verify(old["credential"].to_string()).await;
    assert_eq!(report["verdicts"]["authentic"], "no", "{report:#}");
    let parties = &app.app.issuance.parties;
    let other = parties.party(PartyKind::Issuer, "other").await.unwrap().unwrap();
    assert!(parties.withdraw(&other, &leaked, "operator").await.unwrap().is_none());
}

async fn no_form_is_signed_anew_for_what_a_withdrawn_key_signed(database: Database) {
    const VC_JOSE: &str = "application/vc+jwt";
    let app = TestApp::new(database).await;
    let first = app.minted().await;
    let mint = async || app.mint(&samples::review()).await.expect(201).json();
    let page = |minted: &Value| format!("/credentials/{}", minted["id"].as_str().unwrap());
    // What is revoked says so in the form that is signed when it is first asked for.
    let revoked = mint().await;
    let reason = json!({"reason": "Awarded by mistake"});
    app.change(revoked["id"].as_str().unwrap(), "revoke", &reason).await.expect(200);
    let form = app.get_as(&page(&revoked), VC_JOSE).await.expect(200).text();
    let report = app.verify(form).await;
    assert_eq!(
        (&report["verdicts"]["authentic"], &report["status"]),
        (&json!("yes"), &json!("revoked"))
    );

    let (second, kept) = (mint().await, mint().await);
    let jose = app.get_as(&page(&kept), VC_JOSE).await.expect(200).text();
    withdraw(&app, &method(&first)).await;
    let refused = app.get_as(&page(&second), VC_JOSE).await.expect_problem(409, "key-withdrawn");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("withdrawn") && detail.contains("issuer"), "{detail}");
    // The forms that there are stay as they are.
    for form in ["json", "jwt"] {
        app.get(&format!("{}.{form}", page(&second))).await.expect(200);
    }
    assert_eq!(app.get_as(&page(&kept), VC_JOSE).await.expect(200).text(), jose);

    // It is the same where only the key of the JWT was withdrawn.
    let third = mint().await;
    withdraw(&app, &kid(&third)).await;
    app.get_as(&page(&third), VC_JOSE).await.expect_problem(409, "key-withdrawn");
    let report = app.verify(jose).await;
    assert_eq!(report["verdicts"]["authentic"], "no", "{report:#}");
    let new = mint().await;
    let form = app.get_as(&page(&new), VC_JOSE).await.expect(200).text();
    assert_eq!(app.verify(form).await["verified"], true);
}

#[tokio::test]
async fn two_issuers_share_no_key() {
    let app = TestApp::sqlite().await;
    let nea = app.get("/issuers/nea/did.json").await.expect(200).json();
    let other = app.get("/issuers/other/did.json").await.expect(200).json();
    let keys = |document: &Value| -> Vec<Value> {
        let methods = document["verificationMethod"].as_array().unwrap();
        let fragment = |m: &Value| m["id"].as_str().unwrap().split('#').nth(1).unwrap().into();
        methods.iter().map(fragment).collect()
    };
    assert!(keys(&nea).iter().all(|key| !keys(&other).contains(key)));
    app.get("/issuers/nobody/did.json").await.expect_problem(404, "not-found");
}
