//! What a result says against what the achievement describes.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#result>
//!
//! Invariant: a reference that leads nowhere is a warning, since the standard
//! asks for none to lead; a `status` that the standard requires is an error.

use std::collections::{HashMap, HashSet};

use super::super::{Findings, Place};
use super::SUBJECT;
use crate::model::credential::items;
use crate::model::json::{Object, Value};

/// What a description offers.
#[derive(Default)]
struct Described<'d> {
    levels: HashSet<&'d str>,
    asks_for_status: bool,
}

pub fn check(subject: &Object<'_>, achievement: &Object<'_>, found: &mut Findings) {
    let Some(results) = subject.get("result") else { return };
    let described = described(achievement);
    let whole = SUBJECT.member("result");
    for (index, result) in results.items().iter().enumerate() {
        let at = match results {
            Value::Array(_) => whole.index(index),
            _ => whole,
        };
        if let Some(result) = result.as_object() {
            one(result, &described, at, found);
        }
    }
}

fn described<'d>(achievement: &'d Object<'_>) -> HashMap<&'d str, Described<'d>> {
    let mut all: HashMap<&str, Described<'_>> = HashMap::new();
    for description in items(achievement, "resultDescription").filter_map(Value::as_object) {
        let Some(id) = description.str("id") else { continue };
        let levels = items(description, "rubricCriterionLevel").filter_map(Value::as_object);
        let known = all.entry(id).or_default();
        known.levels.extend(levels.filter_map(|level| level.str("id")));
        known.asks_for_status |= description.str("resultType") == Some("Status");
    }
    all
}

fn one(
    result: &Object<'_>,
    described: &HashMap<&str, Described<'_>>,
    at: Place<'_>,
    found: &mut Findings,
) {
    let Some(named) = result.str("resultDescription") else {
        if result.contains("achievedLevel") {
            let detail = "The result names an `achievedLevel` and no `resultDescription` that has \
                          it.";
            found.warning("dangling-result", at.member("achievedLevel"), detail);
        }
        return;
    };
    let Some(description) = described.get(named) else {
        let detail = format!("No `resultDescription` of the achievement has the id {named}.");
        return found.warning("dangling-result", at.member("resultDescription"), detail);
    };
    if description.asks_for_status && !result.contains("status") {
        let detail = format!("{named} is of the type `Status`, so its result must have `status`.");
        found.error("missing", at.member("status"), detail);
    }
    if let Some(level) = result.str("achievedLevel")
        && !description.levels.contains(level)
    {
        let detail = format!("No level of {named} has the id {level}.");
        found.warning("dangling-result", at.member("achievedLevel"), detail);
    }
}
