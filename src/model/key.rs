//! Public keys and verification methods.
//! Spec: <https://www.w3.org/TR/cid-1.0/#Multikey>,
//! <https://www.w3.org/TR/cid-1.0/#JsonWebKey>, RFC 7517 (JWK), RFC 7518
//! section 6, RFC 7638 (thumbprints).
//!
//! Invariant: a [`PublicKey`] is one that signatures can be checked with, decoded
//! once. Ed25519 points that are not canonical or of low order, points off their
//! curve and RSA keys that are too short never become one: a signature under a
//! low-order key proves nothing, since it fits any message.

mod openssl_key;
mod pem;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use openssl::pkey::{PKey, Public};
use sha2::{Digest, Sha256};

use openssl_key::{Curve, OpenSslKey, RSA_BITS};

use super::json::{self, Object, Value};

/// What a key signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA over P-256 with SHA-256.
    P256,
    /// ECDSA over P-384 with SHA-384.
    P384,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
}

impl Algorithm {
    pub const ALL: [Self; 4] =
        [Algorithm::Ed25519, Algorithm::P256, Algorithm::P384, Algorithm::Rsa];

    /// The `alg` of a JWS that this algorithm signs (RFC 7518, RFC 8037).
    pub fn jws(self) -> &'static str {
        match self {
            Algorithm::Ed25519 => "EdDSA",
            Algorithm::P256 => "ES256",
            Algorithm::P384 => "ES384",
            Algorithm::Rsa => "RS256",
        }
    }

    /// Whether a JWS or JWK calls it so; RFC 9864 gives EdDSA over Ed25519 a name of its own.
    pub fn is_jws(self, alg: &str) -> bool {
        alg == self.jws() || (self == Algorithm::Ed25519 && alg == "Ed25519")
    }

    /// The name that the command line, the API and the database use.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Ed25519 => "Ed25519",
            other => other.jws(),
        }
    }

    /// The two bytes that open a Multikey of this algorithm.
    fn codec(self) -> [u8; 2] {
        match self {
            Algorithm::Ed25519 => [0xed, 0x01],
            Algorithm::P256 => [0x80, 0x24],
            Algorithm::P384 => [0x81, 0x24],
            Algorithm::Rsa => [0x85, 0x24],
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A public key that was found to be usable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(Material);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Material {
    Ed25519(Box<VerifyingKey>),
    /// P-256, P-384 or RSA.
    OpenSsl(OpenSslKey),
}

/// A key, decoded, by what it signs with.
#[derive(Debug, Clone, Copy)]
pub enum Decoded<'k> {
    Ed25519(&'k VerifyingKey),
    P256(&'k PKey<Public>),
    P384(&'k PKey<Public>),
    Rsa(&'k PKey<Public>),
}

impl PublicKey {
    pub fn ed25519(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::NotOnCurve)?;
        if key.to_edwards().compress().to_bytes() != bytes {
            return Err(KeyError::NotCanonical);
        }
        if key.is_weak() {
            return Err(KeyError::LowOrder);
        }
        Ok(Self(Material::Ed25519(Box::new(key))))
    }

    /// A P-256 point in SEC 1 form, compressed or not.
    pub fn p256(sec1: &[u8]) -> Result<Self, KeyError> {
        Self::point(Curve::P256, sec1)
    }

    /// A P-384 point in SEC 1 form, compressed or not.
    pub fn p384(sec1: &[u8]) -> Result<Self, KeyError> {
        Self::point(Curve::P384, sec1)
    }

    /// An RSA key: modulus and exponent, most significant byte first.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        OpenSslKey::rsa(modulus, exponent).map(|key| Self(Material::OpenSsl(key)))
    }

    /// A key in PEM (RFC 7468), as Open Badges 2.0 publishes them.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        pem::read(text)
    }

    fn point(curve: Curve, sec1: &[u8]) -> Result<Self, KeyError> {
        OpenSslKey::point(curve, sec1).map(|key| Self(Material::OpenSsl(key)))
    }

    /// Reads a Multikey's `publicKeyMultibase`: `z`, then base58btc of codec and key.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let base58 = text.strip_prefix('z').ok_or(KeyError::NotBase58Btc)?;
        // A longer text is no key of ours, and base58 takes quadratic time.
        if base58.len() > 100 {
            return Err(KeyError::UnknownCodec);
        }
        let bytes = bs58::decode(base58).into_vec().map_err(|_| KeyError::NotBase58Btc)?;
        let found = bytes.len();
        let (codec, key) = bytes.split_at_checked(2).ok_or(KeyError::Length { found })?;
        let found = key.len();
        match codec {
            [0xed, 0x01] => Self::ed25519(key.try_into().map_err(|_| KeyError::Length { found })?),
            [0x80, 0x24] if found == 33 => Self::p256(key),
            [0x81, 0x24] if found == 49 => Self::p384(key),
            [0x80 | 0x81, 0x24] => Err(KeyError::Length { found }),
            [0x80 | 0x81, 0x26] => Err(KeyError::Private),
            _ => Err(KeyError::UnknownCodec),
        }
    }

    pub fn from_jwk_text(text: &str) -> Result<Self, KeyError> {
        let value = json::parse(text.as_bytes()).map_err(|_| KeyError::NotAJwk)?;
        Self::from_jwk(value.as_object().ok_or(KeyError::NotAJwk)?)
    }

    /// Reads a public JWK. One that holds private members is refused: whoever
    /// published it, everybody has that key.
    pub fn from_jwk(jwk: &Object<'_>) -> Result<Self, KeyError> {
        if ["d", "k", "p", "q"].iter().any(|member| jwk.contains(member)) {
            return Err(KeyError::Private);
        }
        if jwk.get("use").is_some_and(|u| u.as_str() != Some("sig")) || !may_verify(jwk) {
            return Err(KeyError::NotForSigning);
        }
        let key = match (jwk.str("kty"), jwk.str("crv")) {
            (Some("OKP"), Some("Ed25519")) => {
                let x = member(jwk, "x")?;
                let found = x.len();
                Self::ed25519(x.try_into().map_err(|_| KeyError::Length { found })?)?
            }
            (Some("EC"), Some("P-256")) => Self::ec_jwk(jwk, Curve::P256)?,
            (Some("EC"), Some("P-384")) => Self::ec_jwk(jwk, Curve::P384)?,
            (Some("RSA"), _) => Self::rsa(&member(jwk, "n")?, &member(jwk, "e")?)?,
            (Some(kty), crv) => {
                return Err(KeyError::UnsupportedJwk {
                    kty: kty.into(),
                    crv: crv.unwrap_or_default().into(),
                });
            }
            _ => return Err(KeyError::NotAJwk),
        };
        match jwk.get("alg") {
            Some(alg) if !alg.as_str().is_some_and(|alg| key.algorithm().is_jws(alg)) => {
                Err(KeyError::AlgorithmMismatch)
            }
            _ => Ok(key),
        }
    }

    fn ec_jwk(jwk: &Object<'_>, curve: Curve) -> Result<Self, KeyError> {
        let (x, y) = (member(jwk, "x")?, member(jwk, "y")?);
        if let Some(wrong) = [&x, &y].into_iter().find(|c| c.len() != curve.width()) {
            return Err(KeyError::Length { found: wrong.len() });
        }
        Self::point(curve, &[&[4][..], &x, &y].concat())
    }

    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Material::Ed25519(_) => Algorithm::Ed25519,
            Material::OpenSsl(key) => key.algorithm,
        }
    }

    /// 32 bytes for Ed25519; the point, as SEC 1 compresses it, for P-256 (33) and
    /// P-384 (49); PKCS #1 DER for RSA.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Material::Ed25519(key) => key.as_bytes(),
            Material::OpenSsl(key) => &key.bytes,
        }
    }

    /// The decoded key, ready to check signatures with.
    pub fn decoded(&self) -> Decoded<'_> {
        match &self.0 {
            Material::Ed25519(key) => Decoded::Ed25519(key),
            Material::OpenSsl(OpenSslKey { algorithm: Algorithm::P384, decoded, .. }) => {
                Decoded::P384(decoded)
            }
            Material::OpenSsl(OpenSslKey { algorithm: Algorithm::Rsa, decoded, .. }) => {
                Decoded::Rsa(decoded)
            }
            Material::OpenSsl(key) => Decoded::P256(&key.decoded),
        }
    }

    pub fn as_ed25519(&self) -> Option<&VerifyingKey> {
        match self.decoded() {
            Decoded::Ed25519(key) => Some(key),
            _ => None,
        }
    }

    pub fn multikey(&self) -> String {
        let bytes = [&self.algorithm().codec()[..], self.as_bytes()].concat();
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// The public JWK, in the member order of RFC 7638.
    pub fn jwk(&self) -> serde_json::Value {
        match &self.0 {
            Material::Ed25519(x) => serde_json::json!({
                "crv": "Ed25519", "kty": "OKP", "x": URL_SAFE_NO_PAD.encode(x.as_bytes()),
            }),
            Material::OpenSsl(key) => key.jwk().expect("the constructor decoded the key"),
        }
    }

    /// RFC 7638: base64url of the SHA-256 of the required members.
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.jwk().to_string()))
    }
}

