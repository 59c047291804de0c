//! Each recognizer's own list of the issuers that it trusts.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::store::PartyKind;

use crate::support::app::{Answer, Database, Setting, TestApp, on_both_databases};

on_both_databases! {
    whom_a_recognizer_trusts_is_known_in_its_claims_and_nowhere_else
    a_list_is_public_and_each_one_stays_under_its_digest
    only_the_recognizers_own_key_says_whom_it_trusts
    a_list_is_read_once_and_another_is_in_use_at_once_on_every_replica
    a_list_that_cannot_be_read_is_an_error_and_no_other_stands_in
}

const NEA: &str = "did:web:touchmark.example:issuers:nea";

/// A service whose operator knows `nea`, with two recognizers.
struct House {
    app: TestApp,
    tennessee: String,
    lebanon: String,
}

impl House {
    async fn new(database: Database) -> Self {
        let file =
            format!("[[issuer]]\nid = \"{NEA}\"\nname = \"Known to all\"\nfrom = \"a file\"");
        let trusted = Some(Arc::new(TrustedIssuers::parse(&file).unwrap()));
        let app = TestApp::set(database, Setting { trusted, ..Setting::default() }).await;
        let profile = serde_json::from_value(json!({"name": "An office (example)"})).unwrap();
        let recognizer = async |name: &str| {
            let parties = &app.app.issuance.parties;
            parties.add(PartyKind::Recognizer, name, &profile, "test").await.unwrap();
            app.api_key(Some(&format!("recognizer:{name}")), &["policy", "claim"]).await
        };
        let (tennessee, lebanon) = (recognizer("tennessee").await, recognizer("lebanon").await);
        Self { app, tennessee, lebanon }
    }

    async fn put(&self, key: &str, issuers: Value) -> Answer {
        let path = "/v1/recognizers/tennessee/trusted-issuers";
        self.app.put(path, key, &json!({ "issuers": issuers })).await
    }

    /// A claim of the credential, which a clerk knows to be the claimant's.
    fn of(credential: &Value) -> Value {
        json!({"policy": "trusting", "claimant": {"licenseNumber": "TN-44 71"},
            "credentials": [{"credential": credential,
                "belongs": {"decision": "yes", "reason": "Seen", "by": "M. Okafor"}}]})
    }

    /// What a recognizer's claim would come to, and what its issuer is known as there.
    async fn claim(&self, (recognizer, key): (&str, &str), credential: &Value) -> (Value, Value) {
        let claim = Self::of(credential);
        let path = format!("/v1/recognizers/{recognizer}/claims?dry_run=true");
        let preview = self.app.post(&path, key, &claim).await.expect(200).json();
        (preview["decision"].clone(), preview["reports"][0]["signer"]["knownAs"].clone())
    }

    async fn known_as(&self, query: &str, credential: &Value) -> Value {
        let asked = self.app.request(Method::POST, &format!("/v1/verify{query}"));
        let report = asked.body(credential.to_string()).send().await.expect(200).json();
        report["signer"]["knownAs"]["name"].clone()
    }
}

fn nea(name: &str) -> Value {
    json!({"id": NEA, "name": name, "from": "the state's list"})
}

