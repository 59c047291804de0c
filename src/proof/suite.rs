//! What a cryptosuite is, and the two things that are done with it: a proof is
//! made, and a proof is verified.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#cryptographic-suites>
//!
//! A suite is a form in which document and options are hashed, and the keys that
//! sign the hashes. Each has a file of its own beside this one, and a line in
//! [`SUITES`].
//!
//! Invariant: what is hashed with follows from the key that the issuer's own
//! document gives, never from the proof.

use super::data_integrity::{
    CanonicalError, Error, Hashes, Options, PROOF_TYPE, SignError, ToSign, Transformed, Unsecured,
    holds, signature, unsecured_context,
};
use super::{
    ecdsa_jcs_2019, ecdsa_rdfc_2019, ed25519_signature_2020, eddsa_jcs_2022, eddsa_rdfc_2022,
};
use super::{jcs, rdfc};
use crate::jsonld::{self, Contexts, Dataset, HashAlgorithm};
use crate::model::Document;
use crate::model::json::{self, Object, Value};
use crate::model::key::{Algorithm, PublicKey};
use crate::model::securing::Cryptosuite;

/// Every suite that is verified.
pub const SUITES: [&Suite; 5] = [
    &eddsa_rdfc_2022::SUITE,
    &eddsa_jcs_2022::SUITE,
    &ecdsa_rdfc_2019::SUITE,
    &ecdsa_jcs_2019::SUITE,
    &ed25519_signature_2020::SUITE,
];

/// One way of securing a document with an embedded proof.
#[derive(Debug, PartialEq, Eq)]
pub struct Suite {
    /// As a proof's `cryptosuite` has it, or its `type` where it is older than that member.
    pub name: &'static str,
    pub form: Form,
    /// The keys that it takes.
    pub keys: &'static [Algorithm],
}

/// What is hashed of document and options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Their graphs (RDFC-1.0).
    Rdfc,
    /// Their graphs; the options are read in this context alone, and name the suite as their
    /// `type`.
    RdfcUnder(&'static str),
    /// Their JSON (RFC 8785).
    Jcs,
}

impl Suite {
    /// The suite that a proof names, if it is one of ours.
    pub fn of(proof: &Object<'_>) -> Option<&'static Suite> {
        let name = match proof.str("type")? {
            PROOF_TYPE => proof.str("cryptosuite")?,
            older => older,
        };
        SUITES.into_iter().find(|suite| {
            suite.name == name && suite.is_older() == (proof.str("type") != Some(PROOF_TYPE))
        })
    }

    /// The suite that we sign with.
    pub fn signing(cryptosuite: Cryptosuite) -> &'static Suite {
        match cryptosuite {
            Cryptosuite::EddsaRdfc2022 => &eddsa_rdfc_2022::SUITE,
            Cryptosuite::EddsaJcs2022 => &eddsa_jcs_2022::SUITE,
            Cryptosuite::EcdsaRdfc2019 => &ecdsa_rdfc_2019::SUITE,
            Cryptosuite::EcdsaJcs2019 => &ecdsa_jcs_2019::SUITE,
        }
    }

