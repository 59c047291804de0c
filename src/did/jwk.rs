//! `did:jwk`: the identifier is a JWK.
//! Spec: <https://github.com/quartzjer/did-jwk/blob/main/spec.md>
//!
//! Invariant: a did:jwk has one verification method, named `#0`. Its JWK is
//! public, and meant for signatures.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::document::ControllerDocument;
use crate::model::key::{KeyError, PublicKey, Published, VerificationMethod};

/// The document that a did:jwk stands for. The text of the JWK is the issuer's
/// to choose, so two texts of one key are two issuers.
pub fn document(did: &str) -> Result<ControllerDocument, DidJwkError> {
    let encoded = did.strip_prefix("did:jwk:").ok_or(DidJwkError::NotDidJwk)?;
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| DidJwkError::NotDidJwk)?;
    let jwk = std::str::from_utf8(&bytes).map_err(|_| DidJwkError::NotDidJwk)?;
    let method = VerificationMethod {
        id: format!("{did}#0"),
        controller: did.to_owned(),
        key: PublicKey::from_jwk_text(jwk)?,
        revoked: None,
        expires: None,
        published: Published::InIdentifier,
    };
    Ok(ControllerDocument::of_one(did, method))
}

/// Why a text is not a did:jwk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DidJwkError {
    #[error("a did:jwk is `did:jwk:` and a JWK in base64url, and nothing after it")]
    NotDidJwk,
    #[error("the did:jwk holds no usable key: {0}")]
    Key(#[from] KeyError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::key::Algorithm;

    fn did(jwk: &str) -> String {
        format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk))
    }

    #[test]
    fn the_specifications_example_is_read() {
        // The P-256 example of the specification, as it stands there.
        let did = "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoyd\
                   HBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk\
                   1TEtncmwyR3pIM25TRSJ9";
        let document = document(did).unwrap();
        let method = document.assertion_method(&format!("{did}#0")).unwrap();
        assert_eq!(method.controller, did);
        assert_eq!(method.key.algorithm(), Algorithm::P256);
        assert!(document.assertion_method(&format!("{did}#1")).is_err());
    }

    #[test]
    fn a_key_that_is_not_for_signatures_or_not_public_is_refused() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let jwk =
            |more: &str| format!("{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"{x}\"{more}}}");
        assert!(document(&did(&jwk(""))).is_ok());
        let refused = |jwk: &str| document(&did(jwk)).unwrap_err();
        assert_eq!(refused(&jwk(",\"use\":\"enc\"")), KeyError::NotForSigning.into());
        assert_eq!(refused(&jwk(",\"d\":\"AA\"")), KeyError::Private.into());
        assert_eq!(refused("[]"), KeyError::NotAJwk.into());
        for text in ["did:jwk:", "did:jwk:e30=", "did:web:a.example", &format!("{}#0", did("{}"))] {
            assert!(document(text).is_err(), "{text}");
        }
    }
}
