//! Verification beyond the vectors: W3C's own figures, and what holds for any
//! change of a byte.

mod changes;
mod sources;

use std::sync::Arc;

use serde_json::{Value, json};
use touchmark::check::Report;
use touchmark::check::options::Options as Asks;
use touchmark::check::report::Verdict;
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::jsonld::{Contexts, HashAlgorithm, Input, expand};
use touchmark::model::Document;
use touchmark::model::key::PublicKey;
use touchmark::proof::eddsa_rdfc_2022::{self as suite, Options};
use touchmark::verify::{Verifier, verify};

use crate::vectors::{Documents, Vector, World, folder};

/// W3C's `eddsa-rdfc-2022` example: key figures of the published vector.
pub mod w3c {
    pub const KEY: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    pub const SEED: &str = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq";
    pub const DOCUMENT_HASH: &str =
        "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017";
    pub const OPTIONS_HASH: &str =
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0";
    pub const PROOF_VALUE: &str = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9\
                                   iseabecm3ijx4K1FBTQsCZahKZme";
}

/// The document of W3C's examples of both EdDSA suites.
pub fn w3c_document() -> String {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2",
                     "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    })
    .to_string()
}

/// The bundled contexts and one that says what the examples context says.
pub fn with_examples() -> Contexts {
    let examples = br#"{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}"#;
    Contexts::bundled().with("https://www.w3.org/ns/credentials/examples/v2", examples).unwrap()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the credentials of a presentation that is not signed come to.
async fn presented(credentials: &[&str]) -> Vec<(Verdict, Option<String>)> {
    let vector = |name: &str| -> Vector {
        let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let read = |name: &&str| -> Value { serde_json::from_str(&vector(name).input).unwrap() };
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation",
        "verifiableCredential": credentials.iter().map(read).collect::<Vec<_>>(),
    });
    let Vector { documents, now, .. } = vector(credentials[0]);
    let world = World(&documents, now);
    let input = presentation.to_string();
    let report = verify(input.as_bytes(), &world, Contexts::bundled(), now).await;
    let reports = report.presentation.unwrap().credentials;
    let told = |report: &Report| {
        let proof = report.checks.iter().find(|check| check.name == "proof");
        let problem = proof.and_then(|check| check.problem.as_ref());
        (report.verdicts.authentic, problem.map(|problem| problem.code.clone()))
    };
    reports.iter().map(told).collect()
}

#[tokio::test]
async fn what_stands_beside_a_graph_made_to_be_slow_costs_nothing_more() {
    let good = (Verdict::Yes, None);
    let slow = (Verdict::No, Some("too-complex".to_owned()));
    assert_eq!(presented(&["good-json", "proof-chain"]).await, [good.clone(), good.clone()]);
    assert_eq!(presented(&["good-json", "poison-graph"]).await, [good, slow.clone()]);
    let after = presented(&["poison-graph", "proof-chain", "poison-graph"]).await;
    assert_eq!(after, [slow.clone(), slow.clone(), slow]);
}

#[test]
fn a_long_graph_is_not_written_again_and_again_in_one_verification() {
    let text = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiableCredential",
        "id": format!("urn:{}", "t".repeat(12_000)),
        "evidence": (0..1000).map(|n| json!({"id": format!("urn:{n}")})).collect::<Vec<_>>(),
    })
    .to_string();
    let document = Document::parse(text.as_bytes()).unwrap();
    let input = Input { object: document.root(), without: &[], context: None };
    let written = |contexts: &Contexts| {
        let write =
            |_: &u32| expand(&input, contexts).unwrap().canonicalize(HashAlgorithm::Sha256).is_ok();
        (0..30).take_while(write).count()
    };
    let contexts = Contexts::bundled().for_one_verification();
    assert_eq!((written(&contexts), contexts.spent()), (13, true));
    assert!(!Contexts::bundled().spent());
}

