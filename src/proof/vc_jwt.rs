//! Credentials as a compact JWS: the Open Badges VC-JWT, and VC-JOSE `vc+jwt`.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#jwt-proof>,
//! <https://www.w3.org/TR/vc-jose-cose/#with-jose>, RFC 7515, RFC 8725.
//!
//! Invariant: the algorithm follows from the key that was resolved in the
//! issuer's own document. The header's `alg` must agree with it and decides
//! nothing; a key in the header is compared and never trusted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{append_members, signature_holds};
use crate::model::Document;
use crate::model::credential::Credential;
use crate::model::document::DocumentError;
use crate::model::json::{Object, Value};
use crate::model::key::{Algorithm, KeyError, PublicKey};

/// The two ways of putting a credential into a JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `typ` is `JWT` or absent; the registered claims stand beside the credential.
    OpenBadges,
    /// `typ` is `vc+jwt`; the payload is the credential.
    VcJose,
    /// `typ` is `vp+jwt`; the payload is a presentation.
    VpJose,
}

impl Kind {
    fn typ(self) -> &'static str {
        match self {
            Kind::OpenBadges => "JWT",
            Kind::VcJose => "vc+jwt",
            Kind::VpJose => "vp+jwt",
        }
    }
}

/// The registered claims that stand beside a credential in a payload; they are
/// compared with it and are no part of its JSON-LD.
pub const CLAIMS: [&str; 7] = ["iss", "sub", "jti", "nbf", "exp", "iat", "aud"];

/// The claim of a presentation that repeats the challenge.
pub const NONCE: &str = "nonce";

/// What `alg` may say; RFC 9864 gives EdDSA over Ed25519 a name of its own.
const ALGORITHMS: [&str; 5] = ["EdDSA", "Ed25519", "ES256", "ES384", "RS256"];

/// The three parts of a compact JWS, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jws {
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    /// Header and payload as they stand in the text: what is signed.
    signing_input: String,
}

impl Jws {
    /// Whether a text looks like a compact JWS, before anything is decoded.
    pub fn is_shape_of(text: &str) -> bool {
        // Without a branch for each byte: a payload has thousands.
        let fits = |b: u8| {
            ((b | 0x20).wrapping_sub(b'a') < 26)
                | (b.wrapping_sub(b'0') < 10)
                | (b == b'.')
                | (b == b'-')
                | (b == b'_')
        };
        text.starts_with("ey")
            && text.split('.').count() == 3
            && text.bytes().fold(true, |all, b| all & fits(b))
    }

    pub fn parse(text: &str) -> Result<Self, JwsError> {
        let (signing_input, signature) = text.rsplit_once('.').ok_or(JwsError::Parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsError::Parts)?;
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Base64);
        Ok(Self {
            header: decode(header)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
            signing_input: signing_input.to_owned(),
        })
    }

    /// Header and payload as they stand in the text: what is signed.
    pub fn signing_input(&self) -> &str {
        &self.signing_input
    }

    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    pub fn header(&self) -> Result<Header, JwsError> {
        Header::read(Document::parse(&self.header)?.root())
    }

    /// Checks the signature with a key from the issuer's own document.
    pub fn verify(&self, header: &Header, key: &PublicKey) -> Result<(), JwsError> {
        if !key.algorithm().is_jws(&header.alg) {
            let expected = key.algorithm().jws();
            return Err(JwsError::Algorithm { found: header.alg.clone(), expected });
        }
        if header.jwk.as_ref().is_some_and(|jwk| jwk != key) {
            return Err(JwsError::HeaderKey);
        }
        if !signature_holds(key, self.signing_input.as_bytes(), &self.signature) {
            return Err(JwsError::Signature);
        }
        Ok(())
    }
}

/// What of a JWS header concerns us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub alg: String,
    pub kid: Option<String>,
    /// A key handed over with the message: only ever compared.
    pub jwk: Option<PublicKey>,
    pub kind: Kind,
}

impl Header {
    fn read(object: &Object<'_>) -> Result<Self, JwsError> {
        for member in ["crit", "b64", "zip", "enc"] {
            if object.contains(member) {
                return Err(JwsError::Refused { member });
            }
        }
        let text = |member: &'static str| match object.get(member) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(JwsError::Member { member }),
        };
        let kind = match text("typ")?.as_deref() {
            None | Some("JWT" | "jwt") => Kind::OpenBadges,
            Some("vc+jwt" | "application/vc+jwt") => Kind::VcJose,
            Some("vp+jwt" | "application/vp+jwt") => Kind::VpJose,
            Some(other) => return Err(JwsError::Type { found: other.into() }),
        };
        let cty = text("cty")?;
        let cty = cty.as_deref().map(|c| c.strip_prefix("application/").unwrap_or(c));
        if cty.is_some_and(|c| c != if kind == Kind::VpJose { "vp" } else { "vc" }) {
            return Err(JwsError::Member { member: "cty" });
        }
        let jwk = match object.get("jwk") {
            None => None,
            Some(Value::Object(jwk)) => Some(PublicKey::from_jwk(jwk)?),
            Some(_) => return Err(JwsError::Member { member: "jwk" }),
        };
        let alg = text("alg")?.ok_or(JwsError::Member { member: "alg" })?;
        if !ALGORITHMS.contains(&alg.as_str()) {
            return Err(JwsError::UnsupportedAlgorithm { found: alg });
        }
        Ok(Self { alg, kid: text("kid")?, jwk, kind })
    }
}

