//! Controller documents: the keys that speak for an identifier.
//! Spec: <https://www.w3.org/TR/cid-1.0/>, <https://www.w3.org/TR/did-1.0/>
//!
//! Invariant: a method handed out stands in the controller's own document, is
//! controlled by it, and is listed for what it is used for: assertions, unless
//! the document was opened [for presenting](ControllerDocument::for_presenting).
//! A key that merely decodes from a fragment proves nothing.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use url::Url;

use super::https::Unusable;
use super::key_set::KeySet;
use super::method::{self, MethodError};
use crate::model::Document;
use crate::model::credential::items;
use crate::model::date_time;
use crate::model::document::DocumentError as ParseError;
use crate::model::json::{Object, Value};
use crate::model::key::{Algorithm, PublicKey, VerificationMethod};

/// More methods than any issuer has; a longer list only costs time.
const MAX_METHODS: usize = 256;

/// What a key may be used for (a verification relationship); also what a proof says it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An issuer's credentials.
    Assertion,
    /// A holder's presentations.
    Authentication,
}

impl Purpose {
    /// As `proofPurpose` spells it, and the document's member.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Assertion => "assertionMethod",
            Purpose::Authentication => "authentication",
        }
    }
}

/// The methods of an identifier that may sign for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControllerDocument {
    id: String,
    methods: Vec<(String, Result<VerificationMethod, MethodError>)>,
    /// Ids under `assertionMethod`.
    assertion: Vec<String>,
    /// Ids under `authentication`.
    authentication: Vec<String>,
    /// What its methods are handed out for.
    purpose: Purpose,
    /// Documents of others, whose keys may stand for its own: see [`Self::and_others`].
    others: Vec<Arc<ControllerDocument>>,
    /// How many bytes it was read from: bounds every text in it that is not counted by itself.
    source: usize,
    /// Of an https issuer.
    web: Option<Box<Web>>,
}

/// How the two places of an https issuer answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Web {
    document: Result<(), Unusable>,
    key_set: Result<KeySet, Unusable>,
}

impl ControllerDocument {
    /// Reads a document that must be about `id`.
    pub fn read(document: &Document<'_>, id: &str) -> Result<Self, DocumentError> {
        let root = document.root();
        match root.str("id") {
            Some(found) if found == id => {}
            found => {
                return Err(DocumentError::OtherId {
                    expected: id.into(),
                    found: found.unwrap_or_default().into(),
                });
            }
        }
        let source = document.bytes().len();
        let mut read = Self { source, ..Self::empty(id) };
        for value in items(root, "verificationMethod") {
            if let Value::Object(object) = value {
                read.add(object)?;
            }
        }
        read.assertion = read.listed(root, Purpose::Assertion)?;
        read.authentication = read.listed(root, Purpose::Authentication)?;
        Ok(read)
    }

