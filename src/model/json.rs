//! Strict JSON, borrowed from the bytes it was read from.
//!
//! Spec: RFC 8259, narrowed the way I-JSON (RFC 7493) asks: no duplicate
//! members, no lone surrogates, no byte order mark, and no number that would
//! change on its way through an IEEE 754 double. A signature covers what every
//! reader sees, so a text that two readers can read differently is refused.
//!
//! Invariant: a [`Value`] never holds a duplicate member name, is never nested
//! deeper than [`MAX_DEPTH`], and keeps members in the order of the text.

mod canonical;
mod parse;

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

pub use canonical::{UnsafeInteger, canonical, canonical_object};
pub use parse::{Error, ErrorKind, parse, parse_with_texts};

/// Arrays and objects may be nested this deep.
pub const MAX_DEPTH: usize = 64;

/// The largest integer that every JSON reader keeps exact: 2^53 - 1.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// One JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number<'a>),
    String(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Object(Object<'a>),
}

impl<'a> Value<'a> {
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Value::Object(o) => Some(o),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Value<'a>]> {
        match self {
            Value::Array(a) => Some(a),
            _ => None,
        }
    }

    /// The elements of an array, or the value itself as the only element: the
    /// two ways in which JSON-LD writes a set.
    pub fn items(&self) -> &[Value<'a>] {
        match self {
            Value::Array(a) => a,
            one => std::slice::from_ref(one),
        }
    }

    /// What kind of value this is, for messages to people.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The value at a JSON pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Value<'a>> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut value = self;
        for token in pointer.strip_prefix('/')?.split('/') {
            let token = token.replace("~1", "/").replace("~0", "~");
            value = match value {
                Value::Object(object) => object.get(&token)?,
                Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

/// The members of an object, in the order of the text, every name once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Object<'a> {
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.members.iter().find(|(n, _)| is_same(n, name)).map(|(_, v)| v)
    }

    /// The member as a string, where it is one.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value<'a>)> {
        self.members.iter().map(|(n, v)| (n.as_ref(), v))
    }

    /// Adds a member at the end; `false` where there is one of this name, which stays.
    pub fn add(&mut self, name: impl Into<Cow<'a, str>>, value: Value<'a>) -> bool {
        let name = name.into();
        let new = !self.contains(&name);
        if new {
            self.members.push((name, value));
        }
        new
    }

    /// The member, to be added to.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value<'a>> {
        self.members.iter_mut().find(|(n, _)| is_same(n, name)).map(|(_, v)| v)
    }

    /// The same with this value as its member of that name, at the end.
    pub fn with(&self, name: &'a str, value: Value<'a>) -> Self {
        let others = self.members.iter().filter(|(n, _)| n != name).cloned();
        Self { members: others.chain([(name.into(), value)]).collect() }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl<'a> IntoIterator for Object<'a> {
    type Item = (Cow<'a, str>, Value<'a>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

/// Whether two names are one. Most of the same length differ in their first
/// byte, which is told without a call.
#[inline]
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.as_bytes().first() == b.as_bytes().first() && a == b
}

/// A number, kept as it was written. Parsing has made sure that it survives
/// the way through an IEEE 754 double unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a> {
    text: &'a str,
}

impl<'a> Number<'a> {
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The number, if it is written as an integer.
    pub fn as_i64(&self) -> Option<i64> {
        self.text.parse().ok()
    }

    pub fn as_f64(&self) -> f64 {
        self.text.parse().expect("the grammar of a JSON number is one of f64's")
    }
}

/// A value as text again, each number as it was written.
pub fn text(value: &Value<'_>) -> String {
    fn write(value: &Value<'_>, to: &mut String) {
        let quoted = |text: &str| serde_json::to_string(text).expect("a text is JSON");
        match value {
            Value::Number(number) => to.push_str(number.text()),
            Value::Array(items) => {
                to.push('[');
                for (index, item) in items.iter().enumerate() {
                    to.push_str(if index > 0 { "," } else { "" });
                    write(item, to);
                }
                to.push(']');
            }
            Value::Object(object) => {
                to.push('{');
                for (index, (name, value)) in object.iter().enumerate() {
                    to.push_str(if index > 0 { "," } else { "" });
                    to.push_str(&quoted(name));
                    to.push(':');
                    write(value, to);
                }
                to.push('}');
            }
            Value::String(text) => to.push_str(&quoted(text)),
            Value::Bool(bit) => to.push_str(if *bit { "true" } else { "false" }),
            Value::Null => to.push_str("null"),
        }
    }
    let mut written = String::new();
    write(value, &mut written);
    written
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Number(n) => match n.as_i64() {
                Some(i) => serializer.serialize_i64(i),
                None => serializer.serialize_f64(n.as_f64()),
            },
            Value::String(s) => serializer.serialize_str(s),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Value::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
