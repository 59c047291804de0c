//! Check `open-badges`: the rules of Open Badges 3.0 that need no JSON Schema.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#data-model>
//!
//! Invariant: what the standard requires is an error; what only readers in use
//! stumble over (another version of the context, one value where an array is
//! usual) is a warning.

use std::collections::{HashMap, HashSet};

use super::{Check, Conformance, Findings, Place};
use crate::model::credential::{Credential, items, types};
use crate::model::date_time;
use crate::model::json::{Object, Value};

pub const NAME: &str = "open-badges";

/// The context of Open Badges 3.0.3.
pub const CONTEXT: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const CONTEXT_BASE: &str = "https://purl.imsglobal.org/spec/ob/v3p0/";

/// Members that may have several values, which strict readers want as arrays.
const PLURAL: [&str; 4] = ["credentialSchema", "termsOfUse", "evidence", "endorsement"];

const SUBJECT: Place<'static> = Place::Member(&Place::Root, "credentialSubject");

pub fn check(root: &Object<'_>, conformance: &mut Conformance) {
    let credential = Credential(root);
    let endorsement = credential.has_type("EndorsementCredential");
    let has_context = contexts(root).any(|url| url.starts_with(CONTEXT_BASE));
    if !has_context && !credential.is_achievement_credential() && !endorsement {
        let reason = "it is not an Open Badges credential";
        return conformance.checks.push(Check::skipped(NAME, reason));
    }
    let mut found = Findings::default();
    context(root, &mut found);
    common(root, &mut found);
    if credential.is_achievement_credential() {
        achievement_subject(root, &mut found);
    } else if endorsement {
        endorsement_subject(root, &mut found);
    } else {
        let detail = "`type` must name `AchievementCredential` (or `OpenBadgeCredential`).";
        found.error("open-badges-type", "/type", detail);
    }
    found.report(NAME, "Open Badges 3.0", conformance);
}

fn contexts<'d>(root: &'d Object<'_>) -> impl Iterator<Item = &'d str> {
    items(root, "@context").filter_map(Value::as_str)
}

fn context(root: &Object<'_>, found: &mut Findings) {
    let second = items(root, "@context").nth(1).and_then(Value::as_str);
    match second {
        Some(CONTEXT) => {}
        Some(url) if url.starts_with(CONTEXT_BASE) => {
            let detail = format!("Readers in use expect {CONTEXT} as the second context.");
            found.warning("open-badges-context", "/@context/1", detail);
        }
        _ => {
            let detail = format!("The second entry of `@context` must be {CONTEXT}.");
            found.error("open-badges-context", "/@context/1", detail);
        }
    }
}

/// What achievement and endorsement credentials have in common.
fn common(root: &Object<'_>, found: &mut Findings) {
    if root.str("id").is_none() {
        found.error("missing", "/id", "The credential must have an `id`.");
    }
    if !Credential(root).is_of_data_model_1() {
        if !root.contains("validFrom") {
            found.error("missing", "/validFrom", "The credential must have `validFrom`.");
        }
    } else if !root.contains("name") {
        let detail = "An Open Badges credential of the data model 1.1 must have a `name`.";
        found.error("missing", "/name", detail);
    }
    time(root, "awardedDate", Place::Root, found);
    match root.get("issuer") {
        Some(Value::Object(profile)) => self::profile(profile, Place::Root.member("issuer"), found),
        Some(Value::String(_)) => {
            let detail = "Readers in use expect the issuer as a `Profile`, not only its id.";
            found.warning("issuer-profile", "/issuer", detail);
        }
        _ => {}
    }
    each(root, "evidence", Place::Root, found, |evidence, at, found| {
        typed(evidence, "Evidence", at, found);
    });
    if matches!(root.get("credentialStatus"), Some(Value::Array(_))) {
        let detail = "The published schema of Open Badges allows one `credentialStatus` only.";
        found.warning("several-status-entries", "/credentialStatus", detail);
    }
    for member in PLURAL {
        if matches!(root.get(member), Some(value) if value.as_array().is_none()) {
            let detail = format!("Strict readers expect `{member}` as an array.");
            found.warning("not-an-array", format!("/{member}"), detail);
        }
    }
}

