//! Keys as JWKs: made, read and signed with in this process.
//! Spec: <https://www.rfc-editor.org/rfc/rfc7517> (JWK), RFC 8037 (Ed25519),
//! RFC 7518 section 6.2 (P-256), RFC 7638 (thumbprints).
//!
//! Invariant: a `LocalSigner` holds a key whose private half was checked to
//! belong to its public half.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, Secret, SharedSigner, Signer};
use crate::ambient::Ambient;

/// A new key, before its private half is sealed.
#[derive(Debug)]
pub struct KeyPair {
    pub algorithm: Algorithm,
    /// Compact JSON without any private member.
    pub public_jwk: String,
    /// The same with `d`.
    pub private_jwk: Secret,
}

/// Makes a key. Ed25519 seeds come from `ambient`; P-256 scalars from OpenSSL,
/// which also sees to it that they lie in range.
pub fn generate(algorithm: Algorithm, ambient: &Ambient) -> Result<KeyPair, KeyError> {
    let key = match algorithm {
        Algorithm::Ed25519 => {
            let seed = Zeroizing::new(ambient.random::<32>());
            Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))
        }
        Algorithm::P256 => {
            let group = p256()?;
            Key::P256(EcKey::generate(&group)?)
        }
        Algorithm::P384 | Algorithm::Rsa => return Err(KeyError::NotMade { algorithm }),
    };
    let public_jwk = key.public_jwk()?;
    let private_jwk = key.private_jwk(&public_jwk)?;
    Ok(KeyPair { algorithm, public_jwk, private_jwk })
}

/// The signer of a private JWK.
pub fn signer(private_jwk: &Secret) -> Result<SharedSigner, KeyError> {
    let key = Key::read(private_jwk)?;
    let public_jwk = key.public_jwk()?;
    Ok(Arc::new(LocalSigner { key, public_jwk }))
}

/// The RFC 7638 thumbprint of a public or private JWK, in base64url.
pub fn thumbprint(jwk: &str) -> Result<String, KeyError> {
    let Members { kty, crv, x, y, .. } = read_members(jwk)?;
    let required = public_members(&kty, &crv, &x, y.as_deref())?;
    Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(required)))
}

/// A private key in this process's memory.
struct LocalSigner {
    key: Key,
    public_jwk: String,
}

impl Signer for LocalSigner {
    fn algorithm(&self) -> Algorithm {
        match self.key {
            Key::Ed25519(_) => Algorithm::Ed25519,
            Key::P256(_) => Algorithm::P256,
        }
    }

    fn public_jwk(&self) -> &str {
        &self.public_jwk
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.key {
            Key::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Key::P256(key) => {
                let signature = EcdsaSig::sign(&Sha256::digest(message), key)?;
                let mut raw = signature.r().to_vec_padded(32)?;
                raw.extend(signature.s().to_vec_padded(32)?);
                Ok(raw)
            }
        }
    }
}

/// Both libraries wipe their key when it is dropped.
enum Key {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(EcKey<Private>),
}

impl Key {
    fn read(private_jwk: &Secret) -> Result<Self, KeyError> {
        let members = read_members(private_jwk.expose())?;
        let d = members.d.ok_or(KeyError::Jwk("it has no private member `d`"))?;
        let d = decode_32(&Zeroizing::new(d))?;
        let x = decode_32(&members.x)?;
        match (members.kty.as_str(), members.crv.as_str(), members.y) {
            ("OKP", "Ed25519", None) => {
                let key = ed25519_dalek::SigningKey::from_bytes(&d);
                if key.verifying_key().as_bytes() != &*x {
                    return Err(KeyError::Jwk("`d` does not belong to `x`"));
                }
                Ok(Self::Ed25519(Box::new(key)))
            }
            ("EC", "P-256", Some(y)) => Ok(Self::P256(p256_key(&d, &x, &*decode_32(&y)?)?)),
            _ => Err(KeyError::Jwk("it is neither Ed25519 (OKP) nor P-256 (EC)")),
        }
    }

    fn public_jwk(&self) -> Result<String, KeyError> {
        match self {
            Self::Ed25519(key) => {
                let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
                public_members("OKP", "Ed25519", &x, None)
            }
            Self::P256(key) => {
                let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
                let mut context = BigNumContext::new()?;
                key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context)?;
                let x = URL_SAFE_NO_PAD.encode(x.to_vec_padded(32)?);
                let y = URL_SAFE_NO_PAD.encode(y.to_vec_padded(32)?);
                public_members("EC", "P-256", &x, Some(&y))
            }
        }
    }

    fn private_jwk(&self, public_jwk: &str) -> Result<Secret, KeyError> {
        let d = Zeroizing::new(match self {
            Self::Ed25519(key) => key.to_bytes().to_vec(),
            Self::P256(key) => key.private_key().to_vec_padded(32)?,
        });
        let d = Zeroizing::new(URL_SAFE_NO_PAD.encode(&*d));
        let open = public_jwk.strip_suffix('}').expect("a JWK is an object");
        // Sized so that the text never moves and leaves a copy behind.
        let mut text = String::with_capacity(public_jwk.len() + d.len() + 8);
        text.extend([open, ",\"d\":\"", &d, "\"}"]);
        Ok(Secret::new(text))
    }
}

