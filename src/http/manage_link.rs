//! `manage-link`: another private link for the earner, where one was lost or ended.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Scope};
use super::problem::{Problem, ProblemDocument};

/// The earner's link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManageLink {
    /// For the earner alone, to be passed on to them.
    pub manage_url: String,
}

/// Renew the earner's private link. The one before leads nowhere from now on.
#[utoipa::path(post, path = "/v1/issuers/{issuer}/credentials/{id}/manage-link", tag = "credentials",
    params(("issuer" = String, Path, example = "nea"), ("id" = String, Path)),
    responses((status = 200, description = "The link that leads to the earner's page from now on", body = ManageLink),
              (status = 410, description = "Its earner was forgotten", body = ProblemDocument,
               content_type = "application/problem+json")),
    security(("apiKey" = ["mint"])))]
pub async fn renew(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((issuer, id)): Path<(String, String)>,
) -> Result<Json<ManageLink>, Problem> {
    app.party(&caller, Scope::Mint, &issuer).await?;
    let link = app.issuance.renew_manage_link(&issuer, &id, caller.key_id()).await?;
    Ok(Json(ManageLink { manage_url: app.issuance.links.manage(&link) }))
}
