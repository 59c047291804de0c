//! A credential's page: the verdict first, then who showed what.
//!
//! Invariant: what is shown was read from the signed bytes that the verdict is on, be it ours or
//! composed elsewhere; the proven domain leads, and a name alone is never shown as a proof.

use std::borrow::Cow;

use askama::Template;

use super::checks::{self, Group};
use super::files::{Facts, Files};
use super::speech::Speech;
use super::standing::Shown;
use super::verdict::{self, Verdict};
use super::{here, markdown, owner_page, render, shown_picture};
use crate::check::Report;
use crate::check::report::Status;
use crate::check::trusted_issuers::KnownAs;
use crate::http::problem::Problem;
use crate::model::achievement::AchievementIds;
use crate::model::json::{self, Object, Value};
use crate::model::links::Links;
use crate::recognize::standing::Standing;
use crate::store::{CredentialRow, PartyKind};

/// What the page is made of, beside the signed bytes.
pub struct Told<'a> {
    pub row: &'a CredentialRow,
    pub report: &'a Report,
    /// The tokens of the evidence that its holder leaves open.
    pub open_evidence: &'a [String],
    /// The share link that shows it, if one does.
    pub shared: Option<Shared<'a>>,
    /// Where it counts, where it holds.
    pub standing: Option<&'a Standing>,
}

/// What a share link shows, whatever is open on the page itself.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    pub token: &'a str,
    /// Positions of the evidence.
    pub evidence: &'a [i64],
}

#[derive(Template)]
#[template(path = "credential.html")]
struct Page<'a> {
    t: &'a Speech,
    title: String,
    verdict: Verdict,
    since: Option<String>,
    successor: Option<&'a str>,
    /// Another took its place, and who looks was shown this one alone.
    corrected: bool,
    groups: Vec<Group>,
    as_of: Option<&'a str>,
    page: String,
    image: Option<String>,
    description: Option<&'a str>,
    earner: Option<&'a str>,
    awarded: Option<&'a str>,
    until: Option<&'a str>,
    signer: String,
    known_as: Option<&'a KnownAs>,
    issuer_name: Option<&'a str>,
    issuer_page: String,
    hours: Option<&'a str>,
    stacks: Vec<&'a str>,
    results: Vec<Reached<'a>>,
    criteria: Option<String>,
    criteria_link: Option<&'a str>,
    narrative: Option<String>,
    achievement_page: Option<String>,
    evidence: Vec<Evidence<'a>>,
    alignments: Vec<Aligned<'a>>,
    files: Files,
    standing: Option<Shown>,
}

/// What was reached on one criterion.
struct Reached<'a> {
    criterion: &'a str,
    reached: &'a str,
    description: Option<&'a str>,
}

struct Evidence<'a> {
    name: Option<&'a str>,
    description: Option<&'a str>,
    /// Where it can be opened, unless its holder keeps it private.
    link: Option<Cow<'a, str>>,
}

struct Aligned<'a> {
    name: &'a str,
    link: Option<&'a str>,
    framework: Option<&'a str>,
}

pub fn credential(t: &Speech, links: &Links, told: &Told<'_>) -> Result<String, Problem> {
    let Told { row, report, .. } = told;
    let json = json::parse(row.embedded.as_bytes()).map_err(|error| {
        tracing::error!(%error, credential.id = %row.id, "a stored credential is not JSON");
        Problem::Internal
    })?;
    let signed = Signed::of(json.as_object().ok_or(Problem::Internal)?);
    // A receipt's achievement is the policy, which has an address of its own.
    let of_issuer = PartyKind::of_owner(&row.issuer).0 == PartyKind::Issuer;
    let ours = (of_issuer && !row.is_external()).then(|| AchievementIds {
        achievement: links.achievement(&row.issuer, &row.achievement_slug),
        version: row.achievement_version,
    });
    let hours_id = ours.as_ref().map(|ids| ids.criterion("hours"));
    let found = report.credential.as_ref();
    let page = match told.shared {
        Some(shared) => links.shared(shared.token),
        None => links.credential(&row.id),
    };
    // What is signed as a whole (VC-JOSE) stands in no member; the report has read it.
    let name = signed.name.or_else(|| found?.name.as_deref());
    let ended = !matches!(report.status, Status::Good | Status::Unknown);
    let title = name.map_or_else(|| t.text("unnamed"), str::to_owned);
    let facts = Facts {
        id: &row.id,
        title: &title,
        issuer: found.and_then(|c| c.issuer_name.as_deref()),
        awarded: found.and_then(|c| c.awarded_date.as_deref().or(c.valid_from.as_deref())),
        until: found.and_then(|c| c.valid_until.as_deref()),
        pictured: signed.achievement.is_some_and(|a| a.str("name").is_some()),
        has_jwt: !row.jwt.is_empty(),
        holds: report.verified,
    };
    let files = Files::of(t, links, &page, &facts);
    let Facts { issuer, awarded, until, .. } = facts;
    render(&Page {
        t,
        files,
        title: title.clone(),
        verdict: Verdict::of(report, t),
        since: row.state_at.filter(|_| ended).map(|at| at.strftime("%F").to_string()),
        // Who was shown this one was not shown its successor's page, which its earner decides on.
        successor: (told.shared.is_none())
            .then_some(report.superseded_by.as_deref())
            .flatten()
            .map(|link| here(links, link)),
        corrected: told.shared.is_some() && report.superseded_by.is_some(),
        groups: checks::groups(report, t),
        as_of: report.status_as_of.as_deref(),
        page: here(links, &page).to_owned(),
        image: shown_picture(links, signed.image(), ours.as_ref()),
        description: signed.description(),
        earner: found.and_then(|c| c.earner.as_ref()?.name.as_deref()),
        awarded,
        until,
        signer: verdict::domain(report).map_or_else(|| t.text("unknown-signer"), str::to_owned),
        known_as: report.signer.as_ref().and_then(|signer| signer.known_as.as_ref()),
        issuer_name: issuer,
        issuer_page: here(links, &owner_page(links, &row.issuer)).to_owned(),
        hours: hours_id.as_deref().and_then(|id| signed.value_of(id)),
        stacks: signed.stacks(),
        results: signed.results(hours_id.as_deref()),
        criteria: signed.criteria("narrative").map(markdown::html),
        criteria_link: signed.criteria("id").filter(|link| link.starts_with("https://")),
        narrative: signed.subject.and_then(|s| s.str("narrative")).map(markdown::html),
        achievement_page: ours.map(|ids| here(links, &ids.version_url()).to_owned()),
        evidence: signed.evidence(links, told),
        alignments: signed.alignments(),
        standing: told.standing.map(|standing| Shown::of(t, links, standing)),
    })
}

