//! Vectors of Open Badges' own rules, and of the schemas that a credential names.

use serde_json::{Map, Value, json};
use touchmark::check::report::{Status, Verdict};

use super::Documents;
use super::cast::{OB, V2, credential, signed, with, world};
use super::generate::{Writer, expect, failing, vector};

const URL: &str = "https://nea.example/schema.json";
const EXTENSIONS: &str = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json";

pub fn documents(to: &Writer) {
    rules(to);
    schemas(to);
}

fn rules(to: &Writer) {
    let achievement = "/credentialSubject/achievement";
    for (name, title, place, value, code) in [
        (
            "ob-unknown-word",
            "a type of achievement that no list has needs `ext:`",
            format!("{achievement}/achievementType"),
            json!("Stack"),
            "unknown-word",
        ),
        (
            "ob-closed-identity",
            "an identity says nothing beside what its class has",
            "/credentialSubject/identifier/0/name".to_owned(),
            json!("Ada Example"),
            "unknown-member",
        ),
        (
            "ob-result-without-status",
            "a result under a description of the type `Status` has a status",
            format!("{achievement}/resultDescription/0/resultType"),
            json!("Status"),
            "missing",
        ),
        (
            "ob-number-as-text",
            "credits are a number",
            format!("{achievement}/creditsAvailable"),
            json!("3"),
            "wrong-kind",
        ),
    ] {
        let changed = match name {
            "ob-closed-identity" => {
                let mut changed = credential();
                changed["credentialSubject"]["identifier"][0]["name"] = value;
                changed
            }
            _ => with(credential(), &[(&place, value)]),
        };
        let expect =
            failing(Verdict::No, Verdict::Undecided, Status::Unknown, ("open-badges", code));
        to.write(name, vector(title, None, signed(&changed), world(), expect));
    }
}

fn schemas(to: &Writer) {
    let named = with(
        credential(),
        &[
            ("/@context", json!([V2, OB, EXTENSIONS])),
            ("/credentialSchema", json!([{"id": URL, "type": "1EdTechJsonSchemaValidator2019"}])),
        ],
    );
    let answering = |schema: Value| {
        let mut world: Documents = world();
        world.0.insert(URL.into(), schema.to_string());
        world
    };
    let title = "a credential that keeps the schema it names is what it says";
    let kept = answering(json!({"required": ["credentialSubject"]}));
    let good = expect(Verdict::Yes, Verdict::Yes, Status::Good);
    to.write("schema-kept", vector(title, None, signed(&named), kept, good));

    let title = "a credential that breaks the schema it names is not what it says";
    let broken = answering(json!({"properties": {"name": {"maxLength": 3}}}));
    let expect = failing(
        Verdict::No,
        Verdict::Undecided,
        Status::Unknown,
        ("credential-schema", "schema-violated"),
    );
    to.write("schema-broken", vector(title, None, signed(&named), broken, expect));

    let mut parts = Map::new();
    for n in 0..60 {
        let next = json!({"$ref": format!("#/$defs/{}", n + 1)});
        parts.insert(n.to_string(), json!({"allOf": [next, next]}));
    }
    parts.insert("60".into(), json!(true));
    let poison = answering(json!({"$ref": "#/$defs/0", "$defs": parts}));
    for (name, title, threat, world, code) in [
        (
            "schema-silent",
            "whether a schema is kept that does not answer is not known",
            None,
            world(),
            "schema-unreachable",
        ),
        (
            "schema-elsewhere",
            "what a schema refers to elsewhere is not followed",
            Some(5),
            answering(json!({"$ref": "https://10.0.0.1/schema.json"})),
            "schema-not-read",
        ),
        (
            "schema-poison",
            "a schema that asks 2^60 questions ends at its counted budget",
            Some(19),
            poison,
            "schema-not-read",
        ),
    ] {
        let expect = failing(
            Verdict::Undecided,
            Verdict::Undecided,
            Status::Unknown,
            ("credential-schema", code),
        );
        to.write(name, vector(title, threat, signed(&named), world, expect));
    }
}
