//! The outbound client, and what it keeps.
//!
//! Invariant: the addresses are filtered in the resolver that the connection
//! itself uses, so a name that resolves differently a moment later (DNS
//! rebinding) gains nothing; literal addresses are judged by the same rule;
//! redirects are not followed, proxies not asked.
//!
//! A development switch opens the loopback origins that it lists, exactly as
//! listed, scheme and port included.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, IF_NONE_MATCH};
use reqwest::{Response, StatusCode};
use tokio::time;
use url::Url;

use super::address::{dev_origin, permitted};
use super::lifetime::usable_for;
use super::readings::{Edition, KeptList, ListAsked, Prove, ProvenList, Readings};
use super::resolver::{PublicOnly, System};
use super::starts::Starts;
use super::turns::Turns;
use super::validator::Validator;
use super::{
    ACCEPT_CONTROLLER, ACCEPT_CREDENTIAL, ACCEPT_KEY_SET, ACCEPT_KEYS, ERROR_AGE, FetchError,
    Fetched, ListError, MAX_BYTES, Sources, TIMEOUT, read_keys, read_places, unreachable,
};
use crate::ambient::Ambient;
use crate::cache::{Bound, Cache, Figures};
use crate::check::{Check, issuer_key};
use crate::did::https::Places;
use crate::did::{ControllerDocument, Resolution};

/// How long a copy stays at hand, which was last heard of then: one whose time is over is used no
/// more before its origin says that it is still the same.
const KEPT: Duration = Duration::from_secs(3600);

/// How much is kept, in bytes of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Documents as they were answered.
    pub documents: u64,
    /// Key documents, decoded.
    pub keys: u64,
    /// Status lists, inflated.
    pub lists: u64,
}

impl Default for Room {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self { documents: 32 * MIB, keys: 4 * MIB, lists: 32 * MIB }
    }
}

/// The outbound client. Cheap to clone; clones share the caches.
#[derive(Clone)]
pub struct Network {
    client: reqwest::Client,
    open: Arc<[Url]>,
    documents: Arc<Cache<(String, String), Copied>>,
    readings: Arc<Readings>,
    /// The number of the next copy.
    copies: Arc<AtomicU64>,
    starts: Starts,
    turns: Turns,
    ambient: Ambient,
}

/// An answer, or that there was none.
#[derive(Clone)]
struct Copied {
    answer: Result<Arc<Fetched>, FetchError>,
    /// Of these bytes: what is asked for again and is the same keeps it.
    number: u64,
    good_until: Timestamp,
    /// What to ask by, whether it is the same still.
    validator: Option<Arc<Validator>>,
}

/// What the address said, and for how long.
struct Answered {
    /// `None`: what there is a copy of is still the same.
    fetched: Option<Fetched>,
    age: SignedDuration,
    validator: Option<Arc<Validator>>,
}

impl Network {
    /// `dev_origins` are loopback origins such as `http://localhost:8080`.
    pub fn new(ambient: Ambient, dev_origins: &[String]) -> Result<Self, NetworkError> {
        Self::with_room(ambient, dev_origins, Room::default())
    }

    pub fn with_room(
        ambient: Ambient,
        dev_origins: &[String],
        room: Room,
    ) -> Result<Self, NetworkError> {
        let open: Arc<[Url]> =
            dev_origins.iter().map(|o| dev_origin(o)).collect::<Result<Vec<_>, _>>()?.into();
        let resolver = PublicOnly::new(open.clone(), Arc::new(System));
        Self::build(ambient, open, room, (resolver, TIMEOUT))
    }

