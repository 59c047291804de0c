//! Minting: from a passing review to a credential that anyone can check.
//!
//! [`Issuance::issue`] takes the steps in their order: compose, prepare (the
//! same checks that verifying runs), secure (sign, then verify our own
//! signature), record. A credential leaves the process only after its commit,
//! so a crash loses nothing that anyone has seen.

pub mod access;
mod achievements;
pub mod change;
pub mod compose;
pub mod parties;
pub mod request;
mod secure;
pub mod status_list;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::ambient::Ambient;
use crate::keys::{KeyError, Secret, keyed_hash};
use crate::model::achievement::{AchievementDefinition, AchievementIds};
use crate::model::links::Links;
use crate::model::{Fault, date_time};
use crate::store::{
    AchievementRow, Ceiling, CredentialRow, EvidenceRow, Idempotency, Mint, Minted, PartyKind,
    Purpose, Recorded, Replay, StatusEntry, StatusListRow, Store, StoreError, Supersede,
};

use compose::{Particulars, StatusPlace, compose};
use parties::{Parties, Party, Signers};
use request::{EvidenceItem, MintRequest};
use secure::{prepare, secure};
use status_list::{ListForm, SignedList};

/// Half of a list is drawn from before the next opens, so a free index is found
/// in two draws on average at worst.
const MOST_DRAWS: usize = 40;

/// What minting needs: the books, the keys, the clock.
pub struct Issuance {
    pub store: Store,
    pub ambient: Ambient,
    pub links: Links,
    pub parties: Parties,
    lists: moka::sync::Cache<(String, ListForm), SignedList>,
    lookup_secret: OnceCell<Secret>,
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
}

