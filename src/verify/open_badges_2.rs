//! Verifying Open Badges 2.0: hosted assertions and signed ones.
//! Spec: <https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html>
//!
//! Invariant: what decides is what the issuer's own addresses answer. Of a hosted
//! assertion that is the copy at its id, never the file; the issuer's profile is
//! always fetched from the id by which the badge class names it. These few are
//! fetched before anything is proven, since 2.0 proves nothing without them; a
//! revocation list is asked only once the signature held.

use jiff::Timestamp;
use url::Url;

use super::conclude::status;
use super::{ACCEPT_CREDENTIAL, FORM, FetchError, Fetched, Sources, Verifier};
use crate::check::open_badges_2::{self as ob2, Assertion, Award, Verification};
use crate::check::options::Options;
use crate::check::recipient::{Expected, RecipientReport};
use crate::check::report::{
    AchievementSummary, CheckReport, CredentialSummary, Earner, Form, Signer, Status, Verdict,
    verdict,
};
use crate::check::status::NAME as STATUS;
use crate::check::{Check, Problem, Report, Verdicts, counted, issuer_key, proof};
use crate::fetch::too_many;
use crate::model::Document;
use crate::model::json::{Object, Value};
use crate::model::key::PublicKey;
use crate::proof::vc_jwt::{Header, Jws, JwsError};

/// More keys than any issuer lists; each costs a fetch.
const MAX_KEYS: usize = 4;

/// The copy at `url`, which is a link or the id that `file` gives itself.
pub(super) async fn verify_hosted<S: Sources>(
    url: &str,
    file: Option<Assertion<'_, '_>>,
    verifier: Verifier<'_, S>,
) -> Report {
    let mut found = Found::new(Form::OpenBadges2Hosted, verifier.options);
    if let Err(check) = hosted(&mut found, url, file, verifier).await {
        found.authentic.push(check);
    }
    found.conclude()
}

/// A file with an assertion, which says itself how it is verified.
pub(super) async fn verify_file<S: Sources>(
    file: Assertion<'_, '_>,
    verifier: Verifier<'_, S>,
) -> Report {
    if file.verification() == Some(Verification::Hosted)
        && let Some(id) = file.id()
    {
        return verify_hosted(id, Some(file), verifier).await;
    }
    let mut found = Found::new(Form::OpenBadges2Hosted, verifier.options);
    let detail = "The assertion is neither hosted nor in a JWS: only the file speaks for it.";
    let problem = Problem::new("no-proof", detail).at("/verification");
    found.authentic.push(Check::fail(ob2::HOSTED, "neither hosted nor signed", problem));
    found.conclude()
}

/// The payload of a JWS.
pub(super) async fn verify_signed<S: Sources>(
    assertion: Assertion<'_, '_>,
    (jws, header): (&Jws, &Result<Header, JwsError>),
    verifier: Verifier<'_, S>,
) -> Report {
    let mut found = Found::new(Form::OpenBadges2Signed, verifier.options);
    if let Err(check) = signed(&mut found, assertion, (jws, header), verifier).await {
        found.authentic.push(check);
    }
    found.conclude()
}

async fn hosted<S: Sources>(
    found: &mut Found,
    url: &str,
    file: Option<Assertion<'_, '_>>,
    Verifier { sources, now, options, .. }: Verifier<'_, S>,
) -> Result<(), Check> {
    let fetched = match get(url, sources).await {
        Err(FetchError::Status { status: 410, .. }) => {
            found.gone = true;
            found.current.push(ob2::gone(url));
            let problem = Problem::new("gone", format!("{url} is gone: its issuer withdrew it."));
            return Err(Check::undecided(ob2::HOSTED, url, problem));
        }
        other => other.map_err(|error| silent(ob2::HOSTED, &error))?,
    };
    let document = read(&fetched, url)?;
    let assertion = Assertion::of(document.root()).ok_or_else(|| {
        let detail = format!(
            "Expected an Open Badges 2.0 assertion at {url}; what it answers is none, by its \
             `type` and `@context`."
        );
        Check::fail(ob2::HOSTED, url, Problem::new("not-an-assertion", detail))
    })?;
    found.asked(fetched.fetched_at);
    if assertion.verification() != Some(Verification::Hosted) {
        let detail = "The assertion does not say that it is verified by being hosted.";
        let problem = Problem::new("not-hosted", detail).at("/verification");
        return Err(Check::fail(ob2::HOSTED, url, problem));
    }
    let parts = Parts::gather(assertion, sources).await?;
    let (badge, issuer) = parts.read(assertion)?;
    let award = Award { assertion, badge: badge.root(), issuer: issuer.root() };
    found.describe(award);
    found.expect(assertion, options);
    found.authentic.push(ob2::shape(award));
    found.authentic.push(ob2::scope(award, &parts.issuer_id));
    if let Some(file) = file {
        found.compare(file, award, url)?;
    }
    found.signer = Some(signer(&parts.issuer_id, url, options));
    found.current.push(ob2::dates(assertion, now));
    found.current.push(ob2::status_of_hosted(assertion));
    Ok(())
}

