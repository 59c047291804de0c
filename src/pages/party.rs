//! The page of an issuer or recognizer: who it is, what it offers, the keys that speak for it.

use askama::Template;

use super::speech::Speech;
use super::{here, render};
use crate::http::problem::Problem;
use crate::issue::parties::Party;
use crate::model::achievement::AchievementDefinition;
use crate::model::links::Links;
use crate::store::{KeyState, PartyKind, SigningKeyRow};

#[derive(Template)]
#[template(path = "party.html")]
struct Page<'a> {
    t: &'a Speech,
    title: &'a str,
    party: &'a Party,
    is_issuer: bool,
    did_document: String,
    keys: &'a [SigningKeyRow],
    achievements: Vec<(String, &'a AchievementDefinition)>,
}

/// An issuer or recognizer.
pub fn party(
    t: &Speech,
    links: &Links,
    party: &Party,
    keys: &[SigningKeyRow],
    achievements: &[(String, AchievementDefinition)],
) -> Result<String, Problem> {
    let is_issuer = party.kind == PartyKind::Issuer;
    let page = if is_issuer { links.issuer(&party.name) } else { links.recognizer(&party.name) };
    let link = |slug: &str| here(links, &links.achievement(&party.name, slug)).to_owned();
    render(&Page {
        t,
        title: &party.profile.name,
        party,
        is_issuer,
        did_document: format!("{}/did.json", here(links, &page)),
        keys,
        achievements: achievements.iter().map(|(slug, a)| (link(slug), a)).collect(),
    })
}

fn key_use(key: &SigningKeyRow) -> &'static str {
    match key.state {
        KeyState::Active => "key-active",
        KeyState::Retired => "key-retired",
    }
}