    #[allow(clippy::disallowed_methods)] // this is the one home
    fn build(
        ambient: Ambient,
        open: Arc<[Url]>,
        room: Room,
        (resolver, timeout): (PublicOnly, Duration),
    ) -> Result<Self, NetworkError> {
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(resolver))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(timeout)
            .user_agent(concat!("Touchmark/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| NetworkError::Client(e.to_string()))?;
        let bound = Bound { bytes: room.documents, time: KEPT };
        Ok(Self {
            client,
            open,
            documents: Arc::new(Cache::new("documents", bound, Copied::weight)),
            readings: Arc::new(Readings::new(room.keys, room.lists)),
            copies: Arc::default(),
            starts: Starts::default(),
            turns: Turns::default(),
            ambient,
        })
    }

    /// What was read from documents, for sources that have more of them.
    pub fn readings(&self) -> &Readings {
        &self.readings
    }

    pub async fn figures(&self) -> [Figures; 3] {
        let [keys, lists] = self.readings.figures().await;
        [self.documents.figures().await, keys, lists]
    }

    /// The copy at hand, if its time is not over; else a new one.
    async fn copy(&self, url: &Url, accept: &str) -> Result<(Arc<Fetched>, Edition), FetchError> {
        let copied = self.copied(url, accept).await?;
        Ok((copied.answer?, Edition::Copy(copied.number)))
    }

    /// The same, where that there was no answer is worth knowing too.
    async fn copied(&self, url: &Url, accept: &str) -> Result<Copied, FetchError> {
        let url = &permitted(url, &self.open)
            .map_err(|reason| FetchError::Refused { url: url.to_string(), reason })?;
        let fits = |copied: &Copied| copied.good_until > self.ambient.now();
        let key = (url.to_string(), accept.to_owned());
        if let Some(copied) = self.documents.find(&key, fits).await {
            return Ok(copied);
        }
        // Whose time is over is not told any more to who is about to replace it.
        let before = self.documents.peek(&key).await.filter(|copied| copied.answer.is_ok());
        let renew = || self.fetch_copy(url, accept, before.as_ref());
        Ok(self.documents.get(key, fits, renew).await)
    }

    /// The keys that an https issuer's two places tell, decoded once for what they answered.
    async fn keys_of_places(
        &self,
        issuer: &str,
        places: &Places,
    ) -> Result<Arc<ControllerDocument>, Check> {
        let document = self.copied(&places.document, ACCEPT_CONTROLLER);
        let (document, key_set) =
            join(document, self.copied(&places.key_set, ACCEPT_KEY_SET)).await;
        // Only where the one may not be asked may the other not: they are of one host.
        let document = document.map_err(|error| unreachable(&error))?;
        let key_set = key_set.map_err(|error| unreachable(&error))?;
        let answers = [&document, &key_set].map(|copied| copied.answer.as_deref());
        let read = || ready(Ok(read_places(issuer, places, answers[0], answers[1])));
        let edition = Edition::Copies(document.number, key_set.number);
        self.readings.keys(issuer, &edition, read).await
    }

    /// A new copy, or the one before where its origin says that it is still the same.
    async fn fetch_copy(&self, url: &Url, accept: &str, before: Option<&Copied>) -> Copied {
        let validator = before.and_then(|copied| copied.validator.as_deref());
        let answered = self.get_in_turn(url, accept, validator).await;
        let now = self.ambient.now();
        match (answered, before) {
            (Ok(Answered { fetched: None, age, validator }), Some(before)) => {
                let renewed = |fetched: &Arc<Fetched>| {
                    let fetched = Fetched::clone(fetched);
                    Arc::new(Fetched { fetched_at: now, ..fetched })
                };
                let same = before.answer.as_ref().map(renewed).map_err(Clone::clone);
                Copied { answer: same, number: before.number, good_until: now + age, validator }
            }
            (Ok(Answered { fetched, age, validator }), _) => {
                let number = self.copies.fetch_add(1, Ordering::Relaxed);
                let unasked = || FetchError::Status { url: url.to_string(), status: 304 };
                let answer = fetched.map(Arc::new).ok_or_else(unasked);
                Copied { answer, number, good_until: now + age, validator }
            }
            (Err(error), _) => {
                let number = self.copies.fetch_add(1, Ordering::Relaxed);
                // That there was no turn says nothing of the document.
                let busy = matches!(error, FetchError::Busy { .. });
                let good_until = if busy { now } else { now + ERROR_AGE };
                Copied { answer: Err(error), number, good_until, validator: None }
            }
        }
    }

    /// Waiting for a turn takes of the same time as the answer.
    async fn get_in_turn(
        &self,
        url: &Url,
        accept: &str,
        known: Option<&Validator>,
    ) -> Result<Answered, FetchError> {
        let mut asked = false;
        let answered = time::timeout(TIMEOUT, async {
            let _turn = self.turns.take(url.host_str().unwrap_or_default()).await;
            asked = true;
            self.get(url, accept, known).await
        });
        let answered = answered.await;
        let url = url.to_string();
        answered.unwrap_or(match asked {
            true => Err(FetchError::Timeout { url }),
            false => Err(FetchError::Busy { url }),
        })
    }

    async fn get(
        &self,
        url: &Url,
        accept: &str,
        known: Option<&Validator>,
    ) -> Result<Answered, FetchError> {
        let mut response = self.ask(url, accept, known).await?;
        if let Some(known) = known.filter(|_| response.status() == StatusCode::NOT_MODIFIED) {
            if let Some(headers) = known.renewed_by(response.headers()) {
                return Ok(self.answered(None, &headers));
            }
            // It speaks of another edition than was asked about, and that one we have not.
            response = self.ask(url, accept, None).await?;
        }
        self.whole(url, response).await
    }

    /// With the name of the edition that is known, if one is.
    async fn ask(
        &self,
        url: &Url,
        accept: &str,
        known: Option<&Validator>,
    ) -> Result<Response, FetchError> {
        let mut request = self.client.get(url.clone()).header(ACCEPT, accept);
        if let Some(known) = known {
            request = request.header(IF_NONE_MATCH, known.tag());
        }
        request.send().await.map_err(|e| transport_error(url, &e))
    }

    async fn whole(&self, url: &Url, response: Response) -> Result<Answered, FetchError> {
        let status = response.status();
        if status != StatusCode::OK {
            return Err(FetchError::Status { url: url.to_string(), status: status.as_u16() });
        }
        let headers = response.headers().clone();
        let content_type = headers.get(CONTENT_TYPE);
        let content_type = content_type.and_then(|v| v.to_str().ok()).map(str::to_owned);
        let mut bytes = read_capped(url, response).await?;
        // It is kept, and weighed by its length.
        bytes.shrink_to_fit();
        let fetched = Fetched { bytes, content_type, fetched_at: self.ambient.now() };
        Ok(self.answered(Some(fetched), &headers))
    }

    fn answered(&self, fetched: Option<Fetched>, headers: &HeaderMap) -> Answered {
        let age = usable_for(headers, self.ambient.now());
        Answered { fetched, age, validator: Validator::of(headers).map(Arc::new) }
    }
}

impl Copied {
    fn weight(key: &(String, String), copied: &Self) -> usize {
        let answer = match &copied.answer {
            Ok(fetched) => {
                let content_type = fetched.content_type.as_ref().map_or(0, String::len);
                size_of::<Fetched>() + fetched.bytes.len() + content_type
            }
            // It names the URL.
            Err(_) => key.0.len(),
        };
        let validator = copied.validator.as_ref().map_or(0, |validator| validator.weight());
        key.0.len() + key.1.len() + size_of::<Self>() + answer + validator
    }
}

impl Sources for Network {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        self.copy(url, accept).await.map(|(fetched, _)| Arc::unwrap_or_clone(fetched))
    }

