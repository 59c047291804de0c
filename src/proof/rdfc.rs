//! What the cryptosuites share that sign a document's graph: RDFC-1.0 over the
//! JSON-LD of the document and of the proof's options.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#transformation-eddsa-rdfc-2022>,
//! <https://www.w3.org/TR/vc-di-ecdsa/#transformation-ecdsa-rdfc-2019>
//!
//! Invariant: the bytes hashed are the canonical form of the document as
//! received, never of a re-serialized struct.

use super::data_integrity::{CanonicalError, Error, Transformed, Unsecured};
use super::usual_options;
use crate::jsonld::{self, Contexts, Dataset, HashAlgorithm, Input};
use crate::model::json::{Object, Value};

/// The graph of what a proof is over.
pub fn expand(unsecured: Unsecured<'_, '_>, contexts: &Contexts) -> Result<Dataset, jsonld::Error> {
    jsonld::expand(&unsecured.input(None), contexts)
}

/// The canonical form of what a document expanded to.
pub fn transform(
    graph: &Result<Dataset, jsonld::Error>,
    hash: HashAlgorithm,
) -> Result<Transformed, Error> {
    let canonicalize = |graph: &Result<Dataset, jsonld::Error>| {
        let graph = graph.as_ref().map_err(Clone::clone)?;
        Ok(graph.canonicalize(hash)?)
    };
    let canonical = canonicalize(graph).map_err(|error| Error::Document { error })?;
    Ok(Transformed::new(canonical, hash))
}

/// The canonical form of the proof's options, in the document's context.
pub(super) fn configure(
    unsecured: Unsecured<'_, '_>,
    options: &Object<'_>,
    hash: HashAlgorithm,
    contexts: &Contexts,
) -> Result<Transformed, Error> {
    let context = unsecured.context().ok_or(Error::NoContext)?;
    // A proof with a context of its own could mean other things by its members
    // than the document's reader sees.
    if options.get("@context").is_some_and(|own| own != context) {
        return Err(Error::OwnContext);
    }
    match usual_options::canonical(context, options, contexts) {
        Some(canonical) => Ok(Transformed::new(canonical, hash)),
        None => configure_under(context, options, hash, contexts),
    }
}

/// The same in a context that is told.
pub(super) fn configure_under(
    context: &Value<'_>,
    options: &Object<'_>,
    hash: HashAlgorithm,
    contexts: &Contexts,
) -> Result<Transformed, Error> {
    let without = &["proofValue", "@context"];
    let input = Input { object: options, without, context: Some(context) };
    let (deviation, canonical) =
        canonicalize(&input, hash, contexts).map_err(|error| Error::Options { error })?;
    // Dates and purpose are read from the proof's JSON, so it must read as it
    // was signed. For the document that is a check of its own.
    match deviation {
        Some(pointer) => Err(Error::Options { error: CanonicalError::Deviation { pointer } }),
        None => Ok(Transformed::new(canonical, hash)),
    }
}

/// The canonical N-Quads, and where the object reads differently from them.
pub(super) fn canonicalize(
    input: &Input<'_, '_>,
    hash: HashAlgorithm,
    contexts: &Contexts,
) -> Result<(Option<String>, String), CanonicalError> {
    if contexts.spent() {
        return Err(CanonicalError::TooComplex);
    }
    let dataset = jsonld::expand(input, contexts)?;
    let deviation = dataset.deviation().map(|deviation| deviation.pointer.clone());
    Ok((deviation, dataset.canonicalize(hash)?))
}
