//! Checks `issuer-key`, `proof` and `jwt-claims`: did this issuer sign exactly
//! this? Beside them `proof-dates`, which is about *current*.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#verify-proof>,
//! <https://www.imsglobal.org/spec/ob/v3p0#verifying-json-ld-proof>
//!
//! Invariant: [`Authentic`] exists only where the signature held under a key of
//! the issuer's own document. Its constructor is private to this file.

use std::cell::OnceCell;

use jiff::Timestamp;

use super::json_ld::sentence;
use super::{Basis, Check, Problem, issuer_key, jwt_claims, proof_dates};
use crate::did::ControllerDocument;
use crate::jsonld::{self, Contexts, Dataset};
use crate::model::Document;
use crate::model::credential::Credential;
use crate::model::json::{Object, Value};
use crate::model::key::{PublicKey, VerificationMethod};
use crate::proof::data_integrity::{CanonicalError, Error, PROOF_TYPE, Transformed};
use crate::proof::vc_jwt::{Header, Jws, JwsError};
use crate::proof::{Secured, eddsa_jcs_2022, eddsa_rdfc_2022};

pub const NAME: &str = "proof";

/// More proofs than any issuer puts on a credential; each costs a signature.
const MAX_PROOFS: usize = 8;

/// A credential whose signature held under a key of its issuer.
#[derive(Debug, Clone)]
pub struct Authentic<'d, 'a> {
    document: &'d Document<'a>,
    method: VerificationMethod,
}

impl<'d, 'a> Authentic<'d, 'a> {
    pub fn document(&self) -> &'d Document<'a> {
        self.document
    }

    pub fn credential(&self) -> Credential<'d, 'a> {
        Credential(self.document.root())
    }

    /// The key that decided; its controller is the issuer.
    pub fn method(&self) -> &VerificationMethod {
        &self.method
    }

    pub fn issuer(&self) -> &str {
        &self.method.controller
    }
}

/// What there was to say of the signature, and the credential if it held.
#[derive(Debug)]
pub struct Authentication<'d, 'a> {
    pub checks: Vec<Check>,
    /// Whether it is within the proofs' own time: no part of who signed what.
    pub dates: Vec<Check>,
    pub warnings: Vec<Problem>,
    pub authentic: Option<Authentic<'d, 'a>>,
}

impl Authentication<'_, '_> {
    fn without(checks: Vec<Check>) -> Self {
        Self { checks, dates: Vec::new(), warnings: Vec::new(), authentic: None }
    }
}

/// What was received, and what is known of it.
#[derive(Clone, Copy)]
pub struct Received<'e, 'd, 'a> {
    pub secured: &'e Secured<'e>,
    pub document: &'d Document<'a>,
    /// What [`super::conform`] expanded the document to.
    pub graph: Option<&'e Result<Dataset, jsonld::Error>>,
}

/// `keys` is the issuer's own document, or the check that says why there is none.
pub fn authenticate<'d, 'a>(
    received: Received<'_, 'd, 'a>,
    keys: Result<&ControllerDocument, Check>,
    basis: Basis<'_>,
) -> Authentication<'d, 'a> {
    let keys = match keys {
        Ok(keys) => keys,
        Err(check) => {
            let skipped = Check::skipped(NAME, "there is no key of the issuer to check it with");
            return Authentication::without(vec![check, skipped]);
        }
    };
    let Received { secured, document, graph } = received;
    let found = match secured {
        Secured::Embedded(_) => embedded(document, graph, keys, basis),
        Secured::Jws { jws, header } => jwt(document, jws, header, keys, basis.now),
    };
    let Found { checks, dates, warnings, method } = found;
    let held = checks.iter().all(|check| !check.failed() && !check.is_undecided());
    let authentic = method.filter(|_| held).map(|method| Authentic { document, method });
    Authentication { checks, dates, warnings, authentic }
}

/// What one way of securing has to say.
#[derive(Default)]
struct Found {
    checks: Vec<Check>,
    dates: Vec<Check>,
    warnings: Vec<Problem>,
    method: Option<VerificationMethod>,
}

impl Found {
    fn only(checks: Vec<Check>) -> Self {
        Self { checks, ..Self::default() }
    }
}

