//! Policies, claims and receipts: what a recognizer counts, counted once.

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::recognition::count;
use touchmark::recognize::{self, Recognition};
use touchmark::store::PartyKind;

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_claim_is_decided_recorded_once_and_answered_with_a_receipt
    a_dry_run_records_nothing_and_tells_what_is_used_up
    uses_that_exclude_each_other_are_refused_in_the_same_words
    a_published_version_never_changes
    revoking_a_credential_flags_the_claim_and_takes_nothing_back
    a_withdrawn_claim_frees_what_it_used_and_a_corrected_one_passes_it_on
    a_redacted_claim_keeps_its_decision_and_its_uses
    a_credential_that_supersedes_a_counted_one_is_used_up_too
    a_limit_holds_over_the_claims_of_one_claimant
    of_many_clients_that_claim_the_same_credential_exactly_one_is_recorded
}

pub(super) const NEA: &str = "did:web:touchmark.example:issuers:nea";

/// An office with a policy, and what its clerks do.
pub(super) struct Office {
    pub app: TestApp,
    pub key: String,
}

impl Office {
    pub async fn new(database: Database) -> Self {
        let app = TestApp::new(database).await;
        app.publish(&samples::achievement()).await;
        let key = recognizer(&app, "tennessee").await;
        let office = Self { app, key };
        office.publish(&policy("relicensure")).await.expect(201);
        office
    }

    pub async fn publish(&self, policy: &Value) -> Answer {
        self.app.post("/v1/recognizers/tennessee/policies", &self.key, policy).await
    }

    pub async fn claim(&self, claim: &Value) -> Answer {
        self.app.post("/v1/recognizers/tennessee/claims", &self.key, claim).await
    }

    pub async fn minted(&self) -> Value {
        self.app.mint(&samples::review()).await.expect(201).json()
    }

    pub async fn change(&self, id: &Value, verb: &str, body: &Value) -> Answer {
        let id = id.as_str().expect("an id");
        let path = format!("/v1/recognizers/tennessee/claims/{id}/{verb}");
        self.app.post(&path, &self.key, body).await
    }

    pub async fn read(&self, id: &Value) -> Value {
        let path = format!("/v1/recognizers/tennessee/claims/{}", id.as_str().expect("an id"));
        self.app.read(&path, &self.key).await.expect(200).json()
    }

    /// The status of a claim's receipt, by anyone's verification.
    pub async fn receipt(&self, claim: &Value) -> Value {
        let json = claim["receipt"]["json"].as_str().expect("a link");
        let path = json.strip_prefix("https://touchmark.example").expect("a link of ours");
        let text = self.app.get(path).await.expect(200).text();
        self.app.verify(text).await
    }
}

/// A new recognizer's key, for policies and claims.
pub(super) async fn recognizer(app: &TestApp, name: &str) -> String {
    let profile = serde_json::from_value(json!({"name": "An office (example)"})).unwrap();
    let parties = &app.app.issuance.parties;
    parties.add(PartyKind::Recognizer, name, &profile, "test").await.unwrap();
    app.api_key(Some(&format!("recognizer:{name}")), &["policy", "claim"]).await
}

pub(super) fn policy(id: &str) -> Value {
    json!({
        "id": id, "version": "1", "name": "Re-licensure", "description": "Six points each.",
        "recognizer": {"name": "An office (example)"},
        "authority": [{"title": "A rule (example)"}],
        "unit": "PDP",
        "accepts": [{"issuers": [NEA]}],
        "award": {"perCredential": {"amount": "6"}},
    })
}

/// Of a credential that a clerk knows to be the claimant's.
pub(super) fn claim(credentials: &[&Value]) -> Value {
    let known = json!({"decision": "yes", "reason": "She came with her file", "by": "M. Okafor"});
    let credentials: Vec<Value> = credentials
        .iter()
        .map(|credential| json!({"credential": credential, "belongs": known}))
        .collect();
    json!({"policy": "relicensure", "claimant": {"licenseNumber": "TN-44 71",
           "name": "Jordan Rivera"}, "credentials": credentials})
}

