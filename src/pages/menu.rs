//! A recognizer's menu, and the page of an endorsement on it.

use askama::Template;

use super::speech::Speech;
use super::verdict::{self, Verdict};
use super::{here, owner_page, render, rules};
use crate::check::Report;
use crate::http::problem::Problem;
use crate::model::Credential;
use crate::model::json::{self, Object};
use crate::model::links::Links;
use crate::recognition::Policy;
use crate::recognition::menu::Menu;
use crate::store::CredentialRow;

#[derive(Template)]
#[template(path = "menu.html")]
struct Page<'a> {
    t: &'a Speech,
    title: &'a str,
    menu: &'a Menu,
    recognizer_page: String,
    policy_link: String,
    awards: Vec<String>,
    entries: Vec<Entry<'a>>,
    /// The newest one, where this is an older one.
    newest: Option<String>,
}

struct Entry<'a> {
    name: &'a str,
    /// Where a reader can go without being led to a stranger's script.
    link: Option<&'a str>,
    note: Option<&'a str>,
    endorsement: &'a str,
}

/// What is told, with the policy version that it counts by, and which version of it is newest.
pub struct Told<'a> {
    /// The recognizer's short name.
    pub recognizer: &'a str,
    pub menu: &'a Menu,
    pub policy: &'a Policy,
    pub newest: i64,
}

pub fn menu(t: &Speech, links: &Links, told: &Told<'_>) -> Result<String, Problem> {
    let Told { recognizer, menu, newest, .. } = *told;
    let policy = links.policy_version(recognizer, &menu.policy.id, &menu.policy.version);
    let entries = menu.achievements.iter().map(|it| Entry {
        name: it.name.as_deref().unwrap_or(&it.id),
        link: Some(here(links, &it.id))
            .filter(|link| link.starts_with('/') || link.starts_with("https://")),
        note: it.note.as_deref(),
        endorsement: here(links, &it.endorsement),
    });
    render(&Page {
        t,
        title: &menu.title,
        menu,
        recognizer_page: here(links, &links.recognizer(recognizer)).to_owned(),
        policy_link: here(links, &policy).to_owned(),
        awards: rules::awards(t, told.policy),
        entries: entries.collect(),
        newest: (menu.version < newest)
            .then(|| here(links, &links.menu(recognizer, &menu.id)).to_owned()),
    })
}

#[derive(Template)]
#[template(path = "endorsement.html")]
struct Endorsement<'a> {
    t: &'a Speech,
    title: String,
    verdict: Verdict,
    since: Option<String>,
    successor: Option<&'a str>,
    as_of: Option<&'a str>,
    says: &'a str,
    /// What it is about, and where a reader can look at that.
    about: &'a str,
    about_link: Option<&'a str>,
    signer: String,
    issuer_name: Option<&'a str>,
    issuer_page: String,
    json: String,
}

/// The page of an endorsement; none where the row is none.
pub fn endorsement(
    t: &Speech,
    links: &Links,
    (row, report): (&CredentialRow, &Report),
) -> Result<Option<String>, Problem> {
    // Only what has no achievement of its own can be one.
    if !row.is_external() {
        return Ok(None);
    }
    let parsed = json::parse(row.embedded.as_bytes()).map_err(|error| {
        tracing::error!(%error, credential.id = %row.id, "a stored credential is not JSON");
        Problem::Internal
    })?;
    let root: &Object<'_> = parsed.as_object().ok_or(Problem::Internal)?;
    let credential = Credential(root);
    let Some(subject) = credential.subject() else { return Ok(None) };
    let (Some(says), Some(about)) = (subject.str("endorsementComment"), subject.str("id")) else {
        return Ok(None);
    };
    if !credential.has_type("EndorsementCredential") {
        return Ok(None);
    }
    let about_link = Some(here(links, about))
        .filter(|link| link.starts_with('/') || link.starts_with("https://"));
    let page = Endorsement {
        t,
        title: root.str("name").map_or_else(|| t.text("endorsement"), str::to_owned),
        verdict: Verdict::of(report, t),
        since: row.state_at.map(|at| at.strftime("%F").to_string()),
        successor: report.superseded_by.as_deref().map(|link| here(links, link)),
        as_of: report.status_as_of.as_deref(),
        says,
        about,
        about_link,
        signer: verdict::domain(report).map_or_else(|| t.text("unknown-signer"), str::to_owned),
        issuer_name: credential.issuer_name(),
        issuer_page: here(links, &owner_page(links, &row.issuer)).to_owned(),
        json: format!("{}.json", here(links, &links.credential(&row.id))),
    };
    render(&page).map(Some)
}
