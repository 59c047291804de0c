//! However much a presentation names, one verification asks little of others.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::{Value, json};
use touchmark::check::report::{Report, Verdict};
use touchmark::fetch::{MAX_ASKINGS, MAX_DOCUMENTS};
use touchmark::jsonld::Contexts;
use touchmark::verify::{FetchError, Fetched, Sources, verify};
use url::Url;

use crate::vectors::cast::{self, REVOCATION, credential, entry, signed, with};
use crate::vectors::{Documents, World};

/// A world, and what was asked of it.
struct Asked<'d> {
    world: World<'d>,
    urls: Mutex<Vec<String>>,
}

impl Sources for Asked<'_> {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        self.urls.lock().unwrap().push(url.to_string());
        self.world.fetch(url, accept).await
    }
}

/// Nobody signs it, so each of its credentials is as if it had come alone.
fn presentation(credentials: Vec<Value>) -> String {
    json!({
        "@context": [cast::V2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": credentials,
    })
    .to_string()
}

async fn asked_for(input: &str) -> (Report, Vec<String>) {
    let documents: Documents = cast::world();
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    let world = Asked { world: World(&documents, now), urls: Mutex::default() };
    let report = verify(input.as_bytes(), &world, Contexts::bundled(), now).await;
    (report, world.urls.into_inner().unwrap())
}

fn naming(lists: impl Iterator<Item = String>) -> Value {
    let entries: Vec<Value> = lists.map(|list| entry("revocation", &list, "8")).collect();
    signed(&with(credential(), &[("/credentialStatus", json!(entries))]))
}

fn codes(report: &Report) -> BTreeSet<String> {
    let contained = &report.presentation.as_ref().unwrap().credentials;
    let checks = contained.iter().flat_map(|report| &report.checks);
    checks.filter_map(|check| Some(check.problem.as_ref()?.code.to_string())).collect()
}

#[tokio::test]
async fn a_presentation_that_names_many_lists_makes_us_ask_for_few_of_them() {
    let one = |number| naming((0..8).map(move |l| format!("https://a{number}-{l}.example/")));
    let (report, asked) = asked_for(&presentation((0..32).map(one).collect())).await;
    let distinct: BTreeSet<_> = asked.iter().collect();
    assert_eq!(distinct.len(), MAX_DOCUMENTS, "of 257");
    assert!(asked.len() <= MAX_ASKINGS, "{}", asked.len());
    assert_eq!(report.verdicts.current, Verdict::Undecided);
    assert!(codes(&report).contains("too-many-documents"));
}

#[tokio::test]
async fn a_full_presentation_of_usual_credentials_is_within_the_budget() {
    let usual = || naming([REVOCATION.to_owned(), cast::SUSPENSION.to_owned()].into_iter());
    let (report, asked) = asked_for(&presentation((0..32).map(|_| usual()).collect())).await;
    assert_eq!(asked.len(), 3 * 32);
    assert!(!codes(&report).contains("too-many-documents"));
}