fn profile(profile: &Object<'_>, at: Place<'_>, found: &mut Findings) {
    typed(profile, "Profile", at, found);
    text(profile, "id", at, found);
    each(profile, "otherIdentifier", at, found, |entry, at, found| {
        typed(entry, "IdentifierEntry", at, found);
        text(entry, "identifier", at, found);
        text(entry, "identifierType", at, found);
    });
    each(profile, "parentOrg", at, found, |parent, at, found| {
        typed(parent, "Profile", at, found);
        text(parent, "id", at, found);
    });
}

fn achievement_subject(root: &Object<'_>, found: &mut Findings) {
    let at = SUBJECT;
    let Some(subject) = Credential(root).subject() else {
        let detail = "An achievement credential has exactly one `credentialSubject`.";
        return found.error("subject", at, detail);
    };
    typed(subject, "AchievementSubject", at, found);
    let identified = items(subject, "identifier").next().is_some();
    if subject.str("id").is_none_or(str::is_empty) && !identified {
        let detail = "The subject must have an `id` or an `identifier`.";
        found.error("subject-unidentified", at, detail);
    }
    each(subject, "identifier", at, found, |identity, at, found| {
        typed(identity, "IdentityObject", at, found);
        text(identity, "identityHash", at, found);
        text(identity, "identityType", at, found);
        if identity.get("hashed").and_then(Value::as_bool).is_none() {
            found.error("missing", at.member("hashed"), "`hashed` must be true or false.");
        }
    });
    each(subject, "result", at, found, |result, at, found| typed(result, "Result", at, found));
    each(subject, "source", at, found, self::profile);
    time(subject, "activityStartDate", at, found);
    time(subject, "activityEndDate", at, found);
    match subject.get("achievement").map(Value::items) {
        Some([Value::Object(achievement)]) => {
            self::achievement(achievement, at.member("achievement"), found);
            results(subject, achievement, found);
        }
        _ => {
            let detail = "The subject must have one `achievement`, an object.";
            found.error("achievement", at.member("achievement"), detail);
        }
    }
}

fn achievement(achievement: &Object<'_>, at: Place<'_>, found: &mut Findings) {
    typed(achievement, "Achievement", at, found);
    for member in ["id", "name", "description"] {
        text(achievement, member, at, found);
    }
    let criteria = achievement.get("criteria").and_then(|value| value.items().first());
    let said =
        |criteria: &Object<'_>| criteria.str("id").is_some() || criteria.get("narrative").is_some();
    if !criteria.and_then(Value::as_object).is_some_and(said) {
        let detail = "The achievement's `criteria` must have an `id` or a `narrative`.";
        found.error("criteria", at.member("criteria"), detail);
    }
    each(achievement, "creator", at, found, self::profile);
    each(achievement, "alignment", at, found, |alignment, at, found| {
        typed(alignment, "Alignment", at, found);
        text(alignment, "targetName", at, found);
        text(alignment, "targetUrl", at, found);
    });
    each(achievement, "resultDescription", at, found, |description, at, found| {
        typed(description, "ResultDescription", at, found);
        for member in ["id", "name", "resultType"] {
            text(description, member, at, found);
        }
        each(description, "rubricCriterionLevel", at, found, |level, at, found| {
            typed(level, "RubricCriterionLevel", at, found);
            text(level, "id", at, found);
            text(level, "name", at, found);
        });
    });
}