async fn signed<S: Sources>(
    found: &mut Found,
    assertion: Assertion<'_, '_>,
    (jws, header): (&Jws, &Result<Header, JwsError>),
    Verifier { sources, now, options, .. }: Verifier<'_, S>,
) -> Result<(), Check> {
    let parts = Parts::gather(assertion, sources).await?;
    let (badge, issuer) = parts.read(assertion)?;
    let award = Award { assertion, badge: badge.root(), issuer: issuer.root() };
    found.describe(award);
    found.expect(assertion, options);
    found.authentic.push(ob2::shape(award));
    let header = header.as_ref().map_err(proof::jws_not_held)?;
    let keys = ob2::keys_to_ask(award);
    let keys = keys.map_err(|problem| Check::fail(issuer_key::NAME, "no key", problem))?;
    let key = held(&keys, jws, header, &parts.issuer_id, sources).await?;
    let listed = format!("{key} is listed by {}", parts.issuer_id);
    found.authentic.push(Check::pass(issuer_key::NAME, listed));
    found.authentic.push(Check::pass(proof::NAME, format!("{} by {key}", header.alg)));
    found.signer = Some(signer(&parts.issuer_id, key, options));
    found.current.push(ob2::dates(assertion, now));
    let status = revocation(found, award, &parts.issuer_id, sources).await;
    found.current.push(status.unwrap_or_else(|unknown| unknown));
    Ok(())
}

/// Asks the issuer's list, only now that the signature held.
async fn revocation<S: Sources>(
    found: &mut Found,
    award: Award<'_, '_>,
    issuer_id: &str,
    sources: &S,
) -> Result<Check, Check> {
    let Some(url) = ob2::reference(award.issuer.get("revocationList")) else {
        return Ok(Check::skipped(STATUS, "the issuer names no revocation list"));
    };
    let fetched = get(url, sources).await.map_err(|error| silent(STATUS, &error))?;
    found.asked(fetched.fetched_at);
    let list = read_as(STATUS, &fetched, url)?;
    Ok(ob2::status_of_signed(award.assertion, list.root(), issuer_id))
}

/// The first of the keys under which the signature holds. One that does not answer
/// could have been the one: then nothing is known.
async fn held<'k, S: Sources>(
    keys: &[&'k str],
    jws: &Jws,
    header: &Header,
    issuer: &str,
    sources: &S,
) -> Result<&'k str, Check> {
    let mut failed = None;
    for &id in keys.iter().take(MAX_KEYS) {
        let key = match public_key(id, issuer, sources).await {
            Ok(key) => key,
            Err(check) => {
                failed = Some(failed.filter(Check::is_undecided).unwrap_or(check));
                continue;
            }
        };
        match jws.verify(header, &key) {
            Ok(()) => return Ok(id),
            Err(error) => failed = Some(failed.unwrap_or_else(|| proof::jws_not_held(&error))),
        }
    }
    if keys.len() > MAX_KEYS {
        let detail = format!("The issuer lists {} keys; {MAX_KEYS} were asked.", keys.len());
        let problem = Problem::new("too-many-keys", detail).at("/badge/issuer/publicKey");
        return Err(Check::undecided(issuer_key::NAME, issuer, problem));
    }
    Err(failed.expect("there is a key to ask"))
}

async fn public_key<S: Sources>(id: &str, issuer: &str, sources: &S) -> Result<PublicKey, Check> {
    let fetched = get(id, sources).await.map_err(|error| silent(issuer_key::NAME, &error))?;
    let document = read_as(issuer_key::NAME, &fetched, id)?;
    ob2::key(document.root(), id, issuer)
}

/// What an assertion refers to, as it was answered.
struct Parts {
    /// Absent where the assertion holds its badge class itself.
    badge: Option<(String, Fetched)>,
    issuer: Fetched,
    issuer_id: String,
}

