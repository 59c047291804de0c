//! Issuing and status by the VC-API.

use axum::http::Method;
use base64::Engine as _;
use serde_json::{Value, json};
use touchmark::did;
use touchmark::jsonld::Contexts;
use touchmark::model::key::Algorithm;
use touchmark::store::PartyKind;

use super::{app, ask, codes};
use crate::support::app::{Answer, Database, Setting, TestApp, on_both_databases};
use crate::support::samples::with;

on_both_databases! {
    asking_again_under_the_same_key_signs_once
    what_is_issued_gets_its_status_and_verifies_until_it_is_revoked
    every_mechanism_signs_for_an_instance_that_names_it
    the_data_model_1_1_is_issued_too
    a_did_key_of_the_issuer_signs_in_the_conformance_profile_and_its_list_with_it
    an_id_of_the_issuers_own_is_taken_once_and_held_by_the_books
}

pub(super) const V2: &str = "https://www.w3.org/ns/credentials/v2";
const V1: &str = "https://www.w3.org/2018/credentials/v1";
pub(super) const EXAMPLES: &str = "https://www.w3.org/ns/credentials/examples/v2";
pub(super) const NEA: &str = "did:web:touchmark.example:issuers:nea";
pub(super) const OTHER: &str = "did:web:touchmark.example:issuers:other";

pub(super) fn plain() -> Value {
    json!({"@context": [V2], "type": ["VerifiableCredential"], "issuer": NEA,
           "credentialSubject": {"id": "did:example:subject"}})
}

fn old() -> Value {
    json!({"@context": [V1], "type": ["VerifiableCredential"], "issuer": NEA,
           "issuanceDate": "2026-01-01T00:00:00Z",
           "credentialSubject": {"id": "did:example:subject"}})
}

pub(super) async fn issue(app: &TestApp, instance: &str, credential: &Value) -> Answer {
    let key = if instance.contains("other") { &app.other } else { &app.nea };
    let body = json!({"credential": credential, "options": {}});
    app.post(&format!("{instance}/credentials/issue"), key, &body).await
}

pub(super) async fn issued(app: &TestApp, instance: &str, credential: &Value) -> Value {
    let answer = issue(app, instance, credential).await.expect(201).json();
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer:#}");
    answer["verifiableCredential"].clone()
}

pub(super) async fn verified(app: &TestApp, instance: &str, credential: &Value) -> Answer {
    let path = format!("{instance}/credentials/verify");
    ask(app, &path, &json!({"verifiableCredential": credential})).await
}