/// The parts of the signed document that a reader looks for.
struct Signed<'a> {
    document: &'a Object<'a>,
    subject: Option<&'a Object<'a>>,
    achievement: Option<&'a Object<'a>>,
    name: Option<&'a str>,
}

impl<'a> Signed<'a> {
    fn of(document: &'a Object<'a>) -> Self {
        let subject = first(document, "credentialSubject");
        let achievement = subject.and_then(|subject| first(subject, "achievement"));
        let name = achievement.and_then(|a| a.str("name")).or_else(|| document.str("name"));
        Self { document, subject, achievement, name }
    }

    fn description(&self) -> Option<&'a str> {
        let own = self.achievement.and_then(|a| a.str("description"));
        own.or_else(|| self.document.str("description"))
    }

    fn criteria(&self, member: &str) -> Option<&'a str> {
        first(self.achievement?, "criteria")?.str(member)
    }

    fn image(&self) -> Option<&'a str> {
        let image = self.achievement?.get("image")?;
        image.as_str().or_else(|| image.as_object()?.str("id"))
    }

    fn stacks(&self) -> Vec<&'a str> {
        let tags = self.achievement.and_then(|a| a.get("tag"));
        tags.map_or(&[][..], Value::items).iter().filter_map(Value::as_str).collect()
    }

    /// The value of the result under this description.
    fn value_of(&self, description: &str) -> Option<&'a str> {
        let mut results = objects(self.subject, "result");
        results.find(|r| r.str("resultDescription") == Some(description))?.str("value")
    }

    /// The outcomes, in the rubric's order; without the one that is told elsewhere.
    fn results(&self, without: Option<&str>) -> Vec<Reached<'a>> {
        let reached = |criterion: &'a Object<'a>| {
            let id = criterion.str("id").filter(|id| Some(*id) != without)?;
            let mut results = objects(self.subject, "result");
            let result = results.find(|r| r.str("resultDescription") == Some(id))?;
            let mut levels = objects(Some(criterion), "rubricCriterionLevel");
            let level = result.str("achievedLevel");
            let level = level.and_then(|at| levels.find(|l| l.str("id") == Some(at)));
            Some(Reached {
                criterion: criterion.str("name")?,
                reached: level.and_then(|l| l.str("name")).or_else(|| result.str("value"))?,
                description: level.and_then(|l| l.str("description")),
            })
        };
        objects(self.achievement, "resultDescription").filter_map(reached).collect()
    }

    fn evidence(&self, links: &Links, told: &Told<'_>) -> Vec<Evidence<'a>> {
        let shown = |(position, item): (i64, &'a Object<'a>)| {
            let link = item.str("id").filter(|link| link.starts_with("http"));
            let link = link.and_then(|link| match (links.evidence_token(link), told.shared) {
                (Some(_), Some(shared)) => shared
                    .evidence
                    .contains(&position)
                    .then(|| format!("/s/{}/evidence/{}", shared.token, position + 1).into()),
                (Some(token), None) => {
                    let open = told.open_evidence.iter().any(|open| open == token);
                    open.then(|| here(links, link).into())
                }
                (None, _) => link.starts_with("https://").then_some(link.into()),
            });
            Evidence { name: item.str("name"), description: item.str("description"), link }
        };
        (0..).zip(objects(Some(self.document), "evidence")).map(shown).collect()
    }

    fn alignments(&self) -> Vec<Aligned<'a>> {
        let aligned = |one: &'a Object<'a>| {
            let link = one.str("targetUrl").filter(|link| link.starts_with("https://"));
            let framework = one.str("targetFramework");
            Some(Aligned { name: one.str("targetName").or(link)?, link, framework })
        };
        objects(self.achievement, "alignment").filter_map(aligned).collect()
    }
}

/// The only object under this name, or the first of several.
fn first<'a>(object: &'a Object<'a>, name: &str) -> Option<&'a Object<'a>> {
    object.get(name)?.items().first()?.as_object()
}

fn objects<'a>(
    object: Option<&'a Object<'a>>,
    name: &str,
) -> impl Iterator<Item = &'a Object<'a>> + use<'a> {
    let items = object.and_then(|object| object.get(name)).map_or(&[][..], Value::items);
    items.iter().filter_map(Value::as_object)
}
