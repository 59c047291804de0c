//! Checks `issuer-key`, `proof` and `jwt-claims`: did this issuer sign exactly
//! this? Beside them `proof-dates`, which is about *current*.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#verify-proof>,
//! <https://www.imsglobal.org/spec/ob/v3p0#verifying-json-ld-proof>
//!
//! Invariant: [`Authentic`] exists only where the signature held under a key of
//! the issuer's own document. Its constructor is private to this file.

mod embedded;

use std::fmt;

use jiff::Timestamp;

use super::json_ld::sentence;
use super::{Basis, Check, Problem, issuer_key, jwt_claims};
use crate::did::ControllerDocument;
use crate::jsonld::{self, Dataset};
use crate::model::Document;
use crate::model::credential::Credential;
use crate::model::key::VerificationMethod;
use crate::proof::Secured;
use crate::proof::vc_jwt::{Header, Jws, JwsError};
use embedded::embedded;

pub const NAME: &str = "proof";

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

/// Where an embedded proof stands: its place among others, if they stand in an
/// array. A JSON pointer, once it is told.
#[derive(Debug, Clone, Copy)]
pub struct ProofPlace(pub Option<usize>);

impl ProofPlace {
    pub fn member(self, name: &str) -> String {
        format!("{self}/{name}")
    }
}

impl fmt::Display for ProofPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(at) => write!(f, "/proof/{at}"),
            None => f.write_str("/proof"),
        }
    }
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
    let SignedJws { mut checks, method } = signed(jws, header, keys, now);
    let Some(method) = method else { return Found::only(checks) };
    let mut warnings = Vec::new();
    let claims = jwt_claims::check(document.root(), header.kind, &mut warnings);
    if document.root().contains("proof") {
        let detail = "The JWT also holds an embedded proof, which was not looked at.";
        warnings.push(Problem::new("embedded-proof-ignored", detail).at("/proof"));
    }
    checks.push(claims);
    Found { checks, dates: Vec::new(), warnings, method: Some(method.clone()) }
}

/// What there was to say of the signature of a JWS, whatever its payload is.
pub(super) struct SignedJws<'k> {
    pub checks: Vec<Check>,
    /// The key that it names; whether its signature held, the checks say.
    pub method: Option<&'k VerificationMethod>,
}

/// With its key, where its signature held.
pub(super) fn signed_jws<'k>(
    jws: &Jws,
    header: &Result<Header, JwsError>,
    keys: &'k ControllerDocument,
    now: Timestamp,
) -> SignedJws<'k> {
    let mut signed = match header {
        Ok(header) => signed(jws, header, keys, now),
        Err(error) => SignedJws { checks: vec![jws_not_held(error)], method: None },
    };
    let failed = signed.checks.iter().any(|check| check.problem().is_some());
    signed.method = signed.method.filter(|_| !failed);
    signed
}

fn signed<'k>(
    jws: &Jws,
    header: &Header,
    keys: &'k ControllerDocument,
    now: Timestamp,
) -> SignedJws<'k> {
    let method = match jwt_key(jws, header, keys, now) {
        Ok(method) => method,
        Err(check) => {
            let skipped = Check::skipped(NAME, "the key that it names is not the issuer's");
            return SignedJws { checks: vec![check, skipped], method: None };
        }
    };
    let held = match jws.verify(header, &method.key) {
        Ok(()) => Check::pass(NAME, format!("{} by {}", header.alg, method.id)),
        Err(error) => jws_not_held(&error),
    };
    SignedJws { checks: vec![issuer_key::found(keys, method), held], method: Some(method) }
}

/// The key that a header names: by `kid`, else as a copy of the issuer's, else
/// the only one that there is.
fn jwt_key<'k>(
    jws: &Jws,
    header: &Header,
    keys: &'k ControllerDocument,
    now: Timestamp,
) -> Result<&'k VerificationMethod, Check> {
    if let Some(kid) = &header.kid {
        let found = issuer_key::find_for_jws(keys, kid, now);
        let holds = |method: &VerificationMethod| jws.verify(header, &method.key).is_ok();
        return found.or_else(|absent| {
            let method = issuer_key::under_another_name(keys, kid, holds).ok_or(absent)?;
            issuer_key::within_its_time(method, now)
        });
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
