//! Verify: anyone's credential, as the steps of the job.
//!
//! Invariant: nothing is fetched but the issuer's key document before the
//! signature held, so a forged credential cannot choose our URLs (Open Badges 2.0
//! cannot be told without more, see [`open_badges_2`]); and what could not be told
//! is *undecided*, never yes and never no.

mod open_badges_2;

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use url::Url;

use crate::bake::{Baked, Edition, Picture};
use crate::check::issuer_books;
use crate::check::open_badges_2::Assertion;
use crate::check::proof::{Authentic, Authentication, Received};
use crate::check::report::{
    AchievementSummary, CheckReport, CredentialSummary, Earner, Form, Signer, Status, Verdict,
    verdict,
};
use crate::check::status::{ListFact, Named};
use crate::check::{self, Basis, Check, Conformance, Problem, Report, Verdicts};
use crate::did::ControllerDocument;
use crate::fetch::readings::{ListAsked, ProvenList, silent_list};
use crate::fetch::{ACCEPT_CREDENTIAL, ListError};
use crate::jsonld::Contexts;
use crate::model::credential::text;
use crate::model::json::{Object, Value};
use crate::model::{Credential, Document, date_time};
use crate::proof::vc_jwt::Kind;

pub use crate::check::issuer_books::IssuerRecord;
pub use crate::fetch::{FetchError, Fetched, Sources};
pub use crate::proof::Secured;
pub use crate::proof::secured::DecodeError;

/// Verifies a credential in any form that we read, as of `now`.
pub async fn verify<S: Sources>(
    input: &[u8],
    sources: &S,
    contexts: &Contexts,
    now: Timestamp,
) -> Report {
    match Picture::of(input) {
        None => verify_text(input, sources, contexts, now).await,
        Some(picture) => {
            let report = verify_baked(picture, input, sources, contexts, now).await;
            Report { picture: Some(picture), ..report }
        }
    }
}

/// Verifies the one credential in a picture. Nothing vouches for the picture itself.
async fn verify_baked<S: Sources>(
    picture: Picture,
    input: &[u8],
    sources: &S,
    contexts: &Contexts,
    now: Timestamp,
) -> Report {
    let Baked { edition, credential } = match picture.open(input) {
        Ok(baked) => baked,
        Err(error) => {
            let detail = format!("There is no credential to verify: {error}.");
            let problem = Problem::new(error.code(), detail);
            return Report::unreadable(Check::fail(FORM, "a picture", problem));
        }
    };
    // In 2.0 the address of a hosted assertion may stand for it.
    if edition == Edition::V2 && credential.starts_with("http") {
        return open_badges_2::verify_hosted(&credential, None, sources, now).await;
    }
    verify_text(credential.as_bytes(), sources, contexts, now).await
}

async fn verify_text<S: Sources>(
    input: &[u8],
    sources: &S,
    contexts: &Contexts,
    now: Timestamp,
) -> Report {
    // 1. Decode.
    match decode(input) {
        Ok(secured) => verify_decoded(&secured, sources, contexts, now).await,
        Err(error) => unreadable(&error),
    }
}

/// Verifies what was decoded before.
pub async fn verify_decoded<S: Sources>(
    secured: &Secured<'_>,
    sources: &S,
    contexts: &Contexts,
    now: Timestamp,
) -> Report {
    let document = match secured.document() {
        Ok(document) => document,
        Err(error) => return unreadable(&error),
    };
    if let Some(assertion) = Assertion::of(document.root()) {
        return match &secured {
            Secured::Embedded(_) => open_badges_2::verify_file(assertion, sources, now).await,
            Secured::Jws { jws, header } => {
                open_badges_2::verify_signed(assertion, (jws, header), sources, now).await
            }
        };
    }
    // 2 to 4. Conform, resolve, prove.
    let keys = resolve(Credential(document.root()).issuer(), sources).await;
    let basis = Basis { contexts, now };
    let examined = examine(secured, &document, &keys, basis);
    // 5. Gather, only now that the proof held.
    let facts = match (&examined.proven.authentic, &keys) {
        (Some(authentic), Ok(keys)) => {
            let claims = secured.jws_kind().is_some();
            gather(authentic, claims, keys, sources, basis).await
        }
        _ => Facts::default(),
    };
    // 6. Judge.
    let current = judge(&examined, &facts, now);
    // 7. Conclude.
    conclude(examined, current, &facts)
}

