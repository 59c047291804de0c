//! How a credential is secured: as a mint asks, else as its issuer does, else as usual.

use axum::http::Method;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use touchmark::model::securing::Cryptosuite;

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    each_mint_may_choose_and_every_choice_verifies_in_every_form
    keys_of_other_kinds_are_made_when_they_are_first_asked_for_and_rotated_like_the_others
    an_issuers_choice_is_its_credentials_and_its_lists_until_a_mint_says_otherwise
}

/// The embedded proof's cryptosuite, and the kind of the key that it names.
fn proof(credential: &Value) -> (String, &'static str) {
    // An Open Badge has it in an array, a status list alone.
    let proof = credential["proof"].get(0).unwrap_or(&credential["proof"]);
    let suite = proof["cryptosuite"].as_str().unwrap().to_owned();
    let copied = proof["@context"] == credential["@context"];
    assert_eq!(copied, suite.contains("-jcs-"), "{proof}");
    let method = proof["verificationMethod"].as_str().unwrap();
    let key = match method.split_once('#').unwrap().1.get(..4) {
        Some("z6Mk") => "Ed25519",
        Some("zDna") => "P-256",
        Some("z82L") => "P-384",
        other => panic!("{other:?}"),
    };
    (suite, key)
}

fn header(jwt: &str) -> Value {
    let header = BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').next().unwrap()).unwrap();
    serde_json::from_slice(&header).unwrap()
}

fn alg(jwt: &str) -> String {
    header(jwt)["alg"].as_str().unwrap().to_owned()
}

fn jwt(minted: &Value) -> &str {
    minted["jwt"].as_str().unwrap()
}

fn securing(cryptosuite: &str, alg: &str) -> Value {
    with(samples::review(), json!({"securing": {"cryptosuite": cryptosuite, "alg": alg}}))
}

async fn each_mint_may_choose_and_every_choice_verifies_in_every_form(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    for suite in Cryptosuite::ALL {
        let key = if suite.name().starts_with("eddsa") { "Ed25519" } else { "P-256" };
        for chosen in ["ES256", "EdDSA"] {
            let minted = app.mint(&securing(suite.name(), chosen)).await.expect(201).json();
            assert_eq!(proof(&minted["credential"]), (suite.name().to_owned(), key));
            assert_eq!(alg(jwt(&minted)), chosen);
            let path = format!("/credentials/{}", minted["id"].as_str().unwrap());
            let jose = app.get_as(&path, "application/vc+jwt").await.expect(200).text();
            assert_eq!(alg(&jose), chosen, "the forms of one credential are signed alike");
            let served = app.get(&format!("{path}.json")).await.expect(200).text();
            for form in [served, jwt(&minted).to_owned(), jose] {
                let report = app.verify(form).await;
                assert_eq!(report["verified"], true, "{report:#}");
            }
        }
    }
    let usual = app.mint(&samples::review()).await.expect(201).json();
    let usual_proof = ("eddsa-rdfc-2022".to_owned(), "Ed25519");
    assert_eq!((proof(&usual["credential"]), alg(jwt(&usual))), (usual_proof, "ES256".into()));
    for wrong in [
        json!({"cryptosuite": "ecdsa-sd-2023"}),
        json!({"cryptosuite": "EDDSA-RDFC-2022"}),
        json!({"alg": "PS256"}),
        json!({"curve": "P-521"}),
        json!({"alg": "none"}),
        json!({"suite": "eddsa-rdfc-2022"}),
        json!("eddsa-rdfc-2022"),
    ] {
        let refused = app.mint(&with(samples::review(), json!({"securing": wrong}))).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("/securing"), "{}", refused.text());
    }
}

/// The kinds of an issuer's active keys, and how many keys its DID document has.
async fn kinds(app: &TestApp) -> (Vec<String>, usize) {
    let keys = app.read("/v1/issuers/nea/keys", &app.nea).await.expect(200).json();
    let active = keys.as_array().unwrap().iter().filter(|key| key["active"] == true);
    let mut kinds: Vec<_> =
        active.map(|key| key["algorithm"].as_str().unwrap().to_owned()).collect();
    kinds.sort_unstable();
    let document = app.get("/issuers/nea/did.json").await.expect(200).json();
    let methods = document["verificationMethod"].as_array().unwrap();
    assert!(methods.iter().all(|method| method["id"].as_str().unwrap().len() < 150));
    (kinds, methods.len())
}

