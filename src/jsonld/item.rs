//! What elements expand to, on its way into quads.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#expansion-algorithm>. Invariant:
//! beside its term an item holds what compaction would look at, and no more.

use std::ops::Deref;
use std::sync::Arc;

use super::dataset::Term;

/// What an element expands to. The quads of nodes are written already.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Node { term: Term, shape: Shape },
    Value { term: Term, kind: Kind },
    List(Vec<Item>),
}

/// What one element expands to: mostly one item.
#[derive(Debug)]
pub(super) enum Items {
    One(Item),
    Many(Vec<Item>),
}

impl Deref for Items {
    type Target = [Item];

    fn deref(&self) -> &[Item] {
        match self {
            Items::One(item) => std::slice::from_ref(item),
            Items::Many(items) => items,
        }
    }
}

impl From<Items> for Vec<Item> {
    fn from(items: Items) -> Self {
        match items {
            Items::One(item) => vec![item],
            Items::Many(items) => items,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Empty,
    /// Nothing but an `@id`.
    Reference,
    Full,
    /// A string under a `@vocab` term.
    Symbol,
}

/// What compaction looks at to choose a term for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Json,
    /// The datatype that the member's term coerces to.
    Coerced,
    Datatype(Arc<str>),
    Language(Arc<str>),
    /// A string with a text direction.
    Directed,
}
