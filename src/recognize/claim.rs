//! A claim: decided by a policy version, recorded with its receipt.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::belongs::{BelongsDecision, Claimant};
use super::examined::Examined;
use super::receipt::Draft;
use super::request::{ClaimRequest, Filed};
use super::{Recognition, RecognizeError, policy};
use crate::issue::IssueError;
use crate::issue::parties::Party;
use crate::model::Fault;
use crate::model::decimal::Amount;
use crate::model::fault::token;
use crate::model::links;
use crate::recognition::decision::Outcome;
use crate::recognition::facts::CountedBefore;
use crate::recognition::policy::{Condition, ConditionOf};
use crate::recognition::receipt::{self, DecidedOn};
use crate::recognition::{ClaimFacts, CountedCredential, Decision, Policy, count};
use crate::store::{ClaimRecorded, ClaimRow, NewClaim, PolicyRow, Use};

/// How often a claim is decided again because another of the same claimant came between.
const MOST_DECISIONS: usize = 40;

/// A claim with its verified credentials, one for each that was filed.
pub struct Claim<'c> {
    pub recognizer: &'c Party,
    pub request: &'c ClaimRequest,
    pub filed: &'c [Filed],
    pub examined: &'c [Examined],
    /// The claim whose place it takes, and why.
    pub corrects: Option<(&'c str, &'c str)>,
}

/// Who files.
#[derive(Debug, Clone)]
pub struct Filer {
    /// The API key's id.
    pub actor: String,
    pub client: String,
    pub idempotency_key: Option<String>,
}

/// What a policy version makes of a claim.
pub struct Decided {
    pub row: PolicyRow,
    pub policy: Policy,
    pub decision: Decision,
    facts: ClaimFacts,
    credentials: Vec<CountedCredential>,
    /// The claimant's keyed hashes, that of the books first.
    claimants: Vec<String>,
    seen: i64,
    pub(super) at: Timestamp,
}

/// What is kept of a claim's personal data.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    pub claimant: Claimant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What the decision was made of, so that it can be made again.
    pub facts: ClaimFacts,
    pub credentials: Vec<CountedCredential>,
    /// Whose a credential is, where a person decided; by what the claim calls it.
    pub belongs: BTreeMap<String, BelongsDecision>,
    /// The credentials and the reports on them, in the order of the claim.
    pub texts: Vec<String>,
    pub reports: Vec<String>,
}

