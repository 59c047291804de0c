//! What people see: plain server-rendered pages that need no script, one style sheet.
//!
//! Everything that comes from a credential is text to the templates, which
//! escape it; links are https only, by the checks at minting.

pub mod picture;
pub mod verification;

use askama::Template;

use crate::check::Report;
use crate::check::report::{OutcomeName, Status, Verdict};
use crate::check::trusted_issuers::KnownAs;
use crate::http::problem::{Problem, ProblemDocument};
use crate::issue::parties::Party;
use crate::model::achievement::{AchievementDefinition, AchievementIds};
use crate::model::json;
use crate::model::links::Links;
use crate::store::{CredentialRow, KeyState, PartyKind, SigningKeyRow, StatusListRow};

/// The one style sheet, served at `/assets/style.css`.
pub const STYLE: &str = include_str!("style.css");

fn render(page: &impl Template) -> Result<String, Problem> {
    page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        Problem::Internal
    })
}

/// A credential: the verdict first, then what was shown.
pub fn credential(
    links: &Links,
    row: &CredentialRow,
    achievement: &AchievementDefinition,
    report: &Report,
) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "credential.html")]
    struct Page<'a> {
        title: &'a str,
        tone: &'static str,
        headline: &'static str,
        meaning: String,
        successor: Option<String>,
        earner: &'a str,
        issuer_name: &'a str,
        signer: String,
        known_as: Option<KnownAs>,
        awarded: String,
        page: String,
        issuer_page: String,
        achievement_page: String,
        achievement: &'a AchievementDefinition,
        levels: Vec<Level<'a>>,
        hours: Option<String>,
        narrative: Option<String>,
        evidence: Vec<Evidence>,
        report: &'a Report,
    }
    let json = json::parse(row.embedded.as_bytes()).map_err(|error| {
        tracing::error!(%error, credential.id = %row.id, "a stored credential is not JSON");
        Problem::Internal
    })?;
    let version = AchievementIds {
        achievement: links.achievement(&row.issuer, &row.achievement_slug),
        version: row.achievement_version,
    };
    let summary = report.credential.clone().unwrap_or_default();
    let earner = summary.earner.and_then(|e| e.name).unwrap_or_default();
    let (tone, headline, meaning) = verdict(report, row);
    let text = |pointer: &str| json.pointer(pointer).and_then(|v| v.as_str()).map(str::to_owned);
    render(&Page {
        title: &achievement.name,
        tone,
        headline,
        meaning,
        successor: report.superseded_by.clone(),
        earner: &earner,
        issuer_name: summary.issuer_name.as_deref().unwrap_or_default(),
        signer: report.signer.as_ref().map(|s| s.bound.clone()).unwrap_or_default(),
        known_as: report.signer.as_ref().and_then(|signer| signer.known_as.clone()),
        awarded: text("/awardedDate").map(|d| d.chars().take(10).collect()).unwrap_or_default(),
        page: links.credential(&row.id),
        issuer_page: links.issuer(&row.issuer),
        achievement_page: version.version_url(),
        achievement,
        levels: levels(&json, &version, achievement),
        hours: result_value(&json, &version.criterion("hours")),
        narrative: text("/credentialSubject/narrative"),
        evidence: evidence(&json),
        report,
    })
}

struct Level<'a> {
    criterion: &'a str,
    reached: &'a str,
    description: &'a str,
}

struct Evidence {
    link: String,
    name: String,
    description: String,
}

/// What the verdict is called, and what it means for the reader.
fn verdict(report: &Report, row: &CredentialRow) -> (&'static str, &'static str, String) {
    let since = row.state_at.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    match (report.verdicts.authentic, report.verdicts.current, report.status) {
        (Verdict::No, ..) => (
            "bad",
            "Not authentic",
            "This record does not carry a valid signature of its issuer.".into(),
        ),
        (Verdict::Undecided, ..) => {
            ("open", "Could not be checked", "The signature could not be checked just now.".into())
        }
        (_, _, Status::Revoked) => (
            "bad",
            "Revoked",
            format!("The issuer withdrew this micro-credential on {since}. It no longer counts."),
        ),
        (_, _, Status::Superseded) => (
            "bad",
            "Replaced",
            format!(
                "The issuer corrected this micro-credential on {since}. The corrected one counts in its place."
            ),
        ),
        (_, _, Status::Suspended) => (
            "open",
            "Suspended",
            format!("The issuer suspended this micro-credential on {since}. It may be reinstated."),
        ),
        (_, _, Status::Expired) => {
            ("bad", "Expired", "The time for which this was valid has ended.".into())
        }
        (_, _, Status::NotYetValid) => {
            ("open", "Not valid yet", "The time for which this is valid has not begun.".into())
        }
        (Verdict::Yes, Verdict::Yes, _) => {
            ("good", "Verified", "Signed by its issuer, unchanged since, and not withdrawn.".into())
        }
        _ => (
            "open",
            "Could not be checked",
            "Whether it still holds could not be told just now.".into(),
        ),
    }
}

