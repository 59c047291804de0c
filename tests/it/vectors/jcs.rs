//! Vectors of `eddsa-jcs-2022`, whose proofs are put together here by hand: the
//! members of the documents are ASCII and their numbers small, so that sorting
//! them is all that there is to the canonical form.

use ed25519_dalek::Signer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use touchmark::check::report::Form;

use super::cast::{self, OB, V2, credential, key, options, with};
use super::generate::Writer;

pub fn documents(to: &Writer) {
    let plain = credential();
    let good = signed(&plain);
    to.good("jcs-good", "an eddsa-jcs-2022 proof of the issuer's key holds", &good, Form::Json);
    let both = with(
        plain.clone(),
        &[("/proof", json!([proof(&plain), cast::proof(&plain, &options(), 1)]))],
    );
    let title = "two proofs by different cryptosuites hold beside each other";
    to.good("jcs-and-rdfc", title, both.clone(), Form::Json);
    let one = with(both, &[("/proof/0/created", json!("2026-11-01T10:00:01Z"))]);
    let title = "of two proofs each must hold";
    to.no("jcs-wrong-beside-rdfc", title, 8, one, ("proof", "signature"));
    let title = "one changed character breaks the signature";
    let changed = with(good.clone(), &[("/evidence/0/name", json!("plan"))]);
    to.no("jcs-changed", title, 8, changed, ("proof", "signature"));
    let relabelled = with(cast::signed(&plain), &[("/proof/0/cryptosuite", json!(SUITE))]);
    let title = "a signature by one cryptosuite is none by another";
    to.no("jcs-relabelled", title, 2, relabelled, ("proof", "signature"));
    contexts(to);
    numbers_and_members(to);
}

fn contexts(to: &Writer) {
    let plain = credential();
    let good = signed(&plain);
    let added = |document: &Value, context: Value| {
        let contexts = [document["@context"].as_array().unwrap().as_slice(), &[context]].concat();
        with(document.clone(), &[("/@context", json!(contexts))])
    };
    let extensions = json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json");
    let title = "a context that was added after signing and changes nothing is no harm";
    to.good("jcs-context-added", title, added(&good, extensions), Form::Json);
    let undefined = signed(&with(plain.clone(), &[("/licensed", json!("everywhere"))]));
    let title = "a member that no context defines fails, though its JSON is signed";
    to.no("jcs-undefined-member", title, 8, &undefined, ("json-ld", "undefined-term"));
    let defined = added(&undefined, json!({"licensed": "https://a.example/licensed"}));
    let title = "a context added after signing cannot give a meaning to what had none";
    to.no("jcs-context-added-with-a-meaning", title, 8, defined, ("proof", "added-context"));
    let other = json!([OB, V2]);
    let foreign = with(good, &[("/proof/0/@context", other)]);
    let title = "a proof with a context that the document does not start with fails";
    to.no("jcs-proof-context", title, 8, foreign, ("proof", "proof-context"));
}

fn numbers_and_members(to: &Writer) {
    let plain = credential();
    let good = signed(&plain).to_string();
    let title = "a member that stands twice is refused before anything else";
    let twice = good.replacen("{", "{\"id\":\"urn:uuid:other\",", 1);
    to.no("jcs-duplicate-member", title, 20, twice, ("form", "not-strict-json"));
    let credits = "/credentialSubject/achievement/creditsAvailable";
    let number = with(plain.clone(), &[(credits, json!(7))]);
    let title = "a small number is signed as it stands";
    to.good("jcs-number", title, signed(&number), Form::Json);
    let written = |text: &str| {
        let signed = signed(&number).to_string();
        signed.replacen("\"creditsAvailable\":7", &format!("\"creditsAvailable\":{text}"), 1)
    };
    let title = "an integer that readers round is refused";
    let large = written("9007199254740993");
    to.no("jcs-number-rounded", title, 20, large, ("form", "not-strict-json"));
    let title = "an integer that would be rounded is refused in any way of writing it";
    to.no("jcs-number-exponent", title, 20, written("1e16"), ("proof", "unsafe-integer"));
    let proof = proof_with(&plain, &[("/trusted", json!("yes"))]);
    let title = "a proof that says what no context defines fails, though it is signed";
    let input = with(plain.clone(), &[("/proof", json!([proof]))]);
    to.no("jcs-undefined-proof-member", title, 8, input, ("proof", "undefined-term"));
}

const SUITE: &str = "eddsa-jcs-2022";

fn signed(document: &Value) -> Value {
    with(document.clone(), &[("/proof", json!([proof(document)]))])
}

fn proof(document: &Value) -> Value {
    proof_with(document, &[])
}

/// By the steps of the specification.
fn proof_with(document: &Value, changes: &[(&str, Value)]) -> Value {
    let suite = [("/cryptosuite", json!(SUITE)), ("/@context", document["@context"].clone())];
    let mut proof = with(with(options(), &suite), changes);
    let digest = |value: &Value| {
        let mut sorted = value.clone();
        sorted.sort_all_objects();
        Sha256::digest(sorted.to_string())
    };
    let message = [digest(&proof), digest(document)].concat();
    let signature = key(1).sign(&message).to_bytes();
    proof["proofValue"] = json!(format!("z{}", bs58::encode(signature).into_string()));
    proof
}
