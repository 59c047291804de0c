//! Whether a document reads as it was signed.
//!
//! A signature covers the graph. Two JSON texts of one graph can read
//! differently: a member written as a full IRI, or moved into `@included`, is
//! signed and yet invisible to code that looks for `validUntil`. So a document
//! is asked to equal its own compacted form, but for one-element arrays, the
//! order of sets, and references written as objects.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#iri-compaction>. Beyond it: where
//! a known context has a term for an IRI, no term of the document's own context
//! is accepted in its place; and what no signature covers (null members,
//! `@index`, blank node labels) deviates as well.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::context::{Coercion, Container, Context, Definition, Entry, Role};
use super::iri;
use crate::model::json::is_same;

/// A place where a document differs from its own compacted form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// JSON pointer into the expanded object.
    pub pointer: String,
    /// What stands there.
    pub found: String,
    /// What would stand there in compacted form.
    pub expected: String,
}

/// The terms of a context by what they mean.
#[derive(Debug, Default)]
pub(super) struct Inverse {
    /// For each IRI its terms: shortest first, then least. Where one of them
    /// is from a known context, only those are.
    terms: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// All terms for each of [`Sought`].
    sought: [Vec<Arc<str>>; 5],
    /// All terms for any keyword, in order, with the keyword.
    aliases: Vec<(Arc<str>, &'static str)>,
    /// The terms that compaction writes for keywords.
    usual: Vec<(Arc<str>, &'static str)>,
    /// Namespace and prefix; those that shorten most first.
    prefixes: Vec<(Arc<str>, Arc<str>)>,
}

impl Inverse {
    fn of(context: &Context) -> Inverse {
        let mut inverse = Inverse::default();
        for (term, Entry { definition, .. }) in &context.terms {
            let Some(iri) = &definition.iri else { continue };
            inverse.terms.entry(iri.clone()).or_default().push(term.clone());
            if let Role::Keyword(keyword) = definition.role {
                inverse.aliases.push((term.clone(), keyword));
            }
            if definition.prefix {
                inverse.prefixes.push((iri.clone(), term.clone()));
            }
        }
        let aliases = |keyword: &str| inverse.terms.get(keyword).cloned().unwrap_or_default();
        inverse.aliases.sort_unstable();
        inverse.sought = Sought::KEYWORDS.map(aliases);
        let known = |term: &Arc<str>| context.term(term).is_some_and(|d| d.known);
        for terms in inverse.terms.values_mut() {
            if terms.iter().any(known) {
                terms.retain(known);
            }
            terms.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        }
        inverse.prefixes.sort_by(|a, b| (growth(a), &a.1).cmp(&(growth(b), &b.1)));
        let usual = |keyword: &&'static str| {
            Some((inverse.terms.get(*keyword)?.first()?.clone(), *keyword))
        };
        inverse.usual = iri::KEYWORDS.iter().filter_map(usual).collect();
        inverse
    }
}

/// By how much a prefix is longer than its namespace.
fn growth((namespace, prefix): &(Arc<str>, Arc<str>)) -> isize {
    prefix.len().cast_signed() - namespace.len().cast_signed()
}

/// How many definitions were looked at to answer what is not settled. A context
/// of many names for one thing makes each of its members dear.
#[derive(Debug, Default)]
pub(super) struct Asked(usize);

impl Asked {
    const LIMIT: usize = 1_000_000;

    pub(super) fn too_much(&self) -> bool {
        self.0 > Asked::LIMIT
    }
}

/// Keywords that members are asked for before their names are looked up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sought {
    Id,
    Type,
    Value,
    List,
    Set,
}

impl Sought {
    const KEYWORDS: [&str; 5] = ["@id", "@type", "@value", "@list", "@set"];
}

/// The names of one keyword in a context.
#[derive(Clone, Copy)]
pub(super) struct NamesOf<'c> {
    keyword: &'static str,
    aliases: &'c [Arc<str>],
}

impl NamesOf<'_> {
    #[inline]
    pub(super) fn has(self, name: &str) -> bool {
        is_same(name, self.keyword) || self.aliases.iter().any(|alias| is_same(name, alias))
    }
}

/// Questions about a term that one context has answered with *yes, so it is
/// compacted*: one bit each. Known contexts answer them once for all documents.
#[derive(Debug, Default)]
pub(super) struct Settled(AtomicU32);

/// A bit of [`Settled`].
#[derive(Clone, Copy)]
pub(super) struct Question(u32);

impl Question {
    const ALIAS: Question = Question(1 << 16);
    const TYPE: Question = Question(1 << 17);
    const SYMBOL: Question = Question(1 << 18);

