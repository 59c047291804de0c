//! Check `validity`: is it now between the credential's start and end?
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/#validity-period>
//!
//! A credential that has ended names a later end in its JWT's claims, or the
//! other way round.
//!
//! Invariant: of several starts the latest counts, of several ends the
//! earliest; starts have five minutes of tolerance, ends none.

use jiff::Timestamp;

use super::{Check, Problem, SKEW};
use crate::model::credential::Credential;
use crate::model::json::{Object, Value};

pub const NAME: &str = "validity";

/// `now` is past the end.
pub const EXPIRED: &str = "expired";
/// `now` is before the start.
pub const NOT_YET_VALID: &str = "not-yet-valid";

/// `claims` says whether `nbf` and `exp` are claims of a JWT.
pub fn check(root: &Object<'_>, claims: bool, now: Timestamp) -> Check {
    let credential = Credential(root);
    let claim = |name| if claims { numeric_date(root, name) } else { None };
    let from = credential.valid_from().max(claim("nbf"));
    let until = [credential.valid_until(), claim("exp")].into_iter().flatten().min();
    let place = |new, old| if credential.is_of_data_model_1() { old } else { new };
    let observed = match (from, until) {
        (Some(from), Some(until)) => format!("from {from} until {until}"),
        (Some(from), None) => format!("from {from}, without end"),
        (None, Some(until)) => format!("until {until}"),
        (None, None) => "it names neither start nor end".to_owned(),
    };
    if let Some(from) = from.filter(|from| from.duration_since(now) > SKEW) {
        let detail = format!("The credential is valid from {from}; it is {now}.");
        let problem = Problem::new(NOT_YET_VALID, detail).at(place("/validFrom", "/issuanceDate"));
        return Check::fail(NAME, observed, problem);
    }
    if let Some(until) = until.filter(|until| now > *until) {
        let detail = format!("The credential was valid until {until}; it is {now}.");
        return Check::fail(
            NAME,
            observed,
            Problem::new(EXPIRED, detail).at(place("/validUntil", "/expirationDate")),
        );
    }
    Check::pass(NAME, observed)
}

/// A time past the ends of our time line is the end that it lies beyond.
fn numeric_date(root: &Object<'_>, name: &str) -> Option<Timestamp> {
    match root.get(name)? {
        Value::Number(number) => {
            let bounds = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
            let seconds = (number.as_f64().floor() as i64).clamp(bounds.0, bounds.1);
            Timestamp::from_second(seconds).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;

    fn code(members: &str, claims: bool) -> Option<String> {
        let text = format!("{{{members}}}");
        let document = Document::parse(text.as_bytes()).unwrap();
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        check(document.root(), claims, now).problem().map(|problem| problem.code.clone())
    }

    #[test]
    fn expired_credential_fails_and_one_that_ends_now_does_not() {
        assert_eq!(code(r#""validUntil": "2026-11-21T09:00:00Z""#, false), None);
        let expired = code(r#""validUntil": "2026-11-21T08:59:59Z""#, false);
        assert_eq!(expired.as_deref(), Some(EXPIRED));
    }

    #[test]
    fn a_start_may_be_five_minutes_ahead() {
        assert_eq!(code(r#""validFrom": "2026-11-21T09:05:00Z""#, false), None);
        let early = code(r#""validFrom": "2026-11-21T09:05:01Z""#, false);
        assert_eq!(early.as_deref(), Some(NOT_YET_VALID));
    }

    #[test]
    fn the_claims_of_a_jwt_narrow_it_and_mean_nothing_elsewhere() {
        let members = r#""validUntil": "2030-01-01T00:00:00Z", "exp": 1"#;
        assert_eq!(code(members, true).as_deref(), Some(EXPIRED));
        assert_eq!(code(members, false), None);
        for (claim, found) in [
            (r#""nbf": 99999999999"#, NOT_YET_VALID),
            (r#""nbf": 1e300"#, NOT_YET_VALID),
            (r#""exp": -1e300"#, EXPIRED),
        ] {
            assert_eq!(code(claim, true).as_deref(), Some(found));
        }
    }
}