impl Recognition<'_> {
    /// What would be recorded. With what is used up already told of each credential.
    pub async fn preview(self, claim: &Claim<'_>) -> Result<Decided, RecognizeError> {
        let mut decided = self.decide(claim).await?;
        // What takes the place of one that was used may be used as well. Each round finds one more.
        for _ in 0..=decided.credentials.len() {
            let used = self.used(claim, &decided).await?;
            if used.is_empty() {
                break;
            }
            for index in &used {
                decided.credentials[*index].already_counted = true;
            }
            decided.decision = count(&decided.policy, &decided.credentials, &decided.facts);
        }
        Ok(decided)
    }

    /// Decides and records; true where it was recorded before, under the same idempotency key.
    pub async fn file(
        self,
        claim: &Claim<'_>,
        by: &Filer,
    ) -> Result<(ClaimRow, bool), RecognizeError> {
        if let Some(replayed) = self.replay(claim, by).await? {
            return Ok(replayed);
        }
        self.issuance.settle_public_url().await?;
        for _ in 0..MOST_DECISIONS {
            let decided = self.decide(claim).await?;
            if !decided.counts_something() {
                return Err(decided.nothing_counts(claim));
            }
            let used = self.used(claim, &decided).await?;
            if !used.is_empty() {
                return Err(already_counted(claim, &used));
            }
            let new = self.new_claim(claim, by, &decided).await?;
            match self.issuance.store.record_claim(&new).await? {
                ClaimRecorded::Recorded => {
                    tracing::info!(claim.id = %new.id, recognizer = %new.recognizer, "recorded a claim");
                    let row = self.issuance.store.claim(&new.recognizer, &new.id).await?;
                    return Ok((row.ok_or(RecognizeError::NotFound)?, false));
                }
                ClaimRecorded::Replayed(row) => return same_request(claim, *row),
                ClaimRecorded::Used(used) => return Err(already_counted(claim, &used)),
                ClaimRecorded::NothingToCorrect => return Err(nothing_to_correct()),
                // Decided, drawn and signed again.
                ClaimRecorded::Stale | ClaimRecorded::SignAgain => {}
            }
        }
        Err(IssueError::Broken("a claim was decided again and again".into()).into())
    }

    async fn replay(
        self,
        claim: &Claim<'_>,
        by: &Filer,
    ) -> Result<Option<(ClaimRow, bool)>, RecognizeError> {
        let Some(key) = &by.idempotency_key else { return Ok(None) };
        let store = &self.issuance.store;
        let row = store.claim_by_key(&claim.recognizer.name, (&by.client, key)).await?;
        row.map(|row| same_request(claim, row)).transpose()
    }

    async fn decide(self, claim: &Claim<'_>) -> Result<Decided, RecognizeError> {
        let (row, policy) = self.policy_of(claim).await?;
        claim.check_conditions(&policy).map_err(RecognizeError::Invalid)?;
        let mut claimants = Vec::new();
        for identifier in claim.request.claimant.identifiers() {
            let text = format!("claimant\n{}\n{identifier}", row.recognizer);
            claimants.push(self.issuance.keyed_hash(&text).await?);
        }
        let store = &self.issuance.store;
        let (seen, before) =
            store.claimed_before(&row.recognizer, &claimants[0], &policy.id).await?;
        let corrected = |row: &&ClaimRow| Some(row.id.as_str()) != claim.corrects.map(|(id, _)| id);
        let at = self.issuance.ambient.now();
        let facts = ClaimFacts {
            license: claim.request.claimant.license,
            statements: claim.request.statements.clone(),
            approvals: claim.request.approvals.clone(),
            before: before.iter().filter(corrected).map(counted_before).collect(),
            ..ClaimFacts::on(at.to_zoned(TimeZone::UTC).date())
        };
        let credentials: Vec<_> = claim.examined.iter().map(|it| it.facts.clone()).collect();
        let decision = count(&policy, &credentials, &facts);
        Ok(Decided { row, policy, decision, facts, credentials, claimants, seen, at })
    }

    async fn policy_of(self, claim: &Claim<'_>) -> Result<(PolicyRow, Policy), RecognizeError> {
        let (store, request) = (&self.issuance.store, claim.request);
        let name = (claim.recognizer.name.as_str(), request.policy.as_str());
        let row = match &request.policy_version {
            Some(version) => store.policy_version(name, version).await?,
            None => store.latest_policy(name.0, name.1).await?,
        };
        let row = row.ok_or_else(|| {
            let detail = format!("this recognizer has no such policy {:?}", request.policy);
            RecognizeError::Invalid(vec![Fault::new("/policy", "unknown-policy", detail)])
        })?;
        let policy = policy(&row)?;
        Ok((row, policy))
    }

    /// The indexes of the credentials that count and are used up already.
    async fn used(
        self,
        claim: &Claim<'_>,
        decided: &Decided,
    ) -> Result<Vec<usize>, RecognizeError> {
        let uses = self.uses(decided).await?;
        let keys: Vec<&str> = uses.iter().map(|it| it.key.as_str()).collect();
        let group = (decided.row.recognizer.as_str(), decided.decision.exclusive_group.as_str());
        let but = claim.corrects.map(|(id, _)| id);
        let used = self.issuance.store.used(group, &keys, but).await?;
        let of = uses.iter().filter(|it| used.contains(&it.key)).map(|it| it.credential);
        let mut indexes: Vec<usize> = of.collect();
        indexes.sort_unstable();
        indexes.dedup();
        Ok(indexes)
    }

    /// What the decision uses up: of each credential itself, with all that it corrects, and its
    /// achievement by the claimant in the period, under each of the claimant's identifiers.
    async fn uses(self, decided: &Decided) -> Result<Vec<Use>, RecognizeError> {
        let mut uses = Vec::new();
        for (index, period) in decided.counted() {
            let CountedCredential { issuer, id, achievement, .. } = &decided.credentials[index];
            let (Some(issuer), Some(id), Some(achievement)) = (issuer, id, achievement) else {
                continue;
            };
            let mut texts = vec![format!("credential\n{issuer}\n{id}")];
            for (older, owner) in self.superseded(id).await? {
                texts.push(format!("credential\n{owner}\n{older}"));
            }
            texts.extend(decided.claimants.iter().map(|claimant| {
                format!("achievement\n{claimant}\n{issuer}\n{achievement}\n{period}")
            }));
            for text in texts {
                let text = format!("use\n{}\n{text}", decided.row.recognizer);
                let key = self.issuance.keyed_hash(&text).await?;
                uses.push(Use { key, credential: index });
            }
        }
        Ok(uses)
    }

    /// The credentials of ours whose place one of ours took: their ids and issuers.
    async fn superseded(self, id: &str) -> Result<Vec<(String, String)>, RecognizeError> {
        let Some(token) = self.own(id) else { return Ok(Vec::new()) };
        let issuance = self.issuance;
        let older = issuance.store.superseded_by(token).await?;
        let named = older.into_iter().map(|(token, owner)| {
            let (kind, name) = crate::store::PartyKind::of_owner(&owner);
            (issuance.links.credential(&token), issuance.parties.did(kind, name))
        });
        Ok(named.collect())
    }

    fn own(self, id: &str) -> Option<&str> {
        match self.issuance.links.own(id) {
            Some(links::Own::Credential(token)) => Some(token),
            _ => None,
        }
    }

    async fn new_claim(
        self,
        claim: &Claim<'_>,
        by: &Filer,
        decided: &Decided,
    ) -> Result<NewClaim, RecognizeError> {
        let indexes: Vec<usize> = decided.counted().map(|(index, _)| index).collect();
        let supersedes = match claim.corrects {
            Some((id, reason)) => Some((self.receipt_of(claim, id).await?, reason)),
            None => None,
        };
        let draft = Draft {
            recognizer: claim.recognizer,
            decided,
            claimant: (&claim.request.claimant, &decided.claimants[0]),
            decided_on: claim.decided_on(decided),
            actor: &by.actor,
            supersedes,
        };
        let receipt = self.sign_receipt(draft).await?;
        let hours = indexes.iter().filter_map(|i| decided.credentials[*i].hours.as_ref());
        let own = |i: &usize| self.own(decided.credentials[*i].id.as_deref()?).map(str::to_owned);
        Ok(NewClaim {
            id: self.issuance.token(),
            recognizer: decided.row.recognizer.clone(),
            policy: decided.policy.id.clone(),
            policy_number: decided.row.number,
            exclusive_group: decided.decision.exclusive_group.clone(),
            claimant: decided.claimants[0].clone(),
            seen: decided.seen,
            decision: json(&decided.decision),
            filed_on: decided.facts.on,
            total: decided.decision.total.to_string(),
            hours: hours.map(Amount::from).sum::<Amount>().to_string(),
            details: json(&claim.details(decided)),
            own: indexes.iter().map(own).collect(),
            uses: self.uses(decided).await?,
            receipt,
            corrects: claim.corrects.map(|(id, reason)| (id.to_owned(), reason.to_owned())),
            actor: by.actor.clone(),
            client: by.client.clone(),
            idempotency_key: by.idempotency_key.clone(),
            request_hash: claim.hash(),
            at: decided.at,
        })
    }

    async fn receipt_of(self, claim: &Claim<'_>, id: &str) -> Result<String, RecognizeError> {
        let row = self.issuance.store.claim(&claim.recognizer.name, id).await?;
        Ok(row.ok_or(RecognizeError::NotFound)?.receipt)
    }
}

