//! Settings are read, ranked and refused as documented.

use clap::{CommandFactory, Parser};

use super::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Sub>,
}

#[derive(clap::Subcommand)]
enum Sub {
    Serve,
}

fn flags(args: &[&str]) -> Settings {
    Cli::try_parse_from([&["touchmark"], args].concat()).unwrap().settings
}

fn file(text: &str) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("touchmark.toml");
    std::fs::write(&path, text).unwrap();
    Settings::read(&path)
}

fn public(url: &str) -> Result<Config, ConfigError> {
    Settings { public_url: Some(url.into()), ..Settings::default() }.resolve(None)
}

#[test]
fn without_any_setting_it_serves_sqlite_on_loopback() {
    let config = Settings::default().resolve(None).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.base(), "http://localhost:8080");
    assert_eq!(config.public_url.issuer_did("nea"), "did:web:localhost%3A8080:issuers:nea");
    assert_eq!(config.database, Database::Sqlite("touchmark-data/touchmark.db".into()));
    assert_eq!(config.key_file, Path::new("touchmark-data/keys.secret"));
    assert!(!config.production());
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let given = file("data = \"from-file\"\nlog = \"debug\"\ndev_origins = []\n").unwrap();
    let config = flags(&["--data", "from-flag", "serve"]).or(given).resolve(None).unwrap();
    assert_eq!(config.data, Path::new("from-flag"));
    assert_eq!(config.log, "debug");
    assert_eq!(config.limits.max_connections, 1024);
}

#[test]
fn a_setting_stands_before_or_after_the_command() {
    for args in [["--listen", "[::1]:9000", "serve"], ["serve", "--listen", "[::1]:9000"]] {
        let cli = Cli::try_parse_from([&["touchmark"], args.as_slice()].concat()).unwrap();
        assert!(matches!(cli.command, Some(Sub::Serve)));
        assert_eq!(cli.settings.resolve(None).unwrap().public_url.base(), "http://localhost:9000");
    }
}

#[test]
fn every_member_can_stand_in_the_file() {
    let given = file(
        "listen = \"0.0.0.0:80\"\ndata = \"d\"\npublic_url = \"https://badges.example.org\"\n\
         database_url = \"postgres://u:p@db/tm\"\nkey_file = \"k\"\ndev_origins = []\n\
         log = \"warn\"\nlog_format = \"json\"\nmints_per_hour = 1\nverify_per_minute = 2\n\
         trust_forwarded_for = true\nmax_connections = 3\ndrain_seconds = 4\n\
         vc_api_failure = 422\nvc_api_conformance = []\n",
    );
    let config = given.unwrap().resolve(None).unwrap();
    assert!(config.production());
    assert_eq!(config.limits.drain, Duration::from_secs(4));
    assert_eq!(config.limits.mints_per_hour, 1);
    assert!(config.limits.trust_forwarded_for);
}

#[test]
fn an_unknown_member_is_refused_with_its_name_and_line() {
    let error = file("data = \"d\"\nlisten_on = \"x\"\n").err().unwrap().to_string();
    assert!(error.contains("line 2") && error.contains("listen_on"), "{error}");
}

#[test]
fn the_passphrase_has_no_place_in_the_file_and_no_flag() {
    let error = file("key_passphrase = \"x\"\n").err().unwrap().to_string();
    assert!(error.contains("unknown field"), "{error}");
    assert!(Cli::try_parse_from(["touchmark", "--key-passphrase", "x"]).is_err());
}

#[test]
fn secrets_do_not_show_in_the_debug_form() {
    let settings = Settings {
        database_url: Some("postgres://user:hunter2@db.example.org/tm".into()),
        ..Settings::default()
    };
    let config = settings.resolve(Some(Secret::new("hunter2".into()))).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(config.database.describe(), "PostgreSQL, db.example.org/tm");
}

#[test]
fn production_needs_https() {
    let error = public("http://badges.example.org").err().unwrap();
    assert!(matches!(error, ConfigError::PublicUrl { .. }), "{error}");
    assert!(public("https://badges.example.org").unwrap().production());
    for loopback in ["http://localhost:9", "https://localhost", "http://nea.localhost:8080"] {
        assert!(!public(loopback).unwrap().production(), "{loopback}");
    }
    assert!(public("https://localhost.example.org").unwrap().production());
}

#[test]
fn a_public_url_is_scheme_host_and_port_and_no_ip_address() {
    for (url, hint) in [
        ("http://127.0.0.1:8080", "did:web"),
        ("https://192.0.2.1", "did:web"),
        ("http://[::1]:8080", "did:web"),
        ("https://example.org/touchmark", "only scheme"),
        ("https://example.org/?a", "only scheme"),
        ("https://user:hunter2@example.org", "only scheme"),
        ("ftp://example.org", "https://"),
        ("example.org", "not a URL"),
    ] {
        let error = public(url).err().unwrap().to_string();
        assert!(error.contains(hint) && !error.contains("hunter2"), "{error}");
    }
    assert_eq!(
        public("https://Example.org:443/").unwrap().public_url.base(),
        "https://example.org"
    );
}