    /// Is this the name for such a value? A datatype counts if it is the term's
    /// own; the answer to other typed and tagged values is not kept.
    fn name(definition: &Definition, wanted: Wanted<'_>, in_list: bool) -> Option<Question> {
        let bit = match (wanted, &definition.coercion) {
            (Wanted::Datatype(wanted), Some(Coercion::Datatype(own))) if *wanted == **own => 0,
            (Wanted::Directed, _) => 1,
            (Wanted::Plain, _) => 2,
            (Wanted::Json, _) => 3,
            (Wanted::Node, _) => 4,
            (Wanted::Graph, _) => 5,
            (Wanted::Symbol, _) => 6,
            (Wanted::Any, _) => 7,
            (Wanted::Datatype(_) | Wanted::Language(_) | Wanted::Name, _) => return None,
        };
        Some(Question(1 << (bit + 8 * u32::from(in_list))))
    }
}

impl Settled {
    fn has(&self, question: Question) -> bool {
        self.0.load(Ordering::Relaxed) & question.0 != 0
    }

    fn settle(&self, question: Question) {
        self.0.fetch_or(question.0, Ordering::Relaxed);
    }
}

/// A term that is copied into another context is asked anew.
impl Clone for Settled {
    fn clone(&self) -> Self {
        Settled::default()
    }
}

/// What a term is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted<'a> {
    /// A typed value.
    Datatype(&'a str),
    /// A string in a language.
    Language(&'a str),
    /// A string with a text direction.
    Directed,
    /// A string or native value without language.
    Plain,
    Json,
    /// A node, also in a graph of its own.
    Node,
    Graph,
    /// A value of a `@vocab` term.
    Symbol,
    /// The value of a `@vocab` term.
    Name,
    /// An empty list, or one of mixed values.
    Any,
}

/// A name that stands in the document, and its term if it is one.
#[derive(Clone, Copy)]
pub(super) struct Found<'f> {
    pub(super) name: &'f str,
    pub(super) entry: Option<&'f Entry>,
}

impl<'f> Found<'f> {
    pub(super) fn new(context: &'f Context, name: &'f str) -> Self {
        Found { name, entry: context.terms.get(name) }
    }

    /// Asks for a better name, unless it is known that there is none.
    fn unless_settled<T>(self, question: Question, ask: impl FnOnce() -> Option<T>) -> Option<T> {
        let Some(Entry { settled, .. }) = self.entry else { return ask() };
        if settled.has(question) {
            return None;
        }
        let better = ask();
        if better.is_none() {
            settled.settle(question);
        }
        better
    }
}

impl Context {
    fn inverse(&self) -> &Inverse {
        self.inverse.get_or_init(|| Inverse::of(self))
    }

