//! Endorsements of an outside committee that it never signed: none of them puts anything on its
//! menu.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use touchmark::store::PartyKind;

use crate::support::app::TestApp;

const COMMITTEE: &str = "did:web:committee.example";
const ACHIEVEMENT: &str = "https://touchmark.example/achievements/nea.restorative-practices";
const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OPEN_BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// A JWS by a key of nobody's.
fn presentation_jws(payload: &Value) -> String {
    let key = SigningKey::from_bytes(&[9; 32]);
    let bytes = [&[0xed, 0x01][..], key.verifying_key().as_bytes()].concat();
    let name = format!("z{}", bs58::encode(bytes).into_string());
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "EdDSA", "typ": "vp+jwt", "kid": format!("did:key:{name}#{name}")});
    let mut payload = payload.clone();
    payload["holder"] = format!("did:key:{name}").into();
    let input = format!("{}.{}", encode(&header), encode(&payload));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(input.as_bytes()).to_bytes());
    format!("{input}.{signature}")
}

fn forged(types: &[&str], context: &Value) -> Value {
    json!({"@context": context, "type": types, "issuer": COMMITTEE,
           "validFrom": "2026-01-01T00:00:00Z",
           "credentialSubject": {"id": ACHIEVEMENT, "type": ["EndorsementSubject"]}})
}

/// The code of what an office that goes by the committee's menu decides.
async fn decides(app: &TestApp, minted: &Value, endorsement: &Value) -> Value {
    let key = app.api_key(Some("recognizer:district"), &["claim"]).await;
    let belongs = json!({"decision": "yes", "reason": "She was here", "by": "M. Okafor"});
    let claim = json!({"policy": "pay", "claimant": {"licenseNumber": "44-71"},
        "endorsements": [endorsement],
        "credentials": [{"credential": minted["credential"], "belongs": belongs}]});
    let path = "/v1/recognizers/district/claims?dry_run=true";
    let decided = app.post(path, &key, &claim).await.expect(200).json();
    decided["decision"]["credentials"][0]["reasons"][0]["code"].clone()
}

async fn district() -> TestApp {
    let app = TestApp::sqlite().await;
    let profile = serde_json::from_value(json!({"name": "A district (example)"})).unwrap();
    let parties = &app.app.issuance.parties;
    parties.add(PartyKind::Recognizer, "district", &profile, "test").await.unwrap();
    let key = app.api_key(Some("recognizer:district"), &["policy"]).await;
    let policy = json!({"id": "pay", "version": "1", "name": "Pay", "belongs": "likely",
        "recognizer": {"name": "A district (example)"}, "authority": [{"title": "A rule (example)"}],
        "unit": "USD", "accepts": [{"menu": COMMITTEE}],
        "award": {"perCredential": {"amount": "200"}}});
    app.post("/v1/recognizers/district/policies", &key, &policy).await.expect(201);
    app
}

#[tokio::test]
async fn a_presentation_that_calls_itself_an_endorsement_is_its_holders_word_alone() {
    let app = district().await;
    let types = ["VerifiablePresentation", "VerifiableCredential", "EndorsementCredential"];
    let minted = app.minted().await;
    let jws = presentation_jws(&forged(&types, &json!([V2, OPEN_BADGES])));
    // It holds, so that it is not for its signature that it counts for nothing.
    let report = app.verify(jws.clone()).await;
    assert_eq!(
        (&report["verified"], &report["form"]),
        (&json!(true), &json!("vp+jwt")),
        "{report:#}"
    );
    assert_eq!(decides(&app, &minted, &json!(jws)).await, "menu-unknown");
}

#[tokio::test]
async fn an_unsigned_presentation_of_something_genuine_is_nobodys_word() {
    let app = district().await;
    let minted = app.minted().await;
    let context = json!([V2, {"EndorsementCredential": "urn:x:e", "EndorsementSubject": "urn:x:s",
        "issuer": "urn:x:i", "credentialSubject": "urn:x:c", "validFrom": "urn:x:f"}]);
    // By words of its own it holds as what it is; by those of an endorsement it is malformed.
    for (context, holds) in [(context, true), (json!([V2, OPEN_BADGES]), false)] {
        let mut around = forged(&["VerifiablePresentation", "EndorsementCredential"], &context);
        around["verifiableCredential"] = json!([minted["credential"]]);
        let report = app.verify(around.to_string()).await;
        assert_eq!(report["verified"], holds, "{report:#}");
        assert_eq!(decides(&app, &minted, &around).await, "menu-unknown");
    }
}
