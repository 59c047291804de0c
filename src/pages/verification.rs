//! `/verify`: somebody's credential, and what became of it, for people who know nothing of keys.
//!
//! Invariant: what a credential says of itself is never shown as a fact before its signature held;
//! and a signer whom nothing names is never shown as anybody.

use askama::Template;

use super::checks::{self, Group};
use super::speech::Speech;
use super::verdict::{self, Verdict};
use super::{escape, render};
use crate::check::Report;
use crate::check::remedy::Remedy;
use crate::check::report::{CheckReport, CredentialSummary, OutcomeName, Verdict as Answered};
use crate::check::trusted_issuers::KnownAs;
use crate::http::problem::Problem;

/// What the page answers with.
pub enum Answer<'a> {
    /// Nothing was given yet.
    Empty,
    Report(&'a Report),
    /// There was nothing to give a report on.
    Refused(String),
}

/// The page.
pub fn verification(t: &Speech, answer: &Answer<'_>) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "verify.html")]
    struct Page<'a> {
        t: &'a Speech,
        title: String,
        told: Option<Told<'a>>,
    }
    let told = match answer {
        Answer::Empty => None,
        Answer::Report(report) => Some(Told::of(report, t)),
        Answer::Refused(why) => Some(Told::refused(why, t)),
    };
    render(&Page { t, title: t.text("check-one"), told })
}

/// A report in plain words.
struct Told<'a> {
    verdict: Verdict,
    /// What went wrong, and what the issuer or the holder can do.
    reasons: Vec<Reason<'a>>,
    credential: Option<Shown<'a>>,
    /// Where it is a presentation: each micro-credential in it.
    held: Vec<Held<'a>>,
    groups: Vec<Group>,
    notes: Vec<&'a str>,
    as_of: Option<&'a str>,
    raw: Option<String>,
}

struct Reason<'a> {
    /// The check that did not hold.
    label: Option<String>,
    remedy: Option<String>,
    /// In English.
    detail: &'a str,
}

/// One of several micro-credentials, with its own verdict.
struct Held<'a> {
    verdict: Verdict,
    shown: Option<Shown<'a>>,
}

/// What the credential says of itself.
struct Shown<'a> {
    /// Its signature held, so its issuer did say so.
    proven: bool,
    name: Option<&'a str>,
    earner: Option<&'a str>,
    issuer: Option<&'a str>,
    signer: Option<String>,
    known_as: Option<&'a KnownAs>,
    awarded: Option<&'a str>,
    until: Option<&'a str>,
    successor: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(report: &'a Report, t: &Speech) -> Self {
        let held = held(report, t);
        let verdict = match &*held {
            [] => Verdict::of(report, t),
            held => {
                let each: Vec<_> = held.iter().map(|one| &one.verdict).collect();
                Verdict::together(report, &each, t)
            }
        };
        let reasons = |outcome| {
            let of = move |check: &&CheckReport| check.outcome == outcome;
            let told = |check: &'a CheckReport| Reason::of(check, t);
            report.checks.iter().filter(of).filter_map(told).collect::<Vec<_>>()
        };
        let failed = reasons(OutcomeName::Fail);
        let reasons = if failed.is_empty() { reasons(OutcomeName::Undecided) } else { failed };
        let raw = serde_json::to_string_pretty(report).expect("a report is plain data");
        Self {
            verdict,
            reasons,
            credential: report.credential.as_ref().map(|found| Shown::of(found, report, t)),
            held,
            groups: checks::groups(report, t),
            notes: report.warnings.iter().map(|warning| warning.detail.as_str()).collect(),
            as_of: report.status_as_of.as_deref(),
            raw: Some(escape::json(&raw)),
        }
    }

    fn refused(why: &'a str, t: &Speech) -> Self {
        Self {
            verdict: Verdict::nothing(t),
            reasons: vec![Reason { label: None, remedy: None, detail: why }],
            credential: None,
            held: Vec::new(),
            groups: Vec::new(),
            notes: Vec::new(),
            as_of: None,
            raw: None,
        }
    }
}

impl<'a> Reason<'a> {
    fn of(check: &'a CheckReport, t: &Speech) -> Option<Self> {
        let problem = check.problem.as_ref()?;
        Some(Self {
            label: Some(checks::label(&check.name, t)),
            remedy: Some(t.text(Remedy::of(&problem.code).key())),
            detail: &problem.detail,
        })
    }
}

impl<'a> Shown<'a> {
    fn of(found: &'a CredentialSummary, report: &'a Report, t: &Speech) -> Self {
        let achievement = found.achievement.as_ref().and_then(|a| a.name.as_deref());
        let proven = report.verdicts.authentic == Answered::Yes;
        let signer = report.signer.as_ref().filter(|_| proven);
        let domain = verdict::domain(report).map(str::to_owned);
        Self {
            proven,
            name: found.name.as_deref().or(achievement),
            earner: found.earner.as_ref().and_then(|e| e.name.as_deref()),
            issuer: found.issuer_name.as_deref(),
            signer: signer.map(|_| domain.unwrap_or_else(|| t.text("unknown-signer"))),
            known_as: signer.and_then(|signer| signer.known_as.as_ref()),
            awarded: found.awarded_date.as_deref().or(found.valid_from.as_deref()),
            until: found.valid_until.as_deref(),
            successor: report.superseded_by.as_deref(),
        }
    }
}

/// The micro-credentials of a presentation, if that is what was given.
fn held<'a>(report: &'a Report, t: &Speech) -> Vec<Held<'a>> {
    let credentials = report.presentation.iter().flat_map(|it| &it.credentials);
    let held = |report: &'a Report| {
        let shown = report.credential.as_ref().map(|found| Shown::of(found, report, t));
        Held { verdict: Verdict::of(report, t), shown }
    };
    credentials.map(held).collect()
}
