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
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use url::Url;

use super::address::{dev_origin, is_public, permitted};
use super::readings::{Edition, KeptList, ListAsked, Prove, ProvenList, Readings};
use super::starts::Starts;
use super::{
    ACCEPT_CONTROLLER, ACCEPT_CREDENTIAL, ACCEPT_KEY_SET, ACCEPT_KEYS, ERROR_AGE, FetchError,
    Fetched, ListError, MAX_AGE, MAX_BYTES, Sources, TIMEOUT, read_keys, read_places, unreachable,
};
use crate::ambient::Ambient;
use crate::cache::{Bound, Cache, Figures};
use crate::check::{Check, issuer_key};
use crate::did::https::Places;
use crate::did::{ControllerDocument, Resolution};

/// How long a copy is used where the answer says nothing.
const DEFAULT_AGE: SignedDuration = SignedDuration::from_secs(30);

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
            starts: Starts::default(),
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
        Ok(self.documents.get(key, fits, || self.fetch_copy(url, accept)).await)
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
        let mut bytes = read_capped(url, response).await?;
        // It is kept, and weighed by its length.
        bytes.shrink_to_fit();
        Ok((Fetched { bytes, content_type, fetched_at: self.ambient.now() }, age))
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
        key.0.len() + key.1.len() + size_of::<Self>() + answer
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
    use super::super::MAX_URL;
    use super::*;

    #[test]
    fn an_answer_weighs_what_it_is_made_of_and_an_error_its_url() {
        let key = ("https://a.example/".repeat(100), String::new());
        let weight = |answer| {
            let copied = Copied { answer, number: 1, good_until: Timestamp::UNIX_EPOCH };
            Copied::weight(&key, &copied)
        };
        let fetched = |bytes, kind: usize| Fetched {
            bytes: vec![0; bytes],
            content_type: Some("x".repeat(kind)),
            fetched_at: Timestamp::UNIX_EPOCH,
        };
        let least = weight(Ok(Arc::new(fetched(0, 0))));
        assert_eq!(weight(Ok(Arc::new(fetched(1000, 500)))), least + 1500);
        let error = weight(Err(FetchError::Timeout { url: key.0.clone() }));
        assert!(error > 2 * key.0.len());
    }

    #[tokio::test]
    async fn a_url_that_is_too_long_is_neither_asked_nor_kept() {
        let network = Network::new(Ambient::system(), &[]).unwrap();
        let url = format!("https://a.example/{:x<1$}", "", MAX_URL);
        let answer = network.fetch(&Url::parse(&url).unwrap(), "").await;
        assert!(
            matches!(answer, Err(FetchError::Refused { reason, .. }) if reason.contains("4096"))
        );
        assert_eq!(network.figures().await[0].entries, 0);
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

        /// Answers each connection after a while; counts them.
        async fn counting(answer: &'static str) -> (String, Arc<AtomicU64>) {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
            let asked = Arc::new(AtomicU64::new(0));
            let counted = asked.clone();
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let mut request = [0; 4096];
                    let _read = stream.read(&mut request).await;
                    let head = format!(
                        "HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
                    );
                    let _written = stream.write_all(head.as_bytes()).await;
                }
            });
            (origin, asked)
        }

        /// Moves when it is told to.
        #[derive(Clone)]
        struct Hand(Arc<AtomicU64>);

        impl crate::ambient::Clock for Hand {
            fn now(&self) -> Timestamp {
                let seconds = self.0.load(Ordering::SeqCst);
                Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap()
            }
        }

        struct Zeros;

        impl crate::ambient::Random for Zeros {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(0);
            }
        }

        #[tokio::test]
        async fn who_asks_at_the_same_time_or_soon_after_is_answered_by_one_request() {
            for (answer, seconds, times) in [
                ("200 OK\r\ncache-control: max-age=60", 59, 1),
                ("200 OK\r\ncache-control: max-age=60", 60, 2),
                ("500 Broken", 4, 1),
                ("500 Broken", 5, 2),
            ] {
                let (origin, asked) = counting(answer).await;
                let clock = Hand(Arc::new(AtomicU64::new(1_790_000_000)));
                let ambient = Ambient::new(clock.clone(), Zeros);
                let network = Network::new(ambient, std::slice::from_ref(&origin)).unwrap();
                let url = Url::parse(&origin).unwrap();
                let ask = || network.fetch(&url, "application/json");
                let answers = futures_util::future::join_all((0..20).map(|_| ask())).await;
                assert!(answers.iter().all(|one| one.is_ok() == answer.starts_with("200")));
                clock.0.fetch_add(seconds, Ordering::SeqCst);
                assert_eq!(ask().await.is_ok(), answer.starts_with("200"));
                assert_eq!(asked.load(Ordering::SeqCst), times, "{answer} after {seconds}");
                assert_eq!(network.figures().await[0].misses, times);
            }
        }

        #[tokio::test]
        async fn what_may_not_be_kept_is_asked_for_each_time() {
            let (origin, asked) = counting("200 OK\r\ncache-control: no-store").await;
            let network = Network::new(Ambient::system(), std::slice::from_ref(&origin)).unwrap();
            let url = Url::parse(&origin).unwrap();
            for times in 1..4 {
                assert_eq!(network.fetch(&url, "").await.unwrap().bytes, b"{}");
                assert_eq!(asked.load(Ordering::SeqCst), times);
            }
        }

        #[tokio::test]
        async fn a_did_key_is_decoded_once() {
            let did = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
            let network = Network::new(Ambient::system(), &[]).unwrap();
            let first = network.keys(did).await.unwrap();
            assert!(Arc::ptr_eq(&first, &network.keys(did).await.unwrap()));
            assert!(network.keys("did:key:6Mk").await.unwrap_err().failed());
            let [_, keys, _] = network.figures().await;
            assert_eq!((keys.hits, keys.misses, keys.entries), (1, 1, 1));
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
