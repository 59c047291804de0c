//! Claims: filed with a recognizer, decided, recorded, and looked at again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::auth::{Caller, Scope};
use super::body::Body;
use super::credentials::idempotency_key;
use super::examine::{examine, verify_all};
use super::problem::Problem;
use crate::check::Report;
use crate::issue::parties::Party;
use crate::recognition::Decision;
use crate::recognize::Recognition;
use crate::recognize::belongs::Claimant;
use crate::recognize::claim::{Claim, Filer};
use crate::recognize::control::Asked;
use crate::recognize::request::{ClaimRequest, Input};
use crate::recognize::review::moved;
use crate::store::{AppealDecision, ClaimChange, ClaimEvent, ClaimRow};

/// How often a claim is looked at for one review.
const MOST_LOOKS: usize = 3;

/// A claim, as its recognizer sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    pub id: String,
    /// `recorded`, `withdrawn` or `corrected`; the last two are final.
    pub state: &'static str,
    /// Of each credential whether it counts and why, the total, and what would make more count.
    pub decision: Decision,
    pub receipt: ReceiptLinks,
    /// Why a person has to look: a credential that was counted does not hold any more. Nothing is
    /// taken back by that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub appealed_at: Option<Timestamp>,
    /// What was decided on that appeal: `upheld` or `dismissed`; absent while it waits. The history
    /// says who decided, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal_decision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub appeal_decided_at: Option<Timestamp>,
    /// The claim whose place it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
    /// Absent where it was redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimant: Option<Claimant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub redacted_at: Option<Timestamp>,
    /// The day that windows, limits and deadlines go by.
    #[schema(value_type = String, format = Date)]
    pub filed_on: Date,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// What happened to it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventView>,
}

/// Where a receipt is to be found: an Open Badges credential of the recognizer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptLinks {
    /// For people, and its id. Whoever has the link can read it.
    pub page: String,
    pub json: String,
    pub jwt: String,
}

/// Something that happened to a claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The API key's id; `issuer` where a credential was revoked or suspended, or its key withdrawn.
    pub by: String,
    /// `record`, `flag`, `clear`, `appeal`, `decide-appeal`, `withdraw`, `correct`, `renew` (its
    /// receipt) or `redact`.
    pub action: String,
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who decided an appeal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// What a policy would make of a claim. Nothing was recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    pub decision: Decision,
    /// The reports on the credentials, in the order of the claim.
    pub reports: Vec<Report>,
}

/// Why a claim changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimReason {
    /// Kept with the claim until it is redacted.
    #[schema(example = "Filed for the wrong year")]
    pub reason: String,
}

/// A claim in the place of another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    #[schema(example = "The license number was misspelt")]
    pub reason: String,
    pub claim: ClaimRequest,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// Decide, and record nothing.
    #[serde(default)]
    dry_run: bool,
}

/// File a claim: each credential is verified and counted by the policy, and what counts is recorded
/// once and for all, with a signed receipt.
///
/// All or nothing: where a credential that would count is used up, the claim is refused and says
/// which it is.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), Filing,
           ("Idempotency-Key" = Option<String>, Header,
            description = "Asking again under the same key gives the same claim and records nothing")),
    request_body = ClaimRequest,
    responses((status = 201, description = "It is recorded", body = ClaimView),
              (status = 200, description = "Of a dry run: what would be decided", body = Preview)),
    security(("apiKey" = ["claim"])))]
pub async fn file(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(recognizer): Path<String>,
    filing: Result<Query<Filing>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    Body(request): Body<ClaimRequest>,
) -> Result<Response, Problem> {
    let party = app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    let unreadable = |detail| Problem::Unreadable { part: "query", detail };
    let Query(Filing { dry_run }) = filing.map_err(|error| unreadable(error.body_text()))?;
    let by = filer(&caller, &headers)?;
    let recognition = Recognition { issuance: &app.issuance };
    let claim = Claim::unexamined(&party, &request);
    if !dry_run && let Some(row) = recognition.replayed(&claim, &by).await? {
        return created(&app, row, true).await;
    }
    let (filed, examined) = examine(&app, &party, &request).await?;
    let claim = Claim { filed: &filed, examined: &examined, ..claim };
    if dry_run {
        let decision = recognition.preview(&claim).await?.decision;
        let reports = examined.into_iter().map(|it| it.report).collect();
        return Ok(Json(Preview { decision, reports }).into_response());
    }
    let (row, replayed) = recognition.file(&claim, &by).await?;
    created(&app, row, replayed).await
}

/// Correct a claim: another takes its place, and its receipt supersedes the first one's.
///
/// Where nothing else is stated it goes by the day, the policy's version and the license of the claim
/// that it corrects.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims/{claim}/correct", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), ("claim" = String, Path),
           ("Idempotency-Key" = Option<String>, Header)),
    request_body = Correction,
    responses((status = 201, description = "The claim that took its place", body = ClaimView)),
    security(("apiKey" = ["claim"])))]
