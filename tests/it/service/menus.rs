//! Menus: what a recognizer accepts, each achievement endorsed by a credential.

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::issue::access::note;
use touchmark::store::{MenuPublished, NewMenu, PartyKind};

use crate::support::app::{Answer, Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_menu_endorses_each_achievement_and_revokes_what_is_taken_off
    a_policy_by_anothers_menu_counts_what_stands_on_it
    of_two_that_publish_at_once_each_gets_a_version_of_its_own
    an_endorsement_that_does_not_stand_is_made_anew_by_publishing_the_same_menu
    a_menu_is_made_again_where_a_key_was_withdrawn_since_its_endorsements_were_seen
}

const CIRCLES: &str = "https://touchmark.example/achievements/nea.restorative-practices";
const FOREIGN: &str = "https://elsewhere.example/achievements/circles";
const MENU: &str = "/recognizers/committee/menus/chosen";
const COMMITTEE: &str = "did:web:touchmark.example:recognizers:committee";

/// A committee with a policy that goes by its own menu.
struct Committee {
    app: TestApp,
    key: String,
}

impl Committee {
    async fn new(database: Database) -> Self {
        let app = TestApp::new(database).await;
        app.publish(&samples::achievement()).await;
        let key = recognizer(&app, "committee").await;
        let this = Self { app, key };
        let policy = policy(json!({"accepts": [{"menu": COMMITTEE}]}));
        this.app.post("/v1/recognizers/committee/policies", &this.key, &policy).await.expect(201);
        this
    }

    async fn publish(&self, menu: &Value) -> Answer {
        let path = format!("/v1{MENU}");
        self.app.request(Method::PUT, &path).key(&self.key).json(menu).send().await
    }

    async fn read(&self, url: &Value) -> Value {
        let path = url.as_str().unwrap().strip_prefix("https://touchmark.example").unwrap();
        let text = self.app.get(&format!("{path}.json")).await.expect(200).text();
        let report = self.app.verify(text.clone()).await;
        let document: Value = serde_json::from_str(&text).unwrap();
        json!({"document": document, "report": report})
    }
}

async fn recognizer(app: &TestApp, name: &str) -> String {
    let profile = serde_json::from_value(json!({"name": "A committee (example)"})).unwrap();
    let parties = &app.app.issuance.parties;
    parties.add(PartyKind::Recognizer, name, &profile, "test").await.unwrap();
    app.api_key(Some(&format!("recognizer:{name}")), &["policy", "claim"]).await
}

fn policy(rest: Value) -> Value {
    let base = json!({
        "id": "pay", "version": "1", "name": "Pay", "recognizer": {"name": "A committee (example)"},
        "authority": [{"title": "A rule (example)"}],
        "unit": "USD", "accepts": [{"menu": COMMITTEE}], "belongs": "likely",
        "award": {"perCredential": {"amount": "200"}},
    });
    with(base, rest)
}

fn menu(ids: &[&str]) -> Value {
    let entries: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    json!({"title": "Chosen <together>", "policy": "pay", "achievements": entries})
}

async fn a_menu_endorses_each_achievement_and_revokes_what_is_taken_off(database: Database) {
    let committee = Committee::new(database).await;
    let first = committee.publish(&menu(&[CIRCLES, FOREIGN])).await.expect(201).json();
    assert_eq!((&first["version"], &first["policy"]["version"]), (&json!(1), &json!("1")));
    assert_eq!(committee.publish(&menu(&[CIRCLES, FOREIGN])).await.expect(200).json(), first);
    assert_eq!(committee.app.get(MENU).await.expect(200).json(), first);

    let own = committee.read(&first["achievements"][0]["endorsement"]).await;
    assert_eq!(own["report"]["verified"], true, "{own}");
    let document = &own["document"];
    assert_eq!(document["type"], json!(["VerifiableCredential", "EndorsementCredential"]));
    assert_eq!(document["issuer"]["id"], COMMITTEE);
    assert_eq!(document["credentialSubject"]["id"], CIRCLES);
    assert_eq!(document["proof"][0]["cryptosuite"], "eddsa-rdfc-2022");
    let says = document["credentialSubject"]["endorsementComment"].as_str().unwrap();
    for part in ["“Restorative Practices”", "Each counts US$200.", "version 1 of its policy “Pay”"]
    {
        assert!(says.contains(part), "{says}");
    }

    // What stays the same keeps its endorsement; what is taken off is revoked.
    let second = committee.publish(&menu(&[CIRCLES])).await.expect(201).json();
    assert_eq!(second["version"], 2);
    assert_eq!(second["achievements"][0], first["achievements"][0]);
    let off = committee.read(&first["achievements"][1]["endorsement"]).await;
    assert_eq!(
        (&off["report"]["verified"], &off["report"]["status"]),
        (&json!(false), &json!("revoked"))
    );
    let kept = committee.read(&first["achievements"][0]["endorsement"]).await;
    assert_eq!(kept["report"]["verified"], true);
    let before = committee.app.get(&format!("{MENU}/versions/1")).await.expect(200).json();
    assert_eq!(before, first);

    // By a new version of the policy it says something else, so it is endorsed anew.
    let more = policy(json!({"version": "2", "award": {"perCredential": {"amount": "225"}}}));
    let policies = "/v1/recognizers/committee/policies";
    committee.app.post(policies, &committee.key, &more).await.expect(201);
    let third = committee.publish(&menu(&[CIRCLES])).await.expect(201).json();
    assert_ne!(third["achievements"][0]["endorsement"], first["achievements"][0]["endorsement"]);
    let ended = committee.read(&first["achievements"][0]["endorsement"]).await;
    assert_eq!(ended["report"]["status"], "superseded");
    assert_eq!(ended["report"]["supersededBy"], third["achievements"][0]["endorsement"]);

    let told =
        committee.app.get(&format!("{}/recognition", local(CIRCLES))).await.expect(200).json();
    let office = &told["recognizers"][0];
    assert_eq!(office["counts"][0]["says"], "US$225 each");
    assert_eq!(office["menus"][0]["endorsement"], third["achievements"][0]["endorsement"]);
}

