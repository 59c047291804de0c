//! Check `issuer-key`: the key stands in the issuer's own document.
//! Spec: <https://www.w3.org/TR/cid-1.0/#retrieve-verification-method>
//!
//! Who forges hands a key over in the header, names one of somebody else or one
//! that is only for logging in, or dates a stolen key's proof to before its theft.
//!
//! Invariant: whatever names a key (a proof, a header, a fragment), it counts
//! only if the issuer's document has it, controlled by the issuer and listed
//! for assertions.

use jiff::Timestamp;
use url::Url;

use super::json_ld::sentence;
use super::{Check, Problem};
use crate::did::https::Unusable;
use crate::did::jwk::DidJwkError;
use crate::did::key::DidKeyError;
use crate::did::key_set::{KeySet, KeySetError};
use crate::did::web::LocateError;
use crate::did::{
    self, ControllerDocument, DidError, DocumentError, MethodError, Purpose, Resolution,
};
use crate::model::key::{Published, VerificationMethod};

pub const NAME: &str = "issuer-key";
pub const WITHDRAWN: &str = "key-revoked";

/// A signature is checked under no more keys than these.
const MAX_TRIED: usize = 8;

/// The first step to the issuer's keys, or the check that ends here.
pub fn locate(issuer: Option<&str>) -> Result<Resolution, Check> {
    let issuer = issuer.ok_or_else(unnamed_issuer)?;
    did::resolve(issuer).map_err(|error| {
        let issuer = match &error {
            DidError::TooLong { .. } => format!("{}…", issuer.chars().take(64).collect::<String>()),
            _ => issuer.to_owned(),
        };
        let detail = format!("The issuer is {issuer}: {error}.");
        let problem = |code| Problem::new(code, detail.clone()).at("/issuer");
        match &error {
            DidError::NotAnIssuer
            | DidError::UnsupportedMethod { .. }
            | DidError::Https(_)
            | DidError::TooLong { .. } => {
                Check::undecided(NAME, &*issuer, problem("unsupported-issuer"))
            }
            // A place that we do not ask is no proof of anything.
            DidError::Web(LocateError::Address { .. } | LocateError::Segment { .. }) => {
                Check::undecided(NAME, &*issuer, problem("key-document-refused"))
            }
            DidError::Key(DidKeyError::Key(key)) | DidError::Jwk(DidJwkError::Key(key))
                if key.is_of_another_kind() =>
            {
                Check::undecided(NAME, &*issuer, problem("unsupported-key"))
            }
            DidError::Web(_) | DidError::Key(_) | DidError::Jwk(_) => {
                Check::fail(NAME, &*issuer, problem("invalid-issuer"))
            }
        }
    })
}

/// Nothing says whose keys to ask for.
pub fn unnamed_issuer() -> Check {
    let detail = "Expected `issuer` with the id of who signs; the credential names none.";
    let problem = Problem::new("no-issuer", detail).at("/issuer");
    Check::fail(NAME, "no issuer", problem)
}

/// The issuer's document could not be fetched: nothing is known.
pub fn unreachable(reason: &str) -> Check {
    let detail = format!("The issuer's key document could not be fetched: {reason}. Try again.");
    Check::undecided(NAME, reason, Problem::new("key-document-unreachable", detail))
}

/// The issuer's document was fetched and cannot be used.
pub fn unreadable(error: &DocumentError) -> Check {
    let reason = error.to_string();
    let problem = |code| Problem::new(code, sentence(&reason));
    match error {
        // A page of the web server's own, perhaps: no word from the issuer.
        DocumentError::Json(_) => {
            Check::undecided(NAME, reason.as_str(), problem("key-document-unreadable"))
        }
        _ => Check::fail(NAME, reason.as_str(), problem("invalid-key-document")),
    }
}

/// The key named `id`, if it may speak for the issuer now.
pub fn find<'k>(
    document: &'k ControllerDocument,
    id: &str,
    now: Timestamp,
) -> Result<&'k VerificationMethod, Check> {
    let method = document.assertion_method(id).map_err(|error| {
        let unread = document.document().err().map(unusable);
        unread.unwrap_or_else(|| refused(document, id, &error))
    })?;
    within_its_time(method, now)
}

