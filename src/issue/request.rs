//! What an issuer's backend posts after a passing review.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::achievement::AchievementDefinition;
use crate::model::decimal::Hours;
use crate::model::fault::{Fault, Faults, token};
use crate::model::profile::is_email;
use crate::model::securing::Securing;

/// A passing review, to be minted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MintRequest {
    /// The achievement's short name; its latest version is minted.
    #[schema(example = "restorative-practices")]
    pub achievement: String,
    pub earner: Earner,
    pub review: Review,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceItem>,
    /// Clock hours of work; the achievement's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// What this earner showed, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// Micro-credentials do not expire; only where an end is really meant (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Timestamp>,
    /// How this credential is secured; as the issuer's profile says where absent.
    #[serde(default, skip_serializing_if = "Securing::is_usual")]
    pub securing: Securing,
    /// Asking again under the same key gives the same credential and mints no second one. In a
    /// single mint the header `Idempotency-Key` says the same.
    #[serde(default, skip_serializing)]
    pub idempotency_key: Option<String>,
}

/// Who earned it. At least one of `id`, `email`, `identifier` tells the earner from others;
/// of these only a DID is embedded: everyone else gets a random, stable `urn:uuid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Earner {
    /// As it shall be read on the credential.
    #[schema(example = "Jordan Rivera")]
    pub name: String,
    /// The earner's DID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<EarnerIdentifier>,
}

/// How the issuer's system names the earner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EarnerIdentifier {
    /// An `identifierType` of Open Badges, such as `sourcedId` or `accountId`.
    #[serde(rename = "type")]
    #[schema(example = "accountId")]
    pub kind: String,
    pub value: String,
}

/// The outcome of the review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    pub outcome: Outcome,
    /// The day it was decided; becomes `awardedDate`.
    #[schema(value_type = String, format = Date, example = "2026-05-03")]
    pub date: Date,
    /// The level reached, for each criterion of the rubric by its short name.
    #[serde(default)]
    #[schema(example = json!({"overview": "proficient", "evidence": "proficient"}))]
    pub levels: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Failed,
}

/// One artifact that was reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceItem {
    /// Where the artifact is (https). Embedded only where the achievement says so; otherwise it
    /// stays behind a link of ours.
    pub url: String,
    #[schema(example = "Circle agenda")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "LessonPlan")]
    pub genre: Option<String>,
    /// SHA-256 of the artifact's bytes, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Let everyone with the credential follow the link from the start.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
}

impl MintRequest {
    /// Equal requests have equal hashes, however their JSON was written.
    pub fn hash(&self) -> String {
        let canonical = serde_json::to_vec(self).expect("a request is plain data");
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }

    /// Everything that can be wrong with it for this achievement.
    pub fn check(
        &self,
        achievement: &AchievementDefinition,
        now: Timestamp,
    ) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        self.earner.check(&mut faults);
        self.review.check(achievement, now, &mut faults);
        faults.count("/evidence", self.evidence.len(), 100);
        for (i, item) in self.evidence.iter().enumerate() {
            item.check(&format!("/evidence/{i}"), &mut faults);
        }
        faults.optional_text("/narrative", self.narrative.as_ref(), 20_000);
        faults.optional_text("/idempotencyKey", self.idempotency_key.as_ref(), 255);
        if self.valid_until.is_some_and(|end| end <= now) {
            faults.add(
                "/validUntil",
                "already-past",
                "the end must be in the future; leave it out for none",
            );
        }
        faults.into_result()
    }
}

impl Earner {
    fn check(&self, faults: &mut Faults) {
        faults.text("/earner/name", &self.name, 200);
        if self.id.is_none() && self.email.is_none() && self.identifier.is_none() {
            faults.add(
                "/earner",
                "no-earner",
                "say who earned it: id (a DID), email, or identifier with type and value",
            );
        }
        if let Some(id) = &self.id
            && !is_did(id)
        {
            faults.add("/earner/id", "not-a-did", "this must be a DID such as did:web:example.org");
        }
        if let Some(email) = &self.email
            && !is_email(email)
        {
            faults.add("/earner/email", "not-an-email", "this is not an e-mail address");
        }
        if let Some(EarnerIdentifier { kind, value }) = &self.identifier {
            faults.text("/earner/identifier/type", kind, 100);
            faults.text("/earner/identifier/value", value, 500);
        }
    }

