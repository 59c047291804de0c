//! Check `jwt-claims`: the claims of a JWT say what the credential says.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#jwt-verification>,
//! <https://www.w3.org/TR/vc-jose-cose/>
//!
//! Invariant: a claim that differs from its member fails, so that no reader of
//! either sees another credential. The standard's own samples lack `sub`, so
//! its absence is a warning; in `vc+jwt` every claim may be absent.

use super::{Check, Problem};
use crate::model::credential::Credential;
use crate::model::json::{Object, Value};
use crate::proof::vc_jwt::Kind;

pub const NAME: &str = "jwt-claims";

pub fn check(root: &Object<'_>, kind: Kind, warnings: &mut Vec<Problem>) -> Check {
    let differing = texts(root, kind, warnings).or_else(|| times(root, kind, warnings));
    differing.unwrap_or_else(|| Check::pass(NAME, "the claims agree with the credential"))
}

/// `iss`, `jti` and `sub` repeat an id.
fn texts(root: &Object<'_>, kind: Kind, warnings: &mut Vec<Problem>) -> Option<Check> {
    let credential = Credential(root);
    let subject = credential.subject().and_then(|subject| subject.str("id"));
    let claims = [
        ("iss", "issuer", credential.issuer()),
        ("jti", "id", credential.id()),
        ("sub", "credentialSubject.id", subject),
    ];
    for (claim, member, expected) in claims {
        match root.get(claim) {
            Some(value) if value.as_str().is_some() && value.as_str() == expected => {}
            None if kind == Kind::VcJose || expected.is_none() => {}
            None if claim == "sub" => {
                let detail = "The JWT has no `sub`; it should be the subject's id.";
                warnings.push(Problem::new("no-sub", detail).at("/sub"));
            }
            found => return Some(differs(claim, member, found, expected.unwrap_or("nothing"))),
        }
    }
    None
}

/// `nbf` and `exp` repeat a time, in seconds.
fn times(root: &Object<'_>, kind: Kind, warnings: &mut Vec<Problem>) -> Option<Check> {
    let credential = Credential(root);
    let (start, end) = match credential.is_of_data_model_1() {
        true => ("issuanceDate", "expirationDate"),
        false => ("validFrom", "validUntil"),
    };
    let claims = [("nbf", start, credential.valid_from()), ("exp", end, credential.valid_until())];
    for (claim, member, expected) in claims {
        let seconds = expected.map(|time| time.as_second());
        match (root.get(claim), seconds) {
            (Some(Value::Number(number)), Some(seconds))
                if number.as_f64().floor() == seconds as f64 => {}
            (None, None) => {}
            (None, Some(_)) if kind == Kind::VcJose || claim == "exp" => {}
            // An end that only the JWT names still ends it: see `validity`.
            (Some(Value::Number(_)), None) if claim == "exp" => {
                let detail = format!("The JWT has `exp` but the credential has no `{end}`.");
                warnings.push(Problem::new("exp-alone", detail).at("/exp"));
            }
            (found, seconds) => {
                let expected = seconds.map_or("nothing".to_owned(), |s| s.to_string());
                return Some(differs(claim, member, found, &expected));
            }
        }
    }
    None
}

fn differs(claim: &str, member: &str, found: Option<&Value<'_>>, expected: &str) -> Check {
    let found = match found {
        None => "absent".to_owned(),
        Some(value) => serde_json::to_string(value).unwrap_or_else(|_| value.kind().to_owned()),
    };
    let detail = format!(
        "The claim `{claim}` must equal the credential's {member} ({expected}); it is {found}."
    );
    let problem = Problem::new("claim-mismatch", detail).at(format!("/{claim}"));
    Check::fail(NAME, format!("{claim} is {found}"), problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::json;

    fn run(changes: &[(&str, serde_json::Value)], kind: Kind) -> (Option<String>, usize) {
        let mut payload = json!({
            "id": "urn:uuid:1", "issuer": {"id": "did:a:b"},
            "validFrom": "1970-01-01T00:01:00Z", "validUntil": "1970-01-01T00:02:00Z",
            "credentialSubject": [{"id": "urn:uuid:2"}],
            "iss": "did:a:b", "jti": "urn:uuid:1", "sub": "urn:uuid:2", "nbf": 60, "exp": 120,
        });
        for (member, value) in changes {
            match value {
                serde_json::Value::Null => payload.as_object_mut().unwrap().remove(*member),
                value => payload.as_object_mut().unwrap().insert((*member).into(), value.clone()),
            };
        }
        let text = payload.to_string();
        let mut warnings = Vec::new();
        let check = check(Document::parse(text.as_bytes()).unwrap().root(), kind, &mut warnings);
        (check.problem().and_then(|p| p.pointer.clone()), warnings.len())
    }

    #[test]
    fn claims_that_agree_pass_and_each_that_differs_fails() {
        assert_eq!(run(&[], Kind::OpenBadges), (None, 0));
        for (claim, other) in [
            ("iss", json!("did:x:y")),
            ("jti", json!("urn:uuid:9")),
            ("sub", json!("urn:uuid:9")),
            ("sub", json!(["urn:uuid:2"])),
            ("nbf", json!(61)),
            ("nbf", json!("60")),
            ("exp", json!(121)),
        ] {
            for kind in [Kind::OpenBadges, Kind::VcJose] {
                assert_eq!(run(&[(claim, other.clone())], kind).0, Some(format!("/{claim}")));
            }
        }
    }

    #[test]
    fn absent_claims_fail_the_open_badges_form_but_for_sub() {
        let absent = serde_json::Value::Null;
        for claim in ["iss", "jti", "nbf"] {
            let changes = [(claim, absent.clone())];
            assert_eq!(run(&changes, Kind::OpenBadges).0, Some(format!("/{claim}")));
            assert_eq!(run(&changes, Kind::VcJose).0, None);
        }
        assert_eq!(run(&[("sub", absent.clone())], Kind::OpenBadges), (None, 1));
        assert_eq!(run(&[("validUntil", absent)], Kind::OpenBadges), (None, 1));
    }
}
