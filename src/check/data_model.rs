//! Check `data-model`: the rules of the Verifiable Credentials Data Model, 2.0
//! and 1.1, that need nothing but the document.
//! Spec: <https://www.w3.org/TR/vc-data-model-2.0/>,
//! <https://www.w3.org/TR/vc-data-model-1.1/>
//!
//! The first context says which of both it is. What mixes them is refused: readers
//! of either would take another start or end for the credential's.
//!
//! Invariant: rules are read from the JSON as received; that the JSON means
//! what it says is `json-ld`'s to check.

use std::collections::HashSet;

use super::{Conformance, Findings, Place};
use crate::model::credential::{CONTEXT_V1, CONTEXT_V2, Credential};
use crate::model::date_time;
use crate::model::json::{Object, Value};

pub const NAME: &str = "data-model";

/// Members whose values are objects that name their type.
const TYPED: [&str; 5] =
    ["credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence"];

/// What differs between the data models.
struct Model {
    name: &'static str,
    context: &'static str,
    /// Its members for start and end.
    dates: [&'static str; 2],
    /// The same of the other one.
    other: &'static Model,
}

static MODEL_2: Model = Model {
    name: "Verifiable Credentials Data Model 2.0",
    context: CONTEXT_V2,
    dates: ["validFrom", "validUntil"],
    other: &MODEL_1,
};

static MODEL_1: Model = Model {
    name: "Verifiable Credentials Data Model 1.1",
    context: CONTEXT_V1,
    dates: ["issuanceDate", "expirationDate"],
    other: &MODEL_2,
};

pub fn check(root: &Object<'_>, conformance: &mut Conformance) {
    let old = Credential(root).is_of_data_model_1();
    let model = if old { &MODEL_1 } else { &MODEL_2 };
    let mut found = Findings::default();
    context(root, model, &mut found);
    credential_type(root, &mut found);
    ids(root, Place::Root, &mut found);
    issuer(root, &mut found);
    subject(root, &mut found);
    validity(root, model, &mut found);
    texts(root, Place::Root, &mut found);
    for member in TYPED {
        typed(root, member, &mut found);
    }
    related_resources(root, &mut found);
    found.tell_what_stands(root);
    mixture(root, model, &mut found);
    found.report(NAME, model.name, conformance);
}

/// Whether a text has the shape of a URL: a scheme, and no white space.
pub(super) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|b| b.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        // Nearly always nothing but visible ASCII.
        && (rest.bytes().fold(true, |all, b| all & b.is_ascii_graphic())
            || !rest.chars().any(|c| c.is_whitespace() || c.is_control()))
}

fn context(root: &Object<'_>, model: &Model, found: &mut Findings) {
    let Some(Value::Array(entries)) = root.get("@context") else {
        let detail = format!("`@context` must be an array whose first entry is {CONTEXT_V2}.");
        return found.error("context", "/@context", detail);
    };
    if entries.first().and_then(Value::as_str) != Some(model.context) {
        let detail = format!("The first entry of `@context` must be {CONTEXT_V2}.");
        found.error("context", "/@context/0", detail);
    }
    for (index, entry) in entries.iter().enumerate() {
        let fits = match entry {
            Value::String(url) => is_url(url),
            other => other.as_object().is_some(),
        };
        if !fits {
            let detail = "Each entry of `@context` is a URL or an object.";
            found.error("context", format!("/@context/{index}"), detail);
        }
    }
}

/// What is of the other data model.
fn mixture(root: &Object<'_>, model: &Model, found: &mut Findings) {
    let Model { name, other, .. } = model;
    let mut mixed = |pointer: String, what: &str| {
        let detail = format!(
            "The first context makes this a credential of the {name}, and {what} is of the {}; \
             write it wholly in one of them.",
            other.name
        );
        found.error("mixed-data-models", pointer, detail);
    };
    let entries = root.get("@context").map(Value::items).unwrap_or_default();
    let context = entries.iter().position(|entry| entry.as_str() == Some(other.context));
    if let Some(index) = context {
        mixed(format!("/@context/{index}"), other.context);
    }
    for member in other.dates.into_iter().filter(|member| root.contains(member)) {
        mixed(format!("/{member}"), &format!("`{member}`"));
    }
    // That of a JWT of the data model 1.1 was read as the credential before.
    for claim in ["vc", "vp"].into_iter().filter(|claim| root.contains(claim)) {
        let detail = format!(
            "A member `{claim}` is a claim of JWTs of the data model 1.1, whose `typ` is `JWT`; a \
             credential of 2.0 is the payload itself."
        );
        found.error("mixed-data-models", format!("/{claim}"), detail);
    }
}