#[test]
fn the_w3c_vector_is_reproduced_to_the_signature() {
    use ed25519_dalek::{Signer, SigningKey};

    let text = w3c_document();
    let document = Document::parse(text.as_bytes()).unwrap();
    let method = format!("did:key:{0}#{0}", w3c::KEY);
    let options = Options {
        created: "2023-02-24T23:36:38Z".parse().unwrap(),
        verification_method: &method,
        expires: None,
    };
    let contexts = with_examples();
    let ready = suite::prepare(&document, &options, &contexts).unwrap();
    assert_eq!(hex(&ready.message()), [w3c::OPTIONS_HASH, w3c::DOCUMENT_HASH].concat());

    let seed = bs58::decode(&w3c::SEED[1..]).into_vec().unwrap();
    let key = SigningKey::from_bytes(seed[2..].try_into().unwrap());
    let message = ready.message();
    let secured = ready.finish(&key.sign(&message).to_bytes());
    assert!(secured.starts_with(text.strip_suffix('}').unwrap().as_bytes()));

    let secured = Document::parse(&secured).unwrap();
    let proof = secured.root().get("proof").unwrap().items()[0].as_object().unwrap();
    assert_eq!(proof.str("proofValue"), Some(w3c::PROOF_VALUE));
    let key = PublicKey::from_multikey(w3c::KEY).unwrap();
    let hashes = suite::verify(&secured, proof, &key, &contexts).unwrap();
    assert_eq!(hex(&hashes.message()), hex(&message));
    assert!(hashes.canonical_document.starts_with("<did:example:abcdefgh> "));
}

/// The published file itself, where the W3C's repository is at hand.
#[test]
fn the_w3c_file_is_verified_with_its_intermediate_values() {
    let Some(folder) = std::env::var_os("TOUCHMARK_W3C") else {
        return println!("did not run: TOUCHMARK_W3C names no checkout of the W3C's vectors");
    };
    let folder = std::path::Path::new(&folder).join("vc-di-eddsa/TestVectors/eddsa-rdfc-2022");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let text = read("signedDataInt.json");
    let document = Document::parse(text.as_bytes()).unwrap();
    let proof = document.root().get("proof").unwrap().as_object().unwrap();
    let key = PublicKey::from_multikey(w3c::KEY).unwrap();
    let hashes = suite::verify(&document, proof, &key, &with_examples()).unwrap();
    assert_eq!(hashes.canonical_document.trim_end(), read("canonDocDataInt.txt").trim_end());
    assert_eq!(hashes.canonical_options.trim_end(), read("proofCanonDataInt.txt").trim_end());
    assert_eq!(hex(&hashes.message()), read("combinedHashDataInt.txt").trim());
}

#[tokio::test]
async fn offline_what_needs_a_fetch_is_undecided_and_a_did_key_is_not() {
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    for (name, expected) in
        [("good-json", Verdict::Undecided), ("did-key-calls-itself-nea", Verdict::Yes)]
    {
        let input = vector(name).input;
        let offline = touchmark::fetch::Offline;
        let report = verify(input.as_bytes(), &offline, Contexts::bundled(), now).await;
        assert_eq!(report.verdicts.authentic, expected, "{name}");
    }
}

/// What our own halves of signing make: keys, document, lists and forms.
mod ours {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use touchmark::did::document::{IssuerKey, compose};
    use touchmark::model::achievement_credential::BitstringStatusListEntry;
    use touchmark::model::key::Algorithm;
    use touchmark::proof::vc_jwt::{self, Kind, SigningHeader};
    use touchmark::status::bitstring::{self, Bits, ListCredential, Purpose};

