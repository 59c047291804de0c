//! Later: a claim is withdrawn, appealed, redacted, or looked at again.
//!
//! Invariant: of a redacted claim nothing that is kept names its claimant or leads to who that is:
//! its receipt is answered like a forgotten credential, and is still known as genuine.

use super::claim::{Details, json};
use super::examined::position;
use super::{Recognition, RecognizeError};
use crate::check::Report;
use crate::check::report::Verdict;
use crate::issue::{Issuance, IssueError, access};
use crate::jsonld::Contexts;
use crate::recognition::Decision;
use crate::recognition::decision::{ALIGNMENT, Reason, STACK, Why};
use crate::store::{ClaimChange, ClaimRefusal, ClaimRow, PartyKind, Redaction};

impl Recognition<'_> {
    /// Changes a claim that stands.
    pub async fn change(
        self,
        (recognizer, id): (&str, &str),
        change: &ClaimChange,
        reason: Option<&str>,
        actor: &str,
    ) -> Result<ClaimRow, RecognizeError> {
        let (store, now) = (&self.issuance.store, self.issuance.ambient.now());
        let changed = store.change_claim((recognizer, id), change, reason, (actor, now)).await?;
        changed.map_err(|refusal| refused(&refusal))
    }

    /// Deletes a claim's personal data and the bytes of its receipt, with those of the claims whose
    /// place it took, and of those of the same claimant that took its place. Of these, what a
    /// redaction that stopped half way had left.
    pub async fn redact(
        self,
        claim: &ClaimRow,
        actor: &str,
        contexts: &Contexts,
    ) -> Result<ClaimRow, RecognizeError> {
        let store = &self.issuance.store;
        let mut any = false;
        for row in self.chain(claim).await? {
            if row.redacted_at.is_none() {
                any |= self.redact_one(&row, actor, contexts).await?;
            }
        }
        // What a reader holds back is overwritten in time.
        let _whole = store.empty_log().await?;
        if !any {
            return Err(refused(&ClaimRefusal::Redacted));
        }
        let row = store.claim(&claim.recognizer, &claim.id).await?;
        row.ok_or(RecognizeError::NotFound)
    }

    /// A claim, all that it corrects, and what of the same claimant has corrected it.
    async fn chain(self, claim: &ClaimRow) -> Result<Vec<ClaimRow>, RecognizeError> {
        let (store, recognizer) = (&self.issuance.store, claim.recognizer.as_str());
        let mut chain = vec![claim.clone()];
        let mut corrected = claim.corrects.clone();
        while let Some(id) = corrected {
            let Some(older) = store.claim(recognizer, &id).await? else { break };
            corrected = older.corrects.clone();
            chain.push(older);
        }
        let mut newer = store.correction_of(recognizer, &claim.id).await?;
        while let Some(row) = newer {
            newer = store.correction_of(recognizer, &row.id).await?;
            // What was filed for the wrong person is corrected to be another's, who keeps theirs.
            if store.share_a_claimant(&claim.id, &row.id).await? {
                chain.push(row);
            }
        }
        Ok(chain)
    }

    /// False where it was redacted meanwhile.
    async fn redact_one(
        self,
        claim: &ClaimRow,
        actor: &str,
        contexts: &Contexts,
    ) -> Result<bool, RecognizeError> {
        let Issuance { store, ambient, .. } = self.issuance;
        let owner = PartyKind::Recognizer.owner(&claim.recognizer);
        self.forget_renewed(claim, actor, contexts).await?;
        let receipt = store.credential_of(&owner, &claim.receipt).await?;
        let digest = match receipt {
            Some(row) => self.issuance.forgotten_digest(&row, contexts).await?,
            None => None,
        };
        let redaction = Redaction {
            decision: &redacted(claim)?,
            digest: digest.as_deref(),
            note: &access::note(ambient, (actor, "forget"), Some(&owner), &claim.receipt),
        };
        let of = (claim.recognizer.as_str(), claim.id.as_str());
        let redacted = store.redact_claim(of, redaction, (actor, ambient.now())).await?;
        match redacted {
            Ok(_) => Ok(true),
            Err(ClaimRefusal::Redacted) => Ok(false),
            Err(refusal) => Err(refused(&refusal)),
        }
    }

    /// Forgets the receipts whose place the claim's own took when it was renewed.
    async fn forget_renewed(
        self,
        claim: &ClaimRow,
        actor: &str,
        contexts: &Contexts,
    ) -> Result<(), RecognizeError> {
        let Issuance { store, ambient, .. } = self.issuance;
        let owner = PartyKind::Recognizer.owner(&claim.recognizer);
        // From there on they are those of the claim that it corrects, which is redacted by itself.
        let corrected = match &claim.corrects {
            Some(id) => store.claim(&claim.recognizer, id).await?.map(|it| it.receipt),
            None => None,
        };
        let older = store.superseded_by(&claim.receipt).await?;
        for older in older.iter().take_while(|it| Some(&it.id) != corrected.as_ref()) {
            let row = store.credential_of(&owner, &older.id).await?;
            let Some(row) = row.filter(|row| !row.is_forgotten()) else { continue };
            let digest = self.issuance.forgotten_digest(&row, contexts).await?;
            let note = access::note(ambient, (actor, "forget"), Some(&owner), &older.id);
            store.forget((&owner, &older.id), digest.as_deref(), &note).await?;
        }
        Ok(())
    }

    /// What is kept of a claim's personal data; `None` once it was redacted.
    pub async fn details(
        self,
        recognizer: &str,
        id: &str,
    ) -> Result<Option<Details>, RecognizeError> {
        let text = self.issuance.store.claim_details(recognizer, id).await?;
        let broken = |error| IssueError::Broken(format!("the details of claim {id}: {error}"));
        Ok(text.map(|text| serde_json::from_str(&text).map_err(broken)).transpose()?)
    }

    /// Flags a claim where a credential that was counted does not hold any more, by new reports in
    /// the order of the claim; clears its flag where all hold. What cannot be told changes nothing.
    ///
    /// None where something happened to the claim since it was read as this: the reports may be
    /// older than that, and it has to be looked at again.
    pub async fn review(
        self,
        claim: &ClaimRow,
        reports: &[(String, Report)],
        actor: &str,
    ) -> Result<Option<ClaimRow>, RecognizeError> {
        let worst = |report: &Report| {
            [report.verdicts.authentic, report.verdicts.current].contains(&Verdict::No)
        };
        let lost: Vec<&str> =
            reports.iter().filter(|it| worst(&it.1)).map(|it| position(&it.0)).collect();
        let beyond = self.stands_beyond(claim).await?;
        let (store, of) = (&self.issuance.store, (claim.recognizer.as_str(), claim.id.as_str()));
        let change = match (lost.is_empty(), beyond) {
            (false, _) => ClaimChange::Flag(format!("{} no longer holds", lost.join(", "))),
            (true, Some(flag)) => ClaimChange::Flag(flag),
            (true, None) if claim.flag.is_some() && reports.iter().all(|it| it.1.verified) => {
                ClaimChange::Clear { seen: (claim.events, claim.looks) }
            }
            _ => return Ok(store.claim(of.0, of.1).await?),
        };
        let by = (actor, self.issuance.ambient.now());
        match store.change_claim(of, &change, None, by).await? {
            Err(ClaimRefusal::Moved) => Ok(None),
            changed => changed.map(Some).map_err(|refusal| refused(&refusal)),
        }
    }
}

