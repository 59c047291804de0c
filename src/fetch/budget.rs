//! How much of the outside one verification asks, however much the credential names.
//!
//! A presentation holds credentials, they hold endorsements, and each of these names issuers,
//! status lists and schemas: a small request of a stranger could make us send thousands, to
//! addresses of their choice.
//!
//! Invariant: whatever a verification asks goes through one [`Budget`], and what is past it is
//! not asked: nothing is known of it, so it is never fine.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use super::readings::{ListAsked, Prove, ProvenList};
use super::{FetchError, Fetched, ListError, Sources};
use crate::check::issuer_books::IssuerRecord;
use crate::check::{Check, Problem, issuer_key};
use crate::did::ControllerDocument;

/// So many documents of others a verification asks for: 32 credentials with an issuer and a list
/// each, which is as many as a presentation may have.
pub const MAX_DOCUMENTS: usize = 64;
/// So often it asks, for credentials may share a document. It is mostly at hand then; but its
/// server may forbid to keep it.
pub const MAX_ASKINGS: usize = 256;
/// So many are asked at the same time: one verification does not take all the room that there is.
const AT_ONCE: usize = 16;

/// Other sources, for one verification.
#[derive(Debug)]
pub struct Budget<'s, S> {
    sources: &'s S,
    spent: Mutex<Spent>,
    turns: Semaphore,
}

#[derive(Debug, Default)]
struct Spent {
    documents: BTreeSet<String>,
    askings: usize,
}

impl<'s, S: Sources> Budget<'s, S> {
    pub fn of(sources: &'s S) -> Self {
        Self { sources, spent: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }

    /// A turn to ask for what has this name, or that no more is asked.
    async fn turn(&self, name: &str) -> Result<Option<SemaphorePermit<'_>>, FetchError> {
        if !self.sources.ask_others() {
            return Ok(None);
        }
        let within = self.spent.lock().unwrap_or_else(PoisonError::into_inner).spend(name);
        if !within {
            return Err(FetchError::TooMany { url: name.to_owned() });
        }
        Ok(Some(self.turns.acquire().await.expect("nobody closes it")))
    }
}

impl Spent {
    fn spend(&mut self, name: &str) -> bool {
        let known = self.documents.contains(name);
        if self.askings == MAX_ASKINGS || (!known && self.documents.len() == MAX_DOCUMENTS) {
            return false;
        }
        self.askings += 1;
        if !known {
            self.documents.insert(name.to_owned());
        }
        true
    }
}

impl<S: Sources> Sources for Budget<'_, S> {
    fn ask_others(&self) -> bool {
        self.sources.ask_others()
    }

    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        let _turn = self.turn(url.as_str()).await?;
        self.sources.fetch(url, accept).await
    }

    async fn keys(&self, issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        // These are their own documents.
        if issuer.starts_with("did:key:") || issuer.starts_with("did:jwk:") {
            return self.sources.keys(issuer).await;
        }
        match self.turn(issuer).await {
            Ok(_turn) => self.sources.keys(issuer).await,
            Err(_) => Err(Check::undecided(issuer_key::NAME, issuer, too_many(issuer))),
        }
    }

    async fn list(
        &self,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> Result<(ProvenList, Timestamp), ListError> {
        match self.turn(asked.url.as_str()).await {
            Ok(_turn) => self.sources.list(asked, prove).await,
            Err(_) => Err(ListError::NotProven(too_many(asked.url.as_str()))),
        }
    }

    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        self.sources.newest_list(issuer, url, valid_from)
    }

    async fn issuer_record(&self, issuer: &str, credential_id: Option<&str>) -> IssuerRecord {
        self.sources.issuer_record(issuer, credential_id).await
    }
}

/// What is told of a document that was not asked for.
pub fn too_many(name: &str) -> Problem {
    let detail = format!(
        "{name} was not asked: one verification asks for {MAX_DOCUMENTS} documents of others at \
         most, {MAX_ASKINGS} times in all. Verify fewer credentials at once."
    );
    Problem::new("too-many-documents", detail)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::Documents;
    use super::*;

    /// Counts how often it is asked; answers nothing.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Sources for Counting {
        async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Err(FetchError::Unreachable { url: url.to_string() })
        }
    }

    fn url(number: usize) -> Url {
        Url::parse(&format!("https://a{number}.example/")).unwrap()
    }

    #[tokio::test]
    async fn no_more_documents_are_asked_for_than_the_budget_has() {
        let counting = Counting::default();
        let budget = Budget::of(&counting);
        for number in 0..MAX_DOCUMENTS {
            let error = budget.fetch(&url(number), "").await.unwrap_err();
            assert!(matches!(error, FetchError::Unreachable { .. }));
        }
        let past = budget.fetch(&url(MAX_DOCUMENTS), "").await.unwrap_err();
        assert!(matches!(past, FetchError::TooMany { .. }));
        let issuer = budget.keys("did:web:b.example").await.unwrap_err();
        assert_eq!(issuer.problem().unwrap().code, "too-many-documents");
        assert_eq!(counting.0.load(Ordering::SeqCst), MAX_DOCUMENTS);
    }

    #[tokio::test]
    async fn a_document_that_cannot_be_kept_is_not_asked_for_without_end() {
        let counting = Counting::default();
        let budget = Budget::of(&counting);
        for _ in 0..2 * MAX_ASKINGS {
            let _error = budget.fetch(&url(1), "").await.unwrap_err();
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), MAX_ASKINGS);
    }

    #[tokio::test]
    async fn documents_at_hand_and_identifiers_that_are_documents_cost_nothing() {
        let documents = Documents::new([], Timestamp::UNIX_EPOCH);
        let budget = Budget::of(&documents);
        for number in 0..2 * MAX_ASKINGS {
            let error = budget.fetch(&url(number), "").await.unwrap_err();
            assert!(matches!(error, FetchError::NotGiven { .. }));
        }
        let counting = Counting::default();
        let budget = Budget::of(&counting);
        for _ in 0..2 * MAX_ASKINGS {
            let did = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
            assert!(budget.keys(did).await.is_ok());
        }
    }
}
