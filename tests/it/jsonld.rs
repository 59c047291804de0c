//! JSON-LD to canonical RDF, against the W3C's cases and other processors.

mod circulating;
mod differential;
mod mutants;
mod nquads;
mod references;
mod safe_mode;
mod schemas;
mod scopes;
mod shrink;
mod w3c;

use touchmark::jsonld::{self, Contexts, Dataset, Error, HashAlgorithm, Input};
use touchmark::model::json;

/// Expands a text as a whole document.
fn expand(text: &str, contexts: &Contexts) -> Result<Dataset, Error> {
    let value = json::parse(text.as_bytes()).expect("the test's document is JSON");
    let object = value.as_object().expect("the test's document is an object");
    jsonld::expand(&Input { object, without: &["proof"], context: None }, contexts)
}

fn canonical(text: &str, contexts: &Contexts) -> String {
    let dataset = expand(text, contexts).unwrap_or_else(|e| panic!("{e}\n{text}"));
    dataset.canonicalize(HashAlgorithm::Sha256).expect("the test's graph is simple")
}
