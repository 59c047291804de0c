//! The `eddsa-rdfc-2022` cryptosuite.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#eddsa-rdfc-2022>,
//! <https://www.w3.org/TR/vc-data-integrity/>
//!
//! Invariant: the bytes hashed are the canonical form of the document as
//! received, never of a re-serialized struct; and the secured document is the
//! received bytes with the proof at their end.

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{append_members, signature_holds};
use crate::jsonld::{self, Contexts, Dataset, HashAlgorithm, Input, TooComplex};
use crate::model::Document;
use crate::model::date_time;
use crate::model::json::{self, Object};
use crate::model::key::{Algorithm, PublicKey};

pub const CRYPTOSUITE: &str = "eddsa-rdfc-2022";
pub const PROOF_TYPE: &str = "DataIntegrityProof";

/// What a proof of ours says beside its signature.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    pub created: Timestamp,
    /// The issuer's DID and a fragment.
    pub verification_method: &'a str,
    pub expires: Option<Timestamp>,
}

/// The intermediate values of signing and verifying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// Canonical N-Quads of the document without its proof.
    pub canonical_document: String,
    /// Canonical N-Quads of the proof without its value.
    pub canonical_options: String,
    pub document_hash: [u8; 32],
    pub options_hash: [u8; 32],
}

impl Hashes {
    fn new(document: Transformed, options: Transformed) -> Self {
        Self {
            canonical_document: document.canonical,
            canonical_options: options.canonical,
            document_hash: document.hash,
            options_hash: options.hash,
        }
    }

    /// The 64 bytes that are signed.
    pub fn message(&self) -> [u8; 64] {
        message(&self.options_hash, &self.document_hash)
    }
}

/// A document that is ready for its signature.
#[derive(Debug)]
pub struct ToSign<'d, 'a> {
    document: &'d Document<'a>,
    options: serde_json::Map<String, serde_json::Value>,
    hashes: Hashes,
}

/// Everything of signing but the key.
pub fn prepare<'d, 'a>(
    document: &'d Document<'a>,
    options: &Options<'_>,
    contexts: &Contexts,
) -> Result<ToSign<'d, 'a>, Error> {
    if document.root().contains("proof") {
        return Err(Error::AlreadySecured);
    }
    let options = compose(options);
    let text = serde_json::to_string(&options).expect("a map of strings is JSON");
    let parsed = Document::parse(text.as_bytes()).expect("it was written a line ago");
    let transformed = transform(&expand(document, contexts))?;
    let hashes = Hashes::new(transformed, configure(document, parsed.root(), contexts)?);
    Ok(ToSign { document, options, hashes })
}

impl ToSign<'_, '_> {
    pub fn hashes(&self) -> &Hashes {
        &self.hashes
    }

    /// The 64 bytes to sign with Ed25519.
    pub fn message(&self) -> [u8; 64] {
        self.hashes.message()
    }

    /// The exact bytes of the secured document.
    pub fn finish(self, signature: &[u8]) -> Vec<u8> {
        let mut proof = self.options;
        let value = format!("z{}", bs58::encode(signature).into_string());
        proof.insert("proofValue".into(), value.into());
        let proof = serde_json::Value::Object(proof);
        append_members(self.document, &format!("\"proof\":[{proof}]"))
    }
}

/// Prepares, signs and finishes, with a signer that answers at once.
pub fn sign<E>(
    document: &Document<'_>,
    options: &Options<'_>,
    contexts: &Contexts,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, SignError<E>> {
    let ready = prepare(document, options, contexts)?;
    let signature = sign(&ready.message()).map_err(SignError::Signer)?;
    Ok(ready.finish(&signature))
}

/// A document in canonical form, for all of its proofs.
#[derive(Debug, Clone)]
pub struct Transformed {
    canonical: String,
    hash: [u8; 32],
}

/// The canonical form of what a document expanded to without its proof.
pub fn transform(graph: &Result<Dataset, jsonld::Error>) -> Result<Transformed, Error> {
    let canonicalize = |graph: &Result<Dataset, jsonld::Error>| {
        let graph = graph.as_ref().map_err(Clone::clone)?;
        Ok(graph.canonicalize(HashAlgorithm::Sha256)?)
    };
    let canonical = canonicalize(graph).map_err(|error| Error::Document { error })?;
    Ok(Transformed { hash: Sha256::digest(&canonical).into(), canonical })
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
    let configured = verified(document, &transformed, proof, key, contexts)?;
    Ok(Hashes::new(transformed, configured))
}

/// The same for a document whose canonical form is known already.
pub fn verify_transformed(
    document: &Document<'_>,
    transformed: &Transformed,
    proof: &Object<'_>,
    key: &PublicKey,
    contexts: &Contexts,
) -> Result<(), Error> {
    verified(document, transformed, proof, key, contexts).map(drop)
}

fn verified(
    document: &Document<'_>,
    transformed: &Transformed,
    proof: &Object<'_>,
    key: &PublicKey,
    contexts: &Contexts,
) -> Result<Transformed, Error> {
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(Error::KeyType { found: key.algorithm().jws() });
    }
    let signature = signature(proof)?;
    // A proof with a context of its own could mean other things by its members
    // than the document's reader sees.
    if proof.get("@context").is_some_and(|own| Some(own) != document.root().get("@context")) {
        return Err(Error::OwnContext);
    }
    let configured = configure(document, proof, contexts)?;
    if !signature_holds(key, &message(&configured.hash, &transformed.hash), &signature) {
        return Err(Error::Signature);
    }
    Ok(configured)
}

