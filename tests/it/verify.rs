//! Verification beyond the vectors: W3C's own figures, and what holds for any
//! change of a byte.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use touchmark::check::Report;
use touchmark::check::options::Options as Asks;
use touchmark::check::report::Verdict;
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::jsonld::{Contexts, HashAlgorithm, Input, expand};
use touchmark::model::Document;
use touchmark::model::key::PublicKey;
use touchmark::proof::eddsa_rdfc_2022::{self as suite, Options};
use touchmark::verify::{IssuerRecord, Verifier, verify};

use crate::vectors::{Documents, Vector, World, folder};

/// W3C's `eddsa-rdfc-2022` example: key figures of the published vector.
pub mod w3c {
    pub const KEY: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    pub const SEED: &str = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq";
    pub const DOCUMENT_HASH: &str =
        "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017";
    pub const OPTIONS_HASH: &str =
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0";
    pub const PROOF_VALUE: &str = "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9\
                                   iseabecm3ijx4K1FBTQsCZahKZme";
}

/// The document of W3C's examples of both EdDSA suites.
pub fn w3c_document() -> String {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2",
                     "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    })
    .to_string()
}

/// The bundled contexts and one that says what the examples context says.
pub fn with_examples() -> Contexts {
    let examples = br#"{"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}"#;
    Contexts::bundled().with("https://www.w3.org/ns/credentials/examples/v2", examples).unwrap()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the credentials of a presentation that is not signed come to.
async fn presented(credentials: &[&str]) -> Vec<(Verdict, Option<String>)> {
    let vector = |name: &str| -> Vector {
        let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let read = |name: &&str| -> Value { serde_json::from_str(&vector(name).input).unwrap() };
    let presentation = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation",
        "verifiableCredential": credentials.iter().map(read).collect::<Vec<_>>(),
    });
    let Vector { documents, now, .. } = vector(credentials[0]);
    let world = World(&documents, now);
    let input = presentation.to_string();
    let report = verify(input.as_bytes(), &world, Contexts::bundled(), now).await;
    let reports = report.presentation.unwrap().credentials;
    let told = |report: &Report| {
        let proof = report.checks.iter().find(|check| check.name == "proof");
        let problem = proof.and_then(|check| check.problem.as_ref());
        (report.verdicts.authentic, problem.map(|problem| problem.code.clone()))
    };
    reports.iter().map(told).collect()
}

#[tokio::test]
async fn what_stands_beside_a_graph_made_to_be_slow_costs_nothing_more() {
    let good = (Verdict::Yes, None);
    let slow = (Verdict::No, Some("too-complex".to_owned()));
    assert_eq!(presented(&["good-json", "proof-chain"]).await, [good.clone(), good.clone()]);
    assert_eq!(presented(&["good-json", "poison-graph"]).await, [good, slow.clone()]);
    let after = presented(&["poison-graph", "proof-chain", "poison-graph"]).await;
    assert_eq!(after, [slow.clone(), slow.clone(), slow]);
}

#[test]
fn a_long_graph_is_not_written_again_and_again_in_one_verification() {
    let text = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiableCredential",
        "id": format!("urn:{}", "t".repeat(12_000)),
        "evidence": (0..1000).map(|n| json!({"id": format!("urn:{n}")})).collect::<Vec<_>>(),
    })
    .to_string();
    let document = Document::parse(text.as_bytes()).unwrap();
    let input = Input { object: document.root(), without: &[], context: None };
    let written = |contexts: &Contexts| {
        let write =
            |_: &u32| expand(&input, contexts).unwrap().canonicalize(HashAlgorithm::Sha256).is_ok();
        (0..30).take_while(write).count()
    };
    let contexts = Contexts::bundled().for_one_verification();
    assert_eq!((written(&contexts), contexts.spent()), (13, true));
    assert!(!Contexts::bundled().spent());
}

