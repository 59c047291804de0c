//! `Achievement`: what was to be shown, and how it is judged.
//!
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0/#achievement>
//!
//! An [`AchievementDefinition`] is what its issuer writes: criteria and levels
//! have short local names. An [`Achievement`] is what a credential embeds: the
//! same with the absolute ids that one version of it has.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::decimal::Hours;
use super::fault::{Fault, Faults, is_slug};
use super::image::Image;
use super::vocabulary::TARGET_TYPES;

/// The local name of the result description that carries clock hours.
pub const HOURS: &str = "hours";

/// An achievement as its issuer defines it; one of these is one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AchievementDefinition {
    /// Its short name in URLs; made from `name` where absent. It never changes.
    #[serde(default, skip_serializing)]
    #[schema(example = "restorative-practices")]
    pub slug: Option<String>,
    #[schema(example = "Restorative Practices")]
    pub name: String,
    /// The competency, in a sentence or two.
    pub description: String,
    pub criteria: Criteria,
    /// The rubric: one entry a criterion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub result_description: Vec<RubricCriterion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<Alignment>,
    /// The stacks it belongs to, and other tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<String>,
    /// Clock hours of work that it usually takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Where absent, a picture is drawn from the name and the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "en-US")]
    pub in_language: Option<String>,
    /// Credentials of it can be suspended. Their `credentialStatus` is then an array of two,
    /// which 1EdTech's JSON Schema (one object only) refuses.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspendable: bool,
    /// Embed the evidence links as given, in place of links of ours that the earner opens or closes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub direct_evidence: bool,
}

/// How the achievement is earned: a page, a text, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// A page with the criteria (https).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The criteria in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
}

/// One criterion of the rubric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RubricCriterion {
    /// Short local name, such as `reflection`.
    pub id: String,
    pub name: String,
    /// From the lowest to the highest.
    pub rubric_criterion_level: Vec<RubricLevel>,
    /// The local name of the lowest level that passes.
    pub required_level: String,
}

impl RubricCriterion {
    /// The place of a level on the scale, from 0 for the lowest.
    pub fn rank(&self, level: &str) -> Option<usize> {
        self.rubric_criterion_level.iter().position(|l| l.id == level)
    }
}

/// One level of a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RubricLevel {
    /// Short local name, such as `proficient`.
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
}

/// What the achievement aligns to in somebody's framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Alignment {
    pub target_name: String,
    pub target_url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_framework: Option<String>,
    /// `ceasn:Competency`, `ceterms:Credential`, `CFItem`, `CFRubric`, `CFRubricCriterion`,
    /// `CFRubricCriterionLevel`, `CTDL`, or an extension `ext:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
}

impl AchievementDefinition {
    /// The short name given, or one made from the name: its ASCII letters and digits.
    pub fn slug(&self) -> String {
        if let Some(slug) = &self.slug {
            return slug.clone();
        }
        let words = self.name.to_lowercase();
        let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
        words.collect::<Vec<_>>().join("-").chars().take(100).collect()
    }

    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Faults::default();
        if !is_slug(&self.slug()) {
            let detail = "a slug is lower-case letters, digits and single hyphens";
            faults.add("/slug", "not-a-slug", detail);
        }
        faults.text("/name", &self.name, 200);
        faults.text("/description", &self.description, 5000);
        self.check_criteria(&mut faults);
        self.check_rubric(&mut faults);
        for (i, alignment) in self.alignment.iter().enumerate() {
            alignment.check(&format!("/alignment/{i}"), &mut faults);
        }
        faults.count("/alignment", self.alignment.len(), 100);
        faults.count("/tag", self.tag.len(), 100);
        for (i, tag) in self.tag.iter().enumerate() {
            faults.text(&format!("/tag/{i}"), tag, 100);
        }
        if let Some(image) = &self.image {
            image.check("/image", &mut faults);
        }
        if let Some(language) = &self.in_language
            && !is_language_tag(language)
        {
            let detail = "a language is a BCP 47 tag such as \"en-US\"";
            faults.add("/inLanguage", "not-a-language", detail);
        }
        faults.into_result()
    }

    fn check_criteria(&self, faults: &mut Faults) {
        let Criteria { id, narrative } = &self.criteria;
        if id.is_none() && narrative.is_none() {
            faults.add(
                "/criteria",
                "no-criteria",
                "say how it is earned: narrative, id (a link), or both",
            );
        }
        if let Some(id) = id {
            faults.https_url("/criteria/id", id);
        }
        faults.optional_text("/criteria/narrative", narrative.as_ref(), 20_000);
    }

    fn check_rubric(&self, faults: &mut Faults) {
        let mut seen = HashSet::new();
        faults.count("/resultDescription", self.result_description.len(), 50);
        for (i, criterion) in self.result_description.iter().enumerate() {
            let at = format!("/resultDescription/{i}");
            if criterion.id == HOURS {
                faults.add(
                    format!("{at}/id"),
                    "reserved",
                    "\"hours\" is the name of the clock hours",
                );
            } else if !is_slug(&criterion.id) {
                faults.add(
                    format!("{at}/id"),
                    "not-a-slug",
                    "use lower-case letters, digits and hyphens",
                );
            } else if !seen.insert(&criterion.id) {
                faults.add(format!("{at}/id"), "duplicate", "another criterion has this id");
            }
            faults.text(&format!("{at}/name"), &criterion.name, 200);
            criterion.check_levels(&at, faults);
        }
    }
}

