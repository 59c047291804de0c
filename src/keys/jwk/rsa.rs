//! Private keys of RSA, for JWTs by `RS256`.
//! Spec: RFC 7518 section 6.3 (members), RFC 8017 section 8.2 (RSASSA-PKCS1-v1_5).
//!
//! Invariant: a key that was read has two prime factors, and every member fits them: a wrong
//! one would sign wrongly, and a wrong signature by the Chinese remainders gives the key away.

use openssl::bn::{BigNum, BigNumRef};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Rsa as OpenSslRsa, RsaPrivateKeyBuilder};
use openssl::sign::Signer;
use zeroize::Zeroizing;

use super::{KeyError, Members, decode, encode};
use crate::model::key::PublicKey;

/// A member of a private JWK by its name.
type PrivateMember = (&'static str, Zeroizing<Vec<u8>>);

/// As strong as P-256 is, for credentials that are looked at for decades.
const BITS: u32 = 3072;

pub struct Rsa {
    key: OpenSslRsa<Private>,
    signing: PKey<Private>,
}

impl Rsa {
    /// Takes about half a second of processor time: primes are looked for.
    pub fn generate() -> Result<Self, KeyError> {
        Self::of(OpenSslRsa::generate(BITS)?)
    }

    pub fn read(members: &Members) -> Result<Self, KeyError> {
        let number =
            |text: &str| -> Result<BigNum, KeyError> { Ok(BigNum::from_slice(&decode(text)?)?) };
        let public = |member| number(Members::public(member)?);
        let private = |member| number(members.private(member)?);
        let (n, e) = (public(&members.n)?, public(&members.e)?);
        // As those are asked for who verify what it signs.
        PublicKey::rsa(&n.to_vec(), &e.to_vec())
            .map_err(|_| KeyError::Jwk("`n` and `e` are no RSA key of 2048 to 8192 bits"))?;
        let key = RsaPrivateKeyBuilder::new(n, e, private(&members.d)?)?
            .set_factors(private(&members.p)?, private(&members.q)?)?
            .set_crt_params(private(&members.dp)?, private(&members.dq)?, private(&members.qi)?)?
            .build();
        match key.check_key() {
            Ok(true) => Self::of(key),
            _ => Err(KeyError::Jwk("its members are no RSA key together")),
        }
    }

    fn of(key: OpenSslRsa<Private>) -> Result<Self, KeyError> {
        let signing = PKey::from_rsa(key.clone())?;
        Ok(Self { key, signing })
    }

    /// `n` and `e` of the public JWK.
    pub fn public(&self) -> [String; 2] {
        [self.key.n(), self.key.e()].map(|number| encode(number.to_vec()))
    }

    /// Each private member and its number.
    pub fn private(&self) -> Result<Vec<PrivateMember>, KeyError> {
        let there = |number: Option<&BigNumRef>| {
            let number = number.ok_or(KeyError::Jwk("it lacks one of `p`, `q`, `dp`, `dq`, `qi`"));
            number.map(|number| Zeroizing::new(number.to_vec()))
        };
        Ok(vec![
            ("d", there(Some(self.key.d()))?),
            ("p", there(self.key.p())?),
            ("q", there(self.key.q())?),
            ("dp", there(self.key.dmp1())?),
            ("dq", there(self.key.dmq1())?),
            ("qi", there(self.key.iqmp())?),
        ])
    }

    /// As long as the modulus.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signer = Signer::new(MessageDigest::sha256(), &self.signing)?;
        Ok(signer.sign_oneshot_to_vec(message)?)
    }
}