/// A result that names a description or a level names one that is there.
fn results(subject: &Object<'_>, achievement: &Object<'_>, found: &mut Findings) {
    let mut levels: HashMap<&str, HashSet<&str>> = HashMap::new();
    for description in items(achievement, "resultDescription").filter_map(Value::as_object) {
        let Some(id) = description.str("id") else { continue };
        let known = items(description, "rubricCriterionLevel").filter_map(Value::as_object);
        levels.entry(id).or_default().extend(known.filter_map(|level| level.str("id")));
    }
    each(subject, "result", SUBJECT, found, |result, at, found| {
        let Some(named) = result.str("resultDescription") else { return };
        let Some(levels) = levels.get(named) else {
            let detail = format!("No `resultDescription` of the achievement has the id {named}.");
            return found.warning("dangling-result", at.member("resultDescription"), detail);
        };
        let Some(level) = result.str("achievedLevel") else { return };
        if !levels.contains(level) {
            let detail = format!("No level of {named} has the id {level}.");
            found.warning("dangling-result", at.member("achievedLevel"), detail);
        }
    });
}

fn endorsement_subject(root: &Object<'_>, found: &mut Findings) {
    let at = SUBJECT;
    let Some(subject) = Credential(root).subject() else {
        let detail = "An endorsement credential has exactly one `credentialSubject`.";
        return found.error("subject", at, detail);
    };
    typed(subject, "EndorsementSubject", at, found);
    text(subject, "id", at, found);
}

/// Calls `check` for each object under a member; what is no object is an error.
fn each(
    object: &Object<'_>,
    member: &str,
    at: Place<'_>,
    found: &mut Findings,
    check: impl Fn(&Object<'_>, Place<'_>, &mut Findings),
) {
    let Some(value) = object.get(member) else { return };
    let whole = at.member(member);
    for (index, item) in value.items().iter().enumerate() {
        let at = match value {
            Value::Array(_) => whole.index(index),
            _ => whole,
        };
        match item {
            Value::Object(inner) => check(inner, at, found),
            other => {
                let detail = format!("`{member}` holds objects; this is {}.", other.kind());
                found.error("not-an-object", at, detail);
            }
        }
    }
}

fn typed(object: &Object<'_>, name: &str, at: Place<'_>, found: &mut Findings) {
    if !types(object).any(|found| found == name) {
        let detail = format!("`type` must name `{name}`.");
        found.error("open-badges-type", at.member("type"), detail);
    }
}

fn text(object: &Object<'_>, member: &str, at: Place<'_>, found: &mut Findings) {
    let value = object.get(member).and_then(crate::model::credential::text);
    if value.is_none_or(str::is_empty) {
        let detail = format!("`{member}` must be there, as a string that says something.");
        found.error("missing", at.member(member), detail);
    }
}