/// What a JWS of ours says of its signature.
#[derive(Debug, Clone, Copy)]
pub struct SigningHeader<'a> {
    pub algorithm: Algorithm,
    /// The verification method: the issuer's DID and a fragment.
    pub kid: &'a str,
    pub kind: Kind,
}

/// The payload of an Open Badges VC-JWT: the document's bytes, with the claims
/// that the standard asks for at their end.
pub fn compose(unsigned: &Document<'_>) -> Result<Vec<u8>, ComposeError> {
    let root = unsigned.root();
    if let Some(member) = CLAIMS.into_iter().chain(["proof"]).find(|m| root.contains(m)) {
        return Err(ComposeError::Taken { member });
    }
    let credential = Credential(root);
    let absent = |member| ComposeError::Absent { member };
    let mut claims = serde_json::Map::new();
    claims.insert("iss".into(), json!(credential.issuer().ok_or(absent("issuer"))?));
    claims.insert("jti".into(), json!(credential.id().ok_or(absent("id"))?));
    let from = credential.valid_from().ok_or(absent("validFrom"))?;
    claims.insert("nbf".into(), json!(from.as_second()));
    if let Some(subject) = credential.subject().and_then(|s| s.str("id")) {
        claims.insert("sub".into(), json!(subject));
    }
    if let Some(until) = credential.valid_until() {
        claims.insert("exp".into(), json!(until.as_second()));
    }
    let claims = serde_json::Value::Object(claims).to_string();
    Ok(append_members(unsigned, &claims[1..claims.len() - 1]))
}

