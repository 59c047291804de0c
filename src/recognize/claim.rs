//! A claim: decided by a policy version, recorded with its receipt.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::RecognizeError::{self, Invalid};
use super::approval;
use super::belongs::{BelongsDecision, Claimant};
use super::correction::TakenOver;
use super::examined::Examined;
use super::receipt::Draft;
use super::refusal::{
    already_counted, challenge_over, check_license, check_numbers, no_longer_good,
    not_a_correction, nothing_to_correct,
};
use super::request::{ClaimRequest, Filed};
use super::{Recognition, policy};
use crate::issue::IssueError;
use crate::issue::parties::Party;
use crate::model::Fault;
use crate::model::decimal::Amount;
use crate::model::fault::token;
use crate::recognition::decision::{Line, Outcome};
use crate::recognition::facts::CountedBefore;
use crate::recognition::policy::span::Days;
use crate::recognition::policy::{Condition, ConditionOf};
use crate::recognition::receipt::{self, DecidedOn};
use crate::recognition::{Answer, ClaimFacts, CountedCredential, Decision, Policy, count};
use crate::store::{ClaimRecorded, ClaimRow, Counted, NewClaim, Past, PolicyRow};

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
    pub(super) facts: ClaimFacts,
    pub(super) credentials: Vec<CountedCredential>,
    /// Keyed hashes of the names that the claim gives its claimant, that of the books first.
    names: Vec<String>,
    pub(super) past: Past,
    pub(super) at: Timestamp,
    /// What counts is used up in each of these, sorted.
    pub(super) groups: Vec<String>,
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
    /// How who claims has shown control of a credential, by what the claim calls it.
    #[serde(default)]
    pub control: BTreeMap<String, String>,
    /// The credentials and the reports on them, in the order of the claim.
    pub texts: Vec<String>,
    pub reports: Vec<String>,
}