impl RubricCriterion {
    fn check_levels(&self, at: &str, faults: &mut Faults) {
        let mut seen = HashSet::new();
        faults.count(&format!("{at}/rubricCriterionLevel"), self.rubric_criterion_level.len(), 20);
        for (i, level) in self.rubric_criterion_level.iter().enumerate() {
            let at = format!("{at}/rubricCriterionLevel/{i}");
            if !is_slug(&level.id) {
                faults.add(
                    format!("{at}/id"),
                    "not-a-slug",
                    "use lower-case letters, digits and hyphens",
                );
            } else if !seen.insert(&level.id) {
                faults.add(format!("{at}/id"), "duplicate", "another level has this id");
            }
            faults.text(&format!("{at}/name"), &level.name, 200);
            faults.optional_text(&format!("{at}/description"), level.description.as_ref(), 5000);
            faults.optional_text(&format!("{at}/level"), level.level.as_ref(), 100);
            faults.optional_text(&format!("{at}/points"), level.points.as_ref(), 100);
        }
        if self.rank(&self.required_level).is_none() {
            let known: Vec<_> = self.rubric_criterion_level.iter().map(|l| l.id.as_str()).collect();
            let detail = format!("the required level must be one of: {}", known.join(", "));
            faults.add(format!("{at}/requiredLevel"), "unknown-level", detail);
        }
    }
}

impl Alignment {
    fn check(&self, at: &str, faults: &mut Faults) {
        faults.text(&format!("{at}/targetName"), &self.target_name, 500);
        faults.https_url(&format!("{at}/targetUrl"), &self.target_url);
        faults.optional_text(&format!("{at}/targetCode"), self.target_code.as_ref(), 200);
        faults.optional_text(
            &format!("{at}/targetDescription"),
            self.target_description.as_ref(),
            5000,
        );
        faults.optional_text(&format!("{at}/targetFramework"), self.target_framework.as_ref(), 500);
        if let Some(kind) = &self.target_type
            && !TARGET_TYPES.contains(kind)
        {
            let detail = format!("use one of {}", TARGET_TYPES.described());
            faults.add(format!("{at}/targetType"), "unknown-target-type", detail);
        }
    }
}

/// Letters and digits in parts of 1 to 8, joined by hyphens, the first of letters (BCP 47, 2.1).
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts
        .next()
        .is_some_and(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    primary
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// `Achievement` as it is embedded in a credential and answered at its own URL.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Achievement<'a> {
    pub id: &'a str,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    pub achievement_type: &'static str,
    pub name: &'a str,
    pub description: &'a str,
    pub criteria: &'a Criteria,
    pub image: Image,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tag: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alignment: Vec<AlignmentObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_language: Option<&'a str>,
    pub version: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub result_description: Vec<ResultDescription<'a>>,
}

/// [`Alignment`] with its `type`.
#[derive(Debug, Clone, Serialize)]
pub struct AlignmentObject<'a> {
    #[serde(rename = "type")]
    types: [&'static str; 1],
    #[serde(flatten)]
    alignment: &'a Alignment,
}

/// What a `Result` speaks of.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultDescription<'a> {
    pub id: String,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    pub name: &'a str,
    pub result_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_level: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rubric_criterion_level: Vec<RubricCriterionLevel<'a>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RubricCriterionLevel<'a> {
    pub id: String,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    pub name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<&'a str>,
}

/// The ids of one version of an achievement. The achievement's own id is stable;
/// ids of criteria and levels contain the version, since a rubric may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AchievementIds {
    /// Absolute, the same for all versions.
    pub achievement: String,
    pub version: i64,
}

impl AchievementIds {
    /// Where this version is answered.
    pub fn version_url(&self) -> String {
        format!("{}/versions/{}", self.achievement, self.version)
    }

    pub fn criterion(&self, criterion: &str) -> String {
        format!("{}#{criterion}", self.version_url())
    }