/// The decision, without the ids of the credentials, whose pages name who earned them, and without
/// what their issuers call them and what they are related by, which may name anybody. Periods may be
/// the validity of a license.
fn redacted(claim: &ClaimRow) -> Result<String, IssueError> {
    let broken = |error| IssueError::Broken(format!("the decision of claim {}: {error}", claim.id));
    let mut decision: Decision = serde_json::from_str(&claim.decision).map_err(broken)?;
    for line in &mut decision.credentials {
        (line.id, line.name, line.period) = (None, None, None);
        line.input = position(&line.input).to_owned();
        line.reasons.iter_mut().for_each(unname);
    }
    for group in &mut decision.groups {
        group.credentials.iter_mut().for_each(|it| *it = position(it).to_owned());
        group.by = kind(&group.by).to_owned();
    }
    decision.suggestions.iter_mut().for_each(unname);
    decision.notes.iter_mut().for_each(unname);
    Ok(json(&decision))
}

/// Of a reason that quotes what the claim calls credentials, their places stay; of what they are
/// related by, its kind.
fn unname(reason: &mut Reason) {
    match &mut reason.why {
        Why::CountedInGroup { with, by } => {
            with.iter_mut().for_each(|it| *it = position(it).to_owned());
            *by = kind(by).to_owned();
        }
        Why::MoreRelated { by, .. } | Why::SuggestRelated { by, .. } => *by = kind(by).to_owned(),
        Why::SameCredential { other } | Why::SameAchievement { other } => {
            *other = position(other).to_owned();
        }
        // Why a person approved may name the claimant; that they did stays.
        Why::ApprovalDecided { of, reason, .. } => {
            *of = of.as_deref().map(|it| position(it).to_owned());
            *reason = None;
        }
        _ => return,
    }
    *reason = Reason::new(reason.why.clone(), reason.at.clone());
}

/// Issuers choose stacks and alignments; topics are the policy's own.
fn kind(by: &str) -> &str {
    match by {
        stack if stack.starts_with(STACK) => "a stack",
        alignment if alignment.starts_with(ALIGNMENT) => "an alignment",
        topic => topic,
    }
}

pub(super) fn refused(refusal: &ClaimRefusal) -> RecognizeError {
    match refusal {
        ClaimRefusal::NoSuchClaim => RecognizeError::NotFound,
        ClaimRefusal::Final(state) => RecognizeError::Conflict {
            code: "claim-is-final",
            detail: format!("this claim is {}, which is final", state.as_str()),
        },
        ClaimRefusal::Moved => moved(),
        ClaimRefusal::NoAppeal => RecognizeError::Conflict {
            code: "no-appeal",
            detail:
                "no appeal of this claim waits for a decision: none was made, or the last one is \
                     decided"
                    .into(),
        },
        ClaimRefusal::Redacted => RecognizeError::Conflict {
            code: "claim-is-redacted",
            detail: "this claim's personal data was deleted, and with it what could be changed"
                .into(),
        },
    }
}

/// Something happens to the claim each time that it is looked at.
pub fn moved() -> RecognizeError {
    RecognizeError::Conflict {
        code: "claim-changed",
        detail: "something happened to this claim while it was looked at; ask again".into(),
    }
}
