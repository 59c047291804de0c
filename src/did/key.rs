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

    /// Those of its kinds that we read, as the specification has them.
    #[test]
    fn the_specifications_examples_are_read_to_the_keys_that_it_names() {
        let ed25519 = |x| format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let ec = |crv, x, y| format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#);
        for (multikey, jwk) in [
            (
                "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
                ed25519("O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"),
            ),
            (
                "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
                ec(
                    "P-256",
                    "fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI",
                    "hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU",
                ),
            ),
            (
                "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv",
                ec(
                    "P-256",
                    "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns",
                    "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM",
                ),
            ),
            (
                "z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9",
                ec(
                    "P-384",
                    "lInTxl8fjLKp_UCrxI0WDklahi-7-_6JbtiHjiRvMvhedhKVdHBfi2HCY8t_QJyc",
                    "y6N1IC-2mXxHreETBW7K3mBcw0qGr3CWHCs-yl09yCQRLcyfGv7XhqAngHOu51Zv",
                ),
            ),
            (
                "z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54",
                ec(
                    "P-384",
                    "CA-iNoHDg1lL8pvX3d1uvExzVfCz7Rn6tW781Ub8K5MrDf2IMPyL0RTDiaLHC1JT",
                    "Kpnrn8DkXUD3ge4mFxi-DKr0DYO2KuJdwNBrhzLRtfMa3WFMZBiPKUPfJj8dYNl_",
                ),
            ),
        ] {
            let did = format!("did:key:{multikey}");
            let document = document(&did).unwrap();
            let method = document.assertion_method(&format!("{did}#{multikey}")).unwrap();
            assert_eq!(method.key.jwk().to_string(), jwk);
            assert_eq!(PublicKey::from_jwk_text(&jwk).unwrap().multikey(), multikey);
        }
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
