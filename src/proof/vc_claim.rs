//! The claims `vc` and `vp`: how JWTs of the data model 1.1 hold a credential or
//! a presentation.
//! Spec: <https://www.w3.org/TR/vc-data-model-1.1/#jwt-decoding>
//!
//! Registered claims may stand in the place of the credential's own members. The
//! payload is read as Open Badges writes it since: the credential at the top, its
//! claims beside it, and each absent member filled in from its claim.
//!
//! Invariant: a member that is there is never replaced, and none of a payload that
//! is a credential itself is passed over. That a claim says something else than its
//! member is `jwt-claims`' to find.

use std::borrow::Cow;

use jiff::Timestamp;

use super::vc_jwt::{CLAIMS, NONCE};
use crate::model::Document;
use crate::model::credential::{CONTEXT_V1, CONTEXT_V2, first_context};
use crate::model::date_time;
use crate::model::json::{Object, Value};

/// What may stand in `vc` and `vp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapped {
    /// What is of the data model 1.1, as it says.
    OfModel1,
    /// What is of the data model 2.0 too, as in the fixtures of a public conformance suite.
    OfEither,
}

/// The payload as it is, unless it holds a credential in `vc` or a presentation in `vp`.
pub(super) fn read(payload: Document<'_>, wrapped: Wrapped) -> Document<'_> {
    let held = ["vc", "vp"].into_iter().filter(|claim| payload.root().contains(claim));
    match held.collect::<Vec<_>>().as_slice() {
        [claim] if is_held(payload.root(), claim, wrapped) => {
            payload.read_as(|payload| flatten(payload, claim))
        }
        _ => payload,
    }
}

/// Members that make a payload the credential or the presentation itself, as in 2.0.
const OWN_MEMBERS: [&str; 9] = [
    "@context",
    "type",
    "issuer",
    "credentialSubject",
    "credentialStatus",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
];

/// With claims of its own inside, or members of a credential beside it, it would be two
/// credentials in one: what one of both says of end and status some readers would not see.
fn is_held(payload: &Object<'_>, claim: &str, wrapped: Wrapped) -> bool {
    if OWN_MEMBERS.iter().any(|member| payload.contains(member)) {
        return false;
    }
    let held = payload.get(claim).and_then(Value::as_object);
    held.is_some_and(|held| {
        let context = first_context(held);
        let fits = context == Some(CONTEXT_V1)
            || (wrapped == Wrapped::OfEither && context == Some(CONTEXT_V2));
        fits && !claims_of(claim).any(|name| held.contains(name))
    })
}

/// The claims that stand beside it and are looked at.
fn claims_of(wrapper: &str) -> impl Iterator<Item = &'static str> {
    CLAIMS.into_iter().chain(if wrapper == "vp" { Some(NONCE) } else { None })
}

fn flatten<'a>(payload: Object<'a>, wrapper: &str) -> Object<'a> {
    let mut held = Object::default();
    let mut claims = Vec::new();
    for (name, value) in payload {
        match value {
            Value::Object(object) if name == wrapper => held = object,
            value if claims_of(wrapper).any(|claim| claim == name) => claims.push((name, value)),
            // What else a JWT says is about its delivery.
            _ => {}
        }
    }
    for (claim, value) in &claims {
        match wrapper {
            "vp" => fill_in_presentation(&mut held, claim, value),
            _ => fill_in(&mut held, claim, value),
        }
    }
    for (claim, value) in claims {
        held.add(claim, value);
    }
    held
}

fn fill_in_presentation<'a>(held: &mut Object<'a>, claim: &str, value: &Value<'a>) {
    match claim {
        "iss" => drop(held.add("holder", value.clone())),
        "jti" => drop(held.add("id", value.clone())),
        _ => {}
    }
}

fn fill_in<'a>(credential: &mut Object<'a>, claim: &str, value: &Value<'a>) {
    let [start, end] = match first_context(credential) {
        Some(CONTEXT_V2) => ["validFrom", "validUntil"],
        _ => ["issuanceDate", "expirationDate"],
    };
    match claim {
        "iss" => match credential.get_mut("issuer") {
            Some(Value::Object(issuer)) => drop(issuer.add("id", value.clone())),
            Some(_) => {}
            None => drop(credential.add("issuer", value.clone())),
        },
        "jti" => drop(credential.add("id", value.clone())),
        "nbf" => drop(time(value).map(|time| credential.add(start, time))),
        "exp" => drop(time(value).map(|time| credential.add(end, time))),
        "sub" => match credential.get_mut("credentialSubject") {
            Some(Value::Object(subject)) => drop(subject.add("id", value.clone())),
            Some(Value::Array(subjects)) => {
                if let [Value::Object(subject)] = subjects.as_mut_slice() {
                    subject.add("id", value.clone());
                }
            }
            _ => {}
        },
        _ => {}
    }
}