    pub fn named(name: &str) -> Option<&'static Suite> {
        SUITES.into_iter().find(|suite| suite.name == name)
    }

    /// Older than `DataIntegrityProof`: verified, and not signed with any more.
    pub fn is_older(&self) -> bool {
        matches!(self.form, Form::RdfcUnder(_))
    }

    /// The members of a proof that must be there, as strings.
    pub fn members(&self) -> &'static [&'static str] {
        match self.form {
            Form::RdfcUnder(_) => {
                &["type", "created", "verificationMethod", "proofPurpose", "proofValue"]
            }
            _ => &["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"],
        }
    }

    /// What a proof by a key of this kind is hashed with.
    pub fn hash(algorithm: Algorithm) -> HashAlgorithm {
        match algorithm {
            Algorithm::P384 => HashAlgorithm::Sha384,
            Algorithm::Ed25519 | Algorithm::P256 | Algorithm::Rsa => HashAlgorithm::Sha256,
        }
    }

    /// Everything of signing but the key, which is of the kind `by`.
    pub fn prepare<'d, 'a>(
        &self,
        document: &'d Document<'a>,
        options: &Options<'_>,
        by: Algorithm,
        contexts: &Contexts,
    ) -> Result<ToSign<'d, 'a>, Error> {
        self.signs_with(by)?;
        unsecured_context(document)?;
        let transformed = self.transform(Unsecured::of(document), Self::hash(by), contexts)?;
        self.prepare_transformed(document, &transformed, options, by, contexts)
    }

    /// The same for a document whose canonical form is known already.
    pub fn prepare_transformed<'d, 'a>(
        &self,
        document: &'d Document<'a>,
        transformed: &Transformed,
        options: &Options<'_>,
        by: Algorithm,
        contexts: &Contexts,
    ) -> Result<ToSign<'d, 'a>, Error> {
        self.signs_with(by)?;
        let context = unsecured_context(document)?;
        let mut proof = options.members(self.name);
        if self.form == Form::Jcs {
            let context =
                json::canonical(context).map_err(|error| Error::Options { error: error.into() })?;
            proof = format!("\"@context\":{context},{proof}");
        }
        let text = format!("{{{proof}}}");
        let options = Document::parse(text.as_bytes()).expect("it was written a line ago");
        let unsecured = Unsecured::of(document);
        let configured = self.configure(unsecured, options.root(), Self::hash(by), contexts)?;
        Ok(ToSign::new(document, transformed, proof, &configured))
    }

    /// Prepares, signs and finishes, with a signer that answers at once.
    pub fn sign<E>(
        &self,
        document: &Document<'_>,
        options: &Options<'_>,
        by: Algorithm,
        contexts: &Contexts,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, SignError<E>> {
        self.prepare(document, options, by, contexts)?.sign(sign)
    }

    /// The canonical form of what a proof is over, as the document stands.
    pub fn transform(
        &self,
        unsecured: Unsecured<'_, '_>,
        hash: HashAlgorithm,
        contexts: &Contexts,
    ) -> Result<Transformed, Error> {
        match self.form {
            Form::Jcs => jcs::transform(unsecured, hash),
            Form::Rdfc | Form::RdfcUnder(_) if contexts.spent() => {
                Err(Error::Document { error: CanonicalError::TooComplex })
            }
            Form::Rdfc | Form::RdfcUnder(_) => {
                rdfc::transform(&rdfc::expand(unsecured, contexts), hash)
            }
        }
    }

    /// The same where its graph is known already.
    pub fn transform_expanded(
        &self,
        unsecured: Unsecured<'_, '_>,
        graph: &Result<Dataset, jsonld::Error>,
        hash: HashAlgorithm,
    ) -> Result<Transformed, Error> {
        match self.form {
            Form::Jcs => jcs::transform(unsecured, hash),
            Form::Rdfc | Form::RdfcUnder(_) => rdfc::transform(graph, hash),
        }
    }

    /// Verifies one proof with the key that the issuer's own document gives for it. Purpose,
    /// dates and the key's owner are the checks' to judge.
    pub fn verify(
        &self,
        unsecured: Unsecured<'_, '_>,
        proof: &Object<'_>,
        key: &PublicKey,
        contexts: &Contexts,
    ) -> Result<Hashes, Error> {
        let hash = Self::hash(key.algorithm());
        let transformed = self.transform(unsecured, hash, contexts)?;
        self.verify_transformed(unsecured, &transformed, proof, key, contexts)?;
        self.hashes_with(unsecured, proof, hash, contexts)
    }

    /// The same where the canonical form is known already.
    pub fn verify_transformed(
        &self,
        unsecured: Unsecured<'_, '_>,
        transformed: &Transformed,
        proof: &Object<'_>,
        key: &PublicKey,
        contexts: &Contexts,
    ) -> Result<(), Error> {
        self.takes(key.algorithm())?;
        let hash = Self::hash(key.algorithm());
        let signature = signature(proof, key)?;
        let configured = self.configure(unsecured, proof, hash, contexts)?;
        if self.form == Form::Jcs {
            jcs::defined(unsecured, proof, hash, contexts)?;
            if let Some(own) = jcs::contexts_signed(unsecured, proof) {
                let signed = jcs::signed_earlier(unsecured, own, hash)?;
                holds(key, &configured, &signed, &signature)?;
                return jcs::reads_the_same(unsecured, own, contexts);
            }
        }
        holds(key, &configured, transformed, &signature)
    }

    /// What is hashed, whether or not a signature fits it.
    pub fn hashes_with(
        &self,
        unsecured: Unsecured<'_, '_>,
        proof: &Object<'_>,
        hash: HashAlgorithm,
        contexts: &Contexts,
    ) -> Result<Hashes, Error> {
        let own = match self.form {
            Form::Jcs => jcs::contexts_signed(unsecured, proof),
            Form::Rdfc | Form::RdfcUnder(_) => None,
        };
        let document = match own {
            Some(own) => jcs::signed_earlier(unsecured, own, hash)?,
            None => self.transform(unsecured, hash, contexts)?,
        };
        Ok(Hashes::new(document, self.configure(unsecured, proof, hash, contexts)?))
    }

    fn configure(
        &self,
        unsecured: Unsecured<'_, '_>,
        options: &Object<'_>,
        hash: HashAlgorithm,
        contexts: &Contexts,
    ) -> Result<Transformed, Error> {
        match self.form {
            Form::Rdfc => rdfc::configure(unsecured, options, hash, contexts),
            Form::Jcs => jcs::configure(options, hash),
            Form::RdfcUnder(url) => {
                let own = Value::String(url.into());
                let known = |context: &Value<'_>| {
                    Some(context) == unsecured.context() || context.items() == [own.clone()]
                };
                if !options.get("@context").is_none_or(known) {
                    return Err(Error::OwnContext);
                }
                rdfc::configure_under(&own, options, hash, contexts)
            }
        }
    }

    fn signs_with(&self, by: Algorithm) -> Result<(), Error> {
        match self.is_older() {
            true => Err(Error::VerifyOnly { suite: self.name }),
            false => self.takes(by),
        }
    }

    fn takes(&self, found: Algorithm) -> Result<(), Error> {
        match self.keys.contains(&found) {
            true => Ok(()),
            false => Err(Error::KeyType { suite: self.name, keys: self.keys, found }),
        }
    }
}
