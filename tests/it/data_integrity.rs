//! The cryptosuites by the W3C's own figures, and proof sets and chains.

use std::sync::OnceLock;

use serde_json::{Value, json};
use touchmark::check::proof::{Authentication, Received, authenticate};
use touchmark::check::{self, Basis, Outcome};
use touchmark::did::ControllerDocument;
use touchmark::jsonld::Contexts;
use touchmark::model::Document;
use touchmark::model::key::PublicKey;
use touchmark::proof::data_integrity::{Error, Hashes, Unsecured};
use touchmark::proof::{Secured, Suite};

use crate::verify::{hex, w3c_document};

const P256: &str = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP";
const P384: &str = "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ";
const ED25519: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

/// A published example: its figures, as they stand in the specifications' vectors.
struct Example {
    suite: &'static str,
    key: &'static str,
    /// The hash of the options, then that of the document.
    message: &'static str,
    value: &'static str,
}

const EXAMPLES: [Example; 5] = [
    Example {
        suite: "ecdsa-rdfc-2019",
        key: P256,
        message: "3a8a522f689025727fb9d1f0fa99a618da023e8494ac74f51015d009d35abc2e\
                  517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017",
        value: "zaHXrr7AQdydBk3ahpCDpWbxfLokDqmCToYm2dyWvpcFVyWooC2he63w1f7UNQoAMKdhaRtcnaE2KTo5o5v\
                TCcfw",
    },
    Example {
        suite: "ecdsa-rdfc-2019",
        key: P384,
        message: "e32805a26492eac777aa7a138f6d8da3c74e0c7be7b296dcaccf97420c3b92eaad7be6449ca565e1\
                  65031567f5c7cbc18bf6e01df72c5b62f91b685231915ac4b8c58ea95f002c6b8f6bfafa1b251df4\
                  76b56b8e01518e317dab099d3ecbff96",
        value: "z967Mvv5bxtmLNqTzPZ8KmJjFmFXaAKeQNzq7GWnQkMcLtaGSSmuozE5WtJ8PipMe178B1tE28K1vsJur9b\
                GVJhz6jgSJsRHFSQeqgH8hhjcg8gZDFJC1b9FsR5ggNmDBqHv",
    },
    Example {
        suite: "ecdsa-jcs-2019",
        key: P256,
        message: "fe5799489119c7fe3c528715e72bd39d2ec6b4ab345978df32e9a9312648ec25\
                  59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19",
        value: "z5ptCet75SaEgzG4v4zJhbJtfNi74Wv7Fq15hhKouJQQjEPQvPZKaYxcMXAMLPQS2FXrkCWokNJkFVkwxNz\
                ZfD5oT",
    },
    Example {
        suite: "ecdsa-jcs-2019",
        key: P384,
        message: "83e5057817abb0c6872eafeaba1a9e53893c58eeb7414fb6d8aa3fa8c7917f7ad4792890b257c598\
                  baa17f4fbe6d183c3e0be671cc1881035d463158c80921973dab3534d4f8dfacf4ff2725a4115eb7\
                  18e49d66de0e90e7365cd6062abf2259",
        value: "zq3EuTeLiGurmB2JR5oL8oWEsT7u2tba4HT1oZbiMYWc5qzsoW2kLYcBcF4HM5vCpJyTkceULKrVXuJQkXe\
                N5seL4uXrFNFRMm53GWy1Yrto8rTWxZi9DkNeWP7yUPs7ELAm",
    },
    Example {
        suite: "Ed25519Signature2020",
        key: ED25519,
        message: "04e14bcf5727cba0c0aa04a04d22a56fef915d5f8f7756bb92ae67cb1d0c4847\
                  517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017",
        value: "z57Mm1vboMtZiCyJ4aReZsv8co4Re64Y8GEjL1ZARzMbXZgkARFLqFs1P345NpPGG2hgCrS4nNdvJhpwnrN\
                yG3kEF",
    },
];

