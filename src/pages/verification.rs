//! `/verify`: somebody's credential, and what became of it, for people who know nothing of keys.
//!
//! Invariant: what a credential says of itself is never shown as a fact before its signature held;
//! and a signer whom nothing names is never shown as anybody.

use askama::Template;

use super::render;
use crate::check::report::{CheckReport, CredentialSummary, OutcomeName, Status, Verdict};
use crate::check::{Problem as Reported, Report};
use crate::http::problem::Problem;

/// The script of the page: dropping a file, and copying the report.
pub const SCRIPT: &str = include_str!("verify.js");

/// What the page answers with.
pub enum Answer<'a> {
    /// Nothing was given yet.
    Empty,
    Report(&'a Report),
    /// There was nothing to give a report on.
    Refused(String),
}

/// The page.
pub fn verification(answer: &Answer<'_>) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "verify.html")]
    struct Page<'a> {
        title: &'a str,
        told: Option<Told<'a>>,
    }
    let told = match answer {
        Answer::Empty => None,
        Answer::Report(report) => Some(Told::of(report)),
        Answer::Refused(why) => Some(Told::refused(why)),
    };
    render(&Page { title: "Check a micro-credential", told })
}

/// A report in plain words.
struct Told<'a> {
    tone: &'static str,
    headline: &'static str,
    meaning: String,
    /// What went wrong, and what the issuer or the holder can do.
    reasons: Vec<Reason<'a>>,
    credential: Option<Shown<'a>>,
    /// Where it is a presentation: each micro-credential in it.
    held: Vec<Held<'a>>,
    groups: Vec<Group<'a>>,
    notes: Vec<&'a str>,
    as_of: Option<&'a str>,
    raw: Option<String>,
}

struct Reason<'a> {
    detail: &'a str,
    remedy: &'a str,
}

/// One of several micro-credentials, with its own verdict.
struct Held<'a> {
    tone: &'static str,
    headline: &'static str,
    meaning: String,
    shown: Option<Shown<'a>>,
}

/// What the credential says of itself.
struct Shown<'a> {
    /// Its signature held, so its issuer did say so.
    proven: bool,
    name: &'a str,
    earner: &'a str,
    issuer: &'a str,
    signer: &'a str,
    awarded: String,
    until: String,
    successor: Option<&'a str>,
}

/// Checks that ended alike.
struct Group<'a> {
    title: &'static str,
    checks: Vec<&'a CheckReport>,
}

impl<'a> Told<'a> {
    fn of(report: &'a Report) -> Self {
        let held = held(report);
        let (tone, headline, meaning) = match &*held {
            [] => verdict(report),
            held => together(report, held),
        };
        let problems = |outcome| {
            let of = move |check: &&CheckReport| check.outcome == outcome;
            report.checks.iter().filter(of).filter_map(|check| check.problem.as_ref())
        };
        let reasons = |outcome| {
            let told = |p: &'a Reported| Reason { detail: &p.detail, remedy: p.remedy() };
            problems(outcome).map(told).collect::<Vec<_>>()
        };
        let failed = reasons(OutcomeName::Fail);
        let reasons = if failed.is_empty() { reasons(OutcomeName::Undecided) } else { failed };
        let raw = serde_json::to_string_pretty(report).expect("a report is plain data");
        Self {
            tone,
            headline,
            meaning,
            reasons,
            credential: report.credential.as_ref().map(|found| Shown::of(found, report)),
            held,
            groups: groups(report),
            notes: report.warnings.iter().map(|warning| warning.detail.as_str()).collect(),
            as_of: report.status_as_of.as_deref(),
            raw: Some(raw),
        }
    }

    fn refused(why: &'a str) -> Self {
        Self {
            tone: "open",
            headline: "Nothing was checked",
            meaning: "There is no micro-credential in what you gave.".into(),
            reasons: vec![Reason { detail: why, remedy: "" }],
            credential: None,
            held: Vec::new(),
            groups: Vec::new(),
            notes: Vec::new(),
            as_of: None,
            raw: None,
        }
    }
}

impl<'a> Shown<'a> {
    fn of(found: &'a CredentialSummary, report: &'a Report) -> Self {
        let achievement = found.achievement.as_ref().and_then(|a| a.name.as_deref());
        let text = |text: &'a Option<String>| text.as_deref().unwrap_or_default();
        let day = |text: &Option<String>| {
            text.as_deref().map(|time| time.chars().take(10).collect()).unwrap_or_default()
        };
        let awarded =
            if found.awarded_date.is_some() { &found.awarded_date } else { &found.valid_from };
        Self {
            proven: report.verdicts.authentic == Verdict::Yes,
            name: found.name.as_deref().or(achievement).unwrap_or("A micro-credential"),
            earner: found.earner.as_ref().map(|e| text(&e.name)).unwrap_or_default(),
            issuer: text(&found.issuer_name),
            signer: report.signer.as_ref().map(|s| s.bound.as_str()).unwrap_or_default(),
            awarded: day(awarded),
            until: day(&found.valid_until),
            successor: report.superseded_by.as_deref(),
        }
    }
}

/// The domain that signed, as far as the signer is bound to one.
fn domain(report: &Report) -> Option<&str> {
    let bound = report.signer.as_ref()?.bound.strip_prefix("the domain ")?;
    Some(bound.split_once(' ').map_or(bound, |(domain, _)| domain))
}

/// The micro-credentials of a presentation, if that is what was given.
fn held(report: &Report) -> Vec<Held<'_>> {
    let credentials = report.presentation.iter().flat_map(|it| &it.credentials);
    let held = |report| {
        let (tone, headline, meaning) = verdict(report);
        let shown = report.credential.as_ref().map(|found| Shown::of(found, report));
        Held { tone, headline, meaning, shown }
    };
    credentials.map(held).collect()
}