    /// All names of a keyword.
    pub(super) fn names_of(&self, keyword: Sought) -> NamesOf<'_> {
        let keyword = keyword as usize;
        NamesOf { keyword: Sought::KEYWORDS[keyword], aliases: &self.inverse().sought[keyword] }
    }

    /// The keyword that compaction would write like this, and has a term for.
    #[inline]
    pub(super) fn usual_keyword(&self, name: &str) -> Option<&'static str> {
        let usual = self.inverse().usual.iter().find(|(term, _)| is_same(name, term));
        usual.map(|(_, keyword)| *keyword)
    }

    /// Whether both contexts have the same names for keywords.
    pub(super) fn has_aliases_of(&self, other: &Context) -> bool {
        self.inverse().aliases == other.inverse().aliases
    }

    /// The keyword that a name stands for.
    pub(super) fn keyword(&self, name: &str) -> Option<&'static str> {
        match self.entry(name)?.definition.role {
            Role::Keyword(keyword) => Some(keyword),
            _ => None,
        }
    }

    /// The member name that compaction gives to a keyword.
    pub(super) fn alias<'s>(&'s self, keyword: &'s str) -> &'s str {
        let terms = self.inverse().terms.get(keyword);
        // `{"@type": {"@container": "@set"}}` defines no other name.
        terms.and_then(|terms| terms.first()).map_or(keyword, |term| term)
    }

    /// The name that a keyword's member should have, if otherwise than `found`.
    pub(super) fn other_alias(&self, keyword: &'static str, found: Found<'_>) -> Option<&str> {
        found.unless_settled(Question::ALIAS, || {
            Some(self.alias(keyword)).filter(|alias| *alias != found.name)
        })
    }

    /// The same as [`Context::other_name`] for a member that is a term here.
    pub(super) fn other_term(
        &self,
        entry: &Entry,
        found: &str,
        (wanted, in_list): (Wanted<'_>, bool),
        asked: &mut Asked,
    ) -> Option<String> {
        let question = Question::name(&entry.definition, wanted, in_list);
        if question.is_some_and(|question| entry.settled.has(question)) {
            return None;
        }
        let iri = entry.definition.iri.as_deref()?;
        let better = self.other_name(iri, found, (wanted, in_list), asked);
        if let (None, Some(question)) = (&better, question) {
            entry.settled.settle(question);
        }
        better
    }

    /// How a member with this value should be called, if otherwise than `found`.
    pub(super) fn other_name(
        &self,
        iri: &str,
        found: &str,
        (wanted, in_list): (Wanted<'_>, bool),
        asked: &mut Asked,
    ) -> Option<String> {
        if let Some(term) = self.select(iri, wanted, in_list, asked) {
            return (**term != *found).then(|| term.to_string());
        }
        let terms = self.inverse().terms.get(iri).map_or(&[][..], |terms| terms);
        let known = terms.first().filter(|t| self.term(t).is_some_and(|d| d.known));
        match known {
            // The term is not made for such a value.
            Some(_) if terms.iter().any(|term| **term == *found) => {
                Some(self.shortened(iri, asked).into_owned())
            }
            // Where there is a term, its IRI will not do, whatever the value.
            Some(term) => Some(term.to_string()),
            None => Some(self.shortened(iri, asked)).filter(|n| *n != found).map(Cow::into_owned),
        }
    }

    /// How compaction writes the value of a `@vocab` term, if otherwise than `found`.
    pub(super) fn other_symbol(&self, iri: &str, found: &str, asked: &mut Asked) -> Option<String> {
        Found::new(self, found).unless_settled(Question::SYMBOL, || {
            let symbol = match self.select(iri, Wanted::Name, false, asked) {
                Some(term) => Cow::Borrowed(&**term),
                None => self.shortened(iri, asked),
            };
            Some(symbol).filter(|symbol| *symbol != found).map(Cow::into_owned)
        })
    }

    /// How a type that is written as `found` should be written, if otherwise.
    ///
    /// Open Badges gives one IRI to the class `Criteria` and the property
    /// `criteria`, and compaction would choose the property. A type is asked to
    /// be a class's term: one that coerces nothing.
    pub(super) fn other_type(
        &self,
        iri: &str,
        found: Found<'_>,
        asked: &mut Asked,
    ) -> Option<String> {
        found.unless_settled(Question::TYPE, || self.type_name(iri, found.name, asked))
    }

    fn type_name(&self, iri: &str, found: &str, asked: &mut Asked) -> Option<String> {
        let all = self.inverse().terms.get(iri).map_or(&[][..], |terms| terms);
        asked.0 += all.len();
        let is_class = |term: &&Arc<str>| {
            self.term(term).is_some_and(|definition| definition.coercion.is_none())
        };
        let mut classes = all.iter().filter(is_class).peekable();
        let (fine, best) = match (classes.peek(), all.first()) {
            (Some(&class), _) => (classes.any(|term| **term == *found), Cow::Borrowed(&**class)),
            (None, Some(first)) => {
                (all.iter().any(|term| **term == *found), Cow::Borrowed(&**first))
            }
            (None, None) => {
                let best = self.shortened(iri, asked);
                (best == found, best)
            }
        };
        (!fine).then(|| best.into_owned())
    }

    /// Term selection over the inverse context.
    fn select(
        &self,
        iri: &str,
        wanted: Wanted<'_>,
        in_list: bool,
        asked: &mut Asked,
    ) -> Option<&Arc<str>> {
        let terms = self.inverse().terms.get(iri)?;
        let preferences: &[u8] = match wanted {
            Wanted::Any => &[2],
            Wanted::Node | Wanted::Graph | Wanted::Symbol => &[0, 1, 2],
            _ => &[0, 2],
        };
        for container in containers(wanted, in_list) {
            for preference in preferences {
                asked.0 += terms.len();
                let found = terms.iter().find(|term| {
                    self.term(term).is_some_and(|definition| {
                        definition.container == *container
                            && self.fits(definition, wanted, *preference)
                    })
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// Whether a definition stands in the inverse context under the preferred
    /// (0), the next best (1) or the `@none` (2) entry for what is wanted.
    fn fits(&self, definition: &Definition, wanted: Wanted<'_>, preference: u8) -> bool {
        if definition.reverse {
            return false;
        }
        if matches!(wanted, Wanted::Any) || definition.coercion == Some(Coercion::None) {
            return preference == 2;
        }
        let coercion = definition.coercion.as_ref();
        let untagged = coercion.is_none() && definition.language.is_none();
        if preference == 2 {
            return untagged;
        }
        match wanted {
            Wanted::Datatype(datatype) => {
                matches!(coercion, Some(Coercion::Datatype(d)) if **d == *datatype)
            }
            Wanted::Json => coercion == Some(&Coercion::Json),
            Wanted::Language(tag) => match &definition.language {
                Some(own) => own.as_deref() == Some(tag),
                None => untagged && self.language.as_deref() == Some(tag),
            },
            Wanted::Plain => definition.language == Some(None),
            Wanted::Symbol => {
                let best = if preference == 0 { Coercion::Vocab } else { Coercion::Id };
                coercion == Some(&best)
            }
            Wanted::Node | Wanted::Graph | Wanted::Name => {
                let best = if preference == 0 { Coercion::Id } else { Coercion::Vocab };
                coercion == Some(&best)
            }
            Wanted::Directed | Wanted::Any => false,
        }
    }

    /// An IRI without a term: after `@vocab`, as a compact IRI, or in full.
    fn shortened<'i>(&self, iri: &'i str, asked: &mut Asked) -> Cow<'i, str> {
        let suffix = self.vocab.as_deref().and_then(|vocab| iri.strip_prefix(vocab));
        if let Some(suffix) = suffix.filter(|s| !s.is_empty() && !self.terms.contains_key(*s)) {
            return Cow::Borrowed(suffix);
        }
        let mut best: Option<(isize, String)> = None;
        for pair @ (namespace, prefix) in &self.inverse().prefixes {
            if best.as_ref().is_some_and(|(shortest, _)| growth(pair) > *shortest) {
                break;
            }
            asked.0 += 1 + namespace.len() / 256;
            let suffix = iri.strip_prefix(&**namespace).filter(|suffix| !suffix.is_empty());
            let Some(suffix) = suffix else { continue };
            asked.0 += 1 + suffix.len() / 256;
            let compact = format!("{prefix}:{suffix}");
            let better = best.as_ref().is_none_or(|(_, best)| compact < *best);
            if better && !self.terms.contains_key(compact.as_str()) {
                best = Some((growth(pair), compact));
            }
        }
        best.map_or(Cow::Borrowed(iri), |(_, compact)| Cow::Owned(compact))
    }
}

/// The containers that compaction tries, in its order.
fn containers(wanted: Wanted<'_>, in_list: bool) -> &'static [Container] {
    const NONE: Container = Container::NONE;
    const SET: Container = Container::SET;
    const INDEX: Container = Container::INDEX;
    const INDEX_SET: Container = INDEX.with(SET);
    const LANGUAGE: Container = Container::LANGUAGE;
    const LANGUAGE_SET: Container = LANGUAGE.with(SET);
    const ID: Container = Container::ID;
    const ID_SET: Container = ID.with(SET);
    const TYPE: Container = Container::TYPE;
    const TYPE_SET: Container = TYPE.with(SET);
    const GRAPH: Container = Container::GRAPH;
    const GRAPH_SET: Container = GRAPH.with(SET);
    const GRAPH_INDEX: Container = GRAPH.with(INDEX);
    const GRAPH_INDEX_SET: Container = GRAPH_INDEX.with(SET);
    const GRAPH_ID: Container = GRAPH.with(ID);
    const GRAPH_ID_SET: Container = GRAPH_ID.with(SET);
    if in_list {
        return &[Container::LIST, NONE];
    }
    match wanted {
        Wanted::Graph => &[
            GRAPH,
            GRAPH_SET,
            SET,
            GRAPH_INDEX,
            GRAPH_INDEX_SET,
            GRAPH_ID,
            GRAPH_ID_SET,
            INDEX,
            INDEX_SET,
            NONE,
        ],
        Wanted::Node | Wanted::Symbol | Wanted::Name => {
            &[ID, ID_SET, TYPE, TYPE_SET, SET, NONE, INDEX, INDEX_SET]
        }
        Wanted::Language(_) | Wanted::Directed => {
            &[LANGUAGE, LANGUAGE_SET, SET, NONE, INDEX, INDEX_SET]
        }
        Wanted::Plain => &[SET, NONE, INDEX, INDEX_SET, LANGUAGE, LANGUAGE_SET],
        Wanted::Datatype(_) | Wanted::Json | Wanted::Any => &[SET, NONE, INDEX, INDEX_SET],
    }
}
