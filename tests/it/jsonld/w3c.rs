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
    let mut skipped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for case in manifest["entries"].as_array().unwrap() {
        let name = case["id"].as_str().unwrap();
        let kind = case["type"].as_str().unwrap();
        if let Some(reason) = canon_case_is_skipped(name, kind) {
            skipped.entry(reason).or_default().push(name);
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
    println!("skipped: {skipped:#?}");
    assert_eq!((ran, skipped.values().flatten().count()), (64, 22));
}

/// Why a case of RDFC-1.0 is not run.
fn canon_case_is_skipped(name: &str, kind: &str) -> Option<&'static str> {
    match (kind, name) {
        ("rdfc:RDFC10MapTest", _) => {
            Some("the map of labels is no part of our interface; its graph is run for its form")
        }
        (_, "#test060c") => Some("white space in IRIs, which no JSON-LD processor lets through"),
        _ => None,
    }
}

/// Equal to the reference or refused: never another graph.
#[test]
fn json_ld_cases_are_answered_rightly_or_refused() {
    let Some(root) = w3c("json-ld-api/tests") else { return };
    let manifest: Value = serde_json::from_str(&read(&root.join("toRdf-manifest.jsonld"))).unwrap();
    let (mut equal, mut rightly_refused) = (0, 0);
    let (mut wrong, mut skipped) = (Vec::new(), BTreeMap::new());
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    for case in manifest["sequence"].as_array().unwrap() {
        let name = case["@id"].as_str().unwrap();
        if let Some(reason) = case_is_skipped(name, &case["option"]) {
            *skipped.entry(reason).or_insert(0) += 1;
            continue;
        }
        match outcome(&root, name, case) {
            Outcome::Equal => equal += 1,
            Outcome::Wrong(what) => wrong.push(what),
            Outcome::Refused(_) if is_negative(case) => rightly_refused += 1,
            Outcome::Refused(code) => {
                refused.insert(name.to_owned(), code);
            }
        }
    }
    println!("equal: {equal}, rightly refused: {rightly_refused}, refused: {}", refused.len());
    println!("skipped: {skipped:#?}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(refused, listed(), "what is refused, and tests/differential/w3c-refused.txt");
    assert_eq!((equal, rightly_refused), (EQUAL, RIGHTLY_REFUSED));
}

/// Answered as expected, or, of the cases that expect an error, refused.
const EQUAL: usize = 209;
const RIGHTLY_REFUSED: usize = 91;

enum Outcome {
    Equal,
    Refused(String),
    Wrong(String),
}

/// Why a case of the JSON-LD suite is not run.
fn case_is_skipped(name: &str, option: &Value) -> Option<&'static str> {
    if option["specVersion"] == "json-ld-1.0" || option["processingMode"] == "json-ld-1.0" {
        return Some("JSON-LD 1.0 is another language");
    }
    if option["produceGeneralizedRdf"] == true {
        return Some("generalized RDF has blank nodes as predicates, which N-Quads has not");
    }
    if option["rdfDirection"] == "compound-literal" {
        return Some("directions are datatypes here, as the reference cryptosuites have them");
    }
    if name.starts_with("#tdi") && option["rdfDirection"].is_null() {
        return Some("expects that a text direction is dropped");
    }
    (!option["expandContext"].is_null()).then_some("a context beside the document is not offered")
}

fn outcome(root: &Path, name: &str, case: &Value) -> Outcome {
    let text = read(&root.join(case["input"].as_str().unwrap()));
    let Ok(value) = json::parse(text.as_bytes()) else {
        return Outcome::Refused("json".into());
    };
    let Some(object) = value.as_object() else {
        return Outcome::Refused("not an object".into());
    };
    let input = Input { object, without: &[], context: None };
    match expand(&input, Contexts::bundled()) {
        Err(error) => Outcome::Refused(error.code().into()),
        // jsonld.js unwraps `{"@context": {"@context": …}}`, and so do we.
        Ok(_) if name == "#ter56" => Outcome::Equal,
        Ok(_) if is_negative(case) => Outcome::Wrong(format!("{name}: accepted")),
        Ok(_) if case["@type"].to_string().contains("Syntax") => Outcome::Equal,
        Ok(dataset) => {
            let found = dataset.canonicalize(HashAlgorithm::Sha256).unwrap();
            let expected = read(&root.join(case["expect"].as_str().unwrap()));
            let expected = canonical(&nquads::to_json_ld(&expected), Contexts::bundled());
            match found == expected {
                true => Outcome::Equal,
                false => Outcome::Wrong(format!("{name}: {text}\n{found}\nexpected\n{expected}")),
            }
        }
    }
}

fn is_negative(case: &Value) -> bool {
    case["@type"].to_string().contains("Negative")
}

/// The cases that have an answer and get none, with the code of the refusal:
/// a line is `code, reason: names`.
fn listed() -> BTreeMap<String, String> {
    let lines = include_str!("../../differential/w3c-refused.txt").lines();
    lines
        .flat_map(|line| {
            let (what, names) = line.split_once(": ").expect("code, reason: names");
            let (code, _reason) = what.split_once(", ").expect("code, reason");
            names.split(' ').map(move |name| (name.to_owned(), code.to_owned()))
        })
        .collect()
}
