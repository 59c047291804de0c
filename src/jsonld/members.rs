//! The members of an object: what their names mean, and nodes.
//!
//! Spec: steps 11 to 20 of <https://www.w3.org/TR/json-ld11-api/#expansion-algorithm>.

use std::borrow::Cow;

use super::compare::Named;
use super::containers::Preset;
use super::context::{Active, Coercion, Container, Context, Definition, Entry, Role};
use super::dataset::{MAX_BYTES, Term};
use super::deviation::{Found, Sought};
use super::emit::Node;
use super::error::Error;
use super::expand::{Expander, Place};
use super::iri;
use super::item::{Item, Items, Shape};
use super::process::Mode;
use crate::model::json::{Object, Value};

/// A member and what its name means.
pub(super) type Member<'d, 'a, 'm> = (&'d str, &'d Value<'a>, Meaning<'m>);

#[derive(Debug)]
pub(super) enum Meaning<'m> {
    Keyword(&'static str),
    Property(Property<'m>),
}

#[derive(Debug)]
pub(super) struct Property<'m> {
    iri: Cow<'m, str>,
    /// The term, unless the name is a compact or full IRI.
    entry: Option<&'m Entry>,
}

impl Meaning<'_> {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Meaning::Keyword(other) if *other == keyword)
    }
}

impl<'c, 'd> Expander<'c, 'd> {
    /// An object whose own contexts, but for those of its types, are applied.
    pub(super) fn object_in(
        &mut self,
        active: &Active<'c>,
        object: &'d Object<'_>,
        place: Place<'_>,
        preset: Preset,
    ) -> Result<Option<Items>, Error> {
        let type_scoped = active;
        let active = &self.type_scope(active, object)?;
        if !std::ptr::eq::<Context>(&**type_scoped, &**active) {
            self.refuse_shifted(type_scoped, active, object)?;
        }
        let members = self.meanings(active, object)?;
        let has = |keyword| members.iter().any(|(_, _, meaning)| meaning.is(keyword));
        if has("@value") {
            let item = self.value_object(active, type_scoped, &members, place)?;
            return Ok(Some(Items::One(item)));
        }
        if has("@list") || has("@set") {
            return self.list_or_set(active, &members, place, preset);
        }
        self.node(active, type_scoped, &members, place, preset).map(|item| Some(Items::One(item)))
    }

