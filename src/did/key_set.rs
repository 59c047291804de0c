//! JSON Web Key Sets: the keys of a host, as 1EdTech's recommended provenance asks for them.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#key-provenance>, RFC 7517 section 5
//!
//! Invariant: a set speaks for an issuer only if it names that issuer (`iss`), or
//! if the issuer is the host itself. Else one tenant of a shared host could sign as
//! any other.

use url::Url;

use super::method::MethodError;
use crate::model::Document;
use crate::model::credential::items;
use crate::model::document::DocumentError as ParseError;
use crate::model::json::{Object, Value};
use crate::model::key::{PublicKey, Published, VerificationMethod};

/// More keys than any host signs with; a longer set only costs time.
const MAX_KEYS: usize = 64;

/// The keys that a host publishes, found to speak for one issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    url: Url,
    /// By `kid`, where a key has one.
    keys: Vec<(Option<String>, Result<VerificationMethod, MethodError>)>,
    /// How many bytes it was read from.
    source: usize,
}

impl KeySet {
    /// Where the set of an issuer's host is.
    pub fn url(issuer: &Url) -> Url {
        let mut url = issuer.clone();
        url.set_path("/.well-known/jwks.json");
        url.set_query(None);
        url.set_fragment(None);
        url
    }

    /// Reads the set that was found at `url`, for an issuer on its host.
    pub fn read(bytes: &[u8], url: &Url, issuer: &Url, id: &str) -> Result<Self, KeySetError> {
        let document = Document::parse(bytes)?;
        let root = document.root();
        if !matches!(root.get("keys"), Some(Value::Array(_))) {
            return Err(KeySetError::NotASet);
        }
        match root.get("iss").map(|iss| iss.as_str().unwrap_or_default()) {
            Some(iss) if iss == id => {}
            Some(iss) => return Err(KeySetError::OtherIssuer { found: iss.into() }),
            None if is_the_host(issuer) => {}
            None => return Err(KeySetError::SharedHost { url: url.to_string() }),
        }
        let mut set = Self { url: url.clone(), keys: Vec::new(), source: bytes.len() };
        for jwk in items(root, "keys").filter_map(Value::as_object) {
            set.add(jwk, id)?;
        }
        Ok(set)
    }

    /// The key of this name.
    pub fn named(&self, kid: &str) -> Option<Result<&VerificationMethod, &MethodError>> {
        let found = self.keys.iter().find(|(name, _)| name.as_deref() == Some(kid))?;
        Some(found.1.as_ref())
    }

    /// The keys that signatures can be checked with.
    pub fn usable(&self) -> impl Iterator<Item = &VerificationMethod> {
        self.keys.iter().filter_map(|(_, method)| method.as_ref().ok())
    }

    pub fn address(&self) -> &Url {
        &self.url
    }

    /// About how many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        // A decoded key, and the texts that each method repeats: its controller's id.
        const KEY: usize = 512;
        let keys = self.keys.iter().map(|(kid, method)| {
            let controller = method.as_ref().map_or(0, |method| method.controller.len());
            kid.as_ref().map_or(0, |kid| 2 * kid.len()) + self.url.as_str().len() + controller + KEY
        });
        size_of::<Self>() + self.url.as_str().len() + self.source + keys.sum::<usize>()
    }

    fn add(&mut self, jwk: &Object<'_>, controller: &str) -> Result<(), KeySetError> {
        let kid = jwk.str("kid").map(str::to_owned);
        if kid.is_some() && self.keys.iter().any(|(known, _)| *known == kid) {
            return Err(KeySetError::KeyTwice { kid: kid.unwrap_or_default() });
        }
        if self.keys.len() == MAX_KEYS {
            return Err(KeySetError::TooManyKeys);
        }
        let method = PublicKey::from_jwk(jwk).map_err(MethodError::Key).map(|key| {
            let named = kid.clone();
            VerificationMethod {
                id: named.unwrap_or_else(|| format!("{}#{}", self.url, key.thumbprint())),
                controller: controller.to_owned(),
                key,
                revoked: None,
                expires: None,
                published: Published::InKeySet,
            }
        });
        self.keys.push((kid, method));
        Ok(())
    }
}

