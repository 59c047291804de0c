//! What a proof signs, step by step: for who has to find out why one does not hold.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#verify-proof>, RFC 7515
//!
//! Invariant: computed only where it is asked for, bounded whatever the document, and decides
//! nothing: a proof is verified by [`super::proof`], never by what stands here.

use serde::Serialize;
use utoipa::ToSchema;

use super::proof::ProofPlace;
use super::recipient::hex;
use crate::did::ControllerDocument;
use crate::jsonld::{Contexts, HashAlgorithm};
use crate::model::Document;
use crate::model::json::{Object, Value};
use crate::model::key::{PublicKey, VerificationMethod};
use crate::proof::Secured;
use crate::proof::chain;
use crate::proof::data_integrity::Unsecured;
use crate::proof::suite::Suite;
use crate::proof::vc_jwt::{Header, Jws, JwsError};

/// More are told of no credential.
const MOST: usize = 8;

/// How long what is told of all proofs may be together: a short document can have a canonical
/// form that is hundreds of times as long.
const MOST_BYTES: usize = 2 << 20;

/// The intermediate values of one proof.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedProof {
    /// A JSON pointer to it; absent for a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The cryptosuite, or the `alg` of a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mechanism: Option<String>,
    /// What the proof or the header names as its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification_method: Option<String>,
    /// The key that the issuer's own document gives for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<ExplainedKey>,
    /// The document without this proof, as it is hashed: N-Quads, or JSON of RFC 8785.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_document: Option<String>,
    /// A JSON pointer to the proof that is over the same text, which is told there alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_document_as: Option<String>,
    /// The proof without its value, as it is hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_options: Option<String>,
    /// `SHA-256` or `SHA-384`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_hash: Option<String>,
    /// Hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options_hash: Option<String>,
    /// What was signed: for an embedded proof both hashes in hex, the options' first; for a JWT
    /// its first two parts as they stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
    /// Why there is no more to tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// A public key in the two ways in which it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedKey {
    /// Its id in the issuer's document.
    pub id: String,
    pub controller: String,
    pub public_key_multibase: String,
    pub public_key_jwk: serde_json::Value,
}

/// Each proof of a credential, in its order, up to [`MOST_BYTES`] of it all.
pub fn explain(
    secured: &Secured<'_>,
    document: &Document<'_>,
    keys: Option<&ControllerDocument>,
    contexts: &Contexts,
) -> Vec<ExplainedProof> {
    let mut told = Told { proofs: Vec::new(), left: MOST_BYTES };
    match secured {
        Secured::Jws { jws, header } => told.add(jwt(jws, header, keys)),
        Secured::Embedded(_) => {
            let value = document.root().get("proof");
            let in_array = matches!(value, Some(Value::Array(_)));
            let proofs = value.map(Value::items).unwrap_or_default();
            let all: Vec<_> = proofs.iter().filter_map(Value::as_object).take(MOST).collect();
            for at in 0..all.len() {
                let place = ProofPlace(in_array.then_some(at));
                told.add(ExplainedProof {
                    pointer: Some(place.to_string()),
                    ..embedded(document, (&all, at), keys, contexts)
                });
            }
        }
    }
    told.proofs
}

/// What is told so far.
struct Told {
    proofs: Vec<ExplainedProof>,
    left: usize,
}

impl Told {
    /// The same text is told once, and nothing past the bound but hashes.
    fn add(&mut self, mut proof: ExplainedProof) {
        let same = |before: &&ExplainedProof| before.document_hash == proof.document_hash;
        if proof.canonical_document.is_some()
            && let Some(before) = self.proofs.iter().find(same)
        {
            proof.same_document_as.clone_from(&before.pointer);
            proof.canonical_document = None;
        }
        match self.left.checked_sub(proof.length()) {
            Some(left) => self.left = left,
            None => {
                let stopped = "It is longer than what is told of one credential.".to_owned();
                proof = ExplainedProof {
                    pointer: proof.pointer,
                    hash: proof.hash,
                    document_hash: proof.document_hash,
                    options_hash: proof.options_hash,
                    stopped: Some(stopped),
                    ..ExplainedProof::default()
                };
            }
        }
        self.proofs.push(proof);
    }
}

