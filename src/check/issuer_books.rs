//! Check `issuer-books`: where we are the issuer, whether our own books hold
//! this credential, and hold it as it was presented.
//!
//! Retired keys stay published, so that old credentials keep verifying. Whoever
//! comes by one could otherwise sign credentials that we never minted, under any
//! date, and our own service would confirm them.
//!
//! It counts for *authentic*, of status lists too. Invariant: books that do not answer, and what
//! cannot be compared with them, leave it undecided; a copy is compared by what it says, never by
//! its bytes, since wallets write the same credential in other ways.

use sha2::{Digest as _, Sha256};

use super::json_ld::sentence;
use super::proof::Authentic;
use super::{Check, Problem};
use crate::jsonld::{self, Contexts, HashAlgorithm, Input, expand};
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
    /// Its earner's data was removed from the books, which know a copy by its digest.
    Forgotten {
        /// Of what it said; `None` where none could be made.
        digest: Option<String>,
        /// What the digest was made with.
        salt: String,
        superseded_by: Option<String>,
    },
    /// The id is that of a status list of ours.
    List {
        /// The list as it is now.
        embedded: String,
    },
    /// We are its issuer, and signed nothing of this id.
    Absent,
    /// We are its issuer, and the books do not answer now.
    Unknown,
}

/// `None` where we are not the issuer. `claims` says whether the credential is
/// the payload of a JWT, with its registered claims beside it.
pub fn check(
    authentic: &Authentic<'_, '_>,
    claims: bool,
    record: &IssuerRecord,
    contexts: &Contexts,
) -> Option<Check> {
    if *record == IssuerRecord::NotOurs {
        return None;
    }
    let presented = Presented::new(authentic.document().root(), claims);
    Some(compared(&presented, record, contexts).unwrap_or_else(|| {
        let detail = format!(
            "The signature is by a key of {}, but its books hold no such credential: \
             somebody else has or had that key. Do not rely on it, and tell the issuer.",
            authentic.issuer()
        );
        Check::fail(NAME, presented.id(), absent(detail))
    }))
}

/// The same of what names a withdrawn key, whose signature is not looked at: anyone can have
/// written it, and learns nothing of what the books hold otherwise under its id.
pub fn check_unsigned(
    root: &Object<'_>,
    claims: bool,
    record: &IssuerRecord,
    contexts: &Contexts,
) -> Option<Check> {
    if *record == IssuerRecord::NotOurs {
        return None;
    }
    let presented = Presented::new(root, claims);
    let found = compared(&presented, record, contexts).filter(|check| !check.failed());
    Some(found.unwrap_or_else(|| {
        let detail = "The issuer withdrew the key that it names, and the issuer's books hold no \
                      such credential as it is here. Do not rely on it.";
        Check::fail(NAME, presented.id(), absent(detail))
    }))
}

fn absent(detail: impl Into<String>) -> Problem {
    Problem::new("not-in-issuer-books", detail).at("/id")
}

/// With what the books hold under its id; `None` where they hold nothing.
fn compared(
    presented: &Presented<'_, '_>,
    record: &IssuerRecord,
    contexts: &Contexts,
) -> Option<Check> {
    Some(match record {
        IssuerRecord::NotOurs | IssuerRecord::Absent => return None,
        IssuerRecord::Found { embedded, .. } => {
            compare(embedded, |minted| credential(presented, minted, contexts))
        }
        IssuerRecord::Forgotten { digest, salt, .. } => {
            let made = self::digest(presented.root, &presented.without(&["proof"]), salt, contexts);
            forgotten(digest.as_deref(), made.as_deref())
        }
        IssuerRecord::List { embedded } => {
            compare(embedded, |current| list(presented, current, contexts))
        }
        IssuerRecord::Unknown => {
            let detail = "The issuer's books did not answer. Try again.";
            Check::undecided(NAME, presented.id(), Problem::new("issuer-books-silent", detail))
        }
    })
}

/// By which a credential is known again that is kept nowhere: the SHA-256 of the salt and of its
/// canonical form, in hexadecimal. `None` where it has no canonical form.
pub fn digest(
    root: &Object<'_>,
    without: &[&str],
    salt: &str,
    contexts: &Contexts,
) -> Option<String> {
    let canonical = graph(root, without, contexts).ok()?;
    let digest = Sha256::new().chain_update(salt).chain_update(canonical).finalize();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn forgotten(kept: Option<&str>, made: Option<&str>) -> Check {
    match (kept, made) {
        (Some(kept), Some(made)) if kept == made => {
            let seen = "the issuer's books know this credential, as it is here, by its digest: its \
                        holder had the rest removed";
            Check::pass(NAME, seen)
        }
        (Some(_), Some(_)) => differs(),
        _ => {
            let detail = "The books forgot this credential at its holder's wish, and cannot tell \
                          whether it is as it was minted. Ask its issuer.";
            let problem = Problem::new("forgotten-by-issuer-books", detail);
            Check::undecided(NAME, "no digest can be compared", problem)
        }
    }
}

struct Presented<'d, 'a> {
    root: &'d Object<'a>,
    /// What stands beside the credential in a JWT.
    claims: &'static [&'static str],
}

