//! Check `open-badges`: the rules of Open Badges 3.0.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#data-model>
//!
//! Invariant: what the standard or its published JSON Schema requires is an error;
//! what only readers in use stumble over (another version of the context, one value
//! where an array is usual) is a warning.

mod classes;
mod results;
mod walk;

use super::{Check, Conformance, Findings, Place};
use crate::model::credential::{Credential, items};
use crate::model::json::{Object, Value};

use classes::{ACHIEVEMENT_SUBJECT, CREDENTIAL, ENDORSEMENT_SUBJECT};
use walk::walk;

pub const NAME: &str = "open-badges";

/// The context of Open Badges 3.0.3.
pub const CONTEXT: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const CONTEXT_BASE: &str = "https://purl.imsglobal.org/spec/ob/v3p0/";

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
    dated(root, &mut found);
    walk(root, &CREDENTIAL, Place::Root, &mut found);
    if matches!(root.get("credentialStatus"), Some(Value::Array(_))) {
        let detail = "The published schema of Open Badges allows one `credentialStatus` only.";
        found.warning("several-status-entries", "/credentialStatus", detail);
    }
    if credential.is_achievement_credential() {
        achievement_subject(root, &mut found);
    } else if endorsement {
        endorsement_subject(root, &mut found);
    } else {
        let seen = super::seen(root, "/type");
        let detail =
            format!("`type` must name `AchievementCredential` (or `OpenBadgeCredential`). {seen}");
        found.error("open-badges-type", "/type", detail);
    }
    found.report(NAME, "Open Badges 3.0", conformance);
}

fn contexts<'d>(root: &'d Object<'_>) -> impl Iterator<Item = &'d str> {
    items(root, "@context").filter_map(Value::as_str)
}

fn context(root: &Object<'_>, found: &mut Findings) {
    match items(root, "@context").nth(1).and_then(Value::as_str) {
        Some(CONTEXT) => {}
        Some(url) if is_other_version(url) => {
            let detail = format!("Readers in use expect {CONTEXT} as the second context.");
            found.warning("open-badges-context", "/@context/1", detail);
        }
        seen => {
            let seen = seen.unwrap_or("no URL");
            let detail =
                format!("The second entry of `@context` must be {CONTEXT}; there is {seen}.");
            found.error("open-badges-context", "/@context/1", detail);
        }
    }
}