async fn a_claim_is_decided_recorded_once_and_answered_with_a_receipt(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let asked = claim(&[&minted["jwt"]]);
    let ask = |body: Value, key: &'static str| {
        let path = "/v1/recognizers/tennessee/claims";
        let asked = office.app.request(Method::POST, path).key(&office.key);
        asked.header("idempotency-key", key).json(&body).send()
    };
    let recorded = ask(asked.clone(), "claim-1").await.expect(201).json();
    assert_eq!(recorded["state"], "recorded");
    assert_eq!(recorded["decision"]["total"], "6", "{recorded}");
    assert_eq!(recorded["decision"]["credentials"][0]["outcome"], "counted");
    assert_eq!(recorded["events"][0]["action"], "record");
    assert_eq!(office.read(&recorded["id"]).await, recorded);

    // The same request again, and another under the same key.
    let again = ask(asked.clone(), "claim-1").await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json(), recorded);
    let other = with(asked.clone(), json!({"purpose": "Something else"}));
    ask(other, "claim-1").await.expect_problem(422, "idempotency-key-reused");

    // In another form, under another name: it is the same one.
    let embedded = claim(&[&minted["credential"]]);
    let renamed = with(embedded, json!({"claimant": {"email": "jordan.rivera@school.example"}}));
    let refused = office.claim(&renamed).await.expect_problem(409, "already-counted");
    assert_eq!(refused["errors"][0]["pointer"], "/credentials/0");

    let report = office.receipt(&recorded).await;
    assert_eq!(report["verified"], true, "{report}");
    assert_eq!(report["credential"]["issuer"], "did:web:touchmark.example:recognizers:tennessee");
    let link = recorded["receipt"]["jwt"].as_str().unwrap();
    let jwt = office.app.get(link.strip_prefix("https://touchmark.example").unwrap()).await;
    assert_eq!(office.app.verify(jwt.expect(200).text()).await["verified"], true);
    let page = recorded["receipt"]["page"].as_str().unwrap();
    let page = page.strip_prefix("https://touchmark.example").unwrap();
    let page = office.app.get_as(page, "text/html").await.expect(200).text();
    assert!(page.contains("<h1>6 PDPs</h1>") && page.contains("Version 1"), "{page}");
    assert!(!page.contains("Jordan"), "a receipt names its claimant by an id: {page}");

    // A receipt counts nowhere unless a policy says so.
    let path = "/v1/recognizers/tennessee/claims?dry_run=true";
    let of_receipt = claim(&[&recorded["receipt"]["page"]]);
    let preview = office.app.post(path, &office.key, &of_receipt).await.expect(200).json();
    let line = &preview["decision"]["credentials"][0];
    assert_eq!(line["reasons"][0]["code"], "is-a-receipt", "{line}");
}

async fn a_dry_run_records_nothing_and_tells_what_is_used_up(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let path = "/v1/recognizers/tennessee/claims?dry_run=true";
    let asked = claim(&[&minted["credential"]]);
    for _ in 0..2 {
        let preview = office.app.post(path, &office.key, &asked).await.expect(200).json();
        assert_eq!(preview["decision"]["total"], "6");
        assert_eq!(preview["reports"][0]["verified"], true);
    }
    let list = office.app.read("/v1/recognizers/tennessee/claims", &office.key).await;
    assert_eq!(list.expect(200).json(), json!([]));
    let recorded = office.claim(&asked).await.expect(201).json();

    let preview = office.app.post(path, &office.key, &asked).await.expect(200).json();
    assert_eq!(preview["decision"]["total"], "0");
    let reason = &preview["decision"]["credentials"][0]["reasons"][0];
    assert_eq!(reason["code"], "already-counted", "{preview}");
    let list = office.app.read("/v1/recognizers/tennessee/claims", &office.key).await.json();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["id"]), (1, &recorded["id"]));

    // What was recorded can be decided again.
    let id = recorded["id"].as_str().unwrap();
    let store = &office.app.app.issuance.store;
    let row = store.claim("tennessee", id).await.unwrap().unwrap();
    let recognition = Recognition { issuance: &office.app.app.issuance };
    let details = recognition.details("tennessee", id).await.unwrap().unwrap();
    let number = row.policy_number;
    let policy = store.policy_number(("tennessee", &row.policy), number).await.unwrap().unwrap();
    let again = count(&recognize::policy(&policy).unwrap(), &details.credentials, &details.facts);
    assert_eq!(serde_json::to_value(again).unwrap(), recorded["decision"]);
}