async fn keys_of_other_kinds_are_made_when_they_are_first_asked_for_and_rotated_like_the_others(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let usual = app.minted().await;
    assert_eq!(kinds(&app).await, (vec!["ES256".into(), "Ed25519".into()], 2));
    let chosen = json!({"cryptosuite": "ecdsa-jcs-2019", "curve": "P-384", "alg": "RS256"});
    let review = with(samples::review(), json!({"securing": chosen}));
    let mint = async |app: &TestApp| app.mint(&review).await.expect(201).json();
    let first = mint(&app).await;
    let all = ["ES256", "ES384", "Ed25519", "RS256"].map(str::to_owned).to_vec();
    assert_eq!(kinds(&app).await, (all.clone(), 4));
    let jose = format!("/credentials/{}", first["id"].as_str().unwrap());
    let jose = app.get_as(&jose, "application/vc+jwt").await.expect(200).text();
    assert_eq!((alg(jwt(&first)).as_str(), alg(&jose).as_str()), ("RS256", "RS256"));

    let replica = app.replica().await;
    assert_eq!(header(jwt(&mint(&replica).await))["kid"], header(jwt(&first))["kid"]);
    app.post("/v1/issuers/nea/keys:rotate", &app.nea, &json!(null)).await.expect(200);
    assert_eq!(kinds(&app).await, (all, 8));
    let second = mint(&replica).await;
    assert_ne!(header(jwt(&second))["kid"], header(jwt(&first))["kid"]);

    let es384 = json!({"cryptosuite": "ecdsa-rdfc-2019", "curve": "P-384", "alg": "ES384"});
    let es384 = with(samples::review(), json!({"securing": es384}));
    let third = app.mint(&es384).await.expect(201).json();
    assert_eq!(alg(jwt(&third)), "ES384");
    for (minted, key) in
        [(&usual, "Ed25519"), (&first, "P-384"), (&second, "P-384"), (&third, "P-384")]
    {
        assert_eq!(proof(&minted["credential"]).1, key);
        for form in [minted["credential"].to_string(), jwt(minted).to_owned()] {
            for verifier in [&app, &replica] {
                let report = verifier.verify(form.clone()).await;
                assert_eq!(report["verified"], true, "{report:#}");
            }
        }
    }
    assert_eq!(app.verify(jose).await["verified"], true);
}

#[tokio::test]
async fn replicas_that_need_different_keys_at_once_each_get_theirs() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let replica = app.replica().await;
    let asked = |alg: &str| with(samples::review(), json!({"securing": {"alg": alg}}));
    let (es384, rs256) = (asked("ES384"), asked("RS256"));
    let both = json!({"cryptosuite": "ecdsa-rdfc-2019", "curve": "P-384", "alg": "RS256"});
    let both = with(samples::review(), json!({"securing": both}));
    let (one, two) = (app.mint(&es384), replica.mint(&both));
    let (one, two, three) = tokio::join!(one, two, app.mint(&rs256));
    for (minted, expected) in [(one, "ES384"), (two, "RS256"), (three, "RS256")] {
        assert_eq!(alg(jwt(&minted.expect(201).json())), expected);
    }
    assert_eq!(kinds(&app).await.1, 4, "no key was made twice");
}

#[tokio::test]
async fn an_issuer_that_chooses_rsa_and_p_384_signs_its_lists_with_them() {
    let app = TestApp::sqlite().await;
    let chosen = json!({"cryptosuite": "ecdsa-rdfc-2019", "curve": "P-384", "alg": "RS256"});
    let profile = with(samples::nea(), json!({"securing": chosen}));
    app.put("/v1/issuers/nea", &app.admin, &profile).await.expect(200);
    let minted = app.minted().await;
    let list = minted["credential"]["credentialStatus"]["statusListCredential"].as_str().unwrap();
    let list = list.strip_prefix("https://touchmark.example").unwrap();
    assert_eq!(proof(&app.get(list).await.expect(200).json()).1, "P-384");
    assert_eq!(alg(&app.get_as(list, "text/plain").await.expect(200).text()), "RS256");
    let document = app.get("/issuers/nea/did.json").await.expect(200).json();
    let first = &document["verificationMethod"][0];
    assert_eq!(
        (&header(jwt(&minted))["kid"], &json!("RSA")),
        (&first["id"], &first["publicKeyJwk"]["kty"])
    );
    for form in [minted["credential"].to_string(), jwt(&minted).to_owned()] {
        let report = app.verify(form).await;
        assert_eq!(report["verified"], true, "{report:#}");
    }
}