/// A key as its controller publishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationMethod {
    /// Absolute: the DID and a fragment.
    pub id: String,
    pub controller: String,
    pub key: PublicKey,
    /// The controller withdrew it at this time.
    pub revoked: Option<Timestamp>,
    /// It is good up to this time.
    pub expires: Option<Timestamp>,
    pub published: Published,
}

/// Where a controller publishes a key: what binds the one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The identifier is the key.
    InIdentifier,
    /// The controller's own document lists it for assertions.
    InDocument,
    /// The key set of the controller's host has it.
    InKeySet,
}

/// Why something is not a public key that signatures can be checked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a Multikey starts with `z` and is base58btc after it")]
    NotBase58Btc,
    #[error("the key's codec is none of Ed25519 (0xed), P-256 (0x1200) and P-384 (0x1201)")]
    UnknownCodec,
    #[error("the key has {found} bytes, which its codec does not allow")]
    Length { found: usize },
    #[error("this is a private key, so everybody who reads it can sign; never publish one")]
    Private,
    #[error("the key is not a point on its curve")]
    NotOnCurve,
    #[error("the Ed25519 key is not in canonical form")]
    NotCanonical,
    #[error("the Ed25519 key is of low order, so a signature under it proves nothing")]
    LowOrder,
    #[error(
        "the RSA key has {bits} bits; {} to {} are read", RSA_BITS.start(), RSA_BITS.end()
    )]
    RsaLength { bits: i32 },
    #[error("the modulus and exponent are no RSA key")]
    NotRsa,
    #[error("the key is not a public key in PEM: BEGIN, base64, END")]
    NotPem,
    #[error("the JWK has no `kty` and key members in base64url")]
    NotAJwk,
    #[error("the JWK is not for signatures: its `use` is `sig`, its `key_ops` have `verify`")]
    NotForSigning,
    #[error("the JWK's `alg` is not the one of its curve")]
    AlgorithmMismatch,
    #[error("keys of type {kty} {crv} are not supported")]
    UnsupportedJwk { kty: String, crv: String },
    #[error("the PEM holds a public key that is none of RSA, P-256, P-384 and Ed25519")]
    UnsupportedPem,
}

