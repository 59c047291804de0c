//! What the public suites ask of an instance under the conformance profile.

use serde_json::{Value, json};
use touchmark::did;
use touchmark::model::key::Algorithm;
use touchmark::store::PartyKind;

use super::issuing::{OTHER, issue, issued, plain, verified};
use super::{app, ask, codes};
use crate::support::app::{Database, on_both_databases};
use crate::support::samples::with;

on_both_databases! {
    an_issuer_of_the_suites_own_is_signed_for_in_the_conformance_profile_alone
    a_proof_for_another_purpose_than_was_expected_does_not_verify
    a_proof_is_an_object_but_in_open_badges
}

async fn an_issuer_of_the_suites_own_is_signed_for_in_the_conformance_profile_alone(
    database: Database,
) {
    let app = app(database).await;
    let rsa = {
        let parties = &app.app.issuance.parties;
        let other = parties.party(PartyKind::Issuer, "other").await.unwrap().unwrap();
        let signers = parties.signers_with(&other, &[Algorithm::Rsa]).await.unwrap();
        did::key::did(&signers.of(Algorithm::Rsa).unwrap().public)
    };
    for issuer in [
        json!("did:example:issuer"),
        json!({"id": "did:example:issuer", "name": "Example"}),
        json!("did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        // Nobody reads a did:key of RSA.
        json!(rsa),
    ] {
        let given = with(plain(), json!({"issuer": issuer}));
        let credential = issued(&app, "/other", &given).await;
        assert_eq!(credential["issuer"], issuer);
        let method = credential["proof"]["verificationMethod"].as_str().unwrap();
        assert!(method.starts_with(&format!("{OTHER}#")), "{method}");
        // No reader takes our key for the issuer's.
        let answer = verified(&app, "", &credential).await.expect(400).json();
        assert_eq!(answer["verified"], false, "{answer:#}");
        let answer = issue(&app, "/nea", &given).await.expect(400).json();
        assert_eq!(codes(&answer), ["other-issuer"]);
    }
    // A name that is not ours takes no id: the suites issue one fixture many times.
    let fixture = with(plain(), json!({"issuer": "did:example:issuer", "id": "urn:uuid:fixture"}));
    for _ in 0..2 {
        issued(&app, "/other", &fixture).await;
    }
    issued(&app, "/other", &with(fixture, json!({"issuer": OTHER}))).await;
    for issuer in [json!("fake-issuer"), json!({"id": "fake-issuer"}), json!({"id": null})] {
        let given = with(plain(), json!({"issuer": issuer}));
        assert_eq!(issue(&app, "/other", &given).await.expect(400).status, 400, "{issuer}");
    }
}

async fn a_proof_for_another_purpose_than_was_expected_does_not_verify(database: Database) {
    let app = app(database).await;
    let credential = issued(&app, "/nea", &plain()).await;
    let presentation = json!({"@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"], "verifiableCredential": [credential]});
    let credential = json!({"verifiableCredential": credential});
    let presentation = json!({"verifiablePresentation": presentation});
    let purpose = |purpose: Value| json!({"options": {"expectedProofPurpose": purpose}});
    for (path, body, usual, other) in [
        ("/nea/credentials/verify", credential, "assertionMethod", "authentication"),
        ("/presentations/verify", presentation, "authentication", "assertionMethod"),
    ] {
        for good in [json!(usual), json!(null)] {
            ask(&app, path, &with(body.clone(), purpose(good))).await.expect(200);
        }
        let answer = ask(&app, path, &with(body.clone(), purpose(json!(other)))).await;
        assert_eq!(codes(&answer.expect(400).json()), ["proof-purpose"]);
        let unread = ask(&app, path, &with(body, purpose(json!(["authentication"])))).await;
        unread.expect_problem(400, "unreadable");
    }
}

async fn a_proof_is_an_object_but_in_open_badges(database: Database) {
    let app = app(database).await;
    let credential = issued(&app, "/nea", &plain()).await;
    assert!(credential["proof"].is_object(), "{credential:#}");
    let list = credential["credentialStatus"]["statusListCredential"].as_str().unwrap();
    let list = list.strip_prefix("https://touchmark.example").unwrap();
    let list = app.get_as(list, "application/json").await.expect(200).json();
    assert!(list["proof"].is_object(), "{list:#}");
    verified(&app, "", &list).await.expect(200);
    let badge = with(app.minted().await["credential"].clone(), json!({"proof": null}));
    let badge = with(badge, json!({"id": null, "credentialStatus": null}));
    let badge = issued(&app, "/nea", &badge).await;
    assert_eq!(badge["proof"].as_array().map(Vec::len), Some(1), "{badge:#}");
    verified(&app, "", &badge).await.expect(200);
}