async fn what_is_issued_gets_its_status_and_verifies_until_it_is_revoked(database: Database) {
    let app = app(database).await;
    for instance in ["", "/nea"] {
        let given = with(plain(), json!({"name": "A", "validUntil": "2030-01-01T00:00:00Z"}));
        let credential = issued(&app, instance, &given).await;
        // What was given stands as it was given.
        for (member, value) in given.as_object().unwrap() {
            assert_eq!(credential[member], *value, "{member}");
        }
        let proof = &credential["proof"];
        assert_eq!(proof["cryptosuite"], "eddsa-rdfc-2022");
        assert_eq!(proof["proofPurpose"], "assertionMethod");
        assert_eq!(proof["created"], "2026-06-01T10:00:00Z");
        let entry = &credential["credentialStatus"];
        assert_eq!(entry["type"], "BitstringStatusListEntry");
        assert_eq!(entry["statusPurpose"], "revocation");
        assert!(entry["statusListIndex"].as_str().unwrap().parse::<u32>().is_ok());
        let list = entry["statusListCredential"].as_str().unwrap();
        assert!(list.starts_with("https://") && entry["id"] != list, "{entry}");
        assert_eq!(entry.get("statusSize"), None);
        verified(&app, "", &credential).await.expect(200);

        // The list, as clients of the suites ask for it.
        let path = list.strip_prefix("https://touchmark.example").unwrap();
        let accept = "application/ld+json, application/json";
        let signed = app.get_as(path, accept).await.expect(200).json();
        assert_eq!(signed["issuer"], NEA);
        assert_eq!(signed["credentialSubject"]["type"], "BitstringStatusList");
        verified(&app, "", &signed).await.expect(200);

        // Found by its link, and in the books.
        let id = credential["id"].as_str().unwrap();
        let path = id.strip_prefix("https://touchmark.example").unwrap();
        assert_eq!(app.get_as(path, "application/json").await.expect(200).json(), credential);
        app.get_as(path, "text/html").await.expect(200);
        app.get(&format!("{path}.jwt")).await.expect(404);
        let short = path.rsplit('/').next().unwrap();
        let path = format!("/v1/issuers/nea/credentials/{short}");
        let record = app.read(&path, &app.nea).await.expect(200).json();
        assert_eq!((&record["status"], record.get("achievement")), (&json!("good"), None));

        let path = format!("{instance}/credentials/status");
        let entry = json!({"type": "BitstringStatusListEntry", "statusPurpose": "revocation"});
        let body = json!({"credentialId": id, "credentialStatus": entry, "status": true});
        let answer = app.post(&path, &app.nea, &body).await.expect(200).json();
        assert_eq!(answer, json!({"credential": id, "status": "revoked"}));
        let answer = verified(&app, "", &credential).await.expect(400).json();
        assert_eq!(codes(&answer), ["revoked"]);
        let back = with(body.clone(), json!({"status": false}));
        app.post(&path, &app.nea, &back).await.expect_problem(422, "invalid");
        let suspend = with(entry, json!({"statusPurpose": "suspension"}));
        let body = with(body, json!({"credentialStatus": suspend}));
        app.post(&path, &app.nea, &body).await.expect_problem(409, "status-is-final");
    }
    // No page of an achievement comes of it.
    let achievements = app.read("/v1/issuers/nea/achievements", &app.nea).await.expect(200);
    assert!(!achievements.text().contains("\"slug\":\"\""), "{}", achievements.text());
    app.get_as("/issuers/nea", "text/html").await.expect(200);
}

async fn every_mechanism_signs_for_an_instance_that_names_it(database: Database) {
    let app = app(database).await;
    for suite in ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"] {
        let by_path = issued(&app, &format!("/nea.{suite}"), &plain()).await;
        let options = json!({"type": "DataIntegrityProof", "cryptosuite": suite});
        let body = json!({"credential": plain(), "options": options});
        let answer = app.post("/nea/credentials/issue", &app.nea, &body).await.expect(201).json();
        for credential in [&by_path, &answer["verifiableCredential"]] {
            assert_eq!(credential["proof"]["cryptosuite"], suite);
            // A suite over JSON keeps the document's context beside the proof.
            let own = credential["proof"].get("@context");
            assert_eq!(own.is_some(), suite.contains("jcs"), "{suite}");
            verified(&app, "", credential).await.expect(200);
            let changed = with(credential.clone(), json!({"name": "Another"}));
            let answer = verified(&app, "", &changed).await.expect(400).json();
            assert!(codes(&answer).contains(&"signature"), "{suite}: {answer:#}");
        }
    }
    let envelope = issued(&app, "/nea.vc+jwt", &plain()).await;
    assert_eq!(envelope["@context"], V2);
    assert_eq!(envelope["type"], "EnvelopedVerifiableCredential");
    assert!(envelope["id"].as_str().unwrap().starts_with("data:application/vc+jwt,ey"));
    verified(&app, "", &envelope).await.expect(200);
    for change in [
        json!({"@context": null}),
        json!({"@context": ""}),
        json!({"@context": "https://a.example/"}),
        json!({"id": "https://a.example/1"}),
        json!({"type": null}),
        json!({"type": "Enveloped"}),
    ] {
        verified(&app, "", &with(envelope.clone(), change.clone())).await.expect(400);
    }
    for unknown in [
        json!({"cryptosuite": "bbs-2023"}),
        json!({"cryptosuite": "eddsa-rdfc-2022", "curve": "P-384"}),
        json!({"cryptosuite": "ecdsa-rdfc-2019", "curve": "P-521"}),
        json!({"type": "vc+jwt", "alg": "none"}),
    ] {
        let body = json!({"credential": plain(), "options": unknown});
        app.post("/nea/credentials/issue", &app.nea, &body).await.expect_problem(400, "unreadable");
    }
    issue(&app, "/nea.Ed25519Signature2020", &plain()).await.expect_problem(400, "unreadable");
}

