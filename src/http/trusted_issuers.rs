//! Whom recognizers trust: published under a key, read by anyone.
//!
//! The list is public: whoever is told that their issuer is not in it may look.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Scope};
use super::body::Body;
use super::negotiate::is_current;
use super::problem::Problem;
use crate::check::options::Options;
use crate::check::trusted_issuers::{TrustedIssuer, TrustedIssuers};
use crate::recognition::receipt::{DecidedOn, Genre};
use crate::recognize::{Recognition, trust};
use crate::store::{PartyKind, TrustedIssuersRow};

/// The issuers that a recognizer trusts: all of them, and nobody else.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuerList {
    pub issuers: Vec<TrustedIssuer>,
}

/// A list as it was published.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustedIssuersView {
    /// Of its canonical JSON (RFC 8785): multibase base64url of the sha2-256 multihash.
    pub digest_multibase: String,
    /// Where anyone reads this list, also when another took its place.
    pub url: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub issuers: Vec<TrustedIssuer>,
}

/// Say whom a recognizer trusts: the whole list, in the place of the one before. Reports on its
/// claims say *known as* of these alone, and a policy's `trustedIssuers` means these. Without a list
/// of its own, the operator's file stands in.
#[utoipa::path(put, path = "/v1/recognizers/{recognizer}/trusted-issuers", operation_id = "publish_trusted_issuers", tag = "recognition",
    params(("recognizer" = String, Path, example = "tennessee")),
    request_body = TrustedIssuerList,
    responses((status = 201, description = "It is published", body = TrustedIssuersView),
              (status = 200, description = "It is the one in use already", body = TrustedIssuersView)),
    security(("apiKey" = ["policy"])))]
pub async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(recognizer): Path<String>,
    Body(list): Body<TrustedIssuerList>,
) -> Result<(StatusCode, Json<TrustedIssuersView>), Problem> {
    let party = app.recognizer(&caller, Scope::Policy, &recognizer).await?;
    let issuers = TrustedIssuers::of(list.issuers).map_err(Problem::Invalid)?;
    let recognition = Recognition { issuance: &app.issuance };
    let (row, new) = recognition.trust(&party, &issuers, caller.key_id()).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    let view = TrustedIssuersView {
        url: app.issuance.links.trusted_issuers(&row.recognizer, Some(&row.digest)),
        issuers: trust::issuers(&row)?.issuers().collect(),
        digest_multibase: row.digest,
        created_at: row.created_at,
    };
    Ok((status, Json(view)))
}

/// Whom a recognizer trusts; nothing where it published no list.
#[utoipa::path(get, path = "/recognizers/{recognizer}/trusted-issuers", operation_id = "trusted_issuers", tag = "public",
    params(("recognizer" = String, Path)),
    responses((status = 200, description = "The list in canonical JSON, its digest as ETag", body = TrustedIssuerList),
              (status = 304, description = "The copy that the client has is current")))]
pub async fn latest(
    State(app): State<Arc<App>>,
    Path(recognizer): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = app.issuance.store.trusted_issuers(&recognizer).await?;
    Ok(answer(row.ok_or(Problem::NotFound)?, &headers, "public, max-age=60"))
}

/// A list by its digest, whether another took its place or not: it never changes.
#[utoipa::path(get, path = "/recognizers/{recognizer}/trusted-issuers/{digest}", operation_id = "trusted_issuers_version", tag = "public",
    params(("recognizer" = String, Path), ("digest" = String, Path)),
    responses((status = 200, description = "The list in canonical JSON, its digest as ETag", body = TrustedIssuerList),
              (status = 304, description = "The copy that the client has is current")))]
pub async fn version(
    State(app): State<Arc<App>>,
    Path((recognizer, digest)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let row = app.issuance.store.trusted_issuers_of(&recognizer, &digest).await?;
    Ok(answer(row.ok_or(Problem::NotFound)?, &headers, "public, max-age=31536000, immutable"))
}

fn answer(row: TrustedIssuersRow, headers: &HeaderMap, caching: &'static str) -> Response {
    let tag = format!("\"{}\"", row.digest);
    let current = is_current(headers, &tag);
    let caching = [(header::CACHE_CONTROL, caching.to_owned()), (header::ETAG, tag)];
    if current {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, "application/json")], row.body).into_response()
}

impl App {
    /// What verifications go by that are done for a recognizer: whom it trusts is known. With the
    /// list that says so, where it is its own.
    pub async fn trust_of(
        &self,
        recognizer: &str,
    ) -> Result<(Options, Option<DecidedOn>), Problem> {
        let store = &self.issuance.store;
        let digest = store.trusted_issuers_digest(recognizer).await?;
        let Some(digest) = digest else { return Ok((self.options.clone(), None)) };
        let trusted = Some(self.trusted.list(store, (recognizer, &digest)).await?);
        let list = DecidedOn {
            genre: Genre::TrustedIssuers,
            id: Some(self.issuance.links.trusted_issuers(recognizer, Some(&digest))),
            name: "Whom the recognizer trusts".into(),
            description: None,
            digest_multibase: digest,
        };
        Ok((Options { trusted, ..self.options.clone() }, Some(list)))
    }

    /// The same, for anybody who names a recognizer.
    pub async fn options_asked_of(&self, recognizer: &str) -> Result<Options, Problem> {
        let party = self.issuance.parties.party(PartyKind::Recognizer, recognizer).await?;
        match party {
            Some(party) => Ok(self.trust_of(&party.name).await?.0),
            None => {
                let detail = format!("there is no recognizer {recognizer:?} here; leave it out");
                Err(Problem::Unreadable { part: "query", detail })
            }
        }
    }
}