/// Why a credential was not minted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IssueError {
    #[error("the request is not valid")]
    Invalid(Vec<Fault>),
    #[error("there is no such thing for this issuer")]
    NotFound,
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
            lists: moka::sync::Cache::new(1000),
            lookup_secret: OnceCell::new(),
            public_url_settled: OnceCell::new(),
        }
    }

    /// Mints each order, in one transaction as far as they can be; the answers come in the order
    /// of the orders, and a broken one does not stop the others.
    pub async fn issue(
        &self,
        issuer: &Party,
        by: &Minter,
        orders: &[Order],
    ) -> Vec<Result<Issued, IssueError>> {
        let mut answers: Vec<Option<Result<Issued, IssueError>>> = Vec::new();
        for order in orders {
            answers.push(self.replay(issuer, by, order).await.transpose());
        }
        if let Err(error) = self.issue_new(issuer, by, orders, &mut answers).await {
            for answer in answers.iter_mut().filter(|a| a.is_none()) {
                *answer = Some(Err(error.clone()));
            }
        }
        answers.into_iter().map(|a| a.expect("every order was answered")).collect()
    }

    /// The earlier answer to the same request, if there is one.
    async fn replay(
        &self,
        issuer: &Party,
        by: &Minter,
        order: &Order,
    ) -> Result<Option<Issued>, IssueError> {
        let Some(key) = &order.idempotency_key else { return Ok(None) };
        let found = self.store.replay(&issuer.name, &by.client, key).await?;
        found.map(|replay| same_request(order, replay)).transpose()
    }

    async fn issue_new(
        &self,
        issuer: &Party,
        by: &Minter,
        orders: &[Order],
        answers: &mut [Option<Result<Issued, IssueError>>],
    ) -> Result<(), IssueError> {
        self.settle_public_url().await?;
        let signers = self.parties.signers(issuer).await?;
        let mut drafts = self.draft(issuer, orders, answers).await?;
        for _ in 0..MOST_DRAWS {
            if drafts.is_empty() {
                return Ok(());
            }
            let mints = self.mints(issuer, by, orders, &signers, &mut drafts, answers).await?;
            let now = self.ambient.now();
            let ceiling = Ceiling { api_key: by.api_key.clone(), per_hour: by.per_hour };
            let outcomes = match self.store.record(&mints, now, Some(&ceiling)).await? {
                Recorded::Done(outcomes) => outcomes,
                Recorded::CeilingReached { minted, per_hour, resets_at } => {
                    let wait = resets_at.duration_since(now).as_millis().max(1).unsigned_abs();
                    let retry_after = u64::try_from(wait.div_ceil(1000)).unwrap_or(u64::MAX);
                    // As many as the hour has room for, in their order; the others come again.
                    let room = usize::try_from(per_hour - minted).unwrap_or(0);
                    for draft in drafts.drain(room.min(drafts.len())..) {
                        let refused = IssueError::MintCeiling { per_hour, retry_after };
                        answers[draft.order] = Some(Err(refused));
                    }
                    continue;
                }
            };
            let mut again = Vec::new();
            for ((draft, mint), outcome) in drafts.into_iter().zip(mints).zip(outcomes) {
                match conclude(&orders[draft.order], mint, outcome) {
                    Some(answer) => answers[draft.order] = Some(answer),
                    None => again.push(draft),
                }
            }
            drafts = again;
        }
        Err(IssueError::Broken("no free status index was found".into()))
    }

    /// Checks each order that has no answer yet and settles what it stands on.
    async fn draft(
        &self,
        issuer: &Party,
        orders: &[Order],
        answers: &mut [Option<Result<Issued, IssueError>>],
    ) -> Result<Vec<Draft>, IssueError> {
        let mut drafts = Vec::new();
        let mut known: HashMap<String, Option<Known>> = HashMap::new();
        for (i, order) in
            orders.iter().enumerate().filter(|(i, _)| answers[*i].is_none()).collect::<Vec<_>>()
        {
            let slug = &order.request.achievement;
            if !known.contains_key(slug) {
                let row = self.store.latest_achievement(&issuer.name, slug).await?;
                known.insert(slug.clone(), row.map(|row| self.known(row)).transpose()?);
            }
            let Some(achievement) = &known[slug] else {
                let detail = format!("this issuer has no achievement {slug:?}");
                let fault = Fault::new("/achievement", "unknown-achievement", detail);
                answers[i] = Some(Err(IssueError::Invalid(vec![fault])));
                continue;
            };
            if let Err(faults) = order.request.check(&achievement.definition, self.ambient.now()) {
                answers[i] = Some(Err(IssueError::Invalid(faults)));
                continue;
            }
            let (subject_id, lookup) = self.subject(issuer, &order.request).await?;
            drafts.push(Draft { order: i, achievement: achievement.clone(), subject_id, lookup });
        }
        Ok(drafts)
    }

    /// Composes, prepares and secures each draft with freshly drawn status indices. One that
    /// cannot be prepared is answered and leaves the drafts.
    async fn mints(
        &self,
        issuer: &Party,
        by: &Minter,
        orders: &[Order],
        signers: &Signers,
        drafts: &mut Vec<Draft>,
        answers: &mut [Option<Result<Issued, IssueError>>],
    ) -> Result<Vec<Mint>, IssueError> {
        let suspendable = drafts.iter().any(|d| d.achievement.definition.suspendable);
        let revocation = self.open_list(issuer, Purpose::Revocation).await?;
        let suspension = match suspendable {
            true => Some(self.open_list(issuer, Purpose::Suspension).await?),
            false => None,
        };
        let mut mints = Vec::new();
        let mut kept = Vec::new();
        for draft in drafts.drain(..) {
            let suspension =
                suspension.as_ref().filter(|_| draft.achievement.definition.suspendable);
            let lists: Vec<_> = [Some(&revocation), suspension].into_iter().flatten().collect();
            let order = &orders[draft.order];
            match self.mint(issuer, by, order, signers, &draft, &lists) {
                Ok(mint) => {
                    mints.push(mint);
                    kept.push(draft);
                }
                Err(error) => answers[draft.order] = Some(Err(error)),
            }
        }
        *drafts = kept;
        Ok(mints)
    }

    fn mint(
        &self,
        issuer: &Party,
        by: &Minter,
        order: &Order,
        signers: &Signers,
        draft: &Draft,
        lists: &[&StatusListRow],
    ) -> Result<Mint, IssueError> {
        let id = self.token();
        let request = &order.request;
        let valid_from = date_time::whole_seconds(self.ambient.now());
        let entries: Vec<StatusEntry> = lists
            .iter()
            .map(|list| StatusEntry {
                list: list.id.clone(),
                index: self.ambient.random_below(list.length),
            })
            .collect();
        let places: Vec<StatusPlace> = lists
            .iter()
            .zip(&entries)
            .map(|(list, entry)| StatusPlace {
                list_url: self.links.status_list(&entry.list),
                purpose: list.purpose.as_str(),
                index: entry.index,
            })
            .collect();
        let (evidence, evidence_ids) =
            self.evidence(&request.evidence, &draft.achievement.definition);
        let salt = issuer.profile.embed_email_hash.then(|| self.token());
        let unsigned = compose(
            request,
            &Particulars {
                credential_id: &self.links.credential(&id),
                issuer_did: &issuer.did,
                profile: &issuer.profile,
                achievement_ids: &draft.achievement.ids,
                achievement: &draft.achievement.definition,
                subject_id: &draft.subject_id,
                valid_from,
                places: &places,
                evidence_ids: &evidence_ids,
                email_salt: salt.as_deref(),
            },
        );
        let secured = secure(prepare(&unsigned)?, signers, valid_from)?;
        Ok(Mint {
            id,
            issuer: issuer.name.clone(),
            achievement_slug: request.achievement.clone(),
            achievement_version: draft.achievement.ids.version,
            subject_id: draft.subject_id.clone(),
            subject_lookup: draft.lookup.clone(),
            embedded: secured.embedded,
            jwt: secured.jwt,
            awarded_at: request
                .review
                .date
                .to_zoned(jiff::tz::TimeZone::UTC)
                .ok()
                .map(|z| z.timestamp()),
            valid_from,
            valid_until: request.valid_until,
            entries,
            evidence,
            idempotency: order.idempotency_key.clone().map(|key| Idempotency {
                client: by.client.clone(),
                key,
                request_hash: request_hash(order),
            }),
            actor: by.api_key.clone(),
            supersedes: order.supersedes.clone(),
        })
    }

    /// Rows for the links of ours, and the links that are embedded.
    fn evidence(
        &self,
        items: &[EvidenceItem],
        achievement: &AchievementDefinition,
    ) -> (Vec<EvidenceRow>, Vec<String>) {
        if achievement.direct_evidence {
            return (Vec::new(), items.iter().map(|item| item.url.clone()).collect());
        }
        items
            .iter()
            .map(|item| {
                let token = self.token();
                let link = self.links.evidence(&token);
                (EvidenceRow { token, url: item.url.clone(), open: item.open }, link)
            })
            .unzip()
    }

    /// The earner's subject id, and the keyed hash that it is found by again.
    async fn subject(
        &self,
        issuer: &Party,
        request: &MintRequest,
    ) -> Result<(String, String), IssueError> {
        let lookup = keyed_hash(
            self.lookup_secret().await?.expose().as_bytes(),
            request.earner.lookup().as_bytes(),
        );
        if let Some(did) = &request.earner.id {
            return Ok((did.clone(), lookup));
        }
        let proposed = format!("urn:uuid:{}", uuid_v4(self.ambient.random()));
        let subject_id = self.store.subject_id(&issuer.name, &lookup, &proposed).await?;
        Ok((subject_id, lookup))
    }

    /// The secret of earner lookups: random, sealed like a private key, the same for good.
    async fn lookup_secret(&self) -> Result<&Secret, IssueError> {
        self.lookup_secret
            .get_or_try_init(|| async {
                const NAME: &str = "earner-lookup-secret";
                let sealed = match self.store.instance(NAME).await? {
                    Some(sealed) => sealed,
                    None => {
                        let fresh = Secret::new(format!("{}{}", self.token(), self.token()));
                        self.store.settle(NAME, &self.parties.sealing().seal(&fresh)?).await?
                    }
                };
                Ok(self.parties.sealing().open(&sealed)?)
            })
            .await
    }

    /// The public URL is signed into everything: the first mint fixes it.
    async fn settle_public_url(&self) -> Result<(), IssueError> {
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

    /// The VC-JOSE form (`application/vc+jwt`): signed when first asked for, the same from then on.
    pub async fn vc_jose(&self, row: &CredentialRow) -> Result<String, IssueError> {
        if let Some(jws) = &row.vc_jose {
            return Ok(jws.clone());
        }
        let missing = || IssueError::Broken(format!("credential {} lost its issuer", row.id));
        let issuer = self.parties.party(PartyKind::Issuer, &row.issuer).await?;
        let signers = self.parties.signers(&issuer.ok_or_else(missing)?).await?;
        let jws = secure::vc_jose(&row.embedded, &signers.es256)?;
        self.store.settle_vc_jose(&row.id, &jws).await?.ok_or_else(missing)
    }

    async fn open_list(
        &self,
        issuer: &Party,
        purpose: Purpose,
    ) -> Result<StatusListRow, IssueError> {
        Ok(self.store.open_list(&issuer.name, purpose, &self.token(), self.ambient.now()).await?)
    }

    fn known(&self, row: AchievementRow) -> Result<Known, IssueError> {
        let definition = definition(&row)?;
        let achievement = self.links.achievement(&row.issuer, &row.slug);
        Ok(Known { ids: AchievementIds { achievement, version: row.version }, definition })
    }

    /// 128 random bits in hexadecimal.
    pub fn token(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.ambient.random()))
    }
}

