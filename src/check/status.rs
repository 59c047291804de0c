//! Check `status`: what the issuer's lists say of the credential, one check for
//! each entry.
//! Spec: <https://www.w3.org/TR/vc-bitstring-status-list/#validate-algorithm>
//!
//! Who has a revoked credential names a list of his own, plays an old list again,
//! names an index past the list's end or another purpose, hides the entry that
//! counts behind one that does not, or keeps the list from answering.
//!
//! Invariant: a list that does not answer, or is not the issuer's own, is
//! undecided and never *good*; every entry is looked at, and revoked and
//! suspended are told apart.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::json_ld::sentence;
use super::proof::Authentic;
use super::{Check, Problem, SKEW};
use crate::model::credential::{Credential, types};
use crate::model::json::Value;
use crate::status::bitstring::{BitstringError, Entry, EntryError, List, Purpose};

pub const NAME: &str = "status";
pub const REVOKED: &str = "revoked";
pub const SUSPENDED: &str = "suspended";

/// A copy of a list is used this long, or for its own `ttl` where that is longer.
const MIN_TTL: SignedDuration = SignedDuration::from_mins(5);
/// More entries than any credential has; each costs a fetch and a signature.
const MAX_ENTRIES: usize = 8;

/// An entry of a credential, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Entry(Entry),
    /// Of a kind that we do not read.
    Unknown {
        kind: String,
    },
    Broken(EntryError),
    /// The entries from here on were not asked about.
    TooMany,
}

impl Named {
    /// The list's URL.
    pub fn list(&self) -> Option<&str> {
        match self {
            Named::Entry(entry) => Some(&entry.list),
            Named::Unknown { .. } | Named::Broken(_) | Named::TooMany => None,
        }
    }
}

/// The entries to ask about.
pub fn named(credential: &Credential<'_, '_>) -> Vec<Named> {
    let mut named: Vec<_> = credential.status_entries().take(MAX_ENTRIES).map(read).collect();
    if credential.status_entries().count() > MAX_ENTRIES {
        named.push(Named::TooMany);
    }
    named
}

/// Where in the credential an entry stands.
pub fn pointer(credential: &Credential<'_, '_>, index: usize) -> String {
    match credential.0.get("credentialStatus") {
        Some(Value::Array(_)) => format!("/credentialStatus/{index}"),
        _ => "/credentialStatus".to_owned(),
    }
}

/// What is known of the list that an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListFact {
    /// Its signature held.
    Read(SignedList),
    /// Its signature held, and it is no list that says anything.
    Broken(BitstringError),
    /// It did not answer, or its signature did not hold: why.
    Unknown(Problem),
}

/// A list whose signature held under a key of its own issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList {
    id: Option<String>,
    issuer: String,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    /// Shared, so that who keeps it keeps one.
    list: Arc<List>,
    /// How many bytes it was read from: bounds every text in it.
    source: usize,
    /// Absent as long as nobody said when.
    fetched_at: Option<Timestamp>,
}

impl ListFact {
    /// Reads a list credential; only one whose signature held can be read.
    pub fn read(authentic: &Authentic<'_, '_>) -> Self {
        let credential = authentic.credential();
        let subject = credential
            .subject()
            .filter(|_| credential.has_type(List::CREDENTIAL_TYPE))
            .ok_or(BitstringError::NotAList);
        match subject.and_then(List::read) {
            Err(error) => ListFact::Broken(error),
            Ok(list) => ListFact::Read(SignedList {
                id: credential.id().map(str::to_owned),
                issuer: authentic.issuer().to_owned(),
                valid_from: credential.valid_from(),
                valid_until: credential.valid_until(),
                list: Arc::new(list),
                source: authentic.document().bytes().len(),
                fetched_at: None,
            }),
        }
    }

