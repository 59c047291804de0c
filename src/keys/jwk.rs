//! Keys as JWKs: made, read and signed with in this process.
//! Spec: <https://www.rfc-editor.org/rfc/rfc7517> (JWK), RFC 8037 (Ed25519),
//! RFC 7518 section 6 (ECDSA, RSA), RFC 7638 (thumbprints).
//!
//! Invariant: a `LocalSigner` holds a key whose private half was checked to
//! belong to its public half.

mod ec;
mod rsa;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use ec::Ec;
use rsa::Rsa;

use super::{Algorithm, KeyError, Secret, SharedSigner, Signer};
use crate::ambient::Ambient;
use crate::model::securing::Curve;

/// A new key, before its private half is sealed.
#[derive(Debug)]
pub struct KeyPair {
    pub algorithm: Algorithm,
    /// Compact JSON without any private member.
    pub public_jwk: String,
    /// The same with the private ones.
    pub private_jwk: Secret,
}

/// Makes a key. Ed25519 seeds come from `ambient`, the others from OpenSSL. An RSA key takes
/// about half a second of processor time.
pub fn generate(algorithm: Algorithm, ambient: &Ambient) -> Result<KeyPair, KeyError> {
    let key = match algorithm {
        Algorithm::Ed25519 => {
            let seed = Zeroizing::new(ambient.random::<32>());
            Key::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))
        }
        Algorithm::P256 => Key::Ec(Ec::generate(Curve::P256)?),
        Algorithm::P384 => Key::Ec(Ec::generate(Curve::P384)?),
        Algorithm::Rsa => Key::Rsa(Rsa::generate()?),
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
    let members = Members::read(jwk)?;
    let required: &[(&str, &Option<String>)] = match members.kty.as_str() {
        "RSA" => &[("e", &members.e), ("n", &members.n)],
        "EC" => &[("crv", &members.crv), ("x", &members.x), ("y", &members.y)],
        _ => &[("crv", &members.crv), ("x", &members.x)],
    };
    let required = required.iter().map(|(name, value)| Ok((*name, Members::public(value)?)));
    let required: Vec<_> = required.collect::<Result<_, KeyError>>()?;
    let required = public_members(&members.kty, &required)?;
    Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(required)))
}

/// A private key in this process's memory.
struct LocalSigner {
    key: Key,
    public_jwk: String,
}

impl Signer for LocalSigner {
    fn algorithm(&self) -> Algorithm {
        match &self.key {
            Key::Ed25519(_) => Algorithm::Ed25519,
            Key::Ec(key) => key.curve.key(),
            Key::Rsa(_) => Algorithm::Rsa,
        }
    }

    fn public_jwk(&self) -> &str {
        &self.public_jwk
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.key {
            Key::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Key::Ec(key) => key.sign(message),
            Key::Rsa(key) => key.sign(message),
        }
    }
}

/// Each library wipes its key when it is dropped.
enum Key {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Ec(Ec),
    Rsa(Rsa),
}

impl Key {
    fn read(private_jwk: &Secret) -> Result<Self, KeyError> {
        let members = Members::read(private_jwk.expose())?;
        match (members.kty.as_str(), members.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => Self::read_ed25519(&members),
            ("EC", Some("P-256")) => Ec::read(Curve::P256, &members).map(Self::Ec),
            ("EC", Some("P-384")) => Ec::read(Curve::P384, &members).map(Self::Ec),
            ("RSA", None) => Rsa::read(&members).map(Self::Rsa),
            _ => Err(KeyError::Jwk("it is none of Ed25519 (OKP), P-256 and P-384 (EC) and RSA")),
        }
    }

    fn read_ed25519(members: &Members) -> Result<Self, KeyError> {
        let d = decode_exactly(members.private(&members.d)?, 32)?;
        let x = decode_exactly(Members::public(&members.x)?, 32)?;
        let mut seed = Zeroizing::new([0; 32]);
        seed.copy_from_slice(&d);
        let key = ed25519_dalek::SigningKey::from_bytes(&seed);
        if members.y.is_some() || key.verifying_key().as_bytes()[..] != x[..] {
            return Err(KeyError::Jwk("`d` does not belong to `x`"));
        }
        Ok(Self::Ed25519(Box::new(key)))
    }