    /// What tells this earner from others of the same issuer; a DID before an
    /// identifier before an e-mail address, which people change.
    pub fn lookup(&self) -> String {
        match (&self.id, &self.identifier, &self.email) {
            (Some(did), ..) => format!("did\0{did}"),
            (None, Some(EarnerIdentifier { kind, value }), _) => format!("{kind}\0{value}"),
            (None, None, Some(email)) => format!("emailAddress\0{}", email.to_lowercase()),
            (None, None, None) => format!("name\0{}", self.name),
        }
    }
}

impl Review {
    fn check(&self, achievement: &AchievementDefinition, now: Timestamp, faults: &mut Faults) {
        if self.outcome != Outcome::Passed {
            faults.add(
                "/review/outcome",
                "not-passed",
                "only a review with outcome \"passed\" is minted",
            );
        }
        if self.date.year() < 1 {
            faults.add("/review/date", "not-a-date", "the review's year is 0001 or later");
        }
        // The day may have begun at the reviewer's before it does at UTC.
        let latest = now.to_zoned(jiff::tz::TimeZone::UTC).date().tomorrow();
        if latest.is_ok_and(|latest| self.date > latest) {
            faults.add("/review/date", "in-the-future", "the review's date lies in the future");
        }
        for name in self.levels.keys() {
            if !achievement.result_description.iter().any(|c| c.id == *name) {
                let known: Vec<_> =
                    achievement.result_description.iter().map(|c| c.id.as_str()).collect();
                let detail = match known.as_slice() {
                    [] => "this achievement has no rubric; leave the levels out".to_owned(),
                    known => {
                        format!("the rubric has no such criterion; it has: {}", known.join(", "))
                    }
                };
                faults.add(format!("/review/levels/{}", token(name)), "unknown-criterion", detail);
            }
        }
        for criterion in &achievement.result_description {
            let at = format!("/review/levels/{}", criterion.id);
            let required = criterion.rank(&criterion.required_level);
            let Some(level) = self.levels.get(&criterion.id) else {
                let detail = format!("say which level was reached for {:?}", criterion.name);
                faults.add(at, "missing-level", detail);
                continue;
            };
            match criterion.rank(level) {
                None => {
                    let known: Vec<_> =
                        criterion.rubric_criterion_level.iter().map(|l| l.id.as_str()).collect();
                    let detail = format!("no such level; this criterion has: {}", known.join(", "));
                    faults.add(at, "unknown-level", detail);
                }
                reached if reached < required => {
                    let detail = format!(
                        "{level:?} is below the required level {:?}",
                        criterion.required_level
                    );
                    faults.add(at, "below-required-level", detail);
                }
                _ => {}
            }
        }
    }
}

impl EvidenceItem {
    fn check(&self, at: &str, faults: &mut Faults) {
        faults.https_url(&format!("{at}/url"), &self.url);
        faults.text(&format!("{at}/name"), &self.name, 300);
        faults.optional_text(&format!("{at}/description"), self.description.as_ref(), 5000);
        faults.optional_text(&format!("{at}/genre"), self.genre.as_ref(), 100);
        if self.sha256.is_some() && self.digest_multibase().is_none() {
            let detail = "this must be a SHA-256 in 64 hexadecimal digits";
            faults.add(format!("{at}/sha256"), "not-a-digest", detail);
        }
    }

    /// The digest as `digestMultibase`: multibase base64url of the sha2-256 multihash.
    pub fn digest_multibase(&self) -> Option<String> {
        let hex = self.sha256.as_deref()?;
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let digest = (0..64).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16));
        let multihash: Vec<u8> = [Ok(0x12), Ok(32)]
            .into_iter()
            .chain(digest)
            .collect::<Result<_, _>>()
            .expect("the digits were just seen to be hexadecimal");
        Some(format!("u{}", BASE64_URL_SAFE_NO_PAD.encode(multihash)))
    }
}

