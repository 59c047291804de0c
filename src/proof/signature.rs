//! Whether a signature is a key's over a message, by the key's algorithm.
//! Spec: RFC 8032 (Ed25519), FIPS 186-5 (ECDSA), RFC 8017 section 8.2 (RSA).
//!
//! Invariant: the algorithm is the key's own; nothing beside the key chooses it.

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::sign::Verifier;
use sha2::{Digest, Sha256, Sha384};

use crate::model::key::{Decoded, PublicKey};

/// Whether `signature` is this key's over `message`: R‖S for Ed25519, r‖s for
/// ECDSA, the bytes of PKCS #1 for RSA.
pub fn signature_holds(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let holds = match key.decoded() {
        Decoded::Ed25519(key) => {
            return Signature::from_slice(signature)
                .is_ok_and(|it| ed25519_holds(key, message, &it));
        }
        Decoded::P256(key) => ecdsa_holds(key, &Sha256::digest(message), signature, 32),
        Decoded::P384(key) => ecdsa_holds(key, &Sha384::digest(message), signature, 48),
        Decoded::Rsa(key) => rsa_holds(key, message, signature),
    };
    holds.unwrap_or(false)
}

/// What `verify_strict` decides, without reading R as a point, which is a tenth of its cost.
///
/// `verify` computes the R that the signature should have and compares its one canonical encoding
/// with the bytes given, so that another encoding of it, or of no point at all, is refused. What
/// remains are R and keys of low order, with which one signature may fit many messages: such a key
/// is no [`PublicKey`] in the first place.
fn ed25519_holds(key: &VerifyingKey, message: &[u8], signature: &Signature) -> bool {
    !LOW_ORDER.contains(signature.r_bytes()) && key.verify(message, signature).is_ok()
}

/// The points of order 1, 2, 4 (two) and 8 (four), as RFC 8032 encodes them.
const LOW_ORDER: [[u8; 32]; 8] = [
    hex("0100000000000000000000000000000000000000000000000000000000000000"),
    hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    hex("0000000000000000000000000000000000000000000000000000000000000000"),
    hex("0000000000000000000000000000000000000000000000000000000000000080"),
    hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
];

const fn hex(text: &str) -> [u8; 32] {
    const fn digit(character: u8) -> u8 {
        match character {
            b'0'..=b'9' => character - b'0',
            b'a'..=b'f' => character - b'a' + 10,
            _ => panic!("no hexadecimal digit"),
        }
    }
    let text = text.as_bytes();
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 32 {
        bytes[at] = 16 * digit(text[2 * at]) + digit(text[2 * at + 1]);
        at += 1;
    }
    bytes
}

/// `width` is the length of a coordinate: r and s have it each.
fn ecdsa_holds(
    key: &PKey<Public>,
    digest: &[u8],
    signature: &[u8],
    width: usize,
) -> Result<bool, ErrorStack> {
    if signature.len() != 2 * width {
        return Ok(false);
    }
    let (r, s) = signature.split_at(width);
    let signature =
        EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
    signature.verify(digest, &*key.ec_key()?)
}