/// The same for a JWT, which a key in the set of an https issuer's host may sign too.
pub fn find_for_jws<'k>(
    document: &'k ControllerDocument,
    id: &str,
    now: Timestamp,
) -> Result<&'k VerificationMethod, Check> {
    let absent = matches!(document.assertion_method(id), Err(MethodError::Absent { .. }));
    let Some(key_set) = document.key_set().filter(|_| absent) else {
        return find(document, id, now);
    };
    match key_set.map(|set| (set, set.named(id))) {
        Ok((_, Some(Ok(method)))) => within_its_time(method, now),
        Ok((_, Some(Err(error)))) => Err(refused(document, id, error)),
        _ if let Some(gap) = gap(document) => Err(gap),
        Ok((set, None)) if document.document().is_err() => Err(not_in_set(set, id)),
        Ok(_) | Err(_) => find(document, id, now),
    }
}

fn not_in_set(set: &KeySet, id: &str) -> Check {
    let detail =
        format!("The signature names {id}, but the key set at {} has no such key.", set.address());
    Check::fail(NAME, id, Problem::new("key-not-of-issuer", detail))
}

/// The key of the host's set under which a signature holds, where the header names it by an
/// address of that host: the set has the key, and calls it otherwise or nothing.
pub fn under_another_name<'k>(
    document: &'k ControllerDocument,
    kid: &str,
    holds: impl Fn(&VerificationMethod) -> bool,
) -> Option<&'k VerificationMethod> {
    let set = document.key_set()?.ok()?;
    let absent = matches!(document.assertion_method(kid), Err(MethodError::Absent { .. }));
    let of_host = Url::parse(kid).is_ok_and(|kid| kid.origin() == set.address().origin());
    if !absent || !of_host || set.named(kid).is_some() {
        return None;
    }
    set.usable().take(MAX_TRIED).find(|method| holds(method))
}

/// The keys that may sign JWTs, for a header that does not name its key.
pub fn all_for_jws(document: &ControllerDocument) -> impl Iterator<Item = &VerificationMethod> {
    let key_set = document.key_set().and_then(Result::ok);
    document.assertion_methods().chain(key_set.into_iter().flat_map(|set| set.usable()))
}

/// What keeps *the issuer has no such key* from being said of an https issuer: one of its places
/// was not heard, or neither says anything.
fn gap(document: &ControllerDocument) -> Option<Check> {
    let (own, key_set) = (document.document(), document.key_set()?);
    let silent = |unusable: &&Unusable| matches!(unusable, Unusable::Silent(_));
    if let Some(silent) = [own.err(), key_set.err()].into_iter().flatten().find(silent) {
        return Some(unusable(silent));
    }
    match (own, key_set) {
        // The set has keys, and nothing says that they are the issuer's own.
        (_, Err(Unusable::KeySet(error))) if error.is_about_another() => Some(unusable_set(error)),
        (Ok(()), _) | (Err(_), Ok(_)) => None,
        (Err(own), Err(_)) => Some(unusable(own)),
    }
}

/// A place of an https issuer that gives no keys.
fn unusable(unusable: &Unusable) -> Check {
    match unusable {
        Unusable::Silent(reason) => unreachable(reason),
        Unusable::Nothing { .. } => unreachable(&unusable.to_string()),
        Unusable::Document(error) => unreadable(error),
        Unusable::KeySet(error) => unusable_set(error),
    }
}

fn unusable_set(error: &KeySetError) -> Check {
    let reason = error.to_string();
    let problem = |code| Problem::new(code, sentence(&reason));
    match error {
        // A page of the web server's own, perhaps.
        KeySetError::Json(_) | KeySetError::NotASet => {
            Check::undecided(NAME, &*reason, problem("key-document-unreadable"))
        }
        KeySetError::SharedHost { .. } => {
            Check::fail(NAME, &*reason, problem("key-set-of-shared-host"))
        }
        KeySetError::OtherIssuer { .. } => {
            Check::fail(NAME, &*reason, problem("key-set-of-another-issuer"))
        }
        KeySetError::KeyTwice { .. } | KeySetError::TooManyKeys => {
            Check::fail(NAME, &*reason, problem("invalid-key-set"))
        }
    }
}

