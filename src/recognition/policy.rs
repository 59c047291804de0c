//! A recognizer's policy: which micro-credentials it counts, for how much, under
//! which conditions. Data, in YAML or JSON: `schemas/policy.schema.json`.
//!
//! Invariant: a policy that was [read](Policy::read) contradicts itself nowhere
//! that [`check`] looks; its canonical form reads as the same policy, and a
//! published version never changes, which its digest lets anyone see.

mod check;
pub(super) mod read;
pub mod span;
pub mod zone;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

pub use self::span::{MonthDay, Span};
pub use self::zone::Zone;
use crate::model::decimal::{Amount, Rounding, written, written_or_none};
use crate::model::json;

/// One version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// Its short name, the same for all versions.
    #[schema(example = "tennessee-relicensure")]
    pub id: String,
    /// Which version this is.
    #[schema(example = "1")]
    pub version: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whose it is.
    pub recognizer: Recognizer,
    /// What it rests on.
    pub authority: Vec<Citation>,
    /// Where the authority can be read in two ways: which one this policy takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<String>,
    /// Whose days it goes by, as the IANA database names the zone: of windows, periods and deadlines,
    /// and of today. Absent: UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "America/Los_Angeles")]
    pub time_zone: Option<String>,
    /// The same for all versions, since limits and tables add up what all of them recorded.
    pub unit: Unit,
    /// What is accepted: what fits any of these.
    pub accepts: Vec<Acceptance>,
    /// Clock hours that each credential must state at least.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "written_or_none"
    )]
    pub minimum_hours: Option<Amount>,
    /// When it must have been awarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Span>,
    pub award: Award,
    /// How much at most. Each limit holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// Within what the same achievement counts once. Absent: once and for all. The same for all
    /// versions, and for all policies of one exclusive group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Span>,
    /// Other uses of a credential that this one excludes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<Exclusive>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// What the claimant must state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Condition>,
    /// What a person at the office must approve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Condition>,
    /// What must be known of whose the credential is.
    #[serde(default, skip_serializing_if = "BelongsAsked::is_usual")]
    pub belongs: BelongsAsked,
}

/// Who decides by the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recognizer {
    pub name: String,
    /// Its DID, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A law, rule, agreement or guide that a policy rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Citation {
    pub title: String,
    /// Where it can be read (https).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it says to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

/// What is awarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Unit {
    /// Professional development points.
    #[serde(rename = "PDP")]
    Pdp,
    /// Continuing education units.
    #[serde(rename = "CEU")]
    Ceu,
    /// Credits, academic or in-service.
    #[serde(rename = "credit")]
    Credit,
    #[serde(rename = "hours")]
    Hours,
    #[serde(rename = "USD")]
    Usd,
    /// Lanes of a salary schedule.
    #[serde(rename = "lane")]
    Lane,
    /// Steps of a salary schedule.
    #[serde(rename = "step")]
    Step,
}

impl Unit {
    pub const ALL: [Self; 7] =
        [Self::Pdp, Self::Ceu, Self::Credit, Self::Hours, Self::Usd, Self::Lane, Self::Step];
}

/// What all has to fit, of what is given; of a list, any one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Acceptance {
    /// Ids of achievements, without version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub achievements: Vec<String>,
    /// DIDs or https ids of issuers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub issuers: Vec<String>,
    /// The issuer stands in the recognizer's list of trusted issuers.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trusted_issuers: bool,
    /// Target URLs of alignments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alignments: Vec<String>,
    /// Tags, stacks among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// It stands on the menu that the recognizer of this DID has published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub menu: Option<String>,
    /// Receipts of other recognizers, which count nowhere else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub receipts: bool,
}

/// How much is awarded, in the policy's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Award {
    /// For each credential.
    PerCredential(Flat),
    /// For each group of related credentials.
    PerGroup(Group),
    /// By clock hours.
    PerHours(ByHours),
    /// By the row of a table that is reached.
    Table(Table),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Flat {
    #[serde(deserialize_with = "written")]
    pub amount: Amount,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// So many credentials make a group.
    pub of: u16,
    #[serde(deserialize_with = "written")]
    pub amount: Amount,
    /// They are related where they share any of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related_by: Vec<Relation>,
    /// Or stand in one of these topics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// What can become of one that is left over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// The target of an alignment.
    Alignment,
    /// A tag, as stacks are named.
    Stack,
}

/// Related credentials, named by the recognizer. Nothing stands in two topics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Topic {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub achievements: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignments: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ByHours {
    /// So many clock hours …
    #[serde(deserialize_with = "written")]
    pub every: Amount,
    /// … give this much.
    #[serde(deserialize_with = "written")]
    pub amount: Amount,
    pub of: HoursOf,
    pub rounding: RoundTo,
}

/// Whose hours are turned into the award.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum HoursOf {
    /// Each credential's by itself.
    Each,
    /// Those of the whole claim together. What reaches no step is not carried to a later claim.
    Together,
}