fn rsa_holds(key: &PKey<Public>, message: &[u8], signature: &[u8]) -> Result<bool, ErrorStack> {
    Verifier::new(MessageDigest::sha256(), key)?.verify_oneshot(signature, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Signer as _;
    use ed25519_dalek::SigningKey;
    use josekit::jws::{ES256, ES384, JwsSigner, RS256};
    use openssl::bn::BigNumContext;
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::rsa::Rsa;
    use sha2::Sha512;

    fn held(private: &[u8], signer: &dyn JwsSigner) -> PublicKey {
        let public = PKey::private_key_from_pem(private).unwrap();
        let key = match public.rsa() {
            Ok(rsa) => PublicKey::rsa(&rsa.n().to_vec(), &rsa.e().to_vec()).unwrap(),
            Err(_) => {
                let ec = public.ec_key().unwrap();
                let mut context = BigNumContext::new().unwrap();
                let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
                let point = ec.public_key().to_bytes(ec.group(), form, &mut context).unwrap();
                PublicKey::p256(&point).or_else(|_| PublicKey::p384(&point)).unwrap()
            }
        };
        let signature = signer.sign(b"message").unwrap();
        assert!(signature_holds(&key, b"message", &signature));
        assert!(!signature_holds(&key, b"Message", &signature));
        for cut in [&signature[1..], &signature[..signature.len() - 1], &[]] {
            assert!(!signature_holds(&key, b"message", cut));
        }
        let mut changed = signature.clone();
        changed[40] ^= 1;
        assert!(!signature_holds(&key, b"message", &changed));
        key
    }

    #[test]
    fn what_josekit_signs_holds_and_nothing_near_it() {
        let rsa = Rsa::generate(2048).unwrap().private_key_to_pem().unwrap();
        let signer = RS256.signer_from_pem(&rsa).unwrap();
        assert_eq!(held(&rsa, &signer).algorithm().jws(), "RS256");
        let ec = |nid| {
            let key = EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap();
            PKey::from_ec_key(key).unwrap().private_key_to_pem_pkcs8().unwrap()
        };
        let p256 = ec(Nid::X9_62_PRIME256V1);
        let signer = ES256.signer_from_pem(&p256).unwrap();
        assert_eq!(held(&p256, &signer).algorithm().jws(), "ES256");
        let p384 = ec(Nid::SECP384R1);
        let signer = ES384.signer_from_pem(&p384).unwrap();
        assert_eq!(held(&p384, &signer).algorithm().jws(), "ES384");
    }

    /// The S with which the point that `r` encodes, one of low order, is what [`VerifyingKey::verify`]
    /// computes: k times the private scalar, so that the points of high order cancel out.
    fn fitting_s(seed: &[u8; 32], key: &VerifyingKey, r: &[u8], message: &[u8]) -> [u8; 32] {
        let little = |bytes: &[u8]| {
            let big: Vec<u8> = bytes.iter().rev().copied().collect();
            BigNum::from_slice(&big).unwrap()
        };
        let mut scalar = Sha512::digest(seed)[..32].to_vec();
        scalar[0] &= 0xf8;
        scalar[31] = scalar[31] & 0x7f | 0x40;
        let k = Sha512::digest([r, key.as_bytes(), message].concat());
        let order = "7237005577332262213973186563042994240857116359379907606001950938285454250989";
        let order = BigNum::from_dec_str(order).unwrap();
        let (mut s, mut context) = (BigNum::new().unwrap(), BigNumContext::new().unwrap());
        s.mod_mul(&little(&k), &little(&scalar), &order, &mut context).unwrap();
        let mut bytes = s.to_vec_padded(32).unwrap();
        bytes.reverse();
        bytes.try_into().unwrap()
    }

    #[test]
    fn the_points_of_low_order_are_as_listed() {
        for encoded in LOW_ORDER {
            let key = VerifyingKey::from_bytes(&encoded).unwrap();
            assert!(key.is_weak() && key.to_edwards().compress().0 == encoded);
        }
        assert_eq!(LOW_ORDER.iter().collect::<std::collections::BTreeSet<_>>().len(), 8);
    }

    #[test]
    fn an_r_of_low_order_is_refused_where_the_equation_holds() {
        let seed = [9; 32];
        let key = SigningKey::from_bytes(&seed).verifying_key();
        // S B - k A is the identity, whose encoding is the first.
        let s = fitting_s(&seed, &key, &LOW_ORDER[0], b"any message");
        let signature = Signature::from_components(LOW_ORDER[0], s);
        assert!(key.verify(b"any message", &signature).is_ok(), "the equation holds");
        assert!(key.verify_strict(b"any message", &signature).is_err());
        assert!(!ed25519_holds(&key, b"any message", &signature));
    }

    #[test]
    fn what_is_decided_is_what_verify_strict_decides() {
        let signer = SigningKey::from_bytes(&[3; 32]);
        let key = signer.verifying_key();
        let signed = signer.sign(b"message").to_bytes();
        let mut given: Vec<[u8; 64]> = vec![signed];
        given.extend((0..512).map(|bit| {
            let mut changed = signed;
            changed[bit / 8] ^= 1 << (bit % 8);
            changed
        }));
        let with_r = |r: &[u8; 32]| Signature::from_components(*r, *signer.sign(b"").s_bytes());
        given.extend(LOW_ORDER.iter().map(|r| with_r(r).to_bytes()));
        for bytes in given {
            let signature = Signature::from_bytes(&bytes);
            let strict = key.verify_strict(b"message", &signature).is_ok();
            assert_eq!(ed25519_holds(&key, b"message", &signature), strict, "{bytes:?}");
            assert_eq!(strict, bytes == signed);
        }
    }
}
