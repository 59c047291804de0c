//! Keys that OpenSSL checks signatures with: P-256, P-384 and RSA.
//! Spec: SEC 1 (points), RFC 8017 (RSA).
//!
//! Invariant: a point is on its curve, and an RSA key is long enough and can be
//! one at all. Each is decoded once.

use std::hash::{Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Public};
use openssl::rsa::Rsa;

use super::{Algorithm, KeyError};

/// The shortest RSA modulus, and the longest: a longer one only costs time.
pub(super) const RSA_BITS: std::ops::RangeInclusive<i32> = 2048..=8192;

/// Equal where the algorithm and the bytes are.
#[derive(Debug, Clone)]
pub(super) struct OpenSslKey {
    pub(super) algorithm: Algorithm,
    /// A point as SEC 1 compresses it, or an RSA key as PKCS #1 writes it (DER).
    pub(super) bytes: Box<[u8]>,
    pub(super) decoded: PKey<Public>,
}

impl OpenSslKey {
    /// An RSA key: modulus and exponent, most significant byte first.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let n = BigNum::from_slice(modulus)?;
        let e = BigNum::from_slice(exponent)?;
        if !RSA_BITS.contains(&n.num_bits()) {
            return Err(KeyError::RsaLength { bits: n.num_bits() });
        }
        // Even moduli and exponents, and an exponent of 1, are no RSA keys at all.
        if !n.is_bit_set(0) || !e.is_bit_set(0) || e.num_bits() < 2 || e.num_bits() > 64 {
            return Err(KeyError::NotRsa);
        }
        let key = Rsa::from_public_components(n, e)?;
        let bytes = key.public_key_to_der_pkcs1()?.into();
        let decoded = PKey::from_rsa(key)?;
        Ok(Self { algorithm: Algorithm::Rsa, bytes, decoded })
    }

    /// A point in SEC 1 form, compressed or not.
    pub(super) fn point(curve: Curve, sec1: &[u8]) -> Result<Self, KeyError> {
        let width = curve.width();
        let compressed = sec1.len() == width + 1 && matches!(sec1.first(), Some(2 | 3));
        let whole = sec1.len() == 2 * width + 1 && sec1.first() == Some(&4);
        if !compressed && !whole {
            return Err(KeyError::NotOnCurve);
        }
        Self::decoded_point(curve, sec1).map_err(|_| KeyError::NotOnCurve)
    }

    fn decoded_point(curve: Curve, sec1: &[u8]) -> Result<Self, ErrorStack> {
        let group = curve.group()?;
        let mut context = BigNumContext::new()?;
        let point = EcPoint::from_bytes(&group, sec1, &mut context)?;
        let bytes = point.to_bytes(&group, PointConversionForm::COMPRESSED, &mut context)?.into();
        let decoded = PKey::from_ec_key(EcKey::from_public_key(&group, &point)?)?;
        let algorithm = curve.algorithm();
        Ok(Self { algorithm, bytes, decoded })
    }

    /// The public JWK, in the member order of RFC 7638.
    pub(super) fn jwk(&self) -> Result<serde_json::Value, ErrorStack> {
        let Some(curve) = Curve::of(self.algorithm) else {
            let rsa = self.decoded.rsa()?;
            let number = |n: &openssl::bn::BigNumRef| URL_SAFE_NO_PAD.encode(n.to_vec());
            return Ok(serde_json::json!({
                "e": number(rsa.e()), "kty": "RSA", "n": number(rsa.n()),
            }));
        };
        let key = self.decoded.ec_key()?;
        let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
        let mut context = BigNumContext::new()?;
        key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context)?;
        let width = i32::try_from(curve.width()).expect("a coordinate is short");
        Ok(serde_json::json!({
            "crv": curve.name(), "kty": "EC",
            "x": URL_SAFE_NO_PAD.encode(x.to_vec_padded(width)?),
            "y": URL_SAFE_NO_PAD.encode(y.to_vec_padded(width)?),
        }))
    }
}

impl PartialEq for OpenSslKey {
    fn eq(&self, other: &Self) -> bool {
        (self.algorithm, &self.bytes) == (other.algorithm, &other.bytes)
    }
}

impl Eq for OpenSslKey {}

impl Hash for OpenSslKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.algorithm, &self.bytes).hash(state);
    }
}

impl From<ErrorStack> for KeyError {
    /// Only numbers that are no RSA key make OpenSSL fail here.
    fn from(_: ErrorStack) -> Self {
        KeyError::NotRsa
    }
}

/// A curve of ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
}

impl Curve {
    fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::P256 => Some(Curve::P256),
            Algorithm::P384 => Some(Curve::P384),
            Algorithm::Ed25519 | Algorithm::Rsa => None,
        }
    }

    /// The `crv` of a JWK.
    fn name(self) -> &'static str {
        match self {
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Curve::P256 => Algorithm::P256,
            Curve::P384 => Algorithm::P384,
        }
    }

    /// The bytes of a coordinate.
    pub(super) fn width(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
        }
    }

    fn group(self) -> Result<EcGroup, ErrorStack> {
        EcGroup::from_curve_name(match self {
            Curve::P256 => Nid::X9_62_PRIME256V1,
            Curve::P384 => Nid::SECP384R1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::key::PublicKey;

    #[test]
    fn rsa_keys_that_anybody_could_break_are_refused() {
        let odd = |bits: usize| {
            let mut modulus = vec![0xff; bits / 8];
            modulus[0] = 0x80;
            modulus
        };
        assert!(PublicKey::rsa(&odd(2048), &[1, 0, 1]).is_ok());
        assert_eq!(PublicKey::rsa(&odd(1024), &[1, 0, 1]), Err(KeyError::RsaLength { bits: 1024 }));
        assert_eq!(PublicKey::rsa(&[0xfe; 256], &[1, 0, 1]), Err(KeyError::NotRsa));
        for exponent in [&[][..], &[1], &[4], &[0xff; 9]] {
            assert_eq!(PublicKey::rsa(&odd(2048), exponent), Err(KeyError::NotRsa));
        }
    }
}
