//! Verification methods, as documents write them.
//! Spec: <https://www.w3.org/TR/cid-1.0/#verification-methods>
//!
//! Invariant: what is read here says who controls it; whether it may speak for
//! anyone is for the [document](super::document) that lists it to say.

use jiff::Timestamp;

use super::document::Purpose;
use crate::model::Document;
use crate::model::credential::items;
use crate::model::date_time;
use crate::model::json::{Object, Value};
use crate::model::key::{Algorithm, KeyError, PublicKey, Published, VerificationMethod};

/// Reads a method that stands in its controller's document.
pub(super) fn read(object: &Object<'_>, id: &str) -> Result<VerificationMethod, MethodError> {
    let kind = object.str("type").unwrap_or_default();
    let key = match kind {
        "Multikey" | "Ed25519VerificationKey2020" => {
            PublicKey::from_multikey(object.str("publicKeyMultibase").unwrap_or_default())?
        }
        "JsonWebKey" | "JsonWebKey2020" => PublicKey::from_jwk(
            object.get("publicKeyJwk").and_then(Value::as_object).ok_or(KeyError::NotAJwk)?,
        )?,
        other => return Err(MethodError::UnsupportedType { found: other.into() }),
    };
    if kind == "Ed25519VerificationKey2020" && key.algorithm() != Algorithm::Ed25519 {
        return Err(KeyError::AlgorithmMismatch.into());
    }
    Ok(VerificationMethod {
        id: id.to_owned(),
        controller: object.str("controller").unwrap_or_default().to_owned(),
        key,
        revoked: time(object, "revoked")?,
        expires: time(object, "expires")?,
        published: Published::InDocument,
    })
}

/// A method, or a bare JWK, at an address of its own.
pub(super) fn read_linked(
    bytes: &[u8],
    id: &str,
    controller: &str,
) -> Result<VerificationMethod, MethodError> {
    let unread = |reason: String| MethodError::Unread { id: id.into(), reason };
    let document = Document::parse(bytes).map_err(|error| unread(error.to_string()))?;
    let root = document.root();
    // The issuer's document lists the address, so the key that lies there is the issuer's.
    if root.contains("kty") {
        return Ok(VerificationMethod {
            id: id.to_owned(),
            controller: controller.to_owned(),
            key: PublicKey::from_jwk(root)?,
            revoked: None,
            expires: None,
            published: Published::InDocument,
        });
    }
    let methods = items(root, "verificationMethod").filter_map(Value::as_object);
    let mut all = methods.chain([root]);
    match all.find(|method| method.str("id") == Some(id)) {
        Some(method) => read(method, id),
        None => Err(MethodError::Absent { id: id.into(), document: id.into() }),
    }
}

fn time(object: &Object<'_>, member: &'static str) -> Result<Option<Timestamp>, MethodError> {
    match object.get(member) {
        None => Ok(None),
        Some(value) => {
            value.as_str().and_then(date_time::parse).map(Some).ok_or(MethodError::Time { member })
        }
    }
}

/// Why a document gives no key under a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    #[error("the document of {document} has no verification method {id}")]
    Absent { id: String, document: String },
    #[error("the key is controlled by {found:?}; expected {expected:?}")]
    OtherController { found: String, expected: String },
    #[error("its controller's document does not list {id} under `{}`", .under.as_str())]
    NotListed { id: String, under: Purpose },
    #[error("the issuer withdrew the key {id} at {at}")]
    Withdrawn { id: String, at: Timestamp },
    #[error("verification methods of type {found:?} are not supported")]
    UnsupportedType { found: String },
    #[error("the verification method's key cannot be used: {0}")]
    Key(#[from] KeyError),
    #[error("what lies at {id} could not be read: {reason}")]
    Unread { id: String, reason: String },
    #[error("the verification method's `{member}` is not a date and time with an offset")]
    Time { member: &'static str },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "https://nea.example/";
    const KEY: &str = "https://nea.example/keys/1";
    const ED: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    fn linked(value: &serde_json::Value, id: &str) -> Result<VerificationMethod, MethodError> {
        read_linked(value.to_string().as_bytes(), id, ISSUER)
    }

    #[test]
    fn a_key_at_its_own_address_is_a_method_a_bare_jwk_or_stands_among_others() {
        let method = json!({"id": KEY, "type": "Multikey", "controller": ISSUER,
                            "publicKeyMultibase": ED});
        let key = linked(&method, KEY).unwrap().key;
        let jwk = linked(&key.jwk(), KEY).unwrap();
        assert_eq!((jwk.id.as_str(), jwk.controller.as_str(), &jwk.key), (KEY, ISSUER, &key));
        let among = json!({"id": "https://nea.example/keys", "verificationMethod": [method]});
        assert_eq!(linked(&among, KEY).unwrap().key, key);
        let absent = linked(&method, "https://nea.example/keys/2");
        assert!(matches!(absent, Err(MethodError::Absent { .. })), "{absent:?}");
        let page = read_linked(b"<html>", KEY, ISSUER);
        assert!(matches!(page, Err(MethodError::Unread { .. })), "{page:?}");
    }
}
