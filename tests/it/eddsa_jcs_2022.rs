//! `eddsa-jcs-2022` by the W3C's own figures.

use ed25519_dalek::{Signer, SigningKey};
use touchmark::jsonld::Contexts;
use touchmark::model::Document;
use touchmark::model::key::PublicKey;
use touchmark::proof::eddsa_jcs_2022::{self as suite, Error, Options};

use crate::verify::{hex, w3c_document};

/// W3C's `eddsa-jcs-2022` example: key figures of the published vector.
const KEY: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
const SEED: &str = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq";
const DOCUMENT_HASH: &str = "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19";
const OPTIONS_HASH: &str = "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db";
const PROOF_VALUE: &str = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAV\
                           FuUfjoJdcnTMuVor51aX";

fn signed(text: &str) -> Vec<u8> {
    let document = Document::parse(text.as_bytes()).unwrap();
    let method = format!("did:key:{KEY}#{KEY}");
    let options = Options {
        created: "2023-02-24T23:36:38Z".parse().unwrap(),
        verification_method: &method,
        expires: None,
    };
    let seed = bs58::decode(&SEED[1..]).into_vec().unwrap();
    let key = SigningKey::from_bytes(seed[2..].try_into().unwrap());
    let sign = |message: &[u8]| Ok::<_, ()>(key.sign(message).to_bytes().to_vec());
    suite::sign(&document, &options, sign).unwrap()
}

fn verified(text: &[u8]) -> Result<suite::Hashes, Error> {
    let document = Document::parse(text).unwrap();
    let proof = document.root().get("proof").unwrap().items()[0].as_object().unwrap();
    let key = PublicKey::from_multikey(KEY).unwrap();
    suite::verify(&document, proof, &key, Contexts::conformance())
}

#[test]
fn the_w3c_vector_is_reproduced_to_the_signature() {
    let secured = signed(&w3c_document());
    let parsed = Document::parse(&secured).unwrap();
    let proof = parsed.root().get("proof").unwrap().items()[0].as_object().unwrap();
    assert_eq!(proof.str("proofValue"), Some(PROOF_VALUE));
    let hashes = verified(&secured).unwrap();
    assert_eq!(hex(&hashes.document_hash), DOCUMENT_HASH);
    assert_eq!(hex(&hashes.options_hash), OPTIONS_HASH);
}

/// The published file itself, where the W3C's repository is at hand.
#[test]
fn the_w3c_file_is_verified_with_its_intermediate_values() {
    let Some(folder) = std::env::var_os("TOUCHMARK_W3C") else {
        return println!("did not run: TOUCHMARK_W3C names no checkout of the W3C's vectors");
    };
    let folder = std::path::Path::new(&folder).join("vc-di-eddsa/TestVectors/eddsa-jcs-2022");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let hashes = verified(read("signedJCS.json").as_bytes()).unwrap();
    assert_eq!(hashes.canonical_document, read("canonDocJCS.txt").trim_end());
    assert_eq!(hashes.canonical_options, read("proofCanonJCS.txt").trim_end());
    assert_eq!(hex(&hashes.message()), read("combinedHashJCS.txt").trim());
}

#[test]
fn only_an_unsecured_document_with_a_context_is_signed() {
    let options =
        Options { created: Default::default(), verification_method: "did:a:b#c", expires: None };
    let refused = |text: &str| {
        let document = Document::parse(text.as_bytes()).unwrap();
        suite::prepare(&document, &options).err()
    };
    assert_eq!(refused("{}"), Some(Error::NoContext));
    assert_eq!(refused(r#"{"@context": [], "proof": []}"#), Some(Error::AlreadySecured));
    let rounded = refused(r#"{"@context": [], "a": 1e16}"#).unwrap();
    assert!(rounded.to_string().contains("1e16"), "{rounded}");
    assert_eq!(refused(r#"{"@context": []}"#), None);
}

#[test]
fn a_byte_changed_anywhere_but_in_white_space_is_found() {
    let secured = String::from_utf8(signed(&w3c_document())).unwrap();
    for (from, to) in [
        ("School of", "school of"),
        ("2023-01-01", "2023-01-02"),
        ("36:38Z", "36:39Z"),
        ("examples/v2\"],\"id", "examples/v2\",{\"alumniOf\":\"a:b\"}],\"id"),
    ] {
        let changed = secured.replacen(from, to, 1);
        assert_ne!(changed, secured);
        let found = verified(changed.as_bytes()).unwrap_err();
        assert!(matches!(found, Error::Signature | Error::AddedContext), "{from}: {found}");
    }
    let added = secured.replacen("v2\"],\"id", "v2\",\"https://www.w3.org/ns/did/v1\"],\"id", 1);
    assert_eq!(verified(added.as_bytes()), verified(secured.as_bytes()));
    let spaced = secured.replace("\":", "\" :\n");
    assert!(verified(spaced.as_bytes()).is_ok());
}