async fn uses_that_exclude_each_other_are_refused_in_the_same_words(database: Database) {
    let office = Office::new(database).await;
    let exclusive = json!({"group": "pay-or-role", "says": "Money or hours, never both."});
    for id in ["pay", "role"] {
        let policy = with(policy(id), json!({"exclusive": exclusive}));
        office.publish(&policy).await.expect(201);
    }
    let minted = office.minted().await;
    let asked = |policy: &str| {
        let purpose = format!("a secret purpose of {policy}");
        with(claim(&[&minted["credential"]]), json!({"policy": policy, "purpose": purpose}))
    };
    office.claim(&asked("pay")).await.expect(201);
    let same = office.claim(&asked("pay")).await.expect_problem(409, "already-counted");
    let other = office.claim(&asked("role")).await.expect_problem(409, "already-counted");
    assert_eq!(same["detail"], other["detail"]);
    assert_eq!(same["errors"], other["errors"]);
    assert!(!other.to_string().contains("secret"), "{other}");
    // What excludes nothing stands by itself.
    office.claim(&asked("relicensure")).await.expect(201);
    // Nor does another office learn of it.
    let key = recognizer(&office.app, "lebanon").await;
    let path = "/v1/recognizers/lebanon";
    let pay = with(policy("pay"), json!({"exclusive": exclusive}));
    office.app.post(&format!("{path}/policies"), &key, &pay).await.expect(201);
    office.app.post(&format!("{path}/claims"), &key, &asked("pay")).await.expect(201);
}

async fn a_published_version_never_changes(database: Database) {
    let office = Office::new(database).await;
    let again = office.publish(&policy("relicensure")).await.expect(200).json();
    assert_eq!(again["number"], 1);
    let changed = with(policy("relicensure"), json!({"name": "Another name"}));
    office.publish(&changed).await.expect_problem(409, "version-published");
    let second = with(changed, json!({"version": "2"}));
    let yaml = format!("# as people write it\n{second}");
    let path = "/v1/recognizers/tennessee/policies";
    let asked = office.app.request(Method::POST, path).key(&office.key);
    let asked = asked.header("content-type", "application/yaml").body(yaml);
    assert_eq!(asked.send().await.expect(201).json()["number"], 2);
    let all = office.app.read(path, &office.key).await.expect(200).json();
    assert_eq!(all.as_array().unwrap().len(), 2);

    let first = "/recognizers/tennessee/policies/relicensure/versions/1";
    let answer = office.app.get(first).await.expect(200);
    assert_eq!(answer.json()["name"], "Re-licensure");
    assert_eq!(
        answer.header("etag"),
        format!("\"{}\"", again["digestMultibase"].as_str().unwrap())
    );
    let seen = answer.header("etag");
    office.app.request(Method::GET, first).header("if-none-match", seen).send().await.expect(304);
    let latest = office.app.get("/recognizers/tennessee/policies/relicensure").await;
    assert_eq!(latest.expect(200).json()["version"], "2");
    office.app.get("/recognizers/tennessee/policies/none").await.expect_problem(404, "not-found");

    // A claim may name the version that it goes by.
    let minted = office.minted().await;
    let by_first = with(claim(&[&minted["credential"]]), json!({"policyVersion": "1"}));
    let recorded = office.claim(&by_first).await.expect(201).json();
    assert_eq!(recorded["decision"]["policy"]["version"], "1");

    // Whoever has another office's key finds nothing here.
    let other = recognizer(&office.app, "lebanon").await;
    for key in [&other, &office.app.nea] {
        office.app.post(path, key, &second).await.expect_problem(404, "not-found");
        let id = recorded["id"].as_str().unwrap();
        let of_claim = format!("/v1/recognizers/tennessee/claims/{id}");
        office.app.read(&of_claim, key).await.expect_problem(404, "not-found");
    }
    let mixed = format!("/v1/recognizers/lebanon/claims/{}", recorded["id"].as_str().unwrap());
    office.app.read(&mixed, &other).await.expect_problem(404, "not-found");
    let wrong = with(policy("x"), json!({"recognizer": {"name": "N", "id": "did:web:n.example"}}));
    let refused = office.publish(&wrong).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/recognizer/id");
}

