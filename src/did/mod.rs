//! Identifiers of issuers and the keys that speak for them: one file a method.
//! Spec: <https://www.w3.org/TR/did-1.0/>, <https://www.w3.org/TR/cid-1.0/>
//!
//! A method that needs a document says which URL (`locate`); the bytes come
//! back to it (`read`). Nothing here fetches.

pub mod document;
pub mod https;
pub mod jwk;
pub mod key;
pub mod key_set;
pub mod method;
pub mod web;

pub use document::{ControllerDocument, DocumentError, Purpose};
pub use method::MethodError;

use url::Url;

/// The longest identifier that is read. The longest that has a use is the did:jwk of an RSA key of
/// 8192 bits: its modulus takes 1,366 characters of base64url, and 1.9 KB as a DID.
pub const MAX_LENGTH: usize = 4096;

/// Where the keys of an issuer come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// The identifier is the document.
    Here(ControllerDocument),
    /// The document is at this URL, to be read by [`web::read`].
    Fetch(Url),
    /// The document and the host's key set are here, to be read by [`https::read`].
    Https(https::Places),
}

/// The first step from an issuer's identifier to its keys.
pub fn resolve(id: &str) -> Result<Resolution, DidError> {
    let scheme = id.split(':').next().unwrap_or_default();
    if !matches!(scheme, "did" | "https" | "http") {
        return Err(DidError::NotAnIssuer);
    }
    if id.len() > MAX_LENGTH {
        return Err(DidError::TooLong { length: id.len() });
    }
    let Some(method) = id.strip_prefix("did:") else {
        return https::locate(id).map(Resolution::Https).map_err(DidError::Https);
    };
    let name = method.split(':').next().unwrap_or_default();
    match METHODS.iter().find(|(known, _)| *known == name) {
        Some((_, resolve)) => resolve(id),
        None => Err(DidError::UnsupportedMethod { method: name.into() }),
    }
}

/// A method by its name, and its first step.
pub type Method = (&'static str, fn(&str) -> Result<Resolution, DidError>);

/// Every method that is resolved.
pub const METHODS: [Method; 3] = [
    ("key", |id| key::document(id).map(Resolution::Here).map_err(DidError::Key)),
    ("jwk", |id| jwk::document(id).map(Resolution::Here).map_err(DidError::Jwk)),
    ("web", |id| web::locate(id).map(Resolution::Fetch).map_err(DidError::Web)),
];

/// Why an identifier leads to no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DidError {
    #[error("it is neither a DID nor an https address, so nothing says which keys speak for it")]
    NotAnIssuer,
    #[error("it is {length} bytes long; identifiers of up to {MAX_LENGTH} are read")]
    TooLong { length: usize },
    #[error("the DID method {method:?} is not supported; did:web, did:key and did:jwk are")]
    UnsupportedMethod { method: String },
    #[error(transparent)]
    Key(key::DidKeyError),
    #[error(transparent)]
    Jwk(jwk::DidJwkError),
    #[error(transparent)]
    Web(web::LocateError),
    #[error("no keys can be asked of it: {0}")]
    Https(https::LocateError),
}
