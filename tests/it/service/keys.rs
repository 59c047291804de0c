//! Signing keys: rotation never un-publishes.

use serde_json::{Value, json};

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples;

on_both_databases! {
    after_a_rotation_old_credentials_keep_verifying_and_new_ones_use_the_new_keys
}

fn method(minted: &Value) -> String {
    let proof = &minted["credential"]["proof"];
    let proof = proof.as_array().map_or(proof, |proofs| &proofs[0]);
    proof["verificationMethod"].as_str().unwrap().to_owned()
}

fn kid(minted: &Value) -> String {
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