    /// Step 11: the contexts that come with the types of the object.
    fn type_scope(
        &mut self,
        active: &Active<'c>,
        object: &'d Object<'_>,
    ) -> Result<Active<'c>, Error> {
        let mut result = active.clone();
        let type_names = active.names_of(Sought::Type);
        for (name, value) in object.iter() {
            if !type_names.has(name) || self.left_out(name) {
                continue;
            }
            if let [Value::String(only)] = value.items() {
                result = self.scope_of_type(active, result, only)?;
                continue;
            }
            let mut types: Vec<&str> = value.items().iter().filter_map(Value::as_str).collect();
            types.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            for name in types {
                result = self.scope_of_type(active, result, name)?;
            }
        }
        Ok(result)
    }

    /// `result` under the context that comes with one type, if one does.
    fn scope_of_type(
        &mut self,
        active: &Active<'c>,
        result: Active<'c>,
        name: &str,
    ) -> Result<Active<'c>, Error> {
        match active.term(name) {
            Some(Definition { context: Some(scoped), known, .. }) => {
                let mode = Mode { propagate: false, override_protected: false, known: *known };
                self.process(&result, scoped, mode)
            }
            _ => Ok(result),
        }
    }

    /// One processor looks for keywords before the types are known.
    fn refuse_shifted(
        &mut self,
        type_scoped: &Context,
        active: &Context,
        object: &'d Object<'_>,
    ) -> Result<(), Error> {
        if active.has_aliases_of(type_scoped) {
            return Ok(());
        }
        let shifted = |name| active.keyword(name) != type_scoped.keyword(name);
        match object.iter().find(|(name, _)| shifted(name)) {
            Some((name, _)) => self.within(name, |this| {
                Err(this.unsupported("a name that a type's context makes or unmakes a keyword"))
            }),
            None => Ok(()),
        }
    }

    /// What each member's name means; a name that means nothing is an error.
    fn meanings<'a, 'm>(
        &mut self,
        active: &'m Context,
        object: &'d Object<'a>,
    ) -> Result<Vec<Member<'d, 'a, 'm>>, Error>
    where
        'd: 'm,
    {
        let mut members: Vec<Member<'d, 'a, 'm>> = Vec::with_capacity(object.len());
        for (name, value) in object.iter() {
            if self.left_out(name) {
                continue;
            }
            let meaning = match active.usual_keyword(name) {
                Some(keyword) => Meaning::Keyword(keyword),
                None => self.other_meaning(active, name)?,
            };
            if let Meaning::Keyword(keyword) = meaning
                && members.iter().any(|(_, _, other)| other.is(keyword))
            {
                return Err(Error::CollidingKeywords { pointer: self.pointer(), keyword });
            }
            members.push((name, value, meaning));
        }
        Ok(members)
    }

    /// What a name means that is not the usual one of a keyword.
    fn other_meaning<'m>(
        &mut self,
        active: &'m Context,
        name: &'d str,
    ) -> Result<Meaning<'m>, Error>
    where
        'd: 'm,
    {
        let entry = active.entry(name);
        if let Some(Entry { definition, .. }) = entry
            && let (Role::Property, Some(iri)) = (definition.role, definition.iri.as_deref())
        {
            return Ok(Meaning::Property(Property { iri: iri.into(), entry }));
        }
        let meaning = self.within(name, |this| this.meaning(active, name, entry))?;
        if let Meaning::Property(Property { iri: Cow::Owned(iri), .. }) = &meaning {
            self.spell_out(iri)?;
        }
        if let Meaning::Keyword(keyword) = meaning
            && let Some(alias) = active.other_alias(keyword, Found { name, entry })
        {
            self.within(name, |this| this.deviate(name, || alias.to_owned()));
        }
        Ok(meaning)
    }

    /// Counts an IRI that is not written in full: each of a property's is written into a line.
    fn spell_out(&mut self, iri: &str) -> Result<(), Error> {
        self.spelled_out += iri.len();
        if self.spelled_out > MAX_BYTES { Err(Error::TooComplex) } else { Ok(()) }
    }

    fn meaning<'m>(
        &self,
        active: &'m Context,
        name: &'m str,
        entry: Option<&'m Entry>,
    ) -> Result<Meaning<'m>, Error> {
        let undefined = || Error::UndefinedTerm { pointer: self.pointer(), term: name.to_owned() };
        let expanded = active.expand_vocab(name).ok_or_else(undefined)?;
        if let Some(keyword) = iri::keyword(&expanded) {
            return Ok(Meaning::Keyword(keyword));
        }
        // A blank node as a predicate is no RDF.
        if !iri::is_absolute(&expanded) || expanded.starts_with("_:") {
            return Err(undefined());
        }
        if !iri::is_writable(&expanded) {
            let found = expanded.into_owned();
            return Err(Error::InvalidIri { pointer: self.pointer(), found });
        }
        Ok(Meaning::Property(Property { iri: expanded, entry }))
    }

    fn node(
        &mut self,
        active: &Active<'c>,
        type_scoped: &Context,
        members: &[Member<'d, '_, '_>],
        place: Place<'_>,
        preset: Preset,
    ) -> Result<Item, Error> {
        let id = members.iter().find(|(_, _, meaning)| meaning.is("@id"));
        let term = match id {
            Some((name, value, _)) => self.within(name, |this| match value {
                Value::String(text) => this.reference(active, text),
                other => Err(this.invalid("a string as id", other)),
            })?,
            None => preset.id.unwrap_or_else(|| self.out.fresh_blank()),
        };
        if self.is_top() {
            self.root = Some(term);
        }
        let node = Node::new(term, place.graph);
        let mut counted = 0;
        for (name, value, meaning) in members {
            let added = self.within(name, |this| match meaning {
                Meaning::Keyword("@type") => this.types(type_scoped, node, value),
                Meaning::Keyword(keyword) => {
                    this.keyword(active, node, (name, value, keyword), place)
                }
                Meaning::Property(property) => this.property(active, node, name, property, value),
            })?;
            counted += usize::from(added);
        }
        let has_id = id.is_some() || preset.id.is_some();
        let shape = match (counted, has_id) {
            (0, false) => Shape::Empty,
            (0, true) => Shape::Reference,
            _ => Shape::Full,
        };
        Ok(Item::Node { term, shape })
    }

    fn types(
        &mut self,
        type_scoped: &Context,
        node: Node,
        value: &'d Value<'_>,
    ) -> Result<bool, Error> {
        let predicate = self.out.rdf_type();
        for (at, item) in value.items().iter().enumerate() {
            let add = |this: &mut Self| {
                let Value::String(text) = item else {
                    return Err(this.invalid("a string as type", item));
                };
                let object = this.type_term(type_scoped, text)?;
                this.add(node, predicate, object);
                Ok(())
            };
            match value {
                Value::Array(_) => self.at_index(at, add)?,
                _ => add(self)?,
            }
        }
        let any = !value.items().is_empty();
        self.deviate_unless(any, "[]", || "no member at all".to_owned());
        Ok(any)
    }

    pub(super) fn type_term(&mut self, active: &Context, text: &str) -> Result<Term, Error> {
        let entry = active.entry(text);
        let found = Found { name: text, entry };
        if let Some(entry) = entry
            && let (Role::Property, Some(iri)) = (entry.definition.role, &entry.definition.iri)
        {
            self.deviate_to(text, |asked| active.other_type(iri, found, asked));
            return Ok(self.out.defined(entry, iri));
        }
        let expanded = active.expand_vocab(text).filter(|iri| iri::is_absolute(iri));
        let Some(expanded) = expanded else {
            return Err(Error::RelativeType { pointer: self.pointer(), found: text.to_owned() });
        };
        self.deviate_to(text, |asked| active.other_type(&expanded, found, asked));
        self.resource(&expanded)
    }

    /// A keyword of a node other than `@type`. Whether it adds to the node.
    fn keyword(
        &mut self,
        active: &Active<'c>,
        node: Node,
        (name, value, keyword): (&'d str, &'d Value<'_>, &'static str),
        place: Place<'_>,
    ) -> Result<bool, Error> {
        match keyword {
            "@id" => Ok(false),
            "@graph" => {
                let place = Place { graph: Some(node.term), ..place };
                self.graph(active, value, place)?;
                Ok(true)
            }
            "@index" => {
                self.deviate("@index", || "no member that is not signed".to_owned());
                match value {
                    Value::String(index) => self.index_node(node.term, node.graph, index),
                    other => Err(self.invalid("a string as @index", other)),
                }
                .map(|()| true)
            }
            "@included" => {
                self.deviate("@included", || "no @included".to_owned());
                let place = Place { in_map: false, ..place };
                let items = self.element(active, place, value, Preset::default())?;
                let is_node = |item: &Item| matches!(item, Item::Node { shape: Shape::Full, .. });
                match items.is_some_and(|items| items.iter().all(is_node)) {
                    true => Ok(true),
                    false => Err(self.invalid("nodes in @included", value)),
                }
            }
            "@nest" => self.nest(active, node, name, value),
            "@reverse" => self.reverse(active, node, value),
            _ => Err(self.unsupported("this keyword as a member of a node")),
        }
    }

    /// Members that are grouped without meaning.
    fn nest(
        &mut self,
        active: &Active<'c>,
        node: Node,
        name: &str,
        value: &'d Value<'_>,
    ) -> Result<bool, Error> {
        self.deviate("@nest", || "members where they belong".to_owned());
        if active.term(name).is_some_and(|definition| definition.context.is_some()) {
            return Err(self.unsupported("a scoped context for @nest"));
        }
        let mut added = false;
        for item in value.items() {
            let Value::Object(object) = item else {
                return Err(self.invalid("an object in @nest", item));
            };
            if object.contains("@context") {
                return Err(self.unsupported("a context inside @nest"));
            }
            for (name, value, meaning) in self.meanings(active, object)? {
                added |= self.within(name, |this| match &meaning {
                    Meaning::Property(property) => {
                        this.property(active, node, name, property, value)
                    }
                    Meaning::Keyword("@nest") => this.nest(active, node, name, value),
                    Meaning::Keyword(_) => Err(this.unsupported("a keyword inside @nest")),
                })?;
            }
        }
        Ok(added)
    }

    fn reverse(
        &mut self,
        active: &Active<'c>,
        node: Node,
        value: &'d Value<'_>,
    ) -> Result<bool, Error> {
        self.deviate("@reverse", || "no @reverse".to_owned());
        let Value::Object(object) = value else {
            return Err(self.invalid("an object in @reverse", value));
        };
        if object.contains("@context") || active.previous.is_some() {
            return Err(self.unsupported("a context of its own for @reverse"));
        }
        let mut added = false;
        for (name, value, meaning) in self.meanings(active, object)? {
            let Meaning::Property(property) = meaning else {
                return Err(self.unsupported("a keyword inside @reverse"));
            };
            let node = Node { reversed: true, ..node };
            added |=
                self.within(name, |this| this.property(active, node, name, &property, value))?;
        }
        Ok(added)
    }

    /// Step 13.5 onwards: one property. Whether it adds to the node.
    fn property(
        &mut self,
        active: &Active<'c>,
        node: Node,
        name: &'d str,
        Property { iri, entry }: &Property<'_>,
        value: &'d Value<'_>,
    ) -> Result<bool, Error> {
        self.compare_subject(node, name, iri);
        let definition = entry.map(|entry| &*entry.definition);
        let place = Place {
            name: Some(name),
            definition,
            defined_in: Some(active),
            free: false,
            in_list: false,
            in_map: false,
            graph: node.graph,
        };
        let container = definition.map_or(Container::NONE, |definition| definition.container);
        let items = self.property_items(active, place, value)?;
        let Some(mut items) = items else {
            self.deviate("null", || "no member at all".to_owned());
            return Ok(false);
        };
        if items.is_empty() && container.has(Container::GRAPH) {
            return Ok(false);
        }
        let is_list_object = matches!((value, &*items), (Value::Object(_), [Item::List(_)]));
        if container.has(Container::LIST) && !is_list_object {
            items = Items::One(Item::List(items.into()));
        }
        let reverse = definition.is_some_and(|definition| definition.reverse);
        let member = Named { name, iri, entry: *entry };
        self.compare_name(active, member, &items, container);
        let predicate = match entry {
            Some(entry) => self.out.defined(entry, iri),
            None => self.out.iri(iri),
        };
        self.emit(node, predicate, items, reverse != node.reversed, value)?;
        Ok(true)
    }

    /// Steps 13.6 to 13.9: what the value of a property expands to.
    fn property_items(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        value: &'d Value<'_>,
    ) -> Result<Option<Items>, Error> {
        let container = place.container();
        match (value, place.definition) {
            (Value::Object(map), Some(definition)) if container.is_map() => {
                self.map(active, place, definition, map).map(|items| Some(Items::Many(items)))
            }
            (value, Some(Definition { coercion: Some(Coercion::Json), .. })) => {
                Ok(Some(Items::One(self.json_literal(value)?)))
            }
            _ if container.is_map()
                && [Container::GRAPH, Container::ID, Container::TYPE]
                    .into_iter()
                    .any(|map| container.has(map)) =>
            {
                Err(self.unsupported("anything but a map under a map of graphs, ids or types"))
            }
            _ if container.has(Container::GRAPH) => self.graphs(active, place, value),
            _ => self.element(active, place, value, Preset::default()),
        }
    }

    /// A graph container: each element is a graph of its own.
    fn graphs(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        value: &'d Value<'_>,
    ) -> Result<Option<Items>, Error> {
        if matches!(value, Value::Null) {
            return Ok(None);
        }
        let mut graphs = Vec::new();
        for (at, element) in value.items().iter().enumerate() {
            let mut expand = |this: &mut Self| {
                let term = this.out.fresh_blank();
                let place = Place { graph: Some(term), ..place };
                let Some(items) = this.element(active, place, element, Preset::default())? else {
                    this.deviate("null", || "no null in an array".to_owned());
                    return Ok(());
                };
                this.refuse_free(&items)?;
                if items.len() != 1 {
                    return Err(this.unsupported("a set or array as one graph"));
                }
                graphs.push(Item::Node { term, shape: Shape::Full });
                Ok(())
            };
            match value {
                Value::Array(_) => self.at_index(at, expand)?,
                _ => expand(self)?,
            }
        }
        Ok(Some(Items::Many(graphs)))
    }
}
