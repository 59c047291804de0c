//! The crate `json-ld` for expansion and RDF, oxrdf for RDFC-1.0, dalek for the
//! signature: what a verifier built from general libraries does.

use std::collections::HashMap;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use json_ld::rdf_types::{Id as ValidId, LiteralType, Quad, Term, generator};
use json_ld::syntax::{Parse as _, Print as _, Value};
use json_ld::{IriBuf, JsonLdProcessor as _, RemoteDocument};
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{BlankNode, Dataset, GraphName, Literal, NamedNode, NamedOrBlankNode};
use sha2::{Digest as _, Sha256};

use crate::task::Task;
use crate::{Peer, timed};

type Loader = HashMap<IriBuf, RemoteDocument>;

pub struct JsonLd {
    secured: String,
    unsigned: Value,
    options: Value,
    loader: Loader,
    public: VerifyingKey,
    private: SigningKey,
}

impl JsonLd {
    pub fn new(task: &Task) -> Self {
        let parse = |text: &str| Value::parse_str(text).expect("it is JSON").0;
        let iri = |url: &str| IriBuf::new(url.to_owned()).expect("it is an IRI");
        let loader = task.contexts.iter().map(|(url, text)| {
            let document = RemoteDocument::new(Some(iri(url)), None, parse(text));
            (iri(url), document)
        });
        let mut options = parse(&task.secured);
        let options = remove(&mut options, "proof");
        let mut options = options.as_array().expect("proofs are an array")[0].clone();
        remove(&mut options, "proofValue");
        Self {
            secured: task.secured.clone(),
            unsigned: parse(task.unsigned),
            options,
            loader: loader.collect(),
            public: VerifyingKey::from_bytes(&task.public_key).expect("it is a key"),
            private: SigningKey::from_bytes(&[7; 32]),
        }
    }

    /// From text to whether the signature holds.
    fn holds(&self) -> bool {
        let mut document = Value::parse_str(&self.secured).expect("it is JSON").0;
        let proof = remove(&mut document, "proof");
        let mut options = proof.as_array().expect("proofs are an array")[0].clone();
        let value = remove(&mut options, "proofValue");
        let value = value.as_str().expect("it is text").strip_prefix('z').expect("it is base58");
        let signature = bs58::decode(value).into_vec().expect("it is base58");
        let signature = Signature::from_slice(&signature).expect("it has 64 bytes");
        let message = self.message(document, options);
        self.public.verify_strict(&message, &signature).is_ok()
    }

    /// From the composed document to text.
    fn signed(&self) -> String {
        let message = self.message(self.unsigned.clone(), self.options.clone());
        let signature = self.private.sign(&message).to_bytes();
        let value = format!("z{}", bs58::encode(signature).into_string());
        let (mut document, mut proof) = (self.unsigned.clone(), self.options.clone());
        insert(&mut proof, "proofValue", Value::String(value.into()));
        insert(&mut document, "proof", proof);
        document.compact_print().to_string()
    }

    fn message(&self, document: Value, mut options: Value) -> Vec<u8> {
        let context = document.as_object().and_then(|object| object.get("@context").next());
        insert(&mut options, "@context", context.expect("it has a context").clone());
        [options, document].into_iter().flat_map(|value| self.digest(value)).collect()
    }

    fn digest(&self, value: Value) -> [u8; 32] {
        let document = RemoteDocument::new(None, None, value);
        let blanks = generator::Blank::new();
        let mut rdf =
            pollster::block_on(document.to_rdf(blanks, &self.loader)).expect("it expands");
        let mut dataset: Dataset = rdf.cloned_quads().map(quad).collect();
        let hash_algorithm = CanonicalizationHashAlgorithm::Sha256;
        dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm });
        let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
        lines.sort_unstable();
        Sha256::digest(lines.concat()).into()
    }
}

impl Peer for JsonLd {
    fn name(&self) -> String {
        "crate `json-ld` 0.21.4, with oxrdf 0.3.5 and ed25519-dalek".into()
    }

    fn verify(&mut self, calls: u32) -> Result<f64, String> {
        match self.holds() {
            true => Ok(timed(calls, || assert!(self.holds()))),
            false => Err("its canonical form is another.".into()),
        }
    }

    fn sign(&mut self, calls: u32) -> Result<f64, String> {
        Ok(timed(calls, || assert!(!self.signed().is_empty())))
    }

    fn calls(&self) -> u32 {
        5
    }
}

fn remove(value: &mut Value, member: &str) -> Value {
    let object = value.as_object_mut().expect("it is an object");
    let mut removed = object.remove(member);
    removed.next().expect("it has the member").value
}

fn insert(value: &mut Value, member: &str, to: Value) {
    value.as_object_mut().expect("it is an object").insert(member.into(), to);
}

type Node = ValidId<IriBuf, json_ld::BlankIdBuf>;

fn quad(
    Quad(s, p, o, g): json_ld::rdf::Quad<IriBuf, json_ld::BlankIdBuf, json_ld::rdf_types::Literal>,
) -> oxrdf::Quad {
    let object: oxrdf::Term = match o {
        Term::Id(id) => node(id).into(),
        Term::Literal(literal) => match literal.type_ {
            LiteralType::Any(kind) => Literal::new_typed_literal(
                literal.value,
                NamedNode::new_unchecked(kind.into_string()),
            )
            .into(),
            LiteralType::LangString(tag) => {
                Literal::new_language_tagged_literal_unchecked(literal.value, tag.to_string())
                    .into()
            }
        },
    };
    let predicate = match p {
        ValidId::Iri(iri) => NamedNode::new_unchecked(iri.into_string()),
        ValidId::Blank(_) => unreachable!("generalized RDF is not asked for"),
    };
    let graph = g.map_or(GraphName::DefaultGraph, |graph| node(graph).into());
    oxrdf::Quad::new(node(s), predicate, object, graph)
}

fn node(id: Node) -> NamedOrBlankNode {
    match id {
        ValidId::Iri(iri) => NamedNode::new_unchecked(iri.into_string()).into(),
        ValidId::Blank(blank) => BlankNode::new_unchecked(&blank.as_str()[2..]).into(),
    }
}
