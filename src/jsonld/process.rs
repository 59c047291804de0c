//! Context processing: a local context over an active one.
//!
//! Spec: <https://www.w3.org/TR/json-ld11-api/#context-processing-algorithm>.
//! Invariant: nothing is ever loaded; a URL is a known context or an error, and
//! the work of one document's contexts is bounded by [`BUDGET`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::context::{Active, Context, ContextFault, Direction};
use super::contexts::Contexts;
use super::define::Definer;
use super::iri;
use super::recent::Recent;
use super::source::{Members, Source};

/// How many term definitions one document's contexts may copy and make.
const BUDGET: usize = 250_000;

/// How many terms a document's own contexts may define together. Each makes
/// every name of the document dearer; real documents define a handful.
const OWN_TERMS: usize = 200;

/// Contexts inside contexts may be nested this deep.
const MAX_DEPTH: usize = 32;

/// Members of a context that define no term.
const NOT_TERMS: [&str; 8] = [
    "@base",
    "@direction",
    "@import",
    "@language",
    "@propagate",
    "@protected",
    "@version",
    "@vocab",
];

/// How a local context is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    /// Whether it reaches into nested nodes. Type-scoped contexts do not.
    pub(super) propagate: bool,
    /// Whether it may redefine protected terms. Property-scoped contexts may.
    pub(super) override_protected: bool,
    /// Whether its text comes from a known URL.
    pub(super) known: bool,
}

/// Why processing failed; the caller knows where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    Unknown(String),
    Protected(String),
    Invalid(ContextFault),
    TooComplex,
}

impl From<ContextFault> for Fault {
    fn from(fault: ContextFault) -> Self {
        Fault::Invalid(fault)
    }
}

/// What came of a local context over an active one, kept for all documents.
///
/// Looking up takes no lock: an entry never changes once it is there. It keeps
/// both contexts alive, so their addresses stay theirs. What comes when there
/// is no room any more is kept for a while, under a lock.
#[derive(Debug)]
pub(super) struct Memo {
    buckets: Box<[Slot]>,
    kept: AtomicUsize,
    recent: Recent,
}

type Slot = OnceLock<Box<Remembered>>;

#[derive(Debug)]
struct Remembered {
    active: Arc<Context>,
    local: Source,
    mode: Mode,
    result: Arc<Context>,
    next: Slot,
}

pub(super) type Key = (usize, usize, Mode);

impl Default for Memo {
    fn default() -> Self {
        let buckets = (0..Memo::BUCKETS).map(|_| Slot::new()).collect();
        Memo { buckets, kept: AtomicUsize::new(0), recent: Recent::default() }
    }
}

impl Memo {
    const BUCKETS: usize = 1 << 10;

    /// More than the pairs that real documents form. Past it nothing is kept
    /// for good, so that nobody can fill the memory with made-up sequences.
    const CAPACITY: usize = 1_000;

    fn key(active: &Arc<Context>, local: &Source, mode: Mode) -> Key {
        (Arc::as_ptr(active) as usize, local.address(), mode)
    }

