//! RDF quads, with every term held once.
//!
//! Spec: <https://www.w3.org/TR/rdf11-concepts/#section-dataset>, and the
//! canonical form of terms in <https://www.w3.org/TR/rdf-canon/#canonical-quads>.
//! Invariant: a named term is kept as its canonical N-Quads text, so that
//! writing a quad is joining strings; no quad stands twice.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};

use super::canon::{self, HashAlgorithm, TooComplex, Work};
use super::context::Entry;
use super::deviation::Deviation;
use super::places::Place;
use super::quote::quote;

pub(super) use super::quad::{Quad, Term, TermKind};

pub(super) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
pub(super) const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
pub(super) const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
pub(super) const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
pub(super) const RDF_LANG_STRING: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
pub(super) const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
pub(super) const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
pub(super) const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
pub(super) const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
pub(super) const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";

/// How much N-Quads a document may become. A long id stands once in the JSON,
/// and once for each of its members in N-Quads.
pub(super) const MAX_BYTES: usize = 16 << 20;

/// The RDF dataset that a document says.
#[derive(Debug)]
pub struct Dataset {
    quads: Vec<Quad>,
    names: Names,
    places: Vec<(u32, Place)>,
    blanks: u32,
    deviation: Option<Deviation>,
    /// Of the verification that it is part of.
    work: Option<Arc<Work>>,
}

impl Dataset {
    /// The canonical N-Quads of RDFC-1.0. The work is counted: a graph made to
    /// be slow ends in [`TooComplex`].
    pub fn canonicalize(&self, hash: HashAlgorithm) -> Result<String, TooComplex> {
        canon::canonicalize(self, hash, self.work.as_deref())
    }

    /// The same, paid for from the work of a verification.
    pub(super) fn at_cost_of(self, work: Option<&Arc<Work>>) -> Self {
        Self { work: work.cloned(), ..self }
    }

    /// Where the document first differs from its own compacted form, if it does.
    pub fn deviation(&self) -> Option<&Deviation> {
        self.deviation.as_ref()
    }

    /// How many distinct quads there are.
    pub fn len(&self) -> usize {
        self.quads.len()
    }

    pub fn is_empty(&self) -> bool {
        self.quads.is_empty()
    }

    /// Where names stand among each other, as far as it is known.
    pub(super) fn places(&self) -> &[(u32, Place)] {
        &self.places
    }

    pub(super) fn quads(&self) -> &[Quad] {
        &self.quads
    }

    pub(super) fn blanks(&self) -> u32 {
        self.blanks
    }

    /// How many named terms there are; they are numbered from 0.
    pub(super) fn name_count(&self) -> usize {
        self.names.count()
    }

    /// The N-Quads text of a named term.
    #[inline]
    pub(super) fn name(&self, name: u32) -> &str {
        self.names.get(name)
    }

    /// The N-Quads text of a named term, and a space.
    #[inline]
    pub(super) fn spaced(&self, name: u32) -> &str {
        self.names.spaced(name)
    }

    /// How long all names are together.
    pub(super) fn name_bytes(&self) -> usize {
        self.names.text.len()
    }
}

/// The texts of named terms, one after the other, each with a space after it.
#[derive(Debug)]
struct Names {
    text: String,
    /// Where each of them starts, and where the last one ends.
    bounds: Vec<u32>,
}

impl Names {
    fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    #[inline]
    fn get(&self, name: u32) -> &str {
        let at = name as usize;
        &self.text[self.bounds[at] as usize..self.bounds[at + 1] as usize - 1]
    }

    /// The same and the space after it, as N-Quads need it.
    #[inline]
    fn spaced(&self, name: u32) -> &str {
        let at = name as usize;
        &self.text[self.bounds[at] as usize..self.bounds[at + 1] as usize]
    }
}

/// Why what was gathered is no dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Writing it would take more than [`MAX_BYTES`].
    TooLong,
    /// Processors write it differently.
    Ambiguous(&'static str),
}

/// How many IRIs are remembered by the number of their definition.
const RECENT: usize = 128;

/// A dataset in the making.
#[derive(Debug)]
pub(super) struct Builder {
    quads: Vec<Quad>,
    /// The terms of definitions, by their numbers.
    recent: [Option<(u64, Term)>; RECENT],
    rdf_type: Option<Term>,
    names: Names,
    places: Vec<(u32, Place)>,
    /// The length of the longest name.
    longest: usize,
    /// The numbers of the names, by the hashes of their texts.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    labels: HashMap<String, u32>,
    blanks: u32,
    /// The names alone take more than [`MAX_BYTES`].
    full: bool,
    /// What processors would write differently.
    ambiguity: Option<&'static str>,
    /// How literals were spelled, where one may be spelled in several ways.
    spellings: Vec<(u32, Spelling)>,
    /// The objects of quads that were said again.
    doubled: Vec<u32>,
}

