//! A presentation and each credential in it.
//!
//! Invariant: where a presentation is signed, nothing in it is looked at before
//! its signature held, so that a forged one chooses no URL beyond its key. In one
//! that is not signed, each credential is as if it had come alone.

use futures_util::future::join_all;

use super::{FORM, Sources, Verifier, decode, unreadable};
use crate::check::options::{Options, Profile};
use crate::check::presentation::{self, Presenting, Securing};
use crate::check::proof::Received;
use crate::check::report::{CheckReport, Form, Presentation, Status, Verdict, verdict};
use crate::check::{Check, Conformance, Problem, Report, Verdicts, issuer_key};
use crate::did::ControllerDocument;
use crate::model::Document;
use crate::model::json::{self, Object, Value};
use crate::proof::Secured;
use crate::proof::vc_jwt::Kind;

/// Whether it is one, rather than a credential.
pub(super) fn is_one(secured: &Secured<'_>, document: &Document<'_>) -> bool {
    presentation::is_one(secured, document.root())
}

/// The same of what was not read yet.
pub(super) fn is_in<S: Sources>(secured: &Secured<'_>, verifier: Verifier<'_, S>) -> bool {
    let document = secured.document_with(verifier.wrapped());
    document.is_ok_and(|document| is_one(secured, &document))
}

pub(super) async fn verify<S: Sources>(
    secured: &Secured<'_>,
    document: &Document<'_>,
    verifier: Verifier<'_, S>,
) -> Report {
    let mut conformance = presentation::conform(secured, document, verifier.contexts);
    let presenting = prove(secured, document, &mut conformance, verifier).await;
    let asked = presentation::asked_for(secured, document.root(), verifier.options);
    let signed = Securing::of(secured, document.root()) != Securing::Nothing;
    let credentials = match (signed, &presenting.key) {
        (true, None) => None,
        _ => Some(contained(document.root(), verifier).await),
    };
    conclude(Presented { secured, document, conformance, presenting, asked, credentials })
}

/// The holder's own document, and whether its key signed this.
async fn prove<S: Sources>(
    secured: &Secured<'_>,
    document: &Document<'_>,
    conformance: &mut Conformance,
    verifier: Verifier<'_, S>,
) -> Presenting {
    let root = document.root();
    if Securing::of(secured, root) == Securing::Nothing {
        return Presenting { checks: vec![presentation::unsigned()], ..Presenting::default() };
    }
    let keys = keys(secured, root, verifier).await;
    let graph = conformance.graph.take();
    let received = Received { secured, document, graph: graph.as_ref() };
    let mut presenting =
        presentation::authenticate(received, keys.as_ref().map_err(Clone::clone), verifier.basis());
    if verifier.options.profile == Profile::Conformance
        && let (Some(holder), Some(owner)) =
            (presentation::holder(root), presentation::key_owner(secured, root))
        && holder != owner
    {
        let detail = format!("The key is that of {owner}, which is not the holder {holder}.");
        presenting.warnings.push(Problem::new("holder-not-bound", detail).at("/holder"));
    }
    presenting
}

/// The document of the holder, or of whoever the key says that it is of where no holder is named.
async fn keys<S: Sources>(
    secured: &Secured<'_>,
    root: &Object<'_>,
    verifier: Verifier<'_, S>,
) -> Result<ControllerDocument, Check> {
    let owner = presentation::key_owner(secured, root);
    let holder = match verifier.options.profile {
        // An unreadable holder is no holder, and told by the rules.
        Profile::Strict if root.contains("holder") => presentation::holder(root),
        Profile::Strict | Profile::Conformance => owner,
    };
    let Some(holder) = holder else {
        let detail = "Expected `holder`, or a `verificationMethod` or `kid` that names a key of \
                      theirs; there is neither.";
        let problem = Problem::new("no-key-named", detail).at("/holder");
        return Err(Check::fail(presentation::HOLDER_KEY, "no holder", problem));
    };
    match verifier.sources.keys(holder).await {
        Ok(keys) => Ok(keys.for_presenting()),
        Err(check) => {
            debug_assert_eq!(check.name, issuer_key::NAME);
            Err(Check { name: presentation::HOLDER_KEY, ..check }.at("/holder"))
        }
    }
}

/// Each credential by itself, at the same time, in their order.
async fn contained<S: Sources>(root: &Object<'_>, verifier: Verifier<'_, S>) -> Vec<Report> {
    let credentials = presentation::credentials(root);
    // More are told by the rules, and none is looked at.
    if credentials.len() > presentation::MAX_CREDENTIALS {
        return Vec::new();
    }
    // What is told of one is bounded, and of so many would not be.
    let wishes = Options { explain: false, ..verifier.options.clone() };
    let verifier = Verifier { options: &wishes, ..verifier };
    join_all(credentials.iter().map(|credential| one(credential, verifier))).await
}

