//! What is known of a list that a credential names.
//!
//! Invariant: a list is read only once its signature held under a key of its own
//! issuer; a revocation list, which nobody signs, only as what an address answered.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::super::json_ld::sentence;
use super::super::proof::Authentic;
use super::super::{Problem, SKEW};
use crate::model::json::Object;
use crate::status::bitstring::{BitstringError, List, Purpose};
use crate::status::revocation_list::RevocationList;
use crate::status::status_list_2021;

/// A copy of a list is used this long, or for its own `ttl` where that is longer.
pub(super) const MIN_TTL: SignedDuration = SignedDuration::from_mins(5);

/// What is known of the list that an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListFact {
    /// Its signature held.
    Read(SignedList),
    /// An unsigned list of revoked credentials.
    Revocations(AnsweredList),
    /// Its signature held, and it is no list that says anything.
    Broken(BitstringError),
    /// It did not answer, or its signature did not hold: why.
    Unknown(Problem),
}

/// A list whose signature held under a key of its own issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList {
    pub(super) id: Option<String>,
    pub(super) issuer: String,
    pub(super) valid_from: Option<Timestamp>,
    pub(super) valid_until: Option<Timestamp>,
    /// Shared, so that who keeps it keeps one.
    pub(super) list: Arc<List>,
    /// How many bytes it was read from: bounds every text in it.
    pub(super) source: usize,
    /// Absent as long as nobody said when.
    pub(super) fetched_at: Option<Timestamp>,
}

/// A revocation list, as an address answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredList {
    pub(super) list: Arc<RevocationList>,
    /// Absent as long as nobody said when.
    pub(super) fetched_at: Option<Timestamp>,
}

impl ListFact {
    /// Reads a list credential; only one whose signature held can be read.
    pub fn read(authentic: &Authentic<'_, '_>) -> Self {
        let credential = authentic.credential();
        let subject = credential.subject().ok_or(BitstringError::NotAList);
        let list = subject.and_then(|subject| {
            if credential.has_type(List::CREDENTIAL_TYPE) {
                List::read(subject)
            } else if credential.has_type(status_list_2021::CREDENTIAL_TYPE) {
                status_list_2021::read_list(subject)
            } else {
                Err(BitstringError::NotAList)
            }
        });
        match list {
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

    /// Reads a document that has the shape of a revocation list.
    pub fn answered(root: &Object<'_>) -> Self {
        match RevocationList::read(root) {
            Ok(list) => {
                ListFact::Revocations(AnsweredList { list: Arc::new(list), fetched_at: None })
            }
            // Nobody signed it, so nobody said so.
            Err(error) => ListFact::Unknown(Problem::new(
                "status-list-unreadable",
                sentence(&error.to_string()),
            )),
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
            ListFact::Revocations(AnsweredList { list, .. }) => list.weight(),
            // Of numbers and names of ours.
            ListFact::Broken(_) => 0,
            ListFact::Unknown(problem) => problem.weight(),
        }
    }

    /// Says when the list was answered.
    pub fn fetched(mut self, at: Timestamp) -> Self {
        match &mut self {
            ListFact::Read(list) => list.fetched_at = Some(at),
            ListFact::Revocations(list) => list.fetched_at = Some(at),
            ListFact::Broken(_) | ListFact::Unknown(_) => {}
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
            ListFact::Revocations(list) => list.fetched_at,
            ListFact::Broken(_) | ListFact::Unknown(_) => None,
        }
    }
}

impl SignedList {
    /// Whether the list may be asked: the issuer's own, the one that was named,
    /// within its time.
    pub(super) fn usable(&self, url: &str, issuer: &str, now: Timestamp) -> Result<(), Problem> {
        own(&self.issuer, issuer)?;
        named(self.id.as_deref(), url)?;
        if let Some(from) = self.valid_from.filter(|from| from.duration_since(now) > SKEW) {
            let detail = format!("The list is valid from {from}; it is {now}.");
            return Err(Problem::new("status-list-not-yet-valid", detail));
        }
        if let Some(until) = self.valid_until.filter(|until| now > *until) {
            let detail = format!("The list was valid until {until}; it is {now}.");
            return Err(Problem::new("status-list-expired", detail));
        }
        let ttl = self.list.ttl.and_then(|ttl| i64::try_from(ttl).ok());
        let ttl = ttl.map_or(MIN_TTL, SignedDuration::from_millis).max(MIN_TTL);
        fresh(self.fetched_at, ttl, now)
    }
}

impl AnsweredList {
    /// The same of a list without dates and without a signature.
    pub(super) fn usable(&self, url: &str, issuer: &str, now: Timestamp) -> Result<(), Problem> {
        own(&self.list.issuer, issuer)?;
        named(self.list.id.as_deref(), url)?;
        fresh(self.fetched_at, MIN_TTL, now)
    }
}

fn own(found: &str, issuer: &str) -> Result<(), Problem> {
    if found == issuer {
        return Ok(());
    }
    let detail = format!("The list is of {found}, which nothing entitles to speak for {issuer}.");
    Err(Problem::new("status-list-of-another-issuer", detail))
}

/// One list of the issuer must not answer for another of its lists.
fn named(found: Option<&str>, url: &str) -> Result<(), Problem> {
    match found.filter(|id| *id != url) {
        None => Ok(()),
        Some(id) => {
            let detail = format!("Expected the list {url}, found {id}.");
            Err(Problem::new("another-status-list", detail))
        }
    }
}

fn fresh(at: Option<Timestamp>, ttl: SignedDuration, now: Timestamp) -> Result<(), Problem> {
    match at {
        Some(at) if now.duration_since(at) <= ttl => Ok(()),
        at => {
            let at = at.map_or("an unknown time".to_owned(), |at| at.to_string());
            let detail = format!("The copy of the list is from {at}, too old.");
            Err(Problem::new("status-list-too-old", detail))
        }
    }
}
