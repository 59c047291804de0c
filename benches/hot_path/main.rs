//! The hot path in its parts, with criterion: what changed since the last run,
//! and how sure that is. Ratios to the bare signature are `touchmark speed`'s.
//!
//! Behind it, documents that are made to be slow: each ends at a counted bound,
//! under 100 ms on a machine of 2026.
//!
//! `cargo bench --bench hot_path [-- NAME]`

mod counting;
mod poison;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use sha2::{Digest as _, Sha256};
use touchmark::ambient::Ambient;
use touchmark::check;
use touchmark::check::report::Verdict;
use touchmark::command::speed::fixture::{self, FORMS, Fixture};
use touchmark::jsonld::{self, Contexts, Dataset, HashAlgorithm, Input};
use touchmark::model::Document;
use touchmark::recognition::count;
use touchmark::status::bitstring;

criterion_group!(hot_path, signatures, steps, forms, lists, claims, made_to_be_slow);
criterion_main!(hot_path);

/// A credential that this service minted, before its proof.
const MINTED: &str = include_str!("../data/minted.json");

fn fixture() -> Fixture {
    Fixture::new(&Ambient::system()).expect("OpenSSL makes keys")
}

/// The signature checks alone.
fn signatures(criterion: &mut Criterion) {
    let fixture = fixture();
    for (name, check) in fixture.bare() {
        criterion.bench_function(name, |b| b.iter(&check));
    }
}

/// What `eddsa-rdfc-2022` does before its signature, on documents with their proofs: of 4.3 KB,
/// and of 8 KB as this service mints them.
fn steps(criterion: &mut Criterion) {
    let minted = Document::parse(MINTED.trim_ascii().as_bytes()).expect("the fixture is JSON");
    for (name, unsigned) in [("steps", fixture::composed()), ("steps of a minted one", minted)] {
        let secured = fixture().sign(&FORMS[0], &unsigned);
        let document = Document::parse(&secured).expect("we signed it");
        steps_of(&document, &mut criterion.benchmark_group(name));
    }
}

fn steps_of(document: &Document<'_>, group: &mut BenchmarkGroup<'_, WallTime>) {
    let contexts = Contexts::bundled();
    let context = document.root().get("@context");
    let proof = document.root().get("proof").and_then(|proof| proof.items().first()?.as_object());
    let object = proof.expect("it was signed");
    let whole = Input { object: document.root(), without: &["proof"], context: None };
    let options = Input { object, without: &["proofValue", "@context"], context };
    let dataset = expanded(&whole);
    let canonical = canonical(&dataset);
    let parse = || drop(Document::parse(black_box(document.bytes())));

    group.bench_function("parse", |b| b.iter(parse));
    group.bench_function("conform", |b| b.iter(|| check::conform(document, contexts)));
    group.bench_function("expand", |b| b.iter(|| expanded(&whole)));
    group.bench_function("canonicalize", |b| b.iter(|| self::canonical(&dataset)));
    group.bench_function("proof options", |b| b.iter(|| self::canonical(&expanded(&options))));
    group.bench_function("SHA-256", |b| b.iter(|| Sha256::digest(black_box(&canonical))));
}

fn expanded(input: &Input<'_, '_>) -> Dataset {
    jsonld::expand(black_box(input), Contexts::bundled()).expect("the fixture is safe JSON-LD")
}

fn canonical(dataset: &Dataset) -> String {
    black_box(dataset).canonicalize(HashAlgorithm::Sha256).expect("the graph is simple")
}

/// Each form, from the composed document to bytes, and from bytes to the verdict.
fn forms(criterion: &mut Criterion) {
    let fixture = fixture();
    let composed = fixture::composed();
    for form in &FORMS {
        let secured = fixture.sign(form, &composed);
        let verify = || assert_eq!(fixture.verify(black_box(&secured)), Verdict::Yes);
        criterion.bench_function(&format!("verify/{}", form.name), |b| b.iter(verify));
        let sign = || fixture.sign(form, black_box(&composed));
        criterion.bench_function(&format!("sign/{}", form.name), |b| b.iter(sign));
    }
}

/// A status list of 131,072 entries, 1% of them set.
fn lists(criterion: &mut Criterion) {
    let bits = fixture::status_list();
    let encoded = bitstring::encode(&bits);
    let mut group = criterion.benchmark_group("list");
    group.bench_function("encode", |b| b.iter(|| bitstring::encode(black_box(&bits))));
    group.bench_function("decode", |b| b.iter(|| bitstring::decode(black_box(&encoded))));
    group.finish();
}

/// What 1,000 verified credentials count for.
fn claims(criterion: &mut Criterion) {
    let (credentials, facts) = (counting::credentials(), counting::facts());
    let mut group = criterion.benchmark_group("count");
    for (name, policy) in counting::policies() {
        let counted = || count(&policy, black_box(&credentials), &facts);
        group.bench_function(name, |b| b.iter(counted));
    }
    group.finish();
}

/// From bytes to the canonical form, or to the bound that ends it.
fn made_to_be_slow(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("made to be slow");
    group.sample_size(10);
    for (name, text) in poison::documents() {
        group.bench_function(name, |b| b.iter(|| answered(black_box(&text))));
    }
    group.finish();
}

/// How many quads there are; none where the document is refused.
fn answered(text: &str) -> Option<usize> {
    let document = Document::parse(text.as_bytes()).expect("it is JSON");
    let input = Input { object: document.root(), without: &["proof"], context: None };
    let dataset = jsonld::expand(&input, Contexts::bundled()).ok()?;
    dataset.canonicalize(HashAlgorithm::Sha256).ok()?;
    Some(dataset.len())
}
