//! The whole service in a test's hands: its own database, clock and random
//! numbers, two issuers, and API keys.
//!
//! Requests go in process, through the same router that `serve` binds; what needs
//! the real program takes [`super::demo`]. A test
//! that is listed in [`on_both_databases`] runs on SQLite and on PostgreSQL.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, header};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use tempfile::TempDir;
use touchmark::ambient::{Ambient, Clock, Random};
use touchmark::check::options::Options;
use touchmark::check::trusted_issuers::TrustedIssuers;
use touchmark::fetch::{Network, Room};
use touchmark::http::vc_api::VcApi;
use touchmark::http::{self, App, limits};
use touchmark::issue::Issuance;
use touchmark::issue::access::NewApiKey;
use touchmark::issue::parties::Parties;
use touchmark::jsonld::Contexts;
use touchmark::keys::SealingKey;
use touchmark::model::links::Links;
use touchmark::store::{PartyKind, Store, sqlite_url};
use tower::ServiceExt as _;

use super::{postgres, samples};

/// Runs each test of the list once on each database; each takes a [`Database`].
macro_rules! on_both_databases {
    ($($name:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::app::Database::sqlite()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(database) = $crate::support::app::Database::postgres().await {
                    super::$name(database).await;
                }
            })*
        }
    };
}
pub(crate) use on_both_databases;

/// An empty database of the test's own, and the folder of its key file.
#[derive(Clone)]
pub struct Database {
    url: String,
    folder: Arc<TempDir>,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a throw-away folder");
        let url = sqlite_url(&folder.path().join("touchmark.db"));
        Self { url, folder: Arc::new(folder) }
    }

    /// `None` where this run has no PostgreSQL.
    pub async fn postgres() -> Option<Self> {
        let url = postgres::fresh_database().await?;
        let folder = tempfile::tempdir().expect("a throw-away folder");
        Some(Self { url, folder: Arc::new(folder) })
    }

    /// All that is in SQLite's files; `None` on PostgreSQL.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        self.url.starts_with("sqlite").then(|| {
            let files = self.folder.path().read_dir().expect("the folder is there");
            let read = files.map(|file| std::fs::read(file.expect("a file").path()));
            read.flat_map(|bytes| bytes.expect("it can be read")).collect()
        })
    }

    /// Where a command of the program finds the database of a test on SQLite, and its keys.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Around the service, as an administrator would.
    pub async fn execute(&self, sql: &str) {
        let mut connection = AnyConnection::connect(&self.url).await.expect("a connection");
        connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("it is done");
        connection.close().await.expect("the connection ends well");
    }
}

/// Where a test's clock starts: half a second past a whole one, as clocks are.
pub const START: &str = "2026-06-01T10:00:00.500Z";

/// A clock that moves only when it is told to.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn at(time: &str) -> Self {
        let time: Timestamp = time.parse().expect("a time");
        Self(Arc::new(AtomicI64::new(time.as_millisecond())))
    }

    pub fn advance(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).expect("a short time");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).expect("a time")
    }
}

/// The same numbers in each run, and none twice.
struct Seeded {
    seed: String,
    drawn: AtomicU64,
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.drawn.fetch_add(1, Ordering::SeqCst);
            let digest = Sha256::digest(format!("{} {number}", self.seed));
            chunk.copy_from_slice(&digest[..chunk.len()]);
        }
    }
}

/// How a test's service differs from the usual.
pub struct Setting {
    pub public_url: String,
    pub verify_per_minute: u32,
    pub room: Room,
    pub vc_api: VcApi,
    pub trusted: Option<Arc<TrustedIssuers>>,
    pub contexts: &'static Contexts,
}

impl Default for Setting {
    fn default() -> Self {
        let public_url = "https://touchmark.example".into();
        let (room, vc_api) = (Room::default(), VcApi::default());
        let contexts = Contexts::bundled();
        Self { public_url, verify_per_minute: 1_000_000, room, vc_api, trusted: None, contexts }
    }
}

/// The service, with issuers `nea` and `other`.
#[derive(Clone)]
pub struct TestApp {
    pub app: Arc<App>,
    pub clock: TestClock,
    /// May do everything for the whole service.
    pub admin: String,
    /// May do everything for `nea`.
    pub nea: String,
    /// May do everything for `other`.
    pub other: String,
    router: Router,
    database: Database,
}

impl TestApp {
    pub async fn new(database: Database) -> Self {
        Self::set(database, Setting::default()).await
    }

    pub async fn sqlite() -> Self {
        Self::new(Database::sqlite()).await
    }

    pub async fn set(database: Database, setting: Setting) -> Self {
        let clock = TestClock::at(START);
        let mut this = Self::start(database, clock, &setting, "first").await;
        let everything = ["mint", "issue", "status", "admin", "claim", "policy"];
        this.admin = this.api_key(None, &everything).await;
        this.nea = this.api_key(Some("nea"), &everything).await;
        this.other = this.api_key(Some("other"), &everything).await;
        for (name, profile) in [("nea", samples::nea()), ("other", json!({"name": "Other"}))] {
            let profile = serde_json::from_value(profile).unwrap();
            let parties = &this.app.issuance.parties;
            parties.add(PartyKind::Issuer, name, &profile, "test").await.unwrap();
        }
        this
    }

    /// Another process on the same database.
    pub async fn replica(&self) -> Self {
        // Each draws numbers of its own, as processes do.
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let seed = format!("replica {}", STARTED.fetch_add(1, Ordering::SeqCst));
        let setting = Setting::default();
        let clock = self.clock.clone();
        let replica = Self::start(self.database.clone(), clock, &setting, &seed).await;
        let Self { admin, nea, other, .. } = self.clone();
        Self { admin, nea, other, ..replica }
    }

