//! What was read from fetched documents, kept: keys decoded, status lists
//! proven and inflated.
//!
//! Invariant: a reading belongs to one edition of its document, so it is as
//! fresh as that is; and a list is used only with the keys that its signature
//! held under, from the time on at which it did, and until a date ends that.

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::{FetchError, MAX_AGE};
use crate::cache::{Bound, Cache, Figures};
use crate::check::status::ListFact;
use crate::check::{Check, Problem};
use crate::did::ControllerDocument;

/// Which bytes were read: the same edition of a document is the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edition {
    /// The identifier itself is the document, as of a did:key.
    Fixed,
    /// A copy that was fetched, by its number.
    Copy(u64),
    /// Copies from two places, by their numbers.
    Copies(u64, u64),
    /// Of a document of our own, what its rows say of its version.
    Own(String),
}

/// A list that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct ListAsked<'a> {
    pub url: &'a Url,
    /// The credential's issuer's own: nobody else's list says anything.
    pub keys: &'a Arc<ControllerDocument>,
    pub now: Timestamp,
}

/// A list whose signature held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenList {
    pub fact: ListFact,
    /// When its key or its proof ends, if ever.
    pub until: Option<Timestamp>,
    /// SHA-256 of the bytes that it was read from.
    pub sha256: [u8; 32],
}

/// Reads a list's bytes and checks its signature.
pub type Prove<'p> = dyn Fn(&[u8]) -> Result<ProvenList, Problem> + Send + Sync + 'p;

/// An issuer's keys, or the check that says why its document cannot be used.
pub type KeysRead = Result<Arc<ControllerDocument>, Check>;

/// Both kinds of readings.
pub struct Readings {
    keys: Cache<String, KeptKeys>,
    /// By issuer and URL: who names another's list in a credential of his own
    /// puts nothing in that one's place.
    lists: Cache<(String, String), KeptList>,
}

#[derive(Clone)]
struct KeptKeys {
    edition: Edition,
    read: KeysRead,
}

/// The last proof of a list.
#[derive(Clone)]
pub struct KeptList {
    edition: Edition,
    keys: Arc<ControllerDocument>,
    since: Timestamp,
    proven: Result<ProvenList, Problem>,
}

impl Readings {
    pub fn new(keys_bytes: u64, lists_bytes: u64) -> Self {
        let bound = |bytes| Bound { bytes, time: MAX_AGE.unsigned_abs() };
        Self {
            keys: Cache::new("keys", bound(keys_bytes), |issuer, kept| {
                let read = match &kept.read {
                    Ok(document) => document.weight(),
                    // What is wrong with a document is told with texts from it.
                    Err(check) => check.weight(),
                };
                issuer.len() + size_of::<KeptKeys>() + read
            }),
            lists: Cache::new("lists", bound(lists_bytes), |(issuer, url), kept| {
                let list = match &kept.proven {
                    Ok(proven) => proven.fact.weight(),
                    Err(problem) => problem.weight(),
                };
                issuer.len() + url.len() + size_of::<KeptList>() + list + kept.keys.weight()
            }),
        }
    }

    /// The keys of an issuer in this edition of its document. What cannot be
    /// read is not kept.
    pub async fn keys<M>(
        &self,
        issuer: &str,
        edition: &Edition,
        read: impl Fn() -> M + Send + Sync,
    ) -> KeysRead
    where
        M: Future<Output = KeysRead> + Send,
    {
        let fits = |kept: &KeptKeys| kept.read.is_ok() && kept.edition == *edition;
        let (edition, read) = (&edition, &read);
        let make =
            move || async move { KeptKeys { edition: (*edition).clone(), read: read().await } };
        self.keys.get(issuer.to_owned(), fits, make).await.read
    }

    /// The keys of an identifier that is its own document, if they were decoded before.
    pub async fn fixed_keys(&self, issuer: &str) -> Option<Arc<ControllerDocument>> {
        self.keys.find(issuer, |kept| kept.edition == Edition::Fixed).await?.read.ok()
    }

    /// The list in this edition. What `prove` refuses is not kept.
    pub async fn list<M>(
        &self,
        asked: ListAsked<'_>,
        edition: &Edition,
        make: impl Fn() -> M + Send + Sync,
    ) -> Result<ProvenList, Problem>
    where
        M: Future<Output = KeptList> + Send,
    {
        let fits = |kept: &KeptList| kept.edition == *edition && kept.serves(asked);
        let key = (asked.keys.id().to_owned(), asked.url.to_string());
        self.lists.get(key, fits, make).await.proven
    }

    pub async fn figures(&self) -> [Figures; 2] {
        [self.keys.figures().await, self.lists.figures().await]
    }
}

impl KeptList {
    /// Proves what was read of this edition.
    pub fn prove(asked: ListAsked<'_>, edition: Edition, bytes: &[u8], prove: &Prove<'_>) -> Self {
        Self { edition, keys: asked.keys.clone(), since: asked.now, proven: prove(bytes) }
    }

    /// There was nothing to prove.
    pub fn refused(asked: ListAsked<'_>, error: &FetchError) -> Self {
        let keys = asked.keys.clone();
        let proven = Err(silent_list(&error.to_string()));
        Self { edition: Edition::Fixed, keys, since: asked.now, proven }
    }

    /// A signature held under these keys, and no date has ended it since.
    fn serves(&self, asked: ListAsked<'_>) -> bool {
        let Ok(proven) = &self.proven else { return false };
        let same_keys = Arc::ptr_eq(&self.keys, asked.keys) || self.keys == *asked.keys;
        same_keys && self.since <= asked.now && proven.until.is_none_or(|end| asked.now < end)
    }
}

/// A list that did not answer.
pub fn silent_list(why: &str) -> Problem {
    let detail = format!("The status list did not answer: {why}. Try again.");
    Problem::new("status-list-unreachable", detail)
}
