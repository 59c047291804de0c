//! Verify: anyone's credential, as the steps of the job.
//!
//! Invariant: nothing is fetched but the issuer's key document, and keys that it
//! lists, before the signature held, so a forged credential cannot choose our URLs (Open Badges 2.0
//! cannot be told without more, see [`open_badges_2`]); and what could not be told
//! is *undecided*, never yes and never no.

mod conclude;
mod conformance;
mod endorsements;
mod gather;
mod linked;
mod lists;
mod open_badges_2;
mod page_link;
mod presentation;
mod refresh;
mod schemas;
mod withdrawn;

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use crate::bake::{Baked, Edition, Picture};
use crate::check::explain::explain;
use crate::check::open_badges_2::Assertion;
use crate::check::options::{Options, Profile};
use crate::check::proof::{Authentication, Received};
use crate::check::report::Belongs;
use crate::check::status::Asked;
use crate::check::{self, Basis, Check, Conformance, Problem, Report};
use crate::did::ControllerDocument;
use crate::fetch::{ACCEPT_CREDENTIAL, Budget};
use crate::jsonld::Contexts;
use crate::model::{Credential, Document};
use conclude::conclude;
use gather::{Facts, gather};
use linked::with_linked_keys;
use page_link::Linked;

pub use crate::check::issuer_books::IssuerRecord;
pub use crate::fetch::{FetchError, Fetched, Sources};
pub use crate::proof::Secured;
pub use crate::proof::secured::DecodeError;
use crate::proof::vc_claim::Wrapped;

/// Verifies a credential in any form that we read, as of `now`, by the usual options.
pub async fn verify<S: Sources>(
    input: &[u8],
    sources: &S,
    contexts: &Contexts,
    now: Timestamp,
) -> Report {
    let options = Options::USUAL;
    Verifier { sources, contexts, now, options }.verify(input).await
}

/// What a verification rests on beside the credential.
#[derive(Debug)]
pub struct Verifier<'v, S> {
    pub sources: &'v S,
    pub contexts: &'v Contexts,
    pub now: Timestamp,
    pub options: &'v Options,
}

/// What an input must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Credential,
    Presentation,
}

impl<S> Clone for Verifier<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Verifier<'_, S> {}

impl<'v, S: Sources> Verifier<'v, S> {
    /// Verifies a credential in any form that we read.
    pub async fn verify(self, input: &[u8]) -> Report {
        self.within(&Budget::of(self.sources)).verify_any(input).await
    }

    /// Verifies what a link leads to, or the page there names. The link is the asker's, not the
    /// credential's.
    pub async fn verify_url(self, url: &str) -> Report {
        self.verify_url_and_keep(url).await.0
    }

    /// The same, with what was found there; nothing where nothing was.
    pub async fn verify_url_and_keep(self, url: &str) -> (Report, Vec<u8>) {
        self.within(&Budget::of(self.sources)).verify_link(url).await
    }

    /// Verifies what must be a credential, or must be a presentation.
    pub async fn verify_as(self, document: Document<'_>, wanted: Wanted) -> Report {
        self.within(&Budget::of(self.sources)).verify_wanted(document, wanted).await
    }

    /// Verifies what was decoded before.
    pub async fn verify_decoded(self, secured: &Secured<'_>) -> Report {
        self.within(&Budget::of(self.sources)).verify_read(secured).await
    }

    /// Everything that a verification asks comes out of one budget.
    fn within<'b>(self, budget: &'b Budget<'b, S>) -> Verifier<'b, Budget<'b, S>>
    where
        'v: 'b,
    {
        let Self { contexts, now, options, .. } = self;
        Verifier { sources: budget, contexts, now, options }
    }

    async fn verify_any(self, input: &[u8]) -> Report {
        match Picture::of(input) {
            None => self.verify_text(input).await,
            Some(picture) => {
                let report = self.verify_baked(picture, input).await;
                Report { picture: Some(picture), ..report.found(picture.place()) }
            }
        }
    }

    async fn verify_link(self, url: &str) -> (Report, Vec<u8>) {
        let Ok(url) = Url::parse(url) else {
            let start: String = url.chars().take(60).collect();
            let detail =
                format!("Expected a link such as https://issuer.example/1; found {start:?}.");
            let problem = Problem::new("not-a-url", detail);
            return (Report::unreadable(Check::fail(FORM, url, problem)), Vec::new());
        };
        match self.follow(&url).await {
            Ok((fetched, from)) => {
                (self.verify_any(&fetched.bytes).await.found(&from), fetched.bytes)
            }
            Err(check) => (Report::unreadable(check), Vec::new()),
        }
    }

