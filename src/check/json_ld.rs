//! Check `json-ld`: what a person reads is what was signed.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#validating-contexts>,
//! JSON-LD 1.1 as jsonld.js processes it in safe mode.
//!
//! Invariant: a member that no context defines is unsigned and fails; so does
//! one written as a full IRI or moved where a reader does not look, since the
//! graph is signed and the JSON is read. A `@vocab` of the document's own would
//! define every member there is, misspelt ones too. A context that we do not have is
//! never fetched: that is undecided.

use super::{Check, Problem, step};
use crate::jsonld::{self, Contexts, Error, Input};
use crate::model::json::{Object, Value};

pub const NAME: &str = "json-ld";

/// `without` names the top-level members that are no part of the document.
pub fn check(root: &Object<'_>, without: &[&str], contexts: &Contexts) -> Check {
    if let Some(pointer) = catch_all(root, "") {
        let detail = "A context in the document defines every term there is with `@vocab`; \
                      define the terms that are used one by one.";
        let problem = Problem::new("vocab-catch-all", detail).at(pointer);
        return Check::fail(NAME, "`@vocab` in the document's own context", problem);
    }
    let dataset = match jsonld::expand(&Input { object: root, without, context: None }, contexts) {
        Ok(dataset) => dataset,
        Err(error) => return not_expanded(&error),
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

/// Where a context inside of the document sets `@vocab`.
fn catch_all(object: &Object<'_>, pointer: &str) -> Option<String> {
    object.iter().find_map(|(name, value)| {
        let here = step(pointer, name);
        let sets = name == "@vocab" && !matches!(value, Value::Null);
        if sets { Some(here) } else { catch_all_in(value, &here) }
    })
}

fn catch_all_in(value: &Value<'_>, pointer: &str) -> Option<String> {
    match value {
        Value::Object(object) => catch_all(object, pointer),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| catch_all_in(item, &step(pointer, &index.to_string()))),
        _ => None,
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
    Check::fail(NAME, "the document cannot be turned into the graph that is signed", problem)
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
