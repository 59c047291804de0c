//! JSON Schema, as far as schemas of credentials go: drafts 6 and 7, 2019-09, 2020-12.
//! Spec: <https://json-schema.org/draft/2020-12/json-schema-validation>
//!
//! A schema is a stranger's program: a page of it can name itself often enough to run for
//! years. General validators have no bound on that, so this one counts its work.
//!
//! Invariant: what is answered is what the specification says; what asserts something and is
//! not read here (`unevaluatedProperties`, a reference to another document, …) is never passed
//! over but [`Stop::Unsupported`]. `format` annotates and asserts nothing, as since 2019-09.

mod evaluate;
mod pattern;
mod values;

use std::collections::HashMap;

use crate::model::json::{self, Object, Value};
use evaluate::Evaluation;
use pattern::Pattern;

/// A schema that can be asked.
#[derive(Debug)]
pub struct Schema<'s> {
    root: Value<'s>,
    draft: Draft,
    patterns: HashMap<String, Pattern>,
    /// How many values are in it.
    size: usize,
}

/// The drafts differ in how arrays are described, and in what stands beside `$ref`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Draft {
    Seven,
    Y2019,
    Y2020,
}

/// What does not keep the schema: the place that is deepest in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// A JSON pointer.
    pub pointer: String,
    /// What was expected there, as the end of a sentence that starts with the place.
    pub expected: String,
    depth: usize,
}

/// Why it cannot be told whether a document keeps a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    #[error("it is not JSON that we read: {0}")]
    Json(#[from] json::Error),
    #[error("it is neither an object nor true or false")]
    NotASchema,
    #[error("it follows {0}, which is not one of the drafts 6, 7, 2019-09 and 2020-12")]
    UnknownDraft(String),
    #[error("it uses {0}, which is not read here")]
    Unsupported(String),
    #[error("it refers to {0}, which is outside of it, and such references are not followed")]
    Elsewhere(String),
    #[error("it refers to {0}, which is not in it")]
    Dangling(String),
    #[error("checking it takes too much work")]
    TooComplex,
}

impl<'s> Schema<'s> {
    pub fn read(bytes: &'s [u8]) -> Result<Self, Stop> {
        let root = json::parse(bytes)?;
        if !matches!(root, Value::Object(_) | Value::Bool(_)) {
            return Err(Stop::NotASchema);
        }
        let named = root.as_object().and_then(|object| object.str("$schema"));
        let draft = named.map_or(Ok(Draft::Y2020), Draft::named)?;
        let mut patterns = HashMap::new();
        pattern::compile_all(&root, &mut patterns)?;
        let size = size(&root);
        Ok(Self { root, draft, patterns, size })
    }

    /// The first thing in `document` that does not keep the schema, if there is one.
    pub fn violation(&self, document: &Value<'_>) -> Result<Option<Violation>, Stop> {
        Evaluation::new(self).run(document)
    }

    /// The part of the schema that a `$ref` names.
    fn part(&self, reference: &str) -> Result<&Value<'s>, Stop> {
        let id = self.root.as_object().and_then(|object| object.str("$id"));
        let own = id.map(|id| id.trim_end_matches('#'));
        let fragment = match own.and_then(|id| reference.strip_prefix(id)) {
            Some(rest) if rest.is_empty() || rest.starts_with('#') => rest,
            _ => reference,
        };
        if fragment.is_empty() || fragment == "#" {
            return Ok(&self.root);
        }
        let Some(fragment) = fragment.strip_prefix('#') else {
            return Err(Stop::Elsewhere(reference.to_owned()));
        };
        if fragment.contains('%') {
            return Err(Stop::Unsupported(format!("the reference {reference}")));
        }
        let found = match fragment.starts_with('/') {
            true => self.root.pointer(fragment),
            false => anchor(&self.root, fragment),
        };
        found.ok_or_else(|| Stop::Dangling(reference.to_owned()))
    }
}

impl Draft {
    fn named(url: &str) -> Result<Self, Stop> {
        let (_, name) = url.split_once("://json-schema.org/").unwrap_or_default();
        match name.trim_end_matches('#') {
            "draft-06/schema" | "draft-07/schema" => Ok(Draft::Seven),
            "draft/2019-09/schema" => Ok(Draft::Y2019),
            "draft/2020-12/schema" => Ok(Draft::Y2020),
            _ => Err(Stop::UnknownDraft(url.to_owned())),
        }
    }
}