async fn an_endorsement_that_does_not_stand_is_made_anew_by_publishing_the_same_menu(
    database: Database,
) {
    let committee = Committee::new(database).await;
    let both = menu(&[CIRCLES, FOREIGN]);
    let first = committee.publish(&both).await.expect(201).json();
    let endorsement = |menu: &Value, i: usize| menu["achievements"][i]["endorsement"].clone();
    let issuance = &committee.app.app.issuance;
    let party = issuance.parties.party(PartyKind::Recognizer, "committee").await.unwrap().unwrap();
    let key =
        committee.read(&endorsement(&first, 0)).await["document"]["proof"][0]["verificationMethod"]
            .clone();
    issuance.parties.withdraw(&party, key.as_str().unwrap(), "operator").await.unwrap().unwrap();
    let void = committee.read(&endorsement(&first, 0)).await;
    assert_eq!(void["report"]["verdicts"]["authentic"], "no", "{void}");

    let second = committee.publish(&both).await.expect(201).json();
    assert_eq!(second["version"], 2, "{second}");
    for i in [0, 1] {
        assert_eq!(second["achievements"][i]["says"], first["achievements"][i]["says"]);
        assert_ne!(endorsement(&second, i), endorsement(&first, i));
        let read = committee.read(&endorsement(&second, i)).await;
        assert_eq!(read["report"]["verified"], true, "{read}");
        // Who has the old one finds it.
        let old = committee.read(&endorsement(&first, i)).await;
        assert_eq!(old["report"]["supersededBy"], endorsement(&second, i), "{old}");
        let page = local(old["document"]["id"].as_str().unwrap()).to_owned();
        let page = committee.app.get_as(&page, "text/html").await.expect(200).text();
        let link = format!("href=\"{}\"", local(endorsement(&second, i).as_str().unwrap()));
        assert!(page.contains("Its key was withdrawn") && page.contains(&link), "{page}");
    }
    assert_eq!(committee.publish(&both).await.expect(200).json(), second, "once is enough");

    // One that was revoked by itself as well; the other one stays.
    let id = endorsement(&second, 1).as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let (owner, at) = (party.owner(), issuance.ambient.now());
    let revoke = touchmark::store::Change::Revoke;
    let revoked = issuance.store.change_status((&owner, &id), &revoke, "By hand", "test", at).await;
    revoked.unwrap().unwrap();
    let third = committee.publish(&both).await.expect(201).json();
    assert_eq!(endorsement(&third, 0), endorsement(&second, 0));
    let read = committee.read(&endorsement(&third, 1)).await;
    assert_eq!(read["report"]["verified"], true, "{read}");
    let old = committee.read(&endorsement(&second, 1)).await;
    assert_eq!(old["report"]["status"], "revoked", "what was revoked stays so");
}