impl KeyError {
    /// Whether it may well be a good key, of a kind that we do not read.
    pub fn is_of_another_kind(&self) -> bool {
        matches!(
            self,
            KeyError::UnknownCodec | KeyError::UnsupportedJwk { .. } | KeyError::UnsupportedPem
        )
    }
}

/// Whether `key_ops`, where there are any, allow checking signatures (RFC 7517 section 4.3).
fn may_verify(jwk: &Object<'_>) -> bool {
    jwk.get("key_ops").is_none_or(|operations| match operations {
        Value::Array(names) => names.iter().any(|name| name.as_str() == Some("verify")),
        _ => false,
    })
}

fn member(jwk: &Object<'_>, name: &str) -> Result<Vec<u8>, KeyError> {
    let text = jwk.str(name).ok_or(KeyError::NotAJwk)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::NotAJwk)
}

#[cfg(test)]
mod tests {
    use super::*;

    const W3C_KEY: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    #[test]
    fn a_multikey_is_read_and_written_back() {
        let key = PublicKey::from_multikey(W3C_KEY).unwrap();
        assert_eq!(key.algorithm(), Algorithm::Ed25519);
        assert_eq!(key.multikey(), W3C_KEY);
        let jwk = key.jwk().to_string();
        assert_eq!(PublicKey::from_jwk_text(&jwk).unwrap(), key);
    }

