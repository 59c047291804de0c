//! What the data model asks of a credential that is to be issued, and of a proof.

use serde_json::json;
use touchmark::did;
use touchmark::model::key::Algorithm;
use touchmark::store::PartyKind;

use super::issuing::{EXAMPLES, NEA, V2, issue, issued, plain, verified};
use super::{app, codes};
use crate::support::app::Database;
use crate::support::samples::with;

/// Section by section of what a credential must be to be issued.
#[tokio::test]
async fn what_breaks_the_data_model_is_not_issued() {
    let app = app(Database::sqlite()).await;
    let subject = json!({"id": "did:example:subject"});
    for change in [
        json!({"@context": null}),
        json!({"@context": V2}),
        json!({"@context": [EXAMPLES, V2]}),
        json!({"@context": [V2, 7]}),
        json!({"@context": [V2, "https://unknown.example/context"]}),
        json!({"@context": [V2, {"VerifiableCredential": "https://a.example/"}]}),
        json!({"@context": [V2, {"Made": "https ://a.example/"}], "type": ["VerifiableCredential", "Made"]}),
        json!({"type": "string"}),
        json!({"type": ["VerifiableCredential", "Unknown"]}),
        json!({"type": ["VerifiableCredential", 7]}),
        json!({"type": null}),
        json!({"id": "not a url"}),
        json!({"id": ["urn:uuid:1"]}),
        json!({"issuer": 4}),
        json!({"issuer": []}),
        json!({"issuer": true}),
        json!({"issuer": {"name": "x"}}),
        json!({"credentialSubject": []}),
        json!({"credentialSubject": {}}),
        json!({"credentialSubject": [subject, {}]}),
        json!({"credentialSubject": "text"}),
        json!({"credentialSubject": null}),
        json!({"validFrom": "2026-01-01"}),
        json!({"validFrom": "2026-01-02T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"}),
        json!({"name": 7}),
        json!({"description": {"@value": "x", "extra": 1}}),
        json!({"credentialStatus": {"id": "https://a.example/"}}),
        json!({"termsOfUse": {"id": "https://a.example/"}}),
        json!({"evidence": [{"name": "x"}]}),
        json!({"refreshService": {}}),
        json!({"credentialSchema": {"type": "JsonSchema"}}),
        json!({"relatedResource": "https://a.example/"}),
        json!({"relatedResource": [{"id": "https://a.example/"}]}),
        json!({"relatedResource": [{"id": V2, "digestSRI": "sha384-AAAA"}]}),
        json!({"relatedResource": [{"id": V2, "digestMultibase": "uAAAA"}]}),
        json!({"relatedResource": [{"id": "https://a.example/", "digestSRI": "sha384-AAAA"},
                                   {"id": "https://a.example/", "digestSRI": "sha384-AAAA"}]}),
        json!({"@context": [V2, {"@base": "https://a.example/"}],
               "type": ["VerifiableCredential", "Relative"]}),
        json!({"@context": [V2, "relative"]}),
        json!({"credentialSubject": {"id": "urn:uuid:2", "undefined": "dropped"}}),
        json!({"name": {"@value": "x", "@language": "en", "@type": "x"}}),
        json!({"issuer": {"id": NEA, "name": 7}}),
        json!({"undefined": "member"}),
        json!({"proof": {"type": "DataIntegrityProof"}}),
    ] {
        let answer = issue(&app, "/nea", &with(plain(), change.clone())).await;
        assert_eq!(answer.status, 400, "{change}: {}", answer.text());
        let answer = answer.json();
        assert!(
            answer["problemDetails"].as_array().is_some_and(|d| !d.is_empty()),
            "{change}: {answer}"
        );
    }
    for body in [json!({}), json!({"credential": "text"}), json!({"credential": null})] {
        app.post("/nea/credentials/issue", &app.nea, &body).await.expect(400);
    }
}

