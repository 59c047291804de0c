//! A JSON document as it was received.
//!
//! Invariant: the bytes are what gets hashed, verified, stored and handed on.
//! Typed views borrow from the document and are never written back into it: a
//! member that a struct does not know would vanish and the signature break.

use super::json::{self, Object, Value};

/// The received bytes and the one parse of them.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    bytes: &'a [u8],
    root: Object<'a>,
}

impl<'a> Document<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DocumentError> {
        match json::parse(bytes)? {
            Value::Object(root) => Ok(Self { bytes, root }),
            other => Err(DocumentError::NotAnObject { found: other.kind() }),
        }
    }

    /// The same bytes, read as another object: what a JWT's claims make of its payload.
    pub fn read_as(self, read: impl FnOnce(Object<'a>) -> Object<'a>) -> Self {
        Self { bytes: self.bytes, root: read(self.root) }
    }

    /// Exactly what was received.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub fn root(&self) -> &Object<'a> {
        &self.root
    }
}

/// Why bytes are not a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error(transparent)]
    Json(#[from] json::Error),
    #[error("a credential is a JSON object; this is {found}")]
    NotAnObject { found: &'static str },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_one_object_and_keeps_its_bytes() {
        let bytes = b" {\"id\" : 1}\n";
        let document = Document::parse(bytes).unwrap();
        assert_eq!(document.bytes(), bytes);
        assert!(document.root().contains("id"));
        assert_eq!(
            Document::parse(b"[]").unwrap_err(),
            DocumentError::NotAnObject { found: "an array" }
        );
    }
}