/// Verifies what a link leads to. The link is the asker's, not the credential's.
pub async fn verify_url<S: Sources>(
    url: &str,
    sources: &S,
    contexts: &Contexts,
    now: Timestamp,
) -> Report {
    let failed = |check| Report::unreadable(check);
    let Ok(url) = Url::parse(url) else {
        let problem = Problem::new("not-a-url", "The link is not a URL.");
        return failed(Check::fail(FORM, url, problem));
    };
    match sources.fetch(&url, ACCEPT_CREDENTIAL).await {
        Ok(fetched) => verify(&fetched.bytes, sources, contexts, now).await,
        Err(error) => {
            let problem = Problem::new("link-unreachable", format!("{error}."));
            failed(Check::undecided(FORM, url.as_str(), problem))
        }
    }
}

/// The first step alone: whether the input is a credential in any form at all.
pub fn decode(input: &[u8]) -> Result<Secured<'_>, DecodeError> {
    Secured::decode(input)
}

const FORM: &str = "form";

/// What was found up to the signature.
struct Examined<'d, 'a> {
    secured: &'d Secured<'d>,
    document: &'d Document<'a>,
    conformance: Conformance,
    proven: Authentication<'d, 'a>,
}

/// Steps 2 and 4, the same for a credential and for a status list. `keys` is
/// the issuer's own document, or the check that says why there is none.
fn examine<'d, 'a>(
    secured: &'d Secured<'d>,
    document: &'d Document<'a>,
    keys: &Result<Arc<ControllerDocument>, Check>,
    basis: Basis<'_>,
) -> Examined<'d, 'a> {
    let mut conformance = match secured {
        Secured::Embedded(_) => check::conform(document, basis.contexts),
        Secured::Jws { .. } => check::conform_jwt(document, basis.contexts),
    };
    let proven = if conformance.unsupported {
        Authentication::not_looked_at()
    } else {
        let keys = keys.as_deref().map_err(Clone::clone);
        // Taken, so that it is not kept while the lists are asked.
        let graph = conformance.graph.take();
        let received = Received { secured, document, graph: graph.as_ref() };
        check::proof::authenticate(received, keys, basis)
    };
    Examined { secured, document, conformance, proven }
}

/// Step 3: the issuer's own document, or the check that says why there is none.
async fn resolve<S: Sources>(
    issuer: Option<&str>,
    sources: &S,
) -> Result<Arc<ControllerDocument>, Check> {
    match issuer {
        Some(issuer) => sources.keys(issuer).await,
        None => Err(check::issuer_key::unnamed_issuer()),
    }
}

/// What others say of a credential whose signature held.
#[derive(Default)]
struct Facts {
    lists: Vec<(Named, Option<ListFact>)>,
    /// Where we are the issuer: whether we minted it.
    books: Option<Check>,
    /// Where we are the issuer and minted it: what replaces it.
    superseded_by: Option<Option<String>>,
}

/// Step 5. Our own books are asked first: a credential that we did not mint,
/// signed with a key of ours, chooses no URL either.
async fn gather<S: Sources>(
    authentic: &Authentic<'_, '_>,
    claims: bool,
    keys: &Arc<ControllerDocument>,
    sources: &S,
    basis: Basis<'_>,
) -> Facts {
    let credential = authentic.credential();
    let record = sources.issuer_record(authentic.issuer(), credential.id()).await;
    let books = issuer_books::check(authentic, claims, &record, basis.contexts);
    if books.as_ref().is_some_and(Check::failed) {
        return Facts { books, ..Facts::default() };
    }
    let superseded_by = match record {
        IssuerRecord::Found { superseded_by, .. } => Some(superseded_by),
        _ => None,
    };
    Facts { lists: lists(&credential, keys, sources, basis).await, books, superseded_by }
}

/// The lists that a credential names, asked at the same time, each of them once.
async fn lists<S: Sources>(
    credential: &Credential<'_, '_>,
    keys: &Arc<ControllerDocument>,
    sources: &S,
    basis: Basis<'_>,
) -> Vec<(Named, Option<ListFact>)> {
    let named = check::status::named(credential);
    let mut urls: Vec<&str> = named.iter().filter_map(Named::list).collect();
    urls.sort_unstable();
    urls.dedup();
    let facts = join_all(urls.iter().map(|url| list(url, keys, sources, basis))).await;
    let fact = |entry: &Named| {
        let at = urls.binary_search(&entry.list()?).ok()?;
        facts.get(at).cloned()
    };
    named.iter().map(|entry| (entry.clone(), fact(entry))).collect()
}

/// One status list, verified as any other credential, with the keys of the
/// credential's issuer: nobody else's list says anything.
async fn list<S: Sources>(
    url: &str,
    keys: &Arc<ControllerDocument>,
    sources: &S,
    basis: Basis<'_>,
) -> ListFact {
    let Ok(parsed) = Url::parse(url) else {
        return ListFact::Unknown(silent_list(&format!("{url} is not a URL")));
    };
    let asked = ListAsked { url: &parsed, keys, now: basis.now };
    match sources.list(asked, &|bytes| prove_list(url, bytes, keys, basis)).await {
        Ok((proven, fetched_at)) => proven
            .fact
            .fetched(fetched_at)
            .unless_behind(|issuer, from| newest_list(sources, (issuer, url), from, basis.now)),
        Err(ListError::Fetch(error)) => ListFact::Unknown(silent_list(&error.to_string())),
        Err(ListError::NotProven(problem)) => ListFact::Unknown(problem),
    }
}