async fn a_menu_is_made_again_where_a_key_was_withdrawn_since_its_endorsements_were_seen(
    database: Database,
) {
    let committee = Committee::new(database).await;
    let first = committee.publish(&menu(&[CIRCLES])).await.expect(201).json();
    let endorsement = committee.read(&first["achievements"][0]["endorsement"]).await;
    let key = endorsement["document"]["proof"][0]["verificationMethod"].as_str().unwrap();
    let issuance = &committee.app.app.issuance;
    let store = &issuance.store;
    // Its endorsements were seen to stand.
    let row = store.latest_menu("committee", "chosen").await.unwrap().unwrap();
    let mut seen = NewMenu {
        recognizer: row.recognizer,
        name: row.name,
        number: 2,
        digest: row.digest,
        body: row.body,
        entries: store.menu_entries("committee", "chosen").await.unwrap(),
        mints: Vec::new(),
        ended: Vec::new(),
        withdrawn: 0,
    };
    let party = issuance.parties.party(PartyKind::Recognizer, "committee").await.unwrap().unwrap();
    issuance.parties.withdraw(&party, key, "operator").await.unwrap().unwrap();
    let note = note(&issuance.ambient, ("test", "menu.publish"), Some(&party.owner()), "chosen");
    let published = store.publish_menu(&seen, &note).await.unwrap();
    assert_eq!(published, MenuPublished::Stale);
    assert_eq!(committee.app.get(MENU).await.expect(200).json(), first, "nothing of it stays");
    seen.withdrawn = 1;
    let published = store.publish_menu(&seen, &note).await.unwrap();
    assert_eq!(published, MenuPublished::Published);
}

fn local(url: &str) -> &str {
    url.strip_prefix("https://touchmark.example").unwrap()
}

async fn a_policy_by_anothers_menu_counts_what_stands_on_it(database: Database) {
    let committee = Committee::new(database).await;
    let app = &committee.app;
    let minted = app.mint(&samples::review()).await.expect(201).json();
    let district = recognizer(app, "district").await;
    let by_menu = policy(json!({"accepts": [{"menu": COMMITTEE}]}));
    app.post("/v1/recognizers/district/policies", &district, &by_menu).await.expect(201);
    let claim = json!({"policy": "pay", "claimant": {"licenseNumber": "44-71"},
        "credentials": [{"credential": minted["credential"],
            "belongs": {"decision": "yes", "reason": "She was here", "by": "M. Okafor"}}]});
    let decide = async || {
        let path = "/v1/recognizers/district/claims?dry_run=true";
        app.post(path, &district, &claim).await.expect(200).json()["decision"].clone()
    };
    let code = |decision: &Value| decision["credentials"][0]["reasons"][0]["code"].clone();
    let off = decide().await;
    assert_eq!((&off["total"], code(&off)), (&json!("0"), json!("not-accepted")), "{off}");
    committee.publish(&menu(&[CIRCLES])).await.expect(201);
    let on = decide().await;
    assert_eq!((&on["total"], code(&on)), (&json!("200"), json!("counted")), "{on}");
    let recorded = app.post("/v1/recognizers/district/claims", &district, &claim).await.expect(201);
    assert_eq!(recorded.json()["decision"]["total"], "200");
    committee.publish(&menu(&[])).await.expect(201);
    assert_eq!(code(&decide().await), "not-accepted");
}

async fn of_two_that_publish_at_once_each_gets_a_version_of_its_own(database: Database) {
    let committee = Committee::new(database).await;
    let (one, two) = (menu(&[CIRCLES]), menu(&[FOREIGN]));
    let (first, second) = tokio::join!(committee.publish(&one), committee.publish(&two));
    let mut versions = [first, second].map(|answer| answer.expect(201).json()["version"].clone());
    versions.sort_by_key(Value::as_i64);
    assert_eq!(versions, [json!(1), json!(2)]);
    let now = committee.app.get(MENU).await.expect(200).json();
    let report = committee.read(&now["achievements"][0]["endorsement"]).await;
    assert_eq!(report["report"]["verified"], true);
}