    /// About how many bytes of memory it takes: of a list, at least as many as it was read
    /// from, since its issuer chose how long its id and its purposes are.
    pub fn weight(&self) -> usize {
        match self {
            ListFact::Read(SignedList { list, source, issuer, .. }) => {
                let purposes = list.purposes.len() * size_of::<Purpose>();
                size_of::<List>() + list.bits.len() / 8 + purposes + issuer.len() + source
            }
            // Of numbers and names of ours.
            ListFact::Broken(_) => 0,
            ListFact::Unknown(problem) => problem.weight(),
        }
    }

    /// Says when the list was answered.
    pub fn fetched(mut self, at: Timestamp) -> Self {
        if let ListFact::Read(list) = &mut self {
            list.fetched_at = Some(at);
        }
        self
    }

    /// A list that is older than one that was seen is one played again.
    /// `newest` tells the latest start that was seen, given an issuer and this one.
    pub fn unless_behind(self, newest: impl FnOnce(&str, Timestamp) -> Timestamp) -> Self {
        let ListFact::Read(list) = &self else { return self };
        match list.valid_from.filter(|from| newest(&list.issuer, *from) > *from) {
            None => self,
            Some(from) => {
                let detail = format!("The list is from {from}; a later one was seen before.");
                ListFact::Unknown(Problem::new("status-list-behind", detail))
            }
        }
    }

    pub fn fetched_at(&self) -> Option<Timestamp> {
        match self {
            ListFact::Read(list) => list.fetched_at,
            _ => None,
        }
    }
}

/// The check where a credential names no list.
pub fn none() -> Check {
    Check::skipped(NAME, "the credential names no status list, so it cannot be revoked")
}

/// Judges one entry. `fact` is about the list that it names.
pub fn check(entry: &Named, fact: Option<&ListFact>, issuer: &str, now: Timestamp) -> Check {
    let entry = match entry {
        Named::Entry(entry) => entry,
        Named::Unknown { kind } => {
            let detail = format!("Status entries of type {kind:?} are not supported.");
            let problem = Problem::new("unsupported-status", detail);
            return Check::undecided(NAME, kind.as_str(), problem);
        }
        Named::TooMany => {
            let detail = format!("The credential has more than {MAX_ENTRIES} status entries.");
            let problem = Problem::new("too-many-status-entries", detail);
            return Check::undecided(NAME, "too many entries", problem);
        }
        Named::Broken(error) => {
            let problem = Problem::new("invalid-status-entry", sentence(&error.to_string()));
            return Check::fail(NAME, Entry::TYPE, problem);
        }
    };
    let observed = format!("{}, entry {} of {}", entry.purpose.as_str(), entry.index, entry.list);
    let judged = match fact {
        Some(ListFact::Read(list)) => judge(entry, list, issuer, now),
        Some(ListFact::Broken(error)) => {
            Judged::Fail(Problem::new("invalid-status-list", sentence(&error.to_string())))
        }
        Some(ListFact::Unknown(problem)) => Judged::Undecided(problem.clone()),
        None => {
            let detail = "The status list was not asked.";
            Judged::Undecided(Problem::new("status-list-unreachable", detail))
        }
    };
    match judged {
        Judged::Pass(said) => Check::pass(NAME, format!("{observed}: {said}")),
        Judged::Fail(problem) => Check::fail(NAME, observed, problem),
        Judged::Undecided(problem) => Check::undecided(NAME, observed, problem),
    }
}

