//! Whether a signature is a key's over a message, by the key's algorithm.
//! Spec: RFC 8032 (Ed25519), FIPS 186-5 (ECDSA), RFC 8017 section 8.2 (RSA).
//!
//! Invariant: the algorithm is the key's own; nothing beside the key chooses it.

use ed25519_dalek::Signature;
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
            let Ok(signature) = Signature::from_slice(signature) else { return false };
            // `verify_strict` refuses what lets one signature fit two messages or keys.
            return key.verify_strict(message, &signature).is_ok();
        }
        Decoded::P256(key) => ecdsa_holds(key, &Sha256::digest(message), signature, 32),
        Decoded::P384(key) => ecdsa_holds(key, &Sha384::digest(message), signature, 48),
        Decoded::Rsa(key) => rsa_holds(key, message, signature),
    };
    holds.unwrap_or(false)
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
    use josekit::jws::{ES256, ES384, JwsSigner, RS256};
    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::rsa::Rsa;

    fn held(private: &[u8], signer: &dyn JwsSigner) -> PublicKey {
        let public = PKey::private_key_from_pem(private).unwrap();
        let key = match public.rsa() {
            Ok(rsa) => PublicKey::rsa(&rsa.n().to_vec(), &rsa.e().to_vec()).unwrap(),
            Err(_) => {
                let ec = public.ec_key().unwrap();
                let mut context = openssl::bn::BigNumContext::new().unwrap();
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
}
