//! A passing review becomes an unsigned `AchievementCredential`. Pure: who earned
//! it, which ids it gets and what time it is are arguments.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::request::{EvidenceItem, MintRequest};
use crate::model::achievement::{Achievement, AchievementDefinition, AchievementIds, HOURS};
use crate::model::achievement_credential::{
    AchievementCredential, AchievementResult, AchievementSubject, BitstringStatusListEntry,
    CONTEXTS, CredentialStatus, Evidence, IdentityObject,
};
use crate::model::date_time;
use crate::model::profile::{Profile, ProfileDefinition};

/// What a credential says beyond the request itself.
pub struct Particulars<'a> {
    /// Absolute.
    pub credential_id: &'a str,
    pub issuer_did: &'a str,
    pub profile: &'a ProfileDefinition,
    pub achievement_ids: &'a AchievementIds,
    pub achievement: &'a AchievementDefinition,
    /// The earner's DID or `urn:uuid`.
    pub subject_id: &'a str,
    pub valid_from: Timestamp,
    pub places: &'a [StatusPlace],
    /// For each evidence item, the link that is embedded.
    pub evidence_ids: &'a [String],
    /// Salts the e-mail hash, where the issuer embeds one.
    pub email_salt: Option<&'a str>,
}

/// A bit in a status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPlace {
    /// The list's absolute URL.
    pub list_url: String,
    pub purpose: &'static str,
    pub index: u32,
}

/// The unsigned credential's bytes.
pub fn compose(request: &MintRequest, with: &Particulars<'_>) -> Vec<u8> {
    let credential = AchievementCredential {
        context: CONTEXTS,
        id: with.credential_id,
        types: ["VerifiableCredential", "OpenBadgeCredential"],
        name: &with.achievement.name,
        issuer: Profile::new(with.issuer_did, with.profile),
        valid_from: date_time::format(with.valid_from),
        valid_until: request.valid_until.map(date_time::format),
        awarded_date: format!("{}T00:00:00Z", request.review.date),
        credential_subject: AchievementSubject {
            id: with.subject_id,
            types: ["AchievementSubject"],
            identifier: identifiers(request, with),
            achievement: Achievement::new(with.achievement_ids, with.achievement),
            narrative: request.narrative.as_deref(),
            result: results(request, with),
        },
        evidence: request.evidence.iter().zip(with.evidence_ids).map(evidence).collect(),
        credential_status: status(with.places),
    };
    serde_json::to_vec(&credential).expect("a composed credential is plain data")
}

fn identifiers(request: &MintRequest, with: &Particulars<'_>) -> Vec<IdentityObject> {
    let name = IdentityObject {
        kind: "IdentityObject",
        hashed: false,
        identity_hash: request.earner.name.clone(),
        identity_type: "name",
        salt: None,
    };
    let email =
        request.earner.email.as_ref().zip(with.email_salt).map(|(email, salt)| IdentityObject {
            kind: "IdentityObject",
            hashed: true,
            identity_hash: email_hash(email, salt),
            identity_type: "emailAddress",
            salt: Some(salt.into()),
        });
    [name].into_iter().chain(email).collect()
}

/// `sha256$` and the hexadecimal digest of address and salt (Open Badges 3.0, `IdentityHash`).
fn email_hash(email: &str, salt: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(format!("{email}{salt}"));
    digest.iter().fold(String::from("sha256$"), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes any text");
        text
    })
}

fn results(request: &MintRequest, with: &Particulars<'_>) -> Vec<AchievementResult> {
    let ids = with.achievement_ids;
    let level = |(criterion, level): (&String, &String)| AchievementResult {
        types: ["Result"],
        result_description: ids.criterion(criterion),
        achieved_level: Some(ids.level(criterion, level)),
        value: None,
    };
    let hours = request.hours.as_ref().or(with.achievement.hours.as_ref());
    let hours = hours.map(|hours| AchievementResult {
        types: ["Result"],
        result_description: ids.criterion(HOURS),
        achieved_level: None,
        value: Some(hours.as_str().into()),
    });
    request.review.levels.iter().map(level).chain(hours).collect()
}

