//! What was read and is kept changes no verdict, and is made once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use touchmark::check::report::{Report, Verdict};
use touchmark::check::{Check, issuer_key};
use touchmark::did::{ControllerDocument, Resolution};
use touchmark::fetch::readings::{Edition, KeptList, ListAsked, Prove, ProvenList, Readings};
use touchmark::fetch::{ListError, read_keys};
use touchmark::jsonld::Contexts;
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
