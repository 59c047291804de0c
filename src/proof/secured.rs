//! A credential as it arrives, with what secures it.
//!
//! Invariant: a document is strict JSON in the bytes that were received, or that
//! the JWS signs. Nothing is believed yet.

use std::borrow::Cow;

use super::several::several;
use super::vc_claim::{self, Wrapped};
use super::vc_jwt::{Header, Jws, JwsError, Kind};
use crate::model::Document;
use crate::model::credential::{CONTEXT_V2, first_context, types};
use crate::model::document::DocumentError;

/// The largest credential that is read: pictures as data URIs are common.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// The forms that are read.
#[derive(Debug, Clone)]
pub enum Secured<'i> {
    /// JSON with an embedded proof.
    Embedded(Document<'i>),
    /// A compact JWS. Its header may be one that we refuse.
    Jws { jws: Jws, header: Result<Header, JwsError> },
}

impl<'i> Secured<'i> {
    pub fn decode(input: &'i [u8]) -> Result<Self, DecodeError> {
        if input.len() > MAX_BYTES {
            return Err(DecodeError::TooLarge { bytes: input.len() });
        }
        let trimmed = input.trim_ascii();
        let text = std::str::from_utf8(trimmed).ok().filter(|text| Jws::is_shape_of(text));
        if let Some(text) = text {
            return Self::decode_jws(text);
        }
        if !trimmed.starts_with(b"{") {
            return Err(DecodeError::of(trimmed, DecodeError::NotACredential));
        }
        let document =
            Document::parse(input).map_err(|error| DecodeError::of(trimmed, error.into()))?;
        Self::of(document)
    }

    /// What was read before, which may be the envelope of a JWS.
    pub fn of(document: Document<'i>) -> Result<Self, DecodeError> {
        match envelope(&document)? {
            Some(text) => Self::decode_jws(text),
            None => Ok(Self::Embedded(document)),
        }
    }

    /// The credential's JSON. That of a JWS is read here, and only here.
    pub fn document(&self) -> Result<Cow<'_, Document<'_>>, DecodeError> {
        self.document_with(Wrapped::OfModel1)
    }

    /// The same, where more may be wrapped in the claims of a JWT.
    pub fn document_with(&self, wrapped: Wrapped) -> Result<Cow<'_, Document<'_>>, DecodeError> {
        Ok(match self {
            Secured::Embedded(document) => Cow::Borrowed(document),
            Secured::Jws { jws, header } => {
                let payload = Document::parse(jws.payload()).map_err(DecodeError::Payload)?;
                match header {
                    // There the payload itself is the credential.
                    Ok(Header { kind: Kind::VcJose | Kind::VpJose, .. }) => Cow::Owned(payload),
                    _ => Cow::Owned(vc_claim::read(payload, wrapped)),
                }
            }
        })
    }

    /// The kind of JWS, as far as its header can be read.
    pub fn jws_kind(&self) -> Option<Kind> {
        match self {
            Secured::Embedded(_) => None,
            Secured::Jws { header, .. } => {
                Some(header.as_ref().map_or(Kind::OpenBadges, |header| header.kind))
            }
        }
    }

    fn decode_jws(text: &str) -> Result<Self, DecodeError> {
        let jws = Jws::parse(text).map_err(DecodeError::Jws)?;
        let header = jws.header();
        Ok(Self::Jws { jws, header })
    }
}

/// Why bytes are not a credential in any form that we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("it is {bytes} bytes long; at most {MAX_BYTES} are read")]
    TooLarge { bytes: usize },
    #[error("it is neither a JSON object, nor a compact JWS, nor a PNG or SVG")]
    NotACredential,
    #[error("there are several in it ({found}); send one at a time")]
    Several { found: String },
    #[error("it is not JSON that we read: {0}")]
    Json(#[from] DocumentError),
    #[error("it is not a JWS that we read: {0}")]
    Jws(JwsError),
    #[error("the payload of the JWS is not JSON that we read: {0}")]
    Payload(DocumentError),
    #[error(
        "an enveloped credential or presentation has the data model's context and an `id` of \
         `data:application/vc+jwt,` (`vp+jwt` for a presentation, `jwt` in the data model 1.1) \
         and a JWS"
    )]
    Envelope,
}

