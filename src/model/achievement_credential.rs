//! `AchievementCredential` as it is composed, before it is signed.
//!
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0/#achievementcredential>
//!
//! Serialized once, to the bytes that are signed; reading goes through the
//! views of [`super::credential`], never through these structs.

use serde::Serialize;

use super::achievement::Achievement;
use super::profile::Profile;

/// The contexts of everything that we mint, in the order that Open Badges asks for.
pub const CONTEXTS: [&str; 2] = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
];

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AchievementCredential<'a> {
    #[serde(rename = "@context")]
    pub context: [&'static str; 2],
    pub id: &'a str,
    #[serde(rename = "type")]
    pub types: [&'static str; 2],
    pub name: &'a str,
    pub issuer: Profile<'a>,
    /// RFC 3339 in whole seconds.
    pub valid_from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    pub awarded_date: String,
    pub credential_subject: AchievementSubject<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence<'a>>,
    pub credential_status: CredentialStatus,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AchievementSubject<'a> {
    pub id: &'a str,
    #[serde(rename = "type")]
    pub types: [&'static str; 1],
    pub identifier: Vec<IdentityObject>,
    pub achievement: Achievement<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrative: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<AchievementResult>,
}

/// `IdentityObject`: a name in the clear, or a salted hash of an address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityObject {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub hashed: bool,
    pub identity_hash: String,
    pub identity_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

/// The standard's `Result`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AchievementResult {
    #[serde(rename = "type")]
    pub types: [&'static str; 1],
    pub result_description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achieved_level: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence<'a> {
    pub id: String,
    #[serde(rename = "type")]
    pub types: [&'static str; 1],
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_multibase: Option<String>,
}

/// Open Badges allows one status object; an achievement that can be suspended
/// opts into an array of two.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum CredentialStatus {
    One(Box<BitstringStatusListEntry>),
    Several(Vec<BitstringStatusListEntry>),
}

/// Spec: <https://www.w3.org/TR/vc-bitstring-status-list/#bitstringstatuslistentry>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BitstringStatusListEntry {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub status_purpose: String,
    /// Decimal digits.
    pub status_list_index: String,
    pub status_list_credential: String,
}

impl BitstringStatusListEntry {
    /// Open Badges' strict schema asks for an `id`, which must not be the list's own.
    pub fn new(list_url: String, purpose: &str, index: u32) -> Self {
        Self {
            id: format!("{list_url}#{index}"),
            kind: "BitstringStatusListEntry",
            status_purpose: purpose.into(),
            status_list_index: index.to_string(),
            status_list_credential: list_url,
        }
    }
}