impl Recognition<'_> {
    /// What would be recorded. With what is used up already told of each credential.
    pub async fn preview(self, claim: &Claim<'_>) -> Result<Decided, RecognizeError> {
        if let Some(challenge) = claim.given_challenge() {
            let (store, now) = (&self.issuance.store, self.issuance.ambient.now());
            let of = (claim.recognizer.name.as_str(), challenge);
            if !store.challenge_stands(of, now).await? {
                return Err(challenge_over());
            }
        }
        let mut decided = self.decide(claim).await?;
        if self.used(claim, &decided).await?.is_empty() {
            return Ok(decided);
        }
        // What takes the place of one that was used may be used as well: all are asked about at once.
        for (index, _) in self.used_of(claim, &decided, decided.hopeful()).await? {
            decided.credentials[index].already_counted = true;
        }
        decided.decision = count(&decided.policy, &decided.credentials, &decided.facts);
        Ok(decided)
    }

    /// Decides and records; true where it was recorded before, under the same idempotency key.
    pub async fn file(
        self,
        claim: &Claim<'_>,
        by: &Filer,
    ) -> Result<(ClaimRow, bool), RecognizeError> {
        if let Some(row) = self.replayed(claim, by).await? {
            return Ok((row, true));
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
                ClaimRecorded::Replayed(row) => return self.same_request(claim, *row).await,
                ClaimRecorded::Used(used) => return Err(already_counted(claim, &used)),
                ClaimRecorded::Changed(changed) => return Err(no_longer_good(claim, &changed)),
                ClaimRecorded::NothingToCorrect => return Err(nothing_to_correct()),
                ClaimRecorded::ChallengeOver => return Err(challenge_over()),
                ClaimRecorded::NotACorrection => return Err(not_a_correction()),
                // Decided, drawn and signed again.
                ClaimRecorded::Stale | ClaimRecorded::SignAgain => {}
            }
        }
        Err(IssueError::Broken("a claim was decided again and again".into()).into())
    }

    /// What was recorded under this idempotency key before, whatever its credentials are by now: they
    /// need not be examined for it.
    pub async fn replayed(
        self,
        claim: &Claim<'_>,
        by: &Filer,
    ) -> Result<Option<ClaimRow>, RecognizeError> {
        let Some(key) = &by.idempotency_key else { return Ok(None) };
        let store = &self.issuance.store;
        let row = store.claim_by_key(&claim.recognizer.name, (&by.client, key)).await?;
        match row {
            Some(row) => Ok(Some(self.same_request(claim, row).await?.0)),
            None => Ok(None),
        }
    }

    async fn decide(self, claim: &Claim<'_>) -> Result<Decided, RecognizeError> {
        let taken_over = self.taken_over(claim).await?;
        let (row, policy) = self.policy_of(claim, &taken_over).await?;
        claim.check_conditions(&policy).map_err(Invalid)?;
        let mut names = Vec::new();
        for identifier in claim.request.claimant.identifiers() {
            let text = format!("claimant\n{}\n{identifier}", row.recognizer);
            names.push(self.issuance.keyed_hash(&text).await?);
        }
        let of = (row.recognizer.as_str(), policy.id.as_str());
        let but = claim.corrects.map(|(id, _)| id);
        let past = self.issuance.store.past(of, &names, but).await?;
        let at = self.issuance.ambient.now();
        let on = claim.filed_on(&policy, at, &taken_over).map_err(|fault| Invalid(vec![fault]))?;
        let facts = ClaimFacts {
            license: claim.request.claimant.license.or(taken_over.license),
            statements: claim.request.statements.clone(),
            approvals: approval::given(&claim.request.approvals),
            approved_by: approval::by(&claim.request.approvals),
            before: past.claims.iter().map(counted_before).collect::<Result<_, _>>()?,
            ..ClaimFacts::on(on)
        };
        check_license(&policy, &facts, &past)
            .and_then(|()| check_numbers(&claim.request.claimant, &names, &past))
            .map_err(|fault| Invalid(vec![fault]))?;
        let credentials = claim.credentials(&policy);
        let accepted: Vec<_> = claim.examined.iter().flat_map(|it| it.accepted.clone()).collect();
        let menus = self.menus(&policy, &credentials, &accepted).await?;
        let facts = ClaimFacts { menus, ..facts };
        let decision = count(&policy, &credentials, &facts);
        let groups = self.groups(&row, &policy).await?;
        Ok(Decided { row, policy, decision, facts, credentials, names, past, at, groups })
    }

    async fn policy_of(
        self,
        claim: &Claim<'_>,
        taken_over: &TakenOver,
    ) -> Result<(PolicyRow, Policy), RecognizeError> {
        let (store, request) = (&self.issuance.store, claim.request);
        let name = (claim.recognizer.name.as_str(), request.policy.as_str());
        let row = match (&request.policy_version, taken_over.policy_number) {
            (Some(version), _) => store.policy_version(name, version).await?,
            (None, Some(number)) => store.policy_number(name, number).await?,
            (None, None) => store.latest_policy(name.0, name.1).await?,
        };
        let row = row.ok_or_else(|| {
            let detail = format!("this recognizer has no such policy {:?}", request.policy);
            Invalid(vec![Fault::new("/policy", "unknown-policy", detail)])
        })?;
        let policy = policy(&row)?;
        Ok((row, policy))
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
        let left = self.left_by(claim, decided).await?;
        let draft = Draft {
            recognizer: claim.recognizer,
            decided,
            claimant: (&claim.request.claimant, &decided.names[0]),
            decided_on: claim.decided_on(decided),
            actor: &by.actor,
            supersedes,
        };
        let receipt = self.sign_receipt(draft).await?;
        let hours = indexes.iter().filter_map(|i| decided.credentials[*i].hours.as_ref());
        let goes_by_license = decided.policy.goes_by_license();
        let license = decided.facts.license.filter(|_| goes_by_license);
        let today = decided.policy.zone().day(decided.at);
        Ok(NewClaim {
            id: self.issuance.token(),
            recognizer: decided.row.recognizer.clone(),
            policy: decided.policy.id.clone(),
            policy_number: decided.row.number,
            exclusive_groups: decided.groups.clone(),
            names: decided.names.clone(),
            by_number: claim.request.claimant.license_number.is_some(),
            seen: left.seen_with(&decided.past.names),
            left: left.claims,
            decision: json(&decided.decision),
            filed_on: decided.facts.on,
            stated: claim.request.filed_on.is_some() || decided.facts.on != today,
            total: decided.decision.total.to_string(),
            hours: hours.map(Amount::from).sum::<Amount>().to_string(),
            details: json(&claim.details(decided)),
            counted: self.counted(claim, decided).await?,
            uses: self.uses(decided).await?,
            receipt,
            corrects: claim.corrects.map(|(id, reason)| (id.to_owned(), reason.to_owned())),
            actor: by.actor.clone(),
            client: by.client.clone(),
            idempotency_key: by.idempotency_key.clone(),
            request_hash: self.request_hash(claim).await?,
            challenge: claim.given_challenge().map(str::to_owned),
            license: license.map(|days| format!("{}/{}", days.from, days.until)),
            at: decided.at,
        })
    }

    /// What is counted, with where it is kept here and by which key of its issuer it was verified.
    async fn counted(
        self,
        claim: &Claim<'_>,
        decided: &Decided,
    ) -> Result<Vec<Counted>, RecognizeError> {
        let mut counted = Vec::new();
        for (credential, _) in decided.counted() {
            let (mut own, mut key) = (None, None);
            let CountedCredential { issuer, id, .. } = &decided.credentials[credential];
            if let (Some(issuer), Some(id)) = (issuer, id)
                && let Some(row) = self.kept(issuer, id).await?
            {
                own = Some(row.id);
                key = claim.examined[credential].key_of(issuer).map(str::to_owned);
            }
            counted.push(Counted { credential, own, key });
        }
        Ok(counted)
    }

    /// Tells another request under the same idempotency key apart. Keyed: it is of the claimant's
    /// names.
    async fn request_hash(self, claim: &Claim<'_>) -> Result<String, RecognizeError> {
        let corrected = claim.corrects.map_or("", |(id, _)| id);
        let text = format!("request\n{corrected}\n{}", claim.request.hash());
        Ok(self.issuance.keyed_hash(&text).await?)
    }

    /// A replayed idempotency key answers with the first claim, or is refused for another request.
    async fn same_request(
        self,
        claim: &Claim<'_>,
        row: ClaimRow,
    ) -> Result<(ClaimRow, bool), RecognizeError> {
        match row.request_hash == self.request_hash(claim).await? {
            true => Ok((row, true)),
            false => Err(RecognizeError::IdempotencyKeyReused),
        }
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
        let counted = |line: &&Line| line.outcome == Outcome::Counted;
        self.lines().filter(move |(_, line)| counted(line)).map(with_period)
    }

    /// Those that may come to count where others do not.
    fn hopeful(&self) -> impl Iterator<Item = (usize, &str)> {
        let hopeful =
            |it: &CountedCredential| it.authentic == Answer::Yes && it.belongs != Answer::No;
        self.lines().filter(move |(i, _)| hopeful(&self.credentials[*i])).map(with_period)
    }

    /// What is said of each credential, with its index.
    fn lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        let index: HashMap<&str, usize> =
            self.credentials.iter().enumerate().map(|(i, it)| (it.input.as_str(), i)).collect();
        self.decision.credentials.iter().map(move |line| (index[line.input.as_str()], line))
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
        Invalid(faults)
    }
}