/// The key, unless its issuer withdrew it or let it end.
pub fn within_its_time(
    method: &VerificationMethod,
    now: Timestamp,
) -> Result<&VerificationMethod, Check> {
    let id = method.id.as_str();
    // Whatever the proof's `created` says: who has a stolen key writes any date.
    if let Some(revoked) = method.revoked.filter(|at| *at <= now) {
        let detail = format!("The issuer withdrew the key {id} at {revoked}.");
        return Err(Check::fail(NAME, id, Problem::new("key-revoked", detail)));
    }
    if let Some(expires) = method.expires.filter(|at| *at <= now) {
        let detail = format!("The issuer let the key {id} end at {expires}; it is {now}.");
        return Err(Check::fail(NAME, id, Problem::new("key-expired", detail)));
    }
    Ok(method)
}

/// The passed check.
pub fn found(document: &ControllerDocument, method: &VerificationMethod) -> Check {
    let place = match method.published {
        Published::InKeySet => "key set of the host",
        Published::InIdentifier | Published::InDocument => "document",
    };
    Check::pass(NAME, format!("{} stands in the {place} of {}", method.id, document.id()))
}

/// Nothing in the credential names a key.
pub fn unnamed(document: &ControllerDocument) -> Check {
    if let Some(gap) = gap(document) {
        return gap;
    }
    let detail = "Nothing names the key that signed: expected a `kid` from the issuer's document.";
    Check::fail(NAME, document.id(), Problem::new("no-key-named", detail))
}

/// What a signature by this key of its controller proves: a domain, or a key of nobody.
pub fn bound(method: &VerificationMethod) -> String {
    let issuer = method.controller.as_str();
    if let Some(domain) = did::web::domain(issuer) {
        return format!("the domain {domain} (did:web)");
    }
    // A DID is not to be parsed as a URL to see that it is no https address.
    if !issuer.starts_with("did:")
        && let Some(domain) = did::https::domain(issuer)
    {
        return match method.published {
            Published::InKeySet => format!("the domain {domain} (https, its key set)"),
            _ => format!("the domain {domain} (https, the issuer's own document)"),
        };
    }
    let method = if issuer.starts_with("did:jwk:") { "did:jwk" } else { "did:key" };
    format!("an unknown key ({method})")
}