impl ExplainedProof {
    /// Of the texts that whoever made the credential can make long.
    fn length(&self) -> usize {
        let texts = [
            &self.mechanism,
            &self.verification_method,
            &self.canonical_document,
            &self.canonical_options,
            &self.signed,
            &self.stopped,
        ];
        let of_key = self.key.as_ref().map_or(0, |key| key.id.len() + key.controller.len());
        texts.into_iter().flatten().map(String::len).sum::<usize>() + of_key
    }
}

fn embedded(
    document: &Document<'_>,
    (all, at): (&[&Object<'_>], usize),
    keys: Option<&ControllerDocument>,
    contexts: &Contexts,
) -> ExplainedProof {
    let proof = all[at];
    let named = proof.str("verificationMethod");
    let method = named.and_then(|id| keys?.assertion_method(id).ok());
    let mut explained = ExplainedProof {
        mechanism: proof.str("cryptosuite").or(proof.str("type")).map(str::to_owned),
        verification_method: named.map(str::to_owned),
        key: method.map(key),
        ..ExplainedProof::default()
    };
    let Some(suite) = Suite::of(proof) else {
        explained.stopped = Some("Proofs of this kind are not read.".to_owned());
        return explained;
    };
    let previous = match chain::previous(all, at) {
        Ok(previous) => previous,
        Err(error) => {
            explained.stopped = Some(format!("The proofs that it follows: {error}."));
            return explained;
        }
    };
    // Without its key, what the suite hashes with for the first kind of key that it takes.
    let algorithm = method.map_or(suite.keys[0], |method| method.key.algorithm());
    let hash = Suite::hash(algorithm);
    let with_previous = (!previous.is_empty()).then(|| chain::signed_with(document, &previous));
    let unsecured = match &with_previous {
        Some(root) => Unsecured::with_proofs(root),
        None => Unsecured::of(document),
    };
    match suite.hashes_with(unsecured, proof, hash, contexts) {
        Ok(hashes) => {
            explained.hash = Some(name(hash).to_owned());
            explained.document_hash = Some(hex(&hashes.document_hash));
            explained.options_hash = Some(hex(&hashes.options_hash));
            explained.signed = Some(hex(&hashes.message()));
            explained.canonical_document = Some(hashes.canonical_document);
            explained.canonical_options = Some(hashes.canonical_options);
        }
        Err(error) => explained.stopped = Some(super::json_ld::sentence(&error.to_string())),
    }
    explained
}

fn jwt(
    jws: &Jws,
    header: &Result<Header, JwsError>,
    keys: Option<&ControllerDocument>,
) -> ExplainedProof {
    let signed = Some(jws.signing_input().to_owned());
    let header = match header {
        Ok(header) => header,
        Err(error) => {
            let stopped = Some(super::json_ld::sentence(&error.to_string()));
            return ExplainedProof { signed, stopped, ..ExplainedProof::default() };
        }
    };
    let method = header.kid.as_deref().and_then(|kid| keys?.assertion_method(kid).ok());
    ExplainedProof {
        mechanism: Some(header.alg.clone()),
        verification_method: header.kid.clone(),
        key: method.map(key),
        signed,
        ..ExplainedProof::default()
    }
}

fn key(method: &VerificationMethod) -> ExplainedKey {
    let public: &PublicKey = &method.key;
    ExplainedKey {
        id: method.id.clone(),
        controller: method.controller.clone(),
        public_key_multibase: public.multikey(),
        public_key_jwk: public.jwk(),
    }
}

fn name(hash: HashAlgorithm) -> &'static str {
    match hash {
        HashAlgorithm::Sha256 => "SHA-256",
        HashAlgorithm::Sha384 => "SHA-384",
    }
}
