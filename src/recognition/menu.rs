//! A recognizer's menu: the achievements that it accepts by a policy of its own, and
//! the endorsement of each.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0/#endorsementcredential>
//!
//! An endorsement says in plain words where the achievement counts, how much, and by
//! which version of which policy. It is about the achievement, so that whoever has it
//! can show it anywhere, beside any credential of that achievement.
//!
//! Invariant: what an endorsement says is worked out from the menu and the policy
//! version alone, so the same two give the same words.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::policy::{Policy, PolicyReference, Recognizer, read};
use super::words;
use crate::model::Fault;
use crate::model::achievement_credential::{BitstringStatusListEntry, CONTEXTS};
use crate::model::date_time;
use crate::model::fault::{Faults, is_slug};
use crate::model::profile::Profile;

/// Each costs a signature and a place in a status list.
pub const MOST_ENTRIES: usize = 200;

/// A menu as its recognizer writes it, in YAML or JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MenuDefinition {
    /// Its short name, the same for all versions; over HTTP the address names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "chosen-micro-credentials")]
    pub id: Option<String>,
    #[schema(example = "What our committee has chosen")]
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The id of the recognizer's policy that they count by: its newest version.
    #[schema(example = "committee-menu")]
    pub policy: String,
    /// What of the policy applies, or where, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<String>,
    pub achievements: Vec<MenuEntry>,
}

/// An achievement that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MenuEntry {
    /// The achievement's id, without version; anybody's.
    #[schema(example = "https://badges.example/achievements/nea.restorative-practices")]
    pub id: String,
    /// What people call it; of one here, its own name where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A published version of a menu. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Menu {
    pub id: String,
    /// 1, 2, … in the order of publishing.
    pub version: i64,
    pub recognizer: Recognizer,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The version of the policy that they count by.
    pub policy: PolicyReference,
    pub policy_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<String>,
    pub achievements: Vec<Endorsed>,
}

/// An achievement on a menu, with the credential that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Endorsed {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the endorsement says.
    pub says: String,
    /// The id of the `EndorsementCredential`, where anyone reads it.
    pub endorsement: String,
}

impl MenuDefinition {
    /// From its text, YAML or JSON, with the place of whatever is wrong.
    pub fn read(text: &[u8]) -> Result<Self, Vec<Fault>> {
        let menu: Self = read::plain(text).map_err(|fault| vec![fault])?;
        menu.check()?;
        Ok(menu)
    }

    fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        if self.id.as_ref().is_some_and(|id| !is_slug(id)) {
            let detail = "a menu's id is lower-case letters, digits and single hyphens";
            faults.add("/id", "not-a-slug", detail);
        }
        faults.text("/title", &self.title, 200);
        faults.optional_text("/description", self.description.as_ref(), 2000);
        faults.optional_text("/applies", self.applies.as_ref(), 500);
        faults.count("/achievements", self.achievements.len(), MOST_ENTRIES);
        let mut seen = std::collections::HashSet::new();
        for (i, entry) in self.achievements.iter().take(MOST_ENTRIES).enumerate() {
            let at = format!("/achievements/{i}");
            faults.optional_text(&format!("{at}/name"), entry.name.as_ref(), 200);
            faults.optional_text(&format!("{at}/note"), entry.note.as_ref(), 500);
            if !is_achievement_id(&entry.id) {
                let detail = "an achievement's id is a URI, as its credentials give it";
                faults.add(format!("{at}/id"), "not-an-id", detail);
            } else if !seen.insert(&entry.id) {
                faults.add(format!("{at}/id"), "duplicate", "it stands on the menu before");
            }
        }
        faults.into_result()
    }
}

/// A URI that stands in a credential without being read as something else.
fn is_achievement_id(id: &str) -> bool {
    let plain =
        !id.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c));
    let scheme =
        ["https://", "http://", "urn:", "did:"].iter().any(|scheme| id.starts_with(scheme));
    plain && scheme && id.len() <= 500
}

