//! Term definitions.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#create-term-definition>.
//! Invariant: a protected term keeps its meaning, and a definition that some
//! processors drop in silence is an error.

use std::collections::HashMap;
use std::sync::Arc;

use super::context::{Coercion, Container, Context, ContextFault, Definition, Entry, Role};
use super::iri;
use super::process::{Fault, Mode, direction};
use super::source::{Members, Source};

/// A term may depend on a term that depends on a term, this often.
const MAX_CHAIN: usize = 32;

const ALLOWED: [&str; 11] = [
    "@container",
    "@context",
    "@direction",
    "@id",
    "@index",
    "@language",
    "@nest",
    "@prefix",
    "@protected",
    "@reverse",
    "@type",
];

/// Defines the terms of one local context in a draft.
pub(super) struct Definer<'a> {
    draft: &'a mut Context,
    local: &'a Members,
    /// False while a term is being defined, true once it is.
    defined: HashMap<Arc<str>, bool>,
    protected: bool,
    mode: Mode,
    chain: usize,
}

impl<'a> Definer<'a> {
    pub(super) fn new(
        draft: &'a mut Context,
        local: &'a Members,
        protected: bool,
        mode: Mode,
    ) -> Self {
        Definer { draft, local, defined: HashMap::new(), protected, mode, chain: 0 }
    }

    pub(super) fn define(&mut self, term: &str) -> Result<(), Fault> {
        match self.defined.get(term) {
            Some(true) => return Ok(()),
            Some(false) => return Err(ContextFault::Cyclic(term.to_owned()).into()),
            None => {}
        }
        let Some(value) = self.local.get(term) else {
            return Ok(());
        };
        if self.chain == MAX_CHAIN {
            return Err(ContextFault::Unsupported("a chain of definitions this long").into());
        }
        check_name(term, value)?;
        let name: Arc<str> = term.into();
        self.defined.insert(name.clone(), false);
        self.chain += 1;
        let previous = self.draft.terms.remove(term);
        let definition = self.definition(term, value)?;
        self.chain -= 1;
        self.defined.insert(name.clone(), true);
        let definition = match previous {
            Some(old) if old.definition.protected && !self.mode.override_protected => {
                if !old.definition.means_the_same(&definition) {
                    return Err(Fault::Protected(term.to_owned()));
                }
                old
            }
            _ => Entry::new(Arc::new(definition), self.draft.known),
        };
        self.draft.terms.insert(name, definition);
        Ok(())
    }

    fn definition(&mut self, term: &str, value: &Source) -> Result<Definition, Fault> {
        let mut definition = Definition {
            iri: None,
            role: Role::Nothing,
            prefix: false,
            doubtful: false,
            protected: self.protected,
            reverse: false,
            coercion: None,
            container: Container::NONE,
            language: None,
            direction: None,
            index: None,
            nest: None,
            context: None,
            known: self.mode.known,
        };
        match value {
            Source::Null => {}
            Source::String(id) => self.map(term, Some(id), true, &mut definition)?,
            Source::Object(members) => self.extended(term, members, &mut definition)?,
            _ => return Err(invalid(term, "it is neither a string nor an object")),
        }
        match definition.iri.as_deref() {
            Some("@context") => return Err(invalid(term, "@context cannot be renamed")),
            Some(iri) if iri.len() > iri::MAX_DEFINED => {
                return Err(invalid(term, "its IRI is longer than 2048 bytes"));
            }
            _ => {}
        }
        definition.role = Role::of(definition.iri.as_deref());
        Ok(definition)
    }

    /// A definition that is an object.
    fn extended(
        &mut self,
        term: &str,
        members: &Members,
        definition: &mut Definition,
    ) -> Result<(), Fault> {
        if members.iter().any(|(name, _)| !ALLOWED.contains(&&**name)) {
            return Err(invalid(term, "it has a member that no definition has"));
        }
        if let Some(protected) = boolean(term, members, "@protected")? {
            definition.protected = protected;
        }
        self.coercion(term, members, definition)?;
        match (members.get("@reverse"), members.get("@id")) {
            (Some(_), Some(_)) => return Err(invalid(term, "it has both @id and @reverse")),
            (Some(reverse), None) => self.reverse(term, members, reverse, definition)?,
            (None, Some(Source::Null)) => {}
            (None, Some(Source::String(id))) => self.map(term, Some(id), false, definition)?,
            (None, None) => self.map(term, None, false, definition)?,
            (None, Some(_)) => return Err(invalid(term, "its @id is not a string")),
        }
        if let Some(value) = members.get("@container") {
            container(term, value, definition)?;
        }
        self.index(term, members, definition)?;
        definition.context = members.get("@context").cloned();
        language(term, members, definition)?;
        if let Some(prefix) = boolean(term, members, "@prefix")? {
            let keyword = definition.iri.as_deref().and_then(iri::keyword).is_some();
            if term.contains([':', '/']) || keyword {
                return Err(invalid(term, "it cannot be a prefix"));
            }
            definition.prefix = prefix;
            definition.doubtful = false;
        }
        match members.get("@nest") {
            None => {}
            Some(Source::String(nest)) if &**nest == "@nest" || !nest.starts_with('@') => {
                definition.nest = Some(nest.clone());
            }
            Some(_) => return Err(invalid(term, "its @nest is not a term")),
        }
        Ok(())
    }