#[test]
fn development_origins_are_loopback_and_refused_in_production() {
    let given = |origins: &str, url: Option<&str>| {
        let mut settings = flags(&["--dev-origins", origins]);
        settings.public_url = url.map(str::to_owned);
        settings.resolve(None)
    };
    let both = "http://localhost:8081,http://127.0.0.1:9000/";
    let config = given(both, None).unwrap();
    assert_eq!(config.dev_origins, ["http://localhost:8081", "http://127.0.0.1:9000"]);
    for foreign in ["http://example.org", "http://10.0.0.1:80", "file:///etc", "http://localhost/x"]
    {
        assert!(matches!(given(foreign, None), Err(ConfigError::DevOrigin { .. })), "{foreign}");
    }
    let refused = given("http://localhost:8081", Some("https://badges.example.org"));
    assert!(matches!(refused, Err(ConfigError::DevOriginInProduction { .. })));
}

#[test]
fn the_conformance_profile_is_refused_in_production_and_the_failure_status_is_one_of_three() {
    let given = |args: &[&str], url: Option<&str>| {
        let mut settings = flags(args);
        settings.public_url = url.map(str::to_owned);
        settings.resolve(None)
    };
    let conformance = ["--vc-api-conformance", "suite, nea"];
    let config = given(&conformance, None).unwrap();
    assert_eq!(config.vc_api.conformance, ["suite", "nea"]);
    let refused = given(&conformance, Some("https://badges.example.org"));
    assert!(matches!(refused, Err(ConfigError::ConformanceInProduction { .. })));
    for (status, fits) in [("200", true), ("400", true), ("422", true), ("500", false)] {
        assert_eq!(given(&["--vc-api-failure", status], None).is_ok(), fits, "{status}");
    }
}

#[test]
fn production_refuses_the_example_keys() {
    let example = example::nea_ed25519();
    let production = public("https://badges.example.org").unwrap();
    let refused = production.admit_key(example.expose());
    assert!(matches!(refused, Err(ConfigError::ExampleKeyInProduction)));
    assert!(public("http://localhost:8080").unwrap().admit_key(example.expose()).is_ok());
}

#[test]
fn a_bound_port_moves_the_public_url_only_where_none_was_given() {
    let bound = SocketAddr::from(([127, 0, 0, 1], 4711));
    let mut config = flags(&["--listen", "127.0.0.1:0"]).resolve(None).unwrap();
    config.bound_to(bound);
    assert_eq!(config.public_url.base(), "http://localhost:4711");
    let mut config = public("https://badges.example.org").unwrap();
    config.bound_to(bound);
    assert_eq!(config.public_url.base(), "https://badges.example.org");
}

#[test]
fn a_database_url_is_postgres_or_a_sqlite_file() {
    let database = |url: &str| Database::parse(Some(url), Path::new("d"));
    assert_eq!(database("").unwrap(), Database::Sqlite("d/touchmark.db".into()));
    assert_eq!(database("sqlite:a/b.db").unwrap(), Database::Sqlite("a/b.db".into()));
    assert_eq!(database("sqlite:///a/b.db").unwrap(), Database::Sqlite("/a/b.db".into()));
    assert!(matches!(database("postgresql://h/d"), Ok(Database::Postgres(_))));
    assert!(matches!(database("mysql://h/d"), Err(ConfigError::DatabaseScheme)));
    assert!(matches!(database("sqlite::memory:"), Err(ConfigError::SqliteUrl)));
}

#[test]
fn the_table_has_every_setting_with_a_default_and_a_consequence() {
    let rows = settings();
    assert_eq!(rows.len(), 19);
    for row in &rows {
        assert!(!row.env.is_empty() && row.consequence.len() > 30, "{row:?}");
        assert!(!row.consequence.contains("Default"), "{row:?}");
    }
    let table = settings_table();
    assert_eq!(table.lines().count(), 2 + rows.len());
    assert!(table.contains("| – | `TOUCHMARK_KEY_PASSPHRASE` | – | none |"));
}

#[test]
fn the_defaults_in_the_help_are_the_defaults_in_force() {
    let config = Settings::default().resolve(None).unwrap();
    for (name, in_force) in [
        ("listen", config.listen.to_string()),
        ("data", config.data.display().to_string()),
        ("log", config.log.clone()),
        ("mints_per_hour", config.limits.mints_per_hour.to_string()),
        ("verify_per_minute", config.limits.verify_per_minute.to_string()),
        ("trust_forwarded_for", config.limits.trust_forwarded_for.to_string()),
        ("vc_api_failure", config.vc_api.failure.as_u16().to_string()),
        ("max_connections", config.limits.max_connections.to_string()),
        ("drain_seconds", config.limits.drain.as_secs().to_string()),
    ] {
        let row = settings().into_iter().find(|row| row.name.as_deref() == Some(name)).unwrap();
        assert_eq!(row.default, format!("`{in_force}`"));
    }
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn a_file_of_trusted_issuers_is_read_at_once_and_a_mistake_in_it_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trusted.toml");
    let given = || Settings { trusted_issuers: Some(path.clone()), ..Settings::default() };
    assert!(matches!(given().resolve(None), Err(ConfigError::Read { .. })));
    let good = "[[issuer]]\nid = \"did:web:nea.example\"\nname = \"NEA\"\nfrom = \"a letter\"\n";
    std::fs::write(&path, good).unwrap();
    let trusted = given().resolve(None).unwrap().trusted.unwrap();
    assert_eq!(trusted.known("did:web:nea.example").unwrap().name, "NEA");
    assert_eq!(given().for_verifying().unwrap().trusted.unwrap(), trusted);
    std::fs::write(&path, good.replace("did:web:", "")).unwrap();
    let error = given().resolve(None).unwrap_err().to_string();
    assert!(error.contains("trusted.toml, line 2: the id \"nea.example\""), "{error}");
    assert!(given().for_verifying().is_err());
    assert!(Settings::default().resolve(None).unwrap().trusted.is_none());
}
