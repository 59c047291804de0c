//! Quads, and the numbers that stand for terms in them.
//!
//! Spec: <https://www.w3.org/TR/rdf11-concepts/#section-dataset>. Invariant: a
//! number means something in its own dataset only.

use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;

/// A term of one dataset: the number of a name, plus one, or of a blank node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Term(NonZeroU32);

/// What a [`Term`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TermKind {
    Named(u32),
    Blank(u32),
}

impl Term {
    /// Set in the terms that are blank nodes.
    const BLANK: u32 = 1 << 31;

    pub(super) fn named(name: u32) -> Term {
        Term(NonZeroU32::MIN.saturating_add(name))
    }

    pub(super) fn blank(blank: u32) -> Term {
        Term(NonZeroU32::MIN.saturating_add(blank) | Term::BLANK)
    }

    #[inline]
    pub(super) fn kind(self) -> TermKind {
        let number = (self.0.get() & !Term::BLANK) - 1;
        match self.0.get() & Term::BLANK {
            0 => TermKind::Named(number),
            _ => TermKind::Blank(number),
        }
    }

    /// The number of a blank node.
    #[inline]
    pub(super) fn as_blank(self) -> Option<u32> {
        match self.kind() {
            TermKind::Blank(blank) => Some(blank),
            TermKind::Named(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quad {
    pub(super) subject: Term,
    pub(super) predicate: Term,
    pub(super) object: Term,
    /// `None` is the default graph.
    pub(super) graph: Option<Term>,
}

impl Hash for Quad {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [subject, predicate, object] =
            [self.subject, self.predicate, self.object].map(|term| u128::from(term.0.get()));
        let graph = self.graph.map_or(0, |term| u128::from(term.0.get()));
        state.write_u128(subject << 96 | predicate << 64 | object << 32 | graph);
    }
}
