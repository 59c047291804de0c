//! Expansion and canonicalization: they end, and the canonical form means itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use touchmark::jsonld::{self, Contexts, HashAlgorithm, Input};
use touchmark::model::json;

fuzz_target!(|bytes: &[u8]| {
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
});