#[test]
fn the_w3c_vector_is_reproduced_to_the_signature() {
    use ed25519_dalek::{Signer, SigningKey};

    let text = w3c_document();
    let document = Document::parse(text.as_bytes()).unwrap();
    let method = format!("did:key:{0}#{0}", w3c::KEY);
    let options = Options {
        created: "2023-02-24T23:36:38Z".parse().unwrap(),
        verification_method: &method,
        expires: None,
    };
    let contexts = with_examples();
    let ready = suite::prepare(&document, &options, &contexts).unwrap();
    assert_eq!(hex(&ready.message()), [w3c::OPTIONS_HASH, w3c::DOCUMENT_HASH].concat());

    let seed = bs58::decode(&w3c::SEED[1..]).into_vec().unwrap();
    let key = SigningKey::from_bytes(seed[2..].try_into().unwrap());
    let message = ready.message();
    let secured = ready.finish(&key.sign(&message).to_bytes());
    assert!(secured.starts_with(text.strip_suffix('}').unwrap().as_bytes()));

    let secured = Document::parse(&secured).unwrap();
    let proof = secured.root().get("proof").unwrap().items()[0].as_object().unwrap();
    assert_eq!(proof.str("proofValue"), Some(w3c::PROOF_VALUE));
    let key = PublicKey::from_multikey(w3c::KEY).unwrap();
    let hashes = suite::verify(&secured, proof, &key, &contexts).unwrap();
    assert_eq!(hex(&hashes.message()), hex(&message));
    assert!(hashes.canonical_document.starts_with("<did:example:abcdefgh> "));
}

/// The published file itself, where the W3C's repository is at hand.
#[test]
fn the_w3c_file_is_verified_with_its_intermediate_values() {
    let Some(folder) = std::env::var_os("TOUCHMARK_W3C") else {
        return println!("did not run: TOUCHMARK_W3C names no checkout of the W3C's vectors");
    };
    let folder = std::path::Path::new(&folder).join("vc-di-eddsa/TestVectors/eddsa-rdfc-2022");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let text = read("signedDataInt.json");
    let document = Document::parse(text.as_bytes()).unwrap();
    let proof = document.root().get("proof").unwrap().as_object().unwrap();
    let key = PublicKey::from_multikey(w3c::KEY).unwrap();
    let hashes = suite::verify(&document, proof, &key, &with_examples()).unwrap();
    assert_eq!(hashes.canonical_document.trim_end(), read("canonDocDataInt.txt").trim_end());
    assert_eq!(hashes.canonical_options.trim_end(), read("proofCanonDataInt.txt").trim_end());
    assert_eq!(hex(&hashes.message()), read("combinedHashDataInt.txt").trim());
}

#[tokio::test]
async fn offline_what_needs_a_fetch_is_undecided_and_a_did_key_is_not() {
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    for (name, expected) in
        [("good-json", Verdict::Undecided), ("did-key-calls-itself-nea", Verdict::Yes)]
    {
        let input = vector(name).input;
        let offline = touchmark::fetch::Offline;
        let report = verify(input.as_bytes(), &offline, Contexts::bundled(), now).await;
        assert_eq!(report.verdicts.authentic, expected, "{name}");
    }
}

#[tokio::test]
async fn a_forged_credential_chooses_no_url_but_its_issuers_key_document() {
    struct Watched<'d>(World<'d>, std::sync::Mutex<Vec<String>>);
    impl touchmark::verify::Sources for Watched<'_> {
        async fn fetch(
            &self,
            url: &url::Url,
            accept: &str,
        ) -> Result<touchmark::verify::Fetched, touchmark::verify::FetchError> {
            self.1.lock().unwrap().push(url.to_string());
            self.0.fetch(url, accept).await
        }
    }
    for (name, expected) in [("revoked", 2), ("forged", 1)] {
        let vector = vector("revoked");
        let input = match name {
            "forged" => vector.input.replace("Ada Example", "Eve Example"),
            _ => vector.input,
        };
        let watched = Watched(World(&vector.documents, vector.now), Default::default());
        verify(input.as_bytes(), &watched, Contexts::bundled(), vector.now).await;
        let asked = watched.1.into_inner().unwrap();
        assert_eq!(asked.len(), expected, "{name}: {asked:?}");
        assert_eq!(asked[0], "https://nea.example/issuers/nea/did.json");
    }
}