/// `context.json`, `context-x.y.z.json`, and the name of the first drafts.
fn is_other_version(url: &str) -> bool {
    let Some(file) = url.strip_prefix(CONTEXT_BASE) else { return false };
    let version = file.strip_prefix("context").and_then(|rest| rest.strip_suffix(".json"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    file == "context/ob_v3p0.jsonld"
        || version.is_some_and(|version| match version.strip_prefix('-') {
            Some(numbers) => numbers.split('.').count() == 3 && numbers.split('.').all(is_number),
            None => version.is_empty(),
        })
}

/// What Open Badges asks for and the data model does not.
fn dated(root: &Object<'_>, found: &mut Findings) {
    if !Credential(root).is_of_data_model_1() {
        if !root.contains("validFrom") {
            let detail = "The credential must have `validFrom`; it is absent.";
            found.error("missing", "/validFrom", detail);
        }
    } else if !root.contains("name") {
        let detail = "An Open Badges credential of the data model 1.1 must have a `name`.";
        found.error("missing", "/name", detail);
    }
}

fn achievement_subject(root: &Object<'_>, found: &mut Findings) {
    let at = SUBJECT;
    let Some(subject) = Credential(root).subject() else {
        let seen = super::seen(root, "/credentialSubject");
        let detail =
            format!("An achievement credential has exactly one `credentialSubject`. {seen}");
        return found.error("subject", at, detail);
    };
    walk(subject, &ACHIEVEMENT_SUBJECT, at, found);
    let identified = items(subject, "identifier").next().is_some();
    if subject.str("id").is_none_or(str::is_empty) && !identified {
        let detail = "The subject must have an `id` or an `identifier`: it says of nobody that \
                      they earned this.";
        found.error("subject-unidentified", at, detail);
    }
    identities(subject, found);
    match subject.get("achievement").map(Value::items) {
        Some([Value::Object(achievement)]) => {
            criteria(achievement, found);
            results::check(subject, achievement, found);
        }
        Some(_) => {}
        None => {
            let detail = "The subject must have one `achievement`, an object; it is absent.";
            found.error("achievement", at.member("achievement"), detail);
        }
    }
}

/// A hashed identity that has not the form of a hash can never be compared.
fn identities(subject: &Object<'_>, found: &mut Findings) {
    let Some(value) = subject.get("identifier") else { return };
    let whole = SUBJECT.member("identifier");
    for (index, identity) in value.items().iter().enumerate() {
        let Some(identity) = identity.as_object() else { continue };
        let hashed = identity.get("hashed").and_then(Value::as_bool) == Some(true);
        let hash = identity.str("identityHash").unwrap_or_default();
        if hashed && !["sha256$", "md5$"].iter().any(|start| hash.starts_with(start)) {
            let at = whole.index(index);
            let detail = "A hashed identity must start with `sha256$` or `md5$`, so nobody can \
                          compare this one.";
            found.warning("identity-hash", at.member("identityHash"), detail);
        }
    }
}

fn criteria(achievement: &Object<'_>, found: &mut Findings) {
    let criteria = achievement.get("criteria").and_then(|value| value.items().first());
    let said =
        |criteria: &Object<'_>| criteria.str("id").is_some() || criteria.get("narrative").is_some();
    if !criteria.and_then(Value::as_object).is_some_and(said) {
        let at = SUBJECT.member("achievement");
        let detail = "The achievement's `criteria` must have an `id` or a `narrative`: it does \
                      not say how it is earned.";
        found.error("criteria", at.member("criteria"), detail);
    }
}

fn endorsement_subject(root: &Object<'_>, found: &mut Findings) {
    let at = SUBJECT;
    if root.get("name").is_none() {
        found.error("missing", "/name", "An endorsement must have a `name`; it is absent.");
    }
    let Some(subject) = Credential(root).subject() else {
        let seen = super::seen(root, "/credentialSubject");
        let detail =
            format!("An endorsement credential has exactly one `credentialSubject`. {seen}");
        return found.error("subject", at, detail);
    };
    walk(subject, &ENDORSEMENT_SUBJECT, at, found);
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
            ("/image", json!("https://nea.example/i.png"), "/image"),
            ("/image", json!({"id": "a:b", "type": "Image", "alt": "x"}), "/image/alt"),
            ("/endorsementJwt", json!(["e30"]), "/endorsementJwt/0"),
            (
                "/credentialSubject/identifier/0/name",
                json!("Ada"),
                "/credentialSubject/identifier/0/name",
            ),
            (
                "/credentialSubject/identifier/0/identityType",
                json!("email"),
                "/credentialSubject/identifier/0/identityType",
            ),
            (
                "/credentialSubject/result/0/status",
                json!("Passed"),
                "/credentialSubject/result/0/status",
            ),
            (
                "/credentialSubject/achievement/achievementType",
                json!("Stack"),
                "/credentialSubject/achievement/achievementType",
            ),
            (
                "/credentialSubject/achievement/creditsAvailable",
                json!("3"),
                "/credentialSubject/achievement/creditsAvailable",
            ),
            (
                "/credentialSubject/achievement/alignment",
                json!([{"type": ["Alignment"], "targetName": "x", "targetUrl": "a:b",
                        "targetType": "Standard"}]),
                "/credentialSubject/achievement/alignment/0/targetType",
            ),
            (
                "/credentialSubject/achievement/resultDescription/0/resultType",
                json!("Status"),
                "/credentialSubject/result/0/status",
            ),
            (
                "/issuer/parentOrg",
                json!({"id": "a:b", "type": ["Profile"], "address": {"type": ["Address"],
                       "geo": {"type": "GeoCoordinates", "latitude": 1}}}),
                "/issuer/parentOrg/address/geo/longitude",
            ),
            ("/issuer/dateOfBirth", json!("yesterday"), "/issuer/dateOfBirth"),
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

    fn warned(badge: &serde_json::Value) -> Vec<(String, String)> {
        let conformance = run(badge);
        assert!(conformance.passed(), "{conformance:?}");
        let said = |w: &crate::check::Problem| (w.code.clone(), w.pointer.clone().unwrap());
        conformance.warnings.iter().map(said).collect()
    }

    #[test]
    fn what_readers_stumble_over_is_a_warning() {
        let evidence = badge()["evidence"][0].clone();
        let older = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json";
        let hashed = json!({"type": "IdentityObject", "hashed": true, "identityHash": "ada",
                            "identityType": "emailAddress"});
        let cases = [
            ("/@context/1", json!(older), "open-badges-context", "/@context/1"),
            ("/credentialStatus", json!([{"type": "x"}]), "several-status-entries", ""),
            ("/evidence", evidence, "not-an-array", ""),
            ("/evidence", json!([]), "strict-form", ""),
            ("/issuer", json!("did:web:nea.example"), "issuer-profile", ""),
            ("/issuer/type", json!("Profile"), "strict-form", ""),
            ("/proof", json!({"type": "DataIntegrityProof"}), "not-an-array", ""),
            ("/credentialSubject/result/0/achievedLevel", json!("urn:x"), "dangling-result", ""),
            (
                "/credentialSubject/result/0/resultDescription",
                json!("urn:x"),
                "dangling-result",
                "",
            ),
            (
                "/credentialSubject/identifier/0",
                hashed,
                "identity-hash",
                "/credentialSubject/identifier/0/identityHash",
            ),
            ("/credentialSubject/identifier/0/type", json!(["IdentityObject"]), "strict-form", ""),
        ];
        for (place, value, code, pointer) in cases {
            let mut changed = badge();
            let (parent, member) = place.rsplit_once('/').unwrap();
            match changed.pointer_mut(parent).unwrap() {
                serde_json::Value::Array(items) => items[member.parse::<usize>().unwrap()] = value,
                object => object[member] = value,
            }
            let pointer = if pointer.is_empty() { place } else { pointer };
            assert_eq!(warned(&changed), [(code.to_owned(), pointer.to_owned())], "{place}");
        }
    }

    #[test]
    fn one_value_in_an_array_of_its_own_is_read_and_warned_of() {
        let mut changed = badge();
        changed["credentialSubject"]["achievement"] =
            json!([changed["credentialSubject"]["achievement"]]);
        let at = "/credentialSubject/achievement".to_owned();
        assert_eq!(warned(&changed), [("strict-form".to_owned(), at)]);
    }

    #[test]
    fn other_versions_of_the_context_are_known_by_their_names() {
        for file in ["context.json", "context-3.0.1.json", "context/ob_v3p0.jsonld"] {
            assert!(is_other_version(&format!("{CONTEXT_BASE}{file}")), "{file}");
        }
        for file in ["extensions.json", "context-3.0.json", "context-3.0.x.json", "context-.json"] {
            assert!(!is_other_version(&format!("{CONTEXT_BASE}{file}")), "{file}");
        }
    }

    #[test]
    fn a_credential_of_the_first_data_model_has_a_name() {
        let mut old = badge();
        old["@context"][0] = json!(crate::model::credential::CONTEXT_V1);
        let conformance = run(&old);
        let problem = conformance.problems().next().unwrap();
        assert_eq!(problem.pointer.as_deref(), Some("/name"));
        old["name"] = json!("A");
        assert!(run(&old).passed());
    }

    #[test]
    fn other_credentials_are_not_judged_by_these_rules() {
        let other = json!({"@context": [CONTEXT_V2], "type": ["VerifiableCredential"]});
        assert!(matches!(run(&other).checks[0].outcome, super::super::Outcome::Skipped(_)));
    }
}