fn refused(document: &ControllerDocument, id: &str, error: &MethodError) -> Check {
    let code = match error {
        MethodError::Absent { .. } => "key-not-of-issuer",
        MethodError::OtherController { .. } => "key-of-another-controller",
        MethodError::NotListed { under: Purpose::Assertion, .. } => "key-not-for-assertion",
        MethodError::NotListed { under: Purpose::Authentication, .. } => "key-not-for-presenting",
        MethodError::Withdrawn { .. } => WITHDRAWN,
        MethodError::UnsupportedType { .. } => "unsupported-key",
        MethodError::Key(key) if key.is_of_another_kind() => "unsupported-key",
        MethodError::Unread { .. } => "key-document-unreachable",
        MethodError::Key(_) | MethodError::Time { .. } => "invalid-key",
    };
    let detail = format!("The signature names {id}, but {error}.");
    let problem = Problem::new(code, detail);
    let observed = format!("{id}, looked up in the document of {}", document.id());
    match code {
        "unsupported-key" | "key-document-unreachable" => Check::undecided(NAME, observed, problem),
        _ => Check::fail(NAME, observed, problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::did::https::Answer;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    const DID: &str = "did:web:nea.example";

    fn document(extra: serde_json::Value) -> ControllerDocument {
        let mut method = json!({
            "id": "#k", "type": "Multikey", "controller": DID,
            "publicKeyMultibase": "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        });
        method.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let text = json!({"id": DID, "assertionMethod": [method]}).to_string();
        did::web::read(text.as_bytes(), DID).unwrap()
    }

    fn code(result: Result<&VerificationMethod, Check>) -> String {
        result.unwrap_err().problem().unwrap().code.clone()
    }

    #[test]
    fn a_listed_key_is_found_and_a_withdrawn_or_ended_one_is_refused() {
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        assert!(find(&document(json!({})), "#k", now).is_ok());
        let revoked = document(json!({"revoked": "2026-11-21T08:00:00Z"}));
        assert_eq!(code(find(&revoked, "#k", now)), "key-revoked");
        let ended = document(json!({"expires": "2026-11-21T09:00:00Z"}));
        assert_eq!(code(find(&ended, "#k", now)), "key-expired");
        let later = document(json!({"expires": "2026-11-21T09:00:01Z"}));
        assert!(find(&later, "#k", now).is_ok());
    }

    #[test]
    fn a_key_of_nobody_or_of_somebody_else_is_refused() {
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        assert_eq!(code(find(&document(json!({})), "#other", now)), "key-not-of-issuer");
        let other = document(json!({"controller": "did:web:evil.example"}));
        assert_eq!(code(find(&other, "#k", now)), "key-of-another-controller");
        let strange = document(json!({"type": "Strange"}));
        assert!(find(&strange, "#k", now).unwrap_err().is_undecided());
    }

    #[test]
    fn an_https_issuer_lacks_a_key_only_once_both_its_places_were_heard() {
        let issuer = "https://nea.example/";
        let Ok(Resolution::Https(places)) = locate(Some(issuer)) else { panic!("it is https") };
        let document = json!({"id": issuer}).to_string();
        let set = json!({"keys": []}).to_string();
        let silent = || Answer::Silent("no answer".into());
        let now = "2026-11-21T09:00:00Z".parse().unwrap();
        for (own, key_set, heard, heard_for_jws) in [
            (Answer::Bytes(document.as_bytes()), Answer::Bytes(set.as_bytes()), true, true),
            (Answer::Bytes(document.as_bytes()), Answer::Nothing, true, true),
            (Answer::Bytes(document.as_bytes()), silent(), true, false),
            (Answer::Nothing, Answer::Bytes(set.as_bytes()), false, true),
            (Answer::Bytes(b"<html>"), Answer::Bytes(set.as_bytes()), false, true),
            (silent(), Answer::Bytes(set.as_bytes()), false, false),
            (Answer::Nothing, Answer::Bytes(b"<html>"), false, false),
        ] {
            let keys = did::https::read(issuer, &places, own, key_set);
            assert_eq!(find(&keys, "k", now).unwrap_err().failed(), heard, "{keys:?}");
            let for_jws = find_for_jws(&keys, "k", now).unwrap_err();
            assert_eq!(for_jws.failed(), heard_for_jws, "{keys:?}");
            assert_eq!(unnamed(&keys).failed(), heard_for_jws, "{keys:?}");
        }
    }

    #[test]
    fn an_issuer_that_we_cannot_resolve_is_undecided_and_a_broken_one_fails() {
        assert!(locate(Some("http://nea.example")).unwrap_err().is_undecided());
        assert!(locate(Some("urn:uuid:1")).unwrap_err().is_undecided());
        assert!(locate(Some("did:ion:abc")).unwrap_err().is_undecided());
        assert!(locate(Some("did:web:127.0.0.1")).unwrap_err().is_undecided());
        assert!(locate(Some("did:key:6Mk")).unwrap_err().failed());
        assert!(locate(Some("did:jwk:zzz")).unwrap_err().failed());
        // A secp256k1 key, as the did:key specification has it.
        let secp256k1 = "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";
        assert!(locate(Some(secp256k1)).unwrap_err().is_undecided());
        assert!(locate(None).unwrap_err().failed());
    }

    #[test]
    fn an_identifier_that_is_too_long_is_undecided_and_not_repeated() {
        for method in ["web:a.example:", "key:z", "jwk:"] {
            let of = |length: usize| format!("did:{method:x<0$}", length - 4);
            let check = locate(Some(&of(did::MAX_LENGTH + 1))).unwrap_err();
            assert!(check.is_undecided() && check.observed.len() < 100, "{check:?}");
            let problem = check.problem().unwrap();
            assert_eq!(problem.code, "unsupported-issuer");
            assert!(problem.detail.contains("4097 bytes") && problem.detail.len() < 200);
            let as_long_as_may_be = locate(Some(&of(did::MAX_LENGTH)));
            let code = as_long_as_may_be.err().map(|check| check.problem().unwrap().code.clone());
            assert_ne!(code.as_deref(), Some("unsupported-issuer"));
        }
        // The longest key that we read.
        let n = format!("{}w", "u".repeat(1365));
        let jwk = json!({"kty": "RSA", "use": "sig", "alg": "RS256", "e": "AQAB", "n": n});
        let did = format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk.to_string()));
        assert!(locate(Some(&did)).is_ok() && did.len() < did::MAX_LENGTH / 2);
    }
}