/// The award is a multiple of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoundTo {
    pub way: Rounding,
    #[serde(deserialize_with = "written")]
    pub to: Amount,
}

/// Rows from the lowest to the highest. A claim awards what the row is worth that is reached now, less
/// all that was recorded before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    pub by: TableBy,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum TableBy {
    Credentials,
    Hours,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Row {
    /// So many credentials, or clock hours, reach it.
    #[serde(deserialize_with = "written")]
    pub from: Amount,
    /// What it awards in all.
    #[serde(deserialize_with = "written")]
    pub amount: Amount,
    pub name: String,
}

/// At most so much, in amount or in credentials, per stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// In the policy's unit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "written_or_none"
    )]
    pub amount: Option<Amount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<u16>,
    /// What was recorded within the stretch that the day of the claim lies in counts against it: by
    /// the same license, on whatever day; of so many years, in the fullest that has the day in it. One
    /// for some dates holds on these days alone.
    pub per: Span,
}

/// Policies of one recognizer that name the same group exclude each other: a credential is used
/// under one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exclusive {
    pub group: String,
    /// The rule, in a sentence.
    pub says: String,
}

/// The day of a year by which a claim must be filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deadline {
    pub day: MonthDay,
    pub after: AfterDeadline,
    /// What then happens, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

impl Deadline {
    /// Where a claim of this day comes too late: the day from which claims are taken again.
    pub fn refused_until(&self, on: jiff::civil::Date) -> Option<jiff::civil::Date> {
        let AfterDeadline::RefusedUntil(opens) = self.after else { return None };
        let opens = opens.next(on);
        // Late from the day after the deadline to the day before the next round.
        (opens > on && self.day.next(on) > opens).then_some(opens)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AfterDeadline {
    /// A later claim is one for the next year's day.
    NextYear,
    /// A later claim is refused until the day that the next round opens.
    RefusedUntil(MonthDay),
}

/// What somebody has to say yes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    /// Its short name.
    pub id: String,
    /// The statement or what is approved, in a sentence.
    pub text: String,
    pub of: ConditionOf,
    /// Only of what was awarded after this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub awarded_after: Option<jiff::civil::Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConditionOf {
    /// Once for the whole claim.
    Claim,
    /// Of each credential.
    Credential,
}

/// What must be known of whose it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum BelongsAsked {
    /// *Belongs* is yes: control was shown, or a clerk decided.
    #[default]
    Shown,
    /// A name or an address that fits is enough.
    Likely,
}

impl BelongsAsked {
    fn is_usual(&self) -> bool {
        *self == BelongsAsked::Shown
    }
}

/// Which version of which policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyReference {
    pub id: String,
    pub version: String,
    /// Of the canonical form: multibase base64url of the sha2-256 multihash.
    pub digest_multibase: String,
}

impl Policy {
    /// The one text of this version: its members in canonical JSON (RFC 8785).
    pub fn canonical(&self) -> String {
        let text = serde_json::to_vec(self).expect("a policy is plain data");
        let value = json::parse(&text).expect("what was serialized is strict JSON");
        json::canonical(&value).expect("a policy has no large numbers")
    }

    /// This version, by its name and the digest of its canonical form.
    pub fn reference(&self) -> PolicyReference {
        let digest = Sha256::digest(self.canonical());
        let multihash: Vec<u8> = [0x12, 32].into_iter().chain(digest).collect();
        PolicyReference {
            id: self.id.clone(),
            version: self.version.clone(),
            digest_multibase: format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(multihash)),
        }
    }

    /// The policies that exclude each other share this name; alone, a policy's own id.
    pub fn exclusive_group(&self) -> &str {
        self.exclusive.as_ref().map_or(&self.id, |exclusive| &exclusive.group)
    }

    /// Whose days it goes by.
    pub fn zone(&self) -> Zone {
        let named = self.time_zone.as_deref().map(Zone::named);
        named.map_or(Zone::UTC, |zone| zone.expect("a policy that was read names a known zone"))
    }

    /// Within what the same achievement counts once.
    pub fn again(&self) -> Span {
        self.again.clone().unwrap_or(Span::Ever)
    }

    /// Whether what counts again, or how much, goes by the validity of the claimant's license.
    pub fn goes_by_license(&self) -> bool {
        self.again == Some(Span::License) || self.limits.iter().any(|it| it.per == Span::License)
    }

    /// Whether credentials without clock hours can count.
    pub fn needs_hours(&self) -> bool {
        self.minimum_hours.is_some()
            || match &self.award {
                Award::PerHours(_) => true,
                Award::Table(table) => table.by == TableBy::Hours,
                Award::PerCredential(_) | Award::PerGroup(_) => false,
            }
    }
}

/// Tags are the same however they are capitalised.
pub(super) fn tag_key(tag: &str) -> String {
    tag.trim().to_lowercase()
}