    /// Addresses are multiples of 8 at least, and spread by an odd factor.
    fn bucket(&self, (active, local, mode): Key) -> &Slot {
        let flags = usize::from(mode.propagate) | usize::from(mode.override_protected) << 1;
        let mixed = (active >> 3).wrapping_mul(31).wrapping_add(local >> 3).wrapping_add(flags);
        let spread = (mixed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        &self.buckets[spread as usize % Memo::BUCKETS]
    }

    fn recall(&self, active: &Arc<Context>, local: &Source, mode: Mode) -> Option<&Arc<Context>> {
        let key = Memo::key(active, local, mode);
        let mut slot = self.bucket(key);
        while let Some(entry) = slot.get() {
            if Memo::key(&entry.active, &entry.local, entry.mode) == key {
                return Some(&entry.result);
            }
            slot = &entry.next;
        }
        None
    }

    fn is_full(&self) -> bool {
        self.kept.load(Ordering::Relaxed) >= Memo::CAPACITY
    }

    /// The kept result, which may be another thread's; `None` if it was not kept
    /// for good.
    fn keep(
        &self,
        active: &Arc<Context>,
        local: &Source,
        mode: Mode,
        result: &Arc<Context>,
    ) -> Option<&Arc<Context>> {
        if local.address() == 0 {
            return None;
        }
        let key = Memo::key(active, local, mode);
        if self.kept.fetch_add(1, Ordering::Relaxed) >= Memo::CAPACITY {
            self.kept.fetch_sub(1, Ordering::Relaxed);
            self.recent.keep(key, active, local, result);
            return None;
        }
        let local = local.clone();
        let (active, result) = (active.clone(), result.clone());
        let mut new = Some(Box::new(Remembered { active, local, mode, result, next: Slot::new() }));
        let mut slot = self.bucket(key);
        loop {
            let entry = slot.get_or_init(|| new.take().expect("it was put nowhere yet"));
            if Memo::key(&entry.active, &entry.local, entry.mode) == key {
                if new.is_some() {
                    // Another thread was here first.
                    self.kept.fetch_sub(1, Ordering::Relaxed);
                }
                return Some(&entry.result);
            }
            slot = &entry.next;
        }
    }
}

/// Processes the contexts of one document.
pub(super) struct Processor<'c> {
    contexts: &'c Contexts,
    /// What came of the document's own contexts, with what keeps the addresses.
    own: HashMap<Key, (Active<'c>, Source, Active<'c>)>,
    budget: usize,
    /// Terms that the document's own contexts may still define.
    own_terms: usize,
    /// URLs being processed, outermost first.
    remote: Vec<Arc<str>>,
    depth: usize,
}

impl<'c> Processor<'c> {
    pub(super) fn new(contexts: &'c Contexts) -> Self {
        Processor {
            contexts,
            own: HashMap::new(),
            budget: BUDGET,
            own_terms: OWN_TERMS,
            remote: vec![],
            depth: 0,
        }
    }

