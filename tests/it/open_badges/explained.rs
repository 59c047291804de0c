//! What `explain` tells of a proof, by the W3C's own figures.

use serde_json::{Value, json};
use touchmark::check::Report;
use touchmark::check::options::Options;
use touchmark::jsonld::Contexts;
use touchmark::verify::Verifier;

use crate::vectors::World;
use crate::vectors::cast::{NEA, NOW, credential, header, jwt_p256, payload, signed, with, world};
use crate::verify::{w3c, w3c_document, with_examples};

async fn explain(input: &str, contexts: &Contexts) -> Report {
    let (world, now) = (world(), NOW.parse().unwrap());
    let sources = World(&world, now);
    let options = &Options { explain: true, ..Options::default() };
    Verifier { sources: &sources, contexts, now, options }.verify(input.as_bytes()).await
}

#[tokio::test]
async fn the_figures_of_the_w3c_are_told_though_the_key_is_silent_and_the_proof_changed() {
    let mut document: Value = serde_json::from_str(&w3c_document()).unwrap();
    document["proof"] = json!({
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022",
        "created": "2023-02-24T23:36:38Z", "proofPurpose": "assertionMethod",
        "verificationMethod": format!("did:key:{0}#{0}", w3c::KEY), "proofValue": "z1",
    });
    let report = explain(&document.to_string(), &with_examples()).await;
    let [proof] = report.explanation.as_slice() else { panic!("{report:#?}") };
    assert_eq!(proof.pointer.as_deref(), Some("/proof"));
    assert_eq!(proof.mechanism.as_deref(), Some("eddsa-rdfc-2022"));
    assert_eq!((proof.key.as_ref(), proof.stopped.as_ref()), (None, None));
    assert_eq!(proof.hash.as_deref(), Some("SHA-256"));
    assert_eq!(proof.document_hash.as_deref(), Some(w3c::DOCUMENT_HASH));
    assert_eq!(proof.options_hash.as_deref(), Some(w3c::OPTIONS_HASH));
    assert_eq!(proof.signed, Some([w3c::OPTIONS_HASH, w3c::DOCUMENT_HASH].concat()));
    let canonical = proof.canonical_document.as_ref().unwrap();
    assert!(canonical.starts_with("<did:example:abcdefgh> "), "{canonical}");
}

#[tokio::test]
async fn each_proof_is_told_with_the_issuers_key_and_what_stops_it() {
    let mut both = signed(&credential());
    let unread = json!({"type": "RsaSignature2018"});
    both["proof"].as_array_mut().unwrap().push(unread);
    let report = explain(&both.to_string(), Contexts::bundled()).await;
    let [first, second] = report.explanation.as_slice() else { panic!("{report:#?}") };
    let key = first.key.as_ref().unwrap();
    assert_eq!((key.id.clone(), key.controller.as_str()), (format!("{NEA}#key-1"), NEA));
    assert!(key.public_key_multibase.starts_with("z6Mk"));
    assert_eq!(second.pointer.as_deref(), Some("/proof/1"));
    assert_eq!(second.stopped.as_deref(), Some("Proofs of this kind are not read."));

    let undefined = with(signed(&credential()), &[("/zz", json!(1))]);
    let report = explain(&undefined.to_string(), Contexts::bundled()).await;
    let stopped = report.explanation[0].stopped.as_ref().unwrap();
    assert!(stopped.contains("zz"), "{stopped}");
}

#[tokio::test]
async fn one_text_is_told_once_and_a_long_one_not_at_all() {
    let mut twice = signed(&credential());
    let proof = twice["proof"][0].clone();
    twice["proof"].as_array_mut().unwrap().push(proof);
    let report = explain(&twice.to_string(), Contexts::bundled()).await;
    let [first, second] = report.explanation.as_slice() else { panic!("{report:#?}") };
    assert!(first.canonical_document.is_some() && first.same_document_as.is_none());
    assert_eq!(second.canonical_document, None);
    assert_eq!(second.same_document_as.as_deref(), Some("/proof/0"));
    assert_eq!(first.signed, second.signed);

    let evidence: Vec<Value> = (0..1000).map(|n| json!({"id": format!("urn:{n}")})).collect();
    let id = format!("urn:{}", "t".repeat(3000));
    let long = with(twice, &[("/id", json!(id)), ("/evidence", json!(evidence))]);
    let report = explain(&long.to_string(), Contexts::bundled()).await;
    let [first, second] = report.explanation.as_slice() else { panic!("{report:#?}") };
    assert_eq!((&first.canonical_document, &first.signed), (&None, &None));
    let stopped = first.stopped.as_ref().unwrap();
    assert!(stopped.starts_with("It is longer"), "{stopped}");
    assert_eq!(first.document_hash, second.document_hash);
    assert!(serde_json::to_string(&report.explanation).unwrap().len() < 10_000);
}

#[tokio::test]
async fn nothing_is_told_of_credentials_in_a_presentation() {
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation",
        "verifiableCredential": [signed(&credential())],
    });
    let report = explain(&presentation.to_string(), Contexts::bundled()).await;
    assert!(report.presentation.unwrap().credentials[0].explanation.is_empty());
}

#[tokio::test]
async fn of_a_jwt_its_signing_input_is_told() {
    let jwt = jwt_p256(&header(json!({})), &payload(&[]), 2);
    let report = explain(&jwt, Contexts::bundled()).await;
    let [proof] = report.explanation.as_slice() else { panic!("{report:#?}") };
    assert_eq!(proof.mechanism.as_deref(), Some("ES256"));
    assert_eq!(proof.signed.as_deref(), Some(jwt.rsplit_once('.').unwrap().0));
    assert_eq!(proof.key.as_ref().unwrap().public_key_jwk["crv"], "P-256");
}

#[tokio::test]
async fn nothing_is_told_that_was_not_asked_for() {
    let (world, now) = (world(), NOW.parse().unwrap());
    let sources = World(&world, now);
    let (contexts, options) = (Contexts::bundled(), Options::USUAL);
    let verifier = Verifier { sources: &sources, contexts, now, options };
    let report = verifier.verify(signed(&credential()).to_string().as_bytes()).await;
    assert!(report.explanation.is_empty());
    assert!(!serde_json::to_string(&report).unwrap().contains("explanation"));
}
