//! What is put into mutants: values, names and contexts at the edges.

use serde_json::{Map, Value, json};
use touchmark::jsonld::Contexts;

use super::Dice;

/// Marks a string that stands for a number's spelling.
const NUMBER: char = '№';

/// Numbers as texts spell them: a JSON library would not write all of these.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-0.0",
    "0.0",
    "1",
    "-5",
    "3.0",
    "7.5",
    "7.50",
    "75e-1",
    "0.1",
    "0.30000000000000004",
    "12345678.9",
    "1e2",
    "1E+2",
    "1e20",
    "1e21",
    "1.5e21",
    "123456789012",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740991",
    "1e-6",
    "1e-7",
    "2.5e-10",
    "1.7976931348623157e308",
    "5e-324",
    "4.35",
    "100.25",
    "60.1785",
    "1234567890.12345",
    "0.000001",
    "1.0000000000000002",
    "33.333333333333336",
    "999999999999999.9",
    "1e400",
];

const STRINGS: &[&str] = &[
    "",
    "x",
    "en",
    "X",
    "did:example:z",
    "https://x.example/a b",
    "https://x.example/ü",
    "ex:thing",
    "_:b1",
    "_:c14n0",
    "_:",
    "@type",
    "@foo",
    "@none",
    "/rel",
    "#frag",
    "?q",
    "..",
    "Criteria",
    "Profile",
    "Achievement",
    "high",
    "true",
    "1.0E0",
    "1.0",
    "75",
    "2020-01-01T00:00:00Z",
    "é\u{0}\u{7f}\t\r\n\u{8}\u{c}\u{b}\u{1f}\\\"'",
    "🍎",
    "\u{ff5e}",
    "\u{e000}",
    "e\u{301}",
    "\u{fffd}\u{fffe}",
    "\u{2028}\u{85}\u{a0}",
    "\u{202e}abc",
    "مرحبا",
    "ſ",
    "K",
    "http://[::1]/",
    "http://[x/",
    "https://x.example/%zz",
    "https://x.example/{a}",
    "https://x.example/a|b",
    "urn:uuid:c1",
    "URN:a",
    "a:b",
    "1a:b",
    ":x",
    "x:",
    "mailto:a@b.example",
    "https:x",
    "http://xn--e1afmkfd/",
    "urn:\u{1F34E}",
    "urn:a\u{ff5e}",
    "data:text/plain,hello",
    "//host/x",
];

const NAMES: &[&str] = &[
    "name",
    "description",
    "id",
    "type",
    "@id",
    "@type",
    "@value",
    "@language",
    "@index",
    "@list",
    "@set",
    "@graph",
    "@reverse",
    "@included",
    "@nest",
    "@direction",
    "@json",
    "@none",
    "@foo",
    "image",
    "criteria",
    "narrative",
    "evidence",
    "result",
    "value",
    "url",
    "achievement",
    "issuer",
    "validUntil",
    "https://www.w3.org/2018/credentials#validUntil",
    "https://schema.org/name",
    "unknownTerm",
    "ex:foo",
    "_:p",
    "urn:x:y",
    "urn:x:\u{ff5e}",
    "urn:x:🍎",
    "urn:x:Y",
    "tag",
    "identifier",
    "hashed",
    "creditsEarned",
    "allowedValue",
    "proof",
    "verifiableCredential",
    "endorsement",
    "awardedDate",
    "title",
    "level",
    "labels",
    "byId",
    "byType",
    "graph",
    "raw",
    "geo",
    "latitude",
    "credentialStatus",
    "part",
    "items",
    "list",
    "set",
    "indexed",
    "nested",
    "child",
    "parent",
    "a:b",
    "",
    ":",
    "é",
];

const TYPES: &[&str] = &[
    "Profile",
    "Achievement",
    "Result",
    "AchievementSubject",
    "Course",
    "Session",
    "JsonSchema",
    "unknown",
    "https://x.example/T",
    "DataIntegrityProof",
    "VerifiableCredential",
    "OpenBadgeCredential",
    "Evidence",
    "@json",
    "@id",
    "_:t",
    "ex:T",
    "urn:t:\u{ff5e}",
    "urn:t:🍎",
    "Image",
    "Multikey",
];

