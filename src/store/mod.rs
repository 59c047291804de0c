//! The database: what Touchmark must not lose, on SQLite or PostgreSQL.
//!
//! Both speak the same SQL (`$n`, `ON CONFLICT … RETURNING`, TEXT, BIGINT)
//! through [`sqlx::Any`], keep the same promises and pass the same tests.
//! Invariant: every write that touches an issuer's thing names that issuer in
//! its WHERE clause, so another tenant's key finds nothing.

mod achievements;
mod api_keys;
mod audit;
mod claims;
mod connect;
mod control;
mod credentials;
mod earners;
mod error;
mod evidence;
mod external;
mod forget;
mod inherited;
mod instance;
mod kept_jwt;
mod lists;
mod many;
mod menus;
mod mint;
mod parties;
mod policies;
mod row;
mod schema;
mod scratch;
mod share_links;
mod signing_keys;
mod status;
mod trusted_issuers;

use std::fmt;
use std::time::Duration;

use sqlx::{Any, AnyConnection, AnyPool, Transaction};

pub use achievements::AchievementRow;
pub use api_keys::ApiKeyRow;
pub use audit::{AuditEntry, AuditRow, Note};
pub use claims::{
    AppealDecision, ClaimChange, ClaimEvent, ClaimRecorded, ClaimRefusal, ClaimRow, ClaimState,
    Counted, Left, Lost, NewClaim, Past, Redaction, Superseded, Use, UseOf,
};
pub use connect::sqlite_url;
pub use control::{Act, Acted, Control, Holder};
pub use credentials::{CredentialRow, CredentialState, Cursor};
pub use error::StoreError;
pub use evidence::EvidenceFound;
pub use forget::Whom;
pub use lists::{BitChanges, Purpose, SetBits, StatusListRow};
pub use menus::{EndedEndorsement, MenuEntryRow, MenuPublished, MenuRow, NewMenu};
use mint::together::Together;
pub use mint::{
    Ceiling, EvidenceRow, Idempotency, Mint, Minted, Recorded, Replay, StatusEntry, Supersede,
};
pub use parties::{PartyKind, PartyRow};
pub use policies::{NewPolicy, PolicyName, PolicyRow, Published};
pub use scratch::ScratchSchema;
pub use share_links::{MOST_SHARE_LINKS, NewShareLink, ShareLink, is_over};
pub use signing_keys::{KeyState, SigningKeyRow};
pub use status::{Change, Changed, StatusRefusal};
pub use trusted_issuers::{NewTrustedIssuers, TrustedIssuersRow};

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// How often a write is tried before its conflict is reported.
const ATTEMPTS: u32 = 6;

/// Which database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// That of a connection.
    fn of(connection: &AnyConnection) -> Self {
        match connection.backend_name() {
            "SQLite" => Self::Sqlite,
            _ => Self::Postgres,
        }
    }
}

/// The database behind one contract.
///
/// **Durability.** A write that returned `Ok` survives a crash of process and
/// machine: SQLite runs WAL with `synchronous=FULL`, and PostgreSQL's
/// `synchronous_commit` is never off. A method is one transaction: all of it
/// is visible, or nothing.
///
/// **Concurrency.** Any number of tasks and replicas may call anything at any
/// time. Unique keys decide every race; the loser is told who won. SQLite
/// writes go one at a time through one connection (`BEGIN IMMEDIATE`), reads
/// beside them; PostgreSQL runs at READ COMMITTED.
///
/// **Retries.** Serialization failures, deadlocks and a busy SQLite are tried
/// again a few times from the start, then returned. A dropped future leaves all
/// of its transaction, or nothing. After a lost connection the caller cannot know whether
/// the commit happened: an idempotency key makes asking again safe.
///
/// Times are kept in whole milliseconds.
#[derive(Clone)]
pub struct Store {
    dialect: Dialect,
    url: String,
    readers: AnyPool,
    writer: AnyPool,
    /// Where mints share commits: on SQLite.
    together: Option<Together>,
}

impl fmt::Debug for Store {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

impl Store {
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the database answers a query now.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    /// Lets running work finish and gives all connections back.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// A transaction for writing.
    async fn begin(&self) -> Result<Transaction<'static, Any>> {
        Ok(match self.dialect {
            // Taking the write lock at once avoids the upgrade from reader to
            // writer, which SQLite refuses when another writer came between.
            Dialect::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.writer.begin().await?,
        })
    }
}

/// Runs `attempt` again while it loses to a concurrent transaction.
async fn retrying<T, F>(mut attempt: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut tried = 1;
    loop {
        match attempt().await {
            Err(error) if error.is_contention() && tried < ATTEMPTS => {
                tokio::time::sleep(Duration::from_millis(2 << (2 * tried))).await;
                tried += 1;
            }
            done => return done,
        }
    }
}
