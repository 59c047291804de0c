//! 1EdTech's revocation list: the ids of the credentials that were revoked.
//! Spec: <https://www.imsglobal.org/spec/vcrl/v1p0/>
//!
//! Nobody signs it. It speaks for the issuer that it names because the issuer's
//! signed credential names its address, and that address answered it over https.
//!
//! Invariant: who is in the list is revoked, unless the list says `revoked: false`.

use std::collections::BTreeMap;

use crate::model::credential::{Credential, items};
use crate::model::json::{Object, Value};

pub const TYPE: &str = "1EdTechRevocationList";

/// Longer reasons are cut: they are told, not judged.
const MAX_REASON: usize = 300;

/// A list as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    pub id: Option<String>,
    pub issuer: String,
    /// By the id of the credential: why it was revoked, where the list says so.
    revoked: BTreeMap<String, Option<String>>,
}

impl RevocationList {
    /// Whether a document is meant as such a list: it names an issuer, and is no credential.
    pub fn is_shape_of(root: &Object<'_>) -> bool {
        let credential = Credential(root);
        let other = credential.has_type("VerifiableCredential") || root.contains("proof");
        !other && credential.issuer().is_some() && root.contains("id")
    }

    pub fn read(root: &Object<'_>) -> Result<Self, RevocationListError> {
        let issuer = Credential(root).issuer().ok_or(RevocationListError::NoIssuer)?;
        // An empty list says that nobody is revoked. That there is none says nothing.
        if !root.contains("revokedCredential") {
            return Err(RevocationListError::NoEntries);
        }
        let mut revoked = BTreeMap::new();
        for listed in items(root, "revokedCredential") {
            let listed = listed.as_object();
            let (Some(listed), Some(id)) = (listed, listed.and_then(|listed| listed.str("id")))
            else {
                return Err(RevocationListError::NoId);
            };
            match listed.get("revoked") {
                None | Some(Value::Bool(true)) => {
                    let reason = listed.str("revocationReason");
                    let reason = reason.map(|text| text.chars().take(MAX_REASON).collect());
                    revoked.insert(id.to_owned(), reason);
                }
                Some(Value::Bool(false)) => {}
                Some(_) => return Err(RevocationListError::NotABoolean),
            }
        }
        Ok(Self { id: root.str("id").map(str::to_owned), issuer: issuer.to_owned(), revoked })
    }

    /// Whether the credential is revoked, and why.
    pub fn revocation(&self, credential_id: &str) -> Option<Option<&str>> {
        self.revoked.get(credential_id).map(Option::as_deref)
    }

    /// About how many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        const ENTRY: usize = 96;
        let revoked = self.revoked.iter();
        let texts = revoked.map(|(id, why)| id.len() + why.as_ref().map_or(0, String::len) + ENTRY);
        let id = self.id.as_ref().map_or(0, String::len);
        size_of::<Self>() + id + self.issuer.len() + texts.sum::<usize>()
    }
}

/// Why a document is no revocation list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevocationListError {
    #[error("the revocation list names no issuer")]
    NoIssuer,
    #[error("it has no `revokedCredential`, so it is no revocation list")]
    NoEntries,
    #[error("an entry of the revocation list has no `id`")]
    NoId,
    #[error("an entry's `revoked` is neither true nor false")]
    NotABoolean,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;

    fn read(revoked: &str) -> Result<RevocationList, RevocationListError> {
        let text = format!(
            r#"{{"id": "https://a.example/r", "issuer": "did:web:a.example",
                 "revokedCredential": {revoked}}}"#
        );
        let document = Document::parse(text.as_bytes()).unwrap();
        assert!(RevocationList::is_shape_of(document.root()));
        RevocationList::read(document.root())
    }

    #[test]
    fn who_is_listed_is_revoked_unless_the_list_says_otherwise() {
        let list = read(
            r#"[{"id": "urn:a"}, {"id": "urn:b", "revoked": true, "revocationReason": "Fraud"},
                {"id": "urn:c", "revoked": false}]"#,
        )
        .unwrap();
        assert_eq!(list.revocation("urn:a"), Some(None));
        assert_eq!(list.revocation("urn:b"), Some(Some("Fraud")));
        assert_eq!(list.revocation("urn:c"), None);
        assert_eq!(list.revocation("urn:d"), None);
        let long = read(&format!(r#"{{"id": "urn:a", "revocationReason": "{:x<999}"}}"#, ""));
        assert_eq!(long.unwrap().revocation("urn:a").unwrap().unwrap().len(), MAX_REASON);
    }

    #[test]
    fn what_cannot_be_read_is_no_list() {
        assert_eq!(read(r#"["urn:a"]"#), Err(RevocationListError::NoId));
        assert_eq!(read("[{}]"), Err(RevocationListError::NoId));
        assert!(read("[]").is_ok());
        let text = r#"{"id": "https://a.example/x", "issuer": "did:web:a.example"}"#;
        let anything = Document::parse(text.as_bytes()).unwrap();
        let read_as_list = RevocationList::read(anything.root());
        assert_eq!(read_as_list, Err(RevocationListError::NoEntries));
        let strange = read(r#"[{"id": "urn:a", "revoked": "no"}]"#);
        assert_eq!(strange, Err(RevocationListError::NotABoolean));
        for text in [
            r#"{"id": "a:b", "issuer": "did:a:b", "type": ["VerifiableCredential"]}"#,
            r#"{"id": "a:b"}"#,
            r#"{"issuer": "did:a:b"}"#,
        ] {
            let document = Document::parse(text.as_bytes()).unwrap();
            assert!(!RevocationList::is_shape_of(document.root()), "{text}");
        }
    }
}
