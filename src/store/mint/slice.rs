//! The steps of recording a slice of mints within one transaction.
//!
//! What concurrent slices may both want is taken in one order by all of them,
//! kind by kind and sorted within it, so that none waits for another that waits
//! for it: idempotency keys, signing keys, superseded credentials, earners, indexes,
//! lists, usage.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::{EvidenceRow, Idempotency, Mint, Minted, StatusEntry, replays};
use crate::store::many::Values;
use crate::store::status::{self, Wanted};
use crate::store::{
    AuditEntry, Change, Result, StatusRefusal, StoreError, audit, earners, kept_jwt, lists, many,
    signing_keys,
};

/// A mint on its way into the books, as of a time.
pub struct Line<'a> {
    mint: &'a Mint,
    at: Timestamp,
    standing: Standing,
}

/// How a mint stands while its slice is recorded.
enum Standing {
    /// It will be recorded.
    Going,
    /// Its idempotency key is another's.
    KeyUsed,
    /// It will not be recorded; what it took is given back.
    Ended(Minted),
}

impl<'a> Line<'a> {
    pub fn new(mint: &'a Mint, at: Timestamp) -> Self {
        Self { mint, at, standing: Standing::Going }
    }

    fn is_going(&self) -> bool {
        matches!(self.standing, Standing::Going)
    }
}

/// The mints that are recorded, as far as is known.
pub fn going<'l, 'a>(lines: &'l [Line<'a>]) -> impl Iterator<Item = &'l Line<'a>> {
    lines.iter().filter(|line| line.is_going())
}