#[tokio::test]
async fn a_refresh_service_is_asked_once_and_only_after_the_signature_held() {
    struct Watched<'d>(World<'d>, std::sync::Mutex<Vec<String>>);
    impl touchmark::verify::Sources for Watched<'_> {
        async fn fetch(
            &self,
            url: &url::Url,
            accept: &str,
        ) -> Result<touchmark::verify::Fetched, touchmark::verify::FetchError> {
            self.1.lock().unwrap().push(url.to_string());
            self.0.fetch(url, accept).await
        }
    }
    for (name, changed, services, newer) in [
        ("refresh-again", false, 1, json!({"newer": true, "verified": true, "status": "good"})),
        (
            "refresh-forged",
            false,
            1,
            json!({"newer": true, "verified": false, "status": "unknown"}),
        ),
        (
            "refresh-newer-revoked",
            false,
            1,
            json!({"newer": true, "verified": false, "status": "revoked"}),
        ),
        ("refresh-same", false, 1, json!({"newer": false, "verified": true, "status": "good"})),
        ("refresh-of-another", false, 1, json!(null)),
        ("refresh-newer", true, 0, json!(null)),
    ] {
        let vector = vector(name);
        let input = match changed {
            true => vector.input.replace("Ada Example", "Eve Example"),
            false => vector.input,
        };
        let watched = Watched(World(&vector.documents, vector.now), Default::default());
        let report = verify(input.as_bytes(), &watched, Contexts::bundled(), vector.now).await;
        let report = serde_json::to_value(report).unwrap();
        let asked = watched.1.into_inner().unwrap();
        let asked = asked.iter().filter(|url| url.contains("/refresh/")).count();
        assert_eq!(asked, services, "{name}: {report:#}");
        for (member, expected) in newer.as_object().into_iter().flatten() {
            assert_eq!(report["refreshed"][member], *expected, "{name}: {report:#}");
        }
        assert_eq!(report.get("refreshed").is_none(), newer.is_null(), "{name}: {report:#}");
    }
}

#[tokio::test]
async fn a_list_that_stays_behind_what_was_seen_is_undecided() {
    struct Remembers<'d>(World<'d>);
    impl touchmark::verify::Sources for Remembers<'_> {
        async fn fetch(
            &self,
            url: &url::Url,
            accept: &str,
        ) -> Result<touchmark::verify::Fetched, touchmark::verify::FetchError> {
            self.0.fetch(url, accept).await
        }

        fn newest_list(&self, _: &str, _: &str, from: jiff::Timestamp) -> jiff::Timestamp {
            from + jiff::SignedDuration::from_secs(1)
        }
    }
    let vector = vector("good-status");
    let remembers = Remembers(World(&vector.documents, vector.now));
    let input = vector.input.as_bytes();
    let report = verify(input, &remembers, Contexts::bundled(), vector.now).await;
    let report = serde_json::to_value(report).unwrap();
    assert_eq!(report["verdicts"]["authentic"], "yes");
    assert_eq!(report["verdicts"]["current"], "undecided");
    assert!(report.to_string().contains("status-list-behind"));
}

#[tokio::test]
async fn a_list_from_the_future_is_not_remembered_against_those_that_follow() {
    use jiff::Timestamp;
    #[derive(Default)]
    struct Memory(std::sync::Mutex<Option<Timestamp>>);
    struct Remembers<'d>(World<'d>, &'d Memory);
    impl touchmark::verify::Sources for Remembers<'_> {
        async fn fetch(
            &self,
            url: &url::Url,
            accept: &str,
        ) -> Result<touchmark::verify::Fetched, touchmark::verify::FetchError> {
            self.0.fetch(url, accept).await
        }

        fn newest_list(&self, _: &str, _: &str, from: Timestamp) -> Timestamp {
            let mut newest = self.1.0.lock().unwrap();
            let latest = newest.map_or(from, |seen| seen.max(from));
            *newest.insert(latest)
        }
    }
    let memory = Memory::default();
    for (name, current) in
        [("list-from-the-future", Verdict::Undecided), ("good-status", Verdict::Yes)]
    {
        let vector = vector(name);
        let remembers = Remembers(World(&vector.documents, vector.now), &memory);
        let input = vector.input.as_bytes();
        let report = verify(input, &remembers, Contexts::bundled(), vector.now).await;
        assert_eq!(report.verdicts.current, current, "{name}: {report:#?}");
    }
}

