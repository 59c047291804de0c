//! Credentials: minted one by one, and changed later.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::auth::{Caller, Scope};
use super::body::Body;
use super::problem::Problem;
use crate::issue::control::ManageLinks;
use crate::issue::request::MintRequest;
use crate::issue::{Issued, Order};
use crate::model::Fault;
use crate::model::fault::Faults;
use crate::store::{Change, CredentialRow, Cursor, Supersede};

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A minted credential, in all its forms.
#[derive(Serialize, ToSchema)]
pub struct MintAnswer<'a> {
    /// The second of its minting and 128 random bits, in hexadecimal; the last part of its links.
    #[schema(example = "692173a07f8a1a4e0c5b4f0d9b1f3d0e2a6c8b7d")]
    pub id: &'a str,
    /// The embedded form, exactly as it was signed.
    #[schema(value_type = Object)]
    pub credential: &'a RawValue,
    /// The Open Badges VC-JWT form: ES256, unless `securing` says otherwise.
    pub jwt: &'a str,
    pub links: CredentialLinks,
    /// For the earner alone, to be passed on to them: whoever has it decides what others see of
    /// the credential. One that replaces another has a link of its own, to be passed on too: it
    /// begins with what was private of the other, whose link leads to the other still. Asked for
    /// again, the mint answers with the link as it was last renewed; absent where the earner ended
    /// it, until `manage-link` renews it.
    #[serde(rename = "manageUrl", skip_serializing_if = "Option::is_none")]
    pub manage_url: Option<String>,
    /// The page of the credential whose place this one took. Its `manageUrl` does not lead here:
    /// pass the new one on to the earner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
}

/// Where a credential is to be found.
#[derive(Serialize, ToSchema)]
pub struct CredentialLinks {
    /// For people, and its id.
    pub page: String,
    pub json: String,
    pub jwt: String,
    pub achievement: String,
    pub issuer: String,
}

/// A credential's state.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialRecord {
    pub id: String,
    /// Its page, and its id in the credential.
    pub page: String,
    /// Absent where it was composed elsewhere, and is of no achievement here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achievement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub achievement_version: Option<i64>,
    /// `good`, `suspended`, `revoked` or `superseded`; the last two are final.
    pub status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<Timestamp>,
    /// The page of the credential that replaces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Its earner was forgotten: only this row, the status and the audit are kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub forgotten: bool,
}

/// A page of credentials, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialPage {
    pub credentials: Vec<CredentialRecord>,
    /// Ask again with `after` set to this for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Why a status changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// For the issuer's own record. Not published: no personal data is needed.
    #[schema(example = "Evidence was not the earner's own")]
    pub reason: String,
}

/// What takes a credential's place: one already minted, or one minted now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supersession {
    #[schema(example = "The earner's name was misspelt")]
    pub reason: String,
    /// The id of a credential that is already minted.
    #[serde(default)]
    pub successor: Option<String>,
    /// The corrected review, minted in the same step.
    #[serde(default)]
    pub replacement: Option<MintRequest>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// At most so many; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Mint a credential after a passing review.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/credentials", tag = "credentials",
    params(("issuer" = String, Path, example = "nea"),
           ("Idempotency-Key" = Option<String>, Header,
            description = "Asking again under the same key gives the same bytes and mints nothing")),
    request_body = MintRequest,
    responses((status = 201, description = "The credential, committed", body = MintAnswer)),
    security(("apiKey" = ["mint"])))]
pub async fn mint(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(issuer): Path<String>,
    headers: HeaderMap,
    Body(request): Body<MintRequest>,
) -> Result<Response, Problem> {
    let party = app.party(&caller, Scope::Mint, &issuer).await?;
    let idempotency_key = idempotency_key(&headers, request.idempotency_key.as_ref())?;
    let order = Order { request, idempotency_key, supersedes: None };
    let mut answers = app.issuance.issue(party, caller.minter(), vec![order]).await;
    let issued = answers.pop().expect("one order has one answer")?;
    created(&app, &issuer, &issued, None).await
}

/// The header and the body's member say the same, so either may.
pub(super) fn idempotency_key(
    headers: &HeaderMap,
    member: Option<&String>,
) -> Result<Option<String>, Problem> {
    let unreadable =
        |detail: &str| Problem::Unreadable { part: "Idempotency-Key", detail: detail.into() };
    let mut given = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(value) = given.next() else { return Ok(member.cloned()) };
    if given.next().is_some() {
        return Err(unreadable("there is more than one"));
    }
    let key =
        value.to_str().map_err(|_| unreadable("it has characters that are not ASCII"))?.trim();
    if key.is_empty() || key.len() > 255 {
        return Err(unreadable("a key has 1 to 255 characters"));
    }
    if member.is_some_and(|member| member != key) {
        return Err(unreadable("the header and the body's idempotencyKey differ"));
    }
    Ok(Some(key.to_owned()))
}

