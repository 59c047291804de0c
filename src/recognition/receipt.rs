//! The receipt of a claim that was counted: an `AchievementCredential` of the
//! recognizer, in the standard's terms only.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0/#achievementcredential>,
//! <https://www.w3.org/TR/vc-data-model-2.0/#integrity-of-related-resources> (`digestMultibase`)
//!
//! The policy is its achievement, the award a `result` as a decimal string whose
//! description names the unit, and each thing that it was decided on is an
//! `evidence` with its digest. So it says what was decided, and on what, when the
//! policy and the credentials have long changed or gone.
//!
//! Invariant: it names its claimant by an id alone, and nothing that was not counted.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::decision::{Decision, Outcome, Reason, Why};
use super::policy::{Policy, Unit, Zone};
use super::{RECEIPT_TAG, digest_multibase, words};
use crate::model::achievement_credential::{BitstringStatusListEntry, CONTEXTS};
use crate::model::credential::{Credential, items};
use crate::model::date_time;
use crate::model::json::Object;
use crate::model::profile::Profile;

/// What the day of a claim is told with, before it and its zone.
const GOES_BY: &str = "It goes by the day ";

/// Longer names of others are cut.
const MAX_NAME: usize = 200;

/// What a receipt says.
pub struct ReceiptFacts<'a> {
    /// Absolute.
    pub id: &'a str,
    pub recognizer: Profile<'a>,
    /// The claimant's DID or `urn:uuid`.
    pub subject_id: &'a str,
    pub policy: &'a Policy,
    /// Where the policy is published, without its version.
    pub policy_url: &'a str,
    pub decision: &'a Decision,
    pub decided_on: &'a [DecidedOn],
    /// The day that the claim goes by, in the policy's time zone.
    pub on: Date,
    /// When it was decided, in whole seconds.
    pub at: Timestamp,
    pub status: BitstringStatusListEntry,
}

/// Something that a claim was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedOn {
    pub genre: Genre,
    /// Its address or id, where it has one.
    pub id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    /// Of its bytes as they were decided on.
    pub digest_multibase: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genre {
    Policy,
    /// The recognizer's own list of them.
    TrustedIssuers,
    Credential,
    StatusList,
    Report,
}

impl Genre {
    const ALL: [Self; 5] =
        [Self::Policy, Self::TrustedIssuers, Self::Credential, Self::StatusList, Self::Report];

    fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "Policy",
            Self::TrustedIssuers => "Trusted issuers",
            Self::Credential => "Micro-credential",
            Self::StatusList => "Status list",
            Self::Report => "Verification report",
        }
    }
}

/// The unsigned receipt's bytes.
pub fn compose(facts: &ReceiptFacts<'_>) -> Vec<u8> {
    let ReceiptFacts { policy, decision, .. } = facts;
    let version_url = format!("{}/versions/{}", facts.policy_url, policy.version);
    let award = format!("{version_url}#award");
    let at = date_time::format(facts.at);
    let total = words::amount(decision.total, decision.unit);
    let name = format!("{}: {total}", policy.name);
    let says = policy.description.clone().unwrap_or_else(|| policy.name.clone());
    let evidence: Vec<Value> = std::iter::once(the_policy(policy, &version_url))
        .chain(facts.decided_on.iter().cloned())
        .map(evidence)
        .collect();
    let receipt = json!({
        "@context": CONTEXTS,
        "id": facts.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "issuer": facts.recognizer,
        "validFrom": at,
        "awardedDate": at,
        "credentialSubject": {
            "id": facts.subject_id,
            "type": ["AchievementSubject"],
            "achievement": {
                "id": facts.policy_url,
                "type": ["Achievement"],
                "achievementType": "Award",
                "name": policy.name,
                "description": says,
                "criteria": {"id": version_url, "narrative": says},
                "tag": [RECEIPT_TAG],
                "version": policy.version,
                "resultDescription": [{
                    "id": award, "type": ["ResultDescription"],
                    "name": unit_name(decision.unit), "resultType": "Result",
                }],
            },
            "narrative": narrative(facts, &total),
            "result": [{"type": ["Result"], "resultDescription": award,
                        "value": decision.total.to_string()}],
        },
        "evidence": evidence,
        "credentialStatus": facts.status,
    });
    serde_json::to_vec(&receipt).expect("a receipt is plain data")
}

