//! Check `proof` of embedded proofs: one, a set of them, or a chain.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#verify-proof-sets-and-chains>
//!
//! Every proof of a kind that we verify must hold, under a key of the issuer's
//! own document. One of another kind is told, and counts only where there is
//! nothing else, or where one that we verify follows it: what a chain stands on
//! is not passed over.
//!
//! Invariant: a proof holds over the document with the very proofs that it
//! follows, each of which is a proof beside it and is verified too.

use std::cell::OnceCell;

use super::{Found, NAME, ProofPlace};
use crate::check::json_ld::sentence;
use crate::check::{Basis, Check, Problem, issuer_key, proof_dates};
use crate::did::{ControllerDocument, Purpose};
use crate::jsonld::{self, Contexts, Dataset, HashAlgorithm};
use crate::model::Document;
use crate::model::json::{Object, Value};
use crate::model::key::PublicKey;
use crate::proof::chain::{self, ChainError};
use crate::proof::data_integrity::{CanonicalError, Error, PROOF_TYPE, Transformed, Unsecured};
use crate::proof::suite::{Form, Suite};

/// More proofs than any issuer puts on a credential; each costs a signature.
const MAX_PROOFS: usize = 8;

/// Longer chains than anybody makes: for each of these the document is put into
/// canonical form once more.
const MAX_FOLLOWING: usize = 4;

/// `graph` is what the document expanded to without its proofs.
pub(super) fn embedded(
    document: &Document<'_>,
    graph: Option<&Result<Dataset, jsonld::Error>>,
    keys: &ControllerDocument,
    basis: Basis<'_>,
) -> Found {
    let Some(graph) = graph else {
        return Found::only(vec![Check::skipped(NAME, "the document was not put into RDF")]);
    };
    let proofs = match Proofs::read(document.root()) {
        Ok(proofs) => proofs,
        Err(check) => return Found::only(vec![check]),
    };
    let mut all = Found::default();
    let signed = Signed::new(document, graph);
    let mut unsupported = Vec::new();
    for at in 0..proofs.all.len() {
        let found = match kind(proofs.all[at]) {
            Kind::Unsupported => {
                unsupported.push(at);
                continue;
            }
            Kind::Unnamed => {
                Found::only(vec![incomplete(unnamed(proofs.all[at], proofs.place(at)))])
            }
            Kind::Suite(suite) => one_proof((&proofs, at), suite, &signed, keys, basis),
        };
        all.checks.extend(found.checks);
        all.dates.extend(found.dates);
        all.method = all.method.or(found.method);
    }
    let others_decide = !all.checks.is_empty();
    all.checks.extend(unsupported.into_iter().map(|at| {
        let passed_over = others_decide && !proofs.is_followed(at);
        not_supported(proofs.all[at], passed_over, proofs.place(at))
    }));
    all
}

/// The proofs of a document, in its order.
struct Proofs<'d, 'a> {
    all: Vec<&'d Object<'a>>,
    /// They stand in an array, by which their places are told.
    array: bool,
}

impl<'d, 'a> Proofs<'d, 'a> {
    fn read(root: &'d Object<'a>) -> Result<Self, Check> {
        let value = root.get("proof");
        let items = value.map(Value::items).unwrap_or_default();
        if items.is_empty() {
            let detail = "The credential is not signed: it has no `proof`.";
            let problem = Problem::new("no-proof", detail).at("/proof");
            return Err(Check::fail(NAME, "no proof", problem));
        }
        let all: Vec<_> = items.iter().filter_map(Value::as_object).collect();
        if all.len() < items.len() {
            let other = items.iter().find(|item| item.as_object().is_none());
            let kind = other.map_or("another", Value::kind);
            let detail = format!("Each `proof` must be an object; one is {kind}.");
            let problem = Problem::new("invalid-proof", detail);
            return Err(Check::fail(NAME, "not proofs", problem.at("/proof")));
        }
        let following = all.iter().filter(|proof| proof.contains("previousProof")).count();
        if all.len() > MAX_PROOFS || following > MAX_FOLLOWING {
            // They may all hold: we only do not look.
            let detail = format!(
                "There are {} proofs, {following} of which follow others; up to {MAX_PROOFS} are \
                 looked at, and up to {MAX_FOLLOWING} that follow others.",
                all.len()
            );
            let problem = Problem::new("too-many-proofs", detail).at("/proof");
            return Err(Check::undecided(NAME, "more proofs than are looked at", problem));
        }
        Ok(Self { all, array: matches!(value, Some(Value::Array(_))) })
    }