/// Seconds since 1970 as the data model writes times.
fn time<'a>(seconds: &Value<'_>) -> Option<Value<'a>> {
    let Value::Number(number) = seconds else { return None };
    let time = Timestamp::from_second(number.as_f64().floor() as i64).ok()?;
    Some(Value::String(Cow::Owned(date_time::format(time))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn flat(payload: &Json) -> Json {
        let text = payload.to_string();
        let read = read(Document::parse(text.as_bytes()).unwrap(), Wrapped::OfModel1);
        assert_eq!(read.bytes(), text.as_bytes());
        serde_json::to_value(read.root()).unwrap()
    }

    #[test]
    fn claims_fill_in_what_the_credential_leaves_to_them() {
        let payload = json!({
            "vc": {"@context": [CONTEXT_V1], "type": ["VerifiableCredential"],
                   "credentialSubject": {"degree": "x"}},
            "iss": "did:a:b", "jti": "urn:uuid:1", "sub": "did:a:c", "nbf": 60, "exp": 120.5,
            "nonce": "n",
        });
        assert_eq!(
            flat(&payload),
            json!({
                "@context": [CONTEXT_V1], "type": ["VerifiableCredential"],
                "credentialSubject": {"degree": "x", "id": "did:a:c"},
                "issuer": "did:a:b", "id": "urn:uuid:1",
                "issuanceDate": "1970-01-01T00:01:00Z", "expirationDate": "1970-01-01T00:02:00Z",
                "iss": "did:a:b", "jti": "urn:uuid:1", "sub": "did:a:c", "nbf": 60, "exp": 120.5,
            })
        );
    }

    #[test]
    fn a_presentation_gets_its_holder_and_keeps_the_nonce_beside_it() {
        let vp = json!({"@context": [CONTEXT_V1], "type": "VerifiablePresentation"});
        let payload = json!({"vp": vp, "iss": "did:a:b", "nonce": "n", "aud": "x"});
        let expected = json!({
            "@context": [CONTEXT_V1], "type": "VerifiablePresentation", "holder": "did:a:b",
            "iss": "did:a:b", "nonce": "n", "aud": "x",
        });
        assert_eq!(flat(&payload), expected);
        let both = json!({"vp": vp, "vc": {"@context": [CONTEXT_V1]}});
        assert_eq!(flat(&both), both);
    }

    #[test]
    fn what_the_credential_says_itself_stays() {
        let credential = json!({
            "@context": [CONTEXT_V1], "id": "urn:uuid:2", "issuer": {"id": "did:x:y"},
            "issuanceDate": "2026-01-01T00:00:00Z", "credentialSubject": [{"id": "did:x:z"}],
        });
        let read = flat(&json!({"iss": "did:a:b", "jti": "urn:uuid:1", "sub": "did:a:c",
                                "nbf": 60, "vc": credential}));
        for (member, value) in credential.as_object().unwrap() {
            assert_eq!(read[member], *value);
        }
    }

    #[test]
    fn a_credential_of_2_0_or_with_claims_of_its_own_is_left_where_it_is() {
        for vc in [
            json!({"@context": ["https://www.w3.org/ns/credentials/v2"]}),
            json!({"@context": [CONTEXT_V1], "iss": "did:x:y"}),
            json!("text"),
        ] {
            let payload = json!({"vc": vc, "iss": "did:a:b"});
            assert_eq!(flat(&payload), payload);
        }
    }

    #[test]
    fn a_payload_with_members_of_a_credential_is_not_read_as_what_it_wraps() {
        for claim in ["vc", "vp"] {
            for member in OWN_MEMBERS {
                let payload = json!({claim: {"@context": [CONTEXT_V1]}, member: "x"});
                assert_eq!(flat(&payload), payload);
            }
        }
    }
}
