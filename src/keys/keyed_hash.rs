//! Keyed hashes: an earner's identifier is found again by one without being stored, and one in a
//! link proves that we gave the link away.
//! Spec: <https://www.rfc-editor.org/rfc/rfc2104> (HMAC) with SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// HMAC-SHA256 of `message`, as 43 characters of base64url.
///
/// Without `secret` (32 random bytes are right) nobody can tell an address by
/// trying addresses, which an unkeyed hash would allow.
pub fn keyed_hash(secret: &[u8], message: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(hmac(secret, message))
}

/// The first 128 bits of the same, in hexadecimal: for links, which nobody shall guess.
pub fn keyed_token(secret: &[u8], message: &[u8]) -> String {
    let whole = hmac(secret, message);
    let half = whole[..16].try_into().expect("it has 32 bytes");
    format!("{:032x}", u128::from_be_bytes(half))
}

fn hmac(secret: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hmac_of_rfc_4231_test_case_2() {
        let expected: [u8; 32] = [
            0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
            0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9,
            0x64, 0xec, 0x38, 0x43,
        ];
        let hash = keyed_hash(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hash, URL_SAFE_NO_PAD.encode(expected));
        let token = keyed_token(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(token, "5bdcc146bf60754e6a042426089575c7");
    }

    #[test]
    fn another_secret_gives_another_hash() {
        assert_ne!(keyed_hash(&[1; 32], b"a@example.org"), keyed_hash(&[2; 32], b"a@example.org"));
    }
}
