//! Check `status`: what the issuer's lists say of the credential, one check for
//! each entry.
//! Spec: <https://www.w3.org/TR/vc-bitstring-status-list/#validate-algorithm>,
//! <https://www.imsglobal.org/spec/vcrl/v1p0/>
//!
//! Who has a revoked credential names a list of his own, plays an old list again,
//! names an index past the list's end or another purpose, hides the entry that
//! counts behind one that does not, or keeps the list from answering.
//!
//! Invariant: a list that does not answer, or is not the issuer's own, is
//! undecided and never *good*; every entry is looked at, and revoked and
//! suspended are told apart.

mod list;

use jiff::Timestamp;

use super::json_ld::sentence;
use super::options::Profile;
use super::{Check, Problem};
use crate::model::credential::{Credential, types};
use crate::model::json::{Object, Value};
use crate::status::bitstring::{Entry, EntryError, Kind, MIN_LENGTH, Purpose};
use crate::status::{revocation_list, status_list_2021};

pub use list::{AnsweredList, ListFact, SignedList};

pub const NAME: &str = "status";
pub const REVOKED: &str = "revoked";
pub const SUSPENDED: &str = "suspended";

/// More entries than any credential has; each costs a fetch and a signature.
const MAX_ENTRIES: usize = 8;

/// An entry of a credential, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Entry(Entry),
    /// 1EdTech's revocation list, which names credentials by their ids.
    RevocationList {
        list: String,
    },
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
            Named::RevocationList { list } => Some(list),
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

/// The check where a credential names no list.
pub fn none() -> Check {
    Check::skipped(NAME, "the credential names no status list, so it cannot be revoked")
}

/// Whose status is asked, and as of when.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub issuer: &'a str,
    pub credential_id: Option<&'a str>,
    pub now: Timestamp,
    pub profile: Profile,
}

/// A judged entry, and what is worth knowing beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub check: Check,
    pub warning: Option<Problem>,
}

/// Judges one entry. `fact` is about the list that it names.
pub fn check(named: &Named, fact: Option<&ListFact>, asked: Asked<'_>) -> Judgement {
    let (observed, judged) = match named {
        Named::Entry(entry) => {
            let observed =
                format!("{}, entry {} of {}", entry.purpose.as_str(), entry.index, entry.list);
            (observed, entry_in(entry, fact, asked))
        }
        Named::RevocationList { list } => {
            (format!("revocation, in {list}"), listed_in(list, fact, asked))
        }
        Named::Unknown { kind } => (kind.clone(), unknown(kind, asked.profile)),
        Named::TooMany => {
            let detail = format!(
                "Up to {MAX_ENTRIES} status entries are looked at; the credential has more."
            );
            let problem = Problem::new("too-many-status-entries", detail);
            ("too many entries".to_owned(), Judged::Undecided(problem))
        }
        Named::Broken(error @ EntryError::LargeSize { .. }) => {
            let problem = Problem::new("unsupported-status", sentence(&error.to_string()));
            (Entry::TYPE.to_owned(), Judged::Undecided(problem))
        }
        Named::Broken(error) => {
            let problem = Problem::new("invalid-status-entry", sentence(&error.to_string()));
            ("an entry that cannot be read".to_owned(), Judged::Fail(problem))
        }
    };
    let (check, warning) = match judged {
        Judged::Pass(said) => (Check::pass(NAME, format!("{observed}: {said}")), None),
        Judged::PassWith(warning) => (Check::pass(NAME, observed), Some(warning)),
        Judged::Fail(problem) => (Check::fail(NAME, observed, problem), None),
        Judged::Undecided(problem) => (Check::undecided(NAME, observed, problem), None),
        Judged::Skipped(reason) => (Check::skipped(NAME, reason), None),
    };
    Judgement { check, warning }
}