impl Example {
    fn document(&self) -> Value {
        let mut document: Value = serde_json::from_str(&w3c_document()).unwrap();
        let mut proof = json!({
            "type": self.suite, "created": "2023-02-24T23:36:38Z",
            "verificationMethod": format!("did:key:{0}#{0}", self.key),
            "proofPurpose": "assertionMethod", "proofValue": self.value,
        });
        if self.suite.starts_with("ecdsa") {
            proof["type"] = json!("DataIntegrityProof");
            proof["cryptosuite"] = json!(self.suite);
        }
        if self.suite.contains("jcs") {
            proof["@context"] = document["@context"].clone();
        }
        document["proof"] = proof;
        document
    }
}

/// Verifies the only proof with the suite that it names.
fn verified(text: &str, key: &str) -> Result<Hashes, Error> {
    let document = Document::parse(text.as_bytes()).unwrap();
    let proof = document.root().get("proof").unwrap().items()[0].as_object().unwrap();
    let key = PublicKey::from_multikey(key).unwrap();
    let suite = Suite::of(proof).expect("it names a suite that is known");
    suite.verify(Unsecured::of(&document), proof, &key, contexts())
}

/// The W3C's examples context, and what its larger examples say of a person.
fn contexts() -> &'static Contexts {
    static CONTEXTS: OnceLock<Contexts> = OnceLock::new();
    CONTEXTS.get_or_init(|| {
        let term = |name: &str| (name.to_owned(), json!(format!("https://schema.org/{name}")));
        let mut person: serde_json::Map<String, Value> =
            ["Person", "givenName", "additionalName", "familyName", "gender", "identifier"]
                .map(term)
                .into_iter()
                .collect();
        let date = "http://www.w3.org/2001/XMLSchema#dateTime";
        let typed = |id: &str, kind: &str| json!({"@id": id, "@type": kind});
        person.insert("image".into(), typed("https://schema.org/image", "@id"));
        person.insert("birthDate".into(), typed("https://schema.org/birthDate", date));
        let own = "https://w3id.org/citizenship#";
        person.insert("residentSince".into(), typed(&format!("{own}residentSince"), date));
        for name in [
            "EmploymentAuthorizationDocumentCredential",
            "EmploymentAuthorizationDocument",
            "EmployablePerson",
            "employmentAuthorizationDocument",
            "birthCountry",
            "lprCategory",
            "lprNumber",
        ] {
            person.insert(name.into(), json!(format!("{own}{name}")));
        }
        let text = json!({"@context": person}).to_string();
        let url = "https://w3id.org/citizenship/v4rc1";
        Contexts::conformance().with(url, text.as_bytes()).unwrap()
    })
}

#[test]
fn the_w3c_examples_hold_with_their_hashes() {
    for example in EXAMPLES {
        let text = example.document().to_string();
        let hashes = verified(&text, example.key).unwrap();
        assert_eq!(hex(&hashes.message()), example.message, "{}", example.suite);
        assert_eq!(hashes.message().len(), 2 * hashes.document_hash.len());
        for (from, to) in [("School of", "school of"), ("36:38Z", "36:39Z"), ("2023-01", "2023-02")]
        {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            assert_eq!(verified(&changed, example.key), Err(Error::Signature), "{from}");
        }
    }
}

#[test]
fn a_key_of_another_kind_and_a_signature_of_another_length_are_refused() {
    for example in EXAMPLES {
        let text = example.document().to_string();
        let other = if example.key == ED25519 { P256 } else { ED25519 };
        let found = verified(&text, other).unwrap_err();
        assert!(matches!(found, Error::KeyType { .. }), "{found}");
        assert!(found.to_string().contains(example.suite), "{found}");
        let bytes = bs58::decode(&example.value[1..]).into_vec().unwrap();
        // DER, one byte less or more, none at all, and far too long.
        let der = openssl::ecdsa::EcdsaSig::from_private_components(
            openssl::bn::BigNum::from_slice(&bytes[..bytes.len() / 2]).unwrap(),
            openssl::bn::BigNum::from_slice(&bytes[bytes.len() / 2..]).unwrap(),
        );
        let der = der.unwrap().to_der().unwrap();
        for wrong in [&der[..], &bytes[1..], &[&bytes[..], &[0]].concat(), &[], &[7; 2000]] {
            let value = format!("z{}", bs58::encode(wrong).into_string());
            let found = verified(&text.replace(example.value, &value), example.key);
            assert_eq!(found, Err(Error::ProofValue { bytes: bytes.len() }), "{value}");
        }
    }
}

