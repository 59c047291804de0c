//! A verifiable presentation: who hands credentials on, to whom, and in answer to
//! what.
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/#verifiable-presentations>,
//! <https://www.w3.org/TR/vc-data-integrity/#proof-purposes>,
//! <https://www.w3.org/TR/vc-jose-cose/#securing-vps-with-jose>
//!
//! A proof that was made for somebody else, or once before, is played again here.
//!
//! Invariant: a key counts only if the holder's own document lists it under
//! `authentication`; domain and challenge are compared with those that were asked,
//! never taken from the presentation.

use super::data_model::is_url;
use super::options::Options;
use super::proof::{self, Received};
use super::{Basis, Check, Conformance, Findings, Place, Problem, json_ld};
use crate::did::ControllerDocument;
use crate::jsonld::Contexts;
use crate::model::Document;
use crate::model::credential::{CONTEXT_V1, CONTEXT_V2, first_context, items, types};
use crate::model::json::{Object, Value};
use crate::proof::Secured;
use crate::proof::vc_jwt::{CLAIMS, Kind, NONCE};

pub const NAME: &str = "presentation";
pub const HOLDER_KEY: &str = "holder-key";
pub const DOMAIN: &str = "domain";
pub const CHALLENGE: &str = "challenge";

/// Each contained credential costs a verification.
pub const MAX_CREDENTIALS: usize = 32;

const TYPE: &str = "VerifiablePresentation";

/// Whether it is one, or says that it is in the header of its JWS.
pub fn is_one(secured: &Secured<'_>, root: &Object<'_>) -> bool {
    let is = |name: &str| types(root).any(|found| found == name);
    let said = match secured.jws_kind() {
        Some(Kind::VpJose) => true,
        // Left where it was: the rules say why.
        Some(_) => root.contains("vp"),
        None => false,
    };
    said || (is(TYPE) && !is("VerifiableCredential"))
}

/// How a presentation is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Securing {
    Embedded,
    Jws,
    /// Nobody vouches for it; what it contains may still be secured.
    Nothing,
}

impl Securing {
    pub fn of(secured: &Secured<'_>, root: &Object<'_>) -> Self {
        match secured {
            Secured::Jws { .. } => Self::Jws,
            Secured::Embedded(_) if root.contains("proof") => Self::Embedded,
            Secured::Embedded(_) => Self::Nothing,
        }
    }
}

/// The holder's id, whether it stands alone or in an object.
pub fn holder<'d>(root: &'d Object<'_>) -> Option<&'d str> {
    match root.get("holder")? {
        Value::Object(holder) => holder.str("id"),
        other => other.as_str(),
    }
}

/// Whose key the proof or the header names: the identifier before the fragment.
pub fn key_owner<'d>(secured: &'d Secured<'_>, root: &'d Object<'_>) -> Option<&'d str> {
    let method = match secured {
        Secured::Embedded(_) => {
            items(root, "proof").next()?.as_object()?.str("verificationMethod")?
        }
        Secured::Jws { header, .. } => header.as_ref().ok()?.kid.as_deref()?,
    };
    method.split('#').next().filter(|owner| !owner.is_empty())
}

/// What was put into it.
pub fn credentials<'d, 'a>(root: &'d Object<'a>) -> &'d [Value<'a>] {
    root.get("verifiableCredential").map(Value::items).unwrap_or_default()
}

/// The rules that need nothing but the presentation.
pub fn conform(secured: &Secured<'_>, document: &Document<'_>, contexts: &Contexts) -> Conformance {
    let mut conformance = Conformance::default();
    let root = document.root();
    let mut found = Findings::default();
    rules(secured, root, &mut found);
    found.report(NAME, "a verifiable presentation", &mut conformance);
    let claims = CLAIMS.into_iter().chain([NONCE]);
    let without: Vec<&str> = match Securing::of(secured, root) {
        Securing::Embedded => vec!["proof"],
        Securing::Nothing => vec!["verifiableCredential"],
        // Each credential is checked by itself, and no graph of theirs is signed.
        Securing::Jws => claims.chain(["verifiableCredential", "proof"]).collect(),
    };
    let graph = json_ld::expand(root, &without, contexts);
    conformance.checks.push(json_ld::check_but(document, &graph, "verifiableCredential"));
    conformance.graph = Some(graph);
    conformance
}

