//! The settings: one struct over flags, environment and a TOML file.
//!
//! A flag wins over the environment, the environment over the file, the file
//! over the default. What each setting entails stands in one place, its doc
//! comment in [`Settings`]: `--help` and README's table are both made from it.
//!
//! Invariant: a [`Config`] is coherent. A production one (its public URL is not
//! loopback) has https and no development switch.

pub mod contexts;
mod database;
mod table;

use std::io::{ErrorKind, IsTerminal};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use url::{Host, Url};

use crate::ambient::Ambient;
use crate::check::trusted_issuers::{TrustedIssuers, TrustedIssuersError};
use crate::http::vc_api::VcApi;
use crate::jsonld::Contexts;
use crate::keys::sealed::sealed_with;
use crate::keys::{KeyError, SealingKey, Secret, example};
use crate::model::links::Links;
use contexts::ContextsError;
pub use database::Database;
pub use table::{Setting, settings, settings_table};

/// The settings as given by one source; `None` is *not given there*.
#[derive(Clone, Default, clap::Args, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// TOML file with settings under the names of this table; an unknown name is refused. `verify` and `demo` pass over the one in the working folder. Default: `touchmark.toml` in the working folder, if it is there
    #[arg(long, env = "TOUCHMARK_CONFIG", global = true, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Address and port to answer on. Anything but loopback is reachable by others: put a TLS-terminating proxy before it. Default: `127.0.0.1:8080`
    #[arg(long, env = "TOUCHMARK_LISTEN", global = true, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,

    /// Folder of the SQLite database and the key file; made if missing. Who can read it can read every earner. Default: `touchmark-data`
    #[arg(long, env = "TOUCHMARK_DATA", global = true, value_name = "FOLDER")]
    pub data: Option<PathBuf>,

    /// Scheme, host and port under which the world reaches the service. Signed into every credential, so the first mint fixes it. A host that is not loopback means production: https only, no example keys, no development switches. Never an IP address, since did:web knows none. Default: `http://localhost:PORT`
    #[arg(long, env = "TOUCHMARK_PUBLIC_URL", global = true, value_name = "URL")]
    pub public_url: Option<String>,

    /// `postgres://…` for PostgreSQL, which any number of replicas may share, or `sqlite:FILE`. Others can see a password in a flag: give it by environment. Default: `touchmark.db` in the data folder
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// File of 32 random bytes that seals the private keys where no passphrase is given; made at the first start, refused if others can read it, and never made anew for keys that another has sealed. Lost with it: every private key. Default: `keys.secret` in the data folder
    #[arg(long, env = "TOUCHMARK_KEY_FILE", global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,

    /// Loopback origins, comma-separated, that verification may fetch from over plain http, as in `http://localhost:8081`. For development; refused in production. Default: none
    #[arg(long, env = "TOUCHMARK_DEV_ORIGINS", global = true, value_name = "URLS")]
    #[arg(value_delimiter = ',')]
    pub dev_origins: Option<Vec<String>>,

    /// Map of JSON-LD contexts that credentials may name beside the bundled ones, or a folder with it as `contexts.json`: `{"https://…": {"file": "mine.jsonld", "sha256": "…"}}`. Refused where a digest differs or a bundled context is named. Who chooses contexts chooses what credentials mean. Default: none
    #[arg(long, env = "TOUCHMARK_CONTEXTS", global = true, value_name = "FILE")]
    pub contexts: Option<PathBuf>,
    /// TOML file of the issuers that are known here by name, an `[[issuer]]` with `id` (a DID or an https id), `name` and `from` (how that is known) for each. Reports and pages say *known as* of these alone; no verdict changes by it. A mistake in it is refused at start, with its line. Default: none
    #[arg(
        long,
        visible_alias = "trusted",
        env = "TOUCHMARK_TRUSTED_ISSUERS",
        global = true,
        value_name = "FILE"
    )]
    pub trusted_issuers: Option<PathBuf>,

    /// Which log lines are written, as a level or a tracing filter. `debug` writes more; never keys, earners or links. Default: `info`
    #[arg(long, env = "TOUCHMARK_LOG", global = true, value_name = "FILTER")]
    pub log: Option<String>,

    /// `json` for machines, `text` for people. Default: `text` on a terminal, else `json`
    #[arg(long, env = "TOUCHMARK_LOG_FORMAT", global = true, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// Credentials that one API key may mint in an hour, unless the key has a ceiling of its own; then 429. Bounds what a stolen key can do. Default: `10000`
    #[arg(long, env = "TOUCHMARK_MINTS_PER_HOUR", global = true, value_name = "N")]
    pub mints_per_hour: Option<NonZeroU32>,

    /// Verifications that one address may ask for in a minute; then 429. Behind a proxy all clients share one address unless forwarded addresses are trusted. Default: `120`
    #[arg(long, env = "TOUCHMARK_VERIFY_PER_MINUTE", global = true, value_name = "N")]
    pub verify_per_minute: Option<NonZeroU32>,

    /// Whether a client's address is the last one in `X-Forwarded-For`. Only behind a proxy that appends it: else anyone can dodge the limits. Default: `false`
    #[arg(long, env = "TOUCHMARK_TRUST_FORWARDED_FOR", global = true, value_name = "BOOL")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub trust_forwarded_for: Option<bool>,

    /// HTTP status that a failed verification is answered with by the VC-API: `200`, `400` or `422`. Clients that look at the status alone take 200 for a yes. Default: `400`
    #[arg(long, env = "TOUCHMARK_VC_API_FAILURE", global = true, value_name = "STATUS")]
    pub vc_api_failure: Option<u16>,

    /// Issuers, comma-separated, whose VC-API paths follow the conformance profile of the W3C's test suites: made-up terms, keys that are not the issuer's. `*` for every path. For test suites; refused in production. Default: none
    #[arg(long, env = "TOUCHMARK_VC_API_CONFORMANCE", global = true, value_name = "NAMES")]
    #[arg(value_delimiter = ',')]
    pub vc_api_conformance: Option<Vec<String>>,

    /// Connections served at once; more wait in the system's queue. Default: `1024`
    #[arg(long, env = "TOUCHMARK_MAX_CONNECTIONS", global = true, value_name = "N")]
    pub max_connections: Option<NonZeroU32>,

    /// Seconds that requests under way may take to finish after SIGTERM; then they are cut. Default: `20`
    #[arg(long, env = "TOUCHMARK_DRAIN_SECONDS", global = true, value_name = "SECONDS")]
    pub drain_seconds: Option<u32>,
}