fn with_period((index, line): (usize, &Line)) -> (usize, &str) {
    (index, line.period.as_deref().unwrap_or_default())
}

impl<'c> Claim<'c> {
    /// As it was asked for, before its credentials are looked at.
    pub fn unexamined(recognizer: &'c Party, request: &'c ClaimRequest) -> Self {
        Self { recognizer, request, filed: &[], examined: &[], corrects: None }
    }
}

impl Claim<'_> {
    /// Statements and approvals that the policy does not ask for were misspelt, or meant for another.
    fn check_conditions(&self, policy: &Policy) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut check = |at: &str, given: Vec<&String>, asked: &[Condition], of| {
            for id in given {
                if !asked.iter().any(|it| it.id == *id && it.of == of) {
                    let detail =
                        format!("version {} of the policy asks for no {id:?} here", policy.version);
                    faults.push(Fault::new(format!("{at}/{}", token(id)), "not-asked-for", detail));
                }
            }
        };
        let of = ConditionOf::Claim;
        check("/statements", self.request.statements.keys().collect(), &policy.statements, of);
        check("/approvals", self.request.approvals.keys().collect(), &policy.approvals, of);
        let of = ConditionOf::Credential;
        for (i, filed) in self.filed.iter().enumerate() {
            let at = format!("/credentials/{i}");
            check(
                &format!("{at}/statements"),
                filed.statements.keys().collect(),
                &policy.statements,
                of,
            );
            check(
                &format!("{at}/approvals"),
                filed.approvals.keys().collect(),
                &policy.approvals,
                of,
            );
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The challenge that it answers, where that was given here.
    fn given_challenge(&self) -> Option<&str> {
        self.request.challenge.as_deref().filter(|it| it.starts_with(super::control::GIVEN))
    }

    /// The day that the claim goes by: the one that is stated, that of the claim that it corrects, or
    /// today.
    fn filed_on(
        &self,
        policy: &Policy,
        at: Timestamp,
        taken_over: &TakenOver,
    ) -> Result<Date, Fault> {
        let today = policy.zone().day(at);
        match self.request.filed_on {
            Some(day) if day > today => {
                let detail =
                    format!("a claim is filed today, {today}, or was before; not on {day}");
                Err(Fault::new("/filedOn", "in-the-future", detail))
            }
            Some(day) => Ok(day),
            None => Ok(taken_over.filed_on.map_or(today, |day| day.min(today))),
        }
    }

    /// What is known of each credential, on the policy's days: a decision is of these, whatever
    /// becomes of time zones.
    fn credentials(&self, policy: &Policy) -> Vec<CountedCredential> {
        let zone = policy.zone();
        let dated = self.examined.iter().map(|it| {
            let awarded = it.facts.awarded_in(&zone);
            CountedCredential { awarded, awarded_at: None, ..it.facts.clone() }
        });
        dated.collect()
    }

    /// What the receipt says that it was decided on: of what counts alone.
    fn decided_on(&self, decided: &Decided) -> Vec<DecidedOn> {
        super::receipt::decided_on(self.examined, decided)
    }

    fn details(&self, decided: &Decided) -> Details {
        let belongs = self.filed.iter().zip(self.examined).filter_map(|(filed, examined)| {
            Some((examined.facts.input.clone(), filed.belongs.clone()?))
        });
        let control = self.examined.iter().filter_map(|examined| {
            Some((examined.facts.input.clone(), examined.control?.to_owned()))
        });
        Details {
            claimant: Claimant { license: decided.facts.license, ..self.request.claimant.clone() },
            purpose: self.request.purpose.clone(),
            facts: decided.facts.clone(),
            credentials: decided.credentials.clone(),
            belongs: belongs.collect(),
            control: control.collect(),
            texts: self.examined.iter().map(|it| it.text.clone()).collect(),
            reports: self.examined.iter().map(|it| json(&it.report)).collect(),
        }
    }
}

pub(super) fn counted_before(row: &ClaimRow) -> Result<CountedBefore, RecognizeError> {
    // What cannot be read is not nothing: limits would not hold.
    let broken = || IssueError::Broken(format!("claim {} has no readable amounts", row.id));
    let amount = |text: &str| Amount::parse_sum(text).ok_or_else(broken);
    Ok(CountedBefore {
        on: row.filed_on,
        amount: amount(&row.total)?,
        credentials: u32::try_from(row.credentials).map_err(|_| broken())?,
        hours: amount(&row.hours)?,
        license: match &row.license {
            Some(text) => Some(Days::parse(text).ok_or_else(broken)?),
            None => None,
        },
    })
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
