//! Who at the office approved of what, and who did not: what a decision says of it.
//!
//! Invariant: it counts nothing. Approvals are weighed as they are, whoever gave them.

use std::collections::BTreeMap;

use crate::recognition::decision::{Reason, Why};
use crate::recognition::facts::{Approver, ClaimFacts, CountedCredential};
use crate::recognition::policy::{ConditionOf, Policy};

/// Of each approval that a named person decided on.
pub(super) fn decided(
    policy: &Policy,
    credentials: &[&CountedCredential],
    facts: &ClaimFacts,
) -> Vec<Reason> {
    let mut told = Vec::new();
    for (i, condition) in policy.approvals.iter().enumerate() {
        let mut tell =
            |of: Option<&String>,
             (answers, by): (&BTreeMap<String, bool>, &BTreeMap<String, Approver>)| {
                let (Some(approved), Some(Approver { by, reason })) =
                    (answers.get(&condition.id), by.get(&condition.id))
                else {
                    return;
                };
                let why = Why::ApprovalDecided {
                    of: of.cloned(),
                    text: condition.text.clone(),
                    approved: *approved,
                    by: by.clone(),
                    reason: reason.clone(),
                };
                told.push(Reason::new(why, format!("/approvals/{i}")));
            };
        match condition.of {
            ConditionOf::Claim => tell(None, (&facts.approvals, &facts.approved_by)),
            ConditionOf::Credential => {
                for it in credentials {
                    tell(Some(&it.input), (&it.approvals, &it.approved_by));
                }
            }
        }
    }
    told
}
