//! The `eddsa-jcs-2022` cryptosuite: Ed25519 over the JSON of a document.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022>
//!
//! Invariant: a proof says no more than it would under `eddsa-rdfc-2022`, and
//! contexts that were added after signing change nothing that the document says.

use super::suite::{Form, Suite};
use crate::jsonld::Contexts;
use crate::model::Document;
use crate::model::json::Object;
use crate::model::key::{Algorithm, PublicKey};

pub use super::data_integrity::{
    CanonicalError, Error, Hashes, Options, PROOF_TYPE, SignError, ToSign, Transformed, Unsecured,
};

pub const CRYPTOSUITE: &str = "eddsa-jcs-2022";

pub const SUITE: Suite = Suite { name: CRYPTOSUITE, form: Form::Jcs, keys: &[Algorithm::Ed25519] };

/// Everything of signing but the key.
pub fn prepare<'d, 'a>(
    document: &'d Document<'a>,
    options: &Options<'_>,
) -> Result<ToSign<'d, 'a>, Error> {
    // No context is looked into for signing.
    SUITE.prepare(document, options, Algorithm::Ed25519, Contexts::bundled())
}

/// Prepares, signs and finishes, with a signer that answers at once.
pub fn sign<E>(
    document: &Document<'_>,
    options: &Options<'_>,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, SignError<E>> {
    prepare(document, options)?.sign(sign)
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
