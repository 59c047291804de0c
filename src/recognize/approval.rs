//! What the office has approved of a claim or a credential, as it is filed: yes or no, and by whom.
//!
//! Invariant: who decided is said, or nobody is named: never an empty name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::belongs::YesNo;
use crate::model::fault::{Faults, token};
use crate::recognition::facts::Approver;

/// What the office has decided, by the ids of the policy's approvals.
pub type Approvals = BTreeMap<String, Approval>;

/// `true` or `false`, or the same with who decided it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "an approval is true, false, or {\"decision\", \"by\", \"reason\"?}")]
pub enum Approval {
    Bare(bool),
    By(ApprovalDecision),
}

/// What a person at the office has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalDecision {
    pub decision: YesNo,
    /// Told in the decision and in the receipt.
    #[schema(example = "M. Okafor")]
    pub by: String,
    /// Told in the decision until the claim is redacted; never in the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "It serves the district's plan for the year")]
    pub reason: Option<String>,
}

impl Approval {
    fn given(&self) -> bool {
        match self {
            Self::Bare(given) => *given,
            Self::By(decided) => decided.decision == YesNo::Yes,
        }
    }
}

/// What counting goes by.
pub(super) fn given(approvals: &Approvals) -> BTreeMap<String, bool> {
    approvals.iter().map(|(id, it)| (id.clone(), it.given())).collect()
}

/// Who decided, where that is said.
pub(super) fn by(approvals: &Approvals) -> BTreeMap<String, Approver> {
    let named = approvals.iter().filter_map(|(id, it)| match it {
        Approval::Bare(_) => None,
        Approval::By(ApprovalDecision { by, reason, .. }) => {
            Some((id.clone(), Approver { by: by.clone(), reason: reason.clone() }))
        }
    });
    named.collect()
}

pub(super) fn check(at: &str, approvals: &Approvals, faults: &mut Faults) {
    for (id, it) in approvals {
        let Approval::By(ApprovalDecision { by, reason, .. }) = it else { continue };
        let at = format!("{at}/{}", token(id));
        faults.text(&format!("{at}/by"), by, 300);
        faults.optional_text(&format!("{at}/reason"), reason.as_ref(), 1000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_approval_is_a_bare_answer_or_one_with_who_gave_it() {
        let read = |value: serde_json::Value| serde_json::from_value::<Approvals>(value).unwrap();
        let bare = json!({"a": true, "b": false});
        assert_eq!(serde_json::to_value(read(bare.clone())).unwrap(), bare);
        assert!(by(&read(bare)).is_empty());
        let named = read(json!({"a": {"decision": "no", "by": "M. Okafor"}}));
        assert_eq!((given(&named)["a"], by(&named)["a"].by.as_str()), (false, "M. Okafor"));
        let misspelt = serde_json::from_value::<Approvals>(json!({"a": {"decision": "perhaps"}}));
        assert!(misspelt.unwrap_err().to_string().contains("an approval is true, false"));
    }
}
