//! Maps: language, index, id and type containers.
//!
//! Spec: steps 13.7 and 13.8 of <https://www.w3.org/TR/json-ld11-api/#expansion-algorithm>.

use std::sync::Arc;

use super::context::{Active, Container, Context, Definition};
use super::dataset::{Spelling, Term};
use super::emit::Node;
use super::error::Error;
use super::expand::{Expander, Place};
use super::iri;
use super::item::{Item, Kind, Shape};
use super::process::Mode;
use crate::model::json::{Object, Value};

/// What an object is given from outside.
#[derive(Debug, Clone, Default)]
pub(super) struct Preset {
    /// The key of an id map, unless the object has an `@id`.
    pub(super) id: Option<Term>,
}

impl Container {
    /// Whether an object under this container is a map.
    pub(super) fn is_map(self) -> bool {
        [Container::LANGUAGE, Container::INDEX, Container::ID, Container::TYPE]
            .into_iter()
            .any(|map| self.has(map))
    }
}

impl<'c, 'd> Expander<'c, 'd> {
    pub(super) fn map(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        definition: &Definition,
        map: &'d Object<'_>,
    ) -> Result<Vec<Item>, Error> {
        let container = definition.container;
        if container.has(Container::LANGUAGE) {
            return self.language_map(active, definition, map);
        }
        // By the specification the type's context ends here; some let it reach in.
        if container.has(Container::ID) && active.before().is_some() {
            return Err(self.unsupported("an id map under the context of a type"));
        }
        // One processor lets the context of one key reach into the next.
        let scoped = |key: &str| active.term(key).is_some_and(|d| d.context.is_some());
        if container.has(Container::TYPE) && map.len() > 1 && map.iter().any(|(key, _)| scoped(key))
        {
            return Err(self.unsupported("a type map of several types with contexts"));
        }
        let mut items = Vec::new();
        for (key, value) in map.iter() {
            let inner = self.within(key, |this| {
                if container.has(Container::GRAPH) && definition.index.is_some() {
                    Err(this.unsupported("a property index of graphs"))
                } else if container.has(Container::GRAPH) {
                    this.graph_entry(active, place, container, key, value)
                } else if container.has(Container::ID) {
                    this.id_entry(active, place, key, value)
                } else if container.has(Container::TYPE) {
                    this.type_entry(active, place, key, value)
                } else {
                    this.index_entry(active, place, definition, key, value)
                }
            })?;
            items.extend(inner);
        }
        Ok(items)
    }

    fn language_map(
        &mut self,
        active: &Context,
        definition: &Definition,
        map: &'d Object<'_>,
    ) -> Result<Vec<Item>, Error> {
        if definition.context.is_some() {
            return Err(self.unsupported("a scoped context for a language map"));
        }
        if definition.direction.unwrap_or(active.direction).is_some() {
            return Err(Error::Direction { pointer: self.pointer() });
        }
        let mut items = Vec::new();
        for (key, value) in map.iter() {
            let none = active.expand_vocab(key).as_deref() == Some("@none");
            if !none && !iri::is_language_tag(key) {
                let found = key.to_owned();
                return Err(Error::InvalidLanguage { pointer: self.pointer(), found });
            }
            for value in value.items() {
                items.push(match value {
                    Value::Null => {
                        self.deviate("null", || "no null in a language map".to_owned());
                        continue;
                    }
                    Value::String(text) if none => Item::Value {
                        term: self.out.literal(text, super::dataset::XSD_STRING),
                        kind: Kind::Plain,
                    },
                    Value::String(text) => {
                        let tag: Arc<str> = key.to_lowercase().into();
                        Item::Value { term: self.out.tagged(text, &tag), kind: Kind::Language(tag) }
                    }
                    other => return Err(self.invalid("strings in a language map", other)),
                });
            }
        }
        Ok(items)
    }

    fn index_entry(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        definition: &Definition,
        key: &'d str,
        value: &'d Value<'_>,
    ) -> Result<Vec<Item>, Error> {
        let items = self.entry(active, place, value, Preset::default())?;
        let none = active.expand_vocab(key).as_deref() == Some("@none");
        let Some(property) = &definition.index else {
            self.deviate_unless(none, key, || "no key that is not signed".to_owned());
            for item in &items {
                match item {
                    Item::Value { term, .. } => self.out.spelled(*term, Spelling::More),
                    Item::Node { term, .. } if !none => {
                        self.index_node(*term, place.graph, key)?;
                    }
                    Item::Node { .. } | Item::List(_) => {}
                }
            }
            return Ok(items);
        };
        if none {
            return Ok(items);
        }
        if definition.context.is_some() {
            return Err(self.unsupported("a scoped context for a property index"));
        }
        let iri = active
            .expand_vocab(property)
            .filter(|iri| iri::is_absolute(iri) && !iri.starts_with("_:") && iri::is_writable(iri));
        let Some(iri) = iri else {
            return Err(self.unsupported("an index that is not a property"));
        };
        let predicate = self.out.iri(&iri);
        let place = Place { name: Some(property), definition: active.term(property), ..place };
        let key: Value<'_> = Value::String(key.into());
        let object = match self.scalar(active, place, &key)? {
            Item::Node { term, .. } | Item::Value { term, .. } => term,
            Item::List(_) => return Err(self.unsupported("a list as an index")),
        };
        for item in &items {
            let Item::Node { term, .. } = item else {
                return Err(self.unsupported("a property index of values"));
            };
            self.add(Node::new(*term, place.graph), predicate, object);
        }
        Ok(items)
    }

