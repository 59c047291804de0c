//! Policies of recognizers: published under a key, read by anyone.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Scope};
use super::body;
use super::problem::Problem;
use crate::issue::parties::Party;
use crate::model::links::Links;
use crate::recognition::Policy;
use crate::recognize::Recognition;
use crate::store::{PartyKind, PolicyRow};

/// A published version of a policy.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    #[schema(example = "tennessee-relicensure")]
    pub id: String,
    /// As its author calls it; it never changes.
    #[schema(example = "1")]
    pub version: String,
    /// 1, 2, … in the order of publishing.
    pub number: i64,
    /// Of its canonical JSON (RFC 8785): multibase base64url of the sha2-256 multihash.
    pub digest_multibase: String,
    /// Where anyone reads this version.
    pub url: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Policy)]
    pub policy: Box<RawValue>,
}

/// Publish a policy, or a new version of one. A version never changes; the same text again
/// changes nothing.
#[utoipa::path(post, path = "/v1/recognizers/{recognizer}/policies", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee")),
    request_body(content((Policy = "application/json"), (String = "application/yaml")),
                 description = "The policy, as JSON or YAML"),
    responses((status = 201, description = "It is published", body = PolicyView),
              (status = 200, description = "It was published before", body = PolicyView)),
    security(("apiKey" = ["policy"])))]
pub async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(recognizer): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<PolicyView>), Problem> {
    let party = app.recognizer(&caller, Scope::Policy, &recognizer).await?;
    let text = body::read(request).await?;
    let recognition = Recognition { issuance: &app.issuance };
    let (row, new) = recognition.publish(&party, &text, caller.key_id()).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(view(&app.issuance.links, row)?)))
}

/// Every version of a recognizer's policies.
#[utoipa::path(get, path = "/v1/recognizers/{recognizer}/policies", operation_id = "list_policies", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee")),
    responses((status = 200, description = "By id, in the order of publishing", body = Vec<PolicyView>)),
    security(("apiKey" = ["policy"]), ("apiKey" = ["claim"])))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(recognizer): Path<String>,
) -> Result<Json<Vec<PolicyView>>, Problem> {
    app.recognizer_to_read(&caller, &recognizer).await?;
    let rows = app.issuance.store.policies(&recognizer).await?;
    let views = rows.into_iter().map(|row| view(&app.issuance.links, row));
    Ok(Json(views.collect::<Result<_, _>>()?))
}

/// A policy as it was published last.
#[utoipa::path(get, path = "/recognizers/{recognizer}/policies/{policy}", operation_id = "latest_policy", tag = "public",
    params(("recognizer" = String, Path), ("policy" = String, Path)),
    responses((status = 200, description = "The policy in canonical JSON, its digest as ETag", body = Policy),
              (status = 304, description = "The copy that the client has is current")))]
pub async fn latest(
    State(app): State<Arc<App>>,
    Path((recognizer, policy)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = app.issuance.store.latest_policy(&recognizer, &policy).await?;
    answer(row.ok_or(Problem::NotFound)?, &headers, "public, max-age=60")
}

/// One version of a policy: it never changes.
#[utoipa::path(get, path = "/recognizers/{recognizer}/policies/{policy}/versions/{version}", tag = "public",
    params(("recognizer" = String, Path), ("policy" = String, Path), ("version" = String, Path)),
    responses((status = 200, description = "The policy in canonical JSON, its digest as ETag", body = Policy),
              (status = 304, description = "The copy that the client has is current")))]
pub async fn version(
    State(app): State<Arc<App>>,
    Path((recognizer, policy, version)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = app.issuance.store.policy_version((&recognizer, &policy), &version).await?;
    answer(row.ok_or(Problem::NotFound)?, &headers, "public, max-age=31536000, immutable")
}

fn answer(row: PolicyRow, headers: &HeaderMap, caching: &'static str) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", row.digest);
    let seen = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let current = seen
        .is_some_and(|seen| seen.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let caching = [(header::CACHE_CONTROL, caching.to_owned()), (header::ETAG, tag)];
    if current {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, "application/json")], row.body).into_response())
}

fn view(links: &Links, row: PolicyRow) -> Result<PolicyView, Problem> {
    let policy = RawValue::from_string(row.body).map_err(|error| {
        tracing::error!(%error, policy = %row.id, "a stored policy is not JSON");
        Problem::Internal
    })?;
    Ok(PolicyView {
        url: format!("{}/versions/{}", links.policy(&row.recognizer, &row.id), row.version),
        id: row.id,
        version: row.version,
        number: row.number,
        digest_multibase: row.digest,
        created_at: row.created_at,
        policy,
    })
}

impl App {
    /// The recognizer, if the caller may do `scope` for it.
    pub async fn recognizer(
        &self,
        caller: &Caller,
        scope: Scope,
        name: &str,
    ) -> Result<Party, Problem> {
        caller.may(scope, &PartyKind::Recognizer.owner(name))?;
        let party = self.issuance.parties.party(PartyKind::Recognizer, name).await?;
        party.ok_or(Problem::NotFound)
    }

    /// The recognizer, for a key that publishes or files claims for it.
    pub async fn recognizer_to_read(&self, caller: &Caller, name: &str) -> Result<Party, Problem> {
        match self.recognizer(caller, Scope::Claim, name).await {
            Err(Problem::Forbidden { .. }) => self.recognizer(caller, Scope::Policy, name).await,
            other => other,
        }
    }
}
