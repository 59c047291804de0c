//! A batch of orders on its way to as many answers.
//!
//! The steps, for all of them together: answer those whose idempotency key was
//! used before; check each against its achievement; compose, prepare (the same
//! checks that verifying runs) and secure (sign, then verify our own signature);
//! record all in one transaction. One whose status index was taken meanwhile is
//! drawn, signed and recorded again. An order that fails gets its own answer and
//! leaves the batch.

use std::collections::HashMap;

use jiff::Timestamp;

use super::compose::{Particulars, StatusPlace, compose};
use super::earner::Subject;
use super::parties::Signers;
use super::request::EvidenceItem;
use super::secure::{prepare, secure};
use super::{Issuance, IssueError, Issued, Minter, Order, Party, change, definition};
use crate::model::achievement::{AchievementDefinition, AchievementIds};
use crate::model::{Fault, date_time};
use crate::store::{
    AchievementRow, Ceiling, CredentialRow, EvidenceRow, Idempotency, Mint, Minted, Purpose,
    Recorded, Replay, StatusEntry, StatusListRow, Supersede,
};

/// Half of a list is drawn from before the next opens, so a free index is found
/// in two draws on average at worst.
const MOST_DRAWS: usize = 40;

/// Credentials whose signing takes long beside the start of a thread.
const WORTH_A_THREAD: usize = 4;

type Answer = Result<Issued, IssueError>;

/// Orders of one client for one issuer, and the answers so far.
pub struct Batch<'a> {
    issuance: &'a Issuance,
    issuer: &'a Party,
    by: &'a Minter,
    orders: &'a [Order],
    answers: Vec<Option<Answer>>,
}

/// An order whose facts are settled.
struct Draft {
    /// Its place among the orders.
    order: usize,
    achievement: Known,
    subject: Subject,
}

/// One version of an achievement.
#[derive(Clone)]
struct Known {
    ids: AchievementIds,
    definition: AchievementDefinition,
}

/// The lists that new entries go to.
struct OpenLists {
    revocation: StatusListRow,
    suspension: Option<StatusListRow>,
}

impl<'a> Batch<'a> {
    pub fn new(
        issuance: &'a Issuance,
        issuer: &'a Party,
        by: &'a Minter,
        orders: &'a [Order],
    ) -> Self {
        let answers = orders.iter().map(|_| None).collect();
        Self { issuance, issuer, by, orders, answers }
    }

    /// An answer for each order, in their order.
    pub async fn answer(mut self) -> Vec<Answer> {
        if let Err(error) = self.run().await {
            for answer in self.answers.iter_mut().filter(|a| a.is_none()) {
                *answer = Some(Err(error.clone()));
            }
        }
        self.answers.into_iter().map(|a| a.expect("every order was answered")).collect()
    }

    /// Fills in the answers; an error is that of all orders that have none.
    async fn run(&mut self) -> Result<(), IssueError> {
        self.replay().await?;
        let mut drafts = self.draft().await?;
        if drafts.is_empty() {
            return Ok(());
        }
        self.issuance.settle_public_url().await?;
        let signers = self.issuance.parties.signers(self.issuer).await?;
        for _ in 0..MOST_DRAWS {
            let lists = self.open_lists(&drafts).await?;
            let mints = self.sign(&mut drafts, &signers, &lists);
            drafts = self.record(drafts, mints).await?;
            if drafts.is_empty() {
                return Ok(());
            }
        }
        Err(IssueError::Broken("no free status index was found".into()))
    }

    /// Answers the orders whose idempotency key was used before.
    async fn replay(&mut self) -> Result<(), IssueError> {
        for (i, order) in self.orders.iter().enumerate() {
            let Some(key) = &order.idempotency_key else { continue };
            let store = &self.issuance.store;
            let found = store.replay(&self.issuer.name, &self.by.client, key).await?;
            self.answers[i] = found.map(|replay| same_request(order, replay));
        }
        Ok(())
    }

