//! The `eddsa-rdfc-2022` cryptosuite.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#eddsa-rdfc-2022>
//!
//! Invariant: the bytes hashed are the canonical form of the document as
//! received, never of a re-serialized struct.

use super::data_integrity::{holds, signature, unsecured};
use super::usual_options;
use crate::jsonld::{self, Contexts, Dataset, HashAlgorithm, Input};
use crate::model::Document;
use crate::model::json::Object;
use crate::model::key::PublicKey;

pub use super::data_integrity::{
    CanonicalError, Error, Hashes, Options, PROOF_TYPE, SignError, ToSign, Transformed,
};

pub const CRYPTOSUITE: &str = "eddsa-rdfc-2022";

/// Everything of signing but the key.
pub fn prepare<'d, 'a>(
    document: &'d Document<'a>,
    options: &Options<'_>,
    contexts: &Contexts,
) -> Result<ToSign<'d, 'a>, Error> {
    unsecured(document)?;
    prepare_transformed(document, &transform(&expand(document, contexts))?, options, contexts)
}

/// The same for a document whose canonical form is known already.
pub fn prepare_transformed<'d, 'a>(
    document: &'d Document<'a>,
    transformed: &Transformed,
    options: &Options<'_>,
    contexts: &Contexts,
) -> Result<ToSign<'d, 'a>, Error> {
    unsecured(document)?;
    let proof = options.members(CRYPTOSUITE);
    let text = format!("{{{proof}}}");
    let options = Document::parse(text.as_bytes()).expect("it was written a line ago");
    let configured = configure(document, options.root(), contexts)?;
    Ok(ToSign::new(document, transformed, proof, &configured))
}

/// Prepares, signs and finishes, with a signer that answers at once.
pub fn sign<E>(
    document: &Document<'_>,
    options: &Options<'_>,
    contexts: &Contexts,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, SignError<E>> {
    prepare(document, options, contexts)?.sign(sign)
}

/// The canonical form of what a document expanded to without its proof.
pub fn transform(graph: &Result<Dataset, jsonld::Error>) -> Result<Transformed, Error> {
    let canonicalize = |graph: &Result<Dataset, jsonld::Error>| {
        let graph = graph.as_ref().map_err(Clone::clone)?;
        Ok(graph.canonicalize(HashAlgorithm::Sha256)?)
    };
    canonicalize(graph).map(Transformed::new).map_err(|error| Error::Document { error })
}

/// Verifies one proof of a document with the key that the issuer's own
/// document gives for it. Purpose, dates and the key's owner are the checks' to
/// judge.
pub fn verify(
    document: &Document<'_>,
    proof: &Object<'_>,
    key: &PublicKey,
    contexts: &Contexts,
) -> Result<Hashes, Error> {
    let transformed = transform(&expand(document, contexts))?;
    let configured = verify_transformed(document, &transformed, proof, key, contexts)?;
    Ok(Hashes::new(transformed, configured))
}

/// The same for a document whose canonical form is known already; tells that of
/// the proof's options.
pub fn verify_transformed(
    document: &Document<'_>,
    transformed: &Transformed,
    proof: &Object<'_>,
    key: &PublicKey,
    contexts: &Contexts,
) -> Result<Transformed, Error> {
    let signature = signature(proof, key)?;
    // A proof with a context of its own could mean other things by its members
    // than the document's reader sees.
    if proof.get("@context").is_some_and(|own| Some(own) != document.root().get("@context")) {
        return Err(Error::OwnContext);
    }
    let configured = configure(document, proof, contexts)?;
    holds(key, &configured, transformed, &signature)?;
    Ok(configured)
}

fn expand(document: &Document<'_>, contexts: &Contexts) -> Result<Dataset, jsonld::Error> {
    let input = Input { object: document.root(), without: &["proof"], context: None };
    jsonld::expand(&input, contexts)
}

/// The canonical form of the proof's options, in the document's context.
pub(super) fn configure(
    document: &Document<'_>,
    options: &Object<'_>,
    contexts: &Contexts,
) -> Result<Transformed, Error> {
    let context = document.root().get("@context").ok_or(Error::NoContext)?;
    if let Some(canonical) = usual_options::canonical(context, options, contexts) {
        return Ok(Transformed::new(canonical));
    }
    let without = &["proofValue", "@context"];
    let input = Input { object: options, without, context: Some(context) };
    let (deviation, canonical) =
        canonicalize(&input, contexts).map_err(|error| Error::Options { error })?;
    // Dates and purpose are read from the proof's JSON, so it must read as it
    // was signed. For the document that is a check of its own.
    if let Some(pointer) = deviation {
        return Err(Error::Options { error: CanonicalError::Deviation { pointer } });
    }
    Ok(Transformed::new(canonical))
}

/// The canonical N-Quads, and where the object reads differently from them.
pub(super) fn canonicalize(
    input: &Input<'_, '_>,
    contexts: &Contexts,
) -> Result<(Option<String>, String), CanonicalError> {
    let dataset = jsonld::expand(input, contexts)?;
    let deviation = dataset.deviation().map(|deviation| deviation.pointer.clone());
    Ok((deviation, dataset.canonicalize(HashAlgorithm::Sha256)?))
}