async fn created(
    app: &App,
    issuer: &str,
    issued: &Issued,
    supersedes: Option<String>,
) -> Result<Response, Problem> {
    let manage = app.issuance.manage_links().await?;
    let answer = MintAnswer { supersedes, ..answer(app, issuer, issued, manage)? };
    let mut response = (StatusCode::CREATED, Json(answer)).into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&app.issuance.links.credential(&issued.id)) {
        headers.insert(header::LOCATION, location);
    }
    if issued.replayed {
        mark_replayed(headers);
    }
    Ok(response)
}

/// Says that an earlier request under the same idempotency key did it.
pub(super) fn mark_replayed(headers: &mut HeaderMap) {
    headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
}

/// What minting answers; the same for each line of a batch.
pub fn answer<'a>(
    app: &App,
    issuer: &str,
    issued: &'a Issued,
    manage: &ManageLinks,
) -> Result<MintAnswer<'a>, Problem> {
    let links = &app.issuance.links;
    let page = links.credential(&issued.id);
    Ok(MintAnswer {
        id: &issued.id,
        credential: serde_json::from_str(&issued.embedded).map_err(|error| {
            tracing::error!(%error, credential.id = %issued.id, "a stored credential is not JSON");
            Problem::Internal
        })?,
        jwt: &issued.jwt,
        links: CredentialLinks {
            json: format!("{page}.json"),
            jwt: format!("{page}.jwt"),
            achievement: links.achievement(issuer, &issued.achievement),
            issuer: links.issuer(issuer),
            page,
        },
        supersedes: None,
        manage_url: issued.manage.map(|number| links.manage(&manage.link(&issued.id, number))),
    })
}

/// An issuer's credentials, newest first.
#[utoipa::path(get, path = "/v1/issuers/{issuer}/credentials", operation_id = "list_credentials", tag = "credentials",
    params(("issuer" = String, Path, example = "nea"), Paging),
    responses((status = 200, description = "A page of them", body = CredentialPage)),
    security(("apiKey" = ["mint"]), ("apiKey" = ["status"]), ("apiKey" = ["admin"])))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(issuer): Path<String>,
    paging: Result<Query<Paging>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<CredentialPage>, Problem> {
    app.party_to_read(&caller, &issuer).await?;
    let unreadable = |detail: String| Problem::Unreadable { part: "query", detail };
    let Query(Paging { limit, after }) = paging.map_err(|e| unreadable(e.body_text()))?;
    let limit = limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(unreadable("limit is 1 to 200".into()));
    }
    let after = after.map(|text| {
        read_cursor(&text).ok_or_else(|| unreadable("after is not a next of ours".into()))
    });
    let rows = app.issuance.store.credentials(&issuer, after.transpose()?.as_ref(), limit).await?;
    let full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| full).map(|row| write_cursor(&row.cursor()));
    Ok(Json(CredentialPage {
        credentials: rows.into_iter().map(|row| record_of(&app, row)).collect(),
        next,
    }))
}

fn write_cursor(cursor: &Cursor) -> String {
    format!("{}-{}", cursor.created_at.as_millisecond(), cursor.id)
}

fn read_cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_once('-')?;
    let id = Some(id).filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    Some(Cursor { created_at: Timestamp::from_millisecond(at.parse().ok()?).ok()?, id: id.into() })
}

/// A credential's state, as its issuer sees it.
#[utoipa::path(get, path = "/v1/issuers/{issuer}/credentials/{id}", tag = "credentials",
    params(("issuer" = String, Path, example = "nea"), ("id" = String, Path)),
    responses((status = 200, description = "Its state", body = CredentialRecord)),
    security(("apiKey" = ["mint"]), ("apiKey" = ["status"]), ("apiKey" = ["admin"])))]
pub async fn record(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, id)): Path<(String, String)>,
) -> Result<Json<CredentialRecord>, Problem> {
    app.party_to_read(&caller, &issuer).await?;
    let row = app.issuance.store.credential_of(&issuer, &id).await?;
    Ok(Json(record_of(&app, row.ok_or(Problem::NotFound)?)))
}

/// Revoke a credential, for good.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/credentials/{id}/revoke", tag = "status",
    params(("issuer" = String, Path, example = "nea"), ("id" = String, Path)), request_body = StatusChange,
    responses((status = 200, description = "Its state now", body = CredentialRecord)),
    security(("apiKey" = ["status"])))]
pub async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, id)): Path<(String, String)>,
    Body(asked): Body<StatusChange>,
) -> Result<Json<CredentialRecord>, Problem> {
    change(&app, &caller, (&issuer, &id), &Change::Revoke, &asked.reason).await
}

/// Suspend a credential, until it is reinstated.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/credentials/{id}/suspend", tag = "status",
    params(("issuer" = String, Path, example = "nea"), ("id" = String, Path)), request_body = StatusChange,
    responses((status = 200, description = "Its state now", body = CredentialRecord)),
    security(("apiKey" = ["status"])))]