/// Whether the issuer is the host, and no tenant on it.
fn is_the_host(issuer: &Url) -> bool {
    issuer.path() == "/" && issuer.query().is_none()
}

/// Why a set does not speak for an issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    #[error("the key set is not JSON that we read: {0}")]
    Json(#[from] ParseError),
    #[error("the key set has no array `keys`")]
    NotASet,
    #[error("the key set speaks for {found:?} (`iss`), and for no other issuer of its host")]
    OtherIssuer { found: String },
    #[error(
        "the key set at {url} names no issuer, so it speaks for its host and not for one \
         issuer among others on it; the issuer can name itself there (`iss`), or list its \
         keys in the document at its own address"
    )]
    SharedHost { url: String },
    #[error("the key set has two keys named {kid:?}")]
    KeyTwice { kid: String },
    #[error("the key set has more than {MAX_KEYS} keys")]
    TooManyKeys,
}

impl KeySetError {
    /// Whether it has keys, of somebody else as far as anyone can tell.
    pub fn is_about_another(&self) -> bool {
        matches!(self, KeySetError::OtherIssuer { .. } | KeySetError::SharedHost { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn read(set: serde_json::Value, issuer: &str) -> Result<KeySet, KeySetError> {
        let url = Url::parse(issuer).unwrap();
        KeySet::read(set.to_string().as_bytes(), &KeySet::url(&url), &url, issuer)
    }

    fn jwk(kid: Option<&str>) -> serde_json::Value {
        let mut jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
        if let Some(kid) = kid {
            jwk["kid"] = kid.into();
        }
        jwk
    }

    #[test]
    fn a_set_without_a_name_speaks_for_its_host_only() {
        let set = json!({"keys": [jwk(Some("k"))]});
        for issuer in ["https://nea.example", "https://nea.example/", "https://nea.example:8443/"] {
            let read = read(set.clone(), issuer).unwrap();
            let method = read.named("k").unwrap().unwrap();
            assert_eq!((method.id.as_str(), method.controller.as_str()), ("k", issuer));
            assert_eq!(method.published, Published::InKeySet);
        }
        for issuer in ["https://platform.example/issuers/nea", "https://platform.example/?i=nea"] {
            let shared = KeySetError::SharedHost {
                url: "https://platform.example/.well-known/jwks.json".into(),
            };
            assert_eq!(read(set.clone(), issuer), Err(shared));
        }
    }

    #[test]
    fn a_set_that_names_an_issuer_speaks_for_that_one_only() {
        let nea = "https://platform.example/issuers/nea";
        let set = json!({"iss": nea, "keys": [jwk(None)]});
        let read_as_nea = read(set.clone(), nea).unwrap();
        let method = read_as_nea.usable().next().unwrap();
        assert!(method.id.starts_with("https://platform.example/.well-known/jwks.json#"));
        for other in ["https://platform.example/issuers/evil", "https://platform.example/"] {
            assert_eq!(
                read(set.clone(), other),
                Err(KeySetError::OtherIssuer { found: nea.into() })
            );
        }
        let strange = json!({"iss": 1, "keys": []});
        assert!(read(strange, "https://nea.example").is_err());
    }

    #[test]
    fn keys_of_one_name_too_many_and_no_set_are_refused_and_an_unread_key_hides_no_other() {
        let host = "https://nea.example/";
        let twice = json!({"keys": [jwk(Some("a")), jwk(Some("a"))]});
        assert_eq!(read(twice, host), Err(KeySetError::KeyTwice { kid: "a".into() }));
        let many: Vec<_> = (0..=MAX_KEYS).map(|n| jwk(Some(&n.to_string()))).collect();
        assert_eq!(read(json!({"keys": many}), host), Err(KeySetError::TooManyKeys));
        assert_eq!(read(json!({"keys": {}}), host), Err(KeySetError::NotASet));
        let encryption = json!({"kty": "OKP", "crv": "Ed25519", "x": X, "use": "enc", "kid": "e"});
        let set = read(json!({"keys": [encryption, jwk(Some("s"))]}), host).unwrap();
        assert!(set.named("e").unwrap().is_err() && set.named("s").unwrap().is_ok());
        assert!(set.named("x").is_none());
        assert_eq!(set.usable().count(), 1);
    }
}
