//! The regular expressions of a schema, as ECMAScript means them.
//!
//! Invariant: they match in linear time. What the engine does not read, or reads in another
//! sense than ECMAScript, stops.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::Stop;
use crate::model::json::{Object, Value};

/// More than any schema has; each is compiled.
const MOST: usize = 64;
const LONGEST: usize = 1000;
/// How large one may get in memory (bytes).
const SIZE: usize = 32 * 1024;

/// Compiles every pattern in a schema.
pub fn compile_all(value: &Value<'_>, into: &mut HashMap<String, Regex>) -> Result<(), Stop> {
    match value {
        Value::Object(object) => {
            for text in patterns(object) {
                compile(text, into)?;
            }
            object.iter().try_for_each(|(_, value)| compile_all(value, into))
        }
        Value::Array(items) => items.iter().try_for_each(|item| compile_all(item, into)),
        _ => Ok(()),
    }
}

fn patterns<'o>(object: &'o Object<'_>) -> impl Iterator<Item = &'o str> {
    let of_names = object.get("patternProperties").and_then(Value::as_object);
    let of_names = of_names.into_iter().flat_map(|object| object.iter().map(|(name, _)| name));
    object.str("pattern").into_iter().chain(of_names)
}

fn compile(text: &str, into: &mut HashMap<String, Regex>) -> Result<(), Stop> {
    if into.contains_key(text) {
        return Ok(());
    }
    if into.len() >= MOST {
        return Err(Stop::TooComplex);
    }
    let short: String = text.chars().take(60).collect();
    let unsupported = || Stop::Unsupported(format!("the pattern {short:?}"));
    if text.len() > LONGEST {
        return Err(unsupported());
    }
    let translated = translate(text).ok_or_else(unsupported)?;
    let regex = RegexBuilder::new(&translated).size_limit(SIZE).build();
    into.insert(text.to_owned(), regex.map_err(|_| unsupported())?);
    Ok(())
}

/// The same in the engine's own way of writing, where there is one: ECMAScript's classes are
/// of ASCII, and it knows no classes within classes.
fn translate(text: &str) -> Option<String> {
    let mut translated = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'd' => translated.push_str("[0-9]"),
                'D' => translated.push_str("[^0-9]"),
                'w' => translated.push_str("[A-Za-z0-9_]"),
                'W' => translated.push_str("[^A-Za-z0-9_]"),
                // Their edges differ, or they mean something else.
                'b' | 'B' | 'c' | '0'..='9' | 'k' | 'A' | 'z' | 'a' => return None,
                other => translated.extend(['\\', other]),
            },
            '[' if in_class => return None,
            '&' | '~' | '-' if in_class && chars.peek() == Some(&c) => return None,
            '[' => {
                in_class = true;
                translated.push(c);
            }
            ']' => {
                in_class = false;
                translated.push(c);
            }
            // Flags and named groups of the engine's own.
            '(' if chars.peek() == Some(&'?') => {
                let mut ahead = chars.clone();
                ahead.next();
                if ahead.next() != Some(':') {
                    return None;
                }
                translated.push(c);
            }
            other => translated.push(other),
        }
    }
    Some(translated)
}
