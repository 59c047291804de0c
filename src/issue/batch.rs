//! Orders of one client on their way to as many answers.
//!
//! The steps, for all of them together: answer those whose idempotency key was
//! used before; check each against its achievement; compose, prepare (the same
//! checks that verifying runs) and secure (sign, then verify our own signature);
//! record all in one transaction. One whose status index was taken meanwhile is
//! drawn, signed and recorded again. An order that fails gets its own answer and
//! leaves the batch.
//!
//! Up to the signatures nothing is written, so that a batch can be signed while
//! the one before it is being recorded.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task::spawn_blocking;

use super::compose::{Particulars, StatusPlace, compose};
use super::control::FIRST;
use super::drawn::Drawn;
use super::earner::Subject;
use super::parties::Signers;
use super::request::EvidenceItem;
use super::secure::{prepare, secure};
use super::{Issuance, IssueError, Issued, Minter, Order, Party, change, definition};
use crate::ambient::Ambient;
use crate::model::achievement::{AchievementDefinition, AchievementIds};
use crate::model::key::Algorithm;
use crate::model::links::Links;
use crate::model::securing::Securing;
use crate::model::{Fault, date_time};
use crate::store::{
    AchievementRow, Ceiling, CredentialRow, EvidenceRow, Idempotency, Mint, Minted, Purpose,
    Recorded, Replay, StatusEntry, StatusListRow, Supersede,
};

/// Half of a list is drawn from before the next opens, so a free index is found
/// in two draws on average at worst.
const MOST_DRAWS: usize = 40;

/// What is signed longer ago than this is not recorded. Far more than a commit takes.
const STALE: SignedDuration = SignedDuration::from_secs(5);

/// Credentials whose signing takes long beside the start of a thread.
const WORTH_A_THREAD: usize = 4;

type Answer = Result<Issued, IssueError>;

/// Orders of one client for one issuer, signed as far as they could be; nothing is recorded yet.
pub struct Signed {
    desk: Arc<Desk>,
    answers: Vec<Option<Answer>>,
    /// Those without an answer, and the mint of each. No mints where no signer was found.
    drafts: Vec<Draft>,
    mints: Vec<Mint>,
    /// When the mints were signed.
    at: Timestamp,
}

/// What each order of a batch is signed with.
struct Desk {
    issuer: Party,
    by: Minter,
    orders: Vec<Order>,
    links: Links,
    ambient: Ambient,
    drawn: Arc<Drawn>,
}

/// An order whose facts are settled.
struct Draft {
    /// Its place among the orders.
    order: usize,
    achievement: Arc<Known>,
    subject: Subject,
}

/// One version of an achievement.
struct Known {
    ids: AchievementIds,
    definition: AchievementDefinition,
}

/// The lists that new entries go to.
#[derive(Clone)]
struct OpenLists {
    revocation: StatusListRow,
    suspension: Option<StatusListRow>,
}

impl Signed {
    /// Everything up to the signatures.
    pub async fn new(issuance: &Issuance, issuer: Party, by: Minter, orders: Vec<Order>) -> Self {
        let answers = orders.iter().map(|_| None).collect();
        let Issuance { links, ambient, drawn, .. } = issuance;
        let (links, ambient, drawn) = (links.clone(), ambient.clone(), drawn.clone());
        let at = ambient.now();
        let desk = Arc::new(Desk { issuer, by, orders, links, ambient, drawn });
        let mut signed = Self { desk, answers, drafts: Vec::new(), mints: Vec::new(), at };
        if let Err(error) = signed.prepare(issuance).await {
            signed.refuse_rest(&error);
        }
        signed
    }

    /// Records what was signed: an answer for each order, in their order. What has waited is
    /// signed again: its keys may have been retired since, and its date is to be that of the books.
    pub async fn record(mut self, issuance: &Issuance) -> Vec<Answer> {
        if let Err(error) = self.record_all(issuance).await {
            self.refuse_rest(&error);
        }
        self.answers.into_iter().map(|a| a.expect("every order was answered")).collect()
    }

    fn refuse_rest(&mut self, error: &IssueError) {
        self.drafts.clear();
        for answer in self.answers.iter_mut().filter(|a| a.is_none()) {
            *answer = Some(Err(error.clone()));
        }
    }