async fn an_issuers_choice_is_its_credentials_and_its_lists_until_a_mint_says_otherwise(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let before = app.minted().await;
    let profile = json!({"securing": {"cryptosuite": "ecdsa-jcs-2019", "alg": "EdDSA"}});
    let profile = with(samples::nea(), profile);
    let changed = app.put("/v1/issuers/nea", &app.admin, &profile).await.expect(200).json();
    assert_eq!(changed["profile"]["securing"], profile["securing"]);
    let after = app.mint(&samples::review()).await.expect(201).json();
    let chosen = ("ecdsa-jcs-2019".to_owned(), "P-256");
    assert_eq!((proof(&after["credential"]), alg(jwt(&after))), (chosen.clone(), "EdDSA".into()));
    let one = json!({"securing": {"cryptosuite": "ecdsa-rdfc-2019"}});
    let one = app.mint(&with(samples::review(), one)).await.expect(201).json();
    let other = ("ecdsa-rdfc-2019".to_owned(), "P-256");
    assert_eq!((proof(&one["credential"]), alg(jwt(&one))), (other, "EdDSA".into()));

    let list = after["credential"]["credentialStatus"]["statusListCredential"].as_str().unwrap();
    let list = list.strip_prefix("https://touchmark.example").unwrap();
    assert_eq!(proof(&app.get(list).await.expect(200).json()), chosen);
    assert_eq!(alg(&app.get_as(list, "text/plain").await.expect(200).text()), "EdDSA");
    // Verifiers that look at no `kid` take the first key.
    let document = app.get("/issuers/nea/did.json").await.expect(200).json();
    let first = document["verificationMethod"][0]["id"].as_str().unwrap();
    assert_eq!(header(jwt(&after))["kid"], first);
    for minted in [&before, &after, &one] {
        let id = minted["id"].as_str().unwrap();
        let forms = [minted["credential"].to_string(), jwt(minted).to_owned()];
        for form in forms.clone() {
            assert_eq!(app.verify(form).await["verified"], true);
        }
        app.change(id, "revoke", &json!({"reason": "Withdrawn."})).await.expect(200);
        for form in forms {
            assert_eq!(app.verify(form).await["status"], "revoked");
        }
    }
}

async fn keyed(app: &TestApp, key: &str, review: &Value) -> Answer {
    let request = app.request(Method::POST, "/v1/issuers/nea/credentials").key(&app.nea);
    request.header("idempotency-key", key).json(review).send().await
}

#[tokio::test]
async fn asking_again_gives_the_same_bytes_whatever_the_issuer_chose_since() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let ecdsa = securing("ecdsa-rdfc-2019", "ES256");
    let first = keyed(&app, "a", &ecdsa).await.expect(201);
    let usual = keyed(&app, "b", &samples::review()).await.expect(201);
    let profile = with(samples::nea(), json!({"securing": {"cryptosuite": "eddsa-jcs-2022"}}));
    app.put("/v1/issuers/nea", &app.admin, &profile).await.expect(200);
    assert_eq!(keyed(&app, "a", &ecdsa).await.expect(201).bytes, first.bytes);
    assert_eq!(keyed(&app, "b", &samples::review()).await.expect(201).bytes, usual.bytes);
    let other = keyed(&app, "a", &samples::review()).await;
    other.expect_problem(422, "idempotency-key-reused");
    // To say nothing in an object is to say nothing.
    let nothing = with(samples::review(), json!({"securing": {}}));
    assert_eq!(keyed(&app, "b", &nothing).await.expect(201).bytes, usual.bytes);
}

#[tokio::test]
async fn each_line_of_a_batch_may_choose() {
    let app = TestApp::sqlite().await;
    app.publish(&samples::achievement()).await;
    let lines: String =
        Cryptosuite::ALL.map(|suite| securing(suite.name(), "ES256").to_string() + "\n").concat();
    let request = app.request(Method::POST, "/v1/issuers/nea/credentials:batch").key(&app.nea);
    let answer = request.header("content-type", "application/x-ndjson").body(lines).send().await;
    let text = answer.expect(200).text();
    let answers = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let suites = answers.map(|answer| proof(&answer["minted"]["credential"]).0);
    assert_eq!(suites.collect::<Vec<_>>(), Cryptosuite::ALL.map(|suite| suite.name().to_owned()));
}