impl Parts {
    async fn gather<S: Sources>(assertion: Assertion<'_, '_>, sources: &S) -> Result<Self, Check> {
        let missing = |what: &str, at: &str| {
            let detail = format!("Expected {what} to be named at `{at}`; there is none.");
            let problem = Problem::new("missing-member", detail).at(at);
            Check::fail(ob2::SHAPE, "Open Badges 2.0", problem)
        };
        let badge = match assertion.0.get("badge") {
            Some(Value::Object(_)) => None,
            other => {
                let url = ob2::reference(other).ok_or_else(|| missing("badge class", "/badge"))?;
                let fetched = get(url, sources).await;
                Some((url.to_owned(), fetched.map_err(|error| silent(ob2::SHAPE, &error))?))
            }
        };
        let issuer_id = match &badge {
            Some((url, fetched)) => issuer_of(read_as(ob2::SHAPE, fetched, url)?.root()),
            None => assertion.0.get("badge").and_then(Value::as_object).and_then(issuer_of),
        };
        let issuer_id = issuer_id.ok_or_else(|| missing("issuer", "/badge/issuer"))?;
        let issuer = get(&issuer_id, sources).await;
        let issuer = issuer.map_err(|error| silent(ob2::SHAPE, &error))?;
        Ok(Self { badge, issuer, issuer_id })
    }

    /// Each must say that it is what was asked for.
    fn read<'p>(&'p self, assertion: Assertion<'p, 'p>) -> Result<(Part<'p>, Part<'p>), Check> {
        let badge = match &self.badge {
            Some((url, fetched)) => Part::Fetched(read(fetched, url)?),
            None => {
                let object = assertion.0.get("badge").and_then(Value::as_object);
                Part::Embedded(object.expect("nothing else was not fetched"))
            }
        };
        let issuer = Part::Fetched(read(&self.issuer, &self.issuer_id)?);
        Ok((badge, issuer))
    }
}

enum Part<'p> {
    Fetched(Document<'p>),
    Embedded(&'p Object<'p>),
}

impl<'p> Part<'p> {
    fn root(&self) -> &Object<'p> {
        match self {
            Part::Fetched(document) => document.root(),
            Part::Embedded(object) => object,
        }
    }
}

fn issuer_of(badge: &Object<'_>) -> Option<String> {
    ob2::reference(badge.get("issuer")).map(str::to_owned)
}

async fn get<S: Sources>(url: &str, sources: &S) -> Result<Fetched, FetchError> {
    let refused = |reason| FetchError::Refused { url: url.to_owned(), reason };
    let parsed = ob2::exact(url).ok_or_else(|| refused("it is not written as a URL is"))?;
    sources.fetch(&parsed, ACCEPT_CREDENTIAL).await
}

/// A document that must name itself `url`.
fn read<'f>(fetched: &'f Fetched, url: &str) -> Result<Document<'f>, Check> {
    let document = read_as(ob2::HOSTED, fetched, url)?;
    match document.root().str("id") {
        Some(id) if id == url => Ok(document),
        id => {
            let detail =
                format!("{url} answers with a document about {:?}.", id.unwrap_or("nothing"));
            Err(Check::fail(ob2::HOSTED, url, Problem::new("another-document", detail)))
        }
    }
}

fn read_as<'f>(name: &'static str, fetched: &'f Fetched, url: &str) -> Result<Document<'f>, Check> {
    Document::parse(&fetched.bytes).map_err(|error| {
        let detail = format!("{url} does not answer with JSON that we read: {error}.");
        // A page of the web server's own, perhaps: no word from the issuer.
        Check::undecided(name, url, Problem::new("unreadable-document", detail))
    })
}

fn silent(name: &'static str, error: &FetchError) -> Check {
    if let FetchError::TooMany { url } = error {
        return Check::undecided(name, url.as_str(), too_many(url));
    }
    let detail = format!("What the credential rests on did not answer: {error}. Try again.");
    Check::undecided(name, error.to_string(), Problem::new("document-unreachable", detail))
}

fn signer(issuer: &str, key: &str, options: &Options) -> Signer {
    let host = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    let bound = match host {
        Some(host) => format!("the domain {host} (https)"),
        None => "an address that is no URL".to_owned(),
    };
    Signer::new(issuer, key, bound, options)
}

