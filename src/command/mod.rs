//! The commands: what an operator types.

mod case;
pub mod demo;
pub mod doctor;
pub mod earner;
mod example;
mod example_offices;
mod folder;
pub mod menu;
pub mod policy;
pub mod receipt;
pub mod serve;
pub mod setup;
pub mod speed;
pub mod trust;
pub mod verify;
mod verify_batch;

use crate::ambient::Ambient;
use crate::config::{Config, ConfigError, Database};
use crate::issue::parties::Parties;
use crate::issue::{EARNER_LOOKUP_SECRET, Issuance, IssueError, PUBLIC_URL};
use crate::keys::KeyError;
use crate::store::{PartyKind, Store, StoreError, sqlite_url};

/// Connections to a shared PostgreSQL that one replica holds; SQLite readers.
const DATABASE_CONNECTIONS: u32 = 10;

/// Why a command cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(
        "this database holds credentials that were minted under {settled}, which is signed into \
         them; start with --public-url {settled}, or with another database"
    )]
    OtherPublicUrl { settled: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("{0}")]
    Issue(#[from] IssueError),
    /// What was to be verified cannot be read.
    #[error("{what}: {source}")]
    Input { what: String, source: std::io::Error },
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
    #[error("{0}")]
    Refused(String),
}

impl CommandError {
    fn input(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| CommandError::Input { what, source }
    }

    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| CommandError::Io { what, source }
    }
}

/// Opens the store, migrates it, and puts the keys to it.
pub async fn open(config: &Config, ambient: &Ambient) -> Result<Issuance, CommandError> {
    let links = config.public_url.clone();
    let store = open_store(config).await?;
    store.migrate().await?;
    match store.instance(PUBLIC_URL).await? {
        Some(settled) if settled != links.base() => {
            return Err(CommandError::OtherPublicUrl { settled });
        }
        _ => {}
    }
    refuse_example_keys(config, &store).await?;
    // A new key in place of a lost one would start well and fail at the first mint.
    let sealing = match store.any_seal(EARNER_LOOKUP_SECRET).await? {
        Some(sealed) => config.sealing_key_of(&sealed)?,
        None => config.new_sealing_key(ambient)?,
    };
    let parties = Parties::new(store.clone(), ambient.clone(), links.clone(), sealing);
    Ok(Issuance::new(store, ambient.clone(), links, parties))
}

async fn open_store(config: &Config) -> Result<Store, CommandError> {
    let url = match &config.database {
        Database::Sqlite(file) => {
            if let Some(folder) = file.parent() {
                make_private_folder(folder)?;
            }
            sqlite_url(file)
        }
        Database::Postgres(url) => url.expose().to_owned(),
    };
    Ok(Store::open(&url, DATABASE_CONNECTIONS).await?)
}

/// Who can read the data folder can read every earner.
fn make_private_folder(folder: &std::path::Path) -> Result<(), CommandError> {
    use std::os::unix::fs::DirBuilderExt as _;
    if folder.as_os_str().is_empty() || folder.exists() {
        return Ok(());
    }
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(CommandError::io(format!("cannot make the folder {}", folder.display())))
}

/// Anybody has the example keys; production refuses a database that signs with them.
async fn refuse_example_keys(config: &Config, store: &Store) -> Result<(), CommandError> {
    if !config.production() {
        return Ok(());
    }
    for kind in [PartyKind::Issuer, PartyKind::Recognizer] {
        for party in store.parties(kind).await? {
            for key in store.keys(kind, &party.name).await? {
                config.admit_key(&key.public_jwk)?;
            }
        }
    }
    Ok(())
}