#[tokio::test]
async fn what_cannot_stand_on_a_menu_is_refused_with_its_place() {
    let committee = Committee::new(Database::sqlite()).await;
    let faults = async |menu: &Value| {
        let problem = committee.publish(menu).await.expect_problem(422, "invalid");
        (problem["errors"][0]["pointer"].clone(), problem["errors"][0]["code"].clone())
    };
    let unknown = menu(&["https://touchmark.example/achievements/nea.no-such-one"]);
    let at = |pointer: &str, code: &str| (json!(pointer), json!(code));
    assert_eq!(faults(&unknown).await, at("/achievements/0/id", "unknown-achievement"));
    let version = menu(&[&format!("{CIRCLES}/versions/1")]);
    assert_eq!(faults(&version).await, at("/achievements/0/id", "unknown-achievement"));
    let other = with(menu(&[CIRCLES]), json!({"policy": "another"}));
    assert_eq!(faults(&other).await, at("/policy", "unknown-policy"));
    let named = with(menu(&[CIRCLES]), json!({"id": "another"}));
    assert_eq!(faults(&named).await, at("/id", "other-menu"));
    let long =
        policy(json!({"id": "long", "accepts": [{"menu": COMMITTEE}], "minimumHours": "40"}));
    let policies = "/v1/recognizers/committee/policies";
    committee.app.post(policies, &committee.key, &long).await.expect(201);
    let by_long = with(menu(&[CIRCLES]), json!({"policy": "long"}));
    assert_eq!(faults(&by_long).await, at("/achievements/0", "not-counted"));
    // Whoever may file claims may not say what is accepted.
    let clerk = committee.app.api_key(Some("recognizer:committee"), &["claim"]).await;
    let asked = committee.app.request(Method::PUT, &format!("/v1{MENU}")).key(&clerk);
    asked.json(&menu(&[CIRCLES])).send().await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn the_endorsement_of_an_outside_committee_is_taken_from_the_claim_where_it_holds() {
    let committee = Committee::new(Database::sqlite()).await;
    let app = &committee.app;
    let menu = committee.publish(&menu(&[CIRCLES])).await.expect(201).json();
    let endorsement = committee.read(&menu["achievements"][0]["endorsement"]).await;
    let endorsement = &endorsement["document"];
    // An issuer of this service plays the outside committee, since only recognizers have menus here.
    let outside = "did:web:touchmark.example:issuers:other";
    let unsigned = with(
        endorsement.clone(),
        json!({"proof": null, "id": null, "issuer": outside,
        "credentialStatus": null}),
    );
    let issue = json!({"credential": unsigned, "options": {}});
    let signed = app.post("/other/credentials/issue", &app.other, &issue).await.expect(201).json();
    let district = recognizer(app, "district").await;
    let by_menu = policy(json!({"accepts": [{"menu": outside}]}));
    app.post("/v1/recognizers/district/policies", &district, &by_menu).await.expect(201);
    let minted = app.mint(&samples::review()).await.expect(201).json();
    let decide = async |endorsements: Value| {
        let claim = json!({"policy": "pay", "claimant": {"licenseNumber": "44-71"},
            "endorsements": endorsements, "credentials": [{"credential": minted["credential"],
                "belongs": {"decision": "yes", "reason": "She was here", "by": "M. Okafor"}}]});
        let path = "/v1/recognizers/district/claims?dry_run=true";
        let decision = app.post(path, &district, &claim).await.expect(200).json();
        decision["decision"]["credentials"][0]["reasons"][0]["code"].clone()
    };
    assert_eq!(decide(json!([])).await, "menu-unknown");
    let signed = &signed["verifiableCredential"];
    assert_eq!(decide(json!([signed])).await, "counted");
    // Of another achievement, by another signer, or altered, it says nothing.
    assert_eq!(decide(json!([endorsement])).await, "menu-unknown");
    let mut altered = signed.clone();
    altered["credentialSubject"]["endorsementComment"] = "Anything counts.".into();
    assert_eq!(decide(json!([altered])).await, "menu-unknown");
    let other = with(
        unsigned.clone(),
        json!({"credentialSubject":
        with(unsigned["credentialSubject"].clone(), json!({"id": FOREIGN}))}),
    );
    let issue = json!({"credential": other, "options": {}});
    let other = app.post("/other/credentials/issue", &app.other, &issue).await.expect(201).json();
    assert_eq!(decide(json!([other["verifiableCredential"]])).await, "not-accepted");
}

#[tokio::test]
async fn a_menu_and_an_endorsement_have_pages() {
    let committee = Committee::new(Database::sqlite()).await;
    let menu = committee.publish(&menu(&[CIRCLES, "urn:uuid:1"])).await.expect(201).json();
    let endorsement = menu["achievements"][0]["endorsement"].as_str().unwrap();
    let page = committee.app.get_as(MENU, "text/html").await.expect(200).text();
    for shown in [
        "Chosen &#60;together&#62;",
        "Restorative Practices",
        local(endorsement),
        "href=\"/achievements/nea.restorative-practices\"",
        "urn:uuid:1",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let page = committee.app.get_as(local(endorsement), "text/html").await.expect(200).text();
    for shown in
        ["Genuine and valid", "Signed statement", "Each counts US$200.", "A committee (example)"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("LinkedIn"), "{page}");
    committee
        .app
        .get(&format!("{}.png", local(endorsement)))
        .await
        .expect_problem(404, "not-found");
    let page = committee.app.get_as("/recognizers/committee", "text/html").await.expect(200).text();
    assert!(page.contains(&format!("href=\"{MENU}\"")), "{page}");
    let page = committee.app.get_as(local(CIRCLES), "text/html").await.expect(200).text();
    assert!(page.contains("US$200 each") && page.contains(MENU), "{page}");
}
