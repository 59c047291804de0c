//! The issuers that somebody vouches for by name.
//!
//! A signature proves a key or a domain; whose that is, nothing in a credential
//! can tell, whatever it calls itself. An operator's file names the issuers that
//! are known here, and a recognizer's own list those that it trusts, with how that is known.
//!
//! Invariant: a name never makes anything authentic; it is told beside the
//! verdicts, of an issuer whose key was found to have signed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use utoipa::ToSchema;

use crate::did::{self, DidError};
use crate::model::Fault;
use crate::model::fault::Faults;
use crate::model::json;

/// Longer names and origins are no help to a reader.
const MAX_TEXT: usize = 300;

/// More than any office has approved; a longer list only costs time.
const MOST_ISSUERS: usize = 5000;

/// Names of issuers, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedIssuers(BTreeMap<String, KnownAs>);

/// What an issuer is known as here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KnownAs {
    pub name: String,
    /// How that is known.
    pub from: String,
}

/// One issuer of a recognizer's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// A DID or an https id, to the letter as credentials name it.
    #[schema(example = "did:web:nea.example:issuers:nea")]
    pub id: String,
    /// What it is called.
    #[schema(example = "NEA (example)")]
    pub name: String,
    /// How that is known; public, as the rest.
    #[schema(example = "the state's list of approved providers, 2026-07-01")]
    pub from: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    issuer: Vec<Spanned<Issuer>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    id: Spanned<String>,
    name: Spanned<String>,
    from: Spanned<String>,
}

impl TrustedIssuers {
    /// Reads a file in TOML: an `[[issuer]]` with `id`, `name` and `from` for each.
    pub fn parse(text: &str) -> Result<Self, TrustedIssuersError> {
        let line_of = |at: usize| text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
        let file: File = toml::from_str(text).map_err(|error| TrustedIssuersError {
            line: error.span().map_or(1, |at| line_of(at.start)),
            problem: error.message().to_owned(),
        })?;
        let mut known = BTreeMap::new();
        for Issuer { id, name, from } in file.issuer.into_iter().map(Spanned::into_inner) {
            let fault = |at: usize, problem: String| {
                Err(TrustedIssuersError { line: line_of(at), problem })
            };
            if let Some(problem) = not_an_issuer(id.get_ref()) {
                return fault(id.span().start, format!("the id {:?}: {problem}", id.get_ref()));
            }
            for (member, text) in [("name", &name), ("from", &from)] {
                if let Some(problem) = not_for_people(text.get_ref()) {
                    return fault(text.span().start, format!("the {member} {problem}"));
                }
            }
            let at = id.span().start;
            let id = id.into_inner();
            if known.contains_key(&id) {
                return fault(at, format!("the issuer {id:?} stands there twice"));
            }
            let (name, from) = (name.into_inner(), from.into_inner());
            known.insert(id, KnownAs { name, from });
        }
        Ok(Self(known))
    }

    /// The issuers of a recognizer's list; else what is wrong with it, and where.
    pub fn of(issuers: Vec<TrustedIssuer>) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        faults.count("/issuers", issuers.len(), MOST_ISSUERS);
        let mut known = BTreeMap::new();
        for (at, TrustedIssuer { id, name, from }) in issuers.into_iter().enumerate() {
            let pointer = |member: &str| format!("/issuers/{at}/{member}");
            if let Some(problem) = not_an_issuer(&id) {
                let detail = format!("{problem}; give its DID or its https id");
                faults.add(pointer("id"), "not-an-issuer", detail);
            }
            for (member, text) in [("name", &name), ("from", &from)] {
                if let Some(problem) = not_for_people(text) {
                    let detail = format!("this text {problem}; it is shown to people");
                    faults.add(pointer(member), "not-for-people", detail);
                }
            }
            if known.insert(id, KnownAs { name, from }).is_some() {
                let detail = "this issuer stands in the list twice; name it once";
                faults.add(pointer("id"), "issuer-twice", detail);
            }
        }
        faults.into_result()?;
        Ok(Self(known))
    }

    /// Its issuers, by their ids.
    pub fn issuers(&self) -> impl Iterator<Item = TrustedIssuer> {
        self.0.iter().map(|(id, KnownAs { name, from })| TrustedIssuer {
            id: id.clone(),
            name: name.clone(),
            from: from.clone(),
        })
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The list in canonical JSON (RFC 8785): the same for the same issuers in any order.
    pub fn canonical(&self) -> String {
        let list = serde_json::json!({ "issuers": self.issuers().collect::<Vec<_>>() });
        let text = list.to_string();
        let value = json::parse(text.as_bytes()).expect("what was serialized is strict JSON");
        json::canonical(&value).expect("texts alone are canonical")
    }

    /// What this issuer is known as. The id must be the same to the letter: it was signed so.
    pub fn known(&self, issuer: &str) -> Option<&KnownAs> {
        self.0.get(issuer)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why no credential could ever be of an issuer with this id.
fn not_an_issuer(id: &str) -> Option<String> {
    match did::resolve(id) {
        // A method that is read one day does no harm today.
        Ok(_) | Err(DidError::UnsupportedMethod { .. }) => None,
        Err(error) => Some(error.to_string()),
    }
}

fn not_for_people(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("is empty")
    } else if text.chars().any(char::is_control) {
        Some("has control characters")
    } else if text.len() > MAX_TEXT {
        Some("is longer than 300 bytes")
    } else {
        None
    }
}

/// What is wrong with the file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TrustedIssuersError {
    pub line: usize,
    pub problem: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[issuer]]