fn credential_type(root: &Object<'_>, found: &mut Findings) {
    let all_strings = root
        .get("type")
        .is_some_and(|value| value.items().iter().all(|item| item.as_str().is_some()));
    if !all_strings || !Credential(root).has_type("VerifiableCredential") {
        let detail = "`type` must be an array of strings with `VerifiableCredential` in it.";
        found.error("type", "/type", detail);
    }
}

/// Wherever an `id` stands, it is one URL.
fn ids(object: &Object<'_>, at: Place<'_>, found: &mut Findings) {
    for (name, value) in object.iter() {
        if name.starts_with('@') || (matches!(at, Place::Root) && name == "proof") {
            continue;
        }
        let here = at.member(name);
        if name == "id" && !value.as_str().is_some_and(is_url) {
            found.error("id", here, "An `id` must be one string that is a URL.");
        }
        match value {
            Value::Object(inner) => ids(inner, here, found),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Object(inner) = item {
                        ids(inner, here.index(index), found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn issuer(root: &Object<'_>, found: &mut Findings) {
    match root.get("issuer") {
        Some(Value::String(url)) if is_url(url) => {}
        Some(Value::Object(profile)) if profile.str("id").is_some_and(is_url) => {
            texts(profile, Place::Root.member("issuer"), found);
        }
        _ => {
            let detail = "`issuer` must be a URL, or an object whose `id` is a URL.";
            found.error("issuer", "/issuer", detail);
        }
    }
}

fn subject(root: &Object<'_>, found: &mut Findings) {
    let items = root.get("credentialSubject").map(Value::items).unwrap_or_default();
    let full = |value: &Value<'_>| value.as_object().is_some_and(|object| !object.is_empty());
    if items.is_empty() || !items.iter().all(full) {
        let detail = "`credentialSubject` must be an object that says something, or an array of \
                      such objects.";
        found.error("subject", "/credentialSubject", detail);
    }
}

fn validity(root: &Object<'_>, model: &Model, found: &mut Findings) {
    let [start, end] = model.dates;
    if start == "issuanceDate" && !root.contains(start) {
        let detail = "A credential of the data model 1.1 must have `issuanceDate`.";
        found.error("date-time", format!("/{start}"), detail);
    }
    for member in model.dates {
        let readable = |value: &Value<'_>| value.as_str().and_then(date_time::parse).is_some();
        if root.get(member).is_some_and(|value| !readable(value)) {
            let detail = format!(
                "`{member}` must be a date and time with an offset, such as 2026-11-21T09:00:00Z."
            );
            found.error("date-time", format!("/{member}"), detail);
        }
    }
    let credential = Credential(root);
    if let (Some(from), Some(until)) = (credential.valid_from(), credential.valid_until())
        && until < from
    {
        let detail = format!("`{end}` must not be before `{start}`.");
        found.error("validity", format!("/{end}"), detail);
    }
}

/// `name` and `description`: a string, or language-tagged values.
fn texts(object: &Object<'_>, at: Place<'_>, found: &mut Findings) {
    for member in ["name", "description"] {
        let Some(value) = object.get(member) else { continue };
        let fits = match value {
            Value::String(_) => true,
            other => other.items().iter().all(is_language_value) && !other.items().is_empty(),
        };
        if !fits {
            let detail = format!(
                "`{member}` must be a string, or objects of `@value`, `@language` and `@direction`."
            );
            found.error("text", at.member(member), detail);
        }
    }
}

fn is_language_value(value: &Value<'_>) -> bool {
    value.as_object().is_some_and(|object| {
        object.str("@value").is_some()
            && object.iter().all(|(name, _)| matches!(name, "@value" | "@language" | "@direction"))
    })
}

fn typed(root: &Object<'_>, member: &str, found: &mut Findings) {
    let Some(value) = root.get(member) else { return };
    for (index, item) in value.items().iter().enumerate() {
        let object = item.as_object();
        let has_type = |object: &Object<'_>| {
            let types = object.get("type").map(Value::items).unwrap_or_default();
            !types.is_empty() && types.iter().all(|name| name.as_str().is_some())
        };
        let whole = Place::Root.member(member);
        let at = match value {
            Value::Array(_) => whole.index(index),
            _ => whole,
        };
        if !object.is_some_and(has_type) {
            let detail = format!("Each `{member}` must be an object with a `type`.");
            found.error("typed-object", at, detail);
        }
        if member == "credentialSchema" && object.and_then(|object| object.str("id")).is_none() {
            let detail = "Each `credentialSchema` must have an `id` that is a URL.";
            found.error("typed-object", at, detail);
        }
    }
}

fn related_resources(root: &Object<'_>, found: &mut Findings) {
    let Some(value) = root.get("relatedResource") else { return };
    let mut seen = HashSet::new();
    for item in value.items() {
        let object = item.as_object();
        let id = object.and_then(|object| object.str("id"));
        let digest =
            object.is_some_and(|o| o.contains("digestSRI") || o.contains("digestMultibase"));
        let new = id.is_some_and(|id| seen.insert(id) && is_url(id));
        if !(new && digest) {
            let detail = "Each `relatedResource` must be an object with an `id` of its own and a \
                          digest.";
            found.error("related-resource", "/relatedResource", detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Document;
    use serde_json::json;

    fn run(value: &serde_json::Value) -> Conformance {
        let text = value.to_string();
        let mut conformance = Conformance::default();
        let document = Document::parse(text.as_bytes()).unwrap();
        check(document.root(), &mut conformance);
        conformance
    }

    fn credential() -> serde_json::Value {
        json!({
            "@context": [CONTEXT_V2],
            "id": "urn:uuid:1",
            "type": ["VerifiableCredential"],
            "issuer": "did:web:nea.example",
            "validFrom": "2026-11-21T09:00:00Z",
            "credentialSubject": {"id": "urn:uuid:2"},
        })
    }

    #[test]
    fn a_plain_credential_keeps_the_rules() {
        assert!(run(&credential()).passed());
    }

    #[test]
    fn each_broken_rule_tells_what_stands_in_its_place() {
        for (member, value, seen) in [
            ("issuer", json!(null), "It is null."),
            ("issuer", json!({"name": "x"}), "It is an object."),
            ("validFrom", json!("2026-11-21"), "It is \"2026-11-21\"."),
            ("validFrom", json!("x".repeat(100)), &format!("It starts \"{}\".", "x".repeat(60))),
            ("credentialSubject", json!([]), "It is an array of 0."),
            ("name", json!(4.50), "It is the number 4.5."),
            ("type", json!("string"), "It is \"string\"."),
            ("evidence", json!(["x"]), "It is \"x\"."),
        ] {
            let mut broken = credential();
            broken[member] = value;
            let conformance = run(&broken);
            let problem = conformance.problems().next().unwrap();
            assert!(problem.detail.ends_with(seen), "{}", problem.detail);
        }
        let mut none = credential();
        none.as_object_mut().unwrap().remove("issuer");
        let conformance = run(&none);
        let detail = &conformance.problems().next().unwrap().detail;
        assert!(detail.ends_with("There is none."), "{detail}");
    }

    #[test]
    fn each_broken_rule_is_named_with_its_place() {
        let cases = [
            ("@context", json!(CONTEXT_V2), "context", "/@context"),
            ("@context", json!(["https://a.example", CONTEXT_V2]), "context", "/@context/0"),
            ("@context", json!([CONTEXT_V2, "relative"]), "context", "/@context/1"),
            ("type", json!("string"), "type", "/type"),
            ("type", json!(["VerifiableCredential", 4]), "type", "/type"),
            ("id", json!(null), "id", "/id"),
            ("id", json!(["urn:uuid:1"]), "id", "/id"),
            ("id", json!("urn:uuid: 1"), "id", "/id"),
            ("issuer", json!(null), "issuer", "/issuer"),
            ("issuer", json!({"name": "x"}), "issuer", "/issuer"),
            ("issuer", json!([]), "issuer", "/issuer"),
            ("credentialSubject", json!([]), "subject", "/credentialSubject"),
            ("credentialSubject", json!([{}]), "subject", "/credentialSubject"),
            ("credentialSubject", json!("x"), "subject", "/credentialSubject"),
            ("credentialSubject", json!({"id": "a b"}), "id", "/credentialSubject/id"),
            ("validFrom", json!("2026-11-21"), "date-time", "/validFrom"),
            ("validUntil", json!("2026-11-20T09:00:00Z"), "validity", "/validUntil"),
            ("name", json!({"en": "x"}), "text", "/name"),
            ("credentialStatus", json!({"id": "a:b"}), "typed-object", "/credentialStatus"),
            ("evidence", json!(["x"]), "typed-object", "/evidence/0"),
            ("credentialSchema", json!({"type": "x"}), "typed-object", "/credentialSchema"),
            ("relatedResource", json!([{"id": "a:b"}]), "related-resource", "/relatedResource"),
        ];
        for (member, value, code, pointer) in cases {
            let mut changed = credential();
            changed[member] = value.clone();
            let conformance = run(&changed);
            let problem = conformance.problems().next().expect(member);
            let found = (problem.code.as_str(), problem.pointer.as_deref());
            assert_eq!(found, (code, Some(pointer)), "{member} = {value}");
        }
    }

    /// Ends at once, where comparing each with each would not.
    #[test]
    fn fifty_thousand_entries_and_a_long_name_above_them_are_looked_through() {
        let resources: Vec<_> =
            (0..50_000).map(|n| json!({"id": format!("a:{n}"), "digestSRI": "x"})).collect();
        let mut many = credential();
        many["relatedResource"] = json!(resources);
        assert!(run(&many).passed());
        many["x".repeat(1_000_000)] = json!(vec![json!({"id": 4}); 50_000]);
        assert_eq!(run(&many).checks.len(), Findings::MOST);
    }

    fn old() -> serde_json::Value {
        let mut old = credential();
        old["@context"] = json!([CONTEXT_V1]);
        old.as_object_mut().unwrap().remove("validFrom");
        old["issuanceDate"] = json!("2026-11-21T09:00:00Z");
        old
    }

    #[test]
    fn the_data_model_1_1_has_an_issuance_date_and_may_have_an_expiration_date() {
        let mut old = old();
        assert!(run(&old).passed());
        old["expirationDate"] = json!("2027-11-21T09:00:00Z");
        assert!(run(&old).passed());
        for (member, value, code) in [
            ("expirationDate", json!("2026-11-20T09:00:00Z"), "validity"),
            ("expirationDate", json!("2027"), "date-time"),
            ("issuanceDate", json!("2026-11-21"), "date-time"),
        ] {
            let mut changed = old.clone();
            changed[member] = value;
            assert_eq!(run(&changed).problems().next().unwrap().code, code, "{changed}");
        }
        old.as_object_mut().unwrap().remove("issuanceDate");
        let conformance = run(&old);
        let problem = conformance.problems().next().unwrap();
        assert_eq!(problem.pointer.as_deref(), Some("/issuanceDate"));
    }

    #[test]
    fn what_mixes_the_data_models_is_refused_at_its_place() {
        for (mut base, member, value, at) in [
            (credential(), "@context", json!([CONTEXT_V2, CONTEXT_V1]), "/@context/1"),
            (old(), "@context", json!([CONTEXT_V1, CONTEXT_V2]), "/@context/1"),
            (credential(), "issuanceDate", json!("2026-11-21T09:00:00Z"), "/issuanceDate"),
            (credential(), "expirationDate", json!("2026-11-21T09:00:00Z"), "/expirationDate"),
            (old(), "validFrom", json!("2026-11-21T09:00:00Z"), "/validFrom"),
            (old(), "validUntil", json!("2027-11-21T09:00:00Z"), "/validUntil"),
            (old(), "vc", json!({}), "/vc"),
            (credential(), "vp", json!({}), "/vp"),
        ] {
            base[member] = value;
            let conformance = run(&base);
            let problem = conformance.problems().next().unwrap();
            let found = (problem.code.as_str(), problem.pointer.as_deref());
            assert_eq!(found, ("mixed-data-models", Some(at)));
        }
    }
}