    /// The ids under a member, whose methods may stand in it themselves.
    fn listed(&mut self, root: &Object<'_>, under: Purpose) -> Result<Vec<String>, DocumentError> {
        let method = |value: &Value<'_>| match value {
            Value::String(reference) => Ok(absolute(reference, &self.id)),
            Value::Object(embedded) => self.add(embedded),
            other => Err(DocumentError::Reference { under, found: other.kind() }),
        };
        items(root, under.as_str()).map(method).collect()
    }

    pub(super) fn of_one(id: &str, method: VerificationMethod) -> Self {
        let listed = vec![method.id.clone()];
        let methods = vec![(method.id.clone(), Ok(method))];
        let (assertion, authentication) = (listed.clone(), listed);
        Self { methods, assertion, authentication, source: id.len(), ..Self::empty(id) }
    }

    /// One without any key.
    pub fn empty(id: &str) -> Self {
        Self {
            id: id.into(),
            methods: Vec::new(),
            assertion: Vec::new(),
            authentication: Vec::new(),
            purpose: Purpose::Assertion,
            others: Vec::new(),
            source: 0,
            web: None,
        }
    }

    /// The same document, whose keys are handed out for a holder's presentations.
    pub fn for_presenting(&self) -> Self {
        Self { purpose: Purpose::Authentication, ..self.clone() }
    }

    /// The same document, with the keys of others as good as its own. Only for the public
    /// conformance suites, whose issuers do not own the keys that sign for them.
    pub fn and_others(&self, others: Vec<Arc<ControllerDocument>>) -> Self {
        Self { others, ..self.clone() }
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What an https issuer's own address and its host's key set say together.
    pub(super) fn of_places(
        id: &str,
        document: Result<Self, Unusable>,
        key_set: Result<KeySet, Unusable>,
    ) -> Self {
        let (read, document) = match document {
            Ok(read) => (read, Ok(())),
            Err(unusable) => (Self::empty(id), Err(unusable)),
        };
        Self { web: Some(Box::new(Web { document, key_set })), ..read }
    }

    /// Whether the issuer's own document was there to be read.
    pub fn document(&self) -> Result<(), &Unusable> {
        self.web.as_ref().map_or(Ok(()), |web| web.document.as_ref().map(drop))
    }

    /// The key set of an https issuer's host, which speaks for JWTs only.
    pub fn key_set(&self) -> Option<Result<&KeySet, &Unusable>> {
        // A host's keys are its issuers', and no holder's.
        let web = self.web.as_ref().filter(|_| self.purpose == Purpose::Assertion);
        web.map(|web| web.key_set.as_ref())
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// About how many bytes of memory it takes: at least as many as it was read from,
    /// since who wrote it chose how long each text in it is.
    pub fn weight(&self) -> usize {
        // Each method names itself twice, with the document's own id where its id is relative;
        // a decoded point takes the rest. Controllers and errors repeat texts of the source.
        const POINT: usize = 256;
        let methods = self.methods.iter().map(|(id, _)| 2 * id.len() + self.id.len() + POINT);
        let listed = self.assertion.iter().chain(&self.authentication);
        let listed = listed.map(|id| id.len() + size_of::<String>());
        let texts = methods.sum::<usize>() + listed.sum::<usize>();
        let web = self.web.as_ref().map_or(0, |web| {
            let document = web.document.as_ref().map_or_else(Unusable::weight, |()| 0);
            size_of::<Web>()
                + document
                + web.key_set.as_ref().map_or_else(|e| e.weight(), KeySet::weight)
        });
        size_of::<Self>() + self.id.len() + self.source + texts + web
    }

    /// The method named `id`, if it may sign for this controller.
    pub fn assertion_method(&self, id: &str) -> Result<&VerificationMethod, MethodError> {
        let id = absolute(id, &self.id);
        let found = self.methods.iter().find(|(method, _)| *method == id);
        let method = match found {
            None => {
                let other = self.others.iter().find_map(|other| other.assertion_method(&id).ok());
                return other.ok_or(MethodError::Absent { id, document: self.id.clone() });
            }
            Some((_, Err(error))) => return Err(error.clone()),
            Some((_, Ok(method))) => method,
        };
        if method.controller != self.id {
            return Err(MethodError::OtherController {
                found: method.controller.clone(),
                expected: self.id.clone(),
            });
        }
        if !self.ids().contains(&id) {
            if let Some(at) = method.revoked {
                return Err(MethodError::Withdrawn { id, at });
            }
            return Err(MethodError::NotListed { id, under: self.purpose });
        }
        Ok(method)
    }

    /// What the document lists for its purpose.
    fn ids(&self) -> &[String] {
        match self.purpose {
            Purpose::Assertion => &self.assertion,
            Purpose::Authentication => &self.authentication,
        }
    }

    /// Where a method lies that is listed here and stands elsewhere.
    pub fn linked(&self, id: &str) -> Option<Url> {
        let known = self.methods.iter().any(|(method, _)| method == id);
        if known || !id.starts_with("https://") || !self.ids().iter().any(|listed| listed == id) {
            return None;
        }
        let mut url = Url::parse(id).ok()?;
        url.set_fragment(None);
        Some(url).filter(|url| url.as_str() != self.id)
    }

    /// The document with a method that it lists, as the method's own address answered it.
    pub fn with_linked(&self, id: &str, answer: Result<&[u8], &String>) -> Self {
        let method = match answer {
            Ok(bytes) => method::read_linked(bytes, id, &self.id),
            Err(reason) => Err(MethodError::Unread { id: id.into(), reason: reason.clone() }),
        };
        let mut with = self.clone();
        with.source += answer.map_or(0, <[u8]>::len);
        with.methods.push((id.to_owned(), method));
        with
    }

    /// The methods that may sign for this controller, in the document's order.
    pub fn assertion_methods(&self) -> impl Iterator<Item = &VerificationMethod> {
        self.methods.iter().filter_map(|(id, _)| self.assertion_method(id).ok())
    }

    /// Takes up one method; one that cannot be read is remembered with the reason.
    fn add(&mut self, object: &Object<'_>) -> Result<String, DocumentError> {
        let id = object.str("id").ok_or(DocumentError::MethodWithoutId)?;
        let id = absolute(id, &self.id);
        if self.methods.iter().any(|(known, _)| *known == id) {
            return Err(DocumentError::MethodTwice { id });
        }
        if self.methods.len() == MAX_METHODS {
            return Err(DocumentError::TooManyMethods);
        }
        self.methods.push((id.clone(), method::read(object, &id)));
        Ok(id)
    }
}

/// A key of our own issuer, under the fragment that names it.
#[derive(Debug, Clone, Copy)]
pub struct IssuerKey<'a> {
    pub fragment: &'a str,
    pub key: &'a PublicKey,
    /// Since when nothing that it signed is to be believed.
    pub withdrawn: Option<Timestamp>,
}

