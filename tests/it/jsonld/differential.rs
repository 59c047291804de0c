//! Real-shaped documents, against oxjsonld and oxrdf.
//!
//! Both are independent of our engine, and of jsonld.js, against which it was
//! run with mutations of the same documents.

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::Dataset;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use serde_json::Value;
use touchmark::jsonld::Contexts;

use super::{canonical, expand};

macro_rules! documents {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("documents/", $name, ".json")))),*]
    };
}

fn documents() -> [(&'static str, &'static str); 9] {
    documents![
        "credential_v1",
        "did_document",
        "endorsement",
        "inline",
        "languages",
        "open_badge",
        "presentation",
        "status_list",
        "twins",
    ]
}

#[test]
fn real_shaped_documents_have_the_canonical_form_that_others_give_them() {
    for (name, text) in documents() {
        // jsonld.js and this crate write language tags in lower case.
        let text = text.replace("DE-at", "de-at");
        let ours = canonical(&text, Contexts::bundled());
        assert_eq!(sorted(&ours), oracle(&text), "{name}");
    }
}

#[test]
fn ordinary_documents_equal_their_compacted_form() {
    for (name, text) in documents() {
        let dataset = expand(text, Contexts::bundled()).unwrap();
        assert_eq!(dataset.deviation(), None, "{name}");
    }
}

/// The lines of the canonical form, by the other processors.
fn oracle(text: &str) -> Vec<String> {
    let mut value: Value = serde_json::from_str(text).unwrap();
    value.as_object_mut().unwrap().remove("proof");
    let text = reordered(value).to_string();
    let parser = JsonLdParser::new()
        .lenient()
        .for_slice(text.as_bytes())
        .with_load_document_callback(|url, _options| {
            let bytes = vendored(url).unwrap_or_else(|| panic!("unknown context {url}"));
            Ok(JsonLdRemoteDocument { document: bytes, document_url: url.to_owned() })
        });
    let mut dataset = Dataset::new();
    for quad in parser {
        dataset.insert(&quad.unwrap());
    }
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 {
        hash_algorithm: CanonicalizationHashAlgorithm::Sha256,
    });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .")).collect();
    lines.sort();
    lines
}

/// oxjsonld reads in one pass: contexts and types have to come first.
fn reordered(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(reordered).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by_key(|(name, _)| match name.as_str() {
                "@context" => 0,
                "type" | "@type" => 1,
                _ => 2,
            });
            members.into_iter().map(|(name, value)| (name, reordered(value))).collect()
        }
        scalar => scalar,
    }
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn vendored(url: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/");
    let index = std::fs::read_to_string(format!("{root}index.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    let entries = index["contexts"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["url"] == url)?;
    Some(std::fs::read(format!("{root}{}", entry["file"].as_str().unwrap())).unwrap())
}
