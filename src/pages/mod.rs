//! What people see: plain server-rendered pages that need no script, one style sheet.
//!
//! Everything that comes from a credential is text to the templates, which escape it
//! ([`escape::Plain`]); what pages say themselves stands in `messages/`, by languages ([`speech`]).
//! A page of ours links to the others by path, so that it works under any name that the service is
//! reached by, and loads nothing from anywhere else.

pub mod achievement;
pub mod amounts;
pub mod catalogue;
pub mod checks;
pub mod counts;
pub mod credential;
pub mod drawing;
pub mod escape;
pub mod files;
pub mod gone;
pub mod manage;
pub mod markdown;
pub mod menu;
pub mod party;
pub mod private;
pub mod reasons;
pub mod receipt;
pub mod rules;
pub mod speech;
pub mod standards;
pub mod standing;
pub mod verdict;
pub mod verification;

use askama::Template;

pub use achievement::achievement;
pub use credential::credential;
pub use menu::{endorsement, menu};
pub use party::party;
pub use receipt::receipt;
use speech::Speech;
pub use standards::standards;

use crate::http::problem::{Problem, ProblemDocument};
use crate::issue::parties::Party;
use crate::model::achievement::AchievementIds;
use crate::model::links::Links;
use crate::store::{PartyKind, StatusListRow};

/// The one style sheet, served at `/assets/style.css`.
pub const STYLE: &str = include_str!("style.css");
/// Copies what a page offers to copy, served at `/assets/copy.js`.
pub const COPY: &str = include_str!("copy.js");
/// Takes dropped files where a page asks for some, served at `/assets/ask.js`.
pub const ASK: &str = include_str!("ask.js");
/// The mark beside our name, served at `/assets/mark.svg`.
pub const MARK: &str = include_str!("mark.svg");

fn render(page: &impl Template) -> Result<String, Problem> {
    page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        Problem::Internal
    })
}

/// The page of the issuer or recognizer that rows call so.
fn owner_page(links: &Links, owner: &str) -> String {
    match PartyKind::of_owner(owner) {
        (PartyKind::Issuer, name) => links.issuer(name),
        (PartyKind::Recognizer, name) => links.recognizer(name),
    }
}

/// One of our own addresses as a path; any other as it is. A second slash would name another host.
fn here<'u>(links: &Links, url: &'u str) -> &'u str {
    let is_ours = |path: &&str| path.starts_with('/') && !path[1..].starts_with(['/', '\\']);
    url.strip_prefix(links.base()).filter(is_ours).unwrap_or(url)
}

/// A picture that a page may show without asking anybody else for it: one of ours, or one that
/// comes with the page. Where the issuer keeps its own elsewhere, our drawing stands for it.
fn shown_picture(
    links: &Links,
    given: Option<&str>,
    drawn: Option<&AchievementIds>,
) -> Option<String> {
    let own = |url: &&str| here(links, url).starts_with('/') || url.starts_with("data:image/");
    let given = given.filter(own).map(|url| here(links, url).to_owned());
    given.or_else(|| drawn.map(|ids| here(links, &ids.image()).to_owned()))
}

/// A status list, in words.
pub fn status_list(t: &Speech, links: &Links, list: &StatusListRow) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "status_list.html")]
    struct Page<'a> {
        t: &'a Speech,
        title: String,
        list: &'a StatusListRow,
        issuer_page: String,
        url: String,
    }
    let issuer_page = here(links, &owner_page(links, &list.issuer)).to_owned();
    let title = t.text(&format!("status-list-{}", list.purpose.as_str()));
    render(&Page { t, title, list, issuer_page, url: links.status_list(&list.id) })
}

/// Evidence: the link, where its holder leaves it open.
pub fn evidence_link(t: &Speech, url: Option<&str>) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "evidence.html")]
    struct Page<'a> {
        t: &'a Speech,
        title: String,
        url: Option<&'a str>,
    }
    let title = if url.is_some() { "evidence-open-title" } else { "evidence-closed-title" };
    render(&Page { t, title: t.text(title), url })
}

pub fn home(t: &Speech, links: &Links, issuers: &[Party]) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "home.html")]
    struct Page<'a> {
        t: &'a Speech,
        title: String,
        issuers: Vec<(String, &'a Party)>,
    }
    let link = |party: &Party| here(links, &links.issuer(&party.name)).to_owned();
    let issuers = issuers.iter().map(|party| (link(party), party)).collect();
    render(&Page { t, title: t.text("home"), issuers })
}

/// A problem, for people; it must never fail itself.
pub fn problem(t: &Speech, document: &ProblemDocument) -> String {
    #[derive(Template)]
    #[template(path = "problem.html")]
    struct Page<'a> {
        t: &'a Speech,
        title: String,
        told: String,
        /// In English, where nothing in the reader's language says it.
        detail: Option<&'a str>,
        document: &'a ProblemDocument,
    }
    let code = document.kind.rsplit(':').next().unwrap_or_default();
    let key = format!("problem-{code}");
    let known = t.has(&key);
    let key = if known { key } else { "problem-other".to_owned() };
    let page = Page {
        t,
        title: t.text(&key),
        told: t.text(&format!("{key}-do")),
        detail: (!known).then_some(document.detail.as_str()),
        document,
    };
    page.render().unwrap_or_else(|_| document.status.to_string())
}
