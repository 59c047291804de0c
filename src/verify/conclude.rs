//! Step 7: verdicts from checks, and the report.

use super::gather::Facts;
use super::{Current, Examined, FORM};
use crate::check::options::Options;
use crate::check::report::{
    AchievementSummary, CheckReport, CredentialSummary, Earner, Form, Signer, Status, Verdict,
    verdict,
};
use crate::check::status::ListFact;
use crate::check::{self, Check, Report, Verdicts};
use crate::model::Credential;
use crate::model::credential::text;
use crate::model::json::Object;
use crate::proof::Secured;
use crate::proof::vc_jwt::Kind;

/// Verdicts, and the report.
pub(super) fn conclude(
    examined: Examined<'_, '_>,
    current: Current,
    mut facts: Facts,
    options: &Options,
) -> Report {
    let authentic = match verdict(examined.checks().chain(&facts.books).chain(&facts.schemas)) {
        // A signature is what makes it authentic: checks that were only skipped prove nothing.
        Verdict::Yes if examined.proven.authentic.is_none() => Verdict::Undecided,
        verdict => verdict,
    };
    let (status, current_verdict) = match authentic {
        Verdict::Yes => (status(&current.checks), verdict(&current.checks)),
        // What a forged document says of its own dates and lists means nothing.
        Verdict::No | Verdict::Undecided => (Status::Unknown, Verdict::Undecided),
    };
    let signer = examined.proven.authentic.as_ref().map(|authentic| {
        let method = authentic.method();
        let bound = check::issuer_key::bound(method);
        Signer::new(authentic.issuer(), &method.id, bound, options)
    });
    let form = form(examined.secured);
    let checks = [Check::pass(FORM, form_sentence(form))]
        .into_iter()
        .chain(examined.conformance.checks)
        .chain(examined.proven.checks)
        .chain(facts.books.clone())
        .chain(facts.schemas.iter().cloned())
        .chain(current.checks);
    let mut warnings = examined.conformance.warnings;
    warnings.extend(examined.proven.warnings);
    warnings.extend(current.warnings);
    let root = examined.document.root();
    let refreshed = facts.refreshed.take().map(|(service, answer)| {
        let (refreshed, warning) = check::refresh::judge(root, &service, answer);
        warnings.extend(warning);
        refreshed
    });
    let refreshed = refreshed.flatten();
    Report {
        verified: authentic == Verdict::Yes && current_verdict == Verdict::Yes,
        verdicts: Verdicts::of(authentic, current_verdict),
        status,
        status_as_of: status_as_of(status, &facts),
        checks: checks.map(CheckReport::from).collect(),
        warnings,
        form: Some(form),
        picture: None,
        signer,
        credential: Some(summary(examined.document.root(), options)),
        superseded_by: facts.superseded_by.clone().flatten(),
        refreshed,
        presentation: None,
        endorsements: Vec::new(),
        recipient: None,
        explanation: Vec::new(),
    }
}

fn form(secured: &Secured<'_>) -> Form {
    match secured.jws_kind() {
        None => Form::Json,
        Some(Kind::OpenBadges) => Form::VcJwt,
        Some(Kind::VcJose) => Form::VcJose,
        Some(Kind::VpJose) => Form::VpJose,
    }
}

fn form_sentence(form: Form) -> &'static str {
    match form {
        Form::Json => "JSON with an embedded proof",
        Form::VcJwt => "a JWT in the Open Badges form",
        Form::VcJose => "a JWT in the VC-JOSE form",
        Form::Presentation | Form::VpJwt | Form::VpJose => "a presentation",
        Form::OpenBadges2Hosted | Form::OpenBadges2Signed => "an Open Badges 2.0 assertion",
    }
}

/// The worst of what the checks say, the most telling first.
pub(super) fn status(current: &[Check]) -> Status {
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
fn summary(root: &Object<'_>, options: &Options) -> CredentialSummary {
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
        valid_from: member("validFrom").or_else(|| member("issuanceDate")),
        valid_until: member("validUntil").or_else(|| member("expirationDate")),
        awarded_date: member("awardedDate"),
        endorsement: credential.has_type("EndorsementCredential"),
        counted: options.counted.then(|| Box::new(check::counted::open_badges_3(root))),
    }
}