fn size(value: &Value<'_>) -> usize {
    1 + match value {
        Value::Object(object) => object.iter().map(|(_, value)| size(value)).sum(),
        Value::Array(items) => items.iter().map(size).sum(),
        _ => 0usize,
    }
}

/// Where a name was given to a part of the schema.
fn anchor<'v, 's>(value: &'v Value<'s>, name: &str) -> Option<&'v Value<'s>> {
    match value {
        Value::Object(object) => {
            let own = object.str("$anchor") == Some(name)
                || object.str("$id").and_then(|id| id.strip_prefix('#')) == Some(name);
            let inside = || object.iter().find_map(|(_, value)| anchor(value, name));
            if own { Some(value) } else { inside() }
        }
        Value::Array(items) => items.iter().find_map(|item| anchor(item, name)),
        _ => None,
    }
}

/// The members of an object where it is one: what a keyword maps names to.
fn members<'o, 's>(object: &'o Object<'s>, name: &str) -> Option<&'o Object<'s>> {
    object.get(name)?.as_object()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(schema: serde_json::Value, document: serde_json::Value) -> Result<Option<String>, Stop> {
        let (schema, document) = (schema.to_string(), document.to_string());
        let schema = Schema::read(schema.as_bytes())?;
        let document = json::parse(document.as_bytes()).unwrap();
        Ok(schema.violation(&document)?.map(|violation| violation.pointer))
    }

    #[test]
    fn each_keyword_takes_what_it_means_and_refuses_the_rest() {
        let draft7 = "http://json-schema.org/draft-07/schema#";
        let y2019 = "https://json-schema.org/draft/2019-09/schema";
        for (schema, fine, wrong, at) in [
            (json!({"type": "integer"}), json!(1.0), json!(1.5), ""),
            (json!({"type": ["string", "null"]}), json!(null), json!({}), ""),
            (json!({"enum": [1, {"a": [2]}]}), json!({"a": [2.0]}), json!({"a": [3]}), ""),
            (json!({"const": "a"}), json!("a"), json!("b"), ""),
            (json!({"multipleOf": 0.1}), json!(0.3), json!(0.35), ""),
            (json!({"multipleOf": 2.5}), json!(-5e300), json!(5.000_000_000_000_001), ""),
            (json!({"multipleOf": 1e-300}), json!(1e300), json!(1.5e-300), ""),
            (json!({"multipleOf": 1e300}), json!(0), json!(1), ""),
            (json!({"multipleOf": 7}), json!(7e22), json!(1e300), ""),
            (json!({"minimum": 1, "exclusiveMaximum": 2}), json!(1), json!(2), ""),
            (json!({"maximum": 1, "exclusiveMinimum": 0}), json!(1), json!(0), ""),
            (json!({"minLength": 2, "maxLength": 2}), json!("éé"), json!("é"), ""),
            (json!({"pattern": "^a\\d$"}), json!("a1"), json!("a٣"), ""),
            (json!({"minItems": 1, "maxItems": 2}), json!([1]), json!([]), ""),
            (json!({"uniqueItems": true}), json!([1, "1", [1]]), json!([1, 1.0]), "/1"),
            (json!({"items": {"type": "string"}}), json!(["a"]), json!(["a", 1]), "/1"),
            (json!({"prefixItems": [true], "items": false}), json!([1]), json!([1, 2]), "/1"),
            (
                json!({"$schema": y2019, "items": [true], "additionalItems": {"const": 1}}),
                json!([2, 1]),
                json!([2, 2]),
                "/1",
            ),
            (json!({"contains": {"const": 1}}), json!([0, 1]), json!([0]), ""),
            (
                json!({"contains": {"const": 1}, "minContains": 0, "maxContains": 1}),
                json!([]),
                json!([1, 1]),
                "",
            ),
            (json!({"required": ["a"]}), json!({"a": 1}), json!({"b": 1}), "/a"),
            (json!({"minProperties": 1, "maxProperties": 1}), json!({"a": 1}), json!({}), ""),
            (
                json!({"properties": {"a": {"type": "string"}}}),
                json!({"b": 1}),
                json!({"a": 1}),
                "/a",
            ),
            (
                json!({"properties": {"a": true}, "patternProperties": {"^x": true},
                       "additionalProperties": false}),
                json!({"a": 1, "x/y": 2}),
                json!({"a/b": 1}),
                "/a~1b",
            ),
            (json!({"propertyNames": {"maxLength": 1}}), json!({"a": 1}), json!({"ab": 1}), "/ab"),
            (json!({"dependentRequired": {"a": ["b"]}}), json!({"b": 1}), json!({"a": 1}), "/b"),
            (
                json!({"dependentSchemas": {"a": {"required": ["b"]}}}),
                json!({}),
                json!({"a": 1}),
                "/b",
            ),
            (
                json!({"$schema": draft7, "dependencies": {"a": ["b"], "c": {"required": ["d"]}}}),
                json!({"a": 1, "b": 1}),
                json!({"c": 1}),
                "/d",
            ),
            (json!({"allOf": [{"minimum": 1}, {"maximum": 2}]}), json!(1), json!(3), ""),
            (json!({"anyOf": [{"minimum": 2}, {"const": 1}]}), json!(1), json!(0), ""),
            (json!({"oneOf": [{"minimum": 1}, {"maximum": 2}]}), json!(0), json!(1), ""),
            (json!({"not": {"type": "null"}}), json!(1), json!(null), ""),
            (
                json!({"if": {"minimum": 1}, "then": {"maximum": 2}, "else": {"const": 0}}),
                json!(2),
                json!(-1),
                "",
            ),
            (
                json!({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "null"}}}),
                json!(null),
                json!(1),
                "",
            ),
            (
                json!({"$id": "https://a.example/s", "$ref": "https://a.example/s#x",
                       "$defs": {"a": {"$anchor": "x", "type": "null"}}}),
                json!(null),
                json!(1),
                "",
            ),
            (
                json!({"properties": {"a": {"$ref": "#"}}, "required": ["b"]}),
                json!({"b": 1, "a": {"b": 1}}),
                json!({"b": 1, "a": {}}),
                "/a/b",
            ),
            (
                json!({"$schema": draft7, "$ref": "#/definitions/a", "type": "null",
                    "definitions": {"a": {"const": 1}}}),
                json!(1),
                json!(null),
                "",
            ),
        ] {
            assert_eq!(ask(schema.clone(), fine), Ok(None), "{schema}");
            assert_eq!(ask(schema.clone(), wrong), Ok(Some(at.to_owned())), "{schema}");
        }
    }

    #[test]
    fn of_alternatives_the_place_that_came_furthest_is_told() {
        let schema = json!({"oneOf": [{"type": "string"},
            {"type": "object", "properties": {"a": {"properties": {"b": {"type": "string"}}}}}]});
        assert_eq!(ask(schema, json!({"a": {"b": 1}})), Ok(Some("/a/b".into())));
    }

    #[test]
    fn what_is_not_read_stops_and_is_never_passed_over() {
        for (schema, stop) in [
            (json!({"$schema": "http://json-schema.org/draft-04/schema#"}), "UnknownDraft"),
            (json!([]), "NotASchema"),
            (json!({"unevaluatedProperties": false}), "Unsupported"),
            (json!({"$dynamicRef": "#x"}), "Unsupported"),
            (json!({"allOf": [{"$id": "https://b.example/", "type": "object"}]}), "Unsupported"),
            (json!({"$ref": "https://b.example/schema.json"}), "Elsewhere"),
            (json!({"$ref": "#/$defs/none"}), "Dangling"),
            (json!({"pattern": "(?=a)"}), "Unsupported"),
            (json!({"pattern": "[a[b]"}), "Unsupported"),
            (json!({"pattern": "(a{900}){900}"}), "Unsupported"),
            (json!({"$ref": "#"}), "TooComplex"),
            (json!({"type": "sting"}), "Unsupported"),
            (json!({"properties": {"a": 4}}), "Unsupported"),
            (json!({"properties": {"n": {"multipleOf": 0}}}), "Unsupported"),
        ] {
            let stopped = ask(schema.clone(), json!({"a": "b", "n": 1})).unwrap_err();
            assert!(format!("{stopped:?}").starts_with(stop), "{schema}: {stopped:?}");
        }
    }

    /// Each of 60 parts asks the next one twice: 2^60 questions without a bound.
    #[test]
    fn a_schema_that_multiplies_ends_at_its_counted_budget() {
        let mut parts = serde_json::Map::new();
        for n in 0..60 {
            let next = json!({"$ref": format!("#/$defs/{}", n + 1)});
            parts.insert(n.to_string(), json!({"allOf": [next, next]}));
        }
        parts.insert("60".into(), json!(true));
        let schema = json!({"$ref": "#/$defs/0", "$defs": parts});
        assert_eq!(ask(schema, json!({"a": "b"})), Err(Stop::TooComplex));
        let all: Vec<_> = (0..20_000).map(|n| json!([n])).collect();
        assert_eq!(ask(json!({"uniqueItems": true}), json!(all)), Err(Stop::TooComplex));
    }

    /// Two of the engine's worst patterns, and one text for both.
    #[test]
    fn a_pattern_costs_its_own_size_for_each_byte_of_a_text() {
        let dice =
            |n: u64| if n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 63 == 0 { 'a' } else { 'b' };
        let text: String = (0..30_000).map(dice).collect();
        let usual = json!({"pattern": "^[ab]*$"});
        assert_eq!(ask(usual.clone(), json!(text)), Ok(None));
        let worst = json!({"pattern": "[ab]*a[ab]{300}c"});
        assert_eq!(ask(worst.clone(), json!("ab")).map(|told| told.is_some()), Ok(true));
        assert_eq!(ask(worst, json!(text)), Err(Stop::TooComplex));
        // None of them alone is too large.
        let many: Vec<_> =
            (0..5).map(|n| json!({"pattern": format!("[ab]*a[ab]{{30{n}}}c")})).collect();
        assert!(ask(json!({"anyOf": many[..2]}), json!("x")).is_ok());
        assert_eq!(ask(json!({"anyOf": many}), json!("x")), Err(Stop::TooComplex));
    }

    /// What the standard's schema asks of an endorsement that is a JWS. One with a picture in it is
    /// longer than any other text that has a pattern.
    #[test]
    fn a_jws_as_long_as_they_get_is_held_against_its_pattern() {
        let schema = || json!({"pattern": r"^[-A-Za-z0-9_]+\.[-A-Za-z0-9_]*\.[-A-Za-z0-9_]+$"});
        let jws =
            |payload: usize| format!("eyJhbGciOiJFUzI1NiJ9.{}.c2ln", "eyJ9".repeat(payload / 4));
        for payload in [2_000, 60_000, 120_000] {
            let jws = jws(payload);
            assert_eq!(ask(schema(), json!(jws)), Ok(None), "{payload}");
            let broken = ask(schema(), json!(format!("{jws} ")));
            assert!(matches!(broken, Ok(Some(_))), "{payload}: {broken:?}");
        }
        assert_eq!(ask(schema(), json!(jws(2 * 1024 * 1024))), Err(Stop::TooComplex));
    }

    /// Each is a single keyword that is asked of every item.
    #[test]
    fn what_one_keyword_costs_is_counted_too() {
        let items = |item: serde_json::Value| json!(vec![item; 20_000]);
        let long = "a".repeat(100_000);
        for (each, document) in [
            (json!({"not": {"type": vec!["null"; 10_000]}}), items(json!(1))),
            (json!({"required": vec!["a"; 10_000]}), items(json!({"a": 1}))),
            (json!({"required": vec![1; 10_000]}), items(json!({}))),
            (json!({"not": {"required": [long]}}), items(json!({}))),
            (json!({"not": {"enum": vec![json!({}); 10_000]}}), items(json!([]))),
            (json!({"$ref": format!("#/{long}")}), items(json!(1))),
        ] {
            let mut schema = json!({"items": each});
            schema[&long] = json!(true);
            assert_eq!(ask(schema.clone(), document), Err(Stop::TooComplex));
        }
        // A long name above many values that do not keep what is asked of each.
        let mut document = json!({});
        document[&long] = items(json!(1));
        let each = json!({"items": {"not": {"type": "null"}}});
        assert_eq!(ask(json!({"additionalProperties": each}), document), Err(Stop::TooComplex));
        let told = violation_of(json!({"enum": [long]}));
        assert!(told.len() < 200, "{told}");
    }

    fn violation_of(schema: serde_json::Value) -> String {
        let schema = schema.to_string();
        let schema = Schema::read(schema.as_bytes()).unwrap();
        schema.violation(&Value::Null).unwrap().unwrap().expected
    }
}