#[test]
fn the_old_suite_reads_its_options_in_its_own_context_alone() {
    let old = EXAMPLES.into_iter().find(|example| example.key == ED25519).unwrap();
    let good = old.document();
    // What many a document's contexts do not define is defined by the suite's.
    assert!(verified(&good.to_string(), ED25519).is_ok());
    let with = |member: &str, value: Value| {
        let mut changed = good.clone();
        changed["proof"][member] = value;
        verified(&changed.to_string(), ED25519)
    };
    let suite = "https://w3id.org/security/suites/ed25519-2020/v1";
    assert!(with("@context", json!(suite)).is_ok());
    assert!(with("@context", json!([suite])).is_ok());
    assert!(with("@context", good["@context"].clone()).is_ok());
    assert_eq!(with("@context", json!({"created": "a:b"})), Err(Error::OwnContext));
    let undefined = with("trusted", json!("yes")).unwrap_err();
    assert!(matches!(undefined, Error::Options { .. }), "{undefined}");
}

#[test]
fn our_own_ecdsa_signatures_hold_under_both_curves_and_name_no_der() {
    use openssl::ec::{EcGroup, EcKey, PointConversionForm};
    use openssl::ecdsa::EcdsaSig;
    use openssl::nid::Nid;
    use sha2::{Digest, Sha256, Sha384};
    use touchmark::model::key::Algorithm;
    use touchmark::proof::data_integrity::Options;

    let text = w3c_document();
    let document = Document::parse(text.as_bytes()).unwrap();
    for (by, nid) in [(Algorithm::P256, Nid::X9_62_PRIME256V1), (Algorithm::P384, Nid::SECP384R1)] {
        let private = EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let form = PointConversionForm::COMPRESSED;
        let point = private.public_key().to_bytes(private.group(), form, &mut context).unwrap();
        let public = PublicKey::p256(&point).or_else(|_| PublicKey::p384(&point)).unwrap();
        let key = public.multikey();
        let method = format!("did:key:{key}#{key}");
        let options = Options {
            created: "2026-11-21T09:00:00Z".parse().unwrap(),
            verification_method: &method,
            expires: None,
        };
        for name in ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"] {
            let suite = Suite::named(name).unwrap();
            let signed = suite.sign(&document, &options, by, Contexts::conformance(), |message| {
                let digest = match by {
                    Algorithm::P384 => Sha384::digest(message).to_vec(),
                    _ => Sha256::digest(message).to_vec(),
                };
                let signature = EcdsaSig::sign(&digest, &private).unwrap();
                let width = i32::try_from(message.len() / 2).unwrap();
                let part = |n: &openssl::bn::BigNumRef| n.to_vec_padded(width).unwrap();
                Ok::<_, ()>([part(signature.r()), part(signature.s())].concat())
            });
            let signed = String::from_utf8(signed.unwrap()).unwrap();
            assert!(signed.starts_with(text.strip_suffix('}').unwrap()));
            let own = serde_json::from_str::<Value>(&signed).unwrap();
            let copied = own["proof"][0]["@context"] == own["@context"];
            assert_eq!(copied, name.contains("jcs"), "{signed}");
            assert!(verified(&signed, &key).is_ok(), "{signed}");
            let taken = suite.prepare(&document, &options, Algorithm::Ed25519, Contexts::bundled());
            assert!(matches!(taken, Err(Error::KeyType { .. })));
        }
        let old = Suite::named("Ed25519Signature2020").unwrap();
        let taken = old.prepare(&document, &options, Algorithm::Ed25519, Contexts::bundled());
        assert!(matches!(taken, Err(Error::VerifyOnly { .. })));
    }
}