/// Our own issuer's document. Retired keys stay in it, listed for assertions:
/// what they signed while they were in use stays good. One that was withdrawn says so, and is
/// listed for nothing, since not every verifier reads `revoked`.
pub fn compose(did: &str, keys: &[IssuerKey<'_>]) -> serde_json::Value {
    let id = |key: &IssuerKey<'_>| format!("{did}#{}", key.fragment);
    let method = |key: &IssuerKey<'_>| {
        let mut method = match key.key.algorithm() {
            Algorithm::Ed25519 => json!({
                "id": id(key), "type": "Multikey", "controller": did,
                "publicKeyMultibase": key.key.multikey(),
            }),
            // For the JWT forms: their readers look for a JWK.
            Algorithm::P256 | Algorithm::P384 | Algorithm::Rsa => json!({
                "id": id(key), "type": "JsonWebKey", "controller": did,
                "publicKeyJwk": key.key.jwk(),
            }),
        };
        if let Some(at) = key.withdrawn {
            method["revoked"] = json!(date_time::whole_seconds(at));
        }
        method
    };
    let methods: Vec<_> = keys.iter().map(method).collect();
    let trusted = keys.iter().filter(|key| key.withdrawn.is_none());
    json!({
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": trusted.map(id).collect::<Vec<_>>(),
    })
}

