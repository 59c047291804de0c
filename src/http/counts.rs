//! What micro-credentials count for, for anyone who asks: nothing is recorded.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::body::Body;
use super::examine;
use super::limits::Client;
use super::problem::{Problem, ProblemDocument};
use crate::check::Report;
use crate::model::links::Links;
use crate::recognition::policy::Citation;
use crate::recognition::{CountedCredential, Decision};
use crate::recognize::control::Asked;
use crate::recognize::counts::{ByPolicy, CountsRequest, Office, check_count, drawn, name_apart};
use crate::recognize::request::Input;
use crate::recognize::{Recognition, RecognizeError, menus};

/// What some micro-credentials would count for. Nothing was recorded.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProspectsView {
    /// In the order of the request.
    pub credentials: Vec<CountedView>,
    pub recognizers: Vec<OfficeProspectView>,
    /// There are more policies than are counted by at once: name a recognizer.
    pub more: bool,
}

/// What was asked about, and the report on it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CountedView {
    /// What the decisions call it; of a presentation, each that it holds.
    pub inputs: Vec<String>,
    /// As of when it was verified.
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Timestamp,
    pub report: Report,
}

/// What one recognizer would count.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfficeProspectView {
    #[schema(example = "tennessee")]
    pub recognizer: String,
    pub name: String,
    pub page: String,
    pub policies: Vec<ProspectView>,
}

/// What one policy, as it was published last, makes of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProspectView {
    pub name: String,
    /// Where anyone reads this version.
    pub url: String,
    pub authority: Vec<Citation>,
    /// By what is known, if they are the claimant's: that is shown when a claim is filed.
    pub known: Decision,
    /// If all that is open (dates of the license, statements, approvals) were settled well; absent
    /// where that changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hoped: Option<Decision>,
}

/// What micro-credentials count for, by each recognizer's policies as they stand: verified, and
/// counted as a claim would be.
///
/// Nothing is recorded or kept. What was counted before is used up; whether it was, only the
/// recognizer says when a claim is filed. One that does not verify is reported, and counts nowhere.
#[utoipa::path(post, path = "/v1/counts", tag = "recognition", request_body = CountsRequest,
    responses((status = 200, description = "Each policy's decision", body = ProspectsView),
              (status = 415, description = "The body is not JSON", body = ProblemDocument,
               content_type = "application/problem+json")))]
pub async fn counts(
    State(app): State<Arc<App>>,
    client: Client,
    Body(request): Body<CountsRequest>,
) -> Result<Json<ProspectsView>, Problem> {
    let (asked, wish) = request.read().map_err(RecognizeError::Invalid)?;
    let (inputs, said): (Vec<_>, Vec<_>) = asked.into_iter().map(|it| (it.input, it.said)).unzip();
    let checked_at = app.issuance.ambient.now();
    let verified = verified(&app, client.0, inputs).await?;
    let reports: Vec<Report> = verified.into_iter().map(|(report, _)| report).collect();
    let found: Vec<Vec<(CountedCredential, &Report)>> = reports.iter().map(drawn).collect();
    check_count(found.iter().map(Vec::len).sum()).map_err(RecognizeError::Invalid)?;
    let accepted: Vec<_> = reports.iter().flat_map(menus::carried).collect();
    let mut facts: Vec<Vec<CountedCredential>> = Vec::with_capacity(reports.len());
    for (found, said) in found.into_iter().zip(&said) {
        let mut all: Vec<_> = found.into_iter().map(|(facts, _)| facts).collect();
        all.iter_mut().for_each(|facts| said.add_to(facts));
        facts.push(all);
    }
    name_apart(facts.iter_mut().flatten());
    let named = |all: &Vec<CountedCredential>| all.iter().map(|it| it.input.clone()).collect();
    let inputs: Vec<Vec<String>> = facts.iter().map(named).collect();
    let recognition = Recognition { issuance: &app.issuance };
    let facts = facts.into_iter().flatten().collect();
    let counts = recognition.counts(&app.policies, &wish, facts, &accepted).await?;
    wish.check(&counts).map_err(RecognizeError::Invalid)?;
    let credentials = inputs.into_iter().zip(reports);
    Ok(Json(ProspectsView {
        credentials: credentials
            .map(|(inputs, report)| CountedView { inputs, checked_at, report })
            .collect(),
        recognizers: counts.offices.into_iter().map(|it| view(&app.issuance.links, it)).collect(),
        more: counts.more,
    }))
}

/// The reports, and what they are on. Each counts as one verification against the address's share,
/// of a presentation each credential that it holds.
pub(super) async fn verified(
    app: &Arc<App>,
    client: IpAddr,
    inputs: Vec<Input>,
) -> Result<Vec<(Report, Vec<u8>)>, Problem> {
    for _ in &inputs {
        app.admit(client)?;
    }
    let options = (Asked::default(), app.options.clone());
    let verified = examine::verify_by(app, options, inputs).await?;
    for it in &verified {
        for _ in 1..contained(&it.report) {
            app.admit(client)?;
        }
    }
    Ok(verified.into_iter().map(|it| (it.report, it.bytes)).collect())
}

/// How many credentials were verified.
fn contained(report: &Report) -> usize {
    let inner = report.presentation.iter().flat_map(|it| &it.credentials);
    inner.map(contained).sum::<usize>().max(1)
}

fn view(links: &Links, office: Office) -> OfficeProspectView {
    let Office { party, policies } = office;
    OfficeProspectView {
        page: links.recognizer(&party.name),
        recognizer: party.name,
        name: party.profile.name,
        policies: policies.into_iter().map(prospect).collect(),
    }
}

fn prospect(by: ByPolicy) -> ProspectView {
    let ByPolicy { policy, url, prospect } = by;
    ProspectView {
        name: policy.name.clone(),
        url,
        authority: policy.authority.clone(),
        known: prospect.known,
        hoped: prospect.hoped,
    }
}
