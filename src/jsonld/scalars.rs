//! Scalars as terms of RDF: strings by their coercion, references, literals.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#value-expansion> followed by
//! <https://www.w3.org/TR/json-ld11-api/#object-to-rdf-conversion>. Invariant: a
//! scalar becomes one term, or is an error.

use super::context::{Active, Coercion, Context, Definition};
use super::dataset::{RDF_JSON, RDF_LANG_STRING, Spelling, Term};
use super::error::Error;
use super::expand::{Expander, Place};
use super::iri;
use super::item::{Item, Kind, Shape};
use super::value;
use crate::model::json::{self, UnsafeInteger, Value};

impl<'c> Expander<'c, '_> {
    /// Step 4: value expansion.
    pub(super) fn scalar(
        &mut self,
        active: &Active<'c>,
        place: Place<'_>,
        value: &Value<'_>,
    ) -> Result<Item, Error> {
        let active = &self.property_scope(active, place)?;
        let is_same = place.defined_in.is_some_and(|context| std::ptr::eq(context, &**active));
        let definition = match is_same {
            true => place.definition,
            false => place.name.and_then(|name| active.term(name)),
        };
        let coercion = definition.and_then(|definition| definition.coercion.as_ref());
        match (coercion, value) {
            (Some(Coercion::Id), Value::String(text)) => {
                let term = self.reference(active, text)?;
                Ok(Item::Node { term, shape: Shape::Reference })
            }
            (Some(Coercion::Vocab), Value::String(text)) => self.symbol(active, text),
            (Some(Coercion::Datatype(datatype)), value) => {
                let term = self.literal(value, Some(datatype))?;
                let kind = if is_same { Kind::Coerced } else { Kind::Datatype(datatype.clone()) };
                Ok(Item::Value { term, kind })
            }
            (_, Value::String(text)) => self.string(active, definition, text),
            (_, native) => {
                let term = self.literal(native, None)?;
                Ok(Item::Value { term, kind: Kind::Plain })
            }
        }
    }

    fn string(
        &mut self,
        active: &Context,
        definition: Option<&Definition>,
        text: &str,
    ) -> Result<Item, Error> {
        let direction = definition.and_then(|d| d.direction).unwrap_or(active.direction);
        if direction.is_some() {
            return Err(Error::Direction { pointer: self.pointer() });
        }
        let own = definition.and_then(|definition| definition.language.as_ref());
        Ok(match own.unwrap_or(&active.language) {
            Some(tag) => {
                Item::Value { term: self.out.tagged(text, tag), kind: Kind::Language(tag.clone()) }
            }
            None => Item::Value { term: self.out.string(text), kind: Kind::Plain },
        })
    }

    /// A string that names a resource, where terms are not looked at.
    pub(super) fn reference(&mut self, active: &Context, text: &str) -> Result<Term, Error> {
        let expanded = active.expand_id(text).filter(|id| iri::is_absolute(id));
        let Some(expanded) = expanded else {
            return Err(Error::RelativeIri { pointer: self.pointer(), found: text.to_owned() });
        };
        // What a reader takes for the whole name must be the whole name.
        self.deviate_unless(expanded == text, text, || expanded.to_string());
        self.deviate_unless(!text.starts_with("_:"), text, || "no blank node label".to_owned());
        self.resource(&expanded)
    }

    /// A string under a `@vocab` term.
    fn symbol(&mut self, active: &Context, text: &str) -> Result<Item, Error> {
        let expanded = active.expand_vocab(text).filter(|id| iri::is_absolute(id));
        let Some(expanded) = expanded else {
            return Err(Error::RelativeIri { pointer: self.pointer(), found: text.to_owned() });
        };
        self.deviate_to(text, |asked| active.other_symbol(&expanded, text, asked));
        let term = self.resource(&expanded)?;
        Ok(Item::Node { term, shape: Shape::Symbol })
    }

    /// The term of an absolute IRI or blank node label.
    pub(super) fn resource(&mut self, id: &str) -> Result<Term, Error> {
        if !iri::is_writable(id) {
            return Err(Error::InvalidIri { pointer: self.pointer(), found: id.to_owned() });
        }
        Ok(self.out.resource(id))
    }

    pub(super) fn literal(
        &mut self,
        value: &Value<'_>,
        datatype: Option<&str>,
    ) -> Result<Term, Error> {
        if let Some(datatype) = datatype.filter(|datatype| !iri::is_writable(datatype)) {
            let found = datatype.to_owned();
            return Err(Error::InvalidIri { pointer: self.pointer(), found });
        }
        if datatype == Some(RDF_LANG_STRING) {
            // Without a language it is an ordinary string to some.
            return Err(self.unsupported("a language string without a language"));
        }
        match value::literal(value, datatype) {
            Some((text, datatype)) => {
                let term = self.out.literal(&text, datatype);
                let typed = matches!(value, Value::String(_));
                self.out.spelled(term, if typed { Spelling::Typed } else { Spelling::Native });
                Ok(term)
            }
            None => {
                let number = match value {
                    Value::Number(number) => number.text().to_owned(),
                    other => other.as_str().unwrap_or(other.kind()).to_owned(),
                };
                Err(Error::OddNumber { pointer: self.pointer(), number })
            }
        }
    }

    pub(super) fn json_literal(&mut self, value: &Value<'_>) -> Result<Item, Error> {
        let text = json::canonical(value).map_err(|UnsafeInteger { number }| Error::OddNumber {
            pointer: self.pointer(),
            number,
        })?;
        Ok(Item::Value { term: self.out.literal(&text, RDF_JSON), kind: Kind::Json })
    }
}