enum Judged {
    Pass(&'static str),
    Fail(Problem),
    Undecided(Problem),
}

fn judge(entry: &Entry, signed: &SignedList, issuer: &str, now: Timestamp) -> Judged {
    if let Err(problem) = usable(entry, signed, issuer, now) {
        return Judged::Undecided(problem);
    }
    if !signed.list.purposes.contains(&entry.purpose) {
        let purposes: Vec<_> = signed.list.purposes.iter().map(Purpose::as_str).collect();
        let detail = format!(
            "The entry is about {:?}, its list about {:?}.",
            entry.purpose.as_str(),
            purposes.join(", ")
        );
        return Judged::Fail(Problem::new("status-purpose", detail));
    }
    if entry.size != 1 {
        let detail = "Entries of more than one bit are not supported.";
        return Judged::Undecided(Problem::new("unsupported-status", detail));
    }
    let Some(set) = signed.list.bits.get(entry.index) else {
        let detail = format!(
            "The entry's index is {}, but its list has {} entries.",
            entry.index,
            signed.list.bits.len()
        );
        return Judged::Fail(Problem::new("status-index", detail));
    };
    match (&entry.purpose, set) {
        (_, false) => Judged::Pass("not set"),
        (Purpose::Revocation, true) => {
            Judged::Fail(Problem::new(REVOKED, "The issuer revoked this credential."))
        }
        (Purpose::Suspension, true) => {
            let detail = "The issuer suspended this credential; it may be reinstated.";
            Judged::Fail(Problem::new(SUSPENDED, detail))
        }
        (Purpose::Refresh, true) => Judged::Pass("set: the issuer has a newer version"),
        (Purpose::Message | Purpose::Other(_), true) => Judged::Undecided(Problem::new(
            "unsupported-status",
            format!("The list says something about {:?}.", entry.purpose.as_str()),
        )),
    }
}

/// Whether the list may be asked: the issuer's own, the one that was named,
/// within its time.
fn usable(entry: &Entry, signed: &SignedList, issuer: &str, now: Timestamp) -> Result<(), Problem> {
    if signed.issuer != issuer {
        let detail = format!(
            "The list is signed by {}, which nothing entitles to speak for {issuer}.",
            signed.issuer
        );
        return Err(Problem::new("status-list-of-another-issuer", detail));
    }
    // One list of the issuer must not answer for another of its lists.
    if let Some(id) = signed.id.as_deref().filter(|id| *id != entry.list) {
        let detail = format!("Expected the list {}, found {id}.", entry.list);
        return Err(Problem::new("another-status-list", detail));
    }
    if let Some(from) = signed.valid_from.filter(|from| from.duration_since(now) > SKEW) {
        let detail = format!("The list is valid from {from}; it is {now}.");
        return Err(Problem::new("status-list-not-yet-valid", detail));
    }
    if let Some(until) = signed.valid_until.filter(|until| now > *until) {
        let detail = format!("The list was valid until {until}; it is {now}.");
        return Err(Problem::new("status-list-expired", detail));
    }
    let ttl = signed.list.ttl.and_then(|ttl| i64::try_from(ttl).ok());
    let ttl = ttl.map_or(MIN_TTL, SignedDuration::from_millis).max(MIN_TTL);
    match signed.fetched_at {
        Some(at) if now.duration_since(at) <= ttl => {}
        at => {
            let at = at.map_or("an unknown time".to_owned(), |at| at.to_string());
            let detail = format!("The copy of the list is from {at}, too old.");
            return Err(Problem::new("status-list-too-old", detail));
        }
    }
    Ok(())
}

fn read(value: &Value<'_>) -> Named {
    let Some(object) = value.as_object() else {
        return Named::Unknown { kind: value.kind().to_owned() };
    };
    if types(object).any(|kind| kind == Entry::TYPE) {
        return match Entry::read(object) {
            Ok(entry) => Named::Entry(entry),
            Err(error) => Named::Broken(error),
        };
    }
    Named::Unknown { kind: types(object).next().unwrap_or_default().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::bitstring::{Bits, MIN_LENGTH};

    const ISSUER: &str = "did:web:nea.example";
    const LIST: &str = "https://nea.example/status/1";

    fn now() -> Timestamp {
        "2026-11-21T09:00:00Z".parse().unwrap()
    }

    fn signed(purpose: Purpose) -> SignedList {
        let mut bits = Bits::new(MIN_LENGTH);
        bits.set(7);
        SignedList {
            id: Some(LIST.into()),
            issuer: ISSUER.into(),
            valid_from: Some(now()),
            valid_until: Some(now()),
            list: Arc::new(List { purposes: vec![purpose], bits, ttl: None }),
            source: 900,
            fetched_at: Some(now()),
        }
    }

    fn entry(purpose: Purpose, index: usize) -> Named {
        Named::Entry(Entry { purpose, index, list: LIST.into(), size: 1 })
    }

    /// The problem's code, and whether it is undecided.
    fn run(entry: Named, list: SignedList) -> Option<(String, bool)> {
        let check = check(&entry, Some(&ListFact::Read(list)), ISSUER, now());
        check.problem().map(|problem| (problem.code.clone(), check.is_undecided()))
    }

    #[test]
    fn a_clear_bit_passes_and_a_set_one_says_what_it_means() {
        use Purpose::{Revocation, Suspension};
        assert_eq!(run(entry(Revocation, 8), signed(Revocation)), None);
        let revoked = run(entry(Revocation, 7), signed(Revocation));
        assert_eq!(revoked, Some((REVOKED.into(), false)));
        let suspended = run(entry(Suspension, 7), signed(Suspension));
        assert_eq!(suspended, Some((SUSPENDED.into(), false)));
    }

    #[test]
    fn the_weight_counts_the_source_the_bits_each_purpose_and_what_a_problem_says() {
        let weight = |list: &SignedList| ListFact::Read(list.clone()).weight();
        let mut list = signed(Purpose::Revocation);
        let small = weight(&list);
        assert!(small > 900 + MIN_LENGTH / 8);
        list.source += 1_000_000;
        assert_eq!(weight(&list), small + 1_000_000);
        // Three bytes of JSON make an empty purpose.
        let purposes = vec![Purpose::Other(String::new()); 1000];
        list.list = Arc::new(List { purposes, ..List::clone(&list.list) });
        assert_eq!(weight(&list), small + 1_000_000 + 999 * size_of::<Purpose>());
        let problem = Problem::new("x", "y".repeat(5000));
        assert_eq!(ListFact::Unknown(problem).weight(), 5001);
    }

    #[test]
    fn another_purpose_and_an_index_past_the_end_fail() {
        let purpose = run(entry(Purpose::Suspension, 8), signed(Purpose::Revocation));
        assert_eq!(purpose, Some(("status-purpose".into(), false)));
        let index = run(entry(Purpose::Revocation, MIN_LENGTH), signed(Purpose::Revocation));
        assert_eq!(index, Some(("status-index".into(), false)));
    }

    #[test]
    fn a_list_that_may_not_be_asked_is_undecided() {
        let second = SignedDuration::from_secs(1);
        type Change = fn(&mut SignedList, SignedDuration);
        let changes: [(&str, Change); 5] = [
            ("status-list-of-another-issuer", |list, _| list.issuer = "did:web:b.example".into()),
            ("another-status-list", |list, _| list.id = Some("https://nea.example/2".into())),
            ("status-list-not-yet-valid", |list, s| list.valid_from = Some(now() + SKEW + s)),
            ("status-list-expired", |list, s| list.valid_until = Some(now() - s)),
            ("status-list-too-old", |list, s| list.fetched_at = Some(now() - MIN_TTL - s)),
        ];
        for (code, change) in changes {
            let mut list = signed(Purpose::Revocation);
            change(&mut list, second);
            assert_eq!(run(entry(Purpose::Revocation, 8), list), Some((code.into(), true)));
        }
    }

    #[test]
    fn a_list_that_did_not_answer_is_never_good() {
        let unknown = ListFact::Unknown(Problem::new("status-list-unreachable", "x"));
        for fact in [Some(&unknown), None] {
            let check = check(&entry(Purpose::Revocation, 8), fact, ISSUER, now());
            assert!(check.is_undecided());
        }
        let strange = Named::Unknown { kind: "Strange".into() };
        assert!(check(&strange, None, ISSUER, now()).is_undecided());
    }
}