pub fn number(dice: &mut Dice) -> Value {
    Value::String(format!("{NUMBER}{}", dice.pick(NUMBERS)))
}

pub fn string(dice: &mut Dice) -> Value {
    json!(dice.pick(STRINGS))
}

pub fn name(dice: &mut Dice) -> String {
    (*dice.pick(NAMES)).to_owned()
}

pub fn types(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => json!([]),
        1 => Value::Null,
        2 => json!({"@id": "https://x.example/T"}),
        3..7 => json!([dice.pick(TYPES), dice.pick(TYPES)]),
        _ => json!(dice.pick(TYPES)),
    }
}

pub fn id(dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 => Value::Null,
        1 => json!(["urn:x:1"]),
        2 => string(dice),
        _ => json!(dice.pick(&[
            "urn:x:1",
            "_:b0",
            "_:b1",
            "_:é",
            "rel",
            "ex:abc",
            "did:example:1",
            "",
            "https://a.example/é",
            "https://a.example/<b>",
            "https://a.example/",
            "xsd:foo",
            "urn:uuid:c1",
            "@id",
            "urn:x:🍎",
        ])),
    }
}

pub fn scalar(dice: &mut Dice) -> Value {
    match dice.below(10) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3..6 => number(dice),
        _ => string(dice),
    }
}

/// Any value, not too deep.
pub fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth > 2 { 6 } else { 10 }) {
        0..6 => scalar(dice),
        6 | 7 => {
            let count = dice.below(4);
            (0..count).map(|_| value(dice, depth + 1)).collect()
        }
        _ => {
            let mut members = Map::new();
            for _ in 0..dice.below(4) {
                members.insert(name(dice), value(dice, depth + 1));
            }
            Value::Object(members)
        }
    }
}

/// The value inside one of the objects that JSON-LD has for values.
pub fn wrapped(value: Value, dice: &mut Dice) -> Value {
    let datatype = *dice.pick(&[
        "xsd:date",
        "https://d.example/t",
        "@json",
        "@id",
        "@none",
        "@vocab",
        "_:d",
        "rel",
        "http://www.w3.org/2001/XMLSchema#double",
        "http://www.w3.org/2001/XMLSchema#integer",
        "http://www.w3.org/2001/XMLSchema#boolean",
        "http://www.w3.org/2001/XMLSchema#string",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
    ]);
    let language =
        json!(dice.pick(&["en", "EN-us", "de-AT-1996", "x_y", "", "a b", "x-private", "i"]));
    match dice.below(20) {
        0 | 1 => json!({"@value": value}),
        2 | 3 => json!({"@list": value}),
        4 => json!({"@set": value}),
        5 => json!({"@id": value}),
        6 | 7 => json!({"@value": value, "@type": datatype}),
        8 => json!({"@value": value, "type": datatype}),
        9 | 10 => json!({"@value": value, "@language": language}),
        11 => json!({"@graph": value}),
        12 => json!({"@value": value, "@direction": dice.pick(&["ltr", "rtl", "x"])}),
        13 => json!({"@value": value, "@language": language, "@direction": "rtl"}),
        14 => json!({"@type": value}),
        15 => json!({"@value": value, "@index": "i"}),
        16 => json!({"a": value, "de": value, "en": "x"}),
        17 => json!({"@none": value}),
        18 => json!({"@value": value, "@type": null, "@language": null}),
        _ => json!([[value], []]),
    }
}

/// A local context.
pub fn context(dice: &mut Dice) -> Value {
    match dice.below(20) {
        0..4 => {
            let urls: Vec<&str> = Contexts::conformance().urls().collect();
            json!(dice.pick(&urls))
        }
        4 => Value::Null,
        5 => json!([]),
        6 => json!({}),
        _ => {
            let mut terms = Map::new();
            for _ in 0..=dice.below(3) {
                let (term, definition) = entry(dice);
                terms.insert(term.to_owned(), definition);
            }
            Value::Object(terms)
        }
    }
}

