//! What the cryptosuites share that sign a document's JSON: the JSON
//! Canonicalization Scheme over the document and over the proof's options.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022>,
//! <https://www.w3.org/TR/vc-di-ecdsa/#ecdsa-jcs-2019>
//!
//! A proof of these suites holds a copy of the document's `@context`. A document
//! may name more contexts after those, which nobody signed.
//!
//! Invariant: a proof says no more than it would where the graph is signed, and
//! contexts that were added after signing change nothing that the document says.

use super::data_integrity::{Error, Transformed, Unsecured};
use super::rdfc;
use crate::jsonld::{Contexts, HashAlgorithm};
use crate::model::json::{self, Object, Value};

/// The canonical form of what a proof is over, as the document stands.
pub fn transform(unsecured: Unsecured<'_, '_>, hash: HashAlgorithm) -> Result<Transformed, Error> {
    transform_members(unsecured.members(), hash)
}

/// The canonical form of the proof's options.
pub(super) fn configure(proof: &Object<'_>, hash: HashAlgorithm) -> Result<Transformed, Error> {
    json::canonical_object(proof.iter().filter(|(name, _)| *name != "proofValue"))
        .map(|canonical| Transformed::new(canonical, hash))
        .map_err(|error| Error::Options { error: error.into() })
}

/// JSON may be signed that no context defines. The members of every usual proof
/// are defined; those of another must be, as if it were signed as a graph.
pub(super) fn defined(
    unsecured: Unsecured<'_, '_>,
    proof: &Object<'_>,
    hash: HashAlgorithm,
    contexts: &Contexts,
) -> Result<(), Error> {
    const USUAL: [&str; 7] = [
        "type",
        "cryptosuite",
        "created",
        "expires",
        "verificationMethod",
        "proofPurpose",
        "proofValue",
    ];
    let usual = |(name, value): (&str, &Value<'_>)| {
        name == "@context" || (USUAL.contains(&name) && value.as_str().is_some())
    };
    if proof.iter().all(usual) {
        return Ok(());
    }
    let context = unsecured.context().ok_or(Error::NoContext)?;
    rdfc::configure_under(context, proof, hash, contexts).map(drop)
}

/// The proof's contexts, where the document now has others.
pub(super) fn contexts_signed<'p, 'a>(
    unsecured: Unsecured<'_, '_>,
    proof: &'p Object<'a>,
) -> Option<&'p Value<'a>> {
    proof.get("@context").filter(|own| Some(*own) != unsecured.context())
}

/// Steps 4.1 and 4.2 of the verification: what was signed, where the document
/// had only the contexts that its proof has.
pub(super) fn signed_earlier(
    unsecured: Unsecured<'_, '_>,
    own: &Value<'_>,
    hash: HashAlgorithm,
) -> Result<Transformed, Error> {
    let now = unsecured.context().map(Value::items).unwrap_or_default();
    if !now.starts_with(own.items()) {
        return Err(Error::OwnContext);
    }
    let others = unsecured.members().filter(|(name, _)| *name != "@context");
    transform_members(others.chain([("@context", own)]), hash)
}

/// Whether the document means the same under the contexts that were signed.
pub(super) fn reads_the_same(
    unsecured: Unsecured<'_, '_>,
    own: &Value<'_>,
    contexts: &Contexts,
) -> Result<(), Error> {
    let read = |context| {
        rdfc::canonicalize(&unsecured.input(context), HashAlgorithm::Sha256, contexts)
            .map_err(|error| Error::Document { error })
    };
    let now = read(None)?;
    // Terms that only the added contexts define are no part of what was signed.
    match read(Some(own)) {
        Ok(signed) if signed == now => Ok(()),
        _ => Err(Error::AddedContext),
    }
}

fn transform_members<'v, 'a: 'v>(
    members: impl Iterator<Item = (&'v str, &'v Value<'a>)>,
    hash: HashAlgorithm,
) -> Result<Transformed, Error> {
    json::canonical_object(members)
        .map(|canonical| Transformed::new(canonical, hash))
        .map_err(|error| Error::Document { error: error.into() })
}
