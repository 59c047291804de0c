//! The VC-API over HTTP: the rows of what its clients and the public suites ask.

mod data_model;
mod issuing;
mod suites;

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, Database, Setting, TestApp, on_both_databases};
use crate::support::samples::with;
use crate::vectors::presentations::{
    enveloped_in_the_old_style, presented_alone, signed_by_two_strangers, signed_the_older_way,
};
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::http::vc_api::VcApi;

on_both_databases! {
    a_credential_that_verifies_is_a_200_and_one_that_does_not_a_400
    a_presentation_is_verified_with_what_was_asked
}

/// `nea` is an issuer as any; `other` follows the conformance profile.
pub async fn app(database: Database) -> TestApp {
    let vc_api = VcApi { conformance: vec!["other".into()], ..VcApi::default() };
    let public_url = "https://touchmark.example".into();
    TestApp::set(database, Setting { vc_api, public_url, ..Setting::default() }).await
}

pub async fn ask(app: &TestApp, path: &str, body: &Value) -> Answer {
    app.request(Method::POST, path).json(body).send().await
}

pub fn codes(answer: &Value) -> Vec<&str> {
    let details = answer["problemDetails"].as_array().unwrap();
    details.iter().map(|detail| detail["code"].as_str().unwrap()).collect()
}