    fn place(&self, at: usize) -> ProofPlace {
        ProofPlace(self.array.then_some(at))
    }

    /// Whether a proof that we verify stands on this one.
    fn is_followed(&self, at: usize) -> bool {
        let follows = |other: usize| {
            let named = chain::previous(&self.all, other).unwrap_or_default();
            named.into_iter().any(|proof| std::ptr::eq(proof, self.all[at]))
        };
        (0..self.all.len()).any(|other| Suite::of(self.all[other]).is_some() && follows(other))
    }
}

/// What is known of how a proof is verified.
enum Kind {
    Suite(&'static Suite),
    /// It does not say how.
    Unnamed,
    Unsupported,
}

fn kind(proof: &Object<'_>) -> Kind {
    if let Some(suite) = Suite::of(proof) {
        return Kind::Suite(suite);
    }
    match proof.str("type") {
        None => Kind::Unnamed,
        Some(PROOF_TYPE) if proof.str("cryptosuite").is_none() => Kind::Unnamed,
        Some(_) => Kind::Unsupported,
    }
}

fn one_proof(
    (proofs, at): (&Proofs<'_, '_>, usize),
    suite: &'static Suite,
    signed: &Signed<'_, '_>,
    keys: &ControllerDocument,
    Basis { contexts, now, .. }: Basis<'_>,
) -> Found {
    let (proof, place) = (proofs.all[at], proofs.place(at));
    if let Err(problem) = shape(proof, suite, keys.purpose(), place) {
        return Found::only(vec![incomplete(problem)]);
    }
    let previous = match chain::previous(&proofs.all, at) {
        Ok(previous) => previous,
        Err(error) => return Found::only(vec![not_chained(&error, place)]),
    };
    let id = proof.str("verificationMethod").unwrap_or_default();
    let method = match issuer_key::find(keys, id, now) {
        Ok(method) => method,
        Err(check) => {
            let skipped = Check::skipped(NAME, "the key that it names is not the issuer's");
            return Found::only(vec![check, skipped]);
        }
    };
    let held = match signed.holds((proof, suite), &previous, &method.key, contexts) {
        Ok(()) if previous.is_empty() => {
            Check::pass(NAME, format!("{} by {}", suite.name, method.id))
        }
        Ok(()) => {
            let followed = match previous.len() {
                1 => "the proof that it follows".to_owned(),
                several => format!("the {several} proofs that it follows"),
            };
            Check::pass(NAME, format!("{} by {}, over {followed}", suite.name, method.id))
        }
        Err(error) => not_held(suite, &error, place),
    };
    Found {
        checks: vec![issuer_key::found(keys, method), held],
        dates: vec![proof_dates::check(proof, place, now)],
        warnings: Vec::new(),
        method: Some(method.clone()),
    }
}

/// What proofs sign, in each form once it is asked for.
struct Signed<'s, 'a> {
    document: &'s Document<'a>,
    graph: &'s Result<Dataset, jsonld::Error>,
    /// Hashed with SHA-256, and with SHA-384.
    rdfc: [OnceCell<Result<Transformed, Error>>; 2],
    jcs: [OnceCell<Result<Transformed, Error>>; 2],
}

impl<'s, 'a> Signed<'s, 'a> {
    fn new(document: &'s Document<'a>, graph: &'s Result<Dataset, jsonld::Error>) -> Self {
        Self { document, graph, rdfc: Default::default(), jcs: Default::default() }
    }