async fn revoking_a_credential_flags_the_claim_and_takes_nothing_back(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let recorded = office.claim(&claim(&[&minted["credential"]])).await.expect(201).json();
    let id = &recorded["id"];
    let reviewed = office.change(id, "review", &json!({})).await.expect(200).json();
    assert_eq!(reviewed, recorded, "all of it holds");

    let reason = json!({"reason": "Awarded by mistake"});
    office.app.change(minted["id"].as_str().unwrap(), "revoke", &reason).await.expect(200);
    let flagged = office.read(id).await;
    assert_eq!(flagged["flag"], "a credential that was counted is revoked");
    assert_eq!(flagged["state"], "recorded");
    assert_eq!(flagged["events"][1]["action"], "flag");
    assert_eq!(flagged["events"][1]["by"], "issuer", "whose key it was is not the office's");
    assert_eq!(flagged["events"][1]["detail"], json!({"counted": 1, "state": "revoked"}));
    assert_eq!(office.receipt(&recorded).await["verified"], true, "it says what was decided then");
    let reviewed = office.change(id, "review", &json!({})).await.expect(200).json();
    assert_eq!(reviewed["flag"], "credential 1 no longer holds", "{reviewed}");
    let appealed = office.change(id, "appeal", &json!({"reason": "I earned it."})).await;
    assert!(appealed.expect(200).json()["appealedAt"].is_string());
    let refused = office.claim(&claim(&[&minted["credential"]])).await;
    let refused = refused.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "not-counted");
}

async fn a_withdrawn_claim_frees_what_it_used_and_a_corrected_one_passes_it_on(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let asked = claim(&[&minted["credential"]]);
    let first = office.claim(&asked).await.expect(201).json();
    let reason = json!({"reason": "Filed for the wrong year"});
    let withdrawn = office.change(&first["id"], "withdraw", &reason).await.expect(200).json();
    assert_eq!(withdrawn["state"], "withdrawn");
    assert_eq!(withdrawn["events"][1]["reason"], "Filed for the wrong year");
    assert_eq!(office.receipt(&first).await["status"], "revoked");
    let final_ = office.change(&first["id"], "withdraw", &reason).await;
    final_.expect_problem(409, "claim-is-final");

    let second = office.claim(&asked).await.expect(201).json();
    let corrected = with(asked.clone(), json!({"purpose": "The right purpose"}));
    let correction = json!({"reason": "The purpose was wrong", "claim": corrected});
    let third = office.change(&second["id"], "correct", &correction).await.expect(201).json();
    assert_eq!(third["corrects"], second["id"]);
    assert_eq!(office.read(&second["id"]).await["state"], "corrected");
    assert_eq!(office.receipt(&second).await["status"], "superseded");
    assert_eq!(office.receipt(&third).await["verified"], true);
    office.claim(&asked).await.expect_problem(409, "already-counted");
    let again = office.change(&second["id"], "correct", &correction).await;
    again.expect_problem(409, "already-counted");
}

async fn a_redacted_claim_keeps_its_decision_and_its_uses(database: Database) {
    let office = Office::new(database.clone()).await;
    let minted = office.minted().await;
    let asked = claim(&[&minted["credential"]]);
    let recorded = office.claim(&asked).await.expect(201).json();
    let id = &recorded["id"];
    office.change(id, "appeal", &json!({"reason": "Jordan asked"})).await.expect(200);
    let redacted = office.change(id, "redact", &json!({})).await.expect(200).json();
    assert!(redacted["redactedAt"].is_string());
    let mut decision = recorded["decision"].clone();
    let line = decision["credentials"][0].as_object_mut().unwrap();
    line.remove("id").unwrap();
    line.remove("name").unwrap();
    line.remove("period").unwrap();
    line.insert("input".into(), json!("credential 1"));
    assert_eq!(redacted["decision"], decision, "but for the links to who earned them, and names");
    assert_eq!(redacted["createdAt"], recorded["createdAt"]);
    assert!(!redacted.to_string().contains("Jordan"), "{redacted}");
    assert_eq!(redacted.get("claimant"), None);
    office.claim(&asked).await.expect_problem(409, "already-counted");
    office.change(id, "review", &json!({})).await.expect_problem(409, "claim-is-redacted");
    office.change(id, "redact", &json!({})).await.expect_problem(409, "claim-is-redacted");
}

