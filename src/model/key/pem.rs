//! Public keys in PEM, as Open Badges 2.0 publishes them: RSA as a rule, and what else its
//! signers offer.
//! Spec: RFC 7468 (PEM), RFC 5280 section 4.1.2.7 (`SubjectPublicKeyInfo`), RFC 8017 (PKCS #1).
//!
//! Invariant: the text is taken apart here, since OpenSSL's own reader asks the terminal where
//! a text calls for a pass phrase; and what is read passes the checks of every other key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::bn::BigNumContext;
use openssl::ec::PointConversionForm;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Rsa;

use super::{KeyError, PublicKey};

/// The key of the first block, whose label says how it is written.
pub(super) fn read(text: &str) -> Result<PublicKey, KeyError> {
    if text.contains("PRIVATE KEY") {
        return Err(KeyError::Private);
    }
    match (body(text, "PUBLIC KEY"), body(text, "RSA PUBLIC KEY")) {
        (Some(der), _) => spki(&PKey::public_key_from_der(&der).map_err(|_| KeyError::NotPem)?),
        (None, Some(der)) => {
            rsa(&Rsa::public_key_from_der_pkcs1(&der).map_err(|_| KeyError::NotRsa)?)
        }
        (None, None) => Err(KeyError::NotPem),
    }
}

fn body(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let base64: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(base64).ok()
}

fn spki(key: &PKey<Public>) -> Result<PublicKey, KeyError> {
    match key.id() {
        Id::RSA => rsa(&key.rsa()?),
        Id::EC => {
            // A curve that is spelled out instead of named is none that we know.
            let (curve, point) = point(key).map_err(|_| KeyError::NotOnCurve)?;
            match curve {
                Some(Nid::X9_62_PRIME256V1) => PublicKey::p256(&point),
                Some(Nid::SECP384R1) => PublicKey::p384(&point),
                _ => Err(KeyError::UnsupportedPem),
            }
        }
        Id::ED25519 => {
            let bytes = key.raw_public_key().map_err(|_| KeyError::NotOnCurve)?;
            let found = bytes.len();
            PublicKey::ed25519(bytes.try_into().map_err(|_| KeyError::Length { found })?)
        }
        _ => Err(KeyError::UnsupportedPem),
    }
}

fn point(key: &PKey<Public>) -> Result<(Option<Nid>, Vec<u8>), ErrorStack> {
    let key = key.ec_key()?;
    let (group, mut context) = (key.group(), BigNumContext::new()?);
    let form = PointConversionForm::UNCOMPRESSED;
    Ok((group.curve_name(), key.public_key().to_bytes(group, form, &mut context)?))
}

fn rsa(key: &Rsa<Public>) -> Result<PublicKey, KeyError> {
    PublicKey::rsa(&key.n().to_vec(), &key.e().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::key::Algorithm;
    use openssl::ec::{EcGroup, EcKey};

    fn text(pem: Vec<u8>) -> String {
        String::from_utf8(pem).unwrap()
    }

    #[test]
    fn pem_is_read_in_both_forms_and_never_asks_for_a_pass_phrase() {
        let rsa = Rsa::generate(2048).unwrap();
        let key = PublicKey::rsa(&rsa.n().to_vec(), &rsa.e().to_vec()).unwrap();
        let spki = text(rsa.public_key_to_pem().unwrap());
        let pkcs1 = text(rsa.public_key_to_pem_pkcs1().unwrap());
        assert_eq!(read(&spki).as_ref(), Ok(&key));
        assert_eq!(read(&pkcs1.replace('\n', "\r\n")).as_ref(), Ok(&key));
        let private = text(rsa.private_key_to_pem().unwrap());
        assert_eq!(read(&private), Err(KeyError::Private));
        let locked = spki.replacen(
            "KEY-----\n",
            "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
            1,
        );
        let garbage = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
        for text in [locked.as_str(), "", "-----BEGIN PUBLIC KEY-----", &spki[1..], garbage] {
            assert_eq!(read(text), Err(KeyError::NotPem), "{text}");
        }
    }

    #[test]
    fn pem_of_every_kind_that_signs_is_read_and_of_another_kind_is_told_apart() {
        let of_curve = |curve| {
            let key = EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap();
            text(key.public_key_to_pem().unwrap())
        };
        let ed25519 = PKey::generate_ed25519().unwrap();
        let bytes = ed25519.raw_public_key().unwrap().try_into().unwrap();
        let read_ed25519 = read(&text(ed25519.public_key_to_pem().unwrap()));
        assert_eq!(read_ed25519, PublicKey::ed25519(bytes));
        let algorithm = |curve| read(&of_curve(curve)).map(|key| key.algorithm());
        assert_eq!(algorithm(Nid::X9_62_PRIME256V1), Ok(Algorithm::P256));
        assert_eq!(algorithm(Nid::SECP384R1), Ok(Algorithm::P384));
        let x25519 = text(PKey::generate_x25519().unwrap().public_key_to_pem().unwrap());
        for other in [of_curve(Nid::SECP256K1), x25519] {
            let error = read(&other).unwrap_err();
            assert_eq!(error, KeyError::UnsupportedPem);
            assert!(error.is_of_another_kind());
        }
        let low_order = PKey::public_key_from_raw_bytes(&[0; 32], Id::ED25519).unwrap();
        let low_order = text(low_order.public_key_to_pem().unwrap());
        assert_eq!(read(&low_order), Err(KeyError::LowOrder));
    }
}