/// The variable of the passphrase, which has no flag and no place in the file.
pub const PASSPHRASE_ENV: &str = "TOUCHMARK_KEY_PASSPHRASE";
const PASSPHRASE_CONSEQUENCE: &str = "Passphrase that seals the private keys, instead of the key \
    file. Every replica needs it; lost with it: every private key. Default: none";
const DEFAULT_FILE: &str = "touchmark.toml";

/// The log filter of what is run by hand.
pub const QUIET: &str = "warn";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Json,
    Text,
}

impl Settings {
    /// Adds the file and the passphrase, fills in the defaults, and checks.
    pub fn load(self) -> Result<Config, ConfigError> {
        let file = match &self.config {
            Some(path) => Self::read(path)?,
            None => match Self::read(Path::new(DEFAULT_FILE)) {
                Err(ConfigError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
                    Self::default()
                }
                other => other?,
            },
        };
        let passphrase = match std::env::var(PASSPHRASE_ENV) {
            Ok(passphrase) => Some(Secret::new(passphrase)),
            Err(std::env::VarError::NotPresent) => None,
            Err(std::env::VarError::NotUnicode(_)) => return Err(ConfigError::PassphraseNotText),
        };
        self.or(file).resolve(passphrase)
    }

    /// What is needed to verify, and nothing else looked at: what the service is told through
    /// its environment, or a file that happens to lie here, must not keep anyone from it.
    pub fn for_verifying(self) -> Result<ForVerifying, ConfigError> {
        let named = self.config.as_deref().map(Self::read).transpose()?;
        let settings = self.or(named.unwrap_or_default());
        let log = settings.log.unwrap_or_else(|| QUIET.into());
        log_filter(&log)?;
        let (contexts, pinned) = contexts::load_with_documents(settings.contexts.as_deref())?;
        let trusted = trusted_issuers(settings.trusted_issuers.as_deref())?;
        let dev_origins = dev_origins(settings.dev_origins)?;
        Ok(ForVerifying { dev_origins, contexts, pinned, trusted, log })
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|error| ConfigError::Toml {
            path: path.to_owned(),
            message: error.message().to_owned(),
            line: error
                .span()
                .map_or(1, |at| text.bytes().take(at.start).filter(|b| *b == b'\n').count() + 1),
        })
    }

    /// These settings, and `weaker` where they are silent.
    fn or(self, weaker: Self) -> Self {
        Self {
            config: self.config.or(weaker.config),
            listen: self.listen.or(weaker.listen),
            data: self.data.or(weaker.data),
            public_url: self.public_url.or(weaker.public_url),
            database_url: self.database_url.or(weaker.database_url),
            key_file: self.key_file.or(weaker.key_file),
            dev_origins: self.dev_origins.or(weaker.dev_origins),
            contexts: self.contexts.or(weaker.contexts),
            trusted_issuers: self.trusted_issuers.or(weaker.trusted_issuers),
            log: self.log.or(weaker.log),
            log_format: self.log_format.or(weaker.log_format),
            mints_per_hour: self.mints_per_hour.or(weaker.mints_per_hour),
            verify_per_minute: self.verify_per_minute.or(weaker.verify_per_minute),
            trust_forwarded_for: self.trust_forwarded_for.or(weaker.trust_forwarded_for),
            vc_api_failure: self.vc_api_failure.or(weaker.vc_api_failure),
            vc_api_conformance: self.vc_api_conformance.or(weaker.vc_api_conformance),
            max_connections: self.max_connections.or(weaker.max_connections),
            drain_seconds: self.drain_seconds.or(weaker.drain_seconds),
        }
    }

    /// Fills in the defaults and checks the whole.
    pub fn resolve(self, key_passphrase: Option<Secret>) -> Result<Config, ConfigError> {
        let listen = self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data = self.data.unwrap_or_else(|| "touchmark-data".into());
        let public_url = match &self.public_url {
            Some(given) => Links::parse(given).map_err(|problem| ConfigError::PublicUrl {
                found: redacted(given),
                problem: problem.to_string(),
            })?,
            None => localhost(listen.port()),
        };
        let log = self.log.unwrap_or_else(|| "info".into());
        log_filter(&log)?;
        let limit = |given: Option<NonZeroU32>, default| given.map_or(default, NonZeroU32::get);
        let conformance = self.vc_api_conformance.unwrap_or_default();
        let config = Config {
            listen,
            public_url,
            public_url_given: self.public_url.is_some(),
            database: Database::parse(self.database_url.as_deref(), &data)?,
            key_file: self.key_file.unwrap_or_else(|| data.join("keys.secret")),
            key_passphrase,
            data,
            dev_origins: dev_origins(self.dev_origins)?,
            contexts: contexts::load(self.contexts.as_deref())?,
            trusted: trusted_issuers(self.trusted_issuers.as_deref())?,
            log,
            log_format: self.log_format.unwrap_or_else(usual_log_format),
            vc_api: VcApi::of(self.vc_api_failure, conformance)
                .map_err(ConfigError::FailureStatus)?,
            limits: Limits {
                mints_per_hour: limit(self.mints_per_hour, 10_000),
                verify_per_minute: limit(self.verify_per_minute, 120),
                trust_forwarded_for: self.trust_forwarded_for.unwrap_or(false),
                max_connections: limit(self.max_connections, 1024),
                drain: Duration::from_secs(self.drain_seconds.unwrap_or(20).into()),
            },
        };
        config.check()?;
        Ok(config)
    }
}

