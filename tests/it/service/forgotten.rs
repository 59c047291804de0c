//! An earner who is forgotten: what leaves the service, and what others can still rely on.

use axum::http::Method;
use serde_json::{Value, json};
use touchmark::issue::IssueError;
use touchmark::issue::forget::{Forgettable, Forgotten};
use touchmark::issue::request::EarnerIdentifier;
use touchmark::jsonld::Contexts;

use crate::support::app::{Database, TestApp, on_both_databases};
use crate::support::samples::{self, with};

on_both_databases! {
    a_forgotten_credential_is_gone_from_the_service_and_verifies_where_it_was_kept
    a_forgotten_credential_can_still_be_revoked
    what_was_composed_elsewhere_and_forgotten_is_gone_for_who_asks_under_its_key_again
    who_read_a_credential_before_it_was_forgotten_writes_nothing_of_it_back
    everybody_is_found_by_what_the_issuer_told_them_apart_by
}

const BROWSER: &str = "text/html,application/xhtml+xml";

async fn forget(app: &TestApp, issuer: &str, whom: Forgettable) -> Forgotten {
    let contexts = Contexts::bundled();
    app.app.issuance.forget(issuer, &whom, "operator", contexts).await.unwrap()
}

fn one(minted: &Value) -> Forgettable {
    Forgettable::Credential(minted["id"].as_str().unwrap().to_owned())
}

async fn a_forgotten_credential_is_gone_from_the_service_and_verifies_where_it_was_kept(
    database: Database,
) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let request = with(samples::review(), json!({"idempotencyKey": "review-1"}));
    let minted = app.mint(&request).await.expect(201).json();
    let id = minted["id"].as_str().unwrap();
    let page = format!("/credentials/{id}");
    let vc_jose = app.get_as(&page, "application/vc+jwt").await.expect(200).text();
    let kept = minted["credential"].to_string();

    let forgotten = forget(&app, "nea", one(&minted)).await;
    assert_eq!(forgotten, Forgotten { credentials: vec![id.to_owned()], kept: vec![] });
    assert!(forget(&app, "nea", one(&minted)).await.credentials.is_empty(), "once is enough");

    for (path, accept) in [
        (page.clone(), "application/json"),
        (page.clone(), "application/vc+jwt"),
        (format!("{page}.json"), "*/*"),
        (format!("{page}.jwt"), "*/*"),
        (format!("{page}.png"), "*/*"),
        (format!("{page}.svg"), "*/*"),
        (format!("{page}/qr.svg"), "*/*"),
        (format!("{page}/preview.png"), "*/*"),
    ] {
        let problem = app.get_as(&path, accept).await;
        problem.expect_problem(410, "withdrawn-by-holder");
    }
    let shown = app.get_as(&page, BROWSER).await.expect(410).text();
    assert!(!shown.contains("Jordan") && !shown.contains("onflict"), "{shown}");
    let evidence = minted["credential"]["evidence"][1]["id"].as_str().unwrap();
    let evidence = evidence.strip_prefix("https://touchmark.example").unwrap();
    app.get(evidence).await.expect_problem(404, "not-found");
    app.mint(&request).await.expect_problem(410, "withdrawn-by-holder");

    let record = app.read(&format!("/v1/issuers/nea{page}"), &app.nea).await.expect(200).json();
    assert_eq!((&record["status"], &record["forgotten"]), (&json!("good"), &json!(true)));
    let renewed = format!("/v1/issuers/nea{page}/manage-link");
    let renewed = app.post(&renewed, &app.nea, &json!({})).await;
    renewed.expect_problem(410, "withdrawn-by-holder");

    for form in [kept.clone(), minted["jwt"].as_str().unwrap().to_owned(), vc_jose] {
        let report = app.verify(form).await;
        assert_eq!(
            (&report["verified"], &report["status"]),
            (&json!(true), &json!("good")),
            "{report:#}"
        );
    }
    let forged = kept.replacen("Jordan Rivera", "Jordan Riviera", 1);
    assert_eq!(app.verify(forged).await["verdicts"]["authentic"], "no");
    let link = app.verify(minted["links"]["page"].as_str().unwrap().to_owned()).await;
    assert_eq!(link["verified"], json!(false), "{link:#}");
    assert_eq!(link["verdicts"]["authentic"], "undecided", "{link:#}");
    assert!(!link.to_string().contains("Jordan"), "{link:#}");

    let audit = app.app.issuance.store.audit_page(Some("nea"), None, 100).await.unwrap();
    let last = audit.iter().filter(|row| row.entry.action == "forget").collect::<Vec<_>>();
    assert_eq!(last.len(), 1);
    assert_eq!((&*last[0].entry.actor, &*last[0].entry.subject), ("operator", id));
}