fn evidence<'a>((item, id): (&'a EvidenceItem, &String)) -> Evidence<'a> {
    Evidence {
        id: id.clone(),
        types: ["Evidence"],
        name: &item.name,
        description: item.description.as_deref(),
        genre: item.genre.as_deref(),
        digest_multibase: item.digest_multibase(),
    }
}

fn status(places: &[StatusPlace]) -> CredentialStatus {
    let entry = |place: &StatusPlace| {
        BitstringStatusListEntry::new(place.list_url.clone(), place.purpose, place.index)
    };
    match places {
        [one] => CredentialStatus::One(Box::new(entry(one))),
        several => CredentialStatus::Several(several.iter().map(entry).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_own_example_of_a_hash_holds() {
        assert_eq!(
            email_hash("a@example.com", "Kosher"),
            "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
        );
    }

    #[test]
    fn a_credential_holds_what_was_reviewed_and_nothing_private() {
        let achievement: AchievementDefinition = serde_json::from_value(serde_json::json!({
            "name": "Restorative Practices", "description": "Repairs harm.",
            "criteria": {"narrative": "Lead three circles."}, "hours": "12.50",
            "resultDescription": [{"id": "reflection", "name": "Reflection", "requiredLevel": "met",
                "rubricCriterionLevel": [{"id": "met", "name": "Met"}]}],
        }))
        .unwrap();
        let request: MintRequest = serde_json::from_value(serde_json::json!({
            "achievement": "restorative-practices",
            "earner": {"name": "Jordan", "email": "jordan@school.example",
                       "identifier": {"type": "accountId", "value": "A-77"}},
            "review": {"outcome": "passed", "date": "2026-05-03", "levels": {"reflection": "met"}},
            "evidence": [{"url": "https://drive.example/secret", "name": "Plan", "genre": "LessonPlan"}],
        }))
        .unwrap();
        let profile: ProfileDefinition =
            serde_json::from_str(r#"{"name": "NEA (example)"}"#).unwrap();
        let ids = AchievementIds {
            achievement: "https://h.example/achievements/nea.rp".into(),
            version: 2,
        };
        let place = StatusPlace {
            list_url: "https://h.example/status/l".into(),
            purpose: "revocation",
            index: 7,
        };
        let with = Particulars {
            credential_id: "https://h.example/credentials/c",
            issuer_did: "did:web:h.example:issuers:nea",
            profile: &profile,
            achievement_ids: &ids,
            achievement: &achievement,
            subject_id: "urn:uuid:6b2f",
            valid_from: "2026-06-01T10:00:00.5Z".parse().unwrap(),
            places: std::slice::from_ref(&place),
            evidence_ids: &["https://h.example/evidence/e".into()],
            email_salt: None,
        };
        let bytes = compose(&request, &with);
        let text = String::from_utf8(bytes).unwrap();
        for private in ["secret", "school.example", "A-77"] {
            assert!(!text.contains(private), "{private} must not be embedded");
        }
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let subject = &json["credentialSubject"];
        assert_eq!(json["validFrom"], "2026-06-01T10:00:00Z");
        assert_eq!(json["awardedDate"], "2026-05-03T00:00:00Z");
        assert_eq!(json.get("validUntil"), None);
        assert_eq!(json["evidence"][0]["id"], "https://h.example/evidence/e");
        assert_eq!(json["credentialStatus"]["statusListIndex"], "7");
        assert_eq!(subject["identifier"][0]["identityHash"], "Jordan");
        assert_eq!(subject["result"][1]["value"], "12.5");
        assert_eq!(
            subject["result"][0]["achievedLevel"],
            "https://h.example/achievements/nea.rp/versions/2#reflection.met"
        );
        let two = status(&[place.clone(), StatusPlace { purpose: "suspension", ..place }]);
        assert_eq!(serde_json::to_value(two).unwrap().as_array().unwrap().len(), 2);
    }
}
