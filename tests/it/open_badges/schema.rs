//! The rules of the check `open-badges` against the published JSON Schema: what the schema
//! refuses, the check refuses.

use serde_json::{Value, json};
use touchmark::check::{conform, credential_schema};
use touchmark::jsonld::Contexts;
use touchmark::model::{Document, json};

use crate::vectors::cast::{credential, with};

/// A credential with something of every class.
fn rich() -> Value {
    let image = json!({"id": "https://nea.example/i.png", "type": "Image", "caption": "A circle"});
    let alignment = json!([{"type": ["Alignment"], "targetName": "S", "targetUrl": "https://s.example/1",
        "targetType": "CFItem", "targetCode": "1", "targetDescription": "D", "targetFramework": "F"}]);
    let identifier = json!([{"type": "IdentifierEntry", "identifier": "4711",
                             "identifierType": "systemId"}]);
    let parent = json!({"id": "https://nea.example/parent", "type": ["Profile"], "name": "P"});
    let profile = json!({
        "id": "did:web:nea.example:issuers:nea", "type": ["Profile"], "name": "NEA (example)",
        "url": "https://nea.example", "phone": "+1", "description": "D", "image": image,
        "email": "a@nea.example", "otherIdentifier": identifier, "parentOrg": parent,
        "official": "O", "familyName": "F", "dateOfBirth": "2000-01-01",
        "address": {"type": ["Address"], "addressCountry": "US", "postalCode": "1",
                    "geo": {"type": "GeoCoordinates", "latitude": 1.5, "longitude": 2.5}},
    });
    with(
        credential(),
        &[
            ("/issuer", profile),
            ("/image", image.clone()),
            ("/description", json!("D")),
            ("/validUntil", json!("2030-01-01T00:00:00Z")),
            ("/termsOfUse", json!([{"type": "https://nea.example/terms"}])),
            ("/credentialSubject/role", json!("R")),
            ("/credentialSubject/creditsEarned", json!(1.5)),
            ("/credentialSubject/activityStartDate", json!("2026-01-01T00:00:00Z")),
            ("/credentialSubject/image", image),
            ("/credentialSubject/source", parent.clone()),
            ("/credentialSubject/achievement/creator", parent),
            ("/credentialSubject/achievement/alignment", alignment),
            ("/credentialSubject/achievement/otherIdentifier", identifier),
            ("/credentialSubject/achievement/creditsAvailable", json!(2)),
            ("/credentialSubject/achievement/tag", json!(["t", "u"])),
            (
                "/credentialSubject/achievement/related",
                json!([{"id": "https://nea.example/r", "type": ["Related"], "version": "1"}]),
            ),
        ],
    )
}

/// Every place in it, and the one below the root.
fn places(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let here = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                into.push(here.clone());
                places(value, here, into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let here = format!("{at}/{index}");
                into.push(here.clone());
                places(item, here, into);
            }
        }
        _ => {}
    }
}

fn mutants(rich: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut at = Vec::new();
    places(rich, String::new(), &mut at);
    for place in at {
        let mut without = rich.clone();
        let (parent, member) = place.rsplit_once('/').unwrap();
        match without.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.shift_remove(member)),
            Value::Array(items) => drop(items.remove(member.parse().unwrap())),
            _ => unreachable!("a place has a parent"),
        }
        all.push((format!("{place} taken away"), without));
        for other in [json!(4), json!(true), json!("x y"), json!([4]), json!({"zz": 4})] {
            let mut changed = rich.clone();
            *changed.pointer_mut(&place).unwrap() = other.clone();
            all.push((format!("{place} = {other}"), changed));
        }
        if rich.pointer(&place).unwrap().is_object() {
            let mut more = rich.clone();
            more.pointer_mut(&place).unwrap()["zz"] = json!("x");
            all.push((format!("{place} with one more member"), more));
        }
    }
    all
}

#[test]
fn what_the_published_schema_refuses_is_refused() {
    let rich = rich();
    let refused = |value: &Value| {
        let text = value.to_string();
        let parsed = json::parse(text.as_bytes()).unwrap();
        let by_schema = credential_schema::check_bundled(&parsed, "");
        assert!(!by_schema.is_undecided(), "{by_schema:?}");
        let document = Document::parse(text.as_bytes()).unwrap();
        let conformance = conform(&document, Contexts::bundled());
        let of_json_ld = |check: &&touchmark::check::Check| check.name != "json-ld";
        let by_us = conformance.checks.iter().filter(of_json_ld).any(|check| check.failed());
        (by_schema.problem().map(|problem| problem.detail.clone()), by_us)
    };
    assert_eq!(refused(&rich), (None, false));
    let mutants = mutants(&rich);
    assert!(mutants.len() > 800, "{}", mutants.len());
    let mut both = 0;
    let mut missed = Vec::new();
    for (what, mutant) in &mutants {
        match refused(mutant) {
            (Some(why), false) => missed.push(format!("{what}: {why}")),
            (Some(_), true) => both += 1,
            (None, _) => {}
        }
    }
    assert!(both > 400, "{both}");
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}
