//! How what was composed elsewhere is secured, by the names that the VC-API's paths and options
//! have for it.
//! Spec: <https://w3c-ccg.github.io/vc-api/#issue-credential>
//!
//! Invariant: each is one that we sign with, by a key that it takes.

use crate::model::key::Algorithm;
use crate::model::securing::{Curve, JwtAlgorithm, Securing};
use crate::proof::suite::Suite;

const VC_JWT: &str = "vc+jwt";

/// How it is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// An embedded proof; over the issuer's usual curve where none is named.
    DataIntegrity(&'static Suite, Option<Curve>),
    /// An `EnvelopedVerifiableCredential` of a `vc+jwt`, by the issuer's usual `alg` where none
    /// is named.
    VcJose(Option<JwtAlgorithm>),
}

impl Mechanism {
    /// By the name of its cryptosuite, or of its media type. After a full stop there may be the
    /// curve or the `alg`: `ecdsa-rdfc-2019.P-384`, `vc+jwt.RS256`.
    pub fn named(name: &str) -> Option<Self> {
        let (name, which) = match name.split_once('.') {
            Some((name, which)) => (name, Some(which)),
            None => (name, None),
        };
        if name == VC_JWT {
            return Some(Self::VcJose(which.map(str::parse).transpose().ok()?));
        }
        let suite = Suite::named(name).filter(|suite| !suite.is_older())?;
        let curve: Option<Curve> = which.map(str::parse).transpose().ok()?;
        let fits = curve.is_none_or(|curve| suite.keys.contains(&curve.key()));
        fits.then_some(Self::DataIntegrity(suite, curve))
    }

    /// As [`Mechanism::named`] reads it.
    pub(super) fn name(self) -> String {
        let with = |name: &str, which: Option<&str>| match which {
            Some(which) => format!("{name}.{which}"),
            None => name.to_owned(),
        };
        match self {
            Self::VcJose(alg) => with(VC_JWT, alg.map(JwtAlgorithm::name)),
            Self::DataIntegrity(suite, curve) => with(suite.name, curve.map(Curve::name)),
        }
    }

    /// The kind of key that it takes of an issuer with these wishes.
    pub(super) fn key(self, wishes: Securing) -> Algorithm {
        match self {
            Self::VcJose(alg) => alg.unwrap_or(wishes.alg()).key(),
            Self::DataIntegrity(suite, _) if suite.keys.contains(&Algorithm::Ed25519) => {
                Algorithm::Ed25519
            }
            Self::DataIntegrity(_, curve) => curve.unwrap_or(wishes.curve()).key(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mechanism_is_named_as_it_is_read() {
        for name in [
            "eddsa-rdfc-2022",
            "eddsa-jcs-2022",
            "ecdsa-rdfc-2019",
            "ecdsa-jcs-2019.P-384",
            "vc+jwt",
            "vc+jwt.RS256",
        ] {
            assert_eq!(Mechanism::named(name).unwrap().name(), name);
        }
        for unknown in [
            "",
            "vc+jwt.",
            "vc+jwt.none",
            "eddsa-rdfc-2022.P-256",
            "ecdsa-rdfc-2019.P-521",
            "ecdsa-rdfc-2019.P-384.P-384",
            "Ed25519Signature2020",
        ] {
            assert_eq!(Mechanism::named(unknown), None, "{unknown}");
        }
    }
}