/// How a document writes a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spelling {
    /// As a number or a boolean of JSON.
    Native,
    /// As a string with a datatype.
    Typed,
    /// With what RDF does not keep: an index, or capitals in a language tag.
    More,
}

impl Builder {
    /// With room for what a document of so many values usually says.
    pub(super) fn with_room(values: usize) -> Self {
        let names = values + 8;
        let mut bounds = Vec::with_capacity(names);
        bounds.push(0);
        Builder {
            quads: Vec::with_capacity(values * 2 / 3 + 8),
            recent: [None; RECENT],
            rdf_type: None,
            names: Names { text: String::with_capacity(40 * names), bounds },
            places: Vec::with_capacity(names / 2),
            longest: 0,
            index: HashTable::with_capacity(names),
            hasher: DefaultHashBuilder::default(),
            labels: HashMap::new(),
            blanks: 0,
            full: false,
            ambiguity: None,
            spellings: Vec::with_capacity(16),
            doubled: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn add(&mut self, quad: Quad) {
        self.quads.push(quad);
    }

    /// Notes how a literal was written.
    pub(super) fn spelled(&mut self, term: Term, spelling: Spelling) {
        if let TermKind::Named(name) = term.kind() {
            self.spellings.push((name, spelling));
        }
    }

    /// Something that processors write differently, where there is such a thing.
    fn ambiguity(&mut self) -> Option<&'static str> {
        if self.ambiguity.is_some() {
            return self.ambiguity;
        }
        if !self.doubled.is_empty() {
            // Each is looked up once, and found without a walk over all.
            self.doubled.sort_unstable();
            self.doubled.dedup();
            self.spellings.sort_unstable();
        }
        // Some compare JSON to find what is said again, and write both lines.
        if self.doubled.iter().any(|&name| self.is_spelled_in_ways(name)) {
            return Some("a value that is said twice in two ways");
        }
        self.sorts_in_ways().then_some("what sorts by UTF-16 otherwise than by code points")
    }

    /// The spellings are sorted.
    fn is_spelled_in_ways(&self, name: u32) -> bool {
        let text = self.names.get(name);
        if !text.starts_with('"') {
            return text[1..text.len() - 1] == *RDF_NIL;
        }
        let has = |spelling| self.spellings.binary_search(&(name, spelling)).is_ok();
        let whole = text.ends_with("#JSON>") || text.contains("^^<https://www.w3.org/ns/i18n#");
        whole || has(Spelling::More) || (has(Spelling::Native) && has(Spelling::Typed))
    }

    /// Whether sorting by UTF-16 gives another order than by code points, as is
    /// specified: some do that, and it changes what is hashed.
    fn sorts_in_ways(&self) -> bool {
        let text = self.names.text.as_bytes();
        // Looks at all of them, since that is faster than stopping at the first.
        if !text.iter().fold(false, |wide, byte| wide | (*byte >= 0xF0)) {
            return false;
        }
        let mut names: Vec<&str> =
            (0..index(self.names.count())).map(|name| self.names.spaced(name)).collect();
        names.sort_unstable();
        !names.is_sorted_by(|a, b| a.encode_utf16().le(b.encode_utf16()))
    }

    /// The names alone take more than is ever written: nothing comes of what is added now.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn fresh_blank(&mut self) -> Term {
        self.blanks += 1;
        Term::blank(self.blanks - 1)
    }

    /// An absolute IRI or a blank node label (`_:…`), as the document wrote it.
    pub(super) fn resource(&mut self, id: &str) -> Term {
        match id.strip_prefix("_:") {
            None => self.iri(id),
            Some(label) => match self.labels.get(label) {
                Some(&number) => Term::blank(number),
                None => {
                    let term = self.fresh_blank();
                    self.labels.insert(label.to_owned(), self.blanks - 1);
                    term
                }
            },
        }
    }

    pub(super) fn iri(&mut self, iri: &str) -> Term {
        self.intern(|text| {
            text.push('<');
            text.push_str(iri);
            text.push('>');
        })
    }

    /// The IRI of a definition, which comes again with the same number.
    #[inline]
    pub(super) fn defined(&mut self, entry: &Entry, iri: &str) -> Term {
        let slot = entry.number as usize % RECENT;
        match self.recent[slot] {
            Some((same, term)) if same == entry.number => term,
            _ => {
                let term = self.iri(iri);
                self.recent[slot] = Some((entry.number, term));
                if let (Some(place), TermKind::Named(name)) = (entry.place, term.kind()) {
                    self.places.push((name, place));
                }
                term
            }
        }
    }