/// W3C's example of a set of two proofs, one that follows both, and one that follows that.
mod chained {
    pub const KEYS: [&str; 4] = [
        "z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7",
        "z6MkhWqdDBPojHA7cprTGTt5yHv5yUi1B8cnXn8ReLumkw6E",
        "z6MkmEq87wkHCYnWnNZkigeDMGTN7oUw1upkhzd77KuXERS1",
        "z6Mkm1S51iPHJvDEkJ9MRtxJmT8Pqo6wHipAFwBAjN83vntT",
    ];
    pub const IDS: [&str; 3] = [
        "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544",
        "urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54",
        "urn:uuid:d94f792a-c546-4d06-b38a-da070ab56c23",
    ];
    pub const CREATED: [&str; 4] = [
        "2023-02-24T23:36:38Z",
        "2023-02-24T23:36:38Z",
        "2023-02-26T22:06:38Z",
        "2023-02-26T22:16:38Z",
    ];
    pub const VALUES: [&str; 4] = [
        "z66vWyqwAghu52WbpRkCwFRTu6Msn92ArtjpJ3gGMSVoU5RADwBfszoDt1QWY8owqLPz4nTj7hAwV7xFti1p93zdr",
        "z2scr94SNNrGpP2bE7ajvKWeUHm7HJ2edDkxpARvFAQ8V3USzwEzibqrXKaLHBrWostswsfvg82twQR88BgtnsrXY",
        "zWaPeEvBAkhQpNQj8pknuvg5STcKnt3cvM9t4kAYeJETFjvVMSXEEjadC4uxC9fKCn6JHbjt6fj2fhoaVNynBm6J",
        "z4b5uUtxNiV4E541LiR8qLvA21xM1Vt4Hfn6nLmmDePdFvLB3jFj3HyEEJyRMbpJzv4Gfdr8ABeuRTxAvZv6KWRRh",
    ];
}

/// The first so many proofs of the example.
fn chain(proofs: usize) -> Value {
    use chained::*;
    let mut document: Value = serde_json::from_str(&w3c_document()).unwrap();
    let proof = |at: usize| {
        let mut proof = json!({
            "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022",
            "created": CREATED[at], "verificationMethod": format!("did:key:{0}#{0}", KEYS[at]),
            "proofPurpose": "assertionMethod", "proofValue": VALUES[at],
        });
        if let Some(id) = IDS.get(at) {
            proof["id"] = json!(id);
        }
        match at {
            2 => proof["previousProof"] = json!(IDS[..2]),
            3 => proof["previousProof"] = json!(IDS[2]),
            _ => {}
        }
        proof
    };
    document["proof"] = (0..proofs).map(proof).collect();
    document
}

/// The document of an issuer that owns these keys by their did:key names.
fn owner(id: &str, keys: &[&str]) -> ControllerDocument {
    let method = |key: &&str| {
        json!({"id": format!("did:key:{key}#{key}"), "type": "Multikey", "controller": id,
               "publicKeyMultibase": key})
    };
    let text = json!({"id": id, "assertionMethod": keys.iter().map(method).collect::<Vec<_>>()});
    let text = text.to_string();
    ControllerDocument::read(&Document::parse(text.as_bytes()).unwrap(), id).unwrap()
}