    /// What lies at a link, and the address that it was found at: a page's own credential, asked
    /// once, in place of the page.
    async fn follow(self, url: &Url) -> Result<(Fetched, String), Check> {
        let unreachable = |error: FetchError| {
            let problem = Problem::new("link-unreachable", format!("{error}."));
            Check::undecided(FORM, url.as_str(), problem)
        };
        let fetched = self.sources.fetch(url, ACCEPT_CREDENTIAL).await.map_err(unreachable)?;
        let problem =
            |code, detail: String| Check::fail(FORM, url.as_str(), Problem::new(code, detail));
        match page_link::linked(&fetched.bytes, url) {
            Linked::NotAPage => Ok((fetched, format!("at {url}"))),
            Linked::One(link) => {
                let fetched = self.sources.fetch(&link, ACCEPT_CREDENTIAL).await;
                Ok((fetched.map_err(unreachable)?, format!("at {link}, which {url} names")))
            }
            Linked::Nothing => {
                let detail = format!(
                    "{url} is a web page that names no credential; download the credential there \
                     and give the file."
                );
                Err(problem("no-credential-in-page", detail))
            }
            Linked::Several(links) => {
                let links: Vec<&str> = links.iter().map(Url::as_str).collect();
                let detail = format!(
                    "{url} is a web page that names several credentials: {}. Give the link of one.",
                    links.join(", ")
                );
                Err(problem("several-credentials", detail))
            }
        }
    }

    /// Verifies the one credential in a picture. Nothing vouches for the picture itself.
    async fn verify_baked(self, picture: Picture, input: &[u8]) -> Report {
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
            return open_badges_2::verify_hosted(&credential, None, self).await;
        }
        match decode(credential.as_bytes()) {
            // One picture, one credential.
            Ok(secured) if presentation::is_in(&secured, self) => {
                let detail = "There is a presentation in the picture, and no credential; present \
                              it as it is.";
                let problem = Problem::new("presentation-in-picture", detail);
                Report::unreadable(Check::fail(FORM, "a picture", problem))
            }
            Ok(secured) => self.verify_read(&secured).await,
            Err(error) => unreadable(&error),
        }
    }

    async fn verify_text(self, input: &[u8]) -> Report {
        // 1. Decode.
        match decode(input) {
            Ok(secured) => self.verify_read(&secured).await,
            Err(error) => unreadable(&error),
        }
    }

    async fn verify_wanted(self, document: Document<'_>, wanted: Wanted) -> Report {
        let secured = match Secured::of(document) {
            Ok(secured) => secured,
            Err(error) => return unreadable(&error),
        };
        let found = match presentation::is_in(&secured, self) {
            true => Wanted::Presentation,
            false => Wanted::Credential,
        };
        if found == wanted {
            return self.verify_read(&secured).await;
        }
        let (code, detail) = match wanted {
            Wanted::Credential => {
                ("not-a-credential", "A credential was to be verified; this is a presentation.")
            }
            Wanted::Presentation => {
                ("not-a-presentation", "A presentation was to be verified; this is none.")
            }
        };
        Report::unreadable(Check::fail(FORM, "something else", Problem::new(code, detail)))
    }

    async fn verify_read(self, secured: &Secured<'_>) -> Report {
        // All that hangs together here pays from one budget, so that nothing in it multiplies.
        let contexts = &self.contexts.for_one_verification();
        Verifier { contexts, ..self }.verify_found(secured).await
    }

    async fn verify_found(self, secured: &Secured<'_>) -> Report {
        let document = match secured.document_with(self.wrapped()) {
            Ok(document) => document,
            Err(error) => return unreadable(&error),
        };
        if presentation::is_one(secured, &document) {
            let mut report = presentation::verify(secured, &document, self).await;
            if self.options.recipient.is_some() {
                report.verdicts.belongs = Belongs::Undecided;
            }
            return report;
        }
        if let Some(assertion) = Assertion::of(document.root()) {
            return match &secured {
                Secured::Embedded(_) => open_badges_2::verify_file(assertion, self).await,
                Secured::Jws { jws, header } => {
                    open_badges_2::verify_signed(assertion, (jws, header), self).await
                }
            };
        }
        self.verify_credential(secured, &document).await
    }

    /// A credential that came alone or in a presentation, and what it carries.
    async fn verify_credential(self, secured: &Secured<'_>, document: &Document<'_>) -> Report {
        let report = self.verify_following(secured, document, Follow::RefreshService).await;
        let expected = self.options.recipient.as_ref();
        let recipient = expected.map(|expected| expected.compare(document.root()));
        endorsements::add(report.with_recipient(recipient), document.root(), self).await
    }

    /// The same, of a credential that another led to.
    async fn verify_alone(self, secured: &Secured<'_>, document: &Document<'_>) -> Report {
        self.verify_following(secured, document, Follow::Nothing).await
    }

    /// Steps 2 to 7.
    async fn verify_following(
        self,
        secured: &Secured<'_>,
        document: &Document<'_>,
        follow: Follow,
    ) -> Report {
        // 2 to 4. Conform, resolve, prove.
        let keys = match self.resolve(secured, document).await {
            Ok(keys) => Ok(with_linked_keys(keys, secured, document.root(), self).await),
            Err(check) => Err(check),
        };
        let mut examined = examine(secured, document, &keys, self.basis());
        if self.options.profile == Profile::Conformance {
            examined.proven.warnings.extend(conformance::not_bound(secured, document));
        }
        // 5. Gather, only now that the proof held.
        let facts = match (&examined.proven.authentic, &keys) {
            (Some(authentic), Ok(keys)) => {
                let claims = secured.jws_kind().is_some();
                gather(authentic, claims, keys, follow, self).await
            }
            _ => withdrawn::facts(&examined, self).await,
        };
        // 6. Judge.
        let current = judge(&examined, &facts, self.basis());
        // 7. Conclude.
        let mut report = conclude(examined, current, facts, self.options);
        if self.options.explain {
            report.explanation = explain(secured, document, keys.as_deref().ok(), self.contexts);
        }
        report
    }

    /// Step 3: the issuer's own document, or the check that says why there is none.
    async fn resolve(
        self,
        secured: &Secured<'_>,
        document: &Document<'_>,
    ) -> Result<Arc<ControllerDocument>, Check> {
        match Credential(document.root()).issuer() {
            Some(_) if self.options.profile == Profile::Conformance => {
                conformance::keys(secured, document, self).await
            }
            Some(issuer) => self.sources.keys(issuer).await,
            None => Err(check::issuer_key::unnamed_issuer()),
        }
    }

    fn wrapped(&self) -> Wrapped {
        match self.options.profile {
            Profile::Strict => Wrapped::OfModel1,
            Profile::Conformance => Wrapped::OfEither,
        }
    }

    fn basis(&self) -> Basis<'_> {
        Basis { contexts: self.contexts, now: self.now, options: self.options }
    }
}

