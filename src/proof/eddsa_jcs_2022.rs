//! The `eddsa-jcs-2022` cryptosuite: it signs the JSON, not the graph.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022>
//!
//! A proof of this suite holds a copy of the document's `@context`. A document
//! may name more contexts after those, which nobody signed.
//!
//! Invariant: a proof says no more than it would under `eddsa-rdfc-2022`, and
//! contexts that were added after signing change nothing that the document says.

use super::data_integrity::{holds, signature, unsecured};
use super::eddsa_rdfc_2022;
use crate::jsonld::{Contexts, Input};
use crate::model::Document;
use crate::model::json::{self, Object, Value};
use crate::model::key::PublicKey;

pub use super::data_integrity::{
    CanonicalError, Error, Hashes, Options, PROOF_TYPE, SignError, ToSign, Transformed,
};

pub const CRYPTOSUITE: &str = "eddsa-jcs-2022";

/// Everything of signing but the key.
pub fn prepare<'d, 'a>(
    document: &'d Document<'a>,
    options: &Options<'_>,
) -> Result<ToSign<'d, 'a>, Error> {
    unsecured(document)?;
    let context = document.root().get("@context").ok_or(Error::NoContext)?;
    let context =
        json::canonical(context).map_err(|error| Error::Options { error: error.into() })?;
    let proof = format!("\"@context\":{context},{}", options.members(CRYPTOSUITE));
    let text = format!("{{{proof}}}");
    let options = Document::parse(text.as_bytes()).expect("it was written a line ago");
    let configured = configure(options.root())?;
    Ok(ToSign::new(document, &transform(document)?, proof, &configured))
}

/// Prepares, signs and finishes, with a signer that answers at once.
pub fn sign<E>(
    document: &Document<'_>,
    options: &Options<'_>,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, SignError<E>> {
    prepare(document, options)?.sign(sign)
}

/// The canonical form of a document without its proof.
pub fn transform(document: &Document<'_>) -> Result<Transformed, Error> {
    transform_members(document.root().iter().filter(|(name, _)| *name != "proof"))
}

/// Verifies one proof of a document with the key that the issuer's own document
/// gives for it. Purpose, dates and the key's owner are the checks' to judge.
pub fn verify(
    document: &Document<'_>,
    proof: &Object<'_>,
    key: &PublicKey,
    contexts: &Contexts,
) -> Result<Hashes, Error> {
    let transformed = match contexts_signed(document, proof) {
        Some(own) => signed_earlier(document, own)?,
        None => transform(document)?,
    };
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
    let configured = configure(proof)?;
    defined(document, proof, contexts)?;
    // Step 4 of the verification.
    match contexts_signed(document, proof) {
        Some(own) => {
            let signed = signed_earlier(document, own)?;
            holds(key, &configured, &signed, &signature)?;
            reads_the_same(document, own, contexts)?;
        }
        None => holds(key, &configured, transformed, &signature)?,
    }
    Ok(configured)
}

/// The canonical form of the proof's options.
fn configure(proof: &Object<'_>) -> Result<Transformed, Error> {
    json::canonical_object(proof.iter().filter(|(name, _)| *name != "proofValue"))
        .map(Transformed::new)
        .map_err(|error| Error::Options { error: error.into() })
}

/// JSON may be signed that no context defines. The members of every usual proof
/// are defined; those of another must be, as if it were signed as a graph.
fn defined(document: &Document<'_>, proof: &Object<'_>, contexts: &Contexts) -> Result<(), Error> {
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
    eddsa_rdfc_2022::configure(document, proof, contexts).map(drop)
}

/// The proof's contexts, where the document now has others.
fn contexts_signed<'p, 'a>(
    document: &Document<'_>,
    proof: &'p Object<'a>,
) -> Option<&'p Value<'a>> {
    proof.get("@context").filter(|own| Some(*own) != document.root().get("@context"))
}

/// Steps 4.1 and 4.2: what was signed, where the document had only the contexts
/// that its proof has.
fn signed_earlier(document: &Document<'_>, own: &Value<'_>) -> Result<Transformed, Error> {
    let now = document.root().get("@context").map(Value::items).unwrap_or_default();
    if !now.starts_with(own.items()) {
        return Err(Error::OwnContext);
    }
    let others = document.root().iter().filter(|(name, _)| !matches!(*name, "proof" | "@context"));
    transform_members(others.chain([("@context", own)]))
}

/// Whether the document means the same under the contexts that were signed.
fn reads_the_same(
    document: &Document<'_>,
    own: &Value<'_>,
    contexts: &Contexts,
) -> Result<(), Error> {
    let read = |context| {
        let input = Input { object: document.root(), without: &["proof"], context };
        eddsa_rdfc_2022::canonicalize(&input, contexts).map_err(|error| Error::Document { error })
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
) -> Result<Transformed, Error> {
    json::canonical_object(members)
        .map(Transformed::new)
        .map_err(|error| Error::Document { error: error.into() })
}