/// What the check of the proofs says: for each `proof` check, passed or the problem's code and
/// pointer.
fn proven(text: &str) -> (bool, Vec<String>) {
    let secured = Secured::decode(text.as_bytes()).unwrap();
    let document = secured.document().unwrap();
    let contexts = Contexts::conformance();
    let graph = check::json_ld::expand(document.root(), &["proof"], contexts);
    let keys = owner("https://vc.example/issuers/5678", &[&chained::KEYS[..], &[P256]].concat());
    let received = Received { secured: &secured, document: &document, graph: Some(&graph) };
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    let Authentication { checks, authentic, .. } =
        authenticate(received, Ok(&keys), Basis::usual(contexts, now));
    let said = checks.iter().filter(|check| check.name == "proof").map(|check| {
        match (&check.outcome, check.problem()) {
            (Outcome::Undecided(_), Some(problem)) => format!("undecided {}", problem.code),
            (Outcome::Skipped(_), _) => "skipped".to_owned(),
            (_, Some(problem)) => {
                format!("{} {}", problem.code, problem.pointer.as_deref().unwrap_or_default())
            }
            (_, None) => "pass".to_owned(),
        }
    });
    (authentic.is_some(), said.collect())
}

#[test]
fn the_w3c_set_and_chain_hold_link_by_link() {
    for proofs in 1..=4 {
        let (authentic, said) = proven(&chain(proofs).to_string());
        assert!(authentic, "{said:?}");
        assert_eq!(said, vec!["pass"; proofs]);
    }
    // The order in which a document has its proofs is no part of what is signed.
    let mut turned = chain(4);
    turned["proof"].as_array_mut().unwrap().reverse();
    turned["proof"][1]["previousProof"].as_array_mut().unwrap().reverse();
    assert_eq!(proven(&turned.to_string()), (true, vec!["pass".to_owned(); 4]));
}

#[test]
fn a_chain_from_which_a_proof_was_taken_or_changed_fails_with_its_reason() {
    let said = |change: &dyn Fn(&mut Value)| {
        let mut document = chain(4);
        change(&mut document);
        let (authentic, said) = proven(&document.to_string());
        assert!(!authentic, "{said:?}");
        said
    };
    let remove =
        |at: usize| said(&|document| drop(document["proof"].as_array_mut().unwrap().remove(at)));
    assert_eq!(remove(0)[1], "previous-proof-missing /proof/1/previousProof");
    assert_eq!(remove(2)[2], "previous-proof-missing /proof/2/previousProof");
    let number = said(&|document| document["proof"][3]["previousProof"] = json!(7));
    assert_eq!(number[3], "previous-proof /proof/3/previousProof");
    let absent = said(&|document| document["proof"][3]["previousProof"] = json!("urn:uuid:no"));
    assert_eq!(absent[3], "previous-proof-missing /proof/3/previousProof");
    let itself = said(&|document| document["proof"][2]["previousProof"] = json!(chained::IDS[2]));
    assert_eq!(itself[2], "proof-cycle /proof/2/previousProof");
    let twice = said(&|document| document["proof"][1]["id"] = json!(chained::IDS[0]));
    assert_eq!(twice[2], "proof-id-twice /proof/2/previousProof");
    // A chain's link signs the proofs before it, their values too.
    let dated = said(&|document| document["proof"][0]["created"] = json!("2023-02-24T23:36:39Z"));
    assert_eq!(dated, ["signature /proof/0", "pass", "signature /proof/2", "pass"]);
    let other = said(&|document| {
        document["proof"][3]["previousProof"] = json!(chained::IDS[1]);
    });
    assert_eq!(other[3], "signature /proof/3");
    let loose = said(&|document| {
        document["proof"][3].as_object_mut().unwrap().remove("previousProof");
    });
    assert_eq!(loose[3], "signature /proof/3");
}

