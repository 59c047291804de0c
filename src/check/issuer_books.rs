//! Check `issuer-books`: where we are the issuer, whether our own books hold
//! this credential, and hold it as it was presented.
//!
//! Retired keys stay published, so that old credentials keep verifying. Whoever
//! comes by one could otherwise sign credentials that we never minted, under any
//! date, and our own service would confirm them.
//!
//! It counts for *authentic*. Invariant: books that do not answer leave it
//! undecided; a copy is compared by what it says, never by its bytes, since
//! wallets write the same credential in other ways.

use super::json_ld::sentence;
use super::proof::Authentic;
use super::{Check, Problem};
use crate::jsonld::{Contexts, HashAlgorithm, Input, expand};
use crate::model::json::{Object, Value};
use crate::model::{Credential, Document};
use crate::proof::vc_jwt;

pub const NAME: &str = "issuer-books";

/// What the issuer's own books say of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerRecord {
    /// We are not its issuer, so we have no books about it.
    NotOurs,
    Found {
        /// The embedded form as it was minted.
        embedded: String,
        /// The id of the credential that replaces it.
        superseded_by: Option<String>,
    },
    /// We are its issuer, and minted no credential of this id.
    Absent,
    /// We are its issuer, and the books do not answer now.
    Unknown,
}

/// Whether the books have anything to say: a status list is signed anew at each
/// change and stands in none. What is an achievement or anything else besides
/// is no mere list.
pub fn concerns(credential: &Credential<'_, '_>) -> bool {
    const LIST: [&str; 2] = ["VerifiableCredential", "BitstringStatusListCredential"];
    !LIST.iter().all(|name| credential.has_type(name))
        || credential.types().any(|name| !LIST.contains(&name))
}

/// `None` where we are not the issuer. `claims` says whether the credential is
/// the payload of a JWT, with its registered claims beside it.
pub fn check(
    authentic: &Authentic<'_, '_>,
    claims: bool,
    record: &IssuerRecord,
    contexts: &Contexts,
) -> Option<Check> {
    let id = authentic.credential().id().unwrap_or("a credential without an id");
    Some(match record {
        IssuerRecord::NotOurs => return None,
        IssuerRecord::Found { embedded, .. } => {
            let without = if claims { &vc_jwt::CLAIMS[..] } else { &[] };
            compare(authentic.document().root(), without, embedded, contexts)
        }
        IssuerRecord::Absent => {
            let detail = format!(
                "The signature is by a key of {}, but its books hold no such credential: \
                 somebody else has or had that key. Do not rely on it, and tell the issuer.",
                authentic.issuer()
            );
            Check::fail(NAME, id, Problem::new("not-in-issuer-books", detail).at("/id"))
        }
        IssuerRecord::Unknown => {
            let detail = "The issuer's books did not answer. Try again.";
            Check::undecided(NAME, id, Problem::new("issuer-books-silent", detail))
        }
    })
}

fn compare(presented: &Object<'_>, claims: &[&str], embedded: &str, contexts: &Contexts) -> Check {
    let minted = match Document::parse(embedded.as_bytes()) {
        Ok(minted) => minted,
        Err(error) => {
            let problem = Problem::new("issuer-books-unreadable", sentence(&error.to_string()));
            return Check::undecided(NAME, "what was minted cannot be read", problem);
        }
    };
    let without: Vec<&str> = claims.iter().copied().chain(["proof"]).collect();
    if same_members(presented, &without, minted.root(), &["proof"])
        || same_graph(presented, &without, minted.root(), contexts)
    {
        return Check::pass(NAME, "the issuer's books hold this credential, as it is here");
    }
    let detail = "The issuer minted another credential under this id: somebody else has or had \
                  its key. Do not rely on this one, and ask the issuer for its own.";
    let problem = Problem::new("differs-from-issuer-books", detail);
    Check::fail(NAME, "the issuer's books hold another credential under this id", problem)
}

/// The usual case, and cheap: the same JSON but for white space and the order of members.
fn same_members(a: &Object<'_>, a_without: &[&str], b: &Object<'_>, b_without: &[&str]) -> bool {
    let kept = |object: &Object<'_>, without: &[&str]| {
        object.iter().filter(|(name, _)| !without.contains(name)).count()
    };
    kept(a, a_without) == kept(b, b_without)
        && b.iter().filter(|(name, _)| !b_without.contains(name)).all(|(name, value)| {
            !a_without.contains(&name) && a.get(name).is_some_and(|other| same(other, value))
        })
}

fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => same_members(a, &[], b, &[]),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (a, b) => a == b,
    }
}

/// Written in another way, it is the same if what is signed is.
fn same_graph(a: &Object<'_>, without: &[&str], b: &Object<'_>, contexts: &Contexts) -> bool {
    let graph = |object, without| {
        let input = Input { object, without, context: None };
        expand(&input, contexts).ok()?.canonicalize(HashAlgorithm::Sha256).ok()
    };
    graph(a, without).is_some_and(|a| graph(b, &["proof"]) == Some(a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn minted() -> serde_json::Value {
        json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": "urn:uuid:1",
            "type": ["VerifiableCredential"],
            "issuer": "did:web:nea.example",
            "name": "A",
            "credentialSubject": {"id": "urn:uuid:2"},
            "proof": {"type": "DataIntegrityProof"},
        })
    }

    fn outcome(presented: &serde_json::Value, claims: &[&str]) -> Option<String> {
        let text = presented.to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let check = compare(document.root(), claims, &minted().to_string(), Contexts::bundled());
        check.problem().map(|problem| problem.code.clone())
    }

    #[test]
    fn the_same_credential_in_another_order_shape_or_form_is_as_minted() {
        assert_eq!(outcome(&minted(), &[]), None);
        let text = r#"{"credentialSubject": [{"id": "urn:uuid:2"}], "name": "A",
            "issuer": "did:web:nea.example", "type": "VerifiableCredential", "id": "urn:uuid:1",
            "@context": ["https://www.w3.org/ns/credentials/v2"]}"#;
        assert_eq!(outcome(&serde_json::from_str(text).unwrap(), &[]), None);
        let mut jwt = minted();
        jwt["nbf"] = json!(1);
        assert_eq!(outcome(&jwt, &vc_jwt::CLAIMS), None);
    }

    #[test]
    fn a_changed_added_or_missing_member_is_another_credential() {
        let differs = Some("differs-from-issuer-books".to_owned());
        for (member, value) in
            [("name", json!("B")), ("description", json!("C")), ("name", json!(null))]
        {
            let mut changed = minted();
            changed[member] = value.clone();
            if value.is_null() {
                changed.as_object_mut().unwrap().remove(member);
            }
            assert_eq!(outcome(&changed, &[]), differs, "{member} = {value}");
        }
    }

    #[test]
    fn a_list_is_not_looked_up_and_a_list_that_is_an_achievement_too_is() {
        let asks = |types: serde_json::Value| {
            let text = json!({"type": types}).to_string();
            let document = Document::parse(text.as_bytes()).unwrap();
            concerns(&Credential(document.root()))
        };
        let list = ["VerifiableCredential", "BitstringStatusListCredential"];
        assert!(!asks(json!(list)));
        assert!(asks(json!([list[0], list[1], "AchievementCredential"])));
        assert!(asks(json!([list[0]])));
    }
}
