//! The regular expressions of a schema, as ECMAScript means them.
//!
//! Invariant: matching takes time that is bounded by the length of the text times the size of
//! the compiled pattern, and both are counted. What the engine does not read, or reads in
//! another sense than ECMAScript, stops.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::Stop;
use crate::model::json::{Object, Value};

/// More than any schema has; each is compiled.
const MOST: usize = 64;
const LONGEST: usize = 1000;
/// How large one may get, compiled (KiB). Each is told by the first of these that it keeps.
const SIZES: [usize; 6] = [1, 2, 4, 8, 16, 32];
/// How large all may get together (KiB): the largest take some 25 ms each to compile.
const TOGETHER: usize = 128;
/// What the engine may remember of a text while it matches (bytes).
const REMEMBERED: usize = 256 * 1024;

/// A pattern, compiled.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    /// In KiB.
    size: usize,
}

impl Pattern {
    /// How many steps it may take: at its worst a byte costs 0.2 µs for each KiB of the pattern.
    pub fn cost(&self, text: &str) -> usize {
        (text.len() + 1).saturating_mul(self.size)
    }

    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// Compiles every pattern in a schema.
pub fn compile_all(value: &Value<'_>, into: &mut HashMap<String, Pattern>) -> Result<(), Stop> {
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

fn compile(text: &str, into: &mut HashMap<String, Pattern>) -> Result<(), Stop> {
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
    let sized = |size: usize| {
        let mut builder = RegexBuilder::new(&translated);
        let regex = builder.size_limit(size * 1024).dfa_size_limit(REMEMBERED).build();
        Some(Pattern { regex: regex.ok()?, size })
    };
    let pattern = SIZES.into_iter().find_map(sized).ok_or_else(unsupported)?;
    let before: usize = into.values().map(|pattern| pattern.size).sum();
    if before + pattern.size > TOGETHER {
        return Err(Stop::TooComplex);
    }
    into.insert(text.to_owned(), pattern);
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