/// With what the books hold, if it can be read.
fn compare(embedded: &str, with: impl FnOnce(&Object<'_>) -> Check) -> Check {
    match Document::parse(embedded.as_bytes()) {
        Ok(ours) => with(ours.root()),
        Err(error) => {
            let problem = Problem::new("issuer-books-unreadable", sentence(&error.to_string()));
            Check::undecided(NAME, "what the books hold cannot be read", problem)
        }
    }
}

fn credential(presented: &Presented<'_, '_>, minted: &Object<'_>, contexts: &Contexts) -> Check {
    match presented.says_the_same(minted, &["proof"], contexts) {
        Some(true) => Check::pass(NAME, "the issuer's books hold this credential, as it is here"),
        Some(false) => differs(),
        None => not_compared(),
    }
}

/// A list is signed anew at each change and each hour, with a later end. A copy
/// that is not the one of now may be a true one from before, or not.
fn list(presented: &Presented<'_, '_>, current: &Object<'_>, contexts: &Contexts) -> Check {
    match presented.says_the_same(current, &["proof", "validUntil"], contexts) {
        Some(true) => return Check::pass(NAME, "the issuer's list says the same now"),
        Some(false) => {}
        None => return not_compared(),
    }
    let starts = |root| Credential(root).valid_from();
    match (starts(presented.root), starts(current)) {
        (Some(presented), Some(current)) if presented <= current => {
            let detail = format!(
                "The list was changed since, at {current}; this copy is from {presented}. Ask for \
                 the list again."
            );
            let problem = Problem::new("older-than-issuer-books", detail).at("/validFrom");
            Check::undecided(NAME, presented.to_string(), problem)
        }
        _ => differs(),
    }
}

fn differs() -> Check {
    let detail = "The issuer signed another credential under this id: somebody else has or had \
                  its key. Do not rely on this one, and ask the issuer for its own.";
    let problem = Problem::new("differs-from-issuer-books", detail);
    Check::fail(NAME, "the issuer's books hold another credential under this id", problem)
}

/// Nothing is known about it: neither that it is as minted, nor that it is not.
fn not_compared() -> Check {
    let detail = "The issuer's books hold a credential under this id, written in another way. \
                  Whether both say the same could not be told within the work that is spent on \
                  one verification.";
    let problem = Problem::new("issuer-books-not-compared", detail);
    Check::undecided(NAME, "too costly to compare with what the issuer's books hold", problem)
}

impl<'d, 'a> Presented<'d, 'a> {
    fn new(root: &'d Object<'a>, claims: bool) -> Self {
        Self { root, claims: if claims { &vc_jwt::CLAIMS } else { &[] } }
    }

    fn id(&self) -> &str {
        Credential(self.root).id().unwrap_or("a credential without an id")
    }

    /// The members that are not compared.
    fn without(&self, but: &[&'static str]) -> Vec<&'static str> {
        self.claims.iter().chain(but).copied().collect()
    }

    /// But for the claims of a JWT and the members in `but`; `None` where it could not be told.
    fn says_the_same(
        &self,
        ours: &Object<'_>,
        but: &[&'static str],
        contexts: &Contexts,
    ) -> Option<bool> {
        let without = self.without(but);
        if same_members(self.root, &without, ours, but) {
            return Some(true);
        }
        same_graph((self.root, &without), (ours, but), contexts)
    }
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

/// Written in another way, it is the same if what is signed is. `None` where that could not be
/// told: the work is spent, or a context is not known any more.
fn same_graph(
    presented: (&Object<'_>, &[&str]),
    ours: (&Object<'_>, &[&str]),
    contexts: &Contexts,
) -> Option<bool> {
    let graph = |(object, without)| graph(object, without, contexts);
    match (graph(presented), graph(ours)) {
        (Ok(presented), Ok(ours)) => Some(presented == ours),
        (Err(error), _) | (_, Err(error)) if untold(&error) => None,
        _ => Some(false),
    }
}

fn graph(
    object: &Object<'_>,
    without: &[&str],
    contexts: &Contexts,
) -> Result<String, jsonld::Error> {
    if contexts.spent() {
        return Err(jsonld::Error::TooComplex);
    }
    let graph = expand(&Input { object, without, context: None }, contexts)?;
    graph.canonicalize(HashAlgorithm::Sha256).map_err(|_| jsonld::Error::TooComplex)
}

fn untold(error: &jsonld::Error) -> bool {
    error.could_not_tell() || *error == jsonld::Error::TooComplex
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

    fn outcome(presented: &serde_json::Value, claims: &'static [&'static str]) -> Option<String> {
        checked(presented, claims, Contexts::bundled()).problem().map(|p| p.code.clone())
    }

    fn checked(
        presented: &serde_json::Value,
        claims: &'static [&'static str],
        contexts: &Contexts,
    ) -> Check {
        let text = presented.to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let presented = Presented { root: document.root(), claims };
        compare(&minted().to_string(), |minted| credential(&presented, minted, contexts))
    }

    /// A verification that has no work left for another graph.
    fn spent() -> Contexts {
        let contexts = Contexts::bundled().for_one_verification();
        let long = json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": "VerifiableCredential",
            "id": format!("urn:{}", "t".repeat(12_000)),
            "evidence": (0..1000).map(|n| json!({"id": format!("urn:{n}")})).collect::<Vec<_>>(),
        })
        .to_string();
        let document = Document::parse(long.as_bytes()).unwrap();
        let input = Input { object: document.root(), without: &[], context: None };
        let graph = expand(&input, &contexts).unwrap();
        while !contexts.spent() {
            let _written = graph.canonicalize(HashAlgorithm::Sha256);
        }
        contexts
    }

    #[test]
    fn what_there_is_no_work_left_to_compare_is_undecided_and_not_another_credential() {
        let spent = spent();
        assert!(checked(&minted(), &[], &spent).problem().is_none(), "the same JSON costs nothing");
        let mut other_shape = minted();
        other_shape["credentialSubject"] = json!([{"id": "urn:uuid:2"}]);
        let mut changed = minted();
        changed["name"] = json!("B");
        for presented in [other_shape, changed] {
            let check = checked(&presented, &[], &spent);
            assert!(check.is_undecided());
            assert_eq!(check.problem().unwrap().code, "issuer-books-not-compared");
        }
        let mut unreadable = minted();
        unreadable["undefined"] = json!("B");
        assert_eq!(outcome(&unreadable, &[]).as_deref(), Some("differs-from-issuer-books"));
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
    fn a_forgotten_credential_is_known_by_its_digest_and_a_changed_one_is_not() {
        let outcome = |presented: &serde_json::Value, kept: Option<&str>, salt: &str| {
            let text = presented.to_string();
            let document = Document::parse(text.as_bytes()).unwrap();
            let made = digest(document.root(), &["proof"], salt, Contexts::bundled());
            let check = forgotten(kept, made.as_deref());
            check.problem().map(|problem| problem.code.clone())
        };
        let text = minted().to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let kept = digest(document.root(), &["proof"], "salt", Contexts::bundled()).unwrap();
        let mut other_proof = minted();
        other_proof["proof"]["type"] = json!("Other");
        assert_eq!(outcome(&other_proof, Some(&kept), "salt"), None);
        let mut changed = minted();
        changed["name"] = json!("B");
        let differs = Some("differs-from-issuer-books".to_owned());
        assert_eq!(outcome(&changed, Some(&kept), "salt"), differs);
        assert_eq!(outcome(&minted(), Some(&kept), "another"), differs);
        let undecided = Some("forgotten-by-issuer-books".to_owned());
        assert_eq!(outcome(&minted(), None, "salt"), undecided);
        changed["@context"] = json!(["https://context.example/unknown"]);
        assert_eq!(outcome(&changed, Some(&kept), "salt"), undecided);
    }

    #[test]
    fn a_list_with_another_end_passes_an_older_one_is_undecided_and_a_later_one_fails() {
        let list = |from: &str, until: &str, bits: &str| {
            json!({"id": "a:l", "validFrom": from, "validUntil": until,
                   "credentialSubject": {"encodedList": bits}})
            .to_string()
        };
        let [monday, tuesday, wednesday] = [2, 3, 4].map(|day| format!("2026-11-0{day}T00:00:00Z"));
        let current = list(&tuesday, &wednesday, "u1");
        for (presented, code, undecided) in [
            (list(&tuesday, &tuesday, "u1"), None, false),
            (list(&monday, &wednesday, "u2"), Some("older-than-issuer-books"), true),
            (list(&tuesday, &wednesday, "u2"), Some("older-than-issuer-books"), true),
            (list(&wednesday, &wednesday, "u2"), Some("differs-from-issuer-books"), false),
        ] {
            let document = Document::parse(presented.as_bytes()).unwrap();
            let presented = Presented { root: document.root(), claims: &[] };
            let check = compare(&current, |now| super::list(&presented, now, Contexts::bundled()));
            let found = check.problem().map(|problem| problem.code.as_str());
            assert_eq!((found, check.is_undecided()), (code, undecided));
        }
    }
}
