//! The vendored contexts and schemas are the published bytes.

use serde_json::Value;
use sha2::{Digest, Sha256};
use touchmark::jsonld::Contexts;

#[test]
fn vendored_files_have_the_digests_of_the_index() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/");
    let index = std::fs::read_to_string(format!("{root}index.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    let mut listed = 0;
    for entry in ["contexts", "schemas"].iter().flat_map(|kind| index[kind].as_array().unwrap()) {
        let file = entry["file"].as_str().unwrap();
        let digest = Sha256::digest(std::fs::read(format!("{root}{file}")).unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(entry["sha256"], digest, "{file}");
        assert!(entry["licence"].is_string() && entry["source"].is_string(), "{file}");
        listed += 1;
    }
    let files = ["contexts", "json"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(format!("{root}{folder}")).unwrap())
        .count();
    assert_eq!(listed, files, "every file is in the index");
}

#[test]
fn production_knows_the_contexts_of_the_index_and_no_examples() {
    let index = include_str!("../../../schemas/index.json");
    let index: Value = serde_json::from_str(index).unwrap();
    let of = |profile: &str| {
        let entries = index["contexts"].as_array().unwrap().iter();
        let mut urls: Vec<String> = entries
            .filter(|entry| profile.is_empty() || entry["profile"] == profile)
            .map(|entry| entry["url"].as_str().unwrap().to_owned())
            .collect();
        urls.sort();
        urls
    };
    assert!(Contexts::bundled().urls().eq(of("production")));
    assert!(Contexts::conformance().urls().eq(of("")));
    assert!(!Contexts::bundled().urls().any(|url| url.contains("examples")));
}

#[test]
fn one_more_context_can_be_known() {
    let contexts = Contexts::bundled()
        .with("https://a.example/ctx", br#"{"@context": {"a": "https://a.example/a"}}"#)
        .unwrap();
    let text = r#"{"@context": "https://a.example/ctx", "a": "b"}"#;
    assert_eq!(super::canonical(text, &contexts), "_:c14n0 <https://a.example/a> \"b\" .\n");
    assert!(Contexts::bundled().with("https://a.example/ctx", b"{}").is_err());
}