    /// Step 14 onwards: the IRI of the term.
    fn map(
        &mut self,
        term: &str,
        id: Option<&Arc<str>>,
        simple: bool,
        definition: &mut Definition,
    ) -> Result<(), Fault> {
        let colon = term.char_indices().skip(1).find(|(_, c)| *c == ':').map(|(at, _)| at);
        if let Some(id) = id.filter(|id| &***id != term) {
            let mapped =
                self.resolve(id)?.filter(|i| iri::is_absolute(i) || iri::keyword(i).is_some());
            let Some(mapped) = mapped else {
                return Err(invalid(term, "its @id is neither a full IRI nor a keyword"));
            };
            if looks_like_iri(term) {
                self.defined.insert(term.into(), true);
                let own = self.resolve(term)?;
                self.defined.insert(term.into(), false);
                if own.as_ref() != Some(&mapped) {
                    return Err(invalid(term, "it looks like an IRI but means another"));
                }
            }
            let delimited = mapped.ends_with([':', '/', '?', '#', '[', ']', '@']);
            let fits = colon.is_none() && (delimited || mapped.starts_with("_:"));
            definition.prefix = simple && fits && !term.contains('/');
            // One processor forgets that only short definitions make prefixes.
            definition.doubtful = fits && !definition.prefix;
            definition.iri = Some(mapped.into());
        } else if let Some(at) = colon {
            let (prefix, suffix) = (&term[..at], &term[at + 1..]);
            self.define(prefix)?;
            definition.iri = match self.draft.term(prefix) {
                None => Some(term.into()),
                Some(Definition { iri: Some(namespace), .. }) => {
                    Some(format!("{namespace}{suffix}").into())
                }
                Some(_) => return Err(invalid(term, "its prefix means nothing")),
            };
        } else if term == "@type" {
            definition.iri = Some("@type".into());
        } else if term.contains('/') {
            // Resolved against the base by some, after @vocab by others.
            return Err(ContextFault::Unsupported("a term with a slash and no @id").into());
        } else if let Some(vocab) = &self.draft.vocab {
            definition.iri = Some(format!("{vocab}{term}").into());
        } else {
            return Err(invalid(term, "it has no @id and there is no @vocab"));
        }
        Ok(())
    }

    fn reverse(
        &mut self,
        term: &str,
        members: &Members,
        reverse: &Source,
        definition: &mut Definition,
    ) -> Result<(), Fault> {
        if members.get("@nest").is_some() {
            return Err(invalid(term, "it has both @nest and @reverse"));
        }
        let Some(text) = reverse.as_str() else {
            return Err(invalid(term, "its @reverse is not a string"));
        };
        match self.resolve(text)?.filter(|iri| iri::is_absolute(iri)) {
            None => Err(invalid(term, "its @reverse is not a full IRI")),
            Some(mapped) => {
                definition.iri = Some(mapped.into());
                definition.reverse = true;
                Ok(())
            }
        }
    }

    fn coercion(
        &mut self,
        term: &str,
        members: &Members,
        definition: &mut Definition,
    ) -> Result<(), Fault> {
        let Some(value) = members.get("@type") else {
            return Ok(());
        };
        let Some(text) = value.as_str() else {
            return Err(invalid(term, "its @type is not a string"));
        };
        definition.coercion = Some(match &**text {
            "@id" => Coercion::Id,
            "@vocab" => Coercion::Vocab,
            "@json" => Coercion::Json,
            "@none" => Coercion::None,
            other => {
                let datatype = self.resolve(other)?;
                let writable = datatype
                    .filter(|datatype| iri::is_absolute(datatype) && !datatype.starts_with("_:"));
                let why = "its @type is not a full IRI";
                Coercion::Datatype(writable.ok_or_else(|| invalid(term, why))?.into())
            }
        });
        Ok(())
    }

