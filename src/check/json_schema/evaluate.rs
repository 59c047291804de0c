//! Holds a document against a schema, keyword by keyword, and counts.

use std::borrow::Cow;

use super::super::Place;
use super::values::{Found, count, cut, kind, numeric, violated, whole};
use super::{Draft, Schema, Stop, Violation, members};
use crate::model::json::{Object, Value};

/// Keywords and values that are looked at before it is too much: a hundred times what the
/// schema of Open Badges takes for a usual credential.
const BUDGET: usize = 500_000;
/// How deep schemas may apply schemas.
const DEEPEST: usize = 128;
/// Bytes that are compared or copied for one step.
const STRIDE: usize = 64;

/// Keywords that assert something and are not read here.
const UNREAD: [&str; 5] =
    ["unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "extends"];

/// One look at one document.
pub struct Evaluation<'e, 's> {
    schema: &'e Schema<'s>,
    left: usize,
    depth: usize,
}

impl<'e, 's> Evaluation<'e, 's> {
    pub fn new(schema: &'e Schema<'s>) -> Self {
        Self { schema, left: BUDGET, depth: 0 }
    }

    pub fn run(mut self, document: &Value<'_>) -> Found {
        self.apply(&self.schema.root, document, Place::Root)
    }

    fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(steps).ok_or(Stop::TooComplex)?;
        Ok(())
    }

    /// Looking for a member goes through all of them.
    fn look_up<'o, 'd>(
        &mut self,
        name: &str,
        object: &'o Object<'d>,
    ) -> Result<Option<&'o Value<'d>>, Stop> {
        self.spend(object.len() * (name.len() / STRIDE + 1) / 8 + 1)?;
        Ok(object.get(name))
    }

    fn apply(&mut self, schema: &'e Value<'s>, value: &Value<'_>, at: Place<'_>) -> Found {
        self.spend(1)?;
        let found = match schema {
            Value::Bool(true) => None,
            Value::Bool(false) => violated(at, "nothing to be there")?,
            Value::Object(_) if self.depth == DEEPEST => return Err(Stop::TooComplex),
            Value::Object(object) => {
                self.depth += 1;
                let found = self.keywords(object, value, at);
                self.depth -= 1;
                found?
            }
            other => return Err(Stop::Unsupported(format!("{} as a schema", other.kind()))),
        };
        // A long name above many values is written out for each of them, also where none is told.
        let told = found.as_ref().map_or(0, |told| told.pointer.len() + told.expected.len());
        self.spend(told / STRIDE)?;
        Ok(found)
    }

    fn keywords(&mut self, schema: &'e Object<'s>, value: &Value<'_>, at: Place<'_>) -> Found {
        self.spend(schema.len() / 8)?;
        let below = !std::ptr::eq(schema, self.schema.root.as_object().unwrap_or(schema));
        if below && schema.str("$id").is_some_and(|id| !id.starts_with('#')) {
            return Err(Stop::Unsupported("`$id` within it".into()));
        }
        if let Some(reference) = schema.get("$ref")
            && self.schema.draft == Draft::Seven
        {
            return self.reference(reference, value, at);
        }
        for (name, keyword) in schema.iter() {
            self.spend(1 + length(keyword) + length(value))?;
            if UNREAD.contains(&name) {
                return Err(Stop::Unsupported(format!("`{name}`")));
            }
            let found = match name {
                "$ref" => self.reference(keyword, value, at)?,
                "type" => {
                    self.spend(keyword.items().len() * (1 + length(value)))?;
                    kind(keyword, value, at)?
                }
                "enum" | "const" => self.one_of_values(name, keyword, value, at)?,
                "allOf" | "anyOf" | "oneOf" | "not" | "if" => {
                    self.logic(name, keyword, schema, value, at)?
                }
                _ => match value {
                    Value::Number(number) => numeric(name, keyword, number.as_f64(), at)?,
                    Value::String(text) => self.text(name, keyword, text, at)?,
                    Value::Array(items) => self.array(name, keyword, schema, items, at)?,
                    Value::Object(_) => self.object(name, keyword, schema, value, at)?,
                    Value::Null | Value::Bool(_) => None,
                },
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn reference(&mut self, reference: &Value<'_>, value: &Value<'_>, at: Place<'_>) -> Found {
        let schema = self.schema;
        let name =
            reference.as_str().ok_or(Stop::Unsupported("a `$ref` that is no text".into()))?;
        // Looking for it may take as long as the schema is, or its name.
        self.spend(name.len() / STRIDE)?;
        self.spend(match name.contains("#/") {
            true => schema.size / 64 + 1,
            false => schema.size,
        })?;
        self.apply(schema.part(name)?, value, at)
    }

    fn one_of_values(
        &mut self,
        name: &str,
        keyword: &Value<'_>,
        value: &Value<'_>,
        at: Place<'_>,
    ) -> Found {
        let allowed = match keyword {
            Value::Array(items) if name == "enum" => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for one in allowed {
            if self.same(one, value)? {
                return Ok(None);
            }
        }
        let words: Vec<_> = allowed.iter().filter_map(Value::as_str).take(8).map(cut).collect();
        match words.is_empty() {
            true => violated(at, "another value"),
            false => violated(at, format!("one of the values {}", words.join(", "))),
        }
    }

    fn logic(
        &mut self,
        name: &str,
        keyword: &'e Value<'s>,
        schema: &'e Object<'s>,
        value: &Value<'_>,
        at: Place<'_>,
    ) -> Found {
        match name {
            "allOf" => {
                for part in list(name, keyword)? {
                    let found = self.apply(part, value, at)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            "not" => match self.apply(keyword, value, at)? {
                None => violated(at, "something that `not` forbids to be otherwise"),
                Some(_) => Ok(None),
            },
            "if" => {
                let holds = self.apply(keyword, value, at)?.is_none();
                match schema.get(if holds { "then" } else { "else" }) {
                    Some(branch) => self.apply(branch, value, at),
                    None => Ok(None),
                }
            }
            _ => self.alternatives(name == "oneOf", list(name, keyword)?, value, at),
        }
    }

    /// The violation that is told is of the alternative that came furthest.
    fn alternatives(
        &mut self,
        only_one: bool,
        parts: &'e [Value<'s>],
        value: &Value<'_>,
        at: Place<'_>,
    ) -> Found {
        let mut fit = 0;
        let mut furthest: Option<Violation> = None;
        for part in parts {
            match self.apply(part, value, at)? {
                None if !only_one => return Ok(None),
                None => fit += 1,
                Some(violation) => {
                    if furthest.as_ref().is_none_or(|most| violation.depth > most.depth) {
                        furthest = Some(violation);
                    }
                }
            }
        }
        match fit {
            1 => Ok(None),
            0 => match furthest {
                Some(violation) => Ok(Some(violation)),
                None => violated(at, "nothing, since there is no alternative"),
            },
            _ => violated(at, "just one of the alternatives to fit"),
        }
    }

    fn text(&mut self, name: &str, keyword: &Value<'_>, text: &str, at: Place<'_>) -> Found {
        match name {
            "minLength" | "maxLength" => {
                self.spend(text.len() / STRIDE)?;
                count(name, "minLength", keyword, text.chars().count(), "characters", at)
            }
            "pattern" => {
                let pattern = keyword.as_str().unwrap_or_default();
                match self.matches(pattern, text)? {
                    true => Ok(None),
                    false => violated(at, format!("a text like {pattern:?}")),
                }
            }
            _ => Ok(None),
        }
    }

    fn matches(&mut self, pattern: &str, text: &str) -> Result<bool, Stop> {
        let pattern = self.schema.patterns.get(pattern);
        let pattern =
            pattern.ok_or_else(|| Stop::Unsupported("a `pattern` that is no text".into()))?;
        self.spend(pattern.cost(text))?;
        Ok(pattern.matches(text))
    }

    fn array(
        &mut self,
        name: &str,
        keyword: &'e Value<'s>,
        schema: &'e Object<'s>,
        items: &[Value<'_>],
        at: Place<'_>,
    ) -> Found {
        let draft = self.schema.draft;
        match (name, keyword) {
            ("minItems" | "maxItems", _) => {
                count(name, "minItems", keyword, items.len(), "items", at)
            }
            ("uniqueItems", Value::Bool(true)) => self.unique(items, at),
            ("prefixItems", Value::Array(parts)) if draft >= Draft::Y2020 => {
                self.each(parts.iter().zip(items).enumerate(), at)
            }
            ("items", Value::Array(parts)) if draft < Draft::Y2020 => {
                self.each(parts.iter().zip(items).enumerate(), at)
            }
            ("items", _) => {
                let prefix = schema.get("prefixItems").and_then(Value::as_array);
                let prefix = prefix.filter(|_| draft >= Draft::Y2020).map_or(0, <[_]>::len);
                self.each(after(prefix, keyword, items), at)
            }
            ("additionalItems", _) if draft < Draft::Y2020 => match schema.get("items") {
                Some(Value::Array(parts)) => self.each(after(parts.len(), keyword, items), at),
                _ => Ok(None),
            },
            ("contains", _) => self.contains(keyword, schema, items, at),
            _ => Ok(None),
        }
    }

    /// Items by their index, each beside the schema that it must fit.
    fn each<'i, 'v: 'i>(
        &mut self,
        pairs: impl Iterator<Item = (usize, (&'e Value<'s>, &'i Value<'v>))>,
        at: Place<'_>,
    ) -> Found {
        for (index, (part, item)) in pairs {
            let found = self.apply(part, item, at.index(index))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn contains(
        &mut self,
        part: &'e Value<'s>,
        schema: &'e Object<'s>,
        items: &[Value<'_>],
        at: Place<'_>,
    ) -> Found {
        let mut fit = 0usize;
        for (index, item) in items.iter().enumerate() {
            fit += usize::from(self.apply(part, item, at.index(index))?.is_none());
        }
        let bound = |name| schema.get(name).filter(|_| self.schema.draft > Draft::Seven);
        let least = bound("minContains").map(|bound| whole("minContains", bound)).transpose()?;
        let most = bound("maxContains").map(|bound| whole("maxContains", bound)).transpose()?;
        if fit < least.unwrap_or(1) {
            return violated(at, "an item that is missing");
        }
        match most.is_some_and(|most| fit > most) {
            true => violated(at, "fewer items of a kind"),
            false => Ok(None),
        }
    }

    fn unique(&mut self, items: &[Value<'_>], at: Place<'_>) -> Found {
        for (index, item) in items.iter().enumerate() {
            for before in &items[..index] {
                if self.same(before, item)? {
                    return violated(at.index(index), "no item that was there before");
                }
            }
        }
        Ok(None)
    }

    fn object(
        &mut self,
        name: &str,
        keyword: &'e Value<'s>,
        schema: &'e Object<'s>,
        value: &Value<'_>,
        at: Place<'_>,
    ) -> Found {
        let Value::Object(object) = value else { return Ok(None) };
        match name {
            "required" => self.required(list(name, keyword)?, object, at),
            "minProperties" | "maxProperties" => {
                count(name, "minProperties", keyword, object.len(), "members", at)
            }
            "properties" => {
                for (member, part) in map(name, keyword)?.iter() {
                    if let Some(value) = self.look_up(member, object)? {
                        let found = self.apply(part, value, at.member(member))?;
                        if found.is_some() {
                            return Ok(found);
                        }
                    }
                }
                Ok(None)
            }
            "patternProperties" => {
                for (pattern, part) in map(name, keyword)?.iter() {
                    for (member, value) in object.iter() {
                        if self.matches(pattern, member)? {
                            let found = self.apply(part, value, at.member(member))?;
                            if found.is_some() {
                                return Ok(found);
                            }
                        }
                    }
                }
                Ok(None)
            }
            "additionalProperties" => self.additional(keyword, schema, object, at),
            "propertyNames" => {
                for (member, _) in object.iter() {
                    let text = Value::String(Cow::Borrowed(member));
                    let found = self.apply(keyword, &text, at.member(member))?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
                Ok(None)
            }
            "dependentRequired" | "dependentSchemas" | "dependencies" => {
                self.dependent(map(name, keyword)?, value, at)
            }
            _ => Ok(None),
        }
    }

    /// The members that neither `properties` nor `patternProperties` speaks of.
    fn additional(
        &mut self,
        part: &'e Value<'s>,
        schema: &'e Object<'s>,
        object: &Object<'_>,
        at: Place<'_>,
    ) -> Found {
        let named = members(schema, "properties");
        let patterns = members(schema, "patternProperties");
        for (member, value) in object.iter() {
            if let Some(named) = named
                && self.look_up(member, named)?.is_some()
            {
                continue;
            }
            let mut matched = false;
            for (pattern, _) in patterns.into_iter().flat_map(Object::iter) {
                matched |= self.matches(pattern, member)?;
            }
            if !matched {
                let found = self.apply(part, value, at.member(member))?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    fn dependent(&mut self, map: &'e Object<'s>, value: &Value<'_>, at: Place<'_>) -> Found {
        let Value::Object(object) = value else { return Ok(None) };
        for (member, part) in map.iter() {
            if self.look_up(member, object)?.is_none() {
                continue;
            }
            let found = match part {
                Value::Array(names) => self.required(names, object, at)?,
                schema => self.apply(schema, value, at)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn required(&mut self, names: &[Value<'_>], object: &Object<'_>, at: Place<'_>) -> Found {
        self.spend(names.len())?;
        for name in names.iter().filter_map(Value::as_str) {
            if self.look_up(name, object)?.is_none() {
                return violated(at.member(name), format!("`{}` to be there", cut(name)));
            }
        }
        Ok(None)
    }

    /// Whether two values are one for JSON Schema: `1.0` is `1`, members have no order.
    fn same(&mut self, a: &Value<'_>, b: &Value<'_>) -> Result<bool, Stop> {
        self.spend(1)?;
        Ok(match (a, b) {
            (Value::Number(a), Value::Number(b)) => {
                self.spend((a.text().len() + b.text().len()) / STRIDE)?;
                a.as_f64() == b.as_f64()
            }
            (Value::String(a), Value::String(b)) => {
                self.spend(a.len() / STRIDE)?;
                a == b
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (a, b) in a.iter().zip(b) {
                    if !self.same(a, b)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
                for (name, value) in a.iter() {
                    match self.look_up(name, b)? {
                        Some(other) if self.same(value, other)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            (a, b) => a == b,
        })
    }
}

/// The items from the index `first`, all beside the same schema.
fn after<'e, 's, 'i, 'v>(
    first: usize,
    part: &'e Value<'s>,
    items: &'i [Value<'v>],
) -> impl Iterator<Item = (usize, (&'e Value<'s>, &'i Value<'v>))> {
    items.iter().enumerate().skip(first).map(move |(index, item)| (index, (part, item)))
}

/// Numbers may be written at any length, and are read anew each time.
fn length(value: &Value<'_>) -> usize {
    match value {
        Value::Number(number) => number.text().len() / STRIDE,
        _ => 0,
    }
}

fn list<'e, 's>(name: &str, keyword: &'e Value<'s>) -> Result<&'e [Value<'s>], Stop> {
    keyword.as_array().ok_or_else(|| Stop::Unsupported(format!("`{name}` without an array")))
}

fn map<'e, 's>(name: &str, keyword: &'e Value<'s>) -> Result<&'e Object<'s>, Stop> {
    keyword.as_object().ok_or_else(|| Stop::Unsupported(format!("`{name}` without an object")))
}