pub async fn suspend(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, id)): Path<(String, String)>,
    Body(asked): Body<StatusChange>,
) -> Result<Json<CredentialRecord>, Problem> {
    change(&app, &caller, (&issuer, &id), &Change::Suspend, &asked.reason).await
}

/// End a suspension.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/credentials/{id}/reinstate", tag = "status",
    params(("issuer" = String, Path, example = "nea"), ("id" = String, Path)), request_body = StatusChange,
    responses((status = 200, description = "Its state now", body = CredentialRecord)),
    security(("apiKey" = ["status"])))]
pub async fn reinstate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, id)): Path<(String, String)>,
    Body(asked): Body<StatusChange>,
) -> Result<Json<CredentialRecord>, Problem> {
    change(&app, &caller, (&issuer, &id), &Change::Reinstate, &asked.reason).await
}

async fn change(
    app: &App,
    caller: &Caller,
    (issuer, id): (&str, &str),
    change: &Change,
    reason: &str,
) -> Result<Json<CredentialRecord>, Problem> {
    // Receipts and endorsements of recognizers are taken back by the books that they stand for.
    app.party(caller, Scope::Status, issuer).await?;
    check_reason(reason).map_err(Problem::Invalid)?;
    let changed = app.issuance.change(issuer, id, change, reason, caller.key_id()).await?;
    Ok(Json(record_of(app, changed.credential)))
}

fn check_reason(reason: &str) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::default();
    faults.text("/reason", reason, 1000);
    faults.into_result()
}

/// Replace a credential by a corrected one. The old one is revoked in its status list; our pages
/// and API tell its successor. What the earner keeps private stays so on a replacement; its
/// `manageUrl` is new, and is to be passed on to them.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/credentials/{id}/supersede", tag = "status",
    params(("issuer" = String, Path, example = "nea"), ("id" = String, Path),
           ("Idempotency-Key" = Option<String>, Header,
            description = "With a replacement: asking again gives the same bytes")),
    request_body = Supersession,
    responses((status = 200, description = "The old credential's state now", body = CredentialRecord),
              (status = 201, description = "The replacement, committed", body = MintAnswer)),
    security(("apiKey" = ["status"])))]
pub async fn supersede(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, id)): Path<(String, String)>,
    headers: HeaderMap,
    Body(asked): Body<Supersession>,
) -> Result<Response, Problem> {
    let party = app.party(&caller, Scope::Status, &issuer).await?;
    check_reason(&asked.reason).map_err(Problem::Invalid)?;
    let (request, reason) = match (asked.successor, asked.replacement) {
        (Some(successor), None) => {
            let to = Change::Supersede { successor: own_id(&app, &successor) };
            return Ok(change(&app, &caller, (&issuer, &id), &to, &asked.reason)
                .await?
                .into_response());
        }
        (None, Some(replacement)) => (replacement, asked.reason),
        _ => {
            let detail = "name a successor that is already minted, or give a replacement to mint";
            return Err(Problem::Invalid(vec![Fault::new("", "no-successor", detail)]));
        }
    };
    caller.may(Scope::Mint, &issuer)?;
    let idempotency_key = idempotency_key(&headers, request.idempotency_key.as_ref())?;
    let order = Order {
        request,
        idempotency_key,
        supersedes: Some(Supersede { credential: id.clone(), reason }),
    };
    let mut answers = app.issuance.issue(party, caller.minter(), vec![order]).await;
    let issued = answers.pop().expect("one order has one answer").map_err(|error| match error {
        crate::issue::IssueError::Invalid(faults) => Problem::Invalid(
            faults
                .into_iter()
                .map(|f| Fault { pointer: format!("/replacement{}", f.pointer), ..f })
                .collect(),
        ),
        other => other.into(),
    })?;
    created(&app, &issuer, &issued, Some(app.issuance.links.credential(&id))).await
}

/// The short id of a credential of ours that is named by its page.
fn own_id(app: &App, named: &str) -> String {
    match app.issuance.links.own(named) {
        Some(crate::model::links::Own::Credential(id)) => id.into(),
        _ => named.into(),
    }
}

fn record_of(app: &App, row: CredentialRow) -> CredentialRecord {
    let links = &app.issuance.links;
    let (external, forgotten) = (row.is_external(), row.is_forgotten());
    CredentialRecord {
        page: links.credential(&row.id),
        id: row.id,
        achievement: (!external).then_some(row.achievement_slug),
        achievement_version: (!external).then_some(row.achievement_version),
        status: row.state.as_str().into(),
        reason: row.state_reason,
        changed_at: row.state_at,
        superseded_by: row.superseded_by.map(|id| links.credential(&id)),
        created_at: row.created_at,
        forgotten,
    }
}
