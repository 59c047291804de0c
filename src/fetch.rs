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

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, AGE, CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use url::{Host, Url};

use crate::ambient::Ambient;

/// An answer is complete within this time.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// An answer is at most this long.
pub const MAX_BYTES: usize = 1024 * 1024;
/// No copy is used longer than this.
pub const MAX_AGE: SignedDuration = SignedDuration::from_secs(300);
/// How long a copy is used where the answer says nothing.
const DEFAULT_AGE: SignedDuration = SignedDuration::from_secs(30);
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// How many lists' starts are remembered.
const MAX_LISTS: u64 = 10_000;

/// Where documents of others come from, and what the issuer's own books say.
pub trait Sources: Sync {
    /// Fetches a document, or a copy at most [`MAX_AGE`] old. An error means
    /// that nothing is known, never that something is fine.
    fn fetch(
        &self,
        url: &Url,
        accept: &str,
    ) -> impl Future<Output = Result<Fetched, FetchError>> + Send;

    /// Remembers that a list with this start was seen, and says the latest start
    /// that ever was: an older list is one played again. What keeps no memory
    /// says the same start.
    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        let _ = (issuer, url);
        valid_from
    }

    /// What our own books say of a credential, where we are its issuer.
    fn issuer_record(
        &self,
        issuer: &str,
        credential_id: &str,
    ) -> impl Future<Output = Option<IssuerRecord>> + Send {
        let _ = (issuer, credential_id);
        std::future::ready(None)
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

/// What an issuer knows of its credential that the credential cannot say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuerRecord {
    /// The id of the credential that replaces it.
    pub superseded_by: Option<String>,
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

/// Answers nothing: for verifying without a network.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

impl Sources for Offline {
    async fn fetch(&self, url: &Url, _accept: &str) -> Result<Fetched, FetchError> {
        Err(FetchError::Offline { url: url.to_string() })
    }
}

/// The outbound client. Cheap to clone; clones share the cache.
#[derive(Clone)]
pub struct Network {
    client: reqwest::Client,
    open: Arc<[Url]>,
    cache: moka::future::Cache<(String, String), Copied>,
    /// The latest start of each list, by issuer and URL.
    lists: moka::sync::Cache<(String, String), Timestamp>,
    ambient: Ambient,
}

#[derive(Clone)]
struct Copied {
    fetched: Fetched,
    good_until: Timestamp,
}

impl Network {
    /// `dev_origins` are loopback origins such as `http://localhost:8080`.
    #[allow(clippy::disallowed_methods)] // this is the one home
    pub fn new(ambient: Ambient, dev_origins: &[String]) -> Result<Self, NetworkError> {
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
        let cache = moka::future::Cache::builder()
            .weigher(|key: &(String, String), copied: &Copied| {
                let bytes = key.0.len() + key.1.len() + copied.fetched.bytes.len();
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .max_capacity(CACHE_BYTES)
            .time_to_live(MAX_AGE.unsigned_abs())
            .build();
        let lists = moka::sync::Cache::new(MAX_LISTS);
        Ok(Self { client, open, cache, lists, ambient })
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

impl Sources for Network {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        let url = permitted(url, &self.open)
            .map_err(|reason| FetchError::Refused { url: url.to_string(), reason })?;
        let key = (url.to_string(), accept.to_owned());
        if let Some(copied) = self.cache.get(&key).await
            && copied.good_until > self.ambient.now()
        {
            return Ok(copied.fetched);
        }
        let (fetched, age) = self.get(&url, accept).await?;
        if age.is_positive() {
            let good_until = fetched.fetched_at + age;
            self.cache.insert(key, Copied { fetched: fetched.clone(), good_until }).await;
        }
        Ok(fetched)
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

/// The URL to ask, if it may be asked: `https`, no literal address that is not
/// public, no user name; or one of the open origins.
fn permitted(url: &Url, open: &[Url]) -> Result<Url, &'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password");
    }
    if let Some(url) = on_open_origin(url, open) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err("only https is fetched");
    }
    let host = url.host().ok_or("it names no host")?;
    // The resolver lets loopback addresses of these names through.
    if open.iter().any(|origin| origin.host() == Some(host.clone())) {
        return Err("this port of the host is not opened for development");
    }
    match host {
        Host::Ipv4(ip) if !is_public(ip.into()) => Err("its address is not public"),
        Host::Ipv6(ip) if !is_public(ip.into()) => Err("its address is not public"),
        Host::Domain(name) if is_local_name(name) => Err("its host name is local"),
        _ => Ok(url.clone()),
    }
}

/// did:web has no way to say `http`, so a listed `http` origin also answers for
/// the `https` URL of the same host and port.
fn on_open_origin(url: &Url, open: &[Url]) -> Option<Url> {
    let origin = open.iter().find(|origin| {
        let same_scheme = origin.scheme() == url.scheme() || url.scheme() == "https";
        let same_port = origin.port_or_known_default() == url.port_or_known_default();
        same_scheme && same_port && origin.host() == url.host()
    })?;
    let mut url = url.clone();
    url.set_scheme(origin.scheme()).ok()?;
    if url.port_or_known_default() != origin.port_or_known_default() {
        url.set_port(origin.port_or_known_default()).ok()?;
    }
    Some(url)
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || !name.contains('.')
}

fn dev_origin(text: &str) -> Result<Url, NetworkError> {
    let bad = || NetworkError::NotALoopbackOrigin { origin: text.into() };
    let url = Url::parse(text).map_err(|_| bad())?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let http = matches!(url.scheme(), "http" | "https");
    if loopback && is_origin && http && url.username().is_empty() { Ok(url) } else { Err(bad()) }
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

/// Whether an address is one that anybody on the internet could mean.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// The special-purpose registry of IANA (RFC 6890 and later), multicast and
/// the reserved range.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast only (2000::/3): v4-mapped, NAT64, ULA, link-local and the
/// rest lie outside. Within it, what tunnels to an IPv4 address (6to4, Teredo)
/// and what is for protocols or documentation is left out.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = a & 0xe000 == 0x2000;
    let protocols = a == 0x2001 && b & 0xfe00 == 0;
    let documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b & 0xf000 == 0);
    let six_to_four = a == 0x2002;
    global && !protocols && !documentation && !six_to_four
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
    tracing::debug!(%url, %error, "outbound request failed");
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

    fn check(url: &str, open: &[&str]) -> Result<String, &'static str> {
        let open: Vec<Url> = open.iter().map(|o| dev_origin(o).unwrap()).collect();
        permitted(&Url::parse(url).unwrap(), &open).map(|url| url.to_string())
    }

    #[test]
    fn special_addresses_are_not_public() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn literal_addresses_and_local_names_are_refused_in_every_spelling() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://localhost/",
            "https://localhost./",
            "https://LOCALHOST/",
            "https://a.localhost/",
            "https://intranet/",
            "http://nea.example/",
            "ftp://nea.example/",
            "file:///etc/passwd",
            "https://user@nea.example/",
            "https://user:pass@nea.example/",
        ] {
            assert!(check(url, &[]).is_err(), "{url}");
        }
        assert!(check("https://nea.example/did.json", &[]).is_ok());
        assert!(check("https://nea.example:8443/did.json", &[]).is_ok());
        assert!(check("https://8.8.8.8/", &[]).is_ok());
    }

    #[test]
    fn the_development_switch_opens_exactly_what_it_lists() {
        let open = &["http://localhost:8080"][..];
        let url = "http://localhost:8080/status/1".to_owned();
        assert_eq!(check("https://localhost:8080/status/1", open), Ok(url.clone()));
        assert_eq!(check(&url, open), Ok(url));
        for url in [
            "http://localhost:9090/",
            "https://localhost:9090/",
            "https://localhost/",
            "http://127.0.0.1:8080/",
            "https://[::1]:8080/",
            "http://nea.example:8080/",
        ] {
            assert!(check(url, open).is_err(), "{url}");
        }
        for origin in
            ["http://nea.example", "https://10.0.0.1", "localhost:8080", "http://localhost/x"]
        {
            assert!(dev_origin(origin).is_err(), "{origin}");
        }
    }

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