/// The latest start that was seen. A list dated ahead, signed once by mistake or
/// with a stolen key, is not remembered: every true one would look played again.
fn newest_list<S: Sources>(
    sources: &S,
    (issuer, url): (&str, &str),
    from: Timestamp,
    now: Timestamp,
) -> Timestamp {
    match from.duration_since(now) > check::SKEW {
        true => from,
        false => sources.newest_list(issuer, url, from),
    }
}

/// The list, if its signature held; when it was fetched, only the caller knows.
fn prove_list(
    url: &str,
    bytes: &[u8],
    keys: &Arc<ControllerDocument>,
    basis: Basis<'_>,
) -> Result<ProvenList, Problem> {
    let unreadable = |detail| Problem::new("status-list-unreadable", detail);
    let secured = decode(bytes).map_err(|error| {
        unreadable(format!("The status list at {url} cannot be read: {error}."))
    })?;
    let document =
        secured.document().map_err(|error| unreadable(format!("The list at {url}: {error}.")))?;
    let issuer = Credential(document.root()).issuer().unwrap_or_default();
    if issuer != keys.id() {
        let detail = format!(
            "The list at {url} is issued by {issuer:?}, which nothing entitles to speak for {}.",
            keys.id()
        );
        return Err(Problem::new("status-list-of-another-issuer", detail));
    }
    let examined = examine(&secured, &document, &Ok(keys.clone()), basis);
    let mut checks = examined.checks().chain(&examined.proven.dates);
    let problem = checks.find_map(Check::problem);
    match (problem, &examined.proven.authentic) {
        (None, Some(authentic)) => {
            Ok(ProvenList { fact: ListFact::read(authentic), until: end(authentic, keys) })
        }
        (problem, _) => {
            let why = problem.map_or("it is not signed", |problem| problem.detail.as_str());
            let detail = format!("The list at {url} does not hold: {why}");
            Err(Problem::new("status-list-not-authentic", detail))
        }
    }
}

/// When what held of the proofs may hold no longer: the first end of any of them, or of a key
/// that any of them names, since each must hold.
fn end(authentic: &Authentic<'_, '_>, keys: &ControllerDocument) -> Option<Timestamp> {
    let proofs = authentic.document().root().get("proof").map(Value::items).unwrap_or_default();
    let proofs = || proofs.iter().filter_map(Value::as_object);
    let named = proofs().filter_map(|proof| proof.str("verificationMethod"));
    let methods = named.filter_map(|id| keys.assertion_method(id).ok()).chain([authentic.method()]);
    let of_keys = methods.flat_map(|method| [method.revoked, method.expires]).flatten();
    let own = proofs().flat_map(|proof| ["expires", "validUntil"].map(|name| proof.str(name)));
    own.flatten().filter_map(date_time::parse).chain(of_keys).min()
}

impl Examined<'_, '_> {
    fn checks(&self) -> impl Iterator<Item = &Check> {
        self.conformance.checks.iter().chain(&self.proven.checks)
    }
}

/// Step 6: the checks that *current* rests on.
fn judge(examined: &Examined<'_, '_>, facts: &Facts, now: Timestamp) -> Vec<Check> {
    let claims = examined.secured.jws_kind().is_some();
    let mut checks = examined.proven.dates.clone();
    checks.push(check::validity::check(examined.document.root(), claims, now));
    let skipped = |reason| Check::skipped(check::status::NAME, reason);
    let Some(authentic) = &examined.proven.authentic else {
        checks.push(skipped("the signature did not hold, so the links in it are not followed"));
        return checks;
    };
    if facts.books.as_ref().is_some_and(Check::failed) {
        checks.push(skipped("the issuer did not mint it, so the links in it are not followed"));
        return checks;
    }
    if facts.lists.is_empty() {
        checks.push(check::status::none());
    }
    for (index, (named, fact)) in facts.lists.iter().enumerate() {
        let issuer = authentic.issuer();
        let pointer = check::status::pointer(&authentic.credential(), index);
        let check = check::status::check(named, fact.as_ref(), issuer, now);
        checks.push(check.at(&pointer));
    }
    if let Some(superseded_by) = &facts.superseded_by {
        checks.push(check::successor::check(superseded_by.as_deref()));
    }
    checks
}

