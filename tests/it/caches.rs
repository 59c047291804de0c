//! What was read and is kept changes no verdict, and is made once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ed25519_dalek::{Signer, SigningKey};
use jiff::{SignedDuration, Timestamp};
use touchmark::check::report::{Report, Verdict};
use touchmark::check::{Check, issuer_key};
use touchmark::did::{ControllerDocument, Resolution};
use touchmark::fetch::readings::{Edition, KeptList, ListAsked, Prove, ProvenList, Readings};
use touchmark::fetch::{ListError, read_keys, read_places};
use touchmark::jsonld::Contexts;
use touchmark::model::Document;
use touchmark::proof::eddsa_rdfc_2022::{self as suite, Options};
use touchmark::verify::{FetchError, Fetched, Sources, verify};
use url::Url;

use crate::vectors::{Vector, World, all};

/// A world whose documents are of one edition, and what was read of them kept.
struct Keeps<'d> {
    world: World<'d>,
    readings: &'d Readings,
    edition: Edition,
    proofs: &'d AtomicU32,
}

impl Sources for Keeps<'_> {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        self.world.fetch(url, accept).await
    }

    async fn keys(&self, issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        let read = async || match issuer_key::locate(Some(issuer))? {
            Resolution::Here(document) => Ok(Arc::new(document)),
            Resolution::Fetch(url) => match self.fetch(&url, "").await {
                Ok(fetched) => read_keys(&fetched.bytes, issuer),
                Err(error) => Err(issuer_key::unreachable(&error.to_string())),
            },
            Resolution::Https(places) => {
                let document = self.fetch(&places.document, "").await;
                let key_set = self.fetch(&places.key_set, "").await;
                Ok(read_places(issuer, &places, document.as_ref(), key_set.as_ref()))
            }
        };
        self.readings.keys(issuer, &self.edition, read).await
    }

    async fn list(
        &self,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> Result<(ProvenList, Timestamp), ListError> {
        let fetched = self.fetch(asked.url, "").await?;
        let make = || {
            self.proofs.fetch_add(1, Ordering::SeqCst);
            std::future::ready(KeptList::prove(asked, self.edition.clone(), &fetched.bytes, prove))
        };
        let proven = self.readings.list(asked, &self.edition, make).await?;
        Ok((proven, fetched.fetched_at))
    }
}

struct Kept {
    readings: Readings,
    proofs: AtomicU32,
}

impl Kept {
    fn new(bytes: u64) -> Self {
        Self { readings: Readings::new(bytes, bytes), proofs: AtomicU32::new(0) }
    }

    async fn verify(&self, vector: &Vector, edition: u64, now: Timestamp) -> Report {
        let keeps = Keeps {
            world: World(&vector.documents, now),
            readings: &self.readings,
            edition: Edition::Copy(edition),
            proofs: &self.proofs,
        };
        verify(vector.input.as_bytes(), &keeps, Contexts::bundled(), now).await
    }

