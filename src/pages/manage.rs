//! The earner's own page: what others see of their credential, and the forms that change it.
//!
//! Invariant: every form works without a script, says what it does before it is sent, and comes
//! back with what was typed where something has to be changed.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;

use super::speech::Speech;
use super::{gone, here, render};
use crate::http::problem::Problem;
use crate::issue::control::Managed;
use crate::model::json;
use crate::model::links::Links;
use crate::store::{EvidenceRow, ShareLink};

/// What the page is made of.
pub struct Desk<'a> {
    /// The last part of its own address.
    pub link: &'a str,
    pub managed: &'a Managed,
    pub evidence: &'a [EvidenceRow],
    pub shares: &'a [ShareLink],
    pub now: Timestamp,
    pub today: Date,
    /// Tells this page's form for a new link from any other.
    pub once: String,
    /// What was done by the form before.
    pub done: Option<&'a str>,
    pub mistake: Option<Mistake>,
    pub typed: Typed,
}

/// What the form for a new link was filled in with.
#[derive(Debug, Default)]
pub struct Typed {
    pub name: String,
    pub last_day: String,
    /// Positions of evidence.
    pub show: Vec<i64>,
}

/// What has to be changed before a form can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    NameMissing,
    NameTooLong,
    NameTaken,
    DayUnreadable,
    DayPast,
    TooMany,
    /// What the form is about is not there any more.
    Gone,
}

impl Mistake {
    const fn message(self) -> &'static str {
        match self {
            Self::NameMissing => "mistake-name-missing",
            Self::NameTooLong => "mistake-name-too-long",
            Self::NameTaken => "mistake-name-taken",
            Self::DayUnreadable => "mistake-day-unreadable",
            Self::DayPast => "mistake-day-past",
            Self::TooMany => "mistake-too-many",
            Self::Gone => "mistake-gone",
        }
    }

    const fn field(self) -> &'static str {
        match self {
            Self::NameMissing | Self::NameTooLong | Self::NameTaken => "name",
            Self::DayUnreadable | Self::DayPast => "last-day",
            Self::TooMany | Self::Gone => "",
        }
    }
}

/// The acts that a page may say were done, each by the value of its button.
const ACTS: [&str; 8] =
    ["open", "close", "hide", "show", "allow-robots", "refuse-robots", "share", "withdraw"];

#[derive(Template)]
#[template(path = "manage.html")]
struct Page<'a> {
    t: &'a Speech,
    title: String,
    /// Where its forms go: this page.
    link: &'a str,
    page: String,
    page_link: String,
    /// Another took its place.
    corrected: bool,
    hidden: bool,
    robots: bool,
    /// Evidence links that lead to the artifact for whoever has them.
    open: usize,
    evidence: Vec<Item<'a>>,
    live: Vec<Share<'a>>,
    past: Vec<Share<'a>>,
    once: String,
    today: String,
    done: Option<String>,
    mistake: Option<String>,
    wrong: &'static str,
    typed: Typed,
}

/// One artifact.
struct Item<'a> {
    /// From 1.
    number: usize,
    name: Option<&'a str>,
    url: Option<String>,
    /// None where it is named in the credential by an address of its own.
    open: Option<bool>,
    /// Whether the form for a new link has it ticked.
    ticked: bool,
}

struct Share<'a> {
    token: &'a str,
    name: &'a str,
    link: String,
    shows: usize,
    views: i64,
    last_day: Option<String>,
    made_on: String,
    withdrawn: bool,
}

pub fn page(t: &Speech, links: &Links, desk: &Desk<'_>) -> Result<String, Problem> {
    let row = &desk.managed.credential;
    let json = json::parse(row.embedded.as_bytes()).map_err(|error| {
        tracing::error!(%error, credential.id = %row.id, "a stored credential is not JSON");
        Problem::Internal
    })?;
    let name = json
        .pointer("/credentialSubject/achievement/name")
        .or_else(|| json.pointer("/name"))
        .and_then(|name| name.as_str());
    let page_link = links.credential(&row.id);
    let (live, past): (Vec<_>, Vec<_>) =
        desk.shares.iter().partition(|share| share.is_live(desk.now));
    let done = desk.done.filter(|done| ACTS.contains(done));
    render(&Page {
        t,
        title: name.map_or_else(|| t.text("unnamed"), str::to_owned),
        link: desk.link,
        page: here(links, &page_link).to_owned(),
        page_link,
        corrected: row.superseded_by.is_some(),
        hidden: desk.managed.control.hidden,
        robots: desk.managed.control.robots,
        open: desk.evidence.iter().filter(|evidence| evidence.open).count(),
        evidence: items(&json, desk),
        live: live.into_iter().map(|link| share(links, link)).collect(),
        past: past.into_iter().map(|link| share(links, link)).collect(),
        once: desk.once.clone(),
        today: desk.today.to_string(),
        done: done.map(|done| t.text(&format!("done-{done}"))),
        mistake: desk.mistake.map(|mistake| t.text(mistake.message())),
        wrong: desk.mistake.map_or("", Mistake::field),
        typed: Typed {
            name: desk.typed.name.clone(),
            last_day: desk.typed.last_day.clone(),
            show: desk.typed.show.clone(),
        },
    })
}

fn items<'a>(json: &'a json::Value<'a>, desk: &Desk<'a>) -> Vec<Item<'a>> {
    let signed = json.pointer("/evidence").map_or(&[][..], |evidence| evidence.items());
    let signed = signed.iter().map(|item| item.as_object());
    let item = |(at, item): (usize, Option<&'a json::Object<'a>>)| {
        let member = |name| item.and_then(|item| item.str(name));
        let row = desk.evidence.get(at);
        let position = i64::try_from(at).unwrap_or(i64::MAX);
        Item {
            number: at + 1,
            name: member("name"),
            // What was composed elsewhere may name anything: only a web address is a link.
            url: row
                .map_or_else(|| member("id").unwrap_or_default(), |row| row.url.as_str())
                .strip_prefix("https://")
                .map(|rest| format!("https://{rest}")),
            open: row.map(|row| row.open),
            // Evidence often shows students: what is private stays so unless the earner says otherwise.
            ticked: match desk.mistake {
                None => row.is_some_and(|row| row.open),
                Some(_) => desk.typed.show.contains(&position),
            },
        }
    };
    signed.enumerate().map(item).collect()
}

fn share<'a>(links: &Links, share: &'a ShareLink) -> Share<'a> {
    Share {
        token: &share.token,
        name: &share.name,
        link: links.shared(&share.token),
        shows: share.evidence.len(),
        views: share.views,
        last_day: share.last_day.map(|day| day.to_string()),
        made_on: share.made_at.strftime("%F").to_string(),
        withdrawn: share.withdrawn_at.is_some(),
    }
}

/// After the earner ended their own link.
pub fn ended(t: &Speech) -> Result<String, Problem> {
    gone::page(t, gone::MANAGE_ENDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_and_every_mistake_has_its_sentence() {
        let t = Speech::english();
        for done in ACTS {
            assert!(t.has(&format!("done-{done}")), "{done}");
        }
        use Mistake::*;
        for mistake in [NameMissing, NameTooLong, NameTaken, DayUnreadable, DayPast, TooMany, Gone]
        {
            assert!(t.has(mistake.message()), "{mistake:?}");
        }
    }
}