/// `did:method:rest` without query, fragment or white space.
fn is_did(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    parts.next() == Some("did")
        && parts.next().is_some_and(|m| {
            !m.is_empty() && m.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
        && parts.next().is_some_and(|rest| {
            !rest.is_empty()
                && rest.len() <= 2000
                && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:%".contains(&b))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn achievement() -> AchievementDefinition {
        let levels = serde_json::json!([{"id": "not-yet", "name": "Not yet"},
            {"id": "proficient", "name": "Proficient"}, {"id": "exemplary", "name": "Exemplary"}]);
        serde_json::from_value(serde_json::json!({
            "name": "X", "description": "Y", "criteria": {"narrative": "Z"},
            "resultDescription": [
                {"id": "overview", "name": "Overview", "requiredLevel": "proficient", "rubricCriterionLevel": levels},
                {"id": "reflection", "name": "Reflection", "requiredLevel": "proficient", "rubricCriterionLevel": levels},
            ],
        }))
        .unwrap()
    }

    fn request(patch: impl FnOnce(&mut serde_json::Value)) -> MintRequest {
        let mut json = serde_json::json!({
            "achievement": "x",
            "earner": {"name": "Jordan Rivera", "email": "jordan@school.example"},
            "review": {"outcome": "passed", "date": "2026-05-03",
                       "levels": {"overview": "proficient", "reflection": "exemplary"}},
            "evidence": [{"url": "https://files.example/a", "name": "Plan"}],
        });
        patch(&mut json);
        serde_json::from_value(json).unwrap()
    }

    fn faults(patch: impl FnOnce(&mut serde_json::Value)) -> Vec<(String, &'static str)> {
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        let found = request(patch).check(&achievement(), now).err().unwrap_or_default();
        found.into_iter().map(|f| (f.pointer, f.code)).collect()
    }

    #[test]
    fn a_passing_review_is_fine() {
        assert_eq!(faults(|_| {}), []);
    }

    #[test]
    fn each_thing_wrong_is_named_where_it_is() {
        let one = |pointer: &str, code| vec![(pointer.to_owned(), code)];
        assert_eq!(
            faults(|r| r["review"]["levels"]["overview"] = "not-yet".into()),
            one("/review/levels/overview", "below-required-level")
        );
        assert_eq!(
            faults(|r| r["review"]["levels"]["overview"] = "gold".into()),
            one("/review/levels/overview", "unknown-level")
        );
        assert_eq!(
            faults(|r| r["review"]["levels"]["a/b"] = "proficient".into()),
            one("/review/levels/a~1b", "unknown-criterion")
        );
        assert_eq!(
            faults(|r| r["review"]["levels"] = serde_json::json!({"overview": "proficient"})),
            one("/review/levels/reflection", "missing-level")
        );
        assert_eq!(
            faults(|r| r["review"]["outcome"] = "failed".into()),
            one("/review/outcome", "not-passed")
        );
        assert_eq!(
            faults(|r| r["review"]["date"] = "2026-06-03".into()),
            one("/review/date", "in-the-future")
        );
        assert_eq!(
            faults(|r| r["evidence"][0]["url"] = "http://files.example/a".into()),
            one("/evidence/0/url", "not-https")
        );
        assert_eq!(
            faults(|r| r["evidence"][0]["sha256"] = "abc".into()),
            one("/evidence/0/sha256", "not-a-digest")
        );
        assert_eq!(
            faults(|r| r["earner"] = serde_json::json!({"name": "Jordan"})),
            one("/earner", "no-earner")
        );
        assert_eq!(faults(|r| r["earner"]["id"] = "urn:x".into()), one("/earner/id", "not-a-did"));
        assert_eq!(
            faults(|r| r["validUntil"] = "2026-01-01T00:00:00Z".into()),
            one("/validUntil", "already-past")
        );
    }

    #[test]
    fn a_digest_becomes_a_multihash() {
        let item = EvidenceItem {
            url: String::new(),
            name: String::new(),
            description: None,
            genre: None,
            sha256: Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".into()),
            open: false,
        };
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&item.digest_multibase().unwrap()[1..]).unwrap();
        assert_eq!(bytes[..2], [0x12, 0x20]);
        assert_eq!(bytes[2..], Sha256::digest(b"")[..]);
    }

    #[test]
    fn the_same_request_written_otherwise_has_the_same_hash() {
        let a = request(|_| {});
        let b = request(|r| {
            let earner =
                serde_json::json!({"email": "jordan@school.example", "name": "Jordan Rivera"});
            r["earner"] = earner;
        });
        assert_eq!(a.hash(), b.hash());
        assert_eq!(a.hash(), request(|r| r["securing"] = serde_json::json!({})).hash());
        assert_ne!(a.hash(), request(|r| r["hours"] = "9".into()).hash());
        let ecdsa = serde_json::json!({"cryptosuite": "ecdsa-rdfc-2019"});
        assert_ne!(a.hash(), request(|r| r["securing"] = ecdsa).hash());
    }
}