    pub fn level(&self, criterion: &str, level: &str) -> String {
        format!("{}#{criterion}.{level}", self.version_url())
    }

    /// The drawn picture, where the issuer gives none.
    pub fn image(&self) -> String {
        format!("{}/image.svg", self.version_url())
    }
}

impl<'a> Achievement<'a> {
    pub fn new(ids: &'a AchievementIds, definition: &'a AchievementDefinition) -> Self {
        let drawn = || Image::new(ids.image(), definition.name.clone());
        Self {
            id: &ids.achievement,
            types: ["Achievement"],
            achievement_type: "MicroCredential",
            name: &definition.name,
            description: &definition.description,
            criteria: &definition.criteria,
            image: definition.image.clone().unwrap_or_else(drawn),
            tag: &definition.tag,
            alignment: definition
                .alignment
                .iter()
                .map(|alignment| AlignmentObject { types: ["Alignment"], alignment })
                .collect(),
            in_language: definition.in_language.as_deref(),
            version: ids.version.to_string(),
            result_description: definition
                .result_description
                .iter()
                .map(|criterion| ResultDescription::rubric(ids, criterion))
                .chain([ResultDescription::hours(ids)])
                .collect(),
        }
    }
}

impl<'a> ResultDescription<'a> {
    fn rubric(ids: &AchievementIds, criterion: &'a RubricCriterion) -> Self {
        let level = |l: &'a RubricLevel| RubricCriterionLevel {
            id: ids.level(&criterion.id, &l.id),
            types: ["RubricCriterionLevel"],
            name: &l.name,
            description: l.description.as_deref(),
            level: l.level.as_deref(),
            points: l.points.as_deref(),
        };
        Self {
            id: ids.criterion(&criterion.id),
            types: ["ResultDescription"],
            name: &criterion.name,
            result_type: "RubricCriterionLevel",
            required_level: Some(ids.level(&criterion.id, &criterion.required_level)),
            rubric_criterion_level: criterion.rubric_criterion_level.iter().map(level).collect(),
        }
    }

    /// Hours are a result of their own: `creditsAvailable` means academic credit.
    fn hours(ids: &AchievementIds) -> Self {
        Self {
            id: ids.criterion(HOURS),
            types: ["ResultDescription"],
            name: "Clock hours of work",
            result_type: "Result",
            required_level: None,
            rubric_criterion_level: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(json: serde_json::Value) -> AchievementDefinition {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn faults_point_at_the_member() {
        let broken = definition(serde_json::json!({
            "name": "Restorative Practices",
            "description": "Repairs harm.",
            "criteria": {},
            "resultDescription": [{
                "id": "Reflection", "name": "Reflection", "requiredLevel": "gold",
                "rubricCriterionLevel": [{"id": "yes", "name": "Yes"}, {"id": "yes", "name": "Yes"}],
            }, {"id": "hours", "name": "H", "requiredLevel": "a", "rubricCriterionLevel": [{"id": "a", "name": "A"}]}],
            "alignment": [{"targetName": "T", "targetUrl": "http://x.example", "targetType": "CFI"}],
            "inLanguage": "english language",
        }));
        let pointers: Vec<_> = broken.check().unwrap_err().into_iter().map(|f| f.pointer).collect();
        assert_eq!(
            pointers,
            [
                "/criteria",
                "/resultDescription/0/id",
                "/resultDescription/0/rubricCriterionLevel/1/id",
                "/resultDescription/0/requiredLevel",
                "/resultDescription/1/id",
                "/alignment/0/targetUrl",
                "/alignment/0/targetType",
                "/inLanguage",
            ]
        );
    }

    #[test]
    fn ids_of_the_rubric_contain_the_version_and_the_achievement_id_does_not() {
        let ids = AchievementIds {
            achievement: "https://h.example/achievements/nea.x".into(),
            version: 3,
        };
        let definition = definition(serde_json::json!({
            "name": "X", "description": "Y", "criteria": {"narrative": "Z"},
            "resultDescription": [{
                "id": "context", "name": "Context", "requiredLevel": "met",
                "rubricCriterionLevel": [{"id": "met", "name": "Met"}],
            }],
        }));
        assert_eq!(definition.check(), Ok(()));
        let json = serde_json::to_value(Achievement::new(&ids, &definition)).unwrap();
        assert_eq!(json["id"], "https://h.example/achievements/nea.x");
        assert_eq!(json["version"], "3");
        let rubric = &json["resultDescription"][0];
        assert_eq!(rubric["id"], "https://h.example/achievements/nea.x/versions/3#context");
        assert_eq!(rubric["requiredLevel"], rubric["rubricCriterionLevel"][0]["id"]);
        assert_eq!(json["resultDescription"][1]["name"], "Clock hours of work");
    }
}
