//! `did:key`: the identifier is the key.
//! Spec: <https://w3c-ccg.github.io/did-key-spec/>
//!
//! Invariant: a did:key has one verification method, whose fragment repeats
//! the identifier; any other fragment names nothing.

use super::document::ControllerDocument;
use crate::model::key::{KeyError, PublicKey, Published, VerificationMethod};

/// The document that a did:key stands for.
pub fn document(did: &str) -> Result<ControllerDocument, DidKeyError> {
    let multikey = did.strip_prefix("did:key:").ok_or(DidKeyError::NotDidKey)?;
    let key = PublicKey::from_multikey(multikey)?;
    // One key, one spelling: two spellings would be two issuers.
    if key.multikey() != multikey {
        return Err(DidKeyError::NotDidKey);
    }
    let method = VerificationMethod {
        id: method_id(&key),
        controller: did.to_owned(),
        key,
        revoked: None,
        expires: None,
        published: Published::InIdentifier,
    };
    Ok(ControllerDocument::of_one(did, method))
}

pub fn did(key: &PublicKey) -> String {
    format!("did:key:{}", key.multikey())
}

/// The one verification method's id.
pub fn method_id(key: &PublicKey) -> String {
    let multikey = key.multikey();
    format!("did:key:{multikey}#{multikey}")
}

/// Why a text is not a did:key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DidKeyError {
    #[error("a did:key is `did:key:` and a Multikey, and nothing after it")]
    NotDidKey,
    #[error("the did:key holds no usable key: {0}")]
    Key(#[from] KeyError),
}

#[cfg(test)]
mod tests {
    use super::*;

    const MULTIKEY: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    #[test]
    fn a_did_key_has_one_method_that_repeats_it() {
        let did = format!("did:key:{MULTIKEY}");
        let document = document(&did).unwrap();
        let id = format!("{did}#{MULTIKEY}");
        let method = document.assertion_method(&id).unwrap();
        assert_eq!((method.id.as_str(), method.controller.as_str()), (id.as_str(), did.as_str()));
        assert!(document.assertion_method(&format!("{did}#key-1")).is_err());
        assert_eq!(super::did(&method.key), did);
    }

    #[test]
    fn a_did_key_with_anything_else_in_it_is_refused() {
        for did in ["did:key:", "did:web:a.example", "did:key:z6Mk"] {
            assert!(document(did).is_err(), "{did}");
        }
        assert!(document(&format!("did:key:{MULTIKEY}#{MULTIKEY}")).is_err());
        assert!(document(&format!("did:key:{MULTIKEY}?x")).is_err());
    }
}
