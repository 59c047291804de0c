//! A receipt's page: whether it holds, then what was counted, for what and by which policy.
//!
//! Invariant: all that it tells of the decision stands in the signed receipt itself, so that it
//! says the same however policy and credentials stand today; and it names nobody whom the receipt
//! does not name.

use askama::Template;

use super::checks::{self, Group};
use super::files::{Facts, Files};
use super::speech::Speech;
use super::verdict::{self, Verdict};
use super::{amounts, here, owner_page, render};
use crate::check::Report;
use crate::check::trusted_issuers::KnownAs;
use crate::http::problem::Problem;
use crate::model::decimal::Amount;
use crate::model::json;
use crate::model::links::Links;
use crate::recognition::receipt::{DecidedOn, Explained, Genre, unit_named};
use crate::recognize::renew::RENEWED;
use crate::store::{CredentialRow, CredentialState, PartyKind};

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page<'a> {
    t: &'a Speech,
    title: String,
    verdict: Verdict,
    since: Option<String>,
    ended: Option<Ended>,
    successor: Option<&'a str>,
    groups: Vec<Group>,
    as_of: Option<&'a str>,
    signer: String,
    known_as: Option<&'a KnownAs>,
    recognizer_page: String,
    explained: &'a Explained,
    policy_page: Option<String>,
    counted: Vec<Counted<'a>>,
    others: Vec<&'a DecidedOn>,
    files: Files,
}

/// A micro-credential that was counted.
struct Counted<'a> {
    name: &'a str,
    link: Option<&'a str>,
    /// In English.
    why: Option<&'a str>,
}

/// The page, where the credential is a receipt of a recognizer here.
pub fn receipt(
    t: &Speech,
    links: &Links,
    row: &CredentialRow,
    report: &Report,
) -> Result<Option<String>, Problem> {
    if row.is_external() || PartyKind::of_owner(&row.issuer).0 != PartyKind::Recognizer {
        return Ok(None);
    }
    let json = json::parse(row.embedded.as_bytes()).map_err(|error| {
        tracing::error!(%error, credential.id = %row.id, "a stored receipt is not JSON");
        Problem::Internal
    })?;
    let Some(explained) = json.as_object().and_then(Explained::of) else { return Ok(None) };
    let title = award(t, &explained);
    let page = links.credential(&row.id);
    // No profile or résumé asks for a receipt.
    let facts = Facts {
        id: &row.id,
        title: &title,
        issuer: None,
        awarded: None,
        until: None,
        pictured: true,
        has_jwt: !row.jwt.is_empty(),
        holds: false,
    };
    let ended = Ended::of(row);
    render(&Page {
        t,
        files: Files::of(t, links, &page, &facts),
        verdict: Verdict::of(report, t),
        since: ended.and(row.state_at).map(|at| at.strftime("%F").to_string()),
        ended,
        successor: report.superseded_by.as_deref().map(|link| here(links, link)),
        groups: checks::groups(report, t),
        as_of: report.status_as_of.as_deref(),
        signer: verdict::domain(report).map_or_else(|| t.text("unknown-signer"), str::to_owned),
        known_as: report.signer.as_ref().and_then(|signer| signer.known_as.as_ref()),
        recognizer_page: here(links, &owner_page(links, &row.issuer)).to_owned(),
        policy_page: explained
            .of_genre(Genre::Policy)
            .next()
            .and_then(|policy| link(links, policy.id.as_deref()).map(str::to_owned)),
        counted: explained.of_genre(Genre::Credential).map(|it| Counted::of(links, it)).collect(),
        others: explained
            .of_genre(Genre::StatusList)
            .chain(explained.of_genre(Genre::Report))
            .collect(),
        explained: &explained,
        title,
    })
    .map(Some)
}

/// `6 PDPs`; in a unit that we do not know, as the receipt says it.
fn award(t: &Speech, explained: &Explained) -> String {
    match (Amount::parse(&explained.award), unit_named(&explained.unit)) {
        (Some(amount), Some(unit)) => amounts::amount(t, amount, unit),
        _ => format!("{} {}", explained.award, explained.unit),
    }
}

/// Why a receipt does not hold any more: what that means, and what the link to its successor says.
#[derive(Clone, Copy)]
struct Ended {
    means: &'static str,
    open: &'static str,
}

impl Ended {
    /// As the books say: of one whose key was withdrawn its own status list is not believed.
    fn of(row: &CredentialRow) -> Option<Self> {
        let renewed = row.state_reason.as_deref() == Some(RENEWED);
        let (means, open) = match row.state {
            CredentialState::Revoked => ("receipt-withdrawn", "receipt-open-successor"),
            CredentialState::Superseded if renewed => ("receipt-renewed", "receipt-open-renewed"),
            CredentialState::Superseded => ("receipt-corrected", "receipt-open-successor"),
            _ => return None,
        };
        Some(Self { means, open })
    }
}

/// An address that a page may link to.
fn link<'u>(links: &Links, url: Option<&'u str>) -> Option<&'u str> {
    let link = here(links, url?);
    (link.starts_with('/') || link.starts_with("https://")).then_some(link)
}

impl<'a> Counted<'a> {
    fn of(links: &Links, it: &'a DecidedOn) -> Self {
        Self {
            name: bare(&it.name),
            link: link(links, it.id.as_deref()),
            why: it.description.as_deref(),
        }
    }
}

/// `credential 1 (Restorative Practices)`, as the claim called it, without its number.
fn bare(name: &str) -> &str {
    let inner = name.strip_prefix("credential ").and_then(|rest| rest.split_once(" ("));
    inner.and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_micro_credential_is_called_by_its_name_alone() {
        assert_eq!(bare("credential 12 (Circles (II))"), "Circles (II)");
        assert_eq!(bare("Circles"), "Circles");
        assert_eq!(bare("credential 12"), "credential 12");
    }

    #[test]
    fn every_unit_is_known_again_by_what_a_receipt_calls_it() {
        use crate::recognition::policy::Unit;
        use crate::recognition::receipt::unit_name;
        for unit in Unit::ALL {
            assert_eq!(unit_named(unit_name(unit)), Some(unit));
        }
        assert_eq!(unit_named("Stars"), None);
    }
}