/// The name under which the public URL is settled in the store.
pub const PUBLIC_URL: &str = "public-url";

/// An order whose facts are settled.
struct Draft {
    /// Its place among the orders.
    order: usize,
    achievement: Known,
    subject_id: String,
    lookup: String,
}

/// One version of an achievement.
#[derive(Clone)]
struct Known {
    ids: AchievementIds,
    definition: AchievementDefinition,
}

/// The definition that a stored version holds.
pub fn definition(row: &AchievementRow) -> Result<AchievementDefinition, IssueError> {
    serde_json::from_str(&row.body).map_err(|e| {
        IssueError::Broken(format!("achievement {}.{} v{}: {e}", row.issuer, row.slug, row.version))
    })
}

/// What became of one mint; `None` where its index was taken and must be drawn again.
fn conclude(order: &Order, mint: Mint, outcome: Minted) -> Option<Result<Issued, IssueError>> {
    match outcome {
        Minted::Recorded => {
            metrics::counter!("touchmark_credentials_minted_total").increment(1);
            tracing::info!(credential.id = %mint.id, issuer = %mint.issuer, "minted a credential");
            Some(Ok(Issued {
                id: mint.id,
                achievement: mint.achievement_slug,
                embedded: mint.embedded,
                jwt: mint.jwt,
                replayed: false,
            }))
        }
        Minted::Replayed(replay) => Some(same_request(order, *replay)),
        Minted::SupersedeRefused(refusal) => Some(Err(change::refused(&refusal))),
        Minted::IndexTaken => None,
    }
}

/// A replayed idempotency key answers with the first credential, or is refused for another request.
fn same_request(order: &Order, replay: Replay) -> Result<Issued, IssueError> {
    if replay.request_hash != request_hash(order) {
        return Err(IssueError::IdempotencyKeyReused);
    }
    let CredentialRow { id, achievement_slug, embedded, jwt, .. } = replay.credential;
    Ok(Issued { id, achievement: achievement_slug, embedded, jwt, replayed: true })
}

fn request_hash(order: &Order) -> String {
    match &order.supersedes {
        None => order.request.hash(),
        Some(Supersede { credential, .. }) => format!("{}+{credential}", order.request.hash()),
    }
}

/// RFC 9562, version 4.
fn uuid_v4(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        assert_eq!(uuid_v4([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