/// Why bytes are not the document of an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error("the key document is not JSON that we read: {0}")]
    Json(#[from] ParseError),
    #[error("the key document is about {found:?}, not about {expected:?}")]
    OtherId { expected: String, found: String },
    #[error("a verification method in the key document has no id")]
    MethodWithoutId,
    #[error("the key document has two verification methods named {id:?}")]
    MethodTwice { id: String },
    #[error("the key document has more than {MAX_METHODS} verification methods")]
    TooManyMethods,
    #[error("an entry of `{}` is {found}; it must be an id or a method", .under.as_str())]
    Reference { under: Purpose, found: &'static str },
}

fn absolute(id: &str, document: &str) -> String {
    if id.starts_with('#') { format!("{document}{id}") } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DID: &str = "did:web:nea.example:issuers:nea";
    const ED: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    fn read(value: serde_json::Value) -> Result<ControllerDocument, DocumentError> {
        let bytes = value.to_string();
        ControllerDocument::read(&Document::parse(bytes.as_bytes()).unwrap(), DID)
    }

    fn method(id: &str, controller: &str) -> serde_json::Value {
        json!({"id": id, "type": "Multikey", "controller": controller, "publicKeyMultibase": ED})
    }

    #[test]
    fn the_document_we_compose_is_one_that_we_read() {
        let ed = PublicKey::from_multikey(ED).unwrap();
        let p256 = PublicKey::from_jwk_text(
            r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        )
        .unwrap();
        let keys = [
            IssuerKey { fragment: "key-1", key: &ed, withdrawn: None },
            IssuerKey { fragment: "key-2", key: &p256, withdrawn: None },
        ];
        let document = read(compose(DID, &keys)).unwrap();
        assert_eq!(document.assertion_method(&format!("{DID}#key-1")).unwrap().key, ed);
        assert_eq!(document.assertion_method("#key-2").unwrap().key, p256);
        assert_eq!(document.assertion_methods().count(), 2);
    }

    #[test]
    fn a_key_that_was_withdrawn_is_listed_for_nothing_and_says_since_when() {
        let ed = PublicKey::from_multikey(ED).unwrap();
        let withdrawn: Timestamp = "2026-11-22T09:30:00.250Z".parse().unwrap();
        let key = IssuerKey { fragment: "k", key: &ed, withdrawn: Some(withdrawn) };
        let composed = compose(DID, &[key]);
        assert_eq!(composed["assertionMethod"], json!([]));
        assert_eq!(composed["verificationMethod"][0]["revoked"], "2026-11-22T09:30:00Z");
        let found = read(composed).unwrap().assertion_method("#k").cloned();
        assert!(matches!(found, Err(MethodError::Withdrawn { .. })), "{found:?}");
    }

    #[test]
    fn a_key_counts_only_if_listed_and_controlled_by_the_issuer() {
        let document = read(json!({
            "id": DID,
            "verificationMethod": [
                method("#mine", DID),
                method("#other", "did:web:evil.example"),
                method("#login", DID),
            ],
            "assertionMethod": ["#mine", "#other", method("#embedded", DID)],
            "authentication": ["#login"],
        }))
        .unwrap();
        assert!(document.assertion_method("#mine").is_ok());
        assert!(document.assertion_method("#embedded").is_ok());
        assert!(matches!(
            document.assertion_method("#other"),
            Err(MethodError::OtherController { .. })
        ));
        assert!(matches!(
            document.assertion_method("#login"),
            Err(MethodError::NotListed { under: Purpose::Assertion, .. })
        ));
        let presenting = document.for_presenting();
        assert!(presenting.assertion_method("#login").is_ok());
        assert!(matches!(
            presenting.assertion_method("#mine"),
            Err(MethodError::NotListed { under: Purpose::Authentication, .. })
        ));
        assert!(matches!(
            document.assertion_method(&format!("{DID}#{ED}")),
            Err(MethodError::Absent { .. })
        ));
    }

    #[test]
    fn a_document_about_somebody_else_or_with_a_name_twice_is_refused() {
        assert!(matches!(
            read(json!({"id": "did:web:evil.example"})),
            Err(DocumentError::OtherId { .. })
        ));
        assert!(matches!(
            read(json!({"id": DID, "verificationMethod": [method("#a", DID), method("#a", DID)]})),
            Err(DocumentError::MethodTwice { .. })
        ));
    }

    #[test]
    fn the_weight_grows_with_every_text_that_the_writer_chooses() {
        let long = "x".repeat(100_000);
        let document = |change: fn(&mut serde_json::Value, &str), text: &str| {
            let mut value = json!({"id": DID, "verificationMethod": [method("#a", DID)], "assertionMethod": ["#a"]});
            change(&mut value, text);
            (read(value.clone()).unwrap().weight(), value.to_string().len())
        };
        let changes: [fn(&mut serde_json::Value, &str); 7] = [
            |value, text| value["verificationMethod"][0]["controller"] = json!(text),
            |value, text| value["verificationMethod"][0]["type"] = json!(text),
            |value, text| value["verificationMethod"][0]["id"] = json!(format!("#{text}")),
            |value, text| value["verificationMethod"][0]["expires"] = json!(text),
            |value, text| {
                value["verificationMethod"][0]["type"] = json!("JsonWebKey");
                value["verificationMethod"][0]["publicKeyJwk"] = json!({"kty": text, "crv": text});
            },
            |value, text| value["assertionMethod"][0] = json!(text),
            |value, text| value["service"] = json!(text),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let ((short, _), (weight, bytes)) = (document(change, "x"), document(change, &long));
            assert!(weight >= bytes && weight >= short + long.len() - 1, "change {number}");
        }
    }

    #[test]
    fn one_unreadable_method_does_not_hide_the_others() {
        let rsa = json!({"id": "#rsa", "type": "RsaVerificationKey2018", "controller": DID});
        let document = read(json!({
            "id": DID,
            "verificationMethod": [rsa, method("#good", DID)],
            "assertionMethod": ["#rsa", "#good"],
        }))
        .unwrap();
        assert!(document.assertion_method("#good").is_ok());
        assert!(matches!(
            document.assertion_method("#rsa"),
            Err(MethodError::UnsupportedType { .. })
        ));
    }
}
