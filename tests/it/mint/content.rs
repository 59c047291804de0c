//! What a minted credential says, and what it must not say.

use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_minted_credential_verifies_in_both_forms
    the_bytes_that_were_signed_are_served_by_suffix_and_by_accept
    the_subject_id_is_stable_for_one_issuer_and_earner_and_differs_between_issuers
    a_new_version_of_an_achievement_leaves_earlier_credentials_alone
}

fn id(minted: &Value) -> &str {
    minted["id"].as_str().unwrap()
}

fn subject(minted: &Value) -> &Value {
    &minted["credential"]["credentialSubject"]
}

async fn a_minted_credential_verifies_in_both_forms(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let answer = app.mint(&samples::review()).await.expect(201);
    let minted = answer.json();
    assert_eq!(answer.header("location"), minted["links"]["page"]);
    assert_eq!(minted["links"]["page"], minted["credential"]["id"]);
    assert_eq!(minted["links"]["issuer"], "https://touchmark.example/issuers/nea");
    assert_eq!(id(&minted).len(), 40, "a second and 128 random bits in hexadecimal");

    let jwt = minted["jwt"].as_str().unwrap().to_owned();
    let page = json!({"url": minted["links"]["page"]}).to_string();
    let forms = [
        (minted["credential"].to_string(), "json"),
        (jwt, "vc-jwt"),
        (page, "json"),
        (json!({"url": minted["links"]["jwt"]}).to_string(), "vc-jwt"),
    ];
    for (credential, form) in forms {
        let report = app.verify(credential).await;
        assert_eq!(report["verified"], true, "{report:#}");
        assert_eq!(report["status"], "good");
        assert_eq!(report["form"], form);
        assert_eq!(report["verdicts"]["recognized"], "not-asked");
        assert_eq!(report["credential"]["earner"]["name"], "Jordan Rivera");
        assert_eq!(report["credential"]["name"], "Restorative Practices");
        assert!(report["statusAsOf"].is_string());
    }
}

async fn the_bytes_that_were_signed_are_served_by_suffix_and_by_accept(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let answer = app.mint(&samples::review()).await.expect(201);
    let minted = answer.json();
    let path = format!("/credentials/{}", id(&minted));

    let embedded = app.get(&format!("{path}.json")).await.expect(200);
    assert_eq!(embedded.header("content-type"), "application/vc+ld+json");
    assert!(answer.text().contains(&embedded.text()), "the same bytes as when it was minted");
    let jwt = app.get(&format!("{path}.jwt")).await.expect(200);
    assert_eq!(jwt.header("content-type"), "text/plain");
    assert_eq!(jwt.text(), minted["jwt"].as_str().unwrap());

    for media in ["application/vc+ld+json", "application/vc", "application/json"] {
        let same = app.get_as(&path, media).await.expect(200);
        assert_eq!((same.media_type(), &same.bytes), (media, &embedded.bytes));
        assert!(same.header("vary").contains("Accept"));
    }
    assert_eq!(app.get_as(&path, "application/jwt").await.expect(200).bytes, jwt.bytes);
    let vc_jose = app.get_as(&path, "application/vc+jwt").await.expect(200);
    assert_eq!(vc_jose.media_type(), "application/vc+jwt");
    assert_ne!(vc_jose.bytes, jwt.bytes, "it has its own type and signature");
    app.clock.advance(SignedDuration::from_hours(24));
    let again = app.replica().await.get_as(&path, "application/vc+jwt").await.expect(200);
    assert_eq!(again.bytes, vc_jose.bytes, "signed once");
    let report = app.verify(again.bytes).await;
    assert_eq!((&report["verified"], &report["form"]), (&json!(true), &json!("vc+jwt")));
    assert_eq!(app.get_as(&path, "text/html,*/*;q=0.8").await.media_type(), "text/html");
    app.get_as(&path, "image/png").await.expect_problem(406, "not-acceptable");
    assert_eq!(app.get(&format!("{path}.png")).await.expect(200).media_type(), "image/png");
    app.get(&format!("{path}.gif")).await.expect_problem(404, "not-found");
}

