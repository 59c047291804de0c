//! Why a document was not turned into RDF.
//!
//! Each variant says what was seen, and most say where, as a JSON pointer into
//! the object that was expanded.

use super::context::ContextFault;

/// The document has no RDF that every processor would agree on, or one that
/// loses part of what it says; [`Error::could_not_tell`] says which of both.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the context {url} is not one that is known here")]
    UnknownContext { url: String, pointer: String },
    #[error("at {pointer:?}: {fault}")]
    InvalidContext { pointer: String, fault: ContextFault },
    #[error("at {pointer:?}: the protected term {term:?} is defined again, differently")]
    ProtectedTerm { pointer: String, term: String },
    #[error("at {pointer:?}: no context defines the member {term:?}, so no signature covers it")]
    UndefinedTerm { pointer: String, term: String },
    #[error("at {pointer:?}: the type {found:?} is not defined by any context and is no full IRI")]
    RelativeType { pointer: String, found: String },
    #[error("at {pointer:?}: {found:?} must be a full IRI")]
    RelativeIri { pointer: String, found: String },
    #[error("at {pointer:?}: the IRI {found:?} has characters that no IRI may have")]
    InvalidIri { pointer: String, found: String },
    #[error("at {pointer:?}: a value that says nothing by itself would be dropped ({what})")]
    DroppedValue { pointer: String, what: &'static str },
    #[error("at {pointer:?}: {found:?} is not a language tag")]
    InvalidLanguage { pointer: String, found: String },
    #[error("at {pointer:?}: a context gives text a direction by default, which is not supported")]
    Direction { pointer: String },
    #[error("at {pointer:?}: processors write the number {number} differently")]
    OddNumber { pointer: String, number: String },
    #[error("at {pointer:?}: two members both mean {keyword}")]
    CollidingKeywords { pointer: String, keyword: &'static str },
    #[error("at {pointer:?}: expected {expected}, found {found}")]
    InvalidValue { pointer: String, expected: &'static str, found: &'static str },
    #[error("at {pointer:?}: {what} is not supported")]
    Unsupported { pointer: String, what: &'static str },
    #[error("the document costs too much to turn into RDF")]
    TooComplex,
}

impl Error {
    /// Whether the document may well be a good one: what it means was not known
    /// here, or processors differ about it.
    pub fn could_not_tell(&self) -> bool {
        matches!(
            self,
            Error::UnknownContext { .. }
                | Error::Direction { .. }
                | Error::OddNumber { .. }
                | Error::Unsupported { .. }
                | Error::InvalidContext { fault: ContextFault::Unsupported(_), .. }
        )
    }

    /// The place in the expanded object, as a JSON pointer (RFC 6901).
    pub fn pointer(&self) -> Option<&str> {
        match self {
            Error::UnknownContext { pointer, .. }
            | Error::InvalidContext { pointer, .. }
            | Error::ProtectedTerm { pointer, .. }
            | Error::UndefinedTerm { pointer, .. }
            | Error::RelativeType { pointer, .. }
            | Error::RelativeIri { pointer, .. }
            | Error::InvalidIri { pointer, .. }
            | Error::DroppedValue { pointer, .. }
            | Error::InvalidLanguage { pointer, .. }
            | Error::Direction { pointer }
            | Error::OddNumber { pointer, .. }
            | Error::CollidingKeywords { pointer, .. }
            | Error::InvalidValue { pointer, .. }
            | Error::Unsupported { pointer, .. } => Some(pointer),
            Error::TooComplex => None,
        }
    }

    /// A stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::UnknownContext { .. } => "unknown-context",
            Error::InvalidContext { .. } => "invalid-context",
            Error::ProtectedTerm { .. } => "protected-term-redefinition",
            Error::UndefinedTerm { .. } => "undefined-term",
            Error::RelativeType { .. } => "relative-type",
            Error::RelativeIri { .. } => "relative-iri",
            Error::InvalidIri { .. } => "invalid-iri",
            Error::DroppedValue { .. } => "dropped-value",
            Error::InvalidLanguage { .. } => "invalid-language-tag",
            Error::Direction { .. } => "unsupported-direction",
            Error::OddNumber { .. } => "ambiguous-number",
            Error::CollidingKeywords { .. } => "colliding-keywords",
            Error::InvalidValue { .. } => "invalid-json-ld",
            Error::Unsupported { .. } => "unsupported-json-ld",
            Error::TooComplex => "too-complex",
        }
    }
}