id = "did:web:nea.example:issuers:nea"
name = "NEA (example)"
from = "its own web site, read on 2026-11-02"

[[issuer]]
id = "https://platform.example/issuers/dp"
name = "Digital Promise (example)"
from = "a letter"
"#;

    #[test]
    fn each_issuer_is_known_by_its_exact_id() {
        let known = TrustedIssuers::parse(GOOD).unwrap();
        assert_eq!(known.len(), 2);
        let nea = known.known("did:web:nea.example:issuers:nea").unwrap();
        assert_eq!((nea.name.as_str(), &nea.from[..3]), ("NEA (example)", "its"));
        for id in ["did:web:nea.example:issuers:NEA", "did:web:nea.example", "", "NEA (example)"] {
            assert_eq!(known.known(id), None, "{id}");
        }
        assert!(TrustedIssuers::parse("").unwrap().is_empty());
    }

    #[test]
    fn a_list_is_the_same_in_any_order_and_each_mistake_is_told_with_its_place() {
        let one = |id: &str| TrustedIssuer {
            id: id.into(),
            name: "NEA (example)".into(),
            from: "a letter".into(),
        };
        let [a, b] = [one("did:web:nea.example"), one("https://platform.example/issuers/dp")];
        let list = TrustedIssuers::of(vec![b.clone(), a.clone()]).unwrap();
        assert_eq!(list.canonical(), TrustedIssuers::of(vec![a.clone(), b]).unwrap().canonical());
        assert_eq!(list.known("did:web:nea.example").unwrap().name, "NEA (example)");
        assert_eq!(TrustedIssuers::of(vec![]).unwrap().canonical(), r#"{"issuers":[]}"#);

        let wrong = [
            one("nea.example"),
            TrustedIssuer { name: " ".into(), ..one("did:web:b.example") },
            TrustedIssuer { from: "a\u{7}".into(), ..one("did:web:c.example") },
            a.clone(),
            a,
        ];
        let faults = TrustedIssuers::of(wrong.to_vec()).unwrap_err();
        let told: Vec<_> = faults.iter().map(|it| (it.pointer.as_str(), it.code)).collect();
        let expected = [
            ("/issuers/0/id", "not-an-issuer"),
            ("/issuers/1/name", "not-for-people"),
            ("/issuers/2/from", "not-for-people"),
            ("/issuers/4/id", "issuer-twice"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let line = |text: &str| TrustedIssuers::parse(text).unwrap_err().line;
        for (from, to, at) in [
            ("did:web:nea.example:issuers:nea", "nea.example", 3),
            ("https://platform.example", "http://platform.example", 8),
            ("https://platform.example/issuers/dp", "did:web:nea.example:issuers:nea", 8),
            ("NEA (example)", " ", 4),
            ("a letter", "a\\u0007letter", 10),
            ("from = \"a letter\"", "form = \"a letter\"", 10),
            ("name = \"NEA (example)\"", "name = NEA", 4),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD);
            assert_eq!(line(&text), at, "{to}: {:?}", TrustedIssuers::parse(&text));
        }
        assert!(TrustedIssuers::parse("[[issuer]]\nid = \"did:web:a.example\"").is_err());
        assert!(TrustedIssuers::parse("[[issuers]]").is_err());
    }
}
