//! Value objects, lists and sets.
//!
//! Spec: steps 15 and 17 of <https://www.w3.org/TR/json-ld11-api/#expansion-algorithm>,
//! <https://www.w3.org/TR/json-ld11-api/#value-compaction>,
//! <https://www.w3.org/TR/json-ld11/#the-i18n-namespace>.

use std::sync::Arc;

use super::containers::Preset;
use super::context::{Active, Coercion, Container, Context};
use super::dataset::{Spelling, XSD_STRING};
use super::deviation::Found;
use super::error::Error;
use super::expand::{Expander, Place};
use super::iri;
use super::item::{Item, Items, Kind};
use super::members::{Meaning, Member};
use crate::model::json::Value;

/// The namespace of datatypes that carry a language and a text direction.
const I18N: &str = "https://www.w3.org/ns/i18n#";

#[derive(Default)]
struct ValueObject<'d> {
    value: Option<&'d Value<'d>>,
    datatype: Option<Arc<str>>,
    language: Option<Arc<str>>,
    direction: Option<&'d str>,
    json: bool,
    /// It says what RDF does not keep.
    more: bool,
}

impl<'c, 'd> Expander<'c, 'd> {
    pub(super) fn value_object(
        &mut self,
        active: &Context,
        type_scoped: &Context,
        members: &[Member<'d, '_, '_>],
        place: Place<'_>,
    ) -> Result<Item, Error> {
        let mut parts = ValueObject::default();
        for (name, value, meaning) in members {
            self.within(name, |this| match meaning {
                Meaning::Keyword("@value") => {
                    parts.value = Some(value);
                    Ok(())
                }
                Meaning::Keyword("@type") => this.value_type(type_scoped, value, &mut parts),
                Meaning::Keyword("@language") => this.value_language(value, &mut parts),
                Meaning::Keyword("@direction") => match value.as_str() {
                    Some(direction @ ("ltr" | "rtl")) => {
                        parts.direction = Some(direction);
                        Ok(())
                    }
                    _ => Err(this.invalid("ltr or rtl as @direction", value)),
                },
                Meaning::Keyword("@index") if matches!(value, Value::String(_)) => {
                    this.deviate("@index", || "no member that is not signed".to_owned());
                    parts.more = true;
                    Ok(())
                }
                _ => Err(this.unsupported("this member beside @value")),
            })?;
        }
        let value = parts.value.expect("the caller saw @value");
        let tagged = parts.language.is_some() || parts.direction.is_some();
        if tagged && (parts.json || parts.datatype.is_some()) {
            return Err(self.invalid("@type or @language, not both", value));
        }
        if parts.json {
            return self.json_literal(value);
        }
        if matches!(value, Value::Null) {
            return Err(Error::DroppedValue { pointer: self.pointer(), what: "a null @value" });
        }
        if matches!(value, Value::Array(_) | Value::Object(_)) {
            return Err(self.invalid("a scalar in @value", value));
        }
        self.compare_value(active, place, &parts, value);
        let more = parts.more;
        let item = self.typed_or_tagged(parts, value)?;
        if let Item::Value { term, .. } = &item
            && more
        {
            self.out.spelled(*term, Spelling::More);
        }
        Ok(item)
    }

    fn typed_or_tagged(
        &mut self,
        parts: ValueObject<'d>,
        value: &Value<'_>,
    ) -> Result<Item, Error> {
        match (parts.datatype, parts.language, value) {
            (_, language, Value::String(text)) if parts.direction.is_some() => {
                // What the reference cryptosuites choose: `rdfDirection: "i18n-datatype"`.
                let direction = parts.direction.unwrap_or_default();
                let datatype = format!("{I18N}{}_{direction}", language.as_deref().unwrap_or(""));
                Ok(Item::Value { term: self.out.literal(text, &datatype), kind: Kind::Directed })
            }
            (None, None, other) if parts.direction.is_some() => {
                Err(self.invalid("a string beside @direction", other))
            }
            (Some(datatype), _, value) => Ok(Item::Value {
                term: self.literal(value, Some(&datatype))?,
                kind: Kind::Datatype(datatype),
            }),
            (None, Some(tag), Value::String(text)) => {
                Ok(Item::Value { term: self.out.tagged(text, &tag), kind: Kind::Language(tag) })
            }
            (None, Some(_), other) => Err(self.invalid("a string beside @language", other)),
            (None, None, Value::String(text)) => {
                Ok(Item::Value { term: self.out.literal(text, XSD_STRING), kind: Kind::Plain })
            }
            (None, None, native) => {
                Ok(Item::Value { term: self.literal(native, None)?, kind: Kind::Plain })
            }
        }
    }

    fn value_type(
        &mut self,
        type_scoped: &Context,
        value: &Value<'_>,
        parts: &mut ValueObject<'d>,
    ) -> Result<(), Error> {
        let Value::String(text) = value else {
            return Err(self.invalid("one string as the type of a value", value));
        };
        let expanded = type_scoped.expand_vocab(text);
        if expanded.as_deref() == Some("@json") {
            parts.json = true;
            return Ok(());
        }
        let absolute = expanded.filter(|iri| iri::is_absolute(iri) && !iri.starts_with("_:"));
        let Some(datatype) = absolute else {
            return Err(Error::RelativeType { pointer: self.pointer(), found: text.to_string() });
        };
        let found = Found::new(type_scoped, text);
        self.deviate_to(text, |asked| type_scoped.other_type(&datatype, found, asked));
        parts.datatype = Some(datatype.into());
        Ok(())
    }

    fn value_language(
        &mut self,
        value: &Value<'_>,
        parts: &mut ValueObject<'d>,
    ) -> Result<(), Error> {
        match value {
            Value::String(tag) if iri::is_language_tag(tag) => {
                parts.more |= tag.contains(|c: char| c.is_ascii_uppercase());
                parts.language = Some(tag.to_lowercase().into());
            }
            Value::String(tag) => {
                let found = tag.to_string();
                return Err(Error::InvalidLanguage { pointer: self.pointer(), found });
            }
            other => return Err(self.invalid("a string as @language", other)),
        }
        Ok(())
    }

    /// Value compaction: a value object that says no more than the term does
    /// would be written as the bare value.
    fn compare_value(
        &mut self,
        active: &Context,
        place: Place<'_>,
        parts: &ValueObject<'_>,
        value: &Value<'_>,
    ) {
        let definition = place.definition;
        let coercion = definition.and_then(|definition| definition.coercion.as_ref());
        let own = definition.and_then(|definition| definition.language.as_ref());
        let bare = match (&parts.datatype, &parts.language, coercion) {
            (Some(datatype), _, Some(Coercion::Datatype(coerced))) => datatype == coerced,
            (Some(_), _, _) => false,
            (None, _, Some(_)) => false,
            (None, _, None) if parts.direction.is_some() => false,
            (None, language, None) => match value {
                Value::String(_) => *language == *own.unwrap_or(&active.language),
                _ => true,
            },
        };
        self.deviate_unless(!bare, "a value object", || "the value by itself".to_owned());
    }

    pub(super) fn list_or_set(
        &mut self,
        active: &Active<'c>,
        members: &[Member<'d, '_, '_>],
        place: Place<'_>,
        preset: Preset,
    ) -> Result<Option<Items>, Error> {
        let [(name, value, Meaning::Keyword(keyword))] = members else {
            return Err(self.unsupported("a member beside @list or @set"));
        };
        let is_list = *keyword == "@list";
        let in_container = place.definition.is_some_and(|d| d.container.has(Container::LIST));
        if place.free || place.in_list || (in_container && !is_list) {
            return Err(self.unsupported("a list or set in this place"));
        }
        if place.in_map && !is_list {
            // What its key says does not reach into a set everywhere.
            return Err(self.unsupported("@set inside a map"));
        }
        if in_container && value.items().iter().any(|item| matches!(item, Value::Array(_))) {
            // A list in this one, or a part of it: processors differ.
            return Err(self.unsupported("an array in @list under a list container"));
        }
        self.deviate_unless(is_list && !in_container, keyword, || "the array by itself".to_owned());
        let place = Place { in_list: is_list, in_map: false, ..place };
        let items = self.within(name, |this| this.element(active, place, value, preset))?;
        match (is_list, items) {
            (_, None) => Err(self.unsupported("null as a list or set")),
            (true, Some(items)) => Ok(Some(Items::One(Item::List(items.into())))),
            (false, items) => Ok(items),
        }
    }
}