async fn whom_a_recognizer_trusts_is_known_in_its_claims_and_nowhere_else(database: Database) {
    let house = House::new(database).await;
    let minted = house.app.minted().await["credential"].clone();
    let policy = json!({
        "id": "trusting", "version": "1", "name": "Re-licensure", "description": "Six each.",
        "recognizer": {"name": "An office (example)"},
        "authority": [{"title": "A rule (example)"}],
        "unit": "PDP", "accepts": [{"trustedIssuers": true}],
        "award": {"perCredential": {"amount": "6"}},
    });
    let offices = [("tennessee", &*house.tennessee), ("lebanon", &*house.lebanon)];
    for (office, key) in offices {
        let path = format!("/v1/recognizers/{office}/policies");
        house.app.post(&path, key, &policy).await.expect(201);
        let (decision, known_as) = house.claim((office, key), &minted).await;
        assert_eq!(decision["total"], "6", "the operator's file stands in: {decision}");
        assert_eq!(known_as["name"], "Known to all");
    }

    // A list of its own is the whole of what it trusts, an empty one too.
    house.put(&house.tennessee, json!([])).await.expect(201);
    let (decision, known_as) = house.claim(offices[0], &minted).await;
    assert_eq!((&decision["total"], &known_as), (&json!("0"), &Value::Null), "{decision}");
    let path = "/achievements/nea.restorative-practices/recognition";
    let counts = async || {
        let told = house.app.get(path).await.expect(200).json();
        let offices = told["recognizers"].as_array().unwrap().iter();
        offices.map(|office| office["id"].to_string()).collect::<Vec<_>>()
    };
    let told = counts().await;
    assert!(told.len() == 1 && told[0].contains("lebanon"), "it is told so before: {told:?}");
    let why = decision["credentials"][0]["reasons"][0]["detail"].as_str().unwrap();
    assert!(why.contains("list of trusted issuers"), "{why}");

    house.put(&house.tennessee, json!([nea("Known to Tennessee")])).await.expect(201);
    let (decision, known_as) = house.claim(offices[0], &minted).await;
    assert_eq!(decision["total"], "6", "{decision}");
    let expected = json!({"name": "Known to Tennessee", "from": "the state's list"});
    assert_eq!(known_as, expected);
    assert_eq!(counts().await.len(), 2);
    let (_, known_as) = house.claim(offices[1], &minted).await;
    assert_eq!(known_as["name"], "Known to all", "another office's list is its own");

    // A receipt names the list that it was decided on, where that is the recognizer's own.
    for ((office, key), lists) in offices.into_iter().zip([1, 0]) {
        let path = format!("/v1/recognizers/{office}/claims");
        let filed = house.app.post(&path, key, &House::of(&minted)).await.expect(201).json();
        let receipt = filed["receipt"]["json"].as_str().unwrap();
        let receipt = receipt.strip_prefix("https://touchmark.example").unwrap();
        let receipt = house.app.get(receipt).await.expect(200).json();
        let evidence = receipt["evidence"].as_array().unwrap().iter();
        let named: Vec<_> = evidence.filter(|it| it["genre"] == "Trusted issuers").collect();
        assert_eq!(named.len(), lists, "{receipt:#}");
        if let Some(list) = named.first() {
            let url = list["id"].as_str().unwrap().strip_prefix("https://touchmark.example");
            assert_eq!(house.app.get(url.unwrap()).await.json()["issuers"][0]["id"], NEA);
            assert!(url.unwrap().ends_with(list["digestMultibase"].as_str().unwrap()));
        }
    }

    for (query, name) in [
        ("", "Known to all"),
        ("?recognizer=tennessee", "Known to Tennessee"),
        ("?recognizer=lebanon", "Known to all"),
    ] {
        assert_eq!(house.known_as(query, &minted).await, name, "{query}");
    }
    let unknown = house.app.request(Method::POST, "/v1/verify?recognizer=nobody");
    unknown.body(minted.to_string()).send().await.expect_problem(400, "unreadable");
}

async fn a_list_is_public_and_each_one_stays_under_its_digest(database: Database) {
    let house = House::new(database).await;
    let path = "/recognizers/tennessee/trusted-issuers";
    house.app.get(path).await.expect_problem(404, "not-found");
    let other =
        json!({"id": "https://platform.example/issuers/dp", "name": "DP", "from": "a letter"});
    let first = house.put(&house.tennessee, json!([nea("NEA"), other])).await.expect(201).json();
    let same = house.put(&house.tennessee, json!([other, nea("NEA")])).await.expect(200).json();
    assert_eq!(first, same, "in any order it is the same list");

    let read = house.app.get(path).await.expect(200);
    assert_eq!(read.media_type(), "application/json");
    assert_eq!(read.json(), json!({"issuers": [nea("NEA"), other]}));
    let digest = first["digestMultibase"].as_str().unwrap();
    assert_eq!(read.header("etag"), format!("\"{digest}\""));
    let again = house.app.request(Method::GET, path).header("if-none-match", read.header("etag"));
    again.send().await.expect(304);

    house.put(&house.tennessee, json!([])).await.expect(201);
    assert_eq!(house.app.get(path).await.json(), json!({"issuers": []}));
    let url = first["url"].as_str().unwrap().strip_prefix("https://touchmark.example").unwrap();
    assert_eq!(house.app.get(url).await.expect(200).bytes, read.bytes);
    house.app.get(&format!("{path}/uEiA")).await.expect_problem(404, "not-found");
    // What was trusted before may be trusted again.
    house.put(&house.tennessee, json!([nea("NEA"), other])).await.expect(201);
    assert_eq!(house.app.get(path).await.bytes, read.bytes);
}