/// What was found so far, in the order of the report.
struct Found {
    form: Form,
    authentic: Vec<Check>,
    current: Vec<Check>,
    signer: Option<Signer>,
    credential: Option<CredentialSummary>,
    warnings: Vec<Problem>,
    /// Where one was expected, what is said of him.
    recipient: Option<RecipientReport>,
    /// The oldest answer that the status rests on.
    asked_at: Option<Timestamp>,
    /// The issuer's server answered that it is gone.
    gone: bool,
    /// Whether what counting goes by is asked for.
    counted: bool,
}

impl Found {
    fn new(form: Form, options: &Options) -> Self {
        Self {
            form,
            authentic: Vec::new(),
            current: Vec::new(),
            signer: None,
            credential: None,
            warnings: Vec::new(),
            recipient: options.recipient.as_ref().map(Expected::not_compared),
            asked_at: None,
            gone: false,
            counted: options.counted,
        }
    }

    fn expect(&mut self, assertion: Assertion<'_, '_>, options: &Options) {
        self.recipient = options.recipient.as_ref().map(|expected| expected.compare_2(assertion.0));
    }

    fn asked(&mut self, at: Timestamp) {
        self.asked_at = Some(self.asked_at.map_or(at, |before| before.min(at)));
    }

    /// Holds a file against the issuer's copy, which alone decides.
    fn compare(
        &mut self,
        file: Assertion<'_, '_>,
        award: Award<'_, '_>,
        url: &str,
    ) -> Result<(), Check> {
        if let Some(member) = ob2::differs(file, award) {
            let detail = format!(
                "The file says another `{member}` than the copy at its issuer's, {url}. Ask for \
                 the issuer's copy."
            );
            let problem = Problem::new("differs-from-hosted", detail).at(format!("/{member}"));
            return Err(Check::fail(ob2::HOSTED, url, problem));
        }
        if ob2::salted_otherwise(file, award.assertion) {
            let detail = "The file and the issuer's copy hash the earner's identity with \
                          different salts, so they cannot be compared: only the copy's counts.";
            self.warnings.push(Problem::new("another-salt", detail).at("/recipient"));
        }
        Ok(())
    }

    fn describe(&mut self, award: Award<'_, '_>) {
        let Award { assertion, badge, issuer } = award;
        let member = |object: &Object<'_>, name: &str| object.str(name).map(str::to_owned);
        let name = ob2::badge_name(badge).map(str::to_owned);
        self.credential = Some(CredentialSummary {
            id: member(assertion.0, "id"),
            name: name.clone(),
            issuer: member(issuer, "id"),
            issuer_name: member(issuer, "name"),
            earner: Some(Earner { id: assertion.plain_identity().map(str::to_owned), name: None }),
            achievement: Some(AchievementSummary {
                id: member(badge, "id"),
                name,
                version: member(badge, "version"),
            }),
            valid_from: member(assertion.0, "issuedOn"),
            valid_until: member(assertion.0, "expires"),
            awarded_date: None,
            endorsement: false,
            counted: self.counted.then(|| Box::new(counted::open_badges_2(award))),
        });
    }

    fn conclude(self) -> Report {
        let authentic = verdict(&self.authentic);
        let (status, current) = match authentic {
            Verdict::Yes => (status(&self.current), verdict(&self.current)),
            // The one thing that an issuer says of what it no longer shows.
            Verdict::Undecided if self.gone => (Status::Revoked, Verdict::No),
            Verdict::No | Verdict::Undecided => (Status::Unknown, Verdict::Undecided),
        };
        let held = authentic == Verdict::Yes;
        let asked_at = self.asked_at.filter(|_| status != Status::Unknown);
        let sentence = match self.form {
            Form::OpenBadges2Signed => "an Open Badges 2.0 assertion in a JWS",
            _ => "an Open Badges 2.0 assertion, hosted by its issuer",
        };
        let checks = [Check::pass(FORM, sentence)].into_iter();
        let checks = checks.chain(self.authentic).chain(self.current);
        Report {
            verified: held && current == Verdict::Yes,
            verdicts: Verdicts::of(authentic, current),
            status,
            status_as_of: asked_at.map(|at| at.to_string()),
            checks: checks.map(CheckReport::from).collect(),
            warnings: self.warnings,
            form: Some(self.form),
            picture: None,
            signer: self.signer.filter(|_| held),
            credential: self.credential,
            superseded_by: None,
            refreshed: None,
            presentation: None,
            endorsements: Vec::new(),
            recipient: None,
            explanation: Vec::new(),
        }
        .with_recipient(self.recipient)
    }
}