/// The settings that `touchmark verify` goes by.
#[derive(Debug, Clone)]
pub struct ForVerifying {
    /// As in [`Config`].
    pub dev_origins: Vec<String>,
    pub contexts: &'static Contexts,
    /// Those of the contexts that are not bundled, as they were pinned.
    pub pinned: contexts::Documents,
    /// As in [`Config`].
    pub trusted: Option<Arc<TrustedIssuers>>,
    pub log: String,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub public_url: Links,
    public_url_given: bool,
    pub database: Database,
    pub key_file: PathBuf,
    pub key_passphrase: Option<Secret>,
    /// Origins (`http://localhost:8081`) on loopback that may be fetched.
    pub dev_origins: Vec<String>,
    /// What credentials may name: the bundled contexts, and those that the operator pinned.
    pub contexts: &'static Contexts,
    /// The issuers that are known by name, where a file names any.
    pub trusted: Option<Arc<TrustedIssuers>>,
    pub log: String,
    pub log_format: LogFormat,
    pub vc_api: VcApi,
    pub limits: Limits,
}

/// What one client may ask of the service, and the service of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Credentials an hour for each API key without a ceiling of its own.
    pub mints_per_hour: u32,
    /// Verifications a minute for each address.
    pub verify_per_minute: u32,
    /// Whether the last address in `X-Forwarded-For` is the client's.
    pub trust_forwarded_for: bool,
    pub max_connections: u32,
    /// How long requests under way may take after SIGTERM.
    pub drain: Duration,
}

impl Config {
    /// Whether the world relies on this service: its public host is not loopback.
    pub fn production(&self) -> bool {
        !loopback_name(self.public_url.host())
    }

    /// The address that was bound. Port 0 becomes the real one, in the public
    /// URL too where none was given.
    pub fn bound_to(&mut self, address: SocketAddr) {
        self.listen = address;
        if !self.public_url_given {
            self.public_url = localhost(address.port());
        }
    }

    /// The passphrase's sealing key, else the key file's, which is made where there is none.
    /// For a database without seals only.
    pub fn new_sealing_key(&self, ambient: &Ambient) -> Result<SealingKey, KeyError> {
        match &self.key_passphrase {
            Some(passphrase) => SealingKey::from_passphrase(passphrase.clone()),
            None => SealingKey::from_file(&self.key_file, ambient),
        }
    }