/// What our own halves of signing make: keys, document, lists and forms.
mod ours {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use touchmark::did::document::{IssuerKey, compose};
    use touchmark::model::achievement_credential::BitstringStatusListEntry;
    use touchmark::model::key::Algorithm;
    use touchmark::proof::vc_jwt::{self, Kind, SigningHeader};
    use touchmark::status::bitstring::{self, Bits, ListCredential, Purpose};

    const DID: &str = "did:web:localhost%3A8080:issuers:nea";
    const LIST: &str = "http://localhost:8080/status/1";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[42; 32])
    }

    fn sign(message: &[u8]) -> Result<Vec<u8>, std::convert::Infallible> {
        Ok(key().sign(message).to_bytes().to_vec())
    }

    fn embed(unsigned: &[u8]) -> String {
        let document = Document::parse(unsigned).unwrap();
        let conformance = touchmark::check::conform(&document, Contexts::bundled());
        assert!(conformance.passed(), "{conformance:?}");
        assert_eq!(conformance.warnings, []);
        let options = Options {
            created: "2026-11-21T08:00:00Z".parse().unwrap(),
            verification_method: &format!("{DID}#key-1"),
            expires: None,
        };
        let secured = suite::sign(&document, &options, Contexts::bundled(), sign).unwrap();
        String::from_utf8(secured).unwrap()
    }

    fn jwt(payload: &[u8], kind: Kind) -> String {
        let kid = format!("{DID}#key-1");
        vc_jwt::sign(
            &SigningHeader { algorithm: Algorithm::Ed25519, kid: &kid, kind },
            payload,
            sign,
        )
        .unwrap()
    }

    /// A credential of ours, its list with this bit, and our document.
    fn world(set: usize, list_as_jwt: bool) -> (Vec<u8>, Documents) {
        let mut credential: serde_json::Value =
            serde_json::from_str(&vector("good-json").input).unwrap();
        credential.as_object_mut().unwrap().remove("proof");
        credential["issuer"]["id"] = json!(DID);
        let entry = BitstringStatusListEntry::new(LIST.into(), "revocation", 7);
        credential["credentialStatus"] = serde_json::to_value(entry).unwrap();
        let mut bits = Bits::new(0);
        bits.set(set);
        let list = bitstring::compose(&ListCredential {
            id: LIST,
            issuer: DID,
            purpose: &Purpose::Revocation,
            bits: &bits,
            valid_from: "2026-11-21T08:00:00Z".parse().unwrap(),
            valid_until: "2026-11-22T08:00:00Z".parse().unwrap(),
        });
        let list = if list_as_jwt {
            jwt(&vc_jwt::compose(&Document::parse(&list).unwrap()).unwrap(), Kind::OpenBadges)
        } else {
            embed(&list)
        };
        let public = PublicKey::ed25519(key().verifying_key().to_bytes()).unwrap();
        let document = compose(DID, &[IssuerKey { fragment: "key-1", key: &public }]);
        let mut documents = Documents::default();
        let at = "https://localhost:8080/issuers/nea/did.json";
        documents.0.insert(at.into(), document.to_string());
        documents.0.insert(LIST.into(), list);
        (credential.to_string().into_bytes(), documents)
    }

    #[tokio::test]
    async fn what_we_sign_verifies_in_every_form_and_is_seen_as_revoked() {
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        for (set, status) in [(8, "good"), (7, "revoked")] {
            let (unsigned, documents) = world(set, set == 7);
            let payload = vc_jwt::compose(&Document::parse(&unsigned).unwrap()).unwrap();
            for secured in
                [embed(&unsigned), jwt(&payload, Kind::OpenBadges), jwt(&unsigned, Kind::VcJose)]
            {
                let world = World(&documents, now);
                let report = verify(secured.as_bytes(), &world, Contexts::bundled(), now).await;
                let report = serde_json::to_value(report).unwrap();
                assert_eq!(report["status"], status, "{report:#}");
                assert_eq!(report["verified"], status == "good");
                assert_eq!(report["signer"]["bound"], "the domain localhost:8080 (did:web)");
                assert_eq!(report["credential"]["earner"]["name"], "Ada Example");
                assert_eq!(report["warnings"], json!([]));
            }
        }
    }
}