pub async fn correct(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, id)): Path<(String, String)>,
    headers: HeaderMap,
    Body(Correction { reason, claim: request }): Body<Correction>,
) -> Result<Response, Problem> {
    let party = app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    let by = filer(&caller, &headers)?;
    require_reason(&reason)?;
    let recognition = Recognition { issuance: &app.issuance };
    let claim = Claim { corrects: Some((&id, &reason)), ..Claim::unexamined(&party, &request) };
    if let Some(row) = recognition.replayed(&claim, &by).await? {
        return created(&app, row, true).await;
    }
    let corrected = app.issuance.store.claim(&recognizer, &id).await?.ok_or(Problem::NotFound)?;
    if corrected.redacted_at.is_some() {
        return Err(redacted());
    }
    let (filed, examined) = examine(&app, &party, &request).await?;
    let claim = Claim { filed: &filed, examined: &examined, ..claim };
    let (row, replayed) = recognition.file(&claim, &by).await?;
    created(&app, row, replayed).await
}

/// A recognizer's claims, the newest 200.
#[utoipa::path(get, path = "/v1/recognizers/{recognizer}/claims", operation_id = "list_claims", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee")),
    responses((status = 200, description = "Without claimants and events", body = Vec<ClaimView>)),
    security(("apiKey" = ["claim"])))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(recognizer): Path<String>,
) -> Result<Json<Vec<ClaimView>>, Problem> {
    app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    let rows = app.issuance.store.claims(&recognizer, 200).await?;
    let views = rows.into_iter().map(|row| view(&app, row));
    Ok(Json(views.collect::<Result<_, _>>()?))
}

/// A claim, with its claimant and its history.
#[utoipa::path(get, path = "/v1/recognizers/{recognizer}/claims/{claim}", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), ("claim" = String, Path)),
    responses((status = 200, description = "The claim", body = ClaimView)),
    security(("apiKey" = ["claim"])))]
pub async fn claim(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, id)): Path<(String, String)>,
) -> Result<Json<ClaimView>, Problem> {
    let party = app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    let row = app.issuance.store.claim(&party.name, &id).await?.ok_or(Problem::NotFound)?;
    whole(&app, row).await.map(Json)
}

/// Withdraw a claim: what it used is free again, and its receipt is revoked.
///
/// Where later claims counted on it, by a table, and stand for more than is left, they are flagged.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims/{claim}/withdraw", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), ("claim" = String, Path)),
    request_body = ClaimReason,
    responses((status = 200, description = "The claim now", body = ClaimView)),
    security(("apiKey" = ["claim"])))]
pub async fn withdraw(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, id)): Path<(String, String)>,
    Body(ClaimReason { reason }): Body<ClaimReason>,
) -> Result<Json<ClaimView>, Problem> {
    let party: Party = app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    require_reason(&reason)?;
    let recognition = Recognition { issuance: &app.issuance };
    let row = recognition.withdraw((&party.name, &id), &reason, caller.key_id()).await?;
    whole(&app, row).await.map(Json)
}

/// Delete the claimant's personal data, of the claims that it corrected or that corrected it too.
///
/// Of these last, where the claimant is the same. One that stopped half way goes on when asked again.
/// What stays are keyed hashes against double use, the decision without the credentials' ids and names
/// and what they are related by, the times, and the license's dates where later claims go by them. The receipt is answered with 410; a copy of it still verifies.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims/{claim}/redact", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), ("claim" = String, Path)),
    responses((status = 200, description = "The claim now", body = ClaimView)),
    security(("apiKey" = ["claim"])))]
pub async fn redact(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, id)): Path<(String, String)>,
) -> Result<Json<ClaimView>, Problem> {
    let party = app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    let row = app.issuance.store.claim(&party.name, &id).await?.ok_or(Problem::NotFound)?;
    let recognition = Recognition { issuance: &app.issuance };
    let row = recognition.redact(&row, caller.key_id(), app.contexts).await?;
    whole(&app, row).await.map(Json)
}

/// Verify the credentials of a claim again: it is flagged where one that was counted does not hold
/// any more, or where more stands for its claimant than is reached, and cleared where neither is so.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/claims/{claim}/review", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee"), ("claim" = String, Path)),
    responses((status = 200, description = "The claim now", body = ClaimView)),
    security(("apiKey" = ["claim"])))]