async fn asking_again_under_the_same_key_signs_once(database: Database) {
    let app = app(database).await;
    let ask = async |key: &str, path: &str, body: &Value| {
        let request = app.request(Method::POST, path).key(&app.nea);
        request.header("idempotency-key", key).json(body).send().await
    };
    let body = json!({"credential": with(plain(), json!({"id": "urn:uuid:1"})), "options": {}});
    let path = "/nea/credentials/issue";
    let first = ask("a", path, &body).await.expect(201);
    assert_eq!(first.headers.get("idempotency-replayed"), None);
    for _ in 0..2 {
        let again = ask("a", path, &body).await.expect(201);
        assert_eq!(again.bytes, first.bytes);
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
    // Another key, and none, are other requests: their id is taken.
    ask("b", path, &body).await.expect_problem(409, "taken");
    app.post(path, &app.nea, &body).await.expect_problem(409, "taken");
    let other = json!({"credential": plain()});
    ask("a", path, &other).await.expect_problem(422, "idempotency-key-reused");
    // So is another way of securing.
    let jose = "/nea.vc+jwt/credentials/issue";
    ask("a", jose, &body).await.expect_problem(422, "idempotency-key-reused");
    let envelope = ask("c", jose, &other).await.expect(201);
    assert_eq!(ask("c", jose, &other).await.expect(201).bytes, envelope.bytes);
    assert_eq!(envelope.json()["verifiableCredential"]["type"], "EnvelopedVerifiableCredential");
    ask("", path, &other).await.expect_problem(400, "unreadable");

    // So is another set of rules: what passed the suites' has not passed a reader's.
    let by_other = async |path: &str| {
        let request = app.request(Method::POST, path).key(&app.other);
        let body = json!({"credential": with(plain(), json!({"issuer": OTHER}))});
        request.header("idempotency-key", "e").json(&body).send().await
    };
    by_other("/other/credentials/issue").await.expect(201);
    by_other("/credentials/issue").await.expect_problem(422, "idempotency-key-reused");
    assert_eq!(by_other("/other/credentials/issue").await.status, 201);

    // Who asks at the same time gets the winner's bytes.
    let body = json!({"credential": with(plain(), json!({"id": "urn:uuid:2"}))});
    let all = (0..5).map(|_| ask("d", path, &body));
    let all = futures_util::future::join_all(all).await;
    let first = all[0].bytes.clone();
    assert!(all.into_iter().all(|answer| answer.expect(201).bytes == first));
}

#[tokio::test]
async fn the_curve_and_the_alg_may_be_named_by_path_and_by_option() {
    let app = app(Database::sqlite()).await;
    let asked = async |instance: &str, options: Value| {
        let body = json!({"credential": plain(), "options": options});
        let path = format!("{instance}/credentials/issue");
        let answer = app.post(&path, &app.nea, &body).await.expect(201).json();
        verified(&app, "", &answer["verifiableCredential"]).await.expect(200);
        answer["verifiableCredential"].clone()
    };
    for suite in ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"] {
        for signed in [
            asked(&format!("/nea.{suite}.P-384"), json!({})).await,
            asked("/nea", json!({"cryptosuite": suite, "curve": "P-384"})).await,
        ] {
            assert_eq!(signed["proof"]["cryptosuite"], suite);
            let method = signed["proof"]["verificationMethod"].as_str().unwrap();
            assert!(method.contains("#z82L"), "{method}");
        }
    }
    for alg in ["RS256", "ES384", "ES256", "EdDSA"] {
        for signed in [
            asked(&format!("/nea.vc+jwt.{alg}"), json!({})).await,
            asked("/nea.vc+jwt", json!({"alg": alg})).await,
        ] {
            let jwt = signed["id"].as_str().unwrap().split_once(',').unwrap().1;
            let header = base64::prelude::BASE64_URL_SAFE_NO_PAD
                .decode(jwt.split('.').next().unwrap())
                .unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            assert_eq!(header["alg"], alg);
        }
    }
}