/// Writes all that the mints leave behind, but the count against their ceiling: an outcome for
/// each, in their order. An error leaves the transaction unfit for a commit.
pub async fn record(tx: &mut AnyConnection, lines: &mut [Line<'_>]) -> Result<Vec<Minted>> {
    claim_keys(tx, lines).await?;
    hold_signing_keys(tx, lines).await?;
    lock_superseded(tx, lines).await?;
    settle_subjects(tx, lines).await?;
    take_entries(tx, lines).await?;
    insert_credentials(tx, lines).await?;
    insert_evidence(tx, lines).await?;
    insert_audit(tx, lines).await?;
    for line in going(lines) {
        supersede(tx, line).await?;
    }
    count_lists(tx, lines).await?;
    outcomes(tx, lines).await
}

/// Claims each idempotency key; waits for a transaction that is about to use it.
async fn claim_keys(tx: &mut AnyConnection, lines: &mut [Line<'_>]) -> Result<()> {
    let mut keyed: Vec<_> = lines
        .iter_mut()
        .filter_map(|line| Some((line.mint, line.mint.idempotency.as_ref()?, line)))
        .collect();
    keyed.sort_by_key(|(mint, it, _)| (&*mint.issuer, &*it.client, &*it.key));
    let wanted: Vec<_> = keyed.iter().map(|(mint, it, line)| (*mint, *it, line.at)).collect();
    let mut claimed = HashSet::new();
    for piece in many::pieces(&wanted) {
        claimed.extend(insert_keys(tx, piece).await?);
    }
    for (mint, _, line) in keyed {
        // Taken out, so that of two mints with one id only one has claimed.
        if !claimed.remove(&mint.id) {
            line.standing = Standing::KeyUsed;
        }
    }
    Ok(())
}

/// The ids of the mints whose keys were free.
async fn insert_keys(
    tx: &mut AnyConnection,
    keys: &[(&Mint, &Idempotency, Timestamp)],
) -> Result<Vec<String>> {
    let values = Values::of(keys.iter().map(|(mint, idempotency, at)| {
        let Idempotency { client, key, request_hash } = idempotency;
        [
            (&mint.issuer).into(),
            client.into(),
            key.into(),
            request_hash.into(),
            (&mint.id).into(),
            (*at).into(),
            "mint".into(),
        ]
    }));
    let sql = format!(
        "INSERT INTO idempotency (issuer, client, idempotency_key, request_hash, credential, \
         created_at, kind) VALUES {} ON CONFLICT DO NOTHING RETURNING credential",
        values.places()
    );
    // Only numbered places were put in.
    let query = sqlx::query_scalar_with(AssertSqlSafe(sql), values.arguments());
    Ok(query.fetch_all(tx).await?)
}

/// Gives the key back that [`claim_keys`] took in this transaction.
async fn release_key(tx: &mut AnyConnection, mint: &Mint) -> Result<()> {
    let Some(idempotency) = &mint.idempotency else { return Ok(()) };
    sqlx::query(
        "DELETE FROM idempotency WHERE issuer = $1 AND client = $2 AND idempotency_key = $3",
    )
    .bind(&*mint.issuer)
    .bind(&*idempotency.client)
    .bind(&*idempotency.key)
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps the keys that signed from being withdrawn until the commit, and ends the mints of those
/// that were withdrawn already: what is recorded later than that verifies.
async fn hold_signing_keys(tx: &mut AnyConnection, lines: &mut [Line<'_>]) -> Result<()> {
    let signed = going(lines).filter(|line| !line.mint.keys.is_empty());
    let issuers: BTreeSet<&str> = signed.map(|line| &*line.mint.issuer).collect();
    let mut good = HashMap::new();
    for issuer in issuers {
        good.insert(issuer, signing_keys::hold(tx, issuer).await?);
    }
    for line in lines.iter_mut().filter(|line| line.is_going()) {
        let Some(good) = good.get(&*line.mint.issuer) else { continue };
        if line.mint.keys.iter().all(|key| good.contains(key)) {
            continue;
        }
        release_key(tx, line.mint).await?;
        line.standing = Standing::Ended(Minted::KeyWithdrawn);
    }
    Ok(())
}

/// Locks what is to be superseded, and ends the mints that may not.
async fn lock_superseded(tx: &mut AnyConnection, lines: &mut [Line<'_>]) -> Result<()> {
    let mut superseding: Vec<_> = lines
        .iter_mut()
        .filter(|line| line.is_going())
        .filter_map(|line| Some((line.mint, &*line.mint.supersedes.as_ref()?.credential, line)))
        .collect();
    superseding.sort_by_key(|(_, old, _)| *old);
    let mut claimed = None;
    for (mint, old, line) in superseding {
        let judged = match status::lock(tx, &mint.issuer, old).await? {
            Some(old) => status::next_state(&old, &superseded_by(mint)).and_then(|_| {
                status::may_succeed(&old, (&mint.subject_lookup, &mint.achievement_slug))
            }),
            None => Err(StatusRefusal::NoSuchCredential),
        };
        let end = match judged {
            Err(refusal) => Minted::SupersedeRefused(refusal),
            // Two of one slice: the second is judged when it comes again.
            Ok(_) if claimed == Some(old) => Minted::IndexTaken,
            Ok(_) => {
                claimed = Some(old);
                continue;
            }
        };
        release_key(tx, mint).await?;
        line.standing = Standing::Ended(end);
    }
    Ok(())
}

fn superseded_by(mint: &Mint) -> Change {
    Change::Supersede { successor: mint.id.clone() }
}

async fn supersede(tx: &mut AnyConnection, line: &Line<'_>) -> Result<()> {
    let Line { mint, at, .. } = *line;
    let Some(supersede) = &mint.supersedes else { return Ok(()) };
    let old = status::lock(tx, &mint.issuer, &supersede.credential).await?;
    let old = old.expect("locked before, and never deleted");
    let change = superseded_by(mint);
    let (reason, actor) = (&*supersede.reason, &*mint.actor);
    let applied = status::apply(tx, old, Wanted { change: &change, reason, actor, at }).await?;
    applied.expect("its state was judged when it was locked");
    Ok(())
}

/// Gives new earners their subject ids, and ends the mints whose earner has another. An id that
/// was given stays the earner's, also where the mint ends later.
async fn settle_subjects(tx: &mut AnyConnection, lines: &mut [Line<'_>]) -> Result<()> {
    let mut new: Vec<_> =
        (0..lines.len()).filter(|&at| lines[at].is_going() && lines[at].mint.new_subject).collect();
    let who = |mint: &'_ Mint| (mint.issuer.clone(), mint.subject_lookup.clone());
    new.sort_by_key(|&at| who(lines[at].mint));
    let proposed: Vec<_> = new
        .iter()
        .map(|&at| lines[at].mint)
        .map(|mint| (&*mint.issuer, &*mint.subject_lookup, &*mint.subject_id))
        .collect();
    let mut given = HashSet::new();
    for piece in many::pieces(&proposed) {
        given.extend(earners::give(tx, piece).await?);
    }
    for at in new {
        let Line { mint, standing, .. } = &mut lines[at];
        // Given here, perhaps to an earlier line of the same earner.
        if given.contains(&mint.subject_id) {
            continue;
        }
        let known = earners::subject(tx, &mint.issuer, &mint.subject_lookup).await?;
        if known != mint.subject_id {
            release_key(tx, mint).await?;
            *standing = Standing::Ended(Minted::SubjectKnown { subject_id: known });
        }
    }
    Ok(())
}

/// Takes the indexes of all mints, and ends those that do not get theirs.
async fn take_entries(tx: &mut AnyConnection, lines: &mut [Line<'_>]) -> Result<()> {
    let mut wanted: Vec<(&StatusEntry, &Mint)> = going(lines)
        .flat_map(|line| line.mint.entries.iter().map(|entry| (entry, line.mint)))
        .collect();
    wanted.sort_by_key(|(entry, _)| (&*entry.list, entry.index));
    let rows: Vec<_> = wanted
        .iter()
        .map(|(entry, mint)| lists::Wanted {
            issuer: &mint.issuer,
            credential: &mint.id,
            list: &entry.list,
            index: entry.index,
        })
        .collect();
    // Only what this slice took: a mint that is sent twice under one id must
    // not free the index of the credential that it is already.
    let mut taken = HashSet::with_capacity(rows.len());
    for piece in many::pieces(&rows) {
        taken.extend(lists::take_entries(tx, piece).await?);
    }
    for line in lines.iter_mut().filter(|line| line.is_going()) {
        let mint = line.mint;
        let got = |entry: &&StatusEntry| {
            taken.contains(&(entry.list.clone(), entry.index, mint.id.clone()))
        };
        if mint.entries.iter().all(|entry| got(&entry)) {
            continue;
        }
        for entry in mint.entries.iter().filter(got) {
            lists::release_entry(tx, &mint.id, (&entry.list, entry.index)).await?;
        }
        release_key(tx, mint).await?;
        line.standing = Standing::Ended(Minted::IndexTaken);
    }
    Ok(())
}

async fn insert_credentials(tx: &mut AnyConnection, lines: &[Line<'_>]) -> Result<()> {
    let recorded: Vec<_> = going(lines).collect();
    for piece in many::pieces(&recorded) {
        let values = Values::of(piece.iter().map(|Line { mint, at, .. }| {
            [
                (&mint.id).into(),
                (&mint.issuer).into(),
                (&mint.achievement_slug).into(),
                mint.achievement_version.into(),
                (&mint.subject_id).into(),
                (&mint.subject_lookup).into(),
                (&mint.embedded).into(),
                kept_jwt::pack(&mint.embedded, &mint.jwt).into(),
                mint.awarded_at.into(),
                mint.valid_from.into(),
                mint.valid_until.into(),
                (&mint.actor).into(),
                (*at).into(),
                mint.external_id.as_deref().into(),
                mint.vc_jose.as_deref().into(),
            ]
        }));
        let sql = format!(
            "INSERT INTO credentials (id, issuer, achievement_slug, achievement_version, \
             subject_id, subject_lookup, embedded, jwt, awarded_at, valid_from, valid_until, \
             actor, created_at, external_id, vc_jose) VALUES {}",
            values.places()
        );
        // Only numbered places were put in.
        let query = sqlx::query_with(AssertSqlSafe(sql), values.arguments());
        let inserted = query.execute(&mut *tx).await;
        inserted.map_err(|error| StoreError::taken(error, "a credential of this id"))?;
    }
    Ok(())
}

async fn insert_evidence(tx: &mut AnyConnection, lines: &[Line<'_>]) -> Result<()> {
    let rows: Vec<(&Mint, i64, &EvidenceRow)> = going(lines)
        .flat_map(|line| {
            let numbered = (0_i64..).zip(&line.mint.evidence);
            numbered.map(|(position, evidence)| (line.mint, position, evidence))
        })
        .collect();
    for piece in many::pieces(&rows) {
        let values = Values::of(piece.iter().map(|(mint, position, evidence)| {
            [
                (&evidence.token).into(),
                (&mint.id).into(),
                (*position).into(),
                (&evidence.url).into(),
                i64::from(evidence.open).into(),
            ]
        }));
        let sql = format!(
            "INSERT INTO evidence (token, credential, position, url, opened) VALUES {}",
            values.places()
        );
        // Only numbered places were put in.
        let query = sqlx::query_with(AssertSqlSafe(sql), values.arguments());
        let inserted = query.execute(&mut *tx).await;
        inserted.map_err(|error| StoreError::taken(error, "an evidence link of this token"))?;
    }
    Ok(())
}

async fn insert_audit(tx: &mut AnyConnection, lines: &[Line<'_>]) -> Result<()> {
    let rows: Vec<_> = going(lines)
        .map(|Line { mint, at, .. }| {
            let detail = json!({
                "achievement": mint.achievement_slug,
                "version": mint.achievement_version,
            });
            let entry = AuditEntry {
                at: *at,
                actor: mint.actor.clone(),
                action: "mint".to_owned(),
                issuer: Some(mint.issuer.clone()),
                subject: mint.id.clone(),
                detail: detail.to_string(),
            };
            (entry, format!("{}-{:04}", mint.id, 0))
        })
        .collect();
    for piece in many::pieces(&rows) {
        audit::append(tx, piece).await?;
    }
    Ok(())
}

async fn count_lists(tx: &mut AnyConnection, lines: &[Line<'_>]) -> Result<()> {
    let mut taken = BTreeMap::<(&str, &str), i64>::new();
    for Line { mint, .. } in going(lines) {
        for entry in &mint.entries {
            *taken.entry((&mint.issuer, &entry.list)).or_default() += 1;
        }
    }
    for ((issuer, list), taken) in taken {
        lists::count_taken(tx, issuer, list, taken).await?;
    }
    Ok(())
}

async fn outcomes(tx: &mut AnyConnection, lines: &[Line<'_>]) -> Result<Vec<Minted>> {
    let mut outcomes = Vec::with_capacity(lines.len());
    for Line { mint, standing, .. } in lines {
        outcomes.push(match (standing, &mint.idempotency) {
            (Standing::Ended(end), _) => end.clone(),
            (Standing::KeyUsed, Some(it)) => {
                let found = replays(tx, (&mint.issuer, &it.client), &[&it.key]).await?.pop();
                match found.flatten() {
                    Some(replay) => Minted::Replayed(Box::new(replay)),
                    // The key's first use was in this slice, and ended.
                    None => Minted::IndexTaken,
                }
            }
            _ => Minted::Recorded,
        });
    }
    Ok(outcomes)
}