    fn holds(
        &self,
        (proof, suite): (&Object<'_>, &Suite),
        previous: &[&Object<'_>],
        key: &PublicKey,
        contexts: &Contexts,
    ) -> Result<(), Error> {
        let hash = Suite::hash(key.algorithm());
        if !previous.is_empty() {
            // What cannot be put into RDF cannot with a proof more.
            if let (Form::Rdfc | Form::RdfcUnder(_), Err(error)) = (suite.form, self.graph) {
                return Err(Error::Document { error: error.clone().into() });
            }
            let root = chain::signed_with(self.document, previous);
            let unsecured = Unsecured::with_proofs(&root);
            let form = suite.transform(unsecured, hash, contexts)?;
            return suite.verify_transformed(unsecured, &form, proof, key, contexts);
        }
        let unsecured = Unsecured::of(self.document);
        let by_hash = usize::from(hash == HashAlgorithm::Sha384);
        let forms = match suite.form {
            Form::Jcs => &self.jcs,
            Form::Rdfc | Form::RdfcUnder(_) => &self.rdfc,
        };
        let form = forms[by_hash]
            .get_or_init(|| suite.transform_expanded(unsecured, self.graph, hash))
            .as_ref()
            .map_err(Clone::clone)?;
        suite.verify_transformed(unsecured, form, proof, key, contexts)
    }
}

/// The members that a proof cannot do without.
fn shape(
    proof: &Object<'_>,
    suite: &Suite,
    purpose: Purpose,
    place: ProofPlace,
) -> Result<(), Problem> {
    if let Some(absent) = suite.members().iter().find(|member| proof.str(member).is_none()) {
        return Err(without(absent, place));
    }
    match proof.str("proofPurpose") {
        Some(found) if found == purpose.as_str() => Ok(()),
        other => {
            let detail = format!(
                "The proof's purpose must be `{}`; it is {:?}.",
                purpose.as_str(),
                other.unwrap_or_default()
            );
            Err(Problem::new("proof-purpose", detail).at(place.member("proofPurpose")))
        }
    }
}

fn unnamed(proof: &Object<'_>, place: ProofPlace) -> Problem {
    without(if proof.str("type").is_none() { "type" } else { "cryptosuite" }, place)
}

fn without(member: &str, place: ProofPlace) -> Problem {
    let detail = format!("The proof must have `{member}` as a string.");
    Problem::new("invalid-proof", detail).at(place.member(member))
}

fn incomplete(problem: Problem) -> Check {
    Check::fail(NAME, "the proof is incomplete or for another purpose", problem)
}

fn not_chained(error: &ChainError, place: ProofPlace) -> Check {
    let code = match error {
        ChainError::NotAnId { .. } => "previous-proof",
        ChainError::Absent { .. } => "previous-proof-missing",
        ChainError::Twice { .. } => "proof-id-twice",
        ChainError::Cycle => "proof-cycle",
    };
    let problem = Problem::new(code, sentence(&error.to_string()));
    Check::fail(NAME, "a proof chain that is broken", problem.at(place.member("previousProof")))
}

fn not_supported(proof: &Object<'_>, passed_over: bool, place: ProofPlace) -> Check {
    let kind = proof.str("type").unwrap_or_default();
    let observed = match proof.str("cryptosuite") {
        Some(suite) => format!("{kind} {suite}"),
        None => kind.to_owned(),
    };
    if passed_over {
        return Check::skipped(NAME, format!("{observed} is not supported; another proof decides"));
    }
    let detail = format!("Proofs of the kind {observed} are not supported yet.");
    let problem = Problem::new("unsupported-proof", detail).at(place.to_string());
    Check::undecided(NAME, observed, problem)
}

fn not_held(suite: &Suite, error: &Error, place: ProofPlace) -> Check {
    let problem = |code| Problem::new(code, sentence(&error.to_string())).at(place.to_string());
    let code = match error {
        Error::Document { error } | Error::Options { error } => match error {
            CanonicalError::Expand(error) if error.could_not_tell() => {
                return Check::undecided(NAME, suite.name, problem(error.code()));
            }
            CanonicalError::Expand(error) => error.code(),
            CanonicalError::Deviation { .. } => "not-compacted",
            CanonicalError::TooComplex => "too-complex",
            CanonicalError::UnsafeInteger(_) => "unsafe-integer",
        },
        Error::Signature => "signature",
        Error::ProofValue { .. } => "proof-value",
        Error::KeyType { .. } => "key-type",
        Error::OwnContext => "proof-context",
        Error::AddedContext => "added-context",
        Error::NoContext | Error::AlreadySecured | Error::VerifyOnly { .. } => "invalid-proof",
    };
    Check::fail(NAME, suite.name, problem(code))
}