    pub(super) fn initial(&self) -> Active<'c> {
        Active::Known(self.contexts.initial())
    }

    pub(super) fn process(
        &mut self,
        active: &Active<'c>,
        local: &Source,
        mode: Mode,
    ) -> Result<Active<'c>, Fault> {
        let memo = Some(self.contexts.memo()).filter(|_| active.known && mode.known);
        let key = Memo::key(active.share(), local, mode);
        let remembered = match memo {
            Some(memo) => match memo.recall(active.share(), local, mode) {
                None if memo.is_full() => memo.recent.recall(&key).map(Active::Own),
                kept => kept.map(Active::Known),
            },
            None => self.own.get(&key).map(|(_, _, result)| result.clone()),
        };
        if let Some(result) = remembered {
            return Ok(result);
        }
        if self.depth == MAX_DEPTH {
            return Err(ContextFault::Unsupported("nesting contexts this deep").into());
        }
        self.depth += 1;
        let result = self.apply(active, local, mode);
        self.depth -= 1;
        let result = result?;
        if let Some(memo) = memo {
            let kept = memo.keep(active.share(), local, mode, result.share());
            return Ok(kept.map_or(result, Active::Known));
        }
        if local.address() != 0 {
            self.own.insert(key, (active.clone(), local.clone(), result.clone()));
        }
        Ok(result)
    }

    fn apply(
        &mut self,
        active: &Active<'c>,
        local: &Source,
        mode: Mode,
    ) -> Result<Active<'c>, Fault> {
        let entries = match unwrapped_array(local).unwrap_or(local) {
            Source::Array(entries) => entries,
            one => std::slice::from_ref(one),
        };
        let Some(first) = entries.first() else {
            // After it, one processor no longer reads JSON-LD 1.1.
            return Err(ContextFault::Unsupported("an empty array").into());
        };
        let propagate = match first.as_object().and_then(|first| first.get("@propagate")) {
            Some(Source::Bool(propagate)) => *propagate,
            _ => mode.propagate,
        };
        let mut result = active.clone();
        if !propagate && result.previous.is_none() {
            let previous = Some(active.share().clone());
            result = Active::own(Context { previous, ..self.draft(&result)? });
        }
        for entry in entries {
            result = match entry {
                Source::Null if !mode.override_protected && result.has_protected() => {
                    return Err(ContextFault::Nullification.into());
                }
                Source::Null if propagate => self.initial(),
                Source::Null => {
                    // It holds on to all that stood before, and long chains cost the stack.
                    self.spend(1_000)?;
                    let known = mode.known && result.known;
                    let previous = Some(result.share().clone());
                    Active::own(Context { previous, known, ..Context::default() })
                }
                Source::String(url) => self.apply_url(&result, url, mode)?,
                Source::Object(members) => self.apply_object(&result, unwrapped(members)?, mode)?,
                _ => return Err(ContextFault::NotAContext.into()),
            };
        }
        Ok(result)
    }

    /// The context of a URL.
    pub(super) fn apply_url(
        &mut self,
        active: &Active<'c>,
        url: &str,
        mode: Mode,
    ) -> Result<Active<'c>, Fault> {
        let Some((url, local)) = self.contexts.source(url) else {
            return Err(Fault::Unknown(url.to_owned()));
        };
        if self.remote.contains(url) {
            return Err(ContextFault::Recursive(url.to_string()).into());
        }
        self.remote.push(url.clone());
        let result = self.process(active, local, Mode { known: true, propagate: true, ..mode });
        self.remote.pop();
        result
    }

    fn apply_object(
        &mut self,
        active: &Active<'c>,
        local: &Members,
        mode: Mode,
    ) -> Result<Active<'c>, Fault> {
        let mut draft = self.draft(active)?;
        self.spend(local.len())?;
        if !mode.known {
            let left = self.own_terms.checked_sub(local.len());
            self.own_terms = left.ok_or(Fault::TooComplex)?;
        }
        draft.known = active.known && mode.known;
        settings(&mut draft, local)?;
        let protected = flag(local, "@protected")?;
        if protected == Some(false) {
            // jsonld.js takes it for a term that depends on itself.
            return Err(
                ContextFault::Unsupported("\"@protected\": false of a whole context").into()
            );
        }
        let mut definer = Definer::new(&mut draft, local, protected.is_some(), mode);
        for (term, _) in local.iter().filter(|(term, _)| !NOT_TERMS.contains(&&***term)) {
            definer.define(term)?;
        }
        if mode.known && changes_nothing(&draft, active, local) {
            return Ok(active.clone());
        }
        let result = Active::own(draft);
        if !mode.known {
            self.check_scoped(&result, local)?;
        }
        Ok(result)
    }

    /// A scoped context must be valid even where the document does not use it.
    fn check_scoped(&mut self, active: &Active<'c>, local: &Members) -> Result<(), Fault> {
        for (_, definition) in local.iter() {
            let scoped = definition.as_object().and_then(|members| members.get("@context"));
            // A context that names the one being processed is a loop only where it is used.
            let Some(scoped) =
                scoped.filter(|s| s.as_str().is_none_or(|u| !self.remote.contains(u)))
            else {
                continue;
            };
            self.process(
                active,
                scoped,
                Mode { propagate: true, override_protected: true, known: false },
            )?;
        }
        Ok(())
    }

    fn draft(&mut self, active: &Context) -> Result<Context, Fault> {
        self.spend(active.terms.len())?;
        Ok(active.draft())
    }

    fn spend(&mut self, work: usize) -> Result<(), Fault> {
        self.budget = self.budget.checked_sub(work).ok_or(Fault::TooComplex)?;
        Ok(())
    }
}

/// Whether a draft over a context is that context again, so that a known URL
/// that is named often makes one context and not many.
fn changes_nothing(draft: &Context, active: &Context, local: &Members) -> bool {
    let definition = |context: &Context, term: &str| {
        context.terms.get(term).map(|entry| entry.definition.clone())
    };
    draft.known == active.known
        && draft.vocab == active.vocab
        && draft.language == active.language
        && draft.direction == active.direction
        && local.iter().all(|(term, _)| definition(draft, term) == definition(active, term))
}

/// `{"@context": [...]}` in the place of a context: its array.
fn unwrapped_array(local: &Source) -> Option<&Source> {
    let members = local.as_object().filter(|members| members.len() == 1)?;
    members.get("@context").filter(|inner| matches!(inner, Source::Array(_)))
}

/// `{"@context": {...}}` in the place of a context: its object.
fn unwrapped(members: &Arc<Members>) -> Result<&Arc<Members>, ContextFault> {
    match members.get("@context") {
        None => Ok(members),
        Some(Source::Object(inner)) if members.len() == 1 => Ok(inner),
        Some(_) => Err(ContextFault::NotAContext),
    }
}

