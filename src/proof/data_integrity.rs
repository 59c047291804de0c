//! What the cryptosuites of Data Integrity share: proof options, what is
//! signed, and the proof as it is written.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/>,
//! <https://www.w3.org/TR/vc-di-eddsa/#hashing-eddsa-rdfc-2022>,
//! <https://www.w3.org/TR/vc-di-ecdsa/#hashing-ecdsa-rdfc-2019>
//!
//! Invariant: the secured document is the received bytes with the proof at
//! their end; they are never written anew.

use std::ops::Deref;

use jiff::Timestamp;
use sha2::{Digest, Sha256, Sha384};

use super::{append_members, signature_holds};
use crate::jsonld::{self, HashAlgorithm, Input, TooComplex};
use crate::model::json::{Object, UnsafeInteger, Value};
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

/// What a proof is over: a document without its proofs, or with those alone that
/// the proof follows in a chain.
#[derive(Debug, Clone, Copy)]
pub struct Unsecured<'d, 'a> {
    root: &'d Object<'a>,
    without: &'static [&'static str],
}

impl<'d, 'a> Unsecured<'d, 'a> {
    pub fn of(document: &'d Document<'a>) -> Self {
        Self { root: document.root(), without: &["proof"] }
    }

    /// `root` has as its `proof` the proofs that are signed with it, and no others.
    pub fn with_proofs(root: &'d Object<'a>) -> Self {
        Self { root, without: &[] }
    }

    pub(super) fn context(self) -> Option<&'d Value<'a>> {
        self.root.get("@context")
    }

    pub(super) fn members(self) -> impl Iterator<Item = (&'d str, &'d Value<'a>)> {
        self.root.iter().filter(move |(name, _)| !self.without.contains(name))
    }

    /// For JSON-LD, in its own context or another.
    pub(super) fn input(self, context: Option<&'d Value<'a>>) -> Input<'d, 'a> {
        Input { object: self.root, without: self.without, context }
    }
}

/// Up to so many bytes, without an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes<const MOST: usize> {
    bytes: [u8; MOST],
    length: usize,
}

/// A digest of SHA-256 or SHA-384.
pub type Hash = Bytes<48>;
/// What is signed: the hash of the options, then that of the document.
pub type Message = Bytes<96>;

impl<const MOST: usize> Bytes<MOST> {
    fn of(parts: &[&[u8]]) -> Self {
        let (mut bytes, mut length) = ([0; MOST], 0);
        for part in parts {
            bytes[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        }
        Self { bytes, length }
    }
}

impl<const MOST: usize> Deref for Bytes<MOST> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Something in canonical form, and its digest.
#[derive(Debug, Clone)]
pub struct Transformed {
    canonical: String,
    hash: Hash,
}

impl Transformed {
    pub(super) fn new(canonical: String, hash: HashAlgorithm) -> Self {
        let hash = match hash {
            HashAlgorithm::Sha256 => Hash::of(&[&Sha256::digest(&canonical)]),
            HashAlgorithm::Sha384 => Hash::of(&[&Sha384::digest(&canonical)]),
        };
        Self { canonical, hash }
    }
}

/// The intermediate values of signing and verifying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// The canonical form of what the proof is over.
    pub canonical_document: String,
    /// The canonical form of the proof without its value.
    pub canonical_options: String,
    pub document_hash: Hash,
    pub options_hash: Hash,
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

    /// The bytes that are signed.
    pub fn message(&self) -> Message {
        message(&self.options_hash, &self.document_hash)
    }
}

/// A document that is ready for its signature.
#[derive(Debug)]
pub struct ToSign<'d, 'a> {
    document: &'d Document<'a>,
    /// The members of the proof but its value, as JSON without the braces.
    proof: String,
    message: Message,
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

    /// The bytes to sign.
    pub fn message(&self) -> Message {
        self.message
    }

    /// The exact bytes of the secured document; the signature is raw (R‖S, or r‖s).
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

/// The context of a document that gets its first proof.
pub(super) fn unsecured_context<'d, 'a>(
    document: &'d Document<'a>,
) -> Result<&'d Value<'a>, Error> {
    match document.root().contains("proof") {
        true => Err(Error::AlreadySecured),
        false => document.root().get("@context").ok_or(Error::NoContext),
    }
}

/// The signature that a proof holds: raw, of the length that the key's have.
/// Whether it can be one at all is asked before anything is put into canonical form.
pub(super) fn signature(proof: &Object<'_>, key: &PublicKey) -> Result<Bytes<96>, Error> {
    let bytes = match key.algorithm() {
        Algorithm::P384 => 96,
        Algorithm::Ed25519 | Algorithm::P256 | Algorithm::Rsa => 64,
    };
    let wrong = || Error::ProofValue { bytes };
    let base58 = proof.str("proofValue").and_then(|value| value.strip_prefix('z'));
    let base58 = base58.ok_or_else(wrong)?;
    if bytes == 64 {
        let mut signature = [0; 64];
        return match five8::decode_64(base58, &mut signature) {
            Ok(()) => Ok(Bytes::of(&[&signature])),
            Err(_) => Err(wrong()),
        };
    }
    let mut signature = [0; 96];
    // Base58 takes quadratic time, and no 96 bytes are longer than this.
    match (base58.len() <= 132).then(|| bs58::decode(base58).onto(&mut signature)) {
        Some(Ok(96)) => Ok(Bytes::of(&[&signature])),
        _ => Err(wrong()),
    }
}

fn base58(signature: &[u8]) -> String {
    // What is of another length is none of Ed25519's or P-256's.
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
    signature: &[u8],
) -> Result<(), Error> {
    match signature_holds(key, &message(&options.hash, &document.hash), signature) {
        true => Ok(()),
        false => Err(Error::Signature),
    }
}

fn message(options: &Hash, document: &Hash) -> Message {
    Message::of(&[options, document])
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
    #[error(
        "{suite} takes keys of {}; the issuer's key is of {found}",
        .keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    )]
    KeyType { suite: &'static str, keys: &'static [Algorithm], found: Algorithm },
    #[error("{suite} is verified and not signed with any more")]
    VerifyOnly { suite: &'static str },
    #[error("`proofValue` is not `z` and base58btc of the {bytes} bytes that the key's have")]
    ProofValue { bytes: usize },
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

    fn read(value: &str) -> Result<Vec<u8>, Error> {
        let text = format!("{{\"proofValue\":\"{value}\"}}");
        let proof = Document::parse(text.as_bytes()).unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
        let key = PublicKey::ed25519(key.to_bytes()).unwrap();
        signature(proof.root(), &key).map(|signature| signature.to_vec())
    }

    #[test]
    fn a_proof_value_is_64_bytes_in_base58btc_and_nothing_else() {
        let value = format!("z{}", bs58::encode([7; 64]).into_string());
        assert_eq!(read(&value), Ok(vec![7; 64]));
        let short = format!("z{}", bs58::encode([7; 63]).into_string());
        let long = format!("z{}", bs58::encode([7; 65]).into_string());
        let zero = format!("{}1", value.replacen('z', "z1", 1));
        let most = format!("z{}", "z".repeat(88));
        for wrong in
            ["", "z", &value[1..], &short, &long, &zero, &most, &value.replace('z', "u"), "zé0OIl"]
        {
            assert_eq!(read(wrong), Err(Error::ProofValue { bytes: 64 }), "{wrong:?}");
        }
        assert_eq!(read(&"z".repeat(100_000)), Err(Error::ProofValue { bytes: 64 }));
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
            prop_assert_eq!(read(&format!("z{text}")).unwrap(), signature);
        }
    }
}
