//! Check `json-ld`: what a person reads is what was signed.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#validating-contexts>,
//! JSON-LD 1.1 as jsonld.js processes it in safe mode.
//!
//! Invariant: a member that no context defines is unsigned and fails; so does
//! one written as a full IRI or moved where a reader does not look, since the
//! graph is signed and the JSON is read. A context that we do not have is
//! never fetched: that is undecided.

use super::{Check, Problem};
use crate::jsonld::{self, Contexts, Error, Input};
use crate::model::json::Object;

pub const NAME: &str = "json-ld";

/// `without` names the top-level members that are no part of the document.
pub fn check(root: &Object<'_>, without: &[&str], contexts: &Contexts) -> Check {
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
