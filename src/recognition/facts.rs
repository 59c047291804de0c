//! What is known when a claim is counted: of each credential, and of the claim.
//!
//! Invariant: plain data that reads back as it was written, so that a decision can
//! be replayed from what was recorded with it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::policy::Zone;
use super::policy::span::Days;
use crate::model::achievement::AchievementDefinition;
use crate::model::decimal::{Amount, Hours};

/// A verdict as counting takes it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    Yes,
    No,
    Undecided,
    #[default]
    NotAsked,
}

/// What is known of one credential.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "camelCase", default)]
pub struct CountedCredential {
    /// The day of its award: `awardedDate`, else `validFrom`. Of the policy's time zone once a claim
    /// was decided; of UTC before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub awarded: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the claim calls it, unlike all others in the claim.
    pub input: String,
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The achievement's id, without version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achievement: Option<String>,
    /// Clock hours of work that it states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Tags of the achievement, stacks among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Target URLs of the achievement's alignments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alignments: Vec<String>,
    /// Whether the recognizer's list of trusted issuers has its issuer.
    pub trusted: bool,
    /// Whether it says itself what others counted for.
    pub receipt: bool,
    pub authentic: Answer,
    pub current: Answer,
    /// Where it is not current: `revoked`, `suspended`, `superseded`, `expired`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    pub belongs: Answer,
    /// What of the claimant it contradicts: `id`, `email`, `name`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
    /// Whether the ledger has it already in this policy's exclusive group.
    pub already_counted: bool,
    /// What the claimant stated of it, by the id of the statement.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub statements: BTreeMap<String, bool>,
    /// What was decided at the office about it, by the id of the approval.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub approvals: BTreeMap<String, bool>,
    /// Who decided so, by the id of the approval, where that was said.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub approved_by: BTreeMap<String, Approver>,
    /// The moment of its award, until it is known whose days count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub awarded_at: Option<Timestamp>,
}

impl CountedCredential {
    /// The day of its award where these are the days.
    pub fn awarded_in(&self, zone: &Zone) -> Option<Date> {
        self.awarded_at.map(|at| zone.stated_day(at)).or(self.awarded)
    }
}

impl CountedCredential {
    /// What is known of an achievement that nobody was awarded yet: its issuer's id, its own, and
    /// what its issuer says of it.
    pub fn of_achievement((issuer, id): (&str, &str), achievement: &AchievementDefinition) -> Self {
        Self {
            issuer: Some(issuer.to_owned()),
            achievement: Some(id.to_owned()),
            hours: achievement.hours.clone(),
            tags: achievement.tag.clone(),
            alignments: achievement.alignment.iter().map(|it| it.target_url.clone()).collect(),
            ..Self::default()
        }
    }
}

/// The person who approved of something or did not, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Approver {
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is known of the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimFacts {
    /// The day that it is filed, in the policy's time zone.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The validity of the claimant's license.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<Days>,
    /// What the claimant stated, by the id of the statement.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub statements: BTreeMap<String, bool>,
    /// What was decided at the office, by the id of the approval.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub approvals: BTreeMap<String, bool>,
    /// Who decided so, by the id of the approval, where that was said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub approved_by: BTreeMap<String, Approver>,
    /// What was recorded for the claimant under this policy before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<CountedBefore>,
    /// The achievements on other recognizers' menus, by their DIDs. A menu that could not be had
    /// is absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub menus: BTreeMap<String, BTreeSet<String>>,
}

/// A claim that was recorded before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountedBefore {
    /// The day that it was filed, in the policy's time zone.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    pub amount: Amount,
    pub credentials: u32,
    /// Their clock hours, where the policy counts by them.
    #[serde(default)]
    pub hours: Amount,
    /// The license that it went by, where it went by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<Days>,
}

impl ClaimFacts {
    /// A claim of this day of which nothing else is known.
    pub fn on(day: Date) -> Self {
        Self {
            on: day,
            license: None,
            statements: BTreeMap::new(),
            approvals: BTreeMap::new(),
            approved_by: BTreeMap::new(),
            before: Vec::new(),
            menus: BTreeMap::new(),
        }
    }
}
