//! What the cryptosuites of Data Integrity share: proof options, what is
//! signed, and the proof as it is written.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/>
//!
//! Invariant: the secured document is the received bytes with the proof at
//! their end; they are never written anew.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{append_members, signature_holds};
use crate::jsonld::{self, TooComplex};
use crate::model::json::{Object, UnsafeInteger};
use crate::model::key::{Algorithm, PublicKey};
use crate::model::{Document, date_time};

pub const PROOF_TYPE: &str = "DataIntegrityProof";

/// What a proof of ours says beside its signature.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    pub created: Timestamp,
    /// The issuer's DID and a fragment.
    pub verification_method: &'a str,
    pub expires: Option<Timestamp>,
}

impl Options<'_> {
    /// The members of a proof without its value, as JSON without the braces.
    pub(super) fn members(&self, cryptosuite: &str) -> String {
        let created = date_time::format(self.created);
        let mut text = format!(
            "\"type\":\"{PROOF_TYPE}\",\"cryptosuite\":\"{cryptosuite}\",\"created\":\"{created}\""
        );
        if let Some(expires) = self.expires {
            text += &format!(",\"expires\":\"{}\"", date_time::format(expires));
        }
        let method = serde_json::to_string(self.verification_method).expect("a text is JSON");
        text += &format!(",\"verificationMethod\":{method},\"proofPurpose\":\"assertionMethod\"");
        text
    }
}

/// Something in canonical form, and its digest.
#[derive(Debug, Clone)]
pub struct Transformed {
    canonical: String,
    hash: [u8; 32],
}

impl Transformed {
    pub(super) fn new(canonical: String) -> Self {
        Self { hash: Sha256::digest(&canonical).into(), canonical }
    }
}

/// The intermediate values of signing and verifying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// The canonical form of the document without its proof.
    pub canonical_document: String,
    /// The canonical form of the proof without its value.
    pub canonical_options: String,
    pub document_hash: [u8; 32],
    pub options_hash: [u8; 32],
}

impl Hashes {
    pub(super) fn new(document: Transformed, options: Transformed) -> Self {
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
    /// The members of the proof but its value, as JSON without the braces.
    proof: String,
    message: [u8; 64],
}

impl<'d, 'a> ToSign<'d, 'a> {
    pub(super) fn new(
        document: &'d Document<'a>,
        transformed: &Transformed,
        proof: String,
        configured: &Transformed,
    ) -> Self {
        Self { document, proof, message: message(&configured.hash, &transformed.hash) }
    }

    /// The 64 bytes to sign with Ed25519.
    pub fn message(&self) -> [u8; 64] {
        self.message
    }

    /// The exact bytes of the secured document.
    pub fn finish(self, signature: &[u8]) -> Vec<u8> {
        let value = base58(signature);
        let proof = format!("\"proof\":[{{{},\"proofValue\":\"z{value}\"}}]", self.proof);
        append_members(self.document, &proof)
    }

    /// Both steps, with a signer that answers at once.
    pub fn sign<E>(
        self,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, SignError<E>> {
        let signature = sign(&self.message).map_err(SignError::Signer)?;
        Ok(self.finish(&signature))
    }
}

/// A document that gets its first proof, and has a context to read it in.
pub(super) fn unsecured(document: &Document<'_>) -> Result<(), Error> {
    match document.root().contains("proof") {
        true => Err(Error::AlreadySecured),
        false if document.root().contains("@context") => Ok(()),
        false => Err(Error::NoContext),
    }
}

/// The Ed25519 signature that a proof holds. Whether it can be one at all is
/// asked before anything is put into canonical form.
pub(super) fn signature(proof: &Object<'_>, key: &PublicKey) -> Result<[u8; 64], Error> {
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(Error::KeyType { found: key.algorithm().jws() });
    }
    let value = proof.str("proofValue").ok_or(Error::ProofValue)?;
    let mut signature = [0; 64];
    value
        .strip_prefix('z')
        .and_then(|base58| five8::decode_64(base58, &mut signature).ok())
        .map(|()| signature)
        .ok_or(Error::ProofValue)
}

fn base58(signature: &[u8]) -> String {
    // What is not of this length is no signature, and our own verification will say so.
    let Ok(signature) = signature.try_into() else {
        return bs58::encode(signature).into_string();
    };
    let mut text = [0; 88];
    let length = usize::from(five8::encode_64(signature, &mut text));
    text[..length].iter().copied().map(char::from).collect()
}

/// Whether the key signed these options of this document.
pub(super) fn holds(
    key: &PublicKey,
    options: &Transformed,
    document: &Transformed,
    signature: &[u8; 64],
) -> Result<(), Error> {
    match signature_holds(key, &message(&options.hash, &document.hash), signature) {
        true => Ok(()),
        false => Err(Error::Signature),
    }
}

/// What is signed: the hash of the options, then that of the document.
fn message(options: &[u8; 32], document: &[u8; 32]) -> [u8; 64] {
    let mut message = [0; 64];
    message[..32].copy_from_slice(options);
    message[32..].copy_from_slice(document);
    message
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
    #[error(transparent)]
    UnsafeInteger(#[from] UnsafeInteger),
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
    /// Under the proof's contexts alone the document says something else.
    #[error("contexts were added after signing, which change what the document says")]
    AddedContext,
    #[error("the cryptosuite needs an Ed25519 key; the issuer's key is for {found}")]
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(value: &str) -> Result<[u8; 64], Error> {
        let text = format!("{{\"proofValue\":\"{value}\"}}");
        let proof = Document::parse(text.as_bytes()).unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
        signature(proof.root(), &PublicKey::ed25519(key.to_bytes()).unwrap())
    }

    #[test]
    fn a_proof_value_is_64_bytes_in_base58btc_and_nothing_else() {
        let value = format!("z{}", bs58::encode([7; 64]).into_string());
        assert_eq!(read(&value), Ok([7; 64]));
        let short = format!("z{}", bs58::encode([7; 63]).into_string());
        let long = format!("z{}", bs58::encode([7; 65]).into_string());
        let zero = format!("{}1", value.replacen('z', "z1", 1));
        let most = format!("z{}", "z".repeat(88));
        for wrong in
            ["", "z", &value[1..], &short, &long, &zero, &most, &value.replace('z', "u"), "zé0OIl"]
        {
            assert_eq!(read(wrong), Err(Error::ProofValue), "{wrong:?}");
        }
        assert_eq!(read(&"z".repeat(100_000)), Err(Error::ProofValue));
    }

    proptest! {
        #[test]
        fn signatures_are_written_and_read_as_base58btc(
            zeros in 0usize..4, bytes in prop::array::uniform32(any::<u8>()),
        ) {
            let mut signature = [bytes, bytes].concat();
            signature[..zeros].fill(0);
            let text = base58(&signature);
            prop_assert_eq!(&text, &bs58::encode(&signature).into_string());
            prop_assert_eq!(read(&format!("z{text}")).unwrap().to_vec(), signature);
        }
    }
}
