//! What counting goes by, drawn from a verified credential: of Open Badges 3.0 and
//! 2.0, ours or anybody's.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#achievementcredential>
//!
//! Invariant: only what the credential was signed with is read, and where two things
//! in it could be meant, neither is: a micro-credential with two different numbers of
//! hours states none.

use super::Report;
use super::open_badges_2::{self, Award};
use super::report::{Status, Verdict};
use crate::model::Credential;
use crate::model::credential::{items, text};
use crate::model::date_time;
use crate::model::decimal::Hours;
use crate::model::json::{Object, Value};
use crate::recognition::policy::Zone;
use crate::recognition::{Answer, CountedCredential, RECEIPT_TAG};

/// Every credential of a report with its verdicts, for counting. `input` is what the claim calls
/// it; those in a presentation are numbered behind it. Whose they are is not settled here.
pub fn credentials(report: &Report, input: &str) -> Vec<CountedCredential> {
    let Some(presentation) = &report.presentation else { return vec![one(report, input)] };
    if presentation.credentials.is_empty() {
        return vec![one(report, input)];
    }
    let contained = presentation.credentials.iter().enumerate();
    contained.flat_map(|(i, report)| credentials(report, &format!("{input}#{}", i + 1))).collect()
}

fn one(report: &Report, input: &str) -> CountedCredential {
    let summary = report.credential.as_ref();
    let facts = summary.and_then(|summary| summary.counted.as_deref()).cloned();
    CountedCredential {
        input: input.to_owned(),
        name: summary.and_then(|summary| summary.name.clone()),
        trusted: report.signer.as_ref().is_some_and(|signer| signer.known_as.is_some()),
        authentic: answer(report.verdicts.authentic),
        current: answer(report.verdicts.current),
        status: (report.verdicts.current == Verdict::No).then(|| status(report.status).to_owned()),
        ..facts.unwrap_or_default()
    }
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
        Status::NotYetValid => "not yet valid",
        Status::Unknown => "unknown",
    }
}

/// What a credential of Open Badges 3.0 says that counting goes by; what is known of it
/// otherwise is left open.
pub fn open_badges_3(root: &Object<'_>) -> CountedCredential {
    let credential = Credential(root);
    let achievement = credential.achievement();
    let tags = texts(achievement, "tag");
    let awarded_at = credential.time("awardedDate").or_else(|| credential.valid_from());
    CountedCredential {
        awarded: awarded_at.map(|at| Zone::UTC.day(at)),
        awarded_at,
        issuer: credential.issuer().map(str::to_owned),
        id: credential.id().map(str::to_owned),
        achievement: achievement.and_then(|it| it.str("id")).map(without_version),
        hours: credential.subject().zip(achievement).and_then(|(subject, it)| hours(subject, it)),
        receipt: tags.iter().any(|tag| tag == RECEIPT_TAG),
        tags,
        alignments: targets(achievement),
        ..CountedCredential::default()
    }
}

/// The same of an award of Open Badges 2.0, which has no place for hours.
pub fn open_badges_2(Award { assertion, badge, issuer }: Award<'_, '_>) -> CountedCredential {
    let awarded_at = assertion.0.str("issuedOn").and_then(date_time::parse);
    CountedCredential {
        awarded: awarded_at.map(|at| Zone::UTC.day(at)),
        awarded_at,
        issuer: issuer.str("id").map(str::to_owned),
        id: assertion.id().map(str::to_owned),
        achievement: open_badges_2::reference(assertion.0.get("badge")).map(without_version),
        tags: texts(Some(badge), "tags"),
        alignments: targets(Some(badge)),
        ..CountedCredential::default()
    }
}

fn texts(object: Option<&Object<'_>>, name: &str) -> Vec<String> {
    let values = object.into_iter().flat_map(|object| items(object, name));
    values.filter_map(text).map(str::to_owned).collect()
}

fn targets(object: Option<&Object<'_>>) -> Vec<String> {
    let alignments = object.into_iter().flat_map(|object| items(object, "alignment"));
    let targets = alignments.filter_map(Value::as_object).filter_map(|it| it.str("targetUrl"));
    targets.map(str::to_owned).collect()
}