    const DID: &str = "did:web:localhost%3A8080:issuers:nea";
    const LIST: &str = "http://localhost:8080/status/1";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[42; 32])
    }

    fn sign(message: &[u8]) -> Result<Vec<u8>, std::convert::Infallible> {
        Ok(key().sign(message).to_bytes().to_vec())
    }

    fn embed(unsigned: &[u8]) -> String {
        let document = Document::parse(unsigned).unwrap();
        let conformance = touchmark::check::conform(&document, Contexts::bundled());
        assert!(conformance.passed(), "{conformance:?}");
        assert_eq!(conformance.warnings, []);
        let options = Options {
            created: "2026-11-21T08:00:00Z".parse().unwrap(),
            verification_method: &format!("{DID}#key-1"),
            expires: None,
        };
        let secured = suite::sign(&document, &options, Contexts::bundled(), sign).unwrap();
        String::from_utf8(secured).unwrap()
    }

    fn jwt(payload: &[u8], kind: Kind) -> String {
        let kid = format!("{DID}#key-1");
        vc_jwt::sign(
            &SigningHeader { algorithm: Algorithm::Ed25519, kid: &kid, kind },
            payload,
            sign,
        )
        .unwrap()
    }

    /// A credential of ours, its list with this bit, and our document.
    fn world(set: usize, list_as_jwt: bool) -> (Vec<u8>, Documents) {
        let mut credential: serde_json::Value =
            serde_json::from_str(&vector("good-json").input).unwrap();
        credential.as_object_mut().unwrap().remove("proof");
        credential["issuer"]["id"] = json!(DID);
        let entry = BitstringStatusListEntry::new(LIST.into(), "revocation", 7);
        credential["credentialStatus"] = serde_json::to_value(entry).unwrap();
        let mut bits = Bits::new(0);
        bits.set(set);
        let list = bitstring::compose(&ListCredential {
            id: LIST,
            issuer: DID,
            purpose: &Purpose::Revocation,
            bits: &bits,
            valid_from: "2026-11-21T08:00:00Z".parse().unwrap(),
            valid_until: "2026-11-22T08:00:00Z".parse().unwrap(),
        });
        let list = if list_as_jwt {
            jwt(&vc_jwt::compose(&Document::parse(&list).unwrap()).unwrap(), Kind::OpenBadges)
        } else {
            embed(&list)
        };
        let public = PublicKey::ed25519(key().verifying_key().to_bytes()).unwrap();
        let document =
            compose(DID, &[IssuerKey { fragment: "key-1", key: &public, withdrawn: None }]);
        let mut documents = Documents::default();
        let at = "https://localhost:8080/issuers/nea/did.json";
        documents.0.insert(at.into(), document.to_string());
        documents.0.insert(LIST.into(), list);
        (credential.to_string().into_bytes(), documents)
    }

    #[tokio::test]
    async fn what_we_sign_verifies_in_every_form_and_is_seen_as_revoked() {
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        for (set, status) in [(8, "good"), (7, "revoked")] {
            let (unsigned, documents) = world(set, set == 7);
            let payload = vc_jwt::compose(&Document::parse(&unsigned).unwrap()).unwrap();
            for secured in
                [embed(&unsigned), jwt(&payload, Kind::OpenBadges), jwt(&unsigned, Kind::VcJose)]
            {
                let world = World(&documents, now);
                let report = verify(secured.as_bytes(), &world, Contexts::bundled(), now).await;
                let report = serde_json::to_value(report).unwrap();
                assert_eq!(report["status"], status, "{report:#}");
                assert_eq!(report["verified"], status == "good");
                assert_eq!(report["signer"]["bound"], "the domain localhost:8080 (did:web)");
                assert_eq!(report["credential"]["earner"]["name"], "Ada Example");
                assert_eq!(report["warnings"], json!([]));
            }
        }
    }
}

#[tokio::test]
async fn only_the_askers_own_file_makes_an_issuer_known_and_no_verdict_changes_by_it() {
    let file = "[[issuer]]\nid = \"did:web:nea.example:issuers:nea\"\n\
                name = \"The real NEA\"\nfrom = \"a letter\"\n";
    let trusted = TrustedIssuers::parse(file).unwrap();
    let knows = Asks { trusted: Some(Arc::new(trusted)), ..Asks::default() };
    for (name, known_as) in [
        ("good-json", json!({"name": "The real NEA", "from": "a letter"})),
        ("revoked", json!({"name": "The real NEA", "from": "a letter"})),
        ("did-key-calls-itself-nea", json!(null)),
    ] {
        let vector = vector(name);
        let world = World(&vector.documents, vector.now);
        let contexts = Contexts::bundled();
        let usual = verify(vector.input.as_bytes(), &world, contexts, vector.now).await;
        let verifier = Verifier { sources: &world, contexts, now: vector.now, options: &knows };
        let report = verifier.verify(vector.input.as_bytes()).await;
        assert_eq!(report.verdicts, usual.verdicts, "{name}");
        let report = serde_json::to_value(report).unwrap();
        assert_eq!(report["signer"]["knownAs"], known_as, "{name}");
        let usual = serde_json::to_value(usual).unwrap();
        assert_eq!(usual["signer"]["knownAs"], json!(null), "nobody is known without a file");
    }
    // What nobody is found to have signed is of nobody who is known.
    let changed = vector("changed-name");
    let world = World(&changed.documents, changed.now);
    let contexts = Contexts::bundled();
    let verifier = Verifier { sources: &world, contexts, now: changed.now, options: &knows };
    let report = serde_json::to_value(verifier.verify(changed.input.as_bytes()).await).unwrap();
    assert!(report.get("signer").is_none(), "{report:#}");
}

fn vector(name: &str) -> Vector {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}
