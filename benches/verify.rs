//! What one verification and one signature cost, by their parts: medians of
//! cases that take turns within one run, and their ratio to one bare
//! `verify_strict`. Absolute figures drift with the machine; ratios hold.
//!
//! `cargo bench --bench verify`

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signature, Signer, SigningKey};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use touchmark::check::proof::Received;
use touchmark::check::report::Verdict;
use touchmark::check::{self, Basis};
use touchmark::did::{self, ControllerDocument};
use touchmark::jsonld::{self, Contexts, Dataset, HashAlgorithm, Input};
use touchmark::model::Document;
use touchmark::proof::Secured;
use touchmark::proof::eddsa_rdfc_2022::{self as suite, Options};

/// A credential of 4.3 KB, by an issuer of did:web.
const OPEN_BADGE: &str = include_str!("data/open-badge.json");
/// One that this service minted, of 8 KB, before its proof.
const MINTED: &str = include_str!("data/minted.json");

/// What everything is measured by.
const BARE: &str = "bare verify_strict";

const ROUNDS: usize = 400;
const WARM_UP: usize = 40;
/// Calls within one sample, so that the clock's own cost does not count.
const CALLS: u32 = 5;

/// What is measured, and its name.
type Case<'c> = (&'c str, Box<dyn FnMut() + 'c>);

fn main() {
    let key = SigningKey::from_bytes(&[7; 32]);
    for (title, text) in [("open badge", OPEN_BADGE), ("minted", MINTED)] {
        let fixture = Fixture::new(text, &key);
        println!("\n{title}: {} bytes, {} quads", fixture.secured.len(), fixture.dataset().len());
        report(&fixture, &key);
    }
    if only().is_some() {
        return;
    }
    println!("\nmade to be slow{:>39} {:>9}", "bytes", "ms");
    for (name, text) in poison() {
        let (answer, time) = answered(&text);
        println!("{name:<22} {answer:<22} {:>9} {:>9.1}", text.len(), time / 1e3);
    }
}

/// Documents that would take minutes and more, if their work were not counted.
fn poison() -> Vec<(&'static str, String)> {
    let names = |nodes: &[usize]| {
        let node = |node: &usize| format!("{{\"@id\":\"_:b{node}\"}}");
        nodes.iter().map(node).collect::<Vec<_>>().join(",")
    };
    let graph = |size: usize, neighbours: &dyn Fn(usize) -> Vec<usize>| {
        let node = |node: usize| {
            format!("{{\"@id\":\"_:b{node}\",\"urn:p\":[{}]}}", names(&neighbours(node)))
        };
        format!("{{\"@graph\":[{}]}}", (0..size).map(node).collect::<Vec<_>>().join(","))
    };
    let clique = graph(10, &|node| (0..10).filter(|other| *other != node).collect());
    let cycle = graph(5_000, &|node| vec![(node + 1) % 5_000]);
    let cube = graph(256, &|node| (0..8).map(|bit| node ^ 1 << bit).collect());
    let bundled = "\"https://www.w3.org/ns/credentials/v2\",\
                   \"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json\"";
    let own = vec!["{\"@context\":{\"x\":\"urn:x\"},\"x\":\"y\"}"; 10_000].join(",");
    let scoped = (0..30).fold("{}".to_owned(), |inner, depth| {
        format!("{{\"t{depth}\":{{\"@id\":\"urn:t\",\"@context\":{inner}}}}}")
    });
    let value =
        (0..30).fold("\"x\"".to_owned(), |inner, depth| format!("{{\"t{depth}\":{inner}}}"));
    let scoped = format!(
        "{{\"@context\":[{bundled},{scoped}],\"@graph\":[{}]}}",
        vec![value; 1_000].join(",")
    );
    let mut poison = vec![
        ("clique of 10", clique),
        ("cycle of 5,000", cycle),
        ("cube of 256", cube),
        ("a context 1,000 times", format!("{{\"@context\":[{}]}}", [bundled; 500].join(","))),
        ("10,000 contexts", format!("{{\"@context\":[{bundled}],\"@graph\":[{own}]}}")),
        ("contexts 30 deep", scoped),
    ];
    poison.extend(poison_of_names());
    poison
}