    fn proofs(&self) -> u32 {
        self.proofs.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn no_verdict_of_a_vector_changes_by_what_is_kept_or_has_to_go() {
    let [plenty, none] = [1 << 24, 1].map(Kept::new);
    for (edition, (path, vector)) in all().into_iter().enumerate() {
        let edition = edition as u64;
        let world = World(&vector.documents, vector.now);
        let fresh = verify(vector.input.as_bytes(), &world, Contexts::bundled(), vector.now).await;
        let fresh = serde_json::to_value(fresh).unwrap();
        for kept in [&plenty, &plenty, &none, &none] {
            let report = kept.verify(&vector, edition, vector.now).await;
            assert_eq!(serde_json::to_value(report).unwrap(), fresh, "{}", path.display());
        }
    }
    let [keys, lists] = plenty.readings.figures().await;
    assert!(keys.hits > 20 && lists.hits > 5, "{keys:?} {lists:?}");
    let [keys, lists] = none.readings.figures().await;
    assert_eq!((keys.entries, lists.entries), (0, 0), "{keys:?} {lists:?}");
}

fn vector(name: &str) -> Vector {
    let named = |(path, _): &(std::path::PathBuf, Vector)| path.file_stem().unwrap() == name;
    all().into_iter().find(named).expect("the vector is there").1
}

#[tokio::test]
async fn a_list_is_proven_once_for_its_edition_and_its_keys() {
    let kept = Kept::new(1 << 24);
    let good = vector("good-status");
    for (edition, proofs) in [(1, 1), (1, 1), (2, 2), (2, 2)] {
        assert!(kept.verify(&good, edition, good.now).await.verified);
        assert_eq!(kept.proofs(), proofs);
    }
    // Before the time that it was proven at, the proof may lie in the future.
    let earlier = good.now - SignedDuration::from_secs(1);
    kept.verify(&good, 2, earlier).await;
    assert_eq!(kept.proofs(), 3);
}

/// The document with an end to its first key, which signs what is embedded.
fn ended(document: &str, member: &str, end: Timestamp) -> String {
    let changed = format!("\"{member}\": \"{end}\", \"controller\"");
    document.replacen("\"controller\"", &changed, 1)
}

#[tokio::test]
async fn a_kept_list_ends_with_its_key() {
    let kept = Kept::new(1 << 24);
    let mut ending = vector("good-status");
    let end = ending.now + SignedDuration::from_secs(60);
    // The document of the issuer says when its keys end; the credential was signed with one.
    let document = ending.documents.0.get_mut("https://nea.example/issuers/nea/did.json").unwrap();
    *document = ended(document, "expires", end);
    for seconds in [0, 59] {
        let now = ending.now + SignedDuration::from_secs(seconds);
        assert!(kept.verify(&ending, 1, now).await.verified);
        assert_eq!(kept.proofs(), 1);
    }
    let report = kept.verify(&ending, 1, end).await;
    assert_eq!(report.verdicts.authentic, Verdict::No);
    assert!(!report.verified);
}

#[tokio::test]
async fn a_kept_list_past_its_end_is_not_good() {
    let kept = Kept::new(1 << 24);
    let mut ending = vector("good-status");
    let end = ending.now + SignedDuration::from_secs(60);
    for (url, list) in &mut ending.documents.0 {
        if url.contains("/status/") {
            let mut changed: serde_json::Value = serde_json::from_str(list).unwrap();
            changed.as_object_mut().unwrap().remove("proof");
            changed["validUntil"] = end.to_string().into();
            let unsigned = changed.to_string();
            let options = Options {
                created: ending.now,
                verification_method: "did:web:nea.example:issuers:nea#key-1",
                expires: None,
            };
            let sign = |message: &[u8]| {
                let signature = SigningKey::from_bytes(&[1; 32]).sign(message);
                Ok::<_, std::convert::Infallible>(signature.to_bytes().to_vec())
            };
            let document = Document::parse(unsigned.as_bytes()).unwrap();
            let secured = suite::sign(&document, &options, Contexts::bundled(), sign).unwrap();
            *list = String::from_utf8(secured).unwrap();
        }
    }
    assert!(kept.verify(&ending, 1, ending.now).await.verified);
    assert!(kept.verify(&ending, 1, end).await.verified);
    let report = kept.verify(&ending, 1, end + SignedDuration::from_secs(1)).await;
    assert_eq!(report.verdicts.current, Verdict::Undecided);
    let codes = report.checks.iter().filter_map(|check| check.problem.as_ref());
    assert!(codes.into_iter().any(|problem| problem.code == "status-list-expired"));
}

/// The list with a second proof, by another key of its issuer.
fn signed_twice(list: &str) -> String {
    let mut list: serde_json::Value = serde_json::from_str(list).unwrap();
    let mut proofs = list.as_object_mut().unwrap().remove("proof").unwrap();
    let proofs = proofs.as_array_mut().unwrap();
    let unsigned = list.to_string();
    let options = Options {
        created: proofs[0]["created"].as_str().unwrap().parse().unwrap(),
        verification_method: "did:web:nea.example:issuers:nea#key-3",
        expires: None,
    };
    let sign = |message: &[u8]| {
        let signature = SigningKey::from_bytes(&[3; 32]).sign(message);
        Ok::<_, std::convert::Infallible>(signature.to_bytes().to_vec())
    };
    let document = Document::parse(unsigned.as_bytes()).unwrap();
    let secured = suite::sign(&document, &options, Contexts::bundled(), sign).unwrap();
    let secured: serde_json::Value = serde_json::from_slice(&secured).unwrap();
    proofs.extend(secured["proof"].as_array().unwrap().clone());
    list["proof"] = serde_json::json!(proofs);
    list.to_string()
}

#[tokio::test]
async fn a_kept_list_with_several_proofs_ends_with_the_first_of_their_keys() {
    let kept = Kept::new(1 << 24);
    let mut twice = vector("good-status");
    let end = twice.now + SignedDuration::from_secs(60);
    let document = twice.documents.0.get_mut("https://nea.example/issuers/nea/did.json").unwrap();
    let mut keys: serde_json::Value = serde_json::from_str(document).unwrap();
    let methods = keys["verificationMethod"].as_array_mut().unwrap();
    let third = methods.iter_mut().find(|m| m["id"].as_str().unwrap().ends_with("#key-3")).unwrap();
    third["expires"] = end.to_string().into();
    *document = keys.to_string();
    for (url, list) in &mut twice.documents.0 {
        if url.contains("/status/") {
            *list = signed_twice(list);
        }
    }
    let report = kept.verify(&twice, 1, twice.now).await;
    assert!(report.verified, "{report:#?}");
    let before = end - SignedDuration::from_secs(1);
    assert!(kept.verify(&twice, 1, before).await.verified);
    let proofs = kept.proofs();
    let report = kept.verify(&twice, 1, end).await;
    assert_eq!(report.verdicts.authentic, Verdict::Yes);
    assert_eq!(report.verdicts.current, Verdict::Undecided);
    assert!(kept.proofs() > proofs);
}

#[tokio::test]
async fn what_is_kept_weighs_at_least_what_it_was_read_from() {
    let kept = Kept::new(1 << 24);
    let mut vector = vector("good-status");
    let report = kept.verify(&vector, 1, vector.now).await;
    assert!(report.verified, "{report:#?}");
    let [keys, lists] = kept.readings.figures().await;
    // The issuer adds what nobody reads, and another's name for a key that did not sign.
    let document = vector.documents.0.get_mut("https://nea.example/issuers/nea/did.json").unwrap();
    let mut long: serde_json::Value = serde_json::from_str(document).unwrap();
    long["verificationMethod"][2]["controller"] = "x".repeat(500_000).into();
    *document = long.to_string();
    let report = kept.verify(&vector, 2, vector.now).await;
    assert!(report.verified, "{report:#?}");
    let [longer, beside] = kept.readings.figures().await;
    assert_eq!((longer.entries, beside.entries), (keys.entries, lists.entries));
    assert!(longer.bytes >= keys.bytes + 490_000, "{longer:?}");
    assert!(beside.bytes >= lists.bytes + 490_000, "a list is kept with its keys: {beside:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_key_document_is_weighed_by_its_words() {
    let kept = Kept::new(1 << 24);
    let mut vector = vector("good-status");
    let document = vector.documents.0.get_mut("https://nea.example/issuers/nea/did.json").unwrap();
    *document = serde_json::json!({"id": "x".repeat(500_000)}).to_string();
    assert!(!kept.verify(&vector, 1, vector.now).await.verified);
    let [keys, _] = kept.readings.figures().await;
    assert!(keys.entries == 0 || keys.bytes >= 500_000, "{keys:?}");
}

#[tokio::test]
async fn a_list_that_was_proven_with_other_keys_is_proven_again() {
    let kept = Kept::new(1 << 24);
    let good = vector("good-status");
    assert!(kept.verify(&good, 1, good.now).await.verified);
    // The issuer takes a key back while the list itself stays as it was.
    let mut other = vector("good-status");
    let document = other.documents.0.get_mut("https://nea.example/issuers/nea/did.json").unwrap();
    *document = ended(document, "revoked", good.now);
    let keeps = Keeps {
        world: World(&other.documents, other.now),
        readings: &kept.readings,
        edition: Edition::Copy(1),
        proofs: &kept.proofs,
    };
    let document = other.documents.0["https://nea.example/issuers/nea/did.json"].as_bytes();
    let keys = read_keys(document, "did:web:nea.example:issuers:nea").unwrap();
    let list = other.documents.0.keys().find(|url| url.contains("status")).unwrap();
    let url = Url::parse(list).unwrap();
    let asked = ListAsked { url: &url, keys: &keys, now: good.now };
    let refuse = |_: &[u8]| Err(touchmark::check::Problem::new("asked-again", "x"));
    let answer = keeps.list(asked, &refuse).await;
    assert!(matches!(answer, Err(ListError::NotProven(problem)) if problem.code == "asked-again"));
    // And what was refused is not kept in its place.
    assert!(kept.verify(&good, 1, good.now).await.verified);
}