/// The rubric's outcome, in the rubric's order.
fn levels<'a>(
    json: &json::Value<'_>,
    ids: &AchievementIds,
    achievement: &'a AchievementDefinition,
) -> Vec<Level<'a>> {
    let results = json.pointer("/credentialSubject/result").map_or(&[][..], |r| r.items());
    let reached = |criterion: &str| {
        let id = ids.criterion(criterion);
        let of = |r: &&json::Value<'_>| {
            r.as_object().is_some_and(|o| o.str("resultDescription") == Some(&id))
        };
        results.iter().find(of).and_then(|r| r.as_object()?.str("achievedLevel"))
    };
    let criteria = achievement.result_description.iter();
    criteria
        .filter_map(|criterion| {
            let reached = reached(&criterion.id)?;
            let levels = criterion.rubric_criterion_level.iter();
            let level = levels.clone().find(|l| ids.level(&criterion.id, &l.id) == reached)?;
            Some(Level {
                criterion: &criterion.name,
                reached: &level.name,
                description: level.description.as_deref().unwrap_or_default(),
            })
        })
        .collect()
}

fn result_value(json: &json::Value<'_>, description: &str) -> Option<String> {
    let results = json.pointer("/credentialSubject/result")?.items();
    let of = results.iter().filter_map(|r| r.as_object());
    let result = of.into_iter().find(|o| o.str("resultDescription") == Some(description))?;
    result.str("value").map(str::to_owned)
}

fn evidence(json: &json::Value<'_>) -> Vec<Evidence> {
    let items = json.pointer("/evidence").map_or(&[][..], |e| e.items());
    items
        .iter()
        .map(|item| {
            let text = |name| item.as_object().and_then(|o| o.str(name)).unwrap_or_default();
            Evidence {
                link: text("id").to_owned(),
                name: text("name").to_owned(),
                description: text("description").to_owned(),
            }
        })
        .collect()
}

fn outcome_word(outcome: &OutcomeName) -> &'static str {
    match outcome {
        OutcomeName::Pass => "passed",
        OutcomeName::Fail => "failed",
        OutcomeName::Undecided => "undecided",
        OutcomeName::Skipped => "skipped",
    }
}

/// An issuer or recognizer.
pub fn party(
    links: &Links,
    party: &Party,
    keys: &[SigningKeyRow],
    achievements: &[(String, AchievementDefinition)],
) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "party.html")]
    struct Page<'a> {
        title: &'a str,
        party: &'a Party,
        is_issuer: bool,
        did_document: String,
        keys: &'a [SigningKeyRow],
        achievements: Vec<(String, &'a AchievementDefinition)>,
    }
    let is_issuer = party.kind == PartyKind::Issuer;
    let page = if is_issuer { links.issuer(&party.name) } else { links.recognizer(&party.name) };
    let linked = achievements.iter().map(|(slug, a)| (links.achievement(&party.name, slug), a));
    render(&Page {
        title: &party.profile.name,
        party,
        is_issuer,
        did_document: format!("{page}/did.json"),
        keys,
        achievements: linked.collect(),
    })
}

fn key_use(key: &SigningKeyRow) -> &'static str {
    match key.state {
        KeyState::Active => "signs now",
        KeyState::Retired => "retired; what it signed stays good",
    }
}

/// One version of an achievement.
pub fn achievement(
    links: &Links,
    issuer: &Party,
    ids: &AchievementIds,
    definition: &AchievementDefinition,
) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "achievement.html")]
    struct Page<'a> {
        title: &'a str,
        definition: &'a AchievementDefinition,
        issuer: &'a Party,
        issuer_page: String,
        image: String,
        version: i64,
    }
    render(&Page {
        title: &definition.name,
        definition,
        issuer,
        issuer_page: links.issuer(&issuer.name),
        image: definition.image.as_ref().map_or_else(|| ids.image(), |i| i.id.clone()),
        version: ids.version,
    })
}

/// A status list, in words.
pub fn status_list(links: &Links, list: &StatusListRow) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "status_list.html")]
    struct Page<'a> {
        title: &'a str,
        list: &'a StatusListRow,
        issuer_page: String,
        url: String,
    }
    let (issuer_page, url) = (links.issuer(&list.issuer), links.status_list(&list.id));
    render(&Page { title: "Status list", list, issuer_page, url })
}

/// Evidence: the link, where its holder leaves it open.
pub fn evidence_link(url: Option<&str>) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "evidence.html")]
    struct Page<'a> {
        title: &'a str,
        url: Option<&'a str>,
    }
    render(&Page { title: "Evidence", url })
}

pub fn home(links: &Links, issuers: &[Party]) -> Result<String, Problem> {
    #[derive(Template)]
    #[template(path = "home.html")]
    struct Page<'a> {
        title: &'a str,
        issuers: Vec<(String, &'a Party)>,
    }
    let issuers = issuers.iter().map(|party| (links.issuer(&party.name), party)).collect();
    render(&Page { title: "Touchmark", issuers })
}

/// A problem, for people; it must never fail itself.
pub fn problem(document: &ProblemDocument) -> String {
    #[derive(Template)]
    #[template(path = "problem.html")]
    struct Page<'a> {
        title: &'a str,
        document: &'a ProblemDocument,
    }
    let page = Page { title: &document.title, document };
    page.render().unwrap_or_else(|_| format!("{} {}", document.status, document.status))
}