async fn a_forgotten_credential_can_still_be_revoked(database: Database) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let id = minted["id"].as_str().unwrap();
    forget(&app, "nea", one(&minted)).await;
    let revoked = app.change(id, "revoke", &json!({"reason": "Not the earner's own"})).await;
    assert_eq!(revoked.expect(200).json()["status"], "revoked");
    let report = app.verify(minted["credential"].to_string()).await;
    assert_eq!(report["verdicts"]["authentic"], "yes", "{report:#}");
    assert_eq!(report["status"], "revoked");
    // A successor is told to whoever kept the old one.
    let old = app.mint(&samples::review()).await.expect(201).json();
    forget(&app, "nea", one(&old)).await;
    let body = json!({"reason": "Corrected.", "replacement": samples::review()});
    let new = app.change(old["id"].as_str().unwrap(), "supersede", &body).await;
    let new = new.expect(201).json();
    let report = app.verify(old["credential"].to_string()).await;
    assert_eq!(report["status"], "superseded", "{report:#}");
    assert_eq!(report["supersededBy"], new["links"]["page"]);
}

async fn what_was_composed_elsewhere_and_forgotten_is_gone_for_who_asks_under_its_key_again(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let ask = async |name: &str| {
        let credential = json!({"@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"], "name": name,
            "credentialSubject": {"id": "did:example:subject"}});
        let request = app.request(Method::POST, "/nea/credentials/issue").key(&app.nea);
        let body = json!({"credential": credential});
        request.header("idempotency-key", "a").json(&body).send().await
    };
    let issued = ask("One").await.expect(201).json();
    ask("Another").await.expect_problem(422, "idempotency-key-reused");
    let id = issued["verifiableCredential"]["id"].as_str().unwrap().rsplit('/').next().unwrap();
    forget(&app, "nea", Forgettable::Credential(id.to_owned())).await;
    for name in ["One", "Another"] {
        ask(name).await.expect_problem(410, "withdrawn-by-holder");
    }
}

async fn who_read_a_credential_before_it_was_forgotten_writes_nothing_of_it_back(
    database: Database,
) {
    let app = TestApp::new(database).await;
    let minted = app.minted().await;
    let issuance = &app.app.issuance;
    let read = async || {
        let row = issuance.store.credential(minted["id"].as_str().unwrap()).await;
        row.unwrap().unwrap()
    };
    let before = read().await;
    forget(&app, "nea", one(&minted)).await;
    let late = issuance.vc_jose(&before).await;
    assert!(matches!(late, Err(IssueError::Forgotten)), "{late:?}");
    assert_eq!(read().await.vc_jose, None);
}

async fn everybody_is_found_by_what_the_issuer_told_them_apart_by(database: Database) {
    let app = TestApp::new(database).await;
    app.publish(&samples::achievement()).await;
    let mint = async |earner: Value| {
        let request = with(samples::review(), json!({"earner": earner}));
        app.mint(&request).await.expect(201).json()
    };
    let by_email = mint(json!({"name": "A", "email": "Ada@school.example"})).await;
    let again = mint(json!({"name": "A", "email": "ada@school.example"})).await;
    let by_number = mint(json!({"name": "B", "email": "b@school.example",
        "identifier": {"type": "accountId", "value": "7"}}))
    .await;
    let by_did = mint(json!({"name": "C", "id": "did:example:c"})).await;
    let by_subject = mint(json!({"name": "D", "email": "d@school.example"})).await;

    let alone = forget(&app, "nea", one(&again)).await;
    assert_eq!(alone.kept, [by_email["id"].as_str().unwrap()], "what else is of that earner");
    let subject = by_subject["credential"]["credentialSubject"]["id"].as_str().unwrap();
    for (whom, minted) in [
        (Forgettable::Email("ADA@school.example".into()), &by_email),
        (
            Forgettable::Identifier(EarnerIdentifier {
                kind: "accountId".into(),
                value: "7".into(),
            }),
            &by_number,
        ),
        (Forgettable::Id("did:example:c".into()), &by_did),
        (Forgettable::Id(subject.to_owned()), &by_subject),
    ] {
        let others = forget(&app, "other", whom.clone()).await;
        assert!(others.credentials.is_empty(), "another issuer's earners are its own: {whom:?}");
        let found = forget(&app, "nea", whom.clone()).await;
        assert_eq!(found.credentials, [minted["id"].as_str().unwrap()], "{whom:?}");
    }
    let nobody = Forgettable::Email("b@school.example".into());
    assert!(forget(&app, "nea", nobody).await.credentials.is_empty());
}
