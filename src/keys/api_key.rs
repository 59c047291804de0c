//! API keys: `tm_<id>_<secret>`.
//!
//! The id finds the row; only the SHA-256 of the secret is stored. A plain hash
//! is enough, because the secret is 256 random bits and not a password.
//!
//! Invariant: the time that a comparison takes tells nothing about the stored
//! hash.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Secret;
use crate::ambient::Ambient;

const PREFIX: &str = "tm";
/// Longer than any key of ours: 2 + 1 + 22 + 1 + 44 characters.
const LONGEST: usize = 80;

/// A new key. `token` is shown once; `id` and `hash` are stored.
#[derive(Debug)]
pub struct Minted {
    /// 128 random bits in base58: at most 22 letters and digits.
    pub id: String,
    pub token: Secret,
    /// The secret's SHA-256 in lower-case hexadecimal.
    pub hash: String,
}

pub fn mint(ambient: &Ambient) -> Minted {
    // Base58 has neither `_`, which parts a token, nor look-alike letters.
    let id = bs58::encode(ambient.random::<16>()).into_string();
    let secret = bs58::encode(ambient.random::<32>()).into_string();
    let hash = hash(&secret);
    let token = Secret::new(format!("{PREFIX}_{id}_{secret}"));
    Minted { id, token, hash }
}

/// A token as somebody sent it: well-formed, and otherwise unproven.
pub struct Presented<'a> {
    id: &'a str,
    secret: &'a str,
}

impl<'a> Presented<'a> {
    /// `None` for anything that no key of ours looks like.
    pub fn parse(token: &'a str) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        let (id, secret) = token.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
        let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric());
        (plain(id) && plain(secret)).then_some(Self { id, secret })
    }

    /// What to look the stored hash up by.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// Whether this is the key whose hash was stored; `None` where the id is
    /// unknown, which takes as long and is never a match.
    pub fn matches(&self, stored_hash: Option<&str>) -> bool {
        let presented = hash(self.secret);
        let nothing = "0".repeat(presented.len());
        let equal = presented.as_bytes().ct_eq(stored_hash.unwrap_or(&nothing).as_bytes());
        bool::from(equal) && stored_hash.is_some()
    }
}

fn hash(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_key_matches_its_hash_and_no_other() {
        let ambient = Ambient::system();
        let (one, two) = (mint(&ambient), mint(&ambient));
        let presented = Presented::parse(one.token.expose()).unwrap();
        assert_eq!(presented.id(), one.id);
        assert!(presented.matches(Some(&one.hash)));
        assert!(!presented.matches(Some(&two.hash)));
        assert!(!presented.matches(None));
        assert_ne!(one.token, two.token);
    }

    #[test]
    fn one_changed_character_is_another_key() {
        let minted = mint(&Ambient::system());
        let mut token = minted.token.expose().to_owned();
        let last = token.pop().unwrap();
        token.push(if last == 'a' { 'b' } else { 'a' });
        assert!(!Presented::parse(&token).unwrap().matches(Some(&minted.hash)));
    }

    #[test]
    fn what_is_no_key_is_not_looked_up() {
        let long = format!("tm_{}_{}", "a".repeat(40), "b".repeat(60));
        for token in
            ["", "tm", "tm_", "tm_a", "tm_a_", "tm__b", "xx_a_b", "tm_a_b_c", "tm_é_b", &long]
        {
            assert!(Presented::parse(token).is_none(), "{token}");
        }
    }

    #[test]
    fn the_token_never_shows_in_debug_output() {
        let minted = mint(&Ambient::system());
        assert!(!format!("{minted:?}").contains(minted.token.expose()));
    }
}