#[test]
fn what_is_not_supported_is_passed_over_beside_a_proof_that_holds_but_not_in_its_chain() {
    let unknown = json!({"type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "id": "urn:x:y",
                         "verificationMethod": "did:a:b#c", "proofPurpose": "assertionMethod",
                         "proofValue": "u"});
    let mut beside = chain(4);
    beside["proof"].as_array_mut().unwrap().push(unknown.clone());
    let mut expected = vec!["pass"; 4];
    expected.push("skipped");
    let (authentic, said) = proven(&beside.to_string());
    assert!(authentic);
    assert_eq!(said, expected);
    let mut alone = chain(1);
    alone["proof"] = unknown.clone();
    assert_eq!(proven(&alone.to_string()), (false, vec!["undecided unsupported-proof".to_owned()]));
    let mut followed = chain(4);
    followed["proof"][3]["previousProof"] = json!("urn:x:y");
    followed["proof"].as_array_mut().unwrap().push(unknown);
    let (authentic, said) = proven(&followed.to_string());
    assert!(!authentic);
    assert_eq!(said[4], "undecided unsupported-proof");
}

#[test]
fn proofs_are_counted_before_any_of_them_is_looked_at() {
    let mut many = chain(1);
    let one = many["proof"][0].clone();
    many["proof"] = json!(vec![one; 9]);
    let refused = (false, vec!["undecided too-many-proofs".to_owned()]);
    assert_eq!(proven(&many.to_string()), refused);
    // Each that follows another costs a canonical form of its own.
    let mut long = chain(4);
    let last = long["proof"][3].clone();
    long["proof"] =
        [chain(3)["proof"].as_array().unwrap().as_slice(), &vec![last; 4]].concat().into();
    assert_eq!(proven(&long.to_string()), refused);
}

/// The published files themselves, where the W3C's repositories are at hand.
#[test]
fn the_w3c_files_are_verified_with_their_intermediate_values() {
    let Some(folder) = std::env::var_os("TOUCHMARK_W3C") else {
        return println!("did not run: TOUCHMARK_W3C names no checkout of the W3C's vectors");
    };
    let folder = std::path::Path::new(&folder);
    for (place, name, key) in [
        ("vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p256", "ECDSAP256", P256),
        ("vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p256/employ", "ECDSAP256", P256),
        ("vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p384", "ECDSAP384", P384),
        ("vc-di-ecdsa/TestVectors/ecdsa-rdfc-2019-p384/employ", "ECDSAP384", P384),
        ("vc-di-ecdsa/TestVectors/ecdsa-jcs-2019-p256", "JCSECDSAP256", P256),
        ("vc-di-ecdsa/TestVectors/ecdsa-jcs-2019-p384", "JCSECDSAP384", P384),
        ("vc-di-eddsa/TestVectors/eddsa-rdfc-2022", "DataInt", ED25519),
        ("vc-di-eddsa/TestVectors/eddsa-rdfc-2022/employ", "DataInt", ED25519),
        ("vc-di-eddsa/TestVectors/eddsa-jcs-2022", "JCS", ED25519),
        ("vc-di-eddsa/TestVectors/Ed25519Signature2020", "EdSig", ED25519),
    ] {
        let read = |file: String| std::fs::read_to_string(folder.join(place).join(file)).unwrap();
        let hashes = verified(&read(format!("signed{name}.json")), key).unwrap();
        let same = |found: &str, file: String| {
            assert_eq!(found.trim_end(), read(file.clone()).trim_end(), "{place}/{file}");
        };
        same(&hashes.canonical_document, format!("canonDoc{name}.txt"));
        same(&hashes.canonical_options, format!("proofCanon{name}.txt"));
        same(&hex(&hashes.document_hash), format!("docHash{name}.txt"));
        same(&hex(&hashes.options_hash), format!("proofHash{name}.txt"));
        same(&hex(&hashes.message()), format!("combinedHash{name}.txt"));
    }
    let sets = folder.join("vc-di-eddsa/TestVectors/proof-set-chain");
    for (file, proofs) in [
        ("signedProofSet1.json", 1),
        ("signedProofSet2.json", 2),
        ("signedProofChain1.json", 3),
        ("signedProofChain2.json", 4),
    ] {
        let text = std::fs::read_to_string(sets.join(file)).unwrap();
        assert_eq!(proven(&text), (true, vec!["pass".to_owned(); proofs]), "{file}");
    }
}