/// The id that all versions of an achievement share: without `/versions/N` at its end, by which
/// this service answers one of them.
fn without_version(id: &str) -> String {
    let whole = id
        .rsplit_once("/versions/")
        .filter(|(_, version)| !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()));
    whole.map_or(id, |(whole, _)| whole).to_owned()
}

/// The clock hours of work that a result states, where exactly one number of them is stated.
fn hours(subject: &Object<'_>, achievement: &Object<'_>) -> Option<Hours> {
    let described = items(achievement, "resultDescription").filter_map(Value::as_object);
    let clock_hours: Vec<&str> =
        described.filter(|it| speaks_of_hours(it)).filter_map(|it| it.str("id")).collect();
    let results = items(subject, "result").filter_map(Value::as_object);
    let mut stated = results
        .filter(|result| {
            result.str("resultDescription").is_some_and(|id| clock_hours.contains(&id))
        })
        .filter_map(|result| Hours::parse(result.str("value")?).ok());
    let hours = stated.next()?;
    stated.all(|other| other == hours).then_some(hours)
}

/// Whether a description speaks of hours of work: by its name, where that does not speak of
/// academic credit, which is counted in hours as well.
fn speaks_of_hours(description: &Object<'_>) -> bool {
    let name = description.get("name").and_then(text).unwrap_or_default().to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    has(&["hours", "hour"]) && !has(&["credit", "credits", "semester", "quarter", "per"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::{Value as Json, json};

    fn read(credential: &Json) -> CountedCredential {
        let bytes = credential.to_string();
        let document = Document::parse(bytes.as_bytes()).unwrap();
        open_badges_3(document.root())
    }

    fn credential() -> Json {
        json!({
            "id": "https://h.example/credentials/c",
            "issuer": {"id": "did:web:h.example"},
            "validFrom": "2026-06-01T10:00:00Z",
            "awardedDate": "2026-05-03T23:30:00-02:00",
            "credentialSubject": {
                "achievement": {
                    "id": "https://h.example/achievements/a/versions/2",
                    "tag": ["Restorative Practices"],
                    "alignment": [{"targetUrl": "https://s.example/1"}],
                    "resultDescription": [
                        {"id": "urn:h", "name": "Clock hours of work"},
                        {"id": "urn:s", "name": "Semester hours"},
                        {"id": "urn:g", "name": "Grade"},
                    ],
                },
                "result": [
                    {"resultDescription": "urn:g", "value": "4"},
                    {"resultDescription": "urn:s", "value": "3"},
                    {"resultDescription": "urn:h", "value": "12.50"},
                ],
            },
        })
    }

    #[test]
    fn a_credential_gives_what_counting_goes_by() {
        let read = read(&credential());
        assert_eq!(read.awarded.unwrap().to_string(), "2026-05-04");
        assert_eq!(read.achievement.as_deref(), Some("https://h.example/achievements/a"));
        assert_eq!(read.hours.unwrap().as_str(), "12.5");
        assert_eq!(read.tags, ["Restorative Practices"]);
        assert_eq!(read.alignments, ["https://s.example/1"]);
        assert_eq!(read.authentic, Answer::NotAsked);
        assert!(!read.receipt);
    }

    #[test]
    fn hours_that_could_mean_two_things_are_none() {
        let mut two = credential();
        let results = two["credentialSubject"]["result"].as_array_mut().unwrap();
        results.push(json!({"resultDescription": "urn:h", "value": "10"}));
        assert_eq!(read(&two).hours, None);
        let mut none = credential();
        none["credentialSubject"]["result"][2]["value"] = "a dozen".into();
        assert_eq!(read(&none).hours, None);
    }

    #[test]
    fn without_a_date_of_award_the_start_stands_for_it() {
        let mut credential = credential();
        credential.as_object_mut().unwrap().remove("awardedDate");
        assert_eq!(read(&credential).awarded.unwrap().to_string(), "2026-06-01");
    }

    #[test]
    fn a_receipt_is_known_by_its_tag() {
        let mut credential = credential();
        credential["credentialSubject"]["achievement"]["tag"] = RECEIPT_TAG.into();
        assert!(read(&credential).receipt);
    }
}
