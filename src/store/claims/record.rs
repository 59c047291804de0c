//! Recording a claim: its uses, its receipt and all that stands with it, or nothing.
//!
//! What concurrent claims may both want is taken in one order by all of them: the
//! idempotency key, the claimant's names (sorted), the challenge, the credentials that are kept here
//! (sorted), the keys of their issuers and of the recognizer (sorted), the claim that is corrected,
//! the uses (sorted), then what the receipt's mint takes.
//!
//! Invariant: what is counted was good when the claim was recorded, as far as these
//! books know: a revocation, or that its key is withdrawn, comes before and is seen, or after and
//! flags the claim.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sqlx::AnyConnection;

use super::{ClaimRow, by_key, challenge, change};
use crate::store::mint::slice::{self, Line};
use crate::store::{
    CredentialState, Mint, Minted, Result, StatusRefusal, Store, StoreError, retrying, row,
    signing_keys,
};

/// A claim that was decided, with its signed receipt.
#[derive(Clone, Debug)]
pub struct NewClaim {
    pub id: String,
    pub recognizer: String,
    pub policy: String,
    pub policy_number: i64,
    /// What it uses up is used up in each of these, sorted.
    pub exclusive_groups: Vec<String>,
    /// Every name that it gives its claimant, as keyed hashes, that of the books first.
    pub names: Vec<String>,
    /// The first of them is of a license number.
    pub by_number: bool,
    /// Every name that the books know of the claimant, sorted, with its number when this one was
    /// decided; see [`Past::names`](super::Past).
    pub seen: Vec<(String, i64)>,
    /// Where it corrects one: what that leaves, as [`Left::claims`](super::Left).
    pub left: Vec<(String, String)>,
    pub decision: String,
    pub filed_on: Date,
    /// The day was stated, now or of the claim that this corrects, and goes into the history.
    pub stated: bool,
    pub total: String,
    pub hours: String,
    pub details: String,
    pub counted: Vec<Counted>,
    pub uses: Vec<Use>,
    pub receipt: Mint,
    /// The claim whose place it takes, and why.
    pub corrects: Option<(String, String)>,
    pub actor: String,
    pub client: String,
    pub idempotency_key: Option<String>,
    /// Keyed.
    pub request_hash: String,
    /// What was given here, and is used up by this.
    pub challenge: Option<String>,
    /// `FROM/UNTIL`, where the policy goes by the claimant's license.
    pub license: Option<String>,
    pub at: Timestamp,
}

/// A credential that is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which of the claim's credentials it is.
    pub credential: usize,
    /// Its id in these books, where it is kept here.
    pub own: Option<String>,
    /// The id of the key that it was verified by, where that is its issuer's and kept here.
    pub key: Option<String>,
}

/// What became of a credential since it was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It is in this state now.
    Is(CredentialState),
    /// The key that signed it was withdrawn.
    KeyWithdrawn,
}

/// What a claim uses up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// A keyed hash.
    pub key: String,
    /// Which of the claim's credentials uses it.
    pub credential: usize,
    pub of: UseOf,
}

/// What is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseOf {
    /// The credential itself, or one whose place it took.
    Credential,
    /// Its achievement, by one of the claimant's names.
    Achievement,
}

