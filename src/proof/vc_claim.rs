//! The `vc` claim: how JWTs of the data model 1.1 hold a credential.
//! Spec: <https://www.w3.org/TR/vc-data-model-1.1/#jwt-decoding>
//!
//! Registered claims may stand in the place of the credential's own members. The
//! payload is read as Open Badges writes it since: the credential at the top, its
//! claims beside it, and each absent member filled in from its claim.
//!
//! Invariant: a member that is there is never replaced. That a claim says
//! something else than its member is `jwt-claims`' to find.

use std::borrow::Cow;

use jiff::Timestamp;

use super::vc_jwt::CLAIMS;
use crate::model::Document;
use crate::model::credential::{CONTEXT_V1, first_context};
use crate::model::date_time;
use crate::model::json::{Object, Value};

/// The payload as it is, unless its credential of the data model 1.1 stands in `vc`.
pub(super) fn read(payload: Document<'_>) -> Document<'_> {
    match is_held(payload.root()) {
        true => payload.read_as(flatten),
        false => payload,
    }
}

/// With claims of its own inside of `vc` it would be two credentials in one.
fn is_held(payload: &Object<'_>) -> bool {
    let credential = payload.get("vc").and_then(Value::as_object);
    credential.is_some_and(|credential| {
        first_context(credential) == Some(CONTEXT_V1)
            && !CLAIMS.into_iter().any(|claim| credential.contains(claim))
    })
}

fn flatten(payload: Object<'_>) -> Object<'_> {
    let mut credential = Object::default();
    let mut claims = Vec::new();
    for (name, value) in payload {
        match value {
            Value::Object(held) if name == "vc" => credential = held,
            value if CLAIMS.contains(&&*name) => claims.push((name, value)),
            // What else a JWT says is about its delivery.
            _ => {}
        }
    }
    for (claim, value) in &claims {
        fill_in(&mut credential, claim, value);
    }
    for (claim, value) in claims {
        credential.add(claim, value);
    }
    credential
}

fn fill_in<'a>(credential: &mut Object<'a>, claim: &str, value: &Value<'a>) {
    match claim {
        "iss" => match credential.get_mut("issuer") {
            Some(Value::Object(issuer)) => drop(issuer.add("id", value.clone())),
            Some(_) => {}
            None => drop(credential.add("issuer", value.clone())),
        },
        "jti" => drop(credential.add("id", value.clone())),
        "nbf" => drop(time(value).map(|time| credential.add("issuanceDate", time))),
        "exp" => drop(time(value).map(|time| credential.add("expirationDate", time))),
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
        let read = read(Document::parse(text.as_bytes()).unwrap());
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
}