async fn the_subject_id_is_stable_for_one_issuer_and_earner_and_differs_between_issuers(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let first = app.minted().await;
    let again = app.mint(&samples::review()).await.expect(201).json();
    let renamed = with(
        samples::review(),
        json!({"earner": {"name": "J. Rivera", "email": "other@school.example",
                           "identifier": {"type": "accountId", "value": "A-7731"}}}),
    );
    let renamed = app.mint(&renamed).await.expect(201).json();
    assert_eq!(subject(&first)["id"], subject(&again)["id"]);
    assert_eq!(subject(&first)["id"], subject(&renamed)["id"], "the identifier tells, not a name");
    assert!(subject(&first)["id"].as_str().unwrap().starts_with("urn:uuid:"));
    assert_ne!(id(&first), id(&again));

    let another =
        with(samples::review(), json!({"earner": {"name": "Ann", "email": "a@b.example"}}));
    let another = app.mint(&another).await.expect(201).json();
    assert_ne!(subject(&first)["id"], subject(&another)["id"]);

    let path = "/v1/issuers/other/achievements";
    app.post(path, &app.other, &samples::achievement()).await.expect(201);
    let path = "/v1/issuers/other/credentials";
    let elsewhere = app.post(path, &app.other, &samples::review()).await.expect(201).json();
    assert_ne!(subject(&first)["id"], subject(&elsewhere)["id"]);

    let did =
        with(samples::review(), json!({"earner": {"name": "Ann", "id": "did:web:ann.example"}}));
    let did = app.mint(&did).await.expect(201).json();
    assert_eq!(subject(&did)["id"], "did:web:ann.example");
}

async fn a_new_version_of_an_achievement_leaves_earlier_credentials_alone(database: Database) {
    let app = TestApp::new(database).await;
    let before = app.minted().await;
    let path = "/v1/issuers/nea/achievements/restorative-practices";
    let changed = with(samples::achievement(), json!({"description": "Repairs harm, revised."}));
    let version = app.put(path, &app.nea, &changed).await.expect(200).json();
    assert_eq!(version["version"], 2);
    let same = app.put(path, &app.nea, &changed).await.expect(200).json();
    assert_eq!(same["version"], 2, "the same definition is no new version");

    let after = app.mint(&samples::review()).await.expect(201).json();
    let [old, new] = [&before, &after].map(|minted| &subject(minted)["achievement"]);
    assert_eq!((&old["version"], &new["version"]), (&json!("1"), &json!("2")));
    assert_eq!(old["id"], new["id"]);
    assert_ne!(old["resultDescription"][0]["id"], new["resultDescription"][0]["id"]);
    let served = app.get(&format!("/credentials/{}.json", id(&before))).await.json();
    assert_eq!(served, before["credential"]);
    for minted in [before, after] {
        assert_eq!(app.verify(minted["credential"].to_string()).await["verified"], true);
    }
    let first = app.get("/achievements/nea.restorative-practices/versions/1").await.json();
    let latest = app.get("/achievements/nea.restorative-practices").await.json();
    assert_eq!((&first["version"], &latest["version"]), (&json!("1"), &json!("2")));
}

#[tokio::test]
async fn nothing_private_is_embedded() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let payload = minted["jwt"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    let payload = {
        use base64::Engine as _;
        base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()
    };
    let texts = [minted["credential"].to_string(), String::from_utf8(payload).unwrap()];
    let hash = format!("{:x?}", Sha256::digest("jordan.rivera@school.example"));
    for text in &texts {
        for private in ["jordan.rivera", "school.example", "A-7731", "drive.example", &hash] {
            assert!(!text.contains(private), "{private} must not be embedded");
        }
    }
    for (i, evidence) in minted["credential"]["evidence"].as_array().unwrap().iter().enumerate() {
        let link = evidence["id"].as_str().unwrap();
        assert!(link.starts_with("https://touchmark.example/evidence/"), "{link}");
        assert_eq!(evidence["digestMultibase"].is_string(), i == 1);
    }
}

