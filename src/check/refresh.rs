//! The refresh service of a credential: where its issuer answers with the newest
//! version of it.
//! Spec: <https://www.imsglobal.org/spec/vccr/v1p0/>
//!
//! Invariant: what it answers replaces nothing. Who asks learns that there is a
//! newer version, and its verdicts, beside those of what was given; an answer that
//! is missing, or about something else, is a warning and no more.

use percent_encoding::percent_decode_str;

use super::report::{Refreshed, Verdict};
use super::{Problem, Report};
use crate::model::Credential;
use crate::model::credential::{items, types};
use crate::model::json::{Object, Value};

pub const TYPE: &str = "1EdTechCredentialRefresh";

/// There is a newer version of the credential.
pub const NEWER: &str = "newer-version";

/// A refresh service that a credential names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub url: String,
    /// Where in the credential it stands.
    pub pointer: String,
}

/// The first service of our kind: it is asked once, whatever else is named.
pub fn service(credential: &Credential<'_, '_>) -> Option<Service> {
    let root = credential.0;
    let is_array = matches!(root.get("refreshService"), Some(Value::Array(_)));
    let services = items(root, "refreshService").enumerate();
    services.filter_map(|(index, service)| Some((index, service.as_object()?))).find_map(
        |(index, service)| {
            let url = service.str("id").filter(|_| types(service).any(|kind| kind == TYPE))?;
            let pointer = match is_array {
                true => format!("/refreshService/{index}"),
                false => "/refreshService".to_owned(),
            };
            Some(Service { url: url.to_owned(), pointer })
        },
    )
}

/// What became of asking the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Why there is none.
    Silent(String),
    /// The report on what it answered, which was verified without asking any service again.
    Answered(Box<Report>),
}

/// What the answer means for the credential that was given.
pub fn judge(
    root: &Object<'_>,
    service: &Service,
    answer: Answer,
) -> (Option<Refreshed>, Option<Problem>) {
    let Service { url, pointer } = service;
    let warn = |code, detail: String| Some(Problem::new(code, detail).at(pointer));
    let report = match answer {
        Answer::Answered(report) => *report,
        Answer::Silent(reason) => {
            let detail = format!(
                "The credential's refresh service gave no credential: {reason}. This is the \
                 verdict on the credential as it was given."
            );
            return (None, warn("refresh-silent", detail));
        }
    };
    let given = Credential(root);
    let same = is_same(&given, &report);
    let found = report.credential.unwrap_or_default();
    let from = found.valid_from.as_deref().and_then(crate::model::date_time::parse);
    let newer = same && from > given.valid_from();
    let warning = if !same {
        let detail = format!(
            "The refresh service answered with another credential ({}), which was passed over.",
            found.id.as_deref().unwrap_or("without an id")
        );
        warn("refresh-of-another", detail)
    } else if newer {
        let detail = match (report.verdicts.authentic, report.verdicts.current) {
            (Verdict::Yes, Verdict::Yes) => "It holds: ask for that one.".to_owned(),
            (Verdict::Yes, _) => "It is authentic, and not in force.".to_owned(),
            _ => "It is not found to be authentic, so it says nothing of this one.".to_owned(),
        };
        warn(NEWER, format!("The issuer's refresh service has a newer version. {detail}"))
    } else {
        None
    };
    let refreshed = Refreshed {
        url: url.clone(),
        newer,
        verified: report.verified,
        verdicts: report.verdicts,
        status: report.status,
        id: found.id,
        valid_from: found.valid_from,
    };
    (same.then_some(refreshed), warning)
}

/// Open Badges: the same credential where issuer and id are, decoded and trimmed.
fn is_same(given: &Credential<'_, '_>, report: &Report) -> bool {
    let Some(found) = &report.credential else { return false };
    let plain = |id: &str| percent_decode_str(id.trim()).decode_utf8_lossy().into_owned();
    let same = |given: Option<&str>, found: Option<&String>| match (given, found) {
        (Some(given), Some(found)) => plain(given) == plain(found),
        _ => false,
    };
    same(given.issuer(), found.issuer.as_ref()) && same(given.id(), found.id.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::report::{CredentialSummary, Status};
    use crate::check::{Check, Verdicts};
    use crate::model::Document;

    fn given(extra: &str) -> String {
        format!(
            r#"{{"id": "urn:a b", "issuer": {{"id": "did:a:b"}},
                 "validFrom": "2026-01-01T00:00:00Z"{extra}}}"#
        )
    }

    #[test]
    fn the_first_service_of_our_kind_is_the_one_that_is_asked() {
        let find = |service: &str| {
            let text = given(&format!(r#", "refreshService": {service}"#));
            let document = Document::parse(text.as_bytes()).unwrap();
            super::service(&Credential(document.root())).map(|found| (found.url, found.pointer))
        };
        let ours = |n: u8| format!(r#"{{"id": "https://a.example/{n}", "type": "{TYPE}"}}"#);
        let at = |url: &str, pointer: &str| Some((url.to_owned(), pointer.to_owned()));
        assert_eq!(find(&ours(1)), at("https://a.example/1", "/refreshService"));
        let several = format!(r#"[{{"id": "x:y", "type": "Other"}}, {}, {}]"#, ours(2), ours(3));
        assert_eq!(find(&several), at("https://a.example/2", "/refreshService/1"));
        for none in [r#"{"id": "x:y", "type": "Other"}"#, r#""https://a.example""#, "[]"] {
            assert_eq!(find(none), None, "{none}");
        }
    }

    fn answered(id: &str, issuer: &str, from: &str, verdict: Verdict) -> Answer {
        let text = |text: &str| Some(text.to_owned());
        let credential = CredentialSummary {
            id: text(id),
            issuer: text(issuer),
            valid_from: text(from),
            ..CredentialSummary::default()
        };
        let report = Report::unreadable(Check::pass("x", ""));
        Answer::Answered(Box::new(Report {
            verified: verdict == Verdict::Yes,
            verdicts: Verdicts::of(verdict, verdict),
            status: Status::Unknown,
            credential: Some(credential),
            ..report
        }))
    }

    #[test]
    fn an_answer_counts_as_newer_only_for_the_same_credential_of_a_later_start() {
        let text = given("");
        let document = Document::parse(text.as_bytes()).unwrap();
        let service =
            Service { url: "https://a.example".into(), pointer: "/refreshService".into() };
        let judge = |answer| {
            let (refreshed, warning) = super::judge(document.root(), &service, answer);
            (refreshed.map(|r| (r.newer, r.verified)), warning.map(|w| w.code))
        };
        let (before, same, later) =
            ("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        let code = |code: &str| Some(code.to_owned());
        for (answer, refreshed, warning) in [
            (
                answered("urn:a%20b", "did:a:b", later, Verdict::Yes),
                Some((true, true)),
                code(NEWER),
            ),
            (answered("urn:a b ", "did:a:b", later, Verdict::No), Some((true, false)), code(NEWER)),
            (answered("urn:a b", "did:a:b", same, Verdict::Yes), Some((false, true)), None),
            (answered("urn:a b", "did:a:b", before, Verdict::Yes), Some((false, true)), None),
            (answered("urn:c", "did:a:b", later, Verdict::Yes), None, code("refresh-of-another")),
            (answered("urn:a b", "did:a:c", later, Verdict::Yes), None, code("refresh-of-another")),
            (Answer::Silent("x".into()), None, code("refresh-silent")),
        ] {
            let shown = format!("{answer:?}");
            assert_eq!(judge(answer), (refreshed, warning), "{shown}");
        }
    }
}