async fn a_credential_that_supersedes_a_counted_one_is_used_up_too(database: Database) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    office.claim(&claim(&[&minted["credential"]])).await.expect(201);
    let replacement = with(samples::review(), json!({"narrative": "Corrected."}));
    let body = json!({"reason": "The narrative was wrong", "replacement": replacement});
    let corrected = office.app.change(minted["id"].as_str().unwrap(), "supersede", &body).await;
    let corrected = corrected.expect(201).json();
    // Under another name, so that the achievement by the claimant says nothing.
    let asked = claim(&[&corrected["credential"]]);
    let asked = with(asked, json!({"claimant": {"email": "other@school.example"}}));
    office.claim(&asked).await.expect_problem(409, "already-counted");
}

async fn a_limit_holds_over_the_claims_of_one_claimant(database: Database) {
    let office = Office::new(database).await;
    let limit = json!([{"credentials": 1, "per": "calendarYear"}]);
    office.publish(&with(policy("limited"), json!({"limits": limit}))).await.expect(201);
    let second = with(samples::achievement(), json!({"slug": "second", "name": "Second"}));
    office.app.publish(&second).await;
    let first = office.minted().await;
    let second = with(samples::review(), json!({"achievement": "second"}));
    let second = office.app.mint(&second).await.expect(201).json();
    let asked =
        |minted: &Value| with(claim(&[&minted["credential"]]), json!({"policy": "limited"}));
    office.claim(&asked(&first)).await.expect(201);
    let refused = office.claim(&asked(&second)).await.expect_problem(422, "invalid");
    assert!(refused["detail"].as_str().unwrap().contains("The most that the policy allows"));
}

async fn of_many_clients_that_claim_the_same_credential_exactly_one_is_recorded(
    database: Database,
) {
    let office = Office::new(database).await;
    let minted = office.minted().await;
    let replicas = [office.app.clone(), office.app.replica().await, office.app.replica().await];
    let running: Vec<_> = (0..16)
        .map(|i| {
            let (app, key) = (replicas[i % 3].clone(), office.key.clone());
            // Half of them know the claimant by another name.
            let claimant = match i % 2 {
                0 => json!({"licenseNumber": "TN-4471"}),
                _ => json!({"email": "jordan.rivera@school.example"}),
            };
            let asked = with(claim(&[&minted["credential"]]), json!({"claimant": claimant}));
            tokio::spawn(
                async move { app.post("/v1/recognizers/tennessee/claims", &key, &asked).await },
            )
        })
        .collect();
    let mut recorded = 0;
    for one in running {
        let answer = one.await.expect("it does not panic");
        match answer.status {
            201 => recorded += 1,
            _ => drop(answer.expect_problem(409, "already-counted")),
        }
    }
    assert_eq!(recorded, 1);
    let list = office.app.read("/v1/recognizers/tennessee/claims", &office.key).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1, "of the losers nothing stays");
}

#[tokio::test]
async fn another_persons_credential_is_never_counted_and_says_how_to_mend_it() {
    let office = Office::new(Database::sqlite()).await;
    let minted = office.minted().await;
    let asked = |claimant: Value| json!({"policy": "relicensure", "claimant": claimant, "credentials": [minted["jwt"]]});
    let other = json!({"licenseNumber": "1", "name": "Sam Lee"});
    let refused = office.claim(&asked(other)).await.expect_problem(422, "invalid");
    assert!(refused["detail"].as_str().unwrap().contains("not the claimant's"), "{refused}");
    let likely = json!({"licenseNumber": "1", "name": "Jordan Rivera"});
    let refused = office.claim(&asked(likely)).await.expect_problem(422, "invalid");
    assert!(refused["detail"].as_str().unwrap().contains("shown to be"), "{refused}");
    let nobody = office.claim(&asked(json!({"name": "Sam Lee"}))).await;
    let nobody = nobody.expect_problem(422, "invalid");
    assert_eq!(nobody["errors"][0]["pointer"], "/claimant");
    let unknown = with(claim(&[&minted["jwt"]]), json!({"policy": "none"}));
    let unknown = office.claim(&unknown).await.expect_problem(422, "invalid");
    assert_eq!(unknown["errors"][0]["code"], "unknown-policy");
    let misspelt = with(claim(&[&minted["jwt"]]), json!({"statements": {"not-a-jub": true}}));
    let misspelt = office.claim(&misspelt).await.expect_problem(422, "invalid");
    assert_eq!(misspelt["errors"][0]["pointer"], "/statements/not-a-jub");
}
