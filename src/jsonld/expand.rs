//! Expansion straight to quads: elements, scalars and objects.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#expansion-algorithm> followed by
//! <https://www.w3.org/TR/json-ld11-api/#node-map-generation> and
//! <https://www.w3.org/TR/json-ld11-api/#deserialize-json-ld-to-rdf-algorithm>,
//! as one walk. Invariant: every member is turned into quads, is a keyword, or
//! is an error; the walk never drops one.

use std::collections::HashMap;

use super::Input;
use super::containers::Preset;
use super::context::{Active, Container, Context, Definition};
use super::contexts::Contexts;
use super::dataset::{Builder, Dataset, Refused, Term};
use super::deviation::{Asked, Deviation, Found, Sought};
use super::error::Error;
use super::item::{Item, Items, Shape};
use super::process::{Fault, Mode, Processor};
use super::source::Source;
use crate::model::json::{Object, Value};

pub(super) fn expand(input: &Input<'_, '_>, contexts: &Contexts) -> Result<Dataset, Error> {
    let values = values(input);
    if values > MAX_VALUES {
        return Err(Error::TooComplex);
    }
    let mut expander = Expander {
        processor: Processor::new(contexts),
        out: Builder::with_room(values),
        path: Vec::new(),
        indexes: HashMap::new(),
        deviation: None,
        asked: Asked::default(),
        spelled_out: 0,
        root: None,
        without: input.without,
    };
    let active = expander.processor.initial();
    expander.document(&active, input)?;
    if expander.asked.too_much() {
        return Err(Error::TooComplex);
    }
    let dataset = expander.out.finish(expander.deviation);
    let dataset = dataset.map(|dataset| dataset.at_cost_of(contexts.work()));
    dataset.map_err(|refused| match refused {
        Refused::TooLong => Error::TooComplex,
        // Somewhere in the document: where, only its quads would tell.
        Refused::Ambiguous(what) => Error::Unsupported { pointer: String::new(), what },
    })
}

/// How many values a document may hold. The largest real ones hold a tenth.
const MAX_VALUES: usize = 50_000;

/// The values that the walk will meet.
fn values(input: &Input<'_, '_>) -> usize {
    fn count(value: &Value<'_>) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
            Value::Object(object) => {
                1 + object.iter().map(|(_, value)| count(value)).sum::<usize>()
            }
            _ => 1,
        }
    }
    let members = input.object.iter().filter(|(name, _)| !input.without.contains(name));
    members.map(|(_, value)| count(value)).sum()
}

/// The walk over one document.
pub(super) struct Expander<'c, 'd> {
    pub(super) processor: Processor<'c>,
    pub(super) out: Builder,
    path: Vec<Step<'d>>,
    /// The `@index` of nodes in their graphs.
    pub(super) indexes: HashMap<(Term, Option<Term>), &'d str>,
    pub(super) deviation: Option<Deviation>,
    /// What it has cost to look for deviations.
    pub(super) asked: Asked,
    /// How long the compact IRIs of properties are in full, all together.
    pub(super) spelled_out: usize,
    /// The node that the document is about, once it is known.
    pub(super) root: Option<Term>,
    /// Members of the top-level object that do not exist for this walk.
    without: &'d [&'d str],
}

#[derive(Debug, Clone, Copy)]
enum Step<'d> {
    Member(&'d str),
    Index(usize),
}

/// Where an element stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// The member that holds it, if that is a property.
    pub(super) name: Option<&'p str>,
    pub(super) definition: Option<&'p Definition>,
    /// The context that the definition is from.
    pub(super) defined_in: Option<&'p Context>,
    /// Directly in the document or in `@graph`: values say nothing there.
    pub(super) free: bool,
    pub(super) in_list: bool,
    /// Inside an index, id or type map.
    pub(super) in_map: bool,
    pub(super) graph: Option<Term>,
}

impl Place<'_> {
    pub(super) fn container(&self) -> Container {
        self.definition.map_or(Container::NONE, |definition| definition.container)
    }
}

