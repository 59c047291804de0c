//! Check `json-ld`: what a person reads is what was signed.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#validating-contexts>,
//! JSON-LD 1.1 as jsonld.js processes it in safe mode.
//!
//! Invariant: a member that no context defines is unsigned and fails; so does
//! one written as a full IRI or moved where a reader does not look, since the
//! graph is signed and the JSON is read. A `@vocab` of the document's own would
//! define every member there is, misspelt ones too. Two objects of one array are two
//! things: with one `id` they would be signed as one. A context that we do not have is
//! never fetched: that is undecided.

use std::collections::HashSet;

use super::{Check, Place, Problem};
use crate::jsonld::{self, Contexts, Dataset, Error, Input};
use crate::model::Document;
use crate::model::json::{Object, Value};

pub const NAME: &str = "json-ld";

/// `without` names the top-level members that are no part of the document.
pub fn expand(root: &Object<'_>, without: &[&str], contexts: &Contexts) -> Result<Dataset, Error> {
    jsonld::expand(&Input { object: root, without, context: None }, contexts)
}

/// `graph` is what the document expanded to.
pub fn check(document: &Document<'_>, graph: &Result<Dataset, Error>) -> Check {
    check_but(document, graph, "proof")
}

/// The same, where what is in the member `graphs` is no part of the document's own graph, and
/// checked by itself.
pub fn check_but(document: &Document<'_>, graph: &Result<Dataset, Error>, graphs: &str) -> Check {
    let root = document.root();
    if names_vocab(document)
        && let Some(pointer) = catch_all(root, Place::Root)
    {
        let detail = "A context in the document defines every term there is with `@vocab`; \
                      define the terms that are used one by one.";
        let problem = Problem::new("vocab-catch-all", detail).at(pointer);
        return Check::fail(NAME, "`@vocab` in the document's own context", problem);
    }
    if let Some(pointer) = same_id_twice(root, Place::Root, graphs) {
        let detail = "Two objects in one array have the same `id`, so what is signed of one is \
                      signed of both; write all that is said of a thing into one object.";
        let problem = Problem::new("same-id-twice", detail).at(pointer);
        return Check::fail(NAME, "one thing in two objects of an array", problem);
    }
    let dataset = match graph {
        Ok(dataset) => dataset,
        Err(error) => return not_expanded(error),
    };
    match dataset.deviation() {
        None => Check::pass(NAME, "every member is defined, and reads as it is signed"),
        Some(deviation) => {
            let detail = format!(
                "What is signed reads differently in its usual form: found {}, expected {}. Write \
                 the document in its compacted form.",
                deviation.found, deviation.expected
            );
            Check::fail(
                NAME,
                "the document is not in its compacted form",
                Problem::new("not-compacted", detail).at(deviation.pointer.clone()),
            )
        }
    }
}

/// Whether `@vocab` can be a name in it: it stands in the text, or behind an escape.
fn names_vocab(document: &Document<'_>) -> bool {
    let text = std::str::from_utf8(document.bytes());
    text.is_ok_and(|text| text.contains("@vocab") || text.contains("\\u"))
}

/// Where a context inside of the document sets `@vocab`.
fn catch_all(object: &Object<'_>, at: Place<'_>) -> Option<String> {
    object.iter().find_map(|(name, value)| {
        let here = at.member(name);
        let sets = name == "@vocab" && !matches!(value, Value::Null);
        if sets { Some(here.to_string()) } else { catch_all_in(value, here) }
    })
}

fn catch_all_in(value: &Value<'_>, at: Place<'_>) -> Option<String> {
    match value {
        Value::Object(object) => catch_all(object, at),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| catch_all_in(item, at.index(index)))
        }
        _ => None,
    }
}

/// Where an object stands that has the `id` of one before it in the same array.
/// Both are one node of the graph: who reads the first alone misses what the
/// second says of it, and one entry split in two is signed as if it were whole.
fn same_id_twice(object: &Object<'_>, at: Place<'_>, graphs: &str) -> Option<String> {
    let read = |name: &str| !matches!(name, "proof" | "@context") && name != graphs;
    object
        .iter()
        .filter(|(name, _)| read(name))
        .find_map(|(name, value)| same_id_twice_in(value, at.member(name)))
}

fn same_id_twice_in(value: &Value<'_>, at: Place<'_>) -> Option<String> {
    match value {
        Value::Object(object) => same_id_twice(object, at, "proof"),
        Value::Array(items) if items.len() == 1 => same_id_twice_in(&items[0], at.index(0)),
        Value::Array(items) => {
            let mut seen = Seen::default();
            items.iter().enumerate().find_map(|(index, item)| {
                let here = at.index(index);
                let id = item.as_object().and_then(|object| object.str("id"));
                match id.is_some_and(|id| !seen.insert(id)) {
                    true => Some(here.to_string()),
                    false => same_id_twice_in(item, here),
                }
            })
        }
        _ => None,
    }
}