/// The first step alone: whether the input is a credential in any form at all.
pub fn decode(input: &[u8]) -> Result<Secured<'_>, DecodeError> {
    Secured::decode(input)
}

const FORM: &str = "form";

/// Whether a credential may lead to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follow {
    RefreshService,
    Nothing,
}

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
    let keys = keys.as_deref().map_err(Clone::clone);
    // Taken, so that it is not kept while the lists are asked.
    let graph = conformance.graph.take();
    let received = Received { secured, document, graph: graph.as_ref() };
    let proven = check::proof::authenticate(received, keys, basis);
    Examined { secured, document, conformance, proven }
}

impl Examined<'_, '_> {
    fn checks(&self) -> impl Iterator<Item = &Check> {
        self.conformance.checks.iter().chain(&self.proven.checks)
    }
}

/// What *current* rests on.
struct Current {
    checks: Vec<Check>,
    warnings: Vec<Problem>,
}

/// Step 6: the checks that *current* rests on.
fn judge(examined: &Examined<'_, '_>, facts: &Facts, basis: Basis<'_>) -> Current {
    let claims = examined.secured.jws_kind().is_some();
    let mut checks = examined.proven.dates.clone();
    checks.push(check::validity::check(examined.document.root(), claims, basis.now));
    let mut warnings = Vec::new();
    let skipped = |reason| Check::skipped(check::status::NAME, reason);
    let Some(authentic) = &examined.proven.authentic else {
        checks.push(skipped("the signature did not hold, so the links in it are not followed"));
        return Current { checks, warnings };
    };
    if facts.books.as_ref().is_some_and(Check::failed) {
        checks.push(skipped("the issuer did not mint it, so the links in it are not followed"));
        return Current { checks, warnings };
    }
    if facts.lists.is_empty() {
        checks.push(check::status::none());
    }
    let credential = authentic.credential();
    let asked = Asked {
        issuer: authentic.issuer(),
        credential_id: credential.id(),
        now: basis.now,
        profile: basis.options.profile,
    };
    for (index, (named, fact)) in facts.lists.iter().enumerate() {
        let pointer = check::status::pointer(&credential, index);
        let judged = check::status::check(named, fact.as_ref(), asked);
        checks.push(judged.check.at(&pointer));
        warnings.extend(judged.warning.map(|warning| warning.at(pointer)));
    }
    if let Some(superseded_by) = &facts.superseded_by {
        checks.push(check::successor::check(superseded_by.as_deref()));
    }
    Current { checks, warnings }
}

/// The report on what cannot be decoded.
pub fn unreadable(error: &DecodeError) -> Report {
    let detail = format!("There is no credential to verify: {error}.");
    Report::unreadable(Check::fail(FORM, "unreadable", Problem::new(error.code(), detail)))
}
