//! Real-shaped documents and mutants of them, against other processors.
//!
//! Invariant: the canonical form on which jsonld.js in safe mode, PyLD and
//! oxjsonld agree, or none. What they answered for the first 5,000 mutants is
//! checked in (`tests/differential/results.txt`), so that a test run needs none
//! of them but oxjsonld; `make differential` asks them about others.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use touchmark::jsonld::{self, Contexts, HashAlgorithm, Input};
use touchmark::model::json;

use super::mutants::{Mutants, seeds};
use super::references::{self, Answer, Answers, Expected, References};
use super::{canonical, expand, shrink};

/// So many mutants have their results checked in.
const FIXED: u64 = 5_000;

#[test]
fn real_shaped_documents_have_the_canonical_form_that_others_give_them() {
    for (name, text) in seeds() {
        let text = without_proof(&text);
        let found = canonical(&text, Contexts::conformance());
        if let Some(theirs) = references::oxigraph(&text) {
            assert_eq!(Ok(found), theirs, "{name}");
        }
    }
}

/// The seeds that are written as compaction would write them. Of the others,
/// `clr` is not by a fault of its context: it gives `achievement` a datatype,
/// under which no term compacts an object.
const ORDINARY: &[&str] = &[
    "credential_v1",
    "did_document",
    "endorsed_presentation",
    "endorsement",
    "inline",
    "languages",
    "open_badge",
    "presentation",
    "status_list",
    "twins",
];

#[test]
fn ordinary_documents_equal_their_compacted_form() {
    for name in ORDINARY {
        let text = seed(name);
        let dataset = expand(&text, Contexts::conformance()).unwrap();
        assert_eq!(dataset.deviation(), None, "{name}");
    }
}

#[test]
fn mutants_have_the_form_on_which_the_references_agreed_or_none() {
    let results = std::fs::read_to_string(results()).unwrap();
    let mut lines = results.lines();
    let mutants = Mutants::new();
    assert_eq!(
        lines.next(),
        Some(head(&mutants).as_str()),
        "the mutants are not those of the results: run `make differential-results`"
    );
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for number in 0..FIXED {
        let expected = lines.next().expect("a result for each mutant");
        let text = mutants.text(number);
        let found = ours(&text);
        let kind = match &found {
            Ok(form) if references::digest(form) == expected => Kind::Equal,
            Ok(_) => Kind::Different,
            Err(_) if expected.len() == 12 => Kind::RefusedByUs,
            Err(_) => Kind::Refused,
        };
        if kind == Kind::Different {
            wrong.push(format!("{number} {expected}: {text}\n{}", found.unwrap()));
        }
        tally.count(kind);
    }
    println!("{tally}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
    assert!(tally.of(Kind::Equal) > FIXED / 3, "{tally}");
}

/// `make differential`: as many more as one likes, the references beside us.
#[test]
#[ignore = "needs Node, Python and time: make differential"]
fn more_mutants_have_the_form_on_which_the_references_agree_or_none() {
    let first = setting("FIRST", 1_000_000);
    let count = setting("COUNT", 100_000);
    let mutants = Mutants::new();
    let sum = Mutex::new((Tally::default(), Vec::new()));
    ask_about(first..first + count, &mutants, |number, text, answers| {
        let found = ours(text);
        let kind = kind(&found, &answers.expected());
        let mut sum = sum.lock().unwrap();
        sum.0.count(kind);
        sum.0.note(kind, &found, answers);
        if kind == Kind::Different {
            sum.1.push((number, text.to_owned()));
        }
    });
    let (tally, mut different) = sum.into_inner().unwrap();
    println!("mutants {first} to {}\n{tally}", first + count - 1);
    different.sort_by_key(|(_, text)| text.len());
    let mut references = References::start();
    for (number, text) in different.iter().take(10) {
        println!("\n{}", fault(*number, text, &mut references));
    }
    assert!(different.is_empty(), "{} different", different.len());
}

/// `make differential-results`: asks the references about the first 5,000.
#[test]
#[ignore = "writes tests/differential/results.txt: make differential-results"]
fn the_results_of_the_references_are_written() {
    let mutants = Mutants::new();
    let found = Mutex::new(BTreeMap::new());
    ask_about(0..FIXED, &mutants, |number, _text, answers| {
        found.lock().unwrap().insert(number, answers.expected().brief());
    });
    let mut text = head(&mutants) + "\n";
    for brief in found.into_inner().unwrap().values() {
        text += brief;
        text += "\n";
    }
    std::fs::write(results(), text).unwrap();
}

fn seed(name: &str) -> String {
    let seed = seeds().into_iter().find(|(found, _)| found == name);
    seed.unwrap_or_else(|| panic!("no seed {name}")).1
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(format!("TOUCHMARK_DIFFERENTIAL_{name}"))
        .map_or(default, |text| text.parse().expect("a number"))
}

fn results() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/results.txt"))
}

