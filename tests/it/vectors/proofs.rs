//! Vectors of the other cryptosuites, and of proof sets and chains, put together
//! by hand from the specifications.

use ed25519_dalek::Signer;
use openssl::ecdsa::EcdsaSig;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use touchmark::check::report::{Form, Status, Verdict};

use super::cast::{NEA, canonical, credential, key, options, p256, proof, secured, with, world};
use super::generate::{Writer, failing, vector};

pub fn suites(to: &Writer) {
    let plain = credential();
    let rdfc = with(plain.clone(), &[("/proof", json!([ecdsa(&plain, "ecdsa-rdfc-2019")]))]);
    let title = "an ecdsa-rdfc-2019 proof of the issuer's P-256 key holds";
    to.good("ecdsa-rdfc-good", title, &rdfc, Form::Json);
    let jcs = with(plain.clone(), &[("/proof", json!([ecdsa(&plain, "ecdsa-jcs-2019")]))]);
    let title = "an ecdsa-jcs-2019 proof of the issuer's P-256 key holds";
    to.good("ecdsa-jcs-good", title, &jcs, Form::Json);
    let changed = with(rdfc.clone(), &[("/evidence/0/name", json!("plan"))]);
    let title = "one changed character breaks the signature";
    to.no("ecdsa-rdfc-changed", title, 8, changed, ("proof", "signature"));
    let relabelled = with(rdfc, &[("/proof/0/cryptosuite", json!("eddsa-rdfc-2022"))]);
    let title = "a cryptosuite takes only the keys that it names, whatever the proof says";
    to.no("ecdsa-relabelled-eddsa", title, 2, relabelled, ("proof", "key-type"));
    let other_key = with(options(), &[("/cryptosuite", json!("ecdsa-rdfc-2019"))]);
    let title = "an Ed25519 key makes no ECDSA proof";
    to.no("eddsa-key-for-ecdsa", title, 2, secured(&plain, &other_key, 1), ("proof", "key-type"));
    let old = with(plain.clone(), &[("/proof", signature_2020(&plain, &json!({})))]);
    let title = "an Ed25519Signature2020 holds, though no context of the document defines it";
    to.good("ed25519-signature-2020-good", title, &old, Form::Json);
    let title = "an Ed25519Signature2020 must say when it was made";
    let undated = signature_2020(&plain, &json!({"created": null}));
    let input = with(plain.clone(), &[("/proof", undated)]);
    let problem = ("proof", "invalid-proof");
    to.no("ed25519-signature-2020-without-created", title, 34, input, problem);
    let title = "a member of an old proof that its own context does not define fails";
    let trusted = signature_2020(&plain, &json!({"trusted": "yes"}));
    let input = with(plain.clone(), &[("/proof", trusted)]);
    let problem = ("proof", "undefined-term");
    to.no("ed25519-signature-2020-undefined", title, 8, input, problem);
}