#[tokio::test]
async fn a_curve_or_an_alg_of_no_way_of_securing_is_refused_with_what_to_name() {
    let app = app(Database::sqlite()).await;
    for (options, named) in [
        (json!({"curve": "P-384"}), "cryptosuite"),
        (json!({"type": "DataIntegrityProof", "curve": "P-384"}), "cryptosuite"),
        (json!({"alg": "RS256"}), "vc+jwt"),
    ] {
        let body = json!({"credential": plain(), "options": options});
        let refused = app.post("/nea/credentials/issue", &app.nea, &body).await;
        assert!(refused.text().contains(named), "{}", refused.text());
        refused.expect_problem(400, "unreadable");
    }
}

async fn the_data_model_1_1_is_issued_too(database: Database) {
    let app = app(database).await;
    for suite in ["", ".eddsa-jcs-2022", ".ecdsa-rdfc-2019"] {
        let given = with(old(), json!({"expirationDate": "2030-01-01T00:00:00Z"}));
        let credential = issued(&app, &format!("/nea{suite}"), &given).await;
        let contexts = credential["@context"].as_array().unwrap();
        assert_eq!(contexts[0], V1);
        assert!(contexts.contains(&json!("https://w3id.org/security/data-integrity/v2")));
        verified(&app, "", &credential).await.expect(200);
    }
    let answer = issue(&app, "/nea.vc+jwt", &old()).await.expect(400).json();
    assert_eq!(codes(&answer), ["vc-jose-of-1-1"]);
    let mixed = with(old(), json!({"validFrom": "2026-01-01T00:00:00Z"}));
    let answer = issue(&app, "/nea", &mixed).await.expect(400).json();
    assert!(codes(&answer).contains(&"mixed-data-models"), "{answer:#}");
}

async fn a_did_key_of_the_issuer_signs_in_the_conformance_profile_and_its_list_with_it(
    database: Database,
) {
    let app = app(database).await;
    let parties = &app.app.issuance.parties;
    let other = parties.party(PartyKind::Issuer, "other").await.unwrap().unwrap();
    let signers = parties.signers_with(&other, &Algorithm::ALL).await.unwrap();
    let did = |kind| did::key::did(&signers.of(kind).unwrap().public);
    let (ed25519, p256) = (did(Algorithm::Ed25519), did(Algorithm::P256));
    let p384 = did(Algorithm::P384);
    for (instance, issuer) in [
        ("/other", &ed25519),
        ("/other.eddsa-jcs-2022", &ed25519),
        ("/other", &p256),
        ("/other.ecdsa-rdfc-2019", &p256),
        ("/other.ecdsa-jcs-2019", &p256),
        ("/other", &p384),
        ("/other.ecdsa-rdfc-2019", &p384),
        ("/other.ecdsa-jcs-2019.P-384", &p384),
        ("/other.vc+jwt", &p256),
    ] {
        let given =
            with(plain(), json!({"@context": [V2, EXAMPLES], "issuer": issuer, "made": "up"}));
        let credential = issued(&app, instance, &given).await;
        verified(&app, "/other", &credential).await.expect(200);
        // Elsewhere nobody knows the made-up terms.
        verified(&app, "", &credential).await.expect(400);
        if let Some(proof) = credential.get("proof") {
            let method = proof["verificationMethod"].as_str().unwrap();
            assert!(method.starts_with(&format!("{issuer}#z")), "{method}");
            let list = credential["credentialStatus"]["statusListCredential"].as_str().unwrap();
            let path = list.strip_prefix("https://touchmark.example").unwrap();
            let list = app.get_as(path, "application/json").await.expect(200).json();
            assert_eq!(list["issuer"], **issuer);
            verified(&app, "", &list).await.expect(200);
        }
        // Revoked by its entry, since an id may stand for many.
        let entry = &credential["credentialStatus"];
        if entry.is_object() {
            let body = json!({"credentialStatus": entry});
            app.post("/other/credentials/status", &app.other, &body).await.expect(200);
            assert_eq!(
                codes(&verified(&app, "/other", &credential).await.expect(400).json()),
                ["revoked"]
            );
        }
    }
    // The same id again: the suites issue one fixture many times.
    for _ in 0..2 {
        let given = with(plain(), json!({"issuer": ed25519, "id": "urn:uuid:fixture"}));
        verified(&app, "/other", &issued(&app, "/other", &given).await).await.expect(200);
    }
    for (instance, issuer, code) in [
        ("/other.ecdsa-rdfc-2019", json!(ed25519), "key-type"),
        ("/other.vc+jwt.RS256", json!(ed25519), "key-type"),
        ("/other", json!(null), "issuer"),
        // Outside of the profile an issuer is its did:web.
        ("/nea", json!(ed25519), "other-issuer"),
    ] {
        let answer = issue(&app, instance, &with(plain(), json!({"issuer": issuer}))).await;
        assert_eq!(codes(&answer.expect(400).json()), [code], "{instance} {issuer}");
    }
    // A retired key goes on with the list that only it can speak for.
    let given = with(plain(), json!({"issuer": ed25519}));
    let credential = issued(&app, "/other", &given).await;
    app.post("/v1/issuers/other/keys:rotate", &app.other, &json!(null)).await.expect(200);
    verified(&app, "/other", &credential).await.expect(200);
    // It signs no more: to the profile its did:key is a stranger's name now.
    let by_another = issued(&app, "/other", &given).await;
    let method = by_another["proof"]["verificationMethod"].as_str().unwrap();
    assert!(method.starts_with(OTHER), "{method}");
}