impl DecodeError {
    /// What was found, where it is several credentials; else `error`.
    fn of(input: &[u8], error: DecodeError) -> Self {
        several(input).map_or(error, |found| DecodeError::Several { found })
    }

    /// Stable, in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            DecodeError::TooLarge { .. } => "too-large",
            DecodeError::NotACredential => "not-a-credential",
            DecodeError::Several { .. } => "several-credentials",
            DecodeError::Json(_) | DecodeError::Payload(_) => "not-strict-json",
            DecodeError::Jws(_) => "not-a-jws",
            DecodeError::Envelope => "invalid-envelope",
        }
    }
}

/// The JWS in an `EnvelopedVerifiableCredential` or `EnvelopedVerifiablePresentation` of the
/// data model 2.0.
fn envelope<'d>(document: &'d Document<'_>) -> Result<Option<&'d str>, DecodeError> {
    let root = document.root();
    let own = types(root).find_map(|name| match name {
        "EnvelopedVerifiableCredential" => Some("vc+jwt,"),
        "EnvelopedVerifiablePresentation" => Some("vp+jwt,"),
        _ => None,
    });
    let Some(own) = own else { return Ok(None) };
    let media = root.str("id").and_then(|id| id.strip_prefix("data:application/"));
    let text = media.and_then(|media| media.strip_prefix(own).or(media.strip_prefix("jwt,")));
    let text = text.filter(|text| Jws::is_shape_of(text));
    text.filter(|_| first_context(root) == Some(CONTEXT_V2)).map(Some).ok_or(DecodeError::Envelope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_a_jws_and_an_enveloped_jws_are_told_apart() {
        assert!(matches!(Secured::decode(b" {\"id\": \"x:y\"}\n"), Ok(Secured::Embedded(_))));
        let jws = "eyJhbGciOiJFUzI1NiJ9.e30.AA";
        let Ok(Secured::Jws { header: Ok(header), .. }) = Secured::decode(jws.as_bytes()) else {
            panic!("it is a JWS");
        };
        assert_eq!(header.alg, "ES256");
        let envelope = |context: &str, what: &str, media: &str| {
            let text = format!(
                r#"{{"@context": {context}, "type": "EnvelopedVerifiable{what}",
                    "id": "data:application/{media},{jws}"}}"#
            );
            Secured::decode(text.as_bytes()).map(|secured| matches!(secured, Secured::Jws { .. }))
        };
        let context = format!("{CONTEXT_V2:?}");
        for (what, media) in [
            ("Credential", "vc+jwt"),
            ("Credential", "jwt"),
            ("Presentation", "vp+jwt"),
            ("Presentation", "jwt"),
        ] {
            assert_eq!(envelope(&context, what, media), Ok(true));
            assert_eq!(envelope(&format!("[{context}]"), what, media), Ok(true));
            for context in ["null", "[]", "\"\"", "\"https://a.example/\""] {
                assert_eq!(envelope(context, what, media), Err(DecodeError::Envelope));
            }
        }
        for media in ["vp+jwt", "sd-jwt", "vc+jwt;base64"] {
            let found = envelope(&context, "Credential", media);
            assert_eq!(found, Err(DecodeError::Envelope), "{media}");
        }
    }

    #[test]
    fn what_is_neither_is_refused_with_the_reason() {
        let code = |input: &[u8]| {
            let read = Secured::decode(input).and_then(|secured| secured.document().map(drop));
            read.unwrap_err().code()
        };
        assert_eq!(code(b"hello"), "not-a-credential");
        assert_eq!(code(b"[]"), "not-a-credential");
        assert_eq!(code(b"{\"id\": 1, \"id\": 2}"), "not-strict-json");
        assert_eq!(code(b"{\"id\": 1}\n{\"id\": 2}"), "several-credentials");
        assert_eq!(code(b"[{}, {}]"), "several-credentials");
        assert_eq!(code(b"eyJh.e30.AA\neyJh.e30.AA"), "several-credentials");
        assert_eq!(code(b"eyJh.W10.AA"), "not-strict-json");
        assert_eq!(code(b"eyJh.e30.A"), "not-a-jws");
        assert_eq!(code(br#"{"type": "EnvelopedVerifiableCredential"}"#), "invalid-envelope");
        assert_eq!(code(&vec![b' '; MAX_BYTES + 1]), "too-large");
    }
}