/// Names the mutants whose results follow.
fn head(mutants: &Mutants) -> String {
    let mut hash = Sha256::new();
    (0..FIXED).for_each(|number| hash.update(mutants.text(number)));
    let hash: String = hash.finalize()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("mutants 0 to {}, {hash}", FIXED - 1)
}

/// Asks the references, in as many lanes as there are cores.
fn ask_about(
    numbers: std::ops::Range<u64>,
    mutants: &Mutants,
    each: impl Fn(u64, &str, &Answers) + Sync,
) {
    let next = AtomicU64::new(numbers.start);
    let lane = || {
        let mut references = References::start();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return;
            }
            let text = mutants.text(number);
            each(number, &text, &references.ask(&text));
        }
    };
    let lanes = std::thread::available_parallelism().map_or(1, |n| 2 * n.get());
    std::thread::scope(|scope| (0..lanes).for_each(|_| drop(scope.spawn(lane))));
}

/// What our engine makes of the whole document, its proof included.
fn ours(text: &str) -> Answer {
    let value = json::parse(text.as_bytes()).map_err(|error| format!("json: {error}"))?;
    let object = value.as_object().ok_or("json: no object")?;
    let input = Input { object, without: &[], context: None };
    let dataset = jsonld::expand(&input, Contexts::conformance())
        .map_err(|error| format!("{}: {error}", error.code()))?;
    dataset.canonicalize(HashAlgorithm::Sha256).map_err(|_| "too-complex: nodes alike".into())
}

fn without_proof(text: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    value.as_object_mut().unwrap().shift_remove("proof");
    value.to_string()
}

fn kind(ours: &Answer, expected: &Expected) -> Kind {
    match (ours, expected) {
        (Ok(form), Expected::Form(theirs)) if form == theirs => Kind::Equal,
        (Ok(_), _) => Kind::Different,
        (Err(_), Expected::Form(_)) => Kind::RefusedByUs,
        (Err(_), Expected::Refused) => Kind::Refused,
        (Err(_), Expected::Disagreement) => Kind::Disagreement,
    }
}

/// The fault in as little of the document as shows it.
fn fault(number: u64, text: &str, references: &mut References) -> String {
    let small = shrink::shrink(text, |text| {
        let answers = references.ask(text);
        kind(&ours(text), &answers.expected()) == Kind::Different
    });
    let answers = references.ask(&small);
    let mut out = format!("DIFFERENT, mutant {number}: {small}\n");
    let mut line = |who: &str, answer: &Answer| {
        let _infallible = match answer {
            Ok(form) => writeln!(out, "{who}\n{form}"),
            Err(reason) => writeln!(out, "{who}: refused, {reason}"),
        };
    };
    line("ours", &ours(&small));
    line("jsonld.js", &answers.javascript);
    for (who, answer) in [("PyLD", &answers.python), ("oxjsonld", &answers.oxigraph)] {
        answer.iter().for_each(|answer| line(who, answer));
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Equal,
    Refused,
    Disagreement,
    RefusedByUs,
    Different,
}

/// How many of which kind, and for what reasons.
#[derive(Default)]
struct Tally {
    kinds: BTreeMap<Kind, u64>,
    reasons: BTreeMap<(Kind, String), u64>,
}

impl Tally {
    fn count(&mut self, kind: Kind) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    fn note(&mut self, kind: Kind, ours: &Answer, answers: &Answers) {
        let code = |answer: &Answer| match answer {
            Ok(_) => "answered".to_owned(),
            Err(reason) => reason.split(':').next().unwrap_or_default().to_owned(),
        };
        let same = |answer: &Option<Answer>| match (answer, &answers.javascript) {
            (None, _) => "silent",
            (Some(one), other) if one == other => "the same",
            (Some(Ok(_)), _) => "otherwise",
            (Some(Err(_)), _) => "refused",
        };
        let reason = match kind {
            Kind::Equal => return,
            Kind::Refused => code(&answers.javascript),
            Kind::RefusedByUs => code(ours),
            Kind::Disagreement | Kind::Different => format!(
                "jsonld.js {}, PyLD {}, oxjsonld {}",
                code(&answers.javascript),
                same(&answers.python),
                same(&answers.oxigraph)
            ),
        };
        *self.reasons.entry((kind, reason)).or_default() += 1;
    }

    fn of(&self, kind: Kind) -> u64 {
        self.kinds.get(&kind).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (kind, name) in [
            (Kind::Equal, "equal"),
            (Kind::Refused, "refused by both"),
            (Kind::Disagreement, "refused, references disagree"),
            (Kind::RefusedByUs, "refused by us alone"),
            (Kind::Different, "DIFFERENT"),
        ] {
            writeln!(f, "{:>8}  {name}", self.of(kind))?;
            let reasons = self.reasons.iter().filter(|((of, _), _)| *of == kind);
            for ((_, reason), count) in reasons {
                writeln!(f, "          {count:>8}  {reason}")?;
            }
        }
        Ok(())
    }
}