/// What was counted, the day that it goes by, and the deadline that the claim is for.
fn narrative(facts: &ReceiptFacts<'_>, total: &str) -> String {
    let ReceiptFacts { policy, decision, on, .. } = facts;
    let counted = counted(decision).count();
    let micro_credentials = if counted == 1 { "micro-credential" } else { "micro-credentials" };
    let zone = policy.time_zone.as_deref().unwrap_or("UTC");
    let mut narrative = format!(
        "{total} for {counted} {micro_credentials}, counted by version {} of this policy. \
         {GOES_BY}{on} ({zone}).",
        policy.version
    );
    for said in decision.notes.iter().filter_map(|note| noted(decision, note)) {
        narrative.push(' ');
        narrative.push_str(&said);
    }
    narrative
}

/// The deadline, and who approved of what counts. A reason that a person gave may name the claimant.
fn noted(decision: &Decision, note: &Reason) -> Option<String> {
    match &note.why {
        Why::Deadline { .. } => Some(note.detail.clone()),
        Why::ApprovalDecided { of, text, approved, by, .. } => {
            let counts = |of: &String| counted(decision).any(|(input, _)| input == of);
            let told = of.as_ref().is_none_or(counts);
            told.then(|| words::approval(of.as_deref(), text, *approved, by))
        }
        _ => None,
    }
}

/// The day that a narrative says the claim goes by, and its zone.
fn goes_by(narrative: &str) -> Option<(Date, &str)> {
    let (_, told) = narrative.split_once(GOES_BY)?;
    let (day, rest) = told.split_once(" (")?;
    Some((day.parse().ok()?, rest.split_once(").")?.0))
}

/// What a unit is called where it stands alone.
pub fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Pdp => "Professional development points (PDP)",
        Unit::Ceu => "Continuing education units (CEU)",
        Unit::Credit => "Credits",
        Unit::Hours => "Hours",
        Unit::Usd => "US dollars",
        Unit::Lane => "Lanes of the salary schedule",
        Unit::Step => "Steps of the salary schedule",
    }
}

/// The unit that receipts call so.
pub fn unit_named(name: &str) -> Option<Unit> {
    Unit::ALL.into_iter().find(|unit| unit_name(*unit) == name)
}

/// The inputs that are counted, each with why.
pub fn counted(decision: &Decision) -> impl Iterator<Item = (&str, String)> {
    let lines = decision.credentials.iter().filter(|line| line.outcome == Outcome::Counted);
    lines.map(|line| {
        let why: Vec<&str> = line.reasons.iter().map(|reason| reason.detail.as_str()).collect();
        (line.input.as_str(), why.join(" "))
    })
}

fn the_policy(policy: &Policy, version_url: &str) -> DecidedOn {
    DecidedOn {
        genre: Genre::Policy,
        id: Some(version_url.to_owned()),
        name: format!("{}, version {}", policy.name, policy.version),
        description: None,
        digest_multibase: digest_multibase(policy.canonical().as_bytes()),
    }
}

fn evidence(it: DecidedOn) -> Value {
    let name: String = it.name.chars().take(MAX_NAME).collect();
    let mut entry = json!({"type": ["Evidence"], "name": name, "genre": it.genre.as_str(),
                           "digestMultibase": it.digest_multibase});
    if let Some(id) = it.id {
        entry["id"] = id.into();
    }
    if let Some(description) = it.description {
        entry["description"] = description.into();
    }
    entry
}

/// What a receipt says. Whether it is genuine is for a verification to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    pub recognizer: String,
    pub recognizer_id: String,
    /// The day that it was decided, in the zone of the day that it goes by.
    pub on: String,
    /// The day that it goes by, with the zone; older receipts do not say it.
    pub goes_by: Option<(String, String)>,
    /// Whom it is for.
    pub subject: String,
    pub policy: String,
    pub version: String,
    pub policy_url: String,
    pub award: String,
    pub unit: String,
    pub narrative: String,
    /// What it was decided on, by genre.
    pub decided_on: Vec<(&'static str, Vec<DecidedOn>)>,
}