async fn an_id_of_the_issuers_own_is_taken_once_and_held_by_the_books(database: Database) {
    let app = app(database).await;
    let given = with(plain(), json!({"id": "urn:uuid:1", "name": "A"}));
    let credential = issued(&app, "/nea", &given).await;
    verified(&app, "", &credential).await.expect(200);
    issue(&app, "/nea", &given).await.expect_problem(409, "taken");
    let status = json!({"type": "BitstringStatusListEntry"});
    let body = json!({"credentialId": "urn:uuid:1", "credentialStatus": status});
    app.post("/nea/credentials/status", &app.other, &body).await.expect_problem(404, "not-found");
    let none = with(body.clone(), json!({"credentialId": "urn:uuid:2"}));
    app.post("/nea/credentials/status", &app.nea, &none).await.expect_problem(404, "not-found");
    let answer = app.post("/nea/credentials/status", &app.nea, &body).await.expect(200).json();
    assert_eq!(answer["credential"], "urn:uuid:1");
    let ours = with(plain(), json!({"id": "https://touchmark.example/credentials/x"}));
    assert_eq!(codes(&issue(&app, "/nea", &ours).await.expect(400).json()), ["id-of-ours"]);
    // Who has no issuer named gets it filled in; the key says which.
    let unnamed = with(plain(), json!({"issuer": null}));
    assert_eq!(issued(&app, "", &unnamed).await["issuer"], NEA);
    let body = json!({"credential": unnamed});
    app.post("/credentials/issue", &app.admin, &body).await.expect_problem(400, "unreadable");
    let body = json!({"credential": plain()});
    app.post("/credentials/issue", &app.admin, &body).await.expect(201);
    // The key of another, and one without the scope.
    app.post("/nea/credentials/issue", &app.other, &body).await.expect_problem(404, "not-found");
    // Minting by achievements is no leave to sign anything.
    let status = app.api_key(Some("nea"), &["status", "mint"]).await;
    app.post("/nea/credentials/issue", &status, &body).await.expect_problem(403, "forbidden");
    let issue = app.api_key(Some("nea"), &["issue"]).await;
    app.post("/nea/credentials/status", &issue, &json!({"credentialStatus": {"type": "x"}}))
        .await
        .expect_problem(403, "forbidden");
    let one = app.limited_key(Some("nea"), &["issue"], 1).await;
    app.post("/nea/credentials/issue", &one, &body).await.expect(201);
    app.post("/nea/credentials/issue", &one, &body).await.expect_problem(429, "mint-ceiling");
}