async fn one<S: Sources>(credential: &Value<'_>, verifier: Verifier<'_, S>) -> Report {
    let text = match credential {
        Value::String(jws) => jws.to_string(),
        other => json::text(other),
    };
    let secured = match decode(text.as_bytes()) {
        Ok(secured) => secured,
        Err(error) => return unreadable(&error),
    };
    match secured.document_with(verifier.wrapped()) {
        Ok(document) => verifier.verify_credential(&secured, &document).await,
        Err(error) => unreadable(&error),
    }
}

/// What was found of a presentation.
struct Presented<'p, 'd, 'a> {
    secured: &'p Secured<'d>,
    document: &'p Document<'a>,
    conformance: Conformance,
    presenting: Presenting,
    asked: Vec<Check>,
    /// `None` where they were not looked at.
    credentials: Option<Vec<Report>>,
}

/// The presentation's own checks, and the worst of its credentials' verdicts.
fn conclude(presented: Presented<'_, '_, '_>) -> Report {
    let Presented { secured, document, conformance, presenting, asked, credentials } = presented;
    let Presenting { checks, dates, warnings, key } = presenting;
    let own = verdict(conformance.checks.iter().chain(&checks).chain(&asked));
    let followed = credentials.is_some();
    let credentials = credentials.unwrap_or_default();
    let of =
        |verdict: fn(&Verdicts) -> Verdict| credentials.iter().map(move |r| verdict(&r.verdicts));
    let authentic = match worst(of(|v| v.authentic).chain([own])) {
        // Neither a signature nor a credential proves anything.
        Verdict::Yes if key.is_none() && credentials.is_empty() => Verdict::Undecided,
        verdict => verdict,
    };
    let (status, current) = match authentic {
        Verdict::Yes => {
            (status(&credentials, &dates), worst(of(|v| v.current).chain([verdict(&dates)])))
        }
        Verdict::No | Verdict::Undecided => (Status::Unknown, Verdict::Undecided),
    };
    let (form, sentence) = form(secured);
    let seen = match followed {
        true => Check::pass(CREDENTIALS, format!("{} of them, each reported", credentials.len())),
        false => Check::skipped(CREDENTIALS, "the signature did not hold, so none is looked at"),
    };
    let own = [conformance.checks, checks, asked, dates, vec![seen]].into_iter().flatten();
    let as_of = credentials.iter().map(|report| report.status_as_of.clone());
    Report {
        verified: authentic == Verdict::Yes && current == Verdict::Yes,
        verdicts: Verdicts::of(authentic, current),
        status,
        status_as_of: as_of.flatten().min().filter(|_| status != Status::Unknown),
        checks: [Check::pass(FORM, sentence)]
            .into_iter()
            .chain(own)
            .map(CheckReport::from)
            .collect(),
        warnings: [conformance.warnings, warnings].concat(),
        form: Some(form),
        presentation: Some(Presentation {
            // Anybody can write anybody's name into what nobody signed.
            holder: presentation::holder(document.root())
                .filter(|_| key.is_some())
                .map(str::to_owned),
            key,
            credentials,
        }),
        ..Report::unreadable(Check::skipped(FORM, ""))
    }
}

const CREDENTIALS: &str = "credentials";

/// *No* before *undecided* before *yes*.
fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    verdicts.fold(Verdict::Yes, |worst, verdict| match (worst, verdict) {
        (Verdict::No, _) | (_, Verdict::No) => Verdict::No,
        (Verdict::Undecided, _) | (_, Verdict::Undecided) => Verdict::Undecided,
        (Verdict::Yes, Verdict::Yes) => Verdict::Yes,
    })
}

/// That of the first credential that is not good, else of the proof's own time.
fn status(credentials: &[Report], dates: &[Check]) -> Status {
    let of_credentials = credentials.iter().map(|report| report.status);
    let mut bad = of_credentials.filter(|status| *status != Status::Good);
    bad.next().unwrap_or_else(|| super::conclude::status(dates))
}

fn form(secured: &Secured<'_>) -> (Form, &'static str) {
    match secured.jws_kind() {
        None => (Form::Presentation, "a presentation in JSON"),
        Some(Kind::OpenBadges) => (Form::VpJwt, "a presentation in the claim `vp` of a JWT"),
        Some(Kind::VcJose | Kind::VpJose) => (Form::VpJose, "a presentation in the VC-JOSE form"),
    }
}
