//! The page of an issuer or recognizer: who it is, what it offers, the keys that speak for it.

use std::sync::Arc;

use askama::Template;

use super::catalogue::{Catalogue, Wish};
use super::speech::Speech;
use super::{here, render, rules};
use crate::check::trusted_issuers::KnownAs;
use crate::http::problem::Problem;
use crate::issue::parties::Party;
use crate::model::achievement::AchievementDefinition;
use crate::model::links::Links;
use crate::recognition::Policy;
use crate::recognition::menu::Menu;
use crate::store::{KeyState, PartyKind, SigningKeyRow};

#[derive(Template)]
#[template(path = "party.html")]
struct Page<'a> {
    t: &'a Speech,
    title: &'a str,
    party: &'a Party,
    host: &'a str,
    known_as: Option<&'a KnownAs>,
    is_issuer: bool,
    did_document: String,
    keys: Vec<Key<'a>>,
    catalogue: Catalogue<'a>,
    /// By slug.
    achievements: String,
    policies: Vec<Rules<'a>>,
    menus: Vec<OneMenu<'a>>,
}

/// What the page tells of.
pub struct Told<'a> {
    pub party: &'a Party,
    /// What the operator's file of trusted issuers knows it as.
    pub known_as: Option<&'a KnownAs>,
    pub keys: &'a [SigningKeyRow],
    pub achievements: &'a [(String, AchievementDefinition)],
    /// A recognizer's, in their newest versions.
    pub policies: &'a [Arc<Policy>],
    /// A recognizer's, in their newest versions.
    pub menus: &'a [Menu],
    pub wish: &'a Wish,
}

struct OneMenu<'a> {
    title: &'a str,
    description: Option<&'a str>,
    link: String,
    count: usize,
}

/// A policy, rule by rule.
struct Rules<'a> {
    policy: &'a Policy,
    /// Its own text.
    link: String,
    awards: Vec<String>,
    accepts: Vec<String>,
    conditions: Vec<String>,
}

struct Key<'a> {
    id: &'a str,
    algorithm: &'a str,
    told: String,
}

/// An issuer or recognizer.
pub fn party(t: &Speech, links: &Links, told: &Told<'_>) -> Result<String, Problem> {
    let party = told.party;
    let is_issuer = party.kind == PartyKind::Issuer;
    let page = if is_issuer { links.issuer(&party.name) } else { links.recognizer(&party.name) };
    render(&Page {
        t,
        title: &party.profile.name,
        party,
        host: links.host(),
        known_as: told.known_as,
        is_issuer,
        did_document: format!("{}/did.json", here(links, &page)),
        keys: told.keys.iter().map(|row| key(row, t)).collect(),
        catalogue: Catalogue::of(told.wish, told.achievements),
        achievements: here(links, &links.achievement(&party.name, "")).to_owned(),
        menus: told.menus.iter().map(|menu| one_menu(links, party, menu)).collect(),
        policies: told.policies.iter().map(|policy| rules_of(t, links, party, policy)).collect(),
    })
}

fn one_menu<'a>(links: &Links, party: &Party, menu: &'a Menu) -> OneMenu<'a> {
    OneMenu {
        title: &menu.title,
        description: menu.description.as_deref(),
        link: here(links, &links.menu(&party.name, &menu.id)).to_owned(),
        count: menu.achievements.len(),
    }
}

fn rules_of<'a>(t: &Speech, links: &Links, party: &Party, policy: &'a Policy) -> Rules<'a> {
    let link = links.policy_version(&party.name, &policy.id, &policy.version);
    Rules {
        policy,
        link: here(links, &link).to_owned(),
        awards: rules::awards(t, policy),
        accepts: rules::accepts(t, policy, &party.did),
        conditions: rules::conditions(t, policy),
    }
}

fn key<'a>(row: &'a SigningKeyRow, t: &Speech) -> Key<'a> {
    let day = |at: jiff::Timestamp| t.date(at.strftime("%F").to_string());
    let since = day(row.created_at);
    let told = match (row.state, row.retired_at) {
        _ if let Some(at) = row.withdrawn_at => t.one("key-withdrawn", "date", day(at)),
        (KeyState::Active, _) => t.one("key-active", "date", since),
        (KeyState::Retired, None) => t.one("key-retired", "date", since),
        (KeyState::Retired, Some(until)) => {
            t.two("key-retired-then", "date", since, "until", day(until))
        }
    };
    Key { id: &row.id, algorithm: &row.algorithm, told }
}