/// `d`, and the public point that the JWK claims for it.
fn p256_key(d: &[u8; 32], x: &[u8; 32], y: &[u8; 32]) -> Result<EcKey<Private>, KeyError> {
    let group = p256()?;
    let d = BigNum::from_slice(d)?;
    let mut context = BigNumContext::new()?;
    let mut point = EcPoint::new(&group)?;
    point.mul_generator2(&group, &d, &mut context)?;
    let key = EcKey::from_private_components(&group, &d, &point)?;
    key.check_key()?;
    let (mut own_x, mut own_y) = (BigNum::new()?, BigNum::new()?);
    point.affine_coordinates(&group, &mut own_x, &mut own_y, &mut context)?;
    if own_x.to_vec_padded(32)? != x || own_y.to_vec_padded(32)? != y {
        return Err(KeyError::Jwk("`d` does not belong to `x` and `y`"));
    }
    Ok(key)
}

fn p256() -> Result<EcGroup, KeyError> {
    Ok(EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)
}

/// The members that RFC 7638 hashes, in its order; also how we publish keys.
fn public_members(kty: &str, crv: &str, x: &str, y: Option<&str>) -> Result<String, KeyError> {
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if ![kty, crv, x, y.unwrap_or("")].into_iter().all(plain) {
        return Err(KeyError::Jwk("a member holds other than base64url characters"));
    }
    let y = y.map(|y| format!(",\"y\":\"{y}\"")).unwrap_or_default();
    Ok(format!("{{\"crv\":\"{crv}\",\"kty\":\"{kty}\",\"x\":\"{x}\"{y}}}"))
}

#[derive(Deserialize)]
struct Members {
    kty: String,
    crv: String,
    x: String,
    y: Option<String>,
    d: Option<String>,
}

fn read_members(jwk: &str) -> Result<Members, KeyError> {
    // The parser's message could quote what it read.
    serde_json::from_str(jwk).map_err(|_| KeyError::Jwk("it is not a JWK with kty, crv and x"))
}

fn decode_32(text: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut bytes = Zeroizing::new([0; 32]);
    match URL_SAFE_NO_PAD.decode_slice(text, bytes.as_mut_slice()) {
        Ok(32) => Ok(bytes),
        _ => Err(KeyError::Jwk("`x`, `y` and `d` are 32 bytes in base64url without padding")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 8037, appendix A.
    const RFC_8037: &str = r#"{"kty":"OKP","crv":"Ed25519",
        "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn the_key_of_rfc_8037_signs_as_printed_there() {
        let signer = signer(&secret(RFC_8037)).unwrap();
        let signature = signer.sign(b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
        let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9\
                        g7sVvpAr_MuM0KAg";
        assert_eq!(URL_SAFE_NO_PAD.encode(signature.unwrap()), expected);
        assert_eq!(thumbprint(RFC_8037).unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_generated_p256_key_signs_raw_r_and_s_that_openssl_verifies() {
        let pair = generate(Algorithm::P256, &Ambient::system()).unwrap();
        let signer = signer(&pair.private_jwk).unwrap();
        assert_eq!(signer.algorithm(), Algorithm::P256);
        let raw = signer.sign(b"message").unwrap();
        assert_eq!(raw.len(), 64);
        let jwk = josekit::jwk::Jwk::from_bytes(signer.public_jwk()).unwrap();
        let verifier = josekit::jws::ES256.verifier_from_jwk(&jwk).unwrap();
        josekit::jws::JwsVerifier::verify(&verifier, b"message", &raw).unwrap();
    }

    #[test]
    fn a_generated_key_reads_back_as_itself_and_its_public_half_has_no_d() {
        for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
            let pair = generate(algorithm, &Ambient::system()).unwrap();
            let signer = signer(&pair.private_jwk).unwrap();
            assert_eq!(signer.public_jwk(), pair.public_jwk);
            assert!(pair.private_jwk.expose().contains("\"d\":\""));
            assert!(!pair.public_jwk.contains("\"d\""));
            assert_eq!(
                thumbprint(&pair.public_jwk).unwrap(),
                thumbprint(pair.private_jwk.expose()).unwrap()
            );
            assert!(!format!("{pair:?}").contains(pair.private_jwk.expose()));
        }
    }

    #[test]
    fn a_private_half_under_a_foreign_public_half_is_refused() {
        for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
            let ambient = Ambient::system();
            let one = generate(algorithm, &ambient).unwrap();
            let two = generate(algorithm, &ambient).unwrap();
            let d = one.private_jwk.expose().split_once(",\"d\"").unwrap().1;
            let mixed = format!("{},\"d\"{d}", two.public_jwk.trim_end_matches('}'));
            assert!(matches!(signer(&secret(&mixed)), Err(KeyError::Jwk(_))));
        }
    }

    #[test]
    fn what_is_no_private_jwk_is_refused_without_quoting_it() {
        let public =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        for text in ["", "{}", "hunter2", r#"{"kty":"RSA","n":"","e":""}"#, public] {
            let Err(error) = signer(&secret(text)) else { panic!("{text}") };
            assert!(!error.to_string().contains("hunter"));
        }
    }
}
