//! The active context: which term means what at one place of a document.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#context-processing-algorithms>,
//! <https://www.w3.org/TR/json-ld11-api/#iri-expansion>. Invariant: a context
//! never changes once it is shared; [`super::process`] makes new ones.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;

use super::deviation::{Inverse, Settled};
use super::iri;
use super::places;
use super::source::Source;

/// What the terms mean.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) terms: HashMap<Arc<str>, Entry>,
    pub(super) vocab: Option<Arc<str>>,
    pub(super) language: Option<Arc<str>>,
    pub(super) direction: Option<Direction>,
    /// What stood before a context that does not propagate.
    pub(super) previous: Option<Arc<Context>>,
    /// Whether all of it comes from known URLs, so that it may be kept.
    pub(super) known: bool,
    pub(super) inverse: OnceLock<Inverse>,
}

/// A term's place in one context.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) definition: Arc<Definition>,
    /// The definition's own number.
    pub(super) number: u64,
    /// Where its IRI stands among others, if its context is a known one.
    pub(super) place: Option<places::Place>,
    /// What is known already of how the context compacts to this term.
    pub(super) settled: Settled,
}

impl Entry {
    /// `known`: all of the context that it is for comes from known URLs.
    pub(super) fn new(definition: Arc<Definition>, known: bool) -> Self {
        static DEFINITIONS: AtomicU64 = AtomicU64::new(0);
        let number = DEFINITIONS.fetch_add(1, Ordering::Relaxed);
        let iri = definition.iri.as_deref().filter(|_| known && definition.role == Role::Property);
        let place = iri.and_then(places::of);
        Entry { definition, number, place, settled: Settled::default() }
    }
}

/// The context that holds at one place of a document: a shared one of a known
/// URL, which costs nothing to hand on, or one of the document's own.
#[derive(Debug, Clone)]
pub(super) enum Active<'c> {
    Known(&'c Arc<Context>),
    Own(Arc<Context>),
}

impl<'c> Active<'c> {
    pub(super) fn own(context: Context) -> Self {
        Active::Own(Arc::new(context))
    }

    pub(super) fn share(&self) -> &Arc<Context> {
        match self {
            Active::Known(context) => context,
            Active::Own(context) => context,
        }
    }

    /// What stood before a context that does not propagate.
    pub(super) fn before(&self) -> Option<Active<'c>> {
        match self {
            Active::Known(context) => context.previous.as_ref().map(Active::Known),
            Active::Own(context) => context.previous.clone().map(Active::Own),
        }
    }
}

impl Deref for Active<'_> {
    type Target = Context;

    fn deref(&self) -> &Context {
        self.share()
    }
}

/// What the IRI of a definition makes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Keyword(&'static str),
    /// A full IRI.
    Property,
    /// A full IRI with characters that no IRI may have.
    Unwritable,
    /// Nothing, a relative IRI or a blank node: no RDF.
    Nothing,
}

impl Role {
    pub(super) fn of(iri: Option<&str>) -> Role {
        match iri {
            None => Role::Nothing,
            Some(iri) => match iri::keyword(iri) {
                Some(keyword) => Role::Keyword(keyword),
                None if !iri::is_absolute(iri) || iri.starts_with("_:") => Role::Nothing,
                None if iri::is_writable(iri) => Role::Property,
                None => Role::Unwritable,
            },
        }
    }
}

/// What one term means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Definition {
    /// An absolute IRI or a keyword; `None` where the term is switched off.
    pub(super) iri: Option<Arc<str>>,
    /// That of the IRI.
    pub(super) role: Role,
    pub(super) prefix: bool,
    /// Some take it for a prefix, though it was not made one.
    pub(super) doubtful: bool,
    pub(super) protected: bool,
    pub(super) reverse: bool,
    pub(super) coercion: Option<Coercion>,
    pub(super) container: Container,
    /// `Some(None)` switches the default language off.
    pub(super) language: Option<Option<Arc<str>>>,
    pub(super) direction: Option<Option<Direction>>,
    /// The property that an index container's keys are values of.
    pub(super) index: Option<Arc<str>>,
    pub(super) nest: Option<Arc<str>>,
    pub(super) context: Option<Source>,
    /// Whether it comes from a known URL rather than from the document.
    pub(super) known: bool,
}

impl Definition {
    /// The same meaning: where it comes from and its protection do not count.
    pub(super) fn means_the_same(&self, other: &Definition) -> bool {
        let Definition { protected, known, doubtful, .. } = *self;
        let other = Definition { protected, known, doubtful, ..other.clone() };
        *self == other
    }
}

/// The `@type` of a term definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coercion {
    Id,
    Vocab,
    Json,
    None,
    Datatype(Arc<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Ltr,
    Rtl,
}