    /// Checks each order that has no answer yet and settles what it stands on.
    async fn draft(&mut self) -> Result<Vec<Draft>, IssueError> {
        let mut passed = Vec::new();
        let mut known: HashMap<&str, Option<Known>> = HashMap::new();
        let orders = self.orders;
        for (i, order) in orders.iter().enumerate() {
            if self.answers[i].is_some() {
                continue;
            }
            let slug = order.request.achievement.as_str();
            if !known.contains_key(slug) {
                let row = self.issuance.store.latest_achievement(&self.issuer.name, slug).await?;
                known.insert(slug, row.map(|row| self.known(row)).transpose()?);
            }
            match check(order, known[slug].as_ref(), self.issuance.ambient.now()) {
                Ok(achievement) => passed.push((i, achievement.clone())),
                Err(faults) => self.answers[i] = Some(Err(IssueError::Invalid(faults))),
            }
        }
        let requests: Vec<_> = passed.iter().map(|(i, _)| &orders[*i].request).collect();
        let subjects = self.issuance.subjects(self.issuer, &requests).await?;
        let drafts = passed.into_iter().zip(subjects);
        Ok(drafts
            .map(|((order, achievement), subject)| Draft { order, achievement, subject })
            .collect())
    }

    fn known(&self, row: AchievementRow) -> Result<Known, IssueError> {
        let definition = definition(&row)?;
        let achievement = self.issuance.links.achievement(&row.issuer, &row.slug);
        Ok(Known { ids: AchievementIds { achievement, version: row.version }, definition })
    }

    async fn open_lists(&self, drafts: &[Draft]) -> Result<OpenLists, IssueError> {
        let suspendable = drafts.iter().any(|d| d.achievement.definition.suspendable);
        Ok(OpenLists {
            revocation: self.open_list(Purpose::Revocation).await?,
            suspension: match suspendable {
                true => Some(self.open_list(Purpose::Suspension).await?),
                false => None,
            },
        })
    }

    async fn open_list(&self, purpose: Purpose) -> Result<StatusListRow, IssueError> {
        let Issuance { store, ambient, .. } = self.issuance;
        let id = self.issuance.token();
        Ok(store.open_list(&self.issuer.name, purpose, &id, ambient.now()).await?)
    }

    /// Composes, prepares and secures each draft. One that cannot be is answered and leaves.
    fn sign(&mut self, drafts: &mut Vec<Draft>, signers: &Signers, lists: &OpenLists) -> Vec<Mint> {
        let mint = |draft: &Draft| self.mint(draft, signers, lists);
        let mut signed = on_all_cores(drafts, &mint).into_iter();
        let mut mints = Vec::new();
        drafts.retain(|draft| match signed.next().expect("every draft was tried") {
            Ok(mint) => {
                mints.push(mint);
                true
            }
            Err(error) => {
                self.answers[draft.order] = Some(Err(error));
                false
            }
        });
        mints
    }

    /// One signed credential, ready to be recorded, with freshly drawn status indices.
    fn mint(
        &self,
        draft: &Draft,
        signers: &Signers,
        lists: &OpenLists,
    ) -> Result<Mint, IssueError> {
        let Issuance { links, ambient, .. } = self.issuance;
        let order = &self.orders[draft.order];
        let Known { ids, definition } = &draft.achievement;
        let id = self.issuance.token();
        let valid_from = date_time::whole_seconds(ambient.now());
        let (entries, places) = self.draw(lists, definition.suspendable);
        let (evidence, evidence_ids) = self.evidence(&order.request.evidence, definition);
        let salt = self.issuer.profile.embed_email_hash.then(|| self.issuance.token());
        let unsigned = compose(
            &order.request,
            &Particulars {
                credential_id: &links.credential(&id),
                issuer_did: &self.issuer.did,
                profile: &self.issuer.profile,
                achievement_ids: ids,
                achievement: definition,
                subject_id: &draft.subject.id,
                valid_from,
                places: &places,
                evidence_ids: &evidence_ids,
                email_salt: salt.as_deref(),
            },
        );
        let secured = secure(prepare(&unsigned)?, signers, valid_from)?;
        let awarded = order.request.review.date.to_zoned(jiff::tz::TimeZone::UTC).ok();
        Ok(Mint {
            id,
            issuer: self.issuer.name.clone(),
            achievement_slug: order.request.achievement.clone(),
            achievement_version: ids.version,
            subject_id: draft.subject.id.clone(),
            subject_lookup: draft.subject.lookup.clone(),
            embedded: secured.embedded,
            jwt: secured.jwt,
            awarded_at: awarded.map(|day| day.timestamp()),
            valid_from,
            valid_until: order.request.valid_until,
            entries,
            evidence,
            idempotency: order.idempotency_key.clone().map(|key| Idempotency {
                client: self.by.client.clone(),
                key,
                request_hash: request_hash(order),
            }),
            actor: self.by.api_key.clone(),
            supersedes: order.supersedes.clone(),
        })
    }