fn rules(secured: &Secured<'_>, root: &Object<'_>, found: &mut Findings) {
    let old = first_context(root) == Some(CONTEXT_V1);
    let entries = root.get("@context").and_then(Value::as_array);
    if entries.is_none() || !(old || first_context(root) == Some(CONTEXT_V2)) {
        let detail = format!("`@context` must be an array whose first entry is {CONTEXT_V2}.");
        found.error("context", "/@context", detail);
    }
    let strings = items(root, "type").all(|name| name.as_str().is_some());
    if !strings || !types(root).any(|name| name == TYPE) {
        let detail = "`type` must be an array of strings with `VerifiablePresentation` in it.";
        found.error("type", "/type", detail);
    }
    if root.get("id").is_some_and(|id| !id.as_str().is_some_and(is_url)) {
        found.error("id", "/id", "An `id` must be one string that is a URL.");
    }
    if root.contains("holder") && !holder(root).is_some_and(is_url) {
        let detail = "`holder` must be a URL, or an object whose `id` is a URL.";
        found.error("holder", "/holder", detail);
    }
    for claim in ["vp", "vc"].into_iter().filter(|claim| root.contains(claim)) {
        let detail = format!(
            "A member `{claim}` is a claim of JWTs of the data model 1.1, whose `typ` is `JWT`; a \
             presentation of 2.0 is the payload itself."
        );
        found.error("mixed-data-models", format!("/{claim}"), detail);
    }
    let kind = secured.jws_kind();
    if kind == Some(Kind::VcJose) {
        let detail = "The header's `typ` is that of a credential; a presentation's is `vp+jwt`.";
        found.error("jws-type", "", detail);
    }
    contained(root, (kind, old), found);
}

fn contained(root: &Object<'_>, (kind, old): (Option<Kind>, bool), found: &mut Findings) {
    let Some(value) = root.get("verifiableCredential") else { return };
    let place = Place::Root.member("verifiableCredential");
    let credentials = value.items();
    if credentials.len() > MAX_CREDENTIALS {
        let detail =
            format!("A presentation of more than {MAX_CREDENTIALS} credentials is not read.");
        return found.error("too-many-credentials", place, detail);
    }
    let enveloped =
        |object: &Object<'_>| types(object).any(|name| name == "EnvelopedVerifiableCredential");
    for (index, credential) in credentials.iter().enumerate() {
        let detail = match (credential, kind) {
            (Value::Object(object), Some(Kind::VpJose)) if !enveloped(object) => {
                "A `vp+jwt` holds each credential as an `EnvelopedVerifiableCredential`."
            }
            (Value::Object(object), _) if !object.is_empty() => continue,
            (Value::String(_), Some(Kind::OpenBadges)) if old => continue,
            _ => {
                "Each `verifiableCredential` must be an object; a JWT is put into an \
                  `EnvelopedVerifiableCredential`."
            }
        };
        found.error("contained-credential", place.index(index), detail);
    }
}

/// What there was to say of the holder's signature.
#[derive(Debug, Default)]
pub struct Presenting {
    pub checks: Vec<Check>,
    /// Whether it is within its own time.
    pub dates: Vec<Check>,
    pub warnings: Vec<Problem>,
    /// The holder's key, if its signature held. Whether it was made for the asker is apart.
    pub key: Option<String>,
}

