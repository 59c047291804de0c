//! The page of one version of an achievement: what it takes, and how it is judged.

use askama::Template;

use super::catalogue::stack_link;
use super::speech::Speech;
use super::standing::Shown;
use super::{here, markdown, render, shown_picture};
use crate::http::problem::Problem;
use crate::issue::parties::Party;
use crate::model::achievement::{AchievementDefinition, AchievementIds};
use crate::model::links::Links;
use crate::recognize::standing::Standing;

#[derive(Template)]
#[template(path = "achievement.html")]
struct Page<'a> {
    t: &'a Speech,
    title: &'a str,
    definition: &'a AchievementDefinition,
    issuer: &'a Party,
    issuer_page: String,
    image: Option<String>,
    criteria: Option<String>,
    stacks: Vec<(&'a str, String)>,
    version: i64,
    /// All of them, the newest first, with their links.
    versions: Vec<(i64, String)>,
    /// The newest one, where this is an older one.
    newest: Option<String>,
    /// None where it is to be asked for later.
    standing: Option<Shown>,
}

/// What is told, and which of how many versions of it.
pub struct Told<'a> {
    pub issuer: &'a Party,
    pub ids: &'a AchievementIds,
    pub definition: &'a AchievementDefinition,
    pub latest: i64,
    /// Where its newest version counts; none where that is to be asked for later.
    pub standing: Option<&'a Standing>,
}

pub fn achievement(t: &Speech, links: &Links, told: &Told<'_>) -> Result<String, Problem> {
    let Told { issuer, ids, definition, latest, standing } = told;
    let version = |version: i64| {
        let ids = AchievementIds { version, ..(*ids).clone() };
        (version, here(links, &ids.version_url()).to_owned())
    };
    let issuer_page = here(links, &links.issuer(&issuer.name)).to_owned();
    let stack = |name: &str| format!("{issuer_page}{}", stack_link(name));
    let given = definition.image.as_ref().map(|image| image.id.as_str());
    render(&Page {
        t,
        title: &definition.name,
        definition,
        issuer,
        image: shown_picture(links, given, Some(ids)),
        criteria: definition.criteria.narrative.as_deref().map(markdown::html),
        stacks: definition.tag.iter().map(|tag| (tag.as_str(), stack(tag))).collect(),
        version: ids.version,
        versions: (1..=*latest).rev().map(version).collect(),
        newest: (ids.version < *latest).then(|| here(links, &ids.achievement).to_owned()),
        standing: standing.map(|standing| Shown::of(t, links, standing)),
        issuer_page,
    })
}