impl<'c, 'd> Expander<'c, 'd> {
    fn document<'a>(&mut self, active: &Active<'c>, input: &Input<'d, 'a>) -> Result<(), Error> {
        let place = Place {
            name: None,
            definition: None,
            defined_in: None,
            free: true,
            in_list: false,
            in_map: false,
            graph: None,
        };
        let context = input.context.or_else(|| input.object.get("@context"));
        let active = match context {
            Some(context) => self.local_context(active, context)?,
            None => active.clone(),
        };
        self.top(&active, input.object, place)
    }

    fn top(
        &mut self,
        active: &Active<'c>,
        object: &'d Object<'_>,
        place: Place<'_>,
    ) -> Result<(), Error> {
        // A document of nothing but `@graph` is its default graph.
        let mut members = object.iter().filter(|(name, _)| !self.left_out(name));
        if let (Some((name, value)), None) = (members.next(), members.next())
            && active.expand_vocab(name).as_deref() == Some("@graph")
        {
            if let Some(expected) = active.other_alias("@graph", Found::new(active, name)) {
                self.deviate(name, || expected.to_owned());
            }
            return self.within(name, |this| this.graph(active, value, place));
        }
        drop(members);
        let item = self.object_in(active, object, place, Preset::default())?;
        self.refuse_free(item.as_deref().unwrap_or_default())
    }

    /// The nodes of an `@graph`.
    pub(super) fn graph(
        &mut self,
        active: &Active<'c>,
        value: &'d Value<'_>,
        place: Place<'_>,
    ) -> Result<(), Error> {
        if !matches!(value, Value::Array(_) | Value::Object(_)) {
            return Err(self.invalid("an object or an array", value));
        }
        for (at, item) in value.items().iter().enumerate() {
            let step = |this: &mut Self| {
                let place = Place {
                    name: None,
                    definition: None,
                    defined_in: None,
                    free: true,
                    in_list: false,
                    in_map: false,
                    graph: place.graph,
                };
                let items = this.element(active, place, item, Preset::default())?;
                this.refuse_free(items.as_deref().unwrap_or_default())
            };
            match value {
                Value::Array(_) => self.at_index(at, step)?,
                _ => step(self)?,
            }
        }
        Ok(())
    }

    /// Items that say nothing where they stand would be dropped.
    pub(super) fn refuse_free(&self, items: &[Item]) -> Result<(), Error> {
        for item in items {
            let what = match item {
                Item::Node { shape: Shape::Empty, .. } => "an empty object",
                Item::Node { shape: Shape::Reference, .. } => "an object with only an id",
                Item::Node { .. } => continue,
                Item::Value { .. } => "a value that is no node",
                Item::List(_) => "a list that is no node",
            };
            return Err(Error::DroppedValue { pointer: self.pointer(), what });
        }
        Ok(())
    }

    /// The expansion algorithm. `None` is null.
    pub(super) fn element(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        value: &'d Value<'_>,
        preset: Preset,
    ) -> Result<Option<Items>, Error> {
        if self.out.is_full() {
            return Err(Error::TooComplex);
        }
        match value {
            Value::Null => Ok(None),
            Value::Array(items) => self.array(active, place, items, preset).map(Some),
            Value::Object(object) => self.nested_object(active, object, place, preset),
            scalar if place.free && !place.in_list => {
                Err(Error::DroppedValue { pointer: self.pointer(), what: scalar.kind() })
            }
            scalar => self.scalar(active, place, scalar).map(|item| Some(Items::One(item))),
        }
    }

    /// Step 5.
    fn array(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        values: &'d [Value<'_>],
        preset: Preset,
    ) -> Result<Items, Error> {
        if let [only @ (Value::String(_) | Value::Object(_))] = values {
            let items = self.at_index(0, |this| this.element(active, place, only, preset))?;
            return Ok(items.expect("only null expands to nothing"));
        }
        let mut items = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            self.at_index(at, |this| {
                let expanded = this.element(active, place, value, preset.clone())?;
                match (value, expanded) {
                    (_, None) => this.deviate("null", || "no null in an array".to_owned()),
                    (Value::Array(_), Some(inner)) if place.container().has(Container::LIST) => {
                        items.push(Item::List(inner.into()));
                    }
                    (Value::Array(_), Some(_)) if place.in_list => {
                        return Err(this.unsupported("an array in an array in @list"));
                    }
                    (Value::Array(_), Some(inner)) => {
                        this.deviate("an array in an array", || "one array".to_owned());
                        items.extend(Vec::from(inner));
                    }
                    (_, Some(Items::One(item))) => items.push(item),
                    (_, Some(Items::Many(inner))) => items.extend(inner),
                }
                Ok(())
            })?;
        }
        Ok(Items::Many(items))
    }

    /// Steps 7 to 10: the context of an object that is not the document.
    fn nested_object(
        &mut self,
        active: &Active<'c>,
        object: &'d Object<'_>,
        place: Place<'_>,
        preset: Preset,
    ) -> Result<Option<Items>, Error> {
        let mut active = active.clone();
        if let Some(previous) = active.before().filter(|_| !place.in_map) {
            let any = |sought| {
                let names = active.names_of(sought);
                object.iter().any(|(name, _)| names.has(name))
            };
            let is_value = any(Sought::Value);
            let is_reference = object.len() == 1 && any(Sought::Id);
            if !is_value && !is_reference {
                // Whether what it holds is read under the type's context, processors differ.
                if (any(Sought::List) || any(Sought::Set))
                    && place.name.and_then(|name| previous.term(name)) != place.definition
                {
                    return Err(self.unsupported("@list or @set under the context of a type"));
                }
                active = previous;
            }
        }
        active = self.property_scope(&active, place)?;
        if let Some(context) = object.get("@context") {
            active = self.local_context(&active, context)?;
        }
        self.object_in(&active, object, place, preset)
    }

    pub(super) fn property_scope(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
    ) -> Result<Active<'c>, Error> {
        match place.definition {
            Some(Definition { context: Some(scoped), known, .. }) => {
                let mode = Mode { propagate: true, override_protected: true, known: *known };
                self.process(active, scoped, mode)
            }
            _ => Ok(active.clone()),
        }
    }

    fn local_context(
        &mut self,
        active: &Active<'c>,
        context: &Value<'_>,
    ) -> Result<Active<'c>, Error> {
        let mode = Mode { propagate: true, override_protected: false, known: false };
        // Mostly nothing but URLs, which need no copy to be kept.
        let urls = context.items().iter().map(Value::as_str);
        let only_urls = urls.len() > 0 && urls.clone().all(|url| url.is_some());
        let result = if only_urls {
            urls.flatten().try_fold(active.clone(), |active, url| {
                self.processor.apply_url(&active, url, mode)
            })
        } else {
            self.processor.process(active, &Source::copy(context), mode)
        };
        self.within("@context", |this| result.map_err(|fault| this.fault(fault)))
    }

    pub(super) fn process(
        &mut self,
        active: &Active<'c>,
        local: &Source,
        mode: Mode,
    ) -> Result<Active<'c>, Error> {
        self.processor.process(active, local, mode).map_err(|fault| self.fault(fault))
    }

    fn fault(&self, fault: Fault) -> Error {
        match fault {
            Fault::Unknown(url) => Error::UnknownContext { url, pointer: self.pointer() },
            Fault::Protected(term) => Error::ProtectedTerm { pointer: self.pointer(), term },
            Fault::Invalid(fault) => Error::InvalidContext { pointer: self.pointer(), fault },
            Fault::TooComplex => Error::TooComplex,
        }
    }

    /// Whether a member of the object at hand is not part of the document.
    pub(super) fn left_out(&self, name: &str) -> bool {
        name == "@context" || (self.is_top() && self.without.contains(&name))
    }

    /// Whether the object at hand is the document itself.
    pub(super) fn is_top(&self) -> bool {
        self.path.is_empty()
    }

    /// Whether the member at hand is one of the document itself.
    pub(super) fn is_member(&self) -> bool {
        self.path.len() == 1
    }

    pub(super) fn within<T>(&mut self, name: &'d str, run: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(Step::Member(name));
        let result = run(self);
        self.path.pop();
        result
    }

    pub(super) fn at_index<T>(&mut self, at: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(Step::Index(at));
        let result = run(self);
        self.path.pop();
        result
    }

    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Member(name) => {
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Step::Index(at) => pointer.push_str(&at.to_string()),
            }
        }
        pointer
    }

    /// Notes the first place where the document is not its compacted form.
    pub(super) fn deviate(&mut self, found: &str, expected: impl FnOnce() -> String) {
        if self.deviation.is_none() {
            let (pointer, found) = (self.pointer(), found.to_owned());
            self.deviation = Some(Deviation { pointer, found, expected: expected() });
        }
    }

    pub(super) fn deviate_unless(
        &mut self,
        fine: bool,
        found: &str,
        expected: impl FnOnce() -> String,
    ) {
        if !fine {
            self.deviate(found, expected);
        }
    }

    pub(super) fn invalid(&self, expected: &'static str, value: &Value<'_>) -> Error {
        Error::InvalidValue { pointer: self.pointer(), expected, found: value.kind() }
    }

    pub(super) fn unsupported(&self, what: &'static str) -> Error {
        Error::Unsupported { pointer: self.pointer(), what }
    }
}
