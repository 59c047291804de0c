//! What every peer is given: the credential unsigned and signed, its issuer's
//! keys, and the contexts.

use serde_json::json;
use touchmark::command::speed::fixture::{self, CREDENTIAL, FORMS, Fixture};

pub struct Task {
    pub secured: String,
    pub unsigned: &'static str,
    pub did_document: String,
    /// The verification method of the Ed25519 key.
    pub method: String,
    pub public_key: [u8; 32],
    /// Its Multikey form.
    pub multikey: String,
    /// By URL: what `schemas/index.json` pins.
    pub contexts: Vec<(String, String)>,
}

impl Task {
    pub fn new(fixture: &Fixture) -> Self {
        let secured = fixture.sign(&FORMS[0], &fixture::composed());
        let mut methods = fixture.keys.assertion_methods();
        let ed25519 = methods.find(|method| method.key.as_ed25519().is_some());
        let ed25519 = ed25519.expect("the issuer has an Ed25519 key");
        Self {
            secured: String::from_utf8(secured).expect("JSON is UTF-8"),
            unsigned: CREDENTIAL,
            did_document: fixture.did_document.clone(),
            method: ed25519.id.clone(),
            public_key: ed25519.key.as_bytes().try_into().expect("it has 32 bytes"),
            multikey: ed25519.key.multikey(),
            contexts: contexts(),
        }
    }

    /// One line, for peers that are other processes.
    pub fn line(&self) -> String {
        let contexts: serde_json::Map<_, _> =
            self.contexts.iter().map(|(url, text)| (url.clone(), json!(text))).collect();
        json!({
            "secured": self.secured, "unsigned": self.unsigned, "didDocument": self.did_document,
            "method": self.method, "publicKey": self.public_key, "contexts": contexts,
        })
        .to_string()
    }
}

fn contexts() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas");
    let read = |file: &str| {
        std::fs::read_to_string(format!("{folder}/{file}")).expect("schemas has what it lists")
    };
    let index: serde_json::Value = serde_json::from_str(&read("index.json")).expect("it is JSON");
    let listed = index["contexts"].as_array().expect("it lists contexts");
    let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
    listed.iter().map(|entry| (text(&entry["url"]), read(&text(&entry["file"])))).collect()
}
