//! Endorsements inside of a credential: where they stand, and whether they speak of
//! what carries them.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#endorsementcredential>
//!
//! An endorsement is a credential of somebody else. It may have been written for another
//! credential and moved here: it counts only for what its own subject names.
//!
//! Invariant: an endorsement changes nothing in the verdicts of the credential that
//! carries it, and the endorsements of an endorsement are not followed.

use serde::Serialize;
use utoipa::ToSchema;

use super::report::{CheckReport, OutcomeName, Signer, Status, Verdict};
use super::{Place, Problem, Report};
use crate::model::Credential;
use crate::model::credential::{items, text};
use crate::model::json::{Object, Value};

/// So many are verified; each costs a signature, a key document and a status list.
pub const MOST: usize = 8;

/// An endorsement as it stands in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'d, 'a> {
    /// A JSON pointer.
    pub pointer: String,
    /// The id of the object that carries it.
    pub of: Option<&'d str>,
    pub endorsement: Endorsing<'d, 'a>,
}

/// The two forms.
#[derive(Debug, Clone, PartialEq)]
pub enum Endorsing<'d, 'a> {
    /// An object.
    Embedded(&'d Value<'a>),
    Jwt(&'d str),
}

/// The first [`MOST`] endorsements at any depth, and how many there are.
pub fn find<'d, 'a>(root: &'d Object<'a>) -> (Vec<Found<'d, 'a>>, usize) {
    let mut search = Search::default();
    search.object(root, Place::Root);
    (search.found, search.seen)
}

#[derive(Default)]
struct Search<'d, 'a> {
    found: Vec<Found<'d, 'a>>,
    seen: usize,
}

impl<'d, 'a> Search<'d, 'a> {
    fn object(&mut self, object: &'d Object<'a>, at: Place<'_>) {
        for (name, value) in object.iter() {
            let here = at.member(name);
            match name {
                "endorsement" | "endorsementJwt" => self.endorsements(object, value, here),
                "@context" | "proof" => {}
                _ => self.value(value, here),
            }
        }
    }

    fn value(&mut self, value: &'d Value<'a>, at: Place<'_>) {
        match value {
            Value::Object(object) => self.object(object, at),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, at.index(index));
                }
            }
            _ => {}
        }
    }

    fn endorsements(&mut self, carrier: &'d Object<'a>, value: &'d Value<'a>, at: Place<'_>) {
        for (index, item) in value.items().iter().enumerate() {
            let endorsement = match item {
                Value::Object(_) => Endorsing::Embedded(item),
                Value::String(text) => Endorsing::Jwt(text),
                // `open-badges` says that it is none.
                _ => continue,
            };
            self.seen += 1;
            if self.found.len() < MOST {
                let at = match value {
                    Value::Array(_) => at.index(index),
                    _ => at,
                };
                let of = carrier.str("id");
                self.found.push(Found { pointer: at.into(), of, endorsement });
            }
        }
    }
}

/// What was found of one endorsement. It changes nothing in the verdicts of the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndorsementReport {
    /// A JSON pointer to it.
    pub pointer: String,
    /// It is authentic, current, and about what carries it.
    pub verified: bool,
    /// Did its own issuer sign exactly this?
    pub authentic: Verdict,
    /// Is it within its validity and not revoked?
    pub current: Verdict,
    pub status: Status,
    /// It is about the object that carries it. An endorsement of something else says nothing here.
    pub endorses_this: bool,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endorses: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What its issuer calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_name: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// What failed or could not be told; the pointers lead into the endorsement.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

