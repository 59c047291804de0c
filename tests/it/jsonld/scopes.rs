//! Where oxjsonld takes the contexts of types and properties otherwise than specified.
//!
//! Spec: steps 7, 8 and 11.2 of <https://www.w3.org/TR/json-ld11-api/#expansion-algorithm>.
//! Of several types with contexts it applies the last one's only, and below a
//! type with a context it does not leave that for the context of a property.

use std::collections::HashMap;

use touchmark::model::json::{self, Object, Value};

use super::references::vendored;

/// The terms with a context of their own.
type Scopes = HashMap<String, Scope>;

#[derive(Default)]
struct Scope {
    /// Whether it can lie over another: null does not.
    over: bool,
    /// What it defines.
    terms: Vec<String>,
}

/// Whether an object has two types with contexts, or one, and a property with
/// one that holds objects in objects, or what only the type's context defines.
pub fn are_mixed_up(document: &Value<'_>) -> bool {
    let mut scopes = Scopes::new();
    collect(document, &mut scopes);
    !scopes.is_empty() && mixed_up(document, &[], &scopes)
}

/// From every context in the document and the known ones that they name.
fn collect(value: &Value<'_>, scopes: &mut Scopes) {
    match value {
        Value::Object(object) => {
            object.iter().filter(|(name, _)| *name == "@context").for_each(|(_, context)| {
                terms(context, scopes);
            });
            object.iter().for_each(|(_, inner)| collect(inner, scopes));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, scopes)),
        _ => {}
    }
}

fn terms(context: &Value<'_>, scopes: &mut Scopes) {
    for one in context.items() {
        if let Some(file) = one.as_str().and_then(vendored) {
            let known = json::parse(&file).expect("a known context is JSON");
            collect(&known, scopes);
        }
        for (term, definition) in one.as_object().into_iter().flat_map(Object::iter) {
            let scoped = definition.as_object().and_then(|members| members.get("@context"));
            if let Some(scoped) = scoped {
                let scope = scopes.entry(term.to_owned()).or_default();
                scope.over |= !matches!(scoped, Value::Null);
                let inner = scoped.items().iter().filter_map(Value::as_object);
                scope.terms.extend(inner.flat_map(Object::iter).map(|(name, _)| name.to_owned()));
            }
        }
    }
}

/// `outer`: what may be the value's types besides its own, as the key of a map is.
fn mixed_up(value: &Value<'_>, outer: &[&str], scopes: &Scopes) -> bool {
    let object = match value {
        Value::Array(items) => return items.iter().any(|item| mixed_up(item, outer, scopes)),
        Value::Object(object) => object,
        _ => return false,
    };
    let members = || object.iter().filter(|(name, _)| *name != "@context");
    let types = members().filter(|(name, _)| matches!(*name, "type" | "@type"));
    let words = types.flat_map(|(_, value)| value.items()).filter_map(Value::as_str);
    let mut types: Vec<&str> = words.filter(|word| scopes.contains_key(*word)).collect();
    types.sort_unstable();
    types.dedup();
    let several = types.len() > 1;
    types.extend(outer.iter().filter(|word| scopes.contains_key(**word)));
    let only_of_a_type = |name: &str, scope: &Scope| {
        let defines = |scope: &Scope| scope.terms.iter().any(|term| term == name);
        !matches!(name, "id" | "type")
            && !defines(scope)
            && types.iter().any(|word| defines(&scopes[*word]))
    };
    let over_a_type = |(name, value): (&str, &Value<'_>)| {
        let scope = scopes.get(name).filter(|scope| scope.over && !types.is_empty());
        let mut inner = value.items().iter().filter_map(Value::as_object).flat_map(Object::iter);
        scope.is_some_and(|scope| {
            inner.any(|(name, value)| {
                only_of_a_type(name, scope) || value.items().iter().any(|v| v.as_object().is_some())
            })
        })
    };
    several
        || members().any(over_a_type)
        || members().any(|(name, value)| match name.starts_with('@') {
            true => mixed_up(value, &types, scopes),
            false => mixed_up(value, &[name], scopes),
        })
}

#[test]
fn only_objects_under_several_scopes_are_told_apart() {
    for (members, mixed) in [
        (r#""@type": ["A", "B"], "a": 1"#, true),
        (r#""@type": ["A", "C"], "p": "x""#, false),
        (r#""@type": "A", "a": "B""#, false),
        (r#""@type": "A", "p": [{"a": 1}]"#, false),
        (r#""@type": "A", "p": [{"a": [{}]}]"#, true),
        (r#""@type": "A", "p": {"p": 1}"#, true),
        (r#""@type": "A", "n": [{"a": {}}]"#, false),
        (r#""@type": "A", "@nest": {"p": {"a": {}}}"#, true),
        (r#""m": {"A": {"p": {"a": {}}}}"#, true),
        (r#""p": {"a": {}}"#, false),
    ] {
        let context = r#"{"A": {"@context": {"p": {"@context": {}}}}, "B": {"@context": {}},
            "n": {"@context": null}}"#;
        let text = format!(r#"{{"@context": [{context}], {members}}}"#);
        let document = json::parse(text.as_bytes()).unwrap();
        assert_eq!(are_mixed_up(&document), mixed, "{members}");
    }
}
