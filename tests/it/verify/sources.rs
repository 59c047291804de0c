//! What a verification asks of others, and what it makes of what they remember.

use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::json;
use touchmark::check::report::Verdict;
use touchmark::jsonld::Contexts;
use touchmark::verify::{FetchError, Fetched, IssuerRecord, Sources, verify};
use url::Url;

use super::vector;
use crate::vectors::{Vector, World};

/// A vector's world that notes what it was asked for, with a memory and books of its own.
struct Watched<'v> {
    world: World<'v>,
    asked: Mutex<Vec<String>>,
    seen: Mutex<Option<Timestamp>>,
    /// The newest list, of what was seen and what came.
    newest: fn(&mut Option<Timestamp>, Timestamp) -> Timestamp,
    record: fn() -> IssuerRecord,
}

impl<'v> Watched<'v> {
    fn of(vector: &'v Vector) -> Self {
        Self {
            world: World(&vector.documents, vector.now),
            asked: Mutex::default(),
            seen: Mutex::default(),
            newest: |_, from| from,
            record: || IssuerRecord::NotOurs,
        }
    }
}

impl Sources for Watched<'_> {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        self.asked.lock().unwrap().push(url.to_string());
        self.world.fetch(url, accept).await
    }

    fn newest_list(&self, _: &str, _: &str, from: Timestamp) -> Timestamp {
        (self.newest)(&mut self.seen.lock().unwrap(), from)
    }

    async fn issuer_record(&self, issuer: &str, _credential_id: Option<&str>) -> IssuerRecord {
        assert_eq!(issuer, "did:web:nea.example:issuers:nea");
        (self.record)()
    }
}

#[tokio::test]
async fn a_forged_credential_chooses_no_url_but_its_issuers_key_document() {
    for (name, expected) in [("revoked", 2), ("forged", 1)] {
        let vector = vector("revoked");
        let input = match name {
            "forged" => vector.input.replace("Ada Example", "Eve Example"),
            _ => vector.input.clone(),
        };
        let watched = Watched::of(&vector);
        verify(input.as_bytes(), &watched, Contexts::bundled(), vector.now).await;
        let asked = watched.asked.into_inner().unwrap();
        assert_eq!(asked.len(), expected, "{name}: {asked:?}");
        assert_eq!(asked[0], "https://nea.example/issuers/nea/did.json");
    }
}

#[tokio::test]
async fn a_refresh_service_is_asked_once_and_only_after_the_signature_held() {
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
            false => vector.input.clone(),
        };
        let watched = Watched::of(&vector);
        let report = verify(input.as_bytes(), &watched, Contexts::bundled(), vector.now).await;
        let report = serde_json::to_value(report).unwrap();
        let asked = watched.asked.into_inner().unwrap();
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
    let one_second_older =
        |_: &mut Option<Timestamp>, from: Timestamp| from + jiff::SignedDuration::from_secs(1);
    let vector = vector("good-status");
    let remembers = Watched { newest: one_second_older, ..Watched::of(&vector) };
    let input = vector.input.as_bytes();
    let report = verify(input, &remembers, Contexts::bundled(), vector.now).await;
    let report = serde_json::to_value(report).unwrap();
    assert_eq!(report["verdicts"]["authentic"], "yes");
    assert_eq!(report["verdicts"]["current"], "undecided");
    assert!(report.to_string().contains("status-list-behind"));
}

#[tokio::test]
async fn a_list_from_the_future_is_not_remembered_against_those_that_follow() {
    let latest = |newest: &mut Option<Timestamp>, from: Timestamp| {
        let latest = newest.map_or(from, |seen| seen.max(from));
        *newest.insert(latest)
    };
    let mut memory = None;
    for (name, current) in
        [("list-from-the-future", Verdict::Undecided), ("good-status", Verdict::Yes)]
    {
        let vector = vector(name);
        let remembers =
            Watched { newest: latest, seen: Mutex::new(memory), ..Watched::of(&vector) };
        let input = vector.input.as_bytes();
        let report = verify(input, &remembers, Contexts::bundled(), vector.now).await;
        assert_eq!(report.verdicts.current, current, "{name}: {report:#?}");
        memory = remembers.seen.into_inner().unwrap();
    }
}

#[tokio::test]
async fn the_issuers_own_books_say_superseded() {
    let vector = vector("revoked");
    let record = || {
        let superseded_by = Some("urn:uuid:new".into());
        IssuerRecord::Found { embedded: super::vector("revoked").input, superseded_by }
    };
    let books = Watched { record, ..Watched::of(&vector) };
    let report = verify(vector.input.as_bytes(), &books, Contexts::bundled(), vector.now).await;
    let report = serde_json::to_value(report).unwrap();
    assert_eq!(report["status"], "superseded");
    assert_eq!(report["supersededBy"], "urn:uuid:new");
    assert_eq!(report["statusAsOf"], "2026-11-21T09:00:00Z");
}
