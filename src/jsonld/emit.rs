//! What a node says, as quads.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#deserialize-json-ld-to-rdf-algorithm>,
//! <https://www.w3.org/TR/json-ld11-api/#list-to-rdf-conversion>. Invariant: a
//! quad is written where its subject, its object and its graph are known, so
//! there is no map of nodes in between.

use super::dataset::{Quad, RDF_FIRST, RDF_NIL, RDF_REST, Term};
use super::error::Error;
use super::expand::Expander;
use super::item::{Item, Items};
use crate::model::json::Value;

/// The node that members are added to.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) term: Term,
    pub(super) graph: Option<Term>,
    /// Inside `@reverse`.
    pub(super) reversed: bool,
}

impl Node {
    pub(super) fn new(term: Term, graph: Option<Term>) -> Self {
        Node { term, graph, reversed: false }
    }
}

impl Expander<'_, '_> {
    /// The quads of one property.
    pub(super) fn emit(
        &mut self,
        node: Node,
        predicate: Term,
        items: Items,
        reverse: bool,
        value: &Value<'_>,
    ) -> Result<(), Error> {
        let mut emit = |item| {
            match item {
                Item::Node { term, .. } if reverse => {
                    self.deviate("a reversed property", || "the property itself".to_owned());
                    self.add(Node { term, ..node }, predicate, node.term);
                }
                Item::Value { .. } | Item::List(_) if reverse || node.reversed => {
                    return Err(self.invalid("nodes in a reversed property", value));
                }
                item => {
                    let object = self.object_term(item, node.graph);
                    self.add(node, predicate, object);
                }
            }
            Ok(())
        };
        match items {
            Items::One(item) => emit(item),
            Items::Many(items) => items.into_iter().try_for_each(emit),
        }
    }

    pub(super) fn add(&mut self, node: Node, predicate: Term, object: Term) {
        self.out.add(Quad { subject: node.term, predicate, object, graph: node.graph });
    }

    /// The term of an item; the quads of a list are written here.
    fn object_term(&mut self, item: Item, graph: Option<Term>) -> Term {
        let items = match item {
            Item::Node { term, .. } | Item::Value { term, .. } => return term,
            Item::List(items) => items,
        };
        let mut rest = self.out.iri(RDF_NIL);
        let (first, next) = (self.out.iri(RDF_FIRST), self.out.iri(RDF_REST));
        for item in items.into_iter().rev() {
            let object = self.object_term(item, graph);
            let cell = Node::new(self.out.fresh_blank(), graph);
            self.add(cell, first, object);
            self.add(cell, next, rest);
            rest = cell.term;
        }
        rest
    }
}