impl Decided {
    fn counts_something(&self) -> bool {
        self.counted().next().is_some()
    }

    /// The indexes of the credentials that count, each with its period.
    pub(super) fn counted(&self) -> impl Iterator<Item = (usize, &str)> {
        let index: HashMap<&str, usize> =
            self.credentials.iter().enumerate().map(|(i, it)| (it.input.as_str(), i)).collect();
        let lines = self.decision.credentials.iter();
        lines.filter(|line| line.outcome == Outcome::Counted).map(move |line| {
            (index[line.input.as_str()], line.period.as_deref().unwrap_or_default())
        })
    }

    fn nothing_counts(self, claim: &Claim<'_>) -> RecognizeError {
        let mut faults = Vec::new();
        for (i, examined) in claim.examined.iter().enumerate() {
            let lines = self.decision.credentials.iter();
            for line in lines.filter(|line| line.input == examined.facts.input) {
                let why: Vec<&str> = line.reasons.iter().map(|it| it.detail.as_str()).collect();
                let pointer = format!("/credentials/{i}");
                faults.push(Fault::new(pointer, "not-counted", why.join(" ")));
            }
        }
        RecognizeError::Invalid(faults)
    }
}

impl Claim<'_> {
    /// Statements and approvals that the policy does not ask for were misspelt, or meant for another.
    fn check_conditions(&self, policy: &Policy) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut check = |at: &str, given: &BTreeMap<String, bool>, asked: &[Condition], of| {
            for id in given.keys() {
                if !asked.iter().any(|it| it.id == *id && it.of == of) {
                    let detail =
                        format!("version {} of the policy asks for no {id:?} here", policy.version);
                    faults.push(Fault::new(format!("{at}/{}", token(id)), "not-asked-for", detail));
                }
            }
        };
        let of = ConditionOf::Claim;
        check("/statements", &self.request.statements, &policy.statements, of);
        check("/approvals", &self.request.approvals, &policy.approvals, of);
        let of = ConditionOf::Credential;
        for (i, filed) in self.filed.iter().enumerate() {
            let at = format!("/credentials/{i}");
            check(&format!("{at}/statements"), &filed.statements, &policy.statements, of);
            check(&format!("{at}/approvals"), &filed.approvals, &policy.approvals, of);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// What the receipt says that it was decided on: of what counts alone.
    fn decided_on(&self, decided: &Decided) -> Vec<DecidedOn> {
        super::receipt::decided_on(self.examined, decided)
    }

    fn details(&self, decided: &Decided) -> Details {
        let belongs = self.filed.iter().zip(self.examined).filter_map(|(filed, examined)| {
            Some((examined.facts.input.clone(), filed.belongs.clone()?))
        });
        Details {
            claimant: self.request.claimant.clone(),
            purpose: self.request.purpose.clone(),
            facts: decided.facts.clone(),
            credentials: decided.credentials.clone(),
            belongs: belongs.collect(),
            texts: self.examined.iter().map(|it| it.text.clone()).collect(),
            reports: self.examined.iter().map(|it| json(&it.report)).collect(),
        }
    }

    /// Tells another request under the same idempotency key apart.
    fn hash(&self) -> String {
        match self.corrects {
            None => self.request.hash(),
            Some((id, _)) => format!("{}+{id}", self.request.hash()),
        }
    }
}

