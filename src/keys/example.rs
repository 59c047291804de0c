//! The keys of `keys-example/`, for trying out.
//!
//! Anybody has them, so anybody can sign with them: `demo` and tests use them,
//! and a production configuration refuses them ([`is_example`]).

use super::{Secret, thumbprint};

/// The example issuer "NEA (example)": embedded proofs.
pub fn nea_ed25519() -> Secret {
    Secret::new(NEA_ED25519.trim().to_owned())
}

/// The example issuer "NEA (example)": JWTs.
pub fn nea_es256() -> Secret {
    Secret::new(NEA_ES256.trim().to_owned())
}

/// The example recognizer: embedded proofs.
pub fn recognizer_ed25519() -> Secret {
    Secret::new(RECOGNIZER_ED25519.trim().to_owned())
}

/// The example recognizer: JWTs.
pub fn recognizer_es256() -> Secret {
    Secret::new(RECOGNIZER_ES256.trim().to_owned())
}

/// Whether this JWK (public or private) is one of the example keys, however it
/// is written. What is no key of a kind that we use is none of them.
pub fn is_example(jwk: &str) -> bool {
    let Ok(asked) = thumbprint(jwk) else { return false };
    ALL.iter().any(|example| thumbprint(example).is_ok_and(|known| known == asked))
}

const NEA_ED25519: &str = include_str!("../../keys-example/nea-ed25519.jwk.json");
const NEA_ES256: &str = include_str!("../../keys-example/nea-es256.jwk.json");
const RECOGNIZER_ED25519: &str = include_str!("../../keys-example/recognizer-ed25519.jwk.json");
const RECOGNIZER_ES256: &str = include_str!("../../keys-example/recognizer-es256.jwk.json");
const ALL: [&str; 4] = [NEA_ED25519, NEA_ES256, RECOGNIZER_ED25519, RECOGNIZER_ES256];

#[cfg(test)]
mod tests {
    use super::super::{Algorithm, generate, signer};
    use super::*;
    use crate::ambient::Ambient;

    #[test]
    fn every_example_key_signs_under_its_algorithm_and_is_recognised() {
        let keys = [
            (nea_ed25519(), Algorithm::Ed25519),
            (nea_es256(), Algorithm::P256),
            (recognizer_ed25519(), Algorithm::Ed25519),
            (recognizer_es256(), Algorithm::P256),
        ];
        for (key, algorithm) in keys {
            let signer = signer(&key).unwrap();
            assert_eq!(signer.algorithm(), algorithm);
            assert_eq!(signer.sign(b"tried").unwrap().len(), 64);
            assert!(is_example(signer.public_jwk()));
            assert!(is_example(key.expose()));
        }
    }

    #[test]
    fn a_key_of_ones_own_is_no_example() {
        for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
            assert!(!is_example(&generate(algorithm, &Ambient::system()).unwrap().public_jwk));
        }
        assert!(!is_example("no key"));
    }
}
