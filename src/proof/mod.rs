//! Securing mechanisms: one file each, named as registered.
//!
//! Signing here is pure: what is to be signed comes out as bytes, the signature
//! comes back, and the secured document is the received bytes with the proof
//! added to them.

pub mod eddsa_rdfc_2022;
pub mod secured;
pub mod vc_jwt;

pub use secured::Secured;

use ed25519_dalek::Signature;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use sha2::{Digest, Sha256};

use crate::model::Document;
use crate::model::key::PublicKey;

/// Whether `signature` is this key's over `message`: 64 bytes, R‖S for
/// Ed25519, r‖s for P-256.
pub fn signature_holds(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = <&[u8; 64]>::try_from(signature) else { return false };
    match key.as_ed25519() {
        // `verify_strict` refuses what lets one signature fit two messages or keys.
        Some(key) => key.verify_strict(message, &Signature::from_bytes(signature)).is_ok(),
        None => p256_holds(key.as_bytes(), message, signature).unwrap_or(false),
    }
}

/// The received bytes with one more member at the end of the object. Nothing
/// else of them changes: what was prepared is what is signed and stored.
pub(crate) fn append_members(document: &Document<'_>, members: &str) -> Vec<u8> {
    let bytes = document.bytes().trim_ascii_end();
    let body = bytes.strip_suffix(b"}").expect("a document is one object").trim_ascii_end();
    let comma: &[u8] = if document.root().is_empty() { b"" } else { b"," };
    [body, comma, members.as_bytes(), b"}"].concat()
}

/// The bytes of a document of ours before `proof` was appended to them. A quote within a string
/// is escaped, so the last place that reads like the member is the member.
pub(crate) fn before_proof(secured: &str) -> Option<String> {
    secured.rfind(",\"proof\":[").map(|end| format!("{}}}", &secured[..end]))
}

fn p256_holds(key: &[u8], message: &[u8], signature: &[u8; 64]) -> Result<bool, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(&group, key, &mut context)?;
    let key = EcKey::from_public_key(&group, &point)?;
    let (r, s) = signature.split_at(32);
    let signature =
        EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
    signature.verify(&Sha256::digest(message), &key)
}