#[tokio::test]
async fn what_the_data_model_allows_is_issued_and_verifies() {
    let app = app(Database::sqlite()).await;
    let parties = &app.app.issuance.parties;
    let other = parties.party(PartyKind::Issuer, "other").await.unwrap().unwrap();
    let signers = parties.signers(&other).await.unwrap();
    let did = did::key::did(&signers.of(Algorithm::Ed25519).unwrap().public);
    let base = with(plain(), json!({"@context": [V2, EXAMPLES], "issuer": did}));
    let sri = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU";
    for change in [
        json!({}),
        json!({"type": ["ExampleCredential", "VerifiableCredential"]}),
        json!({"issuer": {"id": did, "name": "An issuer"}}),
        json!({"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]}),
        json!({"validFrom": "2020-01-01T00:00:00+02:00", "validUntil": "2040-01-01T00:00:00Z"}),
        json!({"name": "A name", "description": [{"@value": "Text", "@language": "en"}]}),
        json!({"termsOfUse": {"type": "ExampleTerms"}, "evidence": [{"type": "ExampleEvidence"}]}),
        json!({"refreshService": {"type": "ExampleRefresh", "id": "https://a.example/"}}),
        json!({"credentialStatus": {"type": "ExampleStatus", "id": "https://a.example/1"}}),
        json!({"relatedResource": [{"id": V2, "digestSRI": sri}]}),
        // The edition of July 2024, as the suites have it.
        json!({"relatedResource": [
            {"id": V2, "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"}]}),
        json!({"@context": [V2, EXAMPLES, {"@context": {"Own": "https://a.example/Own"}}],
               "type": ["VerifiableCredential", "Own"]}),
    ] {
        let credential = issued(&app, "/other", &with(base.clone(), change.clone())).await;
        let answer = verified(&app, "/other", &credential).await;
        assert_eq!(answer.status, 200, "{change}: {}", answer.text());
    }
    // Fine to issue; whether it is current is another question.
    for dates in [
        json!({"validFrom": "2040-01-01T00:00:00Z"}),
        json!({"validUntil": "2020-01-01T00:00:00Z"}),
    ] {
        let credential = issued(&app, "/other", &with(base.clone(), dates)).await;
        verified(&app, "/other", &credential).await.expect(400);
    }
}

#[tokio::test]
async fn a_proof_must_be_whole_and_by_the_conformance_profile_need_not_be_the_issuers() {
    let app = app(Database::sqlite()).await;
    let parties = &app.app.issuance.parties;
    let other = parties.party(PartyKind::Issuer, "other").await.unwrap().unwrap();
    let signers = parties.signers(&other).await.unwrap();
    let did = did::key::did(&signers.of(Algorithm::Ed25519).unwrap().public);
    let credential = issued(&app, "/other", &with(plain(), json!({"issuer": did}))).await;
    let proof = &credential["proof"];
    for broken in [
        json!(null),
        json!("text"),
        json!(7),
        json!([]),
        with(proof.clone(), json!({"type": null})),
        with(proof.clone(), json!({"type": "Unknown"})),
        with(proof.clone(), json!({"cryptosuite": "unknown-2026"})),
        with(proof.clone(), json!({"verificationMethod": null})),
        with(proof.clone(), json!({"proofPurpose": null})),
        with(proof.clone(), json!({"proofPurpose": "authentication"})),
        with(proof.clone(), json!({"proofValue": null})),
        with(proof.clone(), json!({"proofValue": "not multibase"})),
        // Another suite takes keys of another kind.
        with(proof.clone(), json!({"cryptosuite": "ecdsa-rdfc-2019"})),
        with(
            proof.clone(),
            json!({"proofValue": proof["proofValue"].as_str().unwrap().to_uppercase()}),
        ),
        with(proof.clone(), json!({"previousProof": 7})),
        with(proof.clone(), json!({"previousProof": "urn:uuid:absent"})),
    ] {
        let mut changed = credential.clone();
        changed["proof"] = broken.clone();
        let answer = verified(&app, "/other", &changed).await;
        assert_eq!(answer.status, 400, "{broken}: {}", answer.text());
    }
    // Signed by a key that is not the issuer's, as the vectors of the suites are.
    let stranger = crate::vectors::presentations::signed_by_a_stranger();
    let answer = verified(&app, "/other", &stranger).await.expect(200).json();
    assert_eq!(answer["warnings"][0]["code"], "issuer-not-bound", "{answer:#}");
    let answer = verified(&app, "", &stranger).await.expect(400).json();
    assert_ne!(codes(&answer), Vec::<&str>::new());
}
