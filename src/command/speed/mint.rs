//! Minting with its durable commit, and renewing lists, in a throw-away database where the configured
//! one is: on the same disk for SQLite, in the same server for PostgreSQL.
//!
//! Invariant: the operator's own tables are neither read nor written.

use std::path::Path;
use std::time::{Duration, Instant};

use super::fixture::{BARE, Fixture};
use super::laps::{Progress, median};
use super::renew::Renewal;
use crate::ambient::Ambient;
use crate::command::example::{self, ISSUER};
use crate::command::folder::Folder;
use crate::command::{CommandError, DATABASE_CONNECTIONS};
use crate::config::{Config, Database};
use crate::issue::parties::{Parties, Party};
use crate::issue::{Issuance, Minter, Order};
use crate::keys::SealingKey;
use crate::model::links::Links;
use crate::store::{PartyKind, ScratchSchema, Store, sqlite_url};

/// Credentials that a batch commits together, as `POST …/credentials:batch` does.
pub const GROUP: usize = crate::http::ndjson::GROUP;
/// Single mints between two batches.
const SINGLES: usize = 8;
const BARE_CALLS: u32 = 20;
/// Rounds in which lists are renewed; the first of them is not counted.
const RENEWALS: usize = 10;

/// What a mint takes, committed.
pub struct Minting {
    /// One bare check, in the same rounds.
    pub bare: Duration,
    pub single: Duration,
    /// For each credential of a batch.
    pub grouped: Duration,
    /// Our own lists, all of them signed after a change to each.
    pub renewed: Duration,
}

/// A place for rows that are to be forgotten.
pub struct Scratch {
    issuance: Issuance,
    schema: Option<ScratchSchema>,
    /// Of the database file, and of the key file. Deleted last.
    _folder: Folder,
}

impl Scratch {
    pub async fn open(config: &Config, ambient: &Ambient) -> Result<Self, CommandError> {
        let beside = match &config.database {
            Database::Sqlite(file) => nearest_folder(file),
            Database::Postgres(_) => std::env::temp_dir(),
        };
        let folder = Folder::within(&beside, "touchmark-speed", ambient)?;
        let sealing = SealingKey::from_file(&folder.path().join("keys.secret"), ambient)?;
        let (store, schema) = match &config.database {
            Database::Sqlite(_) => {
                let url = sqlite_url(&folder.path().join("speed.db"));
                (Store::open(&url, DATABASE_CONNECTIONS).await?, None)
            }
            Database::Postgres(url) => {
                let name = format!("touchmark_speed_{:016x}", u64::from_be_bytes(ambient.random()));
                let schema = ScratchSchema::make(url.expose(), &name).await?;
                match schema.open(DATABASE_CONNECTIONS).await {
                    Ok(store) => (store, Some(schema)),
                    Err(error) => {
                        schema.drop_it().await?;
                        return Err(error.into());
                    }
                }
            }
        };
        let links = Links::parse("http://localhost:8080").expect("it is a URL");
        let parties = Parties::new(store.clone(), ambient.clone(), links.clone(), sealing);
        let issuance = Issuance::new(store, ambient.clone(), links, parties);
        Ok(Self { issuance, schema, _folder: folder })
    }

    /// Alternately some single mints and one batch.
    pub async fn measure(
        &self,
        fixture: &Fixture,
        rounds: usize,
        progress: Progress<'_>,
    ) -> Result<Minting, CommandError> {
        self.issuance.store.migrate().await?;
        let (issuer, orders) = self.prepare().await?;
        let by = Minter { api_key: "speed".into(), client: "speed".into(), per_hour: i64::MAX };
        let bare = fixture.bare().into_iter().find(|(name, _)| *name == BARE);
        let (_, bare) = bare.expect("it is one of them");
        let mut renewal = Renewal::prepare(&self.issuance, (&issuer, &by), &orders[0]).await?;
        let [mut bares, mut singles, mut grouped, mut renewed] = [const { Vec::new() }; 4];
        // The first round opens keys, connections and lists: it is not counted.
        for round in 0..=rounds {
            let start = Instant::now();
            (0..BARE_CALLS).for_each(|_| assert!(bare(), "it was signed"));
            bares.push(start.elapsed() / BARE_CALLS);
            for _ in 0..SINGLES {
                singles.push(self.mint(&issuer, &by, &orders[..1]).await?);
            }
            grouped.push(self.mint(&issuer, &by, &orders).await? / GROUP as u32);
            if round < RENEWALS {
                renewed.push(renewal.measure(&self.issuance).await?);
            }
            if round == 0 {
                let uncounted = [&mut bares, &mut singles, &mut grouped, &mut renewed];
                uncounted.into_iter().for_each(Vec::clear);
            }
            progress(round + 1, rounds + 1);
        }
        let [bare, single, grouped, renewed] = [bares, singles, grouped, renewed].map(median);
        Ok(Minting { bare, single, grouped, renewed })
    }

    /// Leaves nothing behind.
    pub async fn remove(self) -> Result<(), CommandError> {
        self.issuance.store.close().await;
        match self.schema {
            Some(schema) => Ok(schema.drop_it().await?),
            None => Ok(()),
        }
    }

    async fn prepare(&self) -> Result<(Party, Vec<Order>), CommandError> {
        example::fill(&self.issuance).await?;
        let issuer = self.issuance.parties.party(PartyKind::Issuer, ISSUER).await?;
        let issuer = issuer.ok_or_else(|| CommandError::Refused("the example is gone".into()))?;
        let mut orders = Vec::with_capacity(GROUP);
        for number in 0..GROUP {
            let (achievement, earner) = ("restorative-practices", format!("Earner {number}"));
            orders.push(example::order(&self.issuance, achievement, &earner, "2026-05-04").await?);
        }
        Ok((issuer, orders))
    }

    async fn mint(
        &self,
        issuer: &Party,
        by: &Minter,
        orders: &[Order],
    ) -> Result<Duration, CommandError> {
        let (issuer, by, orders) = (issuer.clone(), by.clone(), orders.to_vec());
        let start = Instant::now();
        let minted = self.issuance.issue(issuer, by, orders).await;
        let taken = start.elapsed();
        minted.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(taken)
    }
}

/// The folder of a file that there may not be yet, or the first above it that there is.
fn nearest_folder(file: &Path) -> std::path::PathBuf {
    let mut folders = file.ancestors().skip(1).filter(|folder| folder.is_dir());
    folders.next().map_or_else(|| ".".into(), Path::to_owned)
}
