//! The only outbound HTTP there is.
//!
//! Invariant: a request goes to an `https` URL, to a public address, and to
//! nowhere that the answer chose. The addresses are filtered in the resolver
//! that the connection itself uses, so a name that resolves differently a
//! moment later (DNS rebinding) gains nothing; literal addresses are judged by
//! the same rule; redirects are not followed, proxies not asked. Five seconds
//! and one MiB bound an answer.
//!
//! A development switch opens the loopback origins that it lists, exactly as
//! listed, scheme and port included.
//!
//! Answers are kept, and what was [read](readings) from them: within bounds in
//! bytes, for as long as an answer allows and five minutes at most. Who asks for
//! what is being fetched waits for it. An error is remembered for
//! [`ERROR_AGE`], so that a dead host costs a batch one timeout now and then.

mod address;
pub mod readings;

use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use url::Url;

use crate::ambient::Ambient;
use crate::cache::{Bound, Cache, Figures};
use crate::check::issuer_books::IssuerRecord;
use crate::check::{Check, Problem, issuer_key};
use crate::did::{self, ControllerDocument, Resolution};

pub use address::is_public;
use address::{dev_origin, permitted};
use readings::{Edition, KeptList, ListAsked, Prove, ProvenList, Readings};

/// An answer is complete within this time.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// An answer is at most this long.
pub const MAX_BYTES: usize = 1024 * 1024;
/// No copy is used longer than this.
pub const MAX_AGE: SignedDuration = SignedDuration::from_secs(300);
/// How long a copy is used where the answer says nothing.
const DEFAULT_AGE: SignedDuration = SignedDuration::from_secs(30);
/// How long it is remembered that a document was not answered.
pub const ERROR_AGE: SignedDuration = SignedDuration::from_secs(5);
/// How many lists' starts are remembered.
const MAX_LISTS: u64 = 10_000;

/// What a key document is asked for as.
pub const ACCEPT_KEYS: &str = "application/did+json, application/did+ld+json, application/json";
/// What a status list is asked for as: JSON first, since both forms are read.
pub const ACCEPT_CREDENTIAL: &str = "application/vc, application/ld+json, application/json, \
                                     application/vc+jwt;q=0.9, application/jwt;q=0.8, */*;q=0.1";

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

/// Where documents of others come from, and what the issuer's own books say.
pub trait Sources: Sync {
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
            let url = match issuer_key::locate(Some(issuer))? {
                Resolution::Here(document) => return Ok(Arc::new(document)),
                Resolution::Fetch(url) => url,
            };
            let fetched = self.fetch(&url, ACCEPT_KEYS).await.map_err(|e| unreachable(&e))?;
            read_keys(&fetched.bytes, issuer)
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
    async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
        Err(FetchError::Offline { url: url.to_string() })
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
    /// The latest start of each list, by issuer and URL.
    lists: moka::sync::Cache<(String, String), Timestamp>,
    ambient: Ambient,
}

/// An answer, or that there was none.
#[derive(Clone)]
struct Copied {
    answer: Result<Arc<Fetched>, FetchError>,
    number: u64,
    good_until: Timestamp,
}

impl Network {
    /// `dev_origins` are loopback origins such as `http://localhost:8080`.
    pub fn new(ambient: Ambient, dev_origins: &[String]) -> Result<Self, NetworkError> {
        Self::with_room(ambient, dev_origins, Room::default())
    }