/// The members of a local context that are not terms.
fn settings(draft: &mut Context, local: &Members) -> Result<(), ContextFault> {
    let invalid = |name: &str| Err(ContextFault::InvalidEntry(name.to_owned()));
    match local.get("@version") {
        None => {}
        Some(Source::Number(version)) if *version == 1.1 => {}
        Some(_) => return invalid("@version"),
    }
    if local.get("@import").is_some() {
        return Err(ContextFault::Unsupported("@import"));
    }
    // There is no base IRI: whatever `@base` says, a relative IRI stays an error.
    if !matches!(local.get("@base"), None | Some(Source::Null | Source::String(_))) {
        return invalid("@base");
    }
    match local.get("@vocab") {
        None => {}
        Some(Source::Null) => draft.vocab = None,
        Some(Source::String(vocab)) => {
            let expanded = draft
                .expand_vocab(vocab)
                .filter(|vocab| iri::is_absolute(vocab) && vocab.len() <= iri::MAX_DEFINED);
            match expanded.map(|vocab| vocab.into_owned()) {
                Some(vocab) => draft.vocab = Some(vocab.into()),
                None => return invalid("@vocab"),
            }
        }
        Some(_) => return invalid("@vocab"),
    }
    match local.get("@language") {
        None => {}
        Some(Source::Null) => draft.language = None,
        Some(Source::String(language)) if iri::is_language_tag(language) => {
            draft.language = Some(language.to_lowercase().into());
        }
        Some(_) => return invalid("@language"),
    }
    if let Some(value) = local.get("@direction") {
        draft.direction =
            direction(value).ok_or(ContextFault::InvalidEntry("@direction".into()))?;
    }
    flag(local, "@propagate").map(drop)
}

fn flag(local: &Members, name: &str) -> Result<Option<bool>, ContextFault> {
    match local.get(name) {
        None => Ok(None),
        Some(Source::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(ContextFault::InvalidEntry(name.to_owned())),
    }
}

/// `ltr`, `rtl` or null; `None` for anything else.
pub(super) fn direction(value: &Source) -> Option<Option<Direction>> {
    match value {
        Source::Null => Some(None),
        Source::String(text) if &**text == "ltr" => Some(Some(Direction::Ltr)),
        Source::String(text) if &**text == "rtl" => Some(Some(Direction::Rtl)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two contexts that undo each other.
    const OPPOSED: [&str; 2] = ["urn:x", "urn:y"];
    const USUAL: [&str; 2] = [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ];
    const MODE: Mode = Mode { propagate: true, override_protected: false, known: false };

    /// What comes of these contexts, one after the other, in one document.
    fn applied<'c>(contexts: &'c Contexts, urls: &[&str]) -> Result<Active<'c>, Fault> {
        let mut processor = Processor::new(contexts);
        let initial = processor.initial();
        urls.iter().try_fold(initial, |active, url| processor.apply_url(&active, url, MODE))
    }

    fn fresh() -> Contexts {
        let known = Contexts::bundled().with("urn:x", br#"{"@context": {"t": "urn:t:x"}}"#);
        let known = known.and_then(|c| c.with("urn:y", br#"{"@context": {"t": "urn:t:y"}}"#));
        known.expect("they are context documents")
    }

    #[test]
    fn a_context_that_changes_nothing_makes_no_new_one() {
        let contexts = fresh();
        let once = applied(&contexts, &USUAL).unwrap();
        let often = applied(&contexts, &USUAL.repeat(1_000)).unwrap();
        assert!(Arc::ptr_eq(once.share(), often.share()));
        assert!(contexts.memo().kept.load(Ordering::Relaxed) <= 4);
    }

    #[test]
    fn made_up_sequences_neither_push_out_nor_keep_out_the_usual_ones() {
        let contexts = fresh();
        let before = applied(&contexts, &USUAL[..1]).unwrap();
        // Each makes a new context, for the one before meant something else.
        let made_up = applied(&contexts, &OPPOSED.repeat(1_000)).unwrap();
        let memo = contexts.memo();
        assert!(memo.is_full() && made_up.known);
        let after = applied(&contexts, &USUAL[..1]).unwrap();
        assert!(Arc::ptr_eq(before.share(), after.share()));
        let [first, second] = [(); 2].map(|()| applied(&contexts, &USUAL).unwrap());
        assert!(Arc::ptr_eq(first.share(), second.share()));
        assert_eq!(memo.kept.load(Ordering::Relaxed), Memo::CAPACITY);
        assert!(memo.recent.len() <= 500);
    }
}