/// The verdict on several micro-credentials that were handed on together.
fn together(report: &Report, held: &[Held<'_>]) -> (&'static str, &'static str, String) {
    let count = match held.len() {
        1 => "one micro-credential".to_owned(),
        several => format!("{several} micro-credentials"),
    };
    let each = "Each has its own answer below.";
    match (report.verdicts.authentic, report.verdicts.current) {
        (Verdict::Yes, Verdict::Yes) if held.iter().all(|one| one.tone == "good") => {
            ("good", "Genuine and valid", format!("It holds {count}. {each}"))
        }
        (Verdict::No, _) | (_, Verdict::No) => {
            ("bad", "Not all of it holds", format!("It holds {count}. {each}"))
        }
        _ => ("open", "Not all of it could be vouched for", format!("It holds {count}. {each}")),
    }
}

/// Tone, headline, and what it means for the reader.
fn verdict(report: &Report) -> (&'static str, &'static str, String) {
    let signer = domain(report).unwrap_or("its signer");
    match (report.verdicts.authentic, report.verdicts.current, report.status) {
        (Verdict::No, ..) if report.credential.is_none() && report.presentation.is_none() => (
            "bad",
            "Not a micro-credential we can read",
            "What you gave does not hold one micro-credential.".into(),
        ),
        (Verdict::No, ..) if !forged(report) => (
            "bad",
            "Not valid",
            "It is not made as the standards demand, so nothing in it can be relied on.".into(),
        ),
        (Verdict::No, ..) => (
            "bad",
            "Not genuine",
            "Do not rely on it: it was changed after it was signed, or was never signed by the \
             issuer that it names."
                .into(),
        ),
        (_, Verdict::No, Status::Revoked) => (
            "bad",
            "Withdrawn",
            format!("It was issued by {signer} and later withdrawn. It no longer counts."),
        ),
        (_, Verdict::No, Status::Superseded) => (
            "bad",
            "Replaced",
            format!(
                "It was issued by {signer} and later corrected. The corrected one counts in its place."
            ),
        ),
        (_, Verdict::No, Status::Suspended) => (
            "bad",
            "Suspended",
            format!("It was issued by {signer} and is suspended for now. It may be reinstated."),
        ),
        (_, Verdict::No, Status::Expired) => (
            "bad",
            "Expired",
            format!("It was issued by {signer}. The time for which it was valid has ended."),
        ),
        (_, Verdict::No, Status::NotYetValid) => (
            "bad",
            "Not valid yet",
            format!("It was issued by {signer}. The time for which it is valid has not begun."),
        ),
        (Verdict::Yes, Verdict::No, _) => (
            "bad",
            "Genuine, but not valid",
            format!("It was issued by {signer}, and does not hold now."),
        ),
        (Verdict::Undecided, ..) => (
            "open",
            "Could not be checked",
            "This is neither a yes nor a no: something needed for an answer could not be had."
                .into(),
        ),
        (Verdict::Yes, Verdict::Undecided, _) => (
            "open",
            "Could not be checked in full",
            format!(
                "It was issued by {signer} and not changed since. Whether it still holds could not be told."
            ),
        ),
        (Verdict::Yes, Verdict::Yes, _) => match domain(report) {
            Some(domain) => (
                "good",
                "Genuine and valid",
                format!(
                    "It was issued by {domain}, has not been changed since, and has not been withdrawn."
                ),
            ),
            None => (
                "open",
                "Unchanged, but nobody vouches for the signer",
                "It has not been changed since it was signed. Nothing proves who signed it: \
                 anybody can make such a signature and put any name on it."
                    .into(),
            ),
        },
    }
}

/// What failed is that the issuer signed just this; else it is how the thing is made.
fn forged(report: &Report) -> bool {
    const SIGNED: [&str; 5] = ["issuer-key", "proof", "jwt-claims", "issuer-books", "hosted"];
    let failed = report.checks.iter().filter(|check| check.outcome == OutcomeName::Fail);
    failed.into_iter().any(|check| SIGNED.contains(&check.name.as_str()))
}

/// The checks, what went wrong first.
fn groups(report: &Report) -> Vec<Group<'_>> {
    let order = [
        (OutcomeName::Fail, "What is wrong"),
        (OutcomeName::Undecided, "What could not be told"),
        (OutcomeName::Pass, "What holds"),
        (OutcomeName::Skipped, "What was not looked at"),
    ];
    let group = |(outcome, title)| {
        let checks: Vec<_> =
            report.checks.iter().filter(|check| check.outcome == outcome).collect();
        (!checks.is_empty()).then_some(Group { title, checks })
    };
    order.into_iter().filter_map(group).collect()
}

/// A check's name for people. One that has none here is shown under its own.
fn label(name: &str) -> String {
    let known = match name {
        "form" => "The file",
        "data-model" => "Shape of the record",
        "open-badges" => "Open Badges rules",
        "json-ld" => "Every word is covered",
        "issuer-key" => "The issuer's key",
        "proof" => "The signature",
        "jwt-claims" => "The signed envelope",
        "issuer-books" => "The issuer's own records",
        "hosted" => "The issuer's own copy",
        "proof-dates" => "Dates of the signature",
        "validity" => "Dates of validity",
        "status" => "Not withdrawn",
        "successor" => "Not replaced",
        other => return other.replace('-', " "),
    };
    known.to_owned()
}

/// What was seen, in a sentence.
fn seen(check: &CheckReport) -> &str {
    check.problem.as_ref().map_or(&check.observed, |problem| &problem.detail)
}