    /// A random index in each list that the credential gets an entry in.
    fn draw(&self, lists: &OpenLists, suspendable: bool) -> (Vec<StatusEntry>, Vec<StatusPlace>) {
        let suspension = lists.suspension.as_ref().filter(|_| suspendable);
        let lists = [Some(&lists.revocation), suspension].into_iter().flatten();
        lists
            .map(|list| {
                let index = self.issuance.ambient.random_below(list.length);
                let list_url = self.issuance.links.status_list(&list.id);
                let entry = StatusEntry { list: list.id.clone(), index };
                (entry, StatusPlace { list_url, purpose: list.purpose.as_str(), index })
            })
            .unzip()
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
                let token = self.issuance.token();
                let link = self.issuance.links.evidence(&token);
                (EvidenceRow { token, url: item.url.clone(), open: item.open }, link)
            })
            .unzip()
    }

    /// Records the mints and answers their drafts. Gives back those that must be drawn again.
    async fn record(
        &mut self,
        mut drafts: Vec<Draft>,
        mints: Vec<Mint>,
    ) -> Result<Vec<Draft>, IssueError> {
        let now = self.issuance.ambient.now();
        let ceiling = Ceiling { api_key: self.by.api_key.clone(), per_hour: self.by.per_hour };
        let outcomes = match self.issuance.store.record(&mints, now, Some(&ceiling)).await? {
            Recorded::Done(outcomes) => outcomes,
            Recorded::CeilingReached { minted, per_hour, resets_at } => {
                let retry_after = seconds_until(resets_at, now);
                // As many as the hour has room for, in their order; the others come again.
                let room = usize::try_from(per_hour - minted).unwrap_or(0);
                for draft in drafts.drain(room.min(drafts.len())..) {
                    let refused = IssueError::MintCeiling { per_hour, retry_after };
                    self.answers[draft.order] = Some(Err(refused));
                }
                return Ok(drafts);
            }
        };
        let mut again = Vec::new();
        for ((draft, mint), outcome) in drafts.into_iter().zip(mints).zip(outcomes) {
            match conclude(&self.orders[draft.order], mint, outcome) {
                Some(answer) => self.answers[draft.order] = Some(answer),
                None => again.push(draft),
            }
        }
        Ok(again)
    }
}

/// Does the work for each draft, in their order. A few are not worth a thread.
fn on_all_cores<T: Send>(drafts: &[Draft], work: &(impl Fn(&Draft) -> T + Sync)) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let share = drafts.len().div_ceil(cores).max(WORTH_A_THREAD);
    if drafts.len() <= share {
        return drafts.iter().map(work).collect();
    }
    std::thread::scope(|scope| {
        let shares = drafts.chunks(share);
        let threads =
            shares.map(|share| scope.spawn(|| share.iter().map(work).collect::<Vec<_>>()));
        // All are started before the first is waited for.
        let threads: Vec<_> = threads.collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("minting does not panic"))
            .collect()
    })
}

/// The achievement, if the issuer has it and the request passes its rubric.
fn check<'k>(
    order: &Order,
    known: Option<&'k Known>,
    now: Timestamp,
) -> Result<&'k Known, Vec<Fault>> {
    let achievement = known.ok_or_else(|| {
        let detail = format!("this issuer has no achievement {:?}", order.request.achievement);
        vec![Fault::new("/achievement", "unknown-achievement", detail)]
    })?;
    order.request.check(&achievement.definition, now)?;
    Ok(achievement)
}

/// Whole seconds to wait, at least one.
fn seconds_until(later: Timestamp, now: Timestamp) -> u64 {
    let wait = later.duration_since(now).as_millis().max(1).unsigned_abs();
    u64::try_from(wait.div_ceil(1000)).unwrap_or(u64::MAX)
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
