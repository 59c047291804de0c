//! Whatever is changed of a valid credential, it is never authentic unless what was signed is
//! the same.

use proptest::prelude::*;
use serde_json::json;
use touchmark::check::report::Verdict;
use touchmark::jsonld::{Contexts, HashAlgorithm, Input, expand};
use touchmark::model::Document;
use touchmark::proof::eddsa_rdfc_2022::{self as suite, Options};
use touchmark::verify::verify;

use super::vector;
use crate::vectors::{Documents, World};

/// The graph that is signed, where the document has one.
fn graph(input: &[u8]) -> Option<String> {
    let document = Document::parse(input).ok()?;
    let input = Input { object: document.root(), without: &["proof"], context: None };
    expand(&input, Contexts::bundled()).ok()?.canonicalize(HashAlgorithm::Sha256).ok()
}

fn authentic(input: &[u8], documents: &Documents) -> Verdict {
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let world = World(documents, now);
    runtime.block_on(verify(input, &world, Contexts::bundled(), now)).verdicts.authentic
}

/// Valid credentials, by what secures them.
const SECURED: [&str; 8] = [
    "good-vc-jwt-es256",
    "good-json",
    "jcs-good",
    "ecdsa-rdfc-good",
    "ecdsa-jcs-good",
    "ed25519-signature-2020-good",
    "proof-set",
    "proof-chain",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_changed_byte_is_never_authentic_unless_the_signed_graph_is_the_same(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        secured in prop::sample::select(&SECURED[..]),
    ) {
        let vector = vector(secured);
        let jwt = secured.contains("jwt");
        let original = vector.input.as_bytes();
        let mut changed = original.to_vec();
        let at = at.index(changed.len());
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        if authentic(&changed, &vector.documents) == Verdict::Yes {
            prop_assert!(!jwt, "a JWT changed at {}", at);
            prop_assert_eq!(graph(&changed), graph(original), "{} at {}", secured, at);
        }
    }

    #[test]
    fn a_changed_value_is_never_authentic_and_nothing_that_is_signed_makes_us_stumble(
        at in any::<prop::sample::Index>(),
        new in any::<prop::sample::Index>(),
        sign_again in any::<bool>(),
    ) {
        let vector = vector(if sign_again { "good-status" } else { "signed-by-digitalbazaar" });
        let mut changed: serde_json::Value = serde_json::from_str(&vector.input).unwrap();
        let places = places(&changed, String::new());
        let place = &places[at.index(places.len())];
        let values = strange_values();
        *changed.pointer_mut(place).unwrap() = values[new.index(values.len())].clone();
        let text = changed.to_string();
        if !sign_again {
            if authentic(text.as_bytes(), &vector.documents) == Verdict::Yes {
                prop_assert_eq!(graph(text.as_bytes()), graph(vector.input.as_bytes()), "{}", place);
            }
            return Ok(());
        }
        changed.as_object_mut().map(|members| members.remove("proof"));
        let text = changed.to_string();
        let Ok(document) = Document::parse(text.as_bytes()) else { return Ok(()) };
        let options = Options {
            created: vector.now,
            verification_method: "did:web:nea.example:issuers:nea#key-1",
            expires: None,
        };
        let sign = |message: &[u8]| Ok::<_, ()>(sign_as_nea(message));
        if let Ok(secured) = suite::sign(&document, &options, Contexts::bundled(), sign) {
            authentic(&secured, &vector.documents);
        }
    }
}

/// JSON pointers to every value of a document.
fn places(value: &serde_json::Value, here: String) -> Vec<String> {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let inner = inner.into_iter().flat_map(|(step, value)| places(value, format!("{here}/{step}")));
    let inner: Vec<String> = inner.collect();
    [here].into_iter().chain(inner).collect()
}

fn strange_values() -> Vec<serde_json::Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("_:b0"),
        json!("did:web:evil.example"),
        json!("https://www.w3.org/ns/credentials/v2"),
        json!("2026-11-21T09:00:00Z"),
        json!("z"),
        json!([]),
        json!([[]]),
        json!([null]),
        json!(["a", "b"]),
        json!({}),
        json!({"id": "urn:uuid:1"}),
        json!({"@value": "x", "@language": "en"}),
        json!({"@context": {"@vocab": "https://a.example/"}}),
        json!({"@list": ["a"]}),
        json!({"@set": []}),
        json!({"type": ["Profile"], "id": "urn:uuid:1"}),
    ]
}

fn sign_as_nea(message: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer;
    ed25519_dalek::SigningKey::from_bytes(&[1; 32]).sign(message).to_bytes().to_vec()
}
