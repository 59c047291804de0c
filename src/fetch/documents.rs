//! Documents at hand, in place of the network: for machines without one, and for verifying again
//! years later what was verified then.
//!
//! Invariant: what is not among them does not answer, and nobody is asked. They are as true as
//! whoever collected them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use url::Url;

use super::{FetchError, Fetched, MAX_BYTES, Sources};
use crate::check::issuer_books::IssuerRecord;

/// What is known of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Shared, since many URLs may answer with the same file.
    Document(Arc<[u8]>),
    /// It answered with this HTTP status, as 410 for what is gone.
    Status(u16),
}

/// Documents at hand. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Documents {
    answers: Arc<BTreeMap<String, Given>>,
    /// The time that they are taken to be of.
    at: Timestamp,
}

impl Documents {
    pub fn new(answers: impl IntoIterator<Item = (Url, Given)>, at: Timestamp) -> Self {
        let answers = answers.into_iter().map(|(url, answer)| (bare(&url), answer));
        Self { answers: Arc::new(answers.collect()), at }
    }
}

impl Sources for Documents {
    fn ask_others(&self) -> bool {
        false
    }

    async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
        let url_text = || url.to_string();
        match self.answers.get(&bare(url)) {
            None => Err(FetchError::NotGiven { url: url_text() }),
            Some(Given::Status(status)) => {
                Err(FetchError::Status { url: url_text(), status: *status })
            }
            Some(Given::Document(bytes)) if bytes.len() > MAX_BYTES => {
                Err(FetchError::TooLarge { url: url_text() })
            }
            Some(Given::Document(bytes)) => {
                Ok(Fetched { bytes: bytes.to_vec(), content_type: None, fetched_at: self.at })
            }
        }
    }
}

/// No request carries a fragment.
fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.into()
}

/// Remembers what other sources answered, so that [`Documents`] can answer it again.
///
/// It keeps to the contract of [`Sources`] by its one method [`fetch`](Sources::fetch): whatever
/// is read of a document is read from what was fetched, so nothing is missed that decided.
#[derive(Debug)]
pub struct Recording<'s, S> {
    sources: &'s S,
    seen: Mutex<BTreeMap<String, Given>>,
}

impl<'s, S> Recording<'s, S> {
    pub fn of(sources: &'s S) -> Self {
        Self { sources, seen: Mutex::default() }
    }

    /// What was answered, by URL: the first answer, where one was asked twice (as under two
    /// `Accept`s). What did not answer at all is not there.
    pub fn seen(self) -> BTreeMap<String, Given> {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sources> Sources for Recording<'_, S> {
    fn ask_others(&self) -> bool {
        self.sources.ask_others()
    }

    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        let answered = self.sources.fetch(url, accept).await;
        let answer = match &answered {
            Ok(fetched) => Some(Given::Document(fetched.bytes.as_slice().into())),
            Err(FetchError::Status { status, .. }) => Some(Given::Status(*status)),
            Err(_) => None,
        };
        if let Some(answer) = answer {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.entry(bare(url)).or_insert(answer);
        }
        answered
    }

    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        self.sources.newest_list(issuer, url, valid_from)
    }

    async fn issuer_record(&self, issuer: &str, credential_id: Option<&str>) -> IssuerRecord {
        self.sources.issuer_record(issuer, credential_id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn at_hand() -> Documents {
        let answers = [
            (url("https://a.example"), Given::Document((*b"{}").into())),
            (url("https://a.example/gone"), Given::Status(410)),
            (url("https://a.example/large"), Given::Document(vec![0; MAX_BYTES + 1].into())),
        ];
        Documents::new(answers, Timestamp::UNIX_EPOCH)
    }

    #[tokio::test]
    async fn what_is_at_hand_answers_and_nothing_else_does() {
        let documents = at_hand();
        let found = documents.fetch(&url("https://A.example/#top"), "").await.unwrap();
        assert_eq!((found.bytes, found.fetched_at), (b"{}".to_vec(), Timestamp::UNIX_EPOCH));
        let error = async |text| documents.fetch(&url(text), "").await.unwrap_err();
        let gone = error("https://a.example/gone").await;
        assert!(matches!(gone, FetchError::Status { status: 410, .. }));
        assert!(matches!(error("https://a.example/large").await, FetchError::TooLarge { .. }));
        for absent in ["https://a.example/x", "https://a.example/?a", "http://a.example/"] {
            assert!(matches!(error(absent).await, FetchError::NotGiven { .. }), "{absent}");
        }
    }

    #[tokio::test]
    async fn what_was_recorded_answers_again() {
        let documents = at_hand();
        let recording = Recording::of(&documents);
        for path in ["", "gone", "absent"] {
            let _answer = recording.fetch(&url(&format!("https://a.example/{path}")), "").await;
        }
        let seen: Vec<_> = recording.seen().into_iter().collect();
        let expected = [
            ("https://a.example/".to_owned(), Given::Document((*b"{}").into())),
            ("https://a.example/gone".to_owned(), Given::Status(410)),
        ];
        assert_eq!(seen, expected);
    }
}