    /// Fills in answers and drafts; an error is that of all orders that have no answer.
    async fn prepare(&mut self, issuance: &Issuance) -> Result<(), IssueError> {
        self.replay(issuance).await?;
        self.draft(issuance).await?;
        if self.drafts.is_empty() {
            return Ok(());
        }
        issuance.settle_public_url().await?;
        self.sign(issuance).await
    }

    async fn record_all(&mut self, issuance: &Issuance) -> Result<(), IssueError> {
        if !self.drafts.is_empty() && self.desk.ambient.now().duration_since(self.at) > STALE {
            self.sign(issuance).await?;
        }
        for _ in 0..MOST_DRAWS {
            if self.drafts.is_empty() {
                return Ok(());
            }
            self.record_once(issuance).await?;
            if !self.drafts.is_empty() {
                self.sign(issuance).await?;
            }
        }
        Err(IssueError::Broken("no free status index was found".into()))
    }

    /// Answers the orders whose idempotency key was used before.
    async fn replay(&mut self, issuance: &Issuance) -> Result<(), IssueError> {
        let Desk { issuer, by, orders, .. } = &*self.desk;
        let keys: Vec<_> = orders.iter().filter_map(|it| it.idempotency_key.as_deref()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let mut found = issuance.store.replays(&issuer.name, &by.client, &keys).await?.into_iter();
        for (order, answer) in orders.iter().zip(&mut self.answers) {
            if order.idempotency_key.is_some() {
                let replay = found.next().expect("each key has its answer");
                *answer = replay.map(|replay| same_request(order, replay));
            }
        }
        Ok(())
    }

    /// Checks each order that has no answer yet and settles what it stands on.
    async fn draft(&mut self, issuance: &Issuance) -> Result<(), IssueError> {
        let desk = self.desk.clone();
        let mut passed = Vec::new();
        let mut known: HashMap<&str, Option<Arc<Known>>> = HashMap::new();
        for (i, order) in desk.orders.iter().enumerate() {
            if self.answers[i].is_some() {
                continue;
            }
            let slug = order.request.achievement.as_str();
            if !known.contains_key(slug) {
                let row = issuance.store.latest_achievement(&desk.issuer.name, slug).await?;
                known.insert(slug, row.map(|row| desk.known(row).map(Arc::new)).transpose()?);
            }
            match check(order, known[slug].as_ref(), desk.ambient.now()) {
                Ok(achievement) => passed.push((i, achievement.clone())),
                Err(faults) => self.answers[i] = Some(Err(IssueError::Invalid(faults))),
            }
        }
        let requests: Vec<_> = passed.iter().map(|(i, _)| &desk.orders[*i].request).collect();
        let subjects = issuance.subjects(&desk.issuer, &requests).await?;
        let drafts = passed.into_iter().zip(subjects);
        self.drafts = drafts
            .map(|((order, achievement), subject)| Draft { order, achievement, subject })
            .collect();
        Ok(())
    }

    /// Composes, prepares and secures each draft. One that cannot be is answered and leaves.
    async fn sign(&mut self, issuance: &Issuance) -> Result<(), IssueError> {
        self.mints.clear();
        self.at = self.desk.ambient.now();
        let signers = issuance.parties.signers_with(&self.desk.issuer, &self.keys()).await?;
        let lists = self.open_lists(issuance).await?;
        let desk = self.desk.clone();
        let mint = move |draft: &Draft| desk.mint(draft, &signers, &lists);
        for (draft, signed) in on_all_cores(std::mem::take(&mut self.drafts), mint).await {
            match signed {
                Ok(mint) => {
                    self.drafts.push(draft);
                    self.mints.push(mint);
                }
                Err(error) => self.answers[draft.order] = Some(Err(error)),
            }
        }
        Ok(())
    }

    /// The kinds of keys that these drafts ask for.
    fn keys(&self) -> Vec<Algorithm> {
        let asked = self.drafts.iter().map(|draft| self.desk.securing(draft));
        let mut keys: Vec<_> = asked.flat_map(|s| [s.proof_key(), s.alg().key()]).collect();
        keys.dedup();
        keys
    }

    async fn open_lists(&self, issuance: &Issuance) -> Result<OpenLists, IssueError> {
        let suspendable = self.drafts.iter().any(|d| d.achievement.definition.suspendable);
        let open = async |purpose| {
            let id = issuance.token();
            let (issuer, now) = (&self.desk.issuer.name, issuance.ambient.now());
            issuance.store.open_list(issuer, purpose, &id, now).await
        };
        Ok(OpenLists {
            revocation: open(Purpose::Revocation).await?,
            suspension: match suspendable {
                true => Some(open(Purpose::Suspension).await?),
                false => None,
            },
        })
    }

    /// Records the mints and answers their drafts; those that must be signed again stay.
    async fn record_once(&mut self, issuance: &Issuance) -> Result<(), IssueError> {
        let desk = self.desk.clone();
        let now = desk.ambient.now();
        let ceiling = Ceiling { api_key: desk.by.api_key.clone(), per_hour: desk.by.per_hour };
        let mints: Arc<[Mint]> = std::mem::take(&mut self.mints).into();
        let outcomes = match issuance.store.record(mints.clone(), now, Some(ceiling)).await? {
            Recorded::Done(outcomes) => outcomes,
            Recorded::CeilingReached { minted, per_hour, resets_at } => {
                let retry_after = seconds_until(resets_at, now);
                // As many as the hour has room for, in their order; the others come again.
                let room = usize::try_from(per_hour - minted).unwrap_or(0);
                for draft in self.drafts.drain(room.min(self.drafts.len())..) {
                    let refused = IssueError::MintCeiling { per_hour, retry_after };
                    self.answers[draft.order] = Some(Err(refused));
                }
                return Ok(());
            }
        };
        let drafts = std::mem::take(&mut self.drafts);
        for ((mut draft, mint), outcome) in drafts.into_iter().zip(&*mints).zip(outcomes) {
            match outcome {
                Minted::IndexTaken | Minted::KeyWithdrawn => self.drafts.push(draft),
                Minted::SubjectKnown { subject_id } => {
                    draft.subject.id = subject_id;
                    draft.subject.new = false;
                    self.drafts.push(draft);
                }
                done => {
                    let answer = conclude(&desk.orders[draft.order], mint, done);
                    self.answers[draft.order] = Some(answer);
                }
            }
        }
        Ok(())
    }
}

impl Desk {
    fn known(&self, row: AchievementRow) -> Result<Known, IssueError> {
        let definition = definition(&row)?;
        let achievement = self.links.achievement(&row.issuer, &row.slug);
        Ok(Known { ids: AchievementIds { achievement, version: row.version }, definition })
    }

