//! What a report comes to, in the reader's words: a tone, a headline, and what it means.
//!
//! Invariant: green is only what is authentic and current, by a signer that is bound to a domain;
//! what could not be told is never green and never red.

use super::speech::Speech;
use crate::check::report::{CheckReport, OutcomeName, Status, Verdict as Answer};
use crate::check::{Report, issuer_books, issuer_key};

/// The first thing that a reader sees.
pub struct Verdict {
    /// `good`, `bad` or `open`; pages show it by a sign and a word, never by colour alone.
    pub tone: &'static str,
    pub headline: String,
    pub meaning: String,
}

impl Verdict {
    /// On one credential.
    pub fn of(report: &Report, t: &Speech) -> Self {
        let (tone, key) = judge(report);
        let signer = domain(report).map_or_else(|| t.text("its-signer"), str::to_owned);
        Self {
            tone,
            headline: t.text(key),
            meaning: t.one(&format!("{key}-means"), "signer", signer),
        }
    }

    /// Where there was nothing to give a report on.
    pub fn nothing(t: &Speech) -> Self {
        Self {
            tone: "open",
            headline: t.text("verdict-nothing"),
            meaning: t.text("verdict-nothing-means"),
        }
    }

    /// On several credentials that were handed on together, each with its own verdict.
    pub fn together(report: &Report, each: &[&Self], t: &Speech) -> Self {
        let all_good = each.iter().all(|one| one.tone == "good");
        let (tone, key) = match (report.verdicts.authentic, report.verdicts.current) {
            (Answer::Yes, Answer::Yes) if all_good => ("good", "verdict-together-good"),
            (Answer::No, _) | (_, Answer::No) => ("bad", "verdict-together-bad"),
            _ => ("open", "verdict-together-open"),
        };
        let meaning = t.one("verdict-together-means", "count", each.len());
        Self { tone, headline: t.text(key), meaning }
    }
}

/// Tone, and the message of the headline.
pub(super) fn judge(report: &Report) -> (&'static str, &'static str) {
    let nothing = report.credential.is_none() && report.presentation.is_none();
    match (report.verdicts.authentic, report.verdicts.current, report.status) {
        (Answer::No, ..) if nothing => ("bad", "verdict-unreadable"),
        (Answer::No, ..) if !forged(report) => ("bad", "verdict-malformed"),
        (Answer::No, ..) => ("bad", of_withdrawn_key(report).unwrap_or("verdict-forged")),
        (Answer::Undecided, ..) => ("open", "verdict-undecided"),
        (Answer::Yes, Answer::No, Status::Revoked) => ("bad", "verdict-revoked"),
        (Answer::Yes, Answer::No, Status::Superseded) => ("bad", "verdict-superseded"),
        (Answer::Yes, Answer::No, Status::Suspended) => ("bad", "verdict-suspended"),
        (Answer::Yes, Answer::No, Status::Expired) => ("bad", "verdict-expired"),
        (Answer::Yes, Answer::No, Status::NotYetValid) => ("bad", "verdict-not-yet-valid"),
        (Answer::Yes, Answer::No, _) => ("bad", "verdict-not-current"),
        (Answer::Yes, Answer::Undecided, _) => ("open", "verdict-open"),
        (Answer::Yes, Answer::Yes, _) => match domain(report) {
            Some(_) => ("good", "verdict-good"),
            None => ("open", "verdict-nobody"),
        },
    }
}

/// The domain that signed, as far as the signer is bound to one.
pub fn domain(report: &Report) -> Option<&str> {
    let bound = report.signer.as_ref()?.bound.strip_prefix("the domain ")?;
    Some(bound.split_once(' ').map_or(bound, |(domain, _)| domain))
}

/// What failed is that the issuer signed just this; else it is how the thing is made.
fn forged(report: &Report) -> bool {
    not_signed(report).next().is_some()
}

/// That its issuer withdrew the key that it names is all that failed. Nobody looked at its
/// signature: only the issuer's books tell whether it was genuine, where they are ours.
fn of_withdrawn_key(report: &Report) -> Option<&'static str> {
    let withdrawn = |check: &CheckReport| {
        check.problem.as_ref().is_some_and(|problem| problem.code == issuer_key::WITHDRAWN)
    };
    let held = |check: &CheckReport| {
        check.name == issuer_books::NAME && check.outcome == OutcomeName::Pass
    };
    not_signed(report).all(withdrawn).then(|| match report.checks.iter().any(held) {
        true => "verdict-key-withdrawn",
        false => "verdict-key-withdrawn-untold",
    })
}

/// The checks of who signed it that failed.
fn not_signed(report: &Report) -> impl Iterator<Item = &CheckReport> {
    const SIGNED: [&str; 5] = ["issuer-key", "proof", "jwt-claims", "issuer-books", "hosted"];
    let failed = report.checks.iter().filter(|check| check.outcome == OutcomeName::Fail);
    failed.filter(|check| SIGNED.contains(&check.name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::report::CredentialSummary;
    use crate::check::{Check, Problem};

    /// On what names a withdrawn key, with what the books say of it.
    fn report(books: Option<Check>) -> Report {
        let problem = Problem::new(issuer_key::WITHDRAWN, "The issuer withdrew this key.");
        let mut report = Report::unreadable(Check::fail(issuer_key::NAME, "a key", problem));
        report.credential = Some(CredentialSummary::default());
        report.checks.extend(books.map(CheckReport::from));
        report
    }

    #[test]
    fn of_what_names_a_withdrawn_key_no_more_is_said_than_the_books_tell() {
        let name = issuer_books::NAME;
        let problem = |code| Problem::new(code, "Something is said.");
        let held = Check::pass(name, "the books hold it");
        let other = Check::fail(name, "none", problem("not-in-issuer-books"));
        let silent = Check::undecided(name, "no answer", problem("issuer-books-silent"));
        for (books, key) in [
            (Some(held), "verdict-key-withdrawn"),
            (Some(other), "verdict-forged"),
            (Some(silent), "verdict-key-withdrawn-untold"),
            (None, "verdict-key-withdrawn-untold"),
        ] {
            assert_eq!(judge(&report(books)), ("bad", key));
        }
    }
}
