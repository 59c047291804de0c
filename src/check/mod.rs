//! What is checked: one file a check, and the ordered list of them.
//!
//! Everything here is pure: documents, keys, lists and the time arrive as
//! arguments. `verify` gathers them, `issue` asks [`conform`] before it signs.
//!
//! The order is that of the report:
//! `form` · `data-model` · `open-badges` · `json-ld` (what it says is what was
//! signed) · `issuer-key` · `proof` · `jwt-claims` (the issuer signed it:
//! [`proof::Authentic`]) · `issuer-books` (where we are the issuer, we did so
//! knowingly) · `credential-schema` (it keeps the JSON Schemas that it names):
//! *authentic*. `hosted` takes the place of the signature in Open Badges 2.0
//! ([`open_badges_2`]). `proof-dates` · `validity` · `status` · `successor`: *current*.

pub mod counted;
pub mod credential_schema;
pub mod data_model;
pub mod endorsement;
pub mod explain;
pub mod issuer_books;
pub mod issuer_key;
pub mod json_ld;
pub mod json_schema;
pub mod jwt_claims;
pub mod open_badges;
pub mod open_badges_2;
pub mod options;
pub mod presentation;
pub mod proof;
pub mod proof_dates;
pub mod recipient;
pub mod refresh;
pub mod related_resource;
pub mod remedy;
pub mod report;
pub mod status;
pub mod successor;
pub mod trusted_issuers;
pub mod validity;

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::jsonld::{self, Contexts, Dataset};
use crate::model::Document;
use crate::model::json::{Object, Value};
use crate::proof::vc_jwt;
use options::Options;

pub use report::{Check, Outcome, Problem, Report, Verdicts};

/// How far a start may lie ahead of our clock. Ends have no such tolerance.
pub const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What checks rest on beside the documents.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'c> {
    pub contexts: &'c Contexts,
    pub now: Timestamp,
    pub options: &'c Options,
}

impl<'c> Basis<'c> {
    /// What anyone gets who wishes for nothing.
    pub fn usual(contexts: &'c Contexts, now: Timestamp) -> Self {
        Self { contexts, now, options: Options::USUAL }
    }
}

/// How a document keeps the rules that need nothing but itself.
#[derive(Debug, Default)]
pub struct Conformance {
    pub checks: Vec<Check>,
    pub warnings: Vec<Problem>,
    /// The document as RDF, if it was looked at: what its proofs sign.
    pub graph: Option<Result<Dataset, jsonld::Error>>,
}

impl Conformance {
    pub fn passed(&self) -> bool {
        self.problems().next().is_none()
    }

    /// What failed or could not be told.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.checks.iter().filter_map(Check::problem)
    }
}

/// Data model, Open Badges and JSON-LD: what an issuer runs before signing and
/// a verifier before anything else.
pub fn conform(document: &Document<'_>, contexts: &Contexts) -> Conformance {
    conform_without(document, &["proof"], contexts)
}

/// The same for the payload of a JWT, whose claims are no part of its JSON-LD.
pub fn conform_jwt(payload: &Document<'_>, contexts: &Contexts) -> Conformance {
    let without: Vec<&str> = vc_jwt::CLAIMS.into_iter().chain(["proof"]).collect();
    conform_without(payload, &without, contexts)
}

fn conform_without(document: &Document<'_>, without: &[&str], contexts: &Contexts) -> Conformance {
    let mut conformance = Conformance::default();
    data_model::check(document.root(), &mut conformance);
    open_badges::check(document.root(), &mut conformance);
    let graph = json_ld::expand(document.root(), without, contexts);
    conformance.checks.push(json_ld::check(document, &graph));
    conformance.graph = Some(graph);
    conformance
}

/// What a check of many rules found: enough of it for an issuer to mend, since a
/// document made of errors is not answered with as many.
#[derive(Debug, Default)]
struct Findings {
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Findings {
    const MOST: usize = 20;

    fn error(&mut self, code: &str, pointer: impl Into<String>, detail: impl Into<String>) {
        Self::add(&mut self.errors, code, pointer, detail);
    }

    fn warning(&mut self, code: &str, pointer: impl Into<String>, detail: impl Into<String>) {
        Self::add(&mut self.warnings, code, pointer, detail);
    }

    /// A warning of which one for each member is enough, wherever it stands.
    fn warning_once(&mut self, code: &str, at: Place<'_>, detail: String) {
        let said = |warning: &Problem| warning.code == code && warning.detail == detail;
        if !self.warnings.iter().any(said) {
            self.warning(code, at, detail);
        }
    }

    fn add(
        found: &mut Vec<Problem>,
        code: &str,
        pointer: impl Into<String>,
        detail: impl Into<String>,
    ) {
        if found.len() < Self::MOST {
            found.push(Problem::new(code, detail).at(pointer));
        }
    }

    /// Adds to each error, whose sentence says what is expected, what stands in its place.
    fn tell_what_stands(&mut self, root: &Object<'_>) {
        for error in &mut self.errors {
            let seen = seen(root, error.pointer.as_deref().unwrap_or_default());
            error.detail = format!("{} {seen}", error.detail);
        }
    }

    /// One failed check for each error, so that an issuer sees all of them.
    fn report(self, name: &'static str, observed: &str, conformance: &mut Conformance) {
        if self.errors.is_empty() {
            conformance.checks.push(Check::pass(name, observed));
        }
        let failed = self.errors.into_iter();
        conformance.checks.extend(failed.map(|problem| Check::fail(name, observed, problem)));
        conformance.warnings.extend(self.warnings);
    }
}

/// What stands at a JSON pointer, as a sentence.
fn seen(root: &Object<'_>, pointer: &str) -> String {
    let (first, rest) = match pointer.strip_prefix('/').and_then(|path| path.split_once('/')) {
        Some((first, _)) => (first, &pointer[first.len() + 1..]),
        None => (pointer.trim_start_matches('/'), ""),
    };
    match root.get(&first.replace("~1", "/").replace("~0", "~")).and_then(|v| v.pointer(rest)) {
        None => "There is none.".to_owned(),
        Some(Value::String(text)) if text.chars().count() <= 60 => format!("It is {text:?}."),
        Some(Value::String(text)) => {
            let start: String = text.chars().take(60).collect();
            format!("It starts {start:?}.")
        }
        Some(Value::Array(items)) => format!("It is an array of {}.", items.len()),
        Some(Value::Number(number)) => format!("It is the number {}.", number.text()),
        Some(value) => format!("It is {}.", value.kind()),
    }
}

/// A place in a document, written out as a JSON pointer (RFC 6901) only once it
/// is told: a long name above many values would be copied for each of them.
#[derive(Debug, Clone, Copy)]
enum Place<'p> {
    Root,
    Member(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl<'p> Place<'p> {
    fn member(&'p self, name: &'p str) -> Place<'p> {
        Place::Member(self, name)
    }

    fn index(&'p self, index: usize) -> Place<'p> {
        Place::Index(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => Ok(()),
            Place::Member(parent, name) => {
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Place::Index(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

impl From<Place<'_>> for String {
    fn from(place: Place<'_>) -> Self {
        place.to_string()
    }
}
