//! What counting needs to know of a credential, drawn from its report and its JSON.
//!
//! Invariant: of what was not found authentic, nothing but its verdicts is told; a
//! member that is absent or of the wrong kind is not known, and never guessed.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::check::Report;
use crate::check::report::{Status, Verdict};
use crate::model::Credential;
use crate::model::credential::{items, text};
use crate::model::decimal::Hours;
use crate::model::json::Object;
use crate::recognition::{Answer, CountedCredential, RECEIPT_TAG};

/// The facts of one credential. `input` is what the claim calls it, `root` its JSON where it could
/// be read. Whose it is, and what was stated of it, is the caller's to add.
pub fn draw(input: String, report: &Report, root: Option<&Object<'_>>) -> CountedCredential {
    let mut facts = CountedCredential {
        input,
        authentic: answer(report.verdicts.authentic),
        current: answer(report.verdicts.current),
        status: (report.verdicts.current == Verdict::No).then(|| status(report.status).into()),
        trusted: report.signer.as_ref().is_some_and(|signer| signer.known_as.is_some()),
        ..CountedCredential::default()
    };
    let Some(root) = root.filter(|_| facts.authentic != Answer::No) else { return facts };
    let credential = Credential(root);
    facts.id = credential.id().map(str::to_owned);
    facts.issuer = credential.issuer().map(str::to_owned);
    let awarded = credential.time("awardedDate").or_else(|| credential.valid_from());
    facts.awarded = awarded.map(|at| at.to_zoned(TimeZone::UTC).date());
    let Some(achievement) = credential.achievement() else { return facts };
    facts.name = achievement.get("name").and_then(text).map(str::to_owned);
    facts.achievement = achievement.str("id").map(str::to_owned);
    let texts = |object: &Object<'_>, name: &str| -> Vec<String> {
        items(object, name).filter_map(|item| item.as_str()).map(str::to_owned).collect()
    };
    facts.tags = texts(achievement, "tag");
    let alignments = items(achievement, "alignment").filter_map(|item| item.as_object());
    facts.alignments = alignments.filter_map(|it| it.str("targetUrl")).map(str::to_owned).collect();
    facts.receipt = facts.tags.iter().any(|tag| tag == RECEIPT_TAG);
    facts.hours = credential.subject().and_then(|subject| hours(subject, achievement));
    facts
}

fn answer(verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Yes => Answer::Yes,
        Verdict::No => Answer::No,
        Verdict::Undecided => Answer::Undecided,
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Good => "good",
        Status::Revoked => "revoked",
        Status::Suspended => "suspended",
        Status::Superseded => "superseded",
        Status::Expired => "expired",
        Status::NotYetValid => "not valid yet",
        Status::Unknown => "not known",
    }
}

/// The one number of clock hours among the results: that whose description names hours.
fn hours(subject: &Object<'_>, achievement: &Object<'_>) -> Option<Hours> {
    let descriptions = items(achievement, "resultDescription").filter_map(|it| it.as_object());
    let of_hours: BTreeSet<&str> = descriptions
        .filter(|it| it.get("name").and_then(text).is_some_and(names_hours))
        .filter_map(|it| it.str("id"))
        .collect();
    let results = items(subject, "result").filter_map(|it| it.as_object());
    let stated: Vec<Hours> = results
        .filter(|it| it.str("resultDescription").is_some_and(|id| of_hours.contains(id)))
        .filter_map(|it| Hours::parse(it.str("value")?).ok())
        .collect();
    let first = stated.first()?;
    stated.iter().all(|other| other == first).then(|| first.clone())
}

fn names_hours(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case("hours"))
}