impl Use {
    /// Of some uses the credentials, each once: as itself where it is, else by its achievement.
    pub fn by_credential<'u>(uses: impl Iterator<Item = &'u Self>) -> Vec<(usize, UseOf)> {
        let mut found: Vec<_> = uses.map(|it| (it.credential, it.of)).collect();
        found.sort_unstable();
        found.dedup_by_key(|(credential, _)| *credential);
        found
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimRecorded {
    Recorded,
    /// The idempotency key was used before; nothing of this claim stays.
    Replayed(Box<ClaimRow>),
    /// Another claim of the claimant was recorded since it was decided. Decide again.
    Stale,
    /// These of its credentials are good no more since they were verified; nothing of this claim
    /// stays.
    Changed(Vec<(usize, Lost)>),
    /// The challenge was used before, has ended, or is another recognizer's; nothing stays.
    ChallengeOver,
    /// These of its credentials are used up; nothing of this claim stays.
    Used(Vec<(usize, UseOf)>),
    /// The receipt has to be composed again: its place or its subject was another's, or a key that
    /// signed it was withdrawn.
    SignAgain,
    /// What it corrects does not stand; nothing of this claim stays.
    NothingToCorrect,
    /// What it corrects is of another policy and of another claimant; nothing of this claim stays.
    NotACorrection,
}

impl Store {
    /// Records a claim and its receipt in one transaction.
    pub async fn record_claim(&self, new: &NewClaim) -> Result<ClaimRecorded> {
        retrying(|| async {
            let mut tx = self.begin().await?;
            let outcome = record(&mut tx, new).await?;
            if outcome == ClaimRecorded::Recorded {
                tx.commit().await?;
            }
            Ok(outcome)
        })
        .await
    }
}

async fn record(tx: &mut AnyConnection, new: &NewClaim) -> Result<ClaimRecorded> {
    if !insert_claim(tx, new).await? {
        let key = new.idempotency_key.as_deref().unwrap_or_default();
        let first = by_key(tx, &new.recognizer, (&new.client, key)).await?;
        return first
            .map(|row| ClaimRecorded::Replayed(Box::new(row)))
            .ok_or(StoreError::Contended);
    }
    if !count_names(tx, &new.recognizer, &new.seen).await? {
        return Ok(ClaimRecorded::Stale);
    }
    if let Some(challenge) = &new.challenge
        && !challenge::take(tx, (&new.recognizer, challenge), new.at).await?
    {
        return Ok(ClaimRecorded::ChallengeOver);
    }
    let changed = no_longer_good(tx, new).await?;
    if !changed.is_empty() {
        return Ok(ClaimRecorded::Changed(changed));
    }
    if let Some((old, reason)) = &new.corrects
        && !change::correct(tx, new, (old, reason)).await?
    {
        return Ok(ClaimRecorded::NothingToCorrect);
    }
    let used = take_uses(tx, new).await?;
    if !used.is_empty() {
        return Ok(ClaimRecorded::Used(used));
    }
    insert_rows(tx, new).await?;
    let minted = slice::record(tx, &mut [Line::new(&new.receipt, new.at)]).await?;
    Ok(match minted.into_iter().next() {
        Some(Minted::Recorded) => ClaimRecorded::Recorded,
        Some(Minted::SupersedeRefused(StatusRefusal::NotASuccessor)) => {
            ClaimRecorded::NotACorrection
        }
        Some(Minted::SupersedeRefused(_)) => ClaimRecorded::NothingToCorrect,
        _ => ClaimRecorded::SignAgain,
    })
}

/// False where the idempotency key was used before; waits for a transaction that is about to.
async fn insert_claim(tx: &mut AnyConnection, new: &NewClaim) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO claims (id, recognizer, policy, policy_number, claimant, decision, filed_on, \
         total, credentials, hours, receipt, corrects, client, idempotency_key, request_hash, \
         created_at, license) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         $15, $16, $17) ON CONFLICT DO NOTHING",
    )
    .bind(&*new.id)
    .bind(&*new.recognizer)
    .bind(&*new.policy)
    .bind(new.policy_number)
    .bind(new.names.first().map(String::as_str))
    .bind(&*new.decision)
    .bind(new.filed_on.to_string())
    .bind(&*new.total)
    .bind(i64::try_from(new.counted.len()).expect("a claim in memory is shorter"))
    .bind(&*new.hours)
    .bind(&*new.receipt.id)
    .bind(new.corrects.as_ref().map(|(old, _)| old.as_str()))
    .bind(&*new.client)
    .bind(new.idempotency_key.as_deref())
    .bind(&*new.request_hash)
    .bind(new.at.as_millisecond())
    .bind(new.license.as_deref())
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Counts what is decided under every name that is known of the claimant, unless something else was
/// counted since they were seen.
pub(super) async fn count_names(
    tx: &mut AnyConnection,
    recognizer: &str,
    names: &[(String, i64)],
) -> Result<bool> {
    for (name, seen) in names {
        let (sql, number) = match seen {
            0 => {
                let sql = "INSERT INTO claimants (recognizer, claimant, claims) \
                           VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
                (sql, 1)
            }
            seen => {
                let sql = "UPDATE claimants SET claims = claims + 1 \
                           WHERE recognizer = $1 AND claimant = $2 AND claims = $3";
                (sql, *seen)
            }
        };
        let query = sqlx::query(sql).bind(recognizer).bind(&**name).bind(number);
        if query.execute(&mut *tx).await?.rows_affected() != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Locks the credentials that are kept here against changes of their state until the commit, and
/// their issuers' keys against being withdrawn; those that are good no more since they were verified.
async fn no_longer_good(tx: &mut AnyConnection, new: &NewClaim) -> Result<Vec<(usize, Lost)>> {
    let own = new.counted.iter().filter_map(|it| Some((it.own.as_deref()?, it)));
    let own: BTreeMap<&str, &Counted> = own.collect();
    let mut lost = Vec::new();
    let mut signed = BTreeSet::new();
    for (id, it) in own {
        // SQLite knows no FOR UPDATE; an update that changes nothing locks on both.
        let sql = "UPDATE credentials SET changes = changes WHERE id = $1 RETURNING state, issuer";
        let Some(found) = sqlx::query(sql).bind(id).fetch_optional(&mut *tx).await? else {
            continue;
        };
        let state = row::word(&found, "state", CredentialState::parse)?;
        if state != CredentialState::Good {
            lost.push((it.credential, Lost::Is(state)));
        } else if let Some(key) = &it.key {
            signed.insert((row::text(&found, "issuer")?, it.credential, key.as_str()));
        }
    }
    let owners: BTreeSet<&str> = signed.iter().map(|(owner, ..)| owner.as_str()).collect();
    // The receipt's keys too: what withdraws one takes it before any claim, and so does this.
    let owners: BTreeSet<&str> = owners.into_iter().chain([new.receipt.issuer.as_str()]).collect();
    for owner in owners {
        let withdrawn = signing_keys::hold_and_list_withdrawn(tx, owner).await?;
        let by = signed.iter().filter(|(of, _, key)| of == owner && withdrawn.contains(*key));
        lost.extend(by.map(|(_, credential, _)| (*credential, Lost::KeyWithdrawn)));
    }
    lost.sort_unstable_by_key(|(credential, _)| *credential);
    Ok(lost)
}

/// Takes all that the claim uses up; the credentials of what was taken already.
async fn take_uses(tx: &mut AnyConnection, new: &NewClaim) -> Result<Vec<(usize, UseOf)>> {
    let mut uses: Vec<&Use> = new.uses.iter().collect();
    uses.sort_by_key(|it| &it.key);
    let (mut own, mut used) = (HashSet::new(), Vec::new());
    for it in uses {
        // Two of its own may share one: versions of an achievement within a period.
        if !own.insert(&it.key) {
            continue;
        }
        for group in &new.exclusive_groups {
            let taken = sqlx::query(
                "INSERT INTO claim_uses (recognizer, exclusive_group, use_key, claim) \
                 VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            )
            .bind(&*new.recognizer)
            .bind(&**group)
            .bind(&*it.key)
            .bind(&*new.id)
            .execute(&mut *tx)
            .await?;
            if taken.rows_affected() == 0 {
                used.push(it);
            }
        }
    }
    Ok(Use::by_credential(used.into_iter()))
}

async fn insert_rows(tx: &mut AnyConnection, new: &NewClaim) -> Result<()> {
    for (place, name) in new.names.iter().enumerate() {
        sqlx::query(
            "INSERT INTO claim_claimants (claim, recognizer, claimant, license_number) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(&*new.id)
        .bind(&*new.recognizer)
        .bind(&**name)
        .bind(i64::from(new.by_number && place == 0))
        .execute(&mut *tx)
        .await?;
    }
    for (position, Counted { own, .. }) in (0_i64..).zip(&new.counted) {
        sqlx::query("INSERT INTO claim_credentials (claim, position, own) VALUES ($1, $2, $3)")
            .bind(&*new.id)
            .bind(position)
            .bind(own.as_deref())
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("INSERT INTO claim_details (claim, details) VALUES ($1, $2)")
        .bind(&*new.id)
        .bind(&*new.details)
        .execute(&mut *tx)
        .await?;
    let mut detail = json!({"policy": new.policy, "number": new.policy_number, "total": new.total});
    if new.stated {
        detail["filedOn"] = new.filed_on.to_string().into();
    }
    let event = change::Event {
        at: new.at,
        actor: &new.actor,
        action: "record",
        detail: detail.to_string(),
        reason: None,
        person: None,
    };
    change::insert_event(tx, (&new.id, 1), &event).await
}
