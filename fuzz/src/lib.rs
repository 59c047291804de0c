//! What strangers send, against what meets it first: one function a target. It returns for every
//! input, and panics where what it was told does not hold.
//!
//! `fuzz_targets/` hands these what libFuzzer thinks up; `tests/it/fuzz.rs` includes this very
//! file and hands them the seeds and a bounded number of their mutants, on every `cargo test`.
//! So nothing here knows either of them.

use touchmark::bake::Picture;
use touchmark::check::status;
use touchmark::did::{self, ControllerDocument};
use touchmark::jsonld::{self, Contexts, HashAlgorithm, Input};
use touchmark::model::json::{self, Value, canonical};
use touchmark::model::key::PublicKey;
use touchmark::model::{Credential, Document};
use touchmark::proof::secured::Secured;
use touchmark::proof::vc_jwt::Jws;
use touchmark::status::bitstring;

/// A target by its name, which is also that of its folder of seeds.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 12] = [
    ("bitstring", bitstring),
    ("did_document", did_document),
    ("did_web", did_web),
    ("jcs", jcs),
    ("json", json),
    ("jsonld", jsonld),
    ("jws", jws),
    ("multikey", multikey),
    ("png", |bytes| picture(Picture::Png, bytes)),
    ("secured", secured),
    ("status_list", status_list),
    ("svg", |bytes| picture(Picture::Svg, bytes)),
];

/// Runs the target of this name.
pub fn run(target: &str, bytes: &[u8]) {
    let (_, check) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target's name");
    check(bytes);
}

/// A status list's bits: bounded, and what was read is written and read again.
fn bitstring(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(bits) = bitstring::decode(text) else { return };
    assert!((bitstring::MIN_LENGTH..=8 * bitstring::MAX_BYTES).contains(&bits.len()));
    assert!(bits.get(bits.len()).is_none());
    let again = bitstring::decode(&bitstring::encode(&bits)).expect("what was encoded is decoded");
    assert_eq!(again, bits);
}

/// A key document: no key speaks for anyone but the one that it was read for.
fn did_document(bytes: &[u8]) {
    let Ok(document) = Document::parse(bytes) else { return };
    let id = document.root().str("id").unwrap_or_default();
    let other = format!("{id}x");
    assert!(ControllerDocument::read(&document, &other).is_err(), "it is about {id}");
    let Ok(keys) = ControllerDocument::read(&document, id) else { return };
    assert!(keys.weight() >= bytes.len());
    for method in keys.assertion_methods() {
        assert_eq!(method.controller, id);
        let found = keys.assertion_method(&method.id).expect("it was handed out");
        assert_eq!(found, method);
    }
}

/// A did:web's URL: https, a host name, and a path made of plain segments.
fn did_web(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(url) = did::web::locate(text) else { return };
    assert_eq!(url.scheme(), "https");
    assert!(url.domain().is_some_and(|host| host.parse::<std::net::IpAddr>().is_err()), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
    assert!(url.path().ends_with("/did.json"), "{url}");
    let written = text.strip_prefix("did:web:").expect("it is a did:web");
    let segments = written.split(':').skip(1);
    let path = segments.fold(String::new(), |path, segment| format!("{path}/{segment}"));
    let path = if path.is_empty() { "/.well-known".to_owned() } else { path };
    assert_eq!(url.path(), format!("{path}/did.json"), "nothing was climbed or decoded");
    let domain = did::web::domain(text).expect("it has a host");
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str().expect("it has a host"));
    assert_eq!(domain.to_ascii_lowercase().trim_end_matches(":443"), host);
}

/// The canonical form: another reader finds the same value in it, and it means itself.
fn jcs(bytes: &[u8]) {
    let Ok(value) = json::parse(bytes) else { return };
    let Ok(form) = canonical(&value) else { return };
    let theirs: serde_json::Value = serde_json::from_slice(bytes).expect("it is JSON");
    let again: serde_json::Value = serde_json::from_str(&form).expect("the form is JSON");
    assert_eq!(as_floats(again), as_floats(theirs), "{form}");
    let value = json::parse(form.as_bytes()).expect("the form is strict JSON");
    assert_eq!(canonical(&value).as_ref(), Ok(&form));
}

/// The strict parser: what it accepts, another reader accepts and reads alike.
fn json(bytes: &[u8]) {
    let Ok(value) = json::parse(bytes) else { return };
    let ours = serde_json::to_string(&value).expect("a value is JSON");
    let theirs: serde_json::Value = serde_json::from_slice(bytes).expect("it is JSON");
    let again = json::parse(ours.as_bytes()).expect("what was written is read");
    let written = serde_json::to_string(&again).expect("a value is JSON");
    assert_eq!(written, ours);
    let reread: serde_json::Value = serde_json::from_str(&ours).expect("it is JSON");
    assert_eq!(as_floats(reread), as_floats(theirs));
}

