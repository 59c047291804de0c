//! RDF quads, with every term held once.
//!
//! Spec: <https://www.w3.org/TR/rdf11-concepts/#section-dataset>, and the
//! canonical form of terms in <https://www.w3.org/TR/rdf-canon/#canonical-quads>.
//! Invariant: a named term is kept as its canonical N-Quads text, so that
//! writing a quad is joining strings; no quad stands twice.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::canon::{self, HashAlgorithm, TooComplex};
use super::deviation::Deviation;

pub(super) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
pub(super) const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
pub(super) const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
pub(super) const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
pub(super) const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
pub(super) const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
pub(super) const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
pub(super) const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
pub(super) const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";

/// How much N-Quads a document may become. A long id stands once in the JSON,
/// and once for each of its members in N-Quads.
const MAX_BYTES: usize = 16 << 20;

/// The RDF dataset that a document says.
#[derive(Debug)]
pub struct Dataset {
    quads: Vec<Quad>,
    names: Vec<Arc<str>>,
    blanks: u32,
    deviation: Option<Deviation>,
}

impl Dataset {
    /// The canonical N-Quads of RDFC-1.0. The work is counted: a graph made to
    /// be slow ends in [`TooComplex`].
    pub fn canonicalize(&self, hash: HashAlgorithm) -> Result<String, TooComplex> {
        canon::canonicalize(self, hash)
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

    pub(super) fn quads(&self) -> &[Quad] {
        &self.quads
    }

    pub(super) fn blanks(&self) -> u32 {
        self.blanks
    }

    /// The N-Quads text of a named term.
    pub(super) fn name(&self, term: Term) -> &str {
        match term {
            Term::Named(index) => &self.names[index as usize],
            Term::Blank(_) => unreachable!("a blank node has no text of its own"),
        }
    }
}

/// A term of one dataset: an index into its names, or a blank node's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Term {
    Named(u32),
    Blank(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Quad {
    pub(super) subject: Term,
    pub(super) predicate: Term,
    pub(super) object: Term,
    /// `None` is the default graph.
    pub(super) graph: Option<Term>,
}

/// A dataset in the making.
#[derive(Debug, Default)]
pub(super) struct Builder {
    quads: Vec<Quad>,
    seen: HashSet<Quad>,
    names: Vec<Arc<str>>,
    index: HashMap<Arc<str>, u32>,
    labels: HashMap<String, u32>,
    blanks: u32,
}

impl Builder {
    pub(super) fn add(&mut self, quad: Quad) {
        // Two equal quads are one, and must be so before any of them is hashed.
        if self.seen.insert(quad) {
            self.quads.push(quad);
        }
    }

    pub(super) fn fresh_blank(&mut self) -> Term {
        self.blanks += 1;
        Term::Blank(self.blanks - 1)
    }

    /// An absolute IRI or a blank node label (`_:…`), as the document wrote it.
    pub(super) fn resource(&mut self, id: &str) -> Term {
        match id.strip_prefix("_:") {
            None => self.iri(id),
            Some(label) => match self.labels.get(label) {
                Some(&number) => Term::Blank(number),
                None => {
                    let term = self.fresh_blank();
                    self.labels.insert(label.to_owned(), self.blanks - 1);
                    term
                }
            },
        }
    }

    pub(super) fn iri(&mut self, iri: &str) -> Term {
        self.intern(format!("<{iri}>"))
    }

    pub(super) fn literal(&mut self, value: &str, datatype: &str) -> Term {
        let mut text = quoted(value);
        if datatype != XSD_STRING {
            let _infallible = write!(text, "^^<{datatype}>");
        }
        self.intern(text)
    }

    pub(super) fn tagged(&mut self, value: &str, language: &str) -> Term {
        let mut text = quoted(value);
        let _infallible = write!(text, "@{language}");
        self.intern(text)
    }

    /// `None` where writing the dataset would take more than [`MAX_BYTES`].
    pub(super) fn finish(self, deviation: Option<Deviation>) -> Option<Dataset> {
        let length = |term: Term| match term {
            Term::Named(index) => self.names[index as usize].len(),
            Term::Blank(_) => 0,
        };
        let line = |quad: &Quad| {
            let graph = quad.graph.map_or(0, length);
            length(quad.subject) + length(quad.predicate) + length(quad.object) + graph
        };
        let bytes: usize = self.quads.iter().map(line).sum();
        (bytes <= MAX_BYTES).then_some(Dataset {
            quads: self.quads,
            names: self.names,
            blanks: self.blanks,
            deviation,
        })
    }

    fn intern(&mut self, text: String) -> Term {
        if let Some(&number) = self.index.get(text.as_str()) {
            return Term::Named(number);
        }
        let number =
            u32::try_from(self.names.len()).expect("a document has fewer terms than bytes");
        let text: Arc<str> = text.into();
        self.names.push(text.clone());
        self.index.insert(text, number);
        Term::Named(number)
    }
}

/// A string as a canonical N-Quads literal.
fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                let _infallible = write!(text, "\\u{:04X}", c as u32);
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_escaped_as_canonical_n_quads_are() {
        assert_eq!(quoted("a\"b\\c\n\t\u{0}\u{7f}é🍎"), "\"a\\\"b\\\\c\\n\\t\\u0000\\u007Fé🍎\"");
    }

    #[test]
    fn equal_terms_and_equal_quads_are_held_once() {
        let mut builder = Builder::default();
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