    /// Node map generation: a node has one index in its graph, if any.
    pub(super) fn index_node(
        &mut self,
        node: Term,
        graph: Option<Term>,
        index: &'d str,
    ) -> Result<(), Error> {
        let first = *self.indexes.entry((node, graph)).or_insert(index);
        match first == index {
            true => Ok(()),
            false => Err(self.unsupported("one node under two indexes")),
        }
    }

    fn id_entry(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        key: &'d str,
        value: &'d Value<'_>,
    ) -> Result<Vec<Item>, Error> {
        let id = self.id_key(active, key)?;
        let items = match (value.items(), id) {
            // Several objects without an id would all be this one.
            (items, Some(_)) if items.len() > 1 => {
                return Err(self.unsupported("several objects of one id in an id map"));
            }
            _ => self.entry(active, place, value, Preset { id })?,
        };
        match items.iter().all(|item| matches!(item, Item::Node { .. })) {
            true => Ok(items),
            false => Err(self.invalid("nodes in an id map", value)),
        }
    }

    /// The node that a key of an id map names; `@none` names none.
    fn id_key(&mut self, active: &Context, key: &str) -> Result<Option<Term>, Error> {
        match active.expand_vocab(key).as_deref() {
            Some("@none") => Ok(None),
            _ => self.reference(active, key).map(Some),
        }
    }

    fn type_entry(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        key: &'d str,
        value: &'d Value<'_>,
    ) -> Result<Vec<Item>, Error> {
        let base = active.before().unwrap_or_else(|| active.clone());
        let mut scoped = base.clone();
        if let Some(Definition { context: Some(context), known, .. }) = base.term(key) {
            let mode = Mode { propagate: false, override_protected: false, known: *known };
            scoped = self.process(&base, context, mode)?;
        }
        let object = match base.expand_vocab(key).as_deref() {
            Some("@none") => None,
            _ => Some(self.type_term(&base, key)?),
        };
        let items = self.entry(&scoped, place, value, Preset::default())?;
        for item in &items {
            let Item::Node { term, .. } = item else {
                return Err(self.invalid("nodes in a type map", value));
            };
            if let Some(object) = object {
                let predicate = self.out.rdf_type();
                self.add(Node::new(*term, place.graph), predicate, object);
            }
        }
        Ok(items)
    }

    /// An entry of a map of graphs, by index or by id.
    fn graph_entry(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        container: Container,
        key: &'d str,
        value: &'d Value<'_>,
    ) -> Result<Vec<Item>, Error> {
        let by_id = container.has(Container::ID);
        let id = if by_id { self.id_key(active, key)? } else { None };
        if !by_id {
            self.deviate(key, || "no key that is not signed".to_owned());
        }
        let mut graphs = Vec::new();
        for element in value.items() {
            let term = id.unwrap_or_else(|| self.out.fresh_blank());
            let has_graph = element.as_object().is_some_and(|object| {
                object.iter().any(|(n, _)| active.expand_vocab(n).as_deref() == Some("@graph"))
            });
            if has_graph {
                return Err(self.unsupported("@graph inside a map of graphs"));
            }
            let place = Place { graph: Some(term), ..place };
            let items = self.entry(active, place, element, Preset::default())?;
            self.refuse_free(&items)?;
            match items.len() {
                0 => continue,
                1 => {}
                _ => return Err(self.unsupported("a set or array as one graph")),
            }
            graphs.push(Item::Node { term, shape: Shape::Full });
        }
        Ok(graphs)
    }

    fn entry(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        value: &'d Value<'_>,
        preset: Preset,
    ) -> Result<Vec<Item>, Error> {
        let place = Place { in_map: true, ..place };
        let items = self.element(active, place, value, preset)?;
        if items.is_none() {
            self.deviate("null", || "no null in a map".to_owned());
        }
        Ok(items.map(Vec::from).unwrap_or_default())
    }
}
