//! What a correction takes over from the claim that it corrects, where who files states nothing else.
//!
//! Invariant: a mended spelling moves no claim past a deadline, nor under rules that came later.

use jiff::civil::Date;

use super::belongs::Claimant;
use super::claim::Claim;
use super::{Recognition, RecognizeError};
use crate::recognition::policy::span::Days;

/// Nothing, of a claim that corrects none.
#[derive(Debug, Clone, Default)]
pub(super) struct TakenOver {
    /// The day that its papers came in.
    pub filed_on: Option<Date>,
    /// The version that decided, where the policy is the same.
    pub policy_number: Option<i64>,
    /// The license, where the claimant is the same.
    pub license: Option<Days>,
}

impl Recognition<'_> {
    pub(super) async fn taken_over(self, claim: &Claim<'_>) -> Result<TakenOver, RecognizeError> {
        let Some((id, _)) = claim.corrects else { return Ok(TakenOver::default()) };
        let recognizer = claim.recognizer.name.as_str();
        let Some(row) = self.issuance.store.claim(recognizer, id).await? else {
            return Ok(TakenOver::default());
        };
        let claimant = &claim.request.claimant;
        let details = self.details(recognizer, id).await?;
        let details = details.filter(|details| is_one(&details.claimant, claimant));
        Ok(TakenOver {
            filed_on: Some(row.filed_on),
            policy_number: (row.policy == claim.request.policy).then_some(row.policy_number),
            license: details.and_then(|details| details.claimant.license),
        })
    }
}

/// Whether two have a name in common that the books go by.
fn is_one(one: &Claimant, other: &Claimant) -> bool {
    let others = other.identifiers();
    one.identifiers().iter().any(|name| others.contains(name))
}
