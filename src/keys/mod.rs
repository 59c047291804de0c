//! Custody of private keys: who signs, how keys are made, and how they rest.
//!
//! A key rests as a sealed JWK ([`sealed`]) in the database, its public JWK
//! beside it in the clear, so that every replica is stateless. [`Signer`] is
//! what the rest of the service sees. A new custody backend is one file here
//! that yields a `Signer`.
//!
//! Invariant: the private bytes that we hold are wiped when they are dropped, and
//! nothing that holds them has a `Display` or a telling `Debug`. (What the
//! libraries below copy while they work is theirs to wipe.)

use std::sync::Arc;

pub mod api_key;
pub mod example;
pub mod jwk;
pub mod keyed_hash;
pub mod sealed;
mod secret;

pub use jwk::{KeyPair, generate, signer, thumbprint};
pub use keyed_hash::{keyed_hash, keyed_token};
pub use sealed::SealingKey;
pub use secret::Secret;

pub use crate::model::key::Algorithm;

/// One private key, wherever it lives.
///
/// # Contract
/// - `sign` takes the message itself, never its hash, and returns the raw
///   signature: 64 bytes of RFC 8032 for Ed25519, `r ‖ s` of 32 bytes each for
///   ES256 and 48 for ES384, as long as the modulus for RS256. It never returns DER.
/// - `public_jwk` is the key that verifies what `sign` returns. It has no
///   private member, and does not change in the signer's life.
/// - `sign` may block (a hardware key does); callers on an async runtime expect
///   a few milliseconds at most. It keeps no state between calls and may run concurrently.
/// - An error means that nothing was signed; trying again is safe.
pub trait Signer: Send + Sync {
    fn algorithm(&self) -> Algorithm;

    /// Compact JSON, members in the order that RFC 7638 hashes them.
    fn public_jwk(&self) -> &str;

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;
}

/// A signer as it is cached and shared.
pub type SharedSigner = Arc<dyn Signer>;

/// Why a key could not be made, read, sealed, opened or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the JWK cannot be used: {0}")]
    Jwk(&'static str),
    #[error("OpenSSL refused: {0}")]
    OpenSsl(#[from] openssl::error::ErrorStack),
    #[error("an empty key passphrase protects nothing; unset it to use the key file")]
    EmptyPassphrase,
    #[error("key file {path}: {source}")]
    File { path: std::path::PathBuf, source: std::io::Error },
    #[error("key file {path} can be read by others (mode {mode:03o}); run: chmod 600 {path}")]
    FileOpenToOthers { path: std::path::PathBuf, mode: u32 },
    #[error("key file {path} has {found} bytes instead of 32; restore it from a backup")]
    FileSize { path: std::path::PathBuf, found: u64 },
    #[error("sealing failed: {0}")]
    Seal(String),
    #[error("this is not a sealed key")]
    NotSealed,
    #[error(
        "the private keys in this database were sealed with {sealed}, and there is no key file \
         {path}; mount or restore it, name it with --key-file, or set TOUCHMARK_KEY_PASSPHRASE"
    )]
    SealingKeyGone { sealed: String, path: std::path::PathBuf },
    #[error(
        "the key was sealed with {sealed}, but this process holds {held}; start with the one \
         that sealed it"
    )]
    OtherSealingKey { sealed: String, held: String },
    #[error("the seal holds another key than the public one stored beside it")]
    OtherKeyInside,
    #[error("the seal does not open: {0}, or the sealed text was changed")]
    DoesNotOpen(&'static str),
}
