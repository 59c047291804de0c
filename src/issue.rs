//! Minting: from a passing review to a credential that anyone can check.
//!
//! [`Issuance::issue`] answers orders; the steps that each goes through are told
//! in [`batch`]. A credential leaves the process only after its commit, so a
//! crash loses nothing that anyone has seen.

pub mod access;
mod achievements;
mod batch;
pub mod change;
pub mod claims_proof;
pub mod compose;
pub mod control;
mod drawn;
mod earner;
pub mod external;
pub mod forget;
pub mod parties;
pub mod request;
pub mod secure;
pub mod status_list;
pub mod void;

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::ambient::Ambient;
use crate::cache::Figures;
use crate::keys::{KeyError, Secret};
use crate::model::Fault;
use crate::model::achievement::AchievementDefinition;
use crate::model::links::Links;
use crate::store::{AchievementRow, CredentialRow, Store, StoreError, Supersede};

pub use batch::Signed;
use control::ManageLinks;
use drawn::Drawn;
pub use earner::EARNER_LOOKUP_SECRET;
use parties::{Parties, Party};
use request::MintRequest;
use status_list::Lists;

/// What minting needs: the books, the keys, the clock.
pub struct Issuance {
    pub store: Store,
    pub ambient: Ambient,
    pub links: Links,
    pub parties: Parties,
    lists: Lists,
    drawn: Arc<Drawn>,
    lookup_secret: OnceCell<Secret>,
    manage_links: OnceCell<ManageLinks>,
    public_url_settled: OnceCell<()>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Minter {
    /// The API key's id, for the audit row and the hourly ceiling.
    pub api_key: String,
    /// Whose idempotency keys these are.
    pub client: String,
    /// Credentials that this key may mint in an hour.
    pub per_hour: i64,
}

/// One credential that is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    pub request: MintRequest,
    pub idempotency_key: Option<String>,
    /// The credential that the new one corrects, and why.
    pub supersedes: Option<Supersede>,
}

/// A credential that stands in the books: its exact bytes, as they were signed once.
#[derive(Debug, Clone)]
pub struct Issued {
    pub id: String,
    pub achievement: String,
    pub embedded: String,
    pub jwt: String,
    /// It was minted by an earlier request with the same idempotency key.
    pub replayed: bool,
    /// The number of the manage link that leads somewhere; none where its earner ended it.
    pub manage: Option<i64>,
}

/// Why a credential was not minted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IssueError {
    #[error("the request is not valid")]
    Invalid(Vec<Fault>),
    #[error("there is no such thing for this issuer")]
    NotFound,
    /// The credential's earner was forgotten, and with them what is asked for.
    #[error("the earner's data was removed from these books")]
    Forgotten,
    #[error("{detail}")]
    Conflict { code: &'static str, detail: String },
    #[error("the idempotency key was used with another request")]
    IdempotencyKeyReused,
    #[error("the key has reached its {per_hour} mints per hour")]
    MintCeiling { per_hour: i64, retry_after: u64 },
    #[error(transparent)]
    Store(Arc<StoreError>),
    #[error(transparent)]
    Key(Arc<KeyError>),
    /// Ours to mend: what we composed or stored is not as it must be.
    #[error("{0}")]
    Broken(String),
}

impl From<StoreError> for IssueError {
    fn from(error: StoreError) -> Self {
        IssueError::Store(Arc::new(error))
    }
}

impl From<KeyError> for IssueError {
    fn from(error: KeyError) -> Self {
        IssueError::Key(Arc::new(error))
    }
}

impl Issuance {
    pub fn new(store: Store, ambient: Ambient, links: Links, parties: Parties) -> Self {
        Self {
            store,
            ambient,
            links,
            parties,
            lists: Lists::default(),
            drawn: Arc::default(),
            lookup_secret: OnceCell::new(),
            manage_links: OnceCell::new(),
            public_url_settled: OnceCell::new(),
        }
    }

    /// Mints each order, in one transaction as far as they can be; the answers come in the order
    /// of the orders, and a broken one does not stop the others.
    pub async fn issue(
        &self,
        issuer: Party,
        by: Minter,
        orders: Vec<Order>,
    ) -> Vec<Result<Issued, IssueError>> {
        Signed::new(self, issuer, by, orders).await.record(self).await
    }

    /// What the caches of our own lists hold and were good for.
    pub async fn figures(&self) -> [Figures; 2] {
        self.lists.figures().await
    }

    /// The VC-JOSE form (`application/vc+jwt`): signed when first asked for, by the algorithm of
    /// its VC-JWT, the same from then on. Never for one whose key was withdrawn: that would make it
    /// good again.
    pub async fn vc_jose(&self, row: &CredentialRow) -> Result<String, IssueError> {
        if let Some(jws) = &row.vc_jose {
            return Ok(jws.clone());
        }
        if row.is_forgotten() {
            return Err(IssueError::Forgotten);
        }
        let missing = || IssueError::Broken(format!("credential {} lost its issuer", row.id));
        let issuer = self.parties.owner(&row.issuer).await?.ok_or_else(missing)?;
        let alg = secure::alg_of(&row.jwt)?;
        let signers = self.parties.signers_with(&issuer, &[alg.key()]).await?;
        // Asked once the signers are there: none of them took the place of a key later.
        if self.parties.withdrawn(&issuer).await?.signed(row)? {
            return Err(void::refused());
        }
        let jws = secure::vc_jose(&row.embedded, signers.of_jwts(alg)?)?;
        // No row is ever deleted: where none is there to keep it, the earner was forgotten meanwhile.
        self.store.settle_vc_jose(&row.id, &jws).await?.ok_or(IssueError::Forgotten)
    }

    /// The public URL is signed into everything: the first mint fixes it.
    pub async fn settle_public_url(&self) -> Result<(), IssueError> {
        self.public_url_settled
            .get_or_try_init(|| async {
                let settled = self.store.settle(PUBLIC_URL, self.links.base()).await?;
                if settled == self.links.base() {
                    return Ok(());
                }
                let detail = format!("credentials here were minted under {settled}");
                Err(IssueError::Broken(detail))
            })
            .await
            .copied()
    }

    /// 128 random bits in hexadecimal.
    pub fn token(&self) -> String {
        self.ambient.token()
    }
}

/// The name under which the public URL is settled in the store.
pub const PUBLIC_URL: &str = "public-url";

/// The definition that a stored version holds.
pub fn definition(row: &AchievementRow) -> Result<AchievementDefinition, IssueError> {
    serde_json::from_str(&row.body).map_err(|e| {
        IssueError::Broken(format!("achievement {}.{} v{}: {e}", row.issuer, row.slug, row.version))
    })
}
