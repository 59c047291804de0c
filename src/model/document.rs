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
    /// An object.
    value: Value<'a>,
}

impl<'a> Document<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DocumentError> {
        match json::parse(bytes)? {
            value @ Value::Object(_) => Ok(Self { bytes, value }),
            other => Err(DocumentError::NotAnObject { found: other.kind() }),
        }
    }

    /// What a body holds under a name, in the bytes that it was written in there, and the body's
    /// other members. A body that is no object holds nothing, nor does one where it is none.
    pub fn held(body: &'a [u8], name: &str) -> Result<(Option<Self>, Object<'a>), json::Error> {
        let (Value::Object(members), texts) = json::parse_with_texts(body)? else {
            return Ok((None, Object::default()));
        };
        let (mut held, mut others) = (None, Object::default());
        for ((member, value), text) in members.into_iter().zip(texts) {
            match value {
                Value::Object(_) if member == name => {
                    held = Some(Self { bytes: text.as_bytes(), value });
                }
                value => drop(others.add(member, value)),
            }
        }
        Ok((held, others))
    }

    /// The same bytes, read as another object: what a JWT's claims make of its payload.
    pub fn read_as(self, read: impl FnOnce(Object<'a>) -> Object<'a>) -> Self {
        let value = match self.value {
            Value::Object(root) => Value::Object(read(root)),
            other => other,
        };
        Self { bytes: self.bytes, value }
    }

    /// Exactly what was received.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub fn root(&self) -> &Object<'a> {
        match &self.value {
            Value::Object(root) => root,
            _ => unreachable!("it was an object when it was read"),
        }
    }

    /// The same as any JSON.
    pub fn value(&self) -> &Value<'a> {
        &self.value
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

    #[test]
    fn what_a_body_holds_keeps_the_bytes_that_it_was_written_in() {
        let body = br#"{"options": {"a": {"c": 1}}, "c" : {"a":  1.0, "b": {}} , "d": 1}"#;
        let (held, others) = Document::held(body, "c").unwrap();
        let held = held.unwrap();
        assert_eq!(held.bytes(), br#"{"a":  1.0, "b": {}}"#);
        assert_eq!(held.root().len(), 2);
        assert_eq!(others.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["options", "d"]);
        for without in
            ["[]", "7", "{}", r#"{"c": "text"}"#, r#"{"c": [{}]}"#, r#"{"x": {"c": {}}}"#]
        {
            assert!(Document::held(without.as_bytes(), "c").unwrap().0.is_none(), "{without}");
        }
        assert!(Document::held(br#"{"c": {"a": 1, "a": 1}}"#, "c").is_err());
    }
}
