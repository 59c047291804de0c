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
use crate::model::json::{Object, Value, is_same};

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
    let found = Found::of(root, graphs);
    if let Some(pointer) = found.vocab {
        let detail = "A context in the document defines every term there is with `@vocab`; \
                      define the terms that are used one by one.";
        let problem = Problem::new("vocab-catch-all", detail).at(pointer);
        return Check::fail(NAME, "`@vocab` in the document's own context", problem);
    }
    if let Some(pointer) = found.twice {
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

/// The first places of what the JSON has and the graph does not show.
#[derive(Default)]
struct Found {
    /// A context inside of the document sets `@vocab`.
    vocab: Option<String>,
    /// An object has the `id` of one before it in the same array. Both are one node of
    /// the graph: who reads the first alone misses what the second says of it, and one
    /// entry split in two is signed as if it were whole.
    twice: Option<String>,
}

impl Found {
    fn of(root: &Object<'_>, graphs: &str) -> Self {
        let mut found = Found::default();
        for (name, value) in root.iter() {
            found.member(name, value, Place::Root, name != graphs);
        }
        found
    }

    /// `read`: not below a proof, a context or a graph of its own.
    fn member(&mut self, name: &str, value: &Value<'_>, of: Place<'_>, read: bool) {
        if is_same(name, "@vocab") && self.vocab.is_none() && !matches!(value, Value::Null) {
            self.vocab = Some(of.member(name).to_string());
        }
        let read = read && !is_same(name, "proof") && !is_same(name, "@context");
        match value {
            Value::Object(inner) => self.object(inner, of.member(name), read),
            Value::Array(items) => self.array(items, of.member(name), read),
            _ => {}
        }
    }

    fn object(&mut self, object: &Object<'_>, at: Place<'_>, read: bool) {
        for (name, value) in object.iter() {
            self.member(name, value, at, read);
        }
    }

    fn array(&mut self, items: &[Value<'_>], at: Place<'_>, read: bool) {
        let (read_all, mut seen) = (read && items.len() > 1, Seen::default());
        for (index, item) in items.iter().enumerate() {
            match item {
                Value::Object(object) => {
                    let id = if read_all { object.str("id") } else { None };
                    if id.is_some_and(|id| !seen.insert(id)) && self.twice.is_none() {
                        self.twice = Some(at.index(index).to_string());
                    }
                    self.object(object, at.index(index), read);
                }
                Value::Array(items) => self.array(items, at.index(index), read),
                _ => {}
            }
        }
    }
}

/// Names that were seen: a few are looked through, many are hashed.
#[derive(Default)]
struct Seen<'d> {
    few: Vec<&'d str>,
    many: Option<HashSet<&'d str>>,
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
        self.many.get_or_insert_default().insert(name)
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
        Found::of(Document::parse(text.as_bytes()).unwrap().root(), "proof").twice
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
        assert_eq!(Found::of(document.root(), "proof").vocab, None);
    }
}
