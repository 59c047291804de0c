//! Public keys and verification methods.
//! Spec: <https://www.w3.org/TR/cid-1.0/#Multikey>,
//! <https://www.w3.org/TR/cid-1.0/#JsonWebKey>, RFC 7517 (JWK), RFC 7638
//! (thumbprints).
//!
//! Invariant: a [`PublicKey`] is a point that signatures can be checked with.
//! Ed25519 points that are not canonical or of low order, and P-256 points off
//! the curve, never become one: a signature under a low-order key proves
//! nothing, since it fits any message.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use sha2::{Digest, Sha256};

use super::json::{self, Object};

/// What a key signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA over P-256 with SHA-256.
    P256,
}

impl Algorithm {
    /// The `alg` of a JWS that this algorithm signs (RFC 7518, RFC 8037).
    pub fn jws(self) -> &'static str {
        match self {
            Algorithm::Ed25519 => "EdDSA",
            Algorithm::P256 => "ES256",
        }
    }

    /// The name that the command line, the API and the database use.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Ed25519 => "Ed25519",
            Algorithm::P256 => "ES256",
        }
    }

    /// The two bytes that open a Multikey of this algorithm.
    fn codec(self) -> [u8; 2] {
        match self {
            Algorithm::Ed25519 => [0xed, 0x01],
            Algorithm::P256 => [0x80, 0x24],
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A public key that was found to be a usable point.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(Point);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Point {
    Ed25519(Box<VerifyingKey>),
    /// Compressed, as SEC 1 writes it.
    P256([u8; 33]),
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
        Ok(Self(Point::Ed25519(Box::new(key))))
    }

    /// A P-256 point in SEC 1 form, compressed or not.
    pub fn p256(sec1: &[u8]) -> Result<Self, KeyError> {
        if !matches!((sec1.len(), sec1.first()), (33, Some(2 | 3)) | (65, Some(4))) {
            return Err(KeyError::NotOnCurve);
        }
        let compressed = p256_convert(sec1, PointConversionForm::COMPRESSED)
            .map_err(|_| KeyError::NotOnCurve)?;
        compressed
            .try_into()
            .map(|bytes| Self(Point::P256(bytes)))
            .map_err(|_| KeyError::NotOnCurve)
    }

    /// Reads a Multikey's `publicKeyMultibase`: `z`, then base58btc of codec and point.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let base58 = text.strip_prefix('z').ok_or(KeyError::NotBase58Btc)?;
        // A longer text is no key of ours, and base58 takes quadratic time.
        if base58.len() > 100 {
            return Err(KeyError::UnknownCodec);
        }
        let bytes = bs58::decode(base58).into_vec().map_err(|_| KeyError::NotBase58Btc)?;
        let found = bytes.len();
        let (codec, point) = bytes.split_at_checked(2).ok_or(KeyError::Length { found })?;
        match codec {
            [0xed, 0x01] => {
                let found = point.len();
                Self::ed25519(point.try_into().map_err(|_| KeyError::Length { found })?)
            }
            [0x80, 0x24] if point.len() == 33 => Self::p256(point),
            [0x80, 0x24] => Err(KeyError::Length { found: point.len() }),
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
        if jwk.contains("d") || jwk.contains("k") {
            return Err(KeyError::Private);
        }
        if jwk.get("use").is_some_and(|u| u.as_str() != Some("sig")) {
            return Err(KeyError::NotForSigning);
        }
        let key = match (jwk.str("kty"), jwk.str("crv")) {
            (Some("OKP"), Some("Ed25519")) => Self::ed25519(coordinate(jwk, "x")?)?,
            (Some("EC"), Some("P-256")) => {
                let (x, y) = (coordinate(jwk, "x")?, coordinate(jwk, "y")?);
                Self::p256(&[&[4][..], &x, &y].concat())?
            }
            (Some(kty), crv) => {
                return Err(KeyError::UnsupportedJwk {
                    kty: kty.into(),
                    crv: crv.unwrap_or_default().into(),
                });
            }
            _ => return Err(KeyError::NotAJwk),
        };
        match jwk.get("alg") {
            Some(alg) if alg.as_str() != Some(key.algorithm().jws()) => {
                Err(KeyError::AlgorithmMismatch)
            }
            _ => Ok(key),
        }
    }

    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Point::Ed25519(_) => Algorithm::Ed25519,
            Point::P256(_) => Algorithm::P256,
        }
    }

    /// The point: 32 bytes for Ed25519, 33 (compressed SEC 1) for P-256.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Point::Ed25519(key) => key.as_bytes(),
            Point::P256(bytes) => bytes,
        }
    }

    /// The decoded key, ready to check signatures with.
    pub fn as_ed25519(&self) -> Option<&VerifyingKey> {
        match &self.0 {
            Point::Ed25519(key) => Some(key),
            Point::P256(_) => None,
        }
    }

    pub fn multikey(&self) -> String {
        let bytes = [&self.algorithm().codec()[..], self.as_bytes()].concat();
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// The public JWK, in the member order of RFC 7638.
    pub fn jwk(&self) -> serde_json::Value {
        match &self.0 {
            Point::Ed25519(x) => serde_json::json!({
                "crv": "Ed25519", "kty": "OKP", "x": URL_SAFE_NO_PAD.encode(x.as_bytes()),
            }),
            Point::P256(point) => {
                let whole = p256_convert(point, PointConversionForm::UNCOMPRESSED)
                    .expect("the constructor found the point on the curve");
                serde_json::json!({
                    "crv": "P-256", "kty": "EC",
                    "x": URL_SAFE_NO_PAD.encode(&whole[1..33]),
                    "y": URL_SAFE_NO_PAD.encode(&whole[33..]),
                })
            }
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
}

/// Why something is not a public key that signatures can be checked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a Multikey starts with `z` and is base58btc after it")]
    NotBase58Btc,
    #[error("the key's codec is neither Ed25519 (0xed) nor P-256 (0x1200)")]
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
    #[error("the JWK has no `kty` and key members in base64url")]
    NotAJwk,
    #[error("the JWK's `use` is not `sig`")]
    NotForSigning,
    #[error("the JWK's `alg` is not the one of its curve")]
    AlgorithmMismatch,
    #[error("keys of type {kty} {crv} are not supported")]
    UnsupportedJwk { kty: String, crv: String },
}

impl KeyError {
    /// Whether it may well be a good key, of a kind that we do not read.
    pub fn is_of_another_kind(&self) -> bool {
        matches!(self, KeyError::UnknownCodec | KeyError::UnsupportedJwk { .. })
    }
}

fn coordinate(jwk: &Object<'_>, name: &str) -> Result<[u8; 32], KeyError> {
    let text = jwk.str(name).ok_or(KeyError::NotAJwk)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::NotAJwk)?;
    let found = bytes.len();
    bytes.try_into().map_err(|_| KeyError::Length { found })
}

/// Rewrites a P-256 point; fails where it is not on the curve.
fn p256_convert(sec1: &[u8], form: PointConversionForm) -> Result<Vec<u8>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(&group, sec1, &mut context)?;
    point.to_bytes(&group, form, &mut context)
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
