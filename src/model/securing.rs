//! How our own credentials are secured: as their issuer, or one mint, asks for it.
//!
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#dfn-cryptosuite>, RFC 7518 section 3.1 (`alg`)
//!
//! Invariant: each choice is one that an issuer of ours has a key for, or gets one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::key::Algorithm;

/// How credentials are secured, where somebody says; the usual way where nobody does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Securing {
    /// Of the embedded proof; `eddsa-rdfc-2022` where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cryptosuite: Option<Cryptosuite>,
    /// Of the key behind an `ecdsa-…` cryptosuite; `P-256` where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Curve>,
    /// Of the JWT forms; `ES256` where nobody says, since many verifiers know no EdDSA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<JwtAlgorithm>,
}

impl Securing {
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// These wishes, and those of `other` where they have none.
    pub fn or(self, other: Self) -> Self {
        Self {
            cryptosuite: self.cryptosuite.or(other.cryptosuite),
            curve: self.curve.or(other.curve),
            alg: self.alg.or(other.alg),
        }
    }

    pub fn cryptosuite(self) -> Cryptosuite {
        self.cryptosuite.unwrap_or_default()
    }

    pub fn curve(self) -> Curve {
        self.curve.unwrap_or_default()
    }

    pub fn alg(self) -> JwtAlgorithm {
        self.alg.unwrap_or_default()
    }

    /// Which of an issuer's keys signs embedded proofs.
    pub fn proof_key(self) -> Algorithm {
        match self.cryptosuite() {
            Cryptosuite::EddsaRdfc2022 | Cryptosuite::EddsaJcs2022 => Algorithm::Ed25519,
            Cryptosuite::EcdsaRdfc2019 | Cryptosuite::EcdsaJcs2019 => self.curve().key(),
        }
    }
}

/// The cryptosuites that we sign with.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub enum Cryptosuite {
    /// Ed25519 over the graph.
    #[default]
    #[serde(rename = "eddsa-rdfc-2022")]
    EddsaRdfc2022,
    /// Ed25519 over the JSON.
    #[serde(rename = "eddsa-jcs-2022")]
    EddsaJcs2022,
    /// ECDSA over P-256 or P-384, over the graph.
    #[serde(rename = "ecdsa-rdfc-2019")]
    EcdsaRdfc2019,
    /// ECDSA over P-256 or P-384, over the JSON.
    #[serde(rename = "ecdsa-jcs-2019")]
    EcdsaJcs2019,
}

impl Cryptosuite {
    pub const ALL: [Self; 4] =
        [Self::EddsaRdfc2022, Self::EddsaJcs2022, Self::EcdsaRdfc2019, Self::EcdsaJcs2019];

    /// As it is registered.
    pub fn name(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EddsaJcs2022 => "eddsa-jcs-2022",
            Self::EcdsaRdfc2019 => "ecdsa-rdfc-2019",
            Self::EcdsaJcs2019 => "ecdsa-jcs-2019",
        }
    }
}

/// The curves that we sign with by ECDSA.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub enum Curve {
    #[default]
    #[serde(rename = "P-256")]
    P256,
    /// Hashed with SHA-384.
    #[serde(rename = "P-384")]
    P384,
}

impl Curve {
    pub const ALL: [Self; 2] = [Self::P256, Self::P384];

    /// As JWKs name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    /// Which of an issuer's keys signs.
    pub fn key(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::P256,
            Self::P384 => Algorithm::P384,
        }
    }
}

/// What we sign JWTs with, as `alg` has it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub enum JwtAlgorithm {
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "ES384")]
    Es384,
    /// For verifiers that know nothing else: its keys and signatures are long.
    #[serde(rename = "RS256")]
    Rs256,
}

impl JwtAlgorithm {
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Es384, Self::Rs256];

    /// As it is registered.
    pub fn name(self) -> &'static str {
        self.key().jws()
    }

    /// Which of an issuer's keys signs.
    pub fn key(self) -> Algorithm {
        match self {
            Self::Es256 => Algorithm::P256,
            Self::EdDsa => Algorithm::Ed25519,
            Self::Es384 => Algorithm::P384,
            Self::Rs256 => Algorithm::Rsa,
        }
    }
}

/// A text names none of what we sign with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is one of {known}")]
pub struct NotOneOfOurs {
    known: String,
}

impl FromStr for Cryptosuite {
    type Err = NotOneOfOurs;

    fn from_str(text: &str) -> Result<Self, NotOneOfOurs> {
        one_of(&Self::ALL, Self::name, text)
    }
}

impl FromStr for Curve {
    type Err = NotOneOfOurs;

    fn from_str(text: &str) -> Result<Self, NotOneOfOurs> {
        one_of(&Self::ALL, Self::name, text)
    }
}

impl FromStr for JwtAlgorithm {
    type Err = NotOneOfOurs;

    fn from_str(text: &str) -> Result<Self, NotOneOfOurs> {
        one_of(&Self::ALL, Self::name, text)
    }
}

fn one_of<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Result<T, NotOneOfOurs> {
    let found = all.iter().copied().find(|one| name(*one) == text);
    found.ok_or_else(|| NotOneOfOurs {
        known: all.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", "),
    })
}

impl fmt::Display for Cryptosuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for JwtAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_has_one_name_in_json_and_on_the_command_line() {
        for suite in Cryptosuite::ALL {
            assert_eq!(serde_json::to_value(suite).unwrap(), suite.name());
            assert_eq!(suite.name().parse(), Ok(suite));
        }
        for alg in JwtAlgorithm::ALL {
            assert_eq!(serde_json::to_value(alg).unwrap(), alg.name());
            assert_eq!(alg.name().parse(), Ok(alg));
        }
        for curve in Curve::ALL {
            assert_eq!(serde_json::to_value(curve).unwrap(), curve.name());
            assert_eq!(curve.name().parse(), Ok(curve));
        }
        let error = "PS256".parse::<JwtAlgorithm>().unwrap_err();
        assert_eq!(error.to_string(), "it is one of ES256, EdDSA, ES384, RS256");
    }

    #[test]
    fn a_mints_wishes_come_before_its_issuers() {
        let read = |text| serde_json::from_str::<Securing>(text).unwrap();
        let issuer = read(r#"{"cryptosuite": "ecdsa-jcs-2019"}"#);
        let both = read(r#"{"alg": "EdDSA"}"#).or(issuer);
        assert_eq!(
            (both.cryptosuite(), both.alg()),
            (Cryptosuite::EcdsaJcs2019, JwtAlgorithm::EdDsa)
        );
        let mint = read(r#"{"cryptosuite": "eddsa-rdfc-2022"}"#).or(issuer);
        assert_eq!((mint.cryptosuite(), mint.alg()), Default::default());
        assert!(read("{}").is_usual() && !mint.is_usual());
    }

    #[test]
    fn a_curve_counts_for_the_suites_of_ecdsa_alone() {
        let read = |text| serde_json::from_str::<Securing>(text).unwrap();
        let issuer = read(r#"{"cryptosuite": "ecdsa-jcs-2019", "curve": "P-384"}"#);
        assert_eq!(issuer.proof_key(), Algorithm::P384);
        assert_eq!(read(r#"{"curve": "P-256"}"#).or(issuer).proof_key(), Algorithm::P256);
        let mint = read(r#"{"cryptosuite": "eddsa-jcs-2022"}"#).or(issuer);
        assert_eq!(mint.proof_key(), Algorithm::Ed25519);
    }
}