/// What is signed: the hash of the options, then that of the document.
fn message(options: &[u8; 32], document: &[u8; 32]) -> [u8; 64] {
    let mut message = [0; 64];
    message[..32].copy_from_slice(options);
    message[32..].copy_from_slice(document);
    message
}

fn expand(document: &Document<'_>, contexts: &Contexts) -> Result<Dataset, jsonld::Error> {
    let input = Input { object: document.root(), without: &["proof"], context: None };
    jsonld::expand(&input, contexts)
}

/// The canonical form of the proof's options, in the document's context.
fn configure(
    document: &Document<'_>,
    options: &Object<'_>,
    contexts: &Contexts,
) -> Result<Transformed, Error> {
    let context = document.root().get("@context").ok_or(Error::NoContext)?;
    let without = &["proofValue", "@context"];
    let input = Input { object: options, without, context: Some(context) };
    let (deviation, canonical) =
        canonicalize(&input, contexts).map_err(|error| Error::Options { error })?;
    // Dates and purpose are read from the proof's JSON, so it must read as it
    // was signed. For the document that is a check of its own.
    if let Some(pointer) = deviation {
        return Err(Error::Options { error: CanonicalError::Deviation { pointer } });
    }
    Ok(Transformed { hash: Sha256::digest(&canonical).into(), canonical })
}

/// The canonical N-Quads, and where the object reads differently from them.
fn canonicalize(
    input: &Input<'_, '_>,
    contexts: &Contexts,
) -> Result<(Option<String>, String), CanonicalError> {
    let dataset = jsonld::expand(input, contexts)?;
    let deviation = dataset.deviation().map(|deviation| deviation.pointer.clone());
    Ok((deviation, dataset.canonicalize(HashAlgorithm::Sha256)?))
}

/// Why an object has no canonical form that can be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    #[error(transparent)]
    Expand(#[from] jsonld::Error),
    #[error("at {pointer:?} it reads differently from what is signed")]
    Deviation { pointer: String },
    #[error("its graph takes too much work to put into canonical form")]
    TooComplex,
}

impl From<TooComplex> for CanonicalError {
    fn from(_: TooComplex) -> Self {
        CanonicalError::TooComplex
    }
}

/// Why a proof does not hold, or cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the document has a `proof` already")]
    AlreadySecured,
    #[error("the document has no `@context`")]
    NoContext,
    #[error("the document has no canonical form: {error}")]
    Document { error: CanonicalError },
    #[error("the proof has no canonical form: {error}")]
    Options { error: CanonicalError },
    #[error("the proof has a `@context` that is not the document's")]
    OwnContext,
    #[error("the cryptosuite {CRYPTOSUITE} needs an Ed25519 key; the issuer's key is for {found}")]
    KeyType { found: &'static str },
    #[error("`proofValue` is not `z` and base58btc of 64 bytes")]
    ProofValue,
    #[error("the signature does not fit the document: it was changed, or signed with another key")]
    Signature,
}

/// Why a document was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError<E> {
    #[error(transparent)]
    Document(#[from] Error),
    #[error("the signer did not sign")]
    Signer(E),
}

fn compose(options: &Options<'_>) -> serde_json::Map<String, serde_json::Value> {
    let mut proof = serde_json::Map::new();
    proof.insert("type".into(), json!(PROOF_TYPE));
    proof.insert("cryptosuite".into(), json!(CRYPTOSUITE));
    proof.insert("created".into(), json!(date_time::format(options.created)));
    if let Some(expires) = options.expires {
        proof.insert("expires".into(), json!(date_time::format(expires)));
    }
    proof.insert("verificationMethod".into(), json!(options.verification_method));
    proof.insert("proofPurpose".into(), json!("assertionMethod"));
    proof
}

fn signature(proof: &Object<'_>) -> Result<Vec<u8>, Error> {
    let value = proof.get("proofValue").and_then(json::Value::as_str).ok_or(Error::ProofValue)?;
    // 64 bytes are at most 88 characters; base58 takes quadratic time.
    let base58 = value.strip_prefix('z').filter(|b| b.len() <= 88).ok_or(Error::ProofValue)?;
    let bytes = bs58::decode(base58).into_vec().map_err(|_| Error::ProofValue)?;
    if bytes.len() == 64 { Ok(bytes) } else { Err(Error::ProofValue) }
}
