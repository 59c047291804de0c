//! The page of a credential whose holder keeps it private: whether it holds, and nothing of whom.
//!
//! Invariant: nothing on it is of the earner: no name, no evidence, no narrative, no outcome. The
//! checks are not listed either, since what they saw quotes the credential.

use askama::Template;

use super::speech::Speech;
use super::verdict::{self, Verdict};
use super::{here, render};
use crate::check::Report;
use crate::check::report::Status;
use crate::http::problem::Problem;
use crate::model::links::Links;
use crate::store::CredentialRow;

#[derive(Template)]
#[template(path = "private.html")]
struct Page<'a> {
    t: &'a Speech,
    title: String,
    verdict: Verdict,
    since: Option<String>,
    as_of: Option<&'a str>,
    signer: String,
    issuer_page: String,
}

pub fn page(
    t: &Speech,
    links: &Links,
    row: &CredentialRow,
    report: &Report,
) -> Result<String, Problem> {
    let ended = !matches!(report.status, Status::Good | Status::Unknown);
    render(&Page {
        t,
        title: t.text("private-title"),
        verdict: Verdict::of(report, t),
        since: row.state_at.filter(|_| ended).map(|at| at.strftime("%F").to_string()),
        as_of: report.status_as_of.as_deref(),
        signer: verdict::domain(report).map_or_else(|| t.text("unknown-signer"), str::to_owned),
        issuer_page: here(links, &links.issuer(&row.issuer)).to_owned(),
    })
}