#[tokio::test]
async fn only_what_is_about_the_same_subject_takes_its_place() {
    let app = app(Database::sqlite()).await;
    let of = |subject: Value| with(plain(), json!({"credentialSubject": subject}));
    let subject = json!({"id": "did:example:a"});
    let mut ids = Vec::new();
    for about in [&subject, &json!({"id": "did:example:b"}), &json!({"type": "did:example:Person"})]
    {
        let credential = issued(&app, "/nea", &of(about.clone())).await;
        ids.push(credential["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
    }
    for other in &ids[1..] {
        let body = json!({"reason": "r", "successor": other});
        app.change(&ids[0], "supersede", &body).await.expect_problem(409, "not-a-successor");
    }
    let again = issued(&app, "/nea", &of(subject)).await;
    let body = json!({"reason": "r", "successor": again["id"]});
    app.change(&ids[0], "supersede", &body).await.expect(200);
}

#[tokio::test]
async fn contexts_that_the_operator_pinned_are_known() {
    let url = "https://own.example/context";
    let pinned = br#"{"@context": {"ownWord": "https://own.example/word"}}"#;
    let contexts = Contexts::bundled_and([(url, &pinned[..])]).unwrap();
    let setting = Setting { contexts: Box::leak(Box::new(contexts)), ..Setting::default() };
    let app = TestApp::set(Database::sqlite(), setting).await;
    let given = with(plain(), json!({"@context": [V2, url], "ownWord": "x"}));
    let credential = issued(&app, "/nea", &given).await;
    verified(&app, "", &credential).await.expect(200);
}

#[tokio::test]
async fn the_list_that_a_credential_names_is_served_bare_to_who_asks_for_json() {
    let app = app(Database::sqlite()).await;
    let credential = issued(&app, "/nea", &plain()).await;
    let entry = &credential["credentialStatus"];
    assert_eq!((&entry["statusPurpose"], entry.get("statusSize")), (&json!("revocation"), None));
    let url = entry["statusListCredential"].as_str().unwrap();
    assert!(url.starts_with("https://") && entry["id"] != url, "{entry}");
    let path = url.strip_prefix("https://touchmark.example").unwrap();
    let answer = app.get_as(path, "application/ld+json, application/json").await.expect(200);
    assert!(answer.media_type().contains("json"), "{}", answer.media_type());
    let list = answer.json();
    assert!(list.get("verifiableCredential").is_none() && list["proof"].is_object());
    assert_eq!(list["issuer"], NEA);
    let types = list["type"].as_array().unwrap();
    assert!(types.contains(&json!("BitstringStatusListCredential")), "{types:?}");
    let subject = &list["credentialSubject"];
    assert_eq!(subject["type"], "BitstringStatusList");
    let bits = touchmark::status::bitstring::decode(subject["encodedList"].as_str().unwrap());
    assert!(bits.unwrap().len() >= 131_072);
    let index: usize = entry["statusListIndex"].as_str().unwrap().parse().unwrap();
    assert!(index < 131_072);
    app.get("/status/0123456789abcdef0123456789abcdef").await.expect(404);
}

#[tokio::test]
async fn no_status_list_is_signed_that_was_composed_elsewhere() {
    let app = app(Database::sqlite()).await;
    let subject = json!({"type": "BitstringStatusList", "statusPurpose": "revocation",
                         "encodedList": "uH4sIAAAAAAAA_-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"});
    for change in [
        json!({"type": ["VerifiableCredential", "BitstringStatusListCredential"]}),
        json!({"type": ["VerifiableCredential", "StatusList2021Credential"]}),
        json!({"type": ["VerifiableCredential",
                        "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential"]}),
        json!({"credentialSubject": subject}),
        json!({"credentialSubject": [{"id": "did:example:subject"}, subject]}),
    ] {
        for instance in ["/nea", "/other"] {
            let given = with(plain(), change.clone());
            let answer = issue(&app, instance, &given).await.expect(400).json();
            assert_eq!(codes(&answer), ["status-list"], "{change}");
        }
    }
}

#[tokio::test]
async fn a_status_that_is_kept_elsewhere_is_not_changed_here() {
    let app = app(Database::sqlite()).await;
    let elsewhere = json!({"type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "7", "statusListCredential": "https://a.example/list"});
    let given = with(plain(), json!({"id": "urn:uuid:1", "credentialStatus": elsewhere}));
    assert_eq!(issued(&app, "/nea", &given).await["credentialStatus"], elsewhere);
    let entry = json!({"type": "BitstringStatusListEntry"});
    let body = json!({"credentialId": "urn:uuid:1", "credentialStatus": entry});
    app.post("/nea/credentials/status", &app.nea, &body)
        .await
        .expect_problem(409, "status-kept-elsewhere");
    let page = app.read("/v1/issuers/nea/credentials", &app.nea).await.expect(200).text();
    assert!(page.contains("\"good\"") && !page.contains("\"revoked\""), "{page}");
}