    async fn keys(&self, issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        // A did:key is decoded once too, though it needs no document.
        if let Some(document) = self.readings.fixed_keys(issuer).await {
            return Ok(document);
        }
        match issuer_key::locate(Some(issuer))? {
            Resolution::Here(document) => {
                let document = Arc::new(document);
                let read = || ready(Ok(document.clone()));
                self.readings.keys(issuer, &Edition::Fixed, read).await
            }
            Resolution::Fetch(url) => {
                let copied = self.copy(&url, ACCEPT_KEYS).await;
                let (fetched, edition) = copied.map_err(|error| unreachable(&error))?;
                let read = || ready(read_keys(&fetched.bytes, issuer));
                self.readings.keys(issuer, &edition, read).await
            }
            Resolution::Https(places) => self.keys_of_places(issuer, &places).await,
        }
    }

    async fn list(
        &self,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> Result<(ProvenList, Timestamp), ListError> {
        let (fetched, edition) = self.copy(asked.url, ACCEPT_CREDENTIAL).await?;
        let make = || ready(KeptList::prove(asked, edition.clone(), &fetched.bytes, prove));
        let proven = self.readings.list(asked, &edition, make).await?;
        Ok((proven, fetched.fetched_at))
    }

    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        self.starts.newest(issuer, url, valid_from)
    }
}

/// Why the outbound client cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    #[error("{origin:?} is not a loopback origin such as http://localhost:8080")]
    NotALoopbackOrigin { origin: String },
    #[error("the HTTP client does not start: {0}")]
    Client(String),
}

async fn read_capped(url: &Url, mut response: Response) -> Result<Vec<u8>, FetchError> {
    let too_large = || FetchError::TooLarge { url: url.to_string() };
    if response.content_length().is_some_and(|n| n > MAX_BYTES as u64) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| transport_error(url, &e))? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn transport_error(url: &Url, error: &reqwest::Error) -> FetchError {
    // The host alone, and the cause without its URL: a link may be as good as a password.
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::debug!(host = url.host_str(), cause, "outbound request failed");
    if error.is_timeout() {
        FetchError::Timeout { url: url.to_string() }
    } else {
        FetchError::Unreachable { url: url.to_string() }
    }
}

#[cfg(test)]
mod tests;