    fn index(
        &mut self,
        term: &str,
        members: &Members,
        definition: &mut Definition,
    ) -> Result<(), Fault> {
        let Some(index) = members.get("@index") else {
            return Ok(());
        };
        let property = index.as_str().filter(|property| !property.starts_with('@'));
        let Some(property) = property.filter(|_| definition.container.has(Container::INDEX)) else {
            return Err(invalid(term, "its @index needs an index container and a property"));
        };
        self.resolve(property)?;
        definition.index = Some(property.clone());
        Ok(())
    }

    /// IRI expansion while the local context is being defined.
    fn resolve(&mut self, text: &str) -> Result<Option<String>, Fault> {
        if iri::keyword(text).is_none() && !iri::looks_like_keyword(text) {
            if self.defined.get(text) != Some(&true) {
                self.define(text)?;
            }
            let prefix = text.split_once(':').filter(|(prefix, suffix)| {
                !prefix.is_empty() && *prefix != "_" && !suffix.starts_with("//")
            });
            if let Some((prefix, _)) = prefix.filter(|_| self.draft.term(text).is_none()) {
                self.define(prefix)?;
            }
        }
        Ok(self.draft.expand_vocab(text).map(|expanded| expanded.into_owned()))
    }
}

/// Steps 4 to 6: keywords stay what they are, but `@type` may be a set.
fn check_name(term: &str, value: &Source) -> Result<(), Fault> {
    if term.is_empty() {
        return Err(invalid(term, "a term has at least one character"));
    }
    if term == "@type" {
        let set = value.as_object().is_some_and(|members| {
            members.len() > 0
                && members.iter().all(|(name, value)| match &**name {
                    "@container" => value.as_str().is_some_and(|c| &**c == "@set"),
                    "@protected" => true,
                    _ => false,
                })
        });
        if set {
            return Ok(());
        }
    }
    if iri::keyword(term).is_some() || iri::looks_like_keyword(term) {
        return Err(ContextFault::KeywordRedefinition(term.to_owned()).into());
    }
    Ok(())
}

fn container(term: &str, value: &Source, definition: &mut Definition) -> Result<(), Fault> {
    let names = match value {
        Source::Array(names) => names,
        one => std::slice::from_ref(one),
    };
    let mut set = Container::NONE;
    for name in names {
        let one = name.as_str().and_then(|name| Container::named(name));
        set = set.with(one.ok_or_else(|| invalid(term, "its @container is not known"))?);
    }
    let beside_set = set.without(Container::SET);
    let graph = Container::GRAPH.with(Container::ID).with(Container::INDEX);
    let valid = if set.has(Container::LIST) {
        set == Container::LIST
    } else if set.has(Container::GRAPH) {
        beside_set.without(graph) == Container::NONE && beside_set.count() <= 2
    } else {
        beside_set.count() <= 1
    };
    let reversible = beside_set == Container::NONE || beside_set == Container::INDEX;
    if !valid || (definition.reverse && !reversible) {
        return Err(invalid(term, "its @container values do not go together"));
    }
    if set.has(Container::TYPE) {
        match definition.coercion.get_or_insert(Coercion::Id) {
            Coercion::Id | Coercion::Vocab => {}
            _ => return Err(invalid(term, "a type container holds nodes only")),
        }
    }
    definition.container = set;
    Ok(())
}

fn language(term: &str, members: &Members, definition: &mut Definition) -> Result<(), Fault> {
    if members.get("@type").is_none() {
        definition.language = match members.get("@language") {
            None => None,
            Some(Source::Null) => Some(None),
            Some(Source::String(tag)) if iri::is_language_tag(tag) => {
                Some(Some(tag.to_lowercase().into()))
            }
            Some(_) => return Err(invalid(term, "its @language is not a language tag")),
        };
    }
    if let Some(value) = members.get("@direction") {
        let direction = direction(value);
        let why = "its @direction is not ltr, rtl or null";
        definition.direction = Some(direction.ok_or_else(|| invalid(term, why))?);
    }
    Ok(())
}

fn boolean(term: &str, members: &Members, name: &str) -> Result<Option<bool>, Fault> {
    match members.get(name) {
        None => Ok(None),
        Some(Source::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(invalid(term, "a flag is not a boolean")),
    }
}

/// A colon before something else than a colon, or a slash.
fn looks_like_iri(term: &str) -> bool {
    term.contains('/') || term.as_bytes().windows(2).any(|pair| pair[0] == b':' && pair[1] != b':')
}

fn invalid(term: &str, why: &'static str) -> Fault {
    ContextFault::InvalidTerm { term: term.to_owned(), why }.into()
}