/// A replayed idempotency key answers with the first claim, or is refused for another request.
fn same_request(claim: &Claim<'_>, row: ClaimRow) -> Result<(ClaimRow, bool), RecognizeError> {
    match row.request_hash == claim.hash() {
        true => Ok((row, true)),
        false => Err(RecognizeError::IdempotencyKeyReused),
    }
}

/// The same words whatever it was counted for, and by whom.
fn already_counted(claim: &Claim<'_>, used: &[usize]) -> RecognizeError {
    let fault = |index: &usize| {
        let input = claim.examined.get(*index).map_or("", |it| it.facts.input.as_str());
        let detail = format!(
            "{input} was counted already, and what was counted is used up; leave it out, and the \
             others can be counted"
        );
        Fault::new(format!("/credentials/{index}"), "already-counted", detail)
    };
    RecognizeError::AlreadyCounted(used.iter().map(fault).collect())
}

fn nothing_to_correct() -> RecognizeError {
    let detail = "the claim does not stand any more, so that nothing of it can be corrected";
    RecognizeError::Conflict { code: "claim-is-final", detail: detail.into() }
}

fn counted_before(row: &ClaimRow) -> CountedBefore {
    let amount = |text: &str| Amount::parse(text).unwrap_or(Amount::ZERO);
    CountedBefore {
        on: row.filed_on,
        amount: amount(&row.total),
        credentials: u32::try_from(row.credentials).unwrap_or(u32::MAX),
        hours: amount(&row.hours),
    }
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is plain data")
}

impl Details {
    /// The credentials that a decision counts: what the claim calls them, and their text.
    pub fn counted(&self, decision: &Decision) -> impl Iterator<Item = (&str, &str)> {
        let counted: std::collections::HashSet<String> =
            receipt::counted(decision).map(|(input, _)| input.to_owned()).collect();
        let named = self.credentials.iter().zip(&self.texts);
        named
            .filter(move |(facts, _)| counted.contains(&facts.input))
            .map(|(facts, text)| (facts.input.as_str(), text.as_str()))
    }
}