    fn securing(&self, draft: &Draft) -> Securing {
        self.orders[draft.order].request.securing.or(self.issuer.profile.securing)
    }

    /// One signed credential, ready to be recorded, with freshly drawn status indices.
    fn mint(
        &self,
        draft: &Draft,
        signers: &Signers,
        lists: &OpenLists,
    ) -> Result<Mint, IssueError> {
        let Desk { issuer, links, ambient, .. } = self;
        let order = &self.orders[draft.order];
        let Known { ids, definition } = &*draft.achievement;
        let id = ambient.dated_token();
        let valid_from = date_time::whole_seconds(ambient.now());
        let (entries, places) = self.draw(lists, definition.suspendable);
        let (evidence, evidence_ids) = self.evidence(&order.request.evidence, definition);
        let salt = issuer.profile.embed_email_hash.then(|| ambient.token());
        let unsigned = compose(
            &order.request,
            &Particulars {
                credential_id: &links.credential(&id),
                issuer_did: &issuer.did,
                profile: &issuer.profile,
                achievement_ids: ids,
                achievement: definition,
                subject_id: &draft.subject.id,
                valid_from,
                places: &places,
                evidence_ids: &evidence_ids,
                email_salt: salt.as_deref(),
            },
        );
        let securing = self.securing(draft);
        let secured = secure(prepare(&unsigned)?, signers, securing, valid_from)?;
        let awarded = order.request.review.date.to_zoned(jiff::tz::TimeZone::UTC).ok();
        Ok(Mint {
            id,
            issuer: issuer.name.clone(),
            achievement_slug: order.request.achievement.clone(),
            achievement_version: ids.version,
            subject_id: draft.subject.id.clone(),
            new_subject: draft.subject.new,
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
            external_id: None,
            vc_jose: None,
            keys: signers.ids(),
        })
    }