    #[test]
    fn multibase_is_strict() {
        for text in [&W3C_KEY[1..], "u7QE", "z", "z0OIl", &format!("{W3C_KEY} "), "z6Mk"] {
            assert!(PublicKey::from_multikey(text).is_err(), "{text:?}");
        }
        assert_eq!(PublicKey::from_multikey(&"z".repeat(100_000)), Err(KeyError::UnknownCodec));
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let jwk = r#"{"kty":"OKP","crv":"Ed25519",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key = PublicKey::from_jwk_text(jwk).unwrap();
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn low_order_and_non_canonical_ed25519_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::ed25519(identity), Err(KeyError::LowOrder));
        assert_eq!(PublicKey::ed25519([0; 32]), Err(KeyError::LowOrder));
        // p + 1, another way to write the identity.
        let mut wrapped = [0xff; 32];
        (wrapped[0], wrapped[31]) = (0xee, 0x7f);
        assert_eq!(PublicKey::ed25519(wrapped), Err(KeyError::NotCanonical));
    }

    #[test]
    fn p256_keys_survive_both_forms_and_must_be_on_the_curve() {
        let jwk = r#"{"kty":"EC","crv":"P-256",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
        let key = PublicKey::from_jwk_text(jwk).unwrap();
        assert_eq!(PublicKey::from_multikey(&key.multikey()).unwrap(), key);
        assert_eq!(PublicKey::from_jwk_text(&key.jwk().to_string()).unwrap(), key);
        let off = jwk.replace("x_FEzRu9", "x_FEzRu8");
        assert_eq!(PublicKey::from_jwk_text(&off), Err(KeyError::NotOnCurve));
    }

    #[test]
    fn p384_and_rsa_keys_are_read_and_written_back() {
        // The P-384 example of did:key, and the RSA key of RFC 7638.
        let p384 = "z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54";
        let key = PublicKey::from_multikey(p384).unwrap();
        assert_eq!((key.algorithm(), key.multikey()), (Algorithm::P384, p384.to_owned()));
        assert_eq!(PublicKey::from_jwk_text(&key.jwk().to_string()).unwrap(), key);
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L\
                 6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4Qy\
                 Q5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI\
                 SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-\
                 kEgU8awapJzKnqDKgw";
        let jwk = format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB","alg":"RS256"}}"#);
        let key = PublicKey::from_jwk_text(&jwk).unwrap();
        assert_eq!(key.algorithm(), Algorithm::Rsa);
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let ps256 = jwk.replace("RS256", "PS256");
        assert_eq!(PublicKey::from_jwk_text(&ps256), Err(KeyError::AlgorithmMismatch));
    }

    #[test]
    fn what_a_jwk_says_of_its_use_is_held_against_the_key() {
        let read = |more: &str| {
            let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
            let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"{more}}}"#);
            PublicKey::from_jwk_text(&jwk).map(drop)
        };
        for good in [
            r#","alg":"EdDSA""#,
            r#","alg":"Ed25519""#,
            r#","use":"sig","key_ops":["verify"]"#,
            r#","key_ops":["sign","verify"]"#,
        ] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for (alg, error) in [
            (r#","alg":"ES256""#, KeyError::AlgorithmMismatch),
            (r#","alg":"Ed448""#, KeyError::AlgorithmMismatch),
            (r#","key_ops":["sign"]"#, KeyError::NotForSigning),
            (r#","key_ops":["encrypt"]"#, KeyError::NotForSigning),
            (r#","key_ops":[]"#, KeyError::NotForSigning),
            (r#","key_ops":"verify""#, KeyError::NotForSigning),
        ] {
            assert_eq!(read(alg), Err(error), "{alg}");
        }
    }

    #[test]
    fn private_and_foreign_jwks_are_refused() {
        let cases = [
            (r#"{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}"#, KeyError::Private),
            (r#"{"kty":"oct","k":"AA"}"#, KeyError::Private),
            (r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#, KeyError::Length { found: 1 }),
            (r#"{"kty":"OKP","crv":"Ed25519","use":"enc"}"#, KeyError::NotForSigning),
            (r#"{}"#, KeyError::NotAJwk),
        ];
        for (jwk, error) in cases {
            assert_eq!(PublicKey::from_jwk_text(jwk), Err(error), "{jwk}");
        }
    }
}