/// Names that were seen: a few are looked through, many are hashed.
#[derive(Default)]
struct Seen<'d> {
    few: Vec<&'d str>,
    many: HashSet<&'d str>,
}

impl<'d> Seen<'d> {
    const FEW: usize = 8;

    /// Whether it is new.
    fn insert(&mut self, name: &'d str) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(name);
            return true;
        }
        self.many.insert(name)
    }
}

fn not_expanded(error: &Error) -> Check {
    let mut problem = Problem::new(error.code(), sentence(&error.to_string()));
    if let Some(pointer) = error.pointer() {
        problem = problem.at(pointer);
    }
    if let Error::UnknownContext { url, .. } = error {
        problem.detail = format!(
            "The context {url} is not one of those that are pinned here, and contexts are not \
             fetched while verifying, so what the members mean cannot be told."
        );
        return Check::undecided(NAME, format!("the context {url}"), problem);
    }
    let observed = "the document cannot be turned into the graph that is signed";
    match error.could_not_tell() {
        true => Check::undecided(NAME, observed, problem),
        false => Check::fail(NAME, observed, problem),
    }
}

/// An error's text as a sentence: capital letter, full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    let mut sentence: String = first.chain(chars).collect();
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn twice(value: serde_json::Value) -> Option<String> {
        let text = value.to_string();
        same_id_twice(Document::parse(text.as_bytes()).unwrap().root(), Place::Root, "proof")
    }

    #[test]
    fn one_id_in_two_objects_of_an_array_is_found_wherever_it_stands() {
        let split = json!([{"id": "a:b", "name": "A"}, {"id": "a:c"}, {"id": "a:b", "genre": "B"}]);
        assert_eq!(twice(json!({"evidence": split})).as_deref(), Some("/evidence/2"));
        let deep = json!({"a/b": [{"c": [split]}]});
        assert_eq!(twice(deep).as_deref(), Some("/a~1b/0/c/0/2"));
    }

    #[test]
    fn an_id_by_another_name_does_not_pass_by() {
        for alias in ["i", "zzz"] {
            let text = json!({
                "@context": ["https://www.w3.org/ns/credentials/v2", {alias: "@id"}],
                "id": "urn:uuid:1", "type": ["VerifiableCredential"],
                "issuer": "did:web:nea.example",
                "credentialSubject": [{alias: "a:b", "name": "A"},
                                      {alias: "a:b", "description": "B"}],
            })
            .to_string();
            let document = Document::parse(text.as_bytes()).unwrap();
            let graph = expand(document.root(), &[], Contexts::bundled());
            let check = check(&document, &graph);
            assert_eq!(check.problem().unwrap().code, "not-compacted", "{alias}: {check:?}");
        }
    }

    #[test]
    fn references_other_places_proofs_and_things_without_an_id_are_not_two_of_one() {
        let same = json!([{"id": "a:b"}, {"id": "a:b"}]);
        assert_eq!(twice(json!({"proof": same, "endorsement": [{"proof": same}]})), None);
        assert_eq!(twice(json!({"a": ["a:b", "a:b", {"id": "a:b"}]})), None);
        assert_eq!(twice(json!({"issuer": {"id": "a:b"}, "creator": [{"id": "a:b"}]})), None);
        assert_eq!(twice(json!({"a": [{"name": "A"}, {"name": "A"}, {"id": null}]})), None);
    }

    #[test]
    fn a_vocab_is_found_also_behind_an_escape() {
        let text = r#"{"@context": [{"\u0040vocab": "https://a.example/"}], "a": "b"}"#;
        for text in [text.to_owned(), text.replace("\\u0040", "@")] {
            let document = Document::parse(text.as_bytes()).unwrap();
            let check = check(&document, &expand(document.root(), &[], Contexts::bundled()));
            let problem = check.problem().unwrap();
            assert_eq!(problem.code, "vocab-catch-all");
            assert_eq!(problem.pointer.as_deref(), Some("/@context/0/@vocab"));
        }
    }

    /// Ends at once, where copying the name for each value would not.
    #[test]
    fn fifty_thousand_objects_below_a_long_name_are_looked_through() {
        let many: Vec<_> = (0..50_000).map(|n| json!({"id": format!("a:{n}")})).collect();
        let mut long = json!({});
        long["x".repeat(1_000_000)] = json!(many);
        assert_eq!(twice(long.clone()), None);
        let text = long.to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(catch_all(document.root(), Place::Root), None);
    }
}