/// `keys` is the holder's own document, opened for presenting, or the check that says why there
/// is none.
pub fn authenticate(
    received: Received<'_, '_, '_>,
    keys: Result<&ControllerDocument, Check>,
    basis: Basis<'_>,
) -> Presenting {
    let Received { secured, document, .. } = received;
    let mut presenting = match (secured, keys) {
        (Secured::Jws { jws, header }, Ok(keys)) => {
            let signed = proof::signed_jws(jws, header, keys, basis.now);
            let key = signed.method.map(|method| method.id.clone());
            Presenting { checks: signed.checks, key, ..Presenting::default() }
        }
        (_, keys) => {
            let proven = proof::authenticate(received, keys, basis);
            let key = proven.authentic.map(|authentic| authentic.method().id.clone());
            let (dates, warnings) = (proven.dates, proven.warnings);
            Presenting { checks: proven.checks, dates, warnings, key }
        }
    };
    for check in presenting.checks.iter_mut().filter(|c| c.name == super::issuer_key::NAME) {
        check.name = HOLDER_KEY;
    }
    if matches!(secured, Secured::Jws { .. }) {
        presenting.checks.push(iss(document.root()));
        presenting.dates.push(super::validity::check(document.root(), true, basis.now));
    }
    presenting
}

/// `iss` repeats the holder.
fn iss(root: &Object<'_>) -> Check {
    const JWT_CLAIMS: &str = super::jwt_claims::NAME;
    match root.get("iss") {
        Some(value) if root.contains("holder") && value.as_str() != holder(root) => {
            let found = value.as_str().map_or_else(|| value.kind().to_owned(), str::to_owned);
            let detail = format!(
                "The claim `iss` must equal the presentation's holder, {}; it is {found}.",
                holder(root).unwrap_or("which is unnamed")
            );
            let problem = Problem::new("claim-mismatch", detail).at("/iss");
            Check::fail(JWT_CLAIMS, "another holder", problem)
        }
        _ => Check::pass(JWT_CLAIMS, "the claims agree with the presentation"),
    }
}

/// Whether it was made for the asker, and in answer to what the asker said.
pub fn asked_for(secured: &Secured<'_>, root: &Object<'_>, options: &Options) -> Vec<Check> {
    let securing = Securing::of(secured, root);
    [(DOMAIN, "aud", &options.domain), (CHALLENGE, NONCE, &options.challenge)]
        .into_iter()
        .map(|(name, claim, asked)| {
            let found: Vec<_> = match securing {
                Securing::Jws => vec![(root.get(claim), format!("/{claim}"))],
                Securing::Embedded => items(root, "proof")
                    .filter_map(Value::as_object)
                    .map(|proof| (proof.get(name), format!("/proof/{name}")))
                    .collect(),
                Securing::Nothing => Vec::new(),
            };
            compare(name, asked.as_deref(), &found)
        })
        .collect()
}

/// Each proof must name what was asked.
fn compare(
    name: &'static str,
    asked: Option<&str>,
    found: &[(Option<&Value<'_>>, String)],
) -> Check {
    let says = |value: Option<&Value<'_>>, asked: &str| {
        let values = value.map(Value::items).unwrap_or_default();
        // A challenge is one; a domain may be one of several.
        values.iter().any(|v| v.as_str() == Some(asked)) && (name == DOMAIN || values.len() == 1)
    };
    let Some(asked) = asked else {
        let named = found.iter().any(|(value, _)| value.is_some());
        let reason =
            if named { "it names one, and none was asked for" } else { "none was asked for" };
        return Check::skipped(name, reason);
    };
    let wrong = found.iter().find(|(value, _)| !says(*value, asked));
    match (found, wrong) {
        ([], _) => {
            let detail = format!("A {name} was asked for, and the presentation is not signed.");
            Check::fail(name, "not signed", Problem::new("unsigned-presentation", detail))
        }
        (_, None) => Check::pass(name, "the one that was asked for"),
        (_, Some((value, pointer))) => {
            let seen = value.map_or("none".to_owned(), |value| {
                serde_json::to_string(value).unwrap_or_else(|_| value.kind().to_owned())
            });
            let detail = format!(
                "The presentation was asked for with the {name} {asked:?} and was signed for {seen}; \
                 ask its holder for one that is made for you now."
            );
            let code = if name == DOMAIN { "domain-mismatch" } else { "challenge-mismatch" };
            Check::fail(name, seen, Problem::new(code, detail).at(pointer.as_str()))
        }
    }
}

/// In place of a proof where there is none.
pub fn unsigned() -> Check {
    let reason = "the presentation is not signed, so nothing says who hands it on";
    Check::skipped(proof::NAME, reason)
}