    async fn start(database: Database, clock: TestClock, setting: &Setting, seed: &str) -> Self {
        let seeded = Seeded { seed: seed.into(), drawn: AtomicU64::new(0) };
        let ambient = Ambient::new(clock.clone(), seeded);
        let key_file = database.folder.path().join("keys");
        let sealing = SealingKey::from_file(&key_file, &ambient).unwrap();
        let store = Store::open(&database.url, 8).await.unwrap();
        store.migrate().await.unwrap();
        let links = Links::parse(&setting.public_url).unwrap();
        let parties = Parties::new(store.clone(), ambient.clone(), links.clone(), sealing);
        let issuance = Issuance::new(store, ambient.clone(), links, parties);
        let network = Network::with_room(ambient, &[], setting.room).unwrap();
        let per_minute = NonZeroU32::new(setting.verify_per_minute).unwrap();
        let app = Arc::new(App {
            issuance,
            network,
            contexts: setting.contexts,
            mints_per_hour: 10_000,
            verify_limit: limits::PerMinute::new(per_minute),
            trust_forwarded_for: false,
            vc_api: setting.vc_api.clone(),
            options: Options { trusted: setting.trusted.clone(), ..Options::default() },
            pictures: Default::default(),
            policies: Default::default(),
            trusted: Default::default(),
        });
        let router = http::router(app.clone());
        let [admin, nea, other] = [String::new(), String::new(), String::new()];
        Self { app, clock, admin, nea, other, router, database }
    }

    /// A new API key, for the whole service where `issuer` is `None`.
    pub async fn api_key(&self, issuer: Option<&str>, scopes: &[&'static str]) -> String {
        self.limited_key(issuer, scopes, 1_000_000).await
    }

    pub async fn limited_key(
        &self,
        issuer: Option<&str>,
        scopes: &[&'static str],
        mints_per_hour: i64,
    ) -> String {
        let new = NewApiKey {
            issuer: issuer.map(Into::into),
            client: "lms".into(),
            scopes: scopes.to_vec(),
            mints_per_hour,
            expires_at: None,
        };
        let (_, token) = self.app.issuance.create_api_key(new, "test").await.unwrap();
        token.expose().to_owned()
    }

    pub fn request(&self, method: Method, path: &str) -> Asked {
        let builder = Request::builder().method(method).uri(path);
        Asked { router: self.router.clone(), builder, body: Body::empty() }
    }

    /// As a program that asks for nothing special.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// With an `Accept` header.
    pub async fn get_as(&self, path: &str, accept: &str) -> Answer {
        self.request(Method::GET, path).header("accept", accept).send().await
    }

    /// With an API key.
    pub async fn read(&self, path: &str, key: &str) -> Answer {
        self.request(Method::GET, path).key(key).send().await
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.request(Method::POST, path).key(key).json(body).send().await
    }

    pub async fn put(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.request(Method::PUT, path).key(key).json(body).send().await
    }

    /// Publishes an achievement of `nea`.
    pub async fn publish(&self, achievement: &Value) {
        let path = "/v1/issuers/nea/achievements";
        self.post(path, &self.nea, achievement).await.expect(201);
    }

    pub async fn mint(&self, request: &Value) -> Answer {
        self.post("/v1/issuers/nea/credentials", &self.nea, request).await
    }

    /// Publishes the usual achievement and mints the usual credential of it.
    pub async fn minted(&self) -> Value {
        self.publish(&samples::achievement()).await;
        self.mint(&samples::review()).await.expect(201).json()
    }

    /// `revoke`, `suspend`, `reinstate` or `supersede`, as `nea`.
    pub async fn change(&self, id: &str, verb: &str, body: &Value) -> Answer {
        self.post(&format!("/v1/issuers/nea/credentials/{id}/{verb}"), &self.nea, body).await
    }

    /// The report on a credential, whichever form it has.
    pub async fn verify(&self, credential: impl Into<Body>) -> Value {
        self.request(Method::POST, "/v1/verify").body(credential).send().await.expect(200).json()
    }
}

/// A request that is being put together.
pub struct Asked {
    router: Router,
    builder: axum::http::request::Builder,
    body: Body,
}

impl Asked {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn key(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// The answer as it begins, its body yet to come.
    pub async fn start(self) -> Response<Body> {
        let request = self.builder.body(self.body).expect("a request that can be sent");
        self.router.oneshot(request).await.expect("the router always answers")
    }

    pub async fn send(self) -> Answer {
        let (parts, body) = self.start().await.into_parts();
        let bytes = body.collect().await.expect("the body ends well").to_bytes();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    /// Fails, showing the body, where the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// A problem document of this status and code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem.header("content-type"), "application/problem+json");
        let problem = problem.json();
        assert_eq!(problem["type"], format!("urn:touchmark:problem:{code}"), "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert!(problem["requestId"].is_string(), "{problem}");
        problem
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let name = HeaderName::try_from(name).expect("a header's name");
        self.headers.get(name).map_or("", |value| value.to_str().expect("plain text"))
    }

    /// All of them that have this name, as one list.
    pub fn header_all(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.collect::<Vec<_>>().join(", ")
    }

    pub fn media_type(&self) -> &str {
        self.header(header::CONTENT_TYPE.as_str()).split(';').next().unwrap_or_default()
    }
}