#[tokio::test]
async fn the_issuers_own_books_say_superseded() {
    struct Books<'d>(World<'d>);
    impl touchmark::verify::Sources for Books<'_> {
        async fn fetch(
            &self,
            url: &url::Url,
            accept: &str,
        ) -> Result<touchmark::verify::Fetched, touchmark::verify::FetchError> {
            self.0.fetch(url, accept).await
        }

        async fn issuer_record(&self, issuer: &str, _credential_id: Option<&str>) -> IssuerRecord {
            assert_eq!(issuer, "did:web:nea.example:issuers:nea");
            let superseded_by = Some("urn:uuid:new".into());
            IssuerRecord::Found { embedded: vector("revoked").input, superseded_by }
        }
    }
    let vector = vector("revoked");
    let books = Books(World(&vector.documents, vector.now));
    let report = verify(vector.input.as_bytes(), &books, Contexts::bundled(), vector.now).await;
    let report = serde_json::to_value(report).unwrap();
    assert_eq!(report["status"], "superseded");
    assert_eq!(report["supersededBy"], "urn:uuid:new");
    assert_eq!(report["statusAsOf"], "2026-11-21T09:00:00Z");
}

#[tokio::test]
async fn only_the_askers_own_file_makes_an_issuer_known_and_no_verdict_changes_by_it() {
    let file = "[[issuer]]\nid = \"did:web:nea.example:issuers:nea\"\n\
                name = \"The real NEA\"\nfrom = \"a letter\"\n";
    let trusted = TrustedIssuers::parse(file).unwrap();
    let knows = Asks { trusted: Some(Arc::new(trusted)), ..Asks::default() };
    for (name, known_as) in [
        ("good-json", json!({"name": "The real NEA", "from": "a letter"})),
        ("revoked", json!({"name": "The real NEA", "from": "a letter"})),
        ("did-key-calls-itself-nea", json!(null)),
    ] {
        let vector = vector(name);
        let world = World(&vector.documents, vector.now);
        let contexts = Contexts::bundled();
        let usual = verify(vector.input.as_bytes(), &world, contexts, vector.now).await;
        let verifier = Verifier { sources: &world, contexts, now: vector.now, options: &knows };
        let report = verifier.verify(vector.input.as_bytes()).await;
        assert_eq!(report.verdicts, usual.verdicts, "{name}");
        let report = serde_json::to_value(report).unwrap();
        assert_eq!(report["signer"]["knownAs"], known_as, "{name}");
        let usual = serde_json::to_value(usual).unwrap();
        assert_eq!(usual["signer"]["knownAs"], json!(null), "nobody is known without a file");
    }
    // What nobody is found to have signed is of nobody who is known.
    let changed = vector("changed-name");
    let world = World(&changed.documents, changed.now);
    let contexts = Contexts::bundled();
    let verifier = Verifier { sources: &world, contexts, now: changed.now, options: &knows };
    let report = serde_json::to_value(verifier.verify(changed.input.as_bytes()).await).unwrap();
    assert!(report.get("signer").is_none(), "{report:#}");
}

