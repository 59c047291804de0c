//! Check `proof-dates`: when the proof was made, and until when it holds.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#proofs>
//!
//! An end that is read in one place only is passed over by writing it in another;
//! a start is ahead of our clock also where clocks merely differ.
//!
//! It counts for *current*: a proof that has ended still tells who signed what.
//!
//! Invariant: `expires` and `validUntil` of a proof end it to the second.

use jiff::Timestamp;

use super::proof::ProofPlace;
use super::{Check, Problem, SKEW};
use crate::model::date_time;
use crate::model::json::Object;

pub const NAME: &str = "proof-dates";

/// `now` is past the proof's end.
pub const EXPIRED: &str = "proof-expired";
/// `now` is before the proof was made.
pub const FROM_THE_FUTURE: &str = "proof-from-the-future";

pub fn check(proof: &Object<'_>, place: ProofPlace, now: Timestamp) -> Check {
    let mut observed = Vec::new();
    for member in ["created", "expires", "validUntil"] {
        let Some(value) = proof.get(member) else { continue };
        let Some(time) = value.as_str().and_then(date_time::parse) else {
            let seen = super::seen(proof, &format!("/{member}"));
            let detail =
                format!("The proof's `{member}` must be a date and time with an offset. {seen}");
            let problem = Problem::new("date-time", detail).at(place.member(member));
            return Check::fail(NAME, format!("{member} cannot be read"), problem);
        };
        observed.push(format!("{member} {time}"));
        let problem = match member {
            "created" if time.duration_since(now) > SKEW => Problem::new(
                FROM_THE_FUTURE,
                format!("The proof says that it was made at {time}; it is {now}."),
            ),
            "expires" | "validUntil" if now > time => {
                Problem::new(EXPIRED, format!("The proof ended at {time}; it is {now}."))
            }
            _ => continue,
        };
        return Check::fail(NAME, observed.join(", "), problem.at(place.member(member)));
    }
    if observed.is_empty() {
        return Check::pass(NAME, "the proof has no dates");
    }
    Check::pass(NAME, observed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;

    fn code(proof: &str) -> Option<String> {
        let document = Document::parse(proof.as_bytes()).unwrap();
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        check(document.root(), ProofPlace(None), now).problem().map(|problem| problem.code.clone())
    }

    #[test]
    fn starts_have_five_minutes_and_ends_have_none() {
        assert_eq!(code(r#"{"created": "2026-11-21T09:05:00Z"}"#), None);
        let ahead = code(r#"{"created": "2026-11-21T09:05:01Z"}"#);
        assert_eq!(ahead.as_deref(), Some(FROM_THE_FUTURE));
        assert_eq!(code(r#"{"expires": "2026-11-21T09:00:00Z"}"#), None);
        for member in ["expires", "validUntil"] {
            let ended = code(&format!(r#"{{"{member}": "2026-11-21T08:59:59Z"}}"#));
            assert_eq!(ended.as_deref(), Some(EXPIRED));
        }
        assert_eq!(code(r#"{"created": "yesterday"}"#).as_deref(), Some("date-time"));
        assert_eq!(code("{}"), None);
    }
}