fn entry(dice: &mut Dice) -> (&'static str, Value) {
    match dice.below(10) {
        0 => (
            "@vocab",
            json!(dice.pick(&["https://v.example/#", "", "ex:", "_:v", "rel", "schema"])),
        ),
        1 => ("@language", json!(dice.pick(&[Some("en"), Some("DE-at"), None, Some("x_y")]))),
        2 => match dice.below(5) {
            0 => (
                "@base",
                json!(dice.pick(&[Some("https://b.example/a/"), None, Some("rel"), Some("")])),
            ),
            1 => ("@propagate", json!(dice.one_in(2))),
            2 => ("@protected", json!(dice.one_in(2))),
            3 => ("@version", serde_json::from_str("1.1").unwrap()),
            _ => ("@direction", json!(dice.pick(&[Some("rtl"), None, Some("up")]))),
        },
        _ => {
            let term = *dice.pick(&[
                "foo",
                "bar",
                "name",
                "id",
                "uid",
                "kind",
                "ex",
                "level",
                "Widget",
                "validTill",
                "schema",
                "title",
                "_x",
                "a:b",
                "description",
                "Profile",
                "narrative",
                "Criteria",
                "value",
                "part",
                "items",
                "child",
                "labels",
                "evidence",
                "xsd",
                "@type",
                "@foo",
                "rel/x",
                "https://e.example/x",
                "urn",
                "https",
                "é",
                "",
            ]);
            (term, definition(term, dice))
        }
    }
}

fn definition(term: &str, dice: &mut Dice) -> Value {
    let container = [
        json!("@list"),
        json!("@set"),
        json!("@index"),
        json!("@language"),
        json!("@id"),
        json!("@type"),
        json!("@graph"),
        json!(["@graph", "@set"]),
        json!(["@graph", "@id"]),
        json!(["@graph", "@index"]),
        json!(["@index", "@set"]),
        json!(["@list", "@set"]),
        json!(null),
        json!("@nest"),
    ];
    let iri = format!("https://e.example/{}", dice.pick(&["x", "y", "z#", "ns/"]));
    match dice.below(22) {
        0 => json!("https://e.example/ns#"),
        1 => json!(format!("https://e.example/{term}")),
        2 => {
            json!(dice.pick(&["@id", "@type", "@value", "@json", "@context", "@nest", "@included"]))
        }
        3 => json!("ex:q"),
        4 => Value::Null,
        5 | 6 => json!({"@id": iri, "@type": dice.pick(&[
            "@id", "@vocab", "@json", "@none", "xsd:date", "https://d.example/", "_:d",
            "http://www.w3.org/2001/XMLSchema#double", "http://www.w3.org/2001/XMLSchema#boolean",
        ])}),
        7..10 => json!({"@id": iri, "@container": dice.pick(&container)}),
        10 => {
            json!({"@id": iri, "@context": {"foo": "https://f.example/", "@propagate": dice.one_in(2)}})
        }
        11 => json!({"@id": iri, "@context": {"name": "https://f.example/name", "title": null}}),
        12 => json!({"@id": iri, "@context": context(dice), "@type": "@id"}),
        13 => json!({"@reverse": "https://e.example/r", "@container": dice.pick(&container[..3])}),
        14 => json!({"@reverse": "https://e.example/r", "@type": "@id"}),
        15 => json!({"@id": iri, "@prefix": dice.one_in(2)}),
        16 => json!({"@id": iri, "@language": dice.pick(&[Some("en"), None])}),
        17 => json!({"@id": iri, "@direction": dice.pick(&[Some("ltr"), None]), "@language": "ar"}),
        18 => json!({"@id": iri, "@nest": dice.pick(&["@nest", "nested", "@id"])}),
        19 => {
            json!({"@id": iri, "@container": "@index", "@index": dice.pick(&["ex:i", "https://e.example/i", "@index"])})
        }
        20 => json!({"@id": term, "@protected": dice.one_in(2)}),
        _ => json!({"@id": iri, "@protected": dice.one_in(2), "@type": "@vocab"}),
    }
}

/// The text with the spellings of numbers in the places of their strings.
pub fn with_raw_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&format!("\"{NUMBER}")) {
        let (number, after) = after.split_once('"').unwrap();
        out.push_str(before);
        // As a member's name a number stays a string.
        match after.starts_with(':') {
            true => out.extend(['"', '№'].into_iter().chain(number.chars()).chain(['"'])),
            false => out.push_str(number),
        }
        rest = after;
    }
    out + rest
}