/// Every proof of a kind that we verify must hold. Others are told, and count
/// only where there is nothing else.
fn embedded(
    document: &Document<'_>,
    graph: Option<&Result<Dataset, jsonld::Error>>,
    keys: &ControllerDocument,
    basis: Basis<'_>,
) -> Found {
    let Some(graph) = graph else {
        return Found::only(vec![Check::skipped(NAME, "the document was not put into RDF")]);
    };
    let proofs = match proofs(document.root()) {
        Ok(proofs) => proofs,
        Err(check) => return Found::only(vec![check]),
    };
    let (known, unknown): (Vec<_>, Vec<_>) =
        proofs.iter().copied().partition(|proof| is_supported(proof));
    let mut all = Found::default();
    let signed = Signed { document, graph, rdfc: OnceCell::new(), jcs: OnceCell::new() };
    for proof in &known {
        let found = one_proof(&signed, proof, keys, basis);
        all.checks.extend(found.checks);
        all.dates.extend(found.dates);
        all.method = all.method.or(found.method);
    }
    let others_decide = !known.is_empty();
    all.checks.extend(unknown.into_iter().map(|proof| unsupported(proof, others_decide)));
    all
}

fn proofs<'d, 'a>(root: &'d Object<'a>) -> Result<Vec<&'d Object<'a>>, Check> {
    let items = root.get("proof").map(Value::items).unwrap_or_default();
    if items.is_empty() {
        let problem = Problem::new("no-proof", "The credential is not signed: it has no `proof`.");
        return Err(Check::fail(NAME, "no proof", problem.at("/proof")));
    }
    let objects: Vec<_> = items.iter().filter_map(Value::as_object).collect();
    if objects.len() < items.len() || items.len() > MAX_PROOFS {
        let detail = format!("`proof` must be an object, or an array of up to {MAX_PROOFS}.");
        let problem = Problem::new("invalid-proof", detail).at("/proof");
        return Err(Check::fail(NAME, "not proofs", problem));
    }
    Ok(objects)
}

/// What proofs sign, in the form of each cryptosuite once it is asked for.
struct Signed<'s, 'a> {
    document: &'s Document<'a>,
    graph: &'s Result<Dataset, jsonld::Error>,
    rdfc: OnceCell<Result<Transformed, Error>>,
    jcs: OnceCell<Result<Transformed, Error>>,
}

impl Signed<'_, '_> {
    fn holds(&self, proof: &Object<'_>, key: &PublicKey, contexts: &Contexts) -> Result<(), Error> {
        match proof.str("cryptosuite") {
            Some(eddsa_jcs_2022::CRYPTOSUITE) => {
                let form = self.jcs.get_or_init(|| eddsa_jcs_2022::transform(self.document));
                let form = form.as_ref().map_err(Clone::clone)?;
                eddsa_jcs_2022::verify_transformed(self.document, form, proof, key, contexts)
            }
            _ => {
                let form = self.rdfc.get_or_init(|| eddsa_rdfc_2022::transform(self.graph));
                let form = form.as_ref().map_err(Clone::clone)?;
                eddsa_rdfc_2022::verify_transformed(self.document, form, proof, key, contexts)
            }
        }
        .map(drop)
    }
}

fn is_supported(proof: &Object<'_>) -> bool {
    const SUITES: [&str; 2] = [eddsa_rdfc_2022::CRYPTOSUITE, eddsa_jcs_2022::CRYPTOSUITE];
    let missing_is_broken = proof.str("type").is_none();
    let ours = proof.str("type") == Some(PROOF_TYPE)
        && proof.str("cryptosuite").is_none_or(|name| SUITES.contains(&name))
        && !proof.contains("previousProof");
    missing_is_broken || ours
}

fn unsupported(proof: &Object<'_>, others_decide: bool) -> Check {
    let kind = proof.str("type").unwrap_or_default();
    let observed = match proof.str("cryptosuite") {
        _ if proof.contains("previousProof") => format!("{kind} in a proof chain"),
        Some(suite) => format!("{kind} {suite}"),
        None => kind.to_owned(),
    };
    if others_decide {
        return Check::skipped(NAME, format!("{observed} is not supported; another proof decides"));
    }
    let detail = format!("Proofs of the kind {observed} are not supported yet.");
    Check::undecided(NAME, observed, Problem::new("unsupported-proof", detail).at("/proof"))
}

fn one_proof(
    signed: &Signed<'_, '_>,
    proof: &Object<'_>,
    keys: &ControllerDocument,
    Basis { contexts, now, .. }: Basis<'_>,
) -> Found {
    if let Err(problem) = shape(proof) {
        let observed = "the proof is incomplete or for another purpose";
        return Found::only(vec![Check::fail(NAME, observed, problem)]);
    }
    let id = proof.str("verificationMethod").unwrap_or_default();
    let method = match issuer_key::find(keys, id, now) {
        Ok(method) => method,
        Err(check) => {
            let skipped = Check::skipped(NAME, "the key that it names is not the issuer's");
            return Found::only(vec![check, skipped]);
        }
    };
    let suite = proof.str("cryptosuite").unwrap_or_default();
    let held = match signed.holds(proof, &method.key, contexts) {
        Ok(()) => Check::pass(NAME, format!("{suite} by {}", method.id)),
        Err(error) => not_held(suite, &error),
    };
    Found {
        checks: vec![issuer_key::found(keys, method), held],
        dates: vec![proof_dates::check(proof, now)],
        warnings: Vec::new(),
        method: Some(method.clone()),
    }
}

