//! What the public suites ask of an instance under the conformance profile.

use serde_json::json;
use touchmark::did;
use touchmark::model::key::Algorithm;
use touchmark::store::PartyKind;

use super::issuing::{OTHER, issue, issued, plain, verified};
use super::{app, codes};
use crate::support::app::{Database, on_both_databases};
use crate::support::samples::with;

on_both_databases! {
    an_issuer_of_the_suites_own_is_signed_for_in_the_conformance_profile_alone
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
        let method = credential["proof"][0]["verificationMethod"].as_str().unwrap();
        assert!(method.starts_with(&format!("{OTHER}#")), "{method}");
        // No reader takes our key for the issuer's.
        let answer = verified(&app, "", &credential).await.expect(400).json();
        assert_eq!(answer["verified"], false, "{answer:#}");
        let answer = issue(&app, "/nea", &given).await.expect(400).json();
        assert_eq!(codes(&answer), ["other-issuer"]);
    }
    for issuer in [json!("fake-issuer"), json!({"id": "fake-issuer"}), json!({"id": null})] {
        let given = with(plain(), json!({"issuer": issuer}));
        assert_eq!(issue(&app, "/other", &given).await.expect(400).status, 400, "{issuer}");
    }
}