#[tokio::test]
async fn an_email_hash_is_embedded_only_where_the_issuer_opts_in() {
    let app = TestApp::sqlite().await;
    let without = app.minted().await;
    let identifiers = |minted: &Value| subject(minted)["identifier"].as_array().unwrap().clone();
    assert_eq!(identifiers(&without).len(), 1);
    assert_eq!(identifiers(&without)[0]["identityType"], "name");

    let profile = with(samples::nea(), json!({"embedEmailHash": true}));
    app.put("/v1/issuers/nea", &app.nea, &profile).await.expect(200);
    let minted = app.mint(&samples::review()).await.expect(201).json();
    let email = &identifiers(&minted)[1];
    let salt = email["salt"].as_str().unwrap();
    let digest = Sha256::digest(format!("jordan.rivera@school.example{salt}"));
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(email["identityHash"], format!("sha256${digest}"));
    assert_eq!((&email["hashed"], &email["identityType"]), (&json!(true), &json!("emailAddress")));
    assert!(!minted["credential"].to_string().contains("school.example"));
    assert_eq!(app.verify(minted["credential"].to_string()).await["verified"], true);
}

#[tokio::test]
async fn a_credential_ends_only_when_asked_to() {
    let app = TestApp::sqlite().await;
    let endless = app.minted().await;
    assert_eq!(endless["credential"].get("validUntil"), None);
    assert_eq!(endless["credential"]["validFrom"], "2026-06-01T10:00:00Z");
    assert_eq!(endless["credential"]["awardedDate"], "2026-05-03T00:00:00Z");

    let ending = with(samples::review(), json!({"validUntil": "2026-07-01T00:00:00.9+02:00"}));
    let ending = app.mint(&ending).await.expect(201).json();
    assert_eq!(ending["credential"]["validUntil"], "2026-06-30T22:00:00Z");
    assert_eq!(app.verify(ending["jwt"].as_str().unwrap().to_owned()).await["verified"], true);
    app.clock.advance(SignedDuration::from_hours(24 * 365));
    for form in [ending["credential"].to_string(), ending["jwt"].as_str().unwrap().to_owned()] {
        let report = app.verify(form).await;
        assert_eq!((&report["status"], &report["verified"]), (&json!("expired"), &json!(false)));
        assert_eq!(report["verdicts"]["authentic"], "yes");
    }
    assert_eq!(app.verify(endless["credential"].to_string()).await["verified"], true);
}

#[tokio::test]
async fn only_what_can_be_suspended_carries_two_status_entries() {
    let app = TestApp::sqlite().await;
    let one = app.minted().await;
    assert_eq!(one["credential"]["credentialStatus"]["statusPurpose"], "revocation");
    app.publish(&samples::suspendable()).await;
    let two = app.mint(&samples::suspendable_review()).await.expect(201).json();
    let entries = two["credential"]["credentialStatus"].as_array().unwrap();
    let purposes: Vec<_> = entries.iter().map(|entry| &entry["statusPurpose"]).collect();
    assert_eq!(purposes, ["revocation", "suspension"]);
    assert_eq!(app.verify(two["credential"].to_string()).await["verified"], true);
}

#[tokio::test]
async fn direct_evidence_links_are_the_issuers_choice() {
    let app = TestApp::sqlite().await;
    app.publish(&with(samples::achievement(), json!({"directEvidence": true}))).await;
    let minted = app.mint(&samples::review()).await.expect(201).json();
    let evidence = &minted["credential"]["evidence"];
    assert_eq!(evidence[0]["id"], "https://drive.example/d/9f2c-circle-agenda");
    assert_eq!(app.verify(minted["credential"].to_string()).await["verified"], true);
}

#[tokio::test]
async fn hours_and_levels_are_results_of_the_rubric() {
    let app = TestApp::sqlite().await;
    let minted = app.minted().await;
    let descriptions = &subject(&minted)["achievement"]["resultDescription"];
    let results = subject(&minted)["result"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    for result in results {
        let described = descriptions.as_array().unwrap();
        let described = described.iter().find(|d| d["id"] == result["resultDescription"]).unwrap();
        match result.get("value") {
            Some(hours) => {
                assert_eq!((hours, &described["resultType"]), (&json!("15"), &json!("Result")))
            }
            None => assert!(
                described["rubricCriterionLevel"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|level| level["id"] == result["achievedLevel"])
            ),
        }
    }
    let other = with(samples::review(), json!({"hours": 12.5}));
    let other = app.mint(&other).await.expect(201).json();
    assert_eq!(subject(&other)["result"][4]["value"], "12.5");
}