impl EndorsementReport {
    /// `report` is what verifying it alone came to; `document` is absent where it cannot be read.
    pub fn new(found: &Found<'_, '_>, report: Report, document: Option<&Object<'_>>) -> Self {
        let credential = document.map(Credential);
        let subject = credential.and_then(|credential| credential.subject());
        let endorses = subject.and_then(|subject| subject.str("id"));
        let endorses_this = endorses.is_some() && endorses == found.of;
        let is_one = credential.is_some_and(|c| c.has_type("EndorsementCredential"));
        let failed = |check: CheckReport| match check.outcome {
            OutcomeName::Fail | OutcomeName::Undecided => check.problem,
            OutcomeName::Pass | OutcomeName::Skipped => None,
        };
        let mut problems: Vec<Problem> = report.checks.into_iter().filter_map(failed).collect();
        if document.is_some() && !is_one {
            let detail = "An endorsement names `EndorsementCredential` in its `type`; this one \
                          does not.";
            problems.push(Problem::new(NOT_ONE, detail).at("/type"));
        }
        if document.is_some() && !endorses_this {
            problems.push(of_something_else(endorses, found.of));
        }
        let own = |text: Option<&str>| text.map(str::to_owned);
        Self {
            pointer: found.pointer.clone(),
            verified: report.verified && is_one && endorses_this,
            authentic: report.verdicts.authentic,
            current: report.verdicts.current,
            status: report.status,
            endorses_this,
            endorses: own(endorses),
            issuer: own(credential.and_then(|c| c.issuer())),
            issuer_name: own(credential.and_then(|c| c.issuer_name())),
            comment: own(subject
                .and_then(|subject| items(subject, "endorsementComment").next())
                .and_then(text)),
            signer: report.signer,
            problems,
        }
    }

    /// Whether what was found makes it verified, whoever vouches for what it was found by.
    pub fn holds(&self) -> bool {
        self.authentic == Verdict::Yes
            && self.current == Verdict::Yes
            && self.endorses_this
            && self.problems.iter().all(|problem| problem.code != NOT_ONE)
    }
}

const NOT_ONE: &str = "not-an-endorsement";

fn of_something_else(endorses: Option<&str>, carrier: Option<&str>) -> Problem {
    let detail = match (endorses, carrier) {
        (None, _) => "The endorsement does not say what it endorses, so it says nothing of what \
                      carries it."
            .to_owned(),
        (Some(_), None) => "What carries the endorsement has no `id`, so the endorsement cannot \
                            be about it."
            .to_owned(),
        (Some(endorses), Some(carrier)) => format!(
            "The endorsement is about {endorses} and stands in {carrier}: it says nothing of the \
             latter."
        ),
    };
    Problem::new("endorses-something-else", detail).at("/credentialSubject/id")
}

/// Where there are more than are verified.
pub fn too_many(seen: usize) -> Option<Problem> {
    (seen > MOST).then(|| {
        let detail = format!("The credential carries {seen} endorsements; {MOST} were looked at.");
        Problem::new("too-many-endorsements", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::json;

    #[test]
    fn endorsements_are_found_at_any_depth_but_not_in_endorsements() {
        let text = json!({
            "id": "urn:c",
            "endorsement": [{"id": "urn:e1", "issuer": {"endorsement": {"id": "urn:inner"}}}],
            "proof": {"endorsement": {"id": "urn:no"}},
            "credentialSubject": [{"achievement": {
                "id": "urn:a", "endorsementJwt": ["a.b.c", 4],
                "creator": {"id": "urn:p", "endorsement": {"id": "urn:e2"}}}}],
        })
        .to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let (found, seen) = find(document.root());
        let places: Vec<_> = found.iter().map(|f| (f.pointer.as_str(), f.of.unwrap())).collect();
        assert_eq!(
            places,
            [
                ("/endorsement/0", "urn:c"),
                ("/credentialSubject/0/achievement/endorsementJwt/0", "urn:a"),
                ("/credentialSubject/0/achievement/creator/endorsement", "urn:p"),
            ]
        );
        assert_eq!(seen, 3);
    }

    #[test]
    fn no_more_than_a_few_are_looked_at_and_that_is_said() {
        let text = json!({"id": "urn:c", "endorsementJwt": vec!["a.b.c"; 50_000]}).to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let (found, seen) = find(document.root());
        assert_eq!((found.len(), seen), (MOST, 50_000));
        assert!(too_many(seen).unwrap().detail.contains("50000"));
        assert_eq!(too_many(MOST), None);
    }
}
