//! Whether a property stands where, and is named as, a reader expects it.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#iri-compaction>. Invariant: what
//! compaction would name or place otherwise is noted as a deviation.

use super::context::{Coercion, Container, Context, Entry};
use super::deviation::{Asked, Wanted};
use super::emit::Node;
use super::expand::Expander;
use super::item::{Item, Kind, Shape};

/// The namespace of what a credential says of itself.
const CREDENTIALS: &str = "https://www.w3.org/2018/credentials#";

impl Expander<'_, '_> {
    /// What a credential says of itself stands at its top. Wherever its id is
    /// repeated, `credentialStatus` would say the same in RDF, and no reader
    /// would look for it there.
    pub(super) fn compare_subject(&mut self, node: Node, name: &str, iri: &str) {
        let elsewhere = self.root == Some(node.term) && node.graph.is_none() && !self.is_member();
        if elsewhere && iri.starts_with(CREDENTIALS) {
            self.deviate(name, || "this member at the top of the document".to_owned());
        }
    }

    /// Whether compaction would give the member this name, for each item.
    pub(super) fn compare_name(
        &mut self,
        active: &Context,
        member: Named<'_>,
        items: &[Item],
        container: Container,
    ) {
        let in_graph = container.has(Container::GRAPH);
        for item in items {
            self.deviate_to(member.name, |asked| match item {
                Item::List(inner) => {
                    let mut wanted = inner.iter().map(|item| member.wanted(item, false));
                    let first = wanted.next().unwrap_or(Wanted::Any);
                    let common = if wanted.all(|w| w == first) { first } else { Wanted::Any };
                    member.other_name(active, (common, true), asked)
                }
                item => {
                    let wanted = member.wanted(item, in_graph);
                    member.other_name(active, (wanted, false), asked)
                }
            });
        }
    }

    /// Notes where compaction has another name for what is `found`. Only the
    /// first deviation counts, so behind it there is nothing to ask.
    pub(super) fn deviate_to(
        &mut self,
        found: &str,
        other: impl FnOnce(&mut Asked) -> Option<String>,
    ) {
        if self.deviation.is_none()
            && !self.asked.too_much()
            && let Some(expected) = other(&mut self.asked)
        {
            self.deviate(found, || expected);
        }
    }
}

/// A property as the document names it.
#[derive(Clone, Copy)]
pub(super) struct Named<'m> {
    pub(super) name: &'m str,
    pub(super) iri: &'m str,
    pub(super) entry: Option<&'m Entry>,
}

impl<'m> Named<'m> {
    /// How compaction would name it otherwise.
    fn other_name(
        self,
        active: &Context,
        wanted: (Wanted<'_>, bool),
        asked: &mut Asked,
    ) -> Option<String> {
        match self.entry {
            Some(entry) => active.other_term(entry, self.name, wanted, asked),
            None => active.other_name(self.iri, self.name, wanted, asked),
        }
    }

    /// What compaction would look for a name of.
    fn wanted<'i>(self, item: &'i Item, in_graph: bool) -> Wanted<'i>
    where
        'm: 'i,
    {
        match item {
            Item::Node { .. } if in_graph => Wanted::Graph,
            Item::Node { shape: Shape::Symbol, .. } => Wanted::Symbol,
            Item::Node { .. } => Wanted::Node,
            Item::List(_) => Wanted::Any,
            Item::Value { kind, .. } => match kind {
                Kind::Plain => Wanted::Plain,
                Kind::Json => Wanted::Json,
                Kind::Coerced => match self.entry.and_then(|e| e.definition.coercion.as_ref()) {
                    Some(Coercion::Datatype(own)) => Wanted::Datatype(own),
                    _ => Wanted::Any,
                },
                Kind::Datatype(datatype) => Wanted::Datatype(datatype),
                Kind::Language(tag) => Wanted::Language(tag),
                Kind::Directed => Wanted::Directed,
            },
        }
    }
}