/// Step 7: verdicts, and the report.
fn conclude(examined: Examined<'_, '_>, current: Vec<Check>, facts: &Facts) -> Report {
    let authentic = match verdict(examined.checks().chain(&facts.books)) {
        // A signature is what makes it authentic: checks that were only skipped prove nothing.
        Verdict::Yes if examined.proven.authentic.is_none() => Verdict::Undecided,
        verdict => verdict,
    };
    let (status, current_verdict) = match authentic {
        Verdict::Yes => (status(&current), verdict(&current)),
        // What a forged document says of its own dates and lists means nothing.
        Verdict::No | Verdict::Undecided => (Status::Unknown, Verdict::Undecided),
    };
    let signer = examined.proven.authentic.as_ref().map(|authentic| Signer {
        issuer: authentic.issuer().to_owned(),
        key: authentic.method().id.clone(),
        bound: check::issuer_key::bound(authentic.issuer()),
    });
    let form = form(examined.secured);
    let checks = [Check::pass(FORM, form_sentence(form))]
        .into_iter()
        .chain(examined.conformance.checks)
        .chain(examined.proven.checks)
        .chain(facts.books.clone())
        .chain(current);
    let mut warnings = examined.conformance.warnings;
    warnings.extend(examined.proven.warnings);
    Report {
        verified: authentic == Verdict::Yes && current_verdict == Verdict::Yes,
        verdicts: Verdicts::of(authentic, current_verdict),
        status,
        status_as_of: status_as_of(status, facts),
        checks: checks.map(CheckReport::from).collect(),
        warnings,
        form: Some(form),
        picture: None,
        signer,
        credential: Some(summary(examined.document.root())),
        superseded_by: facts.superseded_by.clone().flatten(),
    }
}

fn form(secured: &Secured<'_>) -> Form {
    match secured.jws_kind() {
        None => Form::Json,
        Some(Kind::OpenBadges) => Form::VcJwt,
        Some(Kind::VcJose) => Form::VcJose,
    }
}

fn form_sentence(form: Form) -> &'static str {
    match form {
        Form::Json => "JSON with an embedded proof",
        Form::VcJwt => "a JWT in the Open Badges form",
        Form::VcJose => "a JWT in the VC-JOSE form",
        Form::OpenBadges2Hosted | Form::OpenBadges2Signed => "an Open Badges 2.0 assertion",
    }
}

/// The worst of what the checks say, the most telling first.
fn status(current: &[Check]) -> Status {
    let failed = |code: &str| {
        current.iter().any(|c| c.failed() && c.problem().is_some_and(|p| p.code == code))
    };
    let named = [
        (check::successor::SUPERSEDED, Status::Superseded),
        (check::status::REVOKED, Status::Revoked),
        (check::status::SUSPENDED, Status::Suspended),
        (check::validity::EXPIRED, Status::Expired),
        (check::proof_dates::EXPIRED, Status::Expired),
        (check::validity::NOT_YET_VALID, Status::NotYetValid),
        (check::proof_dates::FROM_THE_FUTURE, Status::NotYetValid),
    ];
    let found = named.into_iter().find(|(code, _)| failed(code));
    match (found, verdict(current)) {
        (Some((_, status)), _) => status,
        (None, Verdict::Yes) => Status::Good,
        (None, Verdict::No | Verdict::Undecided) => Status::Unknown,
    }
}

/// The oldest of the lists that decided; nothing where the status is unknown
/// or no list was asked.
fn status_as_of(status: Status, facts: &Facts) -> Option<String> {
    if status == Status::Unknown {
        return None;
    }
    let lists = facts.lists.iter().filter_map(|(_, fact)| fact.as_ref());
    lists.filter_map(ListFact::fetched_at).min().map(|time| time.to_string())
}

/// What the credential says of itself.
fn summary(root: &Object<'_>) -> CredentialSummary {
    let credential = Credential(root);
    let member = |name: &str| root.str(name).map(str::to_owned);
    let earner = credential.subject().map(|subject| Earner {
        id: subject.str("id").map(str::to_owned),
        name: credential.earner_name().map(str::to_owned),
    });
    let achievement = credential.achievement().map(|achievement| {
        let member = |name: &str| achievement.get(name).and_then(text).map(str::to_owned);
        AchievementSummary { id: member("id"), name: member("name"), version: member("version") }
    });
    CredentialSummary {
        id: member("id"),
        name: credential.name().map(str::to_owned),
        issuer: credential.issuer().map(str::to_owned),
        issuer_name: credential.issuer_name().map(str::to_owned),
        earner,
        achievement,
        valid_from: member("validFrom"),
        valid_until: member("validUntil"),
        awarded_date: member("awardedDate"),
    }
}

/// The report on what cannot be decoded.
pub fn unreadable(error: &DecodeError) -> Report {
    let detail = format!("There is no credential to verify: {error}.");
    Report::unreadable(Check::fail(FORM, "unreadable", Problem::new(error.code(), detail)))
}