    /// A random index in each list that the credential gets an entry in.
    fn draw(&self, lists: &OpenLists, suspendable: bool) -> (Vec<StatusEntry>, Vec<StatusPlace>) {
        let suspension = lists.suspension.as_ref().filter(|_| suspendable);
        let lists = [Some(&lists.revocation), suspension].into_iter().flatten();
        lists
            .map(|list| {
                let random = || self.ambient.random_below(list.length);
                let index = self.drawn.draw(&list.id, list.length, random);
                let list_url = self.links.status_list(&list.id);
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
                let token = self.ambient.dated_token();
                let link = self.links.evidence(&token);
                (EvidenceRow { token, url: item.url.clone(), open: item.open }, link)
            })
            .unzip()
    }
}

/// Does the work for each draft, in their order, on threads that may take their time. One alone
/// is not worth a thread.
async fn on_all_cores<T: Send + 'static>(
    mut drafts: Vec<Draft>,
    work: impl Fn(&Draft) -> T + Send + Sync + 'static,
) -> Vec<(Draft, T)> {
    let done = |work: &dyn Fn(&Draft) -> T, share: Vec<Draft>| -> Vec<(Draft, T)> {
        share.into_iter().map(|draft| (work(&draft), draft)).map(|(t, d)| (d, t)).collect()
    };
    if drafts.len() <= 1 {
        return done(&work, drafts);
    }
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let share = drafts.len().div_ceil(cores).max(WORTH_A_THREAD);
    let work = Arc::new(work);
    let mut threads = Vec::new();
    while !drafts.is_empty() {
        let rest = drafts.split_off(share.min(drafts.len()));
        let own = std::mem::replace(&mut drafts, rest);
        let work = work.clone();
        threads.push(spawn_blocking(move || done(&*work, own)));
    }
    // All are started before the first is waited for.
    let mut all = Vec::new();
    for thread in threads {
        all.extend(thread.await.expect("minting does not panic"));
    }
    all
}

/// The achievement, if the issuer has it and the request passes its rubric.
fn check<'k>(
    order: &Order,
    known: Option<&'k Arc<Known>>,
    now: Timestamp,
) -> Result<&'k Arc<Known>, Vec<Fault>> {
    let achievement = known.ok_or_else(|| {
        let detail = format!("this issuer has no achievement {:?}", order.request.achievement);
        vec![Fault::new("/achievement", "unknown-achievement", detail)]
    })?;
    order.request.check(&achievement.definition, now)?;
    Ok(achievement)
}

/// Whole seconds to wait, at least one.
pub(super) fn seconds_until(later: Timestamp, now: Timestamp) -> u64 {
    let wait = later.duration_since(now).as_millis().max(1).unsigned_abs();
    u64::try_from(wait.div_ceil(1000)).unwrap_or(u64::MAX)
}

/// The answer to an order whose mint came to an end.
fn conclude(order: &Order, mint: &Mint, outcome: Minted) -> Answer {
    match outcome {
        Minted::Recorded => {
            metrics::counter!("touchmark_credentials_minted_total").increment(1);
            tracing::info!(credential.id = %mint.id, issuer = %mint.issuer, "minted a credential");
            Ok(Issued {
                id: mint.id.clone(),
                achievement: mint.achievement_slug.clone(),
                embedded: mint.embedded.clone(),
                jwt: mint.jwt.clone(),
                replayed: false,
                manage: Some(FIRST),
            })
        }
        Minted::Replayed(replay) => same_request(order, *replay),
        Minted::SupersedeRefused(refusal) => Err(change::refused(&refusal)),
        Minted::IndexTaken | Minted::KeyWithdrawn | Minted::SubjectKnown { .. } => {
            Err(IssueError::Broken(format!("credential {} was to be signed again", mint.id)))
        }
    }
}

/// A replayed idempotency key answers with the first credential, or is refused for another request.
fn same_request(order: &Order, replay: Replay) -> Result<Issued, IssueError> {
    if replay.credential.is_forgotten() {
        return Err(IssueError::Forgotten);
    }
    if replay.request_hash != request_hash(order) {
        return Err(IssueError::IdempotencyKeyReused);
    }
    let manage = replay.manage;
    let CredentialRow { id, achievement_slug, embedded, jwt, .. } = replay.credential;
    Ok(Issued { id, achievement: achievement_slug, embedded, jwt, replayed: true, manage })
}

fn request_hash(order: &Order) -> String {
    match &order.supersedes {
        None => order.request.hash(),
        Some(Supersede { credential, .. }) => format!("{}+{credential}", order.request.hash()),
    }
}