async fn only_the_recognizers_own_key_says_whom_it_trusts(database: Database) {
    let house = House::new(database).await;
    let claims = house.app.api_key(Some("recognizer:tennessee"), &["claim"]).await;
    house.put(&house.lebanon, json!([])).await.expect_problem(404, "not-found");
    house.put(&house.app.nea, json!([])).await.expect_problem(404, "not-found");
    house.put(&claims, json!([])).await.expect_problem(403, "forbidden");
    let wrong = json!([nea("NEA"), {"id": "nea.example", "name": " ", "from": "x"}]);
    let refused = house.put(&house.tennessee, wrong).await.expect_problem(422, "invalid");
    let pointers: Vec<_> =
        refused["errors"].as_array().unwrap().iter().map(|it| it["pointer"].clone()).collect();
    assert_eq!(pointers, ["/issuers/1/id", "/issuers/1/name"]);
    house.app.get("/recognizers/tennessee/trusted-issuers").await.expect_problem(404, "not-found");

    house.put(&house.tennessee, json!([nea("NEA")])).await.expect(201);
    let audit = &house.app.app.issuance.store;
    let audit = audit.audit_page(Some("recognizer:tennessee"), None, 100).await.unwrap();
    let noted = audit.iter().filter(|row| row.entry.action == "trusted-issuers.publish");
    assert_eq!(noted.count(), 1);
}

async fn a_list_is_read_once_and_another_is_in_use_at_once_on_every_replica(database: Database) {
    let house = House::new(database).await;
    let minted = house.app.minted().await["credential"].clone();
    let replica = house.app.replica().await;
    let known_as = async |app: &TestApp| {
        let asked = app.request(Method::POST, "/v1/verify?recognizer=tennessee");
        let report = asked.body(minted.to_string()).send().await.expect(200).json();
        report["signer"]["knownAs"]["name"].clone()
    };
    let kept = async |app: &TestApp| {
        let figures = app.app.trusted.figures().await;
        (figures.entries, figures.misses, figures.hits)
    };
    let (first, second) = (json!([nea("First")]), json!([nea("Second")]));
    house.put(&house.tennessee, first.clone()).await.expect(201);
    for app in [&house.app, &replica] {
        for _ in 0..3 {
            assert_eq!(known_as(app).await, "First");
        }
        assert_eq!(kept(app).await, (1, 1, 2));
    }
    house.put(&house.tennessee, second).await.expect(201);
    for app in [&house.app, &replica] {
        assert_eq!(known_as(app).await, "Second", "at once");
        assert_eq!(kept(app).await, (2, 2, 2));
    }
    // What was trusted before is known by its digest.
    house.put(&house.tennessee, first).await.expect(201);
    for app in [&house.app, &replica] {
        assert_eq!(known_as(app).await, "First");
        assert_eq!(kept(app).await, (2, 2, 3));
    }
}

async fn a_list_that_cannot_be_read_is_an_error_and_no_other_stands_in(database: Database) {
    let house = House::new(database.clone()).await;
    let minted = house.app.minted().await["credential"].clone();
    house.put(&house.tennessee, json!([nea("Known to Tennessee")])).await.expect(201);
    let ask = async || {
        let asked = house.app.request(Method::POST, "/v1/verify?recognizer=tennessee");
        asked.body(minted.to_string()).send().await
    };
    database.execute("UPDATE trusted_issuers SET body = '[' || body").await;
    ask().await.expect_problem(500, "internal");
    let path = "/v1/recognizers/tennessee/claims?dry_run=true";
    let claim = house.app.post(path, &house.tennessee, &House::of(&minted)).await;
    claim.expect_problem(500, "internal");
    assert_eq!(house.known_as("?recognizer=lebanon", &minted).await, "Known to all");
    // Nothing of that is kept.
    database.execute("UPDATE trusted_issuers SET body = SUBSTR(body, 2)").await;
    let report = ask().await.expect(200).json();
    assert_eq!(report["signer"]["knownAs"]["name"], "Known to Tennessee");
}