async fn a_credential_that_verifies_is_a_200_and_one_that_does_not_a_400(database: Database) {
    let app = app(database).await;
    let minted = app.minted().await;
    let credential = &minted["credential"];
    for path in ["/credentials/verify", "/nea/credentials/verify", "/other/credentials/verify"] {
        for options in [json!({}), json!({"checks": ["proof"], "unknown": 7}), json!(null)] {
            let body = json!({"verifiableCredential": credential, "options": options});
            let answer = ask(&app, path, &body).await.expect(200).json();
            assert_eq!(answer, json!({"verified": true, "problemDetails": []}), "{path}");
        }
        let changed = with(credential.clone(), json!({"name": "Another"}));
        let answer = ask(&app, path, &json!({"verifiableCredential": changed})).await;
        let answer = answer.expect(400).json();
        assert_eq!(answer["verified"], false);
        assert!(codes(&answer).contains(&"signature"), "{answer:#}");
        assert_eq!(answer.get("verifiableCredential"), None);
        assert_eq!(
            answer["problemDetails"][0]["type"],
            "https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR"
        );
    }
    for (body, media) in [
        ("{", "application/json"),
        ("hello", "application/json"),
        ("[]", "application/json"),
        ("{}", "application/ld+json"),
        (r#"{"verifiableCredential": null}"#, "application/json"),
        (r#"{"verifiableCredential": "eyJhbGciOiJub25lIn0.e30."}"#, "application/json"),
        (r#"{"verifiableCredential": []}"#, "application/json"),
        (r#"{"verifiableCredential": {}}"#, "application/json"),
        (r#"{"verifiableCredential": {"proof": null}}"#, "application/json"),
    ] {
        let asked = app.request(Method::POST, "/credentials/verify").header("content-type", media);
        asked.body(body).send().await.expect(400);
    }
    app.request(Method::POST, "/credentials/verify").body("{}").send().await.expect(415);
    ask(&app, "/nobody/credentials/verify", &json!({})).await.expect_problem(404, "not-found");
    let revoke = json!({"reason": "r"});
    app.change(minted["id"].as_str().unwrap(), "revoke", &revoke).await.expect(200);
    let body = json!({"verifiableCredential": credential});
    let answer = ask(&app, "/credentials/verify", &body).await.expect(400).json();
    assert_eq!(codes(&answer), ["revoked"]);
}

async fn a_presentation_is_verified_with_what_was_asked(database: Database) {
    let app = app(database).await;
    let minted = app.minted().await;
    let presentation = |credentials: Value| {
        json!({"@context": ["https://www.w3.org/ns/credentials/v2"],
               "type": ["VerifiablePresentation"], "verifiableCredential": credentials})
    };
    let path = "/presentations/verify";
    let good = presentation(json!([minted["credential"]]));
    let answer = ask(&app, path, &json!({"verifiablePresentation": good})).await.expect(200);
    assert_eq!(answer.json(), json!({"verified": true, "problemDetails": []}));
    let asked = json!({"verifiablePresentation": good, "options": {"challenge": "c"}});
    let answer = ask(&app, path, &asked).await.expect(400).json();
    assert_eq!(codes(&answer), ["unsigned-presentation"]);
    let asked = json!({"verifiablePresentation": good, "options": {"domain": 7}});
    ask(&app, path, &asked).await.expect_problem(400, "unreadable");
    let changed = with(minted["credential"].clone(), json!({"name": "Another"}));
    let two = presentation(json!([minted["credential"], changed]));
    let answer = ask(&app, path, &json!({"verifiablePresentation": two})).await.expect(400).json();
    let at = answer["problemDetails"][0]["pointer"].as_str().unwrap();
    assert!(at.starts_with("/verifiableCredential/1"), "{answer:#}");
    let none = presentation(json!([]));
    let answer = ask(&app, path, &json!({"verifiablePresentation": none})).await.expect(400).json();
    assert_eq!(codes(&answer), ["no-proof"]);

    for (holder, status) in [
        (json!("did:example:holder"), 200),
        (json!({"id": "did:example:holder"}), 200),
        (json!("holder"), 400),
        (json!({"id": "not a url"}), 400),
        (json!({"name": "H"}), 400),
        (json!(7), 400),
    ] {
        let held = with(good.clone(), json!({"holder": holder}));
        let answer = ask(&app, path, &json!({"verifiablePresentation": held})).await;
        assert_eq!(answer.status, status, "{holder}: {}", answer.text());
    }
    for broken in
        [json!({"@context": null}), json!({"type": "Presentation"}), json!({"type": null})]
    {
        let broken = with(good.clone(), broken);
        ask(&app, path, &json!({"verifiablePresentation": broken})).await.expect(400);
    }

    // What is the one is not the other.
    let answer = ask(&app, "/credentials/verify", &json!({"verifiableCredential": good})).await;
    assert_eq!(codes(&answer.expect(400).json()), ["not-a-credential"]);
    let asked = json!({"verifiablePresentation": minted["credential"]});
    assert_eq!(codes(&ask(&app, path, &asked).await.expect(400).json()), ["not-a-presentation"]);
}

#[tokio::test]
async fn who_is_in_the_operators_file_is_told_by_name() {
    let file = "[[issuer]]\nid = \"did:web:touchmark.example:issuers:nea\"\n\
                name = \"Known to us\"\nfrom = \"a letter\"\n";
    let trusted = Some(Arc::new(TrustedIssuers::parse(file).unwrap()));
    let app = TestApp::set(Database::sqlite(), Setting { trusted, ..Setting::default() }).await;
    let minted = app.minted().await;
    let body = json!({"verifiableCredential": minted["credential"]});
    let answer = ask(&app, "/credentials/verify", &body).await.expect(200).json();
    let known = json!({"name": "Known to us", "from": "a letter"});
    assert_eq!(answer, json!({"verified": true, "problemDetails": [], "knownAs": known}));
    // A name vouches for nothing that was not signed.
    let changed = with(minted["credential"].clone(), json!({"name": "Another"}));
    let body = json!({"verifiableCredential": changed});
    let answer = ask(&app, "/credentials/verify", &body).await.expect(400).json();
    assert_eq!(answer.get("knownAs"), None, "{answer:#}");
}

#[tokio::test]
async fn domain_and_challenge_must_be_those_that_were_signed() {
    let app = app(Database::sqlite()).await;
    let own = presented_alone();
    let path = "/presentations/verify";
    for (options, code) in [
        (json!({}), None),
        (json!({"domain": "https://verifier.example", "challenge": "8f2c"}), None),
        (json!({"domain": "https://evil.example", "challenge": "8f2c"}), Some("domain-mismatch")),
        (json!({"challenge": "another"}), Some("challenge-mismatch")),
    ] {
        let body = json!({"verifiablePresentation": own, "options": options});
        let answer = ask(&app, path, &body).await;
        match code {
            None => drop(answer.expect(200)),
            Some(code) => assert_eq!(codes(&answer.expect(400).json()), [code]),
        }
    }
}

#[tokio::test]
async fn the_status_of_a_failure_can_be_set() {
    let vc_api = VcApi::of(Some(422), Vec::new()).unwrap();
    let setting = Setting { vc_api, ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    let unsigned = json!({"verifiableCredential": {"@context": []}});
    let answer = ask(&app, "/credentials/verify", &unsigned).await.expect(422).json();
    assert_eq!(answer["verified"], false);
    // What is no request stays a 400.
    ask(&app, "/credentials/verify", &json!({})).await.expect(400);
}

#[tokio::test]
async fn jwts_of_the_old_style_are_read_in_envelopes_by_the_conformance_profile() {
    let app = app(Database::sqlite()).await;
    let asked = |typ: &str, challenge: &str| {
        let presentation = enveloped_in_the_old_style(typ);
        json!({"verifiablePresentation": presentation, "options": {"challenge": challenge}})
    };
    let path = "/other/presentations/verify";
    ask(&app, path, &asked("JWT", "8f2c")).await.expect(200);
    let answer = ask(&app, path, &asked("JWT", "another")).await.expect(400).json();
    assert_eq!(codes(&answer), ["challenge-mismatch"]);
    // Only where it does not say that it is of the new style.
    ask(&app, path, &asked("vp+jwt", "8f2c")).await.expect(400);
    // For anyone else it mixes the data models.
    let answer = ask(&app, "/presentations/verify", &asked("JWT", "8f2c")).await;
    assert!(codes(&answer.expect(400).json()).contains(&"mixed-data-models"));
}

#[tokio::test]
async fn older_signatures_proof_sets_and_chains_verify() {
    let app = app(Database::sqlite()).await;
    let path = "/other/credentials/verify";
    let ask = async |credential: &Value| {
        ask(&app, path, &json!({"verifiableCredential": credential})).await
    };
    ask(&signed_the_older_way(&json!({}))).await.expect(200);
    ask(&signed_the_older_way(&json!({"created": null}))).await.expect(400);
    for previous in [None, Some(json!("urn:uuid:first")), Some(json!(["urn:uuid:first"]))] {
        let good = signed_by_two_strangers(previous.clone());
        let answer = ask(&good).await;
        assert_eq!(answer.status, 200, "{previous:?}: {}", answer.text());
        for index in 0..2 {
            let mut changed = good.clone();
            let value = changed["proof"][1 - index]["proofValue"].clone();
            changed["proof"][index]["proofValue"] = value;
            ask(&changed).await.expect(400);
        }
    }
    for previous in [json!(7), json!("urn:uuid:absent"), json!([7])] {
        ask(&signed_by_two_strangers(Some(previous))).await.expect(400);
    }
}