fn time(object: &Object<'_>, member: &str, at: Place<'_>, found: &mut Findings) {
    let readable = |value: &Value<'_>| value.as_str().and_then(date_time::parse).is_some();
    if object.get(member).is_some_and(|value| !readable(value)) {
        let detail = format!("`{member}` must be a date and time with an offset.");
        found.error("date-time", at.member(member), detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use crate::model::credential::CONTEXT_V2;
    use serde_json::json;

    fn run(value: &serde_json::Value) -> Conformance {
        let text = value.to_string();
        let mut conformance = Conformance::default();
        check(Document::parse(text.as_bytes()).unwrap().root(), &mut conformance);
        conformance
    }

    fn badge() -> serde_json::Value {
        json!({
            "@context": [CONTEXT_V2, CONTEXT],
            "id": "urn:uuid:1",
            "type": ["VerifiableCredential", "AchievementCredential"],
            "issuer": {"id": "did:web:nea.example", "type": ["Profile"]},
            "validFrom": "2026-11-21T09:00:00Z",
            "credentialSubject": {
                "id": "urn:uuid:2",
                "type": ["AchievementSubject"],
                "identifier": [{"type": "IdentityObject", "hashed": false,
                                "identityHash": "Ada", "identityType": "name"}],
                "result": [{"type": ["Result"], "resultDescription": "urn:r", "achievedLevel": "urn:l"}],
                "achievement": {
                    "id": "https://nea.example/a", "type": ["Achievement"],
                    "name": "A", "description": "B", "criteria": {"narrative": "C"},
                    "resultDescription": [{
                        "id": "urn:r", "type": ["ResultDescription"], "name": "R",
                        "resultType": "RubricCriterionLevel",
                        "rubricCriterionLevel": [
                            {"id": "urn:l", "type": ["RubricCriterionLevel"], "name": "L"},
                        ],
                    }],
                },
            },
            "evidence": [{"type": ["Evidence"], "id": "https://nea.example/e"}],
        })
    }

    #[test]
    fn an_ordinary_badge_keeps_the_rules_without_a_warning() {
        let conformance = run(&badge());
        assert!(conformance.passed(), "{conformance:?}");
        assert_eq!(conformance.warnings, []);
    }

    /// Ends at once, where comparing each with each would not.
    #[test]
    fn fifty_thousand_results_and_descriptions_are_looked_through() {
        let ids = 0..50_000;
        let mut many = badge();
        let subject = &mut many["credentialSubject"];
        let mut description = subject["achievement"]["resultDescription"][0].clone();
        let result = |n| json!({"type": ["Result"], "resultDescription": format!("urn:r:{n}")});
        subject["result"] = ids.clone().map(result).collect();
        let describe = |n: i32| {
            description["id"] = format!("urn:r:{n}").into();
            description.clone()
        };
        subject["achievement"]["resultDescription"] = ids.rev().map(describe).collect();
        let conformance = run(&many);
        assert!(conformance.passed(), "{conformance:?}");
        assert_eq!(conformance.warnings, []);
    }

    #[test]
    fn what_the_standard_requires_is_an_error_with_its_place() {
        let cases = [
            ("/@context", json!([CONTEXT_V2]), "/@context/1"),
            ("/type", json!(["VerifiableCredential"]), "/type"),
            ("/validFrom", json!(null), "/validFrom"),
            ("/issuer/type", json!("Person"), "/issuer/type"),
            ("/credentialSubject/type", json!([]), "/credentialSubject/type"),
            ("/credentialSubject/achievement", json!("urn:a"), "/credentialSubject/achievement"),
            (
                "/credentialSubject/achievement/criteria",
                json!({}),
                "/credentialSubject/achievement/criteria",
            ),
            (
                "/credentialSubject/achievement/name",
                json!(""),
                "/credentialSubject/achievement/name",
            ),
            (
                "/credentialSubject/identifier/0/hashed",
                json!("no"),
                "/credentialSubject/identifier/0/hashed",
            ),
            ("/credentialSubject/result/0", json!("x"), "/credentialSubject/result/0"),
            ("/evidence/0/type", json!("Thing"), "/evidence/0/type"),
            ("/awardedDate", json!("2026-11-21"), "/awardedDate"),
        ];
        for (place, value, pointer) in cases {
            let mut changed = badge();
            let (parent, member) = place.rsplit_once('/').unwrap();
            match changed.pointer_mut(parent).unwrap() {
                serde_json::Value::Array(items) => items[0] = value.clone(),
                object if value.is_null() => {
                    object.as_object_mut().unwrap().remove(member);
                }
                object => object[member] = value.clone(),
            }
            let conformance = run(&changed);
            let problem = conformance.problems().next().expect(place);
            assert_eq!(problem.pointer.as_deref(), Some(pointer), "{place}");
        }
    }

    #[test]
    fn what_readers_stumble_over_is_a_warning() {
        let mut changed = badge();
        changed["@context"][1] =
            json!("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json");
        changed["credentialStatus"] = json!([{"type": "x"}]);
        changed["evidence"] = changed["evidence"][0].clone();
        changed["credentialSubject"]["result"][0]["achievedLevel"] = json!("urn:none");
        let conformance = run(&changed);
        assert!(conformance.passed());
        let codes: Vec<_> = conformance.warnings.iter().map(|w| w.code.as_str()).collect();
        assert_eq!(
            codes,
            ["open-badges-context", "several-status-entries", "not-an-array", "dangling-result"]
        );
    }

    #[test]
    fn other_credentials_are_not_judged_by_these_rules() {
        let other = json!({"@context": [CONTEXT_V2], "type": ["VerifiableCredential"]});
        assert!(matches!(run(&other).checks[0].outcome, super::super::Outcome::Skipped(_)));
    }
}