    fn public_jwk(&self) -> Result<String, KeyError> {
        match self {
            Self::Ed25519(key) => {
                let x = encode(key.verifying_key().as_bytes());
                public_members("OKP", &[("crv", "Ed25519"), ("x", &x)])
            }
            Self::Ec(key) => {
                let [x, y] = key.public()?;
                public_members("EC", &[("crv", key.curve.name()), ("x", &x), ("y", &y)])
            }
            Self::Rsa(key) => {
                let [n, e] = key.public();
                public_members("RSA", &[("e", &e), ("n", &n)])
            }
        }
    }

    fn private_jwk(&self, public_jwk: &str) -> Result<Secret, KeyError> {
        let private = match self {
            Self::Ed25519(key) => vec![("d", Zeroizing::new(key.to_bytes().to_vec()))],
            Self::Ec(key) => vec![("d", key.private()?)],
            Self::Rsa(key) => key.private()?,
        };
        let open = public_jwk.strip_suffix('}').expect("a JWK is an object");
        // Sized so that the text never moves and leaves a copy behind.
        let sizes = private.iter().map(|(name, bytes)| name.len() + bytes.len() * 2 + 8);
        let mut text = String::with_capacity(public_jwk.len() + sizes.sum::<usize>());
        text.push_str(open);
        for (name, bytes) in &private {
            let number = Zeroizing::new(encode(bytes.as_slice()));
            text.extend([",\"", name, "\":\"", &number, "\""]);
        }
        text.push('}');
        Ok(Secret::new(text))
    }
}

/// The members that RFC 7638 hashes, in its order; also how we publish keys.
fn public_members(kty: &str, members: &[(&str, &str)]) -> Result<String, KeyError> {
    let mut all = [&[("kty", kty)], members].concat();
    all.sort_unstable();
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !all.iter().all(|(_, value)| plain(value)) {
        return Err(KeyError::Jwk("a member holds other than base64url characters"));
    }
    let written = all.iter().map(|(name, value)| format!("\"{name}\":\"{value}\""));
    Ok(format!("{{{}}}", written.collect::<Vec<_>>().join(",")))
}

/// A JWK's members, of whichever kind it is.
#[derive(Deserialize)]
struct Members {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<Hidden>,
    p: Option<Hidden>,
    q: Option<Hidden>,
    dp: Option<Hidden>,
    dq: Option<Hidden>,
    qi: Option<Hidden>,
}

impl Members {
    fn read(jwk: &str) -> Result<Self, KeyError> {
        // The parser's message could quote what it read.
        serde_json::from_str(jwk).map_err(|_| KeyError::Jwk("it is not a JWK with kty"))
    }

    fn public(member: &Option<String>) -> Result<&str, KeyError> {
        member.as_deref().ok_or(KeyError::Jwk("it lacks a public member of its kind"))
    }

    fn private<'m>(&'m self, member: &'m Option<Hidden>) -> Result<&'m str, KeyError> {
        match (member, &self.d) {
            (Some(Hidden(text)), _) => Ok(text),
            (None, None) => Err(KeyError::Jwk("it has no private member `d`")),
            (None, Some(_)) => Err(KeyError::Jwk("it lacks one of `p`, `q`, `dp`, `dq`, `qi`")),
        }
    }
}

/// Wiped when it is dropped.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Hidden(Zeroizing<String>);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map(Zeroizing::new);
    bytes.map_err(|_| KeyError::Jwk("its members are base64url without padding"))
}

fn decode_exactly(text: &str, bytes: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let decoded = decode(text)?;
    match decoded.len() == bytes {
        true => Ok(decoded),
        false => Err(KeyError::Jwk("`x`, `y` or `d` is not as long as its curve has it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::key::PublicKey;

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
    fn a_generated_key_signs_raw_bytes_that_openssl_verifies() {
        for (algorithm, bytes) in
            [(Algorithm::P256, 64), (Algorithm::P384, 96), (Algorithm::Rsa, 384)]
        {
            let pair = generate(algorithm, &Ambient::system()).unwrap();
            let signer = signer(&pair.private_jwk).unwrap();
            assert_eq!(signer.algorithm(), algorithm);
            let raw = signer.sign(b"message").unwrap();
            assert_eq!(raw.len(), bytes);
            let key = PublicKey::from_jwk_text(signer.public_jwk()).unwrap();
            assert!(crate::proof::signature_holds(&key, b"message", &raw));
            assert!(!crate::proof::signature_holds(&key, b"massage", &raw));
        }
    }

    #[test]
    fn a_generated_key_reads_back_as_itself_and_its_public_half_has_no_d() {
        for algorithm in Algorithm::ALL {
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
        for algorithm in Algorithm::ALL {
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
