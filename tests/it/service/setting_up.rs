//! Set-up over HTTP: issuers, recognizers, profiles, achievements; and who did it.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_new_issuer_mints_under_its_own_keys
    a_recognizer_has_a_page_a_did_document_and_keys
    who_did_what_is_noted_without_naming_an_earner
}

async fn a_new_issuer_mints_under_its_own_keys(database: Database) {
    let app = TestApp::new(database).await;
    let third = json!({"name": "third", "profile": {"name": "Third (example)"}});
    let added = app.post("/v1/issuers", &app.admin, &third).await.expect(201).json();
    assert_eq!(added["did"], "did:web:touchmark.example:issuers:third");
    let asked = json!({"scopes": ["mint", "admin"], "client": "backend"});
    let key = app.post("/v1/issuers/third/api-keys", &app.admin, &asked).await.expect(201).json();
    let key = key["token"].as_str().unwrap();
    let path = "/v1/issuers/third/achievements";
    let published = app.post(path, key, &samples::achievement()).await.expect(201).json();
    assert_eq!(published["version"], 1);
    assert_eq!(
        published["id"],
        "https://touchmark.example/achievements/third.restorative-practices"
    );
    let path = "/v1/issuers/third/credentials";
    let minted = app.post(path, key, &samples::review()).await.expect(201).json();
    let report = app.verify(minted["credential"].to_string()).await;
    assert_eq!(report["verified"], true);
    assert_eq!(report["signer"]["issuer"], "did:web:touchmark.example:issuers:third");
    assert_eq!(report["credential"]["issuerName"], "Third (example)");
    let home = app.get_as("/", "text/html").await.expect(200).text();
    assert!(home.contains("Third (example)") && home.contains("NEA (example)"));
}

#[tokio::test]
async fn an_issuer_that_cannot_be_read_leaves_the_home_page_to_the_others() {
    let database = Database::sqlite();
    let app = TestApp::new(database.clone()).await;
    let third = json!({"name": "third", "profile": {"name": "Third (example)"}});
    app.post("/v1/issuers", &app.admin, &third).await.expect(201);
    database.execute("UPDATE parties SET profile = '{' WHERE name = 'nea'").await;
    let home = app.get_as("/", "text/html").await.expect(200).text();
    assert!(home.contains("Third (example)") && !home.contains("NEA (example)"), "{home}");
}

async fn a_recognizer_has_a_page_a_did_document_and_keys(database: Database) {
    let app = TestApp::new(database).await;
    // It may be called like an issuer: they are kept apart.
    let office = json!({"name": "nea", "profile": {"name": "Tennessee (example)"}});
    let added = app.post("/v1/recognizers", &app.admin, &office).await.expect(201).json();
    assert_eq!(added["did"], "did:web:touchmark.example:recognizers:nea");
    assert_eq!(added["page"], "https://touchmark.example/recognizers/nea");
    app.post("/v1/recognizers", &app.admin, &office).await.expect_problem(409, "name-taken");
    let read = app.read("/v1/recognizers/nea", &app.admin).await.expect(200).json();
    assert_eq!(read, added);
    app.publish(&samples::achievement()).await;
    let page = app.get_as("/recognizers/nea", "text/html").await.expect(200).text();
    assert!(page.contains("Tennessee (example)") && !page.contains("Restorative"), "{page}");
    let [own, issuers] = ["/recognizers/nea/did.json", "/issuers/nea/did.json"];
    let own = app.get(own).await.expect(200).json();
    assert_eq!(own["id"], added["did"]);
    let issuers = app.get(issuers).await.expect(200).json();
    assert_ne!(own["verificationMethod"], issuers["verificationMethod"]);
    assert_eq!(app.get("/recognizers/nea").await.expect(200).json()["id"], added["did"]);
}

async fn who_did_what_is_noted_without_naming_an_earner(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let id = minted["id"].as_str().unwrap();
    let changed = with(samples::achievement(), json!({"description": "Revised."}));
    let path = "/v1/issuers/nea/achievements/restorative-practices";
    app.put(path, &app.nea, &changed).await.expect(200);
    app.change(id, "revoke", &json!({"reason": "Jordan asked."})).await.expect(200);
    app.put("/v1/issuers/nea", &app.nea, &samples::nea()).await.expect(200);
    app.post("/v1/issuers/nea/keys:rotate", &app.nea, &Value::Null).await.expect(200);
    let asked = json!({"scopes": ["mint"]});
    let key = app.post("/v1/issuers/nea/api-keys", &app.nea, &asked).await.expect(201).json();
    let path = format!("/v1/issuers/nea/api-keys/{}", key["id"].as_str().unwrap());
    app.request(Method::DELETE, &path).key(&app.nea).send().await.expect(200);

    let rows = app.app.issuance.store.audit_page(Some("nea"), None, 100).await.unwrap();
    let actor = app.nea.split('_').nth(1).unwrap();
    let mut actions: Vec<_> = rows
        .iter()
        .filter(|row| row.entry.actor == actor)
        .map(|row| row.entry.action.as_str())
        .collect();
    actions.sort_unstable();
    let expected = [
        "achievement.create",
        "achievement.update",
        "api-key.create",
        "api-key.revoke",
        "keys.rotate",
        "mint",
        "party.update",
        "revoke",
    ];
    assert_eq!(actions, expected);
    let all = format!("{rows:?}");
    for private in ["Jordan", "school.example", "A-7731", "drive.example"] {
        assert!(!all.contains(private), "{private}");
    }
}

#[tokio::test]
async fn credentials_keep_the_profile_that_they_were_minted_with() {
    let app = TestApp::sqlite().await;
    let before = app.minted().await;
    let profile = with(samples::nea(), json!({"name": "NEA, renamed"}));
    app.put("/v1/issuers/nea", &app.nea, &profile).await.expect(200);
    let after = app.mint(&samples::review()).await.expect(201).json();
    assert_eq!(before["credential"]["issuer"]["name"], "NEA (example)");
    assert_eq!(after["credential"]["issuer"]["name"], "NEA, renamed");
    assert_eq!(app.get("/issuers/nea").await.json()["name"], "NEA, renamed");
    assert_eq!(app.verify(before["credential"].to_string()).await["verified"], true);
}

#[tokio::test]
async fn an_achievements_slug_is_made_from_its_name_and_never_changes() {
    let app = TestApp::sqlite().await;
    let path = "/v1/issuers/nea/achievements";
    let named = with(samples::achievement(), json!({"name": "Communication for ESPs: Part 2"}));
    let made = app.post(path, &app.nea, &named).await.expect(201).json();
    assert_eq!(made["slug"], "communication-for-esps-part-2");
    let unnamed = with(samples::achievement(), json!({"name": "日本語"}));
    let refused = app.post(path, &app.nea, &unnamed).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/slug");
    let moved = with(named.clone(), json!({"slug": "elsewhere"}));
    let of_it = format!("{path}/communication-for-esps-part-2");
    let refused = app.put(&of_it, &app.nea, &moved).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "slug-changed");
    let missing = app.put(&format!("{path}/nothing"), &app.nea, &named).await;
    missing.expect_problem(404, "not-found");
    app.post(path, &app.nea, &named).await.expect_problem(409, "slug-taken");
    let listed = app.read(path, &app.nea).await.expect(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}