/// Numbers may be spelled in several ways: what counts is the double that they mean.
fn as_floats(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(number) => serde_json::json!(number.as_f64().map(|n| n + 0.0)),
        Value::Array(items) => items.into_iter().map(as_floats).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, as_floats(value))).collect()
        }
        other => other,
    }
}

/// Expansion and canonicalization: they end, and the canonical form means itself.
fn jsonld(bytes: &[u8]) {
    let Ok(value) = json::parse(bytes) else { return };
    let Some(object) = value.as_object() else { return };
    let input = Input { object, without: &[], context: None };
    let Ok(dataset) = jsonld::expand(&input, Contexts::conformance()) else { return };
    let Ok(form) = dataset.canonicalize(HashAlgorithm::Sha256) else { return };
    assert_eq!(form.lines().count(), dataset.len());
    assert!(form.is_empty() || form.ends_with(" .\n"));
    assert!(form.lines().is_sorted_by(|a, b| a < b), "sorted, and no line twice");
    let again = jsonld::expand(&input, Contexts::conformance()).expect("as before");
    assert_eq!(again.canonicalize(HashAlgorithm::Sha256).as_ref(), Ok(&form));
}

/// A compact JWS: one spelling, and no signature of a key that never signed.
fn jws(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if !Jws::is_shape_of(text) {
        return;
    }
    let Ok(jws) = Jws::parse(text) else { return };
    let ends = text.match_indices('.').map(|(at, _)| at).chain([text.len()]);
    for at in ends {
        // A letter more at the end of a part is another message, or none.
        for letter in ["A", "B"] {
            let longer = format!("{}{letter}{}", &text[..at], &text[at..]);
            assert_ne!(Jws::parse(&longer).as_ref(), Ok(&jws));
        }
    }
    let Ok(header) = jws.header() else { return };
    // A key that signed none of the seeds.
    let unused = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    let key = PublicKey::from_multikey(unused).expect("it is a key");
    assert!(jws.verify(&header, &key).is_err());
}

/// A key in a text: one spelling, and the same key in its other form.
fn multikey(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(key) = PublicKey::from_multikey(text) else { return };
    assert_eq!(key.multikey(), text, "one key, one spelling");
    let jwk = key.jwk().to_string();
    assert_eq!(PublicKey::from_jwk_text(&jwk).as_ref(), Ok(&key));
    let did = format!("did:key:{text}");
    let document = did::key::document(&did).expect("it is a key");
    assert_eq!(document.assertion_methods().count(), 1);
    let longer = format!("did:key:{text}1");
    assert!(did::key::document(&longer).is_err());
}

/// A picture: what is taken out of it is put back, and nothing beside it.
fn picture(picture: Picture, bytes: &[u8]) {
    let _of = Picture::of(bytes);
    let held = picture.open(bytes);
    for credential in [held.as_ref().map_or("{}", |held| held.credential.as_str()), "eyJ.e30.AA"] {
        let Ok(baked) = picture.bake(bytes, credential) else { continue };
        let found = picture.open(&baked).expect("what was baked is there");
        assert_eq!(found.credential, credential);
    }
}

/// What arrives as a credential: it is decoded or refused, and holds strict JSON.
fn secured(bytes: &[u8]) {
    let Ok(secured) = Secured::decode(bytes) else { return };
    let _kind = secured.jws_kind();
    let Ok(document) = secured.document() else { return };
    assert!(json::parse(document.bytes()).is_ok());
}

/// A list and the entries that name it: an index has an answer within the list, and only there.
fn status_list(bytes: &[u8]) {
    let Ok(document) = Document::parse(bytes) else { return };
    let credential = Credential(document.root());
    assert!(status::named(&credential).len() <= 9, "eight, and that there are more");
    let subject = document.root().get("credentialSubject").and_then(Value::as_object);
    let Some(Ok(list)) = subject.map(bitstring::List::read) else { return };
    assert!(list.bits.len() >= bitstring::MIN_LENGTH);
    assert!(list.bits.get(list.bits.len()).is_none());
    for entry in credential.status_entries().filter_map(Value::as_object) {
        let Ok(entry) = bitstring::Entry::read(entry) else { continue };
        assert!((1..=64).contains(&entry.size));
        assert_eq!(list.bits.get(entry.index).is_some(), entry.index < list.bits.len());
    }
}
