//! Private keys of ECDSA, over P-256 and P-384.
//! Spec: RFC 7518 section 6.2 (members), FIPS 186-5 (ECDSA).
//!
//! Invariant: a key that was read lies in its curve's range, and its public point is the one
//! that the JWK claims.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use sha2::{Digest, Sha256, Sha384};
use zeroize::Zeroizing;

use super::{KeyError, Members, decode_exactly, encode};
use crate::model::securing::Curve;

pub struct Ec {
    pub curve: Curve,
    key: EcKey<Private>,
}

impl Ec {
    /// The scalar comes from OpenSSL, which also sees to it that it lies in range.
    pub fn generate(curve: Curve) -> Result<Self, KeyError> {
        let group = group(curve)?;
        Ok(Self { curve, key: EcKey::generate(&group)? })
    }

    pub fn read(curve: Curve, members: &Members) -> Result<Self, KeyError> {
        let read = |text| decode_exactly(text, width(curve));
        let d = BigNum::from_slice(&read(members.private(&members.d)?)?)?;
        let (x, y) = (read(Members::public(&members.x)?)?, read(Members::public(&members.y)?)?);
        let group = group(curve)?;
        let mut context = BigNumContext::new()?;
        let mut point = EcPoint::new(&group)?;
        point.mul_generator2(&group, &d, &mut context)?;
        let key = EcKey::from_private_components(&group, &d, &point)?;
        key.check_key()?;
        let read = Self { curve, key };
        match read.point()? == [x.to_vec(), y.to_vec()] {
            true => Ok(read),
            false => Err(KeyError::Jwk("`d` does not belong to `x` and `y`")),
        }
    }

    /// `x` and `y` of the public JWK.
    pub fn public(&self) -> Result<[String; 2], KeyError> {
        Ok(self.point()?.map(encode))
    }

    pub fn private(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        Ok(Zeroizing::new(self.key.private_key().to_vec_padded(coordinate(self.curve))?))
    }

    /// r ‖ s.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = match self.curve {
            Curve::P256 => EcdsaSig::sign(&Sha256::digest(message), &self.key)?,
            Curve::P384 => EcdsaSig::sign(&Sha384::digest(message), &self.key)?,
        };
        let mut raw = signature.r().to_vec_padded(coordinate(self.curve))?;
        raw.extend(signature.s().to_vec_padded(coordinate(self.curve))?);
        Ok(raw)
    }

    fn point(&self) -> Result<[Vec<u8>; 2], KeyError> {
        let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
        let mut context = BigNumContext::new()?;
        let point = self.key.public_key();
        point.affine_coordinates(self.key.group(), &mut x, &mut y, &mut context)?;
        let width = coordinate(self.curve);
        Ok([x.to_vec_padded(width)?, y.to_vec_padded(width)?])
    }
}

fn group(curve: Curve) -> Result<EcGroup, KeyError> {
    Ok(EcGroup::from_curve_name(match curve {
        Curve::P256 => Nid::X9_62_PRIME256V1,
        Curve::P384 => Nid::SECP384R1,
    })?)
}

/// The bytes of a coordinate, and of a scalar.
fn width(curve: Curve) -> usize {
    match curve {
        Curve::P256 => 32,
        Curve::P384 => 48,
    }
}

fn coordinate(curve: Curve) -> i32 {
    i32::try_from(width(curve)).expect("a coordinate is short")
}
