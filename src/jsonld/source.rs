//! The text of contexts, owned and cheap to share.
//!
//! A context outlives the document that brought it: term definitions keep
//! their scoped contexts, and known contexts are parsed once for all. So it is
//! copied out of the borrowed JSON once, and shared by `Arc` from there.

use std::sync::Arc;

use crate::model::json;

/// A JSON value inside a context.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Null,
    Bool(bool),
    Number(f64),
    String(Arc<str>),
    Array(Arc<[Source]>),
    Object(Arc<Members>),
}

#[derive(Debug)]
pub(super) struct Members(Vec<(Arc<str>, Source)>);

impl Members {
    pub(super) fn get(&self, name: &str) -> Option<&Source> {
        self.0.iter().find(|(n, _)| &**n == name).map(|(_, v)| v)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Source)> {
        self.0.iter().map(|(n, v)| (n, v))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Source {
    pub(super) fn copy(value: &json::Value<'_>) -> Source {
        match value {
            json::Value::Null => Source::Null,
            json::Value::Bool(b) => Source::Bool(*b),
            json::Value::Number(n) => Source::Number(n.as_f64()),
            json::Value::String(s) => Source::String((&**s).into()),
            json::Value::Array(items) => Source::Array(items.iter().map(Source::copy).collect()),
            json::Value::Object(object) => Source::Object(Arc::new(Members(
                object.iter().map(|(n, v)| (n.into(), Source::copy(v))).collect(),
            ))),
        }
    }

    pub(super) fn as_str(&self) -> Option<&Arc<str>> {
        match self {
            Source::String(s) => Some(s),
            _ => None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&Arc<Members>> {
        match self {
            Source::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Where the shared part of the value lies: the same for clones of one
    /// value, and no other's while one of them lives.
    pub(super) fn address(&self) -> usize {
        match self {
            Source::Null | Source::Bool(_) | Source::Number(_) => 0,
            Source::String(s) => s.as_ptr() as usize,
            Source::Array(items) => items.as_ptr() as usize,
            Source::Object(members) => Arc::as_ptr(members) as usize,
        }
    }
}

/// Equal as JSON values: the order of members does not matter.
impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        match (self, other) {
            (Source::Null, Source::Null) => true,
            (Source::Bool(a), Source::Bool(b)) => a == b,
            (Source::Number(a), Source::Number(b)) => a == b,
            (Source::String(a), Source::String(b)) => a == b,
            (Source::Array(a), Source::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Source::Object(a), Source::Object(b)) => {
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len() && a.iter().all(|(n, v)| b.get(n) == Some(v)))
            }
            _ => false,
        }
    }
}
