//! Issuers by an https address: the document that lies there, and the key set of its host.
//! Spec: <https://www.w3.org/TR/cid-1.0/#retrieve-verification-method>,
//! <https://www.imsglobal.org/spec/ob/v3p0#key-provenance>
//!
//! Invariant: both places follow from the issuer's address alone, so nothing else
//! in a credential chooses them; and what one of them could not tell is kept
//! beside what the other said.

use url::Url;

use super::document::{ControllerDocument, DocumentError};
use super::key_set::{KeySet, KeySetError};
use crate::model::Document;

/// Where an https issuer's keys may be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The issuer's own address.
    pub document: Url,
    /// Its host's key set, which speaks for JWTs only.
    pub key_set: Url,
}

/// The places of an issuer, which must be an https address without a fragment.
pub fn locate(issuer: &str) -> Result<Places, LocateError> {
    let bad = |reason| LocateError { reason };
    let url = Url::parse(issuer).map_err(|_| bad("it is not a URL"))?;
    match url.host_str() {
        _ if url.scheme() != "https" => Err(bad("its scheme is not https")),
        None => Err(bad("it names no host")),
        // `https://nea.example@evil.example/` reads as if it were NEA's.
        Some(_) if !url.username().is_empty() || url.password().is_some() => {
            Err(bad("it holds a user name or password"))
        }
        Some(_) if url.fragment().is_some() => Err(bad("it names a part of a document")),
        Some(_) => Ok(Places { key_set: KeySet::url(&url), document: url }),
    }
}

/// The host of an https issuer, with its port.
pub fn domain(issuer: &str) -> Option<String> {
    let places = locate(issuer).ok()?;
    let host = places.document.host_str()?;
    Some(match places.document.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// What one place answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<'b> {
    Bytes(&'b [u8]),
    /// The server says that there is nothing.
    Nothing,
    /// It did not answer: why.
    Silent(String),
}

/// Reads what the two places of an issuer answered.
pub fn read(
    issuer: &str,
    places: &Places,
    document: Answer<'_>,
    key_set: Answer<'_>,
) -> ControllerDocument {
    let nothing = |url: &Url| Unusable::Nothing { url: url.to_string() };
    let document = match document {
        Answer::Bytes(bytes) => Document::parse(bytes)
            .map_err(DocumentError::Json)
            .and_then(|document| ControllerDocument::read(&document, issuer))
            .map_err(Unusable::Document),
        Answer::Nothing => Err(nothing(&places.document)),
        Answer::Silent(reason) => Err(Unusable::Silent(reason)),
    };
    let key_set = match key_set {
        Answer::Bytes(bytes) => {
            KeySet::read(bytes, &places.key_set, &places.document, issuer).map_err(Unusable::KeySet)
        }
        Answer::Nothing => Err(nothing(&places.key_set)),
        Answer::Silent(reason) => Err(Unusable::Silent(reason)),
    };
    ControllerDocument::of_places(issuer, document, key_set)
}

/// Why a place gives no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("{0}")]
    Silent(String),
    #[error("there is nothing at {url}")]
    Nothing { url: String },
    #[error(transparent)]
    Document(DocumentError),
    #[error(transparent)]
    KeySet(KeySetError),
}

impl Unusable {
    /// How many bytes its texts have, at most.
    pub fn weight(&self) -> usize {
        self.to_string().len()
    }
}

/// Why an identifier is not an https address that keys can be asked of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct LocateError {
    reason: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::did::MethodError;
    use serde_json::json;

    const ISSUER: &str = "https://platform.example/issuers/nea";
    const ED: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    #[test]
    fn both_places_follow_from_the_address_alone() {
        let places = locate("https://a.example:8443/i/1?x=y").unwrap();
        assert_eq!(places.document.as_str(), "https://a.example:8443/i/1?x=y");
        assert_eq!(places.key_set.as_str(), "https://a.example:8443/.well-known/jwks.json");
        for id in ["http://a.example", "https://a.example/#me", "https://", "a.example", "urn:a:b"]
        {
            assert!(locate(id).is_err(), "{id}");
        }
        for id in ["https://nea.example@evil.example/", "https://:nea@evil.example/"] {
            assert!(locate(id).unwrap_err().reason.contains("user name"), "{id}");
            assert_eq!(domain(id), None);
        }
    }

    #[test]
    fn a_document_and_a_key_set_are_read_beside_each_other() {
        let places = locate(ISSUER).unwrap();
        let method = json!({"id": "#k", "type": "Multikey", "controller": ISSUER,
                            "publicKeyMultibase": ED});
        let document = json!({"id": ISSUER, "assertionMethod": [method]}).to_string();
        let set = json!({"iss": ISSUER, "keys": []}).to_string();
        let both = read(
            ISSUER,
            &places,
            Answer::Bytes(document.as_bytes()),
            Answer::Bytes(set.as_bytes()),
        );
        assert!(both.assertion_method(&format!("{ISSUER}#k")).is_ok());
        assert!(both.document().is_ok() && both.key_set().unwrap().is_ok());

        let other = document.replace("/nea", "/evil");
        let neither = read(ISSUER, &places, Answer::Bytes(other.as_bytes()), Answer::Nothing);
        assert!(matches!(
            neither.document(),
            Err(Unusable::Document(DocumentError::OtherId { .. }))
        ));
        assert!(matches!(neither.key_set(), Some(Err(Unusable::Nothing { .. }))));
        let absent = neither.assertion_method(&format!("{ISSUER}#k"));
        assert!(matches!(absent, Err(MethodError::Absent { .. })));
        assert_eq!(neither.id(), ISSUER);
    }
}