impl Explained {
    /// None where it is no receipt.
    pub fn of(root: &Object<'_>) -> Option<Self> {
        let credential = Credential(root);
        let (subject, achievement) = (credential.subject()?, credential.achievement()?);
        items(achievement, "tag").find(|tag| tag.as_str() == Some(RECEIPT_TAG))?;
        let text = |object: &Object<'_>, name| object.str(name).unwrap_or_default().to_owned();
        let results = items(subject, "result").filter_map(|it| it.as_object());
        let units = items(achievement, "resultDescription").filter_map(|it| it.as_object());
        let narrative = text(subject, "narrative");
        let goes_by = goes_by(&narrative);
        let zone = goes_by.and_then(|(_, zone)| Zone::named(zone));
        Some(Self {
            recognizer: credential.issuer_name().unwrap_or_default().to_owned(),
            recognizer_id: credential.issuer().unwrap_or_default().to_owned(),
            on: decided_day(&text(root, "awardedDate"), &zone.unwrap_or(Zone::UTC)),
            goes_by: goes_by.map(|(day, zone)| (day.to_string(), zone.to_owned())),
            subject: text(subject, "id"),
            policy: text(achievement, "name"),
            version: text(achievement, "version"),
            policy_url: text(achievement, "id"),
            award: results.filter_map(|it| it.str("value")).next().unwrap_or_default().to_owned(),
            unit: units.filter_map(|it| it.str("name")).next().unwrap_or_default().to_owned(),
            narrative,
            decided_on: Genre::ALL.map(|genre| (genre.as_str(), decided_on(root, genre))).into(),
        })
    }

    /// What it was decided on, of one genre.
    pub fn of_genre(&self, genre: Genre) -> impl Iterator<Item = &DecidedOn> {
        let of = move |(name, _): &&(&str, _)| *name == genre.as_str();
        self.decided_on.iter().filter(of).flat_map(|(_, all)| all)
    }

    /// In lines for people.
    pub fn lines(&self) -> Vec<String> {
        let decided = format!("decided by  {} ({})", self.recognizer, self.recognizer_id);
        let mut lines = vec![decided, format!("on          {}", self.on)];
        let goes_by = self.goes_by.iter();
        lines.extend(goes_by.map(|(day, zone)| format!("goes by     {day} ({zone})")));
        lines.extend([
            format!("for         {}", self.subject),
            format!("policy      {}, version {}", self.policy, self.version),
            format!("            {}", self.policy_url),
            format!("award       {}", self.award),
            format!("in          {}", self.unit),
            format!("because     {}", self.narrative),
            "decided on".into(),
        ]);
        for (genre, all) in &self.decided_on {
            for it in all {
                lines.push(format!("  {}: {}", genre.to_lowercase(), it.name));
                let told = [&it.description, &it.id, &Some(it.digest_multibase.clone())];
                lines.extend(told.into_iter().flatten().map(|text| format!("    {text}")));
            }
        }
        lines
    }
}

/// The day of a moment; of what is none, what stands in its place.
fn decided_day(moment: &str, zone: &Zone) -> String {
    let day = moment.parse().map(|at: Timestamp| zone.day(at).to_string());
    day.unwrap_or_else(|_| moment.chars().take(10).collect())
}

fn decided_on(root: &Object<'_>, genre: Genre) -> Vec<DecidedOn> {
    let all = items(root, "evidence").filter_map(|it| it.as_object());
    let text = |it: &Object<'_>, name| it.str(name).map(str::to_owned);
    all.filter(|it| it.str("genre") == Some(genre.as_str()))
        .map(|it| DecidedOn {
            genre,
            id: text(it, "id"),
            name: text(it, "name").unwrap_or_default(),
            description: text(it, "description"),
            digest_multibase: text(it, "digestMultibase").unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    fn explained(narrative: &str) -> Explained {
        let text = json!({
            "awardedDate": "2026-05-16T00:30:00Z",
            "credentialSubject": {
                "achievement": {"name": "Lanes", "tag": [RECEIPT_TAG]}, "narrative": narrative,
            },
        });
        Explained::of(json::parse(text.to_string().as_bytes()).unwrap().as_object().unwrap())
            .unwrap()
    }

    #[test]
    fn a_receipt_is_explained_by_the_days_of_the_office() {
        let evening =
            explained("1 lane. It goes by the day 2026-05-15 (America/Los_Angeles). More.");
        let goes_by = ("2026-05-15".to_owned(), "America/Los_Angeles".to_owned());
        assert_eq!((evening.on.as_str(), &evening.goes_by), ("2026-05-15", &Some(goes_by)));
        let lines = evening.lines();
        assert_eq!(
            lines[1..3],
            ["on          2026-05-15", "goes by     2026-05-15 (America/Los_Angeles)"]
        );
        let older =
            explained("1 lane for 1 micro-credential, counted by version 1 of this policy.");
        assert_eq!((older.on.as_str(), &older.goes_by), ("2026-05-16", &None));
        let elsewhere = explained("It goes by the day 2026-05-15 (Nowhere/Springfield).");
        assert_eq!(elsewhere.on, "2026-05-16", "a zone that is not known here");
    }
}
