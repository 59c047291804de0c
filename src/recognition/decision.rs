//! What was decided on a claim: for each credential and in all, with the rule's
//! place in the policy.
//!
//! Invariant: a decision is a function of policy, credentials and facts alone. It
//! does not depend on their order, and reads back as it was written.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::policy::{PolicyReference, Unit};
use super::words;
use crate::model::decimal::Amount;

/// What a policy makes of some credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    pub policy: PolicyReference,
    pub unit: Unit,
    /// What counts now.
    pub total: Amount,
    /// What would count if all that is open were settled well.
    pub possible: Amount,
    /// One for each credential, in an order of their own.
    pub credentials: Vec<Line>,
    /// Where the policy awards by groups: those that were formed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Grouped>,
    /// What would make more count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Reason>,
    /// The claimant has still to state these, and the office to approve those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Reason>,
    /// What else is to be known: limits that were reached, exclusions, the deadline, who approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Reason>,
    /// Whatever is counted is used up in this group of policies.
    pub exclusive_group: String,
    /// Whether all ways of forming groups were looked at: where not, more might count.
    pub exhaustive: bool,
}

/// What was decided on one credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What the claim calls it.
    pub input: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Without version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub achievement: Option<String>,
    pub outcome: Outcome,
    /// What it adds; zero where a group or a row is awarded as a whole.
    pub amount: Amount,
    /// Why. Of one that is counted if, each reason is one thing that is missing.
    pub reasons: Vec<Reason>,
    /// Within this the same achievement counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Counted,
    NotCounted,
    CountedIf,
}

/// What a stack is told with that credentials share, before its name.
pub const STACK: &str = "the stack ";
/// The same of an alignment.
pub const ALIGNMENT: &str = "the alignment ";

/// Credentials that are counted as one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Grouped {
    /// As the claim calls them.
    pub credentials: Vec<String>,
    /// What they share.
    pub by: String,
    pub amount: Amount,
}

/// A rule that decided, in one sentence and for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    #[serde(flatten)]
    pub why: Why,
    /// The rule's place in the policy, a JSON pointer.
    pub at: String,
    /// One plain sentence.
    pub detail: String,
}

impl Reason {
    pub fn new(why: Why, at: impl Into<String>) -> Self {
        let detail = words::why(&why);
        Self { why, at: at.into(), detail }
    }

    /// Its stable code.
    pub fn code(&self) -> String {
        let value = serde_json::to_value(&self.why).expect("a reason is plain data");
        value["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// What of an acceptance did not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Achievement,
    Issuer,
    TrustedIssuer,
    Alignment,
    Tag,
    Menu,
    Receipt,
}

/// Every reason there is, with what was seen. The names are stable codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "code", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Why {
    // Counted.
    Counted {
        amount: Amount,
        unit: Unit,
    },
    CountedByHours {
        hours: Amount,
    },
    CountedInGroup {
        with: Vec<String>,
        by: String,
    },
    CountedInRow {
        row: String,
    },

    // Not counted.
    NotAuthentic,
    NotCurrent {
        status: String,
    },
    NotTheClaimants {
        /// What of the claimant it contradicts: `id`, `email`, `name`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        differs: Vec<String>,
    },
    Unidentified {
        missing: String,
    },
    IsAReceipt,
    NotAccepted {
        missing: Vec<Part>,
    },
    NoHours,
    TooFewHours {
        hours: Amount,
        least: Amount,
    },
    NoDate,
    AwardedLater {
        #[schema(value_type = String, format = Date)]
        awarded: Date,
        #[schema(value_type = String, format = Date)]
        on: Date,
    },
    OutsideWindow {
        #[schema(value_type = String, format = Date)]
        awarded: Date,
        #[schema(value_type = String, format = Date)]
        from: Date,
        #[schema(value_type = String, format = Date)]
        until: Date,
    },
    DeadlinePassed {
        #[schema(value_type = String, format = Date)]
        opens: Date,
    },
    StatedOtherwise {
        id: String,
        text: String,
    },
    NotApproved {
        id: String,
        text: String,
    },
    AlreadyCounted,
    SameCredential {
        other: String,
    },
    SameAchievement {
        other: String,
    },
    Unrelated,
    LimitReached,
    BeyondTable {
        row: String,
    },

    // Counted if.
    AuthenticUndecided,
    CurrentUndecided,
    BelongsOpen,
    LicenseUnknown,
    MenuUnknown {
        menu: String,
    },
    StatementMissing {
        id: String,
        text: String,
    },
    ApprovalPending {
        id: String,
        text: String,
    },
    MoreRelated {
        more: usize,
        by: String,
        alone: Option<String>,
    },
    MoreHours {
        more: Amount,
    },
    MoreForRow {
        more: Amount,
        hours: bool,
        row: String,
    },

    // What would make more count.
    SuggestRelated {
        more: usize,
        by: String,
        amount: Amount,
        unit: Unit,
    },
    SuggestHours {
        more: Amount,
        amount: Amount,
        unit: Unit,
    },
    SuggestRow {
        more: Amount,
        hours: bool,
        row: String,
        amount: Amount,
        unit: Unit,
    },

    // Of the claim.
    LimitHeld {
        most: String,
    },
    Excludes {
        group: String,
        says: String,
    },
    Deadline {
        #[schema(value_type = String, format = Date)]
        day: Date,
        says: Option<String>,
    },
    HoursLeftOver {
        hours: Amount,
    },
    ApprovalDecided {
        /// What the claim calls the credential that it is about; absent where it is about the claim.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        text: String,
        approved: bool,
        by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    NotExhaustive,
}