    /// The sealing key that opens `sealed`; nothing is made.
    pub fn sealing_key_of(&self, sealed: &str) -> Result<SealingKey, KeyError> {
        let key = match &self.key_passphrase {
            Some(passphrase) => SealingKey::from_passphrase(passphrase.clone())?,
            None => match SealingKey::from_existing_file(&self.key_file)? {
                Some(key) => key,
                None => {
                    let sealed = sealed_with(sealed)?;
                    return Err(KeyError::SealingKeyGone { sealed, path: self.key_file.clone() });
                }
            },
        };
        key.open(sealed)?;
        Ok(key)
    }

    /// Refuses an example key in production, where anybody could sign with it.
    pub fn admit_key(&self, public_jwk: &str) -> Result<(), ConfigError> {
        match self.production() && example::is_example(public_jwk) {
            true => Err(ConfigError::ExampleKeyInProduction),
            false => Ok(()),
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        if !self.production() {
            return Ok(());
        }
        if !self.public_url.base().starts_with("https://") {
            let found = self.public_url.base().to_owned();
            return Err(ConfigError::PublicUrl { found, problem: "production needs https".into() });
        }
        match (self.dev_origins.first().cloned(), self.vc_api.conformance.first().cloned()) {
            (Some(origin), _) => Err(ConfigError::DevOriginInProduction { origin }),
            (_, Some(name)) => Err(ConfigError::ConformanceInProduction { name }),
            (None, None) => Ok(()),
        }
    }
}

fn localhost(port: u16) -> Links {
    Links::parse(&format!("http://localhost:{port}")).expect("it has a scheme, a host, a port")
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path}, line {line}: {message}")]
    Toml { path: PathBuf, line: usize, message: String },
    #[error("the pinned contexts: {0}")]
    Contexts(#[from] ContextsError),
    #[error("{path}, {error}")]
    TrustedIssuers { path: PathBuf, error: TrustedIssuersError },
    #[error("{PASSPHRASE_ENV} is not UTF-8")]
    PassphraseNotText,
    #[error("public URL {found}: {problem}")]
    PublicUrl { found: String, problem: String },
    #[error("the database URL starts with none of postgres://, postgresql:// and sqlite:")]
    DatabaseScheme,
    #[error("sqlite: takes the path of a file, without parameters")]
    SqliteUrl,
    #[error("development origin {found}: write http://localhost:PORT")]
    DevOrigin { found: String },
    #[error(
        "production refuses development switches: dev_origins names {origin}, and the public \
         URL is not loopback"
    )]
    DevOriginInProduction { origin: String },
    #[error("VC-API failure status {0}: it is 200, 400 or 422")]
    FailureStatus(u16),
    #[error("production refuses the conformance profile, and vc_api_conformance names {name}")]
    ConformanceInProduction { name: String },
    #[error("log filter {found:?}: {problem}")]
    LogFilter { found: String, problem: String },
    #[error("production refuses the keys of keys-example: anybody can sign with them")]
    ExampleKeyInProduction,
}

fn usual_log_format() -> LogFormat {
    if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json }
}

/// The filter of log lines that a setting spells.
pub fn log_filter(found: &str) -> Result<EnvFilter, ConfigError> {
    EnvFilter::try_new(found)
        .map_err(|e| ConfigError::LogFilter { found: found.into(), problem: e.to_string() })
}

fn dev_origins(given: Option<Vec<String>>) -> Result<Vec<String>, ConfigError> {
    given.unwrap_or_default().iter().map(|origin| dev_origin(origin)).collect()
}

fn trusted_issuers(path: Option<&Path>) -> Result<Option<Arc<TrustedIssuers>>, ConfigError> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    match TrustedIssuers::parse(&text) {
        Ok(trusted) => Ok(Some(Arc::new(trusted))),
        Err(error) => Err(ConfigError::TrustedIssuers { path: path.to_owned(), error }),
    }
}

/// The origin, if it is one on loopback.
fn dev_origin(text: &str) -> Result<String, ConfigError> {
    let refuse = || ConfigError::DevOrigin { found: redacted(text) };
    let url = Url::parse(text.trim()).map_err(|_| refuse())?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => loopback_name(name),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    };
    let origin = url.origin().ascii_serialization();
    let bare = url.as_str().strip_suffix('/') == Some(origin.as_str());
    let web = ["http", "https"].contains(&url.scheme());
    if loopback && web && bare { Ok(origin) } else { Err(refuse()) }
}

/// RFC 6761, section 6.3: every name under `localhost` is loopback.
fn loopback_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost")
}

/// What an error may quote of a URL: nothing where it could hold a password.
fn redacted(text: &str) -> String {
    if text.contains('@') { "(withheld: it holds a user name)".into() } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