enum Judged {
    Pass(&'static str),
    /// It stands in nobody's way, and is worth knowing.
    PassWith(Problem),
    Fail(Problem),
    Undecided(Problem),
    Skipped(String),
}

impl Judged {
    fn of_unusable(fact: Option<&ListFact>) -> Self {
        match fact {
            Some(ListFact::Unknown(problem)) => Judged::Undecided(problem.clone()),
            Some(ListFact::Broken(error)) => {
                Judged::Fail(Problem::new("invalid-status-list", sentence(&error.to_string())))
            }
            Some(ListFact::Read(_)) => {
                let detail = "Expected a list of revoked credentials, found a list of bits.";
                Judged::Fail(Problem::new("invalid-status-list", detail))
            }
            Some(ListFact::Revocations(_)) => {
                let detail = "The list is not signed: expected a status list credential.";
                Judged::Undecided(Problem::new("status-list-not-authentic", detail))
            }
            None => {
                let detail = "The status list was not asked.";
                Judged::Undecided(Problem::new("status-list-unreachable", detail))
            }
        }
    }
}

fn unknown(kind: &str, profile: Profile) -> Judged {
    match profile {
        Profile::Strict => {
            let detail = format!(
                "Status entries of type {kind:?} are not supported; ask the issuer whether the \
                 credential still holds."
            );
            Judged::Undecided(Problem::new("unsupported-status", detail))
        }
        Profile::Conformance => Judged::Skipped(format!("entries of type {kind:?} are not read")),
    }
}

fn revoked(reason: Option<&str>) -> Judged {
    let detail = match reason {
        None => "The issuer revoked this credential.".to_owned(),
        Some(reason) => format!("The issuer revoked this credential: {reason:?}."),
    };
    Judged::Fail(Problem::new(REVOKED, detail))
}

/// A credential in a list of those that were revoked.
fn listed_in(list: &str, fact: Option<&ListFact>, asked: Asked<'_>) -> Judged {
    let Some(ListFact::Revocations(answered)) = fact else { return Judged::of_unusable(fact) };
    if let Err(problem) = answered.usable(list, asked.issuer, asked.now) {
        return Judged::Undecided(problem);
    }
    let Some(id) = asked.credential_id else {
        let detail = "The list names credentials by their ids, and this one has none.";
        return Judged::Undecided(Problem::new("no-id-to-look-up", detail));
    };
    match answered.list.revocation(id) {
        Some(reason) => revoked(reason),
        None => Judged::Pass("not listed"),
    }
}

/// An entry in a list of bits.
fn entry_in(entry: &Entry, fact: Option<&ListFact>, asked: Asked<'_>) -> Judged {
    let Some(ListFact::Read(signed)) = fact else { return Judged::of_unusable(fact) };
    if let Err(problem) = signed.usable(&entry.list, asked.issuer, asked.now) {
        return Judged::Undecided(problem);
    }
    let list = &signed.list;
    if list.kind != entry.kind {
        let kind = |kind| match kind {
            Kind::Bitstring => "Bitstring Status List",
            Kind::StatusList2021 => "Status List 2021",
        };
        let detail =
            format!("The entry is of a {}, its list is a {}.", kind(entry.kind), kind(list.kind));
        return Judged::Fail(Problem::new("invalid-status-list", detail));
    }
    if !list.purposes.contains(&entry.purpose) {
        let purposes: Vec<_> = list.purposes.iter().map(Purpose::as_str).collect();
        let detail = format!(
            "The entry is about {:?}, its list about {:?}.",
            entry.purpose.as_str(),
            purposes.join(", ")
        );
        return Judged::Fail(Problem::new("status-purpose", detail));
    }
    let entries = list.bits.len() / entry.size;
    if entries < MIN_LENGTH {
        let detail = format!(
            "With {} bits for each, the list has {entries} entries; a list has at least \
             {MIN_LENGTH}.",
            entry.size
        );
        return Judged::Fail(Problem::new("invalid-status-list", detail));
    }
    match list.bits.value(entry.index, entry.size) {
        Some(value) => meaning(entry, value, asked.profile),
        None => {
            let detail = format!(
                "The entry's index is {}, but its list has {entries} entries.",
                entry.index
            );
            Judged::Fail(Problem::new("status-index", detail))
        }
    }
}

/// What a value means for the credential.
fn meaning(entry: &Entry, value: u64, profile: Profile) -> Judged {
    match (&entry.purpose, value) {
        (Purpose::Other(purpose), _) => match profile {
            Profile::Strict => {
                let detail = format!(
                    "The list is about {purpose:?}, and what that means for the credential only \
                     its issuer can say."
                );
                Judged::Undecided(Problem::new("unsupported-status", detail))
            }
            Profile::Conformance => Judged::Skipped(format!("the purpose {purpose:?} is not read")),
        },
        (Purpose::Message, _) => message(entry, value),
        (_, 0) => Judged::Pass("not set"),
        (Purpose::Revocation, _) => revoked(entry.message(value)),
        (Purpose::Suspension, _) => {
            let detail = "The issuer suspended this credential; it may be reinstated.";
            Judged::Fail(Problem::new(SUSPENDED, detail))
        }
        (Purpose::Refresh, _) => {
            let detail = "The issuer's list says that there is a newer version of this credential. \
                          This one still holds.";
            Judged::PassWith(Problem::new("newer-version", detail))
        }
    }
}

/// What an issuer says in its own words, only a person can weigh.
fn message(entry: &Entry, value: u64) -> Judged {
    let said = match (entry.message(value), value) {
        (None, 0) => return Judged::Pass("not set"),
        (None, _) => format!(
            "The issuer's list says {value:#x} of this credential, and nothing \
                              tells what that means."
        ),
        (Some(message), _) => format!("The issuer says of this credential: {message:?}."),
    };
    match value {
        0 => Judged::PassWith(Problem::new("status-message", said)),
        _ => {
            let detail = format!("{said} Ask the issuer what that means for whoever relies on it.");
            Judged::Undecided(Problem::new("status-message", detail))
        }
    }
}

fn read(value: &Value<'_>) -> Named {
    let Some(object) = value.as_object() else {
        return Named::Unknown { kind: value.kind().to_owned() };
    };
    let of = |(name, _): &&EntryKind| types(object).any(|kind| kind == *name);
    match ENTRY_KINDS.iter().find(of) {
        Some((_, read)) => read(object),
        None => Named::Unknown { kind: types(object).next().unwrap_or_default().to_owned() },
    }
}

/// A kind of entry by its type, and how it is read.
pub type EntryKind = (&'static str, fn(&Object<'_>) -> Named);

/// Every kind of entry that is read.
pub const ENTRY_KINDS: [EntryKind; 3] = [
    (Entry::TYPE, |object| Entry::read(object).map_or_else(Named::Broken, Named::Entry)),
    (status_list_2021::ENTRY_TYPE, |object| {
        status_list_2021::read_entry(object).map_or_else(Named::Broken, Named::Entry)
    }),
    (revocation_list::TYPE, revocation_entry),
];

fn revocation_entry(object: &Object<'_>) -> Named {
    match object.str("id") {
        Some(list) => Named::RevocationList { list: list.to_owned() },
        None => Named::Broken(EntryError::Absent { member: "id" }),
    }
}

#[cfg(test)]
mod tests;