fn vector(name: &str) -> Vector {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The graph that is signed, where the document has one.
fn graph(input: &[u8]) -> Option<String> {
    let document = Document::parse(input).ok()?;
    let input = Input { object: document.root(), without: &["proof"], context: None };
    expand(&input, Contexts::bundled()).ok()?.canonicalize(HashAlgorithm::Sha256).ok()
}

fn authentic(input: &[u8], documents: &Documents) -> Verdict {
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let world = World(documents, now);
    runtime.block_on(verify(input, &world, Contexts::bundled(), now)).verdicts.authentic
}

/// Valid credentials, by what secures them.
const SECURED: [&str; 8] = [
    "good-vc-jwt-es256",
    "good-json",
    "jcs-good",
    "ecdsa-rdfc-good",
    "ecdsa-jcs-good",
    "ed25519-signature-2020-good",
    "proof-set",
    "proof-chain",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_changed_byte_is_never_authentic_unless_the_signed_graph_is_the_same(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        secured in prop::sample::select(&SECURED[..]),
    ) {
        let vector = vector(secured);
        let jwt = secured.contains("jwt");
        let original = vector.input.as_bytes();
        let mut changed = original.to_vec();
        let at = at.index(changed.len());
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        if authentic(&changed, &vector.documents) == Verdict::Yes {
            prop_assert!(!jwt, "a JWT changed at {}", at);
            prop_assert_eq!(graph(&changed), graph(original), "{} at {}", secured, at);
        }
    }

    #[test]
    fn a_changed_value_is_never_authentic_and_nothing_that_is_signed_makes_us_stumble(
        at in any::<prop::sample::Index>(),
        new in any::<prop::sample::Index>(),
        sign_again in any::<bool>(),
    ) {
        let vector = vector(if sign_again { "good-status" } else { "signed-by-digitalbazaar" });
        let mut changed: serde_json::Value = serde_json::from_str(&vector.input).unwrap();
        let places = places(&changed, String::new());
        let place = &places[at.index(places.len())];
        let values = strange_values();
        *changed.pointer_mut(place).unwrap() = values[new.index(values.len())].clone();
        let text = changed.to_string();
        if !sign_again {
            if authentic(text.as_bytes(), &vector.documents) == Verdict::Yes {
                prop_assert_eq!(graph(text.as_bytes()), graph(vector.input.as_bytes()), "{}", place);
            }
            return Ok(());
        }
        changed.as_object_mut().map(|members| members.remove("proof"));
        let text = changed.to_string();
        let Ok(document) = Document::parse(text.as_bytes()) else { return Ok(()) };
        let options = Options {
            created: vector.now,
            verification_method: "did:web:nea.example:issuers:nea#key-1",
            expires: None,
        };
        let sign = |message: &[u8]| Ok::<_, ()>(sign_as_nea(message));
        if let Ok(secured) = suite::sign(&document, &options, Contexts::bundled(), sign) {
            authentic(&secured, &vector.documents);
        }
    }
}

/// JSON pointers to every value of a document.
fn places(value: &serde_json::Value, here: String) -> Vec<String> {
    let inner: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let inner = inner.into_iter().flat_map(|(step, value)| places(value, format!("{here}/{step}")));
    let inner: Vec<String> = inner.collect();
    [here].into_iter().chain(inner).collect()
}

fn strange_values() -> Vec<serde_json::Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5),
        json!(1e300),
        json!(""),
        json!("x"),
        json!("_:b0"),
        json!("did:web:evil.example"),
        json!("https://www.w3.org/ns/credentials/v2"),
        json!("2026-11-21T09:00:00Z"),
        json!("z"),
        json!([]),
        json!([[]]),
        json!([null]),
        json!(["a", "b"]),
        json!({}),
        json!({"id": "urn:uuid:1"}),
        json!({"@value": "x", "@language": "en"}),
        json!({"@context": {"@vocab": "https://a.example/"}}),
        json!({"@list": ["a"]}),
        json!({"@set": []}),
        json!({"type": ["Profile"], "id": "urn:uuid:1"}),
    ]
}

fn sign_as_nea(message: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer;
    ed25519_dalek::SigningKey::from_bytes(&[1; 32]).sign(message).to_bytes().to_vec()
}