/// Documents that say one thing often, or have many names for one thing.
fn poison_of_names() -> [(&'static str, String); 5] {
    let own = |terms: &dyn Fn(usize) -> String, members: &dyn Fn(usize) -> String| {
        let terms: Vec<_> = (0..199).map(terms).collect();
        let members: Vec<_> = (0..49_000).map(members).collect();
        format!("{{\"@context\":{{{}}},{}}}", terms.join(","), members.join(","))
    };
    let same = |n| format!("\"p{n}\":\"urn:x:\"");
    let long = "x".repeat(2_000);
    let others = |n| format!("\"p{n}\":\"urn:{long}{n}:\"");
    let ones = vec!["1.5"; 49_000].join(",");
    let typed = |n| match n {
        0 => "\"x\":\"urn:x:\"".to_owned(),
        n => format!("\"t{n}\":{{\"@id\":\"urn:x:y\",\"@type\":\"urn:t{n}\"}}"),
    };
    let typed: Vec<_> = (0..199).map(typed).collect();
    [
        ("49,000 equal values", format!("{{\"@context\":{{\"x\":\"urn:x\"}},\"x\":[{ones}]}}")),
        ("full IRIs", own(&same, &|n| format!("\"urn:x:{n}\":1"))),
        ("compact IRIs", own(&same, &|n| format!("\"p1:{n}\":1"))),
        ("long namespaces", own(&others, &|n| format!("\"p1:{n}\":1"))),
        ("terms for one IRI", format!("{{\"@context\":{{{}}},\"x:y\":[{ones}]}}", typed.join(","))),
    ]
}

/// What comes of a document, and how many microseconds it takes.
fn answered(text: &str) -> (String, f64) {
    let answer = || {
        let document = Document::parse(text.as_bytes()).expect("it is JSON");
        let input = Input { object: document.root(), without: &["proof"], context: None };
        match jsonld::expand(&input, Contexts::bundled()) {
            Err(error) => error.code().to_owned(),
            Ok(dataset) => match dataset.canonicalize(HashAlgorithm::Sha256) {
                Err(_) => "too-complex".to_owned(),
                Ok(_) => format!("{} quads", dataset.len()),
            },
        }
    };
    let timed = |_| {
        let start = Instant::now();
        black_box(answer());
        start.elapsed()
    };
    (answer(), median((0..11).map(timed).collect()))
}

/// One document, signed, with all that its verification needs.
struct Fixture {
    unsigned: Vec<u8>,
    secured: Vec<u8>,
    keys: ControllerDocument,
    method: String,
    now: Timestamp,
}

impl Fixture {
    fn new(text: &str, key: &SigningKey) -> Self {
        let unsigned = text.trim().as_bytes().to_vec();
        let document = Document::parse(&unsigned).expect("the fixture is JSON");
        let issuer = touchmark::model::Credential(document.root()).issuer();
        let issuer = issuer.expect("the fixture has an issuer").to_owned();
        let method = format!("{issuer}#key-1");
        let multikey = [&[0xed, 0x01], key.verifying_key().as_bytes().as_slice()].concat();
        let controller = format!(
            "{{\"id\":\"{issuer}\",\"assertionMethod\":[{{\"id\":\"{method}\",\
             \"type\":\"Multikey\",\"controller\":\"{issuer}\",\
             \"publicKeyMultibase\":\"z{}\"}}]}}",
            bs58::encode(multikey).into_string()
        );
        let keys = did::web::read(controller.as_bytes(), &issuer).expect("it is a DID document");
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().expect("it is a time");
        let secured = signed(&unsigned, &method, now, key);
        Fixture { secured, unsigned, keys, method, now }
    }

    fn dataset(&self) -> Dataset {
        let document = Document::parse(&self.unsigned).expect("the fixture is JSON");
        expanded(&document)
    }

    /// From bytes to the verdict on who signed what; the key is known.
    fn verify(&self) {
        let secured = Secured::decode(&self.secured).expect("it is JSON");
        let document = secured.document().expect("it is an object");
        let basis = Basis::usual(Contexts::bundled(), self.now);
        let conformance = check::conform(&document, basis.contexts);
        let graph = conformance.graph.as_ref();
        let received = Received { secured: &secured, document: &document, graph };
        let proven = check::proof::authenticate(received, Ok(&self.keys), basis);
        let checks = conformance.checks.iter().chain(&proven.checks);
        assert_eq!(check::report::verdict(checks), Verdict::Yes);
        assert!(proven.authentic.is_some());
    }
}

fn signed(unsigned: &[u8], method: &str, created: Timestamp, key: &SigningKey) -> Vec<u8> {
    let document = Document::parse(unsigned).expect("the fixture is JSON");
    let options = Options { created, verification_method: method, expires: None };
    let sign = |message: &[u8]| Ok::<_, Infallible>(key.sign(message).to_bytes().to_vec());
    suite::sign(&document, &options, Contexts::bundled(), sign).expect("it can be signed")
}

fn expanded(document: &Document<'_>) -> Dataset {
    let input = Input { object: document.root(), without: &["proof"], context: None };
    jsonld::expand(&input, Contexts::bundled()).expect("the fixture is safe JSON-LD")
}

fn report(fixture: &Fixture, key: &SigningKey) {
    let document = Document::parse(&fixture.secured).expect("it is an object");
    let dataset = fixture.dataset();
    let canonical = dataset.canonicalize(HashAlgorithm::Sha256).expect("the graph is simple");
    let message = [7; 64];
    let signature: Signature = key.sign(&message);
    let public = key.verifying_key();
    let proof = document.root().get("proof").and_then(|p| p.items().first()?.as_object());
    let proof = proof.expect("it was signed");
    let context = document.root().get("@context");
    let options = Input { object: proof, without: &["proofValue", "@context"], context };
    let contexts = Contexts::bundled();
    let mut cases: Vec<Case<'_>> = vec![
        (
            BARE,
            Box::new(|| public.verify_strict(black_box(&message), &signature).expect("it holds")),
        ),
        ("parse", Box::new(|| drop(black_box(Document::parse(black_box(&fixture.secured)))))),
        ("conform", Box::new(|| drop(black_box(check::conform(&document, contexts))))),
        ("expand", Box::new(|| drop(black_box(expanded(&document))))),
        ("canonicalize", Box::new(|| drop(black_box(dataset.canonicalize(HashAlgorithm::Sha256))))),
        (
            "proof options",
            Box::new(|| {
                let dataset = jsonld::expand(&options, contexts).expect("the proof is JSON-LD");
                drop(black_box(dataset.canonicalize(HashAlgorithm::Sha256)));
            }),
        ),
        (
            "SHA-256",
            Box::new(|| {
                black_box(Sha256::digest(canonical.as_bytes()));
            }),
        ),
        (
            "full sign",
            Box::new(|| {
                let created = fixture.now;
                drop(black_box(signed(&fixture.unsigned, &fixture.method, created, key)));
            }),
        ),
        ("full verify", Box::new(|| fixture.verify())),
    ];
    let only = only();
    cases.retain(|(name, _)| *name == BARE || only.as_deref().is_none_or(|only| only == *name));
    let mut samples: Vec<Vec<Duration>> = vec![Vec::with_capacity(ROUNDS); cases.len()];
    for round in 0..ROUNDS + WARM_UP {
        for ((_, case), samples) in cases.iter_mut().zip(&mut samples) {
            let start = Instant::now();
            (0..CALLS).for_each(|_| case());
            if round >= WARM_UP {
                samples.push(start.elapsed() / CALLS);
            }
        }
    }
    let medians: Vec<f64> = samples.into_iter().map(median).collect();
    println!("{:<20} {:>9} {:>7}", "case", "µs", "ratio");
    for ((name, _), median) in cases.iter().zip(&medians) {
        println!("{name:<20} {median:>9.1} {:>7.2}", median / medians[0]);
    }
}

/// As `cargo bench --bench verify -- CASE`, to look into one part.
fn only() -> Option<String> {
    std::env::args().skip(1).find(|argument| !argument.starts_with('-'))
}

/// In microseconds.
fn median(mut samples: Vec<Duration>) -> f64 {
    samples.sort_unstable();
    samples[samples.len() / 2].as_secs_f64() * 1e6
}