/// The members that a proof cannot do without.
fn shape(proof: &Object<'_>) -> Result<(), Problem> {
    for member in ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"] {
        if proof.str(member).is_none() {
            let detail = format!("The proof must have `{member}` as a string.");
            return Err(Problem::new("invalid-proof", detail).at(format!("/proof/{member}")));
        }
    }
    match proof.str("proofPurpose") {
        Some("assertionMethod") => Ok(()),
        other => {
            let detail = format!(
                "The proof's purpose must be `assertionMethod`; it is {:?}.",
                other.unwrap_or_default()
            );
            Err(Problem::new("proof-purpose", detail).at("/proof/proofPurpose"))
        }
    }
}

fn not_held(suite: &str, error: &Error) -> Check {
    let problem = |code| Problem::new(code, sentence(&error.to_string())).at("/proof");
    let code = match error {
        Error::Document { error } | Error::Options { error } => match error {
            CanonicalError::Expand(error) if error.could_not_tell() => {
                return Check::undecided(NAME, suite, problem(error.code()));
            }
            CanonicalError::Expand(error) => error.code(),
            CanonicalError::Deviation { .. } => "not-compacted",
            CanonicalError::TooComplex => "too-complex",
            CanonicalError::UnsafeInteger(_) => "unsafe-integer",
        },
        Error::Signature => "signature",
        Error::ProofValue => "proof-value",
        Error::KeyType { .. } => "key-type",
        Error::OwnContext => "proof-context",
        Error::AddedContext => "added-context",
        Error::NoContext | Error::AlreadySecured => "invalid-proof",
    };
    Check::fail(NAME, suite, problem(code))
}

fn jwt(
    document: &Document<'_>,
    jws: &Jws,
    header: &Result<Header, JwsError>,
    keys: &ControllerDocument,
    now: Timestamp,
) -> Found {
    let header = match header {
        Ok(header) => header,
        Err(error) => return Found::only(vec![jws_not_held(error)]),
    };
    let method = match jwt_key(header, keys, now) {
        Ok(method) => method,
        Err(check) => {
            let skipped = Check::skipped(NAME, "the key that it names is not the issuer's");
            return Found::only(vec![check, skipped]);
        }
    };
    let held = match jws.verify(header, &method.key) {
        Ok(()) => Check::pass(NAME, format!("{} by {}", header.alg, method.id)),
        Err(error) => jws_not_held(&error),
    };
    let mut warnings = Vec::new();
    let claims = jwt_claims::check(document.root(), header.kind, &mut warnings);
    if document.root().contains("proof") {
        let detail = "The JWT also holds an embedded proof, which was not looked at.";
        warnings.push(Problem::new("embedded-proof-ignored", detail).at("/proof"));
    }
    Found {
        checks: vec![issuer_key::found(keys, method), held, claims],
        dates: Vec::new(),
        warnings,
        method: Some(method.clone()),
    }
}

/// The key that a header names: by `kid`, else as a copy of the issuer's, else
/// the only one that there is.
fn jwt_key<'k>(
    header: &Header,
    keys: &'k ControllerDocument,
    now: Timestamp,
) -> Result<&'k VerificationMethod, Check> {
    if let Some(kid) = &header.kid {
        return issuer_key::find_for_jws(keys, kid, now);
    }
    let fits = |method: &&VerificationMethod| match &header.jwk {
        Some(jwk) => method.key == *jwk,
        None => true,
    };
    let mut methods = issuer_key::all_for_jws(keys).filter(fits);
    match (methods.next(), methods.next()) {
        (Some(only), None) => issuer_key::within_its_time(only, now),
        _ => Err(issuer_key::unnamed(keys)),
    }
}

/// What an error of the JWS says of the proof.
pub fn jws_not_held(error: &JwsError) -> Check {
    let code = match error {
        JwsError::Signature => "signature",
        JwsError::HeaderKey => "header-key",
        JwsError::Algorithm { .. } => "algorithm",
        JwsError::UnsupportedAlgorithm { .. } => "unsupported-algorithm",
        _ => "invalid-jws",
    };
    Check::fail(NAME, "JWS", Problem::new(code, sentence(&error.to_string())))
}