/// What is to be signed: header and payload in base64url, with a full stop
/// between them.
pub fn signing_input(header: &SigningHeader<'_>, payload: &[u8]) -> String {
    let mut members = serde_json::Map::new();
    members.insert("alg".into(), json!(header.algorithm.jws()));
    members.insert("kid".into(), json!(header.kid));
    members.insert("typ".into(), json!(header.kind.typ()));
    match header.kind {
        Kind::OpenBadges => None,
        Kind::VcJose => members.insert("cty".into(), json!("vc")),
        Kind::VpJose => members.insert("cty".into(), json!("vp")),
    };
    let header = serde_json::Value::Object(members).to_string();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

/// Puts the signature (R‖S, r‖s, or RSA's bytes) to what was signed.
pub fn finish(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Both steps, with a signer that answers at once.
pub fn sign<E>(
    header: &SigningHeader<'_>,
    payload: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<String, E> {
    let input = signing_input(header, payload);
    let signature = sign(input.as_bytes())?;
    Ok(finish(&input, &signature))
}

/// Why a text is not a JWS that proves its payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    #[error("a compact JWS has three parts with a full stop between them")]
    Parts,
    #[error("a part of the JWS is not base64url without padding")]
    Base64,
    #[error("the JWS header is not JSON that we read: {0}")]
    Json(#[from] DocumentError),
    #[error("the header member `{member}` is missing or has a form that is not allowed")]
    Member { member: &'static str },
    #[error("the header has `{member}`, which changes how a JWS is read; it is refused")]
    Refused { member: &'static str },
    #[error("the header's `typ` is {found:?}; expected `JWT`, `vc+jwt` or `vp+jwt`")]
    Type { found: String },
    #[error("the header's `alg` is {found:?}; EdDSA, ES256, ES384 and RS256 are supported")]
    UnsupportedAlgorithm { found: String },
    #[error("the header's `alg` is {found:?}, but the issuer's key signs {expected}")]
    Algorithm { found: String, expected: &'static str },
    #[error("the header's `jwk` cannot be used: {0}")]
    Jwk(#[from] KeyError),
    #[error("the key in the header is not the issuer's key of that name")]
    HeaderKey,
    #[error("the signature does not fit the header and payload under the issuer's key")]
    Signature,
}

/// Why a document cannot become the payload of a VC-JWT.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    #[error("the document has a member `{member}` already, which the JWT form needs")]
    Taken { member: &'static str },
    #[error("the document has no `{member}`, which the JWT form needs")]
    Absent { member: &'static str },
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    const CREDENTIAL: &str = r#"{"id": "urn:uuid:1", "issuer": {"id": "did:web:nea.example"},
        "validFrom": "2026-11-21T09:00:00Z", "credentialSubject": {"id": "urn:uuid:2"}}
"#;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn public() -> PublicKey {
        PublicKey::ed25519(key().verifying_key().to_bytes()).unwrap()
    }

    fn signed(kind: Kind, payload: &[u8]) -> String {
        let header = SigningHeader { algorithm: Algorithm::Ed25519, kid: "did:a#k", kind };
        sign(&header, payload, |m| Ok::<_, ()>(key().sign(m).to_bytes().to_vec())).unwrap()
    }

    #[test]
    fn claims_are_appended_to_the_received_bytes() {
        let document = Document::parse(CREDENTIAL.as_bytes()).unwrap();
        let payload = compose(&document).unwrap();
        let text = std::str::from_utf8(&payload).unwrap();
        assert!(text.starts_with(CREDENTIAL.trim_end().strip_suffix('}').unwrap()));
        let composed = Document::parse(&payload).unwrap();
        assert_eq!(composed.root().str("iss"), Some("did:web:nea.example"));
        assert_eq!(composed.root().str("jti"), Some("urn:uuid:1"));
        assert_eq!(composed.root().str("sub"), Some("urn:uuid:2"));
        assert!(!composed.root().contains("exp"));
        assert_eq!(
            compose(&Document::parse(&payload).unwrap()),
            Err(ComposeError::Taken { member: "iss" })
        );
    }

    #[test]
    fn a_signed_payload_holds_until_one_character_changes() {
        let text = signed(Kind::OpenBadges, CREDENTIAL.as_bytes());
        let jws = Jws::parse(&text).unwrap();
        let header = jws.header().unwrap();
        assert_eq!((header.kid.as_deref(), header.kind), (Some("did:a#k"), Kind::OpenBadges));
        assert_eq!(jws.payload(), CREDENTIAL.as_bytes());
        assert_eq!(jws.verify(&header, &public()), Ok(()));
        let at = text.find('.').unwrap() + 10;
        let mut changed = text.into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let jws = Jws::parse(&changed).unwrap();
        assert_eq!(jws.verify(&header, &public()), Err(JwsError::Signature));
    }

    #[test]
    fn headers_that_change_how_a_jws_is_read_are_refused() {
        let read = |text: &str| Header::read(Document::parse(text.as_bytes()).unwrap().root());
        for member in ["crit", "b64", "zip"] {
            let header = format!(r#"{{"alg": "ES256", "{member}": true}}"#);
            assert_eq!(read(&header), Err(JwsError::Refused { member }));
        }
        for alg in ["none", "None", "HS256", "es256", "eddsa", "PS256", "ES256K", ""] {
            let header = format!(r#"{{"alg": "{alg}"}}"#);
            assert_eq!(read(&header), Err(JwsError::UnsupportedAlgorithm { found: alg.into() }));
        }
        let private = r#"{"alg": "EdDSA", "jwk": {"kty": "OKP", "crv": "Ed25519", "d": "x"}}"#;
        assert_eq!(read(private), Err(JwsError::Jwk(KeyError::Private)));
        assert_eq!(
            read(r#"{"alg": "EdDSA", "typ": "at+jwt"}"#),
            Err(JwsError::Type { found: "at+jwt".into() })
        );
    }

    #[test]
    fn the_algorithm_follows_from_the_key() {
        let text = signed(Kind::VcJose, b"{}");
        let jws = Jws::parse(&text).unwrap();
        let mut header = jws.header().unwrap();
        assert_eq!(header.kind, Kind::VcJose);
        header.alg = "ES256".into();
        assert!(matches!(jws.verify(&header, &public()), Err(JwsError::Algorithm { .. })));
    }

    #[test]
    fn a_text_is_split_strictly() {
        assert_eq!(Jws::parse("a.b"), Err(JwsError::Parts));
        assert_eq!(Jws::parse("e30.e30=.AA"), Err(JwsError::Base64));
        assert_eq!(Jws::parse("e30.e30.A A"), Err(JwsError::Base64));
        assert!(Jws::is_shape_of("eyJh.eyJi.c_-"));
        assert!(!Jws::is_shape_of("{\"a\": 1.5.5}"));
        assert!(!Jws::is_shape_of("eyJh.eyJi.c_.-"));
        for c in (0..=255).map(char::from) {
            let base64url = c.is_ascii_alphanumeric() || c == '-' || c == '_';
            assert_eq!(Jws::is_shape_of(&format!("ey.{c}.")), base64url, "{c:?}");
        }
    }
}
