//! How many of the valid documents in circulation get an answer.
//!
//! Counted are the seeds of the mutants and the verifier's good vectors, and
//! where `TOUCHMARK_W3C` names them, the documents of the W3C's Data Integrity
//! vectors whose contexts are known. Value objects, language maps, maps of
//! graphs, graph containers of proofs and presentations, and blank nodes that
//! only their surroundings tell apart are among them.

use std::path::{Path, PathBuf};

use touchmark::jsonld::{Contexts, Error, HashAlgorithm};
use touchmark::model::json;

use super::expand;
use super::mutants::seeds;

#[test]
fn at_least_97_of_100_valid_documents_are_answered() {
    let mut documents = seeds();
    documents.extend(good_vectors());
    if let Some(root) = std::env::var_os("TOUCHMARK_W3C") {
        for folder in ["vc-di-eddsa", "vc-di-ecdsa"] {
            collect(&Path::new(&root).join(folder), &mut documents);
        }
    }
    let mut refused = Vec::new();
    let mut answered = 0;
    for (name, text) in &documents {
        match expand(text, Contexts::conformance()) {
            Ok(dataset) => {
                dataset.canonicalize(HashAlgorithm::Sha256).unwrap();
                answered += 1;
            }
            // Others' contexts are added by the operator, not shipped.
            Err(Error::UnknownContext { .. }) => {}
            Err(error) => refused.push(format!("{name}: {error}")),
        }
    }
    println!("answered: {answered}, refused: {refused:#?}");
    assert!(answered >= 20, "{answered}");
    assert!(refused.len() * 100 <= (answered + refused.len()) * 3, "{refused:#?}");
}

/// The credentials of the vectors that have to verify, where they are JSON.
fn good_vectors() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|ext| ext == "json"))
        .filter_map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let vector: serde_json::Value = serde_json::from_str(&text).unwrap();
            let good = vector["expect"]["authentic"] == "yes" && vector["expect"]["form"] == "json";
            // Some are baked into a picture.
            let is_json = |input: &&str| input.trim_start().starts_with('{');
            let input = vector["input"].as_str().filter(|_| good).filter(is_json)?;
            Some((file.display().to_string(), input.to_owned()))
        })
        .collect();
    found.sort();
    found
}

/// The documents below a folder: objects with contexts.
fn collect(folder: &Path, documents: &mut Vec<(String, String)>) {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, documents);
        } else if path.extension().is_some_and(|ext| ext == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let is_document = json::parse(text.as_bytes())
                .is_ok_and(|v| v.as_object().is_some_and(|o| o.contains("@context")));
            if is_document {
                documents.push((path.display().to_string(), text));
            }
        }
    }
}