/// The set of `@container` values of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(super) struct Container(u8);

impl Container {
    pub(super) const NONE: Container = Container(0);
    pub(super) const LIST: Container = Container(1);
    pub(super) const SET: Container = Container(2);
    pub(super) const INDEX: Container = Container(4);
    pub(super) const LANGUAGE: Container = Container(8);
    pub(super) const GRAPH: Container = Container(16);
    pub(super) const ID: Container = Container(32);
    pub(super) const TYPE: Container = Container(64);

    pub(super) fn named(keyword: &str) -> Option<Container> {
        Some(match keyword {
            "@list" => Container::LIST,
            "@set" => Container::SET,
            "@index" => Container::INDEX,
            "@language" => Container::LANGUAGE,
            "@graph" => Container::GRAPH,
            "@id" => Container::ID,
            "@type" => Container::TYPE,
            _ => return None,
        })
    }

    pub(super) const fn with(self, other: Container) -> Container {
        Container(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Container) -> Container {
        Container(self.0 & !other.0)
    }

    pub(super) const fn has(self, other: Container) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn count(self) -> u32 {
        self.0.count_ones()
    }
}

impl Context {
    /// A copy to define terms in.
    pub(super) fn draft(&self) -> Context {
        Context {
            terms: self.terms.clone(),
            vocab: self.vocab.clone(),
            language: self.language.clone(),
            direction: self.direction,
            previous: self.previous.clone(),
            known: self.known,
            inverse: OnceLock::new(),
        }
    }

    pub(super) fn term(&self, name: &str) -> Option<&Definition> {
        self.terms.get(name).map(|entry| &*entry.definition)
    }

    /// The term of this name; keywords have none.
    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.terms.get(name).filter(|_| iri::keyword(name).is_none())
    }

    pub(super) fn has_protected(&self) -> bool {
        self.terms.values().any(|entry| entry.definition.protected)
    }

    /// What `text` means where a term may stand. `None`: nothing at all. The
    /// result may still be relative.
    pub(super) fn expand_vocab<'s>(&'s self, text: &'s str) -> Option<Expanded<'s>> {
        if let Some(keyword) = iri::keyword(text) {
            return Some(Expanded::Borrowed(keyword));
        }
        if iri::looks_like_keyword(text) {
            return None;
        }
        if let Some(definition) = self.term(text) {
            return definition.iri.as_deref().map(Expanded::Borrowed);
        }
        Some(self.expand_prefix(text)?.unwrap_or_else(|| match &self.vocab {
            Some(vocab) => Expanded::Owned(format!("{vocab}{text}")),
            None => Expanded::Borrowed(text),
        }))
    }

    /// What `text` means where only an IRI may stand.
    pub(super) fn expand_id<'s>(&'s self, text: &'s str) -> Option<Expanded<'s>> {
        if iri::keyword(text).is_some() || iri::looks_like_keyword(text) {
            return None;
        }
        Some(self.expand_prefix(text)?.unwrap_or(Expanded::Borrowed(text)))
    }

    /// A compact or absolute IRI; `Some(None)` if it is neither, and `None` if
    /// processors differ about its prefix.
    fn expand_prefix<'s>(&'s self, text: &'s str) -> Option<Option<Expanded<'s>>> {
        let Some((prefix, suffix)) = iri::scheme(text).filter(|(prefix, _)| !prefix.is_empty())
        else {
            return Some(None);
        };
        if prefix == "_" || suffix.starts_with("//") {
            return Some(Some(Expanded::Borrowed(text)));
        }
        match self.term(prefix) {
            Some(Definition { doubtful: true, .. }) => None,
            Some(Definition { prefix: true, iri: Some(namespace), .. }) => {
                Some(Some(Expanded::Owned(format!("{namespace}{suffix}"))))
            }
            _ => Some(iri::is_absolute(text).then_some(Expanded::Borrowed(text))),
        }
    }
}

/// An expanded IRI.
pub(super) type Expanded<'s> = std::borrow::Cow<'s, str>;

/// Why a context cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContextFault {
    #[error("a context must be a URL, an object, null, or an array of these")]
    NotAContext,
    #[error("the context {0:?} includes itself")]
    Recursive(String),
    #[error("{0:?} has a value that is not allowed in a context")]
    InvalidEntry(String),
    #[error("null would remove protected terms")]
    Nullification,
    #[error("the definition of the term {term:?} is not valid: {why}")]
    InvalidTerm { term: String, why: &'static str },
    #[error("the definition of the term {0:?} depends on itself")]
    Cyclic(String),
    #[error("the term {0:?} is a keyword and cannot be defined")]
    KeywordRedefinition(String),
    #[error("{0} is not supported in a context")]
    Unsupported(&'static str),
}