pub async fn review(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((recognizer, id)): Path<(String, String)>,
) -> Result<Json<ClaimView>, Problem> {
    app.recognizer(&caller, Scope::Claim, &recognizer).await?;
    for _ in 0..MOST_LOOKS {
        let row = app.issuance.store.claim(&recognizer, &id).await?.ok_or(Problem::NotFound)?;
        if let Some(row) = look(&app, &row, caller.key_id()).await? {
            return whole(&app, row).await.map(Json);
        }
    }
    Err(moved().into())
}

/// None where something happened to the claim meanwhile.
async fn look(app: &Arc<App>, row: &ClaimRow, actor: &str) -> Result<Option<ClaimRow>, Problem> {
    let recognition = Recognition { issuance: &app.issuance };
    let Some(details) = recognition.details(&row.recognizer, &row.id).await? else {
        return Err(redacted());
    };
    let counted: Vec<(String, Input)> = details
        .counted(&decision(row)?)
        .map(|(name, text)| (name.to_owned(), Input::Bytes(text.as_bytes().to_vec())))
        .collect();
    let (names, inputs): (Vec<_>, Vec<_>) = counted.into_iter().unzip();
    let verified = verify_all(app, (&row.recognizer, &Asked::default()), inputs).await?;
    let reports = names.into_iter().zip(verified.into_iter().map(|it| it.report));
    let reports: Vec<_> = reports.collect();
    Ok(recognition.review(row, &reports, actor).await?)
}

pub(super) async fn change(
    app: &App,
    caller: &Caller,
    (recognizer, id): (&str, &str),
    (change, reason): (ClaimChange, &str),
) -> Result<Json<ClaimView>, Problem> {
    let party: Party = app.recognizer(caller, Scope::Claim, recognizer).await?;
    require_reason(reason)?;
    let recognition = Recognition { issuance: &app.issuance };
    let row = recognition.change((&party.name, id), &change, Some(reason), caller.key_id()).await?;
    whole(app, row).await.map(Json)
}

fn redacted() -> Problem {
    let detail = "this claim's personal data was deleted, and its credentials with it";
    Problem::Conflict { code: "claim-is-redacted", detail: detail.into() }
}

fn require_reason(reason: &str) -> Result<(), Problem> {
    let mut faults = crate::model::fault::Faults::default();
    faults.text("/reason", reason, 1000);
    faults.into_result().map_err(Problem::Invalid)
}

fn filer(caller: &Caller, headers: &HeaderMap) -> Result<Filer, Problem> {
    Ok(Filer {
        actor: caller.key_id().to_owned(),
        client: caller.client().to_owned(),
        idempotency_key: idempotency_key(headers, None)?,
    })
}

async fn created(app: &App, row: ClaimRow, replayed: bool) -> Result<Response, Problem> {
    let location = format!("/v1/recognizers/{}/claims/{}", row.recognizer, row.id);
    let mut response = (StatusCode::CREATED, Json(whole(app, row).await?)).into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&location) {
        headers.insert(header::LOCATION, location);
    }
    if replayed {
        headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn decision(row: &ClaimRow) -> Result<Decision, Problem> {
    serde_json::from_str(&row.decision).map_err(|error| {
        tracing::error!(%error, claim.id = %row.id, "a stored decision cannot be read");
        Problem::Internal
    })
}

/// Without what is personal, and its history.
fn view(app: &App, row: ClaimRow) -> Result<ClaimView, Problem> {
    let page = app.issuance.links.credential(&row.receipt);
    Ok(ClaimView {
        decision: decision(&row)?,
        state: row.state.as_str(),
        receipt: ReceiptLinks { json: format!("{page}.json"), jwt: format!("{page}.jwt"), page },
        flag: row.flag,
        appealed_at: row.appealed_at,
        appeal_decision: row.appeal_decision.map(AppealDecision::as_str),
        appeal_decided_at: row.appeal_decided_at,
        corrects: row.corrects,
        claimant: None,
        purpose: None,
        redacted_at: row.redacted_at,
        filed_on: row.filed_on,
        created_at: row.created_at,
        events: Vec::new(),
        id: row.id,
    })
}

async fn whole(app: &App, row: ClaimRow) -> Result<ClaimView, Problem> {
    let recognition = Recognition { issuance: &app.issuance };
    let (recognizer, id) = (row.recognizer.clone(), row.id.clone());
    let details = recognition.details(&recognizer, &id).await?;
    let events = app.issuance.store.claim_events(&recognizer, &id).await?;
    let (claimant, purpose) = details.map(|it| (it.claimant, it.purpose)).unzip();
    let purpose = purpose.flatten();
    let events = events.into_iter().map(event).collect();
    Ok(ClaimView { claimant, purpose, events, ..view(app, row)? })
}

fn event(event: ClaimEvent) -> EventView {
    let ClaimEvent { at, actor, action, detail, reason, person, .. } = event;
    let detail = serde_json::from_str(&detail).unwrap_or_default();
    EventView { at, by: actor, action, detail, reason, person }
}
