//! Holds an object to its class, and everything below it.
//!
//! Invariant: each member is looked at once, so a large document costs no more
//! than its size.

use super::super::{Findings, Place};
use super::classes::{Class, Kind, PROFILE};
use crate::model::credential::types;
use crate::model::date_time;
use crate::model::json::{Object, Value};
use crate::model::vocabulary::Vocabulary;
use crate::proof::vc_jwt::Jws;

/// What is done about a class: see the tables of [`super::classes`].
pub fn walk(object: &Object<'_>, class: &'static Class, at: Place<'_>, found: &mut Findings) {
    typed(object, class, at, found);
    for member in class.required {
        let absent = match object.get(member) {
            None => Some("absent"),
            Some(Value::String(text)) if text.is_empty() => Some("empty"),
            Some(_) => None,
        };
        if let Some(absent) = absent {
            let detail = format!("`{member}` must be there and say something; it is {absent}.");
            found.error("missing", at.member(member), detail);
        }
    }
    for (name, value) in object.iter() {
        match class.members.iter().find(|(member, _)| *member == name) {
            Some((_, kind)) => member(value, *kind, name, at.member(name), found),
            None if class.closed && !matches!(name, "id" | "type" | "@context") => {
                let detail = format!(
                    "`{}` has a fixed list of members, and `{name}` is none of them.",
                    class.name
                );
                found.error("unknown-member", at.member(name), detail);
            }
            None => {}
        }
    }
}

fn typed(object: &Object<'_>, class: &Class, at: Place<'_>, found: &mut Findings) {
    if class.name.is_empty() {
        return;
    }
    if !types(object).any(|name| name == class.name) {
        let seen: Vec<&str> = types(object).take(3).collect();
        let seen = if seen.is_empty() { "nothing".to_owned() } else { seen.join(", ") };
        let detail = format!("`type` must name `{}`; it names {seen}.", class.name);
        return found.error("open-badges-type", at.member("type"), detail);
    }
    let is_array = matches!(object.get("type"), Some(Value::Array(_)));
    if is_array == class.closed {
        let wanted = if class.closed { "one string" } else { "an array" };
        let detail = format!("Strict readers expect the `type` of `{}` as {wanted}.", class.name);
        found.warning_once("strict-form", at.member("type"), detail);
    }
}

fn member(value: &Value<'_>, kind: Kind, name: &str, at: Place<'_>, found: &mut Findings) {
    match kind {
        Kind::Text => fits(is_text(value), value, "a text", name, at, found),
        Kind::Number => fits(matches!(value, Value::Number(_)), value, "a number", name, at, found),
        Kind::Bool => fits(value.as_bool().is_some(), value, "true or false", name, at, found),
        Kind::Date => fits(is_day(value), value, "a day such as 2026-11-21", name, at, found),
        Kind::Time => time(value, name, at, found),
        Kind::Word(vocabulary) => word(value, vocabulary, name, at, found),
        Kind::One(class) => one(value, class, name, at, found),
        Kind::Many(class) => each(value, name, at, found, |item, at, found| match item {
            Value::Object(object) => walk(object, class, at, found),
            other => not_an_object(other, name, at, found),
        }),
        Kind::Texts => each(value, name, at, found, |item, at, found| {
            fits(is_text(item), item, "texts", name, at, found);
        }),
        Kind::Tokens => each(value, name, at, found, |item, at, found| {
            let token = item.as_str().is_some_and(Jws::is_shape_of);
            fits(token, item, "compact JWSs", name, at, found);
        }),
        Kind::Issuer => match value {
            Value::String(_) => {
                let detail = "Readers in use expect the issuer as a `Profile`, not only its id.";
                found.warning("issuer-profile", at, detail);
            }
            Value::Object(profile) => walk(profile, &PROFILE, at, found),
            // What an issuer can be at all, the data model says.
            _ => {}
        },
    }
}

fn fits(
    fits: bool,
    value: &Value<'_>,
    wanted: &str,
    name: &str,
    at: Place<'_>,
    found: &mut Findings,
) {
    if !fits {
        let detail = format!("`{name}` must be {wanted}; this is {}.", value.kind());
        found.error("wrong-kind", at, detail);
    }
}

/// A string, or values in several languages.
fn is_text(value: &Value<'_>) -> bool {
    let tagged = |value: &Value<'_>| {
        value.as_object().is_some_and(|object| {
            !object.is_empty() && object.iter().all(|(_, value)| value.as_str().is_some())
        })
    };
    match value {
        Value::String(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(tagged),
        other => tagged(other),
    }
}

fn is_day(value: &Value<'_>) -> bool {
    value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok())
}

fn time(value: &Value<'_>, name: &str, at: Place<'_>, found: &mut Findings) {
    if value.as_str().and_then(date_time::parse).is_none() {
        let detail = format!(
            "`{name}` must be a date and time with an offset, such as 2026-11-21T09:00:00Z; {}.",
            seen(value)
        );
        found.error("date-time", at, detail);
    }
}

fn word(
    value: &Value<'_>,
    vocabulary: &Vocabulary,
    name: &str,
    at: Place<'_>,
    found: &mut Findings,
) {
    if !value.as_str().is_some_and(|word| vocabulary.contains(word)) {
        let detail =
            format!("`{name}` must be one of {}; {}.", vocabulary.described(), seen(value));
        found.error("unknown-word", at, detail);
    }
}

/// What stands there, cut where it is long.
fn seen(value: &Value<'_>) -> String {
    match value.as_str() {
        Some(text) if text.chars().count() <= 60 => format!("it is {text:?}"),
        Some(_) => "it is a long text".to_owned(),
        None => format!("it is {}", value.kind()),
    }
}

fn one(value: &Value<'_>, class: &'static Class, name: &str, at: Place<'_>, found: &mut Findings) {
    match value {
        Value::Object(object) => walk(object, class, at, found),
        Value::Array(items) => match items.as_slice() {
            [Value::Object(object)] => {
                let detail = format!("Strict readers expect `{name}` without an array around it.");
                found.warning_once("strict-form", at, detail);
                walk(object, class, at.index(0), found);
            }
            [other] => not_an_object(other, name, at, found),
            _ => {
                let detail = format!("There must be one `{name}`; there are {}.", items.len());
                found.error("more-than-one", at, detail);
            }
        },
        other => not_an_object(other, name, at, found),
    }
}

/// What may stand many times: an array, or one value that readers in use allow.
fn each(
    value: &Value<'_>,
    name: &str,
    at: Place<'_>,
    found: &mut Findings,
    check: impl Fn(&Value<'_>, Place<'_>, &mut Findings),
) {
    let Value::Array(items) = value else {
        let detail = format!("Strict readers expect `{name}` as an array.");
        found.warning_once("not-an-array", at, detail);
        return check(value, at, found);
    };
    if items.is_empty() {
        let detail = format!("Strict readers expect `{name}` to be left out where it is empty.");
        found.warning_once("strict-form", at, detail);
    }
    for (index, item) in items.iter().enumerate() {
        check(item, at.index(index), found);
    }
}

fn not_an_object(value: &Value<'_>, name: &str, at: Place<'_>, found: &mut Findings) {
    let detail = format!("`{name}` holds objects; this is {}.", value.kind());
    found.error("not-an-object", at, detail);
}
