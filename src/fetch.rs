//! The only outbound HTTP there is.
//!
//! Invariant: a request goes to an `https` URL, to a public address, and to
//! nowhere that the answer chose: [`Network`] sees to it. Five seconds and one
//! MiB bound an answer; few requests are under way at once, fewer to one host; and a
//! [`Budget`] bounds what one verification asks.
//!
//! Answers are kept, and what was [read](readings) from them: within bounds in
//! bytes, for as long as an answer allows and five minutes at most. Who asks for
//! what is being fetched waits for it. An error is remembered for
//! [`ERROR_AGE`], so that a dead host costs a batch one timeout now and then.

mod address;
mod budget;
mod documents;
mod lifetime;
mod network;
pub mod readings;
mod resolver;
mod starts;
mod turns;
mod validator;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::check::issuer_books::IssuerRecord;
use crate::check::{Check, Problem, issuer_key};
use crate::did::https::{Answer, Places};
use crate::did::{self, ControllerDocument, Resolution};

pub use address::is_public;
pub use budget::{Budget, MAX_ASKINGS, MAX_DOCUMENTS, too_many};
pub use documents::{Documents, Given, Recording};
pub use network::{Network, NetworkError, Room};
use readings::{ListAsked, Prove, ProvenList};

/// An answer is complete within this time.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// An answer is at most this long.
pub const MAX_BYTES: usize = 1024 * 1024;
/// No longer URL is asked: a stranger's link is kept with what it answered.
pub const MAX_URL: usize = 4096;
/// No copy is used longer than this.
pub const MAX_AGE: SignedDuration = SignedDuration::from_secs(300);
/// How long it is remembered that a document was not answered.
pub const ERROR_AGE: SignedDuration = SignedDuration::from_secs(5);

/// What a key document is asked for as.
pub const ACCEPT_KEYS: &str = "application/did+json, application/did+ld+json, application/json";
/// What an https issuer's own address is asked for as: a page for people may lie there too.
pub const ACCEPT_CONTROLLER: &str = "application/cid, application/did+json;q=0.9, \
                                     application/ld+json;q=0.9, application/json;q=0.9";
/// What a host's key set is asked for as.
pub const ACCEPT_KEY_SET: &str = "application/jwk-set+json, application/json;q=0.9";
/// What a status list is asked for as: JSON first, since both forms are read.
pub const ACCEPT_CREDENTIAL: &str = "application/vc, application/ld+json, application/json, \
                                     application/vc+jwt;q=0.9, application/jwt;q=0.8, */*;q=0.1";

/// Where documents of others come from, and what the issuer's own books say.
pub trait Sources: Sync {
    /// Whether asking may go out to others. What is at hand costs nobody anything.
    fn ask_others(&self) -> bool {
        true
    }

    /// Fetches a document, or a copy at most [`MAX_AGE`] old. An error means
    /// that nothing is known, never that something is fine.
    fn fetch(
        &self,
        url: &Url,
        accept: &str,
    ) -> impl Future<Output = Result<Fetched, FetchError>> + Send;

    /// The keys that speak for an issuer, or the check that says why there are
    /// none. What keeps nothing decodes them at each asking.
    fn keys(
        &self,
        issuer: &str,
    ) -> impl Future<Output = Result<Arc<ControllerDocument>, Check>> + Send {
        async move {
            match issuer_key::locate(Some(issuer))? {
                Resolution::Here(document) => Ok(Arc::new(document)),
                Resolution::Fetch(url) => {
                    let fetched = self.fetch(&url, ACCEPT_KEYS).await;
                    read_keys(&fetched.map_err(|error| unreachable(&error))?.bytes, issuer)
                }
                Resolution::Https(places) => {
                    let document = self.fetch(&places.document, ACCEPT_CONTROLLER);
                    let key_set = self.fetch(&places.key_set, ACCEPT_KEY_SET);
                    let (document, key_set) = join(document, key_set).await;
                    Ok(read_places(issuer, &places, document.as_ref(), key_set.as_ref()))
                }
            }
        }
    }

    /// A status list whose signature `prove` found to hold, and when its copy
    /// was answered. What keeps nothing asks `prove` each time.
    fn list(
        &self,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> impl Future<Output = Result<(ProvenList, Timestamp), ListError>> + Send {
        async move {
            let fetched = self.fetch(asked.url, ACCEPT_CREDENTIAL).await?;
            Ok((prove(&fetched.bytes)?, fetched.fetched_at))
        }
    }

    /// Remembers that a list with this start was seen, and says the latest start
    /// that ever was: an older list is one played again. What keeps no memory
    /// says the same start.
    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        let _ = (issuer, url);
        valid_from
    }

    /// What our own books say of a credential, where we are its issuer. What
    /// keeps no books is nobody's issuer.
    fn issuer_record(
        &self,
        issuer: &str,
        credential_id: Option<&str>,
    ) -> impl Future<Output = IssuerRecord> + Send {
        let _ = (issuer, credential_id);
        ready(IssuerRecord::NotOurs)
    }
}

/// A document as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub bytes: Vec<u8>,
    pub content_type: Option<String>,
    /// When it was answered, which may be before now for a copy.
    pub fetched_at: Timestamp,
}

/// Why a document was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("{url} was not fetched: {reason}")]
    Refused { url: String, reason: &'static str },
    #[error("{url} did not answer within {} seconds", TIMEOUT.as_secs())]
    Timeout { url: String },
    #[error("{url} could not be reached")]
    Unreachable { url: String },
    #[error("{url} answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url} answered with more than {MAX_BYTES} bytes")]
    TooLarge { url: String },
    #[error("{url} was not fetched: working offline")]
    Offline { url: String },
    #[error("{url} was not asked: too many requests are under way")]
    Busy { url: String },
    #[error("{url} was not asked: one verification asks for {MAX_DOCUMENTS} documents at most")]
    TooMany { url: String },
    #[error("{url} is not among the documents given")]
    NotGiven { url: String },
}

/// Why there is no list to rely on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{}", .0.detail)]
    NotProven(Problem),
}

impl From<Problem> for ListError {
    fn from(problem: Problem) -> Self {
        ListError::NotProven(problem)
    }
}

/// Answers nothing: for verifying without a network.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl Sources for Offline {
    fn ask_others(&self) -> bool {
        false
    }

    async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
        Err(FetchError::Offline { url: url.to_string() })
    }
}

/// An issuer's document, decoded.
pub fn read_keys(bytes: &[u8], issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
    did::web::read(bytes, issuer).map(Arc::new).map_err(|error| issuer_key::unreadable(&error))
}

/// What an https issuer's two places say together.
pub fn read_places(
    issuer: &str,
    places: &Places,
    document: Result<&Fetched, &FetchError>,
    key_set: Result<&Fetched, &FetchError>,
) -> Arc<ControllerDocument> {
    let [document, key_set] = [document, key_set].map(|answer| match answer {
        Ok(fetched) => Answer::Bytes(&fetched.bytes),
        Err(FetchError::Status { status: 404 | 410, .. }) => Answer::Nothing,
        Err(error) => Answer::Silent(error.to_string()),
    });
    Arc::new(did::https::read(issuer, places, document, key_set))
}

fn unreachable(error: &FetchError) -> Check {
    issuer_key::unreachable(&error.to_string())
}
