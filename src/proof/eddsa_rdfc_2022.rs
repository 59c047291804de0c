//! The `eddsa-rdfc-2022` cryptosuite: Ed25519 over the graph of a document. What
//! we sign with where nothing else is asked for.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#eddsa-rdfc-2022>
//!
//! Invariant: the bytes hashed are the canonical form of the document as
//! received, never of a re-serialized struct.

use super::suite::{Form, Suite};
use crate::jsonld::Contexts;
use crate::model::Document;
use crate::model::json::Object;
use crate::model::key::{Algorithm, PublicKey};

pub use super::data_integrity::{
    CanonicalError, Error, Hashes, Options, PROOF_TYPE, SignError, ToSign, Transformed, Unsecured,
};

pub const CRYPTOSUITE: &str = "eddsa-rdfc-2022";

pub const SUITE: Suite = Suite { name: CRYPTOSUITE, form: Form::Rdfc, keys: &[Algorithm::Ed25519] };

/// Everything of signing but the key.
pub fn prepare<'d, 'a>(
    document: &'d Document<'a>,
    options: &Options<'_>,
    contexts: &Contexts,
) -> Result<ToSign<'d, 'a>, Error> {
    SUITE.prepare(document, options, Algorithm::Ed25519, contexts)
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

/// Verifies one proof of a document with the key that the issuer's own
/// document gives for it.
pub fn verify(
    document: &Document<'_>,
    proof: &Object<'_>,
    key: &PublicKey,
    contexts: &Contexts,
) -> Result<Hashes, Error> {
    SUITE.verify(Unsecured::of(document), proof, key, contexts)
}