/// What an endorsement says.
pub fn comment(
    recognizer: &str,
    (menu, entry): (&MenuDefinition, &MenuEntry),
    name: Option<&str>,
    (policy, policy_url): (&Policy, &str),
) -> String {
    let what = name.map_or_else(|| "this micro-credential".into(), |name| format!("“{name}”"));
    let mut said =
        vec![format!("{recognizer} accepts {what}: it is on its menu “{}”.", menu.title)];
    let tells = |at: &str| at.starts_with("/award") || at.starts_with("/limits");
    said.extend(words::policy(policy).into_iter().filter(|(at, _)| tells(at)).map(|it| it.1));
    said.push(format!(
        "By version {} of its policy “{}”: {policy_url}",
        policy.version, policy.name
    ));
    said.extend([&menu.applies, &entry.note].into_iter().flatten().cloned());
    said.join(" ")
}

/// What an endorsement is made of.
pub struct EndorsementFacts<'a> {
    /// Absolute.
    pub id: &'a str,
    pub recognizer: Profile<'a>,
    pub achievement: &'a str,
    /// What people call the achievement.
    pub name: Option<&'a str>,
    pub comment: &'a str,
    /// In whole seconds.
    pub at: Timestamp,
    pub status: BitstringStatusListEntry,
}

/// The unsigned endorsement's bytes.
pub fn compose(facts: &EndorsementFacts<'_>) -> Vec<u8> {
    let what = facts.name.unwrap_or("a micro-credential");
    let endorsement = json!({
        "@context": CONTEXTS,
        "id": facts.id,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": format!("{} accepts {what}", facts.recognizer.name),
        "issuer": facts.recognizer,
        "validFrom": date_time::format(facts.at),
        "credentialSubject": {
            "id": facts.achievement,
            "type": ["EndorsementSubject"],
            "endorsementComment": facts.comment,
        },
        "credentialStatus": facts.status,
    });
    serde_json::to_vec(&endorsement).expect("an endorsement is plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: &str = "
title: Chosen by the committee
policy: committee-menu
applies: For teachers of the district.
achievements:
  - id: https://nea.example/achievements/circles
    name: Leading circles
    note: From 2026 on.
";

    #[test]
    fn an_endorsement_says_where_it_counts_how_much_and_by_which_version() {
        let menu = MenuDefinition::read(MENU.as_bytes()).unwrap();
        let policy = include_str!("../../schemas/policies/committee-menu.yaml");
        let policy = Policy::read(policy.as_bytes()).unwrap();
        let entry = &menu.achievements[0];
        let by = (&policy, "https://h.example/p/versions/1");
        let said = comment("The committee", (&menu, entry), entry.name.as_deref(), by);
        assert_eq!(
            said,
            "The committee accepts “Leading circles”: it is on its menu “Chosen by the committee”. \
             Each counts US$200. At most 3 micro-credentials within the year that starts on 07-01 \
             (month-day). By version 1 of its policy “The menu of a joint labor-management \
             committee”: https://h.example/p/versions/1 For teachers of the district. From 2026 on."
        );
    }

    #[test]
    fn what_is_wrong_with_a_menu_has_its_place() {
        let fault = |from: &str, to: &str| {
            let faults = MenuDefinition::read(MENU.replace(from, to).as_bytes()).unwrap_err();
            (faults[0].pointer.clone(), faults[0].code)
        };
        let id = "https://nea.example/achievements/circles";
        assert_eq!(fault(id, "circles"), ("/achievements/0/id".into(), "not-an-id"));
        let twice = format!("{id}\n  - id: {id}");
        assert_eq!(fault(id, &twice).1, "duplicate");
        assert_eq!(fault("title: Chosen by the committee", "").0, "/title");
        assert_eq!(fault("policy: committee-menu", "polcy: x").1, "unknown-member");
        assert_eq!(fault("title:", "id: Not A Slug\ntitle:"), ("/id".into(), "not-a-slug"));
    }
}