    pub(super) fn rdf_type(&mut self) -> Term {
        let term = self.rdf_type.unwrap_or_else(|| self.iri(RDF_TYPE));
        self.rdf_type = Some(term);
        term
    }

    /// A string without a language.
    pub(super) fn string(&mut self, value: &str) -> Term {
        let mut odd = false;
        let term = self.intern(|text| odd = quote(value, text));
        self.note(odd);
        term
    }

    pub(super) fn literal(&mut self, value: &str, datatype: &str) -> Term {
        if datatype == XSD_STRING {
            return self.string(value);
        }
        let mut odd = false;
        let term = self.intern(|text| {
            odd = quote(value, text);
            text.push_str("^^<");
            text.push_str(datatype);
            text.push('>');
        });
        self.note(odd);
        term
    }

    pub(super) fn tagged(&mut self, value: &str, language: &str) -> Term {
        let mut odd = false;
        let term = self.intern(|text| {
            odd = quote(value, text);
            text.push('@');
            text.push_str(language);
        });
        self.note(odd);
        term
    }

    pub(super) fn finish(mut self, deviation: Option<Deviation>) -> Result<Dataset, Refused> {
        // Two equal quads are one, and must be so before any of them is hashed.
        let mut seen = HashSet::with_capacity_and_hasher(self.quads.len(), self.hasher.clone());
        let doubled = &mut self.doubled;
        self.quads.retain(|quad| {
            let new = seen.insert(*quad);
            if !new && let TermKind::Named(object) = quad.object.kind() {
                doubled.push(object);
            }
            new
        });
        if let Some(what) = self.ambiguity() {
            return Err(Refused::Ambiguous(what));
        }
        let length = |term: Term| match term.kind() {
            TermKind::Named(name) => self.names.get(name).len(),
            TermKind::Blank(_) => 0,
        };
        let line = |quad: &Quad| {
            let graph = quad.graph.map_or(0, length);
            length(quad.subject) + length(quad.predicate) + length(quad.object) + graph
        };
        let surely = self.quads.len() * 4 * self.longest <= MAX_BYTES;
        let fits =
            !self.full && (surely || self.quads.iter().map(line).sum::<usize>() <= MAX_BYTES);
        if !fits {
            return Err(Refused::TooLong);
        }
        let Builder { quads, names, places, blanks, .. } = self;
        Ok(Dataset { quads, names, places, blanks, deviation, work: None })
    }

    /// Whether a literal is written in ways.
    fn note(&mut self, odd: bool) {
        if odd {
            self.ambiguity = Some("the character U+FFFE or U+FFFF");
        }
    }

    /// The term with the text that `write` appends.
    fn intern(&mut self, write: impl FnOnce(&mut String)) -> Term {
        let text = &mut self.names.text;
        let start = text.len();
        write(text);
        if text.len() > MAX_BYTES {
            self.full = true;
            text.truncate(start);
            return Term::named(0);
        }
        let key = hash(&self.hasher, &text[start..]);
        let names = &self.names;
        let same = |number: &u32| names.get(*number) == &names.text[start..];
        if let Some(&number) = self.index.find(key, same) {
            self.names.text.truncate(start);
            return Term::named(number);
        }
        self.longest = self.longest.max(self.names.text.len() - start);
        self.names.text.push(' ');
        let number = index(self.names.count());
        self.names.bounds.push(index(self.names.text.len()));
        let (names, hasher) = (&self.names, &self.hasher);
        self.index.insert_unique(key, number, |number| hash(hasher, names.get(*number)));
        Term::named(number)
    }
}

/// Of the bytes alone: there is no text after them that they could run into.
fn hash(hasher: &DefaultHashBuilder, text: &str) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("no text is longer than MAX_BYTES")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_text_than_is_ever_written_out_ends_the_building() {
        let mut builder = Builder::with_room(0);
        let long = "x".repeat(MAX_BYTES / 4);
        for n in 0..5 {
            builder.literal(&format!("{n}{long}"), XSD_STRING);
        }
        assert_eq!(builder.finish(None).err(), Some(Refused::TooLong));
    }

    #[test]
    fn equal_terms_and_equal_quads_are_held_once() {
        let mut builder = Builder::with_room(0);
        let subject = builder.resource("_:x");
        let predicate = builder.iri("http://a.example/p");
        let object = builder.literal("1", XSD_STRING);
        let quad = Quad { subject, predicate, object, graph: None };
        builder.add(quad);
        let again = builder.resource("_:x");
        builder.add(Quad { subject: again, ..quad });
        assert_eq!(builder.literal("1", XSD_STRING), object);
        assert_eq!(builder.finish(None).unwrap().len(), 1);
    }
}