pub fn sets_and_chains(to: &Writer) {
    let plain = credential();
    let [first, second] = ["urn:uuid:proof-1", "urn:uuid:proof-2"];
    let named = |id: &str| proof(&plain, &with(options(), &[("/id", json!(id))]), 1);
    let set = with(plain.clone(), &[("/proof", json!([named(first), named(second)]))]);
    let title = "proofs beside each other are a set, and each holds";
    to.good("proof-set", title, &set, Form::Json);
    let follows = |previous: Value| {
        let options = with(
            options(),
            &[("/verificationMethod", json!(format!("{NEA}#key-3"))), ("/previousProof", previous)],
        );
        let over = with(plain.clone(), &[("/proof", json!([named(first)]))]);
        link(&over, &options, 3)
    };
    let chain = |last: Value| with(plain.clone(), &[("/proof", json!([named(first), last]))]);
    let good = chain(follows(json!(first)));
    let title = "a proof that follows another is made over it, and both hold";
    to.good("proof-chain", title, &good, Form::Json);
    to.good("proof-chain-array", title, chain(follows(json!([first]))), Form::Json);

    let missing = with(plain.clone(), &[("/proof", json!([follows(json!(first))]))]);
    let title = "a proof that another follows cannot be taken away";
    to.no("proof-chain-missing", title, 8, missing, ("proof", "previous-proof-missing"));
    let title = "what a proof follows is named by its id";
    let number = chain(follows(json!(1)));
    to.no("proof-chain-number", title, 8, number, ("proof", "previous-proof"));
    let title = "a proof cannot follow itself";
    let itself = with(follows(json!(second)), &[("/id", json!(second))]);
    to.no("proof-chain-cycle", title, 19, chain(itself), ("proof", "proof-cycle"));
    let title = "an id of two proofs names neither";
    let last = follows(json!(first));
    let twice = with(plain.clone(), &[("/proof", json!([named(first), named(first), last]))]);
    to.no("proof-chain-twice", title, 8, twice, ("proof", "proof-id-twice"));
    let title = "a chain's last proof is over the proof before it, as it was";
    let changed = with(good, &[("/proof/0/created", json!("2026-11-01T10:00:01Z"))]);
    to.no("proof-chain-changed", title, 8, changed, ("proof", "signature"));
    let title = "a proof over the document alone is no link of a chain";
    let lone = with(options(), &[("/previousProof", json!(first))]);
    let lone = chain(proof(&plain, &lone, 1));
    to.no("proof-chain-unlinked", title, 8, lone, ("proof", "signature"));
    let title = "more proofs than any issuer makes are not looked at";
    let undecided = Verdict::Undecided;
    let too_many = || failing(undecided, undecided, Status::Unknown, ("proof", "too-many-proofs"));
    let many = with(plain.clone(), &[("/proof", json!(vec![named(first); 9]))]);
    to.write("proofs-too-many", vector(title, Some(19), many, world(), too_many()));
    let title = "a longer chain than any issuer makes is not followed";
    let mut long = vec![named(first)];
    long.extend(vec![follows(json!(first)); 5]);
    let long = with(plain.clone(), &[("/proof", json!(long))]);
    to.write("proof-chain-too-long", vector(title, Some(19), long, world(), too_many()));

    let unknown = with(named(first), &[("/cryptosuite", json!("bbs-2023"))]);
    let over = with(plain.clone(), &[("/proof", json!([unknown]))]);
    let options = with(options(), &[("/previousProof", json!(first))]);
    let last = link(&over, &options, 1);
    let input = with(plain, &[("/proof", json!([unknown, last]))]);
    let title =
        "a proof of a kind that we do not verify is not passed over where another follows it";
    let expect = failing(undecided, undecided, Status::Unknown, ("proof", "unsupported-proof"));
    to.write("proof-chain-unsupported", vector(title, Some(14), input, world(), expect));
}

/// A proof over a document and the proofs in it.
fn link(document: &Value, options: &Value, seed: u8) -> Value {
    let configuration = with(options.clone(), &[("/@context", document["@context"].clone())]);
    let message = hashes(&canonical(&configuration, &[]), &canonical(document, &[]));
    let signature = key(seed).sign(&message).to_bytes();
    with(options.clone(), &[("/proofValue", json!(base58(&signature)))])
}

/// By the issuer's P-256 key.
fn ecdsa(document: &Value, suite: &str) -> Value {
    let method = json!(format!("{NEA}#key-2"));
    let options =
        with(options(), &[("/cryptosuite", json!(suite)), ("/verificationMethod", method)]);
    let configuration = with(options.clone(), &[("/@context", document["@context"].clone())]);
    let (message, proof) = if suite == "ecdsa-jcs-2019" {
        (hashes(&sorted(&configuration), &sorted(document)), configuration)
    } else {
        (hashes(&canonical(&configuration, &[]), &canonical(document, &["proof"])), options)
    };
    let signature = EcdsaSig::sign(&Sha256::digest(message), &p256(2)).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    with(proof, &[("/proofValue", json!(base58(&raw)))])
}

/// With the suite's own context; null takes a member out.
fn signature_2020(document: &Value, changes: &Value) -> Value {
    let mut proof = json!({
        "type": "Ed25519Signature2020", "created": "2026-11-01T10:00:00Z",
        "verificationMethod": format!("{NEA}#key-1"), "proofPurpose": "assertionMethod",
    });
    let signed = with(proof.clone(), &[("/@context", json!(SUITE_CONTEXT))]);
    let message = hashes(&canonical(&signed, &[]), &canonical(document, &["proof"]));
    proof["proofValue"] = json!(base58(&key(1).sign(&message).to_bytes()));
    proof.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    proof.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    proof
}

const SUITE_CONTEXT: &str = "https://w3id.org/security/suites/ed25519-2020/v1";

fn hashes(options: &str, document: &str) -> Vec<u8> {
    [Sha256::digest(options), Sha256::digest(document)].concat()
}

/// The members of these documents are ASCII and their numbers small.
fn sorted(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    sorted.to_string()
}

fn base58(signature: &[u8]) -> String {
    format!("z{}", bs58::encode(signature).into_string())
}