    #[allow(clippy::disallowed_methods)] // this is the one home
    pub fn with_room(
        ambient: Ambient,
        dev_origins: &[String],
        room: Room,
    ) -> Result<Self, NetworkError> {
        let open: Arc<[Url]> =
            dev_origins.iter().map(|o| dev_origin(o)).collect::<Result<Vec<_>, _>>()?.into();
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(PublicOnly { open: open.clone() }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .user_agent(concat!("Touchmark/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| NetworkError::Client(e.to_string()))?;
        let bound = Bound { bytes: room.documents, time: MAX_AGE.unsigned_abs() };
        Ok(Self {
            client,
            open,
            documents: Arc::new(Cache::new("documents", bound, Copied::weight)),
            readings: Arc::new(Readings::new(room.keys, room.lists)),
            copies: Arc::default(),
            lists: moka::sync::Cache::new(MAX_LISTS),
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
        let url = &permitted(url, &self.open)
            .map_err(|reason| FetchError::Refused { url: url.to_string(), reason })?;
        let fits = |copied: &Copied| copied.good_until > self.ambient.now();
        let key = (url.to_string(), accept.to_owned());
        let copied = self.documents.get(key, fits, || self.fetch_copy(url, accept)).await;
        Ok((copied.answer?, Edition::Copy(copied.number)))
    }

    async fn fetch_copy(&self, url: &Url, accept: &str) -> Copied {
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        match self.get(url, accept).await {
            Ok((fetched, age)) => {
                let good_until = fetched.fetched_at + age;
                Copied { answer: Ok(Arc::new(fetched)), number, good_until }
            }
            Err(error) => {
                let good_until = self.ambient.now() + ERROR_AGE;
                Copied { answer: Err(error), number, good_until }
            }
        }
    }

    async fn get(&self, url: &Url, accept: &str) -> Result<(Fetched, SignedDuration), FetchError> {
        let response = self
            .client
            .get(url.clone())
            .header(ACCEPT, accept)
            .send()
            .await
            .map_err(|e| transport_error(url, &e))?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Status {
                url: url.to_string(),
                status: response.status().as_u16(),
            });
        }
        let age = usable_for(response.headers());
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|v| v.to_str().ok()).map(str::to_owned);
        let bytes = read_capped(url, response).await?;
        Ok((Fetched { bytes, content_type, fetched_at: self.ambient.now() }, age))
    }
}

impl Copied {
    fn weight(key: &(String, String), copied: &Self) -> usize {
        let bytes = copied.answer.as_ref().map_or(0, |fetched| fetched.bytes.len());
        key.0.len() + key.1.len() + size_of::<Self>() + bytes
    }
}

impl Sources for Network {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        self.copy(url, accept).await.map(|(fetched, _)| Arc::unwrap_or_clone(fetched))
    }

    async fn keys(&self, issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        // A did:key is decoded once too: its point costs as much as looking another up.
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
        let key = (issuer.to_owned(), url.to_owned());
        let newest = self.lists.get(&key).map_or(valid_from, |seen| seen.max(valid_from));
        self.lists.insert(key, newest);
        newest
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

/// Resolves as the system does and hands on public addresses only.
struct PublicOnly {
    open: Arc<[Url]>,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let open = self.open.iter().any(|origin| origin.host_str() == Some(&name));
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let may = |address: &SocketAddr| {
                is_public(address.ip()) || (open && address.ip().is_loopback())
            };
            let addresses: Vec<SocketAddr> = found.filter(may).collect();
            if addresses.is_empty() {
                return Err("the host has no public address".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// An issuer's document, decoded.
pub fn read_keys(bytes: &[u8], issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
    did::web::read(bytes, issuer).map(Arc::new).map_err(|error| issuer_key::unreadable(&error))
}

fn unreachable(error: &FetchError) -> Check {
    issuer_key::unreachable(&error.to_string())
}

async fn read_capped(url: &Url, mut response: reqwest::Response) -> Result<Vec<u8>, FetchError> {
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

/// For how long an answer's own headers, within our bound, let a copy be used.
fn usable_for(headers: &HeaderMap) -> SignedDuration {
    let control = headers.get(CACHE_CONTROL).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut usable = DEFAULT_AGE;
    for directive in control.split(',').map(|d| d.trim().to_ascii_lowercase()) {
        if directive == "no-store" || directive == "no-cache" {
            return SignedDuration::ZERO;
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            usable = SignedDuration::from_secs(seconds.parse::<u32>().unwrap_or(0).into());
        }
    }
    let age = headers.get(AGE).and_then(|v| v.to_str().ok()?.parse::<u32>().ok()).unwrap_or(0);
    (usable.min(MAX_AGE) - SignedDuration::from_secs(age.into())).max(SignedDuration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_start_of_a_list_is_remembered_for_its_issuer() {
        let network = Network::new(Ambient::system(), &[]).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(network.newest_list("did:a:a", "https://a.example/l", at(5)), at(5));
        assert_eq!(network.newest_list("did:a:a", "https://a.example/l", at(4)), at(5));
        assert_eq!(network.newest_list("did:a:b", "https://a.example/l", at(4)), at(4));
    }

    #[test]
    fn copies_are_used_as_long_as_the_answer_allows_and_no_longer_than_five_minutes() {
        let seconds = |control: Option<&'static str>, age: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            control.map(|c| headers.insert(CACHE_CONTROL, c.parse().unwrap()));
            age.map(|a| headers.insert(AGE, a.parse().unwrap()));
            usable_for(&headers).as_secs()
        };
        assert_eq!(seconds(None, None), 30);
        assert_eq!(seconds(Some("max-age=60"), None), 60);
        assert_eq!(seconds(Some("public, max-age=86400"), None), 300);
        assert_eq!(seconds(Some("max-age=60"), Some("50")), 10);
        assert_eq!(seconds(Some("max-age=60"), Some("90")), 0);
        assert_eq!(seconds(Some("max-age=-1"), None), 0);
        assert_eq!(seconds(Some("no-store"), None), 0);
        assert_eq!(seconds(Some("private, no-cache"), None), 0);
    }

    mod over_loopback {
        use super::*;
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        /// Answers every connection with the same bytes; says its origin.
        async fn answering(answer: Vec<u8>) -> String {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut request = [0; 4096];
                    let _read = stream.read(&mut request).await;
                    let _written = stream.write_all(&answer).await;
                }
            });
            origin
        }

        async fn fetch(origin: &str, listed: bool) -> Result<Fetched, FetchError> {
            let open = if listed { vec![origin.to_owned()] } else { vec![] };
            let network = Network::new(Ambient::system(), &open).unwrap();
            network.fetch(&Url::parse(origin).unwrap(), "application/json").await
        }

        #[tokio::test]
        async fn a_listed_origin_answers_and_an_unlisted_one_is_not_asked() {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec();
            let origin = answering(answer).await;
            assert_eq!(fetch(&origin, true).await.unwrap().bytes, b"{}");
            assert!(matches!(fetch(&origin, false).await, Err(FetchError::Refused { .. })));
        }

        #[tokio::test]
        async fn redirects_are_not_followed() {
            let answer = b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\
                           content-length: 0\r\n\r\n";
            let origin = answering(answer.to_vec()).await;
            assert!(matches!(
                fetch(&origin, true).await,
                Err(FetchError::Status { status: 302, .. })
            ));
        }

        #[tokio::test]
        async fn a_long_answer_ends_at_the_cap_whether_announced_or_not() {
            let mut chunked = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
            chunked.resize(chunked.len() + MAX_BYTES + 1, b' ');
            let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_vec();
            for answer in [chunked, announced] {
                let origin = answering(answer).await;
                assert!(matches!(fetch(&origin, true).await, Err(FetchError::TooLarge { .. })));
            }
        }

        #[tokio::test]
        async fn a_name_that_resolves_to_loopback_only_has_no_address_for_us() {
            let resolver = PublicOnly { open: Arc::new([]) };
            let name: Name = "localhost".parse().unwrap();
            assert!(resolver.resolve(name).await.is_err());
        }
    }
}
